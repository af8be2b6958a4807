"""Counting and finding without reading: how many records there are, who is meant by a few words [D-search]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.hubspot import paths
from tandem.crm.hubspot.search import Found, compare, epoch_ms, search_page
from tandem.crm.rate_limit import Lane
from tandem.mapping.hubspot_people import CONTACT_PROPERTIES, contact_from
from tandem.model import Contact

__all__ = ["contacts_like", "how_many"]

_found = msgspec.json.Decoder(Found)


async def how_many(
    caller: Caller, object_type: str, by: str, since: datetime, *, counter: str | None = None
) -> int:
    """
    How many records have a date *by* at or after *since*: one search, whose answer says the total.

    With *counter* only those where that number is above zero.
    """
    filters = [compare(by, "GTE", epoch_ms(since))]
    if counter is not None:
        filters.append(compare(counter, "GT", 0))
    found = await search_page(
        caller, object_type, [filters], sort=by, properties=["hs_object_id"], limit=1
    )
    return found.total


async def contacts_like(caller: Caller, words: str, limit: int) -> Sequence[Contact]:
    """Contacts whose name, address, phone or company holds *words*: HubSpot's own choice of fields."""
    body = {"query": words, "properties": list(CONTACT_PROPERTIES), "limit": limit}
    call = Call(
        operation="search contacts",
        method="POST",
        path=paths.search("contacts"),
        body=msgspec.json.encode(body),
        lane=Lane.SEARCH,
    )
    found = await caller.fetch(call, _found)
    return [contact_from(record) for record in found.results]
