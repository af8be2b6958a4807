"""Every feed that has to be listened to, each by one process, for as long as the program runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from tandem.clock import Clock, rest
from tandem.crm.http import Transport
from tandem.crm.hubspot.journal import Journal
from tandem.errors import StoreError, TandemError
from tandem.feeds.following import Client, Clients, Followed, JournalOf, following
from tandem.feeds.journal import JournalFeed, JournalWaits, Reading
from tandem.feeds.noting import Noting
from tandem.store import Store

__all__ = ["EventListener", "Listening"]

_log = structlog.get_logger()

_LOOK_SECONDS = 10.0
_CLAIM_SECONDS = 45.0
"""A feed whose process was killed is taken over after that long; its notices wait at the CRM meanwhile."""
_AGAIN_AFTER = 60.0


class EventListener(Protocol):
    """What is needed of `SalesforceListening`."""

    async def listen(self, account_id: int, stop: asyncio.Event) -> None: ...


@dataclass(slots=True, kw_only=True)
class _Under:
    """One feed that this process listens to."""

    feed: Followed
    stop: asyncio.Event
    task: asyncio.Task[None]


class Listening:
    """
    Listens to the journals of HubSpot's apps and to the events of Salesforce's orgs.

    Of several processes on one database each feed has one listener; one that dies is replaced within a minute.
    What goes wrong is told as the state of the feed and tried again, never raised.
    """

    def __init__(
        self,
        *,
        store: Store,
        noting: Noting,
        clock: Clock,
        transport: Transport,
        events: EventListener,
        owner: str,
        waits: JournalWaits | None = None,
        journal_of: Callable[[Client], Reading] | None = None,
    ) -> None:
        self._store = store
        self._noting = noting
        self._clock = clock
        self._transport = transport
        self._events = events
        self._owner = owner
        self._waits = waits or JournalWaits()
        self._journal_of = journal_of or self._journal
        self._known: Clients = {}
        self._under: dict[str, _Under] = {}
        self._not_before: dict[str, float] = {}

    async def serve(self, stop: asyncio.Event) -> None:
        """Until *stop* is set; then every feed is left in good order, for others to take over at once."""
        try:
            while not stop.is_set():
                try:
                    await self.look()
                except StoreError as error:
                    # A full disk or a database that restarts passes; claims end by themselves.
                    _log.error("feeds.store_trouble", message=str(error))
                await rest(stop, _LOOK_SECONDS)
        finally:
            await self._leave(list(self._under))

    async def look(self) -> None:
        """Begin to listen to what is new or was left by others, leave what is gone, keep the rest."""
        now = self._clock.now()
        wanted = {
            each.name: each
            for each in await self._store.run(following, self._store, now, self._known)
        }
        changed = [name for name, each in self._under.items() if wanted.get(name) != each.feed]
        ended = [name for name, each in self._under.items() if each.task.done()]
        for name in ended:
            self._tell_end(name, self._under[name].task)
        await self._leave({*changed, *ended})
        for name, feed in wanted.items():
            if self._not_before.get(name, 0.0) > self._clock.monotonic():
                continue
            is_mine = await self._store.run(
                self._store.hints.claim_feed, name, self._owner, now, _CLAIM_SECONDS
            )
            if is_mine and name not in self._under:
                self._begin(feed)
            elif not is_mine and name in self._under:
                _log.warning("feeds.taken_over", feed=name)
                await self._leave([name])

    def _begin(self, feed: Followed) -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(self._follow(feed, stop))
        self._under[feed.name] = _Under(feed=feed, stop=stop, task=task)

    async def _follow(self, feed: Followed, stop: asyncio.Event) -> None:
        if isinstance(feed, JournalOf):
            journal = JournalFeed(
                journal=self._journal_of(feed.client),
                accounts=dict(feed.accounts),
                wanted=dict(feed.wanted),
                noting=self._noting,
                store=self._store,
                clock=self._clock,
                waits=self._waits,
            )
            await journal.listen(stop)
        else:
            await self._events.listen(feed.account_id, stop)

    def _journal(self, client: Client) -> Reading:
        return Journal(
            self._transport,
            clock=self._clock,
            client_id=client.client_id,
            client_secret=client.secret,
            base_url=client.base_url,
        )

    def _tell_end(self, name: str, task: asyncio.Task[None]) -> None:
        """One that had nothing to hear, or could not begin, is tried again after a while."""
        self._not_before[name] = self._clock.monotonic() + _AGAIN_AFTER
        error = None if task.cancelled() else task.exception()
        if isinstance(error, TandemError):
            _log.warning("feeds.ended", feed=name, message=str(error))
        elif error is not None:
            _log.error("feeds.broken", feed=name, exc_info=error)

    async def _leave(self, names: set[str] | list[str]) -> None:
        left = [self._under.pop(name) for name in names]
        for each in left:
            each.stop.set()
            # What waits at the CRM is not waited for.
            each.task.cancel()
        await asyncio.gather(*(each.task for each in left), return_exceptions=True)
        for each in left:
            with contextlib.suppress(StoreError):
                await self._store.run(self._store.hints.release_feed, each.feed.name, self._owner)
