"""
The runner of many hosts: turns become jobs in PostgreSQL, and whoever has room takes one.

Every program that runs this is scheduler and worker at once, so none of them is missed. The jobs are
Procrastinate's: one run of a connection at a time (its ``lock``), at most one waiting (its ``queueing_lock``),
in the order they fell due. What a run may do rests on its lease alone: a job that is run twice, or taken from
a worker that was thought dead, costs a refusal and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status

from tandem.clock import rest
from tandem.engine.runner.turns import Turns
from tandem.errors import StoreError
from tandem.store.schedule import Turn
from tandem.store.store import Store
from tandem.store.workers import WorkerRow

__all__ = ["Beats", "DistributedRunner"]

_QUEUE = "runs"
_TASK = "tandem.run"
_LOOK_EVERY = 0.25
_TIDY_EVERY = 60.0
_AT_ONCE = 200
_AGAIN_AFTER = 1.0
_NEWS, _REGULAR = 20, 10
_OUTAGES = (StoreError, ConnectorException, psycopg.OperationalError, OSError)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """In seconds: how often a worker says that it lives, when it is taken for dead, how long it may end its runs."""

    every: float = 10.0
    dead_after: float = 30.0
    ending: float = 10.0


@dataclass(slots=True, kw_only=True)
class DistributedRunner:
    """One worker among any number; ``me`` is how the others see it."""

    store: Store
    turns: Turns
    me: WorkerRow
    beats: Beats = field(default_factory=Beats)

    async def serve(self, stop: asyncio.Event) -> None:
        """
        Until *stop* is set; runs under way then have ``beats.ending`` seconds before they are broken off.

        An outage of the database ends nothing: it is tried again until it is back.
        """
        # Its own remarks would tell every outage once more, with tracebacks.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        asyncio.get_running_loop().set_default_executor(
            ThreadPoolExecutor(max_workers=self.me.slots * 2 + 4)
        )
        app = await self._ready(stop)
        if app is None:
            return
        async with contextlib.AsyncExitStack() as leaving:
            leaving.push_async_callback(app.close_async)
            await asyncio.gather(
                self._again_and_again(stop, _LOOK_EVERY, lambda: self._schedule(app)),
                self._again_and_again(stop, self.beats.every, lambda: self._beat(app)),
                self._again_and_again(stop, _TIDY_EVERY, lambda: self.turns.forget(stop)),
                self._work(app, stop),
            )
            with contextlib.suppress(StoreError):
                await self.store.run(self.store.remove_worker, self.me.name)

    async def _ready(self, stop: asyncio.Event) -> procrastinate.App | None:
        """The queue opened and this worker known to the others; nothing when *stop* is set before that."""
        while not stop.is_set():
            app = self._app()
            try:
                await self.store.run(self.store.prepare_queue)
                await app.open_async()
                await self._arrive()
            except _OUTAGES as error:
                _tell_outage(error)
                # A pool that failed to open cannot be opened again.
                await app.close_async()
                await rest(stop, _AGAIN_AFTER)
            else:
                return app
        return None

    def _app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=self.store.queue_url,
            min_size=1,
            max_size=4,
            timeout=10,
            kwargs={"application_name": "tandem queue", **_NETWORK},
        )
        app = procrastinate.App(connector=connector)

        @app.task(name=_TASK, queue=_QUEUE)
        async def run(connection_id: int) -> None:
            await self.turns.take(connection_id)

        return app

    async def _arrive(self) -> None:
        """Who comes first, after a pause of the whole service, lets all turns begin."""
        now = self.turns.clock.now()
        others = await self.store.run(self.store.workers, now)
        alive = [
            each for each in others if (now - each.seen_at).total_seconds() < self.beats.dead_after
        ]
        if not alive:
            await self.turns.begin()
        await self._say_alive()

    async def _say_alive(self) -> None:
        row = replace(self.me, seen_at=self.turns.clock.now())
        await self.store.run(self.store.report_worker, row)

    async def _again_and_again(
        self, stop: asyncio.Event, every: float, work: Callable[[], Awaitable[None]]
    ) -> None:
        while not stop.is_set():
            try:
                await work()
            except _OUTAGES as error:
                _tell_outage(error)
            await rest(stop, every)

    # ------------------------------------------------------------------ scheduling

    async def _schedule(self, app: procrastinate.App) -> None:
        due = await self.turns.due(_AT_ONCE)
        if not due:
            return
        try:
            await self._queue(app, due)
        except ConnectorException:
            await self.turns.give_back(due)
            raise

    async def _queue(self, app: procrastinate.App, due: Sequence[Turn]) -> None:
        jobs = [_job(turn) for turn in due]
        try:
            await app.job_manager.batch_defer_jobs_async(jobs=jobs)
        except AlreadyEnqueued:
            for job in jobs:
                with contextlib.suppress(AlreadyEnqueued):
                    await app.job_manager.defer_job_async(job)

    # ------------------------------------------------------------------ living and dying

    async def _beat(self, app: procrastinate.App) -> None:
        """Say that this worker lives, and give the turns of those that do not to others."""
        await self._say_alive()
        dead_after = self.beats.dead_after
        await self.store.run(self.store.end_standing, dead_after)
        stalled = await app.job_manager.get_stalled_jobs(
            queue=_QUEUE, seconds_since_heartbeat=dead_after
        )
        for job in stalled:
            # A new job instead of the old one: its worker may wake yet, and then finds nothing to end.
            with contextlib.suppress(ConnectorException):
                await app.job_manager.finish_job(job=job, status=Status.ABORTED, delete_job=True)
            now = self.turns.clock.now()
            connection_id = int(str(job.task_kwargs["connection_id"]))
            _log.warning("run.taken_over", connection=connection_id)
            await self.store.run(self.store.ran, connection_id, now, now)
        await app.job_manager.prune_stalled_workers(dead_after)

    # ------------------------------------------------------------------ working

    async def _work(self, app: procrastinate.App, stop: asyncio.Event) -> None:
        ending = asyncio.create_task(stop.wait())
        while not stop.is_set():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[_QUEUE],
                    name=self.me.name,
                    concurrency=self.me.slots,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    shutdown_graceful_timeout=self.beats.ending,
                    update_heartbeat_interval=self.beats.every,
                    stalled_worker_timeout=self.beats.dead_after,
                )
            )
            await asyncio.wait([working, ending], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                working.cancel()
            await asyncio.wait([working])
            if not working.cancelled() and (error := working.exception()) is not None:
                if isinstance(error, _OUTAGES):
                    _tell_outage(error)
                else:
                    # A bug of the queue ends its turn, loudly, and not the runs that are under way.
                    _log.error("worker.queue_crashed", exc_info=error)
            await rest(stop, _AGAIN_AFTER)
        await ending


_NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def _tell_outage(error: BaseException) -> None:
    _log.error("worker.store_trouble", message=str(error) or type(error).__name__)


def _job(turn: Turn) -> Job:
    """News goes before what only has its time; a connection waits once, so nobody is kept out for long."""
    connection_id = turn.connection_id
    return Job(
        id=None,
        queue=_QUEUE,
        priority=_NEWS if turn.is_woken else _REGULAR,
        lock=f"connection {connection_id}",
        queueing_lock=f"connection {connection_id}",
        task_name=_TASK,
        task_kwargs={"connection_id": connection_id},
    )
