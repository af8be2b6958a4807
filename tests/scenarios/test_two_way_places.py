"""Tasks that move between people, companies and deals, some of whom HubSpot does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.engine.reports import Outcome
from tests.scenarios.story import Story
from tests.support.installation import installation


async def test_a_move_to_somebody_unknown_holds_back_no_other_edit(story: Story) -> None:
    await story.both_ways()
    contact, person = story.person()
    task_id = story.new_task(person, "One")
    await story.sync()
    stranger = story.salesforce_contact("stranger@example.com")

    story.edit_task(task_id, WhoId=stranger, Subject="Two")
    await story.sync()
    followed = await story.hubspot_task()
    new_contact = story.contact("stranger@example.com")
    await story.later(minutes=2)

    assert (followed["hs_task_subject"], followed["contacts"]) == ("Two", [contact])
    assert (await story.hubspot_task())["contacts"] == [new_contact]


async def test_a_company_put_on_a_task_of_a_lead_is_no_related_to(story: Story) -> None:
    """Salesforce refuses both; and the person may be a contact as well, whom the contact in HubSpot stands for."""
    await story.both_ways()
    story.contact("bob@example.com")
    story.salesforce_contact("bob@example.com")
    lead = story.lead("bob@example.com")
    task_id = story.new_task(lead, "On a lead")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]
    company = story.in_hubspot(
        "create", object="companies", properties={"name": "Acme", "domain": "acme.example"}
    )
    story.in_salesforce(
        "create_record",
        object="Account",
        fields={"Name": "Acme", "Website": "https://acme.example"},
    )

    story.in_hubspot(
        "associate", object="tasks", id=hubspot_id, to_object="companies", to_id=company["id"]
    )
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Still on a lead")
    report = await story.sync()
    await story.later(days=1, hours=1)

    task = await story.task()
    assert report.total(Outcome.PARKED) == 0
    assert (task["Id"], task["WhoId"], task["WhatId"]) == (task_id, lead, None)
    assert task["Subject"] == "Still on a lead"


async def test_an_interrupted_task_on_a_company_alone_is_found_beside_one_on_a_contact(
    tmp_path: Path,
) -> None:
    """HubSpot has no property for the key: the two are looked for where they hang."""
    armed = True

    def at(point: str) -> None:
        nonlocal armed
        if armed and point == "written":
            armed = False
            raise KeyboardInterrupt

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        running.sandbox.world.switches.set({"task_unique_property": "refused"})
        await running.connect()
        company = story.in_hubspot(
            "create", object="companies", properties={"name": "Acme", "domain": "acme.example"}
        )
        account = story.in_salesforce(
            "create_record",
            object="Account",
            fields={"Name": "Acme", "Website": "https://acme.example"},
        )["id"]
        _, person = story.person()
        await story.both_ways()
        story.new_task(person, "On a person")
        story.new_task(None, "On a company", WhatId=account)
        with pytest.raises(KeyboardInterrupt):
            await story.sync()
        running.advance(300)
        await story.sync()
        await story.later(minutes=15)

        tasks = await story.hubspot_tasks()
        assert sorted(task["hs_task_subject"] for task in tasks) == ["On a company", "On a person"]
        assert [company["id"]] in [task["companies"] for task in tasks]
        assert story.conflicts() == []
