"""Budgets that several processes share, and imports that leave the way to live sync."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tandem.clock import ManualClock
from tandem.crm.rate_limit import Budget, Lane, Pace, in_no_hurry
from tandem.errors import BudgetSpent
from tandem.model import Side

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def _call(
    budget: Budget, lane: Lane = Lane.ORDINARY, headers: dict[str, str] | None = None
) -> None:
    async with budget.turn("search", lane):
        budget.learn(headers or {})


def _window(remaining: int, maximum: int = 100) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-max": str(maximum),
        "x-hubspot-ratelimit-remaining": str(remaining),
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
    }


def _elsewhere(budget: Budget, clock: ManualClock) -> Budget:
    """The same account's budget in another process, whose monotonic clock began elsewhere."""
    other = ManualClock(clock.now() - timedelta(hours=1))
    other.advance(3600)
    found = Budget(budget.side, other, budget.pace)
    found.go_on_from(budget.state())
    other.slept.clear()
    return found


def _slept(budget: Budget) -> float:
    assert isinstance(budget._clock, ManualClock)
    return sum(budget._clock.slept)


async def test_an_empty_window_is_empty_for_the_next_process_too() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock, Pace(keep_back=0.2))
    await _call(budget, headers=_window(20))
    other = _elsewhere(budget, clock)
    await _call(other)

    assert _slept(other) == pytest.approx(0.1, abs=0.01)


async def test_searches_of_the_last_second_count_for_the_next_process_too() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock)
    for _ in range(2):
        await _call(budget, Lane.SEARCH)
    other = _elsewhere(budget, clock)
    await _call(other, Lane.SEARCH)

    assert _slept(other) == pytest.approx(1.0, abs=0.01)


async def test_a_pause_that_the_crm_asked_for_holds_for_the_next_process_too() -> None:
    clock = ManualClock()
    budget = Budget(Side.SALESFORCE, clock)
    budget.pause(7)
    other = _elsewhere(budget, clock)
    await _call(other)

    assert _slept(other) == pytest.approx(7, abs=0.01)


async def test_the_day_s_use_is_known_to_the_next_process() -> None:
    clock = ManualClock()
    budget = Budget(Side.SALESFORCE, clock)
    await _call(budget, headers={"sforce-limit-info": "api-usage=80/100"})
    other = _elsewhere(budget, clock)

    with pytest.raises(BudgetSpent):
        await _call(other)


async def test_what_a_process_learnt_later_is_not_forgotten_for_what_another_knew() -> None:
    clock = ManualClock()
    budget = Budget(Side.SALESFORCE, clock)
    await _call(budget, headers={"sforce-limit-info": "api-usage=10/100"})
    old = budget.state()
    clock.advance(1)
    await _call(budget, headers={"sforce-limit-info": "api-usage=20/100"})
    budget.go_on_from(old)

    assert budget.stated_use == (20, 100)


async def test_an_import_leaves_the_last_quarter_of_the_allocation_to_live_sync() -> None:
    clock = ManualClock()
    budget = Budget(Side.SALESFORCE, clock, Pace(daily_calls=8))
    for _ in range(6):
        await _call(budget)
    with in_no_hurry(), pytest.raises(BudgetSpent, match="but for 2 that are left to live sync"):
        await _call(budget)
    await _call(budget)

    assert budget.meter.last_day() == 7


async def test_an_import_slows_down_before_live_sync_does() -> None:
    clock = ManualClock()
    budget = Budget(Side.SALESFORCE, clock, Pace(daily_calls=10_000))
    budget.meter.begin_with({NINE: 5_000})
    await _call(budget)
    assert clock.slept == []
    with in_no_hurry():
        await _call(budget)

    assert clock.slept == [pytest.approx(3600 / 2_499)]


async def test_an_import_leaves_half_of_a_window_to_others() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock, Pace(keep_back=0.2))
    await _call(budget, headers=_window(60))
    await _call(budget)
    assert clock.slept == []
    with in_no_hurry():
        await _call(budget)

    assert clock.slept == [pytest.approx(0.2)]


async def test_a_spent_allocation_says_when_the_hour_of_its_calls_is_over() -> None:
    clock = ManualClock(NINE + timedelta(minutes=30))
    budget = Budget(Side.SALESFORCE, clock, Pace(daily_calls=5))
    budget.meter.begin_with({NINE - timedelta(hours=3): 2, NINE: 3})
    with pytest.raises(BudgetSpent) as raised:
        await _call(budget)

    assert raised.value.resumes_at == NINE + timedelta(hours=21)


@pytest.mark.parametrize(
    ("zone", "hours"), [("UTC", 1.0), ("Asia/Tokyo", 1.0), ("Europe/Helsinki", 0.5)]
)
async def test_hubspot_s_day_is_the_account_s_own(zone: str, hours: float) -> None:
    clock = ManualClock(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    budget = Budget(Side.HUBSPOT, clock)
    budget.zone = zone
    day = {"x-hubspot-ratelimit-daily": "100", "x-hubspot-ratelimit-daily-remaining": "20"}
    await _call(budget, headers={**_window(90), **day})
    with pytest.raises(BudgetSpent) as raised:
        await _call(budget)

    assert raised.value.resumes_at == clock.now() + timedelta(hours=hours)
