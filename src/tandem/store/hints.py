"""
What change feeds have said: which records to look at again, and how far each feed was heard.

A hint never holds a value. Whoever has looked at the record forgets the hint by its mark; a notice that
came meanwhile has moved the mark, so it stays.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row, and_, case, func, or_, select

from tandem.model import Side
from tandem.store.feed_claims import FeedClaims
from tandem.store.parts import ConnectionPart
from tandem.store.schedule import wake_turns
from tandem.store.tables import account, connection
from tandem.store.tables_feeds import feed, hint, hint_counter

__all__ = [
    "EVERYTHING",
    "MOST_HINTS",
    "Change",
    "ConnectionHints",
    "FeedHealth",
    "FeedName",
    "FeedPosition",
    "FeedState",
    "Heard",
    "HeldHint",
    "Hint",
    "Hints",
]

EVERYTHING = "*"
"""The object, and the id, of the hint to look at everything on one side."""

MOST_HINTS = 20_000
"""With more hints waiting, comparing everything costs less than looking at each."""


class Change(enum.StrEnum):
    """What a feed says has happened to a record; only a word, never the proof."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"
    MERGED = "merged"
    ASSOCIATED = "associated"
    MISSED = "missed"  # the feed itself has lost notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """
    Look at this record again.

    ``object`` is the CRM's own name of the kind of record: ``tasks``, ``contacts`` and so on in HubSpot,
    ``Task``, ``Contact`` and so on in Salesforce.
    """

    side: Side
    object: str
    record_id: str
    change: Change = Change.CHANGED
    occurred_at: datetime | None = None

    @classmethod
    def everything(cls, side: Side, occurred_at: datetime | None = None) -> Hint:
        """Look at everything there: the feed cannot tell what it has missed."""
        return cls(
            side=side,
            object=EVERYTHING,
            record_id=EVERYTHING,
            change=Change.MISSED,
            occurred_at=occurred_at,
        )

    @property
    def is_everything(self) -> bool:
        return self.object == EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldHint:
    """A hint as it was read: ``mark`` tells later whether anything came after it."""

    hint: Hint
    mark: int
    noted_at: datetime


class FeedName(enum.StrEnum):
    """The change feeds there are."""

    WEBHOOKS = "webhooks"  # HubSpot calls us
    JOURNAL = "journal"  # we ask HubSpot
    EVENTS = "events"  # Salesforce's Pub/Sub API


_TOLD_WITHIN = timedelta(minutes=5)
"""Who listens tells of itself more often; where HubSpot calls us there is nobody who could."""


class FeedHealth(enum.StrEnum):
    """Whether a feed can be relied upon; only with a healthy one may polling be slower."""

    OFF = "off"
    STARTING = "starting"
    HEALTHY = "healthy"
    BEHIND = "behind"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPosition:
    """How far a feed has been heard, in its own words, and how old its newest notice was then."""

    name: FeedName
    position: str = ""
    lag_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """
    One account's feed. ``message`` is a code that tells people what is wrong and what to do, ``detail`` the
    CRM's own words; ``heard_at`` is when the position last moved, ``checked_at`` when the state was last told.
    """

    account_id: int
    name: FeedName
    state: FeedHealth
    position: str = ""
    heard_at: datetime | None = None
    lag_seconds: float | None = None
    message: str = ""
    detail: str = ""
    checked_at: datetime

    def is_heard(self, now: datetime) -> bool:
        """Whether it can be relied upon: it is in good health, and whoever listens has said so lately."""
        if self.state is not FeedHealth.HEALTHY:
            return False
        return self.name is FeedName.WEBHOOKS or now - self.checked_at <= _TOLD_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one account's feed has said at once."""

    account_id: int
    hints: tuple[Hint, ...]
    position: FeedPosition | None = None


class Hints(FeedClaims):
    """Hints of all connections, as feeds write them: a feed knows its account only."""

    most = MOST_HINTS

    def note(
        self,
        account_id: int,
        hints: Iterable[Hint],
        now: datetime,
        *,
        position: FeedPosition | None = None,
    ) -> frozenset[int]:
        """
        Note *hints* for every connection that uses the account, and the feed's *position*, together or not at all.

        The connections that now have something to look at. A hint noted again keeps the time it was
        first noted. The space they take is bounded: above ``most`` they become one to look at everything.
        """
        heard = Heard(account_id=account_id, hints=tuple(hints), position=position)
        return self.note_all([heard], now)

    def note_all(self, heard: Iterable[Heard], now: datetime) -> frozenset[int]:
        """The same for what several feeds have said, in one transaction; the turns of those connections are due now."""
        woken: set[int] = set()
        with self._database.writing() as database:
            for each in heard:
                distinct = _distinct(each.hints)
                users = _users(database, each.account_id) if distinct else ()
                for connection_id in users:
                    self._note_for(database, connection_id, distinct, now)
                if each.position is not None:
                    self._move(database, each.account_id, each.position, now)
                woken.update(users)
            wake_turns(self._database, woken, now)
        return frozenset(woken)

    def waiting(self) -> dict[int, tuple[int, datetime]]:
        """How many hints wait for each connection that has any, and since when."""
        statement = select(
            hint.c.connection_id,
            func.count(),
            func.min(hint.c.noted_at, type_=hint.c.noted_at.type),
        ).group_by(hint.c.connection_id)
        with self._database.reading() as database:
            return {row[0]: (int(row[1]), row[2]) for row in database.execute(statement)}

    def account_of(self, side: Side, external_id: str) -> int | None:
        """The account by the CRM's own id of it, which is all that a notice names."""
        statement = select(account.c.id).where(
            account.c.side == side.value, account.c.external_id == external_id
        )
        with self._database.reading() as database:
            return database.scalar(statement)

    def feed_states(self, account_id: int) -> list[FeedState]:
        """What is known of the account's feeds, by name."""
        statement = select(feed).where(feed.c.account_id == account_id).order_by(feed.c.name)
        with self._database.reading() as database:
            return [_feed_from(row) for row in database.execute(statement)]

    def save_feed(
        self,
        account_id: int,
        name: FeedName,
        state: FeedHealth,
        now: datetime,
        *,
        message: str = "",
        detail: str = "",
        lag_seconds: float | None = None,
    ) -> None:
        """How the feed is now. Its position stays: only :meth:`note` moves that, with the hints it stands for."""
        said: dict[str, Any] = {
            "state": state.value,
            "message": message,
            "detail": detail,
            "lag_seconds": lag_seconds,
            "checked_at": now,
        }
        insert = self._database.dialect.insert(feed).values(
            account_id=account_id, name=name.value, position="", **said
        )
        statement = insert.on_conflict_do_update(index_elements=["account_id", "name"], set_=said)
        with self._database.writing() as database:
            database.execute(statement)

    def _note_for(
        self,
        database: DatabaseConnection,
        connection_id: int,
        hints: Sequence[Hint],
        now: datetime,
    ) -> None:
        insert = self._database.dialect.insert(hint_counter).values(
            connection_id=connection_id, mark=1, at_most=len(hints)
        )
        counted = insert.on_conflict_do_update(
            index_elements=["connection_id"],
            set_={
                "mark": hint_counter.c.mark + 1,
                "at_most": hint_counter.c.at_most + insert.excluded.at_most,
            },
        ).returning(hint_counter.c.mark, hint_counter.c.at_most)
        mark, at_most = database.execute(counted).one()
        rows = [_row(connection_id, each, mark, now) for each in hints]
        self._database.write_many(database, hint, rows, "hints", self._upsert)
        if at_most > self.most:
            self._make_room(database, connection_id, mark, now)

    def _upsert(self) -> Any:
        insert = self._database.dialect.insert(hint)
        new = insert.excluded
        is_newer = or_(
            hint.c.occurred_at.is_(None),
            new.occurred_at.is_(None),
            new.occurred_at >= hint.c.occurred_at,
        )
        return insert.on_conflict_do_update(
            index_elements=["connection_id", "side", "object", "record_id"],
            set_={
                "mark": new.mark,
                "change": case((is_newer, new.change), else_=hint.c.change),
                "occurred_at": case(
                    (and_(is_newer, new.occurred_at.is_not(None)), new.occurred_at),
                    else_=hint.c.occurred_at,
                ),
            },
        )

    def _make_room(
        self, database: DatabaseConnection, connection_id: int, mark: int, now: datetime
    ) -> None:
        """
        Count, since the counter only knows how many there are at most; replace them if they are too many.

        Counting is put off until it could matter, so a flood counts once in ``most`` notices.
        """
        mine = hint.c.connection_id == connection_id
        statement = (
            select(
                hint.c.side,
                func.count(),
                func.min(hint.c.noted_at, type_=hint.c.noted_at.type),
                func.max(hint.c.occurred_at, type_=hint.c.occurred_at.type),
            )
            .where(mine)
            .group_by(hint.c.side)
        )
        found = database.execute(statement).all()
        count = sum(int(row[1]) for row in found)
        if count > self.most:
            database.execute(hint.delete().where(mine))
            rows = [
                {
                    **_row(connection_id, Hint.everything(Side(row.side), row[3]), mark, now),
                    "noted_at": row[2],
                }
                for row in found
            ]
            database.execute(hint.insert(), rows)
            count = len(rows)
        database.execute(
            hint_counter.update()
            .where(hint_counter.c.connection_id == connection_id)
            .values(at_most=count)
        )

    def _move(
        self, database: DatabaseConnection, account_id: int, position: FeedPosition, now: datetime
    ) -> None:
        moved: dict[str, Any] = {"position": position.position, "heard_at": now}
        if position.lag_seconds is not None:
            moved["lag_seconds"] = position.lag_seconds
        insert = self._database.dialect.insert(feed).values(
            account_id=account_id,
            name=position.name.value,
            state=FeedHealth.HEALTHY.value,
            message="",
            detail="",
            checked_at=now,
            **moved,
        )
        database.execute(
            insert.on_conflict_do_update(index_elements=["account_id", "name"], set_=moved)
        )


class ConnectionHints(ConnectionPart):
    """One connection's hints, as its runs read them."""

    def hints(self, limit: int) -> list[HeldHint]:
        """Those that wait longest, at most *limit*."""
        statement = (
            select(hint)
            .where(self._mine(hint))
            .order_by(hint.c.noted_at, hint.c.side, hint.c.object, hint.c.record_id)
            .limit(limit)
        )
        with self._database.reading() as database:
            return [_held_from(row) for row in database.execute(statement)]

    def forget_hints(self, held: Sequence[HeldHint]) -> None:
        """
        They were acted on; what was noted again since they were read stays.

        Within a run's unit of work they go together with what is saved there.
        """
        if not held:
            return
        with self._database.writing() as database:
            counter = select(hint_counter.c.mark).where(self._mine(hint_counter))
            database.execute(counter.with_for_update())
            rows = [_key(self.connection_id, each) for each in held]
            database.exec_driver_sql(_forget(database), rows)


def _forget(database: DatabaseConnection) -> str:
    columns = ("connection_id", "side", "object", "record_id", "mark")
    form = ":{0}" if database.dialect.paramstyle == "named" else "%({0})s"
    where = " AND ".join(f"{name} = {form.format(name)}" for name in columns)
    return f"DELETE FROM {hint.name} WHERE {where}"


def _key(connection_id: int, held: HeldHint) -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "side": held.hint.side.value,
        "object": held.hint.object,
        "record_id": held.hint.record_id,
        "mark": held.mark,
    }


def _distinct(hints: Iterable[Hint]) -> list[Hint]:
    """One for each record: the newest word; of those without a time the last."""
    found: dict[tuple[Side, str, str], Hint] = {}
    for each in hints:
        key = (each.side, each.object, each.record_id)
        before = found.get(key)
        if before is not None and before.occurred_at is not None:
            if each.occurred_at is None:
                each = dataclasses.replace(each, occurred_at=before.occurred_at)
            elif each.occurred_at < before.occurred_at:
                continue
        found[key] = each
    return list(found.values())


def _users(database: DatabaseConnection, account_id: int) -> Sequence[int]:
    side = database.scalar(select(account.c.side).where(account.c.id == account_id))
    if side is None:
        return ()
    mine = connection.c[f"{side}_account_id"] == account_id
    statement = select(connection.c.id).where(mine).order_by(connection.c.id)
    return database.execute(statement).scalars().all()


def _row(connection_id: int, each: Hint, mark: int, now: datetime) -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "side": each.side.value,
        "object": each.object,
        "record_id": each.record_id,
        "change": each.change.value,
        "occurred_at": each.occurred_at,
        "noted_at": now,
        "mark": mark,
    }


def _held_from(row: Row[Any]) -> HeldHint:
    return HeldHint(
        hint=Hint(
            side=Side(row.side),
            object=row.object,
            record_id=row.record_id,
            change=Change(row.change),
            occurred_at=row.occurred_at,
        ),
        mark=row.mark,
        noted_at=row.noted_at,
    )


def _feed_from(row: Row[Any]) -> FeedState:
    return FeedState(
        account_id=row.account_id,
        name=FeedName(row.name),
        state=FeedHealth(row.state),
        position=row.position,
        heard_at=row.heard_at,
        lag_seconds=row.lag_seconds,
        message=row.message,
        detail=row.detail,
        checked_at=row.checked_at,
    )
