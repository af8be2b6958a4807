"""
One run of one connection: recover, then pull, plan, apply and checkpoint until nothing is left.

A run can be stopped at any instruction and repeated from any point; see docs/sync-rules.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from tandem import observing
from tandem.engine.answers import check_storage
from tandem.engine.apply import apply, settle
from tandem.engine.brakes import Braked, Brakes
from tandem.engine.context import RunContext
from tandem.engine.disagreement import without_disputes
from tandem.engine.participants import add_participants
from tandem.engine.plan import Planner
from tandem.engine.pull import Batch, pull, waiting_for
from tandem.engine.recover import recover
from tandem.engine.reports import (
    Operation,
    Outcome,
    PlannedAction,
    ProgressCallback,
    Stage,
    Step,
)
from tandem.engine.task_plan import Plan
from tandem.engine.work import Done, Work
from tandem.errors import BudgetSpent, CrmError, LeaseLost
from tandem.model import Link
from tandem.sync.reasons import Reason

__all__ = ["StopReason", "Stopped", "carry_out", "planned_actions", "sync", "written_action"]


class Stopped(Exception):  # not an error: it is never shown as one
    """The run has to end before its next write; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


StopReason = Callable[[], Awaitable[str]]
"""Why the run has to end before its next write; an empty string while it may go on."""


@dataclass(slots=True, kw_only=True)
class _Progress:
    tell: ProgressCallback
    done: int = 0

    def step(self, stage: Stage, more: int = 0) -> None:
        self.done += more
        self.tell(Step(stage=stage, done=self.done))


async def sync(
    run: RunContext,
    *,
    tell: ProgressCallback = lambda step: None,
    is_stopped: StopReason,
) -> tuple[PlannedAction, ...]:
    """
    Do everything there is to do now; a dry run answers what it would do and writes nothing.

    ``is_stopped`` is asked before every batch is written; way is made between two of them, when nothing is
    planned that would be thrown away.
    """
    progress = _Progress(tell=tell)
    planned: list[PlannedAction] = []
    planner, brakes = Planner(run), Brakes(run)
    if not run.dry_run:
        progress.step(Stage.RECOVER)
        await recover(run)
    progress.step(Stage.PULL)
    async for batch in observing.each_during(observing.Stage.READ, _batches(run, planner)):
        progress.step(Stage.RESOLVE)
        plan = await planner.plan(batch)
        for kind in plan.looked_at:
            run.tally.pulled(kind)
        if run.dry_run:
            planned.extend(planned_actions(run, plan))
        else:
            await _checked(run, brakes, batch, plan)
            await carry_out(run, batch, plan, is_stopped)
        progress.step(Stage.APPLY, len(plan.looked_at))
        await run.make_way()
        progress.step(Stage.PULL)
    return tuple(planned)


async def _batches(run: RunContext, planner: Planner) -> AsyncIterator[Batch]:
    async for batch in pull(run):
        yield batch
    async for batch in waiting_for(run, planner.take_appeared()):
        yield batch


async def carry_out(
    run: RunContext, batch: Batch, plan: Plan, is_stopped: StopReason
) -> Sequence[Done]:
    """Write what *plan* says, save it with the checkpoints of *batch*, and answer what became of each write."""
    reason = await is_stopped() if plan.works else ""
    if reason:
        await settle(run, plan.done, {})
        _count_left(run, [work.link for work in plan.works])
        raise Stopped(reason)
    works, disputed = await without_disputes(run, plan.works)
    try:
        done = await apply(run, works)
    except (BudgetSpent, CrmError):
        await settle(run, [*plan.done, *disputed], {})  # apply has saved and counted its own part
        raise
    except LeaseLost:
        _count_left(run, [*(w.link for w in plan.works), *(d.link for d in plan.done)])
        raise
    await settle(run, [*plan.done, *disputed, *done], batch.checkpoints, batch.hints)
    await add_participants(run, works, done)
    check_storage(done)
    return done


async def _checked(run: RunContext, brakes: Brakes, batch: Batch, plan: Plan) -> None:
    """Go on unless a brake asks first; what needs no write is saved all the same."""
    try:
        await brakes.check(batch, plan.works)
    except Braked:
        await settle(run, plan.done, {})
        _count_left(run, [work.link for work in plan.works])
        raise


def _count_left(run: RunContext, links: Sequence[Link]) -> None:
    """What this run leaves to the next one counts as waiting."""
    for link in links:
        run.tally.settled(link.kind, Outcome.WAITING, Reason.INTERRUPTED)


def planned_actions(run: RunContext, plan: Plan) -> list[PlannedAction]:
    """What a dry run answers for one batch, counted as if it were done."""
    actions = [_settled_action(each) for each in plan.done if each.outcome in _TOLD]
    for each in plan.done:
        run.tally.settled(each.link.kind, each.outcome, each.reason)
    for work in plan.works:
        run.tally.settled(work.link.kind, _OUTCOMES[work.operation])
        run.tally.wrote(work.side, _OUTCOMES[work.operation])
        actions.append(written_action(work))
    return actions


_OUTCOMES = {"create": Outcome.CREATED, "update": Outcome.UPDATED, "delete": Outcome.DELETED}
_TOLD = {
    Outcome.WAITING: Operation.WAIT,
    Outcome.SKIPPED: Operation.SKIP,
    Outcome.PARKED: Operation.PARK,
}


def _settled_action(done: Done) -> PlannedAction:
    return PlannedAction(
        operation=_TOLD[done.outcome],
        kind=done.link.kind,
        hubspot_id=done.link.hubspot_id,
        key=done.link.key,
        record_id=done.link.salesforce_id,
        reason=done.reason,
    )


def written_action(work: Work) -> PlannedAction:
    return PlannedAction(
        operation=Operation(work.operation),
        kind=work.link.kind,
        hubspot_id=work.link.hubspot_id,
        key=work.link.key,
        side=work.side,
        record_id=work.record_id,
        subject=work.subject,
        person=str(work.record.get("WhoId") or next(iter(work.attached.contact_ids), "")),
        assignee=str(work.record.get("OwnerId") or work.record.get("hubspot_owner_id") or ""),
        fields=work.fields,
        decisions=work.decisions,
    )
