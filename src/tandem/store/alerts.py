"""What alerts remember: whom to tell, what is wrong just now, and every letter with its outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, select

from tandem.store.encoding import to_json, to_json_bytes, value_from
from tandem.store.parts import StorePart
from tandem.store.store import Store
from tandem.store.tables_alerts import alert, alert_letter, alert_settings

__all__ = ["AlertRow", "AlertStore", "Letter", "NewLetter"]

_NAME = "alerts"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """What is known of one cause at one connection; ``began_at`` is None while nothing is wrong."""

    connection_id: int
    cause: str
    version: int = 0
    began_at: datetime | None = None
    told_at: datetime | None = None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A message to be sent over one channel."""

    channel: str
    event: str
    cause: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that is under way (``due_at``), was sent (``sent_at``) or was given up (neither)."""

    id: int
    channel: str
    event: str
    cause: str
    facts: Mapping[str, Any]
    created_at: datetime
    due_at: datetime | None
    attempts: int
    sent_at: datetime | None
    outcome: str


class AlertStore(StorePart):
    """Several processes may look at once: a change is made by one of them only."""

    @classmethod
    def of(cls, store: Store) -> AlertStore:
        """In the database of *store*."""
        return cls(store._database, store._keyring, store._clock)

    # ------------------------------------------------------------------ whom to tell

    def settings(self) -> Mapping[str, Any] | None:
        """As they were saved; None before the first time."""
        statement = select(alert_settings.c.value).where(alert_settings.c.name == _NAME)
        with self._database.reading() as database:
            sealed = database.scalar(statement)
        if sealed is None:
            return None
        return value_from(self._keyring.decrypt(bytes(sealed), context=_NAME))

    def save_settings(self, value: Mapping[str, Any]) -> None:
        row = {"name": _NAME, "value": self._keyring.encrypt(to_json_bytes(value), context=_NAME)}
        with self._database.writing() as database:
            self._database.upsert(database, alert_settings, [row])

    # ------------------------------------------------------------------ what is wrong

    def alerts(self) -> list[AlertRow]:
        """All that is known, of every connection."""
        statement = select(alert).order_by(alert.c.connection_id, alert.c.cause)
        with self._database.reading() as database:
            return [_alert_from(row) for row in database.execute(statement)]

    def change(self, before: AlertRow | None, now: AlertRow, letters: Sequence[NewLetter]) -> bool:
        """
        Save *now* where the row is still as *before*, and with it the letters that tell of it.

        False where another process was first: it tells then.
        """
        with self._database.writing() as database:
            values = {
                "version": now.version + 1,
                "began_at": now.began_at,
                "told_at": now.told_at,
                "facts": to_json(now.facts),
            }
            if before is None:
                insert = self._database.dialect.insert(alert).values(
                    connection_id=now.connection_id, cause=now.cause, **values
                )
                statement = insert.on_conflict_do_nothing(index_elements=["connection_id", "cause"])
            else:
                statement = (
                    alert.update()
                    .where(
                        alert.c.connection_id == now.connection_id,
                        alert.c.cause == now.cause,
                        alert.c.version == before.version,
                    )
                    .values(values)
                )
            if database.execute(statement.returning(alert.c.version)).first() is None:
                return False
            self._add(database, letters)
        return True

    # ------------------------------------------------------------------ letters

    def add(self, letters: Sequence[NewLetter]) -> None:
        """Letters that no alert is behind: tests."""
        with self._database.writing() as database:
            self._add(database, letters)

    def claim(self, now: datetime, lease: timedelta, limit: int = 20) -> list[Letter]:
        """Letters that are due, each to one caller; it is due again after *lease* unless told otherwise."""
        statement = (
            select(alert_letter)
            .where(alert_letter.c.due_at <= now)
            .order_by(alert_letter.c.due_at, alert_letter.c.id)
            .limit(limit)
        )
        claimed = []
        with self._database.writing() as database:
            for row in database.execute(statement).all():
                mine = (
                    alert_letter.update()
                    .where(
                        and_(alert_letter.c.id == row.id, alert_letter.c.attempts == row.attempts)
                    )
                    .values(due_at=now + lease, attempts=row.attempts + 1)
                    .returning(alert_letter)
                )
                taken = database.execute(mine).first()
                if taken is not None:
                    claimed.append(_letter_from(taken))
        return claimed

    def settle(
        self, letter_id: int, *, sent_at: datetime | None, due_at: datetime | None, outcome: str
    ) -> None:
        """What became of a letter: sent, to be tried again at *due_at*, or (neither) given up."""
        with self._database.writing() as database:
            database.execute(
                alert_letter.update()
                .where(alert_letter.c.id == letter_id)
                .values(sent_at=sent_at, due_at=due_at, outcome=outcome)
            )

    def letters(self, limit: int = 50) -> list[Letter]:
        """The newest first."""
        statement = select(alert_letter).order_by(alert_letter.c.id.desc()).limit(limit)
        with self._database.reading() as database:
            return [_letter_from(row) for row in database.execute(statement)]

    def forget_letters(self, before: datetime) -> None:
        """Forget those that ended before a time."""
        ended = and_(alert_letter.c.due_at.is_(None), alert_letter.c.created_at < before)
        with self._database.writing() as database:
            database.execute(alert_letter.delete().where(ended))

    def _add(self, database: Any, letters: Sequence[NewLetter]) -> None:
        now = self._clock()
        for each in letters:
            database.execute(
                alert_letter.insert().values(
                    channel=each.channel,
                    event=each.event,
                    cause=each.cause,
                    facts=to_json(each.facts),
                    created_at=now,
                    due_at=now,
                    attempts=0,
                    outcome="",
                )
            )


def _alert_from(row: Row[Any]) -> AlertRow:
    return AlertRow(
        connection_id=row.connection_id,
        cause=row.cause,
        version=row.version,
        began_at=row.began_at,
        told_at=row.told_at,
        facts=value_from(row.facts),
    )


def _letter_from(row: Row[Any]) -> Letter:
    return Letter(
        id=row.id,
        channel=row.channel,
        event=row.event,
        cause=row.cause,
        facts=value_from(row.facts),
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        sent_at=row.sent_at,
        outcome=row.outcome,
    )
