"""Values that the laws are tried on: an org, activities, people, all as small as they can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pure_core import Core

from tandem.model import (
    Activity,
    Contact,
    HubSpotOwner,
    Kind,
    Org,
    Person,
    PersonType,
    SalesforceUser,
    TaskStatus,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
TOKYO = ZoneInfo("Asia/Tokyo")

TASK_FIELDS = frozenset(
    {
        "Subject",
        "Status",
        "Priority",
        "Type",
        "TaskSubtype",
        "ActivityDate",
        "Description",
        "OwnerId",
        "WhoId",
        "WhatId",
        "CallType",
        "CallDurationInSeconds",
        "CallDisposition",
        "RecordTypeId",
        "Tandem_Key__c",
        "Source__c",
    }
)


def status(value: str, order: int, *, closed: bool = False, default: bool = False) -> TaskStatus:
    return TaskStatus(value=value, label=value, closed=closed, default=default, sort_order=order)


STATUSES = (
    status("Not Started", 1, default=True),
    status("In Progress", 2),
    status("Completed", 3, closed=True),
    status("Waiting on someone else", 4),
    status("Deferred", 5),
)


def org(**changes: Any) -> Org:
    values: dict[str, Any] = {
        "id": "00D000000000001EAA",
        "name": "Example",
        "is_sandbox": False,
        "user_id": "005INTEGRATION",
        "user_name": "Integration",
        "statuses": STATUSES,
        "priorities": ("High", "Normal", "Low"),
        "task_types": ("Call", "Email", "Meeting", "Other"),
        "task_fields": TASK_FIELDS,
        "writable_fields": TASK_FIELDS,
        "has_key_field": True,
        "default_priority": "Normal",
        "high_priorities": ("High",),
    }
    return Org(**{**values, **changes})


def activity(kind: Kind, **changes: Any) -> Activity:
    values: dict[str, Any] = {"id": "101", "created_at": NOW, "occurred_at": NOW}
    return Activity(kind=kind, **{**values, **changes})


def contact(number: int | str, **changes: Any) -> Contact:
    values: dict[str, Any] = {"created_at": NOW, "emails": (f"c{number}@example.com",)}
    return Contact(id=str(number), **{**values, **changes})


def person(ident: str, **changes: Any) -> Person:
    kind = PersonType.LEAD if ident.startswith("00Q") else PersonType.CONTACT
    values: dict[str, Any] = {"type": kind, "created_at": NOW}
    return Person(id=ident, **{**values, **changes})


def owner(ident: str, **changes: Any) -> HubSpotOwner:
    values: dict[str, Any] = {"email": f"o{ident}@example.com", "name": f"Owner {ident}"}
    return HubSpotOwner(id=ident, **{**values, **changes})


def user(ident: str, **changes: Any) -> SalesforceUser:
    values: dict[str, Any] = {"email": f"{ident}@example.com", "name": f"User {ident}"}
    return SalesforceUser(id=ident, **{**values, **changes})


def policy(core: Core, kind: Kind, **choices: Any) -> Any:
    """A policy with *kind* ticked a week ago."""
    chosen = core.policy.KindPolicy(**{"enabled": True, "since": SINCE, **choices})
    return core.policy.Policy(kinds={kind: chosen})


def context(core: Core, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "org": org(),
        "zone": TOKYO,
        "now": NOW,
        "key": "7-call-101",
        "assignee_id": "005AAA",
        "who_id": "003AAA",
        "language": core.policy.Language.ENGLISH,
        "kind_policy": core.policy.KindPolicy(enabled=True, since=SINCE),
    }
    return core.salesforce.TaskContext(**{**values, **changes})
