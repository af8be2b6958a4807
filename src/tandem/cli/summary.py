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

_WIDE = 96


def print_summary(report: RunReport, console: Console, messages: Messages) -> None:
    """Print the table, the reasons, the calls and a closing line; narrow terminals get a list instead."""
    if report.kinds and console.width >= _WIDE:
        console.print(_wide(report, messages))
    elif report.kinds:
        _print_narrow(report, console, messages)
    _print_reasons(report, console, messages)
    calls = [f"{side.title} {report.calls.get(side, 0)}" for side in Side]
    _line(console, messages("run.calls", calls=messages.joined(calls)))
    _print_ending(report, console, messages)


def _wide(report: RunReport, messages: Messages) -> Table:
    headings = [messages(f"outcome.{outcome.value}") for outcome in Outcome]
    rows = table(
        messages("run.kind"), f">{messages('run.seen')}", *(f">{heading}" for heading in headings)
    )
    for kind, tally in report.kinds.items():
        counts = [_number(tally.count(outcome)) for outcome in Outcome]
        rows.add_row(messages(f"kind.{kind.value}"), str(tally.seen), *counts)
    rows.add_section()
    totals = [_number(report.total(outcome)) for outcome in Outcome]
    rows.add_row(messages("run.total"), str(report.seen), *totals, style="bold")
    return rows


def _number(count: int) -> Text:
    return Text(str(count), style="" if count else "dim")


def _print_narrow(report: RunReport, console: Console, messages: Messages) -> None:
    for kind, tally in report.kinds.items():
        counts = [
            f"{messages(f'outcome.{outcome.value}')} {tally.count(outcome)}"
            for outcome in Outcome
            if tally.count(outcome)
        ]
        name = messages(f"kind.{kind.value}")
        said = messages("run.narrow", kind=name, seen=tally.seen, counts=messages.joined(counts))
        _line(console, said)
    counts = [
        f"{messages(f'outcome.{outcome.value}')} {report.total(outcome)}"
        for outcome in Outcome
        if report.total(outcome)
    ]
    said = messages(
        "run.narrow", kind=messages("run.total"), seen=report.seen, counts=messages.joined(counts)
    )
    _line(console, said)


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


def _kinds(counts: Mapping[Kind, int], messages: Messages) -> str:
    return messages.joined([f"{messages(f'kind.{kind.value}')} {n}" for kind, n in counts.items()])


def reason_sentence(
    reason: str, messages: Messages, *, detail: str = "…", side: str = "Salesforce"
) -> str:
    """What a reason code means, with the CRM's own words where they are known."""
    own = messages.either(f"reason.{reason}", "")
    return own or sentence(reason, Language(messages.language), detail=detail or "…", side=side)


def stop_sentence(reason: str, message: str, messages: Messages) -> str:
    """Why a run stopped or a connection rests: our sentence and, behind it, the CRM's words."""
    own = messages.either(f"stop.{reason}", "") if reason else ""
    said: Sequence[str] = [part for part in (own or reason, message) if part]
    return (" " if messages.language == "en" else "").join(said)


def _print_ending(report: RunReport, console: Console, messages: Messages) -> None:
    seconds = f"{(report.finished - report.started).total_seconds():.1f}"
    key = "run.ended_dry" if report.dry_run else f"run.ended_{report.state.value}"
    run = "" if report.run_id is None else str(report.run_id)
    said = messages(key, connection=report.connection, seconds=seconds, run=run)
    _line(console, said, "bold" if report.state is RunState.DONE else "bold yellow")
    if report.state is not RunState.DONE:
        _line(console, stop_sentence(report.reason, report.message, messages))
    if report.adds_up:
        _line(console, messages("run.adds_up", seen=report.seen))
        return
    for kind, tally in report.kinds.items():
        if not tally.adds_up:
            total = sum(tally.outcomes.values())
            name = messages(f"kind.{kind.value}")
            said = messages("run.adds_not_up", kind=name, seen=tally.seen, total=total)
            _line(console, said, "bold red")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style))
