"""Everything that watches one program, joined: metrics and their door, traces where the environment wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from tandem.clock import Clock
from tandem.crm.rate_limit import Budget
from tandem.errors import SettingsError
from tandem.http_server import App, listen, serve
from tandem.observing import Observer, Several, watched_by
from tandem.settings.metrics import MetricsSettings
from tandem.store.figures import Figures
from tandem.store.store import Store
from tandem.telemetry.door import Door, Timed
from tandem.telemetry.metrics import Metrics
from tandem.telemetry.readiness import Readiness
from tandem.telemetry.standing import Standing
from tandem.telemetry.traces import are_wanted, open_traces

__all__ = ["Watch", "Watched", "watching"]

_LATE_AFTER = timedelta(minutes=30)
"""Twice the time after which a source is swept however well its feed does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    The program: its database, clock and budgets, its ``version``, and the name ``worker`` under which it tells that
    it lives, None where it does not. A worker is taken for dead after ``dead_after`` seconds of silence.
    """

    store: Store
    clock: Clock
    budgets: Callable[[], Iterable[Budget]]
    version: str
    worker: str | None
    dead_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What watches while the program works; ``door`` is None where no port was named."""

    settings: MetricsSettings
    door: Door | None = None

    def timed(self, app: App) -> App:
        """*app*, whose answers are counted where anything is."""
        return app if self.door is None else Timed(app, self.door.metrics)

    async def serve(
        self, stop: asyncio.Event, *, started: Callable[[int], None] = lambda port: None
    ) -> None:
        """Serve metrics, health and readiness until *stop* is set; *started* is told the port."""
        if self.door is None:
            await stop.wait()
            return
        host, port = self.settings.host, self.settings.port or 0
        try:
            listening = listen(host, port)
        except OSError as error:
            raise SettingsError(
                f"Metrics cannot be served on {host} port {port}: {error.strerror or error}. "
                "Choose another port, or end the program that has it."
            ) from error
        started(listening.getsockname()[1])
        await serve(self.door, listening, stop)


@contextmanager
def watching(
    watched: Watched, settings: MetricsSettings, environ: Mapping[str, str]
) -> Iterator[Watch]:
    """All that is done inside is watched, as the settings and the environment want it."""
    with ExitStack() as stack:
        observers: list[Observer] = []
        door = None
        if settings.port is not None:
            door = _door(watched, settings)
            observers.append(door.metrics)
        if are_wanted(environ):
            traces = open_traces(environ, watched.version)
            stack.callback(traces.close)
            observers.append(traces)
        if observers:
            stack.enter_context(watched_by(Several(*observers)))
        yield Watch(settings=settings, door=door)


def _door(watched: Watched, settings: MetricsSettings) -> Door:
    metrics = Metrics(version=watched.version, by_connection=settings.by_connection)
    standing = Standing(
        figures=Figures.of(watched.store),
        clock=watched.clock,
        budgets=watched.budgets,
        late_after=_LATE_AFTER,
        dead_after=timedelta(seconds=watched.dead_after),
        by_connection=settings.by_connection,
    )
    standing.register(metrics.registry)
    readiness = Readiness(
        store=watched.store,
        clock=watched.clock,
        worker=watched.worker,
        dead_after=watched.dead_after,
    )
    return Door(metrics=metrics, standing=standing, readiness=readiness, token=settings.token)
