"""
Finding the task that exists already: by its unique key, or without one by the mark in its Comments.

What is found is adopted as it stands, since a person may have edited it. A task of ours in the
recycle bin is a tombstone: nothing is created under its key again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from tandem.crm.connector import TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work, intent_of, line
from tandem.mapping.key_mark import key_in
from tandem.mapping.salesforce import seen_in_salesforce
from tandem.model import Link, LinkState, WriteResult, Written
from tandem.sync.reasons import Reason

__all__ = ["adopted", "already_there", "find", "look_up"]

_CLOCKS_APART = timedelta(minutes=10)
"""How far the two CRMs' clocks may differ when a task is looked for by when it was created."""

_LOOKS_FOR_HIDDEN = 3
"""How often a task whose key is taken is looked for, minutes apart, before it counts as hidden."""


async def find(
    run: RunContext, links: Sequence[Link], people: Sequence[str], *, also_by_mark: bool = False
) -> Mapping[str, TaskSeen]:
    """
    The tasks that exist under the keys of *links*, recycle bin and archive included.

    *also_by_mark* looks for those that were written before the org had its key field, too.
    """
    if not links:
        return {}
    found: dict[str, TaskSeen] = {}
    if run.org.has_key_field:
        found |= await run.salesforce.tasks_by_key([link.key for link in links])
    if also_by_mark or not run.org.has_key_field:
        left = [link for link in links if link.key not in found]
        found |= await _by_mark(run, left, people)
    return found


async def _by_mark(
    run: RunContext, links: Sequence[Link], people: Sequence[str]
) -> dict[str, TaskSeen]:
    if not links:
        return {}
    since = min(
        (link.intent.announced_at for link in links if link.intent is not None), default=None
    )
    oldest = min((link.created_at for link in links if link.created_at), default=run.now)
    candidates = await run.salesforce.tasks_like(people, (since or oldest) - _CLOCKS_APART)
    wanted = {link.key for link in links}
    found: dict[str, TaskSeen] = {}
    for task in candidates:
        key = key_in(str(task.fields.get("Description") or ""))
        if key in wanted:
            found.setdefault(key, task)
    return found


async def already_there(run: RunContext, works: Sequence[Work]) -> Mapping[str, TaskSeen]:
    """The tasks that exist under the keys of *works*; nothing is asked where there are none."""
    people = sorted({str(work.record.get("WhoId") or "") for work in works} - {""})
    return await find(run, [work.link for work in works], people)


async def look_up(run: RunContext, unsettled: Sequence[tuple[Work, Written]]) -> list[Done]:
    """Settle creates whose key was taken or whose answer was lost by what Salesforce now holds."""
    if not unsettled:
        return []
    works = [work for work, _ in unsettled]
    found = await already_there(run, works)
    done = []
    for work, answer in unsettled:
        task = found.get(work.link.key)
        if task is not None:
            # Found after an insert of this very run whose answer was lost: it is the one we wrote.
            landed = answer.result is WriteResult.UNKNOWN and not task.is_deleted
            done.append(_landed(run, work, task) if landed else adopted(run, work, task))
        elif answer.result is WriteResult.EXISTS:
            done.append(_hidden(run, work, answer))
        else:
            done.append(_still_unknown(run, work))
    return done


def adopted(run: RunContext, work: Work, task: TaskSeen) -> Done:
    """Link what is there without writing: both sides as they are become the base."""
    if task.is_deleted:
        link = replace(
            work.link,
            state=LinkState.ENDED,
            reason=Reason.IN_RECYCLE_BIN,
            salesforce_id=task.id,
            intent=None,
            due_at=None,
            payload=None,
        )
        history = line(run, work, "ended", reason=Reason.IN_RECYCLE_BIN, record_id=task.id)
        return Done(
            link=link, outcome=Outcome.SKIPPED, reason=Reason.IN_RECYCLE_BIN, history=history
        )
    link = replace(
        work.target,
        salesforce_id=task.id,
        salesforce=seen_in_salesforce(task.fields, run.marker),
        intent=None,
    )
    return Done(
        link=link,
        outcome=Outcome.UNCHANGED,
        history=line(run, work, "adopted", record_id=task.id),
    )


def _landed(run: RunContext, work: Work, task: TaskSeen) -> Done:
    link = replace(work.target, salesforce_id=task.id, intent=None)
    return Done(
        link=link, outcome=Outcome.CREATED, history=line(run, work, "created", record_id=task.id)
    )


def _hidden(run: RunContext, work: Work, answer: Written) -> Done:
    """
    The key is taken by a task that the integration user does not see: not yet, or not at all.

    What was written just now may be committed a while later [getupdated]; only after some looks is it hidden.
    """
    if work.link.attempts < _LOOKS_FOR_HIDDEN:
        waiting = _still_unknown(run, work)
        return replace(waiting, link=replace(waiting.link, attempts=work.link.attempts + 1))
    link = replace(
        work.link,
        state=LinkState.PARKED,
        reason=Reason.EXISTS_HIDDEN,
        detail=answer.message,
        intent=None,
        due_at=None,
    )
    return Done(link=link, outcome=Outcome.PARKED, reason=Reason.EXISTS_HIDDEN)


def _still_unknown(run: RunContext, work: Work) -> Done:
    """Nothing is there yet: the announcement stays, and the next run looks again before it writes."""
    link = replace(
        work.link,
        state=LinkState.WAITING,
        reason=Reason.OUTCOME_UNKNOWN,
        intent=intent_of(run, work),
        contact_id=work.target.contact_id,
        due_at=run.now + timedelta(minutes=1),
    )
    return Done(link=link, outcome=Outcome.WAITING, reason=Reason.OUTCOME_UNKNOWN)
