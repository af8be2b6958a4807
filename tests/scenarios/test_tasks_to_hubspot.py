"""Salesforce tasks appear in HubSpot (SPEC section 4)."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.story import Story, reasons


@pytest.fixture
async def led(story: Story) -> Story:
    """Salesforce task sync is on, no box is ticked."""
    await story.switch_on_tasks()
    return story


async def test_a_task_appears_on_the_corresponding_contact(led: Story) -> None:
    contact, person = led.person()
    led.new_task(
        person,
        ActivityDate="2026-12-01",
        Description="About the offer",
        Status="In Progress",
        Priority="High",
    )

    report = await led.sync()

    task = await led.hubspot_task()
    assert report.total(Outcome.CREATED) == 1
    assert task["hs_task_subject"] == "Call back"
    assert task["hs_task_body"] == "<p>About the offer</p>"
    assert task["hs_task_status"] == "IN_PROGRESS"
    assert task["hs_task_priority"] == "HIGH"
    assert task["contacts"] == [contact]


async def test_a_second_run_writes_nothing(led: Story) -> None:
    _, person = led.person()
    led.new_task(person, "Once")
    await led.sync()
    led.forget_journal()

    again = await led.sync()
    third = await led.later(minutes=20)

    assert led.writes() == []
    assert again.total(Outcome.CREATED) == third.total(Outcome.UPDATED) == 0
    assert len(await led.hubspot_tasks()) == 1


async def test_an_edit_follows(led: Story) -> None:
    _, person = led.person()
    task_id = led.new_task(person, "Old")
    await led.sync()

    led.edit_task(task_id, Subject="New", Status="Completed")
    report = await led.sync()

    task = await led.hubspot_task()
    assert report.total(Outcome.UPDATED) == 1
    assert (task["hs_task_subject"], task["hs_task_status"]) == ("New", "COMPLETED")


async def test_older_tasks_stay_where_they_are(story: Story) -> None:
    _, person = story.person()
    story.new_task(person, "Before")
    story.running.advance(60)
    await story.switch_on_tasks()

    report = await story.sync()

    assert await story.hubspot_tasks() == []
    assert set(reasons(report)) <= {"older"}


async def test_a_task_of_somebody_unknown_waits_and_is_written_when_they_appear(led: Story) -> None:
    person = led.salesforce_contact("late@example.com")
    led.new_task(person, "Waiting")
    waiting = await led.sync()
    led.contact("late@example.com")

    written = await led.later(minutes=2)

    assert reasons(waiting) == {"no_hubspot_record": 1}
    assert written.total(Outcome.CREATED) == 1
    assert [task["hs_task_subject"] for task in await led.hubspot_tasks()] == ["Waiting"]


async def test_what_tandem_wrote_into_salesforce_never_comes_back(story: Story) -> None:
    contact, _ = story.person()
    await story.both_ways(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Hello")
    story.in_hubspot("create_task", contacts=[contact], subject="To do")
    await story.sync()
    story.forget_journal()

    await story.sync()
    await story.later(hours=2)

    assert story.writes() == []
    assert len(await story.hubspot_tasks()) == 1
    assert len(await story.tasks()) == 2
