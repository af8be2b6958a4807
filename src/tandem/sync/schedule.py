"""When something that waits is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["GIVE_UP_AFTER", "SECOND_LOOKS", "next_try", "second_look"]

_FIRST_TRIES = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=6))
_DAY = timedelta(days=1)
GIVE_UP_AFTER = timedelta(days=30)
SECOND_LOOKS = (timedelta(seconds=60), timedelta(minutes=15))


def next_try(first_seen_at: datetime, attempts: int, now: datetime) -> datetime | None:
    """
    When a waiting activity is tried again after *attempts* tries, always later than *now*; None after 30 days.

    At 1 min, 15 min and 6 h after it was first seen, then daily. Times that passed unused (a service that
    slept) are not made up for.
    """
    if now - first_seen_at >= GIVE_UP_AFTER:
        return None
    for wait in _FIRST_TRIES[max(attempts, 0) :]:
        if first_seen_at + wait > now:
            return first_seen_at + wait
    days = max((now - first_seen_at) // _DAY + 1, 1)
    return first_seen_at + _DAY * days


def second_look(created_at: datetime, looks: int, now: datetime) -> datetime | None:
    """
    When a young record is looked at again for associations that landed after it; None when no more.

    A record under 60 s old when first read is looked at again 60 s and 15 min after its creation. *looks*
    counts those done. One that was older at its first reading has had its associations in time.
    """
    if looks >= len(SECOND_LOOKS):
        return None
    if looks == 0 and now - created_at >= SECOND_LOOKS[0]:
        return None
    return max(created_at + SECOND_LOOKS[looks], now)
