"""
Deciding about pairs of tasks while *Salesforce task sync* is on: either side may have the news.

The rules are those of ``sync.plan``. This module reads the side that the plan asks about, in bulk and no
more than it asks for, and turns what is decided into one write at a time: where both sides are to be
written, Salesforce comes first and the pair stays due for the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tandem.crm.connector import AssociationChange, TaskSeen
from tandem.engine.again import Again
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts
from tandem.engine.drafting import related_words
from tandem.engine.first import next_look
from tandem.engine.gone import ending, task_rules
from tandem.engine.hubspot_drafting import HubSpotDrafter
from tandem.engine.reports import Outcome
from tandem.engine.resolve import Resolved, Resolver
from tandem.engine.salesforce_tasks import read_tasks
from tandem.engine.work import Done, Work
from tandem.errors import Unmappable
from tandem.mapping.hubspot_task import holds_more
from tandem.mapping.hubspot_values import CONTACTS, values_of
from tandem.mapping.record_values import hubspot_values, place_values, salesforce_values
from tandem.mapping.salesforce import api_names, base_of, seen_fields, seen_in_salesforce
from tandem.model import (
    Activity,
    Associations,
    Field,
    Fields,
    Link,
    LinkState,
    ObjectType,
    Side,
    Value,
)
from tandem.store.rows import KeptConflict
from tandem.sync.merge import Move, move_of
from tandem.sync.pair import GONE, UNREAD, Alike, Pair, Presence, Rules, Seen
from tandem.sync.plan import Action, Complete, Conflict, Delete, Look, Settle, Unlink, Update, plan
from tandem.sync.policy import ConflictRule
from tandem.sync.reasons import Reason
from tandem.sync.schedule import next_try

__all__ = ["TaskPair", "TwoWay"]

_PLACES = frozenset({Field.PERSON, Field.RELATED})
"""Associations in HubSpot: written by calls of their own."""

_LOOKS = 3
"""How often a side is read before a pair is decided about: either side, and what hangs on HubSpot's."""

_NOWHERE = Resolved(associations=Associations())


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPair:
    """
    A pair and what is known of its sides now: read, deleted (``GONE``) or not read (``UNREAD``).

    ``about`` is what the HubSpot task hangs on, where that was read; ``edits`` when each of its fields was
    last edited, where it matters.
    """

    link: Link
    hubspot: Activity | Presence = UNREAD
    about: Resolved | None = None
    task: TaskSeen | Presence = UNREAD
    edits: Mapping[Field, datetime] = field(default_factory=dict)
    is_look: bool = False

    @property
    def activity(self) -> Activity | None:
        return None if isinstance(self.hubspot, Presence) else self.hubspot

    @property
    def living_task(self) -> TaskSeen | None:
        if isinstance(self.task, Presence) or self.task.is_deleted:
            return None
        return self.task


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
        self._again = again
        self._resolver = resolver
        self._counterparts = counterparts
        self._drafter = drafter
        self._zone = ZoneInfo(run.portal.zone)

    async def decide(self, pairs: Sequence[TaskPair]) -> list[Work | Done]:
        """A write, or nothing, for each pair; a side is read only where the plan asks about it."""
        known = list(pairs)
        for _ in range(_LOOKS):
            await self._look_up_places(known)
            wanted = [self._wants(pair) for pair in known]
            if not any(wanted):
                break
            known = await self._read(known, wanted)
        known = await self._timed(known)
        return [self._decided(pair) for pair in known]

    # ------------------------------------------------------------------ what is known

    async def _look_up_places(self, pairs: Sequence[TaskPair]) -> None:
        """What a Name or Related To that moved in Salesforce is in HubSpot, and what was missing there."""
        moved = []
        for pair in pairs:
            task = pair.living_task
            if task is not None and self._has_moved_place(pair.link, task):
                moved.append(task)
            elif pair.about is not None and self._lacks_related(pair):
                what = pair.link.salesforce.get(Field.RELATED)
                moved.append(TaskSeen(id="", key=None, fields={"WhatId": what}))
        await self._counterparts.look_up(moved)

    def _has_moved_place(self, link: Link, task: TaskSeen) -> bool:
        said = seen_in_salesforce(task.fields, self._run.marker)
        return any(
            name in said and name in link.salesforce and said[name] != link.salesforce[name]
            for name in _PLACES
        )

    def _lacks_related(self, pair: TaskPair) -> bool:
        """Whether the account or opportunity had no counterpart when the HubSpot task was made."""
        link = pair.link
        return (
            pair.is_look
            and bool(link.salesforce.get(Field.RELATED))
            and not link.hubspot.get(Field.RELATED)
            and Side.HUBSPOT in self._rules(link).writes
        )

    def _wants(self, pair: TaskPair) -> frozenset[str]:
        """What has to be read before this pair can be decided about."""
        wants: set[str] = set()
        for action in self._actions(pair):
            match action:
                case Look(side=side):
                    wants.add(side.value)
                case Update(side=Side.SALESFORCE, fields=fields):
                    if pair.task is UNREAD:
                        wants.add("salesforce")
                    if pair.about is None and fields & {*_PLACES, Field.OWNER}:
                        wants.add("associations")
                case Update(side=Side.HUBSPOT, fields=fields):
                    if pair.hubspot is UNREAD and self._is_read_first(pair, fields):
                        wants.add("hubspot")
                    if pair.about is None and fields & _PLACES:
                        wants.add("associations")
                case _:
                    pass
        return frozenset(wants)

    def _is_read_first(self, pair: TaskPair, fields: Collection[Field]) -> bool:
        """
        Whether HubSpot is read before it is written: where its own edits count, and before a body is covered.

        Where Salesforce alone leads, HubSpot's history of each property keeps what is covered.
        """
        came_from_hubspot = pair.link.key.startswith(f"{self._run.portal.id}-")
        return self._rules(pair.link).is_two_way or (Field.COMMENTS in fields and came_from_hubspot)

    async def _read(
        self, pairs: Sequence[TaskPair], wanted: Sequence[frozenset[str]]
    ) -> list[TaskPair]:
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

    async def _timed(self, pairs: Sequence[TaskPair]) -> list[TaskPair]:
        """When HubSpot's fields were edited, for pairs where both sides changed one and the newest counts."""
        if self._run.policy.conflict_rule is not ConflictRule.NEWEST:
            return list(pairs)
        apart = {
            str(pair.link.hubspot_id)
            for pair in pairs
            if pair.activity is not None and pair.living_task is not None and self._is_apart(pair)
        }
        edits = await self._run.hubspot.task_edits(sorted(apart)) if apart else {}
        return [replace(pair, edits=edits.get(pair.link.hubspot_id or "", {})) for pair in pairs]

    def _is_apart(self, pair: TaskPair) -> bool:
        planned, rules = self._pair(pair), self._rules(pair.link)
        return any(
            move_of(name, planned, rules) is Move.APART and rules.goes_both_ways(name)
            for name in rules.fields
        )

    # ------------------------------------------------------------------ the pair as the rules see it

    def _rules(self, link: Link) -> Rules:
        return task_rules(self._run, self._alike(link))

    def _alike(self, link: Link) -> Alike:
        """A task moved in both CRMs alike, by people or by a write whose settlement was lost, is no conflict."""
        by_value = self._drafter.alike(link)

        def alike(which: Field, hubspot: Value, salesforce: Value) -> bool:
            if which not in _PLACES:
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

    def _actions(self, pair: TaskPair) -> tuple[Action, ...]:
        return plan(self._pair(pair), self._rules(pair.link))

    def _pair(self, pair: TaskPair) -> Pair:
        link = pair.link
        edited_at = {(Side.HUBSPOT, name): at for name, at in pair.edits.items()}
        task = pair.living_task
        if task is not None and task.modified_at is not None:
            edited_at |= {(Side.SALESFORCE, name): task.modified_at for name in Field}
        base = {Side.HUBSPOT: link.hubspot, Side.SALESFORCE: link.salesforce}
        for side, said in self._rested(pair).items():
            base[side] = {**base[side], **said}
        return Pair(
            key=link.key,
            kind=link.kind,
            seen={Side.HUBSPOT: self._hubspot_said(pair), Side.SALESFORCE: self._task_said(pair)},
            base=base,
            edited_at=edited_at,
        )

    def _hubspot_said(self, pair: TaskPair) -> Seen:
        if isinstance(pair.hubspot, Presence):
            return pair.hubspot
        if pair.about is not None:
            return self._again.change(pair.link, pair.hubspot, pair.about).said
        said = seen_fields(pair.hubspot, self._run.now, self._run.marker)
        return {name: value for name, value in said.items() if name not in _PLACES}

    def _task_said(self, pair: TaskPair) -> Seen:
        if isinstance(pair.task, Presence):
            return pair.task
        if pair.task.is_deleted:
            return GONE
        said = dict(seen_in_salesforce(pair.task.fields, self._run.marker))
        if self._is_same_person(pair.link, said.get(Field.PERSON)):
            # A conversion or a merge moved the task: its person is whom it was.
            said[Field.PERSON] = pair.link.salesforce.get(Field.PERSON)
        return said

    def _is_same_person(self, link: Link, who: Value) -> bool:
        before = link.salesforce.get(Field.PERSON)
        if not isinstance(who, str) or not before or who == before:
            return False
        ids = self._counterparts.places(who, None).contact_ids
        return bool({link.contact_id, link.hubspot.get(Field.PERSON)} & ids)

    # ------------------------------------------------------------------ what is done

    def _decided(self, pair: TaskPair) -> Work | Done:
        try:
            return self._carried(pair)
        except Unmappable as error:
            parked = replace(
                self._settled(pair, {}, {}).link,
                state=LinkState.PARKED,
                reason=Reason.UNMAPPABLE,
                detail=str(error),
                due_at=None,
            )
            return Done(link=parked, outcome=Outcome.PARKED, reason=Reason.UNMAPPABLE)

    def _carried(self, pair: TaskPair) -> Work | Done:
        actions = self._actions(pair)
        if any(isinstance(action, Unlink) for action in actions):
            return ending(self._run, pair.link, actions, self._said_before(pair, actions))
        hubspot, salesforce = self._settling(pair, actions)
        rested = self._rested(pair)
        hubspot = {**rested.get(Side.HUBSPOT, {}), **hubspot}
        salesforce = {**rested.get(Side.SALESFORCE, {}), **salesforce}
        updates = {action.side: action.fields for action in actions if isinstance(action, Update)}
        if rested and updates:
            # First the new base alone: after a lost answer it could not be told from what was written.
            return self._due_again(self._settled(pair, hubspot, salesforce))
        apart = {action.field: action for action in actions if isinstance(action, Conflict)}
        fields, conflicts = self._guarded(pair, updates, apart)
        to_salesforce = fields.get(Side.SALESFORCE, frozenset())
        to_hubspot = fields.get(Side.HUBSPOT, frozenset())
        if to_salesforce:
            decided = self._to_salesforce(pair, to_salesforce, conflicts, hubspot, salesforce)
            return self._due_again(decided) if to_hubspot else decided
        if to_hubspot:
            return self._to_hubspot(pair, to_hubspot, conflicts, hubspot, salesforce)
        added = self._related_that_appeared(pair, hubspot, salesforce)
        return added or self._settled(pair, hubspot, salesforce)

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
            if self._is_same_person(pair.link, who):
                salesforce[Field.PERSON] = who
        return hubspot, salesforce

    def _rested(self, pair: TaskPair) -> Mapping[Side, Fields]:
        """
        What each side says whose newest edit fell into a time when its direction was off: as it is it is the base.

        Nothing where the other record is gone: an edit beats a delete, whenever it was made.
        """
        said = {Side.HUBSPOT: self._hubspot_said(pair), Side.SALESFORCE: self._task_said(pair)}
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
            is_followed = Side.SALESFORCE in self._rules(link).writes
            since = policy.kind(link.kind).since if is_followed else None
            before = link.modified_at
            newest = pair.activity.modified_at if pair.activity else None
        if before is None or newest is None or since is None:
            return False
        return before < newest <= since

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
        rules = self._rules(pair.link)
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

    def _due_again(self, decided: Work | Done) -> Work | Done:
        """Still due: the other side is to be written as well."""
        if isinstance(decided, Work):
            return replace(decided, target=replace(decided.target, due_at=self._run.now))
        return replace(decided, link=replace(decided.link, due_at=self._run.now))

    # ------------------------------------------------------------------ to Salesforce

    def _to_salesforce(
        self,
        pair: TaskPair,
        fields: frozenset[Field],
        conflicts: Mapping[Field, Conflict],
        hubspot: Fields,
        salesforce: Fields,
    ) -> Work | Done:
        activity, task = pair.activity, pair.living_task
        assert activity is not None, "the plan follows what HubSpot says"
        assert task is not None, "the plan has looked at Salesforce"
        change = self._again.change(pair.link, activity, pair.about or _NOWHERE)
        if Field.PERSON in fields:
            # Another contact has another owner, whom the chain may come to.
            fields |= {Field.OWNER}
        record = {
            name: value
            for name, value in self._again.record(change, fields).items()
            if name not in task.fields or (task.fields[name] or None) != (value or None)
        }
        said = {name: change.said[name] for name in fields if name in change.said}
        agreed = {
            name: value
            for name, value in seen_in_salesforce(task.fields, self._run.marker).items()
            if name in fields
        }
        settled = self._settled(
            pair,
            {**hubspot, **said},
            {**salesforce, **agreed, **base_of(record, self._run.marker)},
        )
        if Field.PERSON in fields and change.moved_to is not None:
            chosen = replace(settled.link, contact_id=change.moved_to.contact.id)
            settled = replace(settled, link=chosen)
        if not record:
            return settled
        return Work(
            operation="update",
            link=pair.link,
            target=settled.link,
            record={"Id": task.id, **record},
            fields=tuple(sorted(fields)),
            fallbacks=self._again.fallbacks(change),
            said_before=seen_in_salesforce(task.fields, self._run.marker),
            read_at_version=task.modified_at,
            before={name: _text(task.fields.get(name)) for name in record},
            conflicts=tuple(
                self._kept(pair, name, Side.HUBSPOT, record)
                for name in sorted(fields)
                if name in conflicts and conflicts[name].winner is Side.HUBSPOT
            ),
            account_id=change.moved_to.person.account_id or "" if change.moved_to else "",
        )

    # ------------------------------------------------------------------ to HubSpot

    def _to_hubspot(
        self,
        pair: TaskPair,
        fields: frozenset[Field],
        conflicts: Mapping[Field, Conflict],
        hubspot: Fields,
        salesforce: Fields,
    ) -> Work | Done:
        places = fields & _PLACES
        if places:
            decided = self._moved(pair, places, conflicts, hubspot, salesforce)
            return self._due_again(decided) if fields - places else decided
        task = pair.living_task
        assert task is not None, "the plan follows what Salesforce says"
        draft = self._drafter.changes(pair.link, task, fields, pair.activity)
        present = values_of(pair.activity, fields) if pair.activity is not None else {}
        properties = {
            name: value
            for name, value in draft.properties.items()
            if name not in present or (present[name] or None) != (value or None)
        }
        agreed = {
            name: value
            for name, value in seen_in_salesforce(task.fields, self._run.marker).items()
            if name in fields
        }
        settled = self._settled(pair, {**hubspot, **draft.said}, {**salesforce, **agreed})
        if not properties:
            return settled
        covered = {name: present[name] for name in properties if name in present}
        return Work(
            operation="update",
            side=Side.HUBSPOT,
            link=pair.link,
            target=settled.link,
            record={"id": pair.link.hubspot_id, **properties},
            fields=tuple(sorted(fields)),
            said_before=_fields_of(self._hubspot_said(pair)),
            before=covered,
            replaced=self._replaced(pair, covered, fields),
            conflicts=tuple(
                self._kept(pair, name, Side.SALESFORCE, properties)
                for name in sorted(fields)
                if name in conflicts and conflicts[name].winner is Side.SALESFORCE
            ),
            decisions=draft.decisions,
        )

    def _replaced(
        self, pair: TaskPair, covered: Mapping[str, str | None], fields: Collection[Field]
    ) -> Mapping[str, str]:
        """What people had put in HubSpot where it only follows, in full."""
        rules, planned = self._rules(pair.link), self._pair(pair)
        if rules.is_two_way or pair.activity is None:
            return {}
        moved = [name for name in fields if move_of(name, planned, rules) is Move.APART]
        theirs = values_of(pair.activity, moved)
        return {name: value for name, value in theirs.items() if name in covered and value}

    def _moved(
        self,
        pair: TaskPair,
        fields: frozenset[Field],
        conflicts: Mapping[Field, Conflict],
        hubspot: Fields,
        salesforce: Fields,
    ) -> Work | Done:
        """The task's contact, company or deal exchanged for what it is about in Salesforce now."""
        task, about, link = pair.living_task, pair.about or _NOWHERE, pair.link
        assert task is not None, "the plan follows what Salesforce says"
        said = seen_in_salesforce(task.fields, self._run.marker)
        who, what = task.fields.get("WhoId"), task.fields.get("WhatId")
        places = self._counterparts.places(who, what)
        if Field.PERSON in fields and who and places.contact_id is None:
            return self._without_counterpart(pair, hubspot, salesforce)
        moves: list[AssociationChange] = []
        landed: dict[Field, Value] = {}
        contact_id = link.contact_id
        if Field.PERSON in fields:
            kept = self._again.kept(link, about)
            moves += _exchange(link, CONTACTS, places.contact_id, kept.id if kept else None)
            landed[Field.PERSON] = contact_id = places.contact_id
        if Field.RELATED in fields:
            before = link.salesforce.get(Field.RELATED)
            deals = [i for i, target in about.opportunities.items() if target == before]
            companies = [i for i, target in about.accounts.items() if target == before]
            moves += _exchange(link, "deals", places.deal_id, *deals)
            moves += _exchange(link, "companies", places.company_id, *companies)
            landed[Field.RELATED] = related_words(
                _exchanged(about.opportunities, deals, places.deal_id),
                _exchanged(about.accounts, companies, places.company_id),
            )
        agreed = {name: said.get(name) for name in fields}
        settled = self._settled(pair, {**hubspot, **landed}, {**salesforce, **agreed})
        target = replace(settled.link, contact_id=contact_id)
        if not moves:
            return replace(settled, link=target)
        return Work(
            operation="update",
            side=Side.HUBSPOT,
            link=link,
            target=target,
            record={"id": link.hubspot_id},
            fields=tuple(sorted(fields)),
            moves=tuple(moves),
            before=_places_before(moves, about),
            conflicts=tuple(
                self._kept(pair, name, Side.SALESFORCE, {})
                for name in sorted(fields)
                if name in conflicts and conflicts[name].winner is Side.SALESFORCE
            ),
        )

    def _without_counterpart(self, pair: TaskPair, hubspot: Fields, salesforce: Fields) -> Done:
        """The task was moved to a person who is not in HubSpot (yet): it stays where it is until they are."""
        run, link = self._run, pair.link
        is_first = link.reason != Reason.NO_HUBSPOT_RECORD
        attempts = 0 if is_first else link.attempts
        started = run.now if is_first or link.first_seen_at is None else link.first_seen_at
        waiting = replace(
            self._settled(pair, hubspot, salesforce).link,
            reason=Reason.NO_HUBSPOT_RECORD,
            first_seen_at=started,
            attempts=attempts + 1,
            due_at=next_try(started, attempts, run.now),
        )
        return Done(link=waiting, outcome=Outcome.WAITING, reason=Reason.NO_HUBSPOT_RECORD)

    def _related_that_appeared(
        self, pair: TaskPair, hubspot: Fields, salesforce: Fields
    ) -> Work | None:
        """The company or deal of the task's Related To, which HubSpot did not have when the task was made."""
        if pair.about is None or not self._lacks_related(pair):
            return None
        what = pair.link.salesforce.get(Field.RELATED)
        places = self._counterparts.places(None, str(what))
        moves = [
            *_exchange(pair.link, "deals", places.deal_id),
            *_exchange(pair.link, "companies", places.company_id),
        ]
        if not moves:
            return None
        words = related_words(
            _exchanged(pair.about.opportunities, (), places.deal_id),
            _exchanged(pair.about.accounts, (), places.company_id),
        )
        settled = self._settled(pair, {**hubspot, Field.RELATED: words}, salesforce)
        return Work(
            operation="update",
            side=Side.HUBSPOT,
            link=pair.link,
            target=settled.link,
            record={"id": pair.link.hubspot_id},
            fields=(Field.RELATED,),
            moves=tuple(moves),
            before=_places_before(moves, pair.about),
        )

    # ------------------------------------------------------------------ shared

    def _kept(
        self, pair: TaskPair, name: Field, winner: Side, written: Mapping[str, Any]
    ) -> KeptConflict:
        """What both sides said of *name*, in full, in their own words."""
        run, task, activity = self._run, pair.living_task, pair.activity
        said = {api: _text(task.fields.get(api)) for api in api_names(name)} if task else {}
        theirs = dict(values_of(activity, (name,))) if activity is not None else {}
        if name is Field.PERSON:
            theirs = {CONTACTS: pair.link.contact_id}
        lost, kept = (said, theirs) if winner is Side.HUBSPOT else (theirs, said)
        return KeptConflict(
            key=pair.link.key,
            field=name,
            winner=winner,
            at=run.now,
            run_id=run.run_id,
            lost=lost,
            kept=kept,
        )

    def _settled(self, pair: TaskPair, hubspot: Fields, salesforce: Fields) -> Done:
        """The pair once what is to be written has landed; only what is written or settled moves the base."""
        link, now, activity, task = pair.link, self._run.now, pair.activity, pair.living_task
        is_due = link.due_at is not None and link.due_at <= now
        looks = link.looks + 1 if is_due and pair.is_look else link.looks
        due_at = link.due_at
        if activity is not None and link.due_at is not None:
            due_at = next_look(activity, looks, now, None)
        elif is_due:
            due_at = None
        modified_at = activity.modified_at if activity is not None else None
        person = hubspot.get(Field.PERSON)
        stamp = task.system_modstamp if task is not None else None
        target = replace(
            link,
            state=LinkState.PAIRED,
            reason="",
            detail="",
            attempts=0,
            hubspot={**link.hubspot, **hubspot},
            salesforce={**link.salesforce, **salesforce},
            contact_id=person if isinstance(person, str) else link.contact_id,
            modified_at=modified_at or link.modified_at,
            salesforce_modified_at=stamp or link.salesforce_modified_at,
            looks=looks,
            due_at=due_at,
            run_id=self._run.run_id,
            settings_version=self._run.policy.version,
        )
        return Done(link=target, outcome=Outcome.UNCHANGED)


def _exchange(
    link: Link, to: str, added: str | None, *removed: str | None
) -> list[AssociationChange]:
    gone = tuple(one for one in removed if one is not None and one != added)
    new = (added,) if added is not None and added not in removed else ()
    if not gone and not new:
        return []
    return [AssociationChange(task_id=str(link.hubspot_id), to=to, add=new, remove=gone)]


def _places_before(moves: Sequence[AssociationChange], about: Resolved) -> Mapping[str, str | None]:
    said = place_values(about.associations)
    return {move.to: said[move.to] for move in moves}


def _exchanged(
    known: Mapping[str, str | None], removed: Collection[str], added: str | None
) -> list[str]:
    """The HubSpot ids that stand for something, after the exchange."""
    left = {i for i, target in known.items() if target and i not in removed}
    return sorted(left | ({added} if added else set()))


def _fields_of(seen: Seen) -> Fields:
    return {} if isinstance(seen, Presence) else seen


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
