"""Open or closed: which status a Salesforce task gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from tandem.errors import Unmappable
from tandem.model import Activity, Kind, Progress, Remark, TaskStatus
from tandem.sync.policy import KindPolicy, StatusChoice

__all__ = [
    "closes_at",
    "closes_by_clock",
    "completed_status",
    "is_closed",
    "is_done",
    "open_status",
    "task_status",
]

_ENDS_A_MEETING = frozenset({Remark.CANCELED, Remark.NO_SHOW})

# HubSpot's five statuses in the words of an org that kept Salesforce's own (reference 6.2).
_USUAL = {
    "NOT_STARTED": "Not Started",
    "IN_PROGRESS": "In Progress",
    "WAITING": "Waiting on someone else",
    "DEFERRED": "Deferred",
}
_DONE = "COMPLETED"


def is_done(activity: Activity, now: datetime) -> bool:
    """
    Whether *activity* lies behind us, by the rules alone.

    A task says so itself, by its status where we know the word. A meeting is over once its outcome says so or its end has passed. Everything
    else has happened by the time it is written.
    """
    if activity.kind is Kind.TASK:
        return _finished(activity)
    if activity.kind is Kind.MEETING:
        return _finished(activity) or (activity.ends_at or activity.occurred_at) <= now
    return True


def is_closed(activity: Activity, kind: KindPolicy, now: datetime) -> bool:
    """Whether its task is closed: by the rules, unless the kind's choice is always closed or always open."""
    match kind.status:
        case StatusChoice.CLOSED:
            return True
        case StatusChoice.OPEN:
            return False
        case StatusChoice.BY_RULE:
            return is_done(activity, now)
        case never:
            assert_never(never)


def closes_at(activity: Activity, kind: KindPolicy, now: datetime) -> datetime | None:
    """When the clock alone will close its task: a meeting's end, if that is still ahead."""
    if activity.kind is not Kind.MEETING or kind.status is not StatusChoice.BY_RULE:
        return None
    return None if is_done(activity, now) else activity.ends_at or activity.occurred_at


def closes_by_clock(activity: Activity, now: datetime) -> bool:
    """
    Whether only the clock says that it is done, nobody in HubSpot.

    Such a closing is no edit: it may never replace a status that a person changed in Salesforce.
    """
    return activity.kind is Kind.MEETING and not _finished(activity) and is_done(activity, now)


def completed_status(statuses: Sequence[TaskStatus], chosen: str | None = None) -> str:
    """
    The org's word for a completed task.

    The admin's choice if the org still has it as a closed status, else ``Completed`` if that exists and is
    closed, else the first closed status by sort order. Raises ``Unmappable`` where none is closed.
    """
    closed = {status.value: status for status in statuses if status.closed}
    for value in (chosen, "Completed"):
        if value is not None and value in closed:
            return value
    if not closed:
        raise Unmappable("The Salesforce org has no closed task status: an admin has to add one.")
    return min(closed.values(), key=_by_order).value


def open_status(statuses: Sequence[TaskStatus]) -> str:
    """The org's default status if it is open, else its first open one; ``Unmappable`` where none is open."""
    still_open = [status for status in statuses if not status.closed]
    if not still_open:
        raise Unmappable("The Salesforce org has no open task status: an admin has to add one.")
    return min(still_open, key=lambda one: (not one.default, *_by_order(one))).value


def task_status(
    activity: Activity,
    statuses: Sequence[TaskStatus],
    mapped: Mapping[str, str],
    chosen: str | None = None,
) -> str:
    """
    The Salesforce status of a HubSpot task.

    The admin's map (HubSpot status to Salesforce status) first, then the usual words, each only if the org
    has the value; what is left, and any status HubSpot's admins added, goes by open or done. The base
    remembers HubSpot's own word, so a status Salesforce cannot express comes back unchanged.
    """
    known = {status.value for status in statuses}
    word = activity.status or ""
    for value in (mapped.get(word), _USUAL.get(word)):
        if value is not None and value in known:
            return value
    return completed_status(statuses, chosen) if _finished(activity) else open_status(statuses)


def _finished(activity: Activity) -> bool:
    """Whether HubSpot itself says that a task or a meeting is over."""
    if activity.status == _DONE:
        return True
    if activity.kind is Kind.TASK and activity.status in _USUAL:
        return False
    return activity.progress is Progress.DONE or not _ENDS_A_MEETING.isdisjoint(activity.remarks)


def _by_order(status: TaskStatus) -> tuple[int, str]:
    return status.sort_order, status.value
