"""Tasks as they are read: by key, by id, by what changed, by a condition somebody wrote."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from tandem.crm.caller import Call
from tandem.crm.connector import (
    TASK_FACTS,
    Deleted,
    DeletionsForgotten,
    TaskPage,
    TaskSeen,
)
from tandem.crm.rate_limit import Lane
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.bulk import query_job
from tandem.crm.salesforce.reads import Query, Reader, Row, unique
from tandem.crm.salesforce.setup import field_types
from tandem.errors import AccessLost, CrmError, Rejected, SettingsError
from tandem.mapping.ids import id18
from tandem.model import Org, Side

__all__ = ["OrgSource", "Tasks"]

_SEEN = ("Id", "IsDeleted", "IsArchived", "LastModifiedDate", "LastModifiedById")
_RELATIONS = {"Who": "WhoId", "What": "WhatId", "Owner": "OwnerId"}
"""Read through the ``Name`` object, which has Type and Email [soql-typeof]."""

_ADOPTED = (
    "Subject",
    "Status",
    "Priority",
    "ActivityDate",
    "Description",
    "OwnerId",
    "WhoId",
    "WhatId",
    "Type",
    "TaskSubtype",
    "CallType",
    "CallDurationInSeconds",
    "CallDisposition",
)
"""What adopting a task needs to know of it, as far as the integration user sees it."""

_TIMEOUT = "QUERY_TIMEOUT"
_EXPIRED = "INVALID_QUERY_LOCATOR"
_OUR_OWN = frozenset({_TIMEOUT, _EXPIRED})
_SHORTEST = timedelta(seconds=1)
"""Stamps are whole seconds: no window can be halved further."""
_RESTARTS = 20
_FEW = 2000
"""Up to here a query is quicker than a Bulk job [bulk-limits]."""


class OrgSource:
    """The org as last read: what of a task may be asked for follows from it."""

    def __init__(self, read: Callable[[], Awaitable[Org]]) -> None:
        self._read = read
        self.known: Org | None = None

    async def fresh(self) -> Org:
        self.known = await self._read()
        return self.known

    async def get(self) -> Org:
        return self.known or await self.fresh()


class _DeletedRecord(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    deleted_date: str


class _DeletedRecords(msgspec.Struct, frozen=True, rename="camel"):
    deleted_records: list[_DeletedRecord] = []
    earliest_date_available: str | None = None
    latest_date_covered: str | None = None


_deleted = msgspec.json.Decoder(_DeletedRecords)


class Tasks:
    """Reads the tasks of one org."""

    def __init__(self, reader: Reader, key_field: str, orgs: OrgSource) -> None:
        self._reader = reader
        self._key_field = key_field
        self._orgs = orgs

    # ----------------------------------------------------------------- by key, id, likeness

    async def by_key(
        self, keys: Collection[str], fields: Collection[str] | None = None
    ) -> Mapping[str, TaskSeen]:
        conditions = [soql.texts_in(self._key_field, batch) for batch in self._batches(keys)]
        found: dict[str, TaskSeen] = {}
        for seen in await self._look(
            "tasks by key", _ADOPTED if fields is None else fields, conditions
        ):
            # A key may be in the recycle bin and, after a recreation, in use: the living one counts.
            if seen.key and (seen.key not in found or found[seen.key].is_deleted):
                found[seen.key] = seen
        return found

    async def by_id(self, ids: Collection[str], fields: Collection[str]) -> Mapping[str, TaskSeen]:
        wanted = [id18(one) for one in ids]
        conditions = [soql.ids_in("Id", batch) for batch in self._batches(wanted)]
        return {seen.id: seen for seen in await self._look("tasks", fields, conditions)}

    async def like(
        self, person_ids: Collection[str], created_since: datetime
    ) -> Sequence[TaskSeen]:
        since = f"CreatedDate >= {soql.instant(created_since)}"
        lists = [soql.ids_in("WhoId", batch) for batch in self._batches(person_ids)]
        conditions = [f"{who} AND {since}" for who in (lists or ["WhoId = null"])]
        fields = ("Subject", "ActivityDate", "Description", "WhoId")
        return await self._look("tasks like", fields, conditions)

    async def _look(
        self, operation: str, fields: Collection[str], conditions: Sequence[str]
    ) -> list[TaskSeen]:
        """
        The tasks that meet one of *conditions*, the recycle bin and the archive included: what a person
        deleted meanwhile must not be written again.
        """
        known = self._orgs.known
        try:
            return await self._select(operation, fields, conditions)
        except Rejected as error:
            if error.code != "INVALID_FIELD" or known is None:
                raise
        # A field was hidden or deleted since the org was read.
        self._orgs.known = None
        return await self._select(operation, fields, conditions)

    async def _select(
        self, operation: str, fields: Collection[str], conditions: Sequence[str]
    ) -> list[TaskSeen]:
        if not conditions:
            return []
        names = ", ".join(await self._columns((*_SEEN, self._key_field, *fields)))
        queries = [
            Query(f"SELECT {names} FROM Task WHERE {condition}", everything=True)
            for condition in conditions
        ]
        return [self._seen(row) for row in await self._reader.collect(operation, queries)]

    def _batches(self, values: Collection[str]) -> list[list[str]]:
        size, is_long = self._reader.list_size, self._reader.takes_long
        return list(soql.batches(unique(values), most=size, is_long=is_long))

    # ----------------------------------------------------------------- what changed

    async def changed(
        self,
        since: datetime,
        until: datetime | None,
        *,
        fields: Collection[str],
        condition: str | None = None,
    ) -> AsyncIterator[TaskPage]:
        known = self._orgs.known
        reached: datetime | None = None
        try:
            async with aclosing(self._windows(since, until, fields, condition)) as pages:
                async for page in pages:
                    reached = page.watermark
                    yield page
            return
        except Rejected as error:
            if error.code != "INVALID_FIELD" or known is None or reached is not None:
                raise
        self._orgs.known = None
        async for page in self._windows(since, until, fields, condition):
            yield page

    async def _windows(
        self,
        since: datetime,
        until: datetime | None,
        fields: Collection[str],
        condition: str | None,
    ) -> AsyncGenerator[TaskPage, None]:
        """
        A window that Salesforce finds too slow is halved, again and again; the earlier half comes first.

        Where a cursor dies the rest is asked for anew from the last row that came: pages are no snapshot.
        """
        names = await self._all_columns(fields)
        also = soql.grouped(condition) if condition and condition.strip() else None
        windows: list[tuple[datetime, datetime | None]] = [(_whole(since), until)]
        last: TaskSeen | None = None
        restarts = 0
        while windows:
            low, high = windows[-1]
            has_come = False
            query = Query(_changed_query(names, low, high, last, also), everything=True)
            try:
                async with aclosing(
                    self._reader.pages("changed tasks", query, gives_up_on=_OUR_OWN)
                ) as pages:
                    async for rows in pages:
                        if not rows:
                            continue
                        seen = tuple([self._seen(row) for row in rows])
                        last, has_come, restarts = seen[-1], True, 0
                        yield TaskPage(tasks=seen, watermark=last.system_modstamp or low)
                windows.pop()
                last = None
            except CrmError as error:
                restarts += 1
                if error.code not in _OUR_OWN or restarts > _RESTARTS:
                    raise
                if last is not None and last.system_modstamp is not None:
                    low = max(low, last.system_modstamp)
                    windows[-1] = (low, high)
                if error.code == _TIMEOUT and not has_come:
                    windows[-1:] = await self._halves(low, high, error)

    async def _halves(
        self, low: datetime, high: datetime | None, error: CrmError
    ) -> list[tuple[datetime, datetime | None]]:
        """The later half first: windows are taken from the end."""
        end = high or max(await self._now(), low + 2 * _SHORTEST)
        if end - low <= _SHORTEST:
            raise error
        middle = _whole(low + max((end - low) / 2, _SHORTEST))
        return [(middle, high), (low, middle)]

    async def _now(self) -> datetime:
        call = Call(operation="clock", path="/services/data", lane=Lane.FREE)
        return await self._reader.caller.crm_time(call)

    # ----------------------------------------------------------------- what was deleted

    async def deleted(self, since: datetime, until: datetime) -> Deleted:
        # Seconds are ignored, and the end must be a minute later than the start [getupdated].
        start = since.replace(second=0, microsecond=0)
        end = max(until.replace(second=0, microsecond=0), start + timedelta(minutes=1))
        asked = urlencode({"start": soql.instant(start), "end": soql.instant(end)})
        call = Call(
            operation="deleted tasks",
            path=f"{self._reader.data_path}/sobjects/Task/deleted/?{asked}",
        )
        try:
            found = await self._reader.caller.fetch(call, _deleted)
        except Rejected as error:
            if error.code != "INVALID_REPLICATION_DATE":
                raise
            raise _forgotten(start, str(error), error) from error
        earliest = _instant(found.earliest_date_available)
        if earliest is not None and earliest.replace(second=0, microsecond=0) > start:
            raise _forgotten(start, f"its deletions are known from {earliest:%Y-%m-%d %H:%M} on")
        return Deleted(
            ids={id18(one.id): _instant(one.deleted_date) or end for one in found.deleted_records},
            covered_until=_instant(found.latest_date_covered) or start,
        )

    # ----------------------------------------------------------------- by a condition

    async def where(
        self, condition: str, *, fields: Collection[str]
    ) -> AsyncIterator[Sequence[TaskSeen]]:
        names = await self._all_columns(fields)
        statement = f"SELECT {names} FROM Task WHERE {_living(condition)}"
        if await self.count(condition) > _FEW:
            types = await field_types(self._reader)
            try:
                async with aclosing(query_job(self._reader, statement, types)) as batches:
                    async for rows in batches:
                        yield [self._seen(row) for row in rows]
                return
            except AccessLost as error:
                if error.operation != "create query job" or error.status != 403:
                    raise
                # An edition or a user without the Bulk API: the same rows, 2,000 a call.
        query = Query(f"{statement} ORDER BY Id", everything=True)
        async with aclosing(self._reader.pages("tasks where", query)) as pages:
            async for rows in pages:
                if rows:
                    yield [self._seen(row) for row in rows]

    async def meeting(self, ids: Collection[str], condition: str) -> frozenset[str]:
        """Those of *ids* that meet a SOQL condition, the archive included."""
        queries = [
            Query(
                f"SELECT Id FROM Task WHERE {soql.ids_in('Id', batch)} AND {soql.grouped(condition)}",
                everything=True,
            )
            for batch in self._batches([id18(one) for one in ids])
        ]
        rows = await self._reader.collect("tasks meeting a condition", queries)
        return frozenset(id18(row["Id"]) for row in rows)

    async def count(self, condition: str) -> int:
        query = Query(f"SELECT COUNT() FROM Task WHERE {_living(condition)}", everything=True)
        return (await self._reader.first_page("count tasks", query)).total_size

    async def check(self, condition: str) -> str | None:
        try:
            query = Query(f"SELECT Id FROM Task WHERE {_living(condition)} LIMIT 1", True)
            await self._reader.first_page("check condition", query)
        except SettingsError as error:
            return str(error)
        except Rejected as error:
            return str(error).partition(": ")[2].strip() or str(error)
        return None

    # ----------------------------------------------------------------- rows

    async def _all_columns(self, fields: Collection[str]) -> str:
        """What deciding about a person's task needs, and *fields*."""
        return ", ".join(await self._columns((*_SEEN, self._key_field, *TASK_FACTS, *fields)))

    async def _columns(self, wanted: Collection[str]) -> list[str]:
        """Those of *wanted* that the integration user sees."""
        org = await self._orgs.get()
        names = unique(wanted)
        if bad := [name for name in names if not soql.is_field_name(name)]:
            raise ValueError(f"{bad[0]!r} is not a field's API name")
        return [name for name in names if _own_field(name) in org.task_fields]

    def _seen(self, row: Row) -> TaskSeen:
        who, what, owner = (row.get(name) or {} for name in ("Who", "What", "Owner"))
        return TaskSeen(
            id=id18(row["Id"]),
            key=row.get(self._key_field),
            fields={name: value for name, value in row.items() if name not in _NOT_FIELDS},
            is_deleted=bool(row.get("IsDeleted")),
            is_archived=bool(row.get("IsArchived")),
            modified_at=_instant(row.get("LastModifiedDate")),
            modified_by=row.get("LastModifiedById"),
            system_modstamp=_instant(row.get("SystemModstamp")),
            created_at=_instant(row.get("CreatedDate")),
            created_by=row.get("CreatedById"),
            who_email=(who.get("Email") or "").strip().lower() or None,
            who_type=who.get("Type"),
            what_type=what.get("Type"),
            owner_type=_OWNERS.get(owner.get("Type"), owner.get("Type")),
            is_recurrence=bool(row.get("IsRecurrence")),
            is_private=bool(row.get("IsPrivate")),
        )


_OWNERS = {"Group": "Queue"}
"""The only groups that may own a task are queues [task], whichever of the two words names them."""

_NOT_FIELDS = frozenset({"attributes", *_RELATIONS})


def _own_field(name: str) -> str:
    """The task's own field that a column is seen through."""
    relation, dot, _ = name.partition(".")
    return _RELATIONS.get(relation, relation) if dot else name


def _changed_query(
    names: str, low: datetime, high: datetime | None, last: TaskSeen | None, also: str | None
) -> str:
    at_least = f"SystemModstamp >= {soql.instant(low)}"
    if last is not None and last.system_modstamp == low:
        stamp = soql.instant(low)
        at_least = f"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > {soql.text(last.id)}))"
    conditions = [at_least]
    if high is not None:
        conditions.append(f"SystemModstamp < {soql.instant(high)}")
    if also is not None:
        conditions.append(also)
    return f"SELECT {names} FROM Task WHERE {' AND '.join(conditions)} ORDER BY SystemModstamp, Id"


def _living(condition: str) -> str:
    """The condition, for the archive but not for the recycle bin: asked through ``queryAll``."""
    alive = "IsDeleted = false"
    return f"{alive} AND {soql.grouped(condition)}" if condition.strip() else alive


def _whole(moment: datetime) -> datetime:
    """Stamps are whole seconds; rounding down only asks for more."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _forgotten(start: datetime, why: str, cause: CrmError | None = None) -> DeletionsForgotten:
    return DeletionsForgotten(
        f"Salesforce no longer tells all tasks deleted since {start:%Y-%m-%d %H:%M} UTC ({why}).",
        side=Side.SALESFORCE,
        operation="deleted tasks",
        status=cause.status if cause else None,
        code="INVALID_REPLICATION_DATE",
        request_id=cause.request_id if cause else "",
    )
