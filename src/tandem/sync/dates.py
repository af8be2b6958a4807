"""
Due dates: Salesforce keeps a calendar day, HubSpot an instant; neither may drift.

All functions take the zone as a value, so that this module reads no files. The base remembers the
day and the instant that were agreed on together, and what did not change keeps its partner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

__all__ = ["Due", "day_from", "day_of", "instant_for", "instant_from", "instant_on"]


@dataclass(frozen=True, slots=True)
class Due:
    """A day and the instant that stood for it when both sides last agreed; no day: "no due date"."""

    day: date | None
    instant: datetime


def day_of(instant: datetime, zone: tzinfo) -> date:
    """The calendar day of *instant* in *zone*."""
    return instant.astimezone(zone).date()


def instant_on(day: date, due_time: time, zone: tzinfo) -> datetime:
    """
    *day* at *due_time* in *zone*, in UTC.

    A time that the clocks skip that day moves to the nearest one that keeps the day. On a day the zone
    skipped altogether (Samoa, 30 December 2011) the instant lies on a neighbour; the base keeps the day.
    """
    local = datetime.combine(day, due_time, tzinfo=zone)
    early = local.astimezone(UTC)
    if day_of(early, zone) == day:
        return early
    # fold=1 reads a skipped time by the offset after the change, that is, before the gap.
    late = local.replace(fold=1).astimezone(UTC)
    return late if day_of(late, zone) == day else early


def instant_from(day: date, *, due_time: time, zone: tzinfo, base: Due | None = None) -> datetime:
    """The instant that says *day*: the base's own if the day did not change, so its time of day is kept."""
    if base is not None and base.day == day:
        return base.instant
    return instant_on(day, due_time, zone)


def instant_for(
    day: date | None,
    *,
    due_time: time,
    zone: tzinfo,
    created_at: datetime,
    base: Due | None = None,
    present: datetime | None = None,
) -> datetime:
    """
    The instant HubSpot gets for a Salesforce due day; it requires one.

    The base's own if the day did not change. For no due date the task's creation stands, which the base
    remembers as no due date. *present*, what HubSpot says now, keeps its time of day if it lies on *day*
    already, unless it only stood for no due date.
    """
    if base is not None and base.day == day:
        return base.instant
    if day is None:
        return created_at
    stood_for_none = base is not None and base.day is None and base.instant == present
    if present is not None and not stood_for_none and day_of(present, zone) == day:
        return present
    return instant_from(day, due_time=due_time, zone=zone)


def day_from(instant: datetime, zone: tzinfo, base: Due | None = None) -> date | None:
    """
    The day that *instant* says: the base's own if the instant did not change.

    So a portal that changes its zone moves no date, a skipped day survives, and a timestamp that HubSpot
    needs for a task without due date is never written back as one.
    """
    if base is not None and base.instant == instant:
        return base.day
    return day_of(instant, zone)
