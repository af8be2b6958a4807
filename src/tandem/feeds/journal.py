"""One app's journal, noted as hints for every connected account the app is installed in."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from tandem.clock import Clock
from tandem.crm.hubspot.journal import OffsetLost, Wanted
from tandem.crm.hubspot.journal_events import JournalFile
from tandem.errors import AccessLost, CrmError, RateLimited, Rejected, StoreError
from tandem.feeds.noting import Noting
from tandem.feeds.webhooks import hint_from
from tandem.model import Side
from tandem.store import FeedHealth, FeedName, FeedPosition, FeedState, Hint, Store
from tandem.store.hints import Heard

__all__ = ["JournalFeed", "JournalWaits", "Reading"]

_FROM_THE_START = "start"
"""The position before the first file of a journal that was empty when we came."""
_KEPT = timedelta(days=2)
"""HubSpot keeps three days [D-journal]; within these nothing of an empty journal's first files is gone."""
_LATE_SECONDS = 120.0
_LATE_FOR = 300.0
_TOLD_SECONDS = 60.0


class Reading(Protocol):
    """What is needed of `Journal`."""

    async def latest(self) -> JournalFile | None: ...

    async def earliest(self) -> JournalFile | None: ...

    async def after(self, offset: str) -> JournalFile | None: ...

    async def subscribe(self, wanted: Mapping[str, Sequence[Wanted]]) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalWaits:
    """Seconds between two looks, and before the next try after trouble."""

    between: float = 2.0
    first: float = 1.0
    longest: float = 60.0
    refused: float = 600.0


class JournalFeed:
    """
    Follows one app's journal until told to stop.

    *wanted* names for each portal what to subscribe to, *accounts* our account of it. Position and hints of a file
    are saved in one transaction, for all accounts alike: the journal has one order for all of them.
    """

    def __init__(
        self,
        *,
        journal: Reading,
        accounts: Mapping[str, int],
        wanted: Mapping[str, Sequence[Wanted]],
        noting: Noting,
        store: Store,
        clock: Clock,
        waits: JournalWaits | None = None,
        jitter: random.Random | None = None,
    ) -> None:
        self._journal = journal
        self._accounts = dict(accounts)
        self._wanted = wanted
        self._noting = noting
        self._store = store
        self._clock = clock
        self._waits = waits or JournalWaits()
        self._jitter = jitter or random.Random()
        self._position: str | None = None
        self._is_subscribed = False
        self._late_until = 0.0
        self._told: tuple[tuple[FeedHealth, str, str], float] | None = None

    async def listen(self, stop: asyncio.Event) -> None:
        """Until *stop* is set. What HubSpot or the database refuse is waited for and tried again."""
        failures = 0
        while not stop.is_set():
            try:
                await self.catch_up()
                failures = 0
                pause = self._waits.between
            except StoreError:
                failures += 1
                pause = self._after(failures)
            except CrmError as error:
                failures += 1
                pause = await self._failed(error, failures)
            await self._rest(stop, pause)

    async def catch_up(self) -> int:
        """Read and note everything that is new; how many files that were."""
        if self._position is None:
            self._position = await self._store.run(self._known_position)
        if not self._is_subscribed:
            await self._subscribe()
        if not self._position:
            await self._begin()
        files = 0
        try:
            while (found := await self._next()) is not None:
                await self._take(found)
                files += 1
        except OffsetLost:
            await self._begin()
        if self._clock.monotonic() < self._late_until:
            await self._tell(FeedHealth.BEHIND, "journal_late")
        else:
            await self._tell(FeedHealth.HEALTHY, lag=0.0)
        return files

    async def _subscribe(self) -> None:
        await self._journal.subscribe(self._wanted)
        self._is_subscribed = True

    async def _next(self) -> JournalFile | None:
        if self._position == _FROM_THE_START:
            return await self._journal.earliest()
        return await self._journal.after(self._position or "")

    async def _begin(self) -> None:
        """
        Go on from the newest file, and have everything looked at once.

        The position is taken before the look, so what changes meanwhile is in the next files.
        """
        latest = await self._journal.latest()
        position = _FROM_THE_START if latest is None else latest.offset
        await self._note({each: [Hint.everything(Side.HUBSPOT)] for each in self._ids()}, position)

    async def _take(self, file: JournalFile) -> None:
        hints: dict[int, list[Hint]] = {account_id: [] for account_id in self._ids()}
        for notice in file.notices:
            account_id = self._accounts.get(notice.portal_id)
            if account_id is not None:
                hints[account_id].append(hint_from(notice))
        for portal_id in file.unnamed:
            if portal_id in self._accounts:
                hints[self._accounts[portal_id]].append(Hint.everything(Side.HUBSPOT, file.newest))
        lag = self._lag(file)
        await self._note(hints, file.offset, lag)
        if lag is not None and lag > _LATE_SECONDS:
            await self._tell(FeedHealth.BEHIND, "journal_late", lag=lag)
        # Our own delay is over once everything is read; HubSpot's may go on with the next file.
        is_late = file.delay_seconds > _LATE_SECONDS
        self._late_until = self._clock.monotonic() + _LATE_FOR if is_late else 0.0

    async def _note(
        self, hints: Mapping[int, list[Hint]], position: str, lag: float | None = None
    ) -> None:
        here = FeedPosition(name=FeedName.JOURNAL, position=position, lag_seconds=lag)
        await self._noting.note_all(
            Heard(account_id=account_id, hints=tuple(said), position=here)
            for account_id, said in hints.items()
        )
        self._position = position

    def _ids(self) -> list[int]:
        return sorted(set(self._accounts.values()))

    def _known_position(self) -> str:
        """Where any account of the app stands: whoever was saved last stands furthest."""
        states: list[FeedState] = [
            each
            for account_id in self._ids()
            for each in self._store.hints.feed_states(account_id)
            if each.name is FeedName.JOURNAL and each.position and each.heard_at is not None
        ]
        newest = max(states, key=lambda each: each.heard_at or each.checked_at, default=None)
        if newest is None or newest.heard_at is None:
            return ""
        age = self._clock.now() - newest.heard_at
        # Of an offset HubSpot says itself when it is too old; of the beginning it cannot.
        is_lost = newest.position == _FROM_THE_START and age > _KEPT
        return "" if is_lost else newest.position

    def _lag(self, file: JournalFile) -> float | None:
        if file.newest is None:
            return None
        return max(0.0, (self._clock.now() - file.newest).total_seconds())

    # ----------------------------------------------------------------- how it goes

    async def _failed(self, error: CrmError, failures: int) -> float:
        detail = str(error)
        if isinstance(error, (AccessLost, Rejected)):
            await self._tell_if_possible(FeedHealth.OFF, "journal_refused", detail)
            return self._spread(self._waits.refused)
        message = "journal_limited" if isinstance(error, RateLimited) else "journal_reconnecting"
        await self._tell_if_possible(FeedHealth.BEHIND, message, detail)
        asked = (error.seconds if isinstance(error, RateLimited) else None) or 0.0
        return max(asked, self._after(failures))

    def _after(self, failures: int) -> float:
        waits = self._waits
        return self._spread(min(waits.first * 2 ** min(failures - 1, 16), waits.longest))

    def _spread(self, seconds: float) -> float:
        return seconds * (0.5 + self._jitter.random() / 2)

    async def _tell_if_possible(self, state: FeedHealth, message: str, detail: str) -> None:
        # A database in trouble is told by everybody else, too; the next round says it again.
        with contextlib.suppress(StoreError):
            await self._tell(state, message, detail)

    async def _tell(
        self, state: FeedHealth, message: str = "", detail: str = "", lag: float | None = None
    ) -> None:
        """Save how the feed is where that has changed, and once a minute where it has not."""
        said = (state, message, detail)
        now = self._clock.monotonic()
        if self._told is not None and self._told[0] == said and now - self._told[1] < _TOLD_SECONDS:
            return
        await self._store.run(self._save_state, said, lag)
        self._told = (said, now)

    def _save_state(self, said: tuple[FeedHealth, str, str], lag: float | None) -> None:
        state, message, detail = said
        for account_id in self._ids():
            self._store.hints.save_feed(
                account_id,
                FeedName.JOURNAL,
                state,
                self._clock.now(),
                message=message,
                detail=detail,
                lag_seconds=lag,
            )

    async def _rest(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait by our clock, or until *stop* is set."""
        stopping = asyncio.ensure_future(stop.wait())
        resting = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({stopping, resting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            resting.cancel()
