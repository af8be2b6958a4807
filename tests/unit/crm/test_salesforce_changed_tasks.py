"""Reading changed tasks: which statements are sent when Salesforce is slow, forgets or makes small pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scripted_crm import Asked, Reaction, ScriptedCrm, answer, salesforce_on

from tandem.clock import ManualClock
from tandem.crm.connector import TaskSeen
from tandem.crm.salesforce.soql import grouped
from tandem.errors import Rejected, SettingsError, TryLater
from tandem.mapping.ids import id18
from tandem.model import Org

SINCE = datetime(2026, 11, 23, 9, tzinfo=UTC)
UNTIL = SINCE + timedelta(seconds=8)
ORG = Org(
    id=id18("00D5g0000000001"),
    name="A",
    is_sandbox=False,
    user_id=id18("0055g0000000001"),
    user_name="u",
    statuses=(),
    priorities=(),
    task_types=(),
    task_fields=frozenset({"Id", "IsDeleted", "SystemModstamp", "Subject", "WhoId"}),
    writable_fields=frozenset(),
    has_key_field=False,
)


def _row(number: int, second: int = 0) -> dict[str, Any]:
    stamp = (SINCE + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return {"Id": id18(f"00T5g00000{number:05d}"), "SystemModstamp": stamp, "Subject": str(number)}


def _page(*rows: dict[str, Any], more: str | None = None) -> Reaction:
    body = {"records": list(rows), "done": more is None, "totalSize": len(rows)}
    return answer(body if more is None else {**body, "nextRecordsUrl": more})


def _error(code: str) -> Reaction:
    return answer([{"errorCode": code, "message": code.lower()}], 400)


async def _read(
    crm: ScriptedCrm, until: datetime | None = UNTIL, clock: ManualClock | None = None, **more: Any
) -> list[TaskSeen]:
    salesforce = salesforce_on(crm, clock=clock)
    salesforce.know(ORG)
    found: list[TaskSeen] = []
    async for page in salesforce.changed_tasks(SINCE, until, fields=("Subject",), **more):
        assert page.watermark == page.tasks[-1].system_modstamp
        found += page.tasks
    return found


def _statement(asked: Asked) -> str:
    return asked.query["q"][0].partition(" WHERE ")[2]


def _window(asked: Asked) -> tuple[str, str]:
    """The seconds of the statement's bounds."""
    first, last = re.findall(r"09:00:(\d\d)Z", _statement(asked))
    return first, last


async def test_the_statement_names_only_visible_fields_and_goes_by_stamp_and_id() -> None:
    crm = ScriptedCrm([_page()])

    await _read(crm, condition="Subject != null OR WhoId = null")

    assert crm.asked[0].path.endswith("/queryAll")
    assert crm.asked[0].query["q"] == [
        (
            "SELECT Id, IsDeleted, SystemModstamp, Who.Type, Who.Email, Subject FROM Task "
            "WHERE SystemModstamp >= 2026-11-23T09:00:00Z AND SystemModstamp < 2026-11-23T09:00:08Z "
            "AND (Subject != null OR WhoId = null) ORDER BY SystemModstamp, Id"
        )
    ]


async def test_pages_are_followed_however_small_long_descriptions_make_them() -> None:
    crm = ScriptedCrm([_page(_row(1), more="/n1"), _page(_row(2), more="/n2"), _page(_row(3, 5))])

    found = await _read(crm)

    assert [task.fields["Subject"] for task in found] == ["1", "2", "3"]
    assert [asked.path for asked in crm.asked[1:]] == ["/n1", "/n2"]


async def test_a_dead_cursor_is_taken_up_after_the_last_row_without_waiting() -> None:
    clock = ManualClock()
    crm = ScriptedCrm(
        [_page(_row(1, 2), more="/n1"), _error("INVALID_QUERY_LOCATOR"), _page(_row(2, 2))]
    )

    found = await _read(crm, clock=clock)

    assert [task.fields["Subject"] for task in found] == ["1", "2"]
    assert clock.slept == []
    assert _statement(crm.asked[2]).startswith(
        "(SystemModstamp > 2026-11-23T09:00:02Z OR (SystemModstamp = 2026-11-23T09:00:02Z "
        f"AND Id > '{_row(1)['Id']}')) AND SystemModstamp < 2026-11-23T09:00:08Z"
    )


async def test_a_slow_window_is_halved_until_it_is_quick_enough() -> None:
    slow = _error("QUERY_TIMEOUT")
    crm = ScriptedCrm([slow, slow, _page(_row(1)), _page(_row(2, 3)), _page(_row(3, 5))])

    found = await _read(crm)

    assert [task.fields["Subject"] for task in found] == ["1", "2", "3"]
    windows = [_window(asked) for asked in crm.asked]
    assert windows == [("00", "08"), ("00", "04"), ("00", "02"), ("02", "04"), ("04", "08")]


async def test_a_slow_next_page_is_asked_anew_and_not_halved() -> None:
    crm = ScriptedCrm([_page(_row(1, 2), more="/n1"), _error("QUERY_TIMEOUT"), _page(_row(2, 3))])

    await _read(crm)

    assert "AND SystemModstamp < 2026-11-23T09:00:08Z" in _statement(crm.asked[2])
    assert f"Id > '{_row(1)['Id']}'" in _statement(crm.asked[2])


async def test_an_open_window_is_halved_up_to_the_org_s_own_time() -> None:
    dated = {"date": "Mon, 23 Nov 2026 09:00:10 GMT"}
    slow = answer([{"errorCode": "QUERY_TIMEOUT", "message": ""}], 400, dated)
    crm = ScriptedCrm([slow, _page(_row(1)), _page(_row(2, 9))])

    await _read(crm, until=None)

    assert "SystemModstamp < 2026-11-23T09:00:05Z" in _statement(crm.asked[1])
    assert _statement(crm.asked[2]).startswith("SystemModstamp >= 2026-11-23T09:00:05Z ORDER")


async def test_other_trouble_is_tried_again_as_ever() -> None:
    crm = ScriptedCrm([answer([{"errorCode": "SERVER_UNAVAILABLE"}], 503), _page(_row(1))])

    assert len(await _read(crm)) == 1


# --------------------------------------------------------------------------- conditions and jobs


@pytest.mark.parametrize(
    "condition",
    ["a = 1)", "(a = 1", "a = 'x", "a = 1) OR (b = 2", "a = 'it\\'"],
)
def test_a_condition_that_does_not_stand_for_itself_is_refused(condition: str) -> None:
    with pytest.raises(SettingsError, match="no counterpart"):
        grouped(condition)


@pytest.mark.parametrize("condition", ["a = ')'", "(a = 1) OR (b = 2)", "a = 'it\\'s (' "])
def test_a_condition_may_hold_what_it_closes(condition: str) -> None:
    assert f"({condition})" == grouped(condition)


class _Bulk:
    """An org whose Bulk job goes through *states* and gives *pages* of CSV."""

    def __init__(self, states: list[dict[str, Any]], pages: list[tuple[bytes, str]]) -> None:
        self._states, self._pages = states, pages

    def __call__(self, asked: Asked) -> Reaction:
        if asked.path.endswith("/queryAll"):
            return answer({"records": [], "done": True, "totalSize": 3000})
        if asked.path.endswith("/describe"):
            kinds = {
                "Id": "id",
                "IsDeleted": "boolean",
                "SystemModstamp": "datetime",
                "Subject": "string",
                "Calls__c": "int",
            }
            return answer({"fields": [{"name": n, "type": kind} for n, kind in kinds.items()]})
        if asked.method == "POST":
            return answer({"id": "750x", "state": "UploadComplete"})
        if asked.path.endswith("/results"):
            body, locator = self._pages.pop(0)
            answered = answer(headers={"sforce-locator": locator})
            return type(answered)(status=200, headers=answered.headers, body=body)
        if asked.method == "GET":
            return answer({"id": "750x", **self._states.pop(0)})
        return answer(status=204)


async def _where(crm: ScriptedCrm, clock: ManualClock | None = None) -> list[TaskSeen]:
    salesforce = salesforce_on(crm, clock=clock)
    salesforce.know(ORG)
    batches = [batch async for batch in salesforce.tasks_where("", fields=("Subject",))]
    return [task for batch in batches for task in batch]


HEADER = '"Id","IsDeleted","SystemModstamp","Subject","Calls__c","Who.Type","Who.Email"\n'
STAMP = "2026-11-23T09:00:00.000Z"


async def test_csv_becomes_what_rest_would_give() -> None:
    one, two = _row(1)["Id"], _row(2)["Id"]
    first = (
        f'{HEADER}"{one}","false","{STAMP}","two\nlines, ""quoted"" 日本","3","Contact","A@B.jp"\n'
    )
    second = f'{HEADER}"{two}","true","{STAMP}","","","",""\n'
    clock = ManualClock()
    states = [{"state": "UploadComplete"}, {"state": "InProgress"}, {"state": "JobComplete"}]
    crm = ScriptedCrm(_Bulk(states, [(first.encode(), "MQ"), (second.encode(), "null")]))

    found = await _where(crm, clock)

    assert (
        found[0].fields["Subject"],
        found[0].fields["Calls__c"],
        found[0].who_type,
        found[0].who_email,
        found[0].is_deleted,
    ) == ('two\nlines, "quoted" 日本', 3, "Contact", "a@b.jp", False)
    assert (
        found[1].fields["Subject"],
        found[1].fields["Calls__c"],
        found[1].who_type,
        found[1].is_deleted,
    ) == (None, None, None, True)
    assert found[0].system_modstamp == SINCE
    assert clock.slept == [1.0, 2.0]
    assert crm.asked[-2].query["locator"] == ["MQ"]
    assert crm.asked[-1].method == "DELETE"


@pytest.mark.parametrize(
    ("message", "kind"),
    [("INVALID_FIELD: no such column", Rejected), ("InternalServerError : oops", TryLater)],
)
async def test_a_failed_job_says_why_and_is_removed(message: str, kind: type[Exception]) -> None:
    states = [{"state": "Failed", "errorMessage": message}]
    crm = ScriptedCrm(_Bulk(states, []))

    with pytest.raises(kind, match=message.partition(":")[2].strip()):
        await _where(crm)

    assert crm.asked[-1].method == "DELETE"


async def test_a_job_that_takes_for_ever_is_aborted_for_now() -> None:
    clock = ManualClock()
    crm = ScriptedCrm(_Bulk([{"state": "InProgress"}] * 500, []))

    with pytest.raises(TryLater, match="minutes"):
        await _where(crm, clock)

    assert [asked.method for asked in crm.asked[-2:]] == ["PATCH", "DELETE"]
    assert 3600 <= sum(clock.slept) < 3700


async def test_a_result_that_is_no_csv_is_for_later() -> None:
    crm = ScriptedCrm(_Bulk([{"state": "JobComplete"}], [(HEADER.encode() + b'"x"\n', "null")]))

    with pytest.raises(TryLater, match="CSV"):
        await _where(crm)
