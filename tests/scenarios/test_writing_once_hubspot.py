"""Nothing twice and nothing lost in HubSpot (SPEC section 8), however well the account lets tasks be found again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tandem.engine.reports import Outcome
from tandem.errors import AlreadyRunning
from tests.scenarios.story import Story, reasons

CREATE = {"method": "POST", "path": "/crm/v3/objects/tasks/batch/create"}
KEYS = ("unique", "plain", "none")
LOST = ("drop_before", "drop_after", "status_after", "timeout_after")


async def _led(story: Story, key: str = "unique", first: str = "") -> Story:
    """Salesforce task sync on, in an account whose tasks can be found again by *key*."""
    switches = story.running.sandbox.world.switches
    if key != "unique":
        switches.set({"task_unique_property": "refused"})
    if key == "none":
        story.arm("hubspot", _no_property())
    await story.switch_on_tasks(first=first)
    story.running.sandbox.world.faults["hubspot"].clear()
    return story


def _no_property() -> dict[str, Any]:
    """The account has as many properties as it may have."""
    body = {"status": "error", "category": "VALIDATION_ERROR", "message": "limit reached"}
    path = "/crm/v3/properties/tasks"
    return {
        "method": "POST",
        "path": path,
        "kind": "status",
        "status": 400,
        "body": body,
        "times": -1,
    }


def _lose(story: Story, kind: str, rule: dict[str, Any] = CREATE) -> None:
    """The next write's answer is lost in this way."""

    async def sleep(seconds: float) -> None:
        story.running.advance(seconds)

    story.running.sandbox.world.sleep = sleep
    story.arm(
        "hubspot", {**rule, "kind": kind, **({"status": 502} if kind == "status_after" else {})}
    )


async def _until_clear(story: Story) -> None:
    """What is announced stays so for ten minutes at most."""
    for _ in range(5):
        await story.later(minutes=4)


async def _subjects(story: Story) -> list[str]:
    return sorted(task["hs_task_subject"] for task in await story.hubspot_tasks())


async def _is_quiet(story: Story) -> None:
    story.forget_journal()
    await story.sync()

    assert story.writes() == []


# --------------------------------------------------------------------------- lost answers


@pytest.mark.parametrize("lag", [3_000, 240_000], ids=["search lags a little", "for minutes"])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("kind", LOST)
async def test_a_lost_answer_ends_with_one_task_each(
    kind: str, key: str, lag: int, story: Story
) -> None:
    await _led(story, key)
    story.running.sandbox.world.switches.set({"search_lag_ms": lag})
    _, person = story.person()
    for subject in ("One", "Two", "Three"):
        story.new_task(person, subject)
    _lose(story, kind)

    await story.sync()
    await _until_clear(story)

    assert await _subjects(story) == ["One", "Three", "Two"]
    await _is_quiet(story)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("kind", LOST)
async def test_an_origin_deleted_after_a_lost_answer_leaves_no_orphan(
    kind: str, key: str, story: Story
) -> None:
    await _led(story, key, first='delete_policy = "delete"')
    _, person = story.person()
    task_id = story.new_task(person)
    _lose(story, kind)

    await story.sync()
    story.in_salesforce("delete_task", id=task_id)
    await _until_clear(story)

    assert await story.hubspot_tasks() == []
    await _is_quiet(story)


@pytest.mark.parametrize("key", KEYS)
async def test_an_origin_edited_after_a_lost_answer_is_an_edit(key: str, story: Story) -> None:
    await _led(story, key)
    _, person = story.person()
    task_id = story.new_task(person, "One")
    _lose(story, "drop_after")

    await story.sync()
    story.edit_task(task_id, Subject="Two")
    await _until_clear(story)

    assert await _subjects(story) == ["Two"]
    await _is_quiet(story)


async def test_rows_that_an_answer_leaves_out_are_looked_for(story: Story) -> None:
    await _led(story)
    _, person = story.person()
    for number in range(5):
        story.new_task(person, f"Task {number}")
    story.arm("hubspot", {"kind": "partial_batch", "count": 2})

    await story.sync()
    await _until_clear(story)

    assert await _subjects(story) == [f"Task {number}" for number in range(5)]
    await _is_quiet(story)


# --------------------------------------------------------------------------- refusals


async def test_one_bad_row_among_a_hundred_costs_the_others_nothing(story: Story) -> None:
    await _led(story)
    _, person = story.person()
    for number in range(100):
        story.new_task(person, f"Task {number}")
    story.arm(
        "hubspot",
        {"kind": "reject_record", "text": "*Task 57*", "message": "Not this one.", "times": -1},
    )

    report = await story.sync()
    again = await story.later(minutes=2)

    assert report.total(Outcome.CREATED) == 99
    assert reasons(report) == {"refused": 1}
    assert "Task 57" not in await _subjects(story)
    assert len(await story.hubspot_tasks()) == 99
    assert again.total(Outcome.CREATED) == 0


@pytest.mark.parametrize("status", [409, 400])
@pytest.mark.parametrize("key", ["unique"])
async def test_a_key_that_is_taken_is_adopted_as_it_stands(
    key: str, status: int, story: Story
) -> None:
    """With a 409 that names the holder, and with a 400 that does not."""
    await _led(story, key)
    story.running.sandbox.world.switches.set({"unique_conflict_status": status})
    await _restored_without_memory(story)

    assert await _subjects(story) == ["A person's words"]
    await _is_quiet(story)


async def _restored_without_memory(story: Story) -> None:
    """The database is put back to before the create, and a person edits what was made."""
    _, person = story.person()
    backup = story.running.home / "yesterday"
    await story.tandem.backup(backup)
    story.new_task(person, "One")
    await story.sync()
    made = (await story.hubspot_task())["id"]
    story.edit_in_hubspot(made, hs_task_subject="A person's words")
    await story.tandem.restore(backup)
    await story.later(minutes=1)
    await _until_clear(story)


# --------------------------------------------------------------------------- tombstones and restores


@pytest.mark.parametrize("rule", ["readable", "hidden", "refused", "held"])
async def test_a_task_that_was_deleted_in_hubspot_is_not_made_again(
    rule: str, story: Story
) -> None:
    """Whatever HubSpot does with the unique value of an archived task: the pair is remembered as ended."""
    story.running.sandbox.world.switches.set({"archived_unique_value": rule})
    await _led(story)
    _, person = story.person()
    task_id = story.new_task(person, "One")
    await story.sync()

    story.in_hubspot("delete", object="tasks", id=(await story.hubspot_task())["id"])
    story.edit_task(task_id, Subject="Two")
    await story.sync()
    await story.later(days=1, hours=1)

    assert await story.hubspot_tasks() == []
    await _is_quiet(story)


@pytest.mark.parametrize("rule", ["readable", "held"])
async def test_a_restored_database_does_not_make_again_what_was_deleted(
    rule: str, story: Story
) -> None:
    """Where HubSpot tells of archived tasks by their key, it is the tombstone."""
    story.running.sandbox.world.switches.set({"archived_unique_value": rule})
    await _led(story)
    _, person = story.person()
    backup = story.running.home / "yesterday"
    await story.tandem.backup(backup)
    story.new_task(person, "One")
    await story.sync()
    story.in_hubspot("delete", object="tasks", id=(await story.hubspot_task())["id"])

    await story.tandem.restore(backup)
    report = await story.later(days=1)

    assert await story.hubspot_tasks() == []
    assert reasons(report) == {"deleted_in_hubspot": 1}


@pytest.mark.parametrize("key", ["unique", "plain"])
async def test_a_database_restored_from_yesterday_doubles_nothing_in_either_direction(
    key: str, story: Story
) -> None:
    if key == "plain":
        story.running.sandbox.world.switches.set({"task_unique_property": "refused"})
    await story.both_ways()
    contact, person = story.person()
    backup = story.running.home / "yesterday"
    await story.tandem.backup(backup)
    story.new_task(person, "From Salesforce")
    story.in_hubspot("create_task", contacts=[contact], subject="From HubSpot")
    await story.sync()

    await story.tandem.restore(backup)
    report = await story.later(days=1)
    await _until_clear(story)

    assert report.total(Outcome.CREATED) == 0
    assert await _subjects(story) == ["From HubSpot", "From Salesforce"]
    assert sorted(task["Subject"] for task in await story.tasks()) == [
        "From HubSpot",
        "From Salesforce",
    ]
    await _is_quiet(story)


async def test_edits_after_a_restore_travel_in_both_directions(story: Story) -> None:
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, "One")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]
    backup = story.running.home / "yesterday"
    await story.tandem.backup(backup)
    story.edit_task(task_id, Subject="Two")
    await story.sync()

    await story.tandem.restore(backup)
    await story.later(days=1)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Three")
    await story.sync()

    assert (await story.task())["Subject"] == "Three"
    assert await _subjects(story) == ["Three"]
    assert story.conflicts() == []
    await _is_quiet(story)


# --------------------------------------------------------------------------- at once, and late


async def test_two_workers_at_once_are_one_run(story: Story) -> None:
    await _led(story)
    _, person = story.person()
    for number in range(3):
        story.new_task(person, f"Task {number}")
    story.running.advance(5)

    ended = await asyncio.gather(
        story.running.tandem.sync("default"),
        story.running.tandem.sync("default"),
        return_exceptions=True,
    )

    assert [type(each) for each in ended if isinstance(each, BaseException)] in (
        [],
        [AlreadyRunning],
    )
    assert await _subjects(story) == ["Task 0", "Task 1", "Task 2"]
    await _is_quiet(story)


@pytest.mark.parametrize("late", [5, 90, 540])
async def test_tasks_and_edits_that_are_committed_late_are_not_missed(
    late: int, story: Story
) -> None:
    await story.both_ways()
    _, person = story.person()
    early = story.new_task(person, "One")
    await story.sync()
    story.in_salesforce(
        "create_task", fields={"Subject": "Late", "WhoId": person}, commit_after_seconds=late
    )
    story.in_salesforce("edit_task", id=early, fields={"Subject": "Two"}, commit_after_seconds=late)
    await story.sync()

    await story.later(seconds=late)
    await story.later(minutes=2)

    assert await _subjects(story) == ["Late", "Two"]
    await _is_quiet(story)


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
async def test_an_edit_in_the_very_second_of_a_read_is_not_missed(side: str, story: Story) -> None:
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, "One")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]
    story.running.advance(60)

    def edit(subject: str) -> None:
        if side == "salesforce":
            story.edit_task(task_id, Subject=subject)
        else:
            story.edit_in_hubspot(hubspot_id, hs_task_subject=subject)

    edit("Two")
    await story.running.sync()
    edit("Three")
    await story.sync()
    await story.later(minutes=2)

    assert (await story.task())["Subject"] == "Three"
    assert await _subjects(story) == ["Three"]
    assert story.conflicts() == []
    await _is_quiet(story)
