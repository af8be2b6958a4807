"""Which Salesforce records correspond to HubSpot's contacts, companies and deals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tandem.model import Company, Contact, Deal, Person, PersonType
from tandem.sync.reasons import Reason

__all__ = [
    "Found",
    "Missing",
    "account_for",
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
