"""``tandem connect``, ``disconnect``, ``connections``: which two accounts are joined."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.options import AsJson, InLanguage, Yes
from tandem.cli.output import moment, print_json, print_rows
from tandem.cli.session import Session, session_of
from tandem.cli.summary import stop_sentence
from tandem.engine.reports import ConnectionState, ConnectionSummary
from tandem.errors import SettingsError

__all__ = ["connect", "register"]

connect = typer.Typer(help="help.connect", no_args_is_help=True)

Name = Annotated[
    str, typer.Option("--connection", "-c", metavar="NAME", help="option.connection_new")
]
Token = Annotated[str | None, typer.Option("--token", metavar="TOKEN", help="option.token")]
ClientId = Annotated[str | None, typer.Option("--client-id", metavar="ID", help="option.client_id")]
ClientSecret = Annotated[
    str | None, typer.Option("--client-secret", metavar="SECRET", help="option.client_secret")
]


@connect.command(
    "hubspot", help="help.connect.hubspot", epilog="tandem connect hubspot --token pat-na1-…"
)
def connect_hubspot(
    context: typer.Context,
    connection: Name = "main",
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="option.url_hubspot")
    ] = None,
    token: Token = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    _refuse_no_credentials(session, token, client_id)
    summary = session.run(
        lambda application: application.connect_hubspot(
            connection,
            url=url,
            token=_secret(token),
            client_id=client_id,
            client_secret=_secret(client_secret),
            open_browser=_browser(session),
        )
    )
    _told(session, summary, as_json)


@connect.command(
    "salesforce",
    help="help.connect.salesforce",
    epilog="tandem connect salesforce --url https://acme.my.salesforce.com --client-id 3MVG…",
)
def connect_salesforce(
    context: typer.Context,
    connection: Name = "main",
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="option.url_salesforce")
    ] = None,
    token: Token = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    username: Annotated[
        str | None, typer.Option("--username", metavar="USER", help="option.username")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--private-key", metavar="FILE", help="option.private_key")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser", help="option.browser")] = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    _refuse_no_credentials(session, token, client_id)
    if (username is None) is not (private_key is None):
        raise SettingsError(session.messages("connect.key_and_user"))
    key = _text_of(private_key, session) if private_key else None
    summary = session.run(
        lambda application: application.connect_salesforce(
            connection,
            url=url,
            token=_secret(token),
            client_id=client_id,
            client_secret=_secret(client_secret),
            username=username,
            private_key=key,
            browser=browser,
            open_browser=_browser(session),
        )
    )
    _told(session, summary, as_json)


def disconnect(
    context: typer.Context,
    connection: Annotated[
        str | None, typer.Option("--connection", "-c", metavar="NAME", help="option.connection")
    ] = None,
    yes: Yes = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> str | None:
        name = await session.connection(application, connection)
        if not yes and not session.ask(session.messages("connect.ask_disconnect", name=name)):
            return None
        await application.disconnect(name)
        return name

    name = session.run(work)
    if name is None:
        session.remark("program.nothing_done")
        raise typer.Exit(1)
    session.say("connect.disconnected", name=name)


def connections(
    context: typer.Context, as_json: AsJson = False, language: InLanguage = None
) -> None:
    session = session_of(context)
    found = session.run(lambda application: application.connections())
    if as_json:
        print_json(session.out, list(found))
        return
    if not found:
        session.say("program.no_connection")
        return
    messages = session.messages
    headings = [messages(f"connections.{name}") for name in _COLUMNS]
    print_rows(session.out, headings, [_row(session, each) for each in found])


_COLUMNS = ("name", "state", "hubspot", "salesforce", "user", "kinds", "last_run")


def _row(session: Session, each: ConnectionSummary) -> list[str]:
    state = session.state_name(each)
    if each.state is ConnectionState.SUSPENDED:
        state += f": {stop_sentence(each.reason, each.message, session.messages)}"
    org = each.salesforce_name or each.salesforce_account or ""
    if each.salesforce_is_sandbox:
        org += f" ({session.messages('connections.sandbox')})"
    return [
        each.name,
        state,
        each.hubspot_account or "–",
        org or "–",
        each.integration_user or "–",
        str(len(each.enabled_kinds)),
        moment(each.last_run) or "–",
    ]


def _told(session: Session, summary: ConnectionSummary, as_json: bool) -> None:
    if as_json:
        print_json(session.out, summary)
        return
    if summary.hubspot_account:
        session.say("connect.hubspot_is", name=summary.name, account=summary.hubspot_account)
    if summary.salesforce_account:
        session.say(
            "connect.salesforce_is",
            name=summary.name,
            account=summary.salesforce_name or summary.salesforce_account,
            user=summary.integration_user or "–",
        )
    if summary.hubspot_account is None:
        session.remark("connect.next_hubspot", name=summary.name)
    elif summary.salesforce_account is None:
        session.remark("connect.next_salesforce", name=summary.name)
    else:
        session.remark("connect.next", name=summary.name)


def _refuse_no_credentials(session: Session, token: str | None, client_id: str | None) -> None:
    if token is None and client_id is None:
        raise SettingsError(session.messages("connect.credentials"))
    if token is not None and client_id is not None:
        raise SettingsError(session.messages("connect.one_credential"))


def _secret(given: str | None) -> str | None:
    """A secret as given, or the first line of standard input for ``-``, which no process list shows."""
    return sys.stdin.readline().strip() if given == "-" else given


def _text_of(path: Path, session: Session) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(
            session.messages("program.unreadable", path=path, problem=problem)
        ) from None


class _browser:  # noqa: N801 - reads as the function it stands for
    """Tells the address and, at a terminal, opens it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, address: str) -> None:
        self._session.remark("connect.visit", address=address)
        if self._session.err.is_terminal:
            webbrowser.open(address)


def register(app: typer.Typer) -> None:
    app.add_typer(connect, name="connect")
    app.command("disconnect", help="help.disconnect", epilog="tandem disconnect --connection main")(
        disconnect
    )
    app.command("connections", help="help.connections", epilog="tandem connections --json")(
        connections
    )
