"""What is parked, counted where it lies: a page costs the same whether ten or ten thousand links are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tandem.model import Kind, LinkState
from tandem.store.parts import ConnectionPart
from tandem.store.tables import link

__all__ = ["NOT_PAIRED", "Parked", "ParkedGroup"]

NOT_PAIRED: ColumnElement[bool] = link.c.state != literal_column("'paired'")
"""Beside the state in a condition: the index ``ix_link_not_paired`` is on such links only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedGroup:
    """
    The parked links of one kind with one reason and one error code.

    ``code`` is what a detail says before its first colon, empty where it has none; ``run_id`` is the latest run
    that parked one of them, ``last_at`` when one was last seen for the first time.
    """

    reason: str
    code: str
    kind: Kind
    count: int
    last_at: datetime | None
    run_id: int | None


class _Before(FunctionElement[str]):
    """A text up to its first colon; empty where it has none."""

    type = Text()
    inherit_cache = True


@compiles(_Before, "sqlite")
def _in_sqlite(element: _Before, compiler: Any, **more: Any) -> str:
    given = compiler.process(element.clauses, **more)
    return f"CASE WHEN instr({given}, ':') THEN substr({given}, 1, instr({given}, ':') - 1) ELSE '' END"


@compiles(_Before, "postgresql")
def _in_postgresql(element: _Before, compiler: Any, **more: Any) -> str:
    given = compiler.process(element.clauses, **more)
    return f"CASE WHEN strpos({given}, ':') > 0 THEN split_part({given}, ':', 1) ELSE '' END"


_code: ColumnElement[str] = _Before(link.c.detail)


class Parked(ConnectionPart):
    """Questions about what is parked that return a row for each group, never one for each link."""

    def parked_groups(self, reason: str | None = None) -> list[ParkedGroup]:
        """What is parked, or parked for *reason*, by reason, error code and kind."""
        by = (link.c.reason, _code, link.c.kind)
        statement = (
            select(*by, func.count(), func.max(link.c.first_seen_at), func.max(link.c.run_id))
            .where(*self._parked(reason))
            .group_by(*by)
        )
        with self._database.reading() as database:
            return [
                ParkedGroup(
                    reason=why,
                    code=code,
                    kind=Kind(kind),
                    count=count,
                    last_at=last_at,
                    run_id=run_id,
                )
                for why, code, kind, count, last_at, run_id in database.execute(statement)
            ]

    def parked_detail(self, reason: str, code: str, run_id: int | None) -> str:
        """What one link says that the run *run_id* parked for this reason and code; the first by key."""
        statement = (
            select(link.c.detail)
            .where(*self._parked(reason), _code == code, link.c.run_id == run_id)
            .order_by(link.c.key)
            .limit(1)
        )
        with self._database.reading() as database:
            return database.scalar(statement) or ""

    def parked_keys(self, reason: str, code: str, limit: int) -> Sequence[str]:
        """The first keys of what is parked for this reason and code."""
        statement = (
            select(link.c.key)
            .where(*self._parked(reason), _code == code)
            .order_by(link.c.key)
            .limit(limit)
        )
        with self._database.reading() as database:
            return [str(key) for key in database.scalars(statement)]

    def _parked(self, reason: str | None) -> tuple[ColumnElement[bool], ...]:
        state = (self._mine(link), link.c.state == LinkState.PARKED.value, NOT_PAIRED)
        return state if reason is None else (*state, link.c.reason == reason)
