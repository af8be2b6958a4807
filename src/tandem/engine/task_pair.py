"""A pair of tasks and what is known of its two sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tandem.crm.connector import TaskSeen
from tandem.engine.resolve import Resolved
from tandem.model import Activity, Associations, Field, Fields, Link
from tandem.sync.pair import UNREAD, Presence, Seen

__all__ = ["NOWHERE", "PLACES", "TaskPair", "fields_of"]

PLACES = frozenset({Field.PERSON, Field.RELATED})
"""Associations in HubSpot: written by calls of their own."""

NOWHERE = Resolved(associations=Associations())
"""For a HubSpot task whose associations were not read, where they do not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPair:
    """
    A pair and what is known of its sides now: read, deleted (``GONE``) or not read (``UNREAD``).

    ``about`` is what the HubSpot task hangs on, where that was read; ``edits`` when each of its fields was
    last edited, where it matters.
    """

    link: Link
    hubspot: Activity | Presence = UNREAD
    about: Resolved | None = None
    task: TaskSeen | Presence = UNREAD
    edits: Mapping[Field, datetime] = field(default_factory=dict)
    is_look: bool = False

    @property
    def activity(self) -> Activity | None:
        return None if isinstance(self.hubspot, Presence) else self.hubspot

    @property
    def living_task(self) -> TaskSeen | None:
        if isinstance(self.task, Presence) or self.task.is_deleted:
            return None
        return self.task


def fields_of(seen: Seen) -> Fields:
    """What a side says; nothing where it was not read or is gone."""
    return {} if isinstance(seen, Presence) else seen
