"""``tandem import tasks``: what was in Salesforce before, brought into HubSpot (SPEC section 4)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

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
