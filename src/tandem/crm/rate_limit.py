"""
Budgets of calls. They belong to *accounts*: every connection and every call in this process that
uses an account draws on the same one. Runs that share an account take turns, so between processes it is
enough to hand on what is left (`Budget.state`, `Budget.go_on_from`) with the turn.

Nothing waits before the CRM has stated a limit (`Budget.learn`), apart from HubSpot's search limit,
which its answers never mention [D-search]. What is left of a stated limit is never used up entirely:
``Pace.keep_back`` belongs to the customer's other applications. Imports (`in_no_hurry`) slow down first and
stop first: the last quarter of what Tandem may take is for what people are doing now.
"""

from __future__ import annotations

import asyncio
import enum
import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tandem.clock import Clock
from tandem.errors import BudgetSpent
from tandem.model import Side

__all__ = ["Budget", "Budgets", "Lane", "Meter", "Pace", "counting_calls", "in_no_hurry"]

_AT_ONCE = {Side.HUBSPOT: 8, Side.SALESFORCE: 2}
_HOUR = 3600
_DAY = 24 * _HOUR
_STALE = 15 * 60.0
"""How long a stated use of the day's calls is believed before one call may ask again."""


_TICK = 0.001
"""Seconds: the shortest wait worth waiting, since moments handed on are rounded."""

_IMPORTS_TAKE = 0.75
_LONGEST_PAUSE = 5.0

_IN_NO_HURRY: ContextVar[bool] = ContextVar("in_no_hurry", default=False)


@contextmanager
def in_no_hurry() -> Iterator[None]:
    """Calls made inside leave the way to others: they wait longer, and stop before the day's share is used up."""
    token = _IN_NO_HURRY.set(True)
    try:
        yield
    finally:
        _IN_NO_HURRY.reset(token)


_COUNTED: ContextVar[Counter[Side] | None] = ContextVar("counted", default=None)


@contextmanager
def counting_calls() -> Iterator[Counter[Side]]:
    """Counts the calls made inside, by whatever task, and no others that the same accounts are asked meanwhile."""
    counted: Counter[Side] = Counter()
    token = _COUNTED.set(counted)
    try:
        yield counted
    finally:
        _COUNTED.reset(token)


class Lane(enum.StrEnum):
    """Which limit a call counts against."""

    ORDINARY = "ordinary"
    SEARCH = "search"
    SEARCH_BACKLOG = "search_backlog"
    FREE = "free"  # token endpoints, version lists: not counted by the CRM


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    How much of an account may be used.

    ``search_*`` are searches a second, None for no limit of ours; ``daily_calls`` is the allocation
    within any 24 hours, None for none; ``keep_back`` is the share of each limit left to other
    applications; ``at_once`` bounds the calls under way, None for what suits the CRM.
    """

    search_steady: int | None = 2
    search_backlog: int | None = 4
    daily_calls: int | None = None
    keep_back: float = 0.2
    at_once: int | None = None

    def without_limits(self) -> Pace:
        """The same for a sandbox that runs with its limits off."""
        return Pace(
            search_steady=None,
            search_backlog=None,
            daily_calls=self.daily_calls,
            keep_back=self.keep_back,
            at_once=self.at_once,
        )


class Meter:
    """Calls really sent, by operation and by hour: for tallies, benchmarks and the health page."""

    __slots__ = ("_by_operation", "_clock", "_hours")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_operation: Counter[str] = Counter()
        self._hours: Counter[int] = Counter()

    def count(self, operation: str, *, free: bool = False) -> None:
        """Note one call; *free* ones show by operation but use up no allocation."""
        self._by_operation[operation] += 1
        if not free:
            self._hours[int(self._clock.now().timestamp()) // _HOUR] += 1

    @property
    def total(self) -> int:
        return self._by_operation.total()

    def by_operation(self) -> Mapping[str, int]:
        """A copy: subtract two of them (as Counters) to know what a run cost."""
        return Counter(self._by_operation)

    def last_day(self) -> int:
        """Calls of the last 24 hours, by whole hours."""
        oldest = int(self._clock.now().timestamp() - _DAY) // _HOUR
        for hour in [hour for hour in self._hours if hour <= oldest]:
            del self._hours[hour]
        return self._hours.total()

    def hours(self) -> Mapping[datetime, int]:
        """Calls by the hour they were made in, to be saved and given to `restore`."""
        return {datetime.fromtimestamp(hour * _HOUR, UTC): n for hour, n in self._hours.items()}

    def restore(self, hours: Mapping[datetime, int]) -> None:
        """Take over what earlier processes counted."""
        for hour, calls in hours.items():
            self._hours[int(hour.timestamp()) // _HOUR] += calls

    def begin_with(self, hours: Mapping[datetime, int]) -> None:
        """The day as all processes together have counted it, this one's part included."""
        self._hours.clear()
        self.restore(hours)

    def falls_below(self, calls: int) -> datetime:
        """When fewer than *calls* of those made so far lie within 24 hours."""
        left = self.last_day()
        moment = self._clock.now()
        for hour in sorted(self._hours):
            if left < calls:
                break
            left -= self._hours[hour]
            moment = datetime.fromtimestamp(hour * _HOUR + _DAY, UTC)
        return moment


class _Burst:
    """HubSpot's rolling window, as its headers tell of it: a bucket that every answer corrects."""

    __slots__ = ("_at", "_ceiling", "_level", "_rate")

    def __init__(self) -> None:
        self._rate = 0.0
        self._level = 0.0
        self._ceiling = 0.0
        self._at = 0.0

    def learn(
        self, maximum: int, remaining: int, interval: float, kept: float, under_way: int, now: float
    ) -> None:
        self._rate = maximum / interval
        self._ceiling = max(maximum - kept, 1.0)
        self._level = min(remaining - kept - under_way, self._ceiling)
        self._at = now

    def take(self, now: float, *, leave: float = 0.0) -> float:
        """
        Take one call and return 0, or return the seconds until there may be one; the share *leave* of a full
        bucket is left to others.
        """
        if not self._rate:
            return 0.0
        self._level = min(self._level + (now - self._at) * self._rate, self._ceiling)
        self._at = now
        needed = max(1.0, min(leave * self._ceiling + 1, self._ceiling))
        if self._level < needed:
            return max((needed - self._level) / self._rate, _TICK)
        self._level -= 1
        return 0.0

    def state(self, offset: float) -> list[float]:
        return [self._rate, self._level, self._ceiling, self._at + offset]

    def go_on_from(self, state: list[float], offset: float) -> None:
        if state[3] - offset > self._at or not self._rate:
            self._rate, self._level, self._ceiling = state[:3]
            self._at = state[3] - offset


class _PerSecond:
    """At most so many in any one second."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: deque[float] = deque()

    def take(self, rate: int | None, now: float) -> float:
        if rate is None:
            return 0.0
        while self._taken and self._taken[0] <= now - 1.0:
            self._taken.popleft()
        if len(self._taken) >= rate:
            return max(self._taken[len(self._taken) - rate] + 1.0 - now, _TICK)
        self._taken.append(now)
        return 0.0

    def state(self, offset: float) -> list[float]:
        return [at + offset for at in self._taken]

    def go_on_from(self, state: list[float], offset: float) -> None:
        if state and (not self._taken or state[-1] - offset > self._taken[-1]):
            self._taken = deque(at - offset for at in state)


@dataclass(slots=True)
class _Stated:
    """The day's use of the whole account, all applications together, as the CRM last stated it."""

    used: int
    maximum: int
    at: float


class Budget:
    """What one account's calls must keep to. One for each account and process: see `Budgets`."""

    def __init__(self, side: Side, clock: Clock, pace: Pace | None = None) -> None:
        self.side = side
        self.pace = pace or Pace()
        self.meter = Meter(clock)
        self.zone = "UTC"
        self._clock = clock
        self._burst = _Burst()
        self._searches = _PerSecond()
        self._stated: _Stated | None = None
        self._paused_until = 0.0
        self._under_way = 0
        self._room = asyncio.Semaphore(self.pace.at_once or _AT_ONCE[side])

    def state(self) -> dict[str, Any]:
        """What another process must know to go on where this one stops; moments are the wall clock's."""
        offset = self._offset()
        stated = self._stated
        return {
            "burst": self._burst.state(offset),
            "searches": self._searches.state(offset),
            "paused_until": self._paused_until + offset if self._paused_until else 0.0,
            "stated": [stated.used, stated.maximum, stated.at + offset] if stated else None,
        }

    def go_on_from(self, state: Mapping[str, Any]) -> None:
        """Take over what another process knew; what this one has learnt since is kept where it is newer."""
        offset = self._offset()
        self._burst.go_on_from(state["burst"], offset)
        self._searches.go_on_from(state["searches"], offset)
        self._paused_until = max(self._paused_until, state["paused_until"] - offset)
        if state["stated"] is not None:
            used, maximum, at = state["stated"]
            if self._stated is None or at - offset > self._stated.at:
                self._stated = _Stated(used, maximum, at - offset)

    def _offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    @property
    def stated_use(self) -> tuple[int, int] | None:
        """The account's (used, maximum) calls of the day by the CRM's own word, None before it said."""
        return (self._stated.used, self._stated.maximum) if self._stated else None

    @asynccontextmanager
    async def turn(self, operation: str, lane: Lane = Lane.ORDINARY) -> AsyncIterator[None]:
        """
        One call's turn: waits until the limits allow it and counts it.

        Raises `BudgetSpent`, without waiting, when the day's share is used up.
        """
        if lane is Lane.FREE:
            self._count(operation, free=True)
            yield
            return
        await self._wait(lane)
        async with self._room:
            self._count(operation)
            self._under_way += 1
            try:
                yield
            finally:
                self._under_way -= 1

    def _count(self, operation: str, *, free: bool = False) -> None:
        self.meter.count(operation, free=free)
        counted = _COUNTED.get()
        if counted is not None:
            counted[self.side] += 1

    def pause(self, seconds: float) -> None:
        """Nobody calls this account for *seconds*: the CRM asked for it."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take in the limits that an answer's headers (lower case names) state."""
        if (info := headers.get("sforce-limit-info")) is not None:
            self._learn_usage(info)
        elif "x-hubspot-ratelimit-max" in headers:
            self._learn_window(headers)

    def _learn_usage(self, info: str) -> None:
        found = _API_USAGE.search(info)
        if found:
            self._state(int(found[1]), int(found[2]))

    def _learn_window(self, headers: Mapping[str, str]) -> None:
        maximum = _whole(headers.get("x-hubspot-ratelimit-max"))
        remaining = _whole(headers.get("x-hubspot-ratelimit-remaining"))
        interval = _whole(headers.get("x-hubspot-ratelimit-interval-milliseconds")) or 10_000
        if maximum and remaining is not None:
            self._burst.learn(
                maximum,
                remaining,
                interval / 1000,
                maximum * self.pace.keep_back,
                self._under_way - 1,
                self._clock.monotonic(),
            )
        daily = _whole(headers.get("x-hubspot-ratelimit-daily"))
        left = _whole(headers.get("x-hubspot-ratelimit-daily-remaining"))
        if daily and left is not None:
            self._state(daily - left, daily)

    def _state(self, used: int, maximum: int) -> None:
        self._stated = _Stated(used, maximum, self._clock.monotonic())

    async def _wait(self, lane: Lane) -> None:
        pause = self._check_day()
        if pause:
            await self._clock.sleep(pause)
        while True:
            self._check_day()
            now = self._clock.monotonic()
            wait = self._paused_until - now
            if wait <= 0:
                wait = self._take(lane, now)
            if wait <= 0:
                return
            await self._clock.sleep(wait)

    def _take(self, lane: Lane, now: float) -> float:
        if lane is Lane.ORDINARY:
            return self._burst.take(now, leave=0.5 if _IN_NO_HURRY.get() else 0.0)
        steady = lane is Lane.SEARCH
        return self._searches.take(
            self.pace.search_steady if steady else self.pace.search_backlog, now
        )

    def _check_day(self) -> float:
        """BudgetSpent when the day's share is used up; else how long a call that is in no hurry waits first."""
        pauses = [0.0]
        allowed = self.pace.daily_calls
        if allowed is not None:
            used, share = self.meter.last_day(), _share_of(allowed)
            if used >= share:
                raise BudgetSpent(
                    f"The {allowed:,} {self.side.title} calls allotted to Tandem for 24 hours are used up"
                    f"{_but_for(allowed - used)}. "
                    "What is left continues as the hours pass; the allotment is in the settings.",
                    resumes_at=self.meter.falls_below(share),
                )
            pauses.append(_pause(used, share))
        stated = self._stated
        if stated is not None and self._clock.monotonic() - stated.at <= _STALE:
            share = _share_of(int(stated.maximum * (1 - self.pace.keep_back)))
            if stated.used >= share:
                raise BudgetSpent(
                    f"{stated.used:,} of the account's {stated.maximum:,} daily {self.side.title} calls are used, "
                    f"and {self.pace.keep_back:.0%} are kept back for other applications. "
                    "Tandem goes on when there are more again.",
                    resumes_at=self._next_window(),
                )
            pauses.append(_pause(stated.used, share))
        return max(pauses) if _IN_NO_HURRY.get() else 0.0

    def _next_window(self) -> datetime:
        """
        When to ask for more of the CRM's own limit: HubSpot counts by the account's day [D-limits], Salesforce
        by rolling 24 hours [limits]. Asked every hour all the same, since limits are raised.
        """
        now = self._clock.now()
        if self.side is Side.SALESFORCE:
            return now + timedelta(seconds=_STALE)
        day = until_midnight(now.astimezone(ZoneInfo(self.zone)))
        return now + timedelta(seconds=min(day, _HOUR))


def _share_of(calls: int) -> int:
    return int(calls * _IMPORTS_TAKE) if _IN_NO_HURRY.get() else calls


def _but_for(left: int) -> str:
    return f", but for {left:,} that are left to live sync" if left > 0 else ""


def _pause(used: int, share: int) -> float:
    """From the half on, the rest is spread over an hour."""
    return min(_HOUR / (share - used), _LONGEST_PAUSE) if used * 2 > share else 0.0


class Budgets:
    """The budgets of this process, one for each account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._budgets: dict[tuple[Side, str], Budget] = {}

    def of(self, side: Side, account_id: str, pace: Pace | None = None) -> Budget:
        """The account's budget. A *pace* given later replaces the earlier one (``at_once`` stays)."""
        budget = self._budgets.get((side, account_id))
        if budget is None:
            budget = self._budgets[(side, account_id)] = Budget(side, self._clock, pace)
        elif pace is not None:
            budget.pace = pace
        return budget


def until_midnight(now: datetime) -> float:
    """Seconds to the end of *now*'s day in its own zone: when HubSpot's daily limit starts anew."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()


_API_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
