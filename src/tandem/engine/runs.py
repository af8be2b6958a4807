"""Runs as the store keeps them, turned back into reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.engine.reports import KindTally, Outcome, ReasonCount, RunReport, RunState
from tandem.model import Kind, Side
from tandem.store.rows import Run

__all__ = ["report_of"]

_STATES = {state.value: state for state in RunState}


def report_of(connection: str, run: Run) -> RunReport:
    """The report of a run that has ended; one that was killed counts as failed."""
    return RunReport(
        connection=connection,
        run_id=run.id,
        started=run.started_at,
        finished=run.finished_at or run.started_at,
        state=_STATES.get(run.state, RunState.FAILED),
        settings_version=run.settings_version,
        kinds={Kind(name): _tally(row) for name, row in run.counts.items()},
        calls={Side(name): n for name, n in run.calls.items()},
        message=run.message,
    )


def _tally(row: Mapping[str, Any]) -> KindTally:
    return KindTally(
        seen=row["seen"],
        outcomes={outcome: row[outcome.value] for outcome in Outcome if outcome.value in row},
        reasons=tuple(
            ReasonCount(outcome=Outcome(outcome), reason=reason, count=n)
            for outcome, reason, n in row["reasons"]
        ),
    )
