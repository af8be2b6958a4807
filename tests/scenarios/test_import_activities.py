"""``tandem import activities``: past HubSpot activities into Salesforce, by kind and period."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tandem.engine import importing_activities
from tandem.engine.importing import ActivityImport, ImportReport
from tandem.engine.reports import Outcome
from tandem.errors import SettingsError
from tandem.model import Kind
from tests.scenarios.story import SEARCH_LAG, Story, reasons
from tests.support.installation import installation

DAY = 86400


async def bring(
    story: Story,
    *kinds: Kind,
    since: date = date(2026, 1, 1),
    until: date | None = None,
    dry_run: bool = False,
) -> ImportReport:
    story.running.advance(SEARCH_LAG)
    wanted = ActivityImport(kinds=kinds, since=since, until=until)
    report = await story.tandem.bring("default", wanted, dry_run=dry_run)
    assert report.run.adds_up, report.run.kinds
    return report


async def subjects(story: Story) -> list[str]:
    return sorted(task["Subject"] for task in await story.tasks())


async def test_past_calls_and_notes_become_tasks_though_no_box_is_ticked(story: Story) -> None:
    contact, person = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Long ago", body="<p>Fine</p>")
    story.in_hubspot("write_note", contacts=[contact], body="Remember")
    story.in_hubspot("hold_meeting", contacts=[contact], title="Not asked for")
    story.running.advance(30 * DAY)

    planned = await bring(story, Kind.CALL, Kind.NOTE, dry_run=True)
    before = await story.tasks()
    report = await bring(story, Kind.CALL, Kind.NOTE)

    tasks = await story.tasks()
    assert before == []
    assert planned.run.total(Outcome.CREATED) == report.run.total(Outcome.CREATED) == 2
    assert sorted(task["Subject"] for task in tasks) == ["Long ago", "Note: Remember"]
    assert {task["WhoId"] for task in tasks} == {person}


async def test_the_second_import_makes_nothing_twice(story: Story) -> None:
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Once")
    await bring(story, Kind.CALL)
    story.forget_journal()

    again = await bring(story, Kind.CALL)

    assert again.run.total(Outcome.UNCHANGED) == 1
    assert story.writes() == []
    assert await subjects(story) == ["Once"]


async def test_only_what_was_created_in_the_period(story: Story) -> None:
    contact, _ = story.person()
    for title in ("First", "Second", "Third"):
        story.in_hubspot("log_call", contacts=[contact], title=title)
        story.running.advance(10 * DAY)

    await bring(story, Kind.CALL, since=date(2026, 12, 1), until=date(2026, 12, 5))

    assert await subjects(story) == ["Second"]


async def test_what_was_older_than_the_box_is_imported_and_nothing_twice(story: Story) -> None:
    contact, _ = story.person()
    call = story.in_hubspot("log_call", contacts=[contact], title="Before")
    story.running.advance(60)
    await story.switch_on(Kind.CALL)
    story.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_title": "Edited"})
    story.in_hubspot("log_call", contacts=[contact], title="After")
    skipped = await story.sync()

    report = await bring(story, Kind.CALL)
    after = await story.later(hours=1)

    assert reasons(skipped) == {"older": 1}
    assert report.run.total(Outcome.CREATED) == report.run.total(Outcome.UNCHANGED) == 1
    assert after.total(Outcome.CREATED) == 0
    assert await subjects(story) == ["After", "Edited"]


async def test_an_import_covers_nobodys_edit(story: Story) -> None:
    contact, _ = story.person()
    call = story.in_hubspot("log_call", contacts=[contact], title="Call")
    await bring(story, Kind.CALL)
    task = await story.task()
    story.edit_task(task["Id"], Subject="Theirs")
    story.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_title": "New"})

    report = await bring(story, Kind.CALL)

    assert report.run.total(Outcome.UPDATED) == 0
    assert await subjects(story) == ["Theirs"]


async def test_a_task_that_was_deleted_is_not_made_again(story: Story) -> None:
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Call")
    await bring(story, Kind.CALL)
    story.in_salesforce("delete_record", id=(await story.task())["Id"])

    await bring(story, Kind.CALL)

    assert await story.tasks() == []


@pytest.mark.parametrize("has_key_field", [True, False], ids=["key", "no key"])
async def test_a_likely_double_is_adopted_as_it_is(has_key_field: bool, tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect(key_field=has_key_field)
        contact, person = story.person()
        theirs = story.new_task(
            person, "ABOUT the quote", ActivityDate="2026-11-23", Description="Theirs"
        )
        story.in_hubspot("log_call", contacts=[contact], title="About the quote", body="Ours")
        story.in_hubspot("log_call", contacts=[contact], title="About the quote", body="Another")

        planned = await bring(story, Kind.CALL, dry_run=True)
        report = await bring(story, Kind.CALL)
        again = await bring(story, Kind.CALL)

        tasks = {task["Id"]: task for task in await running.tasks("Subject != null")}
        assert (planned.adopted, report.adopted, again.adopted) == (1, 1, 0)
        assert [one.salesforce_id for one in report.doubles] == [theirs]
        assert len(tasks) == 2
        assert (tasks[theirs]["Subject"], tasks[theirs]["Description"]) == (
            "ABOUT the quote",
            "Theirs",
        )
        if has_key_field:
            keyed = await story.tasks("Tandem_Key__c != null")
            assert theirs in {task["Id"] for task in keyed}


async def test_form_submissions_and_marketing_mail_reach_back_as_far_as_hubspot_does(
    story: Story,
) -> None:
    story.person("ann@example.com")
    form = story.in_hubspot("create_form", name="Demo request")
    story.in_hubspot("submit_form", form=form["form"], email="ann@example.com")
    story.in_hubspot("create_campaign", subject="Autumn news", name="Autumn")
    story.in_hubspot("send_marketing_email", campaign="Autumn", to="ann@example.com")
    story.in_hubspot("open_marketing_email", campaign="Autumn", to="ann@example.com")
    story.running.advance(20 * DAY)
    kinds = (Kind.FORM_SUBMISSION, Kind.MARKETING_EMAIL_SENT, Kind.MARKETING_EMAIL_OPENED)

    first = await bring(story, *kinds)
    second = await bring(story, *kinds)

    assert first.run.total(Outcome.CREATED) == 3
    assert second.run.total(Outcome.UNCHANGED) == 3
    assert "Submitted: Demo request" in await subjects(story)


async def test_opens_of_an_older_mail_are_of_the_period_in_which_they_happened(
    story: Story,
) -> None:
    contact, _ = story.person()
    mail = story.in_hubspot("send_email", subject="Offer", contacts=[contact])
    story.running.advance(10 * DAY)
    story.in_hubspot("open_sales_email", id=mail["id"])

    report = await bring(story, Kind.SALES_EMAIL_OPENED, since=date(2026, 11, 30))
    mails = await bring(story, Kind.SALES_EMAIL, since=date(2026, 11, 30))

    assert report.run.total(Outcome.CREATED) == 1
    assert mails.run.seen == 0
    assert await subjects(story) == ["Opened: Offer"]


async def test_a_killed_import_is_done_again_without_doubles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_activities, "BATCH", 3)
    reached: list[str] = []

    def at(point: str) -> None:
        reached.append(point)
        if point == "written" and reached.count(point) == 2:
            raise KeyboardInterrupt

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        await running.connect()
        contact, _ = story.person()
        for number in range(8):
            story.in_hubspot("log_call", contacts=[contact], title=f"Call {number}")
        with pytest.raises(KeyboardInterrupt):
            await bring(story, Kind.CALL)
        running.advance(300)

        report = await bring(story, Kind.CALL)

        assert report.run.total(Outcome.CREATED) + report.run.total(Outcome.UNCHANGED) == 8
        assert len(await story.tasks()) == 8


async def test_choices_that_make_no_sense_are_refused(story: Story) -> None:
    with pytest.raises(SettingsError, match="--kind"):
        await bring(story)
    with pytest.raises(SettingsError, match="period"):
        await bring(story, Kind.CALL, since=date(2026, 3, 2), until=date(2026, 3, 1))


async def test_past_hubspot_tasks_are_imported_but_none_that_came_from_salesforce(
    story: Story,
) -> None:
    contact, person = story.person()
    await story.switch_on_tasks()
    story.new_task(person, "From Salesforce")
    await story.sync()
    story.in_hubspot("create_task", contacts=[contact], subject="From HubSpot")

    report = await bring(story, Kind.TASK)
    after = await story.later(hours=1)

    assert report.run.total(Outcome.CREATED) == report.run.total(Outcome.UNCHANGED) == 1
    assert await subjects(story) == ["From HubSpot", "From Salesforce"]
    assert len(await story.hubspot_tasks()) == 2
    assert after.total(Outcome.CREATED) == 0
