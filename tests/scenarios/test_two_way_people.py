"""Conversions and merges on either side move records, and are nobody's edit of a task (SPEC sections 4 and 5)."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome
from tests.scenarios.story import Story


@pytest.fixture
async def both(story: Story) -> Story:
    await story.both_ways()
    return story


async def _nothing_is_written(story: Story) -> None:
    """Not at once, nor at night."""
    story.forget_journal()
    for span in ({"seconds": 5.0}, {"minutes": 20.0}, {"days": 1.0, "hours": 1.0}):
        report = await story.later(**span)
        assert report.total(Outcome.UPDATED) == report.total(Outcome.CREATED) == 0

    assert story.writes() == []
    assert story.conflicts() == []


async def _edits_still_flow(story: Story, hubspot_id: str, task_id: str) -> None:
    story.edit_task(task_id, Subject="From Salesforce")
    await story.sync()
    there = (await story.hubspot_task())["hs_task_subject"]
    story.edit_in_hubspot(hubspot_id, hs_task_subject="From HubSpot")
    await story.sync()

    assert there == "From Salesforce"
    assert (await story.task())["Subject"] == "From HubSpot"
    assert story.conflicts() == []


@pytest.mark.parametrize("origin", ["hubspot", "salesforce"])
async def test_a_converted_lead_is_no_edit(origin: str, both: Story) -> None:
    contact = both.contact("lead@example.com")
    lead = both.lead("lead@example.com")
    if origin == "salesforce":
        both.new_task(lead, "One")
    else:
        both.in_hubspot("create_task", contacts=[contact], subject="One")
    await both.sync()
    task_id, hubspot_id = (await both.task())["Id"], (await both.hubspot_task())["id"]

    both.in_salesforce("convert_lead", id=lead, opportunity=False)
    await _nothing_is_written(both)

    assert (await both.task())["WhoId"] != lead
    assert (await both.hubspot_task())["contacts"] == [contact]
    await _edits_still_flow(both, hubspot_id, task_id)


@pytest.mark.parametrize("origin", ["hubspot", "salesforce"])
async def test_contacts_merged_in_salesforce_are_no_edit(origin: str, both: Story) -> None:
    contact, person = both.person("ann@example.com")
    winner = both.salesforce_contact("ann.winner@example.com")
    if origin == "salesforce":
        both.new_task(person, "One")
    else:
        both.in_hubspot("create_task", contacts=[contact], subject="One")
    await both.sync()
    task_id, hubspot_id = (await both.task())["Id"], (await both.hubspot_task())["id"]

    both.in_salesforce("merge", master=winner, losers=[person])
    both.in_salesforce("edit_record", id=winner, fields={"Email": "ann@example.com"})
    await _nothing_is_written(both)

    assert (await both.task())["WhoId"] == winner
    assert (await both.hubspot_task())["contacts"] == [contact]
    await _edits_still_flow(both, hubspot_id, task_id)


@pytest.mark.parametrize("origin", ["hubspot", "salesforce"])
async def test_contacts_merged_in_hubspot_are_no_edit(origin: str, both: Story) -> None:
    contact, person = both.person("ann@example.com")
    winner = both.contact("ann.winner@example.com")
    if origin == "salesforce":
        both.new_task(person, "One")
    else:
        both.in_hubspot("create_task", contacts=[contact], subject="One")
    await both.sync()
    task_id, hubspot_id = (await both.task())["Id"], (await both.hubspot_task())["id"]

    both.in_hubspot("merge_contacts", winner=winner, loser=contact)
    await _nothing_is_written(both)

    assert (await both.task())["WhoId"] == person
    await _edits_still_flow(both, hubspot_id, task_id)
