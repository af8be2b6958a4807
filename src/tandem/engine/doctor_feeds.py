"""What the set-up check tells of those who keep a connection in step: the feeds that are heard, and who runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tandem.engine.findings import Check, Finding, Level
from tandem.store.feed_rows import FeedRow
from tandem.store.hints import FeedHealth
from tandem.store.schedule import Turn
from tandem.store.workers import WorkerRow

__all__ = ["feed_findings", "turn_findings", "worker_findings"]

_OVERDUE = timedelta(minutes=5)
_SILENT = timedelta(minutes=2)
_TO_MEND = frozenset(
    {
        Check.WEBHOOKS_NO_SECRET,
        Check.WEBHOOKS_SILENT,
        Check.EVENTS_NOT_INSTALLED,
        Check.EVENTS_NOT_SELECTED,
        Check.EVENTS_NO_ADDRESS,
    }
)
"""What a person can do something about where no other feed of the same CRM is heard."""


def feed_findings(rows: Sequence[FeedRow]) -> Iterator[Finding]:
    """How each feed is. Never an error: without feeds Tandem asks, and finds the same a minute later."""
    heard = {row.side for row in rows if row.is_heard}
    unheard = [row for row in rows if row.said == Check.FEEDS_UNHEARD]
    if unheard:
        yield Finding(level=Level.OK, code=Check.FEEDS_UNHEARD)
    for row in rows:
        if row in unheard:
            continue
        code = Check(row.said)
        is_ill = row.state in (FeedHealth.BEHIND, FeedHealth.BROKEN) or code is Check.FEEDS_LEFT
        is_missed = code in _TO_MEND and row.side not in heard
        yield Finding(
            level=Level.WARNING if is_ill or is_missed else Level.OK,
            code=code,
            values={"side": row.side.title, "detail": row.detail},
        )


def turn_findings(turn: Turn | None, last_trigger: str | None, now: datetime) -> Iterator[Finding]:
    """Whether a service that ran the connection does so no longer; one that never did is nobody's fault."""
    if turn is None or turn.taken_at is not None or last_trigger != "schedule":
        return
    late = now - turn.due_at
    if late > _OVERDUE:
        minutes = str(int(late.total_seconds() // 60))
        yield Finding(level=Level.WARNING, code=Check.TURN_OVERDUE, values={"minutes": minutes})


def worker_findings(workers: Sequence[WorkerRow], now: datetime) -> Iterator[Finding]:
    """The programs that share a database: whether any is alive, all are, and all are the same."""
    silent = [each for each in workers if now - each.seen_at > _SILENT]
    alive = [each for each in workers if each not in silent]
    if alive:
        values = {"count": str(len(alive)), "runs": str(sum(len(each.runs) for each in alive))}
        yield Finding(level=Level.OK, code=Check.WORKERS_ALIVE, values=values)
    else:
        yield Finding(level=Level.WARNING, code=Check.WORKERS_NONE)
    for each in silent:
        seconds = str(int((now - each.seen_at).total_seconds()))
        values = {"name": each.name, "seconds": seconds}
        yield Finding(level=Level.WARNING, code=Check.WORKER_SILENT, values=values)
    versions = sorted({each.version for each in alive})
    if len(versions) > 1:
        values = {"versions": ", ".join(versions)}
        yield Finding(level=Level.WARNING, code=Check.WORKERS_MIXED, values=values)
