"""Runs: those there were, starting one, what one did, and taking it back."""

from __future__ import annotations

from tandem.engine.reports import RunReport
from tandem.engine.runs import report_of
from tandem.engine.undoing_report import UndoReport
from tandem.errors import StoreError
from tandem.store.members import Role
from tandem.store.rows import Run
from tandem.web.api import shapes
from tandem.web.api.call import Call, cursor_after, cursor_of, number_after
from tandem.web.api.operation import START, Accepted, operation
from tandem.web.api.operations.records import page_of
from tandem.web.api.problem import Code, Trouble

__all__ = ["OPERATIONS"]

_STEPS = 200
_TRIGGER = "api"


@operation("GET", "/connections/{connection}/runs", tag="runs")
async def list_runs(call: Call, query: shapes.PageAsked) -> shapes.Page[shapes.Run]:
    before = number_after(query.cursor)
    found = await call.kept(call.mine.runs, query.limit + 1, before=before)
    more = len(found) > query.limit
    items = tuple([_run(call, each) for each in found[: query.limit]])
    return shapes.Page(items=items, next=cursor_after(items[-1].id) if more else None)


@operation(
    "POST", "/connections/{connection}/runs", tag="runs", role=Role.ADMIN, accepted=shapes.Run
)
async def start_run(call: Call, body: shapes.RunAsked) -> RunReport | Accepted:
    runner, started = call.desk.application.runner, call.visit.house.started
    if body.dry_run:
        # It leaves no trace, so there is no place to ask about it later.
        return await runner.run(call.here, trigger=_TRIGGER, dry_run=True)
    before = await _newest(call)
    task = started.begin(runner.run(call.here, trigger=_TRIGGER))
    while (report := await started.report_of(task)) is None:
        run = await _newest(call)
        if run is not None and (before is None or run.id > before.id) and run.trigger == _TRIGGER:
            location = call.visit.url(f"{START}/connections/{call.here.id}/runs/{run.id}")
            return Accepted(body=_run(call, run), location=location)
    return report


@operation("GET", "/connections/{connection}/runs/{run}", tag="runs")
async def show_run(call: Call) -> shapes.Run:
    return _run(call, await _found(call))


@operation("GET", "/connections/{connection}/runs/{run}/records", tag="runs")
async def list_run_records(call: Call, query: shapes.PageAsked) -> shapes.Page[shapes.Record]:
    run = await _found(call)
    found = await call.kept(
        call.mine.of_run, run.id, after=cursor_of(query.cursor), limit=query.limit + 1
    )
    return page_of(call, found, query.limit)


@operation("GET", "/connections/{connection}/runs/{run}/undo", tag="runs", role=Role.ADMIN)
async def plan_undo(call: Call) -> UndoReport:
    return await _undo(call, dry_run=True)


@operation("POST", "/connections/{connection}/runs/{run}/undo", tag="runs", role=Role.ADMIN)
async def undo_run(call: Call) -> UndoReport:
    return await _undo(call, dry_run=False)


@operation("POST", "/connections/{connection}/runs/{run}/release", tag="runs", role=Role.ADMIN)
async def release_run(call: Call) -> shapes.Count:
    run = await _found(call)
    return shapes.Count(count=call.desk.undoing.release(call.here, run.id))


async def _undo(call: Call, *, dry_run: bool) -> UndoReport:
    run = await _found(call)
    return await call.desk.undoing.undo(
        call.here, run.id, dry_run=dry_run, limit=_STEPS, tell=lambda step: None
    )


async def _found(call: Call) -> Run:
    try:
        return await call.kept(call.mine.run_of, call.number("run"))
    except StoreError as error:
        raise Trouble(Code.NOT_FOUND, str(error)) from None


async def _newest(call: Call) -> Run | None:
    found = await call.kept(call.mine.runs, 1)
    return found[0] if found else None


def _run(call: Call, run: Run) -> shapes.Run:
    report = report_of(call.here.name, run)
    return shapes.Run(
        id=run.id,
        trigger=run.trigger,
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        settings_version=run.settings_version,
        seen=report.seen,
        kinds=report.kinds,
        calls=report.calls,
        message=run.message,
    )


OPERATIONS = (
    list_runs,
    start_run,
    show_run,
    list_run_records,
    plan_undo,
    undo_run,
    release_run,
)
