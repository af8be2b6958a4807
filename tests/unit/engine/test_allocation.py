"""How long an allocation lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tandem.engine.allocation import lasts_until

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _ago(hours: int) -> datetime:
    return NOON - timedelta(hours=hours)


def test_at_the_rate_of_the_last_hours_it_lasts_until() -> None:
    hours = {_ago(n): 100 for n in (1, 2, 3)}

    assert lasts_until(hours, 1_000, NOON) == NOON + timedelta(hours=7)


def test_a_rate_that_fits_into_the_day_lasts_for_good() -> None:
    assert lasts_until({_ago(n): 10 for n in range(1, 24)}, 1_000, NOON) is None


def test_nothing_used_lately_lasts_for_good() -> None:
    assert lasts_until({_ago(20): 900}, 1_000, NOON) is None
    assert lasts_until({}, 1_000, NOON) is None


def test_what_is_used_up_is_used_up_now() -> None:
    assert lasts_until({_ago(1): 1_000}, 1_000, NOON) == NOON


def test_what_comes_back_of_yesterday_is_counted_in() -> None:
    """300 an hour would be too much at once; 1,500 of yesterday come back before it is."""
    hours = {_ago(23): 1_500, **{_ago(n): 300 for n in (1, 2, 3)}}

    found = lasts_until(hours, 2_800, NOON)
    assert found is not None
    assert found > NOON + timedelta(hours=1, minutes=20)
