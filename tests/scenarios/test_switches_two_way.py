"""Both switches of tasks, off and on again, and a filter that is widened (SPEC section 3)."""

from __future__ import annotations

from typing import Any

import pytest

from tandem.engine.reports import Outcome
from tests.scenarios.story import Story, reasons

BOTH = "[kinds.task]\nenabled = true\n[salesforce_tasks]\nenabled = true\n"
ONLY_TO_HUBSPOT = "[salesforce_tasks]\nenabled = true\n"
ONLY_TO_SALESFORCE = "[kinds.task]\nenabled = true\n"
NEITHER = ""


async def switched(story: Story, text: str) -> None:
    """Other settings, with a run right before and after: nothing was under way."""
    await story.sync()
    await story.running.settings(text)
    story.running.advance(1)
    await story.sync()


async def pair(story: Story, **fields: Any) -> tuple[str, str]:
    """A task made in Salesforce that is in both CRMs: HubSpot's and Salesforce's id."""
    _, person = story.person()
    task_id = story.new_task(person, **fields)
    await story.sync()
    return (await story.hubspot_task())["id"], task_id


async def both_say(story: Story) -> tuple[str, str]:
    """The subject in HubSpot and in Salesforce."""
    return (await story.hubspot_task())["hs_task_subject"], (await story.task())["Subject"]


async def quiet(story: Story) -> None:
    """Runs far apart write nothing: what differs stays so."""
    story.forget_journal()
    for hours in (1, 25):
        await story.later(hours=hours)

    assert story.writes() == []


@pytest.mark.parametrize("off", [NEITHER, ONLY_TO_SALESFORCE])
async def test_task_sync_on_again_takes_what_salesforce_says_as_the_new_base(
    story: Story, off: str
) -> None:
    await switched(story, BOTH)
    _, task_id = await pair(story, subject="One", Priority="Normal")
    await switched(story, off)
    story.edit_task(task_id, Subject="While it was off")
    await story.sync()
    while_off = await both_say(story)

    await switched(story, BOTH)
    on_again = await both_say(story)
    await quiet(story)
    story.edit_task(task_id, Priority="High")
    await story.sync()
    other_field = await both_say(story)
    story.edit_task(task_id, Subject="Two")
    await story.sync()

    assert while_off == on_again == other_field == ("One", "While it was off")
    assert (await story.hubspot_task())["hs_task_priority"] == "HIGH"
    assert await both_say(story) == ("Two", "Two")
    await quiet(story)


@pytest.mark.parametrize("off", [NEITHER, ONLY_TO_HUBSPOT])
async def test_the_box_of_tasks_on_again_takes_what_hubspot_says_as_the_new_base(
    story: Story, off: str
) -> None:
    await switched(story, BOTH)
    hubspot_id, _ = await pair(story, subject="One", Priority="Normal")
    await switched(story, off)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="While it was off")
    await story.sync()
    while_off = await both_say(story)

    await switched(story, BOTH)
    on_again = await both_say(story)
    await quiet(story)
    story.edit_in_hubspot(hubspot_id, hs_task_priority="HIGH")
    await story.sync()
    other_field = await both_say(story)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    await story.sync()

    assert while_off == on_again == other_field == ("While it was off", "One")
    assert (await story.task())["Priority"] == "High"
    assert await both_say(story) == ("Two", "Two")
    await quiet(story)


async def test_edits_of_both_sides_while_both_were_off_stay_where_they_are(story: Story) -> None:
    await switched(story, BOTH)
    hubspot_id, task_id = await pair(story, subject="One")
    await switched(story, NEITHER)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="From HubSpot")
    story.edit_task(task_id, Subject="From Salesforce")

    await switched(story, BOTH)
    await quiet(story)

    assert await both_say(story) == ("From HubSpot", "From Salesforce")
    assert story.conflicts() == []


async def test_a_first_edit_after_it_is_on_again_travels_alone(story: Story) -> None:
    """The edit comes before the first run that could have seen what had changed while it was off."""
    await switched(story, BOTH)
    hubspot_id, task_id = await pair(story, subject="One", Priority="Normal")
    await switched(story, NEITHER)
    story.edit_task(task_id, Subject="While it was off")
    story.running.advance(60)
    await story.running.settings(BOTH)
    story.running.advance(60)
    story.edit_in_hubspot(hubspot_id, hs_task_priority="HIGH")

    await story.sync()
    await story.sync()

    assert (await story.task())["Priority"] == "High"
    assert await both_say(story) == ("One", "While it was off")
    await quiet(story)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_lost_answer_does_not_confuse_what_was_written_with_what_rested(
    story: Story, kind: str
) -> None:
    await switched(story, BOTH)
    hubspot_id, task_id = await pair(story, subject="One", Priority="Normal")
    await switched(story, NEITHER)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="While it was off")
    story.running.advance(60)
    await story.running.settings(BOTH)
    story.running.advance(60)
    story.edit_task(task_id, Priority="High")
    rule = {"method": "POST", "path": "/crm/v3/objects/tasks/batch/update", "kind": kind}
    story.arm("hubspot", rule)

    for _ in range(3):
        await story.later(minutes=2)

    assert (await story.hubspot_task())["hs_task_priority"] == "HIGH"
    assert (await story.task())["Priority"] == "High"
    assert await both_say(story) == ("While it was off", "One")
    await quiet(story)


async def test_one_way_to_hubspot_leaves_hubspots_edits_until_salesforce_changes_the_field(
    story: Story,
) -> None:
    await switched(story, ONLY_TO_HUBSPOT)
    hubspot_id, task_id = await pair(story, subject="One", Priority="Normal")
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Mine", hs_task_priority="LOW")
    await story.sync()
    story.edit_task(task_id, Priority="High")
    await story.sync()
    other_field = await both_say(story)
    story.edit_task(task_id, Subject="Two")
    await story.sync()

    assert other_field == ("Mine", "One")
    assert (await story.hubspot_task())["hs_task_priority"] == "HIGH"
    assert await both_say(story) == ("Two", "Two")
    await quiet(story)


async def test_what_is_made_while_it_is_off_is_older_and_what_comes_after_is_not(
    story: Story,
) -> None:
    await switched(story, BOTH)
    contact, person = story.person()
    await switched(story, NEITHER)
    story.new_task(person, subject="Salesforce, off")
    story.in_hubspot("create_task", contacts=[contact], subject="HubSpot, off")
    story.running.advance(60)
    await switched(story, BOTH)
    story.new_task(person, subject="Salesforce, on")
    story.in_hubspot("create_task", contacts=[contact], subject="HubSpot, on")
    await story.sync()

    in_hubspot = {task["hs_task_subject"] for task in await story.hubspot_tasks()}
    in_salesforce = {task["Subject"] for task in await story.tasks()}
    assert in_hubspot == {"HubSpot, off", "Salesforce, on", "HubSpot, on"}
    assert in_salesforce == {"Salesforce, off", "Salesforce, on", "HubSpot, on"}


async def test_what_waits_keeps_waiting_while_task_sync_is_off(story: Story) -> None:
    await switched(story, BOTH)
    person = story.salesforce_contact("late@example.com")
    story.new_task(person, subject="Patience")
    waiting = reasons(await story.sync())
    await switched(story, NEITHER)
    story.contact("late@example.com")
    await story.later(hours=7)
    while_off = await story.hubspot_tasks()
    await switched(story, BOTH)
    await story.later(days=1)

    assert waiting == {"no_hubspot_record": 1}
    assert while_off == []
    assert (await story.hubspot_task())["hs_task_subject"] == "Patience"


# --------------------------------------------------------------------------- filters


async def test_a_widened_filter_starts_from_then_on_for_what_it_adds(story: Story) -> None:
    _, person = story.person()
    await switched(story, f'{ONLY_TO_HUBSPOT}filter.subtypes = ["Task"]')
    early = story.new_task(person, subject="Early call", TaskSubtype="Call")
    story.new_task(person, subject="Early task")
    await story.sync()
    story.running.advance(60)
    await switched(story, ONLY_TO_HUBSPOT)
    story.new_task(person, subject="Late call", TaskSubtype="Call")
    story.edit_task(early, Description="Touched after the widening")
    report = await story.sync()

    in_hubspot = {task["hs_task_subject"] for task in await story.hubspot_tasks()}
    assert in_hubspot == {"Early task", "Late call"}
    assert reasons(report) == {"filtered": 1}


async def test_a_changed_condition_lets_nothing_through_that_is_from_before(story: Story) -> None:
    _, person = story.person()
    await switched(story, f"{ONLY_TO_HUBSPOT}filter.condition = \"Priority = 'High'\"")
    early = story.new_task(person, subject="Early, low", Priority="Low")
    story.new_task(person, subject="Early, high", Priority="High")
    await story.sync()
    story.running.advance(60)
    await switched(story, f"{ONLY_TO_HUBSPOT}filter.condition = \"Priority = 'Low'\"")
    story.new_task(person, subject="Late, low", Priority="Low")
    story.new_task(person, subject="Late, high", Priority="High")
    story.edit_task(early, Description="Touched after the widening")
    await story.sync()

    in_hubspot = {task["hs_task_subject"] for task in await story.hubspot_tasks()}
    assert in_hubspot == {"Early, high", "Late, low"}


async def test_tasks_about_nothing_go_unattached_from_then_on(story: Story) -> None:
    await switched(story, ONLY_TO_HUBSPOT)
    early = story.new_task(subject="Early")
    skipped = reasons(await story.sync())
    story.running.advance(60)
    await switched(story, f"{ONLY_TO_HUBSPOT}filter.unattached = true")
    story.new_task(subject="Late")
    story.edit_task(early, Description="Touched after the widening")
    report = await story.sync()

    late = await story.hubspot_task()
    assert skipped == {"no_related_record": 1}
    assert (late["hs_task_subject"], late["contacts"]) == ("Late", [])
    assert report.total(Outcome.CREATED) == 1
