"""``tandem conflicts``: what lost a conflict and putting it back, and pairing again what has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.text import Text

from tandem.cli.application import Application
from tandem.cli.options import AsJson, Connection, InLanguage
from tandem.cli.output import moment, print_json, print_rows
from tandem.cli.session import Session, session_of
from tandem.cli.summary import reason_sentence, stop_sentence
from tandem.engine.conflicts import ConflictList, ConflictRow, EndedPair, Restored, RestoredHow
from tandem.engine.recreating import Recreated, RecreatedHow
from tandem.engine.reports import RunReport, RunState
from tandem.i18n import Messages
from tandem.mapping.record_values import shown

__all__ = ["register"]

_LONGEST = 60

conflicts = typer.Typer(help="help.conflicts", no_args_is_help=True)


@conflicts.command("list", help="help.conflicts.list", epilog="tandem conflicts list --all")
def list_conflicts(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="option.conflicts_all")] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="option.conflicts_limit")
    ] = 100,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> ConflictList:
        name = await session.connection(application, connection)
        return await application.conflicts(name, everything=everything, limit=limit)

    found = session.run(work)
    if as_json:
        print_json(session.out, found)
        return
    if not found.conflicts and not found.ended:
        session.say("conflicts.none")
    if found.conflicts:
        _print_conflicts(session, found.conflicts, everything=everything)
        session.remark("conflicts.next")
    if found.ended:
        _print_ended(session, found.ended)


def _print_conflicts(session: Session, rows: tuple[ConflictRow, ...], *, everything: bool) -> None:
    messages = session.messages
    names = ("number", "when", "record", "field", "kept", "lost", "rule")
    headings = [messages(f"conflicts.{name}") for name in names]
    if everything:
        headings.append(messages("conflicts.restored"))
    told = []
    for row in rows:
        cells = [
            str(row.id),
            moment(row.at),
            _records(row),
            messages(f"field.{row.field.value}"),
            f"{row.winner.title}: {_values(row.kept, messages)}",
            f"{row.winner.other.title}: {_values(row.lost, messages)}",
            messages.either(f"conflicts.rule.{row.rule}", row.rule),
        ]
        if everything:
            cells.append(moment(row.restored_at))
        told.append(cells)
    print_rows(session.out, headings, told)


def _records(row: ConflictRow | EndedPair) -> str:
    return "\n".join(
        place
        for place in (row.hubspot_url or row.hubspot_id, row.salesforce_url or row.salesforce_id)
        if place
    )


def _values(values: Mapping[str, str | None], messages: Messages) -> str:
    """One value as it is; several, as a call's, with their names."""
    if len(values) == 1:
        return _short(next(iter(values.values())), messages)
    return messages.joined([f"{name} {_short(value, messages)}" for name, value in values.items()])


def _short(value: str | None, messages: Messages) -> str:
    said = " ".join(shown(value).split())
    if not said:
        return messages("undo.empty_value")
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _print_ended(session: Session, pairs: tuple[EndedPair, ...]) -> None:
    messages = session.messages
    names = ("key", "when", "kind", "record")
    headings = [messages(f"conflicts.{name}") for name in names]
    rows = [
        (pair.key, moment(pair.at), messages(f"kind.{pair.kind.value}"), _records(pair))
        for pair in pairs
    ]
    print_rows(session.out, headings, rows)
    session.remark("conflicts.ended")


@conflicts.command("restore", help="help.conflicts.restore", epilog="tandem conflicts restore 3")
def restore(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="option.conflict_id")],
    force: Annotated[bool, typer.Option("--force", help="option.force")] = False,
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> Restored:
        name = await session.connection(application, connection)
        return await application.restore_conflict(name, number, force=force)

    done = session.run(work)
    if as_json:
        print_json(session.out, done)
    else:
        _say_restored(session, done)
    if not done.is_back:
        raise typer.Exit(1)


def _say_restored(session: Session, done: Restored) -> None:
    messages, row = session.messages, done.conflict
    if done.how is RestoredHow.NOT_READ and _say_stopped(session, done.run):
        return
    session.say(
        f"conflicts.did.{done.how.value}",
        field=messages(f"field.{row.field.value}"),
        side=row.winner.other.title,
        other=row.winner.title,
        at=moment(row.restored_at),
        present=_values(done.present, messages),
        problem=done.problem,
    )


@conflicts.command(
    "recreate", help="help.conflicts.recreate", epilog="tandem conflicts recreate 1234567890"
)
def recreate(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="KEY|ID", help="option.record")],
    connection: Connection = None,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> Recreated:
        name = await session.connection(application, connection)
        return await application.recreate(name, record)

    made = session.run(work)
    if as_json:
        print_json(session.out, made)
    elif made.how is not RecreatedHow.STOPPED or not _say_stopped(session, made.run):
        messages = session.messages
        side = made.side.title if made.side else ""
        session.say(
            f"conflicts.made.{made.how.value}",
            side=side,
            record=made.record_id or "",
            key=made.key,
            kind=messages(f"kind.{made.kind.value}"),
            reason=reason_sentence(made.reason, messages, detail=made.detail, side=side),
        )
    if made.how is not RecreatedHow.CREATED:
        raise typer.Exit(1)


def _say_stopped(session: Session, run: RunReport | None) -> bool:
    """Whether the run behind it ended early, and then why."""
    if run is None or run.state is RunState.DONE:
        return False
    said = stop_sentence(run.reason, run.message, session.messages)
    session.out.print(Text(said, style="bold yellow"), soft_wrap=True)
    return True


def register(app: typer.Typer) -> None:
    app.add_typer(conflicts, name="conflicts")
