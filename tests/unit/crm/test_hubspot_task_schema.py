"""What HubSpot says of its task lists, in other words than the simulated account's."""

from __future__ import annotations

from typing import Any

from scripted_crm import Asked, Reaction, ScriptedCrm, answer, hubspot_on

from tandem.model import KeyProperty


def _option(value: str, label: str, order: int = -1) -> dict[str, Any]:
    return {"value": value, "label": label, "displayOrder": order, "hidden": False}


def _stage(stage_id: str, label: str, order: int, closed: Any = "false") -> dict[str, Any]:
    return {"id": stage_id, "label": label, "displayOrder": order, "metadata": {"isClosed": closed}}


STATUS = {
    "name": "hs_task_status",
    "groupName": "task",
    "options": [
        _option("COMPLETED", "完了"),
        _option("NOT_STARTED", "未開始"),
        _option("IN_PROGRESS", "進行中"),
        _option("1234567", "中止"),
        _option("PARKED", "Parked"),
        _option("NOWHERE", "Nowhere"),
    ],
}
STAGES = [
    _stage("af0e6a5c-2ea3-4c72-b69f-7c6cb3fdb591", "未開始", 0),
    _stage("998877", "進行中", 1),
    _stage("61bafb31-e7fa-46ed-aaa9-1322438d6e67", "完了", 2, "true"),
    _stage("1234567", "Called off", 3, "true"),
    _stage("445566", "parked", 4, True),
]


def _account(definitions: list[dict[str, Any]], pipeline: Reaction | None = None) -> ScriptedCrm:
    def script(asked: Asked) -> Reaction:
        if "pipelines" in asked.path:
            return pipeline or answer({"results": [{"id": "p", "stages": STAGES}]})
        if asked.path.endswith("batch/read"):
            missing = {"category": "OBJECT_NOT_FOUND", "message": "no such property"}
            return answer({"results": definitions, "errors": [missing]}, 207)
        return answer({**asked.body, "options": []}, 201)

    return ScriptedCrm(script)


async def test_options_find_their_stage_by_id_by_known_id_or_by_label() -> None:
    schema = await hubspot_on(_account([STATUS])).task_schema()

    assert [(one.value, one.label, one.closed) for one in schema.statuses] == [
        ("NOT_STARTED", "未開始", False),
        ("IN_PROGRESS", "進行中", False),
        ("COMPLETED", "完了", True),
        ("1234567", "中止", True),
        ("PARKED", "Parked", True),
        ("NOWHERE", "Nowhere", False),
    ]
    assert KeyProperty.NONE is schema.key


async def test_without_the_right_to_read_pipelines_only_completed_is_closed() -> None:
    refused = answer({"category": "MISSING_SCOPES"}, 403)

    schema = await hubspot_on(_account([STATUS], refused)).task_schema()

    assert [one.value for one in schema.statuses if one.closed] == ["COMPLETED"]


async def test_an_archived_key_property_is_none() -> None:
    archived = {"name": "tandem_key", "hasUniqueValue": True, "archived": True}

    schema = await hubspot_on(_account([STATUS, archived])).task_schema()

    assert KeyProperty.NONE is schema.key


async def test_the_key_property_joins_the_group_of_the_other_task_properties() -> None:
    crm = _account([STATUS])

    made = await hubspot_on(crm).create_key_property()

    asked = crm.asked[-1].body
    assert KeyProperty.UNIQUE is made
    assert (
        asked["name"],
        asked["groupName"],
        asked["hasUniqueValue"],
        asked["type"],
    ) == ("tandem_key", "task", True, "string")
