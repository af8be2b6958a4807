"""
Taking a run back, as a run of its own: ``sync.undo`` decides, this reads and writes.

It goes by pages of links, and each page is read just before it is written. Nothing of it has to be
remembered to go on after a crash: what is done already is no step of the next plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tandem.engine.apply import apply, settle
from tandem.engine.context import LONG_AGO, NO_SCHEMA, RunContext
from tandem.engine.holding import is_held
from tandem.engine.job import Job
from tandem.engine.recover import recover
from tandem.engine.reports import Outcome, PlannedAction, ProgressCallback, RunReport, Stage
from tandem.engine.reports import Step as Progress
from tandem.engine.run import Stopped, StopReason
from tandem.engine.running import Runner, this_process
from tandem.engine.undoing_reading import Known, lines_of, read_records, with_history
from tandem.engine.undoing_report import Taking, TakingKind, UndoReport
from tandem.engine.undoing_works import Group, Works, fresh_keys
from tandem.engine.work import Done
from tandem.errors import SettingsError, StoreError
from tandem.mapping.record_values import alike_with
from tandem.model import Kind, Link, LinkState, Side
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import Connection, History, Lease, Run
from tandem.store.store import Store
from tandem.sync.reasons import Reason
from tandem.sync.undo import (
    DeleteCreated,
    HistoryLine,
    LeftAlone,
    Record,
    Recreate,
    RestoreValue,
    Step,
    What,
    undo_plan,
)

__all__ = ["Undoing", "undo_trigger"]

_PAGE = 1_000
_SHORT_LEASE = 60.0
_RESTORED = ((Side.SALESFORCE, False), (Side.HUBSPOT, False), (Side.HUBSPOT, True))
_LANDED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED, Outcome.UNCHANGED})


def undo_trigger(run_id: int) -> str:
    """What a run is called that takes back another one."""
    return f"undo {run_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Takes runs of a connection back, and lets go of what that held."""

    store: Store
    runner: Runner
    who: str

    async def undo(
        self,
        connection: Connection,
        run_id: int,
        *,
        dry_run: bool,
        limit: int,
        tell: ProgressCallback = lambda step: None,
    ) -> UndoReport:
        """
        Take *run_id* back, or with *dry_run* say what that would do. SettingsError for a run there never was.

        ``steps`` of the answer are the first *limit* ones.
        """
        _check_run(self.store.for_connection(connection.id), run_id)
        work = _UndoRun(run_id, limit)
        report = await self.runner.run(
            connection,
            trigger=undo_trigger(run_id),
            dry_run=dry_run,
            tell=tell,
            job=Job(work=work),
        )
        if not dry_run:
            self.store.note(connection.id, self.who, "undone", f"run {run_id}")
        return work.report(report)

    def release(self, connection: Connection, run_id: int) -> int:
        """Let the next run see to what the undo *run_id*, or the undos of run *run_id*, hold; how many links."""
        mine = self.store.for_connection(connection.id)
        asked = _check_run(mine, run_id)
        undos = {asked.id} if asked.trigger.startswith("undo ") else set()
        undos |= {run.id for run in mine.runs(_PAGE) if run.trigger == undo_trigger(run_id)}
        now = self.runner.clock.now()
        lease: Lease = mine.acquire(this_process(), now, _SHORT_LEASE)
        released = 0
        try:
            for undo in sorted(undos):
                after = ""
                while links := mine.of_run(undo, after=after, limit=_PAGE):
                    after = links[-1].key
                    due = [released_link(link) for link in links if is_held(link)]
                    with mine.transaction(lease) as unit:
                        unit.save_links(due)
                    released += len(due)
        finally:
            mine.release(lease)
        self.store.note(connection.id, self.who, "released", f"run {run_id}: {released}")
        return released


def released_link(link: Link) -> Link:
    """*link* as the next run sees to it."""
    if link.hubspot_id is None and link.salesforce_id is None:
        return replace(link, state=LinkState.ENDED, reason=Reason.UNDONE, due_at=None)
    state = LinkState.PAIRED if link.is_pair else LinkState.WAITING
    reason = "" if link.is_pair else Reason.INTERRUPTED
    return replace(link, state=state, reason=reason, due_at=LONG_AGO, attempts=0)


def _check_run(mine: ConnectionStore, run_id: int) -> Run:
    try:
        return mine.run_of(run_id)
    except StoreError as error:
        raise SettingsError(f"{error} Which there are tells: tandem health --json") from error


class _UndoRun:
    """The inside of the run; see ``job.RunWork``."""

    def __init__(self, run_id: int, limit: int) -> None:
        self._undone = run_id
        self._limit = limit
        self._steps: list[Taking] = []
        self._counts: Counter[TakingKind] = Counter()
        self._left: Counter[str] = Counter()
        self._in_vain = 0

    def report(self, run: RunReport) -> UndoReport:
        return UndoReport(
            undone=self._undone,
            run=run,
            steps=tuple(self._steps),
            counts=dict(self._counts),
            left=dict(self._left),
            in_vain=self._in_vain,
        )

    async def __call__(
        self, run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
    ) -> tuple[PlannedAction, ...]:
        if not run.dry_run:
            tell(Progress(stage=Stage.RECOVER))
            await recover(run)
        after, seen = "", 0
        while entries := await self._page(run, after):
            after = entries[-1].key
            reason = "" if run.dry_run else await is_stopped()
            if reason:
                raise Stopped(reason)
            await self._take_back(run, entries)
            seen += len(entries)
            tell(Progress(stage=Stage.APPLY, done=seen))
        return ()

    async def _page(self, run: RunContext, after: str) -> list[History]:
        found: list[History] = await run.db(
            run.store.history_of_run, self._undone, after=after, limit=_PAGE
        )
        return found

    # ------------------------------------------------------------------ one page

    async def _take_back(self, run: RunContext, entries: Sequence[History]) -> None:
        lines = await with_history(run, lines_of(run, entries))
        if any(line.side is Side.HUBSPOT for line in lines) and run.schema is NO_SCHEMA:
            run.schema = await run.hubspot.task_schema()
            run.hubspot.know_tasks(run.schema)
        known = await read_records(run, lines)
        steps = undo_plan(
            lines,
            known.present(lines),
            recreated=_recreated(lines, known),
            alike=alike_with(run.marker),
        )
        works = Works(run, known)
        self._count_left(run, steps, known)
        if run.dry_run:
            for step in steps:
                self._count(run, step, _kind(step, known), Outcome.UNCHANGED)
            return
        await self._write(run, works, works.deletions(steps))
        for side, places in _RESTORED:
            groups = works.restorations(steps, side, places=places)
            await self._write(run, works, groups)
        keys = await _new_keys(run, works, steps, known)
        await self._write(run, works, works.recreations(steps, keys))

    async def _write(self, run: RunContext, works: Works, groups: Sequence[Group]) -> None:
        if not groups:
            return
        by_key = {group.work.link.key: group for group in groups}
        for group in groups:
            run.tally.pulled(group.work.link.kind)
        done = [_with_its_end(one) for one in await apply(run, [g.work for g in groups])]
        await settle(run, done, {})
        for each in done:
            works.take_over((each.link, *each.also))
            for step in by_key[each.link.key].steps:
                self._count(run, step, each.link.kind, each.outcome, each)

    # ------------------------------------------------------------------ counting

    def _count_left(self, run: RunContext, steps: Sequence[Step], known: Known) -> None:
        for step in steps:
            if isinstance(step, LeftAlone):
                kind = _kind(step, known)
                self._counts[TakingKind.LEAVE] += 1
                self._left[step.reason.value] += 1
                self._show(_taking(step, kind))
                run.tally.pulled(kind)
                run.tally.settled(kind, Outcome.SKIPPED, step.reason.value)

    def _count(
        self, run: RunContext, step: Step, kind: Kind, outcome: Outcome, done: Done | None = None
    ) -> None:
        taking = _taking(step, kind)
        if taking is None or taking.what is TakingKind.LEAVE:
            return
        self._counts[taking.what] += 1
        if done is not None and outcome not in _LANDED:
            self._in_vain += 1
            taking = replace(taking, problem=done.link.detail or done.reason)
        if run.dry_run:
            run.tally.pulled(kind)
            run.tally.settled(kind, _OUTCOMES[taking.what])
        self._show(taking)

    def _show(self, taking: Taking | None) -> None:
        if taking is not None and len(self._steps) < self._limit:
            self._steps.append(taking)


_OUTCOMES = {
    TakingKind.DELETE: Outcome.DELETED,
    TakingKind.RESTORE: Outcome.UPDATED,
    TakingKind.RECREATE: Outcome.CREATED,
}


def _taking(step: Step, kind: Kind) -> Taking | None:
    match step:
        case DeleteCreated(key, side, record_id):
            return Taking(
                what=TakingKind.DELETE, key=key, kind=kind, side=side, record_id=record_id
            )
        case Recreate(key, side, record_id):
            return Taking(
                what=TakingKind.RECREATE, key=key, kind=kind, side=side, record_id=record_id
            )
        case RestoreValue(key, side, record_id, field, value, expected):
            return Taking(
                what=TakingKind.RESTORE,
                key=key,
                kind=kind,
                side=side,
                record_id=record_id,
                field=field,
                value=value,
                present=expected,
            )
        case LeftAlone(key, reason, side, record_id, field):
            return Taking(
                what=TakingKind.LEAVE,
                key=key,
                kind=kind,
                side=side,
                record_id=record_id,
                field=field or "",
                reason=reason.value,
            )
        case _:
            return None


def _kind(step: Step, known: Known) -> Kind:
    link = known.newest.get(step.key)
    return link.kind if link is not None else Kind.TASK


def _recreated(lines: Sequence[HistoryLine], known: Known) -> dict[Record, str]:
    """What was made again since the run deleted it: the key that followed has a record on that side."""
    found: dict[Record, str] = {}
    for line in lines:
        newest = known.newest.get(line.key)
        if line.what is not What.DELETED or newest is None or newest.key == line.key:
            continue
        record_id = newest.hubspot_id if line.side is Side.HUBSPOT else newest.salesforce_id
        if record_id is not None:
            found[line.side, line.record_id] = record_id
    return found


async def _new_keys(
    run: RunContext, works: Works, steps: Sequence[Step], known: Known
) -> dict[str, str]:
    """The keys of what is made again, once the tombstones name them: so that a crash repeats no key."""
    wanted = {
        link.key: (step.side, step.record_id, link.kind)
        for step in steps
        if isinstance(step, Recreate)
        and (link := known.newest.get(step.key)) is not None
        and link.state is LinkState.ENDED
    }
    keys = await fresh_keys(run, wanted)
    named = [
        replace(link, detail=keys[link.key])
        for link in {link.key: link for link in known.newest.values()}.values()
        if link.key in keys
    ]
    await run.db(_save_links, run, named)
    works.take_over(named)
    return keys


def _save_links(run: RunContext, links: Sequence[Link]) -> None:
    with run.store.transaction(run.lease) as unit:
        unit.save_links(links)


def _with_its_end(done: Done) -> Done:
    """A tombstone says that an undo made it; a link whose record could not be made again stands for nothing."""
    link = done.link
    if done.outcome is Outcome.DELETED:
        return replace(done, link=replace(link, reason=Reason.UNDONE), reason=Reason.UNDONE)
    if link.intent is not None or link.hubspot_id is not None or link.salesforce_id is not None:
        return done
    return replace(
        done,
        link=replace(link, state=LinkState.ENDED, reason=Reason.UNDONE, due_at=None, detail=""),
    )
