"""Reading again, now, what is known only by its link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from tandem.crm.connector import TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.salesforce_tasks import read_tasks
from tandem.model import Activity, Kind, Link, ObjectType

__all__ = ["Reread", "read_again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """The present records of some links, and those links whose HubSpot record is gone."""

    activities: tuple[Activity, ...] = ()
    gone: tuple[Link, ...] = ()
    tasks: tuple[TaskSeen, ...] = ()


async def read_again(
    run: RunContext, links: Collection[Link], *, both_sides: bool = False
) -> Reread:
    """
    The records of *links* as they are now: HubSpot's, and Salesforce's where HubSpot has none yet.

    Of pairs of tasks the Salesforce task, too, with *both_sides* and while Salesforce leads.
    """
    activities: list[Activity] = []
    gone: list[Link] = []
    by_type: dict[ObjectType, dict[str, Link]] = {}
    for link in links:
        object_type = link.kind.object_type
        if link.payload is not None:
            activities.append(msgspec.json.decode(link.payload, type=Activity))
        elif object_type is not None and link.kind.is_record and link.hubspot_id is not None:
            by_type.setdefault(object_type, {})[link.hubspot_id] = link
    for object_type, wanted in by_type.items():
        found = await run.hubspot.read(object_type, wanted.keys())
        for hubspot_id, link in wanted.items():
            activity = found.get(hubspot_id)
            if activity is None:
                gone.append(link)
            else:
                activities.append(activity)
    ids = [link.salesforce_id for link in links if _is_read_in_salesforce(run, link, both_sides)]
    tasks = await _tasks(run, [i for i in ids if i])
    return Reread(activities=tuple(activities), gone=tuple(gone), tasks=tuple(tasks))


def _is_read_in_salesforce(run: RunContext, link: Link, both_sides: bool) -> bool:
    if link.kind is not Kind.TASK or not run.policy.salesforce_task_sync:
        return False
    return link.hubspot_id is None or (both_sides and link.is_pair)


async def _tasks(run: RunContext, ids: Collection[str]) -> list[TaskSeen]:
    """Tasks by id; one that Salesforce no longer knows at all counts as deleted."""
    found = await read_tasks(run, list(ids))
    return [found.get(one) or TaskSeen(id=one, key=None, fields={}, is_deleted=True) for one in ids]
