"""Several workers on one PostgreSQL database: killed, put to sleep, cut off; nothing lost, nothing twice, nothing stuck."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.acceptance.between import Road, road_to
from tests.acceptance.conftest import Install
from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.support.processes import Crms, until

SOON = {"TANDEM_POLL_SECONDS": "5", "TANDEM_TAKEOVER_SECONDS": "6"}


@pytest.fixture
def shared(install: Install, postgres_url: str) -> Installed:
    """Connected on PostgreSQL, every kind on, and soon impatient with workers that are silent."""
    installed = install(TANDEM_DATABASE_URL=postgres_url, **SOON)
    installed.connect()
    installed.switch_on()
    return installed


@pytest.fixture
def roads(postgres_url: str) -> Iterator[tuple[Road, str]]:
    with road_to(postgres_url) as found:
        yield found


def _is_writing(crms: Crms) -> bool:
    return bool(crms.writes())


def _slow(crms: Crms) -> None:
    """Slow enough for a run to be met in the middle."""
    crms.forget_journal()
    crms.switch(latency_ms=150)


def _all_there(crms: Crms, expected: Counter[str]) -> None:
    until(lambda: subjects(tasks(crms)) == expected, f"the tasks {expected}")


def test_on_sqlite_a_worker_says_what_it_needs(tandem: Installed) -> None:
    ended = tandem.run("worker", code=2)

    assert "Workers share a PostgreSQL database" in ended.err
    assert "tandem serve" in ended.err


def test_two_workers_share_the_work_and_are_listed(shared: Installed, crms: Crms) -> None:
    expected = busy_day(crms)
    workers = [shared.start("worker", "--at-once", "2") for _ in range(2)]
    _all_there(crms, expected)
    known = shared.run("health", "--json").json()["workers"]

    assert {int(each["name"].rpartition(":")[2]) for each in known} == {w.pid for w in workers}
    assert {each["role"] for each in known} == {"worker"}
    for worker in workers:
        ended = worker.terminate()
        assert ended.code == 0, ended.said
        assert "Traceback" not in ended.said, ended.said
    assert shared.run("health", "--json").json()["workers"] == []


def test_the_run_of_a_killed_worker_is_taken_over(shared: Installed, crms: Crms) -> None:
    expected = busy_day(crms, people=8)
    _slow(crms)
    first = shared.start("worker")
    first.waits_for(lambda: _is_writing(crms), "the first write")
    second = shared.start("worker")
    first.kill()
    crms.switch(latency_ms=0)

    _all_there(crms, expected)
    assert second.terminate().code == 0


def test_a_worker_that_slept_through_its_lease_saves_nothing(shared: Installed, crms: Crms) -> None:
    expected = busy_day(crms, people=8)
    _slow(crms)
    first = shared.start("worker")
    first.waits_for(lambda: _is_writing(crms), "the first write")
    os.kill(first.pid, signal.SIGSTOP)
    crms.switch(latency_ms=0)
    second = shared.start("worker")
    _all_there(crms, expected)
    crms.forget_journal()
    os.kill(first.pid, signal.SIGCONT)
    first.waits_for(lambda: "lease_lost" in first.said, "the sleeper to notice")

    assert subjects(tasks(crms)) == expected
    assert crms.writes() == []
    assert [each.terminate().code for each in (first, second)] == [0, 0]


@pytest.mark.parametrize("how", ["cut", "freeze"])
def test_a_worker_without_its_database_stops_and_another_goes_on(
    how: str, shared: Installed, crms: Crms, roads: tuple[Road, str]
) -> None:
    road, by_road = roads
    expected = busy_day(crms, people=8)
    _slow(crms)
    first = shared.start("worker", TANDEM_DATABASE_URL=by_road)
    first.waits_for(lambda: _is_writing(crms), "the first write")
    getattr(road, how)()
    second = shared.start("worker")
    crms.switch(latency_ms=0)
    _all_there(crms, expected)
    crms.forget_journal()
    road.mend()
    late = busy_day(crms, people=1, name="Late")
    assert second.terminate().code == 0

    _all_there(crms, expected + late)
    assert first.terminate().code == 0


def test_every_worker_outlives_a_restart_of_the_database(
    shared: Installed, crms: Crms, roads: tuple[Road, str]
) -> None:
    road, by_road = roads
    workers = [shared.start("worker", TANDEM_DATABASE_URL=by_road) for _ in range(2)]
    expected = busy_day(crms, people=1)
    _all_there(crms, expected)
    road.cut()
    late = busy_day(crms, people=1, name="Late")
    for worker in workers:
        worker.waits_for(lambda w=worker: "store_trouble" in w.said, "the outage to be noticed")
    road.mend()

    _all_there(crms, expected + late)
    assert [each.terminate().code for each in workers] == [0, 0]
