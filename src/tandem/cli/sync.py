"""``tandem sync``, ``plan``, ``explain``: one run now, what a run would do, and why."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from tandem.cli.application import Application
from tandem.cli.explanation import decision_sentence, print_explanation
from tandem.cli.options import AsJson, Connection, InLanguage, Strict
from tandem.cli.output import print_json, progress_bar, table
from tandem.cli.session import Session, session_of
from tandem.cli.summary import print_summary, reason_sentence
from tandem.engine.reports import Explanation, Outcome, PlannedAction, RunReport, RunState
from tandem.errors import SettingsError, TandemError
from tandem.i18n import Messages

__all__ = ["exit_code", "register"]


def exit_code(reports: list[RunReport], *, strict: bool = False) -> int:
    """0 if every run was done and adds up; parked activities count only when *strict*."""
    for report in reports:
        if report.state is not RunState.DONE or not report.adds_up:
            return 1
        if strict and report.total(Outcome.PARKED):
            return 1
    return 0


def sync(
    context: typer.Context,
    connection: Connection = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="option.dry_run")] = False,
    strict: Strict = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> tuple[list[RunReport], bool]:
        reports, failed = [], False
        for name in await _names(session, application, connection):
            try:
                with progress_bar(session, shown=not as_json) as progress:
                    report = await application.sync(name, dry_run=dry_run, progress=progress)
            except SettingsError:
                raise
            except TandemError as error:
                session.remark("program.failed", problem=f"{name}: {error}")
                failed = True
                continue
            if not as_json:
                print_summary(report, session.out, session.messages)
            reports.append(report)
        return reports, failed

    reports, failed = session.run(work)
    if as_json:
        print_json(session.out, reports)
    code = exit_code(reports, strict=strict)
    if failed or code:
        raise typer.Exit(1)


async def _names(session: Session, application: Application, name: str | None) -> list[str]:
    if name is not None:
        return [name]
    names = [each.name for each in await application.connections()]
    return names or [session.only(names)]


def plan(
    context: typer.Context,
    connection: Connection = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="option.limit")] = 100,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> RunReport:
        name = await session.connection(application, connection)
        return await application.plan(name)

    report = session.run(work)
    if as_json:
        print_json(session.out, report)
    else:
        _print_plan(session, report, limit)
        session.out.print()
        print_summary(report, session.out, session.messages)
    if exit_code([report]):
        raise typer.Exit(1)


def _print_plan(session: Session, report: RunReport, limit: int) -> None:
    messages = session.messages
    if not report.planned:
        session.say("plan.nothing")
        return
    rows = table(*(messages(f"plan.{name}") for name in ("operation", "kind", "id", "what", "why")))
    for action in report.planned[:limit]:
        rows.add_row(
            messages(f"operation.{action.operation.value}"),
            messages(f"kind.{action.kind.value}"),
            action.hubspot_id,
            Text(action.subject),
            Text(_why(action, messages)),
        )
    session.out.print(rows)
    if len(report.planned) > limit:
        session.say("plan.more", count=len(report.planned) - limit)


def _why(action: PlannedAction, messages: Messages) -> str:
    said = [decision_sentence(decision, messages) for decision in action.decisions]
    if action.reason:
        said.insert(0, reason_sentence(action.reason, messages))
    return "\n".join(said)


def explain(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help="option.record")],
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> Explanation:
        found = []
        for name in await _names(session, application, connection):
            found.append(await application.explain(name, record))
            if found[-1].state is not None:
                return found[-1]
        return found[0]

    answer = session.run(work)
    if as_json:
        print_json(session.out, answer)
    else:
        print_explanation(session, answer)
    if answer.state is None:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command("sync", help="help.sync", epilog="tandem sync --connection main")(sync)
    app.command("plan", help="help.plan", epilog="tandem plan --limit 20")(plan)
    app.command("explain", help="help.explain", epilog="tandem explain 1234567890")(explain)
