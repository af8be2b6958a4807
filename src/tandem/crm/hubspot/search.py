"""
Reading everything that changed, through HubSpot's search [D-search].

Each page is asked for by what the last one ended with (the keyset), never by offset: a record that is
edited while we read moves to the end of the order, and with offsets it would push an unread one onto a
page already read. The same keyset knows no limit of 10,000 results.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.hubspot import paths
from tandem.crm.hubspot.rows import records_in
from tandem.crm.rate_limit import Lane
from tandem.errors import TryLater
from tandem.mapping.hubspot import Record, modified_at
from tandem.model import Side

__all__ = [
    "PAGE_SIZE",
    "Filter",
    "compare",
    "epoch_ms",
    "lists",
    "one_of",
    "search_page",
    "since",
]

PAGE_SIZE = 200
_BODY = 3000
"""Characters a search's body may have."""
_LONGEST_LIST = 100
_NAMED = 100
"""How many ids of one millisecond a query may exclude by name: its body holds 3,000 characters."""


class _Next(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    next: _Next | None = None


class Found(msgspec.Struct, frozen=True):
    """One page of a search."""

    results: list[Record] = []
    paging: _Paging | None = None
    total: int = 0

    @property
    def is_last(self) -> bool:
        return self.paging is None or self.paging.next is None


class _FoundRows(msgspec.Struct, frozen=True):
    """The same page with its records as they came."""

    results: list[msgspec.Raw] = []
    paging: _Paging | None = None
    total: int = 0


_found = msgspec.json.Decoder(Found)
_found_rows = msgspec.json.Decoder(_FoundRows)
Filter = dict[str, Any]


def epoch_ms(instant: datetime) -> int:
    """Whole milliseconds, rounded down: what date filters compare with."""
    return int(instant.timestamp() * 1000 + 1e-6)


async def search_page(
    caller: Caller,
    object_type: str,
    groups: Sequence[Sequence[Filter]],
    *,
    sort: str,
    properties: Sequence[str],
    is_backlog: bool = False,
    descending: bool = False,
    limit: int = PAGE_SIZE,
    words: str = "",
) -> Found:
    """One search: filters within a group narrow, groups add up; *words* are looked for in names and domains."""
    direction = "DESCENDING" if descending else "ASCENDING"
    body: dict[str, Any] = {
        "filterGroups": [{"filters": list(filters)} for filters in groups],
        "sorts": [{"propertyName": sort, "direction": direction}],
        "properties": list(properties),
        "limit": limit,
    }
    if words:
        body["query"] = words
    call = Call(
        operation=f"search {object_type}",
        method="POST",
        path=paths.search(object_type),
        body=msgspec.json.encode(body),
        lane=Lane.SEARCH_BACKLOG if is_backlog else Lane.SEARCH,
    )
    response = await caller.send(call)
    try:
        return _found.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        rows = caller.decode(call, response, _found_rows)
        return Found(results=records_in(rows.results), paging=rows.paging, total=rows.total)


async def since(
    caller: Caller,
    object_type: str,
    start: datetime,
    *,
    until: datetime | None,
    by: str,
    properties: Sequence[str],
    also: Sequence[Filter] = (),
) -> AsyncIterator[list[Record]]:
    """
    Records whose date property *by* is at or after *start* and before *until*, ascending, in pages, each once.

    A record that is edited meanwhile may come again with its newer date.
    """
    narrow = [*also, *([compare(by, "LT", epoch_ms(until))] if until else [])]
    groups: list[list[Filter]] = [[compare(by, "GTE", epoch_ms(start)), *narrow]]
    at_last: set[str] = set()
    last: int | None = None
    is_backlog = False
    while True:
        found = await search_page(
            caller, object_type, groups, sort=by, properties=properties, is_backlog=is_backlog
        )
        fresh = [record for record in found.results if record.id not in at_last]
        if fresh:
            yield fresh
        if found.is_last or not found.results:
            return
        if not fresh:
            raise TryLater(
                f"HubSpot's search of {object_type} answers the same page again and again.",
                side=Side.HUBSPOT,
                operation=f"search {object_type}",
            )
        # Ascending, but for records whose date nobody can read: those count as where the search stands.
        stamps = [_stamp(one, by) for one in found.results]
        reached = max(*stamps, last or epoch_ms(start))
        if reached != last:
            last, at_last = reached, set()
        at_last |= {one.id for one in found.results if _stamp(one, by) in (reached, 0)}
        is_backlog = True
        later = [compare(by, "GT", reached), *narrow]
        if len(at_last) <= _NAMED:
            unseen = {
                "propertyName": "hs_object_id",
                "operator": "NOT_IN",
                "values": sorted(at_last),
            }
            groups = [later, [compare(by, "EQ", reached), unseen, *narrow]]
            continue
        async for page in _of_one_moment(
            caller, object_type, [compare(by, "EQ", reached), *narrow], properties
        ):
            if rest := [record for record in page if record.id not in at_last]:
                yield rest
        groups, at_last = [later], set()


async def _of_one_moment(
    caller: Caller, object_type: str, filters: Sequence[Filter], properties: Sequence[str]
) -> AsyncIterator[list[Record]]:
    """After a bulk edit thousands share one millisecond: walk those by their id."""
    after_id: str | None = None
    while True:
        beyond = [] if after_id is None else [compare("hs_object_id", "GT", after_id)]
        found = await search_page(
            caller,
            object_type,
            [[*filters, *beyond]],
            sort="hs_object_id",
            properties=properties,
            is_backlog=True,
        )
        if found.results:
            yield found.results
        if found.is_last or not found.results:
            return
        after_id = found.results[-1].id


async def one_of(
    caller: Caller,
    object_type: str,
    name: str,
    values: Collection[str],
    properties: Sequence[str],
) -> list[Record]:
    """
    Records whose text property *name* has one of *values*, capitals not told apart: texts must be in lower
    case for ``IN``. Of a single value that more than a page of records have, the first page.
    """
    asked = tuple(dict.fromkeys((*properties, name)))
    found: dict[str, Record] = {}
    waiting = list(lists(dict.fromkeys(value.lower() for value in values), asked))
    while waiting:
        batch = waiting.pop()
        filters = [{"propertyName": name, "operator": "IN", "values": batch}]
        page = await search_page(
            caller,
            object_type,
            [filters],
            sort="hs_object_id",
            properties=asked,
            is_backlog=True,
        )
        if page.is_last or len(batch) == 1:
            found |= {record.id: record for record in page.results}
            continue
        half = len(batch) // 2
        waiting += [batch[:half], batch[half:]]
    return list(found.values())


def lists(values: Collection[str], properties: Sequence[str]) -> Iterator[list[str]]:
    """*values* in lists of which each fits into one search that asks for *properties*."""
    room = _BODY - 400 - sum(len(one) + 3 for one in properties)
    batch: list[str] = []
    used = 0
    for value in values:
        size = len(msgspec.json.encode(value)) + 1
        if batch and (used + size > room or len(batch) == _LONGEST_LIST):
            yield batch
            batch, used = [], 0
        batch.append(value)
        used += size
    if batch:
        yield batch


def compare(name: str, operator: str, value: int | str) -> Filter:
    """A filter with one value."""
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _stamp(record: Record, by: str) -> int:
    instant = modified_at(record, by)
    return epoch_ms(instant) if instant else 0
