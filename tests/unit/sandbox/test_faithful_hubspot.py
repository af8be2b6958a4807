"""What clients that nobody named may lean on in HubSpot's answers, each with what it rests on."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hubspot_account import Account


async def test_the_link_to_the_next_page_repeats_the_whole_query() -> None:
    """Recorded answers repeat even parameters that HubSpot does not know [F-ballerina]."""
    account = Account()
    for _ in range(3):
        await account.task()

    page = await account.get("/crm/v3/objects/tasks?limit=1&properties=a%2C%20b&x=1&archived=false")
    link = page.body["paging"]["next"]["link"]

    assert link.startswith(
        "https://api.hubapi.com/crm/v3/objects/tasks?limit=1&properties=a%2C%20b&"
    )
    assert link.endswith(f"&x=1&archived=false&after={page.body['paging']['next']['after']}")


async def test_links_lead_page_by_page_to_the_end() -> None:
    """Loaders follow the link instead of counting with `after`."""
    account = Account()
    made = [(await account.task())["id"] for _ in range(5)]

    seen, path = [], "/crm/v3/objects/tasks?limit=2&properties=hs_task_subject"
    while path:
        page = await account.get(path)
        seen += [each["id"] for each in page.results]
        assert all("hs_task_subject" in each["properties"] for each in page.results)
        link = urlsplit(page.body.get("paging", {}).get("next", {}).get("link", ""))
        path = link.path and f"{link.path}?{link.query}"
        assert len(parse_qsl(link.query)) == len(dict(parse_qsl(link.query)))

    assert seen == sorted(made, key=int)


async def test_links_stay_on_the_address_the_client_used() -> None:
    """Nobody who follows a link of the sandbox may reach the real account."""
    account = Account()
    for _ in range(2):
        await account.task()

    page = await account.call(
        "GET", "/crm/v3/objects/tasks?limit=1", headers={"host": "127.0.0.1:8801"}
    )

    assert urlsplit(page.body["paging"]["next"]["link"]).netloc == "127.0.0.1:8801"


async def test_doubled_slashes_count_as_one() -> None:
    account = Account()

    assert (await account.get("//crm/v3//objects/tasks/")).status == 200


async def test_a_body_that_says_it_is_no_json_is_415() -> None:
    """Switch `other_content_types`: what curl sends without a header of its own."""
    account = Account()
    body = {"properties": {"hs_timestamp": "2026-12-01T00:00:00Z"}}
    form = {"content-type": "application/x-www-form-urlencoded"}

    refused = await account.call("POST", "/crm/v3/objects/tasks", body, headers=form)
    account.world.switches.set({"other_content_types": "read"})
    taken = await account.call("POST", "/crm/v3/objects/tasks", body, headers=form)

    assert (refused.status, refused.body["status"]) == (415, "error")
    assert taken.status == 201


async def test_a_body_without_a_type_or_with_a_charset_is_read() -> None:
    account = Account()
    body = {"properties": {"hs_timestamp": "2026-12-01T00:00:00Z"}}

    for kind in ("", "application/json; charset=UTF-8", "APPLICATION/JSON"):
        made = await account.call(
            "POST", "/crm/v3/objects/tasks", body, headers={"content-type": kind}
        )
        assert made.status == 201


async def test_405_names_the_methods_there_are() -> None:
    """As every 405 must (RFC 9110, 15.5.6)."""
    answer = await Account().call("PUT", "/crm/v3/owners")

    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "kind",
    ["users", "product", "line_items", "0-14", "feedback_submissions", "goal_targets"],
)
async def test_kinds_that_nobody_made_records_of_are_there(kind: str) -> None:
    """Loaders read the definitions of every standard kind before anything else [D-using]."""
    account = Account()

    assert (await account.get(f"/crm/v3/properties/{kind}")).results
    assert (await account.get(f"/properties/v2/{kind}/properties")).body[0]["name"]
    assert (await account.get("/properties/v2/form/properties")).body[0]["name"]
    assert (await account.get(f"/crm/v3/objects/{kind}", associations="deals")).results == []


async def test_every_owner_who_signs_in_is_a_user() -> None:
    """Records of kind 0-115 carry the user id as a property; teams name user ids."""
    account = Account()
    owner = {
        "id": "41", "email": "sato@example.co.jp", "firstName": "Hana", "userId": 77,
        "teams": [{"id": "5", "name": "Sales", "primary": True}],
    }  # fmt: skip
    queue = {"id": "42", "type": "QUEUE", "email": "queue@example.co.jp"}
    account.state.load({"owners": [owner, queue]})
    account.state.load({})

    records = await account.get("/crm/v3/objects/users", properties="hs_email,hs_internal_user_id")
    people = await account.get("/settings/v3/users")
    teams = await account.get("/settings/v3/users/teams")

    assert [each["properties"]["hs_internal_user_id"] for each in records.results] == ["77"]
    assert [(each["id"], each["primaryTeamId"]) for each in people.results] == [("77", "5")]
    assert [each["userIds"] for each in teams.results] == [["77"]]


async def test_pipelines_of_version_1_name_their_stages_by_stage_id() -> None:
    """As the schemas of airbyte-source-hubspot and meltano-tap-hubspot read them."""
    account = Account()

    older = (await account.get("/crm-pipelines/v1/pipelines/deals")).results
    newer = (await account.get("/crm/v3/pipelines/deals")).results

    assert [each["pipelineId"] for each in older] == [each["id"] for each in newer]
    stages = [stage["stageId"] for stage in older[0]["stages"]]
    assert stages == [stage["id"] for stage in newer[0]["stages"]]
    assert isinstance(older[0]["updatedAt"], int)


async def test_marketing_emails_of_version_1_count_their_events() -> None:
    account = Account()
    account.contact("tanaka@example.co.jp")
    account.act("create_campaign", name="Spring", subject="Hello")
    for act in ("send_marketing_email", "open_marketing_email"):
        account.act(act, campaign="Spring", to="tanaka@example.co.jp")

    (email,) = (await account.get("/marketing-emails/v1/emails/with-statistics")).body["objects"]
    types = (await account.get("/email/public/v1/subscriptions")).body["subscriptionDefinitions"]

    assert (email["subject"], email["stats"]["counters"]["open"]) == ("Hello", 1)
    assert [each["channel"] for each in types] == ["Email"]


async def test_a_search_of_lists_for_more_than_fits_is_cut() -> None:
    """airbyte-source-hubspot 5.7.0 asks for 1,000 where 500 are documented."""
    account = Account()
    account.act("create_list", name="Customers", processing_type="MANUAL")

    found = await account.post("/crm/v3/lists/search", {"count": 1000})

    assert [each["name"] for each in found.body["lists"]] == ["Customers"]


@pytest.mark.parametrize(
    ("kind", "name", "good", "bad"),
    [
        ("tasks", "hs_task_reminders", "1796000000000;1796000060000", "2026-12-01T00:00:00Z"),
        ("calls", "hs_call_recording_url", "https://rec.example.com/1.mp3", "http://x.example/1"),
    ],
)
async def test_reminders_are_milliseconds_and_recordings_secure(
    kind: str, name: str, good: str, bad: str
) -> None:
    """[D-tasks] and [D-calls]."""
    account = Account()
    required = {"hs_timestamp": "2026-12-01T00:00:00Z"}

    for value, status in ((good, 201), (bad, 400)):
        made = await account.post(
            f"/crm/v3/objects/{kind}", {"properties": {**required, name: value}}
        )
        assert made.status == status


async def test_old_clients_try_a_token_with_the_account_of_version_1() -> None:
    """The node package hubspot 2.3.14 asks for both."""
    account = Account(limits="real")

    me = (await account.get("/integrations/v1/me")).body
    (usage,) = (await account.get("/integrations/v1/limit/daily")).body

    assert me["portalId"] == account.state.account.portal_id
    assert (usage["currentUsage"], usage["usageLimit"]) == (2, 625_000)
