"""``tandem token``: the tokens with which programs use the JSON API."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.options import AsJson, InLanguage
from tandem.cli.output import moment, print_json, table
from tandem.cli.session import session_of
from tandem.settings import person
from tandem.store import Store
from tandem.store.api import ApiStore, ApiToken
from tandem.store.members import Role

__all__ = ["register"]

_INSTALLATION = 0  # in the audit log: what concerns no single connection

token = typer.Typer(help="help.token", no_args_is_help=True)


def _store(application: Application) -> Store:
    # Imported here and not above: every other command starts without it.
    from tandem import bootstrap

    # Tokens are the app's own affair, which no other command has to do with.
    assert isinstance(application, bootstrap.Application)
    return application.store


@token.command(
    "create", help="help.token.create", epilog="tandem token create nightly-export --days 90"
)
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="option.token_name")],
    role: Annotated[
        Role, typer.Option("--role", metavar="viewer|admin", help="option.token_role")
    ] = Role.VIEWER,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, max=3_650, help="option.token_days"),
    ] = None,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> str:
        store = _store(application)
        lives = None if days is None else timedelta(days=days)
        made, secret = await store.run(
            ApiStore.of(store).make_token, name, role, who=person(), lives=lives
        )
        store.note(
            _INSTALLATION, person(), "token_made", f"{made.id} {made.name} {made.role.value}"
        )
        return secret

    secret = session.run(work)
    session.remark("token.made", name=name)
    # Alone on the standard output, so that it can be piped into wherever secrets are kept.
    session.out.print(secret, markup=False, highlight=False, soft_wrap=True)


@token.command("list", help="help.token.list", epilog="tandem token list")
def list_tokens(
    context: typer.Context, as_json: AsJson = False, language: InLanguage = None
) -> None:
    session = session_of(context)

    async def work(application: Application) -> list[ApiToken]:
        store = _store(application)
        return await store.run(ApiStore.of(store).tokens)

    found = session.run(work)
    if as_json:
        print_json(session.out, found)
        return
    messages = session.messages
    headings = ("token.number", "token.name", "token.role", "token.begins", "token.by")
    rows = table(*map(messages, (*headings, "token.expires", "token.seen")))
    for each in found:
        rows.add_row(
            str(each.id),
            each.name,
            each.role.value,
            f"{each.begins}…",
            each.created_by,
            moment(each.expires_at) or "–",
            moment(each.seen_at) or "–",
        )
    session.out.print(rows)


@token.command("revoke", help="help.token.revoke", epilog="tandem token revoke 3")
def revoke(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="option.token_number")],
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> ApiToken:
        store = _store(application)
        gone = await store.run(ApiStore.of(store).revoke_token, number)
        store.note(_INSTALLATION, person(), "token_revoked", f"{gone.id} {gone.name}")
        return gone

    session.say("token.revoked", name=session.run(work).name)


def register(app: typer.Typer) -> None:
    app.add_typer(token, name="token")
