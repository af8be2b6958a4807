"""The audit log, a page at a time, of one person or one sort of change where asked."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from tandem.store.parts import StorePart
from tandem.store.rows import AuditEntry
from tandem.store.store import Store
from tandem.store.tables import audit

__all__ = ["AuditLog", "Numbered"]

Numbered = tuple[int, AuditEntry]
"""An entry with its number, by which the next page is asked for."""

_PAGE = 1_000


class AuditLog(StorePart):
    """Reads the log; whoever changes something writes to it with `Store.note`."""

    @classmethod
    def of(cls, store: Store) -> AuditLog:
        """In the database of *store*."""
        return cls(store._database, store._keyring, store._clock)

    def page(
        self,
        connection_id: int,
        *,
        before: int | None = None,
        limit: int,
        who: str = "",
        action: str = "",
    ) -> list[Numbered]:
        """The newest first; those older than the entry of number *before*."""
        statement = select(audit).where(audit.c.connection_id == connection_id)
        if before is not None:
            statement = statement.where(audit.c.id < before)
        if who:
            statement = statement.where(audit.c.who == who)
        if action:
            statement = statement.where(audit.c.action == action)
        with self._database.reading() as database:
            rows = database.execute(statement.order_by(audit.c.id.desc()).limit(limit)).all()
        return [
            (row.id, AuditEntry(at=row.at, who=row.who, action=row.action, detail=row.detail))
            for row in rows
        ]

    def all(self, connection_id: int, *, who: str = "", action: str = "") -> Iterator[AuditEntry]:
        """Every entry, the newest first, read in pages."""
        before: int | None = None
        while found := self.page(connection_id, before=before, limit=_PAGE, who=who, action=action):
            yield from (entry for _, entry in found)
            before = found[-1][0]

    def choices(self, connection_id: int) -> tuple[list[str], list[str]]:
        """Who changed something, and what sorts of changes there were."""
        with self._database.reading() as database:
            who, action = (
                [
                    str(name)
                    for (name,) in database.execute(
                        select(column)
                        .where(audit.c.connection_id == connection_id)
                        .distinct()
                        .order_by(column)
                    )
                ]
                for column in (audit.c.who, audit.c.action)
            )
        return who, action
