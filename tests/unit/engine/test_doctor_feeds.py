"""What the set-up check says of feeds and of the programs that run connections."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tandem.engine.doctor_feeds import feed_findings, turn_findings, worker_findings
from tandem.engine.findings import Check, Level
from tandem.i18n import Messages
from tandem.model import Side
from tandem.store.feed_rows import FeedRow
from tandem.store.hints import FeedHealth, FeedName
from tandem.store.schedule import Turn
from tandem.store.workers import WorkerRow

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SIDES = {
    FeedName.WEBHOOKS: Side.HUBSPOT,
    FeedName.JOURNAL: Side.HUBSPOT,
    FeedName.EVENTS: Side.SALESFORCE,
}


def row(name: FeedName, state: FeedHealth, message: str = "", *, is_heard: bool = False) -> FeedRow:
    return FeedRow(
        side=SIDES[name],
        name=name,
        state=state,
        lag_seconds=None,
        heard_at=None,
        checked_at=NOW,
        position="",
        message=message,
        detail="",
        is_heard=is_heard,
    )


def worker(name: str, *, silent_for: float = 0, version: str = "1.0", runs: int = 0) -> WorkerRow:
    return WorkerRow(
        name=name,
        host="here",
        version=version,
        role="worker",
        slots=8,
        started_at=NOW - timedelta(hours=1),
        seen_at=NOW - timedelta(seconds=silent_for),
        runs=tuple(f"connection {n}" for n in range(runs)),
    )


WEBHOOKS, JOURNAL, EVENTS = FeedName


def found(*rows: FeedRow) -> list[tuple[Level, Check]]:
    return [(each.level, each.code) for each in feed_findings(rows)]


def test_feeds_that_are_heard_are_as_they_should_be() -> None:
    rows = (
        row(WEBHOOKS, FeedHealth.HEALTHY, is_heard=True),
        row(EVENTS, FeedHealth.STARTING),
    )

    assert found(*rows) == [(Level.OK, Check.WEBHOOKS_HEARD), (Level.OK, Check.EVENTS_STARTING)]


def test_one_feed_of_a_crm_is_enough() -> None:
    silent = row(WEBHOOKS, FeedHealth.STARTING, "webhooks_silent")
    journal = row(JOURNAL, FeedHealth.HEALTHY, is_heard=True)

    assert found(silent, journal)[0] == (Level.OK, Check.WEBHOOKS_SILENT)
    assert found(silent)[0] == (Level.WARNING, Check.WEBHOOKS_SILENT)


def test_a_healthy_feed_that_nobody_listens_to_any_more_is_warned_of() -> None:
    assert found(row(EVENTS, FeedHealth.HEALTHY)) == [(Level.WARNING, Check.FEEDS_LEFT)]


@pytest.mark.parametrize("state", list(FeedHealth))
@pytest.mark.parametrize("name", list(FeedName))
def test_no_feed_is_ever_an_error(name: FeedName, state: FeedHealth) -> None:
    """Polling finds the same, if later."""
    levels = {level for level, _ in found(row(name, state, f"{name.value}_refused"))}

    assert levels <= {Level.OK, Level.WARNING}
    assert (Level.WARNING in levels) == (state in (FeedHealth.BEHIND, FeedHealth.BROKEN))


def test_a_service_that_has_stopped_is_warned_of_and_syncs_by_hand_are_not() -> None:
    turn = Turn(connection_id=1, due_at=NOW - timedelta(minutes=7))
    taken = Turn(connection_id=1, due_at=turn.due_at, taken_at=NOW)

    (late,) = turn_findings(turn, "schedule", NOW)
    assert (late.level, late.code, late.values) == (
        Level.WARNING,
        Check.TURN_OVERDUE,
        {"minutes": "7"},
    )
    assert list(turn_findings(turn, "command", NOW)) == []
    assert list(turn_findings(taken, "schedule", NOW)) == []
    assert list(turn_findings(turn, "schedule", turn.due_at + timedelta(minutes=4))) == []


def test_workers_that_live_are_counted_and_silent_or_older_ones_named() -> None:
    workers = [worker("a", runs=2), worker("b", version="1.1"), worker("c", silent_for=150)]

    told = [(each.level, each.code, each.values) for each in worker_findings(workers, NOW)]

    assert told == [
        (Level.OK, Check.WORKERS_ALIVE, {"count": "2", "runs": "2"}),
        (Level.WARNING, Check.WORKER_SILENT, {"name": "c", "seconds": "150"}),
        (Level.WARNING, Check.WORKERS_MIXED, {"versions": "1.0, 1.1"}),
    ]


def test_nobody_at_all_is_warned_of() -> None:
    assert [each.code for each in worker_findings([], NOW)] == [Check.WORKERS_NONE]


def test_one_program_is_told_in_the_singular() -> None:
    (alive,) = worker_findings([worker("a", runs=1)], NOW)

    assert Messages("en")("doctor.workers_alive", **alive.values) == (
        "1 program runs connections; 1 run is under way."
    )
