"""Long work in words: what it is, where it stands, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tandem.engine.importing import ImportReport
from tandem.engine.long_work import report_of_work
from tandem.engine.recreating import Recreated
from tandem.engine.reports import Outcome, ReasonCount
from tandem.engine.undoing_report import Taking, TakingKind, UndoReport
from tandem.model import Kind, Side
from tandem.store.work import LongWork, WorkKind, WorkState
from tandem.web.sentences import kinds_named, reason_sentence, stop_sentence
from tandem.web.speech import Speech

__all__ = ["Told", "detail_of", "facts_of", "title_of", "told_of", "where_it_stands"]

_PERIODS = ("created_since", "created_until", "updated_since", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a piece of work, one of three; ``said`` is the sentence above the rest."""

    said: str = ""
    is_good: bool = True
    brought: ImportReport | None = None
    undone: UndoReport | None = None
    made: Recreated | None = None
    reasons: tuple[tuple[Kind, ReasonCount], ...] = ()
    calls: str = ""
    does_something: bool = False


def title_of(speech: Speech, work: LongWork) -> str:
    """What kind of work it is, with what tells it from others of its kind."""
    return speech(
        f"web.work.title.{work.kind.value}",
        run=work.arguments.get("run", ""),
        file=work.arguments.get("file", ""),
    )


def facts_of(speech: Speech, work: LongWork, users: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was asked for, as labels and values."""
    asked = work.arguments
    facts = [
        (speech(f"web.import.{name}"), _day(speech, asked[name]))
        for name in _PERIODS
        if asked.get(name)
    ]
    if asked.get("kinds"):
        kinds = kinds_named(speech, [Kind(name) for name in asked["kinds"]])
        facts.insert(0, (speech("run.kind"), kinds))
    if asked.get("open_only"):
        facts.append((speech("web.import.status"), speech("web.import.open_only")))
    if asked.get("owners"):
        names = speech.messages.joined([users.get(each, each) for each in asked["owners"]])
        facts.append((speech("web.import.owner"), names))
    if asked.get("where"):
        facts.append((speech("web.import.where"), asked["where"]))
    if "rows" in asked:
        said = speech(
            "web.import.rows", rows=asked["rows"], wrong=asked["wrong"], left_out=asked["left_out"]
        )
        facts.append((speech("web.import.file"), said))
    return facts


def _day(speech: Speech, text: str) -> str:
    if len(text) == 10:
        return speech.date(date.fromisoformat(text))
    return speech.moment(datetime.fromisoformat(text))


def where_it_stands(speech: Speech, work: LongWork) -> str:
    """Why it waits, stopped or failed; empty where that needs no words."""
    if not work.reason:
        return ""
    key = f"web.work.why.{work.reason}"
    if key in speech.messages:
        return speech(key)
    return stop_sentence(speech, work.reason, work.message)


def told_of(speech: Speech, work: LongWork) -> Told | None:
    """What came of it so far; None before anything did."""
    match report_of_work(work):
        case ImportReport() as report:
            return _told_import(speech, work, report)
        case UndoReport() as report:
            return _told_undo(speech, work, report)
        case Recreated() as report:
            return _told_recreation(speech, report)
        case None:
            return None


def _told_import(speech: Speech, work: LongWork, report: ImportReport) -> Told:
    made = report.run.total(Outcome.CREATED)
    does = bool(made or report.adopted)
    if not report.run.dry_run:
        key = "web.work.imported" if work.state is WorkState.DONE else "web.work.so_far"
    else:
        key = "web.work.would_import" if does else "import.nothing"
    side = Side.SALESFORCE if work.kind is WorkKind.IMPORT_ACTIVITIES else Side.HUBSPOT
    calls = ""
    if report.calls_ahead and does:
        each = [f"{one.title} {speech.number(report.calls_ahead.get(one, 0))}" for one in Side]
        calls = speech("import.calls_ahead", calls=speech.messages.joined(each))
    reasons = [
        (kind, reason) for kind, tally in report.run.kinds.items() for reason in tally.reasons
    ]
    return Told(
        said=speech(key, count=made, side=side.title),
        brought=report,
        reasons=tuple(sorted(reasons, key=lambda each: -each[1].count)),
        calls=calls,
        does_something=does,
    )


def _told_undo(speech: Speech, work: LongWork, report: UndoReport) -> Told:
    counts = {what.value: report.counts.get(what, 0) for what in TakingKind}
    own = report.run.run_id or ""
    key = "undo.would" if report.run.dry_run else "undo.did"
    if report.run.dry_run and not report.does_something:
        key = "undo.nothing"
    said = speech(key, run=report.undone, own=own, **counts)
    if report.in_vain:
        said = f"{said} {speech('web.work.in_vain', count=report.in_vain)}"
    return Told(
        said=said,
        is_good=not report.in_vain,
        undone=report,
        does_something=report.does_something,
    )


def _told_recreation(speech: Speech, made: Recreated) -> Told:
    side = made.side.title if made.side else ""
    said = speech(
        f"conflicts.made.{made.how.value}",
        side=side,
        record=made.record_id or "",
        key=made.key,
        kind=speech(f"kind.{made.kind.value}"),
        reason=reason_sentence(speech, made.reason, made.detail, side),
    )
    return Told(said=said, is_good=bool(made.record_id), made=made)


def detail_of(speech: Speech, step: Taking) -> str:
    """What an undo does to one thing, or why it leaves it alone."""
    messages = speech.messages
    empty = messages("undo.empty_value")
    said = []
    if step.what is TakingKind.RESTORE:
        values = {"present": step.present or empty, "value": step.value or empty}
        said.append(messages("undo.value", field=step.field, **values))
    if step.reason:
        said.append(messages.either(f"undo.why.{step.reason}", step.reason))
    return " ".join(said)
