"""The summary of a run: what went where, kind by kind, and why the rest did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tandem.cli.output import table
from tandem.engine.reports import Outcome, RunReport, RunState
from tandem.i18n import Messages
from tandem.model import Kind, Side
from tandem.sync.policy import Language
from tandem.sync.reasons import sentence

__all__ = ["print_summary", "reason_sentence", "stop_sentence"]

_KINDS_NAMED = 4


def print_summary(report: RunReport, console: Console, messages: Messages) -> None:
    """Print the table, the reasons, the calls and a closing line; a narrow terminal gets a list instead."""
    if report.kinds:
        _print_counts(report, console, messages)
    _print_written(report, console, messages)
    _print_reasons(report, console, messages)
    if report.kinds:
        console.print()
    calls = [f"{side.title} {report.calls.get(side, 0)}" for side in Side]
    _line(console, messages("run.calls", calls=messages.joined(calls)))
    _print_ending(report, console, messages)


def _print_counts(report: RunReport, console: Console, messages: Messages) -> None:
    """The widest form that fits: every column, only those that count something, or a list."""
    counting = [outcome for outcome in Outcome if report.total(outcome)]
    for outcomes in (list(Outcome), counting):
        rows = _table(report, outcomes, messages)
        if (
            console.measure(rows, options=console.options.update(width=1000)).maximum
            <= console.width
        ):
            console.print(rows)
            return
    _print_list(report, console, messages)


def _table(report: RunReport, outcomes: Sequence[Outcome], messages: Messages) -> Table:
    headings = [messages(f"outcome.{outcome.value}") for outcome in outcomes]
    rows = table(
        messages("run.kind"), f">{messages('run.seen')}", *(f">{heading}" for heading in headings)
    )
    for kind, tally in report.kinds.items():
        counts = [_number(tally.count(outcome)) for outcome in outcomes]
        rows.add_row(messages(f"kind.{kind.value}"), str(tally.seen), *counts)
    rows.add_section()
    totals = [_number(report.total(outcome)) for outcome in outcomes]
    rows.add_row(messages("run.total"), str(report.seen), *totals, style="bold")
    return rows


def _number(count: int) -> Text:
    return Text(str(count), style="" if count else "dim")


_WRITTEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED)


def _print_written(report: RunReport, console: Console, messages: Messages) -> None:
    """Which way the writes went; where all went into Salesforce the table above says it."""
    if Side.HUBSPOT not in report.written:
        return
    headings = [f">{messages(f'outcome.{outcome.value}')}" for outcome in _WRITTEN]
    rows = table(messages("run.direction"), *headings)
    for side in (Side.SALESFORCE, Side.HUBSPOT):
        counts = report.written.get(side, {})
        name = messages("run.into", other=side.other.title, side=side.title)
        rows.add_row(name, *(_number(counts.get(outcome, 0)) for outcome in _WRITTEN))
    console.print()
    console.print(rows)


def _print_list(report: RunReport, console: Console, messages: Messages) -> None:
    for kind, tally in report.kinds.items():
        said = _counts(tally.outcomes, messages)
        name = messages(f"kind.{kind.value}")
        _line(console, messages("run.narrow", kind=name, seen=tally.seen, counts=said))
    totals = {outcome: report.total(outcome) for outcome in Outcome}
    said = _counts(totals, messages)
    _line(
        console,
        messages("run.narrow", kind=messages("run.total"), seen=report.seen, counts=said),
        "bold",
    )


def _counts(outcomes: Mapping[Outcome, int], messages: Messages) -> str:
    return messages.joined(
        [
            f"{messages(f'outcome.{outcome.value}')} {outcomes[outcome]}"
            for outcome in Outcome
            if outcomes.get(outcome)
        ]
    )


def _print_reasons(report: RunReport, console: Console, messages: Messages) -> None:
    found: dict[tuple[Outcome, str], Counter[Kind]] = {}
    for kind, tally in report.kinds.items():
        for each in tally.reasons:
            found.setdefault((each.outcome, each.reason), Counter())[kind] += each.count
    if not found:
        return
    console.print()
    rows = table(messages("run.why"), f">{messages('run.count')}", messages("run.reason"))
    for (outcome, reason), kinds in sorted(found.items(), key=_by_outcome):
        rows.add_row(
            messages(f"outcome.{outcome.value}"),
            str(kinds.total()),
            Text.assemble(
                reason_sentence(reason, messages), (f"  {_kinds(kinds, messages)}", "dim")
            ),
        )
    console.print(rows)


def _by_outcome(item: tuple[tuple[Outcome, str], Counter[Kind]]) -> tuple[int, int, str]:
    (outcome, reason), kinds = item
    return list(Outcome).index(outcome), -kinds.total(), reason


def _kinds(counts: Counter[Kind], messages: Messages) -> str:
    """The kinds concerned, the most frequent first; JSON output names them all."""
    named = [
        f"{messages(f'kind.{kind.value}')} {n}" for kind, n in counts.most_common(_KINDS_NAMED)
    ]
    return messages.joined([*named, "…"] if len(counts) > _KINDS_NAMED else named)


def reason_sentence(
    reason: str, messages: Messages, *, detail: str = "…", side: str = "Salesforce"
) -> str:
    """What a reason code means, with the CRM's own words where they are known."""
    said = messages.told(detail) or "…"
    return sentence(reason, Language(messages.language), detail=said, side=side)


def stop_sentence(reason: str, message: str, messages: Messages) -> str:
    """Why a run stopped or a connection rests: our sentence and, behind it, the CRM's words."""
    own = messages.either(f"stop.{reason}", "") if reason else ""
    said: Sequence[str] = [part for part in (own or reason, messages.told(message)) if part]
    return (" " if messages.language == "en" else "").join(said)


def _print_ending(report: RunReport, console: Console, messages: Messages) -> None:
    seconds = f"{(report.finished - report.started).total_seconds():.1f}"
    key = "run.ended_dry" if report.dry_run else f"run.ended_{report.state.value}"
    run = "" if report.run_id is None else str(report.run_id)
    said = messages(key, connection=report.connection, seconds=seconds, run=run)
    _line(console, said, "bold" if report.state is RunState.DONE else "bold yellow")
    if report.state is not RunState.DONE:
        _line(console, stop_sentence(report.reason, report.message, messages))
    if not report.seen and report.state is RunState.DONE:
        _line(console, messages("run.nothing_new"))
    elif report.adds_up:
        _line(console, messages("run.adds_up", seen=report.seen))
    for kind, tally in report.kinds.items():
        if not tally.adds_up:
            total = sum(tally.outcomes.values())
            name = messages(f"kind.{kind.value}")
            said = messages("run.adds_not_up", kind=name, seen=tally.seen, total=total)
            _line(console, said, "bold red")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style))
