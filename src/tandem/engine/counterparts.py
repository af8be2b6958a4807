"""
Which HubSpot contact, company or deal a Salesforce record is: correspondence read backwards, in bulk.

What was found is remembered for ``FRESH`` (15 minutes); that nothing was found is not, since a task
waits for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tandem.crm.connector import TaskSeen
from tandem.engine.awaited import with_told, with_told_address
from tandem.engine.context import FRESH, RunContext
from tandem.mapping.ids import id18
from tandem.model import Contact, Person
from tandem.sync.correspondence import (
    FoundContact,
    company_of,
    contact_of,
    deal_of,
    former_ids,
    ids_of,
    unread_ids,
)

__all__ = ["Counterparts", "Places"]

_CACHE = "counterparts"
_REMEMBERED = 20_000
_STEPS = 3
_ACCOUNT, _OPPORTUNITY = "001", "006"


class _Known(msgspec.Struct):
    """The HubSpot record found, the ids it absorbed by merges, and when that was read."""

    id: str
    read_at: datetime
    merged_ids: tuple[str, ...] = ()


class _Cache(msgspec.Struct):
    contacts: dict[str, _Known] = {}
    companies: dict[str, _Known] = {}
    deals: dict[str, _Known] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The HubSpot records that a Salesforce task belongs to; ``contact_ids`` holds the ids merged into it, too."""

    contact_id: str | None = None
    contact_ids: frozenset[str] = frozenset()
    company_id: str | None = None
    deal_id: str | None = None


class Counterparts:
    """Looks up and remembers what Salesforce's records are in HubSpot."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._cache: _Cache | None = None

    def places(self, who_id: str | None, what_id: str | None) -> Places:
        """What those two are in HubSpot, as far as ``look_up`` was asked before."""
        cache = self._cache or _Cache()
        contact = cache.contacts.get(who_id or "")
        company, deal = cache.companies.get(what_id or ""), cache.deals.get(what_id or "")
        return Places(
            contact_id=contact.id if contact else None,
            contact_ids=frozenset((contact.id, *contact.merged_ids)) if contact else frozenset(),
            company_id=company.id if company else None,
            deal_id=deal.id if deal else None,
        )

    async def look_up(self, tasks: Iterable[TaskSeen]) -> None:
        """Make sure that what the Name and Related To of *tasks* are in HubSpot is known."""
        whos: dict[str, str | None] = {}
        whats: set[str] = set()
        for task in tasks:
            if task.fields.get("WhoId"):
                whos[task.fields["WhoId"]] = task.who_email
            if task.fields.get("WhatId"):
                whats.add(task.fields["WhatId"])
        if whos or whats:
            await self._look_up(whos, whats)

    async def look_up_people(self, who_ids: Collection[str]) -> None:
        """As ``look_up``, for people alone."""
        if who_ids:
            await self._look_up(dict.fromkeys(who_ids), set())

    async def _look_up(self, whos: Mapping[str, str | None], whats: Collection[str]) -> None:
        cache = await self._load()
        oldest = self._run.now - FRESH
        unknown = {i: email for i, email in whos.items() if _is_stale(cache.contacts, i, oldest)}
        accounts = [
            i for i in whats if i.startswith(_ACCOUNT) and _is_stale(cache.companies, i, oldest)
        ]
        opportunities = [
            i for i in whats if i.startswith(_OPPORTUNITY) and _is_stale(cache.deals, i, oldest)
        ]
        if unknown:
            await self._look_up_contacts(unknown, cache)
        if accounts:
            await self._look_up_companies(accounts, cache)
        if opportunities:
            await self._look_up_deals(opportunities, cache)
        if unknown or accounts or opportunities:
            for known in (cache.contacts, cache.companies, cache.deals):
                _trim(known)
            encoded = msgspec.json.encode(cache)
            await self._run.db(self._run.store.cache, _CACHE, encoded, self._run.now)

    async def _load(self) -> _Cache:
        if self._cache is None:
            run = self._run
            saved = await run.db(run.store.cached, _CACHE, run.now - FRESH)
            self._cache = msgspec.json.decode(saved, type=_Cache) if saved else _Cache()
        return self._cache

    # ------------------------------------------------------------------ people

    async def _look_up_contacts(self, whos: Mapping[str, str | None], cache: _Cache) -> None:
        people = await self._people(whos)
        former = former_ids(people)
        ids = set(whos) | {i for who in whos for i in former.get(who, ())}
        addresses = {person.email for person in people.values() if person.email}
        addresses |= {email.lower() for email in whos.values() if email}
        run = self._run
        wanted = ids | people.keys()
        stored: Mapping[str, Sequence[Contact]] = with_told(
            await run.hubspot.contacts_by_salesforce_id(sorted(wanted)),
            run.told.contacts,
            wanted,
            lambda one: (one.salesforce_contact_id, one.salesforce_lead_id),
        )
        by_email = with_told_address(
            await run.hubspot.contacts_by_email(sorted(addresses)) if addresses else {},
            run.told.contacts,
            addresses,
        )
        people = await self._with_stored(people, stored, by_email)
        former = former_ids(people)
        for who, email in whos.items():
            found = contact_of(who, email, stored, by_email, people, former)
            if isinstance(found, FoundContact):
                contact = found.contact
                cache.contacts[who] = _Known(contact.id, self._run.now, contact.merged_ids)
            else:
                cache.contacts.pop(who, None)

    async def _people(self, ids: Iterable[str]) -> dict[str, Person]:
        people = dict((await self._run.salesforce.people(sorted(set(ids)), ())).by_id)
        # Merges and conversions lead to people not read yet; a chain longer than this is no chain.
        for _ in range(_STEPS):
            ahead = unread_ids(people, ())
            if not ahead:
                break
            people.update((await self._run.salesforce.people(sorted(ahead), ())).by_id)
        return people

    async def _with_stored(
        self,
        people: Mapping[str, Person],
        stored: Mapping[str, Sequence[Contact]],
        by_email: Mapping[str, Contact],
    ) -> dict[str, Person]:
        """*people* and those whom the found contacts name: doubles are told apart by them."""
        contacts = [*(one for group in stored.values() for one in group), *by_email.values()]
        unread = ids_of(contacts) - people.keys()
        return {**people, **(await self._people(unread))} if unread else dict(people)

    # ------------------------------------------------------------------ accounts and opportunities

    async def _look_up_companies(self, ids: Collection[str], cache: _Cache) -> None:
        run = self._run
        domains = await run.salesforce.account_domains(ids)
        named = set(domains.values())
        told = run.told.companies
        by_domain = with_told(
            await run.hubspot.companies_by_domain(sorted(named)) if named else {},
            told,
            named,
            lambda one: (one.domain,),
        )
        stored = with_told(
            await run.hubspot.companies_by_salesforce_id(ids),
            told,
            ids,
            lambda one: (one.salesforce_account_id,),
        )
        claimed = {
            one.salesforce_account_id
            for group in by_domain.values()
            for one in group
            if one.salesforce_account_id
        }
        existing, by_website = await run.salesforce.accounts(sorted(claimed), sorted(named))
        for account_id in ids:
            domain = domains.get(account_id)
            found = company_of(
                account_id,
                stored,
                domains=(domain,) if domain else (),
                by_domain=by_domain,
                accounts_by_domain=by_website,
                existing=existing,
                manual=_in_full(run.company_pairs),
            )
            _note(cache.companies, account_id, found, run.now)

    async def _look_up_deals(self, ids: Collection[str], cache: _Cache) -> None:
        stored = with_told(
            await self._run.hubspot.deals_by_salesforce_id(ids),
            self._run.told.deals,
            ids,
            lambda one: (one.salesforce_opportunity_id,),
        )
        for opportunity_id in ids:
            found = deal_of(opportunity_id, stored, _in_full(self._run.deal_pairs))
            _note(cache.deals, opportunity_id, found, self._run.now)


def _in_full(pairs: Mapping[str, str]) -> dict[str, str]:
    """Manual pairs with ids of 18 characters: a person may have typed the 15 that pages show."""
    return {hubspot_id: id18(salesforce_id) for hubspot_id, salesforce_id in pairs.items()}


def _note(known: dict[str, _Known], record_id: str, found: str | None, now: datetime) -> None:
    if found is None:
        known.pop(record_id, None)
    else:
        known[record_id] = _Known(found, now)


def _is_stale(known: Mapping[str, _Known], record_id: str, oldest: datetime) -> bool:
    return record_id not in known or known[record_id].read_at < oldest


def _trim(known: dict[str, _Known]) -> None:
    while len(known) > _REMEMBERED:
        del known[next(iter(known))]
