"""Both switches on: tasks are two-way (SPEC sections 6 and 7)."""

from __future__ import annotations

from typing import Any

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.story import Story


@pytest.fixture
async def both(story: Story) -> Story:
    await story.both_ways()
    return story


async def _pair(story: Story, **fields: Any) -> tuple[str, str]:
    """A task made in Salesforce that is in both CRMs: HubSpot's and Salesforce's id."""
    _, person = story.person()
    task_id = story.new_task(person, **fields)
    await story.sync()
    return (await story.hubspot_task())["id"], task_id


async def _settled(story: Story) -> None:
    """Two more runs, of which the second writes nothing."""
    await story.sync()
    story.forget_journal()
    await story.sync()

    assert story.writes() == []


async def test_an_edit_on_either_side_reaches_the_other(both: Story) -> None:
    hubspot_id, task_id = await _pair(both, subject="One")

    both.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    await both.sync()
    in_salesforce = (await both.task())["Subject"]
    both.edit_task(task_id, Subject="Three")
    await both.sync()

    assert in_salesforce == "Two"
    assert (await both.hubspot_task())["hs_task_subject"] == "Three"
    await _settled(both)


async def test_edits_of_different_fields_are_both_kept(both: Story) -> None:
    hubspot_id, task_id = await _pair(both, subject="One", Priority="Normal")

    both.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    both.edit_task(task_id, Priority="High")
    await both.sync()
    await both.sync()

    task, theirs = await both.task(), await both.hubspot_task()
    assert (task["Subject"], task["Priority"]) == ("Two", "High")
    assert (theirs["hs_task_subject"], theirs["hs_task_priority"]) == ("Two", "HIGH")
    assert both.conflicts() == []
    await _settled(both)


@pytest.mark.parametrize("later", ["hubspot", "salesforce"])
async def test_the_newest_edit_of_one_field_wins_and_the_other_is_kept(
    both: Story, later: str
) -> None:
    hubspot_id, task_id = await _pair(both, subject="One")
    if later == "hubspot":
        both.edit_task(task_id, Subject="From Salesforce")
        both.running.advance(30)
        both.edit_in_hubspot(hubspot_id, hs_task_subject="From HubSpot")
    else:
        both.edit_in_hubspot(hubspot_id, hs_task_subject="From HubSpot")
        both.running.advance(30)
        both.edit_task(task_id, Subject="From Salesforce")

    await both.sync()

    winner = "From HubSpot" if later == "hubspot" else "From Salesforce"
    loser = "From Salesforce" if later == "hubspot" else "From HubSpot"
    assert (await both.task())["Subject"] == winner
    assert (await both.hubspot_task())["hs_task_subject"] == winner
    [kept] = both.conflicts()
    assert list(kept.lost.values()) == [loser]
    await _settled(both)


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
async def test_a_fixed_side_wins_whoever_was_later(story: Story, side: str) -> None:
    await story.both_ways(first=f'conflict_rule = "{side}"')
    hubspot_id, task_id = await _pair(story, subject="One")
    story.edit_task(task_id, Subject="From Salesforce")
    story.running.advance(30)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="From HubSpot")

    await story.sync()

    winner = "From HubSpot" if side == "hubspot" else "From Salesforce"
    assert (await story.task())["Subject"] == winner
    assert (await story.hubspot_task())["hs_task_subject"] == winner
    await _settled(story)


async def test_a_cleared_due_date_is_cleared_and_never_comes_back_as_one(both: Story) -> None:
    _, task_id = await _pair(both, ActivityDate="2026-12-24")

    both.edit_task(task_id, ActivityDate=None)
    await both.sync()
    await _settled(both)

    assert (await both.task())["ActivityDate"] is None


async def test_cleared_comments_are_cleared_on_the_other_side(both: Story) -> None:
    hubspot_id, task_id = await _pair(both, Description="Something")

    both.edit_task(task_id, Description=None)
    await both.sync()
    cleared = (await both.hubspot_task())["hs_task_body"]
    both.edit_in_hubspot(hubspot_id, hs_task_body="<p>Again</p>")
    await both.sync()
    both.edit_in_hubspot(hubspot_id, hs_task_body="")
    await both.sync()

    assert not cleared
    assert (await both.task())["Description"] is None
    await _settled(both)


async def test_completing_and_reopening_travel_both_ways(both: Story) -> None:
    hubspot_id, task_id = await _pair(both, Status="In Progress")

    both.in_hubspot("complete_task", id=hubspot_id)
    await both.sync()
    done = (await both.task())["Status"]
    both.edit_task(task_id, Status="In Progress")
    await both.sync()

    assert done == "Completed"
    assert (await both.hubspot_task())["hs_task_status"] == "IN_PROGRESS"
    await _settled(both)


async def test_a_due_day_moves_both_ways_and_the_time_of_day_stays(both: Story) -> None:
    hubspot_id, task_id = await _pair(both, ActivityDate="2026-12-24")
    before = (await both.hubspot_task())["hs_timestamp"]

    both.edit_in_hubspot(hubspot_id, hs_timestamp="2026-12-28T15:30:00Z")
    await both.sync()
    moved = (await both.task())["ActivityDate"]
    both.edit_task(task_id, Subject="Another")
    await both.sync()

    theirs = await both.hubspot_task()
    assert before.startswith("2026-12-2")
    assert moved in ("2026-12-28", "2026-12-29")
    assert theirs["hs_timestamp"].startswith("2026-12-28T15:30:00")
    await _settled(both)


async def test_the_owner_travels_both_ways(both: Story) -> None:
    ann_owner, ann = both.owner("Ann")
    ben_owner, ben = both.owner("Ben")
    hubspot_id, task_id = await _pair(both, OwnerId=ann)
    first = (await both.hubspot_task())["hubspot_owner_id"]

    both.edit_in_hubspot(hubspot_id, hubspot_owner_id=ben_owner)
    await both.sync()
    second = (await both.task())["OwnerId"]
    both.edit_task(task_id, OwnerId=ann)
    await both.sync()

    assert (first, second) == (ann_owner, ben)
    assert (await both.hubspot_task())["hubspot_owner_id"] == ann_owner
    await _settled(both)


async def test_a_task_moved_to_another_person_moves_in_hubspot(both: Story) -> None:
    _, task_id = await _pair(both)
    other_contact, other = both.person("other@example.com")

    both.edit_task(task_id, WhoId=other)
    await both.sync()

    assert (await both.hubspot_task())["contacts"] == [other_contact]
    await _settled(both)


async def test_a_task_moved_to_another_contact_moves_in_salesforce(both: Story) -> None:
    hubspot_id, _ = await _pair(both)
    first = (await both.hubspot_task())["contacts"][0]
    other_contact, other = both.person("other@example.com")

    _exchange_contact(both, hubspot_id, first, other_contact)
    await both.later(days=1)
    await both.later(hours=1)

    assert (await both.task())["WhoId"] == other


def _exchange_contact(story: Story, task: str, old: str, new: str) -> None:
    story.in_hubspot("associate", object="tasks", id=task, to_object="contacts", to_id=new)
    story.in_hubspot("disassociate", object="tasks", id=task, to_object="contacts", to_id=old)


async def test_a_task_made_in_hubspot_is_two_way_too(both: Story) -> None:
    contact, _ = both.person()
    both.in_hubspot("create_task", contacts=[contact], subject="From HubSpot")
    await both.sync()

    both.edit_task((await both.task())["Id"], Subject="Edited in Salesforce", Status="Completed")
    await both.sync()

    theirs = await both.hubspot_task()
    assert theirs["hs_task_subject"] == "Edited in Salesforce"
    assert theirs["hs_task_status"] == "COMPLETED"
    await _settled(both)


async def test_the_first_comments_of_a_task_made_without_a_body_travel_back(both: Story) -> None:
    """Although nothing was said of them when it was made, and nobody read it before the person wrote."""
    contact, _ = both.person()
    both.in_hubspot("create_task", contacts=[contact], subject="From HubSpot")
    await both.sync()

    both.edit_task((await both.task())["Id"], Description="Ask for the invoice")
    await both.sync()

    assert "Ask for the invoice" in (await both.hubspot_task())["hs_task_body"]
    await _settled(both)


# --------------------------------------------------------------------------- deletes


@pytest.mark.parametrize("policy", ["keep", "complete", "delete"])
async def test_a_task_deleted_in_salesforce_goes_by_the_delete_policy(
    story: Story, policy: str
) -> None:
    await story.both_ways(first=f'delete_policy = "{policy}"')
    _, task_id = await _pair(story)

    story.in_salesforce("delete_task", id=task_id)
    await story.sync()

    tasks = await story.hubspot_tasks()
    expected = {"keep": ["NOT_STARTED"], "complete": ["COMPLETED"], "delete": []}
    assert [task["hs_task_status"] for task in tasks] == expected[policy]
    await _settled(story)


@pytest.mark.parametrize("policy", ["keep", "complete", "delete"])
async def test_a_task_deleted_in_hubspot_goes_by_the_delete_policy(
    story: Story, policy: str
) -> None:
    await story.both_ways(first=f'delete_policy = "{policy}"')
    hubspot_id, _ = await _pair(story)

    story.in_hubspot("delete", object="tasks", id=hubspot_id)
    await story.later(days=1, hours=1)

    tasks = await story.tasks()
    expected = {"keep": ["Not Started"], "complete": ["Completed"], "delete": []}
    assert [task["Status"] for task in tasks] == expected[policy]
    assert await story.hubspot_tasks() == []


async def test_an_edit_beats_a_delete(story: Story) -> None:
    await story.both_ways(first='delete_policy = "delete"')
    hubspot_id, task_id = await _pair(story)
    story.in_salesforce("delete_task", id=task_id)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Still needed")

    await story.sync()
    await story.later(days=1, hours=1)

    assert [task["hs_task_subject"] for task in await story.hubspot_tasks()] == ["Still needed"]
    assert await story.tasks() == []


# --------------------------------------------------------------------------- writing once


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_after"])
async def test_a_create_whose_answer_is_lost_makes_one_task(both: Story, kind: str) -> None:
    _, person = both.person()
    both.new_task(person)
    rule = {"method": "POST", "path": "/crm/v3/objects/tasks/batch/create", "kind": kind}
    both.arm("hubspot", {**rule, **({"status": 502} if kind == "status_after" else {})})

    await both.sync()
    await both.later(minutes=2)
    await both.later(minutes=12)

    assert len(await both.hubspot_tasks()) == 1
    assert len(await both.tasks()) == 1
    await _settled(both)


@pytest.mark.parametrize("kind", ["drop_after", "status_after"])
async def test_an_update_whose_answer_is_lost_is_no_edit_of_hubspots(
    both: Story, kind: str
) -> None:
    _, task_id = await _pair(both, subject="One")
    both.edit_task(task_id, Subject="Two")
    rule = {"method": "POST", "path": "/crm/v3/objects/tasks/batch/update", "kind": kind}
    both.arm("hubspot", {**rule, **({"status": 502} if kind == "status_after" else {})})
    await both.sync()

    both.edit_task(task_id, Subject="Three")
    await both.later(minutes=2)

    assert (await both.task())["Subject"] == "Three"
    assert (await both.hubspot_task())["hs_task_subject"] == "Three"
    assert both.conflicts() == []
    await _settled(both)


async def test_an_origin_deleted_while_the_outcome_is_unknown_leaves_no_orphan(
    story: Story,
) -> None:
    await story.both_ways(first='delete_policy = "delete"')
    _, person = story.person()
    task_id = story.new_task(person)
    rule = {"method": "POST", "path": "/crm/v3/objects/tasks/batch/*", "kind": "status_after"}
    story.arm("hubspot", {**rule, "status": 502, "times": 1})

    await story.sync()
    story.in_salesforce("delete_task", id=task_id)
    for _ in range(4):
        await story.later(minutes=6)

    assert await story.hubspot_tasks() == []


async def test_other_kinds_stay_one_way(story: Story) -> None:
    contact, _ = story.person()
    await story.both_ways(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Hello")
    await story.sync()

    story.edit_task((await story.task())["Id"], Subject="Changed in Salesforce")
    report = await story.sync()

    assert report.total(Outcome.UPDATED) == 0
    assert await story.hubspot_tasks() == []
    assert (await story.task())["Subject"] == "Changed in Salesforce"
