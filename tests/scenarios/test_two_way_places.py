"""Tasks that move between people, companies and deals, some of whom HubSpot does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

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
