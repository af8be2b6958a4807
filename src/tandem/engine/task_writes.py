"""The one write that follows for a pair of tasks: to Salesforce, to HubSpot, or to HubSpot's associations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tandem.crm.connector import AssociationChange
from tandem.engine.again import Again
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts
from tandem.engine.drafting import related_words
from tandem.engine.first import next_look
from tandem.engine.hubspot_drafting import HubSpotDrafter
from tandem.engine.reports import Outcome
from tandem.engine.resolve import Resolved
from tandem.engine.task_pair import NOWHERE, PLACES, TaskPair, fields_of
from tandem.engine.task_view import TaskView
from tandem.engine.work import Done, Work, text_of
from tandem.mapping.hubspot_values import CONTACTS, values_of
from tandem.mapping.record_values import place_values
from tandem.mapping.salesforce import api_names, base_of, fitting, seen_in_salesforce
from tandem.model import Field, Fields, Link, LinkState, Side, Value
from tandem.store.rows import KeptConflict
from tandem.sync.merge import Move, move_of
from tandem.sync.plan import Conflict
from tandem.sync.reasons import Reason
from tandem.sync.schedule import next_try

__all__ = ["TaskWrites", "due_again"]


class TaskWrites:
    """Makes the write, and the pair as it will be once that has landed."""

    def __init__(
        self,
        run: RunContext,
        view: TaskView,
        again: Again,
        counterparts: Counterparts,
        drafter: HubSpotDrafter,
    ) -> None:
        self._run = run
        self._view = view
        self._again = again
        self._counterparts = counterparts
        self._drafter = drafter

    def to_salesforce(
        self,
        pair: TaskPair,
        fields: frozenset[Field],
        conflicts: Mapping[Field, Conflict],
        hubspot: Fields,
        salesforce: Fields,
    ) -> Work | Done:
        """Patch *fields* in Salesforce with what HubSpot says; *hubspot* and *salesforce* are settled besides."""
        activity, task = pair.activity, pair.living_task
        assert activity is not None, "the plan follows what HubSpot says"
        assert task is not None, "the plan has looked at Salesforce"
        change = self._again.change(pair.link, activity, pair.about or NOWHERE)
        if Field.PERSON in fields:
            # Another contact has another owner, whom the chain may come to.
            fields |= {Field.OWNER}
        record = {
            name: value
            for name, value in fitting(self._again.record(change, fields), task.fields).items()
            if name not in task.fields or (task.fields[name] or None) != (value or None)
        }
        said = {name: change.said[name] for name in fields if name in change.said}
        agreed = {
            name: value
            for name, value in seen_in_salesforce(task.fields, self._run.marker).items()
            if name in fields
        }
        settled = self.settled(
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
            before={name: text_of(task.fields.get(name)) for name in record},
            conflicts=tuple(
                self._kept(pair, name, Side.HUBSPOT, record)
                for name in sorted(fields)
                if name in conflicts and conflicts[name].winner is Side.HUBSPOT
            ),
            account_id=change.moved_to.person.account_id or "" if change.moved_to else "",
        )

    def to_hubspot(
        self,
        pair: TaskPair,
        fields: frozenset[Field],
        conflicts: Mapping[Field, Conflict],
        hubspot: Fields,
        salesforce: Fields,
    ) -> Work | Done:
        """Patch *fields* in HubSpot with what Salesforce says: its associations first, then the rest."""
        if Field.PERSON in fields and self._is_nowhere(pair):
            rest = fields - {Field.PERSON}
            return self._without_counterpart(pair, rest, conflicts, hubspot, salesforce)
        places = fields & PLACES
        if places:
            decided = self._moved(pair, places, conflicts, hubspot, salesforce)
            return due_again(self._run, decided) if fields - places else decided
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
        settled = self.settled(pair, {**hubspot, **draft.said}, {**salesforce, **agreed})
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
            said_before=fields_of(self._view.hubspot_said(pair)),
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
        rules, planned = self._view.rules(pair.link), self._view.pair(pair)
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
        task, about, link = pair.living_task, pair.about or NOWHERE, pair.link
        assert task is not None, "the plan follows what Salesforce says"
        said = seen_in_salesforce(task.fields, self._run.marker)
        who, what = task.fields.get("WhoId"), task.fields.get("WhatId")
        places = self._counterparts.places(who, what)
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
        settled = self.settled(pair, {**hubspot, **landed}, {**salesforce, **agreed})
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

    def _is_nowhere(self, pair: TaskPair) -> bool:
        """Whether the task's Name is somebody who is not in HubSpot."""
        who = pair.living_task.fields.get("WhoId") if pair.living_task is not None else None
        return bool(who) and self._counterparts.places(who, None).contact_id is None

    def _without_counterpart(
        self,
        pair: TaskPair,
        rest: frozenset[Field],
        conflicts: Mapping[Field, Conflict],
        hubspot: Fields,
        salesforce: Fields,
    ) -> Work | Done:
        """
        The task was moved to a person who is not in HubSpot (yet): it stays where it is until they are.

        What else was edited does not wait for that.
        """
        run, link = self._run, pair.link
        is_first = link.reason != Reason.NO_HUBSPOT_RECORD
        attempts = 0 if is_first else link.attempts
        started = run.now if is_first or link.first_seen_at is None else link.first_seen_at
        decided: Work | Done = self.settled(pair, hubspot, salesforce)
        if rest:
            decided = self.to_hubspot(pair, rest, conflicts, hubspot, salesforce)
        waiting = replace(
            decided.target if isinstance(decided, Work) else decided.link,
            reason=Reason.NO_HUBSPOT_RECORD,
            first_seen_at=started,
            attempts=attempts + 1,
            due_at=next_try(started, attempts, run.now),
        )
        if isinstance(decided, Work):
            return replace(decided, target=waiting)
        return Done(link=waiting, outcome=Outcome.WAITING, reason=Reason.NO_HUBSPOT_RECORD)

    def related_that_appeared(
        self, pair: TaskPair, hubspot: Fields, salesforce: Fields
    ) -> Work | None:
        """The company or deal of the task's Related To, which HubSpot did not have when the task was made."""
        if pair.about is None or not self._view.lacks_related(pair):
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
        settled = self.settled(pair, {**hubspot, Field.RELATED: words}, salesforce)
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

    def _kept(
        self, pair: TaskPair, name: Field, winner: Side, written: Mapping[str, Any]
    ) -> KeptConflict:
        """What both sides said of *name*, in full, in their own words."""
        run, task, activity = self._run, pair.living_task, pair.activity
        said = {api: text_of(task.fields.get(api)) for api in api_names(name)} if task else {}
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

    def settled(self, pair: TaskPair, hubspot: Fields, salesforce: Fields) -> Done:
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


def due_again(run: RunContext, decided: Work | Done) -> Work | Done:
    """Still due: the other side, or the rest, is to be written as well."""
    if isinstance(decided, Work):
        return replace(decided, target=replace(decided.target, due_at=run.now))
    return replace(decided, link=replace(decided.link, due_at=run.now))


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
