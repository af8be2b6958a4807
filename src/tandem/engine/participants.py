"""Shared Activities: putting an activity's further contacts on its task (SPEC section 5, all participants)."""

from __future__ import annotations

from collections.abc import Sequence

from tandem.engine.context import RunContext
from tandem.engine.work import Done, Work
from tandem.model import WriteResult
from tandem.store.rows import History

__all__ = ["add_participants"]


async def add_participants(run: RunContext, works: Sequence[Work], done: Sequence[Done]) -> None:
    """
    Add the participants of tasks that were just created.

    A contact who cannot be added does not undo the task: it is noted in the task's history with
    Salesforce's own words. One who takes part already counts as added, so repeating is safe.
    """
    tasks = {each.link.key: each.link.salesforce_id for each in done}
    rows = [
        (work.link.key, task_id, person_id)
        for work in works
        if (task_id := tasks.get(work.link.key))
        for person_id in work.participants
    ]
    if not rows:
        return
    answers = await run.salesforce.add_participants([(task, person) for _, task, person in rows])
    refused = [
        History(
            key=key,
            at=run.now,
            run_id=run.run_id,
            what="participant_refused",
            detail={"person": person, "message": answer.message},
        )
        for (key, _, person), answer in zip(rows, answers, strict=True)
        if answer.result not in (WriteResult.DONE, WriteResult.EXISTS)
    ]
    if refused:
        await run.db(_note, run, refused)


def _note(run: RunContext, entries: Sequence[History]) -> None:
    with run.store.transaction(run.lease) as unit:
        unit.append_history(entries)
