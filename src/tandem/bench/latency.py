"""
How long an edit takes to the other side: ``python -m tandem.bench.latency``, with change feeds and by polling.

The service, its feeds and both CRMs are as they ship; every call takes 100 ms, and people edit one of a hundred pairs of
tasks at a time, at moments of chance. By polling the edits fall over one of its minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tandem.bench.sandbox import SandboxProcess
from tandem.bench.service import POLL_SECONDS, paired_tasks, serving

__all__ = ["Latency", "main", "measure"]

_SIDES = ("hubspot", "salesforce")
_WARM_UP = 6
_PATIENCE = 150.0
_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Edits on one *side*, in seconds until the other side had them."""

    side: str
    seconds: Sequence[float]

    def at(self, share: float) -> float:
        """The time within which so large a *share* of the edits arrived."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def measure(
    *, has_feeds: bool, edits: int = 100, mean_pause: float = 1.0, latency_ms: int = 100
) -> tuple[Latency, ...]:
    """
    *edits* on each side in turn, on average *mean_pause* seconds apart, beside a running service.

    RuntimeError where one never arrives.
    """
    chance = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        SandboxProcess(has_events=True) as sandbox,
    ):
        pairs = asyncio.run(paired_tasks(Path(folder), sandbox, max(2 * edits, _WARM_UP)))
        sandbox.answer_after(latency_ms)
        with serving(Path(folder), sandbox, has_feeds=has_feeds):
            people = _People(sandbox, pairs, chance)
            people.warm_up(_WARM_UP if has_feeds else len(_SIDES))
            for number in range(2 * edits):
                people.edit(number)
                time.sleep(chance.expovariate(1 / mean_pause))
            people.wait()
    return tuple(
        Latency(side=side, seconds=[took for where, took in people.arrived if where == side])
        for side in _SIDES
    )


class _People:
    """Edit pairs of tasks, one after the other, the two sides in turn."""

    def __init__(
        self, sandbox: SandboxProcess, pairs: Sequence[tuple[str, str]], chance: random.Random
    ) -> None:
        self._sandbox = sandbox
        self._pairs = list(pairs)
        chance.shuffle(self._pairs)
        self.arrived: list[tuple[str, float]] = []

    def edit(self, number: int) -> None:
        """One pair after the other, so that no two edits meet."""
        side = _SIDES[number % 2]
        hubspot_id, salesforce_id = self._pairs[number % len(self._pairs)]
        is_here = side == _SIDES[0]
        task, other = (hubspot_id, salesforce_id) if is_here else (salesforce_id, hubspot_id)
        self._sandbox.edit_one(side, task, other, f"Edit {number} at {time.time_ns()}")

    def warm_up(self, edits: int) -> None:
        """Until the feeds are heard, or the first regular turn has been: what arrives in that time is not counted."""
        for number in range(edits):
            self.edit(number)
            if number % len(_SIDES):
                self.wait()
        self.arrived = []

    def wait(self) -> None:
        """Until every edit has arrived."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            arrived, under_way = self._sandbox.crossed()
            self.arrived += arrived
            if not under_way:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"{under_way} edits never arrived at the other side.")
            time.sleep(_LOOK_EVERY)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each side and way of hearing."""
    parser = argparse.ArgumentParser(prog="python -m tandem.bench.latency")
    parser.add_argument("--edits", type=int, default=60, help="on each side")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two, with feeds")
    parser.add_argument("--latency-ms", type=int, default=100, help="of every call")
    parser.add_argument("--only", choices=("feeds", "polling"))
    asked = parser.parse_args(arguments)
    for has_feeds, heard in ((True, "feeds"), (False, "polling")):
        if asked.only in (None, heard):
            found = measure(
                has_feeds=has_feeds,
                edits=asked.edits,
                mean_pause=asked.pause if has_feeds else POLL_SECONDS / (2 * asked.edits),
                latency_ms=asked.latency_ms,
            )
            how = heard if has_feeds else f"{heard} every {POLL_SECONDS} s"
            for each in found:
                sys.stdout.write(
                    f"{how}, edited in {each.side}: {len(each.seconds)} edits, p50 {each.at(0.5):.2f} s, "
                    f"p95 {each.at(0.95):.2f} s, p99 {each.at(0.99):.2f} s; load {os.getloadavg()[0]:.1f}\n"
                )


if __name__ == "__main__":
    main()
