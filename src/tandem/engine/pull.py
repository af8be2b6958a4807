"""
Where a run's work comes from: pages of changed records, marketing feeds, and links that are due.

A batch says only *look here again*; its checkpoints are saved together with what became of its
activities, so a crash anywhere repeats work and loses none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tandem.crm.connector import TaskSeen
from tandem.engine import feeds, salesforce_tasks, sweep
from tandem.engine.context import RunContext
from tandem.engine.hinted import hinted
from tandem.engine.reach import beginning, further_back
from tandem.engine.reliance import Reliance, is_at_rest, is_time, missed_before, reliance_of
from tandem.engine.reread import Reread, read_again
from tandem.model import Activity, Kind, Link, ObjectType, Side
from tandem.store.hints import HeldHint

__all__ = ["BATCH", "Batch", "pull", "waiting_for"]

BATCH = 1_000
"""Activities dealt with at once: one association call and one composite write hold as many."""

_OVERLAP = timedelta(seconds=60)  # the search index lags (reference, section 2.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """
    Activities and Salesforce tasks to look at, links whose HubSpot record is gone, and how far their sources are then read.

    ``is_look`` marks a look without news: associations are compared even though the record did not change.
    What was modified before ``news_since`` was read before: it counts only if it was missed then.
    ``hints`` named these records, and are forgotten with what becomes of them.
    """

    activities: tuple[Activity, ...] = ()
    tasks: tuple[TaskSeen, ...] = ()
    gone: tuple[Link, ...] = ()
    checkpoints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_look: bool = False
    news_since: datetime | None = None
    hints: tuple[HeldHint, ...] = ()


async def pull(run: RunContext) -> AsyncIterator[Batch]:
    """Everything there is to look at now, in batches of at most ``BATCH``: first what feeds have named."""
    async for named in hinted(run):
        yield Batch(
            activities=tuple(named.activities),
            tasks=tuple(named.tasks),
            gone=tuple(named.gone),
            checkpoints=named.checkpoints,
            hints=named.hints,
            is_look=named.is_look,
        )
        async for batch in waiting_for(run, named.people | named.awaited):
            yield batch
    for object_type in _object_types(run):
        async for batch in _changed(run, object_type):
            yield batch
    async for pulled in salesforce_tasks.pull(run):
        yield Batch(
            tasks=pulled.tasks, checkpoints=pulled.checkpoints, news_since=pulled.news_since
        )
    async for batch in _due(run):
        yield batch
    async for activities, checkpoints in feeds.pull(run):
        for start in range(0, max(len(activities), 1), BATCH):
            part = tuple(activities[start : start + BATCH])
            is_last = start + BATCH >= len(activities)
            yield Batch(activities=part, checkpoints=checkpoints if is_last else {})
    async for seen, gone, checkpoints in sweep.pull(run):
        yield Batch(activities=seen, gone=gone, checkpoints=checkpoints, is_look=True)


def _object_types(run: RunContext) -> list[ObjectType]:
    wanted = {kind.object_type for kind in run.policy.enabled_kinds}
    return [object_type for object_type in ObjectType if object_type in wanted]


def _since(run: RunContext, kinds: Collection[Kind]) -> datetime:
    """The earliest moment of switching on among *kinds* (of those that are on)."""
    moments = [run.policy.kind(kind).since for kind in kinds if run.policy.kind(kind).enabled]
    return min((moment for moment in moments if moment is not None), default=run.now)


async def _changed(run: RunContext, object_type: ObjectType) -> AsyncIterator[Batch]:
    name = f"changed/{object_type}"
    kinds = [kind for kind in Kind if kind.object_type is object_type]
    saved = await run.db(run.store.checkpoint, name)
    reliance = await reliance_of(run, object_type)
    if not is_time(run, Side.HUBSPOT, (saved or {}).get("at"), reliance):
        return
    missed = 0
    news_since = datetime.fromisoformat(saved["at"]) - _OVERLAP if saved else None
    since, widened_at = _reach(run, saved or {}, kinds)
    pending: list[Activity] = []
    asked_at: datetime | None = None
    async for page in run.hubspot.changed(object_type, since):
        if asked_at is None:
            # The answer's own Date header: what was modified before it is in this round or the next.
            run.now = asked_at = await run.hubspot.now()
        pending.extend(page.activities)
        missed += await _missed(run, kinds, page.activities)
        if len(pending) >= BATCH:
            reached = max(page.watermark, news_since or page.watermark)
            yield Batch(
                activities=tuple(pending),
                checkpoints={name: {**(saved or {}), "at": reached.isoformat()}},
                news_since=news_since,
            )
            pending = []
    if asked_at is None:
        # Nothing changed, but the answer told the time: the host's clock may run ahead of HubSpot's.
        run.now = asked_at = await run.hubspot.now()
    yield Batch(
        activities=tuple(pending),
        checkpoints={
            name: {"at": asked_at.isoformat(), **widened_at},
            **_judged(run, reliance, missed),
        },
        news_since=news_since,
    )


async def _missed(
    run: RunContext, kinds: Collection[Kind], activities: Collection[Activity]
) -> int:
    """How many of what a search found no hint had told in time; nothing is told where no feed is heard."""
    if Side.HUBSPOT not in run.heard:
        return 0
    seen: dict[str, datetime | None] = {}
    for kind in kinds:
        ids = [activity.id for activity in activities if activity.kind is kind]
        links = await run.db(run.store.links_of, kind, ids)
        # What is over or held is left as it is, and no edit of it is remembered.
        seen |= {
            str(link.hubspot_id): run.now if is_at_rest(link) else link.modified_at
            for link in links
        }
    wanted = [a for a in activities if a.kind in run.policy.synced_kinds and not a.tandem_key]
    return missed_before(run.now, seen, [(a.id, a.modified_at) for a in wanted])


def _judged(run: RunContext, reliance: Reliance, missed: int) -> Mapping[str, Mapping[str, Any]]:
    """What is kept of the verdict; nothing where no feed is heard."""
    if Side.HUBSPOT not in run.heard:
        return {}
    return {reliance.name: reliance.after_poll(missed)}


def _reach(
    run: RunContext, saved: Mapping[str, Any], kinds: Collection[Kind]
) -> tuple[datetime, Mapping[str, str]]:
    """From when to read, and when reading further back was or is done last."""
    switched_on = _since(run, kinds)
    if "at" not in saved:
        return switched_on, beginning(run.now)
    last_read = datetime.fromisoformat(saved["at"]) - _OVERLAP
    since, widened_at = further_back(saved, last_read, run.now)
    # Not further back than the switching on, unless that is where the reading stands.
    return max(since, min(switched_on, last_read)), widened_at


async def waiting_for(run: RunContext, record_ids: Collection[str]) -> AsyncIterator[Batch]:
    """
    What waits for one of these, of whom there is news: it is tried at once.

    Activities wait for a HubSpot contact, tasks from Salesforce for the record there that they are about.
    """
    links = [
        link
        for link in await run.db(run.store.waiting_for, record_ids)
        if link.kind in run.policy.synced_kinds and link.run_id != run.run_id
    ]
    for start in range(0, len(links), BATCH):
        yield _look(await read_again(run, links[start : start + BATCH]))


def _look(found: Reread) -> Batch:
    return Batch(activities=found.activities, tasks=found.tasks, gone=found.gone, is_look=True)


async def _due(run: RunContext) -> AsyncIterator[Batch]:
    """Links whose time has come: waiting records, second looks, meetings that have ended."""
    looked_at: set[str] = set()
    while True:
        due = await run.db(
            run.store.due,
            run.now,
            BATCH,
            run.policy.synced_kinds,
            # What waits for HubSpot keeps waiting while task sync is off, and must not hide the rest.
            only_in_hubspot=not run.policy.salesforce_task_sync,
        )
        fresh = [link for link in due if link.key not in looked_at]
        if not fresh:
            return
        looked_at.update(link.key for link in fresh)
        yield _look(await read_again(run, fresh, both_sides=True))
