"""HubSpot's marketing feeds: e-mail events, forms and their submissions, marketing events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import quote

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.connector import Form, MarketingEvent
from tandem.crm.hubspot import paths
from tandem.crm.hubspot.search import epoch_ms
from tandem.errors import Rejected
from tandem.mapping.hubspot import readable_instant
from tandem.mapping.hubspot_feeds import (
    EMAIL_EVENT_KINDS,
    EmailEvent,
    MarketingEventRecord,
    Participation,
    Submission,
    email_activity_from,
    participation_activity_from,
    submission_activity_from,
)
from tandem.model import Activity, Kind

__all__ = ["EmailFeed", "forms", "marketing_events", "participations", "submissions"]

_EVENT_PAGE = 1000
_SUBMISSION_PAGE = 50
_LIST_PAGE = 100

T = TypeVar("T")


class _Next(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    next: _Next | None = None


class Listed(msgspec.Struct, Generic[T], frozen=True):
    """A page of any list that is continued by an opaque ``after``."""

    results: list[T] = []
    paging: _Paging | None = None

    @property
    def after(self) -> str | None:
        return self.paging.next.after if self.paging and self.paging.next else None


async def pages(
    caller: Caller,
    operation: str,
    path: str,
    decoder: msgspec.json.Decoder[Listed[T]],
    *,
    limit: int,
    **query: str | int | None,
) -> AsyncIterator[list[T]]:
    """Every page of a list, one after the other."""
    after: str | None = None
    while True:
        full = paths.with_query(path, limit=limit, **query, after=after)
        page = await caller.fetch(Call(operation=operation, path=full), decoder)
        if page.results:
            yield page.results
        after = page.after
        if after is None:
            return


# --------------------------------------------------------------------------- e-mail events


class _Events(msgspec.Struct, frozen=True, rename="camel"):
    events: list[EmailEvent] = []
    has_more: bool = False
    offset: str | None = None


class _Campaign(msgspec.Struct, frozen=True):
    subject: str | None = None


_events = msgspec.json.Decoder(_Events)
_campaign = msgspec.json.Decoder(_Campaign)


class EmailFeed:
    """
    E-mail events with the subjects of their campaigns [D-emailev].

    ``campaign_subjects`` (campaign id to subject) grows by one call for each campaign seen for the first
    time; it may be given from an earlier run and kept for the next.
    """

    def __init__(self, caller: Caller, campaign_subjects: dict[str, str]) -> None:
        self.campaign_subjects = campaign_subjects
        self._caller = caller

    async def events(
        self,
        since: datetime,
        until: datetime,
        kinds: Collection[Kind] | None,
        *,
        recipient: str | None = None,
    ) -> AsyncIterator[Sequence[Activity]]:
        """
        Sent, opened and clicked e-mails of a period, page by page, newest first; of *kinds* and to *recipient*
        only where given.
        """
        wanted = {
            name for name, kind in EMAIL_EVENT_KINDS.items() if kinds is None or kind in kinds
        }
        offset: str | None = None
        while True:
            path = paths.with_query(
                paths.EMAIL_EVENTS,
                startTimestamp=epoch_ms(since),
                endTimestamp=epoch_ms(until),
                eventType=next(iter(wanted)) if len(wanted) == 1 else None,
                recipient=recipient,
                limit=_EVENT_PAGE,
                offset=offset,
            )
            page = await self._caller.fetch(Call(operation="email events", path=path), _events)
            events = [event for event in page.events if event.type in wanted]
            await self._look_up(events)
            found = (email_activity_from(event, self.campaign_subjects) for event in events)
            if activities := [one for one in found if one is not None]:
                yield activities
            if not page.has_more or not page.offset or page.offset == offset:
                return
            offset = page.offset

    async def _look_up(self, events: Sequence[EmailEvent]) -> None:
        unknown = {
            str(event.email_campaign_id): event
            for event in events
            if event.email_campaign_id is not None
            and not event.subject
            and str(event.email_campaign_id) not in self.campaign_subjects
        }
        subjects = await asyncio.gather(*(self._subject(event) for event in unknown.values()))
        self.campaign_subjects.update(zip(unknown, subjects, strict=True))

    async def _subject(self, event: EmailEvent) -> str:
        path = paths.with_query(
            paths.CAMPAIGN.format(campaign=event.email_campaign_id), appId=event.app_id
        )
        try:
            answer = await self._caller.fetch(
                Call(operation="email campaign", path=path), _campaign
            )
        except Rejected as error:
            if error.status == 404:
                return ""  # the campaign was deleted: its events stay, without a subject
            raise
        return answer.subject or ""


# --------------------------------------------------------------------------- forms


class _FormRecord(msgspec.Struct, frozen=True):
    id: str
    name: str = ""


_forms = msgspec.json.Decoder(Listed[_FormRecord])
_submissions = msgspec.json.Decoder(Listed[Submission])


async def forms(caller: Caller) -> list[Form]:
    """All forms of every type, pop-up and legacy ones included."""
    found: list[Form] = []
    async for page in pages(
        caller, "forms", paths.FORMS, _forms, limit=_LIST_PAGE, formTypes="all"
    ):
        found += [Form(id=record.id, name=record.name) for record in page]
    return found


async def submissions(
    caller: Caller, form: Form, since: datetime
) -> AsyncIterator[Sequence[Activity]]:
    """Newest first; reading stops at the first page that reaches back beyond *since* [D-forms]."""
    oldest = epoch_ms(since)
    path = paths.SUBMISSIONS.format(form=quote(form.id, safe=""))
    async for page in pages(caller, "form submissions", path, _submissions, limit=_SUBMISSION_PAGE):
        recent = [one for one in page if one.submitted_at >= oldest]
        if recent:
            yield [submission_activity_from(form.id, form.name, one) for one in recent]
        if len(recent) < len(page):
            return


# --------------------------------------------------------------------------- marketing events

_marketing_events = msgspec.json.Decoder(Listed[MarketingEventRecord])
_participations = msgspec.json.Decoder(Listed[Participation])


async def marketing_events(caller: Caller) -> list[MarketingEvent]:
    found: list[MarketingEvent] = []
    async for page in pages(
        caller, "marketing events", paths.MARKETING_EVENTS, _marketing_events, limit=_LIST_PAGE
    ):
        found += [
            MarketingEvent(
                id=one.object_id,
                name=one.event_name,
                tally=one.tally,
                starts_at=readable_instant(one.start_date_time),
            )
            for one in page
        ]
    return found


async def participations(
    caller: Caller, event: MarketingEvent
) -> AsyncIterator[Sequence[Activity]]:
    path = paths.PARTICIPATIONS.format(event=quote(event.id, safe=""))
    async for page in pages(caller, "participations", path, _participations, limit=_LIST_PAGE):
        yield [participation_activity_from(event.id, event.name, one) for one in page]
