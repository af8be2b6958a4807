"""The whole measurement in one run, part by part, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable

from tandem.bench import part
from tandem.bench.figures import FULL_BATCH, Measured, Row, least_disturbed, rows
from tandem.bench.plain import MISSING

__all__ = ["run"]

_ROUNDS, _ENOUGH = 5, 5_000
_PLAIN_ROUNDS = 3
_ONE_BY_ONE = 200
"""Records that plain code copies one by one: three calls each, at 50 ms a call half a minute."""

_FEW, _MANY = 5_000, 50_000
_CONTACTS = 2_000


def run(
    *,
    activities: int = 1_000,
    latency_ms: int = 50,
    tell: Callable[[str], None] = lambda text: None,
    full: bool = False,
) -> list[Row]:
    """
    Measure with so many activities and answer the rows of the table; *full* adds the memory check.

    *tell* hears what is being measured, what was scaled and what was left out. Takes a minute or two.
    """
    rounds = max(1, min(_ROUNDS, _ENOUGH // activities))
    if activities < FULL_BATCH:
        tell(f"Fewer than {FULL_BATCH:,} fill no batch, so their figures are held against no aim.")
    tell(f"Tandem: {activities:,} activities created, updated, nothing new …")
    costs = part.costs(activities, latency_ms)
    tell(f"Tandem: {activities:,} tasks of Salesforce, one-way, both ways, next to nothing …")
    tasks = part.task_costs(activities, latency_ms)
    tell(f"Tandem: CPU, {rounds} x {activities:,} activities with plain bodies, then with HTML …")
    text = least_disturbed(part.created(activities, rounds, html=False))
    html = least_disturbed(part.created(activities, rounds, html=True))
    peak = part.peak(activities, activities, html=False)
    batched, one_by_one = _plain(part.plain_code, "activities", activities, latency_ms, tell)
    tasks_batched, tasks_one_by_one = _plain(
        part.plain_task_code, "tasks", activities, latency_ms, tell
    )
    peaks = _peaks(tell) if full else None
    if not full:
        tell(f"Left out: the memory check with {_MANY:,} activities (tandem bench --full).")
    return rows(
        Measured(
            activities=activities,
            latency_ms=latency_ms,
            costs=costs,
            tasks=tasks,
            text=text,
            html=html,
            peak=peak,
            batched=batched,
            one_by_one=one_by_one,
            tasks_batched=tasks_batched,
            tasks_one_by_one=tasks_one_by_one,
            peaks=peaks,
        )
    )


def _plain(
    copy: Callable[..., part.Compared],
    what: str,
    activities: int,
    latency_ms: int,
    tell: Callable[[str], None],
) -> tuple[part.Compared | None, part.Compared | None]:
    if MISSING:
        names = ", ".join(MISSING)
        tell(
            f"Left out: plain SDK code, because {names} is not installed (make bench installs it)."
        )
        return None, None
    tell(f"Plain SDK code: {_PLAIN_ROUNDS} x {activities:,} {what} in batches …")
    batched = min(
        (copy(activities, latency_ms, batched=True) for _ in range(_PLAIN_ROUNDS)),
        key=lambda each: each.spent.cpu_micros,
    )
    few = min(activities, _ONE_BY_ONE)
    tell(f"Plain SDK code: {few:,} {what} one by one, scaled to 1,000 …")
    return batched, copy(few, latency_ms, batched=False)


def _peaks(tell: Callable[[str], None]) -> dict[int, float]:
    found = {}
    for activities in (_FEW, _MANY):
        tell(f"Tandem: memory, one run over {activities:,} activities with HTML bodies …")
        found[activities] = part.peak(activities, _CONTACTS, html=True)
    return found
