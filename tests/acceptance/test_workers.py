"""Several workers on one PostgreSQL database: killed, put to sleep, cut off; nothing lost, nothing twice, nothing stuck."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import cast

import pytest
from structlog.testing import capture_logs

from tandem.clock import SystemClock
from tandem.engine.runner.distributed import DistributedRunner
from tandem.engine.runner.turns import Pauses, Turns
from tandem.engine.running import Runner
from tandem.errors import StoreError
from tandem.store import Store
from tandem.store.workers import WorkerRow
from tests.acceptance.between import Road, road_to
from tests.acceptance.conftest import Install
from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.support.processes import Crms, Program, until
from tests.support.stores import KEYRING

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


def _known(shared: Installed) -> list[dict[str, str]]:
    """The workers, as anybody is told of them."""
    return list(shared.run("health", "--json").json()["workers"])


def _end(*workers: Program) -> None:
    """Ask each to end; it must end well, and where it does not, its words are the message."""
    for worker in workers:
        ended = worker.terminate()
        assert ended.code == 0, ended.said


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
    until(lambda: len(_known(shared)) == 2, "both workers to be there")
    known = _known(shared)

    assert {int(each["name"].rpartition(":")[2]) for each in known} == {w.pid for w in workers}
    assert {each["role"] for each in known} == {"worker"}
    _end(*workers)
    for worker in workers:
        assert "Traceback" not in worker.said, worker.said
    assert _known(shared) == []


def test_the_run_of_a_killed_worker_is_taken_over(shared: Installed, crms: Crms) -> None:
    expected = busy_day(crms, people=8)
    _slow(crms)
    first = shared.start("worker")
    first.waits_for(lambda: _is_writing(crms), "the first write")
    second = shared.start("worker")
    first.kill()
    crms.switch(latency_ms=0)

    _all_there(crms, expected)
    _end(second)


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
    # In the midst of a transaction its session was ended by the other, who needed what it held.
    ends = ("lease_lost", "run.store_trouble")
    first.waits_for(lambda: any(end in first.said for end in ends), "the sleeper's run to end")

    assert subjects(tasks(crms)) == expected
    assert crms.writes() == []
    _end(first, second)


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
    _end(second)

    _all_there(crms, expected + late)
    _end(first)


def test_every_worker_outlives_a_restart_of_the_database(
    shared: Installed, crms: Crms, roads: tuple[Road, str]
) -> None:
    road, by_road = roads
    workers = [shared.start("worker", TANDEM_DATABASE_URL=by_road) for _ in range(2)]
    expected = busy_day(crms, people=1)
    _all_there(crms, expected)
    until(lambda: len(_known(shared)) == 2, "both workers to be there")
    road.cut()
    late = busy_day(crms, people=1, name="Late")
    for worker in workers:
        worker.waits_for(lambda w=worker: "store_trouble" in w.said, "the outage to be noticed")
    road.mend()

    _all_there(crms, expected + late)
    _end(*workers)


@contextmanager
def _runner(database_url: str) -> Iterator[tuple[DistributedRunner, Store]]:
    """In this process, with nothing connected, so that nothing runs."""
    now = datetime.now(UTC)
    me = WorkerRow(
        name="me", host="here", version="1", role="worker", slots=1, started_at=now, seen_at=now
    )
    with Store(database_url, KEYRING) as store:
        turns = Turns(
            store=store,
            runner=cast("Runner", None),
            clock=SystemClock(),
            pauses=Pauses(usual=60),
            retention_days=90,
            is_queued=True,
        )
        yield DistributedRunner(store=store, turns=turns, me=me), store


def _is_listed(store: Store) -> bool:
    try:
        return bool(store.workers(datetime.now(UTC)))
    except StoreError:
        return False


@asynccontextmanager
async def _beginning_in_an_outage(
    roads: tuple[Road, str],
) -> AsyncIterator[tuple[Road, Store]]:
    """A worker that has noticed that there is no road to its database; asked to end afterwards, it must."""
    road, by_road = roads
    stop = asyncio.Event()
    with _runner(by_road) as (runner, store), capture_logs() as said:
        road.cut()
        serving = asyncio.create_task(runner.serve(stop))
        await asyncio.to_thread(until, lambda: said or serving.done(), "the outage to be noticed")
        assert not serving.done(), serving.exception()
        yield road, store
        stop.set()
        await asyncio.wait_for(serving, 30)
        assert {each["event"] for each in said} == {"worker.store_trouble"}


async def test_a_worker_that_begins_in_an_outage_waits_for_its_end(
    roads: tuple[Road, str],
) -> None:
    async with _beginning_in_an_outage(roads) as (road, store):
        road.mend()
        await asyncio.to_thread(until, lambda: _is_listed(store), "the worker to be listed")

    with Store(roads[1], KEYRING) as anew:
        assert anew.workers(datetime.now(UTC)) == []


async def test_a_worker_that_begins_in_an_outage_can_be_ended(roads: tuple[Road, str]) -> None:
    async with _beginning_in_an_outage(roads) as (_, store):
        assert not _is_listed(store)
