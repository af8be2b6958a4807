"""The runner of one process: every connection in turn, as it falls due, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from tandem.clock import Clock
from tandem.engine.reports import RunState
from tandem.engine.running import Runner
from tandem.errors import AlreadyRunning, StoreError
from tandem.store.rows import Connection
from tandem.store.store import Store

__all__ = ["LocalRunner"]

_log = structlog.get_logger()
_AT_ONCE = 8
_AFTER_TROUBLE = timedelta(minutes=5)
_FORGET_EVERY = timedelta(hours=6)


@dataclass(slots=True, kw_only=True)
class LocalRunner:
    """
    Runs each connection every ``every_seconds``, several at once, and later after trouble.

    A connection whose accounts are busy elsewhere is simply tried again at its next turn.
    """

    store: Store
    runner: Runner
    clock: Clock
    every_seconds: float
    retention_days: int

    async def serve(self, stop: asyncio.Event) -> None:
        """Until *stop* is set; runs under way then end in good order."""
        next_turn: dict[int, datetime] = {}
        running: dict[int, asyncio.Task[timedelta]] = {}
        forgotten_at: datetime | None = None
        while not stop.is_set():
            now = self.clock.now()
            if forgotten_at is None or now - forgotten_at >= _FORGET_EVERY:
                await self._forget(now)
                forgotten_at = now
            for connection_id in [i for i, task in running.items() if task.done()]:
                next_turn[connection_id] = now + _pause(running.pop(connection_id))
            for connection in await self.store.run(self.store.connections):
                is_due = next_turn.get(connection.id, now) <= now
                is_ready = connection.is_complete and not connection.is_suspended
                has_room = connection.id not in running and len(running) < _AT_ONCE
                if is_due and is_ready and has_room:
                    running[connection.id] = asyncio.create_task(self._turn(connection))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.5)
        for task in running.values():
            task.cancel()
        await asyncio.gather(*running.values(), return_exceptions=True)

    async def _turn(self, connection: Connection) -> timedelta:
        """One run; how long to wait until the next."""
        usual = timedelta(seconds=self.every_seconds)
        try:
            report = await self.runner.run(connection, trigger="schedule")
        except AlreadyRunning:
            return usual
        except StoreError as error:
            _log.error("run.store_trouble", connection=connection.name, message=str(error))
            return _AFTER_TROUBLE
        _log.info(
            "run.finished",
            connection=connection.name,
            run=report.run_id,
            state=report.state.value,
            reason=report.reason,
            seen=report.seen,
            calls={side.value: n for side, n in report.calls.items()},
        )
        if report.state in (RunState.DONE, RunState.SUSPENDED):
            return usual
        return max(usual, _AFTER_TROUBLE) if report.reason == "no_calls_left" else usual

    async def _forget(self, now: datetime) -> None:
        """History is kept for a stated time only."""
        before = now - timedelta(days=self.retention_days)
        for connection in await self.store.run(self.store.connections):
            mine = self.store.for_connection(connection.id)
            await self.store.run(mine.forget_history, before)


def _pause(turn: asyncio.Task[timedelta]) -> timedelta:
    """How long to wait after *turn*. A bug ends that run, loudly, and not the other connections' service."""
    error = turn.exception()
    if error is None:
        return turn.result()
    _log.error("run.crashed", exc_info=error)
    return _AFTER_TROUBLE
