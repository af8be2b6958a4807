"""Long lists, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tandem.sandbox.pages.visit import Visit

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[Item]):
    """One page of a list. `newer` and `older` are addresses, None at the ends."""

    items: Sequence[Item]
    total: int
    first: int
    newer: str | None
    older: str | None

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1


def paged(items: Sequence[Item], visit: Visit, size: int) -> Paged[Item]:
    """The page of *items* that the visit's `page` asks for; the last one if there are fewer."""
    asked = visit.asked("page", "1")
    pages = max(1, -(-len(items) // size))
    number = min(int(asked), pages) if asked.isdecimal() and len(asked) < 7 and int(asked) else 1
    start = (number - 1) * size
    return Paged(
        items=items[start : start + size],
        total=len(items),
        first=start + 1,
        newer=visit.here(page=str(number - 1)) if number > 1 else None,
        older=visit.here(page=str(number + 1)) if number < pages else None,
    )
