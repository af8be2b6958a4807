"""
Writing: announce, write, settle (DESIGN, "Writing once").

The intent of every write is saved before the call, so that a crash between the call and its
settlement is seen by the next run, which looks before it writes again. A create is an insert under
the pair's unique key: what exists already is adopted, never written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tandem.engine import adopt, mend
from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work, ended, intent_of, line
from tandem.errors import CrmError
from tandem.model import Link, LinkState, WriteResult, Written
from tandem.store.rows import History
from tandem.sync.reasons import Reason
from tandem.sync.schedule import next_try

__all__ = ["announce", "apply", "settle"]


async def apply(run: RunContext, works: Sequence[Work]) -> list[Done]:
    """Announce and carry out *works*; the results still have to be saved by ``settle``."""
    if not works:
        return []
    ordered = sorted(works, key=lambda work: (work.account_id, str(work.record.get("WhoId", ""))))
    await announce(run, ordered)
    run.at("announced")
    done: list[Done] = []
    try:
        for operation in ("create", "update", "delete"):
            group = [work for work in ordered if work.operation == operation]
            if group:
                done.extend(await _carry_out(run, operation, group))
    except CrmError:
        await _withdraw(run, ordered, done)
        raise
    run.at("written")
    return done


async def announce(run: RunContext, works: Iterable[Work]) -> None:
    """Save what is about to be written, in one transaction, before the first call."""
    announced = [
        replace(work.link, intent=intent_of(run, work), contact_id=work.target.contact_id)
        for work in works
    ]
    await run.db(_save, run, announced)


async def settle(
    run: RunContext, done: Sequence[Done], checkpoints: Mapping[str, Mapping[str, Any]]
) -> None:
    """Save links, history and how far their sources are read, in one transaction; then count."""
    links = [each.link for each in done if each.is_changed]
    history = [each.history for each in done if each.history is not None]
    await run.db(_save, run, links, history, checkpoints)
    run.at("settled")
    for each in done:
        run.tally.settled(each.link.kind, each.outcome, each.reason)


def _save(
    run: RunContext,
    links: Sequence[Link],
    history: Sequence[History] = (),
    checkpoints: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    with run.store.transaction(run.lease) as unit:
        unit.save_links(links)
        unit.append_history(history)
        for name, value in (checkpoints or {}).items():
            unit.set_checkpoint(name, dict(value))


async def _withdraw(run: RunContext, works: Sequence[Work], done: Sequence[Done]) -> None:
    """
    Save what did land when a call fails as a whole, and take back the announcements that never left.

    A call whose outcome is unknown does not come here: its records answer ``UNKNOWN`` one by one.
    What is left is due at once, so that the next run does it whatever its source then says.
    """
    finished = {each.link.key for each in done}
    left = [work.link for work in works if work.link.key not in finished]
    await settle(run, done, {})
    await run.db(_save, run, [replace(link, due_at=run.now) for link in left])
    for link in left:
        run.tally.settled(link.kind, Outcome.WAITING, Reason.INTERRUPTED)


async def _carry_out(run: RunContext, operation: str, works: Sequence[Work]) -> list[Done]:
    if operation == "create":
        return await _create(run, works)
    records = [work.record for work in works]
    if operation == "update":
        answers = await run.salesforce.update_tasks(records)
        return [
            await _updated(run, work, answer) for work, answer in zip(works, answers, strict=True)
        ]
    answers = await run.salesforce.delete_tasks([str(record["Id"]) for record in records])
    return [_deleted(run, work, answer) for work, answer in zip(works, answers, strict=True)]


# --------------------------------------------------------------------------- creating


async def _create(run: RunContext, works: Sequence[Work]) -> list[Done]:
    existing = await adopt.already_there(run, [work for work in works if work.look_first])
    done = [
        adopt.adopted(run, work, existing[work.link.key])
        for work in works
        if work.link.key in existing
    ]
    left = [work for work in works if work.link.key not in existing]
    for _ in range(mend.ROUNDS):
        if not left:
            return done
        answers = await run.salesforce.create_tasks([work.record for work in left])
        answered = list(zip(left, answers, strict=True))
        left = []
        to_look_up = []
        for work, answer in answered:
            mended = mend.mended(work, answer)
            if answer.result is WriteResult.DONE and answer.id is not None:
                done.append(_created(run, work, answer.id))
            elif answer.result in (WriteResult.EXISTS, WriteResult.UNKNOWN):
                to_look_up.append((work, answer))
            elif mended is not None:
                left.append(mended)
            else:
                done.append(_refused(run, work, answer))
        done.extend(await adopt.look_up(run, to_look_up))
    return done


def _created(run: RunContext, work: Work, salesforce_id: str) -> Done:
    link = replace(work.target, salesforce_id=salesforce_id, intent=None)
    return Done(
        link=link,
        outcome=Outcome.CREATED,
        history=line(run, work, "created", record_id=salesforce_id),
    )


def _refused(run: RunContext, work: Work, answer: Written) -> Done:
    """Not written: try later for locks and vanished people, else park with Salesforce's own words."""
    first_seen = work.link.first_seen_at or run.now
    if answer.result is WriteResult.TRY_LATER or mend.is_person_gone(work, answer):
        reason = Reason.LOCKED if answer.result is WriteResult.TRY_LATER else Reason.PERSON_GONE
        due_at = next_try(first_seen, work.link.attempts, run.now)
        if due_at is not None:
            link = replace(
                work.link,
                state=work.link.state if work.link.salesforce_id else LinkState.WAITING,
                reason=reason,
                detail=answer.message,
                intent=None,
                attempts=work.link.attempts + 1,
                due_at=due_at,
            )
            return Done(link=link, outcome=Outcome.WAITING, reason=reason)
    link = replace(
        work.link,
        state=LinkState.PARKED,
        reason=Reason.REFUSED,
        detail=f"{answer.code}: {answer.message}" if answer.code else answer.message,
        intent=None,
        due_at=None,
    )
    return Done(
        link=link,
        outcome=Outcome.PARKED,
        reason=Reason.REFUSED,
        history=line(run, work, "parked", reason=Reason.REFUSED, message=link.detail),
    )


# --------------------------------------------------------------------------- changing


async def _updated(run: RunContext, work: Work, answer: Written) -> Done:
    if answer.result is WriteResult.DONE:
        return Done(
            link=replace(work.target, intent=None),
            outcome=Outcome.UPDATED,
            history=line(run, work, "updated", record_id=work.link.salesforce_id),
        )
    if answer.result is WriteResult.GONE:
        return ended(run, work.link, Reason.DELETED_IN_SALESFORCE, Outcome.SKIPPED)
    if answer.result is WriteResult.UNKNOWN:
        # The intent stays: the next run looks at the task before it writes again.
        link = replace(
            work.link, intent=intent_of(run, work), due_at=run.now + timedelta(minutes=1)
        )
        return Done(link=link, outcome=Outcome.WAITING, reason=Reason.OUTCOME_UNKNOWN)
    mended = mend.mended(work, answer)
    if mended is not None:
        [again] = await run.salesforce.update_tasks([mended.record])
        if again.result is WriteResult.DONE:
            return await _updated(run, mended, again)
    return _refused(run, work, answer)


def _deleted(run: RunContext, work: Work, answer: Written) -> Done:
    if answer.result in (WriteResult.DONE, WriteResult.GONE):
        return ended(run, work.link, Reason.DELETED_IN_HUBSPOT, Outcome.DELETED)
    if answer.result is WriteResult.UNKNOWN:
        link = replace(
            work.link, intent=intent_of(run, work), due_at=run.now + timedelta(minutes=1)
        )
        return Done(link=link, outcome=Outcome.WAITING, reason=Reason.OUTCOME_UNKNOWN)
    return _refused(run, work, answer)
