"""What would become of a record that Tandem has never met: it is read now, and planned like any other."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tandem.engine.context import RunContext
from tandem.engine.job import Job
from tandem.engine.plan import Planner
from tandem.engine.pull import Batch
from tandem.engine.reports import (
    Decision,
    Explanation,
    Operation,
    Outcome,
    PlannedAction,
    ProgressCallback,
    Verdict,
)
from tandem.engine.run import StopReason
from tandem.engine.running import Runner
from tandem.engine.salesforce_tasks import read_tasks
from tandem.engine.task_plan import Plan
from tandem.errors import AccessLost, AlreadyRunning, Rejected
from tandem.mapping.ids import Reference, parse_reference
from tandem.model import Kind, ObjectType, Side
from tandem.store.rows import Connection
from tandem.sync.reasons import Reason

__all__ = ["NOT_AN_ACTIVITY", "NOT_FOUND", "Looking"]

NOT_FOUND = "not_found"
NOT_AN_ACTIVITY = "not_an_activity"
_TASK = "Task"
_WOULD = {
    Outcome.WAITING: Operation.WAIT,
    Outcome.SKIPPED: Operation.SKIP,
    Outcome.PARKED: Operation.PARK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Looks at records live; nothing is written or remembered."""

    runner: Runner

    async def look(self, connection: Connection, answer: Explanation) -> Explanation:
        """*answer* with a verdict, where the connection works and both CRMs can be asked now."""
        reference = parse_reference(answer.asked)
        if reference is None or not connection.is_complete:
            return answer
        work = _Look(reference)
        try:
            await self.runner.run(connection, trigger="explain", dry_run=True, job=Job(work=work))
        except AlreadyRunning:
            return answer
        if work.verdict is None:
            return answer
        return replace(answer, kind=work.kind, verdict=work.verdict, decisions=work.decisions)


class _Look:
    """The inside of the dry run; see ``job.RunWork``."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self.verdict: Verdict | None = None
        self.kind: Kind | None = None
        self.decisions: tuple[Decision, ...] = ()

    async def __call__(
        self, run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
    ) -> tuple[PlannedAction, ...]:
        if self._reference.side is Side.HUBSPOT:
            batch = await self._in_hubspot(run)
        else:
            batch = await self._in_salesforce(run)
        if batch is not None:
            self._judge(await Planner(run).plan(batch))
        return ()

    async def _in_hubspot(self, run: RunContext) -> Batch | None:
        run.now = await run.hubspot.now()
        wanted = self._reference.object_type
        types = [one for one in ObjectType if wanted in (None, one.value)]
        if not types:
            self._say(reason=NOT_AN_ACTIVITY, detail=wanted or "")
            return None
        readable = 0
        for object_type in types:
            try:
                found = await run.hubspot.read(object_type, [self._reference.id])
            except (AccessLost, Rejected):
                continue  # a type that the token may not read: the others may have it
            readable += 1
            activity = found.get(self._reference.id)
            if activity is not None:
                self.kind = activity.kind
                return Batch(activities=(activity,))
        if readable:
            self._say(reason=NOT_FOUND)
        return None

    async def _in_salesforce(self, run: RunContext) -> Batch | None:
        if self._reference.object_type not in (None, _TASK):
            self._say(reason=NOT_AN_ACTIVITY, detail=self._reference.object_type or "")
            return None
        found = await read_tasks(run, [self._reference.id])
        task = found.get(self._reference.id)
        if task is None:
            self._say(reason=NOT_FOUND)
            return None
        self.kind = Kind.TASK
        if task.key:
            self._say(would=Operation.SKIP, reason=Reason.WRITTEN_BY_TANDEM)
            return None
        if task.is_deleted:
            self._say(would=Operation.SKIP, reason=Reason.DELETED_IN_SALESFORCE)
            return None
        return Batch(tasks=(task,))

    def _judge(self, plan: Plan) -> None:
        for work in plan.works:
            self.decisions = work.decisions
            self._say(would=Operation(work.operation))
            return
        for done in plan.done:
            link = done.link
            would = _WOULD.get(done.outcome)
            self._say(would=would, reason=done.reason, detail=link.detail)
            if would is Operation.WAIT and self.verdict is not None:
                self.verdict = replace(self.verdict, until=link.due_at)
            return
        # Nothing is decided about kinds that are off.
        self._say(would=Operation.SKIP, reason=Reason.KIND_OFF)

    def _say(self, *, would: Operation | None = None, reason: str = "", detail: str = "") -> None:
        self.verdict = Verdict(
            side=self._reference.side,
            record_id=self._reference.id,
            would=would,
            reason=reason,
            detail=detail,
        )
