"""
One turn of one connection: a run, and when the next is due. Every runner takes turns this way.

Turns are spread by a hash of the connection: thousands of them, all once a minute, begin evenly over
the minute, and each at its own second of it, however often one comes earlier for news.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from tandem.clock import Clock
from tandem.engine.reports import RunReport, RunState
from tandem.engine.running import Runner
from tandem.errors import AlreadyRunning, SettingsError, StoreError
from tandem.store.schedule import Turn
from tandem.store.store import Store

__all__ = ["Pauses", "Turns", "next_turn"]

_HOLD_SECONDS = 900.0
"""How long a turn belongs to who runs it; whoever died with it has lost it after that at the latest."""
_HOLD_IN_QUEUE = 120.0

_ENROL_EVERY = timedelta(seconds=30)
_FORGET_EVERY = timedelta(hours=6)
_IDLE_RUNS = timedelta(days=2)
"""Runs that found nothing are told for so long: a connection that is polled makes 1,440 a day."""
_BREATH = 0.02
_SHORTEST = 0.25
_EPOCH = datetime.fromtimestamp(0, UTC)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """
    How long until the next turn, in seconds: usually; after a bug or when calls are used up; after trouble with
    our own database; while suspended; while an account is in use.
    """

    usual: float = 60.0
    trouble: float = 300.0
    database: float = 5.0
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
    turn_seconds: float = 60.0
    ended: Callable[[], None] = lambda: None
    is_queued: bool = False  # whoever takes a turn hands it on to whoever has room to run it
    _enrolled_at: datetime | None = field(default=None)
    _unsaid: dict[int, datetime] = field(default_factory=dict)

    async def begin(self) -> None:
        """The service starts after a pause: nobody has a turn, and everybody's comes soon."""
        now = self.clock.now()
        await self._enrol(now)
        await self.store.run(self.store.spread, now, self.pauses.usual)

    async def due(self, limit: int) -> list[Turn]:
        """Up to *limit* turns that are due; they are the caller's now."""
        await self._say()
        now = self.clock.now()
        if self._enrolled_at is None or now - self._enrolled_at >= _ENROL_EVERY:
            await self._enrol(now)
        hold = _HOLD_IN_QUEUE if self.is_queued else _HOLD_SECONDS
        return await self.store.run(self.store.take_due, now, limit, hold)

    async def give_back(self, turns: Iterable[Turn]) -> None:
        """Nobody has them after all: they are due as they were."""
        for turn in turns:
            await self._next(turn.connection_id, turn.due_at)

    async def take(self, connection_id: int) -> RunReport | None:
        """
        One run, and when the next is due; None where there was none.

        A bug ends that run, loudly, and not the other connections' service.
        """
        started = self.clock.now()
        try:
            if self.is_queued:
                await self.store.run(self.store.begin_turn, connection_id, started, _HOLD_SECONDS)
            connection = await self.store.run(self.store.connection_by_id, connection_id)
            report = await self.runner.run(
                connection, trigger="schedule", turn_seconds=self.turn_seconds
            )
        except AlreadyRunning:
            await self._next(connection_id, self._later(self.pauses.in_use))
            return None
        except SettingsError:
            # Not complete yet, or removed meanwhile: whoever completes it wakes it.
            await self._next(connection_id, self._later(self.pauses.suspended), rests=True)
            return None
        except StoreError as error:
            _log.error("run.store_trouble", connection=connection_id, message=str(error))
            await self._next(connection_id, self._later(self.pauses.database))
            return None
        except asyncio.CancelledError:
            # Asked to end: another program, or the next start, goes on at once.
            await self._next(connection_id, self._later(0))
            raise
        except Exception as error:
            _log.error("run.crashed", connection=connection_id, exc_info=error)
            await self._next(connection_id, self._later(self.pauses.trouble))
            return None
        _tell(report)
        self.ended()
        due_at = await self._due_after(connection_id, started, report)
        await self._next(connection_id, due_at, rests=_rests(report))
        return report

    async def forget(self, stop: asyncio.Event) -> None:
        """
        History is kept for a stated time only; whoever asks first when it is due does it for all, little by little.
        """
        now = self.clock.now()
        every = _FORGET_EVERY.total_seconds()
        if not await self.store.run(self.store.take_chore, "forget_history", now, every):
            return
        before = now - timedelta(days=self.retention_days)
        for connection in await self.store.run(self.store.connections):
            mine = self.store.for_connection(connection.id)
            await self.store.run(mine.forget_history, before)
            idle_before = max(before, now - _IDLE_RUNS)
            while await self.store.run(mine.forget_runs, before, idle_before=idle_before):
                await asyncio.sleep(_BREATH)
                if stop.is_set():
                    return
            await asyncio.sleep(_BREATH)
            if stop.is_set():
                return

    async def _enrol(self, now: datetime) -> None:
        await self.store.run(self.store.enrol, now)
        self._enrolled_at = now

    def _later(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)

    async def _due_after(
        self, connection_id: int, started: datetime, report: RunReport
    ) -> datetime:
        now = self.clock.now()
        every = await self._pace(connection_id)
        regular = next_turn(connection_id, started, now, every)
        if report.reason == "turn_over":
            return now
        if report.reason == "no_calls_left":
            return report.resumes_at or max(regular, self._later(self.pauses.trouble))
        if report.state in (RunState.SUSPENDED, RunState.BRAKED):
            return max(regular, self._later(self.pauses.suspended))
        return regular

    async def _pace(self, connection_id: int) -> float:
        try:
            turn = await self.store.run(self.store.turn, connection_id)
        except StoreError:
            turn = None  # whoever says when the next turn is tells of the trouble
        return float((turn and turn.every_seconds) or self.pauses.usual)

    async def _next(self, connection_id: int, due_at: datetime, *, rests: bool = False) -> None:
        """Said at once, or as soon as the database can be told: else the turn would be held for long."""
        try:
            now = self.clock.now()
            await self.store.run(self.store.ran, connection_id, now, due_at, rests=rests)
        except StoreError as error:
            _log.error("run.store_trouble", connection=connection_id, message=str(error))
            self._unsaid[connection_id] = due_at

    async def _say(self) -> None:
        """What could not be told to the database when it was due."""
        for connection_id, due_at in list(self._unsaid.items()):
            await self.store.run(self.store.ran, connection_id, self.clock.now(), due_at)
            del self._unsaid[connection_id]


def _rests(report: RunReport) -> bool:
    """Whether nothing could be done before the next turn, whatever a feed tells."""
    is_held = report.state in (RunState.SUSPENDED, RunState.BRAKED)
    return is_held or report.reason == "no_calls_left"


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
