"""Tasks read by key, by id, by likeness: through queryAll, so that nothing deleted or archived looks absent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from tandem.crm.connector import TASK_FACTS, TaskSeen
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.reads import Query
from tandem.crm.salesforce.task_rows import SEEN, TaskRows
from tandem.errors import Rejected
from tandem.mapping.ids import id18

__all__ = ["Tasks"]

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


class Tasks:
    """Reads the tasks of one org."""

    def __init__(self, rows: TaskRows) -> None:
        self._rows = rows

    async def by_key(
        self, keys: Collection[str], fields: Collection[str] | None = None
    ) -> Mapping[str, TaskSeen]:
        conditions = [
            soql.texts_in(self._rows.key_field, batch) for batch in self._rows.batches(keys)
        ]
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
        conditions = [soql.ids_in("Id", batch) for batch in self._rows.batches(wanted)]
        return {seen.id: seen for seen in await self._look("tasks", fields, conditions)}

    async def like(
        self, person_ids: Collection[str], created_since: datetime, created_by: str | None = None
    ) -> Sequence[TaskSeen]:
        since = f"CreatedDate >= {soql.instant(created_since)}"
        lists = [soql.ids_in("WhoId", batch) for batch in self._rows.batches(person_ids)]
        conditions = [f"{who} AND {since}" for who in (lists or ["WhoId = null"])]
        if created_by is not None:
            conditions.append(f"CreatedById = '{id18(created_by)}' AND {since}")
        fields = ("Subject", "ActivityDate", "Description", "WhoId")
        return await self._look("tasks like", fields, conditions)

    async def between(
        self, person_ids: Collection[str], first: date, last: date, *, undated: bool
    ) -> Sequence[TaskSeen]:
        days = f"(ActivityDate >= {first.isoformat()} AND ActivityDate <= {last.isoformat()})"
        if undated:
            days = soql.any_of((days, "ActivityDate = null"))
        conditions = [
            f"IsDeleted = false AND {soql.ids_in('WhoId', batch)} AND {days}"
            for batch in self._rows.batches(person_ids)
        ]
        return await self._look("tasks between", (*_ADOPTED, *TASK_FACTS), conditions)

    async def _look(
        self, operation: str, fields: Collection[str], conditions: Sequence[str]
    ) -> list[TaskSeen]:
        """
        The tasks that meet one of *conditions*, the recycle bin and the archive included: what a person
        deleted meanwhile must not be written again.
        """
        known = self._rows.orgs.known
        try:
            return await self._select(operation, fields, conditions)
        except Rejected as error:
            if error.code != "INVALID_FIELD" or known is None:
                raise
        # A field was hidden or deleted since the org was read.
        self._rows.orgs.known = None
        return await self._select(operation, fields, conditions)

    async def _select(
        self, operation: str, fields: Collection[str], conditions: Sequence[str]
    ) -> list[TaskSeen]:
        if not conditions:
            return []
        names = ", ".join(await self._rows.columns((*SEEN, self._rows.key_field, *fields)))
        queries = [
            Query(f"SELECT {names} FROM Task WHERE {condition}", everything=True)
            for condition in conditions
        ]
        return [self._rows.seen(row) for row in await self._rows.reader.collect(operation, queries)]
