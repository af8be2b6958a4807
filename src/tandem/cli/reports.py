"""``tandem report``: reports in Salesforce on what was synced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from tandem.cli.application import Application
from tandem.cli.options import AsJson, Connection, InLanguage
from tandem.cli.output import print_json, table
from tandem.cli.session import Session, print_sentence, session_of
from tandem.errors import SettingsError
from tandem.mapping.salesforce_reports import (
    About,
    Grouping,
    Match,
    Report,
    ReportAnswer,
    check_groupings,
)
from tandem.reports import READY, Reporting, sheet

__all__ = ["register"]

report = typer.Typer(help="help.report", no_args_is_help=True)

Code = Annotated[str | None, typer.Argument(metavar="REPORT", help="option.report")]
Whose = Annotated[
    About, typer.Option("--about", metavar="contacts|leads", help="option.report_about")
]
Starts = Annotated[
    list[str] | None, typer.Option("--starts-with", metavar="TEXT", help="option.report_starts")
]
Contains = Annotated[
    list[str] | None, typer.Option("--contains", metavar="TEXT", help="option.report_contains")
]
GroupBy = Annotated[
    list[Grouping] | None,
    typer.Option("--group", metavar="BY", help="option.report_group"),
]
Days = Annotated[
    int | None, typer.Option("--days", metavar="N", min=1, max=9_999, help="option.report_days")
]
Everybody = Annotated[bool, typer.Option("--all", help="option.report_all")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choices:
    """What the command line asks for; ``code`` is a ready-made report that the rest changes."""

    code: str | None
    about: About
    starts: Sequence[str] = ()
    contains: Sequence[str] = ()
    groups: Sequence[Grouping] = ()
    days: int | None = None
    everybody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    code: str
    name: str
    report_id: str | None
    folder: str | None
    url: str | None


@report.command("list", help="help.report.list", epilog="tandem report list")
def list_reports(
    context: typer.Context,
    about: Whose = About.CONTACTS,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> list[_Listed]:
        name = await session.connection(application, connection)
        reporting = await application.reporting(name)
        saved = await reporting.saved()
        return [
            _Listed(
                code=each.code.removesuffix("-leads"),
                name=each.name,
                report_id=saved[each.code].id if each.code in saved else None,
                folder=saved[each.code].folder if each.code in saved else None,
                url=reporting.url(saved[each.code].id) if each.code in saved else None,
            )
            for each in await application.ready_reports(name, about)
        ]

    found = session.run(work)
    if as_json:
        print_json(session.out, found)
        return
    headings = ("report.code", "report.name", "report.saved")
    made = table(*map(session.messages, headings))
    for each in found:
        made.add_row(each.code, each.name, each.url or "–")
    session.out.print(made)


@report.command("run", help="help.report.run", epilog="tandem report run opens --days 90")
def run_report(
    context: typer.Context,
    code: Code = None,
    about: Whose = About.CONTACTS,
    starts_with: Starts = None,
    contains: Contains = None,
    group: GroupBy = None,
    days: Days = None,
    everybody: Everybody = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="option.report_csv")
    ] = None,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    asked = _Choices(
        code=code,
        about=about,
        starts=starts_with or (),
        contains=contains or (),
        groups=group or (),
        days=days,
        everybody=everybody,
    )
    is_of_salesforce = code is not None and code.startswith("00O")
    if is_of_salesforce and csv is not None:
        raise SettingsError(session.messages("report.csv_of_id"))

    async def work(application: Application) -> tuple[str, ReportAnswer, int]:
        name = await session.connection(application, connection)
        reporting = await application.reporting(name)
        if code is not None and is_of_salesforce:
            return code, await reporting.run_saved(code), 0
        wanted = await _report(session, application, name, asked)
        answer = await reporting.run(wanted)
        written = 0 if csv is None else await _write(session, reporting, wanted, csv)
        return wanted.name, answer, written

    title, answer, written = session.run(work)
    if as_json:
        print_json(session.out, answer)
    else:
        _print(session, title, answer)
    if csv is not None:
        session.remark("report.written", count=written, path=csv)


@report.command(
    "save", help="help.report.save", epilog='tandem report save opens --folder "Sales reports"'
)
def save_report(
    context: typer.Context,
    code: Code = None,
    about: Whose = About.CONTACTS,
    starts_with: Starts = None,
    contains: Contains = None,
    group: GroupBy = None,
    days: Days = None,
    everybody: Everybody = False,
    folder: Annotated[
        str, typer.Option("--folder", metavar="FOLDER", help="option.report_folder")
    ] = "",
    title: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="option.report_name")
    ] = None,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    asked = _Choices(
        code=code,
        about=about,
        starts=starts_with or (),
        contains=contains or (),
        groups=group or (),
        days=days,
        everybody=everybody,
    )

    async def work(application: Application) -> tuple[_Listed, bool]:
        name = await session.connection(application, connection)
        wanted = await _report(session, application, name, asked)
        wanted = wanted if title is None else replace(wanted, name=title)
        reporting = await application.reporting(name)
        place = await reporting.folder(folder)
        made, is_new = await reporting.save(wanted, place.id)
        found = _Listed(
            code=wanted.code,
            name=made.name,
            report_id=made.id,
            folder=place.name,
            url=reporting.url(made.id),
        )
        return found, is_new

    made, is_new = session.run(work)
    if as_json:
        print_json(session.out, made)
        return
    session.say("report.created" if is_new else "report.changed", name=made.name, url=made.url)


async def _report(
    session: Session, application: Application, connection: str, asked: _Choices
) -> Report:
    """The ready-made report that is named, changed as asked; or one that is built."""
    if asked.starts and asked.contains:
        raise SettingsError(session.messages("report.one_match"))
    texts = tuple(asked.starts or asked.contains)
    match = Match.CONTAINS if asked.contains else Match.STARTS_WITH
    if asked.code is None:
        if not texts:
            raise SettingsError(session.messages("report.which"))
        name = session.messages("report.own", words=texts[0])
        code = f"own {match} {' '.join(texts)} {asked.about}"
        base = Report(name=name, code=code, about=asked.about)
    else:
        base = await _ready(session, application, connection, asked)
    groupings = tuple(asked.groups) or base.groupings
    if not check_groupings(groupings):
        raise SettingsError(session.messages("report.too_deep"))
    return replace(
        base,
        subjects=texts or base.subjects,
        match=match if texts else base.match,
        groupings=groupings,
        days=asked.days,
        only_tandem=not asked.everybody,
    )


async def _ready(
    session: Session, application: Application, connection: str, asked: _Choices
) -> Report:
    code = asked.code or ""
    found = await application.ready_reports(connection, asked.about)
    for each in found:
        if each.code.removesuffix("-leads") == code:
            return each
    if code in READY:
        raise SettingsError(session.messages("report.not_told", code=code))
    raise SettingsError(session.messages("report.unknown", code=code, known=", ".join(READY)))


async def _write(session: Session, reporting: Reporting, wanted: Report, path: Path) -> int:
    """Write all tasks of the report to *path*, for spreadsheets; how many there are."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(sheet([], session.messages, heads=True))
        async for rows in reporting.tasks(wanted):
            file.write(sheet(rows, session.messages, heads=False))
            written += len(rows)
    return written


def _print(session: Session, title: str, answer: ReportAnswer) -> None:
    messages = session.messages
    print_sentence(session.out, Text(messages("report.run", name=title, count=answer.total)))
    if answer.grouped_by:
        made = table(*answer.grouped_by, f">{messages('report.count')}")
        for group in answer.groups:
            cells = [_label(session, each.label, each.value) for each in group.cells]
            made.add_row(*cells, str(group.count))
        made.add_row(
            messages("report.total"),
            *[""] * (len(answer.grouped_by) - 1),
            str(answer.total),
        )
    else:
        made = table(*answer.columns)
        for row in answer.rows:
            made.add_row(*(Text(each.label) for each in row))
    session.out.print(made)
    if not answer.is_whole:
        session.remark("report.not_whole")


def _label(session: Session, label: str, value: Any) -> Text:
    return Text(session.messages("report.empty") if value is None else label)


def register(app: typer.Typer) -> None:
    app.add_typer(report, name="report")
