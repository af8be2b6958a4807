"""
Writing: announce, write, settle (DESIGN, "Writing once").

The intent of every write is saved before the call, so that a crash between the call and its
settlement is seen by the next run, which looks before it writes again. A create is an insert under
the pair's unique key: what exists already is adopted, never written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tandem.engine import adopt, mend
from tandem.engine import answers as answers_
from tandem.engine.context import RunContext
from tandem.engine.holding import is_held
from tandem.engine.prepare import renew_org
from tandem.engine.reports import Outcome
from tandem.engine.work import (
    Done,
    Work,
    announced_contact,
    deleting_line,
    intent_of,
    replaced_line,
)
from tandem.engine.writers import Writer, writer_of
from tandem.errors import BudgetSpent, CrmError
from tandem.model import Link, Side, WriteResult, Written
from tandem.observing import Stage, during
from tandem.store.hints import HeldHint
from tandem.store.rows import History, KeptConflict
from tandem.sync.reasons import Reason

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
        for side in (Side.SALESFORCE, Side.HUBSPOT):
            for operation in ("create", "update", "delete"):
                group = [w for w in ordered if w.side is side and w.operation == operation]
                if group:
                    await _carry_out(run, writer_of(run, side), operation, group, done)
    except (BudgetSpent, CrmError):
        await _withdraw(run, ordered, done)
        raise
    run.at("written")
    return done


@during(Stage.ANNOUNCE)
async def announce(run: RunContext, works: Iterable[Work]) -> None:
    """
    Save what is about to be written, in one transaction, before the first call.

    So is every value of a person that it covers: without that copy nothing is overwritten.
    """
    works = list(works)
    announced = [
        replace(work.link, intent=intent_of(run, work), contact_id=announced_contact(work))
        for work in works
    ]
    covered = [replaced_line(run, work) for work in works if work.replaced]
    covered += [
        deleting_line(run, work) for work in works if work.operation == "delete" and work.before
    ]
    conflicts = [conflict for work in works for conflict in work.conflicts]
    await run.db(_save, run, announced, covered, conflicts=conflicts)


@during(Stage.SETTLE)
async def settle(
    run: RunContext,
    done: Sequence[Done],
    checkpoints: Mapping[str, Mapping[str, Any]],
    hints: Sequence[HeldHint] = (),
) -> None:
    """
    Save links, history and how far their sources are read, and forget the hints that led to them, in one
    transaction; then count.
    """
    links = [link for each in done if each.is_changed for link in (each.link, *each.also)]
    history = [each.history for each in done if each.history is not None]
    await run.db(_save, run, links, history, checkpoints, hints=hints)
    run.at("settled")
    for each in done:
        run.tally.settled(each.link.kind, each.outcome, each.reason)
        side = each.history.detail.get("side") if each.history is not None else None
        if each.outcome in _WRITTEN and side is not None:
            run.tally.wrote(Side(side), each.outcome)


_WRITTEN = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED})


def _save(
    run: RunContext,
    links: Sequence[Link],
    history: Sequence[History] = (),
    checkpoints: Mapping[str, Mapping[str, Any]] | None = None,
    conflicts: Sequence[KeptConflict] = (),
    hints: Sequence[HeldHint] = (),
) -> None:
    if not (links or history or checkpoints or conflicts or hints):
        return
    fresh = [conflict for conflict in conflicts if not _is_kept(run, conflict)]
    with run.store.transaction(run.lease) as unit:
        unit.save_links(links)
        unit.append_history(history)
        unit.keep_conflicts(fresh)
        for name, value in (checkpoints or {}).items():
            unit.set_checkpoint(name, dict(value))
        run.store.forget_hints(hints)


def _is_kept(run: RunContext, conflict: KeptConflict) -> bool:
    """Whether this very conflict was kept when an earlier attempt at the write was announced."""
    return any(
        (each.field, each.winner, dict(each.lost))
        == (conflict.field, conflict.winner, dict(conflict.lost))
        for each in run.store.conflicts(key=conflict.key, open_only=True)
    )


async def _withdraw(run: RunContext, works: Sequence[Work], done: Sequence[Done]) -> None:
    """
    Save what did land when a call fails as a whole, and take back the announcements that never left.

    Writes whose outcome is unknown are among *done*, and their announcements stay.
    What is left is due at once, so that the next run does it whatever its source then says.
    """
    finished = {each.link.key for each in done}
    left = [work.link for work in works if work.link.key not in finished]
    await settle(run, done, {})
    due = [link if is_held(link) else replace(link, due_at=run.now) for link in left]
    await run.db(_save, run, due)
    for link in left:
        run.tally.settled(link.kind, Outcome.WAITING, Reason.INTERRUPTED)


@during(Stage.WRITE)
async def _carry_out(
    run: RunContext, writer: Writer, operation: str, works: Sequence[Work], done: list[Done]
) -> None:
    """Write *works* and add what became of each to *done*, as far as it is known when a call fails."""
    if operation == "delete":
        await run.db(run.store.check, run.lease)
        answers = await writer.delete(works)
        done += [answers_.deleted(run, *pair) for pair in zip(works, answers, strict=True)]
        return
    left = list(works)
    if operation == "create":
        left = await _without_existing(run, writer, works, done)
    for turn in range(mend.ROUNDS):
        if not left:
            return
        is_last = turn + 1 == mend.ROUNDS
        left = await _write(run, writer, operation, left, done, is_last=is_last)


async def _without_existing(
    run: RunContext, writer: Writer, works: Sequence[Work], done: list[Done]
) -> list[Work]:
    """Those of *works* that have no task yet; the others are adopted."""
    existing = await adopt.already_there(writer, [work for work in works if work.look_first])
    done += [
        adopt.adopted(run, work, existing[work.link.key])
        for work in works
        if work.link.key in existing
    ]
    return [work for work in works if work.link.key not in existing]


async def _write(
    run: RunContext,
    writer: Writer,
    operation: str,
    works: Sequence[Work],
    done: list[Done],
    *,
    is_last: bool,
) -> list[Work]:
    """One turn: what could be put right is given back for the next, all else is done."""
    # Whoever lost the lease starts no call: the other worker may be writing the same.
    await run.db(run.store.check, run.lease)
    answers = await (writer.create(works) if operation == "create" else writer.update(works))
    again: list[Work] = []
    unsettled: list[tuple[Work, Written]] = []
    refusals: list[tuple[Work, Written]] = []
    for work, answer in zip(works, answers, strict=True):
        mended = None if is_last else mend.mended(work, answer, run.marker)
        if answer.result is WriteResult.DONE and (answer.id or operation == "update"):
            done.append(_written(run, operation, work, answer))
        elif mended is not None:
            again.append(mended)
        elif answer.result in _UNSETTLED[operation]:
            unsettled.append((work, answer))
        else:
            refusals.append((work, answer))
    if any(answer.code == mend.INACTIVE_OWNER for answer in answers):
        await run.db(run.store.forget_cached, "users")
    try:
        done += await _settled(run, writer, operation, unsettled)
    except (BudgetSpent, CrmError):
        # Nobody could look: these announcements stay, for the next run to look.
        done += [answers_.unknown(run, work) for work, _ in unsettled]
        raise
    done += await _refused(run, refusals)
    return again


_UNSETTLED = {
    "create": frozenset({WriteResult.EXISTS, WriteResult.UNKNOWN}),
    "update": frozenset({WriteResult.GONE, WriteResult.UNKNOWN}),
}
"""Answers that tell too little: the CRM is asked what there is."""


def _written(run: RunContext, operation: str, work: Work, answer: Written) -> Done:
    if operation == "create":
        done = answers_.created(run, work, str(answer.id))
    else:
        done = answers_.updated(run, work)
    return replace(done, link=answers_.at_version(done.link, work, answer))


async def _settled(
    run: RunContext, writer: Writer, operation: str, unsettled: Sequence[tuple[Work, Written]]
) -> list[Done]:
    if operation == "create":
        return await adopt.look_up(run, writer, unsettled)
    done = [
        answers_.unknown(run, work)
        for work, answer in unsettled
        if answer.result is WriteResult.UNKNOWN
    ]
    gone = [pair for pair in unsettled if pair[1].result is WriteResult.GONE]
    return done + await _gone(run, writer, gone)


async def _gone(
    run: RunContext, writer: Writer, unsettled: Sequence[tuple[Work, Written]]
) -> list[Done]:
    """Something an update names is deleted: the task itself, or the person or record it was to go to."""
    if not unsettled:
        return []
    living = await writer.living([work.record_id for work, _ in unsettled if work.record_id])
    done = [answers_.gone(run, work) for work, _ in unsettled if work.record_id not in living]
    left = [pair for pair in unsettled if pair[0].record_id in living]
    return done + await _refused(run, left)


async def _refused(run: RunContext, refusals: Sequence[tuple[Work, Written]]) -> list[Done]:
    """Wait or park; what was remembered and turns out to be out of date is read anew."""
    if not refusals:
        return []
    people = {
        work.target.contact_id
        for work, answer in refusals
        if work.target.contact_id and mend.is_person_gone(work, answer)
    }
    if people:
        await run.db(run.store.forget_people, people)
    is_outdated = any(mend.names_a_choice(answer) for _, answer in refusals) and await renew_org(
        run
    )
    return [
        answers_.refused(run, work, answer, is_outdated=is_outdated and mend.names_a_choice(answer))
        for work, answer in refusals
    ]
