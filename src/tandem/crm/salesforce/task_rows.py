"""Rows of tasks: which columns may be asked for, and what a row says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

from tandem.crm.connector import TASK_FACTS, TaskSeen
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.reads import Reader, Row, unique
from tandem.mapping.ids import id18
from tandem.model import Org

__all__ = ["SEEN", "OrgSource", "TaskRows", "instant_in", "own_field"]

SEEN = ("Id", "IsDeleted", "IsArchived", "LastModifiedDate", "LastModifiedById")
_RELATIONS = {"Who": "WhoId", "What": "WhatId", "Owner": "OwnerId"}
"""Read through the ``Name`` object, which has Type and Email [soql-typeof]."""


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


class TaskRows:
    """The tasks of one org, as far as the integration user sees their fields."""

    def __init__(self, reader: Reader, key_field: str, orgs: OrgSource) -> None:
        self.reader = reader
        self.key_field = key_field
        self.orgs = orgs

    def batches(self, values: Collection[str]) -> list[list[str]]:
        size, is_long = self.reader.list_size, self.reader.takes_long
        return list(soql.batches(unique(values), most=size, is_long=is_long))

    async def all_columns(self, fields: Collection[str]) -> list[str]:
        """What deciding about a person's task needs, and *fields*."""
        return await self.columns((*SEEN, self.key_field, *TASK_FACTS, *fields))

    async def columns(self, wanted: Collection[str]) -> list[str]:
        """Those of *wanted* that the integration user sees."""
        org = await self.orgs.get()
        names = unique(wanted)
        if bad := [name for name in names if not soql.is_field_name(name)]:
            raise ValueError(f"{bad[0]!r} is not a field's API name")
        return [name for name in names if own_field(name) in org.task_fields]

    def seen(self, row: Row) -> TaskSeen:
        who, what, owner = (row.get(name) or {} for name in ("Who", "What", "Owner"))
        return TaskSeen(
            id=id18(row["Id"]),
            key=row.get(self.key_field),
            fields={name: value for name, value in row.items() if name not in _NOT_FIELDS},
            is_deleted=bool(row.get("IsDeleted")),
            is_archived=bool(row.get("IsArchived")),
            modified_at=instant_in(row.get("LastModifiedDate")),
            modified_by=row.get("LastModifiedById"),
            system_modstamp=instant_in(row.get("SystemModstamp")),
            created_at=instant_in(row.get("CreatedDate")),
            created_by=row.get("CreatedById"),
            who_email=(who.get("Email") or "").strip().lower() or None,
            who_type=who.get("Type"),
            what_type=what.get("Type"),
            owner_type="Queue" if owner.get("Type") in _QUEUES else owner.get("Type"),
            is_recurrence=bool(row.get("IsRecurrence")),
            is_private=bool(row.get("IsPrivate")),
        )


_QUEUES = ("Queue", "Group")
"""The only groups that may own a task are queues [task], whichever of the two words names them."""

_NOT_FIELDS = frozenset({"attributes", *_RELATIONS})


def own_field(name: str) -> str:
    """The task's own field that a column is seen through."""
    relation, dot, _ = name.partition(".")
    return _RELATIONS.get(relation, relation) if dot else name


def instant_in(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
