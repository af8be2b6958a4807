"""
The inside of an import: portions of work, decided by their source, written as every run writes.

How far it came is saved with each portion, under a name that follows from the choices. The same import
goes on where it was stopped: what its earlier runs settled stays as it stands.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tandem.engine.apply import settle
from tandem.engine.context import RunContext
from tandem.engine.pull import Batch
from tandem.engine.recover import recover
from tandem.engine.reports import Outcome, PlannedAction, ProgressCallback, Stage, Step
from tandem.engine.run import StopReason, carry_out, written_action
from tandem.engine.task_plan import Plan
from tandem.engine.work import Work
from tandem.model import Link, LinkState
from tandem.sync.policy import Policy
from tandem.sync.reasons import Reason

__all__ = ["CHECKPOINTS", "ImportLoop", "ImportSource", "LikelyDouble", "Portion", "is_left"]

CHECKPOINTS = "import/"
"""How the names of their checkpoints begin: they are no sources that a run reads."""

_SHOWN = 20
_OUTCOMES = {"create": Outcome.CREATED, "update": Outcome.UPDATED, "delete": Outcome.DELETED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyDouble:
    """A record, and what somebody had made of the same thing already: same person, day and subject."""

    key: str
    hubspot_id: str
    salesforce_id: str
    day: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A part of an import: what is to be done, the doubles among it by key, and of how many records it is made."""

    plan: Plan
    doubles: Mapping[str, LikelyDouble] = field(default_factory=dict)
    size: int = 0


class ImportSource(Protocol):
    """Where the work of one import comes from; made for one run."""

    def policy(self, policy: Policy) -> Policy:
        """The choices of the connection as this import has them."""

    async def total(self, run: RunContext) -> int | None:
        """How many records there are to look at; None where nobody can tell beforehand."""

    def portions(self, run: RunContext, earlier: frozenset[int]) -> AsyncIterator[Portion]:
        """The work, decided; *earlier* are the runs that this one goes on for."""


def is_left(link: Link, earlier: frozenset[int]) -> bool:
    """
    Whether an import leaves *link* as it is: a pair, a tombstone, what an undo holds or a run before it settled.
    """
    if link.is_pair or link.state is LinkState.ENDED or link.reason == Reason.HELD:
        return True
    return link.run_id in earlier and link.intent is None and link.reason != Reason.INTERRUPTED


@dataclass(slots=True, kw_only=True)
class ImportLoop:
    """One run of one import, and what there is to tell of it afterwards."""

    source: ImportSource
    name: str
    adopted: int = 0
    doubles: list[LikelyDouble] = field(default_factory=list)
    total: int | None = None
    sample: list[PlannedAction] = field(default_factory=list)

    async def work(
        self, run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
    ) -> tuple[PlannedAction, ...]:
        """See ``run.sync``. Of a dry run the first actions are answered: all of them would grow with the import."""
        if not run.dry_run:
            tell(Step(stage=Stage.RECOVER))
            await recover(run)
        saved = await run.db(run.store.checkpoint, self.name) or {}
        earlier = [] if saved.get("finished_at") else list(saved.get("runs", ()))
        tell(Step(stage=Stage.PULL))
        self.total = await self.source.total(run)
        began = run.now.isoformat() if not earlier else saved["began_at"]
        progress = {"runs": [*earlier, run.run_id], "began_at": began, "total": self.total}
        done = 0
        if not run.dry_run:
            # From here on it has begun, and can be gone on with.
            await settle(run, (), {self.name: {**progress, "done": done}})
        async for portion in self.source.portions(run, frozenset(earlier)):
            done += portion.size
            for kind in portion.plan.looked_at:
                run.tally.pulled(kind)
            if run.dry_run:
                self._count(run, portion)
            else:
                checkpoint = {self.name: {**progress, "done": done}}
                await carry_out(run, Batch(checkpoints=checkpoint), portion.plan, is_stopped)
            self._note(portion)
            tell(Step(stage=Stage.APPLY, done=done, total=self.total))
            await run.make_way()
        if not run.dry_run:
            finished = {**progress, "done": done, "finished_at": run.now.isoformat()}
            await settle(run, (), {self.name: finished})
        return tuple(self.sample)

    def _count(self, run: RunContext, portion: Portion) -> None:
        for each in portion.plan.done:
            run.tally.settled(each.link.kind, each.outcome, each.reason)
        for work in portion.plan.works:
            run.tally.settled(work.link.kind, _outcome(work))
        new = [work for work in portion.plan.works if not work.is_adoption]
        room = max(_SHOWN - len(self.sample), 0)
        self.sample += [written_action(work) for work in new[:room]]

    def _note(self, portion: Portion) -> None:
        self.adopted += len(portion.doubles)
        room = _SHOWN - len(self.doubles)
        self.doubles += list(portion.doubles.values())[: max(room, 0)]


def _outcome(work: Work) -> Outcome:
    return Outcome.UNCHANGED if work.is_adoption else _OUTCOMES[work.operation]
