"""Which activities and which Salesforce tasks sync: since when, which of a kind, and whether they are finished."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, assert_never

from tandem.model import Activity, Contact, Kind, Progress
from tandem.sync.policy import ActivityFilter, KindPolicy, Policy, TaskFilter
from tandem.sync.reasons import Reason

__all__ = [
    "FormerChoice",
    "Go",
    "Related",
    "Skip",
    "TaskFacts",
    "Verdict",
    "Wait",
    "contact_verdict",
    "inclusion_verdict",
    "place_verdict",
    "task_verdict",
    "verdict",
]


@dataclass(frozen=True, slots=True)
class Go:
    """Nothing speaks against writing it."""


@dataclass(frozen=True, slots=True)
class Skip:
    """It is not written, and only a change of the record or of the settings can alter that."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet. *until* is when to look again without news; None leaves it to the timetable."""

    reason: Reason
    until: datetime | None = None


Verdict = Go | Skip | Wait

_GO = Go()


def verdict(
    activity: Activity, policy: Policy, *, now: datetime, is_accepted: bool = False
) -> Verdict:
    """
    Whether *activity* syncs at all, before anybody asks for its people.

    "From then on" is judged by when the record was created in HubSpot, never by its last edit or by
    the day it is about. A kind without ``since`` has no lower bound (an import of what was there), and
    what *is_accepted*, since it waits already, is not judged anew when its kind was off and on again.
    """
    kind = policy.kind(activity.kind)
    if is_accepted:
        kind = replace(kind, since=None)
    refusal = _refusal(activity, kind)
    if refusal is not None:
        return refusal
    if activity.progress is Progress.PENDING:
        due = activity.occurred_at if activity.occurred_at > now else None
        return Wait(Reason.NOT_FINISHED, due)
    return _GO


def _refusal(activity: Activity, kind: KindPolicy) -> Skip | None:
    if not kind.enabled:
        return Skip(Reason.KIND_OFF)
    if activity.tandem_key:
        return Skip(Reason.WRITTEN_BY_TANDEM)
    if kind.since is not None and activity.created_at < kind.since:
        return Skip(Reason.OLDER)
    filters = kind.filters_for(activity.created_at)
    if activity.is_bot and any(each.skip_bots for each in filters):
        return Skip(Reason.BOT)
    if activity.progress is Progress.FAILED:
        return Skip(Reason.FAILED)
    narrowed = next((by for each in filters if (by := _narrowed_by(activity, each.filter))), "")
    return Skip(Reason.FILTERED, narrowed) if narrowed else None


def _narrowed_by(activity: Activity, chosen: ActivityFilter) -> str:
    """The member of the filter that leaves *activity* out, or nothing."""
    if (
        chosen.forms
        and activity.kind is Kind.FORM_SUBMISSION
        and activity.source_id not in chosen.forms
    ):
        return "forms"
    if (
        chosen.campaigns
        and activity.kind is not Kind.FORM_SUBMISSION
        and activity.source_id not in chosen.campaigns
    ):
        return "campaigns"
    if chosen.owners and activity.owner_id not in chosen.owners:
        return "owners"
    if chosen.subject_contains:
        title = activity.title.casefold()
        if not any(text.casefold() in title for text in chosen.subject_contains):
            return "subject_contains"
    return ""


def contact_verdict(
    contact: Contact, activity: Activity, policy: Policy, members: Mapping[str, frozenset[str]]
) -> Go | Skip:
    """
    Whether *contact* may have the task of *activity*, given who is on which HubSpot list.

    *members* holds the contact ids of every list the policy names; the ids a contact absorbed by a
    merge count as its own.
    """
    included = inclusion_verdict(contact, policy, members)
    if isinstance(included, Skip):
        return included
    ids = {contact.id, *contact.merged_ids}
    for each in policy.kind(activity.kind).filters_for(activity.created_at):
        lists = each.filter.lists
        if lists and not any(ids & members.get(name, frozenset()) for name in lists):
            return Skip(Reason.FILTERED, "lists")
    return _GO


def inclusion_verdict(
    contact: Contact, policy: Policy, members: Mapping[str, frozenset[str]]
) -> Go | Skip:
    """Whether the inclusion list lets *contact* sync at all, in either direction; without one all do."""
    ids = {contact.id, *contact.merged_ids}
    if policy.inclusion_list is not None and not ids & members.get(
        policy.inclusion_list, frozenset()
    ):
        return Skip(Reason.NOT_ON_INCLUSION_LIST)
    return _GO


# --------------------------------------------------------------------------- Salesforce tasks


class Related(enum.StrEnum):
    """What a Salesforce task's Related To is, as far as it matters to HubSpot."""

    NOTHING = "nothing"
    ACCOUNT = "account"
    OPPORTUNITY = "opportunity"
    OTHER = "other"  # a case, a custom object: HubSpot has no record for it


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What decides whether a Salesforce task appears in HubSpot. ``key`` is any Tandem key it carries."""

    created_at: datetime
    key: str | None = None
    subtype: str | None = None
    type: str | None = None
    owner_id: str | None = None
    record_type: str | None = None  # developer name
    has_person: bool = False
    related: Related = Related.NOTHING
    is_closed: bool = False
    is_recurring_head: bool = False
    is_private: bool = False
    is_archived: bool = False
    is_deleted: bool = False


class FormerChoice(Protocol):
    """What a task created before ``until`` must pass as well: the filter as it was before it was widened."""

    @property
    def until(self) -> datetime: ...

    @property
    def filter(self) -> TaskFilter: ...


def task_verdict(
    task: TaskFacts,
    policy: Policy,
    *,
    former: Iterable[FormerChoice] = (),
    is_accepted: bool = False,
) -> Go | Skip:
    """
    Whether a Salesforce task that has no HubSpot task yet may get one, before anybody asks for its people.

    "From then on" is judged by when it was created in Salesforce. A task that carries any Tandem key, whichever
    connection wrote it, never becomes a new one. Who owns it does not matter: a queue's task has no HubSpot
    owner. An import has no lower bound (``salesforce_tasks_since`` is None), and what *is_accepted* waits
    already and is not judged by it anew. A filter's SOQL condition is Salesforce's to judge, when it is read.
    """
    if not policy.salesforce_task_sync:
        return Skip(Reason.KIND_OFF)
    if task.key:
        return Skip(Reason.WRITTEN_BY_TANDEM)
    if task.is_deleted:
        return Skip(Reason.GONE_BEFORE_WRITTEN)
    refusal = _never(task)
    if refusal is not None:
        return refusal
    since = policy.salesforce_tasks_since
    if since is not None and not is_accepted and task.created_at < since:
        return Skip(Reason.OLDER)
    filters = (
        policy.task_filter,
        *(choice.filter for choice in former if task.created_at < choice.until),
    )
    narrowed = next((by for each in filters if (by := _task_narrowed_by(task, each))), "")
    return Skip(Reason.FILTERED, narrowed) if narrowed else _GO


def _never(task: TaskFacts) -> Skip | None:
    """What no setting lets through."""
    if task.is_recurring_head:
        return Skip(Reason.RECURRING_HEAD)
    if task.is_private:
        return Skip(Reason.PRIVATE)
    return Skip(Reason.ARCHIVED) if task.is_archived else None


def _task_narrowed_by(task: TaskFacts, chosen: TaskFilter) -> str:
    """The member of the filter that leaves *task* out, or nothing."""
    asked = (
        ("subtypes", chosen.subtypes, task.subtype or "Task"),
        ("types", chosen.types, task.type),
        ("owners", chosen.owners, task.owner_id),
        ("record_types", chosen.record_types, task.record_type),
    )
    for name, allowed, value in asked:
        if allowed and value not in allowed:
            return name
    return "open_only" if chosen.open_only and task.is_closed else ""


def place_verdict(
    task: TaskFacts, *, person_found: bool, related_found: bool, unattached: bool = False
) -> Verdict:
    """
    Whether the HubSpot records that correspond to a task's Name and Related To are there to attach it to.

    Without its person the task waits, never attached to less than it belongs to; an account or opportunity
    without counterpart does not hold back a task whose person has one. *unattached* lets tasks go that are
    about nothing HubSpot could ever have.
    """
    if task.has_person:
        return _GO if person_found else Wait(Reason.NO_HUBSPOT_RECORD)
    match task.related:
        case Related.ACCOUNT | Related.OPPORTUNITY:
            return _GO if related_found else Wait(Reason.NO_HUBSPOT_RECORD)
        case Related.NOTHING:
            return _GO if unattached else Skip(Reason.NO_RELATED_RECORD)
        case Related.OTHER:
            return _GO if unattached else Skip(Reason.UNSUPPORTED_RELATED_RECORD)
        case never:
            assert_never(never)
