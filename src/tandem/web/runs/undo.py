"""Taking a run back: first what that would do, then doing it, then releasing what was held."""

from __future__ import annotations

from starlette.responses import Response

from tandem.engine.reports import ProgressCallback, RunState
from tandem.engine.undoing_report import Taking, TakingKind, UndoReport
from tandem.store.web import Role
from tandem.web.pages import get, post
from tandem.web.sentences import stop_sentence
from tandem.web.visit import Visit

__all__ = ["ROUTES"]

_STEPS = 200


def _run_of(visit: Visit) -> int:
    return int(visit.request.path_params["run"])


async def _undo(visit: Visit, *, dry_run: bool) -> UndoReport:
    unheard: ProgressCallback = lambda step: None  # noqa: E731 - a page cannot show it
    return await visit.desk.undoing.undo(
        visit.here, _run_of(visit), dry_run=dry_run, limit=_STEPS, tell=unheard
    )


async def show_undo(visit: Visit) -> Response:
    found = await _undo(visit, dry_run=True)
    return visit.page(
        "runs/undo.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        number=found.undone,
        does_something=found.does_something,
        said=visit.speech("undo.would", run=found.undone, **_counts(found)),
        steps=[(step, _detail(visit, step)) for step in found.steps],
    )


async def undo(visit: Visit) -> Response:
    done = await _undo(visit, dry_run=False)
    if done.run.state is not RunState.DONE:
        why = stop_sentence(visit.speech, done.run.reason, done.run.message)
        said = f"{visit.speech('web.undo.unfinished')} {why}".strip()
        visit.flash("web.said", "error", said=said)
    else:
        own = done.run.run_id or ""
        said = visit.speech("undo.did", run=done.undone, own=own, **_counts(done))
        visit.flash("web.said", "error" if done.in_vain else "ok", said=said)
    return visit.redirect(visit.at(f"runs/{done.undone}"))


async def release(visit: Visit) -> Response:
    count = visit.desk.undoing.release(visit.here, _run_of(visit))
    visit.flash("undo.released", count=count)
    return visit.redirect(visit.at(f"runs/{_run_of(visit)}"))


def _counts(report: UndoReport) -> dict[str, object]:
    return {what.value: report.counts.get(what, 0) for what in TakingKind}


def _detail(visit: Visit, step: Taking) -> str:
    """What becomes of it, or why it is left alone."""
    messages = visit.speech.messages
    empty = messages("undo.empty_value")
    said = []
    if step.what is TakingKind.RESTORE:
        said.append(
            messages(
                "undo.value",
                field=step.field,
                present=step.present or empty,
                value=step.value or empty,
            )
        )
    if step.reason:
        said.append(messages.either(f"undo.why.{step.reason}", step.reason))
    return " ".join(said)


_HERE = "/connected-apps/salesforce/{connection:int}/runs/{run:int}"
ROUTES = [
    get(f"{_HERE}/undo", show_undo, role=Role.ADMIN),
    post(f"{_HERE}/undo", undo),
    post(f"{_HERE}/release", release),
]
