"""Salesforce as Tandem sees it: the ``Salesforce`` protocol over its REST API."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from tandem.clock import Clock
from tandem.crm.caller import Call, Caller
from tandem.crm.connector import Deleted, People, TaskPage, TaskSeen
from tandem.crm.http import Transport
from tandem.crm.rate_limit import Budget, Lane
from tandem.crm.retry import DEFAULT, Patience
from tandem.crm.salesforce import named_records, setup, soql
from tandem.crm.salesforce.changes import Changes
from tandem.crm.salesforce.conditions import Conditions
from tandem.crm.salesforce.errors import SalesforceDialect
from tandem.crm.salesforce.events import Endpoint, EventBus, Selection
from tandem.crm.salesforce.people import people
from tandem.crm.salesforce.reads import Query, QueryStyle, Reader, unique
from tandem.crm.salesforce.reports import Reports
from tandem.crm.salesforce.task_rows import OrgSource, TaskRows
from tandem.crm.salesforce.tasks import Tasks
from tandem.crm.salesforce.writes import Verb, Writer
from tandem.crm.tokens import TokenSource
from tandem.errors import AccessLost
from tandem.mapping.ids import domain_of, id18, is_salesforce_id
from tandem.model import Org, SalesforceUser, Written

__all__ = ["API_VERSION", "KEY_FIELD", "SalesforceConnector"]

API_VERSION = "62.0"
KEY_FIELD = "Tandem_Key__c"


class _Limit(msgspec.Struct, frozen=True):
    Max: int = 0
    Remaining: int = 0


_limits = msgspec.json.Decoder(dict[str, _Limit])


class SalesforceConnector:
    """
    One Salesforce org, as the integration user.

    *base_url* is the org's own address (``instance_url`` of the grant). *query_style* is how long
    statements are sent (`QueryStyle`).
    """

    def __init__(
        self,
        transport: Transport,
        tokens: TokenSource,
        budget: Budget,
        *,
        clock: Clock,
        base_url: str,
        api_version: str = API_VERSION,
        key_field: str = KEY_FIELD,
        patience: Patience = DEFAULT,
        query_style: str = QueryStyle.COMPOSITE,
        jitter: random.Random | None = None,
    ) -> None:
        chance = jitter or random.Random(0)
        self._caller = Caller(
            transport,
            tokens,
            budget,
            SalesforceDialect(),
            clock=clock,
            base_url=base_url,
            patience=patience,
            # Names us in change events, so that our own writes can be told (hint only) [callopt].
            headers={"Sforce-Call-Options": "client=tandem"},
            jitter=chance,
        )
        self._data_path = f"/services/data/v{api_version}"
        self._key_field = key_field
        self._reader = Reader(self._caller, self._data_path, query_style)
        self._writer = Writer(self._caller, self._data_path, key_field, chance)
        self._identity: setup.Identity | None = None
        self._orgs = OrgSource(self._read_org)
        rows = TaskRows(self._reader, key_field, self._orgs)
        self._tasks, self._changes = Tasks(rows), Changes(rows)
        self._conditions = Conditions(rows)

    @property
    def budget(self) -> Budget:
        return self._caller.budget

    @property
    def key_field(self) -> str:
        return self._key_field

    @property
    def reports(self) -> Reports:
        """The org's reports on activities, which people look at; nothing is decided by them."""
        return Reports(self._reader)

    @property
    def selection(self) -> Selection:
        """Whose changes the org makes events of."""
        return Selection(self._reader)

    def event_bus(
        self,
        endpoint: Endpoint,
        *,
        tenant_id: str,
        ca_file: Path | None = None,
        use_proxies: bool = True,
    ) -> EventBus:
        """
        The org's event bus at *endpoint*, with a connection of its own to be closed; *tenant_id* is the org's id.

        ``SettingsError`` where the extra ``events`` is not installed.
        """
        return EventBus(
            endpoint,
            self._caller.tokens,
            instance_url=self._caller.base_url,
            tenant_id=tenant_id,
            ca_file=ca_file,
            use_proxies=use_proxies,
        )

    def begin_run(self) -> None:
        """A new run may spend its own ten calls on failed locks."""
        self._writer.begin_run()

    # ----------------------------------------------------------------- the org

    async def now(self) -> datetime:
        return await self._caller.crm_time(
            Call(operation="clock", path="/services/data", lane=Lane.FREE)
        )

    async def org(self) -> Org:
        return await self._orgs.fresh()

    async def _read_org(self) -> Org:
        return await setup.org(self._reader, await self._who(), self._key_field)

    def know(self, org: Org) -> None:
        """Take over an org read earlier, so that nothing about it is asked again in this run."""
        self._orgs.known = org
        self._identity = setup.Identity(
            user_id=org.user_id, organization_id=org.id, user_name=org.user_name
        )

    async def users(self) -> Sequence[SalesforceUser]:
        return await setup.users(self._reader)

    async def names_of(self, ids: Collection[str]) -> Mapping[str, str]:
        wanted = unique([id18(one) for one in ids if is_salesforce_id(one)])
        return await named_records.names_of(self._reader, wanted)

    async def records_named(self, object_name: str, words: str) -> Mapping[str, str]:
        return await named_records.records_named(self._reader, object_name, words)

    async def limits(self) -> Mapping[str, tuple[int, int]]:
        call = Call(operation="limits", path=f"{self._data_path}/limits")
        try:
            answer = await self._caller.fetch(call, _limits)
        except AccessLost as error:
            # The call needs 'View Setup'; the header of every answer tells the most important one.
            stated = self.budget.stated_use
            if error.status != 403 or stated is None:
                raise
            used, maximum = stated
            return {"DailyApiRequests": (maximum, maximum - used)}
        return {name: (limit.Max, limit.Remaining) for name, limit in answer.items()}

    async def create_key_field(self) -> str:
        told = await setup.create_key_field(
            self._reader, self._writer, await self._who(), self._key_field
        )
        self._orgs.known = None
        return told

    # ----------------------------------------------------------------- writing

    async def create_tasks(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Written]:
        return await self._writer.write(Verb.CREATE, "Task", records)

    async def update_tasks(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Written]:
        return await self._writer.write(Verb.UPDATE, "Task", records)

    async def update_task_if_unmodified(
        self, record: Mapping[str, Any], since: datetime
    ) -> Written:
        return await self._writer.update_if_unmodified("Task", record, since)

    async def delete_tasks(self, ids: Sequence[str]) -> Sequence[Written]:
        return await self._writer.write(Verb.DELETE, "Task", [{"Id": one} for one in ids])

    async def add_participants(self, rows: Sequence[tuple[str, str]]) -> Sequence[Written]:
        relations = [{"TaskId": id18(task), "RelationId": id18(contact)} for task, contact in rows]
        return await self._writer.write(Verb.CREATE, "TaskRelation", relations)

    # ----------------------------------------------------------------- reading tasks

    async def tasks_by_key(
        self, keys: Collection[str], fields: Collection[str] | None = None
    ) -> Mapping[str, TaskSeen]:
        return await self._tasks.by_key(keys, fields)

    async def tasks(self, ids: Collection[str], fields: Collection[str]) -> Mapping[str, TaskSeen]:
        return await self._tasks.by_id(ids, fields)

    async def tasks_like(
        self, person_ids: Collection[str], created_since: datetime, *, ours: bool = False
    ) -> Sequence[TaskSeen]:
        created_by = (await self._who()).user_id if ours else None
        return await self._tasks.like(person_ids, created_since, created_by)

    async def tasks_between(
        self, person_ids: Collection[str], first: date, last: date, *, undated: bool = False
    ) -> Sequence[TaskSeen]:
        return await self._tasks.between(person_ids, first, last, undated=undated)

    def changed_tasks(
        self,
        since: datetime,
        until: datetime | None,
        *,
        fields: Collection[str],
        condition: str | None = None,
    ) -> AsyncIterator[TaskPage]:
        return self._changes.changed(since, until, fields=fields, condition=condition)

    async def deleted_tasks(self, since: datetime, until: datetime) -> Deleted:
        return await self._changes.deleted(since, until)

    def tasks_where(
        self, condition: str, *, fields: Collection[str]
    ) -> AsyncIterator[Sequence[TaskSeen]]:
        return self._conditions.where(condition, fields=fields)

    async def count_tasks(self, condition: str) -> int:
        return await self._conditions.count(condition)

    async def tasks_meeting(self, ids: Collection[str], condition: str) -> frozenset[str]:
        return await self._conditions.meeting(ids, condition)

    async def check_condition(self, condition: str) -> str | None:
        return await self._conditions.check(condition)

    def _batches(self, values: Collection[str]) -> list[list[str]]:
        size, is_long = self._reader.list_size, self._reader.takes_long
        return list(soql.batches(unique(values), most=size, is_long=is_long))

    # ----------------------------------------------------------------- people and records

    async def people(self, ids: Collection[str], emails: Collection[str]) -> People:
        if not ids and not emails:
            return People()
        return await people(self._reader, (await self._who()).user_id, ids, emails)

    async def accounts(
        self, ids: Collection[str], domains: Collection[str]
    ) -> tuple[frozenset[str], Mapping[str, Sequence[str]]]:
        wanted = unique([id18(one) for one in ids if is_salesforce_id(one)])
        sites = {domain for one in domains if (domain := domain_of(one))}
        by_id, by_domain = await asyncio.gather(
            self._reader.collect(
                "accounts",
                [
                    Query(f"SELECT Id FROM Account WHERE {soql.ids_in('Id', batch)}")
                    for batch in self._batches(wanted)
                ],
            ),
            self._reader.collect("accounts by domain", list(self._site_queries(sorted(sites)))),
        )
        found: dict[str, list[str]] = {}
        for row in by_domain:
            domain = domain_of(row.get("Website"))
            if domain in sites and domain is not None:
                found.setdefault(domain, []).append(id18(row["Id"]))
        return frozenset(id18(row["Id"]) for row in by_id), found

    async def account_domains(self, ids: Collection[str]) -> Mapping[str, str]:
        wanted = unique([id18(one) for one in ids if is_salesforce_id(one)])
        rows = await self._reader.collect(
            "account domains",
            [
                Query(f"SELECT Id, Website FROM Account WHERE {soql.ids_in('Id', batch)}")
                for batch in self._batches(wanted)
            ],
        )
        return {
            id18(row["Id"]): domain
            for row in rows
            if (domain := domain_of(row.get("Website"))) is not None
        }

    def _site_queries(self, domains: Sequence[str]) -> list[Query]:
        """A web site is free text: ask for what contains the domain, compare exactly afterwards."""
        most = 200 if self._reader.takes_long else 50
        patterns = soql.batches(
            [f"Website LIKE '%{soql.like(domain)}%'" for domain in domains],
            most=most,
            is_long=self._reader.takes_long,
        )
        return [
            Query(f"SELECT Id, Website FROM Account WHERE {soql.any_of(batch)}")
            for batch in patterns
        ]

    async def opportunities(self, ids: Collection[str]) -> frozenset[str]:
        wanted = unique([id18(one) for one in ids if is_salesforce_id(one)])
        rows = await self._reader.collect(
            "opportunities",
            [
                Query(f"SELECT Id FROM Opportunity WHERE {soql.ids_in('Id', batch)}")
                for batch in self._batches(wanted)
            ],
        )
        return frozenset(id18(row["Id"]) for row in rows)

    async def _who(self) -> setup.Identity:
        if self._identity is None:
            self._identity = await setup.identity(self._caller)
        return self._identity
