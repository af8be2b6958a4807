"""A quarter of the histories that are played with every change: 75 that stay the same, 25 new ones."""

from __future__ import annotations

import pytest

from tests.simulation.seeds import FIXED, assert_nothing_is_lost_or_doubled, new_ones

_MINE = FIXED[1::4]


@pytest.mark.parametrize("group", range(5))
def test_nothing_is_lost_or_doubled_in_the_fixed_histories(group: int) -> None:
    assert_nothing_is_lost_or_doubled(_MINE[group::5])


def test_nothing_is_lost_or_doubled_in_new_histories() -> None:
    assert_nothing_is_lost_or_doubled(new_ones(1))
