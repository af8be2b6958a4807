"""Where an activity stands when nothing is written: left out, waiting or set aside, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done
from tandem.model import Link, LinkState
from tandem.sync.reasons import Reason
from tandem.sync.schedule import next_try

__all__ = ["parked", "skipped", "waiting"]


def skipped(known: Link, reason: Reason, detail: str = "") -> Done:
    """Left out by a rule or a choice, until the record or the settings change."""
    settled = replace(
        known, state=LinkState.SKIPPED, reason=reason, detail=detail, due_at=None, payload=None
    )
    return Done(link=settled, outcome=Outcome.SKIPPED, reason=reason)


def waiting(
    run: RunContext,
    known: Link,
    reason: Reason,
    *,
    due_at: datetime | None = None,
    contact_id: str | None = None,
    payload: bytes | None = None,
) -> Done:
    """
    Waits until *due_at*, or by the timetable; parked once that has run out.

    With *contact_id* it is tried at once on news of that person.
    """
    started = known.first_seen_at or run.now
    due = due_at or next_try(started, known.attempts, run.now)
    if due is None:
        return parked(known, Reason.NEVER_APPEARED, payload=payload)
    is_look = reason is Reason.NO_CONTACT
    settled = replace(
        known,
        state=LinkState.WAITING,
        reason=reason,
        detail="",
        contact_id=contact_id or known.contact_id,
        due_at=due,
        attempts=known.attempts if due_at else known.attempts + 1,
        looks=known.looks + 1 if is_look else known.looks,
        payload=payload,
    )
    return Done(link=settled, outcome=Outcome.WAITING, reason=reason)


def parked(known: Link, reason: Reason, detail: str = "", *, payload: bytes | None = None) -> Done:
    """Set aside until a person acts."""
    settled = replace(
        known, state=LinkState.PARKED, reason=reason, detail=detail, due_at=None, payload=payload
    )
    return Done(link=settled, outcome=Outcome.PARKED, reason=reason)
