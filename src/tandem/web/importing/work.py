"""One piece of long work: how far it is, what it would do or did, and the buttons to begin, stop and go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from tandem.engine.long_work.works import WRONG_ROWS
from tandem.engine.reports import Outcome
from tandem.errors import SettingsError
from tandem.store import Connection
from tandem.store.work import LongWork, WorkKind, WorkState
from tandem.web.importing.telling import detail_of, facts_of, title_of, told_of, where_it_stands
from tandem.web.importing.view import work_number
from tandem.web.pages import get, post
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_TABS = {WorkKind.UNDO: "runs", WorkKind.RECREATE: "conflicts"}
_COLUMNS = (
    *(Outcome.CREATED, Outcome.UNCHANGED, Outcome.WAITING, Outcome.SKIPPED, Outcome.PARKED),
)


async def show(visit: Visit) -> Response:
    work = await _work(visit)
    if work.state is WorkState.DRAFT:
        return visit.redirect(visit.at(f"import/file/{work.id}"))
    return visit.page(
        "importing/work.html",
        summary=visit.desk.asking.summary(visit.here),
        tab=_TABS.get(work.kind, "import"),
        **_told(visit, work),
    )


async def progress(visit: Visit) -> Response:
    """The part of the page that changes; asked for again while something happens."""
    return visit.page("importing/progress.html", **_told(visit, await _work(visit)))


async def _work(visit: Visit) -> LongWork:
    try:
        return await visit.desk.application.works.work(visit.here, work_number(visit))
    except SettingsError:
        raise Refused(404, "web.work.gone") from None


def _told(visit: Visit, work: LongWork) -> dict[str, Any]:
    users = {each.id: each.name for each in visit.desk.users(visit.here)}
    told = told_of(visit.speech, work)
    steps = told.undone.steps if told and told.undone else ()
    total = work.total if work.total else None
    return {
        "work": work,
        "title": title_of(visit.speech, work),
        "facts": facts_of(visit.speech, work, users),
        "why": where_it_stands(visit.speech, work),
        "told": None if work.state.is_active and work.is_look else told,
        "steps": [(step, detail_of(visit.speech, step)) for step in steps],
        "more_steps": sum(told.undone.counts.values()) - len(steps) if told and told.undone else 0,
        "columns": _COLUMNS,
        "percent": min(100, round(100 * work.done / total)) if total else None,
        "runs": work.result.get("runs", ()),
        "back": visit.at(_TABS.get(work.kind, "import")),
        "can_begin": work.is_look
        and work.state is WorkState.DONE
        and told is not None
        and told.does_something,
    }


async def wrong_rows(visit: Visit) -> Response:
    """The rows that cannot be imported, with their line and what is wrong, to be mended and uploaded again."""
    work = await _work(visit)
    kept = await visit.kept(visit.desk.application.works.kept.file, work.id, WRONG_ROWS)
    if kept is None:
        raise Refused(404, "web.work.no_wrong")
    name = quote(f"wrong-{work.arguments.get('file') or 'rows.csv'}", safe="")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return visit.answer(
        Response(
            kept, media_type="text/csv; charset=utf-8", headers={"content-disposition": disposition}
        )
    )


Change = Callable[[Connection, int, str], Awaitable[bool]]


async def begin(visit: Visit) -> Response:
    return await _changed(visit, visit.desk.application.works.begin)


async def stop(visit: Visit) -> Response:
    return await _changed(visit, visit.desk.application.works.stop)


async def resume(visit: Visit) -> Response:
    return await _changed(visit, visit.desk.application.works.resume)


async def _changed(visit: Visit, change: Change) -> Response:
    work = await _work(visit)
    if not await change(visit.here, work.id, visit.desk.who):
        visit.flash("web.work.too_late", "warning")
    return visit.redirect(visit.at(f"long-work/{work.id}"))


async def remove(visit: Visit) -> Response:
    work = await _work(visit)
    if not await visit.desk.application.works.remove(visit.here, work.id, visit.desk.who):
        visit.flash("web.work.too_late", "warning")
        return visit.redirect(visit.at(f"long-work/{work.id}"))
    visit.flash("web.work.removed")
    return visit.redirect(visit.at(_TABS.get(work.kind, "import")))


_HERE = "/connected-apps/salesforce/{connection:int}/long-work/{work:int}"
ROUTES = [
    get(_HERE, show),
    get(f"{_HERE}/progress", progress),
    get(f"{_HERE}/wrong.csv", wrong_rows),
    post(f"{_HERE}/begin", begin),
    post(f"{_HERE}/stop", stop),
    post(f"{_HERE}/resume", resume),
    post(f"{_HERE}/remove", remove),
]
