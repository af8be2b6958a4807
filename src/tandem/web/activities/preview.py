"""What a subject template makes of the latest real activity."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tandem.crm.hubspot import HubSpotConnector
from tandem.errors import AccessLost, BudgetSpent, CrmError, SettingsError
from tandem.mapping.subjects import check_template, subject_of
from tandem.model import Activity, Kind, ObjectType
from tandem.sync.policy import Language
from tandem.web.visit import Visit

__all__ = ["Preview", "preview"]

_FRESH = timedelta(minutes=5)
_LOOK_BACK = timedelta(days=30)
_FORMS_ASKED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The subject that comes out; ``at`` is when the activity was created, None for an example."""

    subject: str = ""
    at: datetime | None = None
    problem: str = ""


async def preview(visit: Visit, kind: Kind, template: str, language: Language) -> Preview:
    """The subject by *template* (empty: the usual one), on the latest activity of *kind* there is."""
    if template:
        try:
            check_template(template)
        except SettingsError as error:
            return Preview(problem=visit.speech.told(error))
    activity = await _latest(visit, kind)
    shown = activity or _example(visit, kind)
    return Preview(
        subject=subject_of(shown, language, template or None),
        at=activity.created_at if activity else None,
    )


def _example(visit: Visit, kind: Kind) -> Activity:
    title = visit.speech("web.preview.title")
    at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    return Activity(kind=kind, id="0", created_at=at, occurred_at=at, title=title)


async def _latest(visit: Visit, kind: Kind) -> Activity | None:
    """Remembered for five minutes: somebody who types asks many times."""
    place = (visit.here.id, kind)
    known = visit.house.previews.get(place)
    if known is not None and visit.now - known[0] < _FRESH:
        found: Activity | None = known[1]
        return found
    activity = None
    if visit.here.is_complete and not visit.here.is_suspended:
        try:
            connected = await visit.desk.connected(visit.here)
            activity = await _read(visit, connected.hubspot, kind)
        except (CrmError, AccessLost, BudgetSpent):
            activity = None  # an example does as well
    visit.house.previews[place] = (visit.now, activity)
    return activity


async def _read(visit: Visit, hubspot: HubSpotConnector, kind: Kind) -> Activity | None:
    since = visit.now - _LOOK_BACK
    if kind.object_type is not None:
        return await _latest_record(visit, hubspot, kind, kind.object_type)
    if kind is Kind.FORM_SUBMISSION:
        for form in list(await hubspot.forms())[:_FORMS_ASKED]:
            found = await _first(hubspot.submissions(form, since), kind)
            if found is not None:
                return found
        return None
    if kind is Kind.INTEGRATION_EVENT:
        for event in list(await hubspot.marketing_events())[:_FORMS_ASKED]:
            found = await _first(hubspot.participations(event), kind)
            if found is not None:
                return found
        return None
    return await _first(hubspot.email_events(since, visit.now), kind)


async def _latest_record(
    visit: Visit, hubspot: HubSpotConnector, kind: Kind, object_type: ObjectType
) -> Activity | None:
    known = await visit.kept(visit.members.latest_id, visit.here.id, kind)
    if known is not None:
        record_id = known.split("-")[0]
        found = (await hubspot.read(object_type, [record_id])).get(record_id)
        if found is not None:
            return replace(found, kind=kind)
    async for page in hubspot.changed(object_type, visit.now - _LOOK_BACK):
        newest = max(page.activities, key=lambda each: each.created_at, default=None)
        return replace(newest, kind=kind) if newest else None
    return None


async def _first(pages: AsyncIterator[Sequence[Activity]], kind: Kind) -> Activity | None:
    """The newest of the first page that holds one of *kind*."""
    async for page in pages:
        of_kind = [each for each in page if each.kind is kind]
        if of_kind:
            return max(of_kind, key=lambda each: each.created_at)
    return None
