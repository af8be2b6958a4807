"""Brakes: a run that would do more than is usual stops and asks (SPEC section 6)."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind
from tests.scenarios.story import Story


async def _many(story: Story, count: int) -> list[str]:
    """Tasks that are in both CRMs, by Salesforce id."""
    _, person = story.person()
    ids = [story.new_task(person, f"Task {n}") for n in range(count)]
    await story.sync()
    return ids


async def test_a_mass_deletion_asks_first_and_goes_through_once_it_is_meant(story: Story) -> None:
    await story.both_ways(first='delete_policy = "delete"')
    ids = await _many(story, 60)
    for task_id in ids[:25]:
        story.in_salesforce("delete_task", id=task_id)

    asked = await story.sync()
    kept = len(await story.hubspot_tasks())
    rests = await story.sync()
    await story.tandem.resume("default")
    done = await story.sync()

    assert (asked.state, asked.reason) == (RunState.BRAKED, "brake_deletes")
    assert asked.adds_up
    assert kept == 60
    assert rests.state is RunState.SUSPENDED
    assert done.total(Outcome.DELETED) == 25
    assert len(await story.hubspot_tasks()) == 35


async def test_a_few_deletions_need_no_word(story: Story) -> None:
    await story.both_ways(first='delete_policy = "delete"')
    for task_id in (await _many(story, 30))[:20]:
        story.in_salesforce("delete_task", id=task_id)

    report = await story.sync()

    assert report.state is RunState.DONE
    assert report.total(Outcome.DELETED) == 20


@pytest.mark.parametrize("policy", ["keep", "complete", "delete"])
async def test_an_account_that_is_suddenly_empty_asks_whatever_the_policy(
    story: Story, policy: str
) -> None:
    await story.both_ways(first=f'delete_policy = "{policy}"')
    await _many(story, 30)
    for task in await story.hubspot_tasks():
        story.in_hubspot("delete", object="tasks", id=task["id"])

    report = await story.later(days=1, hours=1)

    assert (report.state, report.reason) == (RunState.BRAKED, "brake_empty")
    assert [task["Status"] for task in await story.tasks()] == ["Not Started"] * 30


async def test_over_five_thousand_creates_ask_first_and_then_go_on(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.NOTE)
    for _ in range(5_400):
        story.in_hubspot("write_note", contacts=[contact], body="One of many")

    asked = await story.sync()
    written = len(await story.tasks())
    await story.tandem.resume("default")
    done = await story.sync()

    assert (asked.state, asked.reason) == (RunState.BRAKED, "brake_creates")
    assert asked.adds_up
    assert written == 5_000
    assert done.state is RunState.DONE
    assert len(await story.tasks()) == 5_400


async def test_two_automations_that_disagree_are_parked_with_both_values(story: Story) -> None:
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, "A")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]
    for _ in range(5):
        story.edit_task(task_id, Subject="B")
        await story.sync()
        story.edit_in_hubspot(hubspot_id, hs_task_subject="A")
        await story.sync()

    [parked] = await story.tandem.errors("default")

    assert parked.reason == "automations_disagree"
    story.forget_journal()
    story.edit_task(task_id, Subject="B")
    await story.sync()
    assert [call for call in story.writes() if "tasks/batch/update" in call] == []
