"""
From then on: what is switched on, or newly let through a filter, begins at a moment, not in the past.

The moment is the CRM's own time, given by the caller; it is kept with the settings and is never
taken from a text that a person edited. A filter that lets more through than before is remembered
as it was: an activity created before the widening must pass the former filter too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tandem.model import Kind
from tandem.sync.policy import FormerFilter, FormerTaskFilter, KindPolicy, Policy, TaskFilter

__all__ = [
    "lets_more_tasks_through",
    "lets_more_through",
    "stamped",
    "switched_on",
    "tasks_moment",
    "with_former_filters",
]


def with_former_filters(policy: KindPolicy, formers: Iterable[FormerFilter]) -> KindPolicy:
    """*policy* remembering *formers* in place of those it had."""
    kept = tuple(sorted(formers, key=lambda former: former.until))
    return replace(policy, former_filters=kept)


def stamped(
    before: Policy,
    after: Policy,
    *,
    hubspot_now: datetime,
    salesforce_now: datetime | None = None,
    since: datetime | None = None,
) -> Policy:
    """
    *after* with every beginning set: kept where a kind stays on, now (or *since*) where it is switched on.

    *since* is the one way to begin in the past; whoever passes it wants the past sent.
    """
    kinds = {
        kind: _kind_stamped(before.kind(kind), after.kind(kind), now=hubspot_now, since=since)
        for kind in Kind
        if kind in after.kinds
    }
    return _tasks_stamped(
        before, replace(after, kinds=kinds), now=tasks_moment(hubspot_now, salesforce_now)
    )


def tasks_moment(hubspot_now: datetime, salesforce_now: datetime | None) -> datetime:
    """The moment by which Salesforce's tasks are stamped: Salesforce's own time, where it is known."""
    return salesforce_now or hubspot_now


def _tasks_stamped(before: Policy, after: Policy, *, now: datetime) -> Policy:
    if not after.salesforce_task_sync:
        return replace(after, salesforce_tasks_since=None, former_task_filters=())
    if not before.salesforce_task_sync or before.salesforce_tasks_since is None:
        return replace(after, salesforce_tasks_since=now, former_task_filters=())
    formers = list(before.former_task_filters)
    if lets_more_tasks_through(after.task_filter, before.task_filter):
        formers.append(FormerTaskFilter(until=now, filter=before.task_filter))
    needed = [each for each in formers if lets_more_tasks_through(after.task_filter, each.filter)]
    return replace(
        after,
        salesforce_tasks_since=before.salesforce_tasks_since,
        former_task_filters=tuple(sorted(needed, key=lambda former: former.until)),
    )


def _kind_stamped(
    before: KindPolicy, after: KindPolicy, *, now: datetime, since: datetime | None
) -> KindPolicy:
    if not after.enabled:
        return replace(with_former_filters(after, ()), since=None)
    if not before.enabled or before.since is None:
        return replace(with_former_filters(after, ()), since=since or now)
    formers = list(before.former_filters)
    if lets_more_through(after, _as_former(before, now)):
        formers.append(_as_former(before, now))
    needed = [former for former in formers if lets_more_through(after, former)]
    return replace(with_former_filters(after, needed), since=before.since)


def _as_former(policy: KindPolicy, until: datetime) -> FormerFilter:
    return FormerFilter(
        until=until,
        filter=policy.filter,
        skip_bots=policy.skip_bots,
        first_open_only=policy.first_open_only,
    )


def lets_more_through(policy: KindPolicy, former: FormerFilter) -> bool:
    """Whether the filter of *policy* may let something through that *former* does not."""
    now, then = policy.filter, former.filter
    return (
        _adds(now.forms, then.forms)
        or _adds(now.campaigns, then.campaigns)
        or _adds(now.owners, then.owners)
        or _adds(now.lists, then.lists)
        or _adds_words(now.subject_contains, then.subject_contains)
        or (former.skip_bots and not policy.skip_bots)
        or (former.first_open_only and not policy.first_open_only)
    )


def lets_more_tasks_through(now: TaskFilter, then: TaskFilter) -> bool:
    """
    Whether *now* may let a Salesforce task through that *then* does not.

    What a SOQL condition means is Salesforce's to say: a changed one counts as letting more through.
    """
    return (
        _adds(now.subtypes, then.subtypes)
        or _adds(now.types, then.types)
        or _adds(now.owners, then.owners)
        or _adds(now.record_types, then.record_types)
        or (then.open_only and not now.open_only)
        or (now.unattached and not then.unattached)
        or (then.condition is not None and now.condition != then.condition)
    )


def _adds(now: frozenset[str], then: frozenset[str]) -> bool:
    """An empty set lets everything through."""
    return bool(then) and (not now or not now <= then)


def _adds_words(now: tuple[str, ...], then: tuple[str, ...]) -> bool:
    """A longer phrase lets less through than a shorter one that it contains."""
    if not then:
        return False
    folded = [word.casefold() for word in then]
    return not now or not all(any(word in each.casefold() for word in folded) for each in now)


def switched_on(before: Policy, after: Policy) -> Mapping[Kind, KindPolicy]:
    """The kinds that are on in *after* and were off in *before*."""
    return {
        kind: after.kind(kind)
        for kind in Kind
        if after.kind(kind).enabled and not before.kind(kind).enabled
    }
