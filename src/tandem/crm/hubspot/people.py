"""Contacts, companies and deals: by id, by address, by domain, by what HubSpot's own connector stored."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from tandem.crm.caller import Caller
from tandem.crm.hubspot import records
from tandem.crm.hubspot.search import one_of, search_page
from tandem.errors import Rejected
from tandem.mapping.hubspot import Record
from tandem.mapping.hubspot_people import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    DEAL_PROPERTIES,
    company_from,
    contact_from,
    deal_from,
)
from tandem.mapping.ids import domain_of, id18, is_salesforce_id
from tandem.model import Company, Contact, Deal

__all__ = ["People"]

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CONTACT, _LEAD = "003", "00Q"
_FOUND = 20
"""Records that a search by words answers, for a person to choose among."""
_LONGEST_WORDS = 200
T = TypeVar("T")


class People:
    """
    The people and organisations of one account.

    Which of the properties of HubSpot's own connector are missing is found out once (`begin_run` forgets it).
    """

    def __init__(self, caller: Caller, address_operator: str) -> None:
        self._caller = caller
        self._address_operator = address_operator
        self._absent: set[tuple[str, str]] = set()

    def begin_run(self) -> None:
        self._absent.clear()

    # ----------------------------------------------------------------- by id and address

    async def contacts(self, ids: Collection[str]) -> Mapping[str, Contact]:
        wanted = dict.fromkeys(ids)
        rows = await records.read(self._caller, "contacts", wanted, CONTACT_PROPERTIES)
        found = {row.id: contact_from(row) for row in rows}
        # Should a batch answer a loser's id with the winner, the winner names it.
        for contact in list(found.values()):
            for loser in contact.merged_ids:
                if loser in wanted:
                    found.setdefault(loser, contact)
        if missing := [one for one in wanted if one not in found]:
            merged = await records.read_merged(
                self._caller, "contacts", missing, CONTACT_PROPERTIES
            )
            found |= {one: contact_from(row) for one, row in merged.items()}
        return {one: found[one] for one in wanted if one in found}

    async def contacts_by_email(self, emails: Collection[str]) -> Mapping[str, Contact]:
        addresses = (email.strip().lower() for email in emails)
        # What people typed into forms is not always an address, and one bad value fails its batch.
        wanted = dict.fromkeys(one for one in addresses if _ADDRESS.fullmatch(one))
        rows = await records.read(
            self._caller, "contacts", wanted, CONTACT_PROPERTIES, id_property="email"
        )
        found = _by_address([contact_from(row) for row in rows], wanted)
        if missing := [email for email in wanted if email not in found]:
            rows = await records.by_secondary_address(
                self._caller, missing, CONTACT_PROPERTIES, self._address_operator
            )
            found |= _by_address([contact_from(row) for row in rows], missing)
        return found

    async def companies(self, ids: Collection[str]) -> Mapping[str, Company]:
        rows = await records.read(self._caller, "companies", ids, COMPANY_PROPERTIES)
        return {row.id: company_from(row) for row in rows}

    async def deals(self, ids: Collection[str]) -> Mapping[str, Deal]:
        rows = await records.read(self._caller, "deals", ids, DEAL_PROPERTIES)
        return {row.id: deal_from(row) for row in rows}

    async def companies_named(self, words: str) -> Sequence[Company]:
        return [company_from(row) for row in await self._named("companies", words)]

    async def deals_named(self, words: str) -> Sequence[Deal]:
        return [deal_from(row) for row in await self._named("deals", words)]

    async def _named(self, object_type: str, words: str) -> Sequence[Record]:
        """The newest records that hold *words* in a property that HubSpot searches by default [D-search]."""
        found = await search_page(
            self._caller,
            object_type,
            (),
            sort="hs_lastmodifieddate",
            properties=COMPANY_PROPERTIES if object_type == "companies" else DEAL_PROPERTIES,
            descending=True,
            limit=_FOUND,
            words=words.strip()[:_LONGEST_WORDS],
        )
        return found.results

    async def companies_by_domain(
        self, domains: Collection[str]
    ) -> Mapping[str, Sequence[Company]]:
        wanted = {domain for one in domains if (domain := domain_of(one))}
        spellings = [form for domain in sorted(wanted) for form in (domain, f"www.{domain}")]
        rows = await one_of(self._caller, "companies", "domain", spellings, COMPANY_PROPERTIES)
        return _grouped(
            [company_from(row) for row in _oldest_first(rows)],
            wanted,
            lambda company: (company.domain,),
        )

    # ----------------------------------------------------------------- by stored Salesforce id

    async def contacts_by_salesforce_id(
        self, ids: Collection[str]
    ) -> Mapping[str, Sequence[Contact]]:
        wanted = _ids(ids)
        rows = await asyncio.gather(
            self._stored(
                "contacts", "salesforcecontactid", _with(wanted, _CONTACT), CONTACT_PROPERTIES
            ),
            self._stored("contacts", "salesforceleadid", _with(wanted, _LEAD), CONTACT_PROPERTIES),
        )
        contacts = {row.id: row for found in rows for row in found}
        return _grouped(
            [contact_from(row) for row in _oldest_first(contacts.values())],
            wanted,
            lambda contact: (contact.salesforce_contact_id, contact.salesforce_lead_id),
        )

    async def companies_by_salesforce_id(
        self, ids: Collection[str]
    ) -> Mapping[str, Sequence[Company]]:
        wanted = _ids(ids)
        rows = await self._stored("companies", "salesforceaccountid", wanted, COMPANY_PROPERTIES)
        return _grouped(
            [company_from(row) for row in _oldest_first(rows)],
            wanted,
            lambda company: (company.salesforce_account_id,),
        )

    async def deals_by_salesforce_id(self, ids: Collection[str]) -> Mapping[str, Sequence[Deal]]:
        wanted = _ids(ids)
        rows = await self._stored("deals", "hs_salesforceopportunityid", wanted, DEAL_PROPERTIES)
        return _grouped(
            [deal_from(row) for row in _oldest_first(rows)],
            wanted,
            lambda deal: (deal.salesforce_opportunity_id,),
        )

    async def _stored(
        self, object_type: str, name: str, ids: Collection[str], properties: Sequence[str]
    ) -> list[Record]:
        """Records with one of *ids* in property *name*; none where the account has no such property."""
        if not ids or (object_type, name) in self._absent:
            return []
        forms = [form for one in ids for form in (one, one[:15])]
        try:
            return await one_of(self._caller, object_type, name, forms, properties)
        except Rejected as error:
            if error.code != "PROPERTY_DOESNT_EXIST" and name not in str(error):
                raise
        self._absent.add((object_type, name))
        return []


def _ids(ids: Collection[str]) -> list[str]:
    return list(dict.fromkeys(id18(one) for one in ids if is_salesforce_id(one)))


def _with(ids: Collection[str], prefix: str) -> list[str]:
    return [one for one in ids if one.startswith(prefix)]


def _oldest_first(rows: Iterable[Record]) -> list[Record]:
    return sorted(rows, key=lambda row: int(row.id) if row.id.isdecimal() else 0)


def _grouped(
    found: Sequence[T],
    wanted: Collection[str],
    names_of: Callable[[T], Sequence[str | None]],
) -> dict[str, list[T]]:
    """By each of *wanted* that one of them goes by, compared exactly: the search ignores capitals."""
    grouped: dict[str, list[T]] = {}
    asked = set(wanted)
    for one in found:
        for name in dict.fromkeys(names_of(one)):
            if name is not None and name in asked:
                grouped.setdefault(name, []).append(one)
    return grouped


def _by_address(contacts: Sequence[Contact], wanted: Collection[str]) -> dict[str, Contact]:
    """Contacts by those of their addresses that were asked for; whose primary one it is comes first."""
    found: dict[str, Contact] = {}
    for contact in contacts:
        for email in contact.emails:
            if email in wanted:
                found.setdefault(email, contact)
    for contact in contacts:
        if contact.emails and contact.emails[0] in wanted:
            found[contact.emails[0]] = contact
    return found
