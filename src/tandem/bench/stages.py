"""
Where the CPU of an activity goes: ``python -m tandem.bench.stages``, by the stages of a run, with plain and HTML bodies.

A run tells its stages to whoever watches (`tandem.observing`). Drafting lies within planning and is no stage of its own: its
share is found by sampling, one look at the stack each millisecond of CPU.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from tandem.bench.installation import installed
from tandem.bench.spent import Spent
from tandem.engine.drafting import Drafter
from tandem.engine.reports import Outcome
from tandem.model import Kind
from tandem.observing import CallSeen, RunSeen, Stage, watched_by

__all__ = ["DRAFT", "REST", "Stages", "by_stage", "main"]

DRAFT = "draft"
REST = "rest"
"""Before the first stage and after the last, and between them: lease, lists of the accounts, counting."""

_SAMPLE_SECONDS = 0.001
_DRAFTING = Drafter.new_task.__code__


class Stages:
    """
    Watches runs and counts their CPU by stage, each without the stages within it.

    Of what runs at the same time as a stage nothing can be told apart; a run's stages follow each other.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = 0.0

    def run(self, seen: RunSeen) -> AbstractContextManager[object]:
        return nullcontext()

    def stage(self, stage: Stage) -> AbstractContextManager[object]:
        return self._within(stage.value)

    def call(self, seen: CallSeen) -> AbstractContextManager[object]:
        return nullcontext()

    def store_trouble(self) -> None:
        """Not expected here: the run itself fails."""

    @contextmanager
    def _within(self, name: str) -> Iterator[None]:
        self._count()
        self._open.append(name)
        try:
            yield
        finally:
            self._count()
            self._open.pop()

    def _count(self) -> None:
        now = time.process_time()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now


class _Samples:
    """How many of the looks at the stack fell into drafting."""

    def __init__(self) -> None:
        self.all = self.drafting = 0

    def __enter__(self) -> _Samples:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _SAMPLE_SECONDS, _SAMPLE_SECONDS)
        return self

    def __exit__(self, *ended: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)

    def _look(self, number: int, frame: FrameType | None) -> None:
        self.all += 1
        while frame is not None:
            if frame.f_code is _DRAFTING:
                self.drafting += 1
                return
            frame = frame.f_back


async def by_stage(activities: int, rounds: int, *, html: bool) -> Mapping[str, float]:
    """Microseconds of CPU an activity by stage, of the round with the least in all; *activities* in each of *rounds*."""
    best: Mapping[str, float] = {}
    async with installed() as its:
        await its.switch_on([Kind.CALL])
        await its.sync(0, Outcome.CREATED, per=1)
        for _ in range(rounds + 1):
            its.load(activities, activities, html=html)
            stages, samples = Stages(), _Samples()
            with watched_by(stages), samples:
                spent = await its.sync(activities, Outcome.CREATED)
            found = _micros(spent, stages, samples)
            # The first round reads the contacts as well, and is the dearest.
            if not best or sum(found.values()) < sum(best.values()):
                best = found
    return best


def _micros(spent: Spent, stages: Stages, samples: _Samples) -> Mapping[str, float]:
    found = {name: each * 1e6 / spent.activities for name, each in stages.seconds.items()}
    found[DRAFT] = spent.cpu_micros * samples.drafting / max(samples.all, 1)
    found[Stage.PLAN] -= found[DRAFT]
    order = (Stage.READ, Stage.PLAN, DRAFT, Stage.ANNOUNCE, Stage.WRITE, Stage.SETTLE)
    told = {str(name): found.get(name, 0.0) for name in order}
    return {**told, REST: spent.cpu_micros - sum(told.values())}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each stage."""
    parser = argparse.ArgumentParser(prog="python -m tandem.bench.stages")
    parser.add_argument("--activities", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    plain, html = (
        asyncio.run(by_stage(asked.activities, asked.rounds, html=html)) for html in (False, True)
    )
    sys.stdout.write(f"µs of CPU an activity  {'plain':>7} {'HTML':>7}\n")
    for name in plain:
        sys.stdout.write(f"{name:<22} {plain[name]:>7.0f} {html[name]:>7.0f}\n")
    all_plain, all_html = sum(plain.values()), sum(html.values())
    sys.stdout.write(f"{'all':<22} {all_plain:>7.0f} {all_html:>7.0f}\n")
    sys.stdout.write(
        f"{'a second on one core':<22} {1e6 / all_plain:>7.0f} {1e6 / all_html:>7.0f}\n"
        f"load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
