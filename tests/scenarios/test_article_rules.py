"""The article's rules ([A] in the specification), each as a story through the whole of Tandem."""

from __future__ import annotations

from datetime import timedelta

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.story import Story, reasons


async def test_a_call_becomes_a_closed_task_on_the_right_person(story: Story) -> None:
    story.in_hubspot("set_time_zone", zone="America/New_York")
    contact, person = story.person()
    owner, user = story.owner("Hana")
    await story.switch_on(Kind.CALL)
    story.in_hubspot(
        "log_call", contacts=[contact], title="About the quote", body="<p>Fine</p>", owner=owner
    )

    await story.sync()
    task = await story.task()

    assert task["Subject"] == "About the quote"
    assert (task["WhoId"], task["OwnerId"]) == (person, user)
    assert (task["Status"], task["IsClosed"], task["TaskSubtype"]) == ("Completed", True, "Call")
    assert task["Type"] is None
    assert task["Description"] == "Fine"
    assert task["ActivityDate"] == "2026-11-22"  # 20:00 the evening before, in New York


async def test_nothing_older_than_the_switching_on_is_sent(story: Story) -> None:
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Before")
    story.running.advance(60)
    await story.switch_on(Kind.CALL)
    story.running.advance(60)
    story.in_hubspot("log_call", contacts=[contact], title="After", at="2026-11-16T10:00:00Z")

    report = await story.sync()

    assert [task["Subject"] for task in await story.tasks()] == ["After"]
    assert report.total(Outcome.CREATED) == 1


async def test_an_old_activity_that_is_edited_later_is_still_older(story: Story) -> None:
    contact, _ = story.person()
    call = story.in_hubspot("log_call", contacts=[contact], title="Before")
    story.running.advance(60)
    await story.switch_on(Kind.CALL)
    story.running.advance(60)
    story.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_title": "Edited"})

    report = await story.sync()

    assert await story.tasks() == []
    assert reasons(report) == {"older": 1}


async def test_a_kind_that_is_not_ticked_is_not_sent(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.NOTE)
    story.in_hubspot("log_call", contacts=[contact], title="Call")
    story.in_hubspot("write_note", contacts=[contact], body="Note")

    await story.sync()

    assert [task["Subject"] for task in await story.tasks()] == ["Note: Note"]


async def test_the_chosen_task_type_is_set_and_no_task_type_is_an_explicit_null(
    story: Story,
) -> None:
    contact, _ = story.person()
    await story.switch_on(
        Kind.CALL, Kind.MEETING, options={Kind.MEETING: 'salesforce_task_type = "Meeting"'}
    )
    story.in_salesforce("set_type_values", values=["Call", "Meeting", "Other"])
    story.in_hubspot("hold_meeting", contacts=[contact], title="Kick-off")
    story.in_hubspot("log_call", contacts=[contact], title="Call")

    await story.sync()

    assert {t["Subject"]: t["Type"] for t in await story.tasks()} == {
        "Kick-off": "Meeting",
        "Call": None,
    }


async def test_a_task_type_that_vanished_is_left_out_and_reported(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL, options={Kind.CALL: 'salesforce_task_type = "Gone"'})
    story.in_hubspot("log_call", contacts=[contact], title="Call")

    report = await story.sync()
    task = await story.task()
    explanation = await story.tandem.explain("default", task["Id"])

    assert report.total(Outcome.CREATED) == 1
    assert task["Type"] is None
    assert ("type", "type_vanished") in [(d.about, d.rule) for d in explanation.decisions]


async def test_assigned_to_is_the_activitys_owner_if_mapped(story: Story) -> None:
    hana, user_hana = story.owner("Hana")
    kenji, _ = story.owner("Kenji")
    contact, _ = story.person(hubspot_owner_id=kenji)
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call", owner=hana)

    await story.sync()

    assert (await story.task())["OwnerId"] == user_hana


async def test_else_assigned_to_is_the_contacts_owner(story: Story) -> None:
    nobody, _ = story.owner("Nobody", is_user=False)
    kenji, user_kenji = story.owner("Kenji")
    contact, _ = story.person(hubspot_owner_id=kenji)
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call", owner=nobody)

    await story.sync()

    assert (await story.task())["OwnerId"] == user_kenji


async def test_else_assigned_to_is_the_integration_user(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call")

    await story.sync()

    assert (await story.task())["OwnerId"] == await story.user_id()


async def test_of_several_contacts_the_one_created_last_gets_the_task(story: Story) -> None:
    old, _ = story.person()
    story.running.advance(timedelta(days=2).total_seconds())
    new, person_new = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[new, old], title="Call")

    await story.sync()

    assert (await story.task())["WhoId"] == person_new


async def test_a_contact_that_does_not_sync_does_not_count(story: Story) -> None:
    old, person_old = story.person()
    story.running.advance(timedelta(days=2).total_seconds())
    stranger = story.contact()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[stranger, old], title="Call")

    await story.sync()

    assert (await story.task())["WhoId"] == person_old


async def test_of_several_created_on_one_day_the_highest_id_gets_the_task(story: Story) -> None:
    first, _ = story.person()
    second, person_second = story.person()
    assert int(second) > int(first)
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[second, first], title="Call")

    await story.sync()

    assert (await story.task())["WhoId"] == person_second


async def test_marketing_activities_arrive_completed_with_the_articles_subjects(
    story: Story,
) -> None:
    contact, person = story.person("tanaka@example.co.jp")
    form = story.in_hubspot("create_form", name="Contact us")
    campaign = story.in_hubspot("create_campaign", name="Spring", subject="Spring offer")
    await story.switch_on(
        Kind.FORM_SUBMISSION,
        Kind.MARKETING_EMAIL_SENT,
        Kind.MARKETING_EMAIL_OPENED,
        Kind.MARKETING_EMAIL_CLICKED,
    )
    story.running.advance(5)
    story.in_hubspot("submit_form", form=form["form"], email="tanaka@example.co.jp")
    for act in ("send_marketing_email", "open_marketing_email", "click_marketing_email"):
        story.running.advance(5)
        story.in_hubspot(act, campaign=campaign["campaign"], to="tanaka@example.co.jp")

    await story.later(minutes=1)
    tasks = await story.tasks()

    assert sorted(task["Subject"] for task in tasks) == [
        "Clicked: Spring offer",
        "Opened: Spring offer",
        "Spring offer",
        "Submitted: Contact us",
    ]
    assert all(task["IsClosed"] for task in tasks)
    assert {task["WhoId"] for task in tasks} == {person}
    assert contact


async def test_japanese_subjects_are_the_articles(story: Story) -> None:
    story.person("tanaka@example.co.jp")
    form = story.in_hubspot("create_form", name="お問い合わせ")
    campaign = story.in_hubspot("create_campaign", name="春", subject="春のご案内")
    await story.switch_on(
        Kind.FORM_SUBMISSION, Kind.MARKETING_EMAIL_OPENED, first='language = "ja"'
    )
    story.running.advance(5)
    story.in_hubspot("submit_form", form=form["form"], email="tanaka@example.co.jp")
    story.in_hubspot(
        "open_marketing_email", campaign=campaign["campaign"], to="tanaka@example.co.jp"
    )

    await story.later(minutes=1)

    subjects = sorted(task["Subject"] for task in await story.tasks())
    assert [subject.split(":")[0] for subject in subjects] == ["送信済み", "開封済み"]


async def test_a_sales_email_is_titled_with_its_own_subject(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.SALES_EMAIL)
    story.in_hubspot("send_email", contacts=[contact], subject="Re: Angebot", html="<p>Hi</p>")

    await story.sync()
    task = await story.task()

    assert (task["Subject"], task["TaskSubtype"], task["IsClosed"]) == (
        "Re: Angebot",
        "Email",
        True,
    )


async def test_attachments_are_never_synced_and_the_text_says_how_many_there_are(
    story: Story,
) -> None:
    contact, _ = story.person()
    one = story.in_hubspot("add_file", name="offer")
    await story.switch_on(Kind.SALES_EMAIL)
    story.in_hubspot(
        "send_email",
        contacts=[contact],
        subject="Offer",
        html="<p>See attached</p>",
        properties={"hs_attachment_ids": str(one["file"])},
    )

    await story.sync()
    task = await story.task()

    assert "offer.pdf" in task["Description"]
    assert not [call for call in story.running.calls() if "ContentVersion" in call]


async def test_tandem_does_what_the_integration_user_may_do(story: Story) -> None:
    """A contact that the integration user may not edit does not count as one that syncs."""
    open_contact, person = story.person()
    story.running.advance(timedelta(days=2).total_seconds())
    closed_contact, closed_person = story.person()
    story.in_salesforce("set_record_access", id=closed_person, level="read")
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[open_contact, closed_contact], title="Call")

    await story.sync()

    assert (await story.task())["WhoId"] == person
