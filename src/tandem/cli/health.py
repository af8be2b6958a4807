"""``tandem health``, ``errors``, ``resume``, ``doctor``: how a connection is, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from tandem.cli.application import Application
from tandem.cli.feeds import print_feeds
from tandem.cli.options import AsJson, Connection, InLanguage, Strict
from tandem.cli.output import moment, print_json, table
from tandem.cli.session import Session, print_sentence, session_of
from tandem.cli.summary import reason_sentence, stop_sentence
from tandem.cli.worker import print_workers
from tandem.engine.findings import Finding, Level
from tandem.engine.reports import ConnectionState, ErrorCard, Health
from tandem.errors import SettingsError

__all__ = ["register"]

errors = typer.Typer(help="help.errors", no_args_is_help=True)

_LEVEL_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.ERROR: "bold red"}


def health(
    context: typer.Context,
    connection: Connection = None,
    strict: Strict = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> Health:
        return await application.health(await session.connection(application, connection))

    found = session.run(work)
    if as_json:
        print_json(session.out, found)
    else:
        _print_health(session, found)
        print_workers(session, found.workers)
    if found.state is not ConnectionState.ACTIVE or (strict and found.errors):
        raise typer.Exit(1)


def _print_health(session: Session, found: Health) -> None:
    messages = session.messages
    session.say(
        "health.state",
        name=found.connection,
        state=messages(f"connection.state.{found.state.value}"),
    )
    if found.state is ConnectionState.SUSPENDED:
        print_sentence(session.out, Text(stop_sentence(found.reason, found.message, messages)))
        session.say("health.resume", name=found.connection)
    if found.last_run is not None:
        session.say("health.last_run", when=moment(found.last_run.finished))
    counts = [f"{messages(f'state.{state.value}')} {n}" for state, n in found.states.items()]
    session.say("health.activities", counts=messages.joined(counts))
    _print_calls(session, found)
    _print_sources(session, found)
    if found.waiting:
        session.out.print()
    for each in found.waiting:
        session.say(
            "health.waiting", count=each.count, reason=reason_sentence(each.reason, messages)
        )
    if found.errors:
        session.out.print()
        _print_cards(session, found.errors)


def _print_calls(session: Session, found: Health) -> None:
    if not found.calls:
        return
    headings = [session.messages(f"health.{name}") for name in _CALLS]
    rows = table(headings[0], *(f">{heading}" for heading in headings[1:]))
    for each in found.calls:
        figures = (each.used_24h, each.limit, each.remaining, each.allocation)
        rows.add_row(each.side.title, *("–" if n is None else f"{n:,}" for n in figures))
    session.out.print()
    session.out.print(rows)
    for each in found.calls:
        if each.lasts_until is not None:
            until = moment(each.lasts_until)
            session.say("health.lasts_until", side=each.side.title, until=until)


_CALLS = ("calls", "used", "limit", "remaining", "allocation")


def _print_sources(session: Session, found: Health) -> None:
    if not found.sources:
        return
    headings = ("source", "read_to", "found", "lag")
    rows = table(*(session.messages(f"health.{name}") for name in headings))
    for each in found.sources:
        lag = "–" if each.lag_seconds is None else _duration(each.lag_seconds)
        said = " ".join(part for part in (lag, each.trouble) if part)
        name = session.messages.either(f"source.{each.name}", each.name)
        how = "health.told" if each.is_told else "health.asked"
        rows.add_row(
            name,
            moment(each.watermark) or "–",
            session.messages(how, side=each.side.title),
            said,
        )
    session.out.print()
    session.out.print(rows)
    heard = [each for each in found.feeds if each.checked_at is not None]
    if heard:
        session.out.print()
        print_feeds(session, heard)


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


# --------------------------------------------------------------------------- errors


@errors.command("list", help="help.errors.list", epilog="tandem errors list --reason refused")
def list_errors(
    context: typer.Context,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", help="option.reason")
    ] = None,
    connection: Connection = None,
    strict: Strict = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> list[ErrorCard]:
        name = await session.connection(application, connection)
        return list(await application.errors(name, reason))

    cards = session.run(work)
    if as_json:
        print_json(session.out, cards)
    elif not cards:
        session.say("errors.none")
    else:
        _print_cards(session, cards)
        session.remark("errors.next")
    if strict and cards:
        raise typer.Exit(1)


def _print_cards(session: Session, cards: list[ErrorCard] | tuple[ErrorCard, ...]) -> None:
    messages = session.messages
    headings = [messages(f"errors.{name}") for name in ("reason", "count", "kinds", "what")]
    rows = table(headings[0], f">{headings[1]}", *headings[2:])
    for card in cards:
        kinds = messages.joined([messages(f"kind.{kind.value}") for kind in card.kinds])
        said = reason_sentence(card.reason, messages, detail=card.message)
        examples = "\n".join(card.keys[:3])
        rows.add_row(
            card.reason, str(card.count), kinds, Text.assemble(said, (f"\n{examples}", "dim"))
        )
    session.out.print(rows)


@errors.command("retry", help="help.errors.retry", epilog="tandem errors retry --reason refused")
def retry(
    context: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY", help="option.keys")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", help="option.reason")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="option.retry_all")] = False,
    connection: Connection = None,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    if sum((bool(keys), reason is not None, everything)) != 1:
        raise SettingsError(session.messages("errors.choose"))

    async def work(application: Application) -> int:
        name = await session.connection(application, connection)
        return await application.retry(name, keys or None, reason)

    session.say("errors.retried", count=session.run(work))


def resume(
    context: typer.Context, connection: Connection = None, language: InLanguage = None
) -> None:
    session = session_of(context)

    async def work(application: Application) -> str:
        name = await session.connection(application, connection)
        await application.resume(name)
        return name

    session.say("health.resumed", name=session.run(work))


# --------------------------------------------------------------------------- doctor


def doctor(
    context: typer.Context,
    connection: Connection = None,
    strict: Strict = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> list[Finding]:
        name = await session.connection(application, connection)
        return list(await application.doctor(name))

    findings = session.run(work)
    if as_json:
        print_json(session.out, [_told(session, finding) for finding in findings])
    else:
        for finding in findings:
            _print_finding(session, finding)
        worst = [finding.level for finding in findings]
        key = "errors" if Level.ERROR in worst else "warnings" if Level.WARNING in worst else "ok"
        session.say(f"doctor.{key}")
    levels = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    if any(finding.level in levels for finding in findings):
        raise typer.Exit(1)


def _told(session: Session, finding: Finding) -> dict[str, object]:
    sentence, remedy = _sentences(session, finding)
    return {
        "level": finding.level,
        "code": finding.code,
        "values": finding.values,
        "sentence": sentence,
        "remedy": remedy,
    }


def _sentences(session: Session, finding: Finding) -> tuple[str, str]:
    messages = session.messages
    values = {name: messages.told(value) for name, value in finding.values.items()}
    for name in ("kind", "kinds"):
        if name in values:
            codes = [code.strip() for code in values[name].split(",")]
            values[name] = messages.joined(
                [messages.either(f"kind.{code}", code) for code in codes]
            )
    key = f"doctor.{finding.code.value}"
    return messages(key, **values), messages.either(f"{key}.remedy", "", **values)


def _print_finding(session: Session, finding: Finding) -> None:
    sentence, remedy = _sentences(session, finding)
    level = session.messages(f"doctor.level.{finding.level.value}")
    print_sentence(
        session.out, Text.assemble((level, _LEVEL_STYLES[finding.level]), "  ", sentence)
    )
    if remedy and finding.level is not Level.OK:
        print_sentence(session.out, Text(f"    → {remedy}"))


def register(app: typer.Typer) -> None:
    app.command("health", help="help.health", epilog="tandem health --json")(health)
    app.add_typer(errors, name="errors")
    app.command("resume", help="help.resume", epilog="tandem resume --connection main")(resume)
    app.command("doctor", help="help.doctor", epilog="tandem doctor --strict")(doctor)
