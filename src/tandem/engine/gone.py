"""What happens to a record when its counterpart is deleted: the connection's delete policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tandem.crm.connector import TaskSeen
from tandem.engine import standing
from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work, ended
from tandem.errors import Unmappable
from tandem.mapping.hubspot_task import base_of_task, followed_in_salesforce
from tandem.mapping.record_values import salesforce_values
from tandem.mapping.salesforce import FIELDS_READ, base_of, followed_fields, seen_in_salesforce
from tandem.model import Field, Kind, Link, LinkState, Side
from tandem.sync.pair import GONE, UNREAD, Alike, Pair, Rules, Seen, rules_for
from tandem.sync.plan import Action, Complete, Delete, Look, Unlink, plan
from tandem.sync.reasons import Reason
from tandem.sync.status import completed_stage, completed_status

__all__ = ["decide_gone", "ending", "task_rules"]

_SOON = timedelta(minutes=1)


async def decide_gone(run: RunContext, links: Sequence[Link]) -> list[Work | Done]:
    """
    The end of every link whose HubSpot record is gone; Salesforce is read only where the policy asks.

    An edit beats a delete: a task that somebody changed since stays as it is, whatever the policy.
    """
    decided: list[Work | Done] = []
    to_read = []
    for link in links:
        if link.intent is not None:
            # Its task may have been written and come to light later: the end waits until that is clear.
            decided.append(
                standing.waiting(run, link, Reason.OUTCOME_UNKNOWN, due_at=run.now + _SOON)
            )
        elif link.state is not LinkState.PAIRED:
            decided.append(ended(run, link, Reason.GONE_BEFORE_WRITTEN))
        elif any(isinstance(action, Look) for action in _actions(run, link, UNREAD)):
            to_read.append(link)
        else:
            decided.append(ending(run, link, _actions(run, link, UNREAD), {}))
    ids = [link.salesforce_id for link in to_read if link.salesforce_id]
    names = sorted(FIELDS_READ & run.org.task_fields)
    tasks = await run.salesforce.tasks(ids, names) if ids else {}
    for link in to_read:
        task = tasks.get(link.salesforce_id or "")
        before = salesforce_values(task.fields) if task is not None else {}
        decided.append(ending(run, link, _actions(run, link, _seen(run, task)), before))
    return decided


def _seen(run: RunContext, task: TaskSeen | None) -> Seen:
    if task is None or task.is_deleted:
        return GONE
    return seen_in_salesforce(task.fields, run.marker)


def _actions(run: RunContext, link: Link, salesforce: Seen) -> tuple[Action, ...]:
    pair = Pair(
        key=link.key,
        kind=link.kind,
        seen={Side.HUBSPOT: GONE, Side.SALESFORCE: salesforce},
        base={Side.HUBSPOT: link.hubspot, Side.SALESFORCE: link.salesforce},
    )
    return plan(pair, _rules(run, link))


def _rules(run: RunContext, link: Link) -> Rules:
    if link.kind is Kind.TASK:
        return task_rules(run)
    fields = followed_fields(link.kind, run.policy.kind(link.kind))
    return rules_for(link.kind, run.policy, fields, ZoneInfo(run.portal.zone))


def task_rules(run: RunContext, alike: Alike | None = None) -> Rules:
    """The rules for pairs of tasks, whichever of the two directions are on."""
    policy = run.policy
    to_salesforce = followed_fields(Kind.TASK, policy.kind(Kind.TASK))
    to_hubspot = followed_in_salesforce(policy.task_fields)
    if not policy.salesforce_task_sync:
        to_hubspot = frozenset()
    left_out = {(Side.SALESFORCE, name) for name in to_hubspot - to_salesforce}
    left_out |= {(Side.HUBSPOT, name) for name in to_salesforce - to_hubspot}
    return rules_for(
        Kind.TASK,
        policy,
        to_salesforce | to_hubspot,
        ZoneInfo(run.portal.zone),
        alike,
        frozenset(left_out),
    )


def ending(
    run: RunContext, link: Link, actions: Sequence[Action], before: Mapping[str, str | None]
) -> Work | Done:
    """
    The end of a pair whose one record is gone, and what the plan does about the other one.

    *before* is all that the other one says, as far as it was read: what is deleted can be made again.
    """
    reason = next(action.reason for action in actions if isinstance(action, Unlink))
    for action in actions:
        if isinstance(action, Delete):
            return Work(
                operation="delete",
                side=action.side,
                link=link,
                target=link,
                record=_named(link, action.side, {}),
                before=before,
            )
        if isinstance(action, Complete):
            return _completed(run, link, action.side, reason, before)
    return ended(run, link, reason)


def _completed(
    run: RunContext, link: Link, side: Side, reason: Reason, before: Mapping[str, str | None]
) -> Work | Done:
    try:
        closed = _closed(run, side)
    except Unmappable as error:
        parked = replace(
            link,
            state=LinkState.PARKED,
            reason=Reason.UNMAPPABLE,
            detail=str(error),
            due_at=None,
        )
        return Done(link=parked, outcome=Outcome.PARKED, reason=Reason.UNMAPPABLE)
    hubspot, salesforce = link.hubspot, link.salesforce
    if side is Side.HUBSPOT:
        hubspot = {**hubspot, **base_of_task(closed, run.marker)}
    else:
        salesforce = {**salesforce, **base_of(closed, run.marker)}
    target = replace(
        link,
        state=LinkState.ENDED,
        reason=reason,
        hubspot=hubspot,
        salesforce=salesforce,
        due_at=None,
    )
    return Work(
        operation="update",
        side=side,
        link=link,
        target=target,
        record=_named(link, side, closed),
        fields=(Field.STATUS,),
        before={name: before[name] for name in closed if name in before},
    )


def _closed(run: RunContext, side: Side) -> dict[str, str | None]:
    """What makes a task a completed one."""
    if side is Side.HUBSPOT:
        return {"hs_task_status": completed_stage(run.schema.statuses)}
    return {"Status": completed_status(run.org.statuses, run.policy.completed_status)}


def _named(link: Link, side: Side, record: dict[str, str | None]) -> dict[str, Any]:
    if side is Side.HUBSPOT:
        return {"id": link.hubspot_id, **record}
    return {"Id": link.salesforce_id, **record}
