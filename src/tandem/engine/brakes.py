"""
Stopping and asking before much harm is done: mass deletion, an account suddenly empty, a flood of creates.

A brake ends the run before the batch that would pass it and suspends the connection. *Resume* is the
answer: the next run goes through with it once (SPEC section 6).
"""

from __future__ import annotations

from collections.abc import Sequence

from tandem.engine.context import LONG_AGO, RunContext
from tandem.engine.pull import Batch
from tandem.engine.work import Work
from tandem.model import LinkState

__all__ = ["MOST_CREATED", "RELEASED", "Braked", "Brakes", "is_brake"]

RELEASED = "brake_released"
"""The name under which it is kept that a person let the next run through; the value is the brake."""

_FEW = 20
_SHARE = 0.05
_NEARLY_ALL = 0.9
MOST_CREATED = 5_000
"""What a run may create outside an import without asking."""


class Braked(Exception):  # not an error: it asks a person
    """The run would do more than is usual; ``reason`` is the brake, ``message`` says how much."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def is_brake(reason: str) -> bool:
    """Whether a connection suspended for *reason* waits for a person's word on a brake."""
    return reason in ("brake_creates", "brake_deletes", "brake_empty")


class Brakes:
    """The brakes of one run."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._created = 0
        self._deleted = 0
        self._pairs: int | None = None
        self._released: str | None = None

    async def check(self, batch: Batch, works: Sequence[Work]) -> None:
        """Raise ``Braked`` if carrying out *works*, which follow from *batch*, would be too much."""
        run = self._run
        creates = sum(work.operation == "create" for work in works)
        deletes = sum(work.operation == "delete" for work in works)
        gone = len(batch.gone) + sum(task.is_deleted for task in batch.tasks)
        self._created += creates
        self._deleted += deletes
        if self._created > MOST_CREATED and creates and not run.is_import:
            await self._ask("brake_creates", f"More than {MOST_CREATED} records would be created.")
        if gone <= _FEW and self._deleted <= _FEW:
            return
        looked_at = await self._looked_at(batch)
        if gone > _FEW and gone >= _NEARLY_ALL * looked_at:
            await self._ask(
                "brake_empty", f"{gone} of the {looked_at} tasks looked at are gone: nearly all."
            )
        if deletes and self._deleted > max(_FEW, _SHARE * looked_at):
            await self._ask(
                "brake_deletes",
                f"{self._deleted} records would be deleted, of {looked_at} looked at.",
            )

    async def _looked_at(self, batch: Batch) -> int:
        """
        What is gone is a share of: the pairs read again together, or all pairs where a list told of it.

        The daily round reads a slice an hour, in which a mass deletion would be a small share of all pairs.
        """
        if batch.gone and not batch.hints:
            return len(batch.gone) + len(batch.activities)
        if self._pairs is None:
            counts = await self._run.db(self._run.store.counts)
            self._pairs = sum(n for (_, state, _), n in counts.items() if state is LinkState.PAIRED)
        return self._pairs

    async def _ask(self, reason: str, message: str) -> None:
        if self._released is None:
            saved = await self._run.db(self._run.store.cached, RELEASED, LONG_AGO)
            self._released = saved.decode() if saved else ""
        if self._released != reason:
            raise Braked(reason, message)
