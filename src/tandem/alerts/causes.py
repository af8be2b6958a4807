"""When something is wrong with a connection: pure, from what was measured and what was known before."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tandem.alerts.wanted import Wanted
from tandem.model import Side

__all__ = ["Calls", "Cause", "Measured", "judge"]

_HELD = timedelta(minutes=5)
"""How long a source must lag before it counts: after a rest or a restart the first run catches up."""

_DAY = timedelta(days=1)
_BELOW = 5  # per cent: an allocation used to the brim does not begin and end by the minute
_DISCONNECTED = "disconnected"


class Cause(enum.StrEnum):
    """What may be wrong; a connection has at most one alert of each."""

    SUSPENDED = "suspended"
    BRAKE = "brake"
    PARKED = "parked"
    LAG = "lag"
    CALLS_HUBSPOT = "calls_hubspot"
    CALLS_SALESFORCE = "calls_salesforce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Calls of 24 hours against their allocation."""

    used: int
    allocation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One connection now. ``lags`` are seconds by source; ``suspended`` is the reason's code."""

    suspended: str = ""
    message: str = ""
    parked: int = 0
    lags: Mapping[str, float] = field(default_factory=dict)
    calls: Mapping[Side, Calls] = field(default_factory=dict)


Facts = Mapping[str, Any]


def judge(
    measured: Measured, known: Mapping[Cause, tuple[bool, Facts]], wanted: Wanted, now: datetime
) -> dict[Cause, tuple[bool, Facts]]:
    """
    Whether each cause is given now, with the facts to tell and to remember.

    *known* says of each whether its alert is open, and the facts of the last look.
    """

    def before(cause: Cause) -> tuple[bool, Facts]:
        return known.get(cause, (False, {}))

    rests = {"reason": measured.suspended, "message": measured.message}
    is_brake = measured.suspended.startswith("brake_")
    is_suspended = measured.suspended not in ("", _DISCONNECTED) and not is_brake
    found: dict[Cause, tuple[bool, Facts]] = {
        Cause.SUSPENDED: (is_suspended, rests if is_suspended else before(Cause.SUSPENDED)[1]),
        Cause.BRAKE: (is_brake, rests if is_brake else before(Cause.BRAKE)[1]),
        Cause.PARKED: _parked(measured.parked, *before(Cause.PARKED), wanted, now),
        Cause.LAG: _lag(measured, *before(Cause.LAG), wanted, now),
    }
    for side, cause in (
        (Side.HUBSPOT, Cause.CALLS_HUBSPOT),
        (Side.SALESFORCE, Cause.CALLS_SALESFORCE),
    ):
        found[cause] = _calls(measured.calls.get(side), *before(cause), wanted)
    return found


def _parked(
    count: int, is_open: bool, facts: Facts, wanted: Wanted, now: datetime
) -> tuple[bool, Facts]:
    """Growth since the lowest count of a day; over once they are fewer, or have not grown for a day."""
    if not facts:
        return False, _counted(count, count, now)
    low, high = int(facts["low"]), int(facts["high"])
    grew_at = datetime.fromisoformat(facts["grew_at"])
    if count < low or (not is_open and now - grew_at >= _DAY):
        return False, _counted(count, count, now)
    if count > high:
        grew_at = now if is_open else grew_at
        high = count
    is_on = count - low >= wanted.parked and not (is_open and now - grew_at >= _DAY)
    if is_open and not is_on:
        return False, _counted(count, count, now) | {"count": count}
    if is_on and not is_open:
        grew_at = now
    return is_on, _counted(low, high, grew_at) | {"count": count, "more": count - low}


def _counted(low: int, high: int, at: datetime) -> dict[str, Any]:
    return {"low": low, "high": high, "grew_at": at.isoformat()}


def _lag(
    measured: Measured, is_open: bool, facts: Facts, wanted: Wanted, now: datetime
) -> tuple[bool, Facts]:
    """A connection that rests lags by itself: its suspension is told instead."""
    worst = max(measured.lags.items(), key=lambda each: each[1], default=("", 0.0))
    minutes = int(worst[1] // 60)
    if measured.suspended or minutes < wanted.lag_minutes:
        return False, {"minutes": minutes, "source": worst[0]} if is_open else {}
    since = facts.get("held_since") or now.isoformat()
    is_held = is_open or now - datetime.fromisoformat(since) >= _HELD
    return is_held, {"minutes": minutes, "source": worst[0], "held_since": since}


def _calls(calls: Calls | None, is_open: bool, facts: Facts, wanted: Wanted) -> tuple[bool, Facts]:
    if calls is None or calls.allocation <= 0:
        return False, facts
    percent = 100 * calls.used // calls.allocation
    is_on = percent >= wanted.calls_percent - (_BELOW if is_open else 0)
    told = {"used": calls.used, "allocation": calls.allocation, "percent": percent}
    return is_on, told if is_on or is_open else facts
