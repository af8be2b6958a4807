"""Measurements as the rows of one table: Tandem, what it aims at, and plain SDK code beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

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
_WHATEVER_THE_SIZE = (_IDLE, _GROWTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    Everything one run measured. ``costs`` is by the names that ``ours.costs`` gives; ``batched`` and
    ``one_by_one`` are None where the SDKs are not installed, ``peaks`` (by activities) is for the long run.
    """

    activities: int
    latency_ms: int
    costs: Mapping[str, Spent]
    text: Spent
    html: Spent
    peak: float
    batched: Compared | None = None
    one_by_one: Compared | None = None
    peaks: Mapping[int, float] | None = None


def rows(measured: Measured) -> list[Row]:
    """One row a figure; all have the same columns, empty where there is nothing to compare or to aim at."""
    return [*_counted(measured), *_calls(measured), *_cpu(measured), *_rest(measured)]


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
