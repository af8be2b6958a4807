"""
Finding the task that exists already: by its unique key, or without one by the mark in its Comments.

What is found is adopted as it stands, since a person may have edited it. A task of ours in the
recycle bin is a tombstone: nothing is created under its key again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from tandem.engine.answers import created_line, linked
from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work, intent_of, line
from tandem.engine.writers import Existing, Writer
from tandem.model import LinkState, Side, WriteResult, Written
from tandem.sync.reasons import Reason

__all__ = ["adopted", "already_there", "in_bin", "look_up"]

_LOOKS_FOR_HIDDEN = 3
"""How often a task whose key is taken is looked for, minutes apart, before it counts as hidden."""


async def already_there(writer: Writer, works: Sequence[Work]) -> Mapping[str, Existing]:
    """The tasks that exist under the keys of *works*; nothing is asked where there are none."""
    people = {person for work in works for person in _people(work)}
    return await writer.existing([work.link for work in works], sorted(people))


def _people(work: Work) -> tuple[str, ...]:
    if work.side is Side.HUBSPOT:
        return work.attached.contact_ids
    return (str(work.record["WhoId"]),) if work.record.get("WhoId") else ()


async def look_up(
    run: RunContext, writer: Writer, unsettled: Sequence[tuple[Work, Written]]
) -> list[Done]:
    """Settle creates whose key was taken or whose answer was lost by what the CRM now holds."""
    if not unsettled:
        return []
    works = [work for work, _ in unsettled]
    found = await already_there(writer, works)
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


def adopted(run: RunContext, work: Work, task: Existing) -> Done:
    """Link what is there without writing: both sides as they are become the base."""
    known = linked(work.link, work.side, task.id)
    if task.is_deleted:
        reason = in_bin(work.side)
        link = replace(known, state=LinkState.ENDED, reason=reason, due_at=None, payload=None)
        history = line(run, work, "ended", reason=reason, record_id=task.id)
        return Done(link=link, outcome=Outcome.SKIPPED, reason=reason, history=history)
    target = linked(work.target, work.side, task.id)
    if work.side is Side.HUBSPOT:
        # What hangs on it was not read: as announced, and corrected by the next look at it.
        due_at = run.now if target.is_pair else None
        link = replace(target, hubspot={**target.hubspot, **task.seen}, due_at=due_at)
    else:
        link = replace(target, salesforce=task.seen)
    return Done(
        link=link,
        outcome=Outcome.UNCHANGED,
        history=line(run, work, "adopted", record_id=task.id),
    )


def in_bin(side: Side) -> Reason:
    """Why nothing is created under the key of a task that lies deleted on *side*."""
    return Reason.IN_RECYCLE_BIN if side is Side.SALESFORCE else Reason.DELETED_IN_HUBSPOT


def _landed(run: RunContext, work: Work, task: Existing) -> Done:
    return Done(
        link=linked(work.target, work.side, task.id),
        outcome=Outcome.CREATED,
        history=created_line(run, work, task.id),
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
