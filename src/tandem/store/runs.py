"""The runs of a connection: when, why, and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from tandem.errors import StoreError
from tandem.store.encoding import to_json, value_from
from tandem.store.parts import ConnectionPart
from tandem.store.rows import Run
from tandem.store.tables import run

__all__ = ["Runs"]


class Runs(ConnectionPart):
    """Every run leaves a row, also one that was killed."""

    def start_run(self, settings_version: int, trigger: str, at: datetime) -> int:
        """The new run's id."""
        values = self._row(
            settings_version=settings_version,
            cause=trigger,
            started_at=at,
            state="running",
            counts="{}",
            calls="{}",
            message="",
        )
        with self._database.writing() as database:
            return int(database.execute(run.insert().returning(run.c.id), values).scalar_one())

    def finish_run(
        self,
        run_id: int,
        counts: Mapping[str, Any],
        calls: Mapping[str, int],
        state: str,
        at: datetime,
        message: str = "",
    ) -> None:
        with self._database.writing() as database:
            database.execute(
                run.update()
                .where(self._mine(run), run.c.id == run_id)
                .values(
                    counts=to_json(counts),
                    calls=to_json(calls),
                    state=state,
                    finished_at=at,
                    message=message,
                )
            )

    def run_of(self, run_id: int) -> Run:
        with self._database.reading() as database:
            row = database.execute(select(run).where(self._mine(run), run.c.id == run_id)).first()
        if row is None:
            raise StoreError(f"This connection has no run {run_id}.")
        return _run_from(row)

    def runs_of(self, run_ids: Collection[int]) -> dict[int, Run]:
        """Those runs by number; one that nobody knows (any more) is absent."""
        with self._database.reading() as database:
            rows = database.execute(select(run).where(self._mine(run), run.c.id.in_(run_ids)))
            return {row.id: _run_from(row) for row in rows}

    def runs(self, limit: int = 20, *, before: int | None = None) -> list[Run]:
        """The newest first; those older than the run of number *before*."""
        statement = select(run).where(self._mine(run)).order_by(run.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(run.c.id < before)
        with self._database.reading() as database:
            return [_run_from(row) for row in database.execute(statement)]


def _run_from(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        settings_version=row.settings_version,
        trigger=row.cause,
        started_at=row.started_at,
        finished_at=row.finished_at,
        state=row.state,
        counts=value_from(row.counts),
        calls=value_from(row.calls),
        message=row.message,
    )
