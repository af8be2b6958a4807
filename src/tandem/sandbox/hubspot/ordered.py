"""A sorted set of whole numbers, quick to change in the middle and to count from a point."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

_FULL = 1024


class OrderedInts:
    """
    Distinct numbers in ascending order, kept in buckets so that no change moves more than a bucket.
    """

    __slots__ = ("_buckets", "_lasts")

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        listed = sorted(set(numbers))
        half = _FULL // 2
        self._buckets = [listed[at : at + half] for at in range(0, len(listed), half)]
        self._lasts = [bucket[-1] for bucket in self._buckets]

    def __len__(self) -> int:
        return sum(map(len, self._buckets))

    def add(self, number: int) -> None:
        if not self._buckets:
            self._buckets.append([number])
            self._lasts.append(number)
            return
        at = min(bisect_left(self._lasts, number), len(self._lasts) - 1)
        bucket = self._buckets[at]
        place = bisect_left(bucket, number)
        if place < len(bucket) and bucket[place] == number:
            return
        insort(bucket, number)
        self._lasts[at] = bucket[-1]
        if len(bucket) > _FULL:
            self._split(at)

    def discard(self, number: int) -> None:
        at = bisect_left(self._lasts, number)
        if at == len(self._lasts):
            return
        bucket = self._buckets[at]
        place = bisect_left(bucket, number)
        if bucket[place] != number:
            return
        del bucket[place]
        if bucket:
            self._lasts[at] = bucket[-1]
        else:
            del self._buckets[at], self._lasts[at]

    def count(self, low: int, high: int) -> int:
        """How many numbers n have low <= n < high."""
        return max(0, self._rank(high) - self._rank(low))

    def ascending(self, low: int, high: int, skip: int = 0) -> Iterator[int]:
        """The numbers low <= n < high from the smallest, without the first *skip* of them."""
        at = bisect_left(self._lasts, low)
        place = bisect_left(self._buckets[at], low) if at < len(self._buckets) else 0
        while at < len(self._buckets) and skip >= len(self._buckets[at]) - place:
            skip -= len(self._buckets[at]) - place
            at, place = at + 1, 0
        place += skip
        while at < len(self._buckets):
            for number in self._buckets[at][place:]:
                if number >= high:
                    return
                yield number
            at, place = at + 1, 0

    def descending(self, low: int, high: int, skip: int = 0) -> Iterator[int]:
        """The numbers low <= n < high from the largest, without the first *skip* of them."""
        for bucket in reversed(self._buckets):
            if bucket[0] >= high:
                continue
            end = bisect_left(bucket, high)
            begin = bisect_left(bucket, low)
            if skip >= end - begin:
                skip -= end - begin
            else:
                yield from reversed(bucket[begin : end - skip])
                skip = 0
            if begin > 0:
                return

    def _rank(self, number: int) -> int:
        at = bisect_left(self._lasts, number)
        before = sum(len(bucket) for bucket in self._buckets[:at])
        return before + (bisect_left(self._buckets[at], number) if at < len(self._buckets) else 0)

    def _split(self, at: int) -> None:
        bucket = self._buckets[at]
        half = len(bucket) // 2
        self._buckets[at : at + 1] = [bucket[:half], bucket[half:]]
        self._lasts[at : at + 1] = [bucket[half - 1], bucket[-1]]
