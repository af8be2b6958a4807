"""The journal of changes as an app reads it, without sockets."""

from typing import Any

import pytest
from tests.unit.sandbox.hubspot_account import Account

from tandem.sandbox.hubspot.auth import JOURNAL_SCOPES

JOURNAL = "/webhooks-journal/journal/2026-03"
SUBSCRIPTIONS = "/webhooks-journal/subscriptions/2026-03"
TASKS = {
    "subscriptionType": "OBJECT",
    "portalId": 147_000_000,
    "objectTypeId": "0-27",
    "actions": ["CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE"],
    "properties": ["hs_task_subject", "hs_task_status"],
    "objectIds": [],
}


async def _token(account: Account, *more: str) -> None:
    answer = await account.call(
        "POST",
        "/oauth/v3/token",
        form={
            "grant_type": "client_credentials",
            "client_id": "sandbox-client-id",
            "client_secret": "sandbox-client-secret",
            "scope": " ".join([*sorted(JOURNAL_SCOPES), *more]),
        },
    )
    account.token = answer.body["access_token"]


async def _subscribed(subscription: dict[str, Any] | None = None, **switches: Any) -> Account:
    account = Account(**{"journal_delay_ms": 0, **switches})
    await _token(account)
    answer = await account.post(SUBSCRIPTIONS, subscription or TASKS)
    assert answer.status == 201, answer.content
    return account


async def _events(account: Account, path: str = f"{JOURNAL}/earliest") -> list[dict[str, Any]]:
    """Every event from the file at *path* on."""
    found: list[dict[str, Any]] = []
    answer = await account.get(path)
    while answer.status == 200:
        account.token, kept = None, account.token
        file = await account.get(answer.body["url"].removeprefix("https://api.hubapi.com"))
        account.token = kept
        assert file.body["offset"] == answer.body["currentOffset"]
        found += file.body["journalEvents"]
        answer = await account.get(f"{JOURNAL}/offset/{answer.body['currentOffset']}/next")
    assert answer.status == 204
    return found


async def test_changes_stand_in_the_journal_in_their_order() -> None:
    account = await _subscribed()
    made = account.act("create_task", subject="Call back")["id"]
    account.act("edit", object="tasks", id=made, properties={"hs_task_subject": "Later"})
    account.act("edit", object="tasks", id=made, properties={"hs_task_priority": "HIGH"})
    account.act("delete", object="tasks", id=made)
    events = await _events(account)
    told = [(each["action"], each.get("propertyChanges")) for each in events]

    assert told == [
        ("CREATE", None),
        ("UPDATE", {"hs_task_subject": "Call back", "hs_task_status": "NOT_STARTED"}),
        ("UPDATE", {"hs_task_subject": "Later"}),
        ("DELETE", None),
    ]
    assert {each["objectId"] for each in events} == {int(made)}
    assert {each["type"] for each in events} == {"OBJECT"}


async def test_a_reader_goes_on_where_it_stopped() -> None:
    account = await _subscribed(webhooks_properties_of_new=False)
    account.act("create_task", subject="First")
    offset = (await account.get(f"{JOURNAL}/latest")).body["currentOffset"]
    account.act("create_task", subject="Second")
    account.act("create_task", subject="Third")
    following = await _events(account, f"{JOURNAL}/offset/{offset}/next")

    assert len(following) == 2


async def test_an_offset_older_than_three_days_is_gone() -> None:
    account = await _subscribed()
    account.act("create_task", subject="Call back")
    offset = (await account.get(f"{JOURNAL}/latest")).body["currentOffset"]
    account.world.clock.advance(3 * 86_400 + 1)
    await _token(account)
    old = await account.get(f"{JOURNAL}/offset/{offset}/next")
    empty = await account.get(f"{JOURNAL}/earliest")
    unknown = await account.get(f"{JOURNAL}/offset/{account.world.uuid()}/next")

    assert (old.status, empty.status, unknown.status) == (404, 204, 404)


async def test_a_journal_forgets_its_files_on_demand() -> None:
    account = await _subscribed()
    account.act("create_task", subject="Call back")
    offset = (await account.get(f"{JOURNAL}/latest")).body["currentOffset"]
    told = account.state.disturb({"expire_journal": True})
    answer = await account.get(f"{JOURNAL}/offset/{offset}/next")

    assert told["expired"] == 1
    assert answer.status == 404


async def test_the_address_of_a_file_is_good_for_ten_minutes() -> None:
    account = await _subscribed()
    account.act("create_task", subject="Call back")
    url = (await account.get(f"{JOURNAL}/latest")).body["url"]
    account.world.clock.advance(601)
    answer = await account.get(url.removeprefix("https://api.hubapi.com"))

    assert answer.status == 403


async def test_events_take_a_moment_to_reach_the_journal() -> None:
    account = await _subscribed(journal_delay_ms=1000)
    account.act("create_task", subject="Call back")
    at_once = await _events(account)
    account.world.clock.advance(1)

    assert at_once == []
    assert len(await _events(account)) == 2


async def test_events_are_lost_doubled_and_late_on_demand() -> None:
    account = await _subscribed(webhooks_properties_of_new=False)
    account.state.faults.arm([{"kind": "journal_lost", "action": "CREATE"}])
    account.act("create_task", subject="Lost")
    account.state.faults.arm([{"kind": "journal_doubled"}])
    doubled = account.act("create_task", subject="Doubled")["id"]
    account.state.faults.arm([{"kind": "journal_late", "seconds": 30}])
    late = account.act("create_task", subject="Late")["id"]
    last = account.act("create_task", subject="Last")["id"]
    before = await _events(account)
    account.world.clock.advance(30)
    after = await _events(account)

    assert [each["objectId"] for each in before] == [int(doubled)] * 2 + [int(last)]
    assert [each["objectId"] for each in after[3:]] == [int(late)]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("associated", {"associatedObjectTypeId": "0-1", "objectTypeId": "0-27"}),
        ("from_to", {"fromObjectTypeId": "0-27", "toObjectTypeId": "0-1"}),
    ],
)
async def test_associations_stand_in_the_journal(shape: str, expected: dict[str, str]) -> None:
    account = await _subscribed(
        {
            "subscriptionType": "ASSOCIATION",
            "portalId": 147_000_000,
            "objectTypeId": "0-27",
            "associatedObjectTypeIds": ["0-1"],
            "actions": ["ASSOCIATION_ADDED", "ASSOCIATION_REMOVED"],
        },
        journal_association_shape=shape,
    )
    contact, task = account.contact(), account.act("create_task", subject="Call back")["id"]
    account.act("associate", object="tasks", id=task, to_object="contacts", to_id=contact)
    account.act("disassociate", object="tasks", id=task, to_object="contacts", to_id=contact)
    events = await _events(account)

    assert [each["action"] for each in events] == ["ASSOCIATION_ADDED", "ASSOCIATION_REMOVED"]
    assert all(expected.items() <= each.items() for each in events)


@pytest.mark.parametrize(("spelled", "expected"), [("object", "object"), ("absent", None)])
async def test_the_type_of_an_event_is_a_switch(spelled: str, expected: str | None) -> None:
    account = await _subscribed(journal_event_type=spelled)
    account.act("create_task", subject="Call back")

    assert {each.get("type") for each in await _events(account)} == {expected}


@pytest.mark.parametrize(("chosen", "count"), [("all", 1), ("none", 0)])
async def test_without_properties_all_changes_or_none_are_told_of(chosen: str, count: int) -> None:
    account = await _subscribed(TASKS | {"properties": []}, journal_without_properties=chosen)
    account.act("create_task", subject="Call back")
    events = await _events(account)

    assert [each["action"] for each in events].count("UPDATE") == count


async def test_the_change_source_is_there_by_switch() -> None:
    account = await _subscribed(journal_change_source=True)
    account.act("create_task", subject="Call back")

    assert (await _events(account))[0]["changeSource"] == "CRM_UI"


@pytest.mark.parametrize(
    ("scope", "more", "status"),
    [("app", (), 201), ("token", (), 403), ("token", ("crm.objects.contacts.read",), 201)],
)
async def test_who_needs_the_scope_of_an_object_is_a_switch(
    scope: str, more: tuple[str, ...], status: int
) -> None:
    account = Account(journal_object_scopes=scope)
    await _token(account, *more)
    answer = await account.post(SUBSCRIPTIONS, TASKS)
    listed = await account.get(SUBSCRIPTIONS)

    assert answer.status == status
    assert len(listed.results) == (status == 201)


async def test_the_token_of_a_private_app_does_not_read_the_journal() -> None:
    account = Account(private_app_scopes="crm.objects.contacts.read")
    answer = await account.get(f"{JOURNAL}/latest")

    assert answer.status == 403


async def test_subscribing_again_changes_the_subscription() -> None:
    account = await _subscribed()
    again = await account.post(SUBSCRIPTIONS, TASKS | {"actions": ["DELETE"]})
    listed = await account.get(SUBSCRIPTIONS)
    gone = await account.call("DELETE", f"{SUBSCRIPTIONS}/{again.body['id']}")

    assert [each["actions"] for each in listed.results] == [["DELETE"]]
    assert gone.status == 204
    assert (await account.get(f"{SUBSCRIPTIONS}/{again.body['id']}")).status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"subscriptionType": "LIST_MEMBERSHIP"},
        {"portalId": 1},
        {"actions": []},
        {"actions": ["ASSOCIATION_ADDED"]},
        {"objectTypeId": "0-999"},
        {"objectIds": ["one"]},
        {"properties": "all"},
    ],
)
async def test_a_subscription_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    account = Account()
    await _token(account)
    answer = await account.post(SUBSCRIPTIONS, TASKS | change)

    assert answer.status == 400


async def test_several_files_are_read_at_once() -> None:
    account = await _subscribed()
    offsets = []
    for at in range(3):
        account.act("create_task", subject=f"Task {at}")
        offsets.append((await account.get(f"{JOURNAL}/latest")).body["currentOffset"])

    async def read(path: str) -> list[str]:
        return [each["currentOffset"] for each in (await account.get(JOURNAL + path)).results]

    chosen = await account.post(f"{JOURNAL}/batch/read", {"inputs": offsets[1:]})
    strange = await account.post(f"{JOURNAL}/batch/read", {"inputs": ["x"]})

    assert await read("/batch/earliest/2") == offsets[:2]
    assert await read("/batch/latest/2") == offsets[:0:-1]
    assert await read(f"/batch/{offsets[0]}/next/100") == offsets[1:]
    assert [each["currentOffset"] for each in chosen.results] == offsets[1:]
    assert strange.status == 404
    assert (await account.get(f"{JOURNAL}/batch/earliest/101")).status == 400


async def test_a_snapshot_of_a_record_comes_by_the_journal() -> None:
    account = await _subscribed()
    task = int(account.act("create_task", subject="Call back")["id"])
    base = "/webhooks-journal/snapshots/2026-03/crm"
    wanted = {
        "portalId": 147_000_000,
        "objectId": task,
        "objectTypeId": "0-27",
        "properties": ["hs_task_subject"],
    }
    asked = [wanted, wanted | {"objectId": 1}]
    answer = await account.post(base, {"snapshotRequests": asked})
    ids = [each["snapshotStatusId"] for each in answer.body["snapshotResponses"]]
    states = [(await account.get(f"{base}/status/{each}")).body["status"] for each in ids]
    event = (await _events(account))[-1]

    assert states == ["SUCCESS", "FAILED"]
    assert (event["action"], event["properties"]) == (
        "SNAPSHOT",
        {"hs_task_subject": "Call back"},
    )


async def test_the_journal_has_a_limit_of_its_own() -> None:
    account = Account(limits="real")
    await _token(account)
    answers = [await account.get(f"{JOURNAL}/latest") for _ in range(101)]

    assert [each.status for each in answers] == [204] * 100 + [429]
    assert answers[-1].headers["retry-after"] == "1"
