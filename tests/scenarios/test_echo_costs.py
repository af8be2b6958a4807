"""What Tandem itself wrote comes by once more as news: that costs no call, and hides nobody's edit."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.story import Story

QUIET = ["POST /crm/v3/objects/tasks/search", "GET /services/data/v62.0/queryAll"]


@pytest.fixture
async def both(story: Story) -> Story:
    await story.both_ways()
    return story


async def _calls(story: Story, **span: float) -> list[str]:
    """The calls of a run some time later."""
    story.forget_journal()
    await story.later(**(span or {"seconds": 5}))
    return story.running.calls()


async def _pair(story: Story) -> tuple[str, str]:
    _, person = story.person()
    task_id = story.new_task(person, "One", ActivityDate="2030-01-15", Description="Words")
    await story.sync()
    return (await story.hubspot_task())["id"], task_id


async def test_a_task_made_in_hubspot_comes_by_for_nothing(both: Story) -> None:
    """Its modified date has moved by itself meanwhile."""
    await _pair(both)

    assert await _calls(both) == QUIET
    assert await _calls(both, minutes=2) == QUIET


async def test_an_update_of_a_hubspot_task_comes_by_for_nothing(both: Story) -> None:
    _, task_id = await _pair(both)
    for subject in ("Two", "Three"):
        both.edit_task(task_id, Subject=subject)
        await both.sync()

        assert await _calls(both) == QUIET
    assert (await both.hubspot_task())["hs_task_subject"] == "Three"


async def test_an_update_of_a_salesforce_task_comes_by_for_nothing(both: Story) -> None:
    hubspot_id, _ = await _pair(both)
    await both.sync()
    both.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    await both.sync()

    assert (await both.task())["Subject"] == "Two"
    assert await _calls(both) == QUIET


async def test_an_edit_in_the_moment_of_our_own_write_is_not_taken_for_it(both: Story) -> None:
    """The version is the one we wrote or older; what it says is not."""
    hubspot_id, _ = await _pair(both)
    store = both.tandem.store
    mine = store.for_connection(store.connection("default").id)
    [link] = mine.links_of(Kind.TASK, [hubspot_id])
    both.edit_in_hubspot(hubspot_id, hs_task_subject="Meanwhile")

    assert link.modified_at is not None
    report = await both.sync()

    assert report.total(Outcome.UPDATED) == 1
    assert (await both.task())["Subject"] == "Meanwhile"


async def test_another_contact_chosen_shortly_before_our_write_is_seen_after_it(
    both: Story,
) -> None:
    """The search lags behind: the first run knows only that the task was touched."""
    hubspot_id, task_id = await _pair(both)
    await both.later(minutes=1)
    other, other_person = both.person()
    [before] = (await both.hubspot_task())["contacts"]
    both.in_hubspot("associate", object="tasks", id=hubspot_id, to_object="contacts", to_id=other)
    both.in_hubspot(
        "disassociate", object="tasks", id=hubspot_id, to_object="contacts", to_id=before
    )
    both.edit_in_hubspot(hubspot_id, hs_task_priority="HIGH")
    both.edit_task(task_id, Subject="Two")

    await both.running.sync()
    await both.later(minutes=1)
    await both.later(minutes=1)

    assert (await both.task())["WhoId"] == other_person
    assert (await both.task())["Priority"] == "High"
    assert (await both.hubspot_task())["hs_task_subject"] == "Two"


async def test_a_row_of_the_search_that_lags_behind_our_write_is_no_edit(both: Story) -> None:
    _, task_id = await _pair(both)
    await both.later(minutes=1)
    both.edit_task(task_id, Subject="Two", ActivityDate=None)
    await both.sync()

    await both.running.sync()  # at once: the search still shows what was there before

    task = await both.task()
    assert (task["Subject"], task["ActivityDate"]) == ("Two", None)
    assert both.conflicts() == []
