"""
Figures over all connections, for whoever watches the whole service: few statements, whatever there is of each.

Two sorts: those that tell within seconds that something is wrong cost one pass over a row a connection;
those that count links and hints, or read how far sources are read, are asked more seldom (`CloseLook`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, func, literal, or_, select, text
from sqlalchemy import Connection as DatabaseConnection

from tandem.store.parts import StorePart
from tandem.store.tables import checkpoint, connection, link
from tandem.store.tables_feeds import feed, hint
from tandem.store.tables_workers import turn, worker

__all__ = ["CloseLook", "Figures", "Glance", "Waiting"]

T = TypeVar("T")

_JOBS = "procrastinate_jobs"
_OPEN = ("waiting", "parked")
_SWITCHED_OFF_AFTER = timedelta(hours=1)
_ONE_SOURCE = ("salesforce_tasks", "marketing")
_ACTIVE, _INCOMPLETE = "active", "incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many there are, and since when the oldest."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """
    ``connections`` by state: ``active``, ``incomplete``, or the reason why they are suspended; ``due`` are turns
    whose time has come and that nobody has, ``taken`` those that somebody has. ``workers`` are the last heartbeats
    by role; ``jobs`` by state, empty where there is no queue; ``feeds`` by name and state.
    """

    connections: Mapping[str, int] = field(default_factory=dict)
    due: Waiting = field(default_factory=Waiting)
    taken: int = 0
    workers: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    jobs: Mapping[str, int] = field(default_factory=dict)
    feeds: Mapping[tuple[str, str], int] = field(default_factory=dict)
    feed_lags: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLook:
    """
    ``links`` that wait or are parked, by kind and state; ``hints`` by side. ``read_until`` tells by source how far
    it is read where it is read the least far, ``late`` on how many connections that is too long ago.
    """

    links: Mapping[tuple[str, str], int] = field(default_factory=dict)
    hints: Mapping[str, Waiting] = field(default_factory=dict)
    read_until: Mapping[str, datetime] = field(default_factory=dict)
    late: Mapping[str, int] = field(default_factory=dict)


class Figures(StorePart):
    """What a scrape of the metrics asks."""

    @classmethod
    def of(cls, store: StorePart) -> Figures:
        return cls(store._database, store._keyring, store._clock)

    async def aside(self, work: Callable[[], T]) -> T:
        """Call *work* in a thread, so that runs go on meanwhile; at once on a database that only exists in memory."""
        return work() if self._database.dialect.is_single else await asyncio.to_thread(work)

    def glance(self, now: datetime) -> Glance:
        """A few statements over small tables."""
        with self._database.reading() as database:
            due, taken = _turns(database, now)
            feeds, lags = _feeds(database)
            return Glance(
                connections=_connections(database),
                due=due,
                taken=taken,
                workers=_workers(database),
                jobs={} if self._database.dialect.is_inline else _jobs(database),
                feeds=feeds,
                feed_lags=lags,
            )

    def close_look(self, now: datetime, late_after: timedelta) -> CloseLook:
        """Statements over tables that grow; a source is late that was not read for *late_after*."""
        with self._database.reading() as database:
            read_until, late = self._sources(database, now - late_after)
            return CloseLook(
                links=_links(database), hints=_hints(database), read_until=read_until, late=late
            )

    def lags(self, now: datetime) -> Mapping[int, float]:
        """By connection, how many seconds ago its source that is read the least far was read."""
        with self._database.reading() as database:
            at = self._read_until()
            rows = database.execute(
                _read_sources(checkpoint.c.connection_id, func.min(at)).group_by(
                    checkpoint.c.connection_id
                )
            )
            return {each: _age(now, read) for each, read in rows if read is not None}

    def _sources(
        self, database: DatabaseConnection, before: datetime
    ) -> tuple[dict[str, datetime], dict[str, int]]:
        at = self._read_until()
        is_late = case((at < literal(before.isoformat()), 1), else_=0)
        rows = database.execute(
            _read_sources(checkpoint.c.name, func.min(at), func.sum(is_late)).group_by(
                checkpoint.c.name
            )
        ).all()
        known = [row for row in rows if row[1] is not None]
        return (
            {row[0]: datetime.fromisoformat(row[1]) for row in known},
            {row[0]: int(row[2] or 0) for row in known},
        )

    def _read_until(self) -> ColumnElement[Any]:
        """A checkpoint's moment as it is written, which sorts as time does: always in UTC."""
        if self._database.dialect.is_inline:
            return func.json_extract(checkpoint.c.value, "$.at")
        return func.json_extract_path_text(checkpoint.c.value.op("::")(text("json")), "at")


def _read_sources(*columns: ColumnElement[Any] | Any) -> Any:
    """
    Over the checkpoints of sources that are read all the time, on connections that run.

    One that others of its connection have left behind for an hour belongs to a box that is switched off.
    """
    newest = (
        select(checkpoint.c.connection_id, func.max(checkpoint.c.saved_at).label("at"))
        .group_by(checkpoint.c.connection_id)
        .subquery()
    )
    microseconds = _SWITCHED_OFF_AFTER // timedelta(microseconds=1)
    is_read = or_(checkpoint.c.name.startswith("changed/"), checkpoint.c.name.in_(_ONE_SOURCE))
    return (
        select(*columns)
        .join(newest, newest.c.connection_id == checkpoint.c.connection_id)
        .join(connection, connection.c.id == checkpoint.c.connection_id)
        .where(
            is_read,
            connection.c.suspended_reason == "",
            func.abs(newest.c.at - checkpoint.c.saved_at) <= microseconds,
        )
    )


def _connections(database: DatabaseConnection) -> dict[str, int]:
    is_complete = connection.c.hubspot_account_id.is_not(
        None
    ) & connection.c.salesforce_account_id.is_not(None)
    state = case(
        (connection.c.suspended_reason != "", connection.c.suspended_reason),
        (is_complete, literal(_ACTIVE)),
        else_=literal(_INCOMPLETE),
    )
    rows = database.execute(select(state, func.count()).group_by(state))
    return {state: int(count) for state, count in rows}


def _turns(database: DatabaseConnection, now: datetime) -> tuple[Waiting, int]:
    is_free = turn.c.taken_at.is_(None)
    due = database.execute(
        select(func.count(), func.min(turn.c.due_at)).where(is_free, turn.c.due_at <= now)
    ).one()
    taken = database.scalar(select(func.count()).select_from(turn).where(~is_free))
    return Waiting(count=int(due[0]), since=due[1]), int(taken or 0)


def _workers(database: DatabaseConnection) -> dict[str, tuple[datetime, ...]]:
    found: dict[str, tuple[datetime, ...]] = {}
    for role, seen_at in database.execute(select(worker.c.role, worker.c.seen_at)):
        found[role] = (*found.get(role, ()), seen_at)
    return found


def _jobs(database: DatabaseConnection) -> dict[str, int]:
    if database.scalar(text("SELECT to_regclass(:name)"), {"name": _JOBS}) is None:
        return {}
    counted = text(f"SELECT status, count(*) FROM {_JOBS} GROUP BY status")
    return {str(status): int(count) for status, count in database.execute(counted)}


def _feeds(
    database: DatabaseConnection,
) -> tuple[dict[tuple[str, str], int], dict[str, float]]:
    rows = database.execute(
        select(feed.c.name, feed.c.state, func.count(), func.max(feed.c.lag_seconds)).group_by(
            feed.c.name, feed.c.state
        )
    ).all()
    lags: dict[str, float] = {}
    for name, _, _, lag in rows:
        if lag is not None:
            lags[name] = max(lags.get(name, 0.0), float(lag))
    return {(row[0], row[1]): int(row[2]) for row in rows}, lags


def _links(database: DatabaseConnection) -> dict[tuple[str, str], int]:
    # "Not paired" is said as well: then an index of those alone serves.
    rows = database.execute(
        select(link.c.kind, link.c.state, func.count())
        .where(text("link.state <> 'paired'"), link.c.state.in_(_OPEN))
        .group_by(link.c.kind, link.c.state)
    )
    return {(kind, state): int(count) for kind, state, count in rows}


def _hints(database: DatabaseConnection) -> dict[str, Waiting]:
    rows = database.execute(
        select(hint.c.side, func.count(), func.min(hint.c.noted_at)).group_by(hint.c.side)
    )
    return {side: Waiting(count=int(count), since=since) for side, count, since in rows}


def _age(now: datetime, read: str) -> float:
    return max((now - datetime.fromisoformat(read)).total_seconds(), 0.0)
