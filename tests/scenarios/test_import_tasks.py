"""``tandem import tasks``: what was in Salesforce before, brought into HubSpot (SPEC section 4)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tandem.engine.importing import ImportReport, TaskImport
from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind, LinkState, Side
from tests.scenarios.story import Story, reasons


async def bring(story: Story, dry_run: bool = False, **choices: Any) -> ImportReport:
    """An import; its counts must add up."""
    report = await story.tandem.bring("default", TaskImport(**choices), dry_run=dry_run)
    assert report.run.adds_up, report.run.kinds
    return report


async def subjects(story: Story) -> list[str]:
    return sorted(task["hs_task_subject"] for task in await story.hubspot_tasks())


async def test_past_tasks_appear_in_hubspot_though_the_switch_is_off(story: Story) -> None:
    contact, person = story.person()
    story.new_task(person, "Last year", ActivityDate="2025-12-01", Status="Completed")
    story.running.advance(86400)

    report = await bring(story)

    task = await story.hubspot_task()
    assert (task["hs_task_subject"], task["hs_task_status"]) == ("Last year", "COMPLETED")
    assert task["contacts"] == [contact]
    assert report.run.total(Outcome.CREATED) == report.total == 1


async def test_a_dry_run_says_it_all_and_writes_nothing(story: Story) -> None:
    _, person = story.person()
    story.new_task(person, "One")
    story.new_task(subject="Nobody's")
    story.forget_journal()

    report = await bring(story, dry_run=True)

    assert report.run.total(Outcome.CREATED) == 1
    assert reasons(report.run) == {"no_related_record": 1}
    assert report.calls_ahead[Side.HUBSPOT] > report.run.calls[Side.HUBSPOT]
    assert await story.hubspot_tasks() == []
    assert not [call for call in story.writes() if "/tasks" in call and "properties" not in call]


async def test_the_second_import_makes_nothing_twice(story: Story) -> None:
    _, person = story.person()
    for number in range(5):
        story.new_task(person, f"Task {number}")
    await bring(story)
    story.forget_journal()

    again = await bring(story)

    assert again.run.total(Outcome.UNCHANGED) == 5
    assert len(await story.hubspot_tasks()) == 5
    assert story.writes() == []


async def test_a_database_of_yesterday_makes_nothing_twice(story: Story, tmp_path: Path) -> None:
    _, person = story.person()
    story.new_task(person, "Once")
    await story.tandem.backup(tmp_path / "yesterday")
    await bring(story)
    await story.tandem.restore(tmp_path / "yesterday")

    again = await bring(story)

    assert len(await story.hubspot_tasks()) == 1
    assert again.run.total(Outcome.UNCHANGED) == 1


async def test_what_was_deleted_in_hubspot_is_not_made_again(story: Story) -> None:
    _, person = story.person()
    story.new_task(person, "Gone")
    await bring(story)
    await story.switch_on_tasks()
    story.in_hubspot("delete", object="tasks", id=(await story.hubspot_task())["id"])
    await story.later(days=2)

    await bring(story)

    assert await story.hubspot_tasks() == []


async def test_the_choices_narrow(story: Story) -> None:
    _, person = story.person()
    _, user = story.owner("Hana")
    story.new_task(person, "Old")
    story.running.advance(10 * 86400)
    story.new_task(person, "Done", Status="Completed")
    story.new_task(person, "Hana's", OwnerId=user)
    story.new_task(person, "Urgent", Priority="High")

    since = await bring(story, dry_run=True, created_since=date(2026, 12, 1))
    until = await bring(story, dry_run=True, created_until=date(2026, 11, 23))
    open_ = await bring(story, dry_run=True, open_only=True)
    owner = await bring(story, dry_run=True, owners=("HANA@example.com",))
    where = await bring(story, dry_run=True, where="Priority = 'High' OR Subject = 'Old'")

    assert [r.run.total(Outcome.CREATED) for r in (since, until, open_, owner, where)] == [
        3,
        1,
        3,
        1,
        2,
    ]


async def test_somebody_unknown_waits_and_the_next_import_finds_them(story: Story) -> None:
    person = story.salesforce_contact("late@example.com")
    story.new_task(person, "Waiting")
    first = await bring(story)
    story.contact("late@example.com")
    story.running.advance(60)

    second = await bring(story)

    assert reasons(first.run) == {"no_hubspot_record": 1}
    assert second.run.total(Outcome.CREATED) == 1


async def test_what_tandem_wrote_is_left_out(story: Story) -> None:
    contact, person = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="From HubSpot")
    await story.sync()
    story.new_task(person, "From Salesforce")

    report = await bring(story)

    assert reasons(report.run) == {"written_by_tandem": 1}
    assert await subjects(story) == ["From Salesforce"]


async def test_a_likely_double_is_adopted_as_it_is(story: Story) -> None:
    contact, person = story.person()
    made = story.in_hubspot(
        "create_task", contacts=[contact], subject="call  BACK", due="2026-12-01T05:00:00Z"
    )
    task = story.new_task(person, "Call back", ActivityDate="2026-12-01", Description="Theirs")
    story.new_task(person, "Call back", ActivityDate="2026-12-02")

    planned = await bring(story, dry_run=True)
    report = await bring(story)
    again = await bring(story)

    tasks = {one["id"]: one for one in await story.hubspot_tasks()}
    adopted = tasks[str(made["id"])]
    assert (planned.adopted, report.adopted, again.adopted) == (1, 1, 0)
    assert [one.hubspot_id for one in planned.doubles] == [str(made["id"])]
    assert len(tasks) == 2
    assert adopted["hs_task_subject"] == "call  BACK"
    assert adopted["tandem_key"].endswith(task)
    assert report.run.total(Outcome.UNCHANGED) == report.run.total(Outcome.CREATED) == 1


async def test_nothing_travels_because_of_an_adoption_until_somebody_edits(story: Story) -> None:
    contact, person = story.person()
    story.in_hubspot(
        "create_task", contacts=[contact], subject="Call back", due="2026-12-01T05:00:00Z"
    )
    task = story.new_task(person, "Call back", ActivityDate="2026-12-01", Description="Theirs")
    await bring(story)
    await story.both_ways()
    story.forget_journal()

    await story.sync()
    await story.later(hours=3)
    quiet = story.writes()
    story.edit_task(task, Status="Completed")
    await story.sync()

    assert quiet == []
    assert (await story.hubspot_task())["hs_task_status"] == "COMPLETED"


async def test_a_task_of_one_person_is_no_double_of_anothers(story: Story) -> None:
    contact, _ = story.person()
    _, other = story.person()
    story.in_hubspot(
        "create_task", contacts=[contact], subject="Call back", due="2026-12-01T05:00:00Z"
    )
    story.new_task(other, "Call back", ActivityDate="2026-12-01")

    report = await bring(story)

    assert report.adopted == 0
    assert len(await story.hubspot_tasks()) == 2


async def test_an_import_is_a_run_with_its_own_history(story: Story) -> None:
    _, person = story.person()
    story.new_task(person, "One")

    report = await bring(story)

    store = story.tandem.store
    mine = store.for_connection(store.connection("default").id)
    [link] = mine.of_run(report.run.run_id or 0)
    assert report.run.state is RunState.DONE
    assert link.state is LinkState.PAIRED
    assert [line.what for line in mine.history(link.key)] == ["created"]
    assert mine.run_of(report.run.run_id or 0).trigger == "import tasks"


async def test_what_was_older_than_the_switch_is_imported_and_then_kept_in_step(
    story: Story,
) -> None:
    _, person = story.person()
    task = story.new_task(person, "Before")
    story.running.advance(60)
    await story.both_ways()
    story.edit_task(task, Priority="High")
    story.new_task(person, "After")
    skipped = await story.sync()

    report = await bring(story)
    await story.sync()
    story.edit_task(task, Subject="Edited there")
    await story.sync()
    [mine] = [t for t in await story.hubspot_tasks() if t["hs_task_subject"] == "Edited there"]
    story.edit_in_hubspot(mine["id"], hs_task_subject="Edited here")
    await story.sync()

    assert reasons(skipped) == {"older": 1}
    assert report.run.total(Outcome.CREATED) == report.run.total(Outcome.UNCHANGED) == 1
    assert await subjects(story) == ["After", "Edited here"]
    assert sorted(each["Subject"] for each in await story.tasks()) == ["After", "Edited here"]


async def test_with_the_switch_off_what_was_imported_rests(story: Story) -> None:
    _, person = story.person()
    task = story.new_task(person, "Imported")
    waiting = story.salesforce_contact("late@example.com")
    story.new_task(waiting, "Waiting")
    await story.switch_on(Kind.CALL)
    await bring(story)
    story.edit_task(task, Subject="Edited")
    story.contact("late@example.com")

    report = await story.later(hours=30)

    assert report.seen == 0
    assert await subjects(story) == ["Imported"]


@pytest.mark.parametrize("unique", ["accepted", "refused", "impossible"])
async def test_doubles_are_linked_whatever_hubspot_thinks_of_unique_keys(
    unique: str, story: Story
) -> None:
    if unique == "impossible":
        refusal = {"status": "error", "category": "VALIDATION_ERROR", "message": "limit reached"}
        rule = {"kind": "status", "method": "POST", "path": "/crm/v3/properties/tasks"}
        story.arm("hubspot", {**rule, "status": 400, "body": refusal, "times": -1})
    else:
        story.running.sandbox.world.switches.set({"task_unique_property": unique})
    contact, person = story.person()
    story.in_hubspot(
        "create_task", contacts=[contact], subject="Call back", due="2026-12-01T05:00:00Z"
    )
    story.new_task(person, "Call back", ActivityDate="2026-12-01")
    story.new_task(person, "Another", ActivityDate="2026-12-01")

    first = await bring(story)
    again = await bring(story)

    assert (first.adopted, again.adopted) == (1, 0)
    assert again.run.total(Outcome.UNCHANGED) == 2
    assert await subjects(story) == ["Another", "Call back"]


async def test_an_adoption_killed_on_the_way_stays_one_task(story: Story) -> None:
    contact, person = story.person()
    story.in_hubspot(
        "create_task", contacts=[contact], subject="Call back", due="2026-12-01T05:00:00Z"
    )
    story.new_task(person, "Call back", ActivityDate="2026-12-01", Status="In Progress")
    story.arm("hubspot", {"kind": "drop_after", "path": "*/tasks/batch/update", "times": 1})
    await bring(story)
    await story.both_ways()

    await story.later(minutes=5)
    await bring(story)

    task = await story.hubspot_task()
    assert task["hs_task_status"] == "NOT_STARTED", "nothing travels because of an adoption"
    assert len(await story.tasks()) == 1


async def test_more_than_a_query_is_for_come_from_a_bulk_job(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tandem.crm.salesforce.conditions._FEW", 5)
    monkeypatch.setattr("tandem.engine.importing_tasks.BATCH", 4)
    _, person = story.person()
    for number in range(10):
        story.new_task(person, f"Task {number}", ActivityDate="2026-03-04", Description="a\nb, c")
    story.forget_journal()

    report = await bring(story)

    tasks = await story.hubspot_tasks()
    assert report.run.total(Outcome.CREATED) == len(tasks) == 10
    assert {task["hs_task_body"] for task in tasks} == {"<p>a<br>b, c</p>"}
    assert any("/jobs/query" in call for call in story.running.calls())
