"""Salesforce tasks as HubSpot's: fields, edits, status, keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from two_accounts import (
    CREATED,
    MARK,
    SCHEMA,
    TASK,
    TOKYO,
    a_context,
    an_org,
    as_it_was,
    stage_called,
    status_called,
)

from tandem.errors import Unmappable
from tandem.mapping.hubspot_task import (
    alike_for,
    base_of_task,
    due_of,
    followed_in_salesforce,
    render_new_task,
    render_task,
)
from tandem.mapping.keys import salesforce_task_key
from tandem.mapping.marks import mark_of
from tandem.mapping.normal_form import hubspot_normal_form
from tandem.mapping.salesforce import TaskContext, render, seen_fields
from tandem.mapping.task_facts import facts_of
from tandem.model import (
    Body,
    Field,
    KeyProperty,
    TaskSchema,
)
from tandem.sync.dates import Due
from tandem.sync.eligibility import Related
from tandem.sync.owners import How, Match

# --------------------------------------------------------------------------- new tasks


def test_a_new_task_says_every_field() -> None:
    assert render_new_task(TASK, a_context()) == {
        "hs_timestamp": "2026-11-29T23:00:00.000Z",
        "hs_task_subject": "Call back",
        "hs_task_status": "IN_PROGRESS",
        "hs_task_priority": "HIGH",
        "hs_task_type": "TODO",
        "hs_task_body": "<p>First line<br>Second &lt;line&gt;</p>",
        "hubspot_owner_id": "77",
        "tandem_key": "00D-00T",
    }


def test_the_fields_a_tenant_switched_off_are_not_said() -> None:
    got = render_new_task(TASK, a_context(task_fields=frozenset({Field.SUBJECT})))

    assert got.keys() == {
        "hs_timestamp",
        "hs_task_subject",
        "hs_task_body",
        "hubspot_owner_id",
        "tandem_key",
    }
    assert render_task(TASK, {Field.STATUS}, a_context(task_fields=frozenset())) == {}
    assert Field.STATUS not in followed_in_salesforce({Field.SUBJECT, Field.CALL})
    assert Field.CALL not in followed_in_salesforce({Field.SUBJECT, Field.CALL})


def test_without_a_place_for_it_the_key_is_not_written() -> None:
    schema = TaskSchema(key=KeyProperty.NONE, statuses=SCHEMA.statuses)

    assert "tandem_key" not in render_new_task(TASK, a_context(schema=schema))
    assert "tandem_key" not in render_new_task(TASK, a_context(key=""))


def test_a_field_the_integration_user_may_not_see_is_neither_said_nor_cleared() -> None:
    assert render_new_task({}, a_context(owner_id=None, key="")) == {
        "hs_timestamp": "2026-11-23T09:12:00.000Z"
    }
    assert render_task({}, frozenset(Field), a_context(owner_id=None)) == {"hubspot_owner_id": None}


def test_nobody_mapped_leaves_a_new_task_without_owner_and_clears_that_of_another() -> None:
    nobody = a_context(owner_id=None)

    assert "hubspot_owner_id" not in render_new_task(TASK, nobody)
    assert render_task(TASK, {Field.OWNER}, nobody) == {"hubspot_owner_id": None}


# --------------------------------------------------------------------------- edits


def test_a_cleared_field_is_cleared_and_a_required_one_takes_its_default() -> None:
    emptied = {**TASK, "Subject": None, "Description": "", "ActivityDate": None}
    fields = {Field.SUBJECT, Field.COMMENTS, Field.DUE}

    assert render_task(emptied, fields, a_context(was=as_it_was())) == {
        "hs_task_subject": None,
        "hs_task_body": None,
        "hs_timestamp": "2026-11-23T09:12:00.000Z",
    }


def test_an_edit_of_another_field_leaves_the_time_of_day_alone() -> None:
    evening = datetime(2026, 11, 30, 9, 45, tzinfo=UTC)
    due = Due(date(2026, 11, 30), evening)
    context = a_context(was=as_it_was(occurred_at=evening), due=due, due_time=time(6, 0))

    assert render_task(TASK, {Field.DUE}, context) == {"hs_timestamp": "2026-11-30T09:45:00.000Z"}
    moved = {**TASK, "ActivityDate": "2026-12-01"}
    assert render_task(moved, {Field.DUE}, context) == {"hs_timestamp": "2026-11-30T21:00:00.000Z"}


def test_what_a_pair_agreed_on_is_read_from_its_base() -> None:
    instant = "2026-11-23T09:12:00+00:00"

    assert due_of({Field.DUE: instant}, {Field.DUE: None}) == Due(None, CREATED)
    assert due_of({Field.DUE: instant}, {Field.DUE: "2026-11-23"}) == Due(
        date(2026, 11, 23), CREATED
    )
    assert due_of({}, {Field.DUE: "2026-11-23"}) is None
    assert due_of({Field.DUE: ""}, {Field.DUE: "2026-11-23"}) is None
    assert due_of({Field.DUE: instant}, {}) is None


@pytest.mark.parametrize(
    ("subtype", "chosen", "present", "expected"),
    [
        ("Call", None, None, "CALL"),
        ("Email", "Call", None, "EMAIL"),
        ("Task", "Call", None, "CALL"),
        ("Task", "Meeting", None, "TODO"),
        ("List Email", None, None, "TODO"),
        (None, None, "LINKED_IN_MESSAGE", "LINKED_IN_MESSAGE"),
        ("Task", None, "CALL", "TODO"),
        ("Call", None, "LINKED_IN_MESSAGE", "CALL"),
    ],
)
def test_subtype_and_type_become_hubspots_type(
    subtype: str | None, chosen: str | None, present: str | None, expected: str
) -> None:
    task = {"TaskSubtype": subtype, "Type": chosen}
    was = as_it_was(task_type=present) if present else None

    assert render_task(task, {Field.TYPE}, a_context(was=was)) == {"hs_task_type": expected}


def test_a_type_the_account_does_not_have_is_not_written() -> None:
    schema = TaskSchema(key=KeyProperty.PLAIN, statuses=(), types=("TODO",))

    assert render_task({"TaskSubtype": "Call"}, {Field.TYPE}, a_context(schema=schema)) == {}


def test_a_priority_the_account_does_not_have_is_cleared() -> None:
    schema = TaskSchema(key=KeyProperty.PLAIN, statuses=(), priorities=("HIGH",))

    assert render_task({"Priority": "Low"}, {Field.PRIORITY}, a_context(schema=schema)) == {
        "hs_task_priority": None
    }


# --------------------------------------------------------------------------- status


def test_an_added_stage_goes_to_the_status_of_its_name_and_back() -> None:
    cancelled = as_it_was(status="1001")
    context = TaskContext(org=an_org(), zone=TOKYO, now=CREATED, stages=SCHEMA.statuses)

    assert render(cancelled, {Field.STATUS}, context) == {"Status": "Cancelled"}
    assert render_task({"Status": "Cancelled"}, {Field.STATUS}, a_context()) == {
        "hs_task_status": "1001"
    }


def test_completing_and_reopening_follow_for_statuses_only_salesforce_has() -> None:
    org = an_org(
        statuses=(
            *an_org().statuses,
            status_called("Blocked", 5),
            status_called("Lost", 6, closed=True),
        )
    )

    def said(status: str, present: str, **more: Any) -> str | None:
        context = a_context(org=org, was=as_it_was(status=present))
        task = {"Status": status, **more}
        return render_task(task, {Field.STATUS}, context)["hs_task_status"]

    assert said("Lost", "IN_PROGRESS") == "COMPLETED"
    assert said("Lost", "1001") == "1001"
    assert said("Blocked", "COMPLETED") == "NOT_STARTED"
    assert said("Blocked", "IN_PROGRESS") == "IN_PROGRESS"
    assert said("no longer listed", "IN_PROGRESS", IsClosed=True) == "COMPLETED"
    assert said("no longer listed", "IN_PROGRESS") == "IN_PROGRESS"


def test_an_account_without_a_stage_to_complete_to_is_told_what_to_do() -> None:
    schema = TaskSchema(key=KeyProperty.PLAIN, statuses=(stage_called("NOT_STARTED", 0),))

    with pytest.raises(Unmappable, match="no completed stage: an admin has to add one"):
        render_new_task({**TASK, "Status": "Completed"}, a_context(schema=schema))


def test_the_admins_maps_are_used_backwards() -> None:
    context = a_context(
        status_map={"IN_PROGRESS": "Not Started", "NOT_STARTED": "In Progress"},
        priority_map={"LOW": "High"},
    )

    assert render_task({"Status": "Not Started"}, {Field.STATUS}, context) == {
        "hs_task_status": "IN_PROGRESS"
    }
    assert render_task({"Priority": "High"}, {Field.PRIORITY}, context) == {
        "hs_task_priority": "HIGH"
    }
    was_low = a_context(priority_map={"LOW": "High"}, was=as_it_was(priority="LOW"))
    assert render_task({"Priority": "High"}, {Field.PRIORITY}, was_low) == {
        "hs_task_priority": "LOW"
    }


# --------------------------------------------------------------------------- what HubSpot says then


def test_the_base_of_an_update_speaks_of_the_written_fields_alone() -> None:
    properties = {"hs_task_subject": " A  b ", "hubspot_owner_id": None}

    assert base_of_task(properties, MARK) == {Field.SUBJECT: "A b", Field.OWNER: None}
    assert base_of_task({}, MARK, person="31", related=None, places=True) == {
        Field.PERSON: "31",
        Field.RELATED: None,
    }


def test_what_is_attached_belongs_to_what_the_comments_are_compared_with() -> None:
    was = as_it_was(body=Body(html="<p>old</p>"), attachment_ids=("5", "4"))
    stored = as_it_was(body=Body(html="<p>new</p>"), attachment_ids=("4", "5"))

    base = base_of_task({"hs_task_body": "<p>new</p>"}, MARK, was=was)

    assert base[Field.COMMENTS] == seen_fields(stored, CREATED, MARK)[Field.COMMENTS]


def test_the_normal_form_of_hubspot_knows_no_empty_values() -> None:
    assert hubspot_normal_form({"hs_task_body": "", "hs_task_subject": " ", "x": None}) == {
        "hs_task_body": None,
        "hs_task_subject": None,
        "x": None,
    }


def test_two_sides_that_were_changed_alike_say_the_same() -> None:
    alike = alike_for(a_context(), {"77": Match("005AAA", How.EMAIL), "78": Match(None, How.QUEUE)})

    assert alike(Field.STATUS, "COMPLETED", "Completed")
    assert not alike(Field.STATUS, "COMPLETED", "Not Started")
    assert alike(Field.PRIORITY, "MEDIUM", "Normal")
    assert alike(Field.PRIORITY, None, "Normal")
    assert not alike(Field.PRIORITY, "HIGH", "Normal")
    assert alike(Field.TYPE, "CALL", "Call")
    assert alike(Field.TYPE, None, None)
    assert alike(Field.DUE, "2026-11-29T23:00:00+00:00", "2026-11-30")
    assert not alike(Field.DUE, "2026-11-29T23:00:00+00:00", "2026-11-29")
    assert not alike(Field.DUE, "2026-11-29T23:00:00+00:00", None)
    assert alike(Field.OWNER, "77", "005AAA")
    assert not alike(Field.OWNER, "78", "005AAA")
    assert not alike(Field.OWNER, None, "005AAA")
    assert alike(Field.SUBJECT, "a", "a")
    html, text = mark_of("<p>a b</p>", MARK), mark_of("a b", MARK)
    assert alike(Field.COMMENTS, html, text)
    assert alike(Field.COMMENTS, None, None)
    assert not alike(Field.COMMENTS, html, None)


def test_a_status_only_salesforce_has_is_alike_where_it_would_be_written_so() -> None:
    org = an_org(statuses=(*an_org().statuses, status_called("Lost", 6, closed=True)))

    assert alike_for(a_context(org=org), {})(Field.STATUS, "COMPLETED", "Lost")
    schema = TaskSchema(key=KeyProperty.PLAIN, statuses=(stage_called("NOT_STARTED", 0),))
    assert not alike_for(a_context(org=org, schema=schema), {})(Field.STATUS, "1001", "Lost")


def test_no_due_date_is_not_written_back_as_one() -> None:
    context = TaskContext(org=an_org(), zone=TOKYO, now=CREATED, due=Due(None, CREATED))

    assert render(as_it_was(), {Field.DUE}, context) == {"ActivityDate": None}
    moved = as_it_was(occurred_at=datetime(2026, 12, 1, 20, tzinfo=UTC))
    assert render(moved, {Field.DUE}, context) == {"ActivityDate": "2026-12-02"}


# --------------------------------------------------------------------------- keys and facts


def test_the_key_of_a_salesforce_task_is_the_same_for_both_forms_of_its_id() -> None:
    short = salesforce_task_key("00D5g00000AbCdE", "00T5g00000AbCdE")

    assert short == salesforce_task_key(short.split("-")[0], short.split("-")[1])
    assert len(short) == 37
    with pytest.raises(ValueError, match="not a Salesforce id"):
        salesforce_task_key("00D5g00000AbCdE", "'; DROP")


@dataclass(frozen=True, kw_only=True)
class _Seen:
    fields: dict[str, Any]
    key: str | None = None
    created_at: datetime | None = CREATED
    what_type: str | None = None
    is_deleted: bool = False
    is_archived: bool = False
    is_recurrence: bool = False
    is_private: bool = False


def test_the_facts_of_a_task_follow_from_its_fields() -> None:
    fields = {
        "TaskSubtype": "Call",
        "Type": "Call",
        "OwnerId": "005AAA",
        "RecordTypeId": "012000000000001AAA",
        "Status": "Cancelled",
        "WhoId": "003AAA",
        "WhatId": "006AAA",
        "Description": "text\n[tandem:7-call-1]",
    }
    facts = facts_of(_Seen(fields=fields, is_recurrence=True), an_org())

    assert (facts.key, facts.subtype, facts.type) == ("7-call-1", "Call", "Call")
    assert (facts.record_type, facts.related) == ("Sales", Related.OPPORTUNITY)
    assert facts.is_closed
    assert facts.has_person
    assert facts.is_recurring_head


@pytest.mark.parametrize(
    ("what_id", "what_type", "expected"),
    [
        (None, None, Related.NOTHING),
        ("001AAA", None, Related.ACCOUNT),
        ("500AAA", None, Related.OTHER),
        ("500AAA", "Case", Related.OTHER),
        ("a01AAA", "Account", Related.ACCOUNT),
    ],
)
def test_related_to_is_known_by_its_type_else_by_its_prefix(
    what_id: str | None, what_type: str | None, expected: Related
) -> None:
    facts = facts_of(_Seen(fields={"WhatId": what_id}, what_type=what_type), an_org())

    assert facts.related is expected
    assert facts.record_type is None
