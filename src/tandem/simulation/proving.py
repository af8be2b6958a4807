"""Many seeds, on one core or several, and what they amount to."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import structlog

from tandem.simulation.invention import story_of
from tandem.simulation.laws import broken_laws
from tandem.simulation.playing import play
from tandem.simulation.shrinking import shrunk

__all__ = ["Failure", "Figures", "prove", "silence"]

_AT_ONCE = 10
_TOLD = 3
"""Failing seeds that are shrunk; of more, the numbers must do."""


@dataclass(slots=True, kw_only=True)
class Failure:
    """A seed whose history broke a law, with its shortest story once it is known."""

    seed: int
    broken: tuple[str, ...]
    story: str = ""

    @property
    def command(self) -> str:
        """What plays it again."""
        return f"tandem simulate --seeds 1 --seed {self.seed}"


@dataclass(slots=True, kw_only=True)
class Figures:
    """What happened in all histories together."""

    seeds: int = 0
    seconds: float = 0.0
    acts: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def a_minute(self) -> float:
        """Histories a minute, all processes together."""
        return 60 * self.seeds / self.seconds if self.seconds else 0.0

    def add(self, other: Figures) -> None:
        self.seeds += other.seeds
        self.requests += other.requests
        self.failures += other.failures
        for name in ("acts", "runs", "faults", "crashes", "writes", "heard"):
            getattr(self, name).update(getattr(other, name))

    def to_json(self) -> dict[str, Any]:
        return {
            "seeds": self.seeds,
            "seconds": round(self.seconds, 1),
            "histories_a_minute": round(self.a_minute),
            "requests": self.requests,
            **{
                name: dict(sorted(getattr(self, name).items()))
                for name in ("acts", "runs", "faults", "crashes", "writes", "heard")
            },
            "failures": [
                {
                    "seed": each.seed,
                    "broken": list(each.broken),
                    "story": each.story,
                    "command": each.command,
                }
                for each in self.failures
            ],
        }


def prove(
    first: int,
    seeds: int,
    *,
    jobs: int = 1,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Figures:
    """
    Play the histories of *seeds* seeds from *first* on; failing ones are shrunk.

    *tell* learns how many are done and how many there are.
    """
    total = Figures()
    began = time.monotonic()
    numbers = range(first, first + seeds)
    parts = [numbers[at : at + _AT_ONCE] for at in range(0, seeds, _AT_ONCE)]
    for part in _proven(parts, jobs):
        total.add(part)
        tell(total.seeds, seeds)
    total.seconds = time.monotonic() - began
    silence()
    total.failures.sort(key=lambda failure: failure.seed)
    for failure in total.failures[:_TOLD]:
        story, found = shrunk(story_of(failure.seed))
        failure.story = story.told()
        failure.broken = tuple(map(str, found)) or failure.broken
    return total


def silence() -> None:
    """Log nothing: outages and crashes are what a simulation makes all day."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _proven(parts: Sequence[Sequence[int]], jobs: int) -> Iterator[Figures]:
    if jobs == 1:
        yield from map(_part, parts)
        return
    # Started anew rather than forked: what the parent has remembered must not matter.
    starting = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=jobs, mp_context=starting) as pool:
        yield from pool.map(_part, parts)


@cache
def _keep_what_is_loaded() -> None:
    """What the first history loaded stays: looking through it for cycles cost a tenth."""
    gc.freeze()


def _part(seeds: Sequence[int]) -> Figures:
    """The histories of a few seeds, one after the other."""
    silence()
    figures = Figures()
    for seed in seeds:
        history = play(story_of(seed))
        _keep_what_is_loaded()
        broken = broken_laws(history)
        around = history.around
        figures.seeds += 1
        figures.requests += around.requests
        figures.acts += history.acts
        figures.runs += history.runs
        figures.heard += history.heard
        figures.faults += around.fired
        figures.crashes += around.points
        figures.writes += Counter({side.value: n for side, n in around.writes.items()})
        if broken:
            figures.failures.append(Failure(seed=seed, broken=tuple(map(str, broken))))
    return figures
