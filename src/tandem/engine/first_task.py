"""The first decision about a Salesforce task that is not in HubSpot yet: create it there, wait, or leave it, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tandem.crm.connector import TaskSeen
from tandem.engine import standing
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts, Places
from tandem.engine.hubspot_drafting import HubSpotDrafter
from tandem.engine.recover import is_repeatable
from tandem.engine.reports import Decision
from tandem.engine.work import Done, Work, ended
from tandem.errors import Unmappable
from tandem.mapping.keys import salesforce_task_key
from tandem.mapping.salesforce import seen_in_salesforce
from tandem.mapping.task_facts import facts_of
from tandem.model import Associations, Field, KeyProperty, Kind, Link, LinkState, Side
from tandem.sync.eligibility import Skip, TaskFacts, Wait, place_verdict, task_verdict
from tandem.sync.reasons import Reason

__all__ = ["FirstTask", "NewTaskOf"]

_WHOLE = tuple(Field)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaskOf:
    """A Salesforce task without a HubSpot task, and what was decided about it before, if anything."""

    task: TaskSeen
    link: Link | None
    facts: TaskFacts


class FirstTask:
    """Decides about Salesforce tasks without a HubSpot task."""

    def __init__(
        self, run: RunContext, counterparts: Counterparts, drafter: HubSpotDrafter
    ) -> None:
        self._run = run
        self._counterparts = counterparts
        self._drafter = drafter
        self._members: frozenset[str] | None = None

    def of(self, task: TaskSeen, link: Link | None) -> NewTaskOf:
        facts = facts_of(task, self._run.org)
        if link is not None:
            # Who wrote it was decided before: it may be the one that is left of an earlier pair.
            facts = replace(facts, key=None)
        return NewTaskOf(task=task, link=link, facts=facts)

    async def decide(self, new: Sequence[NewTaskOf]) -> list[Work | Done]:
        """A create, or why there is none, for each."""
        decided: list[Work | Done] = []
        open_: list[NewTaskOf] = []
        for each in new:
            settled = self._ineligible(each)
            if settled is None:
                open_.append(each)
            else:
                decided.append(settled)
        passed = await self._by_condition(open_)
        for each in open_:
            if each.task.id not in passed:
                decided.append(standing.skipped(self._link(each), Reason.FILTERED, "condition"))
        left = [each for each in open_ if each.task.id in passed]
        await self._counterparts.look_up([each.task for each in left])
        await self._load_members()
        return [*decided, *(self._placed(each) for each in left)]

    # ------------------------------------------------------------------ eligibility

    def _ineligible(self, new: NewTaskOf) -> Done | None:
        link, task = new.link, new.task
        is_waiting = link is not None and link.state is LinkState.WAITING
        if (
            link is not None
            and link.intent is not None
            and (task.is_deleted or not is_repeatable(self._run, link))
        ):
            # It may have landed and come to light later: nothing is decided before that is clear.
            return standing.waiting(
                self._run, link, Reason.OUTCOME_UNKNOWN, due_at=self._run.now + timedelta(minutes=1)
            )
        if task.is_deleted:
            return ended(self._run, self._link(new), Reason.GONE_BEFORE_WRITTEN)
        policy = self._run.policy
        verdict = task_verdict(
            new.facts, policy, former=policy.former_task_filters, is_accepted=is_waiting
        )
        if isinstance(verdict, Skip):
            return standing.skipped(self._link(new), verdict.reason, verdict.detail)
        return None

    async def _by_condition(self, new: Sequence[NewTaskOf]) -> frozenset[str]:
        """Those that meet the SOQL conditions of the filter; what waits already has passed them."""
        passed = {each.task.id for each in new}
        asked: dict[str, list[str]] = {}
        for each in new:
            if each.link is not None and each.link.state is LinkState.WAITING:
                continue
            for one in self._run.policy.task_filters_for(each.facts.created_at):
                if one.condition:
                    asked.setdefault(one.condition, []).append(each.task.id)
        for condition, ids in asked.items():
            passed -= set(ids) - await self._run.salesforce.tasks_meeting(ids, condition)
        return frozenset(passed)

    async def _load_members(self) -> None:
        named = self._run.policy.inclusion_list
        if named is not None and self._members is None:
            self._members = await self._run.hubspot.members_of(named)

    # ------------------------------------------------------------------ where it belongs

    def _placed(self, new: NewTaskOf) -> Work | Done:
        who, what = new.task.fields.get("WhoId"), new.task.fields.get("WhatId")
        places = self._counterparts.places(who, what)
        verdict = place_verdict(
            new.facts,
            person_found=places.contact_id is not None,
            related_found=bool(places.company_id or places.deal_id),
            unattached=all(
                each.unattached for each in self._run.policy.task_filters_for(new.facts.created_at)
            ),
        )
        match verdict:
            case Skip(reason=reason, detail=detail):
                return standing.skipped(self._link(new), reason, detail)
            case Wait(reason=reason, until=until):
                return standing.waiting(
                    self._run, self._link(new), reason, due_at=until, contact_id=who or what
                )
            case _:
                pass
        if self._members is not None and places.contact_ids.isdisjoint(self._members):
            return standing.skipped(self._link(new), Reason.NOT_ON_INCLUSION_LIST)
        try:
            return self._create(new, places)
        except Unmappable as error:
            return standing.parked(self._link(new), Reason.UNMAPPABLE, str(error))

    def _create(self, new: NewTaskOf, places: Places) -> Work:
        run, known, task = self._run, self._link(new), new.task
        draft = self._drafter.new_task(known.key, task, new.facts.created_at, places)
        target = replace(
            known,
            state=LinkState.PAIRED,
            reason="",
            detail="",
            hubspot=draft.said,
            salesforce=seen_in_salesforce(task.fields, run.marker),
            contact_id=places.contact_id,
            due_at=None,
            attempts=0,
        )
        is_old = not run.is_certainly_new(new.facts.created_at)
        was_tried = known.intent is not None
        return Work(
            operation="create",
            side=Side.HUBSPOT,
            link=replace(known, state=LinkState.WAITING, reason=Reason.INTERRUPTED),
            target=replace(target, intent=None),
            record=draft.properties,
            fields=_WHOLE,
            attached=_attached(places),
            decisions=(*draft.decisions, *_place_decisions(places)),
            subject=str(draft.properties.get("hs_task_subject") or ""),
            look_first=is_old or (was_tried and run.schema.key is not KeyProperty.UNIQUE),
        )

    def _link(self, new: NewTaskOf) -> Link:
        run, task = self._run, new.task
        if new.link is not None:
            return replace(
                new.link,
                salesforce_modified_at=task.system_modstamp or new.link.salesforce_modified_at,
                run_id=run.run_id,
                settings_version=run.policy.version,
            )
        return Link(
            key=salesforce_task_key(run.org.id, task.id),
            kind=Kind.TASK,
            hubspot_id=None,
            salesforce_id=task.id,
            state=LinkState.WAITING,
            created_at=task.created_at,
            first_seen_at=run.now,
            salesforce_modified_at=task.system_modstamp,
            run_id=run.run_id,
            settings_version=run.policy.version,
        )


def _attached(places: Places) -> Associations:
    return Associations(
        contact_ids=(places.contact_id,) if places.contact_id else (),
        company_ids=(places.company_id,) if places.company_id else (),
        deal_ids=(places.deal_id,) if places.deal_id else (),
    )


def _place_decisions(places: Places) -> tuple[Decision, ...]:
    made: list[Decision] = []
    if places.contact_id:
        made.append(
            Decision(about="person", rule="counterpart", values={"contact": places.contact_id})
        )
    related: Mapping[str, str | None] = {"company": places.company_id, "deal": places.deal_id}
    for name, record_id in related.items():
        if record_id:
            made.append(Decision(about="related", rule="counterpart", values={name: record_id}))
    return tuple(made)
