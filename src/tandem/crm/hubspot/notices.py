"""What HubSpot's feeds name: which records, in whose account; in the words the connector's paths use."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

__all__ = ["ACTIVITIES", "OBJECTS", "TYPE_IDS", "Happening", "Notice", "ends_of", "moment_from"]


class Happening(enum.StrEnum):
    """What is said to have happened. Kept coarse: a notice is only a reason to look."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"
    MERGED = "merged"
    ASSOCIATED = "associated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One record of one account that something happened to."""

    portal_id: str
    object: str
    record_id: str
    happening: Happening
    occurred_at: datetime | None = None


# Object type ids: reference section 2 [SPEC].
OBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "0-1": "contacts",
        "0-2": "companies",
        "0-3": "deals",
        "0-18": "communications",
        "0-27": "tasks",
        "0-46": "notes",
        "0-47": "meetings",
        "0-48": "calls",
        "0-49": "emails",
        "0-116": "postal_mail",
    }
)
"""The objects Tandem reads, by object type id."""

TYPE_IDS: Mapping[str, str] = MappingProxyType({name: number for number, name in OBJECTS.items()})

ACTIVITIES = frozenset(OBJECTS.values()) - {"contacts", "companies", "deals"}

# The names that association types are made of, "TASK_TO_CONTACT" say [D-wh].
_ENDS = {
    "CONTACT": "contacts",
    "COMPANY": "companies",
    "DEAL": "deals",
    "COMMUNICATION": "communications",
    "TASK": "tasks",
    "NOTE": "notes",
    "MEETING": "meetings",
    "MEETING_EVENT": "meetings",
    "CALL": "calls",
    "EMAIL": "emails",
    "POSTAL_MAIL": "postal_mail",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ends_of(association: str) -> tuple[str | None, str | None]:
    """The objects at both ends of an association type by its name; None for one Tandem does not read."""
    first, _, second = association.upper().partition("_TO_")
    return _ENDS.get(first), _ENDS.get(second)


def moment_from(milliseconds: int | None) -> datetime | None:
    """The moment of an epoch in milliseconds; None for one that no calendar has."""
    if milliseconds is None:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
