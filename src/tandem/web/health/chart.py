"""What happened hour by hour, for a chart and for the table beneath it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.web.speech import Speech

__all__ = ["HOURS", "Chart", "activity_chart", "calls_chart"]

HOURS = 48
_SHOWN = ("created", "updated", "parked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``series`` are names with a figure for each hour."""

    hours: tuple[datetime, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
    zone: str

    @property
    def is_empty(self) -> bool:
        return not any(any(values) for _, values in self.series)

    @property
    def json(self) -> str:
        return json.dumps(
            {
                "times": [int(hour.timestamp()) for hour in self.hours],
                "series": [{"name": name, "values": values} for name, values in self.series],
                "zone": self.zone,
            }
        )

    def rows(self) -> list[tuple[datetime, list[int]]]:
        """The hours in which anything happened, the newest first."""
        found = [
            (hour, [values[place] for _, values in self.series])
            for place, hour in enumerate(self.hours)
        ]
        return [row for row in reversed(found) if any(row[1])]


def activity_chart(
    counted: Iterable[tuple[datetime, str, int]], now: datetime, speech: Speech
) -> Chart:
    """What was written and what was parked."""
    totals: Counter[tuple[datetime, str]] = Counter()
    for hour, what, n in counted:
        totals[hour, "created" if what == "adopted" else what] += n
    hours = _hours(now)
    return Chart(
        hours=tuple(hours),
        series=tuple(
            (speech(f"outcome.{what}"), tuple(totals[hour, what] for hour in hours))
            for what in _SHOWN
        ),
        zone=speech.zone_name,
    )


def calls_chart(
    counted: Sequence[tuple[str, Sequence[tuple[datetime, int]]]], now: datetime, speech: Speech
) -> Chart:
    """Calls to each CRM."""
    hours = _hours(now)
    return Chart(
        hours=tuple(hours),
        series=tuple(
            (name, tuple(dict(calls).get(hour, 0) for hour in hours)) for name, calls in counted
        ),
        zone=speech.zone_name,
    )


def _hours(now: datetime) -> list[datetime]:
    last = now.replace(minute=0, second=0, microsecond=0)
    return [last - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
