"""The rows that are printed: made of measurements alone, all of one shape."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tandem.bench import part, run
from tandem.bench.figures import Measured, Row, least_disturbed, rows
from tandem.bench.part import Compared
from tandem.bench.spent import Spent


def spent(
    calls: int, *, salesforce: int = 0, cpu: float = 0.2, wall: float = 1.0, activities: int = 1_000
) -> Spent:
    return Spent(
        activities=activities,
        calls={"hubspot": calls - salesforce, "salesforce": salesforce},
        cpu_seconds=cpu,
        wall_seconds=wall,
    )


COSTS = {
    "unknown_contacts": spent(21, salesforce=4),
    "created": spent(9, salesforce=1),
    "updated": spent(11, salesforce=2),
    "nothing_new": spent(10),
    "created_delayed": spent(9, wall=0.75),
    "updated_delayed": spent(10, wall=0.8),
}

TASKS = {
    "unknown_contacts": spent(43, salesforce=3),
    "created": spent(11, salesforce=1),
    "created_delayed": spent(11, wall=1.1),
    "updated": spent(11, salesforce=1),
    "updated_two_way": spent(23, salesforce=1),
    "updated_from_hubspot": spent(11, salesforce=3),
    "quiet": spent(11, salesforce=1, activities=1),
    "quiet_tasks": spent(2, salesforce=1),
    **{
        f"{name}{suffix}": spent(calls, activities=1)
        for name in ("new_in_salesforce", "new_in_hubspot", "edited_in_salesforce")
        for suffix, calls in (("_cold", 16), ("", 13), ("_echo", 11))
    },
    "edited_in_hubspot_cold": spent(17, activities=1),
    "edited_in_hubspot": spent(15, activities=1),
    "edited_in_hubspot_echo": spent(11, activities=1),
}


def measured(**more: object) -> Measured:
    given: dict[str, object] = {
        "activities": 1_000,
        "latency_ms": 50,
        "costs": COSTS,
        "tasks": TASKS,
        "text": spent(9, cpu=0.19),
        "html": spent(9, cpu=0.6),
        "peak": 90.0,
        **more,
    }
    return Measured(**given)  # type: ignore[arg-type]


def by_name(table: list[Row]) -> Mapping[str, Row]:
    return {str(row["per 1,000 activities"]).strip(): row for row in table}


def test_all_rows_have_the_same_columns() -> None:
    table = rows(measured(peaks={5_000: 100.0, 50_000: 120.0}))

    assert {tuple(row) for row in table} == {tuple(table[0])}


def test_each_aim_says_whether_it_was_met() -> None:
    table = by_name(rows(measured()))

    assert (table["calls, created"]["aim"], table["calls, created"]["met"]) == ("≤ 14", "yes")
    assert table["calls, updated"]["met"] == "no"
    assert table["of them for the contacts"]["tandem"] == 12
    assert table["activities/s on one core, plain bodies"]["met"] == "yes"
    assert table["activities/s on one core, HTML bodies"]["met"] == "no"


def test_tasks_of_salesforce_have_aims_of_their_own() -> None:
    table = by_name(rows(measured()))

    created = table["calls, tasks created in HubSpot"]
    assert (created["aim"], created["met"]) == ("≤ 11", "yes")
    assert table["more, contacts unknown so far"]["tandem"] == 32
    assert table["calls, tasks updated, two-way, to HubSpot"]["met"] == "no"


def test_one_change_is_held_against_a_quiet_round() -> None:
    table = by_name(rows(measured(activities=100)))

    assert table["calls, quiet, all kinds, tasks both ways"]["met"] == "yes"
    assert table["calls more, one task new in HubSpot"]["tandem"] == 2
    assert table["calls more, one task edited in HubSpot"]["met"] == "no"
    assert table["at most, if its contact was not read lately"]["tandem"] == 6
    assert table["at most, in the round after it"]["tandem"] == 0


def test_plain_code_for_tasks_stands_beside_tasks_alone() -> None:
    many = Compared(spent=spent(21, salesforce=1, cpu=0.8, wall=2.0), peak=70.0)
    table = by_name(rows(measured(tasks_batched=many)))

    assert table["calls, tasks created in HubSpot"]["SDK batched"] == 21
    assert table["calls, created"]["SDK batched"] == ""


def test_figures_are_for_a_thousand_however_many_were_measured() -> None:
    costs = {name: spent(45, salesforce=5, activities=5_000) for name in COSTS}
    table = by_name(rows(measured(costs=costs)))

    assert table["calls, created"]["tandem"] == 9
    assert table["of them to Salesforce"]["tandem"] == 1
    assert table["calls, nothing new, all kinds"]["tandem"] == 45


def test_less_than_a_batch_is_held_against_no_aim() -> None:
    table = by_name(rows(measured(activities=100)))

    assert (table["calls, created"]["aim"], table["calls, created"]["met"]) == ("≤ 14", "")
    assert table["calls, nothing new, all kinds"]["met"] == "yes"


def test_plain_code_stands_beside_with_how_many_times_it_costs() -> None:
    few = Compared(spent=spent(601, salesforce=200, cpu=1.6, wall=36, activities=200), peak=60.0)
    many = Compared(spent=spent(21, salesforce=5, cpu=0.8, wall=2.0), peak=70.0)
    table = by_name(rows(measured(batched=many, one_by_one=few)))

    created = table["calls, created"]
    assert (created["SDK batched"], created["× batched"]) == (21, 2.33)
    assert (created["SDK singly"], created["× singly"]) == (3_005, 334)
    assert table["CPU an activity in µs, plain bodies"]["SDK singly"] == 8_000
    assert table["seconds for 1,000 created, 50 ms a call"]["SDK singly"] == 180
    assert table["activities measured"]["SDK singly"] == 200


def test_without_the_clients_nothing_stands_beside() -> None:
    assert {row["SDK batched"] for row in rows(measured())} == {""}


@pytest.mark.parametrize(("many", "met"), [(199.0, "yes"), (250.0, "no")])
def test_the_memory_check_compares_two_peaks(many: float, met: str) -> None:
    table = by_name(rows(measured(peaks={5_000: 100.0, 50_000: many})))

    assert table["growth in MB"]["met"] == met
    assert table["peak memory in MB, 50,000 activities"]["tandem"] == many


def test_the_least_disturbed_round_is_the_one_that_counts() -> None:
    rounds = [spent(9, cpu=cpu) for cpu in (0.9, 0.2, 0.3)]

    assert least_disturbed(rounds).cpu_seconds == 0.2


def test_a_run_tells_what_it_measures_and_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def costs(activities: int, latency_ms: int) -> dict[str, Spent]:
        asked.append(("costs", activities, latency_ms))
        return COSTS

    def created(activities: int, rounds: int, *, html: bool) -> list[Spent]:
        asked.append(("created", activities, rounds, html))
        return [spent(9)] * rounds

    def plain_code(activities: int, latency_ms: int, *, batched: bool) -> Compared:
        asked.append(("plain", activities, latency_ms, batched))
        return Compared(spent=spent(21), peak=60.0)

    def plain_task_code(activities: int, latency_ms: int, *, batched: bool) -> Compared:
        asked.append(("plain tasks", activities, latency_ms, batched))
        return Compared(spent=spent(21), peak=60.0)

    monkeypatch.setattr(part, "costs", costs)
    monkeypatch.setattr(part, "task_costs", lambda activities, latency_ms: TASKS)
    monkeypatch.setattr(part, "plain_task_code", plain_task_code)
    monkeypatch.setattr(part, "created", created)
    monkeypatch.setattr(part, "peak", lambda activities, contacts, *, html: 90.0)
    monkeypatch.setattr(part, "plain_code", plain_code)
    said: list[str] = []

    table = run(activities=1_000, latency_ms=20, tell=said.append)
    longer = run(activities=50_000, tell=lambda text: None, full=True)

    assert asked[:4] == [
        ("costs", 1_000, 20),
        ("created", 1_000, 5, False),
        ("created", 1_000, 5, True),
        ("plain", 1_000, 20, True),
    ]
    assert ("plain", 200, 20, False) in asked
    assert ("plain tasks", 200, 20, False) in asked
    assert ("created", 50_000, 1, False) in asked
    assert "Left out: the memory check with 50,000 activities (tandem bench --full)." in said
    assert "growth in MB" not in by_name(table)
    assert "growth in MB" in by_name(longer)
