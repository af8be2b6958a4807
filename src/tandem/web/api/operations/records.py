"""Records: those in one state, those that an id or an address finds, and why one is where it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tandem.engine.explaining import find_links
from tandem.engine.reports import Explanation
from tandem.model import Link
from tandem.web.api import shapes
from tandem.web.api.call import Call, cursor_after, cursor_of
from tandem.web.api.operation import operation
from tandem.web.sentences import reason_sentence
from tandem.web.start.form import is_email, normal_email

__all__ = ["OPERATIONS", "page_of"]

_OF_A_PERSON = 200
_LONG_AGO = timedelta(days=36_500)


def _record(call: Call, link: Link) -> shapes.Record:
    said = reason_sentence(call.speech, link.reason, link.detail) if link.reason else ""
    return shapes.Record(
        key=link.key,
        kind=link.kind,
        state=link.state,
        reason=link.reason,
        said=said,
        detail=link.detail,
        hubspot_id=link.hubspot_id,
        salesforce_id=link.salesforce_id,
        created_at=link.created_at,
        due_at=link.due_at,
        run_id=link.run_id,
        settings_version=link.settings_version,
    )


@operation("GET", "/connections/{connection}/records", tag="records")
async def list_records(call: Call, query: shapes.RecordsAsked) -> shapes.Page[shapes.Record]:
    found = await call.kept(
        call.mine.in_state,
        query.state,
        reason=query.reason,
        kind=query.kind,
        after=cursor_of(query.cursor),
        limit=query.limit + 1,
    )
    return page_of(call, found, query.limit)


def page_of(call: Call, found: list[Link], limit: int) -> shapes.Page[shapes.Record]:
    """One page of the links *found*, one more than asked for where there is another page."""
    more = len(found) > limit
    items = tuple([_record(call, each) for each in found[:limit]])
    return shapes.Page(items=items, next=cursor_after(items[-1].key) if more else None)


@operation("GET", "/connections/{connection}/records/search", tag="records")
async def search_records(call: Call, query: shapes.FindAsked) -> shapes.Page[shapes.Record]:
    asked = query.q.strip()
    found: Iterable[Link]
    if is_email(asked):
        found = await _of_person(call, normal_email(asked))
    else:
        found = find_links(call.mine, asked)
    return shapes.Page(items=tuple([_record(call, each) for each in found]))


async def _of_person(call: Call, email: str) -> list[Link]:
    known = call.mine.people_by_email([email], call.visit.now - _LONG_AGO).get(email)
    if known is None:
        return []
    members, contact = call.visit.members, known.contact.id
    keys = await call.kept(members.keys_of_contact, call.here.id, contact, _OF_A_PERSON)
    links = call.mine.links(keys)
    return [links[key] for key in keys if key in links]


@operation("GET", "/connections/{connection}/explain", tag="records")
async def explain_record(call: Call, query: shapes.FindAsked) -> Explanation:
    return await call.desk.application.explain(call.here.name, query.q.strip())


OPERATIONS = (list_records, search_records, explain_record)
