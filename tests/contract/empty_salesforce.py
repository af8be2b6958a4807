"""A Salesforce org without tasks, and tasks to write into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from joined_crms import Joined

from tandem.model import WriteResult, Written

BACK = "http://localhost:8765/oauth/callback"
DONE, GONE, EXISTS = WriteResult.DONE, WriteResult.GONE, WriteResult.EXISTS
LATER, UNKNOWN, REJECTED = WriteResult.TRY_LATER, WriteResult.UNKNOWN, WriteResult.REJECTED
WRITES = "/services/data/*/composite*"


async def empty_org(**options: Any) -> Joined:
    """A sample org that has the key field already, with the journal behind it."""
    joined = Joined(**options)
    await joined.salesforce.create_key_field()
    return joined


def new_tasks(count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {"Subject": f"s{number}", "Status": "Completed", "Tandem_Key__c": f"k-{number}", **more}
        for number in range(count)
    ]


def results_of(written: Sequence[Written]) -> list[WriteResult]:
    return [one.result for one in written]


def tasks_stored(joined: Joined) -> int:
    return sum(joined.sandbox.salesforce.summary()["tasks"][one] for one in ("open", "closed"))
