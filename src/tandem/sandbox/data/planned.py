"""Calls, meetings, tasks, messages and letters of the sample."""

from datetime import datetime, time, timedelta
from html import escape
from typing import Any

from tandem.sandbox.data import curiosities
from tandem.sandbox.data.draft import Draft
from tandem.sandbox.data.engagements import (
    Links,
    add_engagement,
    any_links,
    any_owner,
    links_of,
    newest_does_not_sync_links,
    same_day_links,
    spread,
)
from tandem.sandbox.data.identity import hubspot_stamp, to_ms
from tandem.sandbox.data.words import Words

CALLS, MEETINGS, TASKS, MESSAGES, LETTERS = 64, 40, 45, 18, 8

_OUTCOMES = {
    "COMPLETED": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "NO_ANSWER": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "BUSY": "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "VOICEMAIL": "b2cf5968-551e-4856-9783-52b3da59a7d0",
}
"""HubSpot's default call outcomes. [D-calls]"""

_CALL_CASES = (
    "call_queued",
    "call_in_progress",
    "call_failed",
    "call_without_title",
    "call_newest_contact_does_not_sync",
    "call_without_contact",
    "call_same_day_contacts",
    "call_logged_late",
    "call_html_body",
    "call_no_email",
    "call_no_counterpart",
    "call_ringing",
    "call_connecting",
    "call_by_owner_unmapped",
)
_CALL_STATUSES = {
    "call_queued": "QUEUED",
    "call_in_progress": "IN_PROGRESS",
    "call_failed": "FAILED",
    "call_ringing": "RINGING",
    "call_connecting": "CONNECTING",
}


def add_calls(draft: Draft) -> None:
    """Calls of every status and direction, some logged days after they happened."""
    cases = spread(_CALL_CASES, count=CALLS)
    for place, created in enumerate(draft.moments(CALLS)):
        case = cases.get(place)
        words = draft.any_words()
        days = draft.rng.uniform(1, 9) if draft.rng.random() < 0.15 else 0.01
        if case == "call_logged_late":
            days = 9
        owner = any_owner(draft)
        if case == "call_by_owner_unmapped":
            owner = next(one for one in draft.owners if one.id == draft.cases["owner_unmapped"])
        add_engagement(
            draft,
            "calls",
            _call(draft, words, case),
            created=created,
            happened=created - timedelta(days=days),
            links=_call_links(draft, case),
            owner=owner,
            case=case,
        )


def _call(draft: Draft, words: Words, case: str | None) -> dict[str, Any]:
    status = draft.rng.choices(("COMPLETED", "NO_ANSWER", "BUSY", "CANCELED"), (80, 12, 5, 3))[0]
    status = _CALL_STATUSES.get(case or "", status)
    talked = status == "COMPLETED"
    outcome = draft.rng.choice(("COMPLETED", "VOICEMAIL")) if talked else status
    note = draft.rng.choice(words.call_notes)
    body = curiosities.lists_and_links(words) if case == "call_html_body" else _paragraph(note)
    inbound = draft.rng.random() < 0.3
    numbers = "+15550190", f"+15550{draft.rng.randint(100, 189)}"
    return {
        "hs_call_title": None
        if case == "call_without_title"
        else draft.rng.choice(words.call_titles) or None,
        "hs_call_body": body or None,
        "hs_call_direction": "INBOUND" if inbound else "OUTBOUND",
        "hs_call_status": status,
        "hs_call_disposition": _OUTCOMES.get(outcome),
        "hs_call_duration": str(draft.rng.randint(4, 2400) * 1000) if talked else None,
        "hs_call_from_number": numbers[1 if inbound else 0],
        "hs_call_to_number": numbers[0 if inbound else 1],
        "hs_call_recording_url": "https://rec.example.com/c.mp3"
        if talked and draft.rng.random() < 0.1
        else None,
    }


def _call_links(draft: Draft, case: str | None) -> Links:
    match case:
        case "call_newest_contact_does_not_sync":
            return newest_does_not_sync_links(draft)
        case "call_without_contact":
            return Links()
        case "call_same_day_contacts":
            return same_day_links(draft)
        case "call_no_email":
            return links_of(draft, "no_email")
        case "call_no_counterpart":
            return links_of(draft, "no_counterpart")
        case "call_by_owner_unmapped":
            return links_of(draft, "contact_by_id18")
        case _:
            return any_links(draft)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


_MEETING_CASES = (
    "meeting_canceled",
    "meeting_no_show",
    "meeting_rescheduled",
    "meeting_past_still_scheduled",
    "meeting_without_outcome",
    "meeting_of_many",
    "meeting_without_body",
    "meeting_internal_notes",
    "meeting_next_week",
    "meeting_in_a_month",
    "meeting_today",
    "meeting_under_way",
)
_MEETING_OUTCOMES = {
    "meeting_canceled": "CANCELED",
    "meeting_no_show": "NO_SHOW",
    "meeting_rescheduled": "RESCHEDULED",
    "meeting_past_still_scheduled": "SCHEDULED",
    "meeting_without_outcome": None,
}
_STARTS = {
    "meeting_next_week": timedelta(days=7),
    "meeting_in_a_month": timedelta(days=31),
    "meeting_today": timedelta(hours=5),
    "meeting_under_way": timedelta(minutes=-10),
}


def add_meetings(draft: Draft) -> None:
    """Meetings of every outcome; the last ones lie ahead or are under way."""
    cases = spread(_MEETING_CASES, count=MEETINGS)
    for place, created in enumerate(draft.moments(MEETINGS)):
        case = cases.get(place)
        words = draft.any_words()
        start = _start(draft, case, created)
        add_engagement(
            draft,
            "meetings",
            _meeting(draft, words, case, start),
            created=created,
            happened=start,
            links=Links(persons=tuple(draft.persons[10:18]))
            if case == "meeting_of_many"
            else any_links(draft),
            owner=any_owner(draft),
            case=case,
            settled=None if case in _STARTS else start + timedelta(minutes=91),
        )


def _start(draft: Draft, case: str | None, created: datetime) -> datetime:
    """When a meeting begins: on the quarter of an hour, over by now unless its case says otherwise."""
    if case in _STARTS:
        return draft.now + _STARTS[case]
    latest = draft.past(created + timedelta(days=draft.rng.uniform(0, 12)))
    start = latest - timedelta(minutes=92)
    return start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)


def _meeting(draft: Draft, words: Words, case: str | None, start: datetime) -> dict[str, Any]:
    outcome = draft.rng.choices(("COMPLETED", "SCHEDULED", "CANCELED"), (80, 12, 8))[0]
    length = timedelta(minutes=60 if case in _STARTS else draft.rng.choice((30, 45, 60, 90)))
    agenda = "".join(_paragraph(line) for line in draft.rng.choice(words.agendas).splitlines())
    inner = curiosities.table(words) if case == "meeting_internal_notes" else None
    place = draft.rng.choice(words.places)
    return {
        "hs_meeting_title": draft.rng.choice(words.meeting_titles),
        "hs_meeting_body": None if case == "meeting_without_body" else agenda,
        "hs_internal_meeting_notes": inner,
        "hs_meeting_start_time": hubspot_stamp(start),
        "hs_meeting_end_time": hubspot_stamp(start + length),
        "hs_meeting_outcome": "SCHEDULED"
        if case in _STARTS
        else _MEETING_OUTCOMES.get(case or "", outcome),
        "hs_meeting_location": place or None,
        "hs_meeting_external_url": "https://meet.example.com/r/71" if not place else None,
    }


_TASK_CASES = (
    "task_deal_only",
    "task_company_only",
    "task_on_nothing",
    "task_due_just_before_midnight",
    "task_due_at_midnight",
    "task_linked_in",
    "task_html_body",
    "task_completed",
    "task_overdue",
    "task_waiting",
    "task_deferred",
    "task_on_lead",
    "task_due_next_month",
)
_TASK_STATUSES = {
    "task_completed": "COMPLETED",
    "task_overdue": "NOT_STARTED",
    "task_waiting": "WAITING",
    "task_deferred": "DEFERRED",
    "task_due_next_month": "IN_PROGRESS",
}


def add_tasks(draft: Draft) -> None:
    """Tasks of every status and priority; only open ones are due in the future."""
    cases = spread(_TASK_CASES, count=TASKS)
    for place, created in enumerate(draft.moments(TASKS)):
        case = cases.get(place)
        status = draft.rng.choices(
            ("COMPLETED", "NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED"), (50, 30, 8, 6, 6)
        )[0]
        status = _TASK_STATUSES.get(case or "", status)
        done = status == "COMPLETED"
        due = _due(draft, case, created, is_open=not done)
        finished = draft.past(created + timedelta(days=draft.rng.uniform(0.1, 30)))
        add_engagement(
            draft,
            "tasks",
            _task(draft, draft.any_words(), case, status, finished, due),
            created=created,
            happened=due,
            links=_task_links(draft, case),
            owner=any_owner(draft),
            case=case,
            settled=finished if done else None,
        )


def _due(draft: Draft, case: str | None, created: datetime, *, is_open: bool) -> datetime:
    if case == "task_due_next_month":
        return draft.now + timedelta(days=30)
    day = (created + timedelta(days=draft.rng.randint(1, 40))).astimezone(draft.zone).date()
    match case:
        case "task_due_just_before_midnight":
            clock = time(23, 59, 59)
        case "task_due_at_midnight":
            clock = time(0, 0)
        case _:
            clock = time(draft.rng.choice((8, 8, 8, 9, 13, 17)))
    due = datetime.combine(day, clock, draft.zone)
    if case in ("task_due_just_before_midnight", "task_due_at_midnight"):
        return due if due < draft.now else due - timedelta(days=41)
    return due if is_open and case != "task_overdue" else draft.past(due)


def _task(
    draft: Draft, words: Words, case: str | None, status: str, finished: datetime, due: datetime
) -> dict[str, Any]:
    done = status == "COMPLETED"
    body = _paragraph(draft.rng.choice(words.task_bodies))
    kind = draft.rng.choices(("TODO", "CALL", "EMAIL"), (60, 25, 15))[0]
    reminder = due - timedelta(hours=1)
    return {
        "hs_task_subject": draft.rng.choice(words.task_subjects),
        "hs_task_body": curiosities.table(words) if case == "task_html_body" else body or None,
        "hs_task_status": status,
        "hs_task_priority": draft.rng.choices(("NONE", "LOW", "MEDIUM", "HIGH"), (5, 2, 2, 2))[0],
        "hs_task_type": "LINKED_IN_MESSAGE" if case == "task_linked_in" else kind,
        "hs_task_is_all_day": "false",
        "hs_task_for_object_type": "OWNER",
        "hs_task_family": "SALES",
        "hs_task_is_completed": "1" if done else "0",
        "hs_task_completion_count": "1" if done else "0",
        "hs_task_completion_date": hubspot_stamp(finished) if done else None,
        "hs_task_reminders": str(to_ms(reminder)) if reminder > draft.now else None,
    }


def _task_links(draft: Draft, case: str | None) -> Links:
    match case:
        case "task_deal_only":
            return Links(deal=draft.cases["deal_by_id18"])
        case "task_company_only":
            return Links(firm=draft.firms[0])
        case "task_on_nothing":
            return Links()
        case "task_on_lead":
            on_lead = links_of(draft, "lead_by_id18")
            return Links(
                persons=on_lead.persons, firm=draft.firms[1], deal=draft.cases["deal_by_id15"]
            )
        case _:
            return any_links(draft)


def add_messages(draft: Draft) -> None:
    """SMS, WhatsApp and LinkedIn messages; the latter have no HTML."""
    channels = ("SMS", "WHATS_APP", "LINKEDIN_MESSAGE")
    for place, created in enumerate(draft.moments(MESSAGES)):
        words = draft.any_words()
        channel = channels[place % 3]
        add_engagement(
            draft,
            "communications",
            {
                "hs_communication_channel_type": channel,
                "hs_communication_logged_from": "CRM",
                "hs_communication_body": draft.rng.choice(words.messages),
            },
            created=created,
            happened=created - timedelta(minutes=draft.rng.randint(0, 600)),
            links=any_links(draft),
            owner=any_owner(draft),
            case=f"message_{channel.lower()}" if place < 3 else None,
        )


def add_letters(draft: Draft) -> None:
    """Letters on paper."""
    for place, created in enumerate(draft.moments(LETTERS)):
        words = draft.any_words()
        add_engagement(
            draft,
            "postal_mail",
            {
                "hs_postal_mail_body": draft.rng.choice(words.letters),
                "hs_postal_mail_type": "LETTER" if place % 3 else "PACKAGE",
            },
            created=created,
            happened=created - timedelta(hours=draft.rng.randint(0, 48)),
            links=any_links(draft),
            owner=any_owner(draft),
            case="letter" if place == 0 else None,
        )
