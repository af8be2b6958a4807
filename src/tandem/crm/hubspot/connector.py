"""HubSpot as Tandem sees it: the ``HubSpot`` protocol over its HTTP API."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from tandem.clock import Clock
from tandem.crm.caller import Call, Caller
from tandem.crm.connector import Conversion, Form, MarketingEvent, Page
from tandem.crm.http import Transport
from tandem.crm.hubspot import feeds, occurrences, paths, records, search
from tandem.crm.hubspot.errors import HubSpotDialect
from tandem.crm.rate_limit import Budget
from tandem.crm.retry import DEFAULT, Patience
from tandem.crm.tokens import TokenSource
from tandem.errors import AccessLost, Rejected
from tandem.mapping.hubspot import (
    COUNTER_PROPERTIES,
    MODIFIED,
    PROPERTIES,
    activity_from,
    counters_from,
    modified_at,
    readable_instant,
    whole,
)
from tandem.mapping.hubspot_people import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    CONVERSION_PROPERTIES,
    DEAL_PROPERTIES,
    OwnerRecord,
    PortalRecord,
    company_from,
    contact_from,
    deal_from,
    owner_from,
    portal_from,
)
from tandem.model import (
    Activity,
    Associations,
    Company,
    Contact,
    Deal,
    HubSpotOwner,
    Kind,
    ObjectType,
    Portal,
)

__all__ = ["HUBSPOT_API", "HubSpotConnector"]

HUBSPOT_API = "https://api.hubapi.com"
"""One address for every data centre [SPEC:account-info.v3]."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
History = Sequence[tuple[datetime, int]]


class _File(msgspec.Struct, frozen=True):
    id: str
    name: str | None = None
    extension: str | None = None


class _Files(msgspec.Struct, frozen=True):
    results: list[_File] = []


class _Membership(msgspec.Struct, frozen=True, rename="camel"):
    record_id: str


class _Introspection(msgspec.Struct, frozen=True):
    active: bool = True
    scopes: list[str] | None = None


_owners = msgspec.json.Decoder(feeds.Listed[OwnerRecord])
_portal = msgspec.json.Decoder(PortalRecord)
_files = msgspec.json.Decoder(_Files)
_members = msgspec.json.Decoder(feeds.Listed[_Membership])
_introspection = msgspec.json.Decoder(_Introspection)


class HubSpotConnector:
    """
    One HubSpot account.

    ``campaign_subjects`` caches the subjects of marketing e-mails and may be kept between runs.
    *address_operator* is how secondary addresses are searched (`records.AddressOperator`).
    """

    def __init__(
        self,
        transport: Transport,
        tokens: TokenSource,
        budget: Budget,
        *,
        clock: Clock,
        base_url: str = HUBSPOT_API,
        patience: Patience = DEFAULT,
        address_operator: str = records.AddressOperator.IN,
        campaign_subjects: dict[str, str] | None = None,
        jitter: random.Random | None = None,
    ) -> None:
        self._caller = Caller(
            transport,
            tokens,
            budget,
            HubSpotDialect(),
            clock=clock,
            base_url=base_url,
            patience=patience,
            jitter=jitter,
        )
        self._address_operator = address_operator
        self._emails = feeds.EmailFeed(
            self._caller, {} if campaign_subjects is None else campaign_subjects
        )

    @property
    def budget(self) -> Budget:
        return self._caller.budget

    @property
    def campaign_subjects(self) -> dict[str, str]:
        return self._emails.campaign_subjects

    # ----------------------------------------------------------------- the account

    async def now(self) -> datetime:
        return await self._caller.crm_time(Call(operation="clock", path=paths.ACCOUNT))

    async def portal(self) -> Portal:
        call = Call(operation="account details", path=paths.ACCOUNT)
        return portal_from(await self._caller.fetch(call, _portal))

    async def owners(self) -> Sequence[HubSpotOwner]:
        active, archived = await asyncio.gather(self._owners(False), self._owners(True))
        known = {owner.id: owner for owner in (*archived, *active)}
        return list(known.values())

    async def _owners(self, archived: bool) -> list[HubSpotOwner]:
        found: list[HubSpotOwner] = []
        async for page in feeds.pages(
            self._caller,
            "owners",
            paths.OWNERS,
            _owners,
            limit=100,
            archived="true" if archived else "false",
        ):
            found += [owner_from(record) for record in page]
        return found

    async def has_own_connector(self) -> bool:
        call = Call(operation="property of HubSpot's connector", path=paths.SALESFORCE_PROPERTY)
        try:
            await self._caller.send(call)
        except (AccessLost, Rejected) as error:
            if error.status in (403, 404):
                return False
            raise
        return True

    async def scopes(self) -> frozenset[str] | None:
        granted = self._caller.tokens.scopes
        if granted is not None:
            return granted
        form = {"token": await self._caller.tokens.token(), "token_type_hint": "access_token"}
        call = Call(
            operation="introspect token",
            method="POST",
            path=paths.INTROSPECT,
            body=urlencode(form).encode(),
            content_type="application/x-www-form-urlencoded",
        )
        try:
            answer = await self._caller.fetch(call, _introspection)
        except (AccessLost, Rejected):
            return None  # private-app tokens and service keys do not tell
        return None if answer.scopes is None else frozenset(answer.scopes)

    # ----------------------------------------------------------------- activities

    async def changed(
        self, object_type: ObjectType, since: datetime, *, until: datetime | None = None
    ) -> AsyncIterator[Page]:
        watermark = since
        async for rows in search.since(
            self._caller,
            object_type.value,
            since,
            until=until,
            by=MODIFIED,
            properties=PROPERTIES[object_type],
        ):
            watermark = max(watermark, modified_at(rows[-1]) or watermark)
            yield Page(
                activities=tuple([activity_from(object_type, row) for row in rows]),
                watermark=watermark,
            )

    async def read(
        self, object_type: ObjectType, ids: Collection[str]
    ) -> Mapping[str, Activity | None]:
        rows = await records.read(self._caller, object_type.value, ids, PROPERTIES[object_type])
        present: dict[str, Activity | None] = dict.fromkeys(ids)
        for row in rows:
            if not row.archived and row.id in present:
                present[row.id] = activity_from(object_type, row)
        return present

    async def associations(
        self, object_type: ObjectType, ids: Collection[str], *, to: Collection[str]
    ) -> Mapping[str, Associations]:
        kinds = sorted(to)
        answers = await asyncio.gather(
            *(records.associated(self._caller, object_type.value, ids, kind) for kind in kinds)
        )
        found = dict(zip(kinds, answers, strict=True))
        contacts, companies, deals = (
            found.get(kind, {}) for kind in ("contacts", "companies", "deals")
        )
        return {
            one: Associations(
                contact_ids=contacts.get(one, ()),
                company_ids=companies.get(one, ()),
                deal_ids=deals.get(one, ()),
            )
            for one in dict.fromkeys(ids)
        }

    async def counter_history(
        self, email_ids: Collection[str]
    ) -> Mapping[str, tuple[History, History]]:
        rows = await records.read(
            self._caller, ObjectType.EMAILS.value, email_ids, COUNTER_PROPERTIES, history=True
        )
        return {row.id: counters_from(row) for row in rows}

    # ----------------------------------------------------------------- people and records

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

    async def members_of(self, list_id: str) -> frozenset[str]:
        found: set[str] = set()
        async for page in feeds.pages(
            self._caller, "list members", paths.members(list_id), _members, limit=250
        ):
            found |= {one.record_id for one in page}
        return frozenset(found)

    async def file_names(self, ids: Collection[str]) -> Mapping[str, str]:
        names: dict[str, str] = {}
        for batch in records.chunks([one for one in dict.fromkeys(ids) if one.isdecimal()], 100):
            query = urlencode([*(("ids", one) for one in batch), ("limit", "100")])
            call = Call(operation="file names", path=f"{paths.FILES}?{query}")
            try:
                answer = await self._caller.fetch(call, _files)
            except AccessLost as error:
                if error.status == 403:
                    return {}
                raise
            names |= {one.id: _file_name(one) for one in answer.results if one.name}
        return names

    # ----------------------------------------------------------------- marketing feeds

    async def conversions(self, since: datetime) -> AsyncIterator[Sequence[Conversion]]:
        date, name, count = CONVERSION_PROPERTIES
        async for rows in search.since(
            self._caller,
            "contacts",
            since,
            until=None,
            by=date,
            properties=CONVERSION_PROPERTIES,
        ):
            yield [
                Conversion(
                    contact_id=row.id,
                    at=readable_instant(row.properties.get(date)) or since,
                    count=whole(row.properties.get(count)) or 0,
                    event_name=row.properties.get(name) or "",
                )
                for row in rows
            ]

    async def forms(self) -> Sequence[Form]:
        return await feeds.forms(self._caller)

    def submissions(self, form: Form, since: datetime) -> AsyncIterator[Sequence[Activity]]:
        return feeds.submissions(self._caller, form, since)

    def email_events(
        self, since: datetime, until: datetime, kinds: Collection[Kind] | None = None
    ) -> AsyncIterator[Sequence[Activity]]:
        return self._emails.events(since, until, kinds)

    async def marketing_events(self) -> Sequence[MarketingEvent]:
        return await feeds.marketing_events(self._caller)

    async def occurrence_types(self) -> Sequence[str]:
        return await occurrences.occurrence_types(self._caller)

    def occurrences(self, event_type: str, since: datetime) -> AsyncIterator[Sequence[Activity]]:
        return occurrences.occurrences(self._caller, event_type, since)

    def participations(self, event: MarketingEvent) -> AsyncIterator[Sequence[Activity]]:
        return feeds.participations(self._caller, event)


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


def _file_name(file: _File) -> str:
    name = file.name or ""
    extension = f".{file.extension}" if file.extension else ""
    return name if name.endswith(extension) else name + extension
