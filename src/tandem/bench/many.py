"""
Thousands of connections, of which few are active: turns, jobs, leases and the database, without any CRM.

    python -m tandem.bench.many --database postgresql://…/empty --connections 5000 --workers 1 2 --seconds 60

A run is what an idle one is to the database (lease, settings, a row for the run) and waits as long as its calls
would. Active connections are woken once a second in turn; their latency is from then to the beginning of a run.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import insert, select, text

from tandem.clock import SystemClock
from tandem.engine.reports import RunReport
from tandem.engine.runner.distributed import DistributedRunner
from tandem.engine.runner.turns import Pauses, Turns
from tandem.engine.running import Runner
from tandem.store.keyring import Keyring
from tandem.store.rows import Connection
from tandem.store.store import Store
from tandem.store.tables import METADATA, connection, run
from tandem.store.workers import WorkerRow

__all__ = ["Figures", "main", "measure"]

_KEYRING = Keyring.of(b"\x02" * 32)
_LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a number of workers did; latencies in seconds, CPU in milliseconds a run."""

    workers: int
    runs_a_second: float
    transactions_a_run: float
    cpu_ms_a_run: float
    memory_mb: float
    latency_p50: float
    latency_p95: float

    def line(self) -> str:
        return (
            f"{self.workers:>7} {self.runs_a_second:>8.1f} {self.transactions_a_run:>8.1f} "
            f"{self.cpu_ms_a_run:>7.2f} {self.memory_mb:>6.0f} {self.latency_p50:>7.2f} {self.latency_p95:>7.2f}"
        )


_HEADINGS = "workers   runs/s   tx/run  ms/run     MB  p50 s   p95 s"


@dataclass(slots=True, kw_only=True)
class _IdleRunner:
    """Runs that find nothing: everything of a run but its CRMs."""

    store: Store
    owner: str
    seconds: float

    async def run(self, which: Connection, **choices: Any) -> RunReport:
        mine = self.store.for_connection(which.id)
        began = datetime.now(UTC)
        lease = await self.store.run(mine.acquire, self.owner, began, _LEASE_SECONDS)
        try:
            saved = await self.store.run(self.store.settings, which.id)
            number = await self.store.run(mine.start_run, saved.version, "bench", began)
            await asyncio.sleep(self.seconds)
            ended = datetime.now(UTC)
            await self.store.run(mine.finish_run, number, {}, {}, "done", ended, "")
        finally:
            await self.store.run(mine.release, lease)
        return RunReport(connection=which.name, run_id=number, started=began, finished=ended)


async def _work(database: str, every: float, seconds: float, slots: int) -> None:
    """One worker, until its input ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with Store(database, _KEYRING) as store:
        me, now = f"bench:{os.getpid()}", datetime.now(UTC)
        runner = cast("Runner", _IdleRunner(store=store, owner=me, seconds=seconds))
        turns = Turns(
            store=store,
            runner=runner,
            clock=SystemClock(),
            pauses=Pauses(usual=every),
            retention_days=90,
            is_queued=True,
        )
        row = WorkerRow(
            name=me,
            host=socket.gethostname(),
            version="bench",
            role="worker",
            slots=slots,
            started_at=now,
            seen_at=now,
        )
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def end() -> None:
            loop.remove_reader(sys.stdin)
            stop.set()

        loop.add_reader(sys.stdin, end)
        await DistributedRunner(store=store, turns=turns, me=row).serve(stop)


def _prepare(store: Store, connections: int, every: float) -> list[int]:
    """So many connections, without accounts: a lease of a connection alone costs as much."""
    now = datetime.now(UTC)
    made = [
        {
            "name": f"bench {number}",
            "suspended_reason": "",
            "suspended_detail": "",
            "created_at": now,
        }
        for number in range(connections)
    ]
    with store._database.writing() as database:
        for table in reversed(METADATA.sorted_tables):
            if table.name != "sealed_note":
                database.execute(table.delete())
        database.execute(insert(connection), made)
        ids = list(database.scalars(select(connection.c.id).order_by(connection.c.id)))
    store.enrol(now)
    # In the midst of a quiet day: every turn somewhere in the time between two.
    store.spread(now, every, a_second=connections / every)
    store.take_chore("forget_history", now, 86_400)  # not part of a run
    return ids


def measure(
    database: str,
    *,
    workers: int,
    connections: int,
    seconds: float,
    every: float = 300.0,
    run_seconds: float = 0.5,
    slots: int = 16,
) -> Figures:
    """Let *workers* work for *seconds*; the database is emptied first."""
    with Store(database, _KEYRING) as store:
        ids = _prepare(store, connections, every)
        command = [sys.executable, "-m", "tandem.bench.many", "--database", database]
        command += ["--worker", "--every", str(every), "--run-seconds", str(run_seconds)]
        command += ["--slots", str(slots)]
        started = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(workers)]
        try:
            return _watch(store, started, ids[:: max(connections // 50, 1)][:50], seconds)
        finally:
            for each in started:
                assert each.stdin is not None
                each.stdin.close()
            for each in started:
                each.wait(60)


def _watch(
    store: Store, started: Sequence[subprocess.Popen[bytes]], active: Sequence[int], seconds: float
) -> Figures:
    while len(store.workers(datetime.now(UTC))) < len(started):
        time.sleep(0.1)
    began, cpu, commits = time.monotonic(), _cpu(started), _commits(store)
    runs_before = _runs(store)
    woken: list[tuple[int, datetime]] = []
    while time.monotonic() - began < seconds:
        each = active[len(woken) % len(active)]
        woken.append((each, datetime.now(UTC)))
        store.wake(each)
        time.sleep(max(0.0, began + len(woken) * 1.0 - time.monotonic()))
    lasted, runs = time.monotonic() - began, _runs(store) - runs_before
    latencies = sorted(
        found for each, at in woken[:-5] if (found := _latency(store, each, at)) is not None
    )
    return Figures(
        workers=len(started),
        runs_a_second=runs / lasted,
        transactions_a_run=(_commits(store) - commits) / max(runs, 1),
        cpu_ms_a_run=(_cpu(started) - cpu) * 1000 / max(runs, 1),
        memory_mb=max(_memory_mb(each.pid) for each in started),
        latency_p50=statistics.median(latencies),
        latency_p95=latencies[int(len(latencies) * 0.95) - 1],
    )


def _runs(store: Store) -> int:
    with store._database.reading() as database:
        return int(database.scalar(text("SELECT count(*) FROM run")) or 0)


def _commits(store: Store) -> int:
    statement = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    with store._database.reading() as database:
        return int(database.scalar(text(statement)) or 0)


def _latency(store: Store, connection_id: int, woken: datetime) -> float | None:
    """From *woken* to the next beginning of a run; a run that had begun in the second before counts as well."""
    statement = (
        select(run.c.started_at)
        .where(
            run.c.connection_id == connection_id,
            run.c.started_at > woken - timedelta(milliseconds=1),
        )
        .order_by(run.c.started_at)
        .limit(1)
    )
    with store._database.reading() as database:
        began = database.scalar(statement)
    return None if began is None else max((began - woken).total_seconds(), 0.0)


def _cpu(started: Sequence[subprocess.Popen[bytes]]) -> float:
    """CPU seconds of the workers so far."""
    ticks = 0
    for each in started:
        fields = Path(f"/proc/{each.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each number of workers."""
    parser = argparse.ArgumentParser(prog="python -m tandem.bench.many")
    parser.add_argument(
        "--database", required=True, help="an empty PostgreSQL database; it is emptied"
    )
    parser.add_argument("--connections", type=int, default=5_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=300.0, help="seconds between idle turns")
    parser.add_argument(
        "--run-seconds", type=float, default=0.5, help="how long a run's calls take"
    )
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.worker:
        asyncio.run(_work(chosen.database, chosen.every, chosen.run_seconds, chosen.slots))
        return
    sys.stdout.write(f"{_HEADINGS}\n")
    for workers in chosen.workers:
        figures = measure(
            chosen.database,
            workers=workers,
            connections=chosen.connections,
            seconds=chosen.seconds,
            every=chosen.every,
            run_seconds=chosen.run_seconds,
            slots=chosen.slots,
        )
        sys.stdout.write(f"{figures.line()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
