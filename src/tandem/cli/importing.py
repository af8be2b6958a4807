"""``tandem import``: past Salesforce tasks into HubSpot, past HubSpot activities into Salesforce."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from tandem.cli.application import Application
from tandem.cli.import_file import Survey, print_survey, survey_of_file
from tandem.cli.options import AsJson, Connection, InLanguage, Strict, Yes
from tandem.cli.output import print_json, progress_bar, table
from tandem.cli.session import Session, session_of
from tandem.cli.summary import print_summary
from tandem.cli.sync import exit_code
from tandem.engine.importing import ActivityImport, ImportReport, TaskImport, Unfinished, Wanted
from tandem.engine.importing_wanted import Moment
from tandem.engine.reports import Outcome, RunState
from tandem.errors import SettingsError
from tandem.imports import DateOrder, mapping_from
from tandem.model import Kind, Side

__all__ = ["register"]

importing = typer.Typer(help="help.import", no_args_is_help=True)

DryRun = Annotated[bool, typer.Option("--dry-run", help="option.import_dry_run")]
Resume = Annotated[bool, typer.Option("--resume", help="option.import_resume")]


@importing.command(
    "tasks", help="help.import.tasks", epilog="tandem import tasks --created-since 2026-01-01"
)
def tasks(
    context: typer.Context,
    created_since: Annotated[
        str | None, typer.Option("--created-since", metavar="DATE", help="option.created_since")
    ] = None,
    created_until: Annotated[
        str | None, typer.Option("--created-until", metavar="DATE", help="option.created_until")
    ] = None,
    updated_since: Annotated[
        str | None, typer.Option("--updated-since", metavar="DATE", help="option.updated_since")
    ] = None,
    open_only: Annotated[bool, typer.Option("--open-only", help="option.open_only")] = False,
    owner: Annotated[
        list[str] | None, typer.Option("--owner", metavar="USER", help="option.import_owner")
    ] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="SOQL", help="option.where")
    ] = None,
    file: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="option.csv")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=Field", help="option.map")
    ] = None,
    dates: Annotated[
        DateOrder | None, typer.Option("--dates", metavar="dmy|mdy|ymd", help="option.dates")
    ] = None,
    wrong: Annotated[
        Path | None, typer.Option("--wrong", metavar="FILE", help="option.wrong")
    ] = None,
    connection: Connection = None,
    dry_run: DryRun = False,
    resume: Resume = False,
    yes: Yes = False,
    strict: Strict = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    chosen = (created_since, created_until, updated_since, owner, where)
    if file is not None and (open_only or any(chosen)):
        raise SettingsError(session.messages("import.csv_alone"))
    if file is None and (mapping or dates or wrong):
        raise SettingsError(session.messages("import.needs_csv"))
    wanted = TaskImport(
        created_since=_moment(session, "--created-since", created_since),
        created_until=_moment(session, "--created-until", created_until),
        updated_since=_moment(session, "--updated-since", updated_since),
        open_only=open_only,
        owners=tuple(owner or ()),
        where=where,
        csv=file,
        mapping=mapping_from(mapping or (), language=session.messages.language),
        dates=dates,
    )
    _check_period(session, wanted.created_since, wanted.created_until)
    survey = (
        None if file is None else survey_of_file(wanted, file, session.messages.language, wrong)
    )
    if survey is not None and not as_json:
        print_survey(session, survey, wrong)
    way = _Way(session, connection, dry_run=dry_run, resume=resume, yes=yes, as_json=as_json)
    way.go(wanted, survey, strict=strict)


@importing.command(
    "activities",
    help="help.import.activities",
    epilog="tandem import activities --kind call --kind note --since 2026-01-01",
)
def activities(
    context: typer.Context,
    kind: Annotated[
        list[Kind] | None, typer.Option("--kind", metavar="KIND", help="option.import_kind")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="option.import_since")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="option.import_until")
    ] = None,
    connection: Connection = None,
    dry_run: DryRun = False,
    resume: Resume = False,
    yes: Yes = False,
    strict: Strict = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    begin = _moment(session, "--since", since)
    if not kind or begin is None:
        raise SettingsError(session.messages("import.needs_kind"))
    wanted = ActivityImport(
        kinds=tuple(dict.fromkeys(kind)), since=begin, until=_moment(session, "--until", until)
    )
    _check_period(session, wanted.since, wanted.until)
    way = _Way(session, connection, dry_run=dry_run, resume=resume, yes=yes, as_json=as_json)
    way.go(wanted, None, strict=strict)


# --------------------------------------------------------------------------- the way of both


class _Way:
    """Dry run, question, import; and what is said on the way."""

    def __init__(
        self,
        session: Session,
        connection: str | None,
        *,
        dry_run: bool,
        resume: bool,
        yes: bool,
        as_json: bool,
    ) -> None:
        self._session = session
        self._connection = connection
        self._dry_run = dry_run
        self._resume = resume
        self._yes = yes
        self._as_json = as_json
        self._has_begun = False

    def go(self, wanted: Wanted, survey: Survey | None, *, strict: bool) -> None:
        """Carry it all out and end the command with its exit code."""
        try:
            report, is_agreed = self._session.run(
                lambda application: self._work(application, wanted)
            )
        except KeyboardInterrupt:
            self._session.remark("import.interrupted" if self._has_begun else "program.interrupted")
            raise typer.Exit(1) from None
        if self._as_json:
            print_json(self._session.out, _plain(report, survey))
        is_wrong = strict and survey is not None and survey.wrong
        if not is_agreed or is_wrong or exit_code([report.run], strict=strict):
            raise typer.Exit(1)

    async def _work(self, application: Application, wanted: Wanted) -> tuple[ImportReport, bool]:
        session = self._session
        name = await session.connection(application, self._connection)
        unfinished = await application.unfinished_import(name, wanted)
        if self._resume and unfinished is None:
            raise SettingsError(session.messages("import.nothing_to_resume"))
        if unfinished is not None:
            self._say_unfinished(unfinished)
        is_shown_first = not self._resume and not (self._yes and self._as_json)
        if self._dry_run or is_shown_first:
            with progress_bar(session, shown=not self._as_json) as progress:
                planned = await application.bring(name, wanted, dry_run=True, progress=progress)
            self._print(planned)
            if self._dry_run or planned.run.state is not RunState.DONE:
                return planned, True
            if not _does_something(planned):
                self._say("import.nothing")
                return planned, True
            if not self._yes and not session.ask(session.messages("import.ask")):
                session.remark("program.nothing_done")
                return planned, False
        self._has_begun = True
        with progress_bar(session, shown=not self._as_json) as progress:
            report = await application.bring(name, wanted, progress=progress)
        self._print(report)
        if report.run.state is not RunState.DONE:
            session.remark("import.go_on")
        return report, True

    def _say(self, key: str, **values: object) -> None:
        if not self._as_json:
            self._session.say(key, **values)

    def _say_unfinished(self, unfinished: Unfinished) -> None:
        total = "?" if unfinished.total is None else f"{unfinished.total:,}"
        self._session.remark(
            "import.unfinished",
            done=f"{unfinished.done:,}",
            total=total,
            when=f"{unfinished.started_at:%Y-%m-%d %H:%M} UTC",
        )

    def _print(self, report: ImportReport) -> None:
        if self._as_json:
            return
        session = self._session
        print_summary(report.run, session.out, session.messages)
        if report.adopted:
            _print_doubles(session, report)
        if report.calls_ahead and _does_something(report):
            calls = {side.title: report.calls_ahead.get(side, 0) for side in Side}
            said = session.messages.joined([f"{title} {n:,}" for title, n in calls.items()])
            session.say("import.calls_ahead", calls=said)


def _does_something(report: ImportReport) -> bool:
    return bool(report.run.total(Outcome.CREATED) or report.adopted)


def _print_doubles(session: Session, report: ImportReport) -> None:
    messages = session.messages
    session.out.print()
    key = "import.doubles_ahead" if report.run.dry_run else "import.doubles"
    session.say(key, count=report.adopted)
    rows = table(messages("import.day"), messages("import.subject"), "HubSpot", "Salesforce")
    for one in report.doubles:
        rows.add_row(one.day, Text(one.subject), one.hubspot_id, one.salesforce_id)
    session.out.print(rows)
    if report.adopted > len(report.doubles):
        session.say("plan.more", count=report.adopted - len(report.doubles))


def _plain(report: ImportReport, survey: Survey | None) -> Mapping[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(report, str_keys=True)
    plain["run"] |= {"adds_up": report.run.adds_up, "seen": report.run.seen}
    return plain if survey is None else {**plain, "file": msgspec.to_builtins(survey)}


# --------------------------------------------------------------------------- what was typed


def _moment(session: Session, option: str, given: str | None) -> Moment | None:
    """A day, in the HubSpot account's zone, or a time that names its own."""
    if given is None:
        return None
    text = given.strip()
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        wanted = session.messages("wanted.date")
        raise SettingsError(
            session.messages("settings.wants", key=option, wanted=wanted, given=given)
        )
    return moment


def _check_period(session: Session, since: Moment | None, until: Moment | None) -> None:
    if since is not None and until is not None and str(until) < str(since):
        raise SettingsError(session.messages("import.period"))


def register(app: typer.Typer) -> None:
    app.add_typer(importing, name="import")
