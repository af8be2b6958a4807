"""Taking a run back: looked at first, done behind the page, and what it held released."""

from __future__ import annotations

from starlette.responses import Response

from tandem.errors import StoreError
from tandem.store.web import Role
from tandem.store.work import WorkKind
from tandem.web.importing.telling import title_of
from tandem.web.pages import get, post
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_LOOKED_AT = 200


def _run_of(visit: Visit) -> int:
    run_id = int(visit.request.path_params["run"])
    try:
        visit.desk.mine(visit.here).run_of(run_id)
    except StoreError:
        raise Refused(404, "web.runs.gone") from None
    return run_id


async def show_undo(visit: Visit) -> Response:
    """What an undo is, those there were of this run, and the button for a first look."""
    number = _run_of(visit)
    works = await visit.kept(visit.desk.application.works.kept.works, visit.here.id, _LOOKED_AT)
    return visit.page(
        "runs/undo.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        number=number,
        works=[
            (work, title_of(visit.speech, work))
            for work in works
            if work.kind is WorkKind.UNDO and work.arguments.get("run") == number
        ],
    )


async def undo(visit: Visit) -> Response:
    """Look at what it would do; the page of that work has the button to do it."""
    works = visit.desk.application.works
    work = await works.undo(visit.here, _run_of(visit), visit.desk.who)
    return visit.redirect(visit.at(f"long-work/{work}"))


async def release(visit: Visit) -> Response:
    run_id = _run_of(visit)
    count = visit.desk.undoing.release(visit.here, run_id)
    visit.flash("undo.released", count=count)
    return visit.redirect(visit.at(f"runs/{run_id}"))


_HERE = "/connected-apps/salesforce/{connection:int}/runs/{run:int}"
ROUTES = [
    get(f"{_HERE}/undo", show_undo, role=Role.ADMIN),
    post(f"{_HERE}/undo", undo),
    post(f"{_HERE}/release", release),
]
