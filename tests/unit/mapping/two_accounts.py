"""An org and an account between which tasks are translated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tandem.mapping.hubspot_task import (
    HubSpotTaskContext,
)
from tandem.mapping.marks import marker
from tandem.model import (
    Activity,
    KeyProperty,
    Kind,
    Org,
    TaskSchema,
    TaskStage,
    TaskStatus,
)

TOKYO = ZoneInfo("Asia/Tokyo")
CREATED = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
MARK = marker(b"a key")
TASK = {
    "Subject": "Call back",
    "Status": "In Progress",
    "Priority": "High",
    "Type": None,
    "TaskSubtype": "Task",
    "ActivityDate": "2026-11-30",
    "Description": "First line\nSecond <line>",
    "OwnerId": "005AAA",
    "WhoId": "003AAA",
    "WhatId": None,
}


def status_called(value: str, order: int, *, closed: bool = False) -> TaskStatus:
    return TaskStatus(value=value, label=value, closed=closed, default=order == 1, sort_order=order)


def stage_called(value: str, order: int, *, closed: bool = False, label: str = "") -> TaskStage:
    return TaskStage(value=value, label=label or value, closed=closed, order=order)


SCHEMA = TaskSchema(
    key=KeyProperty.UNIQUE,
    statuses=(
        stage_called("NOT_STARTED", 0),
        stage_called("IN_PROGRESS", 1),
        stage_called("COMPLETED", 2, closed=True),
        stage_called("1001", 3, closed=True, label="Cancelled"),
    ),
    priorities=("NONE", "LOW", "MEDIUM", "HIGH"),
    types=("TODO", "CALL", "EMAIL", "LINKED_IN_MESSAGE"),
)


def an_org(**changes: Any) -> Org:
    values: dict[str, Any] = {
        "id": "00D",
        "name": "Example",
        "is_sandbox": False,
        "user_id": "005",
        "user_name": "me",
        "statuses": (
            status_called("Not Started", 1),
            status_called("In Progress", 2),
            status_called("Completed", 3, closed=True),
            status_called("Cancelled", 4, closed=True),
        ),
        "priorities": ("High", "Normal", "Low"),
        "task_types": ("Call",),
        "task_fields": frozenset(TASK),
        "writable_fields": frozenset(TASK),
        "has_key_field": True,
        "default_priority": "Normal",
        "record_types": {"Sales": "012000000000001AAA"},
    }
    return Org(**{**values, **changes})


def a_context(**changes: Any) -> HubSpotTaskContext:
    values: dict[str, Any] = {
        "schema": SCHEMA,
        "org": an_org(),
        "zone": TOKYO,
        "created_at": CREATED,
        "key": "00D-00T",
        "owner_id": "77",
    }
    return HubSpotTaskContext(**{**values, **changes})


def as_it_was(**changes: Any) -> Activity:
    values: dict[str, Any] = {"created_at": CREATED, "occurred_at": CREATED}
    return Activity(kind=Kind.TASK, id="9", **{**values, **changes})
