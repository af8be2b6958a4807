"""Which Salesforce records correspond to HubSpot's contacts, companies and deals, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tandem.model import Company, Contact, Deal, Person, PersonType
from tandem.sync.reasons import Reason

__all__ = [
    "Found",
    "FoundContact",
    "Missing",
    "account_for",
    "company_of",
    "contact_of",
    "deal_of",
    "former_ids",
    "ids_of",
    "opportunity_for",
    "person_for",
    "related_for",
    "unread_ids",
]


@dataclass(frozen=True, slots=True)
class Found:
    """The person, and the rule that found it: ``stored id`` or ``e-mail``."""

    person: Person
    by: str


@dataclass(frozen=True, slots=True)
class Missing:
    reason: Reason


def person_for(
    contact: Contact, by_id: Mapping[str, Person], by_email: Mapping[str, Sequence[Person]]
) -> Found | Missing:
    """
    The Salesforce contact or lead that *contact* is.

    By the ids that HubSpot's own connector stored, else by e-mail, secondary addresses too. A contact
    beats a lead, a converted lead leads to its contact, a merge's loser to its winner, the oldest wins
    among doubles of one address. Deleted records do not count. *by_id* has to hold what ``unread_ids``
    asks for; *by_email* has lower case keys.
    """
    ids = [one for one in (contact.salesforce_contact_id, contact.salesforce_lead_id) if one]
    stored = [person for one in ids if (person := _living(one, by_id)) is not None]
    if stored:
        return _editable(min(stored, key=lambda one: one.type is PersonType.LEAD), "stored id")
    alike = _by_address(contact, by_id, by_email)
    if alike:
        return _editable(alike, "e-mail")
    return Missing(Reason.NO_SALESFORCE_RECORD if ids or contact.emails else Reason.NO_EMAIL)


def unread_ids(by_id: Mapping[str, Person], others: Iterable[Person] = ()) -> frozenset[str]:
    """Ids that merges and conversions of the people read so far lead to, and that were not read yet."""
    ahead = {_next(person) for people in (by_id.values(), others) for person in people}
    return frozenset(one for one in ahead if one is not None and one not in by_id)


def _next(person: Person) -> str | None:
    return person.merged_into if person.is_deleted else person.converted_contact_id


def _living(person_id: str, by_id: Mapping[str, Person]) -> Person | None:
    """Where *person_id* leads today, through merges and conversions; None where that is nowhere."""
    seen: set[str] = set()
    step: str | None = person_id
    while step is not None and step not in seen:
        seen.add(step)
        person = by_id.get(step)
        if person is None:
            return None
        step = _next(person)
        if step is None:
            return None if person.is_deleted else person
    return None


def _by_address(
    contact: Contact, by_id: Mapping[str, Person], by_email: Mapping[str, Sequence[Person]]
) -> Person | None:
    ranked: list[tuple[bool, int, datetime, str, Person]] = []
    for position, address in enumerate(contact.emails):
        for listed in by_email.get(address, ()):
            person = _living(listed.id, {listed.id: listed, **by_id}) if _next(listed) else listed
            if person is not None and not person.is_deleted:
                is_lead = person.type is PersonType.LEAD
                ranked.append((is_lead, position, person.created_at, person.id, person))
    return min(ranked, key=lambda one: one[:4])[4] if ranked else None


def _editable(person: Person, by: str) -> Found | Missing:
    return Found(person, by) if person.editable else Missing(Reason.NOT_EDITABLE)


# --------------------------------------------------------------------------- Related To


def opportunity_for(
    deal: Deal, existing: Collection[str], manual: Mapping[str, str] | None = None
) -> str | None:
    """A deal's opportunity: by manual pair (deal id to opportunity id) or stored id, only if it exists."""
    chosen = (manual or {}).get(deal.id) or deal.salesforce_opportunity_id
    return chosen if chosen in existing else None


def account_for(
    company: Company,
    existing: Collection[str],
    by_domain: Mapping[str, Sequence[str]],
    manual: Mapping[str, str] | None = None,
) -> str | None:
    """A company's account: by manual pair or stored id, else by a website domain only one account has."""
    chosen = (manual or {}).get(company.id) or company.salesforce_account_id
    if chosen in existing:
        return chosen
    alike = by_domain.get(company.domain, ()) if company.domain else ()
    return alike[0] if len(alike) == 1 else None


def related_for(
    person: Person | None,
    opportunities: Mapping[str, str | None],
    accounts: Mapping[str, str | None],
) -> str | None:
    """
    The task's Related To: a deal's opportunity, else a company's account, and nothing beside a lead.

    Both arguments give the counterpart by HubSpot id. Of several deals the newest (highest id) counts; of
    several companies the one whose account is the person's own, else the oldest.
    """
    if person is not None and person.type is PersonType.LEAD:
        return None  # Salesforce refuses WhatId beside a lead [zynbit] [rio]
    deals = [found for _, found in sorted(opportunities.items(), key=_by_number) if found]
    if deals:
        return deals[-1]
    companies = [found for _, found in sorted(accounts.items(), key=_by_number) if found]
    if person is not None and person.account_id in companies:
        return person.account_id
    return companies[0] if companies else None


def _by_number(item: tuple[str, str | None]) -> tuple[int, str]:
    return (int(item[0]) if item[0].isdecimal() else -1), item[0]


# --------------------------------------------------------------------------- the other way round


@dataclass(frozen=True, slots=True)
class FoundContact:
    """The contact, and the rule that found it: ``stored id`` or ``e-mail``."""

    contact: Contact
    by: str


def contact_of(
    person_id: str,
    email: str | None,
    by_salesforce_id: Mapping[str, Sequence[Contact]],
    by_email: Mapping[str, Contact],
    people: Mapping[str, Person],
    former: Mapping[str, Collection[str]] | None = None,
) -> FoundContact | Missing:
    """
    The HubSpot contact that a Salesforce contact or lead is: ``person_for`` read backwards.

    By the ids that HubSpot's own connector stored (its own, or one that a conversion or a merge led from),
    else by *email* or the address in *people*, primary or secondary, those it had before last. A contact that is another living person
    does not count: by a stored id of that person, unless the address is theirs as well. Of several the oldest.
    *people* has to hold what ``ids_of`` and ``unread_ids`` ask for, *former* is ``former_ids`` of them; all ids
    have 18 characters, addresses are lower case.
    """
    person = _living(person_id, people)
    if person is None and person_id in people:
        return Missing(Reason.NO_HUBSPOT_RECORD)
    former = former_ids(people) if former is None else former
    ids = {person_id, person.id, *former.get(person.id, ())} if person else {person_id}
    stored = [
        one
        for each in sorted(ids)
        for one in by_salesforce_id.get(each, ())
        if _person_stored(one, people) in (None, person)
    ]
    if stored:
        return FoundContact(min(stored, key=_by_age), "stored id")
    today = {text for text in (email, person.email if person else None) if text}
    once = {one.email for each in ids if (one := people.get(each)) is not None and one.email}
    for addresses in (today, once - today):
        alike = _with_address(addresses, person, by_email, people)
        if alike:
            return FoundContact(min(alike, key=_by_age), "e-mail")
    return Missing(Reason.NO_HUBSPOT_RECORD)


def ids_of(contacts: Iterable[Contact]) -> frozenset[str]:
    """The Salesforce ids stored on *contacts*: whom they are has to be known to tell doubles apart."""
    stored = ((one.salesforce_contact_id, one.salesforce_lead_id) for one in contacts)
    return frozenset(each for pair in stored for each in pair if each)


def former_ids(people: Mapping[str, Person]) -> Mapping[str, frozenset[str]]:
    """Of each living person the ids that conversions and merges led from; HubSpot may have stored any of them."""
    found: dict[str, set[str]] = {}
    for person_id, person in people.items():
        if _next(person) is not None and (living := _living(person_id, people)) is not None:
            found.setdefault(living.id, set()).add(person_id)
    return {person_id: frozenset(ids) for person_id, ids in found.items()}


def _person_stored(contact: Contact, people: Mapping[str, Person]) -> Person | None:
    """The living person that *contact*'s stored ids name, as ``person_for`` chooses it."""
    ids = [one for one in (contact.salesforce_contact_id, contact.salesforce_lead_id) if one]
    living = [person for one in ids if (person := _living(one, people)) is not None]
    return min(living, key=lambda one: one.type is PersonType.LEAD) if living else None


def _with_address(
    addresses: Iterable[str],
    person: Person | None,
    by_email: Mapping[str, Contact],
    people: Mapping[str, Person],
) -> list[Contact]:
    return [
        one
        for address in map(str.lower, addresses)
        if (one := by_email.get(address)) is not None and _may_be(one, address, person, people)
    ]


def _may_be(
    contact: Contact, address: str, person: Person | None, people: Mapping[str, Person]
) -> bool:
    named = _person_stored(contact, people)
    if named is None or named is person:
        return True
    return (named.email or "").lower() == address


def _by_age(contact: Contact) -> tuple[datetime, tuple[int, str]]:
    return contact.created_at, _by_number((contact.id, None))


def company_of(
    account_id: str,
    by_salesforce_id: Mapping[str, Sequence[Company]],
    *,
    domains: Iterable[str] = (),
    by_domain: Mapping[str, Sequence[Company]] | None = None,
    accounts_by_domain: Mapping[str, Sequence[str]] | None = None,
    existing: Collection[str] = (),
    manual: Mapping[str, str] | None = None,
) -> str | None:
    """
    The id of the HubSpot company that an account is: ``account_for`` read backwards.

    By manual pair (company id to account id) or stored id, else by one of the account's *domains* that no other
    account and only one company has. A company that is paired with, or stores the id of, another account in
    *existing* does not count. Of several the oldest (lowest id).
    """
    pairs = manual or {}
    paired = [company_id for company_id, target in pairs.items() if target == account_id]
    if paired:
        return min(paired, key=_as_number)
    stored = [one.id for one in by_salesforce_id.get(account_id, ()) if pairs.get(one.id) is None]
    if stored:
        return min(stored, key=_as_number)
    found = set()
    for domain in domains:
        owners = (accounts_by_domain or {}).get(domain, ())
        alike = (by_domain or {}).get(domain, ())
        if tuple(owners) == (account_id,) and len(alike) == 1:
            found.add(alike[0])
    free = [one.id for one in found if _is_free(one, account_id, existing, pairs)]
    return min(free, key=_as_number) if free else None


def _is_free(
    company: Company, account_id: str, existing: Collection[str], manual: Mapping[str, str]
) -> bool:
    chosen = manual.get(company.id) or company.salesforce_account_id
    return chosen == account_id or chosen not in existing


def deal_of(
    opportunity_id: str,
    by_salesforce_id: Mapping[str, Sequence[Deal]],
    manual: Mapping[str, str] | None = None,
) -> str | None:
    """The id of the HubSpot deal that an opportunity is: by manual pair (deal id to opportunity id) or stored id."""
    pairs = manual or {}
    paired = [deal_id for deal_id, target in pairs.items() if target == opportunity_id]
    stored = [
        one.id for one in by_salesforce_id.get(opportunity_id, ()) if pairs.get(one.id) is None
    ]
    return min(paired or stored, key=_as_number, default=None)


def _as_number(record_id: str) -> tuple[int, str]:
    return _by_number((record_id, None))
