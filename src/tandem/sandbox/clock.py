"""The sandbox's own time: what both CRMs believe the time is, wherever the machine's clock stands."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """
    Time that starts where it is told, runs with the machine or stands still, and can be moved ahead.

    `Clock()` follows the machine. `Clock(start=…, running=False)` stands still until `advance`,
    which is what a test wants: the same run gives the same stamps.
    """

    __slots__ = ("_began", "_offset", "_running", "_start")

    def __init__(self, start: datetime | None = None, *, running: bool = True) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("The sandbox's clock needs a start with a time zone.")
        self._running = running
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._began = time.monotonic()
        self._offset = 0.0

    def now(self) -> datetime:
        """The present instant, in UTC, to the microsecond."""
        passed = self._offset
        if self._running:
            passed += time.monotonic() - self._began
        return self._start + timedelta(seconds=passed)

    def now_ms(self) -> int:
        """The present instant as whole milliseconds since 1970."""
        return to_ms(self.now())

    def advance(self, seconds: float) -> datetime:
        """Move the time ahead; both CRMs see the new time at once. It never goes back."""
        if seconds < 0:
            raise ValueError("The sandbox's clock only moves ahead: give seconds of 0 or more.")
        self._offset += seconds
        return self.now()

    def rewind(self) -> None:
        """Undo every `advance`, for a sandbox that starts over."""
        self._offset = 0.0


def to_ms(instant: datetime) -> int:
    """Whole milliseconds since 1970 of an aware instant."""
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def from_ms(milliseconds: int) -> datetime:
    """The instant, in UTC, that many milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
