"""What a run does: everything there is to do, or one thing that a person asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tandem.engine.context import RunContext
from tandem.engine.reports import PlannedAction, ProgressCallback
from tandem.engine.run import StopReason, sync
from tandem.sync.policy import Policy

__all__ = ["EVERYTHING", "Job", "RunWork"]


class RunWork(Protocol):
    """The inside of a run, under its lease and with its accounts known; see ``run.sync``."""

    async def __call__(
        self, run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
    ) -> tuple[PlannedAction, ...]: ...


def _as_saved(policy: Policy) -> Policy:
    return policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One kind of run. ``policy`` may change the connection's choices for this run alone; the version of the
    settings must stay, since a run stops when they change meanwhile.
    """

    work: RunWork
    policy: Callable[[Policy], Policy] = _as_saved
    is_import: bool = False


EVERYTHING = Job(work=sync)
"""What is new, what is due and what was interrupted: an ordinary run."""
