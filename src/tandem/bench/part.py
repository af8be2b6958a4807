"""One part of the measurement in a process of its own, so that peaks of memory and imports stay apart."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import msgspec

from tandem.bench.spent import Spent, peak_mb

__all__ = [
    "Compared",
    "answer",
    "costs",
    "created",
    "peak",
    "plain_code",
    "plain_task_code",
    "task_costs",
]

T = TypeVar("T")


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What plain SDK code spent, and the most memory it held in MB."""

    spent: Spent
    peak: float


def costs(activities: int, latency_ms: int) -> dict[str, Spent]:
    """``ours.costs``, in another process."""
    return _elsewhere(dict[str, Spent], "costs", activities=activities, latency_ms=latency_ms)


def task_costs(activities: int, latency_ms: int) -> dict[str, Spent]:
    """``tasks.costs``, in another process."""
    return _elsewhere(dict[str, Spent], "tasks", activities=activities, latency_ms=latency_ms)


def created(activities: int, rounds: int, *, html: bool) -> list[Spent]:
    """``ours.created``, in another process."""
    return _elsewhere(list[Spent], "created", activities=activities, rounds=rounds, html=html)


def peak(activities: int, contacts: int, *, html: bool) -> float:
    """``ours.peak_of``, in another process."""
    return _elsewhere(float, "peak", activities=activities, contacts=contacts, html=html)


def plain_code(activities: int, latency_ms: int, *, batched: bool) -> Compared:
    """``plain.copy``, in another process."""
    return _elsewhere(
        Compared, "plain", activities=activities, latency_ms=latency_ms, batched=batched
    )


def plain_task_code(activities: int, latency_ms: int, *, batched: bool) -> Compared:
    """``plain_tasks.copy``, in another process."""
    return _elsewhere(
        Compared, "plain_tasks", activities=activities, latency_ms=latency_ms, batched=batched
    )


def _elsewhere(of_type: type[T], name: str, **arguments: Any) -> T:
    asked = msgspec.json.encode({"part": name, **arguments}).decode()
    done = subprocess.run(
        [sys.executable, "-m", "tandem.bench", "part", asked],
        stdout=subprocess.PIPE,
        env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The part “{name}” of the measurement failed; its words are above.")
    return msgspec.json.decode(done.stdout, type=of_type)


# --------------------------------------------------------------------------- inside that process


def answer(asked: str) -> bytes:
    """What one part measured, as JSON; *asked* is its name and arguments."""
    return msgspec.json.encode(_measured(**msgspec.json.decode(asked)))


def _measured(part: str, **arguments: Any) -> Any:
    # Imported here, so that plain code is not charged for the memory of Tandem's modules.
    if part == "plain":
        from tandem.bench import plain

        return Compared(spent=plain.copy(**arguments), peak=peak_mb())
    if part == "plain_tasks":
        from tandem.bench import plain_tasks

        return Compared(spent=plain_tasks.copy(**arguments), peak=peak_mb())
    from tandem.bench import ours, tasks

    measures: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {
        "costs": ours.costs,
        "created": ours.created,
        "peak": ours.peak_of,
        "tasks": tasks.costs,
    }
    measure = measures[part]
    return asyncio.run(measure(**arguments))
