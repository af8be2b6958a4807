"""Measurements as the rows of one table: Tandem, what it aims at, and plain SDK code beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tandem.bench.part import Compared
from tandem.bench.spent import Spent

__all__ = ["FULL_BATCH", "Measured", "Row", "least_disturbed", "rows"]

Row = dict[str, str | int | float]
Figure = int | float

FULL_BATCH = _PER = 1_000
_CALLS_CREATED, _CALLS_TO_SALESFORCE, _CALLS_UPDATED = 14, 5, 10
_CALLS_FOR_UNKNOWN, _CALLS_WITHOUT_NEWS = 13, 10
_A_SECOND, _A_SECOND_HTML = 5_000, 2_000
_GROWTH_MB = 100
_IDLE, _GROWTH = "calls, nothing new, all kinds", "  growth in MB"
_TASKS_CREATED, _TASKS_UPDATED, _TASKS_TWO_WAY = 11, 12, 22
_QUIET_BOTH_WAYS, _QUIET_TASKS, _ONE_CHANGE = 11, 2, 3
_QUIET, _ONLY_TASKS = "calls, quiet, all kinds, tasks both ways", "  only tasks on, both ways"
_AFTERWARDS = "  at most, in the round after it"
_CHANGES = {
    "new_in_salesforce": "calls more, one task new in Salesforce",
    "new_in_hubspot": "calls more, one task new in HubSpot",
    "edited_in_salesforce": "calls more, one task edited in Salesforce",
    "edited_in_hubspot": "calls more, one task edited in HubSpot",
}
_WHATEVER_THE_SIZE = (_IDLE, _GROWTH, _QUIET, _ONLY_TASKS, _AFTERWARDS, *_CHANGES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    Everything one run measured. ``costs`` and ``tasks`` are by the names that ``ours.costs`` and ``tasks.costs``
    give; ``…batched`` and ``…one_by_one`` are None where the SDKs are not installed, ``peaks`` (by activities)
    is for the long run.
    """

    activities: int
    latency_ms: int
    costs: Mapping[str, Spent]
    tasks: Mapping[str, Spent]
    text: Spent
    html: Spent
    peak: float
    batched: Compared | None = None
    one_by_one: Compared | None = None
    tasks_batched: Compared | None = None
    tasks_one_by_one: Compared | None = None
    peaks: Mapping[int, float] | None = None


def rows(measured: Measured) -> list[Row]:
    """One row a figure; all have the same columns, empty where there is nothing to compare or to aim at."""
    of_tasks = replace(
        measured, batched=measured.tasks_batched, one_by_one=measured.tasks_one_by_one
    )
    return [
        *_counted(measured),
        *_calls(measured),
        *_cpu(measured),
        *_rest(measured),
        *_tasks(of_tasks),
        *_next_to_nothing(of_tasks),
    ]


def least_disturbed(rounds: Sequence[Spent]) -> Spent:
    """The round with the least CPU: whatever else runs on the machine can only add to it."""
    return min(rounds, key=lambda spent: spent.cpu_micros)


# --------------------------------------------------------------------------- what is in the table


def _counted(measured: Measured) -> Iterable[Row]:
    yield _row(measured, "activities measured", measured.activities, lambda it: it.spent.activities)


def _calls(measured: Measured) -> Iterable[Row]:
    costs = measured.costs
    created = costs["created"]
    known, unknown = created.calls_per(_PER), costs["unknown_contacts"].calls_per(_PER)

    def all_calls(it: Compared) -> Figure:
        return it.spent.calls_per(_PER)

    yield _row(measured, "calls, created", known, all_calls, most=_CALLS_CREATED)
    yield _row(
        measured,
        "  of them to Salesforce",
        created.calls_per(_PER, "salesforce"),
        lambda it: it.spent.calls_per(_PER, "salesforce"),
        most=_CALLS_TO_SALESFORCE,
    )
    yield _row(measured, "calls, created, contacts unknown so far", unknown, all_calls)
    yield _row(measured, "  of them for the contacts", unknown - known, most=_CALLS_FOR_UNKNOWN)
    updated = costs["updated"].calls_per(_PER)
    yield _row(measured, "calls, updated", updated, most=_CALLS_UPDATED)
    idle = costs["nothing_new"].all_calls
    yield _row(measured, _IDLE, idle, most=_CALLS_WITHOUT_NEWS)


def _cpu(measured: Measured) -> Iterable[Row]:
    def micros(it: Compared) -> Figure:
        return it.spent.cpu_micros

    for name, spent, aim in (
        ("plain bodies", measured.text, _A_SECOND),
        ("HTML bodies", measured.html, _A_SECOND_HTML),
    ):
        compare = micros if spent is measured.text else None
        yield _row(measured, f"CPU an activity in µs, {name}", spent.cpu_micros, compare)
        yield _row(measured, f"activities/s on one core, {name}", 1e6 / spent.cpu_micros, least=aim)
    updated = measured.costs["updated"].cpu_micros
    yield _row(measured, "CPU an update in µs", updated)


def _rest(measured: Measured) -> Iterable[Row]:
    delay = f"{measured.latency_ms} ms a call"
    yield _row(
        measured,
        f"seconds for 1,000 created, {delay}",
        measured.costs["created_delayed"].seconds_per(_PER),
        lambda it: it.spent.seconds_per(_PER),
    )
    updated = measured.costs["updated_delayed"].seconds_per(_PER)
    yield _row(measured, f"seconds for 1,000 updated, {delay}", updated)
    yield _row(measured, "peak memory in MB", measured.peak, lambda it: it.peak)
    if measured.peaks:
        few, many = min(measured.peaks), max(measured.peaks)
        for activities in (few, many):
            name = f"peak memory in MB, {activities:,} activities"
            yield _row(measured, name, measured.peaks[activities])
        growth = measured.peaks[many] - measured.peaks[few]
        yield _row(measured, _GROWTH, growth, most=_GROWTH_MB)


def _tasks(measured: Measured) -> Iterable[Row]:
    """Salesforce's own tasks, one-way and both ways."""
    costs = measured.tasks
    created = costs["created"]
    known, unknown = created.calls_per(_PER), costs["unknown_contacts"].calls_per(_PER)

    def all_calls(it: Compared) -> Figure:
        return it.spent.calls_per(_PER)

    yield _row(measured, "calls, tasks created in HubSpot", known, all_calls, most=_TASKS_CREATED)
    yield _row(measured, "  more, contacts unknown so far", unknown - known)
    for name, text, most in (
        ("updated", "calls, tasks updated, one-way", _TASKS_UPDATED),
        ("updated_two_way", "calls, tasks updated, two-way, to HubSpot", _TASKS_TWO_WAY),
        ("updated_from_hubspot", "calls, tasks updated, two-way, to Salesforce", _TASKS_TWO_WAY),
    ):
        yield _row(measured, text, costs[name].calls_per(_PER), most=most)
    yield _row(
        measured,
        "CPU a task created in HubSpot in µs",
        created.cpu_micros,
        lambda it: it.spent.cpu_micros,
    )
    yield _row(measured, "CPU a task updated, two-way, in µs", costs["updated_two_way"].cpu_micros)
    yield _row(
        measured,
        f"seconds for 1,000 tasks created, {measured.latency_ms} ms a call",
        costs["created_delayed"].seconds_per(_PER),
        lambda it: it.spent.seconds_per(_PER),
    )


def _next_to_nothing(measured: Measured) -> Iterable[Row]:
    """What a round costs in which next to nothing happened, with tasks both ways."""
    costs = measured.tasks
    quiet = costs["quiet"].all_calls

    def most_of(suffix: str) -> int:
        return max(costs[name + suffix].all_calls for name in _CHANGES) - quiet

    yield _row(measured, _QUIET, quiet, most=_QUIET_BOTH_WAYS)
    yield _row(measured, _ONLY_TASKS, costs["quiet_tasks"].all_calls, most=_QUIET_TASKS)
    for name, text in _CHANGES.items():
        yield _row(measured, text, costs[name].all_calls - quiet, most=_ONE_CHANGE)
    yield _row(measured, "  at most, if its contact was not read lately", most_of("_cold"))
    yield _row(measured, _AFTERWARDS, most_of("_echo"), most=0)


def _row(
    measured: Measured,
    name: str,
    ours: Figure,
    theirs: Callable[[Compared], Figure] | None = None,
    *,
    most: int | None = None,
    least: int | None = None,
) -> Row:
    row: Row = {"per 1,000 activities": name, "tandem": _rounded(ours), "aim": "", "met": ""}
    if most is not None:
        row |= {"aim": f"≤ {most:,}", "met": "yes" if _rounded(ours) <= most else "no"}
    if least is not None:
        row |= {"aim": f"≥ {least:,}", "met": "yes" if _rounded(ours) >= least else "no"}
    if measured.activities < _PER and name not in _WHATEVER_THE_SIZE:
        row["met"] = ""  # a batch that is not full costs as many calls as a full one
    for way, compared in (
        ("SDK batched", measured.batched),
        ("SDK singly", measured.one_by_one),
    ):
        figure = None if theirs is None or compared is None else theirs(compared)
        row[way] = "" if figure is None else _rounded(figure)
        has_ratio = figure is not None and ours > 0 and name != "activities measured"
        row[f"× {way.removeprefix('SDK ')}"] = (
            _rounded(figure / ours) if has_ratio and figure is not None else ""
        )
    return row


def _rounded(figure: Figure) -> Figure:
    """Three figures are all a measurement is worth."""
    if figure == int(figure) or abs(figure) >= 100:
        return round(figure)
    return round(figure, 1 if abs(figure) >= 10 else 2)
