"""Which objects an org makes change events of, asked and selected over the Tooling API."""

from __future__ import annotations

import pytest
from scripted_crm import ScriptedCrm, answer, salesforce_on

from tandem.crm.http import Response
from tandem.crm.salesforce.events.selection import topic_of
from tandem.errors import AccessLost, Rejected


def refusal(status: int, code: str, message: str = "No.") -> Response:
    return answer([{"message": message, "errorCode": code}], status=status)


def member(channel: str, entity: str, name: str = "") -> dict[str, str]:
    return {"EventChannel": channel, "SelectedEntity": entity, "DeveloperName": name}


async def test_the_selected_entities_are_those_of_the_standard_channel() -> None:
    more = "/services/data/v62.0/tooling/query/01g-2"
    crm = ScriptedCrm(
        [
            answer(
                {
                    "records": [
                        member("ChangeEvents", "TaskChangeEvent"),
                        member("Other__chn", "LeadChangeEvent", "Other_chn_LeadChangeEvent"),
                    ],
                    "nextRecordsUrl": more,
                    "done": False,
                }
            ),
            answer(
                {
                    "records": [
                        member("0YL5g0000000001", "ContactChangeEvent", "ChangeEvents_Contact"),
                        member("ChangeEvents", "Order_Event__e"),
                    ],
                    "done": True,
                }
            ),
        ]
    )

    assert await salesforce_on(crm).selection.entities() == {"Task", "Contact"}
    assert [asked.path for asked in crm.asked] == ["/services/data/v62.0/tooling/query", more]


async def test_an_entity_is_selected_by_a_member_of_the_standard_channel() -> None:
    crm = ScriptedCrm([answer({"id": "0v8", "success": True}, status=201)])

    assert await salesforce_on(crm).selection.select("Task")
    assert crm.asked[0].path.endswith("/tooling/sobjects/PlatformEventChannelMember")
    assert crm.asked[0].body == {
        "FullName": "ChangeEvents_TaskChangeEvent",
        "Metadata": {"eventChannel": "ChangeEvents", "selectedEntity": "TaskChangeEvent"},
    }


async def test_selecting_again_changes_nothing() -> None:
    crm = ScriptedCrm([refusal(400, "DUPLICATE_DEVELOPER_NAME")])

    assert not await salesforce_on(crm).selection.select("Task")


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (refusal(403, "INSUFFICIENT_ACCESS"), AccessLost),
        (refusal(400, "LIMIT_EXCEEDED", "You can select up to 5 entities."), Rejected),
    ],
)
async def test_who_may_not_select_is_told_what_to_click(response: Response, error: type) -> None:
    crm = ScriptedCrm([response])

    with pytest.raises(error, match="Change Data Capture, move Contact to 'Selected Entities'"):
        await salesforce_on(crm).selection.select("Contact")


async def test_looking_may_be_forbidden_too() -> None:
    crm = ScriptedCrm([refusal(403, "INSUFFICIENT_ACCESS")])

    with pytest.raises(AccessLost):
        await salesforce_on(crm).selection.entities()


def test_each_object_has_a_topic() -> None:
    assert topic_of("Task") == "/data/TaskChangeEvent"
