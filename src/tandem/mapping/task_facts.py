"""What a Salesforce task says of itself that decides whether it appears in HubSpot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tandem.mapping.ids import id18
from tandem.mapping.key_mark import key_in
from tandem.model import Org
from tandem.sync.eligibility import Related, TaskFacts

__all__ = ["task_facts"]

_RELATED = {
    "Account": Related.ACCOUNT,
    "Opportunity": Related.OPPORTUNITY,
    "001": Related.ACCOUNT,
    "006": Related.OPPORTUNITY,
}


def task_facts(
    fields: Mapping[str, Any],
    org: Org,
    *,
    created_at: datetime,
    key: str | None = None,
    what_type: str | None = None,
    is_recurrence: bool = False,
    is_private: bool = False,
    is_archived: bool = False,
    is_deleted: bool = False,
) -> TaskFacts:
    """
    The facts of a task read with *fields* by API name.

    Without *what_type* the id's prefix tells what Related To is. Where the org has no key field the mark in Comments
    counts as the key.
    """
    closed = {status.value for status in org.statuses if status.closed}
    record_type = fields.get("RecordTypeId")
    return TaskFacts(
        created_at=created_at,
        key=key or key_in(fields.get("Description") or ""),
        subtype=fields.get("TaskSubtype"),
        type=fields.get("Type"),
        owner_id=fields.get("OwnerId"),
        record_type=_record_type(record_type, org) if record_type else None,
        has_person=bool(fields.get("WhoId")),
        related=_related(fields.get("WhatId"), what_type),
        is_closed=bool(fields.get("IsClosed", fields.get("Status") in closed)),
        is_recurring_head=is_recurrence or bool(fields.get("IsRecurrence")),
        is_private=is_private,
        is_archived=is_archived,
        is_deleted=is_deleted,
    )


def _related(what_id: str | None, what_type: str | None) -> Related:
    if not what_id:
        return Related.NOTHING
    return _RELATED.get(what_type or what_id[:3], Related.OTHER)


def _record_type(record_type_id: str, org: Org) -> str | None:
    wanted = id18(record_type_id)
    return next((name for name, each in org.record_types.items() if id18(each) == wanted), None)
