"""
A pair of tasks as the rules of ``sync.plan`` see it: both sides in words made for comparing.

Associations are compared after correspondence, so a converted lead or a merged contact is no edit.
"""

from __future__ import annotations

from collections.abc import Mapping

from tandem.crm.connector import TaskSeen
from tandem.engine.again import Again
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts
from tandem.engine.drafting import related_words
from tandem.engine.gone import task_rules
from tandem.engine.hubspot_drafting import HubSpotDrafter
from tandem.engine.task_pair import PLACES, TaskPair
from tandem.mapping.salesforce import seen_fields, seen_in_salesforce
from tandem.model import Field, Fields, Link, Side, Value
from tandem.sync.merge import Move, move_of
from tandem.sync.pair import GONE, Alike, Pair, Presence, Rules, Seen
from tandem.sync.plan import Action, plan

__all__ = ["TaskView"]


class TaskView:
    """Shows pairs to the rules."""

    def __init__(
        self, run: RunContext, again: Again, counterparts: Counterparts, drafter: HubSpotDrafter
    ) -> None:
        self._run = run
        self._again = again
        self._counterparts = counterparts
        self._drafter = drafter

    def rules(self, link: Link) -> Rules:
        """The rules for the pair, whichever directions are on."""
        return task_rules(self._run, self._alike(link))

    def _alike(self, link: Link) -> Alike:
        """A task moved in both CRMs alike, by people or by a write whose settlement was lost, is no conflict."""
        by_value = self._drafter.alike(link)

        def alike(which: Field, hubspot: Value, salesforce: Value) -> bool:
            if which not in PLACES:
                return by_value(which, hubspot, salesforce)
            if not isinstance(hubspot, str) or not isinstance(salesforce, str):
                return hubspot == salesforce
            if which is Field.PERSON:
                return hubspot in self._counterparts.places(salesforce, None).contact_ids
            places = self._counterparts.places(None, salesforce)
            words = related_words(
                (places.deal_id,) if places.deal_id else (),
                (places.company_id,) if places.company_id else (),
            )
            return words in hubspot.split(", ")

        return alike

    def actions(self, pair: TaskPair) -> tuple[Action, ...]:
        """What the plan asks for, given what is known."""
        return plan(self.pair(pair), self.rules(pair.link))

    def pair(self, pair: TaskPair) -> Pair:
        """Base and both sides, as far as they are known."""
        link = pair.link
        edited_at = {(Side.HUBSPOT, name): at for name, at in pair.edits.items()}
        task = pair.living_task
        if task is not None and task.modified_at is not None:
            edited_at |= {(Side.SALESFORCE, name): task.modified_at for name in Field}
        base = {Side.HUBSPOT: link.hubspot, Side.SALESFORCE: link.salesforce}
        for side, said in self.rested(pair).items():
            base[side] = {**base[side], **said}
        return Pair(
            key=link.key,
            kind=link.kind,
            seen={Side.HUBSPOT: self.hubspot_said(pair), Side.SALESFORCE: self.task_said(pair)},
            base=base,
            edited_at=edited_at,
        )

    def hubspot_said(self, pair: TaskPair) -> Seen:
        """What HubSpot says; of its associations only where they were read."""
        if isinstance(pair.hubspot, Presence):
            return pair.hubspot
        if pair.about is not None:
            return self._again.change(pair.link, pair.hubspot, pair.about).said
        said = seen_fields(pair.hubspot, self._run.now, self._run.marker)
        return {name: value for name, value in said.items() if name not in PLACES}

    def task_said(self, pair: TaskPair) -> Seen:
        """What Salesforce says."""
        if isinstance(pair.task, Presence):
            return pair.task
        if pair.task.is_deleted:
            return GONE
        said = dict(seen_in_salesforce(pair.task.fields, self._run.marker))
        if self.is_same_person(pair.link, said.get(Field.PERSON)):
            # A conversion or a merge moved the task: its person is whom it was.
            said[Field.PERSON] = pair.link.salesforce.get(Field.PERSON)
        return said

    def is_same_person(self, link: Link, who: Value) -> bool:
        """Whether *who* is another record of the person that the task has been on."""
        before = link.salesforce.get(Field.PERSON)
        if not isinstance(who, str) or not before or who == before:
            return False
        ids = self._counterparts.places(who, None).contact_ids
        return bool({link.contact_id, link.hubspot.get(Field.PERSON)} & ids)

    def rested(self, pair: TaskPair) -> Mapping[Side, Fields]:
        """
        What each side says whose newest edit fell into a time when its direction was off: as it is it is the base.

        Nothing where the other record is gone: an edit beats a delete, whenever it was made.
        """
        said = {Side.HUBSPOT: self.hubspot_said(pair), Side.SALESFORCE: self.task_said(pair)}
        if GONE in said.values():
            return {}
        return {
            side: seen
            for side, seen in said.items()
            if not isinstance(seen, Presence) and self._is_from_a_rest(pair, side)
        }

    def _is_from_a_rest(self, pair: TaskPair, side: Side) -> bool:
        policy, link = self._run.policy, pair.link
        if side is Side.SALESFORCE:
            task, since = pair.living_task, policy.salesforce_tasks_since
            before, newest = link.salesforce_modified_at, task.system_modstamp if task else None
        else:
            is_followed = Side.SALESFORCE in self.rules(link).writes
            since = policy.kind(link.kind).since if is_followed else None
            before = link.modified_at
            newest = pair.activity.modified_at if pair.activity else None
        if before is None or newest is None or since is None:
            return False
        return before < newest <= since

    def is_apart(self, pair: TaskPair) -> bool:
        """Whether both sides changed a field that goes both ways."""
        planned, rules = self.pair(pair), self.rules(pair.link)
        return any(
            move_of(name, planned, rules) is Move.APART and rules.goes_both_ways(name)
            for name in rules.fields
        )

    def lacks_related(self, pair: TaskPair) -> bool:
        """Whether the account or opportunity had no counterpart when the HubSpot task was made."""
        link = pair.link
        return (
            pair.is_look
            and bool(link.salesforce.get(Field.RELATED))
            and not link.hubspot.get(Field.RELATED)
            and Side.HUBSPOT in self.rules(link).writes
        )

    def has_moved_place(self, link: Link, task: TaskSeen) -> bool:
        """Whether the task has another Name or Related To than when the two last agreed."""
        said = seen_in_salesforce(task.fields, self._run.marker)
        return any(
            name in said and name in link.salesforce and said[name] != link.salesforce[name]
            for name in PLACES
        )
