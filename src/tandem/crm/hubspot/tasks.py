"""HubSpot's tasks as Tandem writes them, and how it finds again what it may have written."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.connector import KeptTask, NewTask
from tandem.crm.hubspot import paths, records, search
from tandem.crm.hubspot.rows import records_in
from tandem.crm.hubspot.task_schema import create_key_property, task_schema
from tandem.crm.hubspot.writes import Allowance, BatchWriter, Verb
from tandem.errors import BudgetSpent, CrmError, Rejected, TryLater
from tandem.mapping.hubspot import (
    KEY_PROPERTY,
    PROPERTIES,
    Record,
    activity_from,
    readable_instant,
)
from tandem.model import (
    Activity,
    Field,
    KeyProperty,
    ObjectType,
    Side,
    TaskSchema,
    WriteResult,
    Written,
)

__all__ = ["Tasks"]

_TASKS = ObjectType.TASKS.value
_TASK_PROPERTIES = PROPERTIES[ObjectType.TASKS]
_CREATED = "hs_createdate"
_ASSOCIATION_TYPES = {"contacts": 204, "companies": 192, "deals": 216}
"""From a task, ``HUBSPOT_DEFINED`` [D-assoc]."""
_HISTORIES = {
    Field.SUBJECT: "hs_task_subject",
    Field.STATUS: "hs_task_status",
    Field.PRIORITY: "hs_task_priority",
    Field.TYPE: "hs_task_type",
    Field.DUE: "hs_timestamp",
    Field.COMMENTS: "hs_task_body",
    Field.OWNER: "hubspot_owner_id",
}
_LIST_PAGE = 100
_MOST_ALIKE = 10_000
"""How many tasks of a period are looked at: 100 pages of the list, and what one search query can give."""


class _Next(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    next: _Next | None = None


class _Listed(msgspec.Struct, frozen=True):
    results: list[msgspec.Raw] = []
    paging: _Paging | None = None


_listed = msgspec.json.Decoder(_Listed)


class Tasks:
    """The tasks of one account. The schema is asked for once and kept until it is asked for again."""

    def __init__(self, caller: Caller, allowance: Allowance, jitter: random.Random) -> None:
        self._caller = caller
        self._writer = BatchWriter(caller, allowance, jitter)
        self._schema: TaskSchema | None = None

    async def schema(self) -> TaskSchema:
        self._schema = await task_schema(self._caller)
        return self._schema

    def know(self, schema: TaskSchema) -> None:
        self._schema = schema

    async def create_key_property(self) -> KeyProperty:
        self._schema = None
        return await create_key_property(self._caller)

    # ----------------------------------------------------------------- writing

    async def create(self, tasks: Sequence[NewTask]) -> Sequence[Written]:
        rows = [
            {"properties": _said(task.properties), "associations": _associations(task)}
            for task in tasks
        ]
        outcomes = await self._writer.write(Verb.CREATE, _TASKS, rows)
        nameless = {
            key: place
            for place, outcome in enumerate(outcomes)
            if outcome.result is WriteResult.EXISTS and outcome.id is None
            if (key := tasks[place].properties.get(KEY_PROPERTY))
        }
        if nameless:
            await self._name_holders(outcomes, nameless)
        return outcomes

    async def _name_holders(self, outcomes: list[Written], places: Mapping[str, int]) -> None:
        try:
            held = await self._by_unique_key(places)
        except (CrmError, BudgetSpent):
            return  # what was written must be told in any case; who holds the key can be asked again
        for key, kept in held.items():
            before = outcomes[places[key]]
            outcomes[places[key]] = replace(before, id=kept.id)

    async def update(self, records_: Sequence[Mapping[str, Any]]) -> Sequence[Written]:
        rows = [
            {
                "id": str(record["id"]),
                "properties": _said({n: v for n, v in record.items() if n != "id"}),
            }
            for record in records_
        ]
        return await self._writer.write(Verb.UPDATE, _TASKS, rows)

    async def delete(self, ids: Sequence[str]) -> Sequence[Written]:
        return await self._writer.write(Verb.ARCHIVE, _TASKS, [{"id": one} for one in ids])

    # ----------------------------------------------------------------- finding

    async def by_key(self, keys: Collection[str]) -> Mapping[str, KeptTask]:
        known = self._schema
        schema = known or await self.schema()
        try:
            return await self._by_key(schema.key, keys)
        except Rejected:
            # The property may have been deleted, or made anew, since the schema was read.
            if known is None or (fresh := await self.schema()).key is known.key:
                raise
        return await self._by_key(fresh.key, keys)

    async def _by_key(self, kind: KeyProperty, keys: Collection[str]) -> dict[str, KeptTask]:
        match kind:
            case KeyProperty.UNIQUE:
                return await self._by_unique_key(keys)
            case KeyProperty.PLAIN:
                return await self._by_plain_key(keys)
            case KeyProperty.NONE:
                return {}

    async def _by_unique_key(self, keys: Collection[str]) -> dict[str, KeptTask]:
        found = _kept(await self._read_by_key(keys, archived=False), keys)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        try:
            return found | _kept(await self._read_by_key(missing, archived=True), missing)
        except Rejected:
            # Whether archived tasks can be read by key at all is told nowhere; the living ones were.
            return found

    async def _read_by_key(self, keys: Collection[str], *, archived: bool) -> list[Record]:
        return await records.read(
            self._caller,
            _TASKS,
            keys,
            _TASK_PROPERTIES,
            id_property=KEY_PROPERTY,
            archived=archived,
        )

    async def _by_plain_key(self, keys: Collection[str]) -> dict[str, KeptTask]:
        rows = await search.one_of(self._caller, _TASKS, KEY_PROPERTY, keys, _TASK_PROPERTIES)
        return _kept(rows, keys)

    async def like(
        self,
        contact_ids: Collection[str],
        created_since: datetime,
        created_until: datetime | None = None,
    ) -> Sequence[Activity]:
        wanted = set(contact_ids)
        try:
            found = await self._made_between(created_since, created_until)
        except _TooMany:
            if not wanted:
                raise
            return await self._on(contact_ids, created_since, created_until)
        linked = await records.associated(self._caller, _TASKS, found, "contacts")
        return [
            activity_from(ObjectType.TASKS, row)
            for one, row in found.items()
            if (wanted & set(linked.get(one, ())) if wanted else one not in linked)
        ]

    async def _made_between(self, since: datetime, until: datetime | None) -> dict[str, Record]:
        found: dict[str, Record] = {}
        async for page in self._searched(since, until):
            found |= {row.id: row for row in page}
            _check_amount(len(found))
        async for page in self._listed(await self._last_before(since), until):
            found |= {row.id: row for row in page if _is_within(row, since, until)}
            _check_amount(len(found))
        return found

    async def _on(
        self, contact_ids: Collection[str], since: datetime, until: datetime | None
    ) -> list[Activity]:
        """After an import thousands are as fresh: all tasks of these contacts, whenever they were made."""
        linked = await records.associated(self._caller, "contacts", contact_ids, _TASKS)
        ids = {one for listed in linked.values() for one in listed}
        rows = await records.read(self._caller, _TASKS, sorted(ids), (*_TASK_PROPERTIES, _CREATED))
        return [
            activity_from(ObjectType.TASKS, row) for row in rows if _is_within(row, since, until)
        ]

    async def _searched(
        self, since: datetime, until: datetime | None
    ) -> AsyncIterator[list[Record]]:
        async for rows in search.since(
            self._caller,
            _TASKS,
            since,
            until=until,
            by=_CREATED,
            properties=(*_TASK_PROPERTIES, _CREATED),
        ):
            yield rows

    async def _last_before(self, moment: datetime) -> str | None:
        """
        The id of a task made before *moment*, to read the list from: it is in the order of ids, and ids rise
        (inferred; the search beside it does not rely on it).
        """
        found = await search.search_page(
            self._caller,
            _TASKS,
            [[search.compare(_CREATED, "LT", search.epoch_ms(moment))]],
            sort=_CREATED,
            properties=(_CREATED,),
            descending=True,
            limit=1,
        )
        return found.results[0].id if found.results else None

    async def _listed(
        self, after: str | None, until: datetime | None
    ) -> AsyncIterator[list[Record]]:
        """The list from the record of that id on: it reads the primary store and does not lag."""
        for _ in range(_MOST_ALIKE // _LIST_PAGE + 1):
            path = paths.with_query(
                paths.records(_TASKS),
                limit=_LIST_PAGE,
                after=after,
                properties=",".join((*_TASK_PROPERTIES, _CREATED)),
                archived="false",
            )
            call = Call(operation="list tasks", path=path)
            page = await self._caller.fetch(call, _listed)
            rows = records_in(page.results)
            yield rows
            is_past = until is not None and all(not _is_within(row, None, until) for row in rows)
            if page.paging is None or page.paging.next is None or (rows and is_past):
                return
            after = page.paging.next.after
        _check_amount(_MOST_ALIKE + 1)

    async def edits(self, ids: Collection[str]) -> Mapping[str, Mapping[Field, datetime]]:
        rows = await records.read(
            self._caller, _TASKS, ids, tuple(_HISTORIES.values()), history=True
        )
        return {row.id: _edited(row) for row in rows}

    async def past_values(
        self, ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Sequence[tuple[datetime, str | None]]]]:
        names = tuple(_HISTORIES.values())
        rows = await records.read(self._caller, _TASKS, ids, names, history=True)
        return {row.id: _past(row) for row in rows}


def _said(properties: Mapping[str, Any]) -> dict[str, str]:
    """Property values as HubSpot wants them, all of them texts: an empty one clears [D-props]."""
    return {name: _text(value) for name, value in properties.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _associations(task: NewTask) -> list[dict[str, Any]]:
    """The only shape a create accepts [D-err]."""
    targets = {"contacts": task.contacts, "companies": task.companies, "deals": task.deals}
    return [
        {
            "to": {"id": one},
            "types": [
                {
                    "associationCategory": "HUBSPOT_DEFINED",
                    "associationTypeId": _ASSOCIATION_TYPES[kind],
                }
            ],
        }
        for kind, ids in targets.items()
        for one in dict.fromkeys(ids)
    ]


def _kept(rows: Sequence[Record], keys: Collection[str]) -> dict[str, KeptTask]:
    """By key, exactly as written: the search does not tell capitals apart. Of several the oldest."""
    wanted = set(keys)
    found: dict[str, KeptTask] = {}
    for row in sorted(rows, key=lambda one: int(one.id) if one.id.isdecimal() else 0):
        activity = activity_from(ObjectType.TASKS, row)
        key = row.properties.get(KEY_PROPERTY)
        if key in wanted and key is not None:
            kept = KeptTask(id=row.id, activity=activity, is_archived=row.archived)
            found.setdefault(key, kept)
    return found


class _TooMany(TryLater):
    """More tasks were made in a period than are looked at one by one."""


def _check_amount(count: int) -> None:
    if count > _MOST_ALIKE:
        raise _TooMany(
            f"More than {_MOST_ALIKE:,} HubSpot tasks were created in the time in which a task may have been "
            "written. Without a key property Tandem cannot tell which; create it (tandem doctor says how).",
            side=Side.HUBSPOT,
            operation="tasks like",
        )


def _is_within(row: Record, since: datetime | None, until: datetime | None) -> bool:
    """Whether the record was made in the period; one whose creation nobody can read may have been."""
    made = readable_instant(row.created_at or row.properties.get(_CREATED))
    return made is None or ((since is None or made >= since) and (until is None or made < until))


def _past(row: Record) -> dict[str, Sequence[tuple[datetime, str | None]]]:
    # HubSpot tells the newest first, which also orders what happened at one moment.
    return {
        name: sorted(
            (
                (when, item.value or None)
                for item in reversed(items)
                if (when := readable_instant(item.timestamp)) is not None
            ),
            key=lambda each: each[0],
        )
        for name, items in (row.properties_with_history or {}).items()
    }


def _edited(row: Record) -> dict[Field, datetime]:
    history = row.properties_with_history or {}
    newest: dict[Field, datetime] = {}
    for field, name in _HISTORIES.items():
        moments = (readable_instant(item.timestamp) for item in history.get(name, ()))
        if known := [moment for moment in moments if moment is not None]:
            newest[field] = max(known)
    return newest
