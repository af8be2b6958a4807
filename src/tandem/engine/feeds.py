"""
The marketing sources, which have no search on a modified date: what to read of each, and when.

Each feed is read with an overlap and de-duplicated by key, because late events appear for a past
period (DESIGN, "Reading all of it"). Reading twice costs a call and writes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tandem.crm.connector import Conversion, Form
from tandem.engine.context import AT_ONCE, RunContext
from tandem.engine.reliance import is_time
from tandem.model import Activity, Kind, Side

__all__ = ["counter_activities", "counter_ids", "pull"]

_EMAIL_EVENT_KINDS = (
    Kind.MARKETING_EMAIL_SENT,
    Kind.MARKETING_EMAIL_OPENED,
    Kind.MARKETING_EMAIL_CLICKED,
)
_POLLED = "marketing"
_OVERLAP = timedelta(minutes=10)
_HOURLY_REACH = timedelta(hours=24)
_NIGHTLY_REACH = timedelta(days=7)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_KNOWN_CONVERSIONS = 5_000  # contacts whose last conversion count is remembered

Pulled = tuple[Sequence[Activity], Mapping[str, Mapping[str, Any]]]


async def pull(run: RunContext) -> AsyncIterator[Pulled]:
    """Activities of every marketing source whose kinds are on, each with the checkpoints they reach."""
    saved = await run.db(run.store.checkpoint, _POLLED) or {}
    if not is_time(run, Side.HUBSPOT, saved.get("at"), None):
        return
    asked_at = run.now
    if run.policy.kind(Kind.FORM_SUBMISSION).enabled:
        async for pulled in _submissions(run):
            yield pulled
    if any(run.policy.kind(kind).enabled for kind in _EMAIL_EVENT_KINDS):
        async for pulled in _email_events(run):
            yield pulled
    if run.policy.kind(Kind.INTEGRATION_EVENT).enabled:
        async for pulled in _participations(run):
            yield pulled
        async for pulled in _occurrences(run):
            yield pulled
    if run.pace != AT_ONCE:
        yield (), {_POLLED: {"at": asked_at.isoformat()}}


def _moment(saved: Mapping[str, Any], name: str) -> datetime | None:
    value = saved.get(name)
    return None if value is None else datetime.fromisoformat(value)


# --------------------------------------------------------------------------- form submissions


async def _submissions(run: RunContext) -> AsyncIterator[Pulled]:
    """
    Submissions of the forms that contacts converted on since the last look; every form once an hour.

    A contact tells only its last conversion and how many there were, so a form is singled out when the
    count rose by exactly one and its name is unique; otherwise all forms are read.
    """
    switched_on = run.policy.kind(Kind.FORM_SUBMISSION).since or run.now
    saved = await run.db(run.store.checkpoint, "submissions") or {}
    read_until = _moment(saved, "at") or switched_on
    swept_at = _moment(saved, "all_forms_at")
    known: dict[str, int] = dict(saved.get("counts", {}))
    news = [
        conversion
        async for page in run.hubspot.conversions(read_until - timedelta(seconds=60))
        for conversion in page
        if known.get(conversion.contact_id) != conversion.count
    ]
    is_sweep = swept_at is None or run.now - swept_at >= _HOUR
    forms = await run.hubspot.forms() if news or is_sweep else ()
    chosen = forms if is_sweep else _forms_named_by(news, known, forms)
    for form in chosen:
        since = max(switched_on, read_until - _HOURLY_REACH if is_sweep else read_until - _OVERLAP)
        async for page in run.hubspot.submissions(form, since):
            yield page, {}
    for conversion in news:
        known.pop(conversion.contact_id, None)
        known[conversion.contact_id] = conversion.count
    while len(known) > _KNOWN_CONVERSIONS:
        del known[next(iter(known))]
    yield (
        (),
        {
            "submissions": {
                "at": run.now.isoformat(),
                "all_forms_at": (run.now if is_sweep or swept_at is None else swept_at).isoformat(),
                "counts": known,
            }
        },
    )


def _forms_named_by(
    news: Sequence[Conversion], known: Mapping[str, int], forms: Sequence[Form]
) -> Sequence[Form]:
    """The forms that *news* certainly means, or all of them when one of the contacts leaves it open."""
    chosen: dict[str, Form] = {}
    for conversion in news:
        rose_by_one = known.get(conversion.contact_id, 0) + 1 == conversion.count
        # HubSpot writes the event as "page title: form name".
        named = [form for form in forms if form.name and conversion.event_name.endswith(form.name)]
        if not rose_by_one or len(named) != 1:
            return forms
        chosen[named[0].id] = named[0]
    return list(chosen.values())


# --------------------------------------------------------------------------- marketing e-mail


async def _email_events(run: RunContext) -> AsyncIterator[Pulled]:
    """Events of the last cycle with 10 minutes of overlap; 24 hours once an hour; 7 days once a night."""
    switched_on = min(
        run.policy.kind(kind).since or run.now
        for kind in _EMAIL_EVENT_KINDS
        if run.policy.kind(kind).enabled
    )
    saved = await run.db(run.store.checkpoint, "email_events") or {}
    read_until = _moment(saved, "at")
    hourly_at = _moment(saved, "hourly_at") or run.now
    nightly_at = _moment(saved, "nightly_at") or run.now
    since = switched_on if read_until is None else read_until - _OVERLAP
    if run.now - hourly_at >= _HOUR:
        since, hourly_at = min(since, run.now - _HOURLY_REACH), run.now
    if run.now - nightly_at >= _DAY:
        since, nightly_at = min(since, run.now - _NIGHTLY_REACH), run.now
    async for page in run.hubspot.email_events(max(since, switched_on), run.now):
        wanted = [activity for activity in page if run.policy.kind(activity.kind).enabled]
        yield wanted, {}
    yield (
        (),
        {
            "email_events": {
                "at": run.now.isoformat(),
                "hourly_at": hourly_at.isoformat(),
                "nightly_at": nightly_at.isoformat(),
            }
        },
    )


# --------------------------------------------------------------------------- marketing events


async def _participations(run: RunContext) -> AsyncIterator[Pulled]:
    """Who registered for or attended those marketing events whose numbers moved since the last look."""
    saved = await run.db(run.store.checkpoint, "participations") or {}
    tallies: dict[str, str] = dict(saved.get("tallies", {}))
    present: dict[str, str] = {}
    for event in await run.hubspot.marketing_events():
        present[event.id] = event.tally
        if tallies.get(event.id) == event.tally:
            continue
        async for page in run.hubspot.participations(event):
            yield page, {}
    if present != tallies:
        yield (), {"participations": {"tallies": present}}


# --------------------------------------------------------------------------- event occurrences


async def _occurrences(run: RunContext) -> AsyncIterator[Pulled]:
    """
    What other integrations recorded on contacts, once an hour: one call for each of their event types.

    Which types there are is asked once a day; most accounts have none.
    """
    switched_on = run.policy.kind(Kind.INTEGRATION_EVENT).since or run.now
    saved = await run.db(run.store.checkpoint, "occurrences") or {}
    read_until, asked_at = _moment(saved, "at"), _moment(saved, "types_at")
    types: list[str] = list(saved.get("types", ()))
    if read_until is not None and run.now - read_until < _HOUR:
        return
    if asked_at is None or run.now - asked_at >= _DAY:
        types, asked_at = list(await run.hubspot.occurrence_types()), run.now
    since = switched_on if read_until is None else max(switched_on, read_until - _HOURLY_REACH)
    for event_type in types:
        async for page in run.hubspot.occurrences(event_type, since):
            yield page, {}
    yield (
        (),
        {
            "occurrences": {
                "at": run.now.isoformat(),
                "types": types,
                "types_at": asked_at.isoformat(),
            }
        },
    )


# --------------------------------------------------------------------------- sales e-mail counters


def counter_ids(email: Activity) -> list[tuple[Kind, str]]:
    """The kinds and ids of the newest open and click that *email*'s counters stand for."""
    counters = ((Kind.SALES_EMAIL_OPENED, email.opens), (Kind.SALES_EMAIL_CLICKED, email.clicks))
    return [(kind, f"{email.id}-{value}") for kind, value in counters if value]


async def counter_activities(
    run: RunContext,
    emails: Sequence[Activity],
    known_keys: frozenset[str],
    key_of: Callable[[Kind, str], str],
) -> list[Activity]:
    """
    Opens and clicks of sales e-mails, one activity per increase of the counter, dated by its history.

    The id holds the counter's value, so that the same increase has the same key whenever it is seen. An
    e-mail whose present value is already known costs no call.
    """
    wanted = {
        kind: [
            email
            for email in emails
            if _counter(email, kind)
            and key_of(kind, f"{email.id}-{_counter(email, kind)}") not in known_keys
        ]
        for kind in (Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED)
        if run.policy.kind(kind).enabled
    }
    by_id = {email.id: email for group in wanted.values() for email in group}
    if not by_id:
        return []
    histories = await run.hubspot.counter_history(by_id.keys())
    activities = []
    for kind, group in wanted.items():
        for email in group:
            opens, clicks = histories.get(email.id, ((), ()))
            history = opens if kind is Kind.SALES_EMAIL_OPENED else clicks
            activities.extend(_increases(kind, email, history))
    return activities


def _counter(email: Activity, kind: Kind) -> int:
    return email.opens if kind is Kind.SALES_EMAIL_OPENED else email.clicks


def _increases(
    kind: Kind, email: Activity, history: Sequence[tuple[datetime, int]]
) -> list[Activity]:
    before = 0
    increases = []
    for at, value in history:
        if value > before:
            increases.append(
                Activity(
                    kind=kind,
                    id=f"{email.id}-{value}",
                    created_at=at,
                    occurred_at=at,
                    title=email.title,
                    count=value - before,
                    record_id=email.id,
                )
            )
            before = value
    return increases
