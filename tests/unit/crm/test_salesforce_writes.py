"""Writing in batches: one answer for each record, whatever becomes of the call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from scripted_crm import UNLIMITED, Asked, Reaction, ScriptedCrm, answer, salesforce_on

from tandem.clock import ManualClock
from tandem.crm.http import ConnectionLost, NotSent
from tandem.crm.rate_limit import Pace
from tandem.errors import BudgetSpent, RateLimited, Rejected, TryLater
from tandem.mapping.ids import id18
from tandem.model import WriteResult, Written

PATH = "/services/data/v62.0/composite"
DONE, LATER, UNKNOWN, REJECTED = (
    WriteResult.DONE,
    WriteResult.TRY_LATER,
    WriteResult.UNKNOWN,
    WriteResult.REJECTED,
)


def _tasks(count: int) -> list[dict[str, Any]]:
    return [{"Subject": f"s{number}", "Tandem_Key__c": f"k-{number}"} for number in range(count)]


def _task_id(number: int) -> str:
    return id18(f"00T5g00000{number:05d}")


def _landed(number: int) -> dict[str, Any]:
    return {"id": _task_id(number), "success": True, "errors": []}


def _failed(code: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": code, "fields": []}]}


class Org:
    """Answers collections and composites; *item* says what becomes of a record."""

    def __init__(self, item: Any = None) -> None:
        self._item = item or (lambda record: _landed(int(record["Subject"][1:])))
        self.sizes: list[int] = []
        self.collections: list[int] = []

    def __call__(self, asked: Asked) -> Reaction:
        if asked.path == PATH:
            parts = asked.body["compositeRequest"]
            self.sizes.append(sum(len(part["body"]["records"]) for part in parts))
            return answer(
                {
                    "compositeResponse": [
                        {
                            "body": self._records(part["body"]["records"]),
                            "httpHeaders": {},
                            "httpStatusCode": 200,
                            "referenceId": part["referenceId"],
                        }
                        for part in parts
                    ]
                }
            )
        assert f"{PATH}/sobjects" == asked.path
        self.sizes.append(len(asked.body["records"]))
        return answer(self._records(asked.body["records"]))

    def _records(self, records: list[dict[str, Any]]) -> list[Any]:
        self.collections.append(len(records))
        return [self._item(record) for record in records]


def _results(written: Sequence[Written]) -> list[WriteResult]:
    return [one.result for one in written]


async def test_a_thousand_creates_are_one_call_of_five_collections() -> None:
    org = Org()

    written = await salesforce_on(ScriptedCrm(org)).create_tasks(_tasks(1000))

    assert _results(written) == [DONE] * 1000
    assert [_task_id(number) for number in range(1000)] == [one.id for one in written]
    assert org.sizes == [1000]
    assert org.collections == [200] * 5


async def test_two_hundred_creates_are_one_plain_collection() -> None:
    crm = ScriptedCrm(Org())

    await salesforce_on(crm).create_tasks(_tasks(200))

    assert [f"{PATH}/sobjects"] == [asked.path for asked in crm.asked]
    assert crm.asked[0].body["allOrNone"] is False
    assert crm.asked[0].body["records"][0]["attributes"] == {"type": "Task"}
    assert crm.asked[0].headers["Sforce-Call-Options"] == "client=tandem"


async def test_nothing_to_write_is_no_call() -> None:
    crm = ScriptedCrm([])

    assert await salesforce_on(crm).create_tasks([]) == []
    assert crm.asked == []


async def test_updates_patch_by_id() -> None:
    crm = ScriptedCrm([answer([_landed(1)])])

    await salesforce_on(crm).update_tasks([{"Id": "00T5g0000000001", "Status": "Completed"}])

    (record,) = crm.asked[0].body["records"]
    assert crm.asked[0].method == "PATCH"
    assert {
        "attributes": {"type": "Task"},
        "id": _task_id(1),
        "Status": "Completed",
    } == record


async def test_deletes_name_their_ids() -> None:
    crm = ScriptedCrm([answer([_landed(1), _failed("ENTITY_IS_DELETED")])])

    written = await salesforce_on(crm).delete_tasks([_task_id(1), _task_id(2)])

    assert _results(written) == [DONE, WriteResult.GONE]
    assert crm.asked[0].method == "DELETE"
    assert [f"{_task_id(1)},{_task_id(2)}"] == crm.asked[0].query["ids"]
    assert crm.asked[0].query["allOrNone"] == ["false"]


async def test_participants_are_relations_of_their_tasks() -> None:
    crm = ScriptedCrm([answer([_landed(1)])])

    await salesforce_on(crm).add_participants([(_task_id(1), id18("0035g0000000001"))])

    (record,) = crm.asked[0].body["records"]
    assert record["attributes"] == {"type": "TaskRelation"}
    assert (_task_id(1), id18("0035g0000000001")) == (record["TaskId"], record["RelationId"])


@pytest.mark.parametrize("count", [3, 700])
@pytest.mark.parametrize(
    "reaction",
    [ConnectionLost("broke"), answer([{"errorCode": "UNKNOWN_EXCEPTION"}], 500), answer("?")],
)
async def test_a_lost_answer_leaves_every_record_unknown_and_is_not_repeated(
    count: int, reaction: Reaction
) -> None:
    crm = ScriptedCrm([reaction])

    written = await salesforce_on(crm).create_tasks(_tasks(count))

    assert [UNKNOWN] * count == _results(written)
    assert len(crm.asked) == 1


async def test_a_request_that_never_left_is_repeated() -> None:
    crm = ScriptedCrm([NotSent("refused"), answer([_landed(0)])])

    assert _results(await salesforce_on(crm).create_tasks(_tasks(1))) == [DONE]


async def test_trouble_before_anything_was_written_is_raised() -> None:
    crm = ScriptedCrm(lambda asked: NotSent("refused"))

    with pytest.raises(TryLater):
        await salesforce_on(crm).create_tasks(_tasks(1))


async def test_trouble_after_a_first_call_leaves_the_rest_for_later() -> None:
    limit = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    org = Org()

    def script(asked: Asked) -> Reaction:
        return answer(limit, 403) if org.sizes else org(asked)

    written = await salesforce_on(ScriptedCrm(script)).create_tasks(_tasks(1200))

    assert _results(written) == [DONE] * 1000 + [LATER] * 200
    assert written[1100].code == "REQUEST_LIMIT_EXCEEDED"


async def test_the_day_s_end_before_anything_was_written_is_raised() -> None:
    limit = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]

    with pytest.raises(RateLimited):
        await salesforce_on(ScriptedCrm([answer(limit, 403)])).create_tasks(_tasks(1))


async def test_a_spent_allocation_stops_between_two_calls() -> None:
    pace = Pace(daily_calls=1)
    salesforce = salesforce_on(ScriptedCrm(Org()), pace=pace)

    written = await salesforce.create_tasks(_tasks(1100))

    assert _results(written) == [DONE] * 1000 + [LATER] * 100
    with pytest.raises(BudgetSpent):
        await salesforce.create_tasks(_tasks(1))


async def test_one_part_that_fails_says_nothing_about_the_others() -> None:
    def script(asked: Asked) -> Reaction:
        parts = [
            {
                "referenceId": "part1",
                "httpStatusCode": 500,
                "body": [{"errorCode": "UNKNOWN_EXCEPTION"}],
            },
            {
                "referenceId": "part0",
                "httpStatusCode": 200,
                "body": [_landed(n) for n in range(200)],
            },
        ]
        return answer({"compositeResponse": parts})

    written = await salesforce_on(ScriptedCrm(script)).create_tasks(_tasks(500))

    assert _results(written) == [DONE] * 200 + [UNKNOWN] * 300


async def test_an_answer_with_too_few_items_is_no_answer() -> None:
    crm = ScriptedCrm([answer([_landed(0)])])

    assert _results(await salesforce_on(crm).create_tasks(_tasks(2))) == [UNKNOWN] * 2


async def test_failed_locks_alone_are_tried_again_in_smaller_groups() -> None:
    seen: dict[str, int] = {}

    def item(record: dict[str, Any]) -> dict[str, Any]:
        subject = record["Subject"]
        seen[subject] = seen.get(subject, 0) + 1
        is_locked = int(subject[1:]) < 120 and seen[subject] < 3
        return _failed("UNABLE_TO_LOCK_ROW") if is_locked else _landed(int(subject[1:]))

    org, clock = Org(item), ManualClock()
    written = await salesforce_on(ScriptedCrm(org), clock=clock).create_tasks(_tasks(300))

    assert _results(written) == [DONE] * 300
    assert org.sizes == [300, 120, 50, 50, 20]
    assert len(clock.slept) == 2


async def test_locks_cost_at_most_ten_more_calls_a_run() -> None:
    org = Org(lambda record: _failed("UNABLE_TO_LOCK_ROW"))
    salesforce = salesforce_on(ScriptedCrm(org))

    written = await salesforce.create_tasks(_tasks(30))
    await salesforce.create_tasks(_tasks(30))
    calls = len(org.sizes)
    salesforce.begin_run()
    await salesforce.create_tasks(_tasks(30))

    assert _results(written) == [LATER] * 30
    assert written[0].code == "UNABLE_TO_LOCK_ROW"
    assert calls == 12
    assert len(org.sizes) == 23


async def test_one_record_that_spoils_a_call_is_found() -> None:
    def script(asked: Asked) -> Reaction:
        if any(record["Subject"] == "s5" for record in asked.body["records"]):
            return answer([{"errorCode": "JSON_PARSER_ERROR", "message": "bad"}], 400)
        return answer([_landed(int(record["Subject"][1:])) for record in asked.body["records"]])

    written = await salesforce_on(ScriptedCrm(script)).create_tasks(_tasks(8))

    assert _results(written) == [DONE] * 5 + [REJECTED] + [DONE] * 2


async def test_a_call_that_took_long_makes_the_next_smaller_and_a_quick_one_larger() -> None:
    org, clock = Org(), ManualClock()

    def script(asked: Asked) -> Reaction:
        if len(org.sizes) < 2:
            clock.advance(15)
        return org(asked)

    await salesforce_on(ScriptedCrm(script), clock=clock).create_tasks(_tasks(4000))

    assert org.sizes == [1000, 500, 250, 500, 1000, 750]


async def test_a_refusal_of_a_single_record_is_its_outcome_not_an_error() -> None:
    crm = ScriptedCrm([answer([{"errorCode": "INVALID_FIELD", "message": "No such column"}], 400)])

    (written,) = await salesforce_on(crm, pace=UNLIMITED).create_tasks(_tasks(1))

    assert REJECTED is written.result
    assert written.code == "INVALID_FIELD"
    assert not isinstance(written, Rejected)
