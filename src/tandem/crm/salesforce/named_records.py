"""Accounts and opportunities by name, for a person to choose among; never to decide by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tandem.crm.salesforce import soql
from tandem.crm.salesforce.reads import Query, Reader
from tandem.mapping.ids import id18

__all__ = ["names_of", "records_named"]

_PREFIXES = {"Account": "001", "Opportunity": "006"}
_FOUND = 20
_LONGEST_WORDS = 200


async def names_of(reader: Reader, ids: Sequence[str]) -> Mapping[str, str]:
    """The names of those that exist, by id."""
    queries = [
        Query(f"SELECT Id, Name FROM {object_name} WHERE {soql.ids_in('Id', batch)}")
        for object_name, prefix in _PREFIXES.items()
        for batch in soql.batches(
            [one for one in ids if one.startswith(prefix)],
            most=reader.list_size,
            is_long=reader.takes_long,
        )
    ]
    rows = await reader.collect("names", queries)
    return {id18(row["Id"]): row["Name"] or "" for row in rows}


async def records_named(reader: Reader, object_name: str, words: str) -> Mapping[str, str]:
    """Names by id of the newest records whose name holds *words* [soql-esc]."""
    assert object_name in _PREFIXES
    pattern = soql.like(words.strip()[:_LONGEST_WORDS])
    query = Query(
        f"SELECT Id, Name FROM {object_name} WHERE Name LIKE '%{pattern}%' "
        f"ORDER BY LastModifiedDate DESC LIMIT {_FOUND}"
    )
    rows = await reader.collect("records by name", [query])
    return {id18(row["Id"]): row["Name"] or "" for row in rows}
