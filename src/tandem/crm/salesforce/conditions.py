"""Tasks that meet a condition somebody wrote: few by a query, many by a Bulk job."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing

from tandem.crm.connector import TaskSeen
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.bulk import query_job
from tandem.crm.salesforce.reads import Query
from tandem.crm.salesforce.setup import field_types
from tandem.crm.salesforce.task_rows import TaskRows, own_field
from tandem.errors import AccessLost, Rejected, SettingsError
from tandem.mapping.ids import id18

__all__ = ["Conditions"]

_FEW = 2000
"""Up to here a query is quicker than a Bulk job [bulk-limits]."""


class Conditions:
    """Finds tasks of one org by SOQL conditions."""

    def __init__(self, rows: TaskRows) -> None:
        self._rows = rows

    async def where(
        self, condition: str, *, fields: Collection[str]
    ) -> AsyncIterator[Sequence[TaskSeen]]:
        if await self.count(condition) > _FEW:
            types = await field_types(self._rows.reader)
            names = [
                name for name in await self._rows.all_columns(fields) if own_field(name) in types
            ]
            statement = f"SELECT {', '.join(names)} FROM Task WHERE {_living(condition)}"
            try:
                async with aclosing(query_job(self._rows.reader, statement, types)) as batches:
                    async for rows in batches:
                        yield [self._rows.seen(row) for row in rows]
                return
            except AccessLost as error:
                if error.operation != "create query job" or error.status != 403:
                    raise
                # An edition or a user without the Bulk API: the same rows, 2,000 a call.
        async for seen in self._queried(condition, fields):
            yield seen

    async def _queried(
        self, condition: str, fields: Collection[str]
    ) -> AsyncIterator[list[TaskSeen]]:
        known, has_come = self._rows.orgs.known, False
        try:
            async with aclosing(self._paged(condition, fields)) as pages:
                async for seen in pages:
                    has_come = True
                    yield seen
            return
        except Rejected as error:
            if error.code != "INVALID_FIELD" or known is None or has_come:
                raise
        self._rows.orgs.known = None
        async for seen in self._paged(condition, fields):
            yield seen

    async def _paged(
        self, condition: str, fields: Collection[str]
    ) -> AsyncGenerator[list[TaskSeen], None]:
        names = ", ".join(await self._rows.all_columns(fields))
        statement = f"SELECT {names} FROM Task WHERE {_living(condition)} ORDER BY Id"
        query = Query(statement, everything=True)
        async with aclosing(self._rows.reader.pages("tasks where", query)) as pages:
            async for rows in pages:
                if rows:
                    yield [self._rows.seen(row) for row in rows]

    async def meeting(self, ids: Collection[str], condition: str) -> frozenset[str]:
        """Those of *ids* that meet a SOQL condition, the archive included."""
        queries = [
            Query(
                f"SELECT Id FROM Task WHERE {soql.ids_in('Id', batch)} AND {soql.grouped(condition)}",
                everything=True,
            )
            for batch in self._rows.batches([id18(one) for one in ids])
        ]
        rows = await self._rows.reader.collect("tasks meeting a condition", queries)
        return frozenset(id18(row["Id"]) for row in rows)

    async def count(self, condition: str) -> int:
        query = Query(f"SELECT COUNT() FROM Task WHERE {_living(condition)}", everything=True)
        return (await self._rows.reader.first_page("count tasks", query)).total_size

    async def check(self, condition: str) -> str | None:
        try:
            query = Query(f"SELECT Id FROM Task WHERE {_living(condition)} LIMIT 1", True)
            await self._rows.reader.first_page("check condition", query)
        except SettingsError as error:
            return str(error)
        except Rejected as error:
            return str(error).partition(": ")[2].strip() or str(error)
        return None


def _living(condition: str) -> str:
    """The condition, for the archive but not for the recycle bin: asked through ``queryAll``."""
    alive = "IsDeleted = false"
    return f"{alive} AND {soql.grouped(condition)}" if condition.strip() else alive
