"""A task of Salesforce's that waits for its record in HubSpot is tried at once when a notice tells of that record."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Side
from tandem.store.hints import Change
from tests.scenarios.hearing import Hearing
from tests.scenarios.story import Story


@pytest.fixture
async def both(story: Story) -> Hearing:
    """Tasks are synced both ways, and feeds tell."""
    await story.both_ways()
    hearing = Hearing(story)
    await hearing.turn(seconds=5)
    return hearing


async def _waits(hearing: Hearing, person: str | None = None, **fields: str) -> None:
    """A task is made in Salesforce; what it is about is not in HubSpot, not a quarter of an hour later either."""
    task_id = hearing.story.new_task(person, **fields)
    hearing.tell(Side.SALESFORCE, "Task", task_id, change=Change.CREATED)
    report = await hearing.turn(seconds=1)
    assert report.total(Outcome.WAITING) == 1
    await hearing.turn(minutes=20)


async def _there(hearing: Hearing) -> list[str]:
    return [str(task["hs_task_subject"]) for task in await hearing.story.hubspot_tasks()]


@pytest.mark.parametrize("lead", [False, True], ids=["contact", "lead"])
async def test_somebody_with_the_same_address_appears(lead: bool, both: Hearing) -> None:
    story = both.story
    make = story.lead if lead else story.salesforce_contact
    await _waits(both, make("ann@example.com"))
    contact = story.contact("ann@example.com")
    both.tell(Side.HUBSPOT, "contacts", contact, change=Change.CREATED)
    report = await both.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1
    assert await _there(both) == ["Call back"]


async def test_somebody_whose_stored_id_names_the_person_appears(both: Hearing) -> None:
    """The search by that property does not show it for some seconds yet."""
    story = both.story
    person = story.salesforce_contact("ann@example.com")
    await _waits(both, person)
    contact = story.contact("private@example.com", salesforcecontactid=person)
    both.tell(Side.HUBSPOT, "contacts", contact, change=Change.CREATED)
    report = await both.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1
    assert (await story.hubspot_task())["contacts"] == [contact]


async def test_somebody_known_gets_the_address_that_was_missing(both: Hearing) -> None:
    story = both.story
    contact = story.contact("old@example.com")
    await _waits(both, story.salesforce_contact("new@example.com"))
    story.in_hubspot("edit", object="contacts", id=contact, properties={"email": "new@example.com"})
    both.tell(Side.HUBSPOT, "contacts", contact)
    report = await both.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1


async def test_the_person_in_salesforce_gets_the_address_that_hubspot_knows(
    both: Hearing,
) -> None:
    story = both.story
    story.contact("ann@example.com")
    person = story.salesforce_contact("wrong@example.com")
    await _waits(both, person)
    story.in_salesforce("edit_record", id=person, fields={"Email": "ann@example.com"})
    both.tell(Side.SALESFORCE, "Contact", person)
    report = await both.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1


async def test_a_company_of_the_accounts_domain_appears(both: Hearing) -> None:
    story = both.story
    account = story.in_salesforce(
        "create_record",
        object="Account",
        fields={"Name": "Acme", "Website": "https://www.acme.example"},
    )["id"]
    await _waits(both, WhatId=account)
    company = story.in_hubspot(
        "create", object="companies", properties={"name": "Acme", "domain": "acme.example"}
    )["id"]
    both.tell(Side.HUBSPOT, "companies", str(company), change=Change.CREATED)
    report = await both.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1


async def test_a_deal_that_stores_the_opportunity_appears(both: Hearing) -> None:
    story = both.story
    opportunity = story.in_salesforce(
        "create_record",
        object="Opportunity",
        fields={"Name": "Big", "StageName": "Prospecting", "CloseDate": "2030-01-01"},
    )["id"]
    await _waits(both, WhatId=opportunity)
    deal = story.in_hubspot(
        "create",
        object="deals",
        properties={"dealname": "Big", "hs_salesforceopportunityid": opportunity},
    )["id"]
    both.tell(Side.HUBSPOT, "deals", str(deal), change=Change.CREATED)
    report = await both.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1


async def test_news_of_somebody_else_wakes_nobody(both: Hearing) -> None:
    story = both.story
    await _waits(both, story.salesforce_contact("ann@example.com"))
    contact = story.contact("ben@example.com")
    both.tell(Side.HUBSPOT, "contacts", contact, change=Change.CREATED)
    report = await both.turn(seconds=1)

    assert report.seen == 0
    assert await _there(both) == []


async def test_news_of_people_costs_no_call_while_nobody_is_waited_for(both: Hearing) -> None:
    contact, person = both.story.person("ann@example.com")
    both.tell(Side.HUBSPOT, "contacts", contact, "not an id")
    both.tell(Side.SALESFORCE, "Contact", person)
    await both.turn(seconds=1)

    assert both.calls() == []
    assert both.mine.hints(10) == []


async def test_a_contact_that_is_gone_again_is_no_news(both: Hearing) -> None:
    story = both.story
    await _waits(both, story.salesforce_contact("ann@example.com"))
    contact = story.contact("ann@example.com")
    story.in_hubspot("delete", object="contacts", id=contact)
    both.tell(Side.HUBSPOT, "contacts", contact, change=Change.CREATED)
    report = await both.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 0
    assert both.mine.hints(10) == []
