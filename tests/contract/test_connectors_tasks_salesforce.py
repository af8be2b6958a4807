"""Tasks that people made in the simulated org: what changed, what was deleted, what meets a condition."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from joined_crms import START, Joined

from tandem.crm.connector import TASK_FACTS, DeletionsForgotten, TaskPage, TaskSeen
from tandem.errors import Rejected, SettingsError, TryLater
from tandem.model import Side, WriteResult

DONE, GONE = WriteResult.DONE, WriteResult.GONE
LATER, UNKNOWN, REJECTED = WriteResult.TRY_LATER, WriteResult.UNKNOWN, WriteResult.REJECTED
FIELDS = (
    "Subject",
    "Status",
    "Priority",
    "ActivityDate",
    "Description",
    "OwnerId",
    "WhoId",
    "WhatId",
)
END = START + timedelta(days=1)


async def _joined() -> Joined:
    joined = Joined(data="empty")
    await joined.salesforce.create_key_field()
    await joined.salesforce.org()
    return joined


def _make(joined: Joined, subject: str, **fields: Any) -> str:
    return str(joined.in_salesforce("create_task", fields={"Subject": subject, **fields})["id"])


def _person(joined: Joined, kind: str = "Contact", email: str = "a@example.jp") -> str:
    fields = {"LastName": "Tanaka", "Email": email}
    if kind == "Lead":
        fields["Company"] = "A"
    return str(joined.in_salesforce("create_record", object=kind, fields=fields)["id"])


async def _pages(pages: AsyncIterator[TaskPage]) -> list[TaskPage]:
    return [page async for page in pages]


async def _changed(
    joined: Joined, since: datetime = START, until: datetime | None = END, **more: Any
) -> list[TaskSeen]:
    pages = await _pages(joined.salesforce.changed_tasks(since, until, fields=FIELDS, **more))
    return [task for page in pages for task in page.tasks]


async def _where(joined: Joined, condition: str = "") -> list[TaskSeen]:
    found: list[TaskSeen] = []
    async for batch in joined.salesforce.tasks_where(condition, fields=FIELDS):
        found += batch
    return found


async def _many(joined: Joined, count: int, **more: Any) -> None:
    records = [{"Subject": f"s{number}", **more} for number in range(count)]
    await joined.salesforce.create_tasks(records)


# --------------------------------------------------------------------------- changed


async def test_a_changed_task_tells_all_that_deciding_needs() -> None:
    joined = await _joined()
    contact, lead = _person(joined), _person(joined, "Lead", "Lead@Example.jp")
    account = joined.in_salesforce("create_record", object="Account", fields={"Name": "A"})["id"]
    one = _make(joined, "one", WhoId=contact, WhatId=account, Description="x")
    two = _make(joined, "two", WhoId=lead)
    three = _make(joined, "three")

    found = {task.id: task for task in await _changed(joined)}

    assert {one, two, three} == set(found)
    assert (
        found[one].who_type,
        found[one].who_email,
        found[one].what_type,
        found[one].owner_type,
    ) == ("Contact", "a@example.jp", "Account", "User")
    assert (
        found[two].who_type,
        found[two].who_email,
        found[two].what_type,
    ) == ("Lead", "lead@example.jp", None)
    assert (found[three].who_type, found[three].who_email) == (None, None)
    assert {START} == {task.created_at for task in found.values()}
    assert {START} == {task.system_modstamp for task in found.values()}
    assert all(task.created_by and not task.is_recurrence for task in found.values())
    assert (found[one].fields["Description"], found[one].fields["Subject"]) == ("x", "one")
    assert "Who" not in found[one].fields


async def test_a_queue_s_task_says_whose_it_is() -> None:
    joined = await _joined()
    queue = joined.in_salesforce(
        "create_record",
        object="Group",
        fields={"Name": "Support", "DeveloperName": "Support", "Type": "Queue"},
    )["id"]
    joined.in_salesforce(
        "create_record", object="QueueSobject", fields={"QueueId": queue, "SobjectType": "Task"}
    )
    task = _make(joined, "q", OwnerId=queue)

    (changed,) = await _changed(joined)
    (read,) = (await joined.salesforce.tasks([task], ["Subject", *TASK_FACTS])).values()
    (plain,) = (await joined.salesforce.tasks([task], ["Subject"])).values()

    assert (changed.owner_type, read.owner_type, plain.owner_type) == ("Queue", "Queue", None)
    assert changed.created_at == read.created_at == START


async def test_one_call_reads_two_thousand_and_the_watermark_is_the_last_stamp() -> None:
    joined = await _joined()
    await _many(joined, 1999)
    joined.sandbox.world.clock.advance(60)
    _make(joined, "last")
    before = joined.requests(Side.SALESFORCE)

    pages = await _pages(joined.salesforce.changed_tasks(START, None, fields=FIELDS))

    assert joined.requests(Side.SALESFORCE) - before == 1
    assert [len(page.tasks) for page in pages] == [2000]
    assert START + timedelta(seconds=60) == pages[-1].watermark


async def test_a_quiet_org_costs_one_call_and_gives_no_page() -> None:
    joined = await _joined()
    before = joined.requests(Side.SALESFORCE)

    assert await _changed(joined) == []
    assert joined.requests(Side.SALESFORCE) - before == 1


async def test_the_window_is_closed_below_and_open_above() -> None:
    joined = await _joined()
    _make(joined, "first")
    joined.sandbox.world.clock.advance(10)
    _make(joined, "second")

    early = await _changed(joined, START, START + timedelta(seconds=10))
    late = await _changed(joined, START + timedelta(seconds=10), None)

    assert [task.fields["Subject"] for task in early] == ["first"]
    assert [task.fields["Subject"] for task in late] == ["second"]


async def test_deleted_and_archived_tasks_and_heads_of_series_are_told() -> None:
    joined = await _joined()
    gone, old = _make(joined, "gone"), _make(joined, "old", Status="Completed")
    joined.in_salesforce("delete_record", id=gone)
    joined.in_salesforce("archive_now", id=old)
    head = joined.in_salesforce(
        "create_series",
        fields={
            "Subject": "weekly",
            "RecurrenceType": "RecursDaily",
            "RecurrenceInterval": 1,
            "RecurrenceStartDateOnly": "2026-12-01",
            "RecurrenceEndDateOnly": "2026-12-03",
        },
    )["id"]

    found = {task.id: task for task in await _changed(joined)}

    assert found[gone].is_deleted
    assert found[old].is_archived
    assert [head] == [task.id for task in found.values() if task.is_recurrence]
    assert len(found) == 6


async def test_a_condition_narrows_and_stands_for_itself() -> None:
    joined = await _joined()
    _make(joined, "a", Priority="High")
    _make(joined, "b")
    _make(joined, "c", Status="Completed")

    found = await _changed(joined, condition="Priority = 'High' OR Status = 'Completed'")

    assert {"a", "c"} == {task.fields["Subject"] for task in found}
    with pytest.raises(SettingsError, match="parenthesis"):
        await _changed(joined, condition="Priority = 'High') OR (IsDeleted = true")


async def test_an_expired_cursor_is_taken_up_after_the_last_row() -> None:
    """All rows share one second, as after a bulk edit."""
    joined = await _joined()
    await _many(joined, 4500)
    joined.fault(Side.SALESFORCE, kind="locator_expired")

    found = await _changed(joined)

    assert 4500 == len(found) == len({task.id for task in found})


@pytest.mark.parametrize("until", [END, None])
async def test_a_window_too_slow_is_halved_and_nothing_is_missed(until: datetime | None) -> None:
    joined = await _joined()
    for number in range(6):
        _make(joined, f"s{number}")
        joined.sandbox.world.clock.advance(30)
    joined.fault(Side.SALESFORCE, kind="query_timeout", times=3)

    found = await _changed(joined, START, until)

    assert [f"s{number}" for number in range(6)] == [task.fields["Subject"] for task in found]
    assert joined.time.slept == []


async def test_a_single_second_that_stays_too_slow_is_for_later() -> None:
    joined = await _joined()
    _make(joined, "s")
    joined.fault(Side.SALESFORCE, kind="query_timeout", times=-1)

    with pytest.raises(TryLater) as error:
        await _changed(joined)

    assert error.value.code == "QUERY_TIMEOUT"


async def test_a_field_hidden_since_the_org_was_read_is_left_out() -> None:
    joined = await _joined()
    _make(joined, "s")
    org = await joined.salesforce.org()
    joined.salesforce.know(replace(org, task_fields=org.task_fields | {"Gone__c"}))
    pages = await _pages(joined.salesforce.changed_tasks(START, END, fields=("Subject", "Gone__c")))

    assert [(task.fields["Subject"], "Gone__c" in task.fields) for task in pages[0].tasks] == [
        ("s", False)
    ]


# --------------------------------------------------------------------------- deleted


async def test_deletions_are_told_with_their_time_even_from_an_emptied_bin() -> None:
    joined = await _joined()
    one, two, _ = (_make(joined, subject) for subject in "abc")
    joined.sandbox.world.clock.advance(120)
    joined.in_salesforce("delete_record", id=one)
    joined.in_salesforce("hard_delete", id=two)
    joined.sandbox.world.clock.advance(120)

    deleted = await joined.salesforce.deleted_tasks(START, joined.time.now())

    assert {one, two} == set(deleted.ids)
    assert START + timedelta(seconds=120) == deleted.ids[one]
    assert START + timedelta(seconds=240) == deleted.covered_until


async def test_a_window_of_seconds_is_widened_to_a_minute() -> None:
    joined = await _joined()

    deleted = await joined.salesforce.deleted_tasks(START, START + timedelta(seconds=5))

    assert deleted.ids == {}


@pytest.mark.parametrize("days", [20, 40])
async def test_deletions_too_long_ago_are_told_apart(days: int) -> None:
    joined = await _joined()

    with pytest.raises(DeletionsForgotten, match="no longer tells"):
        await joined.salesforce.deleted_tasks(START - timedelta(days=days), START)


# --------------------------------------------------------------------------- by a condition


async def test_few_tasks_are_read_by_a_query_and_many_by_a_bulk_job_alike() -> None:
    joined = await _joined()
    contact = _person(joined)
    await _many(joined, 1500, WhoId=contact, Description='line\n"quoted", 日本語', Priority="High")
    few = await _where(joined)
    _make(joined, "call", CallDurationInSeconds=90)
    await _many(joined, 600)
    joined.switch(bulk_polls=3)
    before = joined.requests(Side.SALESFORCE)

    many = await _where(joined)

    assert (len(few), len({task.id for task in many})) == (1500, 2101)
    by_id = {task.id: task for task in many}
    assert few == [by_id[task.id] for task in few]
    paths = [one.path for one in joined.sandbox.world.journal.requests("salesforce")[before:]]
    assert any("jobs/query" in path for path in paths)
    assert joined.time.slept == sorted(joined.time.slept) != []


async def test_a_condition_is_counted_and_keeps_to_living_tasks() -> None:
    joined = await _joined()
    gone = _make(joined, "a")
    archived = _make(joined, "a", Status="Completed")
    _make(joined, "b")
    joined.in_salesforce("delete_record", id=gone)
    joined.in_salesforce("archive_now", id=archived)

    found = await _where(joined, "Subject = 'a'")

    assert [archived] == [task.id for task in found]
    assert (
        await joined.salesforce.count_tasks("Subject = 'a'"),
        await joined.salesforce.count_tasks(""),
    ) == (1, 2)


async def test_of_some_tasks_those_are_told_that_meet_a_condition() -> None:
    joined = await _joined()
    high, low = _make(joined, "a", Priority="High"), _make(joined, "b", Priority="Low")
    other = _make(joined, "c", Priority="High")
    joined.in_salesforce("archive_now", id=high)

    found = await joined.salesforce.tasks_meeting([high, low], "Priority = 'High' OR Subject = 'z'")

    assert {high} == found
    assert other not in found
    assert await joined.salesforce.tasks_meeting([], "Priority = 'High'") == frozenset()


async def test_accounts_tell_the_domain_of_their_website() -> None:
    joined = await _joined()
    with_site, without = (
        joined.in_salesforce("create_record", object="Account", fields={"Name": "A", **more})["id"]
        for more in ({"Website": "https://www.Example.jp/shop"}, {})
    )

    assert {with_site: "example.jp"} == await joined.salesforce.account_domains(
        [with_site, without, "nonsense"]
    )


async def test_salesforce_says_what_is_wrong_with_a_condition() -> None:
    joined = await _joined()

    assert await joined.salesforce.check_condition("Priority = 'High'") is None
    assert "Nonsense__c" in str(await joined.salesforce.check_condition("Nonsense__c = 1"))
    assert await joined.salesforce.check_condition("Priority ==") is not None
    assert "parenthesis" in str(await joined.salesforce.check_condition("(Priority = 'x'"))
    with pytest.raises(Rejected):
        await joined.salesforce.count_tasks("Nonsense__c = 1")


async def test_a_bulk_result_comes_in_pages_and_the_job_is_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tandem.crm.salesforce.bulk._PAGE_ROWS", 700)
    joined = await _joined()
    await _many(joined, 2100)

    batches = [batch async for batch in joined.salesforce.tasks_where("", fields=FIELDS)]

    assert sum(map(len, batches)) == 2100
    assert max(map(len, batches)) <= 500
    requests = joined.sandbox.world.journal.requests("salesforce")
    assert len([one for one in requests if one.path.endswith("/results")]) == 3
    assert requests[-1].method == "DELETE"


async def test_whoever_stops_reading_leaves_no_job_behind() -> None:
    joined = await _joined()
    await _many(joined, 2100)

    batches = joined.salesforce.tasks_where("", fields=FIELDS)
    async for _ in batches:
        break
    await batches.aclose()  # type: ignore[attr-defined]

    assert joined.sandbox.world.journal.requests("salesforce")[-1].method == "DELETE"


@pytest.mark.parametrize("count", [1, 2100])
async def test_a_field_hidden_since_is_left_out_of_many_rows_and_of_few(count: int) -> None:
    joined = await _joined()
    await _many(joined, count)
    org = await joined.salesforce.org()
    joined.salesforce.know(replace(org, task_fields=org.task_fields | {"Gone__c"}))

    batches = joined.salesforce.tasks_where("", fields=("Subject", "Gone__c"))

    found = [task async for batch in batches for task in batch]
    assert count == len(found)
    assert "Gone__c" not in found[0].fields


async def test_without_the_bulk_api_the_same_rows_come_by_query() -> None:
    joined = await _joined()
    await _many(joined, 2100)
    joined.fault(
        Side.SALESFORCE,
        kind="status",
        method="POST",
        path="*/jobs/query",
        status=403,
        body=[{"errorCode": "FUNCTIONALITY_NOT_ENABLED", "message": "Bulk is off"}],
    )

    assert len(await _where(joined)) == 2100


# --------------------------------------------------------------------------- one careful update


async def test_a_task_changed_since_is_not_overwritten() -> None:
    joined = await _joined()
    task = _make(joined, "s")
    read_at = joined.time.now()
    joined.sandbox.world.clock.advance(5)

    first = await joined.salesforce.update_task_if_unmodified(
        {"Id": task, "Subject": "ours"}, read_at
    )
    again = await joined.salesforce.update_task_if_unmodified(
        {"Id": task, "Subject": "late"}, read_at
    )
    (now,) = (await joined.salesforce.tasks([task], ["Subject"])).values()

    assert (DONE, task) == (first.result, first.id)
    assert (again.result, again.code) == (LATER, "PRECONDITION")
    assert now.fields["Subject"] == "ours"


async def test_a_careful_update_of_a_deleted_task_says_so() -> None:
    joined = await _joined()
    task = _make(joined, "s")
    joined.in_salesforce("delete_record", id=task)

    written = await joined.salesforce.update_task_if_unmodified({"Id": task, "Subject": "x"}, END)

    assert GONE is written.result


async def test_a_careful_update_that_is_refused_or_unanswered_says_so() -> None:
    joined = await _joined()
    task = _make(joined, "s")
    refused = await joined.salesforce.update_task_if_unmodified(
        {"Id": task, "Subject": "x" * 256}, END
    )
    joined.fault(Side.SALESFORCE, kind="drop_after", method="PATCH", path="*/sobjects/Task/*")
    lost = await joined.salesforce.update_task_if_unmodified({"Id": task, "Subject": "x"}, END)

    assert (refused.result, refused.code) == (REJECTED, "STRING_TOO_LONG")
    assert UNKNOWN is lost.result


# --------------------------------------------------------------------------- of people and days


async def test_living_tasks_of_people_are_found_by_day() -> None:
    joined = await _joined()
    ann, bob = _person(joined), _person(joined, "Lead", "lead@example.jp")
    first = _make(joined, "first", WhoId=ann, ActivityDate="2026-03-01")
    last = _make(joined, "last", WhoId=bob, ActivityDate="2026-03-31")
    undated = _make(joined, "undated", WhoId=ann)
    _make(joined, "later", WhoId=ann, ActivityDate="2026-04-01")
    _make(joined, "nobody's", ActivityDate="2026-03-02")
    gone = _make(joined, "gone", WhoId=ann, ActivityDate="2026-03-02")
    joined.in_salesforce("delete_record", id=gone)
    period = (date(2026, 3, 1), date(2026, 3, 31))

    dated = await joined.salesforce.tasks_between([ann, bob], *period)
    both = await joined.salesforce.tasks_between([ann, bob], *period, undated=True)

    assert {task.id for task in dated} == {first, last}
    assert {task.id for task in both} == {first, last, undated}
    assert {task.who_type for task in dated} == {"Contact", "Lead"}
