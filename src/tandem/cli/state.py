"""``tandem backup``, ``restore``, ``erase``: what Tandem keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.options import AsJson, InLanguage, Yes
from tandem.cli.output import print_json
from tandem.cli.session import session_of
from tandem.errors import SettingsError

__all__ = ["register"]


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="option.backup_file")],
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    if file.exists():
        raise SettingsError(session.messages("state.exists", path=file))
    session.run(lambda application: application.backup(file.absolute()))
    session.say("state.backed_up", path=file)
    session.remark("state.key_apart")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="option.restore_file")],
    yes: Yes = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    if not file.is_file():
        raise SettingsError(session.messages("state.no_file", path=file))
    if not yes and not session.ask(session.messages("state.ask_restore", path=file)):
        session.remark("program.nothing_done")
        raise typer.Exit(1)
    session.run(lambda application: application.restore(file.absolute()))
    session.say("state.restored", path=file)


def erase(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="option.email")],
    yes: Yes = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    if "@" not in email:
        raise SettingsError(session.messages("state.no_email", given=email))
    if not yes and not session.ask(session.messages("state.ask_erase", email=email)):
        session.remark("program.nothing_done")
        raise typer.Exit(1)

    async def work(application: Application) -> dict[str, int]:
        return dict(await application.erase(email))

    erased = session.run(work)
    if as_json:
        print_json(session.out, erased)
        return
    if not any(erased.values()):
        session.say("state.nothing_erased", email=email)
        return
    for name, count in erased.items():
        session.say(
            "state.erased", count=count, what=session.messages.either(f"erased.{name}", name)
        )
    session.remark("state.erased_remark")


def register(app: typer.Typer) -> None:
    app.command("backup", help="help.backup", epilog="tandem backup tandem-2026-11-23.backup")(
        backup
    )
    app.command("restore", help="help.restore", epilog="tandem restore tandem-2026-11-23.backup")(
        restore
    )
    app.command("erase", help="help.erase", epilog="tandem erase ann@example.com")(erase)
