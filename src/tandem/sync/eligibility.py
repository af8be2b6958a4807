"""Which activities sync: since when, which of a kind, and whether they are finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tandem.model import Activity, Contact, Kind, Progress
from tandem.sync.policy import ActivityFilter, KindPolicy, Policy
from tandem.sync.reasons import Reason

__all__ = ["Go", "Skip", "Verdict", "Wait", "contact_verdict", "verdict"]


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
    ids = {contact.id, *contact.merged_ids}
    if policy.inclusion_list is not None and not ids & members.get(
        policy.inclusion_list, frozenset()
    ):
        return Skip(Reason.NOT_ON_INCLUSION_LIST)
    for each in policy.kind(activity.kind).filters_for(activity.created_at):
        lists = each.filter.lists
        if lists and not any(ids & members.get(name, frozenset()) for name in lists):
            return Skip(Reason.FILTERED, "lists")
    return _GO
