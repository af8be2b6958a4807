"""Writing HubSpot tasks in batches: one answer for each row, however HubSpot words it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from scripted_crm import Asked, Reaction, ScriptedCrm, answer, hubspot_on

from tandem.clock import ManualClock
from tandem.crm.connector import AssociationChange, NewTask
from tandem.crm.http import ConnectionLost, NotSent
from tandem.crm.rate_limit import Pace
from tandem.errors import AccessLost, BudgetSpent, TryLater
from tandem.model import KeyProperty, TaskSchema, WriteResult, Written

CREATE = "/crm/v3/objects/tasks/batch/create"
DONE, GONE, EXISTS = WriteResult.DONE, WriteResult.GONE, WriteResult.EXISTS
LATER, UNKNOWN, REJECTED = WriteResult.TRY_LATER, WriteResult.UNKNOWN, WriteResult.REJECTED
UNIQUE = TaskSchema(key=KeyProperty.UNIQUE, statuses=())


def _tasks(count: int) -> list[NewTask]:
    return [NewTask(properties={"tandem_key": f"k-{number}"}) for number in range(count)]


def _results(written: Sequence[Written]) -> list[WriteResult]:
    return [one.result for one in written]


def _made(row: dict[str, Any], *, traced: bool = True) -> dict[str, Any]:
    key = row["properties"]["tandem_key"]
    trace = {"objectWriteTraceId": row["objectWriteTraceId"]} if traced else {}
    return {"id": f"9{key[2:]}", "properties": {"tandem_key": key}, **trace}


def _refused(message: str = "no", **more: Any) -> Reaction:
    return answer(
        {"status": "error", "message": message, "category": "VALIDATION_ERROR", **more}, 400
    )


async def test_a_write_tells_the_version_it_made() -> None:
    said = {"hs_lastmodifieddate": "2026-03-12T07:34:49.011Z"}
    made = {"id": "9", "properties": said, "objectWriteTraceId": "0"}

    [written] = await hubspot_on(ScriptedCrm([answer({"results": [made]}, 201)])).create_tasks(
        _tasks(1)
    )

    assert written.modified_at is not None
    assert written.modified_at.isoformat() == "2026-03-12T07:34:49.011000+00:00"


async def test_rows_are_told_apart_by_their_traces_in_whatever_order_they_come() -> None:
    def script(asked: Asked) -> Reaction:
        rows = asked.body["inputs"]
        return answer({"results": [_made(row) for row in reversed(rows)]}, 201)

    crm = ScriptedCrm(script)
    written = await hubspot_on(crm).create_tasks(_tasks(150))

    assert [f"9{number}" for number in range(150)] == [one.id for one in written]
    assert [asked.path for asked in crm.asked] == [CREATE, CREATE]
    assert [len(asked.body["inputs"]) for asked in crm.asked] == [100, 50]
    assert all(
        len({row["objectWriteTraceId"] for row in asked.body["inputs"]})
        == len(asked.body["inputs"])
        for asked in crm.asked
    )


async def test_without_traces_in_the_answer_the_key_tells() -> None:
    def script(asked: Asked) -> Reaction:
        rows = asked.body["inputs"]
        return answer({"results": [_made(row, traced=False) for row in reversed(rows)]}, 201)

    written = await hubspot_on(ScriptedCrm(script)).create_tasks(_tasks(3))

    assert [(one.result, one.id) for one in written] == [(DONE, "90"), (DONE, "91"), (DONE, "92")]


async def test_what_an_answer_cannot_be_matched_with_is_unknown() -> None:
    body = {"results": [{"id": "1"}, {"id": "2"}], "errors": [{"message": "something"}]}

    written = await hubspot_on(ScriptedCrm([answer(body, 207)])).create_tasks(_tasks(3))

    assert _results(written) == [UNKNOWN] * 3


async def test_nothing_to_write_is_no_call() -> None:
    crm = ScriptedCrm([])
    hubspot = hubspot_on(crm)

    assert await hubspot.create_tasks([]) == await hubspot.update_tasks([]) == []
    assert await hubspot.delete_tasks([]) == await hubspot.move_associations([]) == []
    assert crm.asked == []


@pytest.mark.parametrize("context", [{"ids": ["7"]}, {"id": ["7"]}, {"objectWriteTraceId": ["0"]}])
async def test_a_row_error_names_its_row_by_id_or_trace(context: dict[str, Any]) -> None:
    error = {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": context}
    body = {"results": [{"id": "8"}], "errors": [error]}

    written = await hubspot_on(ScriptedCrm([answer(body, 207)])).update_tasks(
        [{"id": "7", "hs_task_subject": "x"}, {"id": "8", "hs_task_subject": None}]
    )

    assert _results(written) == [GONE, DONE]


@pytest.mark.parametrize(
    ("error", "result", "holder"),
    [
        ({"category": "CONFLICT", "message": "Existing ID: 55"}, EXISTS, "55"),
        (
            {
                "category": "VALIDATION_ERROR",
                "message": "not valid",
                "errors": [
                    {
                        "code": "CONFLICTING_UNIQUE_VALUE",
                        "message": "Cannot set the value on 12. 55 already has that value.",
                        "context": {"propertyName": ["tandem_key"]},
                    }
                ],
            },
            EXISTS,
            "55",
        ),
        (
            {
                "category": "CONFLICT",
                "message": "taken",
                "context": {"propertyName": ["their_number"]},
            },
            REJECTED,
            None,
        ),
        ({"category": "LOCKED"}, LATER, None),
        ({"category": "RATE_LIMITS", "message": "slow"}, LATER, None),
        ({"category": "INTERNAL_ERROR"}, UNKNOWN, None),
        ({"category": None, "message": None}, REJECTED, None),
        (
            {"category": "VALIDATION_ERROR", "errors": [{"context": "{a=[b]}", "message": "odd"}]},
            REJECTED,
            None,
        ),
    ],
)
async def test_each_row_error_means_something(
    error: dict[str, Any], result: WriteResult, holder: str | None
) -> None:
    def script(asked: Asked) -> Reaction:
        first = {**error, "context": {**error.get("context", {}), "objectWriteTraceId": ["0"]}}
        rest = asked.body["inputs"][1:]
        return answer({"results": [_made(row) for row in rest], "errors": [first]}, 207)

    written = await hubspot_on(ScriptedCrm(script)).create_tasks(_tasks(2))

    assert (result, holder) == (written[0].result, written[0].id)


async def test_values_travel_as_texts_and_none_as_the_empty_one() -> None:
    crm = ScriptedCrm([answer({"results": [{"id": "7"}]})])

    await hubspot_on(crm).update_tasks([{"id": 7, "a": None, "b": True, "c": 3, "d": "x"}])

    (row,) = crm.asked[0].body["inputs"]
    assert row["properties"] == {"a": "", "b": "true", "c": "3", "d": "x"}
    assert row["id"] == "7"


async def test_a_taken_key_whose_holder_is_not_named_is_looked_up() -> None:
    def script(asked: Asked) -> Reaction:
        if asked.path == CREATE:
            error = {"category": "CONFLICT", "context": {"objectWriteTraceId": ["0"]}}
            return answer({"errors": [error]}, 207)
        assert asked.body["idProperty"] == "tandem_key"
        return answer({"results": [{"id": "55", "properties": {"tandem_key": "k-0"}}]})

    (written,) = await hubspot_on(ScriptedCrm(script)).create_tasks(_tasks(1))

    assert (written.result, written.id) == (EXISTS, "55")


async def test_a_look_that_fails_does_not_hide_what_was_written() -> None:
    def script(asked: Asked) -> Reaction:
        if asked.path == CREATE:
            error = {"category": "CONFLICT", "context": {"objectWriteTraceId": ["0"]}}
            return answer({"results": [_made(asked.body["inputs"][1])], "errors": [error]}, 207)
        return NotSent("refused")

    written = await hubspot_on(ScriptedCrm(script)).create_tasks(_tasks(2))

    assert [(one.result, one.id) for one in written] == [(EXISTS, None), (DONE, "91")]


@pytest.mark.parametrize("reaction", [ConnectionLost("broke"), answer({}, 502), answer("?", 201)])
async def test_a_lost_answer_is_not_repeated(reaction: Reaction) -> None:
    crm = ScriptedCrm([reaction])

    assert _results(await hubspot_on(crm).create_tasks(_tasks(2))) == [UNKNOWN] * 2
    assert len(crm.asked) == 1


async def test_trouble_before_anything_was_written_is_raised() -> None:
    with pytest.raises(TryLater):
        await hubspot_on(ScriptedCrm(lambda asked: NotSent("refused"))).create_tasks(_tasks(1))


async def test_a_spent_allocation_stops_between_two_calls() -> None:
    crm = ScriptedCrm(lambda asked: answer({"results": [_made(r) for r in asked.body["inputs"]]}))
    hubspot = hubspot_on(crm, pace=Pace(daily_calls=1))

    written = await hubspot.create_tasks(_tasks(120))

    assert _results(written) == [DONE] * 100 + [LATER] * 20
    assert written[-1].code == "BUDGET_SPENT"
    with pytest.raises(BudgetSpent):
        await hubspot.create_tasks(_tasks(1))


async def test_one_bad_row_of_a_hundred_costs_fifteen_calls_and_no_other_row() -> None:
    """An account that tells no rows apart refuses the whole batch."""

    def script(asked: Asked) -> Reaction:
        rows = asked.body["inputs"]
        if any(row["properties"]["tandem_key"] == "k-42" for row in rows):
            return _refused("Property values were not valid")
        return answer({"results": [_made(row) for row in rows]}, 201)

    crm = ScriptedCrm(script)
    written = await hubspot_on(crm).create_tasks(_tasks(100))

    assert {place: one.result for place, one in enumerate(written) if one.result is not DONE} == {
        42: REJECTED
    }
    assert "not valid" in written[42].message
    assert len(crm.asked) <= 15


async def test_a_batch_that_is_refused_for_every_row_stops_asking() -> None:
    """What was not found out is for the next run, not for parking."""
    crm = ScriptedCrm(lambda asked: _refused())
    hubspot = hubspot_on(crm)

    written = await hubspot.create_tasks(_tasks(100))
    first = len(crm.asked)
    hubspot.begin_run()
    await hubspot.create_tasks(_tasks(2))

    assert {REJECTED, LATER} == set(_results(written))
    assert first <= 60
    assert len(crm.asked) - first == 3


async def test_a_lock_on_the_whole_batch_is_tried_in_smaller_groups() -> None:
    def script(asked: Asked) -> Reaction:
        rows = asked.body["inputs"]
        if any(row["properties"]["tandem_key"] == "k-9" for row in rows):
            return answer({"category": "LOCKED"}, 423)
        return answer({"results": [_made(row) for row in rows]}, 201)

    clock = ManualClock()
    hubspot = hubspot_on(ScriptedCrm(script), clock=clock)
    written = await hubspot.create_tasks(_tasks(30))

    assert written[9].result is LATER
    assert _results(written[25:]) == [DONE] * 5
    assert clock.slept


async def test_what_is_refused_for_access_is_raised() -> None:
    body = {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredScopes": ["x.write"]}}]}

    with pytest.raises(AccessLost, match=r"x\.write"):
        await hubspot_on(ScriptedCrm([answer(body, 403)])).update_tasks([{"id": "1"}])


async def test_deletes_are_one_call_of_a_hundred() -> None:
    crm = ScriptedCrm(lambda asked: answer(status=204))

    written = await hubspot_on(crm).delete_tasks([str(number) for number in range(150)])

    assert _results(written) == [DONE] * 150
    assert {"inputs": [{"id": str(number)} for number in range(100)]} == crm.asked[0].body
    assert len(crm.asked) == 2


# --------------------------------------------------------------------------- associations


def _associated(asked: Asked) -> list[dict[str, Any]]:
    return [{"from": row["from"], "to": row["to"]} for row in asked.body["inputs"]]


async def test_two_thousand_pairs_are_one_call_and_attaching_comes_first() -> None:
    def script(asked: Asked) -> Reaction:
        if asked.path.endswith("archive"):
            return answer(status=204)
        return answer({"results": _associated(asked)})

    crm = ScriptedCrm(script)
    changes = [
        AssociationChange(task_id=str(number), to="contacts", add=("1", "2"), remove=("3", "4"))
        for number in range(1100)
    ]

    written = await hubspot_on(crm).move_associations(changes)

    assert _results(written) == [DONE] * 1100
    assert [asked.path.rpartition("/")[2] for asked in crm.asked] == [
        "default",
        "default",
        "archive",
        "archive",
    ]
    assert [len(asked.body["inputs"]) for asked in crm.asked[:2]] == [2000, 200]
    assert crm.asked[2].body["inputs"][0] == {"from": {"id": "0"}, "to": [{"id": "3"}, {"id": "4"}]}


async def test_a_pair_the_answer_does_not_mention_is_unknown_and_nothing_is_detached() -> None:
    crm = ScriptedCrm([answer({"results": []})])

    (written,) = await hubspot_on(crm).move_associations(
        [AssociationChange(task_id="1", to="contacts", add=("2",), remove=("3",))]
    )

    assert UNKNOWN is written.result
    assert len(crm.asked) == 1


async def test_numbers_in_an_answer_are_ids_too() -> None:
    body = {"results": [{"from": {"id": 1}, "to": {"id": 2}}]}

    (written,) = await hubspot_on(ScriptedCrm([answer(body)])).move_associations(
        [AssociationChange(task_id="1", to="deals", add=("2",))]
    )

    assert (written.result, written.id) == (DONE, "1")


async def test_trouble_after_a_first_call_leaves_the_rest_for_later() -> None:
    def script(asked: Asked) -> Reaction:
        if asked.path.endswith("archive"):
            return NotSent("refused")
        return answer({"results": _associated(asked)})

    (written,) = await hubspot_on(ScriptedCrm(script)).move_associations(
        [AssociationChange(task_id="1", to="contacts", add=("2",), remove=("3",))]
    )

    assert LATER is written.result
