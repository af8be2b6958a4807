"""``tandem feeds``: whether changes tell themselves, how late, and what to click for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.options import AsJson, Connection, InLanguage, Strict
from tandem.cli.output import moment, print_json, table
from tandem.cli.session import Session, session_of
from tandem.errors import SettingsError
from tandem.feeds.asking import FeedReport
from tandem.store import FeedHealth
from tandem.store.feed_rows import FeedRow

__all__ = ["print_feeds", "register"]

feeds = typer.Typer(help="help.feeds", no_args_is_help=True)

_WELL = (FeedHealth.OFF, FeedHealth.STARTING, FeedHealth.HEALTHY)


@feeds.command("list", help="help.feeds.list", epilog="tandem feeds list --json")
def list_feeds(
    context: typer.Context,
    connection: Connection = None,
    strict: Strict = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> FeedReport:
        return await application.feeds(await session.connection(application, connection))

    found = session.run(work)
    if as_json:
        print_json(session.out, found)
    else:
        _print(session, found)
    if strict and any(each.state not in _WELL for each in found.feeds):
        raise typer.Exit(1)


def _print(session: Session, found: FeedReport) -> None:
    print_feeds(session, found.feeds)
    if found.waiting:
        session.say("feeds.waiting", count=f"{found.waiting:,}", since=moment(found.waiting_since))
    else:
        session.say("feeds.nothing_waits")


def print_feeds(session: Session, feeds: Sequence[FeedRow]) -> None:
    """A table of feeds, each with what there is to say of it."""
    messages = session.messages
    headings = [messages(f"feeds.{name}") for name in ("feed", "state", "lag", "heard", "said")]
    rows = table(headings[0], headings[1], f">{headings[2]}", *headings[3:])
    for each in feeds:
        said = messages(f"doctor.{each.said}", side=each.side.title, detail=each.detail)
        remedy = messages.either(f"doctor.{each.said}.remedy", "", detail=each.detail)
        rows.add_row(
            f"{each.side.title} {messages(f'feeds.name.{each.name.value}')}",
            messages(f"feeds.state.{each.state.value}"),
            "–" if each.lag_seconds is None else f"{each.lag_seconds:,.1f} s",
            moment(each.heard_at) or "–",
            f"{said}\n→ {remedy}" if remedy else said,
        )
    session.out.print(rows)


@feeds.command("wanted", help="help.feeds.wanted", epilog="tandem feeds wanted --json")
def wanted(
    context: typer.Context,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> list[dict[str, str]]:
        name = await session.connection(application, connection)
        return list(await application.wanted_webhooks(name))

    found = session.run(work)
    if as_json:
        print_json(session.out, found)
        return
    if not found:
        session.say("feeds.nothing_wanted")
        return
    rows = table(*(session.messages(f"feeds.{name}") for name in ("event", "object", "property")))
    for each in found:
        rows.add_row(
            each["subscriptionType"], each.get("objectTypeId", "–"), each.get("propertyName", "–")
        )
    session.out.print(rows)


@feeds.command(
    "secret", help="help.feeds.secret", epilog="tandem feeds secret --secret-file secret.txt"
)
def secret(
    context: typer.Context,
    secret_file: Annotated[
        str, typer.Option("--secret-file", metavar="FILE", help="option.secret_file")
    ],
    connection: Connection = None,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    said = _content(session, secret_file)

    async def work(application: Application) -> str:
        name = await session.connection(application, connection)
        await application.set_webhook_secret(name, said)
        return name

    session.say("feeds.secret_kept", name=session.run(work))


def _content(session: Session, name: str) -> str:
    """A secret comes from a file or the standard input: options are seen by every program of the machine."""
    try:
        said = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(session.messages("feeds.no_file", path=name, problem=problem)) from None
    if not said.strip() or len(said.split()) != 1:
        raise SettingsError(session.messages("feeds.no_secret", path=name))
    return said.strip()


def register(app: typer.Typer) -> None:
    app.add_typer(feeds, name="feeds")
