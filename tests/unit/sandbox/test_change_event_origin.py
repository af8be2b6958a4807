"""How the REST API selects entities for change events, and what events say of the calls behind them."""

from typing import Any

import pytest
from tests.unit.sandbox.salesforce_org import Org

MEMBERS = "tooling/sobjects/PlatformEventChannelMember"
LISTED = "SELECT Id, DeveloperName, EventChannel, SelectedEntity FROM PlatformEventChannelMember"


def _member(entity: str) -> dict[str, Any]:
    event = f"{entity}ChangeEvent"
    return {
        "FullName": f"ChangeEvents_{event}",
        "Metadata": {"eventChannel": "ChangeEvents", "selectedEntity": event},
    }


async def test_the_tooling_api_selects_lists_and_takes_away() -> None:
    org = Org()
    made = await org.ask("POST", MEMBERS, _member("Task"))
    again = await org.ask("POST", MEMBERS, _member("Task"))
    listed = await org.ask("GET", "tooling/query", q=LISTED)
    shown = await org.ask("GET", f"{MEMBERS}/{made.json['id']}")
    gone = await org.ask("DELETE", f"{MEMBERS}/{made.json['id']}")
    (row,) = listed.json["records"]

    assert (made.status, again.code, gone.status) == (201, "DUPLICATE_DEVELOPER_NAME", 204)
    assert row["DeveloperName"] == "ChangeEvents_TaskChangeEvent"
    assert (row["EventChannel"], row["SelectedEntity"]) == ("ChangeEvents", "TaskChangeEvent")
    assert shown.json["Metadata"]["selectedEntity"] == "TaskChangeEvent"
    assert org.state.events.selected == {}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (_member("Nonsense"), "INVALID_FIELD"),
        (_member("Task") | {"FullName": "Something"}, "INVALID_FIELD"),
        ({"FullName": "ChangeEvents_TaskChangeEvent"}, "INVALID_FIELD"),
        (
            {
                "FullName": "Mine_chn_TaskChangeEvent",
                "Metadata": {"eventChannel": "Mine__chn", "selectedEntity": "TaskChangeEvent"},
            },
            "INVALID_FIELD",
        ),
    ],
)
async def test_a_member_that_makes_no_sense_is_refused(body: dict[str, Any], code: str) -> None:
    answer = await Org().ask("POST", MEMBERS, body)

    assert answer.code == code


async def test_a_sixth_entity_needs_an_add_on() -> None:
    org = Org()
    entities = ("Task", "Contact", "Lead", "Account", "Opportunity", "User")
    answers = [await org.ask("POST", MEMBERS, _member(each)) for each in entities]

    assert [each.status for each in answers] == [201] * 5 + [400]
    assert answers[-1].code == "LIMIT_EXCEEDED"


async def test_selecting_needs_customize_application() -> None:
    org = Org()
    org.state.act("set_permission", {"permission": "CustomizeApplication", "on": False})
    answer = await org.ask("POST", MEMBERS, _member("Task"))

    assert answer.code == "INSUFFICIENT_ACCESS"


async def _origins(org: Org, method: str, path: str, body: Any) -> list[str]:
    org.state.act("select_change_events", {"objects": ["Task"]})
    answer = await org.ask(method, path, body, headers={"sforce-call-options": "client=tandem"})
    assert answer.status < 300, answer.text
    return [each.header["changeOrigin"] for each in org.state.events.pending_events()]


async def test_the_origin_names_api_version_and_client() -> None:
    origins = await _origins(Org(), "POST", "sobjects/Task", {"Subject": "Call"})

    assert origins == ["com/salesforce/api/rest/62.0;client=tandem"]


@pytest.mark.parametrize(
    ("is_named", "expected"),
    [
        (True, "com/salesforce/api/rest/62.0;client=tandem"),
        (False, "com/salesforce/api/rest/62.0"),
    ],
)
async def test_whether_collections_name_their_client_is_a_switch(
    is_named: bool, expected: str
) -> None:
    org = Org()
    org.world.switches.set({"cdc_client_of_composite": is_named})
    records = [{"attributes": {"type": "Task"}, "Subject": "Call"}]
    origins = await _origins(org, "POST", "composite/sobjects", {"records": records})

    assert origins == [expected]
