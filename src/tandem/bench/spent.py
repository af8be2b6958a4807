"""What a piece of work cost: calls by the CRMs' journals, CPU of this process alone, wall time, memory."""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tandem.bench.sandbox import SandboxProcess

__all__ = ["Spent", "Watch", "peak_mb"]

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What *activities* activities cost; ``calls`` by side."""

    activities: int
    calls: Mapping[str, int] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    @property
    def all_calls(self) -> int:
        return sum(self.calls.values())

    def calls_per(self, activities: int, side: str | None = None) -> float:
        """Calls for so many activities, to one side or both."""
        counted = self.all_calls if side is None else self.calls.get(side, 0)
        return counted * activities / self.activities

    @property
    def cpu_micros(self) -> float:
        """Microseconds of CPU an activity."""
        return self.cpu_seconds * 1e6 / self.activities

    def seconds_per(self, activities: int) -> float:
        """Wall time for so many activities."""
        return self.wall_seconds * activities / self.activities


class Watch:
    """
    Watches this process and the journals of *sandbox* from its making until ``stop``.

    CPU is user and system time of this process; what the sandbox spends is spent in another one.
    """

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        sandbox.calls()
        self._cpu, self._wall = _cpu(), time.perf_counter()

    def stop(self, activities: int) -> Spent:
        """What was spent meanwhile on so many activities."""
        cpu, wall = _cpu() - self._cpu, time.perf_counter() - self._wall
        return Spent(
            activities=activities,
            calls=self._sandbox.calls(),
            cpu_seconds=cpu,
            wall_seconds=wall,
        )


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mb() -> float:
    """
    The most memory this process ever held, in MB.

    ``ru_maxrss`` outlives an exec (getrusage(2)) and so holds the peak of whoever started this process;
    its own high-water mark is read where there is one (proc(5), VmHWM).
    """
    if _STATUS.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text("ascii"), re.MULTILINE)
        if found:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1_048_576 if sys.platform == "darwin" else peak / 1024
