"""Limits, outages and lost answers on both sides: in good order to an end, and on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.engine.findings import Check
from tandem.engine.reports import ConnectionState, Outcome, RunState
from tandem.model import Kind, Side
from tests.scenarios.story import Story, reasons
from tests.support.installation import SALESFORCE_URL, installation

WRITE = {"path": "/services/data/*/composite/sobjects*", "method": "POST"}


async def a_call(story: Story, *titles: str, **options: Any) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL, **options)
    for title in titles or ("Call",):
        story.in_hubspot("log_call", contacts=[contact], title=title)


def another_call(story: Story, title: str) -> None:
    story.in_hubspot("log_call", contacts=[story.first_contact], title=title)


async def subjects(story: Story) -> list[str]:
    return sorted(task["Subject"] for task in await story.tasks())


# --------------------------------------------------------------------------- passing trouble


@pytest.mark.parametrize(
    ("side", "rule"),
    [
        ("hubspot", {"kind": "rate_limited", "policy": "TEN_SECONDLY_ROLLING"}),
        ("hubspot", {"kind": "rate_limited", "policy": "SECONDLY", "path": "*/search"}),
        ("hubspot", {"kind": "status", "status": 423, "path": "*/batch/read"}),
        ("hubspot", {"kind": "status", "status": 502, "path": "*/search"}),
        ("hubspot", {"kind": "status", "status": 525, "path": "*/search"}),
        ("hubspot", {"kind": "drop_before", "path": "*/search"}),
        ("hubspot", {"kind": "migrating", "seconds": 20}),
        ("salesforce", {"kind": "server_unavailable"}),
        ("salesforce", {"kind": "unknown_exception"}),
        ("salesforce", {"kind": "request_limit", "limit": "ConcurrentRequests"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
async def test_passing_trouble_of_a_read_is_outlived_within_the_run(
    side: str, rule: dict[str, Any], story: Story
) -> None:
    await a_call(story)
    story.arm(side, {**rule, "times": 2})

    report = await story.sync()

    assert (report.state, report.message) == (RunState.DONE, "")
    assert await subjects(story) == ["Call"]


@pytest.mark.parametrize(
    ("side", "rule"),
    [
        ("hubspot", {"kind": "status", "status": 500}),
        ("hubspot", {"kind": "migrating", "seconds": 86_400}),
        ("salesforce", {"kind": "status", "status": 503}),
        ("salesforce", {"kind": "drop_before"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
async def test_an_outage_ends_the_run_with_a_sentence_and_the_next_one_goes_on(
    side: str, rule: dict[str, Any], story: Story
) -> None:
    await a_call(story, "Before")
    await story.sync()
    another_call(story, "During")
    story.arm(side, {**rule, "times": -1})

    report = await story.sync()
    health = await story.tandem.health("default")
    await story.later(minutes=30)

    assert (report.state, report.reason) == (RunState.STOPPED, "crm_unavailable")
    assert Side(side).title in report.message
    assert health.state is ConnectionState.ACTIVE
    assert health.last_run is not None
    assert health.last_run.message == report.message

    story.arm(side, {"clear": True})
    await story.later(hours=1)
    await story.later(minutes=20)
    assert await subjects(story) == ["Before", "During"]


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("kind", ["status", "status_after"])
async def test_a_write_answered_by_an_error_lands_once(
    kind: str, status: int, story: Story
) -> None:
    await a_call(story, "First", "Second")
    story.arm("salesforce", {"kind": kind, "status": status, **WRITE})

    for _ in range(3):
        await story.later(minutes=3)

    assert await subjects(story) == ["First", "Second"]


async def test_an_update_whose_answer_was_lost_is_looked_at_and_not_repeated_blindly(
    story: Story,
) -> None:
    await a_call(story)
    await story.sync()
    [task] = await story.tasks()
    [call] = story.running.hubspot.crm.tables["calls"].live
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})
    rule = {"path": "/services/data/*sobjects*", "method": "PATCH"}
    story.arm("salesforce", {"kind": "drop_after", **rule})
    report = await story.sync()
    assert reasons(report) == {"outcome_unknown": 1}

    story.in_salesforce("edit_record", id=task["Id"], fields={"Subject": "A person's words"})
    for _ in range(3):
        await story.later(minutes=5)

    assert await subjects(story) == ["A person's words"]


async def test_an_edit_between_our_create_and_its_repeat_stays(story: Story) -> None:
    await a_call(story)
    look = {"kind": "status", "status": 503, "path": "*/queryAll", "times": -1}
    story.arm("salesforce", {"kind": "drop_after", **WRITE}, look)
    await story.sync()
    story.arm("salesforce", {"clear": True})
    [task] = await story.tasks()
    story.in_salesforce("edit_record", id=task["Id"], fields={"Subject": "A person's words"})

    await story.later(minutes=5)
    await story.later(hours=1)

    assert await subjects(story) == ["A person's words"]


async def test_a_create_that_is_committed_late_is_waited_for_and_not_repeated(
    story: Story,
) -> None:
    await a_call(story)
    story.arm("salesforce", {"kind": "late_commit", "object": "Task", "seconds": 300})
    story.arm("salesforce", {"kind": "drop_after", **WRITE})

    await story.sync()
    for _ in range(3):
        await story.later(minutes=2)
    await story.later(hours=1)

    assert await subjects(story) == ["Call"]
    assert await story.tandem.errors("default") == ()


# --------------------------------------------------------------------------- the day's calls


async def test_hubspots_daily_limit_ends_the_run_and_the_next_day_goes_on(story: Story) -> None:
    await a_call(story)
    story.arm("hubspot", {"kind": "rate_limited", "policy": "DAILY", "times": -1})
    report = await story.sync()
    assert (report.state, report.reason) == (RunState.STOPPED, "no_calls_left")
    assert "midnight" in report.message

    story.arm("hubspot", {"clear": True})
    await story.later(days=1)
    assert await subjects(story) == ["Call"]


async def test_salesforces_daily_limit_between_reading_and_writing_loses_nothing(
    story: Story,
) -> None:
    await a_call(story, "Before")
    await story.sync()
    another_call(story, "After")
    limit = {"kind": "request_limit", "limit": "TotalRequests", "times": -1}
    story.arm("salesforce", limit)
    report = await story.sync()
    doctor = {finding.code for finding in await story.tandem.doctor("default")}
    health = await story.tandem.health("default")

    assert (report.state, report.reason) == (RunState.STOPPED, "no_calls_left")
    assert reasons(report) == {"interrupted": 1}
    assert Check.CALLS_SPENT in doctor
    assert health.state is ConnectionState.ACTIVE

    story.arm("salesforce", {"clear": True})
    await story.later(days=1)
    assert await subjects(story) == ["After", "Before"]


async def test_an_org_that_others_nearly_used_up_is_left_to_them(story: Story) -> None:
    story.in_salesforce("set_limits", used=14_900, maximum=15_000, real=True)
    await a_call(story)
    report = await story.sync()
    health = await story.tandem.health("default")
    doctor = {finding.code for finding in await story.tandem.doctor("default")}

    assert (report.state, report.reason) == (RunState.STOPPED, "no_calls_left")
    assert "kept back" in report.message
    assert health.state is ConnectionState.ACTIVE
    assert doctor & {Check.CALLS_SPENT, Check.CALLS_LEFT}

    story.in_salesforce("set_limits", used=0, maximum=15_000, real=False)
    await story.later(days=1)
    assert await subjects(story) == ["Call"]


async def test_the_allocation_ends_the_run_in_good_order_and_the_next_day_goes_on(
    story: Story,
) -> None:
    await a_call(story, "First", first="[daily_calls]\nsalesforce = 6")
    await story.sync()
    for number in range(5):
        another_call(story, f"Call {number}")
        report = await story.later(minutes=20)
    health = await story.tandem.health("default")
    [salesforce] = [calls for calls in health.calls if calls.side is Side.SALESFORCE]

    assert (report.state, report.reason) == (RunState.STOPPED, "no_calls_left")
    assert "6 Salesforce calls allotted" in report.message
    assert salesforce.allocation == 6
    assert salesforce.used_24h <= 6

    for _ in range(4):
        await story.later(days=1, hours=1)
    assert len(await story.tasks()) == 6


async def test_the_allocation_outlives_the_process(tmp_path: Path) -> None:
    used = 0
    for attempt in range(3):
        async with installation(tmp_path) as running:
            story = Story(running)
            if attempt == 0:
                await running.connect()
                await a_call(story, first="[daily_calls]\nsalesforce = 6")
            report = await running.tandem.sync("default")
            used += report.calls[Side.SALESFORCE]

    assert used <= 6


async def test_two_connections_of_one_org_keep_to_the_smaller_allocation(story: Story) -> None:
    """The budget belongs to the account, whichever connection the calls are made for."""
    await a_call(story, first="[daily_calls]\nsalesforce = 500")
    token = story.running.sandbox.tokens["salesforce"]
    await story.tandem.connect_salesforce(
        "other", url=SALESFORCE_URL, token=token, open_browser=print
    )
    change = await story.tandem.plan_settings("other", "[daily_calls]\nsalesforce = 1")
    await story.tandem.save_settings("other", change, "test")

    report = await story.sync()

    assert (report.state, report.reason) == (RunState.STOPPED, "no_calls_left")
    assert "1 Salesforce calls allotted" in report.message
    assert report.calls[Side.SALESFORCE] == 1


async def test_a_query_that_takes_too_long_ends_the_run_and_the_next_one_goes_on(
    story: Story,
) -> None:
    await a_call(story)
    story.arm("salesforce", {"kind": "query_timeout"})
    report = await story.sync()
    assert (report.state, report.reason) == (RunState.STOPPED, "crm_unavailable")

    await story.sync()
    assert await subjects(story) == ["Call"]


async def test_a_full_organisation_suspends_and_resuming_writes_what_waits(story: Story) -> None:
    await a_call(story, "First", "Second", "Third")
    full = {
        "kind": "record_error",
        "code": "STORAGE_LIMIT_EXCEEDED",
        "message": "storage limit exceeded",
    }
    story.arm("salesforce", {**full, "times": 2})
    report = await story.sync()
    health = await story.tandem.health("default")

    assert (report.state, report.reason) == (RunState.SUSPENDED, "storage_full")
    assert (report.total(Outcome.CREATED), reasons(report)) == (1, {"storage_full": 2})
    assert "tandem resume" in report.message
    assert (health.state, health.reason) == (ConnectionState.SUSPENDED, "storage_full")
    assert [(each.reason, each.count) for each in health.waiting] == [("storage_full", 2)]

    await story.tandem.resume("default")
    await story.later(minutes=2)
    assert await subjects(story) == ["First", "Second", "Third"]


async def test_a_write_refused_for_want_of_storage_as_a_whole_suspends_too(story: Story) -> None:
    await a_call(story)
    body = [{"errorCode": "STORAGE_LIMIT_EXCEEDED", "message": "storage limit exceeded"}]
    path = "/services/data/*/composite/sobjects*"
    story.arm("salesforce", {"kind": "status", "status": 403, "body": body, "path": path})
    report = await story.sync()
    assert (report.state, report.reason) == (RunState.SUSPENDED, "storage_full")
    assert reasons(report) == {"interrupted": 1}

    await story.tandem.resume("default")
    await story.sync()
    assert await subjects(story) == ["Call"]
