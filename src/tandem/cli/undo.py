"""``tandem undo``: taking a run back, and letting go of what that holds."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from tandem.cli.application import Application
from tandem.cli.options import AsJson, Connection, InLanguage, Yes
from tandem.cli.output import print_json, print_rows, progress_bar
from tandem.cli.session import Session, session_of
from tandem.cli.summary import stop_sentence
from tandem.engine.reports import RunState
from tandem.engine.undoing_report import Taking, TakingKind, UndoReport
from tandem.i18n import Messages
from tandem.mapping.record_values import shown

__all__ = ["register"]

_LONGEST = 60


def undo(
    context: typer.Context,
    run: Annotated[int, typer.Argument(metavar="RUN", min=1, help="option.run")],
    connection: Connection = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="option.undo_dry_run")] = False,
    release: Annotated[bool, typer.Option("--release", help="option.release")] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="option.undo_limit")
    ] = 100,
    yes: Yes = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    if release:
        _release(session, connection, run, as_json=as_json)
        return

    async def work(application: Application) -> tuple[UndoReport, bool]:
        name = await session.connection(application, connection)
        if dry_run or not yes or not as_json:
            with progress_bar(session, shown=not as_json) as progress:
                planned = await application.undo(
                    name, run, dry_run=True, limit=limit, progress=progress
                )
            if not as_json:
                _print_steps(session, planned)
            if dry_run or planned.run.state is not RunState.DONE or not planned.does_something:
                return planned, True
            if not yes and not session.ask(session.messages("undo.ask")):
                session.remark("program.nothing_done")
                return planned, False
        with progress_bar(session, shown=not as_json) as progress:
            report = await application.undo(name, run, limit=limit, progress=progress)
        if not as_json:
            _print_done(session, report)
        return report, True

    report, is_wanted = session.run(work)
    if as_json:
        print_json(session.out, report)
    if not is_wanted or report.run.state is not RunState.DONE or report.in_vain:
        raise typer.Exit(1)


def _release(session: Session, connection: str | None, run: int, *, as_json: bool) -> None:
    async def work(application: Application) -> int:
        name = await session.connection(application, connection)
        return await application.release(name, run)

    count = session.run(work)
    if as_json:
        print_json(session.out, {"released": count})
    else:
        session.say("undo.released", count=count)


def _print_steps(session: Session, report: UndoReport) -> None:
    messages = session.messages
    if report.run.state is not RunState.DONE:
        said = stop_sentence(report.run.reason, report.run.message, messages)
        session.out.print(Text(said, style="bold yellow"))
        return
    if not report.counts:
        session.say("undo.nothing", run=report.undone)
        return
    headings = [messages(f"undo.{name}") for name in ("what", "kind", "where", "detail")]
    rows = [
        (
            messages(f"undo.{step.what.value}"),
            messages(f"kind.{step.kind.value}"),
            f"{step.side.title} {step.record_id}",
            _detail(step, messages),
        )
        for step in report.steps
    ]
    print_rows(session.out, headings, rows)
    left = sum(report.counts.values()) - len(report.steps)
    if left > 0:
        session.say("plan.more", count=left)
    session.say("undo.would", run=report.undone, **_counts(report))
    if not report.does_something:
        session.say("undo.nothing", run=report.undone)


def _detail(step: Taking, messages: Messages) -> str:
    match step.what:
        case TakingKind.RESTORE:
            return messages(
                "undo.value",
                field=step.field,
                present=_value(step.present, messages),
                value=_value(step.value, messages),
            )
        case TakingKind.LEAVE:
            why = messages.either(f"undo.why.{step.reason}", step.reason)
            return f"{step.field}: {why}" if step.field else why
        case _:
            return step.problem


def _value(value: str | None, messages: Messages) -> str:
    said = " ".join(shown(value).split())
    if not said:
        return messages("undo.empty_value")
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _counts(report: UndoReport) -> dict[str, object]:
    return {what.value: report.counts.get(what, 0) for what in TakingKind}


def _print_done(session: Session, report: UndoReport) -> None:
    messages = session.messages
    session.say("undo.did", run=report.undone, own=report.run.run_id or "", **_counts(report))
    for step in report.steps:
        if step.problem:
            where = f"{step.side.title} {step.record_id}"
            session.out.print(Text(f"{where}: {step.problem}"), soft_wrap=True)
    if report.in_vain:
        session.say("undo.in_vain", count=report.in_vain)
    if report.run.state is not RunState.DONE:
        said = stop_sentence(report.run.reason, report.run.message, messages)
        session.out.print(Text(said, style="bold yellow"), soft_wrap=True)
        session.say("undo.unfinished", run=report.undone)
    elif report.does_something:
        session.say("undo.held", run=report.undone)


def register(app: typer.Typer) -> None:
    app.command("undo", help="help.undo", epilog="tandem undo 12 --dry-run")(undo)
