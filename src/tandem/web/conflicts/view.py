"""The values that lost a conflict, side by side with those that stayed."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from tandem.engine.conflicts import ConflictList, ConflictRow, Restored, RestoredHow
from tandem.engine.reports import RunReport, RunState
from tandem.web.pages import get, post
from tandem.web.sentences import stop_sentence
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_PAGE = 50


async def conflicts(visit: Visit) -> Response:
    return _page(visit)


def _page(visit: Visit, problem: str = "", force: int = 0) -> Response:
    shown = _shown(visit)
    found: ConflictList = visit.desk.conflicting.listing(
        visit.here,
        everything=bool(shown["all"]),
        limit=_PAGE + 1,
        before=int(shown["before"]) if shown["before"] else None,
        ended_after=shown["ended"],
    )
    rows, ended = found.conflicts[:_PAGE], found.ended[:_PAGE]
    return visit.page(
        "conflicts/conflicts.html",
        409 if problem else 200,
        summary=visit.desk.asking.summary(visit.here),
        tab="conflicts",
        rows=[(row, _said(visit, row.kept), _said(visit, row.lost)) for row in rows],
        ended=ended,
        before=rows[-1].id if len(found.conflicts) > _PAGE else 0,
        ended_after=ended[-1].key if len(found.ended) > _PAGE else "",
        everything=bool(shown["all"]),
        shown=shown,
        problem=problem,
        force=force,
    )


def _shown(visit: Visit) -> dict[str, str]:
    """Which conflicts and which ended pairs the address asks for; every link and form of the page keeps it."""
    before = visit.param("before")
    return {
        "all": "1" if visit.param("all") == "1" else "",
        "before": before if before.isascii() and before.isdigit() and len(before) < 19 else "",
        "ended": visit.param("ended"),
    }


def _said(visit: Visit, values: Mapping[str, str | None]) -> str:
    """One value as it is; several, as a call's, with their names."""
    empty = visit.speech("web.record.empty")
    if len(values) == 1:
        return next(iter(values.values())) or empty
    return visit.speech.messages.joined(
        [f"{name} {each or empty}" for name, each in values.items()]
    )


async def restore(visit: Visit) -> Response:
    given = await visit.words()
    number = given.get("id", "")
    if not number.isascii() or not number.isdigit():
        raise Refused(400, "web.error.not_found")
    done = await visit.desk.conflicting.restore(
        visit.here, int(number), force=given.get("force") == "1"
    )
    said = _restored(visit, done)
    if done.how is RestoredHow.EDITED:
        # A person has seen neither the new value nor that there is one: they are asked again.
        return _page(visit, said, force=done.conflict.id)
    visit.flash("web.said", "ok" if done.is_back else "error", said=said)
    return visit.redirect(visit.at("conflicts", **_shown(visit)))


def _restored(visit: Visit, done: Restored) -> str:
    row: ConflictRow = done.conflict
    stopped = _stopped(visit, done.run) if done.how is RestoredHow.NOT_READ else ""
    values = {
        "field": visit.speech(f"field.{row.field.value}"),
        "side": row.winner.other.title,
        "other": row.winner.title,
        "at": visit.speech.moment(row.restored_at),
        "present": _said(visit, done.present) if done.present else "",
        "problem": done.problem,
    }
    if done.how is RestoredHow.EDITED:
        return visit.speech("web.conflicts.edited", **values)
    return stopped or visit.speech(f"conflicts.did.{done.how.value}", **values)


async def recreate(visit: Visit) -> Response:
    """Behind the page: reading both CRMs takes as long as they do."""
    key = (await visit.words()).get("key", "")
    works = visit.desk.application.works
    work = await works.recreate(visit.here, key, visit.desk.who)
    return visit.redirect(visit.at(f"long-work/{work}"))


def _stopped(visit: Visit, run: RunReport | None) -> str:
    """Why the run behind it ended early; empty where it did not."""
    if run is None or run.state is RunState.DONE:
        return ""
    return stop_sentence(visit.speech, run.reason, run.message)


_HERE = "/connected-apps/salesforce/{connection:int}/conflicts"
ROUTES = [
    get(_HERE, conflicts),
    post(f"{_HERE}/restore", restore),
    post(f"{_HERE}/recreate", recreate),
]
