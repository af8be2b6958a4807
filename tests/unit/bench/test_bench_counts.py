"""What the measurement counts, on small numbers; how long anything takes is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tandem.bench import ours, part, plain, plain_tasks
from tandem.bench.sandbox import Load, SandboxProcess
from tandem.bench.spent import Spent, Watch, peak_mb

FEW = 12


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as running:
        yield running


@pytest.fixture(scope="module")
def costs() -> dict[str, Spent]:
    return part.costs(FEW, 0)


def test_a_thousand_of_one_kind_and_fewer_cost_one_page_and_one_write(
    costs: dict[str, Spent],
) -> None:
    """One search, three kinds of associations, one collection."""
    assert costs["created"].calls == {"hubspot": 4, "salesforce": 1}
    assert costs["created"].activities == FEW


def test_contacts_that_are_unknown_cost_reading_them_once(costs: dict[str, Spent]) -> None:
    more = costs["unknown_contacts"].all_calls - costs["created"].all_calls

    assert 2 <= more <= 4


def test_an_update_costs_no_more_than_reading_and_writing(costs: dict[str, Spent]) -> None:
    assert costs["updated"].calls == {"hubspot": 4, "salesforce": 2}


def test_a_round_without_news_over_all_kinds_stays_within_ten_calls(
    costs: dict[str, Spent],
) -> None:
    assert costs["nothing_new"].all_calls <= 10
    assert "salesforce" not in costs["nothing_new"].calls


@pytest.fixture(scope="module")
def tasks() -> dict[str, Spent]:
    return part.task_costs(FEW, 0)


def test_salesforce_tasks_cost_a_query_and_a_write(tasks: dict[str, Spent]) -> None:
    """Each write holds 100, so that 1,000 created or updated one-way cost 11 calls."""
    assert tasks["created"].calls == {"salesforce": 1, "hubspot": 1}
    assert tasks["updated"].calls == {"salesforce": 1, "hubspot": 1}
    assert tasks["created_delayed"].calls == tasks["created"].calls


def test_two_way_tasks_are_read_before_they_are_written(tasks: dict[str, Spent]) -> None:
    """The search of HubSpot's own news comes on top: 22 calls for 1,000."""
    assert tasks["updated_two_way"].calls == {"salesforce": 1, "hubspot": 1 + 1 + 1}
    assert tasks["updated_from_hubspot"].all_calls <= 7


def test_a_quiet_round_both_ways_costs_eleven_calls_and_kinds_that_are_off_none(
    tasks: dict[str, Spent],
) -> None:
    assert tasks["quiet"].calls == {"salesforce": 1, "hubspot": 10}
    assert tasks["quiet_tasks"].calls == {"salesforce": 1, "hubspot": 1}


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ("new_in_salesforce", 1),
        ("new_in_hubspot", 2),
        ("edited_in_salesforce", 2),
        ("edited_in_hubspot", 3),
    ],
)
def test_one_change_costs_at_most_three_calls_and_its_echo_none(
    tasks: dict[str, Spent], change: str, more: int
) -> None:
    quiet = tasks["quiet"].all_calls

    assert tasks[change].all_calls - quiet == more
    assert tasks[f"{change}_echo"].all_calls == quiet


def test_a_delayed_round_costs_the_same_calls(costs: dict[str, Spent]) -> None:
    assert costs["created_delayed"].calls == costs["created"].calls
    assert costs["updated_delayed"].calls == costs["updated"].calls


def test_everything_measured_has_spent_something(costs: dict[str, Spent]) -> None:
    for spent in costs.values():
        assert spent.cpu_seconds > 0
        assert spent.wall_seconds > 0


async def test_rounds_are_measured_one_by_one() -> None:
    rounds = await ours.created(3, 2, html=True)

    assert [spent.activities for spent in rounds] == [3, 3]
    assert {spent.all_calls for spent in rounds} == {5}


def test_plain_code_in_batches_makes_every_task() -> None:
    """A search, associations, contacts, one collection."""
    compared = part.plain_code(FEW, 0, batched=True)

    assert compared.spent.calls == {"hubspot": 3, "salesforce": 1}
    assert compared.peak > 0


def test_plain_code_one_by_one_costs_three_calls_a_record() -> None:
    spent = plain.copy(3, batched=False)

    assert spent.calls == {"hubspot": 1 + 2 * 3, "salesforce": 3}


def test_plain_code_for_tasks_makes_every_task() -> None:
    """A query, a search for contacts, a batch; or a search and a create for each."""
    batched = part.plain_task_code(FEW, 0, batched=True)

    assert batched.spent.calls == {"salesforce": 1, "hubspot": 2}
    assert plain_tasks.copy(3, batched=False).calls == {"salesforce": 1, "hubspot": 2 * 3}


def test_the_peak_is_that_of_the_measured_process() -> None:
    assert part.peak(2, 2, html=False) > 10
    assert peak_mb() > 10


def test_a_part_that_fails_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="“plain” of the measurement failed"):
        part.plain_code(0, -1, batched=True)

    assert "The sandbox of the measurement ended early" in capfd.readouterr().err


def test_the_clock_of_the_sandbox_moves_when_told(sandbox: SandboxProcess) -> None:
    before = sandbox.now()
    sandbox.advance(3600)

    assert sandbox.now()[:13] != before[:13]


def test_what_the_measurement_itself_asks_is_no_call(sandbox: SandboxProcess) -> None:
    watch = Watch(sandbox)
    sandbox.load(Load(count=2, contacts=2))
    sandbox.advance(60)
    sandbox.edit("calls", 0, 2)

    assert watch.stop(2).calls == {}


def test_a_sandbox_ends_with_its_measurement(tmp_path: Path) -> None:
    with SandboxProcess() as running:
        process = running._process

    assert process.poll() == 0
