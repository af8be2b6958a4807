"""People and users who vanished, merged or left since they were read."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.refusals import (
    decisions,
    log,
    subjects,
)
from tests.scenarios.story import Story, reasons

# --------------------------------------------------------------------------- people


async def test_a_person_deleted_since_it_was_read_waits_and_is_resolved_anew(
    story: Story,
) -> None:
    contact, person = story.person("sato@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "First")
    await story.sync()
    story.in_salesforce("delete_record", id=person)
    log(story, contact, "Second")
    report = await story.sync()
    assert reasons(report) == {"person_gone": 1}

    another = story.salesforce_contact("sato@example.com")
    await story.later(minutes=2)

    assert {t["Subject"]: t["WhoId"] for t in await story.tasks()}["Second"] == another


async def test_a_person_merged_away_since_it_was_read_leads_to_the_winner(story: Story) -> None:
    contact, person = story.person("sato@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "First")
    await story.sync()
    winner = story.salesforce_contact("winner@example.com")
    story.in_salesforce("merge", master=winner, losers=[person])
    log(story, contact, "Second")
    await story.sync()
    await story.later(minutes=2)

    assert {t["Subject"]: t["WhoId"] for t in await story.tasks()} == {
        "First": winner,
        "Second": winner,
    }


async def test_a_lead_converted_since_it_was_read_leads_to_its_contact(story: Story) -> None:
    contact = story.contact("sato@example.com")
    lead = story.lead("sato@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "First")
    await story.sync()
    converted = story.in_salesforce("convert_lead", id=lead)["contact"]
    log(story, contact, "Second")
    await story.sync()
    await story.later(minutes=2)

    assert {task["WhoId"] for task in await story.tasks()} == {converted}


async def test_news_of_a_person_lets_what_waits_for_it_go_at_once(story: Story) -> None:
    contact = story.contact("late@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "Waits for hours")
    for _ in range(3):
        report = await story.later(minutes=20)
    assert reasons(report) in ({}, {"no_salesforce_record": 1})
    story.salesforce_contact("late@example.com")
    log(story, contact, "Brings the news")

    await story.later(minutes=16)

    assert await subjects(story) == ["Brings the news", "Waits for hours"]


async def test_an_update_that_names_a_vanished_record_does_not_end_the_pair(story: Story) -> None:
    account = story.in_salesforce(
        "create_record", object="Account", fields={"Name": "A", "Website": "a.example.com"}
    )["id"]
    company = story.in_hubspot(
        "create", object="companies", properties={"name": "A", "domain": "a.example.com"}
    )["id"]
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    [warm] = log(story, contact, "Warm the cache")
    story.in_hubspot("associate", object="calls", id=warm, to_object="companies", to_id=company)
    [call] = log(story, contact, "Call")
    await story.sync()
    story.in_salesforce("delete_record", id=account)
    story.in_hubspot("associate", object="calls", id=call, to_object="companies", to_id=company)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    await story.later(minutes=2)

    tasks = {task["Subject"]: task["WhatId"] for task in await story.tasks()}
    assert tasks["Renamed"] is None


# --------------------------------------------------------------------------- users


@pytest.mark.parametrize("minutes", [1, 20], ids=["read before", "read after"])
async def test_a_user_deactivated_in_salesforce_is_followed_by_the_next_of_the_chain(
    minutes: int, story: Story
) -> None:
    hana, user_hana = story.owner("Hana")
    kenji, user_kenji = story.owner("Kenji")
    contact, _ = story.person(hubspot_owner_id=kenji)
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="First", owner=hana)
    await story.sync()
    story.in_salesforce("deactivate_user", user=user_hana)
    second = story.in_hubspot("log_call", contacts=[contact], title="Second", owner=hana)["id"]

    await story.later(minutes=minutes)

    owners = {task["Subject"]: task["OwnerId"] for task in await story.tasks()}
    assert owners == {"First": user_hana, "Second": user_kenji}
    assert await decisions(story, second) & {"user_inactive", "contact_owner"}


async def test_when_all_of_the_chain_are_inactive_the_integration_user_has_it(
    story: Story,
) -> None:
    hana, user_hana = story.owner("Hana")
    kenji, user_kenji = story.owner("Kenji")
    contact, _ = story.person(hubspot_owner_id=kenji)
    await story.switch_on(Kind.CALL)
    await story.sync()
    for user in (user_hana, user_kenji):
        story.in_salesforce("deactivate_user", user=user)
    story.in_hubspot("log_call", contacts=[contact], title="Call", owner=hana)

    await story.sync()

    assert (await story.task())["OwnerId"] == await story.user_id()


async def test_a_new_owner_who_is_inactive_falls_to_the_next_on_an_edit_too(story: Story) -> None:
    hana, user_hana = story.owner("Hana")
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    [call] = log(story, contact, "Call")
    await story.sync()
    story.in_salesforce("deactivate_user", user=user_hana)
    story.in_hubspot("change_owner", object="calls", id=call, owner=hana)

    report = await story.later(minutes=2)

    assert report.total(Outcome.PARKED) == 0
    assert (await story.task())["OwnerId"] == await story.user_id()


async def test_an_owner_deactivated_in_hubspot_keeps_its_match(story: Story) -> None:
    hana, user_hana = story.owner("Hana")
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call", owner=hana)
    story.in_hubspot("deactivate_owner", owner=hana)

    await story.later(minutes=20)

    assert (await story.task())["OwnerId"] == user_hana


async def test_an_edit_of_a_task_whose_owner_left_is_parked_in_plain_words(story: Story) -> None:
    story.running.sandbox.world.switches.set({"inactive_owner_edit": "refuse"})
    hana, user_hana = story.owner("Hana")
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="Call", owner=hana)["id"]
    await story.sync()
    story.in_salesforce("deactivate_user", user=user_hana)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    report = await story.later(minutes=2)
    [card] = await story.tandem.errors("default")

    assert reasons(report) == {"refused": 1}
    assert "INACTIVE_OWNER_OR_USER" in card.message

    story.in_salesforce("activate_user", user=user_hana)
    await story.tandem.retry("default")
    await story.sync()
    assert await subjects(story) == ["Renamed"]
