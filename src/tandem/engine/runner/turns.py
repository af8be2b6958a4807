"""
One turn of one connection: a run, and when the next is due. Every runner takes turns this way.

Turns are spread by a hash of the connection: thousands of them, all once a minute, begin evenly over
the minute, and each at its own second of it, however often one comes earlier for news.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from tandem.clock import Clock
from tandem.engine.reports import RunReport, RunState
from tandem.engine.running import Runner
from tandem.errors import AlreadyRunning, SettingsError, StoreError
from tandem.store.schedule import Turn
from tandem.store.store import Store

__all__ = ["HOLD_SECONDS", "Pauses", "Turns", "next_turn"]

HOLD_SECONDS = 900.0
"""How long a turn belongs to who took it; whoever died with it has lost it after that at the latest."""

_ENROL_EVERY = timedelta(seconds=30)
_FORGET_EVERY = timedelta(hours=6)
_SHORTEST = 0.25
_EPOCH = datetime.fromtimestamp(0, UTC)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long until the next turn, in seconds: usually, after trouble, while suspended, while an account is in use."""

    usual: float = 60.0
    trouble: float = 300.0
    suspended: float = 3600.0
    in_use: float = 5.0


def next_turn(connection_id: int, started: datetime, now: datetime, every: float) -> datetime:
    """
    The connection's next moment by its own phase, after *now* and not right after the turn that *started*.
    """
    digest = hashlib.sha256(str(connection_id).encode()).digest()
    phase = int.from_bytes(digest[:8], "big") / 2**64 * every
    earliest = max(now, started + timedelta(seconds=every * _SHORTEST))
    since = (earliest - _EPOCH).total_seconds() - phase
    return _EPOCH + timedelta(seconds=phase + (since // every + 1) * every)


@dataclass(slots=True, kw_only=True)
class Turns:
    """Takes the turns that are due, runs them, and says when the next is."""

    store: Store
    runner: Runner
    clock: Clock
    pauses: Pauses
    retention_days: int
    _enrolled_at: datetime | None = field(default=None)

    async def begin(self) -> None:
        """The service starts after a pause: nobody has a turn, and everybody's comes soon."""
        now = self.clock.now()
        await self._enrol(now)
        await self.store.run(self.store.spread, now, self.pauses.usual)

    async def due(self, limit: int) -> list[Turn]:
        """Up to *limit* turns that are due; they are the caller's now."""
        now = self.clock.now()
        if self._enrolled_at is None or now - self._enrolled_at >= _ENROL_EVERY:
            await self._enrol(now)
        return await self.store.run(self.store.take_due, now, limit, HOLD_SECONDS)

    async def take(self, connection_id: int) -> RunReport | None:
        """
        One run, and when the next is due; None where there was none.

        A bug ends that run, loudly, and not the other connections' service.
        """
        started = self.clock.now()
        try:
            await self.store.run(self.store.begin_turn, connection_id)
            connection = await self.store.run(self.store.connection_by_id, connection_id)
            report = await self.runner.run(connection, trigger="schedule")
        except AlreadyRunning:
            await self._next(connection_id, self._later(self.pauses.in_use))
            return None
        except SettingsError:
            # Not complete yet, or removed meanwhile: whoever completes it wakes it.
            await self._next(connection_id, self._later(self.pauses.suspended))
            return None
        except StoreError as error:
            _log.error("run.store_trouble", connection=connection_id, message=str(error))
            await self._next_if_possible(connection_id)
            return None
        except asyncio.CancelledError:
            # Asked to end: another program, or the next start, goes on at once.
            await self._next_if_possible(connection_id, 0.0)
            raise
        except Exception as error:
            _log.error("run.crashed", connection=connection_id, exc_info=error)
            await self._next_if_possible(connection_id)
            return None
        _tell(report)
        await self._next(connection_id, await self._due_after(connection_id, started, report))
        return report

    async def forget(self, now: datetime) -> None:
        """History is kept for a stated time only; whoever asks first when it is due does it for all."""
        every = _FORGET_EVERY.total_seconds()
        if not await self.store.run(self.store.take_chore, "forget_history", now, every):
            return
        before = now - timedelta(days=self.retention_days)
        for connection in await self.store.run(self.store.connections):
            mine = self.store.for_connection(connection.id)
            await self.store.run(mine.forget_history, before)

    async def _enrol(self, now: datetime) -> None:
        await self.store.run(self.store.enrol, now)
        self._enrolled_at = now

    def _later(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)

    async def _due_after(
        self, connection_id: int, started: datetime, report: RunReport
    ) -> datetime:
        now = self.clock.now()
        turn = await self.store.run(self.store.turn, connection_id)
        own = turn.every_seconds if turn is not None else None
        every = float(own or self.pauses.usual)
        regular = next_turn(connection_id, started, now, every)
        if report.reason == "turn_over":
            return now
        if report.reason == "no_calls_left":
            return report.resumes_at or max(regular, self._later(self.pauses.trouble))
        if report.state in (RunState.SUSPENDED, RunState.BRAKED):
            return max(regular, self._later(self.pauses.suspended))
        return regular

    async def _next(self, connection_id: int, due_at: datetime) -> None:
        await self.store.run(self.store.ran, connection_id, self.clock.now(), due_at)

    async def _next_if_possible(self, connection_id: int, seconds: float | None = None) -> None:
        """After trouble, with the database perhaps: unsaid, the turn is due when it has been held too long."""
        pause = self.pauses.trouble if seconds is None else seconds
        try:
            await self._next(connection_id, self._later(pause))
        except StoreError as error:
            _log.error("run.store_trouble", connection=connection_id, message=str(error))


def _tell(report: RunReport) -> None:
    _log.info(
        "run.finished",
        connection=report.connection,
        run=report.run_id,
        state=report.state.value,
        reason=report.reason,
        seen=report.seen,
        calls={side.value: n for side, n in report.calls.items()},
    )
