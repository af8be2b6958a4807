"""How long an allocation of calls lasts, if people go on as they did in the last hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

__all__ = ["lasts_until"]

_HOUR = timedelta(hours=1)
_DAY = timedelta(hours=24)
_RATE_OF = timedelta(hours=3)


def lasts_until(hours: Mapping[datetime, int], allowed: int, now: datetime) -> datetime | None:
    """
    When *allowed* calls in any 24 hours are used up at the rate of the last three hours; None if never so.

    *hours* are the calls made so far by the hour they were made in. What was used yesterday comes back hour
    by hour, which is why a rate may be kept up for ever.
    """
    recent = sum(calls for hour, calls in hours.items() if hour + _HOUR > now - _RATE_OF)
    rate = recent / _RATE_OF.total_seconds()
    used = float(sum(calls for hour, calls in hours.items() if hour + _DAY > now))
    if used >= allowed:
        return now
    if not rate:
        return None
    at = now
    leaving = sorted((hour + _DAY, calls) for hour, calls in hours.items() if hour + _DAY > now)
    for moment, calls in [*leaving, (now + _DAY, 0)]:
        full = at + timedelta(seconds=(allowed - used) / rate)
        if full <= min(moment, now + _DAY):
            return full
        used += rate * (moment - at).total_seconds() - calls
        at = moment
    return None
