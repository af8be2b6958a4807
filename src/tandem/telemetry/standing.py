"""
How the whole service stands, read from the database when somebody scrapes: the same from every program.

What was read is good for some seconds, and what costs more for a minute; one reading serves all who ask meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from tandem.clock import Clock
from tandem.crm.rate_limit import Budget
from tandem.errors import StoreError
from tandem.model import Kind, Side
from tandem.store.figures import CloseLook, Figures, Glance, Waiting

__all__ = ["Standing"]

_GLANCE_HOLDS = 5.0
_LOOK_HOLDS = 60.0
_SHORT = 0.1
"""An account with less than this share of its calls left is short of them."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Standing:
    """
    The figures of the database and the budgets of this program; `refresh` before each scrape.

    ``late_after`` is how long a source may go unread, ``dead_after`` how long a worker may be silent. ``budgets`` are
    those of the accounts that this program has called.
    """

    figures: Figures
    clock: Clock
    budgets: Callable[[], Iterable[Budget]]
    late_after: timedelta
    dead_after: timedelta
    by_connection: bool = False
    _glance: Glance | None = None
    _look: CloseLook | None = None
    _lags: Mapping[int, float] = field(default_factory=dict)
    _seen_at: datetime | None = None
    _is_up: bool = False
    _glanced: float | None = None
    _looked: float | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def register(self, registry: CollectorRegistry) -> None:
        registry.register(_Families(self))

    async def refresh(self) -> None:
        """Read what is no longer good; where the database does not answer there are no figures, and that is told."""
        async with self._turn:
            try:
                await self._read()
                self._is_up = True
            except StoreError as error:
                _log.warning("metrics.store_trouble", message=str(error))
                self._is_up, self._glance, self._look, self._lags = False, None, None, {}
                self._glanced = self._looked = None

    async def _read(self) -> None:
        passed, now = self.clock.monotonic(), self.clock.now()
        if self._glanced is None or passed - self._glanced >= _GLANCE_HOLDS:
            self._glance = await self.figures.aside(lambda: self.figures.glance(now))
            self._glanced, self._seen_at = passed, now
        if self._looked is None or passed - self._looked >= _LOOK_HOLDS:
            self._look = await self.figures.aside(
                lambda: self.figures.close_look(now, self.late_after)
            )
            if self.by_connection:
                self._lags = await self.figures.aside(lambda: self.figures.lags(now))
            self._looked = passed

    # ------------------------------------------------------------------ telling

    def families(self) -> Iterable[Metric]:
        """What was read last, as metrics; ages go on while it is good."""
        yield _family("database_up", "Whether the database answers.", (), [((), self._is_up)])
        yield from self._calls_left()
        now = self.clock.now()
        if self._glance is not None:
            yield from self._of_glance(self._glance, now)
        if self._look is not None:
            yield from self._of_look(self._look, now)

    def _of_glance(self, glance: Glance, now: datetime) -> Iterable[Metric]:
        states = {"active": 0, "incomplete": 0, **glance.connections}
        yield _family("connections", "Connections by state.", ("state",), _by_one(states))
        due = [((), glance.due.count)]
        yield _family("turns_due", "Connections whose turn has come and that nobody runs.", (), due)
        wait = [((), _age(now, glance.due.since))]
        yield _family("turn_wait_seconds", "How long the longest due waits for its run.", (), wait)
        taken = [((), glance.taken)]
        yield _family("turns_taken", "Connections that are queued or run now.", (), taken)
        yield _family(
            "workers",
            "Programs that run connections, by role and whether they were heard of lately.",
            ("role", "state"),
            self._workers(glance, now),
        )
        yield _family("jobs", "Jobs in the queue by state.", ("state",), _by_one(glance.jobs))
        feeds = [(name, count) for name, count in glance.feeds.items()]
        yield _family("feeds", "Change feeds by state.", ("feed", "state"), feeds)
        yield _family(
            "feed_lag_seconds",
            "How old the newest notice was when it was heard, of the slowest account.",
            ("feed",),
            _by_one(glance.feed_lags),
        )

    def _workers(self, glance: Glance, now: datetime) -> list[tuple[tuple[str, ...], float]]:
        counts: dict[tuple[str, ...], float] = {}
        for role, seen in glance.workers.items():
            for seen_at in seen:
                state = "alive" if now - seen_at < self.dead_after else "late"
                counts[role, state] = counts.get((role, state), 0) + 1
        return list(counts.items())

    def _of_look(self, look: CloseLook, now: datetime) -> Iterable[Metric]:
        links = {(kind.value, state): 0 for kind in Kind for state in ("waiting", "parked")}
        yield _family(
            "activities_open",
            "Activities that wait or are parked, by kind.",
            ("kind", "state"),
            [(name, count) for name, count in {**links, **look.links}.items()],
        )
        hints = {side.value: look.hints.get(side.value, Waiting()) for side in Side}
        yield _family(
            "hints_waiting",
            "Records that a change feed has named and no run has looked at.",
            ("crm",),
            [((side,), each.count) for side, each in hints.items()],
        )
        yield _family(
            "hint_wait_seconds",
            "How long the oldest of them waits.",
            ("crm",),
            [((side,), _age(now, each.since)) for side, each in hints.items()],
        )
        yield _family(
            "source_lag_seconds",
            "How long ago a source was read, on the connection where that is longest.",
            ("source",),
            [((name,), _age(now, until)) for name, until in look.read_until.items()],
        )
        late = _by_one(look.late)
        says = "Connections on which a source was not read for too long."
        yield _family("sources_late", says, ("source",), late)
        if self.by_connection:
            yield _family(
                "connection_lag_seconds",
                "How long ago the source that is read the least far was read.",
                ("connection",),
                [((str(each),), lag) for each, lag in self._lags.items()],
            )

    def _calls_left(self) -> Iterable[Metric]:
        least: dict[tuple[str, ...], float] = {}
        short = {side.value: 0 for side in Side}
        for budget in self.budgets():
            left = _left(budget)
            for limit, share in left.items():
                name = (budget.side.value, limit)
                least[name] = min(least.get(name, 1.0), share)
            if left and min(left.values()) < _SHORT:
                short[budget.side.value] += 1
        yield _family(
            "calls_left_ratio",
            "Share of the day's calls that is left, of the account that has the least.",
            ("crm", "limit"),
            list(least.items()),
        )
        says = "Accounts with less than a tenth of the day's calls left."
        yield _family("accounts_short_of_calls", says, ("crm",), _by_one(short))


class _Families(Collector):
    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def collect(self) -> Iterable[Metric]:
        return self._standing.families()

    def describe(self) -> Iterable[Metric]:
        """Nothing: what there is depends on what was read."""
        return ()


def _left(budget: Budget) -> dict[str, float]:
    """By limit: the allocation of the settings, and what the CRM says of the whole account."""
    found = {}
    if budget.pace.daily_calls:
        found["allocation"] = 1 - budget.meter.last_day() / budget.pace.daily_calls
    if budget.stated_use is not None and budget.stated_use[1]:
        used, maximum = budget.stated_use
        found["account"] = 1 - used / maximum
    return {limit: max(share, 0.0) for limit, share in found.items()}


def _family(
    name: str,
    says: str,
    labels: tuple[str, ...],
    samples: Iterable[tuple[tuple[str, ...], float]],
) -> Metric:
    family = GaugeMetricFamily(f"tandem_{name}", says, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _by_one(counts: Mapping[str, float]) -> list[tuple[tuple[str, ...], float]]:
    return [((name,), count) for name, count in counts.items()]


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
