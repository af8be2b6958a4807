"""Companies and accounts, deals and opportunities: what corresponds, how it was found, and pairs by hand."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from tandem.engine.record_pairs import Named, RecordPairing
from tandem.errors import SettingsError
from tandem.store.rows import RecordKind
from tandem.web.pages import get, post
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]


def _pairing(visit: Visit) -> RecordPairing:
    asking = visit.desk.asking
    return RecordPairing(
        store=asking.store, connectors=asking.connectors, clock=asking.clock, who=visit.desk.who
    )


async def records(visit: Visit) -> Response:
    return await _page(visit, _kind(visit.param("kind") or RecordKind.COMPANY.value))


async def _page(visit: Visit, kind: RecordKind, problem: str = "") -> Response:
    hubspot, salesforce = visit.param("hubspot"), visit.param("salesforce")
    left: Sequence[Named] = ()
    right: Sequence[Named] = ()
    pairing = _pairing(visit)
    manual, found = await pairing.rows(visit.here) if visit.here.is_complete else ([], [])
    if visit.here.is_complete and (hubspot or salesforce):
        left, right = await pairing.search(visit.here, kind, hubspot, salesforce)
    return visit.page(
        "owners/records.html",
        400 if problem else 200,
        summary=visit.desk.asking.summary(visit.here),
        tab="owners",
        part="records",
        kind=kind,
        kinds=tuple(RecordKind),
        asked_hubspot=hubspot,
        asked_salesforce=salesforce,
        left=left,
        right=right,
        manual=manual,
        found=found,
        problem=problem,
    )


async def pair(visit: Visit) -> Response:
    given = await visit.words()
    kind = _kind(given.get("kind", ""))
    hubspot, salesforce = given.get("hubspot_id", ""), given.get("salesforce_id", "")
    if not hubspot or not salesforce:
        return await _page(visit, kind, visit.speech("web.records.choose_both"))
    try:
        await _pairing(visit).pair(visit.here, kind, hubspot, salesforce)
    except SettingsError as error:
        return await _page(visit, kind, visit.speech.told(error))
    visit.flash("web.records.paired")
    return visit.redirect(visit.at("owners/records"))


async def unpair(visit: Visit) -> Response:
    given = await visit.words()
    kind = _kind(given.get("kind", ""))
    await _pairing(visit).unpair(visit.here, kind, given.get("hubspot_id", ""))
    visit.flash("web.records.unpaired")
    return visit.redirect(visit.at("owners/records"))


def _kind(name: str) -> RecordKind:
    try:
        return RecordKind(name)
    except ValueError:
        raise Refused(400, "web.error.not_found") from None


_HERE = "/connected-apps/salesforce/{connection:int}/owners/records"
ROUTES = [get(_HERE, records), post(f"{_HERE}/pair", pair), post(f"{_HERE}/unpair", unpair)]
