"""When the next turn is: by the connection's own phase."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tandem.engine.runner.turns import next_turn

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_thousands_begin_evenly_over_the_minute() -> None:
    begins = Counter(next_turn(n, NOON, NOON, 60).replace(microsecond=0) for n in range(6_000))

    assert len(begins) in (60, 61)
    assert max(begins.values()) < 150


def test_a_connection_keeps_its_second_of_the_minute() -> None:
    first = next_turn(7, NOON, NOON, 60)
    second = next_turn(7, first, first + timedelta(seconds=3), 60)

    assert second - first == timedelta(seconds=60)


@given(
    st.integers(1, 10**9),
    st.integers(5, 86_400),
    st.floats(0, 10**6),
    st.floats(0, 10**4),
)
def test_the_next_turn_is_never_past_never_at_once_and_never_late(
    connection_id: int, every: int, after: float, lasted: float
) -> None:
    started = NOON + timedelta(seconds=after)
    now = started + timedelta(seconds=lasted)
    found = next_turn(connection_id, started, now, every)
    tolerance = timedelta(milliseconds=1)

    assert found > now - tolerance
    assert found - started >= timedelta(seconds=every / 4) - tolerance
    assert found - now <= timedelta(seconds=every * 1.25) + tolerance
