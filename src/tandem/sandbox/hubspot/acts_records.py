"""Acts on CRM records: activities, edits, deletions, merges, associations."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.acts_common import (
    Ids,
    contact_of,
    moment,
    moment_text,
    person,
    record_of,
    several,
)
from tandem.sandbox.hubspot.errors import invalid
from tandem.sandbox.hubspot.happenings import What
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.merging import gdpr_delete, merge
from tandem.sandbox.hubspot.records import Record, Source

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState

Properties = Mapping[str, Any]
_COUNTED_BY = Source(type="EMAIL", id="tracking")


def create(
    state: "HubSpotState",
    object_: str,
    properties: Properties,
    contacts: Ids = None,
    companies: Ids = None,
    deals: Ids = None,
    owner: str | None = None,
    tickets: Ids = None,
) -> dict[str, Any]:
    """A record of any kind, as a person makes it."""
    links: list[tuple[str, int, tuple[int, ...]]] = []
    for kind, ids in (
        ("contacts", contacts),
        ("companies", companies),
        ("deals", deals),
        ("tickets", tickets),
    ):
        links += [(kind, record_of(state, kind, each).id, ()) for each in several(ids)]
    given = {name: value for name, value in properties.items() if value is not None}
    if owner is not None:
        given["hubspot_owner_id"] = str(owner)
    kind = kind_named(object_).name
    return _shown(state, kind, state.crm.create(kind, given, person(state, owner), links))


def log_call(
    state: "HubSpotState",
    contacts: Ids = None,
    title: str | None = None,
    body: str | None = None,
    owner: str | None = None,
    at: str | int | None = None,
    direction: str = "OUTBOUND",
    status: str = "COMPLETED",
    disposition: str | None = None,
    duration_ms: int | None = None,
    companies: Ids = None,
    deals: Ids = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """A call, logged now; *at* is when it took place."""
    given = {
        "hs_timestamp": moment_text(state, at),
        "hs_call_title": title,
        "hs_call_body": body,
        "hs_call_direction": direction,
        "hs_call_status": status,
        "hs_call_disposition": disposition,
        "hs_call_duration": duration_ms,
        **(properties or {}),
    }
    return create(state, "calls", given, contacts, companies, deals, owner)


def write_note(
    state: "HubSpotState",
    body: str,
    contacts: Ids = None,
    owner: str | None = None,
    at: str | int | None = None,
    companies: Ids = None,
    deals: Ids = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """A note."""
    given = {"hs_timestamp": moment_text(state, at), "hs_note_body": body, **(properties or {})}
    return create(state, "notes", given, contacts, companies, deals, owner)


def send_email(
    state: "HubSpotState",
    subject: str,
    contacts: Ids = None,
    html: str | None = None,
    text: str | None = None,
    owner: str | None = None,
    at: str | int | None = None,
    status: str = "SENT",
    direction: str = "EMAIL",
    companies: Ids = None,
    deals: Ids = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """A sales e-mail, sent one to one or logged."""
    given = {
        "hs_timestamp": moment_text(state, at),
        "hs_email_direction": direction,
        "hs_email_status": status,
        "hs_email_subject": subject,
        "hs_email_html": html,
        "hs_email_text": text,
        **(properties or {}),
    }
    return create(state, "emails", given, contacts, companies, deals, owner)


def log_incoming_email(
    state: "HubSpotState",
    subject: str,
    contacts: Ids = None,
    html: str | None = None,
    text: str | None = None,
    owner: str | None = None,
    at: str | int | None = None,
    companies: Ids = None,
    deals: Ids = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """A sales e-mail that a contact sent."""
    return send_email(
        state, subject, contacts, html, text, owner, at, "SENT", "INCOMING_EMAIL",
        companies, deals, properties,
    )  # fmt: skip


def hold_meeting(
    state: "HubSpotState",
    title: str,
    contacts: Ids = None,
    body: str | None = None,
    start: str | int | None = None,
    end: str | int | None = None,
    outcome: str | None = "SCHEDULED",
    owner: str | None = None,
    companies: Ids = None,
    deals: Ids = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """A meeting, of half an hour where no end is given."""
    begins = moment(state, start)
    given = {
        "hs_timestamp": str(begins),
        "hs_meeting_title": title,
        "hs_meeting_body": body,
        "hs_meeting_start_time": str(begins),
        "hs_meeting_end_time": str(begins + 1_800_000 if end is None else moment(state, end)),
        "hs_meeting_outcome": outcome,
        **(properties or {}),
    }
    return create(state, "meetings", given, contacts, companies, deals, owner)


def create_task(
    state: "HubSpotState",
    subject: str,
    contacts: Ids = None,
    body: str | None = None,
    due: str | int | None = None,
    status: str = "NOT_STARTED",
    priority: str | None = None,
    type_: str | None = None,
    owner: str | None = None,
    companies: Ids = None,
    deals: Ids = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """A task."""
    given = {
        "hs_timestamp": moment_text(state, due),
        "hs_task_subject": subject,
        "hs_task_body": body,
        "hs_task_status": status,
        "hs_task_priority": priority,
        "hs_task_type": type_,
        **(properties or {}),
    }
    return create(state, "tasks", given, contacts, companies, deals, owner)


def send_message(
    state: "HubSpotState",
    body: str,
    contacts: Ids = None,
    channel: str = "SMS",
    owner: str | None = None,
    at: str | int | None = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """An SMS, WhatsApp or LinkedIn message."""
    given = {
        "hs_timestamp": moment_text(state, at),
        "hs_communication_channel_type": channel,
        "hs_communication_logged_from": "CRM",
        "hs_communication_body": body,
        **(properties or {}),
    }
    return create(state, "communications", given, contacts, owner=owner)


def send_letter(
    state: "HubSpotState",
    body: str,
    contacts: Ids = None,
    owner: str | None = None,
    at: str | int | None = None,
    properties: Properties | None = None,
) -> dict[str, Any]:
    """A piece of postal mail."""
    given = {
        "hs_timestamp": moment_text(state, at),
        "hs_postal_mail_body": body,
        **(properties or {}),
    }
    return create(state, "postal_mail", given, contacts, owner=owner)


def edit(
    state: "HubSpotState",
    object_: str,
    id_: str | int,
    properties: Properties,
    by: str | None = None,
) -> dict[str, Any]:
    """A person's edit of any record; *by* is an owner id."""
    kind = kind_named(object_).name
    record = record_of(state, kind, id_)
    return _shown(state, kind, state.crm.update(kind, record, properties, person(state, by)))


def complete_task(state: "HubSpotState", id_: str | int, by: str | None = None) -> dict[str, Any]:
    """A task's status becomes COMPLETED."""
    return edit(state, "tasks", id_, {"hs_task_status": "COMPLETED"}, by)


def change_owner(
    state: "HubSpotState", object_: str, id_: str | int, owner: str | None, by: str | None = None
) -> dict[str, Any]:
    """A record's owner; null leaves it without one."""
    return edit(state, object_, id_, {"hubspot_owner_id": owner or ""}, by)


def open_sales_email(
    state: "HubSpotState", id_: str | int, times: int = 1, at: str | int | None = None
) -> dict[str, Any]:
    """A contact opened a sales e-mail: the counter rises, in one step, with its history."""
    return _count(state, id_, "hs_email_open_count", times, at)


def click_sales_email(
    state: "HubSpotState", id_: str | int, times: int = 1, at: str | int | None = None
) -> dict[str, Any]:
    """A contact clicked in a sales e-mail."""
    return _count(state, id_, "hs_email_click_count", times, at)


def delete(state: "HubSpotState", object_: str, id_: str | int) -> dict[str, Any]:
    """A record to the recycle bin; an e-mail for good."""
    kind = kind_named(object_).name
    record = record_of(state, kind, id_)
    state.crm.archive(kind, record.id)
    return {"object": kind, "id": str(record.id)}


def restore(state: "HubSpotState", object_: str, id_: str | int) -> dict[str, Any]:
    """A record out of the recycle bin."""
    kind = kind_named(object_).name
    return _shown(state, kind, state.crm.restore(kind, int(id_)))


def merge_records(
    state: "HubSpotState", object_: str, winner: str | int, loser: str | int
) -> dict[str, Any]:
    """Two records of a kind become one; the loser's id leads to the winner."""
    kind = kind_named(object_).name
    one, other = record_of(state, kind, winner), record_of(state, kind, loser)
    merged = merge(state, kind, str(one.id), str(other.id), person(state, None))
    return _shown(state, kind, merged)


def merge_contacts(state: "HubSpotState", winner: str | int, loser: str | int) -> dict[str, Any]:
    """Two contacts become one."""
    return merge_records(state, "contacts", winner, loser)


def forget_contact(state: "HubSpotState", contact: str | int) -> dict[str, Any]:
    """A contact is destroyed on that person's demand."""
    record = contact_of(state, contact)
    gdpr_delete(state, "contacts", str(record.id), None)
    return {"object": "contacts", "id": str(record.id)}


def associate(
    state: "HubSpotState", object_: str, id_: str | int, to_object: str, to_id: str | int
) -> dict[str, Any]:
    """Two records are associated."""
    source, target = kind_named(object_).name, kind_named(to_object).name
    one, other = record_of(state, source, id_), record_of(state, target, to_id)
    added = state.crm.associations.add(source, one.id, target, other.id)
    _move_dates(state, source, one, target, other)
    return {"added": added}


def disassociate(
    state: "HubSpotState", object_: str, id_: str | int, to_object: str, to_id: str | int
) -> dict[str, Any]:
    """An association is taken away."""
    source, target = kind_named(object_).name, kind_named(to_object).name
    one, other = record_of(state, source, id_), record_of(state, target, to_id)
    removed = state.crm.associations.remove(source, one.id, target, other.id)
    _move_dates(state, source, one, target, other)
    return {"removed": removed}


def _move_dates(
    state: "HubSpotState", source: str, one: Record, target: str, other: Record
) -> None:
    if not state.world.switches["association_moves_modified"]:
        return
    for kind, record in ((source, one), (target, other)):
        if state.crm.tables[kind].kind.is_activity:
            state.crm.touch(kind, record.id)


def _count(
    state: "HubSpotState", id_: str | int, name: str, times: int, at: str | int | None
) -> dict[str, Any]:
    if not isinstance(times, int) or times < 1:
        raise invalid("times must be a whole number of 1 or more")
    record = state.crm.get("emails", str(id_))
    count = int(record.values.get(name, "0")) + times
    now = state.crm.now()
    counted = record.with_values({name: str(count)}, moment(state, at), _COUNTED_BY)
    state.crm.tables["emails"].put(replace(counted, updated=now), now)
    state.crm.tell(What.CHANGED, "emails", record.id, _COUNTED_BY, {name: str(count)})
    return {"object": "emails", "id": str(record.id), name: str(count)}


def _shown(state: "HubSpotState", kind: str, record: Record) -> dict[str, Any]:
    declared = state.crm.tables[kind].kind
    names = (*record.values, declared.created_name, declared.modified_name)
    return {
        "object": kind,
        "id": str(record.id),
        "properties": {name: state.crm.read(kind, record, name) for name in dict.fromkeys(names)},
    }


ACTS = (
    create, log_call, write_note, send_email, log_incoming_email, hold_meeting, create_task,
    send_message, send_letter, edit, complete_task, change_owner, open_sales_email,
    click_sales_email, delete, restore, merge_records, merge_contacts, forget_contact, associate,
    disassociate,
)  # fmt: skip
