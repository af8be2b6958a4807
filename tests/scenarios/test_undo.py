"""Taking a run back (SPEC section 6): what it created, wrote and deleted, as far as nobody touched it since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.engine.importing import TaskImport
from tandem.engine.reports import Outcome, RunState
from tandem.engine.undoing_report import TakingKind, UndoReport
from tandem.model import Kind, LinkState
from tests.scenarios.story import Story
from tests.support.installation import installation


@pytest.fixture
async def both(story: Story) -> Story:
    await story.both_ways(Kind.CALL)
    return story


async def undo(story: Story, run_id: int | None, **options: Any) -> UndoReport:
    assert run_id is not None
    report = await story.tandem.undo("default", run_id, **options)
    assert report.run.adds_up, report.run.kinds
    return report


def did(report: UndoReport) -> dict[str, int]:
    return {what.value: n for what, n in report.counts.items()}


async def settled(story: Story) -> None:
    """Two more runs, of which neither writes anything."""
    story.forget_journal()
    await story.later(minutes=5)
    await story.later(hours=2)

    assert story.writes() == []


async def a_pair(story: Story, **fields: Any) -> tuple[str, str]:
    """A task made in Salesforce that is in both CRMs: HubSpot's and Salesforce's id."""
    _, person = story.person()
    task_id = story.new_task(person, **fields)
    await story.sync()
    return (await story.hubspot_task())["id"], task_id


async def test_what_the_run_created_is_deleted_and_not_made_again(both: Story) -> None:
    contact, person = both.person()
    both.in_hubspot("log_call", contacts=[contact], title="A call")
    both.new_task(person, subject="A task")
    run = await both.sync()
    assert run.total(Outcome.CREATED) == 2

    report = await undo(both, run.run_id)

    assert did(report) == {"delete": 2}
    assert report.run.total(Outcome.DELETED) == 2
    assert [task["Subject"] for task in await both.tasks()] == ["A task"]
    assert await both.hubspot_tasks() == []
    await settled(both)


async def test_a_dry_run_says_it_all_and_writes_nothing(both: Story) -> None:
    contact, _ = both.person()
    both.in_hubspot("log_call", contacts=[contact], title="A call")
    run = await both.sync()
    both.forget_journal()

    report = await undo(both, run.run_id, dry_run=True)

    assert did(report) == {"delete": 1}
    assert [step.what for step in report.steps] == [TakingKind.DELETE]
    assert both.writes() == []
    assert len(await both.tasks()) == 1


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
async def test_what_somebody_has_edited_since_is_left_alone(both: Story, side: str) -> None:
    contact, person = both.person()
    if side == "salesforce":
        both.in_hubspot("log_call", contacts=[contact], title="A call")
    else:
        both.new_task(person)
    run = await both.sync()
    if side == "salesforce":
        both.edit_task((await both.task())["Id"], Priority="High")
    else:
        both.edit_in_hubspot((await both.hubspot_task())["id"], hs_task_priority="HIGH")

    report = await undo(both, run.run_id)

    assert did(report) == {"leave": 1}
    assert dict(report.left) == {"edited_since": 1}


async def test_a_value_is_put_back_where_it_is_as_written(both: Story) -> None:
    hubspot_id, task_id = await a_pair(both, subject="One")
    both.edit_task(task_id, Subject="Two", Description="New words")
    run = await both.sync()
    assert (await both.hubspot_task())["hs_task_subject"] == "Two"
    both.edit_in_hubspot(hubspot_id, hs_task_body="A person's words")

    report = await undo(both, run.run_id)

    task = await both.hubspot_task()
    assert did(report) == {"restore": 1, "leave": 1}
    assert task["hs_task_subject"] == "One"
    assert task["hs_task_body"] == "A person's words"
    assert (await both.task())["Subject"] == "Two"


async def test_what_hubspot_said_before_is_asked_of_its_own_history(story: Story) -> None:
    await story.switch_on_tasks()
    hubspot_id, task_id = await a_pair(story, subject="One", Description="First")
    story.edit_in_hubspot(hubspot_id, hs_task_subject="A person's words", hs_task_body="")
    await story.later(minutes=5)
    story.edit_task(task_id, Subject="Two", Description="Second")
    run = await story.sync()
    assert (await story.hubspot_task())["hs_task_subject"] == "Two"

    report = await undo(story, run.run_id)

    task = await story.hubspot_task()
    assert did(report) == {"restore": 2}
    assert task["hs_task_subject"] == "A person's words"
    assert not task["hs_task_body"]
    await settled(story)


async def test_a_moved_task_hangs_again_on_whom_it_hung(both: Story) -> None:
    _, task_id = await a_pair(both)
    _, other_person = both.person()
    both.edit_task(task_id, WhoId=other_person)
    run = await both.sync()

    report = await undo(both, run.run_id)
    again = await undo(both, report.run.run_id)

    assert did(report) == did(again) == {"restore": 1}
    assert [step.field for step in report.steps] == ["contacts"]
    assert report.steps[0].value == both.first_contact
    assert again.steps[0].present == both.first_contact
    await settled(both)


async def test_a_held_pair_rests_until_somebody_edits_it(both: Story) -> None:
    hubspot_id, task_id = await a_pair(both, subject="One")
    both.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    run = await both.sync()
    await undo(both, run.run_id)

    await settled(both)
    held = await both.tandem.explain("default", task_id)
    both.edit_task(task_id, Priority="High")
    await both.sync()
    free = await both.tandem.explain("default", task_id)

    assert (held.state, held.reason) == (LinkState.PARKED, "held")
    assert free.state is LinkState.PAIRED
    assert (await both.task())["Subject"] == "One"
    assert (await both.hubspot_task())["hs_task_subject"] == "Two"
    assert (await both.hubspot_task())["hs_task_priority"] == "HIGH"


@pytest.mark.parametrize("how", ["release", "retry", "edit"])
async def test_what_was_undone_is_made_again_on_release_or_a_new_edit(
    both: Story, how: str
) -> None:
    contact, _ = both.person()
    call = both.in_hubspot("log_call", contacts=[contact], title="A call")
    run = await both.sync()
    await undo(both, run.run_id)
    await settled(both)

    if how == "release":
        assert await both.tandem.release("default", run.run_id or 0) == 1
    elif how == "retry":
        assert await both.tandem.retry("default", reason="held") == 1
    else:
        both.in_hubspot(
            "edit", object="calls", id=call["id"], properties={"hs_call_title": "Edited"}
        )
    await both.sync()
    task = await both.task()
    both.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_title": "Later"})
    await both.later(minutes=5)

    assert task["Subject"] == ("Edited" if how == "edit" else "A call")
    assert (await both.task())["Subject"] == "Later"
    await settled(both)


@pytest.mark.parametrize("origin", ["hubspot", "salesforce"])
async def test_a_task_whose_counterpart_was_undone_is_held_in_either_crm(
    both: Story, origin: str
) -> None:
    contact, person = both.person()
    if origin == "hubspot":
        made = both.in_hubspot("create_task", contacts=[contact], subject="Mine")
    else:
        made = {"id": both.new_task(person, subject="Mine")}
    run = await both.sync()
    await undo(both, run.run_id)
    await settled(both)

    if origin == "hubspot":
        both.edit_in_hubspot(made["id"], hs_task_subject="Edited")
    else:
        both.edit_task(made["id"], Subject="Edited")
    await both.sync()

    assert [task["Subject"] for task in await both.tasks()] == ["Edited"]
    assert [task["hs_task_subject"] for task in await both.hubspot_tasks()] == ["Edited"]
    await settled(both)


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
async def test_a_deleted_record_is_made_again_as_a_new_one_and_held(
    story: Story, side: str
) -> None:
    await story.both_ways(first='delete_policy = "delete"')
    hubspot_id, task_id = await a_pair(story, subject="Kept", Description="All of it")
    if side == "salesforce":
        story.in_hubspot("delete", object="tasks", id=hubspot_id)
    else:
        story.in_salesforce("delete_record", id=task_id)
    run = await story.later(hours=25)
    assert run.total(Outcome.DELETED) == 1

    report = await undo(story, run.run_id)
    again = await undo(story, run.run_id)

    assert did(report) == {"recreate": 1}
    assert did(again) == {"leave": 1}
    if side == "salesforce":
        task = await story.task()
        assert (task["Subject"], task["Description"]) == ("Kept", "All of it")
        assert task["Id"] != task_id
    else:
        task = await story.hubspot_task()
        assert task["hs_task_subject"] == "Kept"
        assert task["id"] != hubspot_id
    await settled(story)


async def test_an_undo_can_be_undone(both: Story) -> None:
    contact, person = both.person()
    both.in_hubspot("log_call", contacts=[contact], title="A call", body="All of it")
    both.new_task(person, subject="A task")
    run = await both.sync()
    first = await undo(both, run.run_id)

    second = await undo(both, first.run.run_id)
    third = await undo(both, second.run.run_id)
    fourth = await undo(both, third.run.run_id)

    assert [did(each) for each in (second, third, fourth)] == [
        {"recreate": 2},
        {"delete": 2},
        {"recreate": 2},
    ]
    assert sorted(task["Subject"] for task in await both.tasks()) == ["A call", "A task"]
    assert [task["hs_task_subject"] for task in await both.hubspot_tasks()] == ["A task"]
    await settled(both)


async def test_undoing_twice_is_undoing_once(both: Story) -> None:
    await a_pair(both, subject="One")
    run = await both.tandem.undo("default", 1)
    both.forget_journal()

    again = await undo(both, 1)

    assert did(run) == {"delete": 1}
    assert did(again) == {"leave": 1}
    assert both.writes() == []


class Crash(Exception):
    """The process ends here."""


@pytest.mark.parametrize("point", ["announced", "written", "settled"])
async def test_a_crash_anywhere_ends_with_the_same_command_again(
    point: str, tmp_path: Path
) -> None:
    armed: list[str] = []

    def at(reached: str) -> None:
        if reached in armed:
            armed.remove(reached)
            raise Crash(reached)

    async with installation(tmp_path, at=at) as running:
        await running.connect()
        both = Story(running)
        await both.both_ways(Kind.CALL)
        contact, person = both.person()
        both.in_hubspot("log_call", contacts=[contact], title="A call")
        both.new_task(person, subject="A task")
        run = await both.sync()
        armed.append(point)
        with pytest.raises(Crash):
            await undo(both, run.run_id)

        report = await undo(both, run.run_id)

        assert report.run.state is RunState.DONE
        assert [task["Subject"] for task in await both.tasks()] == ["A task"]
        assert await both.hubspot_tasks() == []
        await settled(both)
        assert await both.tandem.release("default", run.run_id or 0) == 2
        await both.sync()
        assert len(await both.tasks()) == 2
        assert len(await both.hubspot_tasks()) == 1


async def test_a_run_that_never_was_is_told(both: Story) -> None:
    with pytest.raises(Exception, match="no run 99"):
        await both.tandem.undo("default", 99)


async def test_a_suspended_connection_is_told(both: Story) -> None:
    await a_pair(both)
    store = both.tandem.store
    store.suspend(store.connection("default").id, "access_lost", "The token is gone.")

    report = await both.tandem.undo("default", 1)

    assert report.run.state is RunState.SUSPENDED


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
async def test_a_lost_answer_to_an_undo_ends_with_the_same_command_again(
    both: Story, fault: str
) -> None:
    contact, _ = both.person()
    both.in_hubspot("log_call", contacts=[contact], title="A call")
    run = await both.sync()
    both.arm("salesforce", {"kind": fault, "method": "DELETE", "path": "*", "times": 1})
    first = await both.tandem.undo("default", run.run_id or 0)
    both.running.advance(700)

    await undo(both, run.run_id)

    assert first.in_vain == 1 or first.run.state is not RunState.DONE
    assert await both.tasks() == []
    await settled(both)


async def test_without_key_fields_undo_of_an_undo_pairs_the_same_again(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        await running.connect(key_field=False)
        story = Story(running)
        await story.both_ways(Kind.CALL)
        contact, _ = story.person()
        call = story.in_hubspot("log_call", contacts=[contact], title="A call", body="All of it")
        run = await story.sync()
        first = await undo(story, run.run_id)
        second = await undo(story, first.run.run_id)

        story.in_hubspot(
            "edit", object="calls", id=call["id"], properties={"hs_call_title": "Later"}
        )
        await story.later(minutes=20)

        task = await story.task()
        assert did(second) == {"recreate": 1}
        assert task["Subject"] == "Later"
        assert task["Description"].startswith("All of it")
        assert task["Description"].count("[tandem:") == 1


async def test_a_completed_counterpart_says_its_old_status_again(story: Story) -> None:
    await story.both_ways(first='delete_policy = "complete"')
    hubspot_id, _ = await a_pair(story)
    story.in_hubspot("delete", object="tasks", id=hubspot_id)
    run = await story.later(hours=25)
    assert (await story.task())["Status"] == "Completed"

    report = await undo(story, run.run_id)

    assert did(report) == {"restore": 1}
    assert (await story.task())["Status"] == "Not Started"
    await settled(story)


async def test_a_released_pair_takes_both_sides_as_they_are(both: Story) -> None:
    hubspot_id, _ = await a_pair(both, subject="One")
    both.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    run = await both.sync()
    await undo(both, run.run_id)

    released = await both.tandem.release("default", run.run_id or 0)
    await both.sync()

    assert released == 1
    assert (await both.task())["Subject"] == "One"
    assert (await both.hubspot_task())["hs_task_subject"] == "Two"
    await settled(both)


async def test_the_first_steps_are_told_and_all_are_counted(both: Story) -> None:
    contact, _ = both.person()
    for number in range(7):
        both.in_hubspot("log_call", contacts=[contact], title=f"Call {number}")
    run = await both.sync()

    report = await undo(both, run.run_id, limit=4)

    assert did(report) == {"delete": 7}
    assert len(report.steps) == 4
    assert await both.tasks() == []


async def test_an_import_is_taken_back_like_any_run(story: Story, tmp_path: Path) -> None:
    _, person = story.person("ann@example.com")
    story.new_task(person, "In the org")
    path = tmp_path / "tasks.csv"
    path.write_text("Subject,Email,Due Date\nIn a file,ann@example.com,2026-01-05\n", "utf-8")
    story.running.advance(60)
    from_org = await story.tandem.bring("default", TaskImport())
    from_file = await story.tandem.bring("default", TaskImport(csv=path))
    assert len(await story.hubspot_tasks()) == 2

    second = await undo(story, from_file.run.run_id)
    first = await undo(story, from_org.run.run_id)

    assert did(first) == did(second) == {"delete": 1}
    assert await story.hubspot_tasks() == []
    assert [task["Subject"] for task in await story.tasks()] == ["In the org"]
