"""Reading CRM records and their associations in batches as large as HubSpot takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.hubspot import paths
from tandem.crm.hubspot.rows import records_in
from tandem.crm.hubspot.search import Filter, lists, search_page
from tandem.errors import Rejected, TryLater
from tandem.mapping.hubspot import Record
from tandem.model import Side

__all__ = [
    "AddressOperator",
    "associated",
    "associated_singly",
    "by_secondary_address",
    "read",
    "read_merged",
]

BATCH = 100
BATCH_WITH_HISTORY = 50
ASSOCIATIONS = 1000
_SEARCH_FILTER_GROUPS = 5
_NOT_FOUND = "OBJECT_NOT_FOUND"

T = TypeVar("T")


class _RowError(msgspec.Struct, frozen=True):
    category: str = ""
    message: str = ""
    subCategory: str | None = None  # noqa: N815 - the vendor's name
    context: dict[str, Any] = {}


class _Batch(msgspec.Struct, frozen=True):
    results: list[Record] = []
    errors: list[_RowError] = []


class _BatchRows(msgspec.Struct, frozen=True):
    """The same answer with its records as they came."""

    results: list[msgspec.Raw] = []
    errors: list[_RowError] = []


_batch = msgspec.json.Decoder(_Batch)
_batch_rows = msgspec.json.Decoder(_BatchRows)
_record = msgspec.json.Decoder(Record)


def chunks(items: Collection[T], size: int) -> Iterator[list[T]]:
    rows = list(items)
    return (rows[start : start + size] for start in range(0, len(rows), size))


async def read(
    caller: Caller,
    object_type: str,
    ids: Collection[str],
    properties: Sequence[str],
    *,
    id_property: str | None = None,
    history: bool = False,
    archived: bool = False,
) -> list[Record]:
    """
    The records there are, in no particular order; ids that HubSpot reports as not found are left out.

    *history* asks for the earlier values of *properties* instead of the present ones, *archived* for
    records in the recycle bin instead of living ones.
    """
    size = BATCH_WITH_HISTORY if history else BATCH
    answers = await asyncio.gather(
        *(
            _read_batch(caller, object_type, batch, properties, id_property, history, archived)
            for batch in chunks(dict.fromkeys(ids), size)
        )
    )
    return [record for answer in answers for record in answer]


async def _read_batch(
    caller: Caller,
    object_type: str,
    ids: Sequence[str],
    properties: Sequence[str],
    id_property: str | None,
    history: bool,
    archived: bool,
) -> list[Record]:
    asked: dict[str, Any] = {
        "properties": [] if history else list(properties),
        "propertiesWithHistory": list(properties) if history else [],
        "inputs": [{"id": one} for one in ids],
    }
    if id_property is not None:
        asked["idProperty"] = id_property
    call = Call(
        operation=f"read {object_type}",
        method="POST",
        path=paths.with_query(
            paths.batch_read(object_type), archived="true" if archived else "false"
        ),
        body=msgspec.json.encode(asked),
    )
    response = await caller.send(call)
    try:
        answer = _batch.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        rows = caller.decode(call, response, _batch_rows)
        answer = _Batch(results=records_in(rows.results), errors=rows.errors)
    for error in answer.errors:
        if error.category != _NOT_FOUND:
            # A row that failed for another reason is not gone: say so instead of leaving it out.
            raise TryLater(
                f"HubSpot could not read some {object_type}: {error.message or error.category}",
                side=Side.HUBSPOT,
                operation=call.operation,
                code=error.category,
            )
    return answer.results


async def read_merged(
    caller: Caller, object_type: str, ids: Collection[str], properties: Sequence[str]
) -> Mapping[str, Record]:
    """
    Those of *ids* that were merged into another record, with the winner.

    Only a single read still answers under a loser's id [D-using]: one call for each.
    """
    answers = await asyncio.gather(
        *(_read_one(caller, object_type, one, properties) for one in dict.fromkeys(ids))
    )
    return {one: record for one, record in answers if record is not None}


async def _read_one(
    caller: Caller, object_type: str, record_id: str, properties: Sequence[str]
) -> tuple[str, Record | None]:
    path = paths.with_query(
        paths.record(object_type, record_id), properties=",".join(properties), archived="false"
    )
    call = Call(operation=f"read one of {object_type}", path=path)
    try:
        return record_id, await caller.fetch(call, _record)
    except Rejected as error:
        if error.status == 404:
            return record_id, None
        raise


# --------------------------------------------------------------------------- secondary addresses


class AddressOperator:
    """
    How secondary addresses are searched. ``EQ`` is what HubSpot's own people advise, five addresses a
    search; ``IN`` follows from the property being a list of options, and takes many.
    """

    IN = "IN"
    EQ = "EQ"


async def by_secondary_address(
    caller: Caller, addresses: Collection[str], properties: Sequence[str], operator: str
) -> list[Record]:
    """Contacts that have one of *addresses* (lower case) among their additional ones."""
    found: dict[str, Record] = {}
    for groups in _address_groups(list(addresses), properties, operator):
        page = await search_page(
            caller,
            "contacts",
            groups,
            sort="createdate",
            properties=properties,
            is_backlog=True,
        )
        found |= {record.id: record for record in page.results}
    return list(found.values())


def _address_groups(
    addresses: list[str], properties: Sequence[str], operator: str
) -> Iterator[list[list[Filter]]]:
    name = "hs_additional_emails"
    if operator == AddressOperator.EQ:
        for few in chunks(addresses, _SEARCH_FILTER_GROUPS):
            yield [[{"propertyName": name, "operator": "EQ", "value": one}] for one in few]
        return
    for batch in lists(addresses, properties):
        yield [[{"propertyName": name, "operator": "IN", "values": batch}]]


# --------------------------------------------------------------------------- associations


class _From(msgspec.Struct, frozen=True):
    id: str


class _To(msgspec.Struct, frozen=True, gc=False):
    toObjectId: int | str  # noqa: N815 - the vendor's name


class _After(msgspec.Struct, frozen=True):
    after: str = ""


class _More(msgspec.Struct, frozen=True):
    next: _After | None = None


class _Row(msgspec.Struct, frozen=True, rename={"source": "from"}):
    source: _From
    to: list[_To] = []
    paging: _More | None = None


class _Rows(msgspec.Struct, frozen=True):
    results: list[_Row] = []


_rows = msgspec.json.Decoder(_Rows)


async def associated(
    caller: Caller, object_type: str, ids: Collection[str], to: str
) -> dict[str, tuple[str, ...]]:
    """The ids of the *to* records of each of *ids* that has any; records without are left out [D-assoc]."""
    answers = await asyncio.gather(
        *(
            _associated_batch(caller, object_type, [{"id": one} for one in batch], to)
            for batch in chunks(dict.fromkeys(ids), ASSOCIATIONS)
        )
    )
    merged: dict[str, tuple[str, ...]] = {}
    for answer in answers:
        merged |= answer
    return merged


async def _associated_batch(
    caller: Caller, object_type: str, inputs: list[dict[str, str]], to: str
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    while inputs:
        call = Call(
            operation=f"associations {object_type} {to}",
            method="POST",
            path=paths.associations_read(object_type, to),
            body=msgspec.json.encode({"inputs": inputs}),
        )
        answer = await caller.fetch(call, _rows)
        inputs = []
        for row in answer.results:
            source = row.source.id
            targets = tuple(str(one.toObjectId) for one in row.to)
            found[source] = found[source] + targets if source in found else targets
            # More than 500 of one record come in pages of their own.
            if row.paging is not None and row.paging.next is not None:
                inputs.append({"id": source, "after": row.paging.next.after})
    return found


class _Expanded(msgspec.Struct, frozen=True):
    """The other records of one record; each comes once for every label it has."""

    results: list[_From] = []
    paging: _More | None = None


class _Associated(msgspec.Struct, frozen=True):
    associations: dict[str, _Expanded] = {}


_associated = msgspec.json.Decoder(_Associated)


async def associated_singly(
    caller: Caller, object_type: str, ids: Collection[str], to: Sequence[str]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """
    What `associated` tells, by the kind of the other records: one call for each of *ids*, whatever *to* holds.

    Reading a single record can expand its associations, a batch cannot [D-objects].
    """
    answers = await asyncio.gather(
        *(_associated_of(caller, object_type, one, to) for one in dict.fromkeys(ids))
    )
    found: dict[str, dict[str, tuple[str, ...]]] = {kind: {} for kind in to}
    for one, answer in answers:
        for kind, others in answer.items():
            found[kind][one] = others
    return found


async def _associated_of(
    caller: Caller, object_type: str, record_id: str, to: Sequence[str]
) -> tuple[str, dict[str, tuple[str, ...]]]:
    path = paths.with_query(
        paths.record(object_type, record_id),
        properties="hs_object_id",
        associations=",".join(to),
        archived="false",
    )
    call = Call(operation=f"associations of one of {object_type}", path=path)
    try:
        answer = await caller.fetch(call, _associated)
    except Rejected as error:
        if error.status == 404:
            return record_id, {}
        raise
    found: dict[str, tuple[str, ...]] = {}
    for kind in to:
        expanded = answer.associations.get(kind)
        if expanded is None:
            continue
        if expanded.paging is not None and expanded.paging.next is not None:
            # There are more than a single read tells: the batch has pages.
            read_on = await associated(caller, object_type, [record_id], kind)
            found[kind] = read_on.get(record_id, ())
            continue
        found[kind] = tuple(dict.fromkeys(one.id for one in expanded.results))
    return record_id, found
