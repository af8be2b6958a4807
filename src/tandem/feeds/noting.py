"""Writing down what feeds say, many notices in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from tandem.clock import Clock
from tandem.store import FeedName, FeedPosition, Hint, Store
from tandem.store.hints import Heard

__all__ = ["Noting", "Wake"]

Wake = Callable[[int], None]
"""Told the id of a connection that has something to look at."""


class Noting:
    """
    Notes hints; whoever waits for :meth:`note` knows that they are saved.

    Notices that come while others are being saved are saved together in the next transaction: a flood costs
    one commit for many requests, a single notice waits for nobody.
    """

    def __init__(self, store: Store, clock: Clock, wake: Wake = lambda connection_id: None) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake
        self._waiting: list[tuple[Heard, asyncio.Future[None]]] = []
        self._saving: asyncio.Task[None] | None = None

    async def note(
        self, account_id: int, hints: Iterable[Hint], *, position: FeedPosition | None = None
    ) -> None:
        """Saved when this returns, or raised why not."""
        await self.note_all([Heard(account_id=account_id, hints=tuple(hints), position=position)])

    async def note_all(self, heard: Iterable[Heard]) -> None:
        """The same for several accounts; all of it is saved in one transaction."""
        saved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.extend((each, saved) for each in heard)
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save())
        await saved

    async def _save(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                woken = await self._store.run(
                    self._store.hints.note_all, _joined(batch), self._clock.now()
                )
            except BaseException as error:
                # Whoever waits learns why; what came meanwhile is tried on its own.
                _settle(batch, error)
                if not isinstance(error, Exception):
                    raise
            else:
                _settle(batch, None)
                for connection_id in sorted(woken):
                    self._wake(connection_id)


def _joined(batch: list[tuple[Heard, asyncio.Future[None]]]) -> list[Heard]:
    """What one feed of one account has said several times is said once, with its newest position."""
    said: dict[tuple[int, FeedName | None], list[Heard]] = {}
    for heard, _ in batch:
        name = None if heard.position is None else heard.position.name
        said.setdefault((heard.account_id, name), []).append(heard)
    return [
        Heard(
            account_id=account_id,
            hints=tuple(hint for heard in each for hint in heard.hints),
            position=each[-1].position,
        )
        for (account_id, _), each in said.items()
    ]


def _settle(batch: list[tuple[Heard, asyncio.Future[None]]], error: BaseException | None) -> None:
    for saved in {id(each): each for _, each in batch}.values():
        if saved.done():
            continue
        if error is None:
            saved.set_result(None)
        elif isinstance(error, Exception):
            saved.set_exception(error)
        else:
            saved.cancel()
