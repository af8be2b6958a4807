"""What decides whether a Salesforce task appears in HubSpot, read from the task's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from tandem.mapping.key_mark import key_in
from tandem.model import Org
from tandem.sync.eligibility import Related, TaskFacts

__all__ = ["facts_of"]

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_RELATED = {
    "Account": Related.ACCOUNT,
    "Opportunity": Related.OPPORTUNITY,
    "001": Related.ACCOUNT,
    "006": Related.OPPORTUNITY,
}
"""By the object's name, or the three characters that begin the ids of its records."""


class _Task(Protocol):
    """A Salesforce task as the connector reads it."""

    @property
    def key(self) -> str | None: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def created_at(self) -> datetime | None: ...
    @property
    def what_type(self) -> str | None: ...
    @property
    def is_deleted(self) -> bool: ...
    @property
    def is_archived(self) -> bool: ...
    @property
    def is_recurrence(self) -> bool: ...
    @property
    def is_private(self) -> bool: ...


def facts_of(task: _Task, org: Org) -> TaskFacts:
    """
    The facts about *task*; a field that the integration user may not see counts as empty.

    Whether it is closed is told by the task, else by its status among the org's. Where the org has no key field
    the mark in Comments counts as the key.
    """
    fields = task.fields
    names = {record_id: name for name, record_id in org.record_types.items()}
    closed = {status.value for status in org.statuses if status.closed}
    return TaskFacts(
        created_at=task.created_at or _LONG_AGO,
        key=task.key or key_in(fields.get("Description") or ""),
        subtype=fields.get("TaskSubtype"),
        type=fields.get("Type"),
        owner_id=fields.get("OwnerId"),
        record_type=names.get(fields.get("RecordTypeId") or ""),
        has_person=bool(fields.get("WhoId")),
        related=_related(fields.get("WhatId"), task.what_type),
        is_closed=bool(fields.get("IsClosed", fields.get("Status") in closed)),
        is_recurring_head=task.is_recurrence,
        is_private=task.is_private,
        is_archived=task.is_archived,
        is_deleted=task.is_deleted,
    )


def _related(what_id: str | None, what_type: str | None) -> Related:
    if not what_id:
        return Related.NOTHING
    return _RELATED.get(what_type or what_id[:3], Related.OTHER)
