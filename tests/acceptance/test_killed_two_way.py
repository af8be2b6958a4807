"""
``kill -9`` of a sync of two-way tasks, at every point that is announced: nothing lost, nothing twice, no
stray record, conflicts kept once, and a further run writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest

from tandem.model import Kind
from tests.acceptance.installed import Installed
from tests.acceptance.own_sync import KILLED, killed_at, undisturbed
from tests.acceptance.two_way_day import CASES, NIGHTLY, Day

POINTS = ("announced", "written", "settled")
MOST_BATCHES = 6
"""More than a sync of one round of the day writes; where it is killed is counted, not known."""

SETTINGS = 'delete_policy = "delete"\n[salesforce_tasks]\nenabled = true\n'


@pytest.fixture(scope="module")
def day(lasting: Installed) -> Day:
    """Two-way tasks, and pairs for every round there is."""
    lasting.switch_on([Kind.TASK], first=SETTINGS)
    lasting.crms.advance(2)
    told = Day(lasting.crms)
    told.begin(f"{point} {n}" for point in POINTS for n in range(1, MOST_BATCHES + 1))
    for point in POINTS:
        told.new_for_deletion(point)
    assert lasting.own_sync(undisturbed) == 0
    told.look()
    lasting.crms.advance(2)
    return told


@pytest.mark.parametrize("point", POINTS)
def test_a_sync_killed_at_any_point_of_any_batch_is_finished_by_the_next(
    point: str, lasting: Installed, day: Day
) -> None:
    """And one that is killed again as soon as it has recovered, too."""
    in_flight: set[str] = set()
    for n in _rounds(lasting, day, point):
        under_way = day.cases(lasting.announced())
        if under_way:
            assert lasting.own_sync(killed_at, "recovered", 1) == KILLED
        in_flight |= under_way
        _finished(lasting, day, f"{point} {n}")

    assert in_flight == (set() if point == "settled" else set(CASES) - {NIGHTLY})


def _rounds(lasting: Installed, day: Day, point: str) -> Iterator[int]:
    """Rounds in which a sync was killed at *point* for the first, the second … time, until there are no more."""
    for n in count(1):
        day.work(f"{point} {n}")
        if lasting.own_sync(killed_at, point, n) != KILLED:
            _finished(lasting, day, f"{point} {n}")
            assert n > 1
            return
        yield n


@pytest.mark.parametrize("point", POINTS)
def test_a_deletion_that_is_found_at_night_is_finished_by_the_next_sync(
    point: str, lasting: Installed, day: Day
) -> None:
    day.delete_in_hubspot(point)
    lasting.crms.advance(25 * 3600)
    while (code := lasting.own_sync(killed_at, point, 1)) == KILLED:
        if NIGHTLY in day.cases(lasting.announced()) or point == "settled":
            break
    assert code == KILLED

    _finished(lasting, day, point)


def _finished(lasting: Installed, day: Day, when: str) -> None:
    """The next sync leaves both CRMs as they must be, and the one after it writes nothing."""
    assert lasting.own_sync(undisturbed) == 0
    lasting.crms.forget_journal()
    assert lasting.own_sync(undisturbed) == 0

    assert lasting.crms.writes() == [], when
    assert day.hubspot() == (day.living, day.deleted), when
    assert day.salesforce() == (day.living, day.deleted), when
    assert Counter(value for one in lasting.conflicts() for value in one.lost.values()) == day.lost
    assert lasting.announced() == [], when
