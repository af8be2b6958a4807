"""How far back a source is read: a little each time, further once an hour, further still once a night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

__all__ = ["beginning", "further_back"]

_WIDER = {"hourly_at": timedelta(hours=1), "nightly_at": timedelta(days=1)}
"""
How often a source is asked further back, by the name under which the last time is kept: twice that far.
Neither CRM states a bound for how late a change may show, and one that stood still would hide what came late.
"""


def beginning(now: datetime) -> Mapping[str, str]:
    """What is kept at the first reading of a source."""
    return dict.fromkeys(_WIDER, now.isoformat())


def further_back(
    saved: Mapping[str, Any], since: datetime, now: datetime
) -> tuple[datetime, Mapping[str, str]]:
    """From when to read, *since* or earlier, and when reading further back was or is done last."""
    widened_at = {}
    for name, every in _WIDER.items():
        last = saved.get(name, now.isoformat())
        is_time = now - datetime.fromisoformat(last) >= every
        widened_at[name] = now.isoformat() if is_time else last
        if is_time:
            since = min(since, now - 2 * every)
    return since, widened_at
