"""Which Salesforce tasks appear in HubSpot, on which records, and which are left out or wait (SPEC sections 3 and 4)."""

from __future__ import annotations

from typing import Any

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tandem.sandbox.salesforce.schema import Field, FieldType
from tests.scenarios.story import Story, reasons


@pytest.fixture
async def both(story: Story) -> Story:
    await story.both_ways()
    return story


async def _subjects(story: Story) -> list[str]:
    return sorted(task["hs_task_subject"] for task in await story.hubspot_tasks())


async def _is_quiet(story: Story) -> None:
    """One more run, then one that writes nothing."""
    await story.sync()
    story.forget_journal()
    await story.sync()

    assert story.writes() == []


# --------------------------------------------------------------------------- left out


async def test_heads_of_series_are_skipped_and_their_occurrences_sync(both: Story) -> None:
    contact, person = both.person()
    both.in_salesforce(
        "create_series",
        fields={
            "Subject": "Every day",
            "WhoId": person,
            "RecurrenceType": "RecursDaily",
            "RecurrenceInterval": 1,
            "RecurrenceStartDateOnly": "2026-12-01",
            "RecurrenceEndDateOnly": "2026-12-03",
        },
    )

    report = await both.sync()

    tasks = await both.hubspot_tasks()
    assert reasons(report) == {"recurring_head": 1}
    assert [task["hs_task_subject"] for task in tasks] == ["Every day"] * 3
    assert {task["contacts"][0] for task in tasks} == {contact}
    assert len({task["hs_timestamp"] for task in tasks}) == 3
    await _is_quiet(both)


async def test_a_task_about_a_case_alone_is_skipped_and_one_with_a_person_is_not(
    both: Story,
) -> None:
    contact, person = both.person()
    case = both.in_salesforce("create_record", object="Case", fields={"Subject": "Broken"})["id"]
    both.new_task(subject="Case alone", WhatId=case)
    both.new_task(person, "Case of somebody", WhatId=case)
    both.new_task(subject="About nothing")

    report = await both.sync()

    assert reasons(report) == {"unsupported_related_record": 1, "no_related_record": 1}
    task = await both.hubspot_task()
    assert (task["hs_task_subject"], task["contacts"]) == ("Case of somebody", [contact])
    await _is_quiet(both)


async def test_only_open_tasks_go_where_only_open_ones_are_wanted(story: Story) -> None:
    await story.switch_on_tasks(options="filter.open_only = true")
    _, person = story.person()
    story.new_task(person, "Done already", Status="Completed")
    open_ = story.new_task(person, "Open")
    report = await story.sync()

    story.edit_task(open_, Status="Completed")
    await story.sync()

    assert reasons(report) == {"filtered": 1}
    task = await story.hubspot_task()
    assert (task["hs_task_subject"], task["hs_task_status"]) == ("Open", "COMPLETED")
    await _is_quiet(story)


@pytest.mark.parametrize(
    ("option", "fields"),
    [
        ("filter.condition = \"Priority = 'High'\"", {"Priority": "High"}),
        ('filter.subtypes = ["Call"]', {"TaskSubtype": "Call"}),
        ('filter.types = ["Call"]', {"Type": "Call"}),
    ],
)
async def test_a_filter_lets_through_what_it_names(
    option: str, fields: dict[str, Any], story: Story
) -> None:
    await story.switch_on_tasks(options=option)
    _, person = story.person()
    story.new_task(person, "Not named")
    story.new_task(person, "Named", **fields)

    report = await story.sync()

    assert reasons(report) == {"filtered": 1}
    assert await _subjects(story) == ["Named"]
    await _is_quiet(story)


async def test_only_tasks_of_the_owners_named_appear(story: Story) -> None:
    _, ann = story.owner("Ann")
    _, bob = story.owner("Bob")
    await story.switch_on_tasks(options=f'filter.owners = ["{ann}"]')
    _, person = story.person()
    story.new_task(person, "Hers", OwnerId=ann)
    handed_over = story.new_task(person, "His", OwnerId=bob)

    report = await story.sync()
    story.edit_task(handed_over, OwnerId=ann)
    await story.sync()

    assert reasons(report) == {"filtered": 1}
    assert sorted(await _subjects(story)) == ["Hers", "His"]
    await _is_quiet(story)


async def test_only_tasks_of_the_record_types_named_appear(story: Story) -> None:
    story.in_salesforce("create_record_type", name="Internal")
    support = story.in_salesforce("create_record_type", name="Support")["id"]
    await story.switch_on_tasks(options='filter.record_types = ["Support"]')
    _, person = story.person()
    story.new_task(person, "Of the first type")
    story.new_task(person, "Of the other", RecordTypeId=support)

    report = await story.sync()

    assert reasons(report) == {"filtered": 1}
    assert await _subjects(story) == ["Of the other"]
    await _is_quiet(story)


async def test_private_tasks_stay_in_salesforce(story: Story) -> None:
    """No edition describes such a field of tasks today, events have one; where an org shows it, it is heeded."""
    story.running.salesforce.schema.add_field(
        "Task",
        Field(
            name="IsPrivate",
            type=FieldType.BOOLEAN,
            label="Private",
            createable=True,
            updateable=True,
            default_value=False,
        ),
    )
    story.running.salesforce.catalog_changed("Task")
    await story.switch_on_tasks()
    _, person = story.person()
    story.new_task(person, "Between us", IsPrivate=True)
    story.new_task(person, "For all")

    report = await story.sync()

    assert reasons(report) == {"private": 1}
    assert await _subjects(story) == ["For all"]
    await _is_quiet(story)


async def test_only_contacts_on_the_inclusion_list_get_tasks(story: Story) -> None:
    made = story.in_hubspot("create_list", name="Chosen")
    chosen = made.get("list") or made["listId"]
    contact, person = story.person()
    _, other = story.person()
    story.in_hubspot("add_to_list", list=chosen, records=[contact])
    await story.switch_on_tasks(first=f'inclusion_list = "{chosen}"')
    story.new_task(person, "On it")
    story.new_task(other, "Not on it")

    report = await story.sync()

    assert reasons(report) == {"not_on_inclusion_list": 1}
    assert await _subjects(story) == ["On it"]
    await _is_quiet(story)


# --------------------------------------------------------------------------- records


async def test_a_task_on_a_lead_appears_on_its_contact(both: Story) -> None:
    contact = both.contact("lead@example.com")
    lead = both.lead("lead@example.com")
    task_id = both.new_task(lead, "Qualify")
    await both.sync()

    both.edit_in_hubspot((await both.hubspot_task())["id"], hs_task_subject="Qualified")
    await both.sync()

    task = await both.task()
    assert (await both.hubspot_task())["contacts"] == [contact]
    assert (task["Id"], task["Subject"], task["WhoId"]) == (task_id, "Qualified", lead)
    await _is_quiet(both)


def _account(story: Story, domain: str = "example.org") -> str:
    fields = {"Name": "Example", "Website": f"https://www.{domain}"}
    return str(story.in_salesforce("create_record", object="Account", fields=fields)["id"])


def _company(story: Story, domain: str = "example.org") -> str:
    properties = {"name": "Example", "domain": domain}
    return str(story.in_hubspot("create", object="companies", properties=properties)["id"])


async def test_a_task_about_an_account_alone_appears_on_its_company(both: Story) -> None:
    company, account = _company(both), _account(both)
    both.new_task(subject="Visit", WhatId=account)

    await both.sync()

    task = await both.hubspot_task()
    assert (task["companies"], task["contacts"]) == ([company], [])
    await _is_quiet(both)


async def test_a_task_about_an_opportunity_alone_appears_on_its_deal(both: Story) -> None:
    fields = {"Name": "Big", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    opportunity = both.in_salesforce("create_record", object="Opportunity", fields=fields)["id"]
    properties = {"dealname": "Big", "hs_salesforceopportunityid": opportunity}
    deal = both.in_hubspot("create", object="deals", properties=properties)["id"]
    both.new_task(subject="Offer", WhatId=opportunity)

    await both.sync()

    task = await both.hubspot_task()
    assert (task["deals"], task["contacts"], task["companies"]) == ([str(deal)], [], [])
    await _is_quiet(both)


async def test_a_task_about_an_account_alone_waits_for_its_company(both: Story) -> None:
    both.new_task(subject="Visit", WhatId=_account(both))
    waiting = await both.sync()
    company = _company(both)

    await both.later(minutes=2)

    assert reasons(waiting) == {"no_hubspot_record": 1}
    assert (await both.hubspot_task())["companies"] == [company]
    await _is_quiet(both)


async def test_an_account_without_company_holds_nothing_back_and_is_added_when_it_appears(
    both: Story,
) -> None:
    contact, person = both.person()
    both.new_task(person, "Visit", WhatId=_account(both))
    await both.sync()
    before = await both.hubspot_task()
    company = _company(both)

    for _ in range(3):
        await both.later(days=1)

    after = await both.hubspot_task()
    assert (before["contacts"], before["companies"]) == ([contact], [])
    assert (after["contacts"], after["companies"]) == ([contact], [company])
    assert both.conflicts() == []
    await _is_quiet(both)


async def test_tasks_of_another_kind_of_activity_never_become_hubspot_tasks(story: Story) -> None:
    contact, _ = story.person()
    await story.both_ways(Kind.CALL, Kind.NOTE)
    story.in_hubspot("log_call", contacts=[contact], title="Hello")
    story.in_hubspot("write_note", contacts=[contact], body="<p>Noted</p>")
    await story.sync()
    for task in await story.tasks():
        story.edit_task(task["Id"], Subject="Edited", Status="In Progress")

    report = await story.sync()
    await story.later(days=1)

    assert report.total(Outcome.CREATED) == report.total(Outcome.UPDATED) == 0
    assert await story.hubspot_tasks() == []


# --------------------------------------------------------------------------- owners


def _queue(story: Story) -> str:
    fields = {"Name": "Support", "DeveloperName": "Support", "Type": "Queue"}
    queue = str(story.in_salesforce("create_record", object="Group", fields=fields)["id"])
    supported = {"QueueId": queue, "SobjectType": "Task"}
    story.in_salesforce("create_record", object="QueueSobject", fields=supported)
    return queue


async def test_a_queue_has_no_owner_in_hubspot_and_keeps_its_task(both: Story) -> None:
    queue = _queue(both)
    _, person = both.person()
    both.new_task(person, "One", OwnerId=queue)
    await both.sync()
    theirs = await both.hubspot_task()

    both.edit_in_hubspot(theirs["id"], hs_task_subject="Two")
    await both.sync()
    kept = await both.task()
    ann_owner, ann = both.owner("Ann")
    both.edit_in_hubspot(theirs["id"], hubspot_owner_id=ann_owner)
    await both.later(minutes=20)

    assert not theirs["hubspot_owner_id"]
    assert (kept["Subject"], kept["OwnerId"]) == ("Two", queue)
    assert (await both.task())["OwnerId"] == ann
    await _is_quiet(both)


async def test_a_user_whom_nobody_is_mapped_to_keeps_the_task(both: Story) -> None:
    user = both.in_salesforce(
        "create_user", username="nobody@example.net", last_name="Nobody", email="nobody@example.net"
    )["id"]
    _, person = both.person()
    task_id = both.new_task(person, "One", OwnerId=user)
    await both.sync()
    theirs = await both.hubspot_task()

    both.edit_in_hubspot(theirs["id"], hs_task_status="IN_PROGRESS")
    await both.sync()
    both.edit_task(task_id, Subject="Two")
    await both.sync()

    task = await both.task()
    assert not theirs["hubspot_owner_id"]
    assert (task["OwnerId"], task["Status"]) == (user, "In Progress")
    assert not (await both.hubspot_task())["hubspot_owner_id"]
    await _is_quiet(both)


async def test_an_owner_whom_nobody_is_mapped_to_stays_the_owner_in_hubspot(both: Story) -> None:
    owner, _ = both.owner("Ann", is_user=False)
    contact, _ = both.person()
    both.in_hubspot("create_task", contacts=[contact], subject="One", owner=owner)
    await both.sync()

    task = await both.task()
    both.edit_task(task["Id"], Subject="Two")
    await both.sync()

    theirs = await both.hubspot_task()
    assert (theirs["hs_task_subject"], theirs["hubspot_owner_id"]) == ("Two", owner)
    assert (await both.task())["OwnerId"] == task["OwnerId"]
    await _is_quiet(both)


# --------------------------------------------------------------------------- archived


async def test_an_archived_task_stays_paired_and_nothing_is_written(both: Story) -> None:
    _, person = both.person()
    task_id = both.new_task(person, "Old", Status="Completed")
    await both.sync()
    both.in_salesforce("archive_now", id=task_id)

    report = await both.later(days=1)

    assert report.total(Outcome.UPDATED) == report.total(Outcome.DELETED) == 0
    assert await _subjects(both) == ["Old"]
    await _is_quiet(both)


async def test_an_edit_in_hubspot_reaches_an_archived_task(both: Story) -> None:
    """Salesforce lets programs edit archived activities, though its own pages do not show them."""
    _, person = both.person()
    task_id = both.new_task(person, "Old", Status="Completed")
    await both.sync()
    both.in_salesforce("archive_now", id=task_id)
    hubspot_id = (await both.hubspot_task())["id"]

    both.edit_in_hubspot(hubspot_id, hs_task_subject="New")
    await both.sync()

    assert (await both.task())["Subject"] == "New"
    await _is_quiet(both)
