"""A run as it is told to whoever watches, and to every line of the log that is written during it."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from structlog.contextvars import bind_contextvars, bound_contextvars

from tandem.engine.reports import RunReport
from tandem.observing import RunSeen, see_run
from tandem.store.rows import Connection

__all__ = ["observed", "run_is_numbered"]

P = ParamSpec("P")
R = TypeVar("R")
Run = Callable[Concatenate[R, Connection, P], Coroutine[Any, Any, RunReport]]

_NUMBER = re.compile(r" \d+$")


def observed(run: Run[R, P]) -> Run[R, P]:
    """The method that runs a connection, seen from its beginning to its end; every way in goes through it."""

    @wraps(run)
    async def seen_run(
        self: R, connection: Connection, /, *args: P.args, **kwargs: P.kwargs
    ) -> RunReport:
        seen = RunSeen(
            connection_id=connection.id,
            connection=connection.name,
            cause=_NUMBER.sub("", str(kwargs.get("trigger", ""))),
            is_dry=bool(kwargs.get("dry_run", False)),
        )
        with bound_contextvars(connection=connection.name, run=None), see_run(seen):
            report = await run(self, connection, *args, **kwargs)
            _tell(seen, report)
        return report

    return seen_run


def run_is_numbered(run_id: int) -> None:
    """From now on the log names the run; a dry run has no number."""
    bind_contextvars(run=run_id or None)


def _tell(seen: RunSeen, report: RunReport) -> None:
    seen.run_id, seen.state, seen.reason = report.run_id, report.state.value, report.reason
    seen.activities = {
        (kind, outcome.value): count
        for kind, row in report.kinds.items()
        for outcome, count in row.outcomes.items()
    }
    seen.written = {
        (side, outcome.value): count
        for side, rows in report.written.items()
        for outcome, count in rows.items()
    }
