"""Runs that a request began, and that go on when it has been answered."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from tandem.engine.reports import RunReport
from tandem.errors import TandemError

__all__ = ["StartedRuns"]

_log = structlog.get_logger("tandem.web")


@dataclass(slots=True, kw_only=True)
class StartedRuns:
    """``patience`` is for how many seconds a request waits for the run that it began."""

    patience: float = 5.0
    _under_way: set[asyncio.Task[RunReport]] = field(default_factory=set)

    def begin(self, work: Coroutine[Any, Any, RunReport]) -> asyncio.Task[RunReport]:
        """Start a run that no request's end stops; how it ends is asked by `report_of`."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    async def report_of(self, task: asyncio.Task[RunReport]) -> RunReport | None:
        """How the run ended, or what it raised; None where it is still under way after a while."""
        done, _ = await asyncio.wait({task}, timeout=self.patience)
        return task.result() if done else None

    async def end(self) -> None:
        """Stop what is under way, in good order: another turn goes on where it stopped."""
        for each in self._under_way:
            each.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _ended(self, task: asyncio.Task[RunReport]) -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TandemError):
            _log.error("web.crashed", path="run", exc_info=error)
