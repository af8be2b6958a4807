"""
Making way, between two batches of a run: a turn that is over ends, and an import lets live sync go first.

At that moment nothing is planned that would be thrown away, and nothing is announced that is not settled.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from tandem.clock import Clock
from tandem.engine.context import MakeWay, RunContext
from tandem.engine.keeping import Keeper
from tandem.engine.run import Stopped
from tandem.errors import AlreadyRunning, SettingsError
from tandem.store.rows import Connection
from tandem.store.store import Store

__all__ = ["LiveFirst", "turn_over"]


def turn_over(run: RunContext, clock: Clock, turn_seconds: float) -> MakeWay:
    """
    Ends a run that has lasted for *turn_seconds*, since others wait for their turn. Whoever has written nothing
    yet goes on, so that every turn gets somewhere.
    """
    began = clock.monotonic()

    async def make_way() -> None:
        if clock.monotonic() - began >= turn_seconds and run.tally.written():
            raise Stopped("turn_over")

    return make_way


@dataclass(slots=True, kw_only=True)
class LiveFirst:
    """
    Gives the lease of an import away for one ordinary run (*live*) whenever one is due: feeds have told
    something, or the last was *every* seconds ago.

    Afterwards the import goes on where it was. It ends instead, to begin anew, where its connection is not
    what it was. *outside* is what surrounded the import: live sync is in a hurry, and has a lease of its own.
    """

    run: RunContext
    keeper: Keeper
    store: Store
    connection: Connection
    live: Callable[[], Coroutine[Any, Any, object]]
    every: float
    outside: Context
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.keeper.clock.monotonic()

    async def __call__(self) -> None:
        if not await self._is_due():
            return
        async with self.keeper.aside():
            # In use elsewhere: then that is the run that goes first.
            with contextlib.suppress(AlreadyRunning, SettingsError):
                await asyncio.create_task(self.live(), context=self.outside.copy())
        self.run.lease = self.keeper.lease
        self._since = self.keeper.clock.monotonic()
        now = await self.store.run(self.store.connection_by_id, self.connection.id)
        if now != self.connection:
            raise Stopped("suspended" if now.is_suspended else "settings_changed")

    async def _is_due(self) -> bool:
        if self.keeper.clock.monotonic() - self._since >= self.every:
            return True
        return bool(await self.run.db(self.run.store.hints, 1))
