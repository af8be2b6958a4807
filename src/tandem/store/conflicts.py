"""The conflicts that were decided: what stayed, what lost, and what was put back since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from tandem.errors import SettingsError
from tandem.model import Field, Side
from tandem.store.encoding import value_from
from tandem.store.parts import ConnectionPart
from tandem.store.rows import KeptConflict
from tandem.store.tables import conflict

__all__ = ["Conflicts"]


class Conflicts(ConnectionPart):
    """Reading the conflicts of one connection; they are kept in a unit of work only."""

    def conflicts(
        self,
        *,
        key: str | None = None,
        open_only: bool = False,
        before: int | None = None,
        limit: int = 200,
    ) -> list[KeptConflict]:
        """
        The newest first; of one link, or of all; *open_only* leaves out those put back.

        With *before* only those older than the conflict of that number.
        """
        statement = select(conflict).where(self._mine(conflict))
        if key is not None:
            statement = statement.where(conflict.c.key == key)
        if open_only:
            statement = statement.where(conflict.c.restored_at.is_(None))
        if before is not None:
            statement = statement.where(conflict.c.id < before)
        statement = statement.order_by(conflict.c.id.desc()).limit(limit)
        with self._database.reading() as database:
            return [self._conflict_from(row) for row in database.execute(statement)]

    def conflict(self, conflict_id: int) -> KeptConflict:
        """SettingsError if this connection has none of that number."""
        statement = select(conflict).where(self._mine(conflict), conflict.c.id == conflict_id)
        with self._database.reading() as database:
            row = database.execute(statement).first()
        if row is None:
            raise SettingsError(
                f"There is no conflict {conflict_id}. Which there are tells: tandem conflicts list"
            )
        return self._conflict_from(row)

    def mark_restored(self, conflict_id: int, at: datetime, who: str) -> None:
        """The lost value was put back by *who*."""
        with self._database.writing() as database:
            database.execute(
                conflict.update()
                .where(self._mine(conflict), conflict.c.id == conflict_id)
                .values(restored_at=at, restored_by=who)
            )

    def _conflict_from(self, row: Row[Any]) -> KeptConflict:
        opened = self._keyring.decrypt(row.detail, context=self._conflict_context(row.key))
        values = value_from(opened)
        return KeptConflict(
            id=row.id,
            key=row.key,
            field=Field(row.field),
            winner=Side(row.winner),
            at=row.at,
            run_id=row.run_id,
            lost=values["lost"],
            kept=values["kept"],
            restored_at=row.restored_at,
            restored_by=row.restored_by,
        )
