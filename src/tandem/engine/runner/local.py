"""The runner of one process: every connection in turn, as it falls due, until told to stop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from tandem.clock import rest
from tandem.engine.runner.turns import Turns
from tandem.errors import StoreError

__all__ = ["LocalRunner"]

_AT_ONCE = 8
_LOOK_EVERY = 0.5
_TIDY_EVERY = 60.0

_log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class LocalRunner:
    """
    Runs each connection when its turn comes, several at once.

    A connection whose accounts are busy elsewhere is simply tried again a little later.
    """

    turns: Turns

    async def serve(self, stop: asyncio.Event) -> None:
        """Until *stop* is set; runs under way then end in good order."""
        running: set[asyncio.Task[object]] = set()
        tidying = asyncio.create_task(self._tidy(stop))
        await self.turns.begin()
        while not stop.is_set():
            try:
                for turn in await self.turns.due(_AT_ONCE - len(running)):
                    task: asyncio.Task[object] = asyncio.create_task(
                        self.turns.take(turn.connection_id)
                    )
                    running.add(task)
                    task.add_done_callback(running.discard)
            except StoreError as error:
                # A full disk or a locked file passes; runs under way tell it themselves.
                _log.error("schedule.store_trouble", message=str(error))
            await rest(stop, _LOOK_EVERY)
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await tidying

    async def _tidy(self, stop: asyncio.Event) -> None:
        """Beside the runs: with thousands of connections it takes minutes."""
        while not stop.is_set():
            try:
                await self.turns.forget(stop)
            except StoreError as error:
                _log.error("schedule.store_trouble", message=str(error))
            await rest(stop, _TIDY_EVERY)
