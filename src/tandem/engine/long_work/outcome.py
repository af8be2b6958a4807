"""What came of long work: the reports of its runs joined into one, and what each ending means for the work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec

from tandem.engine.importing import ImportReport
from tandem.engine.recreating import Recreated
from tandem.engine.reports import KindTally, Outcome, RunReport, RunState
from tandem.engine.undoing_report import UndoReport
from tandem.store.work import LongWork, WorkKind, WorkState

__all__ = ["Ending", "WorkReport", "ending_of", "joined", "plain", "report_of_work"]

WorkReport = ImportReport | UndoReport | Recreated

_WRITES = (Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED)
_AT_ONCE = frozenset({"settings_changed", "lease_lost", "interrupted"})
_AFTER_TROUBLE = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
_NO_CALLS_LEFT = timedelta(minutes=15)
_SUSPENDED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one attempt ended: ``pause`` is for work that waits, ``attempts`` counts those in vain."""

    state: WorkState
    reason: str = ""
    message: str = ""
    pause: timedelta = timedelta()
    attempts: int = 0
    report: WorkReport | None = None


def ending_of(run: RunReport, attempts: int) -> Ending:
    """
    What the end of *run* means for its work: done, failed, stopped by a person, or to be gone on with.

    An outage, used-up calls or a suspension end no work: it waits until it can go on.
    """
    if run.state is RunState.DONE:
        return Ending(state=WorkState.DONE)
    if run.state is RunState.SUSPENDED or run.reason == "suspended":
        return _waits(run, "suspended", _SUSPENDED, 0)
    if run.state is not RunState.STOPPED:
        return Ending(state=WorkState.FAILED, reason=run.reason, message=run.message)
    if run.reason == "asked":
        return Ending(state=WorkState.STOPPED, reason="asked")
    if run.reason in _AT_ONCE:
        return _waits(run, run.reason, timedelta(), 0)
    if run.reason == "no_calls_left":
        return _waits(run, run.reason, _NO_CALLS_LEFT, 0)
    pause = _AFTER_TROUBLE[min(attempts, len(_AFTER_TROUBLE) - 1)]
    return _waits(run, run.reason, pause, attempts + 1)


def _waits(run: RunReport, reason: str, pause: timedelta, attempts: int) -> Ending:
    return Ending(
        state=WorkState.WAITING,
        reason=reason,
        message=run.message,
        pause=pause,
        attempts=attempts,
    )


# --------------------------------------------------------------------------- one report of several runs


def joined(before: ImportReport | None, now: ImportReport) -> ImportReport:
    """
    The import so far, of its attempts *before* and the one that ended *now*.

    An attempt looks at everything again from the start and leaves as it is what those before it made: that was
    created once, and is not "unchanged" as well.
    """
    if before is None:
        return now
    kinds = {
        kind: _tally(before.run.kinds.get(kind, KindTally()), tally)
        for kind, tally in now.run.kinds.items()
    }
    written = {
        side: {
            outcome: before.run.written.get(side, {}).get(outcome, 0)
            + now.run.written.get(side, {}).get(outcome, 0)
            for outcome in _WRITES
        }
        for side in {*before.run.written, *now.run.written}
    }
    calls = {
        side: before.run.calls.get(side, 0) + now.run.calls.get(side, 0)
        for side in {*before.run.calls, *now.run.calls}
    }
    return replace(
        now,
        run=replace(
            now.run,
            started=before.run.started,
            kinds={**before.run.kinds, **kinds},
            written=written,
            calls=calls,
        ),
        adopted=before.adopted + now.adopted,
        doubles=(*before.doubles, *now.doubles)[: max(len(before.doubles), len(now.doubles))],
        total=now.total if now.total is not None else before.total,
    )


def _tally(before: KindTally, now: KindTally) -> KindTally:
    made = sum(before.count(outcome) for outcome in _WRITES)
    outcomes = dict(now.outcomes)
    for outcome in _WRITES:
        if n := before.count(outcome) + now.count(outcome):
            outcomes[outcome] = n
    left = min(made, now.count(Outcome.UNCHANGED))
    outcomes[Outcome.UNCHANGED] = now.count(Outcome.UNCHANGED) - left
    return KindTally(seen=now.seen + made - left, outcomes=outcomes, reasons=now.reasons)


# --------------------------------------------------------------------------- kept, and back


def plain(report: WorkReport, runs: list[int]) -> dict[str, Any]:
    """*report* and the runs it is of, as JSON that is kept."""
    return {"report": msgspec.to_builtins(report, str_keys=True), "runs": runs}


def report_of_work(work: LongWork) -> WorkReport | None:
    """What came of *work* so far; None before anything did."""
    told: Mapping[str, Any] | None = work.result.get("report")
    if told is None:
        return None
    match work.kind:
        case WorkKind.UNDO:
            return msgspec.convert(told, UndoReport)
        case WorkKind.RECREATE:
            return msgspec.convert(told, Recreated)
        case _:
            return msgspec.convert(told, ImportReport)
