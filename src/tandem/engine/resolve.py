"""
Who and what a batch of activities is about: associations, contacts, their Salesforce people, accounts.

Everything is asked in bulk and remembered for ``FRESH`` (15 minutes), so that a batch costs calls by
the thousand and not by the record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tandem.engine.context import FRESH, RunContext
from tandem.engine.related import RelatedRecords
from tandem.errors import Rejected, SettingsError
from tandem.model import Activity, Associations, Contact, Kind, ObjectType
from tandem.store.rows import CachedPerson
from tandem.sync.contact_choice import Candidate
from tandem.sync.correspondence import Found, person_for, unread_ids
from tandem.sync.eligibility import Skip, contact_verdict
from tandem.sync.reasons import Reason

__all__ = ["Resolved", "Resolver"]

_TARGETS = ("contacts", "companies", "deals")
_STEPS = 3
_NOT_FOUND = 404
ActivityKey = tuple[Kind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """
    What an activity hangs on, as both CRMs have it now.

    ``people`` are all its contacts that HubSpot knows, ``candidates`` those of them that sync, and
    ``reasons`` why the others do not; ``accounts`` and ``opportunities`` are by HubSpot id.
    """

    associations: Associations
    people: tuple[CachedPerson, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[Reason, ...] = ()
    accounts: Mapping[str, str | None] = field(default_factory=dict)
    opportunities: Mapping[str, str | None] = field(default_factory=dict)


class Resolver:
    """Resolves the activities of one run, batch by batch."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._related = RelatedRecords(run)
        self._members: dict[str, frozenset[str]] = {}
        self.appeared: set[str] = set()
        """Contacts read in this run whose person exists: what waits for them may go."""

    async def resolve(self, activities: Sequence[Activity]) -> Mapping[ActivityKey, Resolved]:
        """Every activity's records; one call per 1,000 and object type, plus what is not known yet."""
        associations = await self._associations(activities)
        emails = {a.person_email for a in activities if a.person_email and not a.person_id}
        ids = {i for found in associations.values() for i in found.contact_ids}
        ids |= {a.person_id for a in activities if a.person_id}
        by_id, by_email = await self._people(ids, emails)
        companies = {i for found in associations.values() for i in found.company_ids}
        deals = {i for found in associations.values() for i in found.deal_ids}
        await self._related.look_up(sorted(companies), sorted(deals))
        await self._load_lists(activities)
        return {
            (activity.kind, activity.id): self._resolved(
                activity, associations.get((activity.kind, activity.id)), by_id, by_email
            )
            for activity in activities
        }

    def _resolved(
        self,
        activity: Activity,
        found: Associations | None,
        by_id: Mapping[str, CachedPerson],
        by_email: Mapping[str, CachedPerson],
    ) -> Resolved:
        associations = found or Associations()
        if activity.person_id:
            people = [by_id.get(activity.person_id)]
        elif activity.person_email:
            people = [by_email.get(activity.person_email)]
        else:
            people = [by_id.get(contact_id) for contact_id in associations.contact_ids]
        known = {person.contact.id: person for person in people if person is not None}
        candidates, reasons = [], []
        for person in known.values():
            match self._candidate(activity, person):
                case Candidate() as candidate:
                    candidates.append(candidate)
                case reason:
                    reasons.append(reason)
        return Resolved(
            associations=associations,
            people=tuple(known.values()),
            candidates=tuple(candidates),
            reasons=tuple(reasons),
            accounts=self._related.accounts(associations.company_ids),
            opportunities=self._related.opportunities(associations.deal_ids),
        )

    def _candidate(self, activity: Activity, known: CachedPerson) -> Candidate | Reason:
        if known.person is None:
            return Reason(known.reason)
        match contact_verdict(known.contact, activity, self._run.policy, self._members):
            case Skip(reason=reason):
                return reason
            case _:
                return Candidate(known.contact, known.person)

    # ------------------------------------------------------------------ associations

    async def _associations(
        self, activities: Sequence[Activity]
    ) -> dict[ActivityKey, Associations]:
        wanted: dict[ObjectType, set[str]] = {}
        for activity in activities:
            if activity.kind.object_type is not None:
                record = activity.record_id or activity.id
                wanted.setdefault(activity.kind.object_type, set()).add(record)
        answers = await asyncio.gather(
            *(
                self._run.hubspot.associations(object_type, sorted(ids), to=_TARGETS)
                for object_type, ids in wanted.items()
            )
        )
        found = dict(zip(wanted, answers, strict=True))
        return {
            (a.kind, a.id): found[a.kind.object_type].get(a.record_id or a.id, Associations())
            for a in activities
            if a.kind.object_type is not None
        }

    # ------------------------------------------------------------------ people

    async def _people(
        self, ids: Collection[str], emails: Collection[str]
    ) -> tuple[dict[str, CachedPerson], dict[str, CachedPerson]]:
        run, newer_than = self._run, self._run.now - FRESH
        by_id = dict(await run.db(run.store.people, ids, newer_than))
        by_email = dict(await run.db(run.store.people_by_email, emails, newer_than))
        # In an order of their own, so that the same run asks the same questions in every process.
        asked_by_id = sorted(set(ids) - by_id.keys())
        contacts = dict(await run.hubspot.contacts(asked_by_id)) if asked_by_id else {}
        asked_by_email = sorted(set(emails) - by_email.keys())
        addressed = (
            dict(await run.hubspot.contacts_by_email(asked_by_email)) if asked_by_email else {}
        )
        fresh = {contact.id: contact for contact in (*contacts.values(), *addressed.values())}
        if not fresh:
            return by_id, by_email
        resolved = await self._correspond(fresh.values())
        await run.db(run.store.save_people, list(resolved.values()))
        self.appeared |= {each.contact.id for each in resolved.values() if each.person}
        # An id that was merged away is asked for by its old name and answered by the winner.
        by_id.update({asked: resolved[contact.id] for asked, contact in contacts.items()})
        by_email.update({asked: resolved[contact.id] for asked, contact in addressed.items()})
        return by_id, by_email

    async def _correspond(self, contacts: Collection[Contact]) -> dict[str, CachedPerson]:
        stored = {i for c in contacts for i in (c.salesforce_contact_id, c.salesforce_lead_id) if i}
        emails = {email for contact in contacts for email in contact.emails}
        people = await self._run.salesforce.people(sorted(stored), sorted(emails))
        by_id, by_email = dict(people.by_id), people.by_email
        # Merges and conversions lead to people not read yet; a chain longer than this is no chain.
        for _ in range(_STEPS):
            ahead = unread_ids(by_id, (p for listed in by_email.values() for p in listed))
            if not ahead:
                break
            by_id.update((await self._run.salesforce.people(sorted(ahead), ())).by_id)
        resolved = {}
        for contact in contacts:
            found = person_for(contact, by_id, by_email)
            resolved[contact.id] = CachedPerson(
                contact=contact,
                person=found.person if isinstance(found, Found) else None,
                reason="" if isinstance(found, Found) else found.reason,
                read_at=self._run.now,
            )
        return resolved

    # ------------------------------------------------------------------ lists

    async def _load_lists(self, activities: Sequence[Activity]) -> None:
        policy = self._run.policy
        wanted = {
            name
            for activity in activities
            for each in policy.kind(activity.kind).filters_for(activity.created_at)
            for name in each.filter.lists
        }
        if policy.inclusion_list is not None:
            wanted.add(policy.inclusion_list)
        for name in sorted(wanted - self._members.keys()):
            self._members[name] = await self._members_of(name)

    async def _members_of(self, name: str) -> frozenset[str]:
        try:
            return await self._run.hubspot.members_of(name)
        except Rejected as error:
            if error.status != _NOT_FOUND:
                raise
            # Skipping everybody would be for good; until somebody chooses, nothing is decided.
            raise SettingsError(
                f"The HubSpot list {name} that the settings name is gone. Choose another one or none, "
                'for example: tandem settings set inclusion_list ""'
            ) from error
