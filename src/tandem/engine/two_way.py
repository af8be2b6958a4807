"""
Deciding about pairs of tasks while *Salesforce task sync* is on: either side may have the news.

The rules are those of ``sync.plan``. This module reads the side that the plan asks about, in bulk and no
more than it asks for, and turns what is decided into one write at a time: where both sides are to be
written, Salesforce comes first and the pair stays due for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tandem.engine.again import Again
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts
from tandem.engine.gone import ending
from tandem.engine.hubspot_drafting import HubSpotDrafter
from tandem.engine.reports import Outcome
from tandem.engine.resolve import Resolver
from tandem.engine.task_pair import TaskPair
from tandem.engine.task_reading import TaskReader
from tandem.engine.task_view import TaskView
from tandem.engine.task_writes import TaskWrites, due_again
from tandem.engine.work import Done, Work
from tandem.errors import Unmappable
from tandem.mapping.hubspot_task import holds_more
from tandem.mapping.record_values import hubspot_values, salesforce_values
from tandem.mapping.salesforce import seen_in_salesforce
from tandem.model import Associations, Field, Fields, LinkState, Side
from tandem.sync.plan import Action, Complete, Conflict, Delete, Settle, Unlink, Update
from tandem.sync.policy import ConflictRule
from tandem.sync.reasons import Reason

__all__ = ["TwoWay"]

_LOOKS = 3
"""How often a side is read before a pair is decided about: either side, and what hangs on HubSpot's."""


class TwoWay:
    """Decides about pairs of tasks."""

    def __init__(
        self,
        run: RunContext,
        again: Again,
        resolver: Resolver,
        counterparts: Counterparts,
        drafter: HubSpotDrafter,
    ) -> None:
        self._run = run
        self._view = TaskView(run, again, counterparts, drafter)
        self._reader = TaskReader(run, self._view, resolver, counterparts)
        self._writes = TaskWrites(run, self._view, again, counterparts, drafter)

    async def decide(self, pairs: Sequence[TaskPair]) -> list[Work | Done]:
        """A write, or nothing, for each pair; a side is read only where the plan asks about it."""
        known = list(pairs)
        for _ in range(_LOOKS):
            await self._reader.look_up_places(known)
            wanted = [self._reader.wants(pair) for pair in known]
            if not any(wanted):
                break
            known = await self._reader.read(known, wanted)
        known = await self._reader.timed(known)
        return [self._decided(pair) for pair in known]

    def _decided(self, pair: TaskPair) -> Work | Done:
        try:
            return self._carried(pair)
        except Unmappable as error:
            parked = replace(
                self._writes.settled(pair, {}, {}).link,
                state=LinkState.PARKED,
                reason=Reason.UNMAPPABLE,
                detail=str(error),
                due_at=None,
            )
            return Done(link=parked, outcome=Outcome.PARKED, reason=Reason.UNMAPPABLE)

    def _carried(self, pair: TaskPair) -> Work | Done:
        actions = self._view.actions(pair)
        if any(isinstance(action, Unlink) for action in actions):
            return ending(self._run, pair.link, actions, self._said_before(pair, actions))
        hubspot, salesforce = self._settling(pair, actions)
        rested = self._view.rested(pair)
        hubspot = {**rested.get(Side.HUBSPOT, {}), **hubspot}
        salesforce = {**rested.get(Side.SALESFORCE, {}), **salesforce}
        updates = {action.side: action.fields for action in actions if isinstance(action, Update)}
        if rested and updates:
            # First the new base alone: after a lost answer it could not be told from what was written.
            return due_again(self._run, self._writes.settled(pair, hubspot, salesforce))
        apart = {action.field: action for action in actions if isinstance(action, Conflict)}
        fields, conflicts = self._guarded(pair, updates, apart)
        to_salesforce = fields.get(Side.SALESFORCE, frozenset())
        to_hubspot = fields.get(Side.HUBSPOT, frozenset())
        if to_salesforce:
            decided = self._writes.to_salesforce(
                pair, to_salesforce, conflicts, hubspot, salesforce
            )
            return due_again(self._run, decided) if to_hubspot else decided
        if to_hubspot:
            return self._writes.to_hubspot(pair, to_hubspot, conflicts, hubspot, salesforce)
        added = self._writes.related_that_appeared(pair, hubspot, salesforce)
        return added or self._writes.settled(pair, hubspot, salesforce)

    def _said_before(self, pair: TaskPair, actions: Sequence[Action]) -> Mapping[str, str | None]:
        """All that the record says which goes the way of the other one."""
        sides = {action.side for action in actions if isinstance(action, Delete | Complete)}
        if Side.SALESFORCE in sides and pair.living_task is not None:
            return salesforce_values(pair.living_task.fields)
        if Side.HUBSPOT in sides and pair.activity is not None:
            contacts = (pair.link.contact_id,) if pair.link.contact_id else ()
            about = pair.about.associations if pair.about else Associations(contact_ids=contacts)
            return hubspot_values(pair.activity, about)
        return {}

    def _settling(self, pair: TaskPair, actions: Sequence[Action]) -> tuple[Fields, Fields]:
        """What becomes the base although nothing is written."""
        settles = [action for action in actions if isinstance(action, Settle)]
        hubspot = {name: value for one in settles for name, value in one.hubspot.items()}
        salesforce = {name: value for one in settles for name, value in one.salesforce.items()}
        task = pair.living_task
        if task is not None:
            who = seen_in_salesforce(task.fields, self._run.marker).get(Field.PERSON)
            if self._view.is_same_person(pair.link, who):
                salesforce[Field.PERSON] = who
        return hubspot, salesforce

    def _guarded(
        self,
        pair: TaskPair,
        fields: Mapping[Side, frozenset[Field]],
        conflicts: Mapping[Field, Conflict],
    ) -> tuple[Mapping[Side, frozenset[Field]], Mapping[Field, Conflict]]:
        """
        A body that holds more than Comments can show is not covered silently: an edit of the Comments is a conflict.
        """
        to_hubspot = fields.get(Side.HUBSPOT, frozenset())
        activity, task = pair.activity, pair.living_task
        if Field.COMMENTS not in to_hubspot or activity is None or task is None:
            return fields, conflicts
        before = pair.link.salesforce.get(Field.COMMENTS)
        if before is None or not holds_more(activity, task.fields.get("Description")):
            return fields, conflicts
        rules = self._view.rules(pair.link)
        hubspot_wins = rules.conflict_rule is ConflictRule.HUBSPOT and rules.goes_both_ways(
            Field.COMMENTS
        )
        winner = Side.HUBSPOT if hubspot_wins else Side.SALESFORCE
        conflicts = {**conflicts, Field.COMMENTS: Conflict(Field.COMMENTS, winner)}
        if winner is Side.SALESFORCE:
            return fields, conflicts
        back = {Field.COMMENTS}
        to_salesforce = fields.get(Side.SALESFORCE, frozenset()) | back
        return {Side.HUBSPOT: to_hubspot - back, Side.SALESFORCE: to_salesforce}, conflicts
