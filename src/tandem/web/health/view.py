"""Sync health: figures, charts, error cards, their records, retrying and exporting them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from starlette.responses import Response

from tandem.mapping.ids import salesforce_url
from tandem.model import Link, LinkState, Side
from tandem.store.web import Role
from tandem.web.csv_file import csv_answer
from tandem.web.health.chart import HOURS, activity_chart, calls_chart
from tandem.web.pages import get, post
from tandem.web.sentences import reason_sentence
from tandem.web.visit import PastHours, Visit

__all__ = ["ROUTES"]

_PAGE = 100
_STILL_WRITTEN = timedelta(hours=2)
"""A run writes its history with the time at which it decided, which is a little earlier."""


async def health(visit: Visit) -> Response:
    found = await visit.desk.asking.health(visit.here.name)
    now = visit.now
    since = now - timedelta(hours=HOURS)
    counted = await _counted(visit, since)
    calls = [
        (side.title, visit.desk.store.calls_by_hour(account_id, since))
        for side in Side
        if (account_id := visit.here.account_id(side)) is not None
    ]
    return visit.page(
        "health/health.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="sync-health",
        health=found,
        now=now,
        parked=found.states.get(LinkState.PARKED, 0),
        activity=activity_chart(counted, now, visit.speech),
        calls=calls_chart(calls, now, visit.speech),
    )


async def _counted(visit: Visit, since: datetime) -> list[tuple[datetime, str, int]]:
    """By the hour; hours long past are counted once, for counting 100,000 entries takes a tenth of a second."""
    known = visit.house.hours.get(visit.here.id)
    begin = known.until if known is not None and known.until > since else since
    past = [each for each in known.counted if each[0] >= since] if known is not None else []
    fresh = await visit.kept(visit.members.activity_by_hour, visit.here.id, begin)
    counted = [*past, *fresh]
    until = (visit.now - _STILL_WRITTEN).replace(minute=0, second=0, microsecond=0)
    visit.house.hours[visit.here.id] = PastHours(
        until=until, counted=tuple(each for each in counted if each[0] < until)
    )
    return counted


async def records(visit: Visit) -> Response:
    """The activities in one state, of one reason: where a card or a figure leads."""
    state, reason = _state(visit), visit.param("reason") or None
    links = visit.desk.mine(visit.here).in_state(
        state, reason=reason, after=visit.param("after"), limit=_PAGE + 1
    )
    org = visit.desk.asking.summary(visit.here)
    return visit.page(
        "health/records.html",
        summary=org,
        tab="sync-health",
        state=state,
        reason=reason or "",
        links=links[:_PAGE],
        after=links[_PAGE - 1].key if len(links) > _PAGE else "",
        task_url=lambda task: salesforce_url(org.salesforce_url or "", task),
    )


def _state(visit: Visit) -> LinkState:
    try:
        return LinkState(visit.param("state") or LinkState.PARKED.value)
    except ValueError:
        return LinkState.PARKED


async def retry(visit: Visit) -> Response:
    """Those ticked, those of a reason, or all."""
    form = await visit.form()
    keys = [str(key) for key in form.getlist("key")]
    reason = str(form.get("reason", "")) or None
    if form.get("which") == "ticked" and not keys:
        visit.flash("web.health.tick_some", "warning")
        return visit.redirect(visit.at("sync-health/records", state="parked", reason=reason))
    chosen = keys if form.get("which") == "ticked" else None
    count = await visit.desk.asking.retry(visit.here.name, chosen, None if chosen else reason)
    visit.flash("web.health.retried", count=count)
    return visit.redirect(visit.at("sync-health"))


# --------------------------------------------------------------------------- export


async def export(visit: Visit) -> Response:
    """All of one state and reason as CSV."""
    state, reason = _state(visit), visit.param("reason") or None
    rows = (_cells(visit, link) for link in _all_links(visit, state, reason))
    return csv_answer(f"tandem-{state.value}.csv", _COLUMNS, rows)


def _all_links(visit: Visit, state: LinkState, reason: str | None) -> Iterator[Link]:
    mine, after = visit.desk.mine(visit.here), ""
    while links := mine.in_state(state, reason=reason, after=after):
        yield from links
        after = links[-1].key


_COLUMNS = ("key", "kind", "hubspot_id", "salesforce_id", "state", "reason", "meaning", "words")


def _cells(visit: Visit, link: Link) -> tuple[str, ...]:
    return (
        link.key,
        visit.speech(f"kind.{link.kind.value}"),
        link.hubspot_id or "",
        link.salesforce_id or "",
        link.state.value,
        link.reason,
        reason_sentence(visit.speech, link.reason, link.detail),
        link.detail,
    )


_HERE = "/connected-apps/salesforce/{connection:int}/sync-health"
ROUTES = [
    get(_HERE, health),
    get(f"{_HERE}/records", records),
    get(f"{_HERE}/export.csv", export),
    post(f"{_HERE}/retry", retry, role=Role.ADMIN),
]
