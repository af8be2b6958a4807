"""Reading the sides of pairs of tasks: in bulk, and only where the plan asks about one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tandem.crm.connector import TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts
from tandem.engine.resolve import Resolver
from tandem.engine.salesforce_tasks import read_tasks
from tandem.engine.task_pair import PLACES, TaskPair
from tandem.engine.task_view import TaskView
from tandem.mapping.keys import is_from_hubspot
from tandem.model import Field, ObjectType, Side
from tandem.sync.pair import GONE, UNREAD
from tandem.sync.plan import Look, Update
from tandem.sync.policy import ConflictRule

__all__ = ["TaskReader"]


class TaskReader:
    """Reads what is not known of pairs yet."""

    def __init__(
        self, run: RunContext, view: TaskView, resolver: Resolver, counterparts: Counterparts
    ) -> None:
        self._run = run
        self._view = view
        self._resolver = resolver
        self._counterparts = counterparts

    async def look_up_places(self, pairs: Sequence[TaskPair]) -> None:
        """What a Name or Related To that moved in Salesforce is in HubSpot, and what was missing there."""
        moved = []
        for pair in pairs:
            task = pair.living_task
            if task is not None and self._view.has_moved_place(pair.link, task):
                moved.append(task)
            elif pair.about is not None and self._view.lacks_related(pair):
                what = pair.link.salesforce.get(Field.RELATED)
                moved.append(TaskSeen(id="", key=None, fields={"WhatId": what}))
        await self._counterparts.look_up(moved)

    def wants(self, pair: TaskPair) -> frozenset[str]:
        """What has to be read before this pair can be decided about."""
        wants: set[str] = set()
        for action in self._view.actions(pair):
            match action:
                case Look(side=side):
                    wants.add(side.value)
                case Update(side=Side.SALESFORCE, fields=fields):
                    if pair.task is UNREAD:
                        wants.add("salesforce")
                    if pair.about is None and fields & {*PLACES, Field.OWNER}:
                        wants.add("associations")
                case Update(side=Side.HUBSPOT, fields=fields):
                    if pair.hubspot is UNREAD and self._is_read_first(pair, fields):
                        wants.add("hubspot")
                    if pair.about is None and fields & PLACES:
                        wants.add("associations")
                case _:
                    pass
        return frozenset(wants)

    def _is_read_first(self, pair: TaskPair, fields: Collection[Field]) -> bool:
        """
        Whether HubSpot is read before it is written: where its own edits count, and before a body is covered.

        Where Salesforce alone leads, HubSpot's history of each property keeps what is covered.
        """
        came_from_hubspot = is_from_hubspot(pair.link.key, self._run.portal.id)
        return self._view.rules(pair.link).is_two_way or (
            Field.COMMENTS in fields and came_from_hubspot
        )

    async def read(
        self, pairs: Sequence[TaskPair], wanted: Sequence[frozenset[str]]
    ) -> list[TaskPair]:
        """*pairs* with the sides that are *wanted* of each, as they are now."""
        run = self._run
        wants = {pair.link.key: each for pair, each in zip(pairs, wanted, strict=True)}
        of_salesforce = [p for p in pairs if "salesforce" in wants[p.link.key]]
        of_hubspot = [p for p in pairs if wants[p.link.key] & {"hubspot", "associations"}]
        tasks = await read_tasks(run, [str(pair.link.salesforce_id) for pair in of_salesforce])
        ids = [str(pair.link.hubspot_id) for pair in of_hubspot]
        found = await run.hubspot.read(ObjectType.TASKS, ids) if ids else {}
        hanging = [
            activity
            for pair in of_hubspot
            if "associations" in wants[pair.link.key]
            and (activity := found.get(pair.link.hubspot_id or "")) is not None
        ]
        resolved = await self._resolver.resolve(hanging) if hanging else {}
        read = []
        for pair in pairs:
            if "salesforce" in wants[pair.link.key]:
                pair = replace(pair, task=tasks.get(pair.link.salesforce_id or "", GONE))
            if wants[pair.link.key] & {"hubspot", "associations"}:
                activity = found.get(pair.link.hubspot_id or "")
                about = resolved.get((activity.kind, activity.id)) if activity else None
                pair = replace(
                    pair, hubspot=GONE if activity is None else activity, about=about or pair.about
                )
            read.append(pair)
        return read

    async def timed(self, pairs: Sequence[TaskPair]) -> list[TaskPair]:
        """When HubSpot's fields were edited, for pairs where both sides changed one and the newest counts."""
        if self._run.policy.conflict_rule is not ConflictRule.NEWEST:
            return list(pairs)
        apart = {
            str(pair.link.hubspot_id)
            for pair in pairs
            if pair.activity is not None
            and pair.living_task is not None
            and self._view.is_apart(pair)
        }
        edits = await self._run.hubspot.task_edits(sorted(apart)) if apart else {}
        return [replace(pair, edits=edits.get(pair.link.hubspot_id or "", {})) for pair in pairs]
