"""
Time that only a simulation moves: an event loop whose clock jumps to the next thing that is due.

Nothing waits, no thread or socket takes part, and callbacks run in the order in which they were asked
for, so whatever happens on the loop happens again in the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tandem.sandbox.clock import Clock as SandboxClock

__all__ = ["START", "Stuck", "VirtualClock", "VirtualLoop"]

T = TypeVar("T")

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday; some zones change their clocks within the weeks that follow a start moved from here."""


class Stuck(RuntimeError):
    """Nothing is due and nobody can go on: what is awaited will never come."""


class VirtualClock(SandboxClock):
    """
    The one clock of a simulated world: both CRMs', Tandem's and the event loop's.

    It satisfies `tandem.clock.Clock` as well.
    """

    __slots__ = ("began", "seconds")

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start=start, running=False)
        self.began = start
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.seconds)

    def advance(self, seconds: float) -> datetime:
        if seconds < 0:
            raise ValueError("Time only moves ahead.")
        self.seconds += seconds
        return self.now()

    def rewind(self) -> None:
        raise ValueError("The time of a simulation never goes back.")

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0))


class VirtualLoop(asyncio.BaseEventLoop):
    """
    Runs tasks and timers on a `VirtualClock`; where a loop would wait, the clock moves on.

    What goes wrong in tasks that nobody awaits is collected in ``unheard``.
    """

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock
        self._selector = _NobodyCalls(self)
        self._clock_resolution = 1e-9
        self.unheard: list[BaseException] = []
        self.set_exception_handler(self._hear)

    def time(self) -> float:
        return self._clock.seconds

    def moved(self, seconds: float | None) -> None:
        """Let *seconds* pass, or find that nothing will ever happen again."""
        if seconds is None:
            raise Stuck("Nothing is due, and what is awaited will never come.")
        self._clock.seconds += seconds

    def live(self, life: Coroutine[Any, Any, T]) -> T:
        """Run *life* to its end as the only loop of this thread, then end what is left of its tasks."""
        try:
            return self.run_until_complete(life)
        finally:
            left = asyncio.all_tasks(self)
            for task in left:
                task.cancel()
            if left:
                self.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self.close()

    def _process_events(self, event_list: object) -> None:
        """There are none: nothing but Tandem and the two CRMs lives here."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""

    def _hear(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.unheard.append(error if error is not None else RuntimeError(str(context["message"])))


class _NobodyCalls:
    """Stands where a loop asks its sockets; asked to wait, it moves the time instead."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Callable[[], None]]:
        if timeout is None or timeout > 0:
            self._loop.moved(timeout)
        return []
