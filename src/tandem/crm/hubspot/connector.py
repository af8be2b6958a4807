"""HubSpot as Tandem sees it: the ``HubSpot`` protocol over its HTTP API."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from tandem.clock import Clock
from tandem.crm.caller import Call, Caller
from tandem.crm.connector import (
    AssociationChange,
    Conversion,
    Form,
    KeptTask,
    MarketingEvent,
    NewTask,
    Page,
)
from tandem.crm.http import Transport
from tandem.crm.hubspot import associating, counting, feeds, occurrences, paths, records, search
from tandem.crm.hubspot.errors import HubSpotDialect
from tandem.crm.hubspot.people import People
from tandem.crm.hubspot.tasks import Tasks
from tandem.crm.hubspot.writes import Allowance
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
    CONVERSION_PROPERTIES,
    OwnerRecord,
    PortalRecord,
    owner_from,
    portal_from,
)
from tandem.model import (
    Activity,
    Associations,
    Company,
    Contact,
    Deal,
    Field,
    HubSpotOwner,
    KeyProperty,
    Kind,
    ObjectType,
    Portal,
    TaskSchema,
    Written,
)

__all__ = ["HUBSPOT_API", "HubSpotConnector"]

HUBSPOT_API = "https://api.hubapi.com"
"""One address for every data centre [SPEC:account-info.v3]."""

_CREATED = "hs_createdate"
_COUNTERS = dict(
    zip((Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED), COUNTER_PROPERTIES, strict=True)
)
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
    *address_operator* is how secondary addresses are searched (`records.AddressOperator`). *pages* is where
    people see the account's records, with its scheme, if that is not where HubSpot says.
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
        pages: str | None = None,
    ) -> None:
        self._pages = pages
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
        self._allowance = Allowance()
        self._people = People(self._caller, address_operator)
        self._tasks = Tasks(self._caller, self._allowance, jitter or random.Random(0))
        self._emails = feeds.EmailFeed(
            self._caller, {} if campaign_subjects is None else campaign_subjects
        )

    @property
    def budget(self) -> Budget:
        return self._caller.budget

    @property
    def campaign_subjects(self) -> dict[str, str]:
        return self._emails.campaign_subjects

    def begin_run(self) -> None:
        """A new run may spend its own calls on repeating what failed."""
        self._allowance.begin_run()
        self._people.begin_run()

    # ----------------------------------------------------------------- the account

    async def now(self) -> datetime:
        return await self._caller.crm_time(Call(operation="clock", path=paths.ACCOUNT))

    async def portal(self) -> Portal:
        call = Call(operation="account details", path=paths.ACCOUNT)
        portal = portal_from(await self._caller.fetch(call, _portal))
        return portal if self._pages is None else replace(portal, ui_domain=self._pages)

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
        async for page in self._since(object_type, since, until, MODIFIED):
            yield page

    async def created(
        self, object_type: ObjectType, since: datetime, until: datetime
    ) -> AsyncIterator[Page]:
        async for page in self._since(object_type, since, until, _CREATED):
            yield page

    async def _since(
        self, object_type: ObjectType, since: datetime, until: datetime | None, by: str
    ) -> AsyncIterator[Page]:
        watermark = since
        asked = PROPERTIES[object_type]
        async for rows in search.since(
            self._caller,
            object_type.value,
            since,
            until=until,
            by=by,
            properties=asked if by in asked else (*asked, by),
        ):
            watermark = max(watermark, modified_at(rows[-1], by) or watermark)
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
        wanted = list(dict.fromkeys(ids))
        if len(wanted) < len(kinds):
            found = await records.associated_singly(self._caller, object_type.value, wanted, kinds)
        else:
            answers = await asyncio.gather(
                *(
                    records.associated(self._caller, object_type.value, wanted, kind)
                    for kind in kinds
                )
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
            for one in wanted
        }

    async def how_many(self, kind: Kind, since: datetime) -> int:
        """
        Records of *kind* created since then, by one search; for opens and clicks of sales e-mails those e-mails
        that were changed since and have any. Kinds that come from a feed cannot be counted so.
        """
        counter = _COUNTERS.get(kind)
        assert kind.object_type is not None
        by = _CREATED if counter is None else MODIFIED
        return await counting.how_many(
            self._caller, kind.object_type.value, by, since, counter=counter
        )

    async def converted(self, since: datetime) -> int:
        """How many contacts sent a form since then."""
        return await counting.how_many(self._caller, "contacts", CONVERSION_PROPERTIES[0], since)

    async def counter_history(
        self, email_ids: Collection[str]
    ) -> Mapping[str, tuple[History, History]]:
        rows = await records.read(
            self._caller, ObjectType.EMAILS.value, email_ids, COUNTER_PROPERTIES, history=True
        )
        return {row.id: counters_from(row) for row in rows}

    # ----------------------------------------------------------------- tasks

    async def task_schema(self) -> TaskSchema:
        return await self._tasks.schema()

    def know_tasks(self, schema: TaskSchema) -> None:
        """Take over a schema read earlier, so that it is not asked again in this run."""
        self._tasks.know(schema)

    async def create_key_property(self) -> KeyProperty:
        return await self._tasks.create_key_property()

    async def create_tasks(self, records: Sequence[NewTask]) -> Sequence[Written]:
        return await self._tasks.create(records)

    async def update_tasks(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Written]:
        return await self._tasks.update(records)

    async def delete_tasks(self, ids: Sequence[str]) -> Sequence[Written]:
        return await self._tasks.delete(ids)

    async def tasks_by_key(self, keys: Collection[str]) -> Mapping[str, KeptTask]:
        return await self._tasks.by_key(keys)

    async def tasks_like(
        self,
        contact_ids: Collection[str],
        created_since: datetime,
        *,
        created_until: datetime | None = None,
    ) -> Sequence[Activity]:
        return await self._tasks.like(contact_ids, created_since, created_until)

    async def tasks_of(self, contact_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        return await records.associated(
            self._caller, "contacts", contact_ids, ObjectType.TASKS.value
        )

    async def activities_of(
        self, object_type: ObjectType, contact_ids: Collection[str]
    ) -> Mapping[str, Sequence[str]]:
        """As ``tasks_of``, of any sort of activity."""
        return await records.associated(self._caller, "contacts", contact_ids, object_type.value)

    async def task_past(
        self, ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Sequence[tuple[datetime, str | None]]]]:
        return await self._tasks.past_values(ids)

    async def task_edits(self, ids: Collection[str]) -> Mapping[str, Mapping[Field, datetime]]:
        return await self._tasks.edits(ids)

    async def move_associations(self, changes: Sequence[AssociationChange]) -> Sequence[Written]:
        return await associating.move(self._caller, self._allowance, changes)

    # ----------------------------------------------------------------- people and records

    async def contacts(self, ids: Collection[str]) -> Mapping[str, Contact]:
        return await self._people.contacts(ids)

    async def contacts_by_email(self, emails: Collection[str]) -> Mapping[str, Contact]:
        return await self._people.contacts_by_email(emails)

    async def contacts_like(self, words: str, limit: int = 10) -> Sequence[Contact]:
        """Contacts found by HubSpot's free-text search; it lags a little."""
        return await counting.contacts_like(self._caller, words, limit)

    async def contacts_by_salesforce_id(
        self, ids: Collection[str]
    ) -> Mapping[str, Sequence[Contact]]:
        return await self._people.contacts_by_salesforce_id(ids)

    async def companies(self, ids: Collection[str]) -> Mapping[str, Company]:
        return await self._people.companies(ids)

    async def companies_named(self, words: str) -> Sequence[Company]:
        return await self._people.companies_named(words)

    async def deals_named(self, words: str) -> Sequence[Deal]:
        return await self._people.deals_named(words)

    async def companies_by_domain(
        self, domains: Collection[str]
    ) -> Mapping[str, Sequence[Company]]:
        return await self._people.companies_by_domain(domains)

    async def companies_by_salesforce_id(
        self, ids: Collection[str]
    ) -> Mapping[str, Sequence[Company]]:
        return await self._people.companies_by_salesforce_id(ids)

    async def deals(self, ids: Collection[str]) -> Mapping[str, Deal]:
        return await self._people.deals(ids)

    async def deals_by_salesforce_id(self, ids: Collection[str]) -> Mapping[str, Sequence[Deal]]:
        return await self._people.deals_by_salesforce_id(ids)

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
        self,
        since: datetime,
        until: datetime,
        kinds: Collection[Kind] | None = None,
        *,
        recipient: str | None = None,
    ) -> AsyncIterator[Sequence[Activity]]:
        return self._emails.events(since, until, kinds, recipient=recipient)

    async def marketing_events(self) -> Sequence[MarketingEvent]:
        return await feeds.marketing_events(self._caller)

    async def occurrence_types(self) -> Sequence[str]:
        return await occurrences.occurrence_types(self._caller)

    def occurrences(self, event_type: str, since: datetime) -> AsyncIterator[Sequence[Activity]]:
        return occurrences.occurrences(self._caller, event_type, since)

    def participations(self, event: MarketingEvent) -> AsyncIterator[Sequence[Activity]]:
        return feeds.participations(self._caller, event)


def _file_name(file: _File) -> str:
    name = file.name or ""
    extension = f".{file.extension}" if file.extension else ""
    return name if name.endswith(extension) else name + extension
