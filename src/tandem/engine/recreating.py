"""
*Recreate*: making the counterpart again that one CRM has lost, and pairing it with the record that is left.

The tombstone stays, and lets go of the living record: that goes by a new key, under which the ordinary
rules write its counterpart. A crash in between leaves a waiting record that the next run writes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from tandem.engine import holding
from tandem.engine.context import LONG_AGO, RunContext
from tandem.engine.explaining import find_links
from tandem.engine.job import Job
from tandem.engine.plan import Planner
from tandem.engine.pull import Batch
from tandem.engine.recover import recover
from tandem.engine.reports import PlannedAction, ProgressCallback, RunReport
from tandem.engine.reread import read_again
from tandem.engine.run import StopReason, carry_out
from tandem.engine.running import Runner
from tandem.engine.undoing_works import fresh_keys
from tandem.errors import SettingsError
from tandem.model import Kind, Link, LinkState, Side
from tandem.store.rows import Connection
from tandem.store.store import Store
from tandem.sync.reasons import Reason

__all__ = ["Recreated", "RecreatedHow", "Recreating"]


class RecreatedHow(enum.StrEnum):
    """What came of *Recreate*."""

    CREATED = "created"
    NOT_YET = "not_yet"  # by the rules it waits, is left out or set aside: ``reason`` says why
    NOTHING_LEFT = "nothing_left"  # both records are gone
    BOTH_THERE = "both_there"
    SWITCHED_OFF = "switched_off"  # nothing is written to the side that lacks it
    NO_RECORD = "no_record"  # an open, a click or a submission cannot be read again
    STOPPED = "stopped"  # the run ended before: see ``run``


@dataclass(frozen=True, slots=True, kw_only=True)
class Recreated:
    """``side`` is where the record was missing, ``record_id`` the new one there, ``key`` the key it goes by."""

    how: RecreatedHow
    key: str
    kind: Kind
    run: RunReport
    side: Side | None = None
    record_id: str | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recreating:
    """Makes counterparts again for the people who ask for it."""

    store: Store
    runner: Runner
    who: str

    async def recreate(
        self,
        connection: Connection,
        asked: str,
        *,
        tell: ProgressCallback = lambda step: None,
    ) -> Recreated:
        """*asked* is a key, an id or an address; SettingsError where it names no pair that has ended."""
        mine = self.store.for_connection(connection.id)
        links = find_links(mine, asked)
        ended = [link for link in links if link.state is LinkState.ENDED and not link.detail]
        if not ended:
            known = links[0].state.value if links else "never met"
            raise SettingsError(
                f"{asked!r} is not a pair that has ended ({known}). "
                "Which there are tells: tandem conflicts list"
            )
        work = _Recreation(ended[0])
        report = await self.runner.run(
            connection, trigger="recreate", tell=tell, job=Job(work=work)
        )
        self.store.note(connection.id, self.who, "recreated", ended[0].key)
        return work.answer(report)


class _Recreation:
    """The inside of the run; see ``job.RunWork``."""

    def __init__(self, tombstone: Link) -> None:
        self._tombstone = tombstone
        self._how = RecreatedHow.STOPPED
        self._side: Side | None = None
        self._link: Link | None = None

    def answer(self, report: RunReport) -> Recreated:
        link, side = self._link, self._side
        made = None
        if link is not None and side is not None:
            made = link.hubspot_id if side is Side.HUBSPOT else link.salesforce_id
        return Recreated(
            how=self._how,
            key=link.key if link else self._tombstone.key,
            kind=self._tombstone.kind,
            run=report,
            side=side,
            record_id=made,
            reason=link.reason if link else "",
            detail=link.detail if link else "",
        )

    async def __call__(
        self, run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
    ) -> tuple[PlannedAction, ...]:
        await recover(run)
        kind = self._tombstone.kind
        if not kind.is_record:
            self._how = RecreatedHow.NO_RECORD
            return ()
        living = await _living(run, self._tombstone)
        if len(living) != 1:
            both = RecreatedHow.BOTH_THERE if living else RecreatedHow.NOTHING_LEFT
            self._how = both
            return ()
        [left] = living
        self._side = left.other
        if not _is_written(run, kind, left.other):
            self._how = RecreatedHow.SWITCHED_OFF
            return ()
        fresh = await self._begin(run, left)
        await _write(run, fresh, is_stopped)
        self._link = (await run.db(run.store.links, [fresh.key])).get(fresh.key, fresh)
        is_made = self._link.state is LinkState.PAIRED
        self._how = RecreatedHow.CREATED if is_made else RecreatedHow.NOT_YET
        return ()

    async def _begin(self, run: RunContext, left: Side) -> Link:
        """From here on the record that is left goes by a key of its own, and waits for its counterpart."""
        tombstone = self._tombstone
        record_id = tombstone.hubspot_id if left is Side.HUBSPOT else tombstone.salesforce_id
        wanted = {tombstone.key: (left, str(record_id), tombstone.kind)}
        key = (await fresh_keys(run, wanted))[tombstone.key]
        fresh = Link(
            key=key,
            kind=tombstone.kind,
            hubspot_id=record_id if left is Side.HUBSPOT else None,
            salesforce_id=record_id if left is Side.SALESFORCE else None,
            state=LinkState.WAITING,
            reason=Reason.INTERRUPTED,
            created_at=tombstone.created_at,
            first_seen_at=run.now,
            due_at=LONG_AGO,
            run_id=run.run_id,
            settings_version=run.policy.version,
        )
        ended = replace(holding.without_record(tombstone, left), detail=key)
        await run.db(_save, run, (ended, fresh))
        return fresh


async def _living(run: RunContext, link: Link) -> list[Side]:
    """The sides on which the record is there."""
    living = []
    object_type = link.kind.object_type
    if link.hubspot_id is not None and object_type is not None:
        found = await run.hubspot.read(object_type, [link.hubspot_id])
        if found.get(link.hubspot_id) is not None:
            living.append(Side.HUBSPOT)
    if link.salesforce_id is not None:
        tasks = await run.salesforce.tasks([link.salesforce_id], ())
        task = tasks.get(link.salesforce_id)
        if task is not None and not task.is_deleted:
            living.append(Side.SALESFORCE)
    return living


def _is_written(run: RunContext, kind: Kind, side: Side) -> bool:
    if side is Side.SALESFORCE:
        return run.policy.kind(kind).enabled
    return kind is Kind.TASK and run.policy.salesforce_task_sync


async def _write(run: RunContext, link: Link, is_stopped: StopReason) -> None:
    found = await read_again(run, [link])
    batch = Batch(activities=found.activities, tasks=found.tasks, gone=found.gone, is_look=True)
    plan = await Planner(run).plan(batch)
    for kind in plan.looked_at:
        run.tally.pulled(kind)
    await carry_out(run, batch, plan, is_stopped)


def _save(run: RunContext, links: tuple[Link, ...]) -> None:
    with run.store.transaction(run.lease) as unit:
        unit.save_links(links)
