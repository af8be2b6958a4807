"""
HubSpot's marketing feeds (e-mail events, form submissions, participations) as activities.

A feed's record is an event: it happened once, at a moment, to a person named by an address or a contact
id, and never changes. Ids are made of what the vendor documents as the event's key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from tandem.mapping.hubspot import UNKNOWN_MOMENT, moment_from
from tandem.model import Activity, Kind

__all__ = [
    "EMAIL_EVENT_KINDS",
    "EmailEvent",
    "FormValue",
    "MarketingEventRecord",
    "Occurrence",
    "Participation",
    "Submission",
    "email_activity_from",
    "occurrence_activity_from",
    "participation_activity_from",
    "submission_activity_from",
]


def _moment(milliseconds: int) -> tuple[datetime, str]:
    """The moment of an event; where nobody can read it, one later than all and what is wrong with it."""
    try:
        return moment_from(milliseconds), ""
    except ValueError as error:
        return UNKNOWN_MOMENT, str(error)


# --------------------------------------------------------------------------- e-mail events

EMAIL_EVENT_KINDS = {
    "SENT": Kind.MARKETING_EMAIL_SENT,
    "OPEN": Kind.MARKETING_EMAIL_OPENED,
    "CLICK": Kind.MARKETING_EMAIL_CLICKED,
}


class EmailEvent(msgspec.Struct, frozen=True, rename="camel"):
    """One marketing e-mail event [D-emailev]; the pair of id and created is its key."""

    id: str
    created: int
    type: str
    recipient: str = ""
    email_campaign_id: int | None = None
    app_id: int | None = None
    filtered_event: bool = False
    subject: str | None = None
    url: str | None = None


def email_activity_from(event: EmailEvent, subjects: Mapping[str, str]) -> Activity | None:
    """
    A sent, opened or clicked e-mail; None for the other types of event (delivered, bounced, …).

    *subjects* are those of the campaigns by id; the event's own subject, where it has one, comes first.
    """
    kind = EMAIL_EVENT_KINDS.get(event.type)
    if kind is None:
        return None
    campaign = None if event.email_campaign_id is None else str(event.email_campaign_id)
    when, trouble = _moment(event.created)
    return Activity(
        kind=kind,
        id=f"{event.id}-{event.created}",
        created_at=when,
        occurred_at=when,
        title=event.subject or subjects.get(campaign or "", ""),
        page_url=event.url,
        source_id=campaign,
        is_bot=event.filtered_event,
        person_email=event.recipient.strip().lower() or None,
        trouble=trouble,
    )


# --------------------------------------------------------------------------- form submissions


class FormValue(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    value: str | None = None
    object_type_id: str | None = None


class Submission(msgspec.Struct, frozen=True, rename="camel"):
    """One form submission [D-forms]; older ones have no ``conversionId``."""

    submitted_at: int
    values: list[FormValue] = []
    conversion_id: str | None = None
    page_url: str | None = None


def submission_activity_from(form_id: str, form_name: str, submission: Submission) -> Activity:
    address = _address_in(submission.values)
    when, trouble = _moment(submission.submitted_at)
    return Activity(
        kind=Kind.FORM_SUBMISSION,
        id=submission.conversion_id or _made_up_id(form_id, submission.submitted_at, address),
        created_at=when,
        occurred_at=when,
        title=form_name,
        form_values=tuple((one.name, one.value) for one in submission.values if one.value),
        page_url=submission.page_url or None,
        source_id=form_id,
        person_email=address,
        trouble=trouble,
    )


_CONTACT_TYPES = (None, "0-1")


def _address_in(values: list[FormValue]) -> str | None:
    for one in values:
        if one.name == "email" and one.value and one.object_type_id in _CONTACT_TYPES:
            return one.value.strip().lower() or None
    return None


def _made_up_id(form_id: str, submitted_at: int, address: str | None) -> str:
    """The same for the same submission for ever; the address itself does not belong into a key."""
    person = hashlib.sha256((address or "").encode()).hexdigest()[:16]
    return f"{form_id}-{submitted_at}-{person}"


# --------------------------------------------------------------------------- marketing events


class MarketingEventRecord(msgspec.Struct, frozen=True, rename="camel"):
    """A marketing event in the account's list [SPEC:marketing-events.v3]."""

    object_id: str
    event_name: str = ""
    start_date_time: str | None = None
    registrants: int = 0
    attendees: int = 0
    cancellations: int = 0
    no_shows: int = 0
    updated_at: str | None = None

    @property
    def tally(self) -> str:
        """Differs whenever somebody's part in the event may have changed."""
        counts = (self.registrants, self.attendees, self.cancellations, self.no_shows)
        return f"{'-'.join(map(str, counts))} {self.updated_at or ''}".strip()


class _State(msgspec.Struct, frozen=True, rename="camel"):
    attendance_state: str = ""
    occurred_at: int = 0


class _Person(msgspec.Struct, frozen=True, rename="camel"):
    contact_id: str | None = None
    email: str | None = None


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    marketing_event_id: str = ""
    name: str = ""


class _Sides(msgspec.Struct, frozen=True, rename="camel"):
    contact: _Person = _Person()
    marketing_event: _Event = _Event()


class Participation(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody's part in a marketing event [SPEC:marketing-events.2026-03]."""

    id: str
    properties: _State = _State()
    associations: _Sides = _Sides()


class Occurrence(msgspec.Struct, frozen=True, rename="camel"):
    """An event occurrence [SPEC:events-occurrences.v3]."""

    id: str
    event_type: str
    occurred_at: datetime
    object_id: str = ""


_TYPE_PREFIX = re.compile(r"^[a-z]+\d*_")


def occurrence_activity_from(occurrence: Occurrence) -> Activity:
    """What another integration recorded; HubSpot gives the type's internal name, said here in words."""
    when = occurrence.occurred_at.astimezone(UTC)
    name = _TYPE_PREFIX.sub("", occurrence.event_type).replace("_", " ").strip()
    return Activity(
        kind=Kind.INTEGRATION_EVENT,
        id=occurrence.id,
        created_at=when,
        occurred_at=when,
        title=name or occurrence.event_type,
        source_id=occurrence.event_type,
        person_id=occurrence.object_id or None,
    )


def participation_activity_from(
    event_id: str, event_name: str, participation: Participation
) -> Activity:
    """
    One state of a participation: who registers and later attends did two things.

    The id therefore names the state too, so that attending after the switch-on counts although the
    registration was before it.
    """
    state = participation.properties.attendance_state
    person = participation.associations.contact
    when, trouble = _moment(participation.properties.occurred_at)
    return Activity(
        kind=Kind.INTEGRATION_EVENT,
        id=f"{participation.id}-{state.lower()}",
        created_at=when,
        occurred_at=when,
        title=event_name or participation.associations.marketing_event.name,
        state="" if state == "EMPTY" else state,
        source_id=event_id,
        person_email=(person.email or "").strip().lower() or None,
        person_id=person.contact_id or None,
        trouble=trouble,
    )
