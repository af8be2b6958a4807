"""Which webhooks happenings in an account bring about, and how they are signed and tried again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.sandbox.hubspot_account import Account

from tandem.sandbox.hubspot.webhook_signing import headers_of, signed_address
from tandem.sandbox.hubspot.webhooks import Notice

TARGET = "https://tandem.example/hubspot/webhooks"
KEY = "developer-key-5a5d6f78-0000-4000-8000-000000000003"
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"


def _account(subscriptions: list[dict[str, Any]] | None = None, **switches: Any) -> Account:
    account = Account(**switches)
    given = {} if subscriptions is None else {"subscriptions": subscriptions}
    account.act("set_webhooks", target_url=TARGET, **given)
    return account


def _events(account: Account) -> list[dict[str, Any]]:
    return [each for notice in account.state.webhooks.pending_notices() for each in notice.events]


def _of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in events if each["subscriptionType"].endswith(kind)]


def test_nobody_is_told_of_anything_until_an_app_subscribes() -> None:
    account = Account()
    account.act("create_task", subject="Call back")

    assert account.state.webhooks.pending_notices() == []
    assert account.state.webhooks.waiting() == 0


def test_a_new_task_is_told_of_with_the_ids_of_app_account_and_record() -> None:
    account = _account([{"eventType": "object.creation", "objectTypeId": "0-27"}])
    made = account.act("create_task", subject="Call back")
    (event,) = _events(account)

    assert event["portalId"] == 147_000_000
    assert event["appId"] == 18_000_000
    assert event["objectId"] == int(made["id"])
    assert event["objectTypeId"] == "0-27"
    assert event["subscriptionType"] == "object.creation"
    assert event["changeFlag"] == "CREATED"
    assert event["changeSource"] == "CRM_UI"
    assert event["sourceId"] == "userId:77000000"
    assert event["occurredAt"] == account.world.clock.now_ms()
    assert event["attemptNumber"] == 0


def test_a_changed_property_is_told_of_once_and_only_if_it_was_asked_for() -> None:
    account = _account(
        [
            {
                "eventType": "object.propertyChange",
                "objectTypeId": "0-27",
                "propertyName": "hs_task_status",
            }
        ],
        webhooks_properties_of_new=False,
    )
    made = account.act("create_task", subject="Call back")
    account.act("edit", object="tasks", id=made["id"], properties={"hs_task_subject": "Later"})
    account.act("complete_task", id=made["id"])
    account.act("complete_task", id=made["id"])
    (event,) = _events(account)

    assert (event["propertyName"], event["propertyValue"]) == ("hs_task_status", "COMPLETED")


@pytest.mark.parametrize(("is_told", "expected"), [(True, ["Call back"]), (False, [])])
def test_properties_of_a_new_record_may_be_told_of(is_told: bool, expected: list[str]) -> None:
    account = _account(webhooks_properties_of_new=is_told)
    account.act("create_task", subject="Call back")
    told = _of(_events(account), "propertyChange")

    assert [e["propertyValue"] for e in told if e["propertyName"] == "hs_task_subject"] == expected


def test_deletion_restore_merge_and_forgetting_are_told_of() -> None:
    account = _account()
    task = account.act("create_task", subject="Call back")["id"]
    winner, loser = account.contact("a@example.com"), account.contact("b@example.com")
    account.act("delete", object="tasks", id=task)
    account.act("restore", object="tasks", id=task)
    account.act("merge_contacts", winner=winner, loser=loser)
    events = _events(account)
    (merged,) = _of(events, ".merge")

    assert [e["objectId"] for e in _of(events, ".deletion")] == [int(task)]
    assert [e["objectId"] for e in _of(events, ".restore")] == [int(task)]
    assert merged["primaryObjectId"] == merged["newObjectId"] == int(winner)
    assert merged["mergedObjectIds"] == [int(loser)]


def test_a_forgotten_contact_sends_both_events_of_deletion() -> None:
    account = _account(
        [{"eventType": "contact.privacyDeletion"}, {"eventType": "contact.deletion"}]
    )
    account.act("forget_contact", contact=account.contact())

    types = [event["subscriptionType"] for event in _events(account)]
    assert types == ["contact.privacyDeletion", "contact.deletion"]


@pytest.mark.parametrize(
    ("shape", "key", "expected"),
    [
        ("named", "associationType", {"TASK_TO_CONTACT", "CONTACT_TO_TASK"}),
        ("typed", "associationTypeId", {204, 203}),
    ],
)
def test_an_association_is_told_of_from_both_ends(shape: str, key: str, expected: set[Any]) -> None:
    account = _account(webhooks_association_shape=shape)
    contact, task = account.contact(), account.act("create_task", subject="Call back")["id"]
    account.act("associate", object="tasks", id=task, to_object="contacts", to_id=contact)
    account.act("disassociate", object="tasks", id=task, to_object="contacts", to_id=contact)
    events = _of(_events(account), "associationChange")

    assert {event[key] for event in events} == expected
    assert [event["associationRemoved"] for event in events] == [False, False, True, True]
    assert {event["fromObjectId"] for event in events} == {int(task), int(contact)}


async def test_what_an_app_writes_is_told_of_as_its_own_doing() -> None:
    account = _account([{"eventType": "object.creation", "objectTypeId": "0-27"}])
    await account.task(hs_task_subject="From an app")
    (event,) = _events(account)

    assert (event["changeSource"], event["sourceId"]) == ("INTEGRATION", "18000001")


def test_at_most_100_events_go_in_one_request() -> None:
    account = _account([{"eventType": "object.creation", "objectTypeId": "0-27"}])
    for at in range(205):
        account.act("create_task", subject=f"Task {at}")
    notices = account.state.webhooks.pending_notices()

    assert [len(notice.events) for notice in notices] == [100, 100, 5]


def _one(account: Account) -> Notice:
    (notice,) = account.state.webhooks.pending_notices()
    return notice


def _tries(account: Account) -> Iterator[tuple[int, int]]:
    """Attempt and time of every request of one that is always answered with 500."""
    while account.state.webhooks.waiting():
        due = account.state.webhooks.next_due() or 0
        account.world.clock.advance(max(0, due - account.world.clock.now_ms() + 1) / 1000)
        notice = _one(account)
        yield notice.events[0]["attemptNumber"], notice.sent
        account.state.webhooks.answered(notice, 500)


def test_a_refused_request_is_tried_10_times_more_within_24_hours() -> None:
    account = _account([{"eventType": "object.creation", "objectTypeId": "0-27"}])
    account.act("create_task", subject="Call back")
    tries = list(_tries(account))

    assert [attempt for attempt, _ in tries] == list(range(11))
    assert tries[-1][1] - tries[0][1] < 24 * 3_600_000
    assert account.state.webhooks.counts["given_up"] == 1


@pytest.mark.parametrize(
    ("status", "is_settled"), [(200, True), (204, True), (404, False), (302, False), (None, False)]
)
def test_only_2xx_settles_a_request(status: int | None, is_settled: bool) -> None:
    account = _account()
    account.act("create_task", subject="Call back")

    assert account.state.webhooks.answered(_one(account), status) is is_settled
    assert bool(account.state.webhooks.waiting()) is not is_settled


def test_events_are_lost_doubled_late_and_shuffled_on_demand() -> None:
    account = _account([{"eventType": "object.creation", "objectTypeId": "0-27"}])
    account.state.faults.arm([{"kind": "webhook_lost", "object": "tasks"}])
    account.act("create_task", subject="Lost")
    lost = _events(account)
    account.state.faults.arm([{"kind": "webhook_doubled", "copies": 2}])
    account.act("create_task", subject="Tripled")
    tripled = _events(account)
    account.state.faults.arm([{"kind": "webhook_late", "seconds": 30}])
    account.act("create_task", subject="Late")
    early = _events(account)
    account.world.clock.advance(30)
    late = _events(account)
    account.state.faults.arm([{"kind": "webhook_shuffled"}])
    for at in range(20):
        account.act("create_task", subject=f"Task {at}")
    ids = [event["objectId"] for event in _events(account)]

    assert lost == early == []
    assert len(tripled) == 3
    assert len({event["eventId"] for event in tripled}) == 1
    assert len(late) == 1
    assert ids != sorted(ids)


def test_held_webhooks_wait_and_a_flood_tells_of_what_never_took_place() -> None:
    account = _account()
    account.act("create_task", subject="Call back")
    account.state.disturb({"forget": True, "hold": True, "flood": {"events": 250}})
    held = account.state.webhooks.pending_notices()
    told = account.state.disturb({"hold": False})

    assert held == []
    assert told["webhooks"]["waiting"] == 250
    assert len(_events(account)) == 250


@pytest.mark.parametrize(
    "asked",
    [{}, {"drown": True}, {"hold": "yes"}, {"flood": {"events": 0}}, {"flood": {"object": "dogs"}}],
)
def test_a_disturbance_that_makes_no_sense_is_refused(asked: dict[str, Any]) -> None:
    account = _account()

    with pytest.raises(ValueError, match=r"\."):
        account.state.disturb(asked)


@pytest.mark.parametrize(
    ("versions", "method", "body", "stamp", "expected"),
    [
        (
            "v1",
            "POST",
            (
                '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
                '"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,'
                '"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
            ),
            0,
            "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
        ),
        ("v2", "GET", "", 0, "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
        (
            "v2",
            "POST",
            '{"example_field":"example_value"}',
            0,
            "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
        ),
        (
            "v3",
            "POST",
            "{'example_field':'example_value'}",
            15_000_000,
            "HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw=",
        ),
    ],
)
def test_the_published_signatures_come_out(
    versions: str, method: str, body: str, stamp: int, expected: str
) -> None:
    url = "https://www.example.com/webhook_uri"
    headers = headers_of(versions, SECRET, method, url, body.encode(), stamp)

    assert expected in headers.values()


def test_version_3_signs_the_address_with_a_closed_list_of_escapes_decoded() -> None:
    url = "https://tandem.example/hooks/hubspot?x=a%3Ab%2Fc&y=%20%3a"

    assert signed_address(url) == "https://tandem.example/hooks/hubspot?x=a:b/c&y=%20:"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("v1+v3", ("v1", True)),
        ("v2+v3", ("v2", True)),
        ("v3", (None, True)),
        ("v2", ("v2", False)),
        ("v1", ("v1", False)),
    ],
)
def test_which_signatures_are_sent_is_a_switch(
    chosen: str, expected: tuple[str | None, bool]
) -> None:
    account = _account(webhooks_signatures=chosen)
    account.act("create_task", subject="Call back")
    headers = _one(account).headers

    assert (
        headers.get("X-HubSpot-Signature-Version"),
        "X-HubSpot-Signature-v3" in headers,
    ) == expected


def test_requests_are_forged_and_aged_on_demand() -> None:
    account = _account()
    account.state.faults.arm(
        [{"kind": "webhook_forged"}, {"kind": "webhook_stale", "seconds": 301}]
    )
    account.act("create_task", subject="Call back")
    notice = _one(account)
    stamp = int(notice.headers["X-HubSpot-Request-Timestamp"])
    right = headers_of("v3", "sandbox-client-secret", "POST", TARGET, notice.body, stamp)

    assert notice.sent - stamp == 301_000
    assert notice.headers["X-HubSpot-Signature-v3"] != right["X-HubSpot-Signature-v3"]
    assert json.loads(notice.body) == list(notice.events)


async def test_an_app_sets_its_target_and_its_subscriptions_itself() -> None:
    account = Account()
    base = "/webhooks/v3/18000000"
    before = await account.get(f"{base}/settings", hapikey=KEY)
    body = {"targetUrl": TARGET, "throttling": {"maxConcurrentRequests": 10}}
    await account.call("PUT", f"{base}/settings", body, query={"hapikey": KEY})
    wanted = {"eventType": "contact.propertyChange", "propertyName": "email", "active": True}
    made = await account.call("POST", f"{base}/subscriptions", wanted, query={"hapikey": KEY})
    again = await account.call("POST", f"{base}/subscriptions", wanted, query={"hapikey": KEY})
    path = f"/webhooks/2026-03/18000000/subscriptions/{made.body['id']}"
    paused = await account.call("PATCH", path, {"active": False}, query={"hapikey": KEY})
    account.contact()
    gone = await account.call("DELETE", path, query={"hapikey": KEY})
    after = await account.get(f"{base}/settings", hapikey=KEY)

    assert before.status == 404
    assert (made.status, again.status, gone.status) == (201, 409, 204)
    assert paused.body["active"] is False
    assert _events(account) == []
    assert after.body["targetUrl"] == TARGET


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"eventType": "object.creation", "objectTypeId": "0-27"}, 201),
        ({"eventType": "object.creation"}, 400),
        ({"eventType": "object.privacyDeletion", "objectTypeId": "0-1"}, 400),
        ({"eventType": "task.creation"}, 400),
        ({"eventType": "object.propertyChange", "objectTypeId": "0-27"}, 400),
        (
            {
                "eventType": "object.propertyChange",
                "objectTypeId": "0-27",
                "propertyName": "hs_lastmodifieddate",
            },
            400,
        ),
        ({"eventType": "contact.propertyChange", "propertyName": "*"}, 400),
        ({"eventType": "company.merge"}, 201),
        ({"eventType": "product.associationChange"}, 400),
    ],
)
async def test_only_what_hubspot_tells_of_can_be_subscribed_to(
    body: dict[str, Any], status: int
) -> None:
    account = Account()
    path = "/webhooks/v3/18000000/subscriptions"
    answer = await account.call("POST", path, body, query={"hapikey": KEY})

    assert answer.status == status


async def test_a_wrong_key_or_the_token_of_another_app_does_not_open_the_settings() -> None:
    account = Account()
    wrong = await account.get("/webhooks/v3/18000000/subscriptions", hapikey="nonsense")
    other = await account.get("/webhooks/v3/18000000/subscriptions")
    own = await account.get("/webhooks/v3/18000001/subscriptions")
    unknown = await account.get("/webhooks/v3/42/settings", hapikey=KEY)

    assert (wrong.status, other.status, own.status, unknown.status) == (401, 403, 200, 404)


@pytest.mark.parametrize("target", ["http://tandem.example/hooks", "ftp://localhost/x", "nonsense"])
def test_a_target_is_https_or_on_this_machine(target: str) -> None:
    account = Account()

    with pytest.raises(ValueError, match="https"):
        account.act("set_webhooks", target_url=target)
