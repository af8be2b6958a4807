"""
Row locks: a write that is not over yet keeps others from its parents ([locks], [lock-help]).

The sandbox writes in an instant, so a lock is kept in the sandbox's time: by a transaction that commits
late, and for `lock_seconds` after any write.
"""

from collections.abc import Callable, Iterable

from tandem.sandbox.salesforce.errors import SalesforceError


class Locks:
    """Who is locked until when."""

    __slots__ = ("_now_ms", "_until")

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._until: dict[str, int] = {}

    def check(self, record_ids: Iterable[str], *, wait_seconds: float) -> None:
        """UNABLE_TO_LOCK_ROW if one of the records stays locked longer than a write waits."""
        if not self._until:
            return
        limit = self._now_ms() + int(wait_seconds * 1000)
        held = [one for one in dict.fromkeys(record_ids) if self._until.get(one, 0) > limit]
        if held:
            raise unable_to_lock(held)

    def keep(self, record_ids: Iterable[str], seconds: float) -> None:
        """Hold locks for a while."""
        now = self._now_ms()
        self._until = {one: until for one, until in self._until.items() if until > now}
        for one in record_ids:
            self._until[one] = max(self._until.get(one, 0), now + int(seconds * 1000))

    def clear(self) -> None:
        self._until.clear()


def unable_to_lock(record_ids: Iterable[str]) -> SalesforceError:
    """The error of a record whose parent another transaction holds."""
    ids = ", ".join(record_ids)
    return SalesforceError(
        "UNABLE_TO_LOCK_ROW",
        f"unable to obtain exclusive access to this record or 1 records: {ids}",
    )
