"""Which status a Salesforce task gets, and which one HubSpot's task gets from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from tandem.errors import Unmappable
from tandem.model import Activity, Kind, Progress, Remark, TaskStage, TaskStatus
from tandem.sync.policy import KindPolicy, StatusChoice

__all__ = [
    "closes_at",
    "closes_by_clock",
    "completed_stage",
    "completed_status",
    "hubspot_status",
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

_STAGES = tuple(
    TaskStage(value=value, label=label, closed=value == _DONE, order=order)
    for order, (value, label) in enumerate({**_USUAL, _DONE: "Completed"}.items())
)
"""HubSpot's own stages, for an account whose task pipeline could not be read (reference 1.4)."""


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


def completed_stage(stages: Sequence[TaskStage]) -> str:
    """What completes a HubSpot task: HubSpot's own stage, else the first closed one; ``Unmappable`` without."""
    return _by_progress(
        True, sorted(stages or _STAGES, key=lambda one: (one.order, one.value)), None
    )


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
    stages: Sequence[TaskStage] = (),
) -> str:
    """
    The Salesforce status of a HubSpot task.

    The admin's map (HubSpot status to Salesforce status) first, then the usual words, each only if the org
    has the value; a stage that HubSpot's admins added goes to the status of its name, what is left by open or
    done. The base remembers HubSpot's own word, so a status Salesforce cannot express comes back unchanged.
    """
    stage = _stage(activity.status, stages)
    is_over = _finished(activity) if stage is None else _closes(stage)
    return _in_salesforce(activity.status or "", is_over, statuses, mapped, chosen, stage)


def _in_salesforce(
    word: str,
    is_over: bool,
    statuses: Sequence[TaskStatus],
    mapped: Mapping[str, str],
    chosen: str | None,
    stage: TaskStage | None,
) -> str:
    known = {status.value for status in statuses}
    for value in (mapped.get(word), _USUAL.get(word)):
        if value is not None and value in known:
            return value
    if stage is not None and not _is_standard(stage):
        for status in sorted(statuses, key=_by_order):
            if _is_namesake(stage, status):
                return status.value
    return completed_status(statuses, chosen) if is_over else open_status(statuses)


def hubspot_status(
    status: str | None,
    statuses: Sequence[TaskStatus],
    stages: Sequence[TaskStage],
    mapped: Mapping[str, str],
    *,
    chosen: str | None = None,
    present: str | None = None,
    closed: bool | None = None,
) -> str:
    """
    The HubSpot status of a Salesforce task: ``task_status`` read backwards.

    *present*, what HubSpot says now, stays wherever it already means *status*. Else a stage that
    ``task_status`` turns into *status*: the usual word before one the admin mapped, a stage of its name, and
    one that means it only as open or done. A status no stage means goes by completed or not: HubSpot's
    task is completed or reopened if it has to be, and else left as it is. *closed* is Salesforce's own word
    for values that are no longer on the org's list. ``Unmappable`` where HubSpot has no stage to complete to or
    reopen to.
    """
    stages = sorted(stages or _STAGES, key=lambda one: (one.order, one.value))
    meaning = [one for one in stages if _meaning(one, statuses, mapped, chosen) == status]
    if status and any(one.value == present for one in meaning):
        return present or ""
    if status and meaning:
        return min(meaning, key=lambda one: _nearness(one, status, mapped)).value
    return _by_progress(_is_over(status, statuses, closed), stages, present)


def _meaning(
    stage: TaskStage, statuses: Sequence[TaskStatus], mapped: Mapping[str, str], chosen: str | None
) -> str | None:
    """What *stage* becomes in Salesforce; None where the org has no status for it."""
    try:
        return _in_salesforce(stage.value, _closes(stage), statuses, mapped, chosen, stage) or None
    except Unmappable:
        return None


def _nearness(stage: TaskStage, status: str | None, mapped: Mapping[str, str]) -> int:
    """How directly *stage* means *status*: by the usual word, the admin's map, its name, or open and done."""
    if _USUAL.get(stage.value) == status or (stage.value == _DONE and stage.value not in mapped):
        return 0
    if mapped.get(stage.value) == status:
        return 1
    return 2 if _folded(status) in (_folded(stage.label), _folded(stage.value)) else 3


def _is_over(status: str | None, statuses: Sequence[TaskStatus], closed: bool | None) -> bool:
    listed = {one.value: one.closed for one in statuses}
    return listed.get(status or "", bool(closed))


def _by_progress(is_over: bool, stages: Sequence[TaskStage], present: str | None) -> str:
    fitting = [one for one in stages if _closes(one) is is_over]
    if not fitting:
        wanted = "completed" if is_over else "open"
        raise Unmappable(f"HubSpot's task pipeline has no {wanted} stage: an admin has to add one.")
    if any(one.value == present for one in fitting):
        return present or ""
    usual = _DONE if is_over else next(iter(_USUAL))
    return usual if any(one.value == usual for one in fitting) else fitting[0].value


def _stage(word: str | None, stages: Sequence[TaskStage]) -> TaskStage | None:
    return next((one for one in stages if one.value == word), None)


def _is_standard(stage: TaskStage) -> bool:
    return stage.value == _DONE or stage.value in _USUAL


def _closes(stage: TaskStage) -> bool:
    return stage.value == _DONE if _is_standard(stage) else stage.closed


def _is_namesake(stage: TaskStage, status: TaskStatus) -> bool:
    names = (_folded(stage.label), _folded(stage.value))
    return status.closed is stage.closed and _folded(status.value) in names


def _folded(name: str | None) -> str:
    return " ".join((name or "").casefold().split())


def _finished(activity: Activity) -> bool:
    """Whether HubSpot itself says that a task or a meeting is over."""
    if activity.status == _DONE:
        return True
    if activity.kind is Kind.TASK and activity.status in _USUAL:
        return False
    return activity.progress is Progress.DONE or not _ENDS_A_MEETING.isdisjoint(activity.remarks)


def _by_order(status: TaskStatus) -> tuple[int, str]:
    return status.sort_order, status.value
