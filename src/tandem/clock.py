"""
The third seam: whoever waits or asks for the time does so through a `Clock`.

Production gives the machine's clock, tests one they move, a simulation its own scheduler's.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "ManualClock", "SystemClock", "rest"]


class Clock(Protocol):
    """What the time is, and how to let it pass."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment, never going back: for measuring how long something took."""

    async def sleep(self, seconds: float) -> None:
        """Return once *seconds* have passed; at once, but not before others had a turn, for none."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0))


class ManualClock:
    """
    A clock that stands still until somebody advances it or sleeps.

    Sleeping moves the time forward at once, and those who sleep side by side wake at their own
    times, so a test of waiting takes none. ``slept`` lists every pause that was asked for.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        self._passed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def advance(self, seconds: float) -> None:
        self._passed += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self._passed + max(seconds, 0.0)
        await asyncio.sleep(0)
        self._passed = max(self._passed, wake)


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """
    Until *stop* is set, for *seconds* at most.

    Whoever rests is cancelled at once even where both happen in the same moment: ``asyncio.wait_for`` forgets a
    cancellation then, up to Python 3.11 (https://github.com/python/cpython/issues/86296).
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
