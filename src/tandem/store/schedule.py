"""When each connection has its turn, and which chores are due: one indexed query, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, case, exists, func, literal, null, select
from sqlalchemy import Connection as DatabaseConnection

from tandem.store.database import Database, slices
from tandem.store.parts import StorePart
from tandem.store.tables import connection
from tandem.store.tables_workers import chore, turn

__all__ = ["Schedule", "Turn", "begin_turns", "wake_turns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    One connection's turn, due at ``due_at``; ``every_seconds`` is a pace of its own, None for the usual.

    ``taken_at`` is since when somebody has it; ``is_woken`` that there is news, since then or at all. Before
    ``rests_until`` news does not bring it forward.
    """

    connection_id: int
    due_at: datetime
    taken_at: datetime | None = None
    is_woken: bool = False
    every_seconds: int | None = None
    rests_until: datetime | None = None


class Schedule(StorePart):
    """
    The turns of all connections.

    Several programs may ask at once: what one has taken nobody else gets, until it says when the next
    turn is (`ran`) or has been silent for as long as it asked for.
    """

    def enrol(self, now: datetime) -> int:
        """Give every connection that has none a turn, due now; how many those were."""
        known = exists().where(turn.c.connection_id == connection.c.id)
        with self._database.reading() as database:
            missing = database.scalars(select(connection.c.id).where(~known)).all()
        for part in slices(missing):
            begin_turns(self._database, part, now)
        return len(missing)

    def take_due(self, now: datetime, limit: int, hold_seconds: float) -> list[Turn]:
        """
        Up to *limit* turns that are due, the longest due first; they are the caller's for *hold_seconds*.
        """
        is_due = turn.c.due_at <= now
        with self._database.reading() as database:
            if (
                limit < 1
                or database.scalar(select(turn.c.connection_id).where(is_due).limit(1)) is None
            ):
                return []
        found = select(turn).where(is_due).order_by(turn.c.due_at).limit(limit)
        with self._database.writing() as database:
            rows = database.execute(found.with_for_update(skip_locked=True)).all()
            taken = turn.update().where(turn.c.connection_id.in_([r.connection_id for r in rows]))
            until = now + timedelta(seconds=hold_seconds)
            database.execute(taken.values(due_at=until, **_taken(now)))
        return [_turn_from(row) for row in rows]

    def begin_turn(self, connection_id: int, now: datetime, hold_seconds: float) -> None:
        """The run begins now; what woke it before is dealt with by it, and the turn is held from now on."""
        until = now + timedelta(seconds=hold_seconds)
        with self._database.writing() as database:
            database.execute(
                turn.update()
                .where(turn.c.connection_id == connection_id)
                .values(due_at=until, **_taken(now))
            )

    def ran(
        self, connection_id: int, now: datetime, next_at: datetime, *, rests: bool = False
    ) -> None:
        """
        The turn is over; the next is at *next_at*, or now where there was news meanwhile.

        One that *rests* could do nothing before then: only a person brings it forward, not a feed.
        """
        is_now: ColumnElement[bool] = turn.c.woken_at.is_not(None) & turn.c.taken_at.is_not(None)
        if rests:
            is_now &= turn.c.rests_until.is_not(None)
        due_at = case((is_now, _moment(now)), else_=_moment(next_at))
        rests_until = case((is_now, null()), else_=_moment(next_at)) if rests else null()
        with self._database.writing() as database:
            database.execute(
                turn.update()
                .where(turn.c.connection_id == connection_id)
                .values(due_at=due_at, taken_at=None, woken_at=None, rests_until=rests_until)
            )

    def wake(self, *connection_ids: int) -> None:
        """
        There is news: their turns are due now, or again at once after the turns that somebody has.

        Ten thousand hints at one connection are one turn; those that rest are left alone.
        """
        wake_turns(self._database, connection_ids, self._clock())

    def set_pace(self, connection_id: int, every_seconds: int | None) -> None:
        """A pace of its own, as while a feed tells of every change; None for the usual one again."""
        with self._database.writing() as database:
            database.execute(
                turn.update()
                .where(turn.c.connection_id == connection_id)
                .values(every_seconds=every_seconds)
            )

    def turn(self, connection_id: int) -> Turn | None:
        """The connection's turn as it stands; None before it has one."""
        with self._database.reading() as database:
            row = database.execute(
                select(turn).where(turn.c.connection_id == connection_id)
            ).first()
        return None if row is None else _turn_from(row)

    def spread(self, now: datetime, every_seconds: float, *, a_second: float = 10.0) -> None:
        """
        After a pause of the whole service: turns taken before it are given back, and all begin at once.

        At once means *a_second* of them each second, or as many as all need within *every_seconds*.
        """
        with self._database.writing() as database:
            rows = database.execute(
                select(turn.c.connection_id, turn.c.due_at, turn.c.taken_at).order_by(turn.c.due_at)
            ).all()
            step = min(1 / a_second, every_seconds / max(len(rows), 1))
            begins = [now + timedelta(seconds=place * step) for place in range(len(rows))]
            earlier = [
                {"mine": row.connection_id, "begins": begin}
                for row, begin in zip(rows, begins, strict=True)
                if row.taken_at is not None or not now <= row.due_at <= begin
            ]
            if earlier:
                to_begin = turn.update().where(turn.c.connection_id == bindparam("mine"))
                database.execute(
                    to_begin.values(due_at=bindparam("begins"), taken_at=None), earlier
                )

    def overdue(self, now: datetime) -> tuple[int, float]:
        """How many turns are due that nobody has, and for how many seconds the first of them has waited."""
        statement = select(func.count(), func.min(turn.c.due_at)).where(
            turn.c.due_at <= now, turn.c.taken_at.is_(None)
        )
        with self._database.reading() as database:
            count, first = database.execute(statement).one()
        return int(count), (now - first).total_seconds() if first is not None else 0.0

    def take_chore(self, name: str, now: datetime, every_seconds: float) -> bool:
        """Whether the caller is the one who does the chore *name* this time; then nobody does for as long."""
        due_at = now + timedelta(seconds=every_seconds)
        statement = self._database.dialect.insert(chore).values(name=name, due_at=due_at)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_={"due_at": due_at}, where=chore.c.due_at <= now
        ).returning(chore.c.name)
        with self._database.reading() as database:
            due = database.scalar(select(chore.c.due_at).where(chore.c.name == name))
        if due is not None and due > now:
            return False
        with self._database.writing() as database:
            return database.execute(statement).first() is not None


def begin_turns(database_of: Database, connection_ids: Iterable[int], now: datetime) -> None:
    """Due now, for connections that have no turn so far; the others are woken."""
    ids = list(connection_ids)
    rows = [{"connection_id": each, "due_at": now} for each in ids]
    statement = database_of.dialect.insert(turn).values(rows)
    with database_of.writing() as database:
        database.execute(statement.on_conflict_do_nothing(index_elements=["connection_id"]))
        wake_turns(database_of, ids, now, is_asked=True)


def wake_turns(
    database_of: Database, connection_ids: Iterable[int], now: datetime, *, is_asked: bool = False
) -> None:
    """
    See ``Schedule.wake``; part of the transaction that is open, or one of its own.

    With *is_asked* a person has changed something, and those that rest are woken as well.
    """
    is_free: ColumnElement[bool] = turn.c.taken_at.is_(None)
    values: dict[str, Any] = {"woken_at": _moment(now)}
    if is_asked:
        values["rests_until"] = case((is_free, null()), else_=_moment(now))
    else:
        is_free &= turn.c.rests_until.is_(None) | (turn.c.rests_until <= now)
    values["due_at"] = case((is_free & (turn.c.due_at > now), _moment(now)), else_=turn.c.due_at)
    with database_of.writing() as database:
        for part in slices(sorted(set(connection_ids))):
            _wake(database, part, values)


def _wake(
    database: DatabaseConnection, connection_ids: Sequence[int], values: Mapping[str, Any]
) -> None:
    # Locked in one order, so that two who wake the same ones never wait for each other.
    mine = turn.c.connection_id.in_(connection_ids)
    database.execute(
        select(turn.c.connection_id).where(mine).order_by(turn.c.connection_id).with_for_update()
    ).all()
    database.execute(turn.update().where(mine).values(**values))


def _taken(now: datetime) -> dict[str, Any]:
    """Somebody has the turn from now on; what woke it before is dealt with by it."""
    return {"taken_at": now, "woken_at": None, "rests_until": None}


def _moment(moment: datetime) -> Any:
    """A moment inside an expression, where its type is not known by itself."""
    return literal(moment, turn.c.due_at.type)


def _turn_from(row: Row[Any]) -> Turn:
    return Turn(
        connection_id=row.connection_id,
        due_at=row.due_at,
        taken_at=row.taken_at,
        is_woken=row.woken_at is not None,
        every_seconds=row.every_seconds,
        rests_until=row.rests_until,
    )
