"""What waits and what is left out, with reasons; the choices per kind (SPEC sections 3 and 5)."""

from __future__ import annotations

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.story import Story, reasons


async def test_an_activity_waits_until_its_person_appears_in_salesforce(story: Story) -> None:
    contact = story.contact("late@example.com")
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call")
    report = await story.sync()
    assert reasons(report) == {"no_salesforce_record": 1}

    person = story.salesforce_contact("late@example.com")
    await story.later(minutes=20)

    assert (await story.task())["WhoId"] == person


async def test_after_thirty_days_it_is_parked_and_a_retry_writes_it(story: Story) -> None:
    contact = story.contact("late@example.com")
    await story.switch_on(Kind.NOTE)
    story.in_hubspot("write_note", contacts=[contact], body="Note")
    for _ in range(35):
        report = await story.later(days=1)
    assert reasons(report) in ({"never_appeared": 1}, {})
    [card] = await story.tandem.errors("default")
    assert (card.reason, card.count) == ("never_appeared", 1)

    story.salesforce_contact("late@example.com")
    assert await story.tandem.retry("default") == 1
    await story.sync()

    assert (await story.task())["Subject"] == "Note: Note"


async def test_a_waiting_open_is_kept_though_its_feed_cannot_be_asked_again(story: Story) -> None:
    story.contact("late@example.com")
    campaign = story.in_hubspot("create_campaign", name="Spring", subject="Spring")
    await story.switch_on(Kind.MARKETING_EMAIL_OPENED)
    story.in_hubspot("open_marketing_email", campaign=campaign["campaign"], to="late@example.com")
    await story.later(minutes=1)
    assert await story.tasks() == []

    story.salesforce_contact("late@example.com")
    await story.later(days=20)

    assert (await story.task())["Subject"] == "Opened: Spring"


async def test_a_contact_without_address_and_id_is_skipped(story: Story) -> None:
    contact = story.in_hubspot("create", object="contacts", properties={"lastname": "Nobody"})
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact["id"]], title="Call")

    assert reasons(await story.sync()) == {"no_email": 1}


async def test_the_stored_id_goes_before_the_address(story: Story) -> None:
    stored = story.salesforce_contact("other@example.com")
    story.salesforce_contact("sato@example.com")
    contact = story.contact("sato@example.com", salesforcecontactid=stored[:15])
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call")
    await story.sync()

    assert (await story.task())["WhoId"] == stored


async def test_a_meeting_of_all_participants_is_on_all_of_them(story: Story) -> None:
    story.in_salesforce("shared_activities", on=True)
    people = [story.person() for _ in range(3)]
    await story.switch_on(Kind.MEETING, options={Kind.MEETING: 'contacts = "all"'})
    story.in_hubspot("hold_meeting", title="All", contacts=[contact for contact, _ in people])
    await story.sync()

    relations = await story.running.soql("SELECT RelationId FROM TaskRelation WHERE IsWhat = false")
    on_task = {row["RelationId"] for row in relations} | {(await story.task())["WhoId"]}
    assert on_task == {person for _, person in people}


async def test_what_id_is_the_deals_opportunity_else_the_companys_account(story: Story) -> None:
    account = story.in_salesforce(
        "create_record",
        object="Account",
        fields={"Name": "A", "Website": "https://www.a.example.com"},
    )["id"]
    opportunity = story.in_salesforce(
        "create_record",
        object="Opportunity",
        fields={"Name": "O", "StageName": "Prospecting", "CloseDate": "2027-01-31"},
    )["id"]
    contact, _ = story.person()
    company = story.in_hubspot(
        "create", object="companies", properties={"name": "A", "domain": "a.example.com"}
    )["id"]
    deal = story.in_hubspot(
        "create",
        object="deals",
        properties={"dealname": "O", "hs_salesforceopportunityid": opportunity},
    )["id"]
    await story.switch_on(Kind.CALL, Kind.TASK)
    story.in_hubspot("log_call", contacts=[contact], companies=[company], title="Company")
    story.in_hubspot(
        "log_call", contacts=[contact], companies=[company], deals=[deal], title="Deal"
    )
    story.in_hubspot("create_task", subject="No person", deals=[deal])
    await story.sync()

    assert {task["Subject"]: task["WhatId"] for task in await story.tasks()} == {
        "Company": account,
        "Deal": opportunity,
        "No person": opportunity,
    }


async def test_beside_a_lead_there_is_no_related_record(story: Story) -> None:
    story.in_salesforce(
        "create_record", object="Account", fields={"Name": "A", "Website": "a.example.com"}
    )
    company = story.in_hubspot(
        "create", object="companies", properties={"name": "A", "domain": "a.example.com"}
    )["id"]
    contact = story.contact("lead@example.com")
    lead = story.lead("lead@example.com")
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], companies=[company], title="Call")
    await story.sync()
    task = await story.task()

    assert (task["WhoId"], task["WhatId"]) == (lead, None)


async def test_an_inclusion_list_limits_which_contacts_sync(story: Story) -> None:
    inside, _ = story.person()
    outside, _ = story.person()
    made = story.in_hubspot("create_list", name="Synced")
    list_id = made.get("list") or made["listId"]
    story.in_hubspot("add_to_list", list=list_id, records=[inside])
    await story.switch_on(Kind.CALL, first=f'inclusion_list = "{list_id}"')
    story.in_hubspot("log_call", contacts=[inside], title="Inside")
    story.in_hubspot("log_call", contacts=[outside], title="Outside")
    report = await story.sync()

    assert [task["Subject"] for task in await story.tasks()] == ["Inside"]
    assert reasons(report) == {"not_on_inclusion_list": 1}


async def test_filters_narrow_a_kind(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(
        Kind.SALES_EMAIL,
        options={Kind.SALES_EMAIL: '[kinds.sales_email.filter]\nsubject_contains = ["Offer"]'},
    )
    story.in_hubspot("send_email", contacts=[contact], subject="An OFFER", html="x")
    story.in_hubspot("send_email", contacts=[contact], subject="Lunch", html="x")
    report = await story.sync()

    assert [task["Subject"] for task in await story.tasks()] == ["An OFFER"]
    assert reasons(report) == {"filtered": 1}


async def test_a_template_and_fixed_fields_shape_the_task(story: Story) -> None:
    story.in_salesforce(
        "create_custom_field", object="Task", name="Source__c", type="text", length=40
    )
    contact, _ = story.person()
    await story.switch_on(
        Kind.CALL,
        options={
            Kind.CALL: 'subject_template = "[HubSpot] {title}"\nstatus = "open"\n'
            'fixed_fields = { Source__c = "HubSpot" }'
        },
    )
    story.in_hubspot("log_call", contacts=[contact], title="Quote")
    await story.sync()
    [row] = await story.running.soql("SELECT Subject, Source__c, IsClosed FROM Task")

    assert (row["Subject"], row["Source__c"], row["IsClosed"]) == (
        "[HubSpot] Quote",
        "HubSpot",
        False,
    )


async def test_each_increase_of_an_open_counter_is_one_task(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED)
    mail = story.in_hubspot("send_email", contacts=[contact], subject="Offer", html="x")
    story.running.advance(60)
    story.in_hubspot("open_sales_email", id=mail["id"])
    await story.later(minutes=1)
    story.in_hubspot("open_sales_email", id=mail["id"])
    story.in_hubspot("click_sales_email", id=mail["id"])
    await story.later(days=1)
    await story.later(minutes=2)

    assert sorted(task["Subject"] for task in await story.tasks()) == [
        "Clicked: Offer",
        "Opened: Offer",
        "Opened: Offer",
    ]


async def test_opens_before_switching_on_are_the_baseline(story: Story) -> None:
    contact, _ = story.person()
    mail = story.in_hubspot("send_email", contacts=[contact], subject="Offer", html="x")
    story.in_hubspot("open_sales_email", id=mail["id"])
    story.running.advance(60)
    await story.switch_on(Kind.SALES_EMAIL_OPENED)
    story.in_hubspot("open_sales_email", id=mail["id"])
    report = await story.later(minutes=1)

    assert len(await story.tasks()) == 1
    assert reasons(report) == {"older": 1}


async def test_a_late_event_is_found_a_week_later_and_nothing_twice(story: Story) -> None:
    story.person("tanaka@example.com")
    campaign = story.in_hubspot("create_campaign", name="Spring", subject="Spring")["campaign"]
    await story.switch_on(Kind.MARKETING_EMAIL_OPENED)
    await story.later(days=1)
    happened = story.running.clock.now()
    await story.later(days=5)
    story.in_hubspot(
        "open_marketing_email", campaign=campaign, to="tanaka@example.com", at=happened.isoformat()
    )
    for _ in range(3):
        await story.later(days=1)

    assert [task["ActivityDate"] for task in await story.tasks()] == [happened.date().isoformat()]


async def test_bots_are_counted_as_skipped(story: Story) -> None:
    story.person("tanaka@example.com")
    campaign = story.in_hubspot("create_campaign", name="Spring", subject="Spring")["campaign"]
    await story.switch_on(Kind.MARKETING_EMAIL_OPENED)
    story.in_hubspot("open_marketing_email", campaign=campaign, to="tanaka@example.com", bot=True)
    report = await story.later(minutes=1)

    assert reasons(report) == {"bot": 1}


async def test_first_open_only_sends_one(story: Story) -> None:
    story.person("tanaka@example.com")
    campaign = story.in_hubspot("create_campaign", name="Spring", subject="Spring")["campaign"]
    await story.switch_on(
        Kind.MARKETING_EMAIL_OPENED,
        options={Kind.MARKETING_EMAIL_OPENED: "first_open_only = true"},
    )
    story.in_hubspot("send_marketing_email", campaign=campaign, to="tanaka@example.com")
    for _ in range(3):
        story.running.advance(60)
        story.in_hubspot("open_marketing_email", campaign=campaign, to="tanaka@example.com")
        await story.later(minutes=1)
    report = await story.later(minutes=1)

    assert len(await story.tasks()) == 1
    assert reasons(report).get("not_first_open") == 2


async def test_a_queued_call_waits_until_it_is_finished(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="Call", status="QUEUED")
    assert reasons(await story.sync()) == {"not_finished": 1}

    story.in_hubspot(
        "edit", object="calls", id=call["id"], properties={"hs_call_status": "COMPLETED"}
    )
    await story.later(minutes=2)

    assert (await story.task())["IsClosed"]


async def test_widening_a_filter_starts_from_then_on_for_what_it_adds(story: Story) -> None:
    contact, _ = story.person()
    table = "[kinds.sales_email.filter]\nsubject_contains = "
    await story.switch_on(Kind.SALES_EMAIL, options={Kind.SALES_EMAIL: table + '["Offer"]'})
    lunch = story.in_hubspot("send_email", contacts=[contact], subject="Lunch", html="x")
    story.in_hubspot("send_email", contacts=[contact], subject="Offer 1", html="x")
    story.running.advance(60)
    await story.switch_on(Kind.SALES_EMAIL, options={Kind.SALES_EMAIL: table + "[]"})
    story.in_hubspot(
        "edit", object="emails", id=lunch["id"], properties={"hs_email_subject": "Lunch!"}
    )
    story.in_hubspot("send_email", contacts=[contact], subject="Dinner", html="x")
    await story.later(minutes=1)

    assert sorted(task["Subject"] for task in await story.tasks()) == ["Dinner", "Offer 1"]


async def test_a_dry_run_says_what_it_would_do_and_leaves_no_trace(story: Story) -> None:
    contact, person = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call")
    story.running.advance(5)
    report = await story.running.sync(dry_run=True)

    [action] = report.planned
    assert (action.operation, action.subject, action.person) == ("create", "Call", person)
    assert await story.tasks() == []
    assert (await story.sync()).total(Outcome.CREATED) == 1


async def test_what_another_integration_put_on_a_contact_becomes_a_task(story: Story) -> None:
    story.running.sandbox.world.switches.set({"tier": "enterprise"})
    contact, person = story.person()
    await story.switch_on(Kind.INTEGRATION_EVENT)
    story.in_hubspot("record_event", event_type="pe_custom_event", contact=contact)
    story.in_hubspot("record_event", event_type="e_visited_page", contact=contact)
    await story.sync()
    await story.later(hours=2)
    task = await story.task()

    assert (task["Subject"], task["WhoId"], task["IsClosed"]) == ("custom event", person, True)


async def test_an_account_without_event_occurrences_is_no_trouble(story: Story) -> None:
    story.running.sandbox.world.switches.set({"tier": "free"})
    await story.switch_on(Kind.INTEGRATION_EVENT)

    report = await story.sync()

    assert (report.state, report.message) == ("done", "")
