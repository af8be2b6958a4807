"""What happens to the records of an account, told to whoever listens: webhooks and the journal."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tandem.sandbox.hubspot.records import Source


class What(enum.StrEnum):
    """The kinds of happenings, by the names that webhook subscriptions give them."""

    CREATED = "creation"
    CHANGED = "propertyChange"
    DELETED = "deletion"
    RESTORED = "restore"
    MERGED = "merge"
    FORGOTTEN = "privacyDeletion"
    ASSOCIATED = "associationChange"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The other end of an association, seen from the record of the happening."""

    kind: str
    id: int
    type_id: int
    is_removed: bool
    is_primary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """
    One thing that happened to one record.

    `values` are the properties written, None for one that was emptied; `merged` the ids of records
    that this one took in; `relation` is set for an association only.
    """

    what: What
    kind: str
    id: int
    at: int
    source: Source
    values: Mapping[str, str | None] = field(default_factory=dict)
    merged: tuple[int, ...] = ()
    relation: Relation | None = None


Listener = Callable[[Happening], None]


class Happenings:
    """
    Passes on what happens. `is_wanted` is asked first, so that an account that nobody listens to
    pays nothing.
    """

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: list[tuple[Callable[[], bool], Listener]] = []

    def listen(self, is_wanted: Callable[[], bool], listener: Listener) -> None:
        self._listeners.append((is_wanted, listener))

    @property
    def are_heard(self) -> bool:
        """Whether anybody wants to know."""
        return any(is_wanted() for is_wanted, _ in self._listeners)

    def tell(self, happening: Happening) -> None:
        for is_wanted, listener in self._listeners:
            if is_wanted():
                listener(happening)
