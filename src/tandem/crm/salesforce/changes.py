"""What changed and what was deleted since, window by window ([getupdated], [getdeleted])."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from tandem.crm.caller import Call
from tandem.crm.connector import Deleted, DeletionsForgotten, TaskPage, TaskSeen
from tandem.crm.rate_limit import Lane
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.reads import Query
from tandem.crm.salesforce.task_rows import TaskRows, instant_in
from tandem.errors import CrmError, Rejected
from tandem.mapping.ids import id18
from tandem.model import Side

__all__ = ["Changes"]

_TIMEOUT = "QUERY_TIMEOUT"
_EXPIRED = "INVALID_QUERY_LOCATOR"
_OUR_OWN = frozenset({_TIMEOUT, _EXPIRED})
_SHORTEST = timedelta(seconds=1)
"""Stamps are whole seconds: no window can be halved further."""
_RESTARTS = 20


class _DeletedRecord(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    deleted_date: str


class _DeletedRecords(msgspec.Struct, frozen=True, rename="camel"):
    deleted_records: list[_DeletedRecord] = []
    earliest_date_available: str | None = None
    latest_date_covered: str | None = None


_deleted = msgspec.json.Decoder(_DeletedRecords)


class Changes:
    """Follows the tasks of one org."""

    def __init__(self, rows: TaskRows) -> None:
        self._rows = rows

    async def changed(
        self,
        since: datetime,
        until: datetime | None,
        *,
        fields: Collection[str],
        condition: str | None = None,
    ) -> AsyncIterator[TaskPage]:
        known = self._rows.orgs.known
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
        self._rows.orgs.known = None
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
        names = ", ".join(await self._rows.all_columns(fields))
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
                    self._rows.reader.pages("changed tasks", query, gives_up_on=_OUR_OWN)
                ) as pages:
                    async for rows in pages:
                        if not rows:
                            continue
                        seen = tuple([self._rows.seen(row) for row in rows])
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
        return await self._rows.reader.caller.crm_time(call)

    async def deleted(self, since: datetime, until: datetime) -> Deleted:
        # Seconds are ignored, and the end must be a minute later than the start [getupdated].
        start = since.replace(second=0, microsecond=0)
        end = max(until.replace(second=0, microsecond=0), start + timedelta(minutes=1))
        asked = urlencode({"start": soql.instant(start), "end": soql.instant(end)})
        call = Call(
            operation="deleted tasks",
            path=f"{self._rows.reader.data_path}/sobjects/Task/deleted/?{asked}",
        )
        try:
            found = await self._rows.reader.caller.fetch(call, _deleted)
        except Rejected as error:
            if error.code != "INVALID_REPLICATION_DATE":
                raise
            raise _forgotten(start, str(error), error) from error
        earliest = instant_in(found.earliest_date_available)
        if earliest is not None and earliest.replace(second=0, microsecond=0) > start:
            raise _forgotten(start, f"its deletions are known from {earliest:%Y-%m-%d %H:%M} on")
        return Deleted(
            ids={
                id18(one.id): instant_in(one.deleted_date) or end for one in found.deleted_records
            },
            covered_until=instant_in(found.latest_date_covered) or start,
        )


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


def _whole(moment: datetime) -> datetime:
    """Stamps are whole seconds; rounding down only asks for more."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _forgotten(start: datetime, why: str, cause: CrmError | None = None) -> DeletionsForgotten:
    return DeletionsForgotten(
        f"Salesforce no longer tells all tasks deleted since {start:%Y-%m-%d %H:%M} UTC ({why}).",
        side=Side.SALESFORCE,
        operation="deleted tasks",
        status=cause.status if cause else None,
        code="INVALID_REPLICATION_DATE",
        request_id=cause.request_id if cause else "",
    )
