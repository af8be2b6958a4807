"""``tandem settings``: a connection's choices as text."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tandem.cli.application import Application
from tandem.cli.options import AsJson, Connection, InLanguage, Yes
from tandem.cli.output import print_json
from tandem.cli.session import Session, print_sentence, session_of
from tandem.engine.reports import SettingsChange
from tandem.errors import SettingsError
from tandem.settings import parse, person, with_value
from tandem.settings.activities import values_of

__all__ = ["register"]

settings = typer.Typer(help="help.settings", no_args_is_help=True)

Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="option.since")]


@settings.command(
    "show", help="help.settings.show", epilog="tandem settings show > activities.toml"
)
def show(
    context: typer.Context,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> str:
        return await application.settings_text(await session.connection(application, connection))

    text = session.run(work)
    if as_json:
        print_json(session.out, values_of(parse(text)))
    else:
        session.out.print(text, end="", markup=False, highlight=False, soft_wrap=True)


@settings.command(
    "apply", help="help.settings.apply", epilog="tandem settings apply activities.toml --yes"
)
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="option.settings_file")],
    connection: Connection = None,
    since: Since = None,
    yes: Yes = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    text = _text_of(file, session)
    begin = _moment(since, session)

    async def work(application: Application) -> bool:
        name = await session.connection(application, connection)
        change = await application.plan_settings(name, text, since=begin)
        return await _save(session, application, name, change, ask=not yes)

    if not session.run(work):
        raise typer.Exit(1)


@settings.command(
    "set", help="help.settings.set", epilog="tandem settings set kinds.call.enabled true"
)
def set_key(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="option.settings_key")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="option.settings_value")],
    connection: Connection = None,
    since: Since = None,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    begin = _moment(since, session)

    async def work(application: Application) -> bool:
        name = await session.connection(application, connection)
        saved = await application.settings_text(name)
        text = with_value(saved, key, value, language=session.messages.language)
        change = await application.plan_settings(name, text, since=begin)
        return await _save(session, application, name, change, ask=False)

    session.run(work)


async def _save(
    session: Session, application: Application, name: str, change: SettingsChange, *, ask: bool
) -> bool:
    if change.is_empty:
        session.say("settings.nothing_changes")
        return True
    for line in change.difference:
        session.out.print(
            Text(line, style="green" if line.startswith("+") else "red"), soft_wrap=True
        )
    for warning in change.warnings:
        print_sentence(session.out, Text(warning))
    if ask and not session.ask(session.messages("settings.ask")):
        session.remark("program.nothing_done")
        return False
    version = await application.save_settings(name, change, person())
    session.say("settings.saved", name=name, version=version)
    return True


def _text_of(file: Path, session: Session) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = session.messages("settings.not_utf8", byte=error.start)
        raise SettingsError(
            session.messages("program.unreadable", path=file, problem=problem)
        ) from None
    except OSError as error:
        raise SettingsError(
            session.messages("program.unreadable", path=file, problem=error.strerror)
        ) from None


def _moment(given: str | None, session: Session) -> datetime | None:
    """A date means its first moment in UTC; a time must name its zone."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError:
        moment = None
    is_date = len(given.strip()) == 10
    if moment is None or (moment.tzinfo is None and not is_date):
        raise SettingsError(
            session.messages(
                "settings.wants",
                key="--since",
                wanted=session.messages("wanted.date"),
                given=given,
            )
        )
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def register(app: typer.Typer) -> None:
    app.add_typer(settings, name="settings")
