"""The old engagements API: every activity in one stream, by id or by modified time."""

from collections.abc import Sequence

from tandem.sandbox.hubspot.engagements import engagement_json, engagement_types
from tandem.sandbox.hubspot.errors import invalid, not_found
from tandem.sandbox.hubspot.http import Answer, Call, Spec, after_index
from tandem.sandbox.hubspot.records import Record, stamp_key
from tandem.sandbox.hubspot.values import is_whole


def engagements_paged(call: Call) -> Answer:
    """GET /engagements/v1/engagements/paged: all of them, by id."""
    found = sorted(_engagements(call), key=lambda each: each[1].id)
    begin, limit = after_index(call, "offset"), call.whole("limit", 100, 250)
    return _engagement_page(call, found, begin, limit)


def engagements_recent(call: Call) -> Answer:
    """GET /engagements/v1/engagements/recent/modified: newest first."""
    since = call.instant("since") or 0
    found = [each for each in _engagements(call) if each[1].updated >= since]
    found.sort(key=lambda each: stamp_key(each[1].updated, each[1].id), reverse=True)
    begin, limit = after_index(call, "offset"), call.whole("count", 20, 100)
    answer = _engagement_page(call, found, begin, limit)
    return Answer(body=answer.body | {"total": len(found)})


def engagements_after(call: Call) -> Answer:
    """
    GET /engagements/v1/engagements/modified/after: oldest first, from an instant in milliseconds or
    from the `after` of the page before.
    """
    mark = call.text("after") or "0"
    time, _, last_id = mark.partition("-")
    if not is_whole(time) or (last_id and not is_whole(last_id)):
        raise invalid(f"after {mark!r} is not valid")
    place = stamp_key(int(time), int(last_id) + 1 if last_id else 0)
    found = [each for each in _engagements(call) if stamp_key(each[1].updated, each[1].id) >= place]
    found.sort(key=lambda each: stamp_key(each[1].updated, each[1].id))
    limit = call.whole("limit", 100, 250)
    page = found[:limit]
    after = f"{page[-1][1].updated}-{page[-1][1].id}" if page else mark
    return Answer(
        body={
            "results": [
                engagement_json(call.state, kind, record, call.token) for kind, record in page
            ],
            "hasMore": len(found) > limit,
            "after": after,
        }
    )


def engagement(call: Call) -> Answer:
    """GET /engagements/v1/engagements/{id}."""
    for kind, record in _engagements(call):
        if str(record.id) == call.param("id"):
            return Answer(body=engagement_json(call.state, kind, record, call.token))
    raise not_found("Engagement not found")


def _engagements(call: Call) -> list[tuple[str, Record]]:
    tables = call.state.crm.tables
    return [(kind, record) for kind in engagement_types() for record in tables[kind].live.values()]


def _engagement_page(
    call: Call, found: Sequence[tuple[str, Record]], begin: int, limit: int
) -> Answer:
    page = found[begin : begin + limit]
    end = begin + len(page)
    return Answer(
        body={
            "results": [
                engagement_json(call.state, kind, record, call.token) for kind, record in page
            ],
            "hasMore": end < len(found),
            "offset": end,
        }
    )


_ENGAGEMENTS = "/engagements/v1/engagements"
SPECS: list[Spec] = [
    Spec(method="GET", path=path, endpoint=endpoint, scopes=("crm.objects.contacts.read",))
    for path, endpoint in (
        (f"{_ENGAGEMENTS}/paged", engagements_paged),
        (f"{_ENGAGEMENTS}/recent/modified", engagements_recent),
        (f"{_ENGAGEMENTS}/modified/after", engagements_after),
        (f"{_ENGAGEMENTS}/{{id}}", engagement),
    )
]
