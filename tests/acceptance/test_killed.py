"""``kill -9``, at every point that is announced and at moments nobody chose: nothing lost, nothing twice."""

from __future__ import annotations

import random

import pytest

from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.acceptance.own_sync import KILLED, killed_at
from tests.support.processes import Crms


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        ("announced", 1),
        ("announced", 3),
        ("written", 1),
        ("written", 3),
        ("settled", 1),
        ("settled", 3),
    ],
)
def test_a_sync_killed_at_any_point_is_finished_by_the_next(
    point: str, nth: int, on_either: Installed, crms: Crms
) -> None:
    on_either.switch_on()
    expected = busy_day(crms)
    assert on_either.own_sync(killed_at, point, nth) == KILLED

    on_either.run("sync")

    assert subjects(tasks(crms)) == expected


def test_a_sync_killed_while_it_recovers_is_finished_by_the_next(
    on_either: Installed, crms: Crms
) -> None:
    on_either.switch_on()
    expected = busy_day(crms)
    for point in ("announced", "recovered", "written", "recovered"):
        assert on_either.own_sync(killed_at, point, 1) == KILLED

    on_either.run("sync")

    assert subjects(tasks(crms)) == expected


def test_a_sync_killed_at_any_moment_is_finished_by_the_next(
    on_either: Installed, crms: Crms
) -> None:
    """The moments are counted in requests, so that they lie where the work is."""
    on_either.switch_on()
    expected = busy_day(crms, people=8)
    moments = random.Random(1)
    crms.switch(latency_ms=10)
    for _ in range(3):
        crms.forget_journal()
        number = moments.randint(1, 14)
        program = on_either.start("sync")
        program.waits_for(lambda n=number: len(crms.journal()) >= n, f"request {number}")
        assert program.kill().code == KILLED
    crms.switch(latency_ms=0)

    report = on_either.run("sync", "--json").json()[0]

    assert report["adds_up"]
    assert subjects(tasks(crms)) == expected
