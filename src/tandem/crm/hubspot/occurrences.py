"""
Event occurrences: what other integrations record on contacts, in accounts that have them (Enterprise).

HubSpot's own events (page views, its forms and e-mails, ads) begin with ``e_`` and are left out: they are
either kinds of their own or, as ad interactions, never sync [D-ev].
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.hubspot import paths
from tandem.crm.hubspot.feeds import Listed, pages
from tandem.errors import AccessLost, Rejected
from tandem.mapping.hubspot_feeds import Occurrence, occurrence_activity_from
from tandem.model import Activity

__all__ = ["occurrence_types", "occurrences"]

_PAGE = 100
_OWN_EVENTS = "e_"


class _Types(msgspec.Struct, frozen=True, rename="camel"):
    event_types: list[str] = []


_types = msgspec.json.Decoder(_Types)
_occurrences = msgspec.json.Decoder(Listed[Occurrence])


async def occurrence_types(caller: Caller) -> list[str]:
    """The event types of other integrations; none where the account or the token has no event occurrences."""
    try:
        found = await caller.fetch(Call(operation="event types", path=paths.EVENT_TYPES), _types)
    except (AccessLost, Rejected) as error:
        if error.status in (403, 404):
            return []
        raise
    return [name for name in found.event_types if not name.startswith(_OWN_EVENTS)]


async def occurrences(
    caller: Caller, event_type: str, since: datetime
) -> AsyncIterator[Sequence[Activity]]:
    """What happened to contacts since, newest first."""
    async for page in pages(
        caller,
        "event occurrences",
        paths.OCCURRENCES,
        _occurrences,
        limit=_PAGE,
        objectType="contact",
        eventType=event_type,
        occurredAfter=since.isoformat().replace("+00:00", "Z"),
    ):
        yield [occurrence_activity_from(one) for one in page]
