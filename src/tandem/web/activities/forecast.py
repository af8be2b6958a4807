"""What the last 30 days would have brought, kind by kind: asked once an hour, shown beside each box."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tandem.engine.forecast import Expected, Sure, forecast
from tandem.errors import BudgetSpent, CrmError, SettingsError
from tandem.model import Kind, Side
from tandem.web.speech import Speech
from tandem.web.visit import Visit

__all__ = ["DAYS", "Figure", "Known", "figures_since", "known_figures", "last_days"]

DAYS = 30
_KEPT = timedelta(hours=1)


@dataclass(slots=True)
class Known:
    """The figures of one connection; ``asking`` lets one request ask while others wait for it."""

    at: datetime | None = None
    expected: Mapping[Kind, Expected] = field(default_factory=dict)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One kind's figure in words; ``cost`` is empty where there is none."""

    kind: Kind
    count: str
    cost: str = ""
    tasks: int = 0


def known_figures(visit: Visit) -> Mapping[Kind, Figure]:
    """What is known already, nobody being asked; empty where nothing is, or no longer."""
    known = _known(visit)
    if known.at is None or visit.now - known.at >= _KEPT:
        return {}
    return _figures(known.expected, visit.speech)


async def last_days(visit: Visit) -> Mapping[Kind, Figure]:
    """The figures of every kind, asked of HubSpot where they are not known."""
    known = _known(visit)
    async with known.asking:
        found = known_figures(visit)
        if found:
            return found
        expected = await _asked(visit, tuple(Kind), visit.now - timedelta(days=DAYS))
        if any(each.sure is not Sure.UNKNOWN for each in expected.values()):
            known.at, known.expected = visit.now, expected
        return _figures(expected, visit.speech)


async def figures_since(
    visit: Visit, kinds: Collection[Kind], since: datetime
) -> Mapping[Kind, Figure]:
    """The same for *kinds* from a moment that somebody chose."""
    return _figures(await _asked(visit, kinds, since), visit.speech)


def _known(visit: Visit) -> Known:
    known: Known = visit.house.forecasts.setdefault(visit.here.id, Known())
    return known


async def _asked(visit: Visit, kinds: Collection[Kind], since: datetime) -> Mapping[Kind, Expected]:
    if not visit.here.is_complete or visit.here.is_suspended:
        why = SettingsError(visit.speech("web.forecast.cannot_ask"))
        return dict.fromkeys(kinds, Expected(sure=Sure.UNKNOWN, calls={}, problem=why))
    try:
        connected = await visit.desk.connected(visit.here)
        now = await connected.hubspot.now()
    except (CrmError, BudgetSpent) as error:
        nothing = Expected(sure=Sure.UNKNOWN, calls={}, problem=error)
        return dict.fromkeys(kinds, nothing)
    return await forecast(connected.hubspot, kinds, since, now)


def _figures(expected: Mapping[Kind, Expected], speech: Speech) -> Mapping[Kind, Figure]:
    return {kind: _figure(kind, each, speech) for kind, each in expected.items()}


def _figure(kind: Kind, expected: Expected, speech: Speech) -> Figure:
    if expected.sure is Sure.UNKNOWN:
        why = speech("web.forecast.not_known", problem=expected.problem)
        return Figure(kind=kind, count=why)
    count = speech(
        f"web.forecast.{expected.sure.value}",
        count=expected.tasks,
        number=speech.number(expected.tasks),
    )
    if not expected.tasks:
        return Figure(kind=kind, count=count)
    cost = speech(
        "web.forecast.cost",
        storage=_size(expected.storage, speech),
        hubspot=speech.number(expected.calls[Side.HUBSPOT]),
        salesforce=speech.number(expected.calls[Side.SALESFORCE]),
    )
    return Figure(kind=kind, count=count, cost=cost, tasks=expected.tasks)


def _size(size: int, speech: Speech) -> str:
    if size < 1_000_000:
        return f"{speech.number(round(size / 1_000))} kB"
    return f"{speech.number(round(size / 1_000_000, 1))} MB"
