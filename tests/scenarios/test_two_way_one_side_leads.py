"""One switch only: the following side's own edits stay until the leading side changes that field (SPEC section 1)."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.story import Story


async def _is_quiet(story: Story) -> None:
    await story.sync()
    story.forget_journal()
    await story.sync()
    await story.later(days=1, hours=1)

    assert story.writes() == []


async def _salesforce_leads(story: Story) -> tuple[str, str]:
    await story.switch_on_tasks()
    _, person = story.person()
    task_id = story.new_task(person, "One", Priority="Normal", ActivityDate="2026-12-01")
    await story.sync()
    return (await story.hubspot_task())["id"], task_id


async def _hubspot_leads(story: Story) -> tuple[str, str]:
    await story.switch_on(Kind.TASK)
    contact, _ = story.person()
    made = story.in_hubspot("create_task", contacts=[contact], subject="One", priority="MEDIUM")
    await story.sync()
    return str(made["id"]), (await story.task())["Id"]


async def test_where_salesforce_leads_hubspots_edits_stay_and_never_go_back(story: Story) -> None:
    hubspot_id, task_id = await _salesforce_leads(story)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Mine", hs_task_status="COMPLETED")
    await story.sync()
    story.edit_task(task_id, Priority="High")
    await story.sync()

    theirs, task = await story.hubspot_task(), await story.task()
    assert (theirs["hs_task_subject"], theirs["hs_task_status"]) == ("Mine", "COMPLETED")
    assert theirs["hs_task_priority"] == "HIGH"
    assert (task["Subject"], task["Status"]) == ("One", "Not Started")
    await _is_quiet(story)


async def test_where_salesforce_leads_its_change_of_that_field_counts(story: Story) -> None:
    hubspot_id, task_id = await _salesforce_leads(story)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Mine", hs_task_body="<p>Mine too</p>")
    await story.sync()

    story.edit_task(task_id, Subject="Two")
    await story.sync()

    theirs = await story.hubspot_task()
    assert (theirs["hs_task_subject"], theirs["hs_task_body"]) == ("Two", "<p>Mine too</p>")
    assert (await story.task())["Description"] is None
    await _is_quiet(story)


async def test_where_hubspot_leads_salesforces_edits_stay_and_never_go_back(story: Story) -> None:
    hubspot_id, task_id = await _hubspot_leads(story)
    story.edit_task(task_id, Subject="Mine", Status="Completed", ActivityDate="2027-01-05")
    await story.sync()
    story.edit_in_hubspot(hubspot_id, hs_task_priority="HIGH")
    await story.sync()

    task, theirs = await story.task(), await story.hubspot_task()
    assert (task["Subject"], task["Status"]) == ("Mine", "Completed")
    assert (task["ActivityDate"], task["Priority"]) == ("2027-01-05", "High")
    assert (theirs["hs_task_subject"], theirs["hs_task_status"]) == ("One", "NOT_STARTED")
    await _is_quiet(story)


async def test_where_hubspot_leads_its_change_of_that_field_counts(story: Story) -> None:
    hubspot_id, task_id = await _hubspot_leads(story)
    story.edit_task(task_id, Subject="Mine", Description="Mine too")
    await story.sync()

    story.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    await story.sync()

    task = await story.task()
    assert (task["Subject"], task["Description"]) == ("Two", "Mine too")
    await _is_quiet(story)


@pytest.mark.parametrize("policy", ["keep", "complete", "delete"])
async def test_where_salesforce_leads_a_delete_in_hubspot_never_deletes_in_salesforce(
    policy: str, story: Story
) -> None:
    await story.switch_on_tasks(first=f'delete_policy = "{policy}"')
    _, person = story.person()
    story.new_task(person, "One")
    await story.sync()

    story.in_hubspot("delete", object="tasks", id=(await story.hubspot_task())["id"])
    report = await story.later(days=1, hours=1)

    assert (await story.task())["Status"] == "Not Started"
    assert report.total(Outcome.CREATED) == 0
    assert await story.hubspot_tasks() == []


@pytest.mark.parametrize("policy", ["keep", "complete", "delete"])
async def test_where_hubspot_leads_a_delete_in_salesforce_never_deletes_in_hubspot(
    policy: str, story: Story
) -> None:
    await story.switch_on(Kind.TASK, first=f'delete_policy = "{policy}"')
    contact, _ = story.person()
    story.in_hubspot("create_task", contacts=[contact], subject="One")
    await story.sync()

    story.in_salesforce("delete_task", id=(await story.task())["Id"])
    await story.sync()
    await story.later(days=1, hours=1)

    assert (await story.hubspot_task())["hs_task_status"] == "NOT_STARTED"
    assert await story.tasks() == []
