"""
What a period would have brought, kind by kind, before a kind is switched on: tasks, storage, calls.

One search counts the records of a kind; a feed is read as far as a few calls reach. So a figure may be a lower
bound or an estimate, and says so; where HubSpot cannot be asked it is not known, with the reason.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from tandem.crm.hubspot import HubSpotConnector
from tandem.errors import BudgetSpent, CrmError
from tandem.model import Kind, Side

__all__ = ["Expected", "Sure", "calls_for", "forecast"]

_EMAIL_EVENTS = frozenset(
    {Kind.MARKETING_EMAIL_SENT, Kind.MARKETING_EMAIL_OPENED, Kind.MARKETING_EMAIL_CLICKED}
)
_COUNTERS = frozenset({Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED})
_PAGES_READ = 5
_EVENTS_ASKED = 5
_TASK_BYTES = 2_000  # what Salesforce counts for a task, about
_READ_AT_ONCE = {
    Kind.FORM_SUBMISSION: 50,
    Kind.INTEGRATION_EVENT: 100,
    **dict.fromkeys(_EMAIL_EVENTS, 1_000),
}
_SEARCHED_AT_ONCE = 200
_BATCH = 1_000


class Sure(enum.StrEnum):
    """How a figure is meant."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at_least"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one kind would have brought; ``problem`` is why that is not known."""

    tasks: int = 0
    sure: Sure = Sure.EXACT
    calls: Mapping[Side, int]
    problem: Exception | None = None

    @property
    def storage(self) -> int:
        """Bytes of Salesforce storage."""
        return self.tasks * _TASK_BYTES


def calls_for(kind: Kind, tasks: int) -> Mapping[Side, int]:
    """
    Calls for *tasks* new activities of *kind* in full batches (DESIGN, "What it must cost"); one that comes
    alone costs a write of its own.
    """
    if not tasks:
        return dict.fromkeys(Side, 0)
    batches = ceil(tasks / _BATCH)
    if kind in _READ_AT_ONCE:
        reads = ceil(tasks / _READ_AT_ONCE[kind])
    else:
        reads = ceil(tasks / _SEARCHED_AT_ONCE) + 3 * batches
    return {Side.HUBSPOT: reads, Side.SALESFORCE: batches}


async def forecast(
    hubspot: HubSpotConnector, kinds: Collection[Kind], since: datetime, now: datetime
) -> Mapping[Kind, Expected]:
    """What *kinds* would have brought from *since* to *now*; one kind's trouble is no other's."""
    found: dict[Kind, Expected] = {}
    for kind in kinds:
        if kind in found:
            continue
        together = [each for each in kinds if each in _EMAIL_EVENTS]
        asked = together if kind in _EMAIL_EVENTS else [kind]
        try:
            counts, sure = await _counted(hubspot, asked, since, now)
        except (CrmError, BudgetSpent) as error:
            found |= dict.fromkeys(
                asked, Expected(sure=Sure.UNKNOWN, calls=dict.fromkeys(Side, 0), problem=error)
            )
            continue
        for each in asked:
            found[each] = Expected(
                tasks=counts[each], sure=sure, calls=calls_for(each, counts[each])
            )
    return found


async def _counted(
    hubspot: HubSpotConnector, kinds: Collection[Kind], since: datetime, now: datetime
) -> tuple[Counter[Kind], Sure]:
    kind = next(iter(kinds))
    if kind in _EMAIL_EVENTS:
        return await _email_events(hubspot, kinds, since, now)
    if kind is Kind.FORM_SUBMISSION:
        # Whoever sent two forms is counted once.
        return Counter({kind: await hubspot.converted(since)}), Sure.AT_LEAST
    if kind is Kind.INTEGRATION_EVENT:
        return await _participations(hubspot, since)
    count = await hubspot.how_many(kind, since)
    return Counter({kind: count}), Sure.ABOUT if kind in _COUNTERS else Sure.EXACT


async def _email_events(
    hubspot: HubSpotConnector, kinds: Collection[Kind], since: datetime, now: datetime
) -> tuple[Counter[Kind], Sure]:
    """Events of people; those of bots do not become tasks unless a switch is turned."""
    counts: Counter[Kind] = Counter()
    pages = 0
    async for page in hubspot.email_events(since, now, kinds):
        counts.update(event.kind for event in page if not event.is_bot)
        pages += 1
        if pages == _PAGES_READ:
            return counts, Sure.AT_LEAST
    return counts, Sure.EXACT


async def _participations(hubspot: HubSpotConnector, since: datetime) -> tuple[Counter[Kind], Sure]:
    kind = Kind.INTEGRATION_EVENT
    counts: Counter[Kind] = Counter({kind: 0})
    events = list(await hubspot.marketing_events())
    recent = [each for each in events if each.starts_at is None or each.starts_at >= since]
    for event in recent[:_EVENTS_ASKED]:
        async for page in hubspot.participations(event):
            counts.update(each.kind for each in page if each.created_at >= since)
    # Those who registered for an older event, and events of other sorts, were not looked at.
    return counts, Sure.AT_LEAST
