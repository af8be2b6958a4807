"""``tandem owners``: who in HubSpot is whom in Salesforce."""

from __future__ import annotations

from typing import Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.options import AsJson, Connection, InLanguage
from tandem.cli.output import print_json, table
from tandem.cli.session import session_of
from tandem.engine.reports import OwnerRow
from tandem.errors import SettingsError

__all__ = ["register"]

owners = typer.Typer(help="help.owners", no_args_is_help=True)


@owners.command("list", help="help.owners.list", epilog="tandem owners list")
def list_owners(
    context: typer.Context,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> list[OwnerRow]:
        name = await session.connection(application, connection)
        return list(await application.owners(name))

    found = session.run(work)
    if as_json:
        print_json(session.out, found)
        return
    messages = session.messages
    rows = table(*(messages(f"owners.{name}") for name in ("owner", "email", "match", "user")))
    for row in found:
        name = row.name if row.active else f"{row.name} ({messages('owners.inactive')})"
        user = row.salesforce_name or row.salesforce_id or "–"
        rows.add_row(name, row.email or "–", messages(f"match.{row.match.value}"), user)
    session.out.print(rows)


@owners.command(
    "map", help="help.owners.map", epilog="tandem owners map ann@example.com ann@example.com.uat"
)
def map_owner(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="option.owner")],
    user: Annotated[str | None, typer.Argument(metavar="USER", help="option.user")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="option.nobody")] = False,
    automatic: Annotated[bool, typer.Option("--automatic", help="option.automatic")] = False,
    connection: Connection = None,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    if sum((user is not None, nobody, automatic)) != 1:
        raise SettingsError(session.messages("owners.choose"))

    async def work(application: Application) -> None:
        name = await session.connection(application, connection)
        if automatic:
            await application.unmap_owner(name, owner)
        else:
            await application.map_owner(name, owner, user)

    session.run(work)
    key = "owners.automatic" if automatic else "owners.nobody" if nobody else "owners.mapped"
    session.say(key, owner=owner, user=user or "")


def register(app: typer.Typer) -> None:
    app.add_typer(owners, name="owners")
