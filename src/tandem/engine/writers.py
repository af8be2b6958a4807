"""
The two CRMs as places to write tasks to: the same few verbs for both, so that writing is one loop.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tandem.crm.connector import NewTask
from tandem.engine.context import RunContext
from tandem.engine.work import Work
from tandem.mapping.key_mark import key_in
from tandem.mapping.salesforce import seen_fields, seen_in_salesforce
from tandem.model import Activity, Fields, KeyProperty, Link, ObjectType, Side, WriteResult, Written

__all__ = ["CLOCKS_APART", "Existing", "Writer", "writer_of"]

CLOCKS_APART = timedelta(minutes=10)
"""How far the two CRMs' clocks may differ when a task is looked for by when it was created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A task that exists under the key of a pair, and what it says."""

    id: str
    seen: Fields
    is_deleted: bool = False


class Writer(Protocol):
    """One CRM, for writing tasks. Answers come in the order of the works."""

    side: Side

    async def create(self, works: Sequence[Work]) -> Sequence[Written]: ...

    async def update(self, works: Sequence[Work]) -> Sequence[Written]: ...

    async def delete(self, works: Sequence[Work]) -> Sequence[Written]: ...

    async def existing(
        self, links: Sequence[Link], people: Collection[str], *, also_by_mark: bool = False
    ) -> Mapping[str, Existing]:
        """
        The tasks that exist under the keys of *links*, deleted ones included.

        Without a field for the key they are looked for on *people*; *also_by_mark* looks there for those
        that were written before there was such a field, too.
        """

    async def living(self, ids: Collection[str]) -> frozenset[str]:
        """Those of *ids* whose task is there."""


def writer_of(run: RunContext, side: Side) -> Writer:
    """The writer of *side* for one run."""
    return _HubSpotTasks(run) if side is Side.HUBSPOT else _SalesforceTasks(run)


class _SalesforceTasks:
    side = Side.SALESFORCE

    def __init__(self, run: RunContext) -> None:
        self._run = run

    async def create(self, works: Sequence[Work]) -> Sequence[Written]:
        return await self._run.salesforce.create_tasks([work.record for work in works])

    async def update(self, works: Sequence[Work]) -> Sequence[Written]:
        """A single one only if nobody has edited the task since it was read; it is decided about anew then."""
        version = works[0].read_at_version if len(works) == 1 else None
        if version is not None:
            record = works[0].record
            return [await self._run.salesforce.update_task_if_unmodified(record, version)]
        return await self._run.salesforce.update_tasks([work.record for work in works])

    async def delete(self, works: Sequence[Work]) -> Sequence[Written]:
        return await self._run.salesforce.delete_tasks([str(work.record_id) for work in works])

    async def existing(
        self, links: Sequence[Link], people: Collection[str], *, also_by_mark: bool = False
    ) -> Mapping[str, Existing]:
        if not links:
            return {}
        found: dict[str, Existing] = {}
        if self._run.org.has_key_field:
            tasks = await self._run.salesforce.tasks_by_key([link.key for link in links])
            for key, task in tasks.items():
                seen = seen_in_salesforce(task.fields, self._run.marker)
                found[key] = Existing(id=task.id, seen=seen, is_deleted=task.is_deleted)
        if also_by_mark or not self._run.org.has_key_field:
            left = [link for link in links if link.key not in found]
            found |= await self._by_mark(left, people, ours=also_by_mark)
        return found

    async def _by_mark(
        self, links: Sequence[Link], people: Collection[str], *, ours: bool
    ) -> Mapping[str, Existing]:
        if not links:
            return {}
        since = _oldest(links, self._run)
        candidates = await self._run.salesforce.tasks_like(people, since, ours=ours)
        wanted = {link.key for link in links}
        found: dict[str, Existing] = {}
        for task in candidates:
            key = key_in(str(task.fields.get("Description") or ""))
            if key in wanted:
                seen = seen_in_salesforce(task.fields, self._run.marker)
                found.setdefault(key, Existing(id=task.id, seen=seen, is_deleted=task.is_deleted))
        return found

    async def living(self, ids: Collection[str]) -> frozenset[str]:
        tasks = await self._run.salesforce.tasks(ids, ())
        return frozenset(task.id for task in tasks.values() if not task.is_deleted)


class _HubSpotTasks:
    side = Side.HUBSPOT

    def __init__(self, run: RunContext) -> None:
        self._run = run

    async def create(self, works: Sequence[Work]) -> Sequence[Written]:
        return await self._run.hubspot.create_tasks(
            [
                NewTask(
                    properties=work.record,
                    contacts=work.attached.contact_ids,
                    companies=work.attached.company_ids,
                    deals=work.attached.deal_ids,
                )
                for work in works
            ]
        )

    async def update(self, works: Sequence[Work]) -> Sequence[Written]:
        """
        Properties first, then associations: a work holds either, so that each lands as a whole.
        """
        patched = [work for work in works if not work.moves]
        moved = [work for work in works if work.moves]
        answers: dict[str, Written] = {}
        if patched:
            written = await self._run.hubspot.update_tasks([work.record for work in patched])
            answers |= {work.link.key: one for work, one in zip(patched, written, strict=True)}
        if moved:
            changes = [(work.link.key, change) for work in moved for change in work.moves]
            written = await self._run.hubspot.move_associations([change for _, change in changes])
            for (key, _), one in zip(changes, written, strict=True):
                if key not in answers or answers[key].result is WriteResult.DONE:
                    answers[key] = one
        return [answers[work.link.key] for work in works]

    async def delete(self, works: Sequence[Work]) -> Sequence[Written]:
        return await self._run.hubspot.delete_tasks([str(work.record_id) for work in works])

    async def existing(
        self, links: Sequence[Link], people: Collection[str], *, also_by_mark: bool = False
    ) -> Mapping[str, Existing]:
        if not links:
            return {}
        found: dict[str, Existing] = {}
        if self._run.schema.key is not KeyProperty.NONE:
            kept = await self._run.hubspot.tasks_by_key([link.key for link in links])
            for key, task in kept.items():
                seen = self._seen(task.activity) if task.activity is not None else {}
                found[key] = Existing(id=task.id, seen=seen, is_deleted=task.is_archived)
        left = {link.key: link for link in links if link.key not in found}
        if left and (also_by_mark or self._run.schema.key is KeyProperty.NONE):
            since = _oldest(list(left.values()), self._run)
            candidates = list(await self._run.hubspot.tasks_like(people, since))
            if people and also_by_mark and any(link.contact_id is None for link in left.values()):
                # One of them hangs on a company or a deal alone.
                candidates += await self._run.hubspot.tasks_like((), since)
            for activity in candidates:
                if activity.tandem_key in left:
                    found.setdefault(
                        activity.tandem_key, Existing(id=activity.id, seen=self._seen(activity))
                    )
        return found

    def _seen(self, activity: Activity) -> Fields:
        return seen_fields(activity, self._run.now, self._run.marker)

    async def living(self, ids: Collection[str]) -> frozenset[str]:
        found = await self._run.hubspot.read(ObjectType.TASKS, ids)
        return frozenset(i for i, activity in found.items() if activity is not None)


def _oldest(links: Sequence[Link], run: RunContext) -> datetime:
    """Since when the tasks of *links* may have been created: their announcement, else their activity."""
    announced = [link.intent.announced_at for link in links if link.intent is not None]
    created = [link.created_at for link in links if link.created_at is not None]
    return min(announced or created or [run.now]) - CLOCKS_APART
