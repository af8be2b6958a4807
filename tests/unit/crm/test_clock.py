"""The clocks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from tandem.clock import ManualClock, SystemClock


async def test_sleeping_on_a_manual_clock_moves_it() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))

    await clock.sleep(90)

    assert datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC) == clock.now()
    assert clock.monotonic() == 90


async def test_those_who_sleep_side_by_side_do_not_add_up() -> None:
    clock = ManualClock()

    await asyncio.gather(clock.sleep(10), clock.sleep(3), clock.sleep(10))

    assert clock.monotonic() == 10


async def test_the_system_clock_is_aware_and_goes_on() -> None:
    clock = SystemClock()
    before = clock.monotonic()

    await clock.sleep(0)

    assert clock.now().tzinfo == UTC
    assert clock.monotonic() >= before
