"""A HubSpot task's values by HubSpot's own property names, as they were read: to be kept, shown and put back."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tandem.mapping.normal_form import hubspot_instant
from tandem.model import Activity, Field

__all__ = ["CONTACTS", "values_of"]

CONTACTS = "contacts"
"""The name under which a task's contact is kept: an association, no property."""


def values_of(activity: Activity, fields: Collection[Field]) -> Mapping[str, str | None]:
    """The values of *fields*, by property; of the others nothing."""
    said: dict[Field, tuple[str, str | None]] = {
        Field.SUBJECT: ("hs_task_subject", activity.title or None),
        Field.STATUS: ("hs_task_status", activity.status),
        Field.PRIORITY: ("hs_task_priority", activity.priority),
        Field.TYPE: ("hs_task_type", activity.task_type),
        Field.DUE: ("hs_timestamp", hubspot_instant(activity.occurred_at)),
        Field.COMMENTS: ("hs_task_body", activity.body.html or activity.body.text),
        Field.OWNER: ("hubspot_owner_id", activity.owner_id),
    }
    return dict(said[each] for each in fields if each in said)
