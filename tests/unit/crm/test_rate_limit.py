"""Budgets: what waits, what stops, and what does neither."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tandem.clock import ManualClock
from tandem.crm.rate_limit import Budget, Budgets, Lane, Meter, Pace
from tandem.errors import BudgetSpent
from tandem.model import Side

OFF = Pace().without_limits()


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


async def test_nothing_waits_before_a_limit_is_stated() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock)

    for _ in range(500):
        await _call(budget)

    assert clock.slept == []


async def test_an_account_that_never_runs_low_is_never_slowed() -> None:
    """A sandbox without limits states that everything remains, whatever was used."""
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock)

    for _ in range(500):
        await _call(budget, headers=_window(100))

    assert clock.slept == []


async def test_a_window_that_empties_is_paced() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock, Pace(keep_back=0.2))
    await _call(budget, headers=_window(21))
    await _call(budget)

    await _call(budget)

    assert clock.slept == [pytest.approx(0.1)]


async def test_the_share_of_other_applications_stays_untouched() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock, Pace(keep_back=0.5))
    await _call(budget, headers=_window(40))

    await _call(budget)

    assert clock.slept == [pytest.approx(1.1)]


@pytest.mark.parametrize(("lane", "at_once"), [(Lane.SEARCH, 2), (Lane.SEARCH_BACKLOG, 4)])
async def test_searches_keep_to_so_many_a_second(lane: Lane, at_once: int) -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock)

    for _ in range(at_once):
        await _call(budget, lane)
    assert clock.slept == []
    await _call(budget, lane)

    assert clock.slept == [1.0]


async def test_search_limits_can_be_switched_off() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock, OFF)

    for _ in range(50):
        await _call(budget, Lane.SEARCH)

    assert clock.slept == []


async def test_searches_do_not_hold_back_other_calls() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock, Pace(at_once=2))
    await asyncio.gather(*(_call(budget, Lane.SEARCH) for _ in range(6)))
    slept = len(clock.slept)

    await _call(budget)

    assert slept == len(clock.slept)


async def test_a_pause_that_the_crm_asked_for_holds_for_everybody() -> None:
    clock = ManualClock()
    budget = Budget(Side.HUBSPOT, clock)
    budget.pause(7.0)

    await _call(budget)

    assert clock.slept == [7.0]


async def test_the_allocation_stops_the_call_after_the_last() -> None:
    budget = Budget(Side.SALESFORCE, ManualClock(), Pace(daily_calls=3))
    for _ in range(3):
        await _call(budget)

    with pytest.raises(BudgetSpent, match="3 Salesforce calls allotted"):
        await _call(budget)


async def test_the_allocation_comes_back_as_the_hours_pass() -> None:
    clock = ManualClock()
    budget = Budget(Side.SALESFORCE, clock, Pace(daily_calls=1))
    await _call(budget)
    clock.advance(25 * 3600)

    await _call(budget)

    assert budget.meter.total == 2


async def test_the_organisation_s_last_fifth_is_left_to_others() -> None:
    budget = Budget(Side.SALESFORCE, ManualClock())
    await _call(budget, headers={"sforce-limit-info": "api-usage=12000/15000"})

    with pytest.raises(BudgetSpent, match="12,000 of the account's 15,000"):
        await _call(budget)


async def test_a_stated_use_is_checked_again_after_a_quarter_of_an_hour() -> None:
    clock = ManualClock()
    budget = Budget(Side.SALESFORCE, clock)
    await _call(budget, headers={"sforce-limit-info": "api-usage=15000/15000"})
    clock.advance(16 * 60)

    await _call(budget, headers={"sforce-limit-info": "api-usage=100/15000"})

    assert budget.stated_use == (100, 15000)


async def test_hubspot_s_daily_headers_count_too() -> None:
    budget = Budget(Side.HUBSPOT, ManualClock())
    await _call(
        budget,
        headers=_window(90)
        | {"x-hubspot-ratelimit-daily": "1000", "x-hubspot-ratelimit-daily-remaining": "150"},
    )

    with pytest.raises(BudgetSpent):
        await _call(budget)


async def test_token_calls_use_up_nothing() -> None:
    budget = Budget(Side.SALESFORCE, ManualClock(), Pace(daily_calls=0))

    await _call(budget, Lane.FREE)

    assert budget.meter.last_day() == 0
    assert budget.meter.by_operation() == {"search": 1}


def test_an_account_has_one_budget_however_often_it_is_asked_for() -> None:
    budgets = Budgets(ManualClock())

    first = budgets.of(Side.HUBSPOT, "147")

    assert first is budgets.of(Side.HUBSPOT, "147", Pace(daily_calls=5))
    assert first is not budgets.of(Side.SALESFORCE, "147")
    assert first.pace.daily_calls == 5


def test_counts_survive_the_process() -> None:
    clock = ManualClock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    meter = Meter(clock)
    meter.count("search")
    meter.count("search")

    later = Meter(clock)
    later.restore(meter.hours())

    assert {datetime(2026, 11, 23, 9, tzinfo=UTC): 2} == meter.hours()
    assert later.last_day() == 2
