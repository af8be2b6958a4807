"""
Where news of Salesforce tasks comes from: one query of what changed, and once an hour what was deleted.

What was committed late carries an old stamp, so every round begins ten minutes before the last one did,
and reaches further back from time to time (DESIGN, "Reading all of it"). Reading a task twice costs
nothing: it then says what is known.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tandem.crm.connector import TASK_FACTS, DeletionsForgotten, TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.reach import beginning, further_back
from tandem.engine.reliance import is_at_rest, is_time, missed_before, reliance_of
from tandem.mapping.salesforce import FIELDS_READ
from tandem.model import Side

__all__ = ["SOURCE", "TASK_READ", "Pulled", "pull", "read_tasks"]

SOURCE = "Task"
"""What Salesforce and its events call tasks."""

TASK_READ = FIELDS_READ | {
    "CreatedDate",
    "IsClosed",
    "IsPrivate",
    "IsRecurrence",
    "RecordTypeId",
    "SystemModstamp",
}
"""What a person's task has to be read with to be decided about."""

_BATCH = 1_000
_OVERLAP = timedelta(minutes=10)
_CHECKPOINT = "salesforce_tasks"
_DELETED = "salesforce_deleted"
_DELETED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """Tasks to look at, how far the source is then read, and since when a change is news."""

    tasks: tuple[TaskSeen, ...] = ()
    checkpoints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    news_since: datetime | None = None


async def pull(run: RunContext) -> AsyncIterator[Pulled]:
    """Everything that changed in Salesforce since the last look; nothing where task sync is off."""
    if not run.policy.salesforce_task_sync:
        return
    async for pulled in _changed(run):
        yield pulled
    async for pulled in _deleted(run):
        yield pulled


async def read_tasks(run: RunContext, ids: Sequence[str]) -> Mapping[str, TaskSeen]:
    """The present state of these tasks, deleted ones included; ids nobody knows are absent."""
    if not ids:
        return {}
    return await run.salesforce.tasks(ids, sorted({*TASK_READ, *TASK_FACTS}))


async def _changed(run: RunContext) -> AsyncIterator[Pulled]:
    saved = await run.db(run.store.checkpoint, _CHECKPOINT)
    reliance = await reliance_of(run, SOURCE)
    if not is_time(run, Side.SALESFORCE, (saved or {}).get("at"), reliance):
        return
    missed = 0
    news_since = datetime.fromisoformat(saved["at"]) - _OVERLAP if saved else None
    since, widened_at = _reach(run, saved or {})
    pending: list[TaskSeen] = []
    asked_at: datetime | None = None
    async for page in run.salesforce.changed_tasks(since, None, fields=sorted(TASK_READ)):
        if asked_at is None:
            asked_at = await run.salesforce.now()
        pending.extend(page.tasks)
        missed += await _missed(run, page.tasks)
        while len(pending) >= _BATCH:
            part, pending = pending[:_BATCH], pending[_BATCH:]
            reached = part[-1].system_modstamp or page.watermark
            at = max(reached, news_since or reached)
            yield Pulled(
                tasks=tuple(part),
                checkpoints={_CHECKPOINT: {**(saved or {}), "at": at.isoformat()}},
                news_since=news_since,
            )
    # The answer's own Date header: what is committed after it is in the next round.
    asked_at = asked_at or await run.salesforce.now()
    yield Pulled(
        tasks=tuple(pending),
        checkpoints={
            _CHECKPOINT: {"at": asked_at.isoformat(), **widened_at},
            **({reliance.name: reliance.after_poll(missed)} if _is_heard(run) else {}),
        },
        news_since=news_since,
    )


def _is_heard(run: RunContext) -> bool:
    return Side.SALESFORCE in run.heard


async def _missed(run: RunContext, tasks: Sequence[TaskSeen]) -> int:
    """How many of what a query found no hint had told in time; nothing is told where no feed is heard."""
    if not _is_heard(run):
        return 0
    theirs = [
        task for task in tasks if not task.key
    ]  # of what Tandem wrote it keeps no link by itself
    links = await run.db(run.store.links_of_tasks, [task.id for task in theirs])
    seen = {
        one: run.now if is_at_rest(link) else link.salesforce_modified_at
        for one, link in links.items()
    }
    return missed_before(run.now, seen, [(task.id, task.system_modstamp) for task in theirs])


def _reach(run: RunContext, saved: Mapping[str, Any]) -> tuple[datetime, Mapping[str, str]]:
    """From when to read, and when reading further back was or is done last."""
    if "at" not in saved:
        switched_on = run.policy.salesforce_tasks_since or run.now
        return switched_on - _OVERLAP, beginning(run.now)
    return further_back(saved, datetime.fromisoformat(saved["at"]) - _OVERLAP, run.now)


async def _deleted(run: RunContext) -> AsyncIterator[Pulled]:
    """
    Tasks whose recycle bin was emptied before their deletion was seen: a query no longer shows them.

    Where Salesforce no longer tells a period, the daily round over all pairs finds what is gone.
    """
    saved = await run.db(run.store.checkpoint, _DELETED)
    covered = datetime.fromisoformat(saved["at"]) if saved else None
    now = await run.salesforce.now()
    if covered is None:
        yield Pulled(checkpoints={_DELETED: {"at": now.isoformat()}})
        return
    if now - covered < _DELETED_EVERY:
        return
    try:
        deleted = await run.salesforce.deleted_tasks(covered - _OVERLAP, now)
    except DeletionsForgotten:
        yield Pulled(checkpoints={_DELETED: {"at": now.isoformat()}})
        return
    ids = list(deleted.ids)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        yield Pulled(
            tasks=tuple(TaskSeen(id=i, key=None, fields={}, is_deleted=True) for i in part)
        )
    until = min(now, max(deleted.covered_until, covered))
    # A replica that lags holds the time back; it must not stand still for ever.
    yield Pulled(checkpoints={_DELETED: {"at": max(until, now - timedelta(days=1)).isoformat()}})
