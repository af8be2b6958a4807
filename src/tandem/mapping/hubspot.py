"""
HubSpot's activity records as its API gives them, turned into the nouns of ``tandem.model``.

Beside ``hubspot_people`` (contacts, companies, deals, owners) and ``hubspot_feeds`` the only place that
knows HubSpot's names.
Property values are strings or null in every answer; an empty string means the same as null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from tandem.mapping.key_mark import key_in_body
from tandem.model import (
    Activity,
    Body,
    Call,
    Kind,
    ObjectType,
    Progress,
    Remark,
)

__all__ = [
    "COUNTER_PROPERTIES",
    "KEY_PROPERTY",
    "MODIFIED",
    "PROPERTIES",
    "UNKNOWN_MOMENT",
    "HistoryItem",
    "Record",
    "activity_from",
    "counters_from",
    "created_at",
    "instant_from",
    "members",
    "modified_at",
    "moment_from",
    "readable_instant",
    "whole",
]

KEY_PROPERTY = "tandem_key"
"""The unique property that marks tasks which Tandem wrote into HubSpot."""

MODIFIED = "hs_lastmodifieddate"


class HistoryItem(msgspec.Struct, frozen=True, gc=False):
    """One earlier value of a property, newest first in an answer."""

    value: str | None = None
    timestamp: str = ""


class Record(msgspec.Struct, frozen=True, rename="camel"):
    """A CRM record as every object endpoint gives it [SPEC:crm-tasks.v3]."""

    id: str
    properties: dict[str, str | None] = {}
    created_at: str | None = None
    updated_at: str | None = None
    archived: bool = False
    properties_with_history: dict[str, list[HistoryItem]] | None = None
    trouble: str = ""
    """Set by whoever reads a page in which this record alone is malformed; HubSpot sends no such member."""


_COMMON = ("hs_timestamp", "hubspot_owner_id", MODIFIED, "hs_attachment_ids", "hs_body_preview")

PROPERTIES: Mapping[ObjectType, tuple[str, ...]] = {
    ObjectType.CALLS: (
        *_COMMON,
        "hs_call_title",
        "hs_call_body",
        "hs_call_direction",
        "hs_call_disposition",
        "hs_call_duration",
        "hs_call_status",
    ),
    ObjectType.MEETINGS: (
        *_COMMON,
        "hs_meeting_title",
        "hs_meeting_body",
        "hs_meeting_start_time",
        "hs_meeting_end_time",
        "hs_meeting_outcome",
    ),
    ObjectType.NOTES: (*_COMMON, "hs_note_body"),
    ObjectType.TASKS: (
        *_COMMON,
        "hs_task_subject",
        "hs_task_body",
        "hs_task_status",
        "hs_task_priority",
        "hs_task_type",
        KEY_PROPERTY,
    ),
    ObjectType.EMAILS: (
        *_COMMON,
        "hs_email_subject",
        "hs_email_html",
        "hs_email_text",
        "hs_email_status",
        "hs_email_open_count",
        "hs_email_click_count",
    ),
    ObjectType.COMMUNICATIONS: (
        *_COMMON,
        "hs_communication_channel_type",
        "hs_communication_body",
    ),
    ObjectType.POSTAL_MAIL: (*_COMMON, "hs_postal_mail_body"),
}
"""What deciding and writing need of each activity object; nothing else is asked for."""

COUNTER_PROPERTIES = ("hs_email_open_count", "hs_email_click_count")

# --------------------------------------------------------------------------- values


def instant_from(text: str | None) -> datetime | None:
    """
    An ISO instant, with or without milliseconds, or epoch milliseconds; None for an empty value.

    ``ValueError`` for anything else, and for a year that no Salesforce date has [fieldref].
    """
    if not text:
        return None
    if text.isdecimal():
        return moment_from(int(text))
    instant = datetime.fromisoformat(text)
    return _plausible(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def moment_from(milliseconds: int) -> datetime:
    """Epoch milliseconds as an instant; ``ValueError`` for what no calendar holds."""
    try:
        return _plausible(datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (OverflowError, OSError) as error:
        raise ValueError(f"{str(milliseconds)[:40]} is no moment in time") from error


def _plausible(instant: datetime) -> datetime:
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError(f"the year {instant.year} is out of every date's range")
    return instant


_FIRST_YEAR, _LAST_YEAR = 1700, 4000
UNKNOWN_MOMENT = datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
"""Stands for a moment that cannot be read: later than all others, so that nothing is taken for older."""


def readable_instant(text: str | None) -> datetime | None:
    """``instant_from`` where a nonsense value is as good as none."""
    try:
        return instant_from(text)
    except ValueError:
        return None


def modified_at(record: Record, name: str = MODIFIED) -> datetime | None:
    """When the record changed, by the property that searches filter and sort on; None if nobody can tell."""
    said = readable_instant(record.properties.get(name))
    return said or readable_instant(record.updated_at)


def created_at(record: Record, name: str) -> datetime:
    instant = instant_from(record.created_at or record.properties.get(name))
    return instant or datetime.fromtimestamp(0, UTC)


def members(text: str | None) -> tuple[str, ...]:
    """The members of a value that HubSpot joins with semicolons."""
    return tuple(part for piece in text.split(";") if (part := piece.strip())) if text else ()


def whole(text: str | None) -> int | None:
    """A number property as a whole number; HubSpot may write it with a fraction."""
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        return _rounded(text)


def _rounded(text: str) -> int | None:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


# --------------------------------------------------------------------------- activities


def activity_from(object_type: ObjectType, record: Record) -> Activity:
    """
    One record of an activity object as an activity; e-mails as ``Kind.SALES_EMAIL`` with their counters.

    A record with values that nobody can read is answered with its ``trouble``: it stops no other.
    """
    if record.trouble:
        return _unreadable(object_type, record, record.trouble)
    try:
        return _ACTIVITIES[object_type](record, record.properties)
    except ValueError as error:
        return _unreadable(object_type, record, str(error))


def _unreadable(object_type: ObjectType, record: Record, trouble: str) -> Activity:
    said = record.properties
    moments = (record.created_at, said.get("hs_createdate"))
    created = next((at for text in moments if (at := readable_instant(text))), UNKNOWN_MOMENT)
    return Activity(
        kind=_KINDS[object_type],
        id=record.id,
        created_at=created,
        occurred_at=created,
        modified_at=modified_at(record),
        record_id=record.id,
        trouble=trouble[:_LONGEST_TROUBLE],
    )


_LONGEST_TROUBLE = 300
_KINDS = {kind.object_type: kind for kind in Kind if kind.is_record and kind.object_type}


_Properties = Mapping[str, str | None]


def _call(record: Record, said: _Properties) -> Activity:
    milliseconds = whole(said.get("hs_call_duration"))
    disposition = said.get("hs_call_disposition") or None
    status = said.get("hs_call_status") or None
    direction = said.get("hs_call_direction")
    return _activity(
        Kind.CALL,
        record,
        title=said.get("hs_call_title") or "",
        html=said.get("hs_call_body"),
        status=status,
        progress=Progress.PENDING if status in _UNFINISHED_CALLS else Progress.DONE,
        call=Call(
            direction=direction.lower() if direction else None,
            duration_seconds=None if milliseconds is None else milliseconds // 1000,
            result=_OUTCOMES.get(disposition, disposition) if disposition else None,
        ),
    )


def _meeting(record: Record, said: _Properties) -> Activity:
    outcome = said.get("hs_meeting_outcome") or None
    remark = _MEETING_REMARKS.get(outcome or "")
    is_over = outcome == "COMPLETED" or remark is not None
    return _activity(
        Kind.MEETING,
        record,
        title=said.get("hs_meeting_title") or "",
        html=said.get("hs_meeting_body"),
        status=outcome,
        progress=Progress.DONE if is_over else Progress.OPEN,
        remarks=(remark,) if remark else (),
        occurred_at=instant_from(said.get("hs_meeting_start_time")),
        ends_at=instant_from(said.get("hs_meeting_end_time")),
    )


def _note(record: Record, said: _Properties) -> Activity:
    return _activity(Kind.NOTE, record, html=said.get("hs_note_body"))


def _task(record: Record, said: _Properties) -> Activity:
    status = said.get("hs_task_status") or None
    return _activity(
        Kind.TASK,
        record,
        title=said.get("hs_task_subject") or "",
        html=said.get("hs_task_body"),
        status=status,
        progress=Progress.DONE if status == "COMPLETED" else Progress.OPEN,
        priority=said.get("hs_task_priority") or None,
        task_type=said.get("hs_task_type") or None,
        tandem_key=said.get(KEY_PROPERTY) or key_in_body(said.get("hs_task_body")),
    )


def _email(record: Record, said: _Properties) -> Activity:
    status = said.get("hs_email_status") or None
    return _activity(
        Kind.SALES_EMAIL,
        record,
        title=said.get("hs_email_subject") or "",
        html=said.get("hs_email_html"),
        text=said.get("hs_email_text"),
        status=status,
        progress=_EMAIL_PROGRESS.get(status or "", Progress.DONE),
        remarks=(Remark.BOUNCED,) if status == "BOUNCED" else (),
        opens=whole(said.get("hs_email_open_count")) or 0,
        clicks=whole(said.get("hs_email_click_count")) or 0,
    )


def _message(record: Record, said: _Properties) -> Activity:
    channel = said.get("hs_communication_channel_type") or ""
    return _activity(
        Kind.MESSAGE,
        record,
        title=_CHANNELS.get(channel, channel),
        html=said.get("hs_communication_body"),
    )


def _postal_mail(record: Record, said: _Properties) -> Activity:
    return _activity(Kind.POSTAL_MAIL, record, html=said.get("hs_postal_mail_body"))


_ACTIVITIES: Mapping[ObjectType, Callable[[Record, _Properties], Activity]] = {
    ObjectType.CALLS: _call,
    ObjectType.MEETINGS: _meeting,
    ObjectType.NOTES: _note,
    ObjectType.TASKS: _task,
    ObjectType.EMAILS: _email,
    ObjectType.COMMUNICATIONS: _message,
    ObjectType.POSTAL_MAIL: _postal_mail,
}

# SPEC section 5, "Not finished yet".
_UNFINISHED_CALLS = frozenset({"QUEUED", "RINGING", "CONNECTING", "IN_PROGRESS"})
_EMAIL_PROGRESS = {
    "SCHEDULED": Progress.PENDING,
    "SENDING": Progress.PENDING,
    "FAILED": Progress.FAILED,
}
_MEETING_REMARKS = {"CANCELED": Remark.CANCELED, "NO_SHOW": Remark.NO_SHOW}
_CHANNELS = {"WHATS_APP": "WhatsApp", "LINKEDIN_MESSAGE": "LinkedIn", "SMS": "SMS"}
_OUTCOMES = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "Busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "Connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "Left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "Left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "No answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "Wrong number",
}
"""HubSpot's default call outcomes [D-calls]; accounts may add their own, which keep their id."""


def _activity(
    kind: Kind,
    record: Record,
    *,
    title: str = "",
    html: str | None = None,
    text: str | None = None,
    status: str | None = None,
    progress: Progress = Progress.DONE,
    remarks: tuple[Remark, ...] = (),
    occurred_at: datetime | None = None,
    ends_at: datetime | None = None,
    priority: str | None = None,
    task_type: str | None = None,
    call: Call | None = None,
    opens: int = 0,
    clicks: int = 0,
    tandem_key: str | None = None,
) -> Activity:
    """What all activity objects have in common, around what each of them adds."""
    said = record.properties
    created = created_at(record, "hs_createdate")
    return Activity(
        kind=kind,
        id=record.id,
        created_at=created,
        occurred_at=occurred_at or instant_from(said.get("hs_timestamp")) or created,
        modified_at=modified_at(record),
        ends_at=ends_at,
        title=title,
        progress=progress,
        status=status,
        priority=priority,
        task_type=task_type,
        remarks=remarks,
        owner_id=said.get("hubspot_owner_id") or None,
        body=Body(
            html=html or None, text=text or None, preview=said.get("hs_body_preview") or None
        ),
        attachment_ids=members(said.get("hs_attachment_ids")),
        call=call,
        record_id=record.id,
        opens=opens,
        clicks=clicks,
        tandem_key=tandem_key,
    )


def counters_from(
    record: Record,
) -> tuple[tuple[tuple[datetime, int], ...], tuple[tuple[datetime, int], ...]]:
    """The history of an e-mail's opens and of its clicks, oldest first."""
    history = record.properties_with_history or {}
    opens, clicks = (_counts(history.get(name, ())) for name in COUNTER_PROPERTIES)
    return opens, clicks


def _counts(items: list[HistoryItem] | tuple[()]) -> tuple[tuple[datetime, int], ...]:
    counts = (
        (when, whole(item.value) or 0)
        for item in items
        if (when := readable_instant(item.timestamp)) is not None
    )
    return tuple(sorted(counts))
