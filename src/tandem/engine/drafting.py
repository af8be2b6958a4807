"""Putting together what a task's fields follow from: the assignee, the related record, names and places."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tandem.engine.context import RunContext
from tandem.engine.reports import Decision
from tandem.engine.resolve import Resolved
from tandem.mapping.ids import hubspot_url, id18
from tandem.mapping.salesforce import (
    TaskContext,
    render,
    render_new,
    seen_fields,
    task_type_for,
)
from tandem.model import Activity, Contact, Field, Fields, ObjectType, PersonType
from tandem.sync.assignee import Assignee, assignee_for
from tandem.sync.contact_choice import Candidate, in_order
from tandem.sync.correspondence import related_for
from tandem.sync.dates import Due
from tandem.sync.policy import ContactChoice
from tandem.sync.status import is_closed

__all__ = ["Draft", "Drafter", "related_words"]

_MOST_PARTICIPANTS = 50  # Shared Activities: one lead, or up to so many contacts [taskrelation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A new task as it would be written, what HubSpot says at this moment, and the rules that led here."""

    record: Mapping[str, Any]
    hubspot: Fields
    related_id: str | None
    fallbacks: tuple[str, ...]
    participants: tuple[str, ...]
    decisions: tuple[Decision, ...]

    @property
    def subject(self) -> str:
        return str(self.record.get("Subject") or "")


class Drafter:
    """Drafts the tasks of one run."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._zone = ZoneInfo(run.portal.zone)
        self._file_names: dict[str, str] = {}

    async def name_files(self, activities: Collection[Activity]) -> None:
        """Learn the names of attached files, as far as the token may see them, in one go."""
        wanted = {i for activity in activities for i in activity.attachment_ids}
        if wanted:
            self._file_names = dict(await self._run.hubspot.file_names(sorted(wanted)))

    def new_task(
        self, key: str, activity: Activity, chosen: Candidate | None, about: Resolved
    ) -> Draft:
        """The whole task for an activity that has none."""
        contact = chosen.contact if chosen else None
        assignee = self.assignee(activity, contact)
        related_id = self.related(chosen, about)
        context = self.context(
            activity,
            key=key,
            assignee_id=assignee.user_id,
            who_id=chosen.person.id if chosen else None,
            what_id=related_id,
        )
        return Draft(
            record=render_new(activity, context),
            hubspot=self.said(activity, contact, about),
            related_id=related_id,
            fallbacks=self.fallbacks(contact, assignee),
            participants=self._participants(activity, chosen, about),
            decisions=self._decisions(activity, chosen, about, assignee, related_id),
        )

    def said(self, activity: Activity, contact: Contact | None, about: Resolved) -> Fields:
        """What HubSpot says now, the chosen contact and the related records included."""
        return seen_fields(
            activity,
            self._run.now,
            self._run.marker,
            person=contact.id if contact else None,
            related=_related_said(about),
        )

    def changes(
        self, activity: Activity, fields: Collection[Field], context: TaskContext
    ) -> Mapping[str, Any]:
        """The API fields that say *fields* as they are now."""
        return render(activity, fields, context)

    def context(
        self,
        activity: Activity,
        *,
        key: str,
        assignee_id: str | None,
        who_id: str | None,
        what_id: str | None,
        due: Due | None = None,
    ) -> TaskContext:
        """Everything beside the activity that its task's fields follow from."""
        run, kind_policy = self._run, self._run.policy.kind(activity.kind)
        return TaskContext(
            org=run.org,
            zone=self._zone,
            now=run.now,
            language=run.policy.language,
            kind_policy=kind_policy,
            completed_status=run.policy.completed_status,
            status_map=run.policy.status_map,
            priority_map=run.policy.priority_map,
            stages=run.schema.statuses,
            due=due,
            key=key,
            assignee_id=assignee_id,
            who_id=who_id,
            what_id=what_id,
            record_type_id=run.org.record_types.get(kind_policy.record_type or ""),
            attachment_names=tuple(
                self._file_names[i] for i in activity.attachment_ids if i in self._file_names
            ),
            url=self._url(activity),
        )

    def assignee(self, activity: Activity, contact: Contact | None) -> Assignee:
        return assignee_for(activity, contact, self._run.owners, self._run.org.user_id)

    def fallbacks(self, contact: Contact | None, assignee: Assignee) -> tuple[str, ...]:
        """Who comes next in the chain, should Salesforce refuse the assignee (deactivated meanwhile)."""
        owner = self._run.owners.get(contact.owner_id) if contact and contact.owner_id else None
        chain = [owner.user_id if owner else None, self._run.org.user_id]
        unique = dict.fromkeys(user for user in chain if user and user != assignee.user_id)
        return tuple(unique)

    def related(self, chosen: Candidate | None, about: Resolved) -> str | None:
        person = chosen.person if chosen else None
        return related_for(person, about.opportunities, about.accounts)

    def _participants(
        self, activity: Activity, chosen: Candidate | None, about: Resolved
    ) -> tuple[str, ...]:
        """Further contacts of the task, where all take part; beside a lead there is nobody else."""
        wants_all = self._run.policy.kind(activity.kind).contacts is ContactChoice.ALL
        if chosen is None or not wants_all or chosen.person.type is PersonType.LEAD:
            return ()
        others = dict.fromkeys(
            one.person.id
            for one in in_order(about.candidates, self._zone)
            if one.person.type is PersonType.CONTACT and one.person.id != chosen.person.id
        )
        return tuple(others)[: _MOST_PARTICIPANTS - 1]

    def _url(self, activity: Activity) -> str | None:
        portal, object_type = self._run.portal, activity.kind.object_type
        if object_type is None:
            return None
        record_id = activity.record_id or activity.id
        return hubspot_url(portal.ui_domain, portal.id, ObjectType(object_type), record_id)

    def _decisions(
        self,
        activity: Activity,
        chosen: Candidate | None,
        about: Resolved,
        assignee: Assignee,
        related: str | None,
    ) -> tuple[Decision, ...]:
        run, kind_policy = self._run, self._run.policy.kind(activity.kind)
        made = [Decision(about="assignee", rule=assignee.rule, values={"user": assignee.user_id})]
        if chosen is not None:
            rule = "only_contact" if len(about.candidates) == 1 else "contact_created_last"
            values = {"contact": chosen.contact.id, "person": chosen.person.id}
            made.append(Decision(about="person", rule=rule, values=values))
        closed = is_closed(activity, kind_policy, run.now)
        made.append(Decision(about="status", rule="closed" if closed else "open"))
        chosen_type, vanished = task_type_for(kind_policy, run.org)
        if vanished:
            values = {"type": kind_policy.salesforce_task_type or ""}
            made.append(Decision(about="type", rule="type_vanished", values=values))
        elif chosen_type is not None:
            made.append(Decision(about="type", rule="chosen", values={"type": chosen_type}))
        if related is not None:
            rule = "by_hand" if self._is_by_hand(related, about) else "associated"
            made.append(Decision(about="related", rule=rule, values={"record": related}))
        return tuple(made)

    def _is_by_hand(self, related: str, about: Resolved) -> bool:
        """Whether a person paired the company or deal with what the task is related to."""
        run = self._run
        pairs = [
            *(run.deal_pairs.get(i) for i, target in about.opportunities.items() if target),
            *(run.company_pairs.get(i) for i, target in about.accounts.items() if target),
        ]
        return any(pair is not None and id18(pair) == related for pair in pairs)


def _related_said(about: Resolved) -> str | None:
    """HubSpot's companies and deals that stand for something in Salesforce; None for none."""
    return related_words(
        [i for i, target in about.opportunities.items() if target],
        [i for i, target in about.accounts.items() if target],
    )


def related_words(deal_ids: Collection[str], company_ids: Collection[str]) -> str | None:
    """The related records of an activity as one value for comparing; None for none."""
    said = [f"deal {i}" for i in sorted(deal_ids)]
    said += [f"company {i}" for i in sorted(company_ids)]
    return ", ".join(said) or None
