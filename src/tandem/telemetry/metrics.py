"""
What one program counts while it works, as Prometheus' metrics; every name is told in docs/metrics.md.

Labels are closed choices (a kind, a CRM, how something ended), so there are as many series with five thousand
connections as with one. The connection as a label is a choice of whoever runs Tandem (``by_connection``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.utils import INF

from tandem.observing import CallSeen, RunSeen, Stage

__all__ = ["Metrics"]

_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, INF)
_RUN_SECONDS = (0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, INF)
_PAGE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, INF)

_CRASHED = "crashed"


class Metrics:
    """An observer, with a registry of its own: nothing of it is global."""

    def __init__(self, *, version: str, by_connection: bool = False) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._by_connection = by_connection
        ProcessCollector(registry=self.registry)
        self._gauge("build_info", "The program's version.", "version").labels(version).set(1)
        self._runs = self._counter("runs", "Runs by how they ended.", "cause", "state", "reason")
        self._run_seconds = self._histogram(
            "run_seconds", "How long runs took.", _RUN_SECONDS, "cause"
        )
        self._under_way = self._gauge("runs_under_way", "Runs of this program under way.")
        self._stage_seconds = self._counter(
            "stage_seconds", "How long runs were in each stage.", "stage"
        )
        self._activities = self._counter(
            "activities", "Activities by kind and what became of them.", "kind", "outcome"
        )
        self._written = self._counter(
            "records_written", "Records written, by the side they are on.", "crm", "outcome"
        )
        self._calls = self._counter(
            "crm_calls", "Calls to the CRMs by how they ended.", "crm", "outcome"
        )
        self._call_seconds = self._histogram(
            "crm_call_seconds", "How long the CRMs took to answer.", _CALL_SECONDS, "crm"
        )
        self._store_errors = self._counter(
            "database_errors", "Statements that the database refused or did not answer."
        )
        self._requests = self._counter(
            "web_requests", "Requests to the web app and the API.", "route", "method", "status"
        )
        self._request_seconds = self._histogram(
            "web_request_seconds", "How long answers took.", _PAGE_SECONDS, "route"
        )
        if by_connection:
            self._connection_runs = self._counter(
                "connection_runs", "Runs of each connection.", "connection", "state"
            )
            self._last_run = self._gauge(
                "connection_last_run_timestamp_seconds",
                "When the last run that went through ended.",
                "connection",
            )

    def run(self, seen: RunSeen) -> AbstractContextManager[None]:
        return self._run(seen)

    def stage(self, stage: Stage) -> AbstractContextManager[None]:
        return self._stage(stage)

    def call(self, seen: CallSeen) -> AbstractContextManager[None]:
        return self._call(seen)

    def store_trouble(self) -> None:
        self._store_errors.inc()

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """The web app has answered; *status* is counted by its hundred."""
        self._requests.labels(route, method, f"{status // 100}xx").inc()
        self._request_seconds.labels(route).observe(seconds)

    # ------------------------------------------------------------------ observing

    @contextmanager
    def _run(self, seen: RunSeen) -> Iterator[None]:
        began = time.monotonic()
        cause = f"dry {seen.cause}" if seen.is_dry else seen.cause
        with self._under_way.track_inprogress():
            try:
                yield
            finally:
                self._runs.labels(cause, seen.state or _CRASHED, seen.reason).inc()
                self._run_seconds.labels(cause).observe(time.monotonic() - began)
        if not seen.is_dry:
            self._count(seen)

    def _count(self, seen: RunSeen) -> None:
        for (kind, outcome), count in seen.activities.items():
            self._activities.labels(kind.value, outcome).inc(count)
        for (side, outcome), count in seen.written.items():
            self._written.labels(side.value, outcome).inc(count)
        if self._by_connection:
            connection = str(seen.connection_id)
            self._connection_runs.labels(connection, seen.state).inc()
            if seen.state == "done":
                self._last_run.labels(connection).set_to_current_time()

    @contextmanager
    def _stage(self, stage: Stage) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._stage_seconds.labels(stage.value).inc(time.monotonic() - began)

    @contextmanager
    def _call(self, seen: CallSeen) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._calls.labels(seen.side.value, seen.outcome.value).inc()
            self._call_seconds.labels(seen.side.value).observe(time.monotonic() - began)

    # ------------------------------------------------------------------ making

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"tandem_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str, *labels: str) -> Gauge:
        return Gauge(f"tandem_{name}", says, labels, registry=self.registry)

    def _histogram(
        self, name: str, says: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"tandem_{name}", says, labels, registry=self.registry, buckets=buckets)
