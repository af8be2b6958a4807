"""``kill -9``, at every point that is announced and at moments nobody chose: nothing lost, nothing twice."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.acceptance.own_sync import KILLED, killed_at, undisturbed


@pytest.fixture(scope="module")
def busy(lasting: Installed) -> Installed:
    """Every kind of activity is on; each test has people of its own."""
    lasting.switch_on()
    lasting.crms.advance(2)
    return lasting


def _subjects(installed: Installed, name: str) -> Counter[str]:
    """The subjects of the tasks of those of that *name*."""
    found = subjects(tasks(installed.crms))
    return Counter({subject: n for subject, n in found.items() if name in subject})


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
    point: str, nth: int, busy: Installed
) -> None:
    name = f"{point}{nth}"
    expected = busy_day(busy.crms, name=name)
    busy.crms.advance(2)  # e-mail events are read up to the second that has begun
    assert busy.own_sync(killed_at, point, nth) == KILLED

    assert busy.own_sync(undisturbed) == 0

    assert _subjects(busy, name) == expected


def test_a_sync_killed_while_it_recovers_is_finished_by_the_next(busy: Installed) -> None:
    expected = busy_day(busy.crms, name="recovering")
    busy.crms.advance(2)
    for point in ("announced", "recovered", "written", "recovered"):
        assert busy.own_sync(killed_at, point, 1) == KILLED

    busy.run("sync")

    assert _subjects(busy, "recovering") == expected


def test_a_sync_killed_at_any_moment_is_finished_by_the_next(busy: Installed) -> None:
    """The moments are counted in requests, so that they lie where the work is."""
    crms = busy.crms
    expected = busy_day(crms, people=8, name="moment")
    moments = random.Random(1)
    crms.switch(latency_ms=10)
    for _ in range(3):
        crms.forget_journal()
        number = moments.randint(1, 14)
        program = busy.start("sync")
        program.waits_for(lambda n=number: len(crms.journal()) >= n, f"request {number}")
        assert program.kill().code == KILLED
    crms.switch(latency_ms=0)

    report = busy.run("sync", "--json").json()[0]

    assert report["adds_up"]
    assert _subjects(busy, "moment") == expected
