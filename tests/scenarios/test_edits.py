"""Edits, deletes and moves of an activity that has a task (SPEC section 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind
from tests.scenarios.story import Story, reasons


async def a_call(story: Story, **given: object) -> tuple[str, dict[str, object]]:
    """A call with its task; the call's id and the task."""
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="Call", body="Hello", **given)
    await story.sync()
    return str(call["id"]), await story.task()


async def test_an_edit_updates_only_the_fields_it_changed(story: Story) -> None:
    call, task = await a_call(story)
    story.in_salesforce(
        "edit_record", id=task["Id"], fields={"Priority": "High", "Description": "Mine"}
    )
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    report = await story.later(minutes=5)
    changed = await story.task()

    assert report.total(Outcome.UPDATED) == 1
    assert (changed["Subject"], changed["Priority"], changed["Description"]) == (
        "Renamed",
        "High",
        "Mine",
    )


async def test_what_a_person_wrote_where_an_edit_goes_is_kept_in_full(story: Story) -> None:
    call, task = await a_call(story)
    story.in_salesforce("edit_record", id=task["Id"], fields={"Subject": "A person's words"})
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    await story.later(minutes=5)
    explanation = await story.tandem.explain("default", str(task["Id"]))

    assert (await story.task())["Subject"] == "Renamed"
    assert "A person's words" in str([event.values for event in explanation.history])


async def test_an_edit_in_salesforce_alone_stays_and_nothing_is_written(story: Story) -> None:
    _, task = await a_call(story)
    story.in_salesforce("edit_record", id=task["Id"], fields={"Subject": "A person's words"})

    report = await story.later(hours=2)

    assert (await story.task())["Subject"] == "A person's words"
    assert report.total(Outcome.UPDATED) == 0


async def test_clearing_a_body_is_an_edit_and_travels(story: Story) -> None:
    call, _ = await a_call(story)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_body": ""})

    await story.later(minutes=5)

    assert (await story.task())["Description"] is None


async def test_a_body_in_other_markup_is_no_edit(story: Story) -> None:
    call, task = await a_call(story)
    story.in_salesforce("edit_record", id=task["Id"], fields={"Description": "Mine"})
    story.in_hubspot(
        "edit", object="calls", id=call, properties={"hs_call_body": "<div><p>Hello</p></div>"}
    )

    report = await story.later(minutes=5)

    assert report.total(Outcome.UPDATED) == 0
    assert (await story.task())["Description"] == "Mine"


async def test_another_owner_in_hubspot_is_another_assignee(story: Story) -> None:
    call, _ = await a_call(story)
    owner, user = story.owner("Hana")
    story.in_hubspot("change_owner", object="calls", id=call, owner=owner)

    await story.later(minutes=20)

    assert (await story.task())["OwnerId"] == user


async def test_another_owner_of_the_contact_is_no_other_assignee(story: Story) -> None:
    call, task = await a_call(story)
    owner, _ = story.owner("Hana")
    story.in_hubspot("change_owner", object="contacts", id=story.first_contact, owner=owner)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    await story.later(minutes=20)

    assert (await story.task())["OwnerId"] == task["OwnerId"]
    assert (await story.task())["Subject"] == "Renamed"


async def test_the_task_moves_when_the_chosen_contact_loses_its_association(story: Story) -> None:
    story.person()
    first, _ = story.person()
    story.running.advance(timedelta(days=2).total_seconds())
    second, second_person = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[first, second], title="Call")
    await story.sync()
    assert (await story.task())["WhoId"] == second_person
    await story.later(hours=1)

    story.in_hubspot(
        "disassociate", object="calls", id=call["id"], to_object="contacts", to_id=second
    )
    await story.later(days=1, hours=2)

    assert (await story.task())["WhoId"] != second_person


async def test_a_better_contact_moves_the_task_until_the_second_look(story: Story) -> None:
    first, first_person = story.person()
    story.running.advance(timedelta(days=2).total_seconds())
    second, second_person = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[first], title="Call")
    await story.sync()
    assert (await story.task())["WhoId"] == first_person

    story.in_hubspot("associate", object="calls", id=call["id"], to_object="contacts", to_id=second)
    await story.later(seconds=61)

    assert (await story.task())["WhoId"] == second_person


async def test_a_better_contact_does_not_move_a_task_that_somebody_touched(story: Story) -> None:
    first, first_person = story.person()
    story.running.advance(timedelta(days=2).total_seconds())
    second, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[first], title="Call")
    await story.sync()
    story.in_salesforce("edit_record", id=(await story.task())["Id"], fields={"Subject": "Touched"})
    story.in_hubspot("associate", object="calls", id=call["id"], to_object="contacts", to_id=second)
    await story.later(seconds=61)

    task = await story.task()
    assert (task["WhoId"], task["Subject"]) == (first_person, "Touched")


async def test_a_contact_that_lands_after_the_record_is_found_at_the_second_look(
    story: Story,
) -> None:
    contact, person = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", title="Call")
    report = await story.sync()
    assert reasons(report) == {"no_contact": 1}
    assert report.total(Outcome.WAITING) == 1

    story.in_hubspot(
        "associate", object="calls", id=call["id"], to_object="contacts", to_id=contact
    )
    await story.later(seconds=61)

    assert (await story.task())["WhoId"] == person


async def test_a_record_without_a_contact_is_skipped_after_the_second_look(story: Story) -> None:
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", title="Call")
    await story.sync()
    await story.later(seconds=61)
    report = await story.later(minutes=16)

    assert reasons(report) == {"no_contact": 1}
    assert report.total(Outcome.SKIPPED) == 1


async def test_a_merged_contact_is_no_edit(story: Story) -> None:
    call, task = await a_call(story)
    winner, _ = story.person()
    story.in_hubspot("merge_contacts", winner=winner, loser=story.first_contact)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    await story.later(minutes=20)
    changed = await story.task()

    assert (changed["Subject"], changed["WhoId"]) == ("Renamed", task["WhoId"])


async def test_a_converted_lead_is_no_edit_and_later_activities_go_to_its_contact(
    story: Story,
) -> None:
    contact = story.contact("sato@example.com")
    lead = story.lead("sato@example.com")
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="As a lead")
    await story.sync()
    assert (await story.task())["WhoId"] == lead

    converted = story.in_salesforce("convert_lead", id=lead)
    story.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_title": "Edited"})
    story.in_hubspot("log_call", contacts=[contact], title="As a contact")
    await story.later(minutes=20)

    tasks = {task["Subject"]: task["WhoId"] for task in await story.tasks()}
    assert tasks == {"Edited": converted["contact"], "As a contact": converted["contact"]}


@pytest.mark.parametrize(
    ("policy", "status", "left"),
    [("keep", "Not Started", 1), ("complete", "Completed", 1), ("delete", None, 0)],
)
async def test_a_deleted_activity_goes_by_the_delete_policy(
    policy: str, status: str | None, left: int, story: Story
) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.TASK, first=f'delete_policy = "{policy}"')
    task = story.in_hubspot("create_task", contacts=[contact], subject="Call back")
    await story.sync()
    story.in_hubspot("delete", object="tasks", id=task["id"])

    await story.later(days=1, hours=2)
    tasks = await story.tasks()

    assert len(tasks) == left
    assert [one["Status"] for one in tasks] == ([status] if status else [])


async def test_an_edit_beats_a_delete(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.TASK, first='delete_policy = "delete"')
    task = story.in_hubspot("create_task", contacts=[contact], subject="Call back")
    await story.sync()
    story.in_salesforce("edit_record", id=(await story.task())["Id"], fields={"Priority": "High"})
    story.in_hubspot("delete", object="tasks", id=task["id"])

    report = await story.later(days=1, hours=2)

    assert len(await story.tasks()) == 1
    assert reasons(report) == {"edited_after_delete": 1}


async def test_a_task_deleted_in_salesforce_is_not_made_again(story: Story) -> None:
    call, task = await a_call(story)
    story.in_salesforce("delete_record", id=task["Id"])
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    report = await story.later(minutes=5)
    await story.later(days=2)

    assert await story.tasks() == []
    assert reasons(report) == {"edited_after_delete": 1}


async def test_a_meeting_is_closed_once_its_end_has_passed(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.MEETING)
    start = story.running.clock.now() + timedelta(hours=2)
    story.in_hubspot(
        "hold_meeting",
        contacts=[contact],
        title="Kick-off",
        start=start.isoformat(),
    )
    await story.sync()
    assert not (await story.task())["IsClosed"]
    await story.later(hours=1)
    assert not (await story.task())["IsClosed"]

    await story.later(hours=3)

    assert (await story.task())["IsClosed"]


async def test_the_clock_never_replaces_a_status_that_a_person_set(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.MEETING)
    start = story.running.clock.now() + timedelta(hours=2)
    story.in_hubspot("hold_meeting", contacts=[contact], title="Kick-off", start=start.isoformat())
    await story.sync()
    story.in_salesforce("edit_record", id=(await story.task())["Id"], fields={"Status": "Deferred"})

    await story.later(hours=5)

    assert (await story.task())["Status"] == "Deferred"


async def test_what_was_edited_while_a_kind_was_off_is_the_new_base(story: Story) -> None:
    call, _ = await a_call(story)
    await story.running.settings("")
    story.running.advance(600)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "While off"})
    await story.later(minutes=10)
    await story.switch_on(Kind.CALL)
    await story.later(minutes=10)
    assert (await story.task())["Subject"] == "Call"

    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_body": "Once on"})
    await story.later(minutes=10)

    task = await story.task()
    assert (task["Subject"], task["Description"]) == ("Call", "Once on")
