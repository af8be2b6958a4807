"""What happens to a task when its activity is deleted in HubSpot: the connection's delete policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from tandem.crm.connector import TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work, ended
from tandem.errors import Unmappable
from tandem.mapping.salesforce import FIELDS_READ, base_of, followed_fields, seen_in_salesforce
from tandem.model import Field, Link, LinkState, Side
from tandem.sync.pair import GONE, UNREAD, Pair, Seen, rules_for
from tandem.sync.plan import Action, Complete, Delete, Look, Unlink, plan
from tandem.sync.reasons import Reason
from tandem.sync.status import completed_status

__all__ = ["decide_gone"]


async def decide_gone(run: RunContext, links: Sequence[Link]) -> list[Work | Done]:
    """
    The end of every link whose HubSpot record is gone; Salesforce is read only where the policy asks.

    An edit beats a delete: a task that somebody changed since stays as it is, whatever the policy.
    """
    decided: list[Work | Done] = []
    to_read = []
    for link in links:
        if link.state is not LinkState.PAIRED:
            decided.append(ended(run, link, Reason.GONE_BEFORE_WRITTEN))
        elif any(isinstance(action, Look) for action in _actions(run, link, UNREAD)):
            to_read.append(link)
        else:
            decided.append(_carried(run, link, _actions(run, link, UNREAD)))
    ids = [link.salesforce_id for link in to_read if link.salesforce_id]
    names = FIELDS_READ & run.org.task_fields
    tasks = await run.salesforce.tasks(ids, names) if ids else {}
    for link in to_read:
        task = tasks.get(link.salesforce_id or "")
        decided.append(_carried(run, link, _actions(run, link, _seen(run, task))))
    return decided


def _seen(run: RunContext, task: TaskSeen | None) -> Seen:
    if task is None or task.is_deleted:
        return GONE
    return seen_in_salesforce(task.fields, run.marker)


def _actions(run: RunContext, link: Link, salesforce: Seen) -> tuple[Action, ...]:
    fields = followed_fields(link.kind, run.policy.kind(link.kind))
    pair = Pair(
        key=link.key,
        kind=link.kind,
        seen={Side.HUBSPOT: GONE, Side.SALESFORCE: salesforce},
        base={Side.HUBSPOT: link.hubspot, Side.SALESFORCE: link.salesforce},
    )
    return plan(pair, rules_for(link.kind, run.policy, fields, ZoneInfo(run.portal.zone)))


def _carried(run: RunContext, link: Link, actions: Sequence[Action]) -> Work | Done:
    reason = next(action.reason for action in actions if isinstance(action, Unlink))
    if any(isinstance(action, Delete) for action in actions):
        return Work(operation="delete", link=link, target=link, record={"Id": link.salesforce_id})
    if any(isinstance(action, Complete) for action in actions):
        try:
            closed = {"Status": completed_status(run.org.statuses, run.policy.completed_status)}
        except Unmappable as error:
            parked = replace(
                link,
                state=LinkState.PARKED,
                reason=Reason.UNMAPPABLE,
                detail=str(error),
                due_at=None,
            )
            return Done(link=parked, outcome=Outcome.PARKED, reason=Reason.UNMAPPABLE)
        target = replace(
            link,
            state=LinkState.ENDED,
            reason=reason,
            salesforce={**link.salesforce, **base_of(closed, run.marker)},
            due_at=None,
        )
        return Work(
            operation="update",
            link=link,
            target=target,
            record={"Id": link.salesforce_id, **closed},
            fields=(Field.STATUS,),
        )
    return ended(run, link, reason)
