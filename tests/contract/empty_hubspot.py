"""An empty HubSpot account with a key property, and tasks to write into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from joined_crms import Joined

from tandem.crm.connector import NewTask
from tandem.model import WriteResult, Written

DONE, GONE, EXISTS = WriteResult.DONE, WriteResult.GONE, WriteResult.EXISTS
LATER, UNKNOWN, REJECTED = WriteResult.TRY_LATER, WriteResult.UNKNOWN, WriteResult.REJECTED
CREATE = "*/tasks/batch/create"
BIN_READ = "/crm/v3/objects/tasks/batch/read"


async def empty_account(**switches: Any) -> Joined:
    """An empty account with as good a key property as it accepts."""
    joined = Joined(data="empty")
    joined.switch(**switches)
    await joined.hubspot.create_key_property()
    await joined.hubspot.task_schema()
    return joined


def new_task(number: int, **more: Any) -> NewTask:
    associated = {
        name: more.pop(name) for name in ("contacts", "companies", "deals") if name in more
    }
    return NewTask(
        properties={
            "hs_timestamp": "2026-12-01T09:00:00Z",
            "hs_task_subject": f"Task {number}",
            "tandem_key": f"00D-{number}",
            **more,
        },
        **associated,
    )


def results_of(written: Sequence[Written]) -> list[WriteResult]:
    return [one.result for one in written]


def tasks_stored(joined: Joined) -> int:
    return int(joined.sandbox.hubspot.summary()["objects"]["tasks"]["live"])


def a_contact(joined: Joined, email: str = "a@example.jp", **properties: Any) -> str:
    made = joined.in_hubspot("create", object="contacts", properties={"email": email, **properties})
    return str(made["id"])
