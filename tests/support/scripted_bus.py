"""An event bus that plays a script: what each stream brings and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime

from tandem.crm.salesforce.events import Batch, EventChange, RecordChange

__all__ = ["Act", "ScriptedBus", "batch_of"]

Act = Batch | Exception | Callable[[], None]


def batch_of(
    number: int,
    *ids: str,
    entity: str = "Task",
    at: datetime | None = None,
    change: EventChange = EventChange.CHANGED,
    is_everything: bool = False,
    unreadable: int = 0,
) -> Batch:
    """A batch with one event, after which one goes on at *number*; without ids a sign of life."""
    one = RecordChange(
        entity=entity,
        change=change,
        record_ids=ids,
        is_everything=is_everything,
        committed_at=at,
    )
    has_event = bool(ids) or is_everything
    return Batch(
        position=bytes([number]) if number else b"",
        changes=(one,) if has_event else (),
        events=int(has_event) + unreadable,
        unreadable=unreadable,
    )


class ScriptedBus:
    """
    Each call of `changes` plays the next script of its topic: batches, errors to raise, acts to do in between.

    Afterwards it is silent. ``asked`` lists topics with the positions they were asked from.
    """

    def __init__(self, **scripts: Sequence[Sequence[Act]]) -> None:
        self._scripts = {
            f"/data/{name}ChangeEvent": [list(each) for each in played]
            for name, played in scripts.items()
        }
        self.asked: list[tuple[str, bytes | None]] = []
        self.is_closed = False
        self._over = asyncio.Event()
        self._silent: set[str] = set()

    async def changes(
        self, topic: str, position: bytes | None = None
    ) -> AsyncGenerator[Batch, None]:
        self.asked.append((topic, position))
        waiting = self._scripts.get(topic, [])
        for act in waiting.pop(0) if waiting else ():
            if isinstance(act, Exception):
                raise act
            if isinstance(act, Batch):
                yield act
            else:
                act()
        self._silent.add(topic)
        if self._silent >= set(self._scripts):
            self._over.set()
        await asyncio.Event().wait()

    async def over(self) -> None:
        """Wait until every script has been played."""
        async with asyncio.timeout(10):
            await self._over.wait()

    async def close(self) -> None:
        self.is_closed = True
