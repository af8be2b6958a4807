"""
One Salesforce account's change events, noted as hints of what to look at again.

A hint and the position behind it are saved together, so an event that was not noted is sent again, and one that is sent
twice is noted twice, which costs nothing. Where Salesforce cannot say what was missed, the hint is to look at everything.
"""

from __future__ import annotations

import asyncio
import enum
import random
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tandem.clock import Clock
from tandem.crm.salesforce.events import Batch, PositionLost, RecordChange, TopicUnknown, topic_of
from tandem.errors import CrmError, RateLimited, StoreError, TryLater
from tandem.feeds.noting import Noting
from tandem.feeds.positions import Positions
from tandem.model import Side
from tandem.store import Change, FeedHealth, FeedName, FeedPosition, Hint, Store
from tandem.sync.policy import Policy

__all__ = ["Bus", "EventWaits", "SalesforceEvents", "entities_for", "hints_from"]

_MOST_ENTITIES = 5
_LATE_SECONDS = 120.0
_TOLD_SECONDS = 60.0


class Bus(Protocol):
    """What is needed of `EventBus`."""

    def changes(self, topic: str, position: bytes | None = None) -> AsyncGenerator[Batch, None]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWaits:
    """Seconds to wait before a stream is opened again, by what ended it."""

    first: float = 1.0
    longest: float = 60.0
    refused: float = 600.0
    daily_limit: float = 900.0


class _State(enum.StrEnum):
    STARTING = "starting"
    LIVE = "live"
    LATE = "late"
    LIMITED = "limited"
    BROKEN_OFF = "broken off"
    ABSENT = "absent"
    REFUSED = "refused"


class SalesforceEvents:
    """
    Listens to the events of *entities* for one account, until told to stop.

    How it goes is saved as the account's feed state, of which *unselected* objects are a part: wanted, but the org
    makes no events of them. Give it a *bus* of its own: it closes it.
    """

    def __init__(
        self,
        *,
        account_id: int,
        bus: Bus,
        noting: Noting,
        store: Store,
        clock: Clock,
        entities: Sequence[str],
        unselected: Sequence[str] = (),
        jitter: random.Random | None = None,
        waits: EventWaits | None = None,
    ) -> None:
        self._account_id = account_id
        self._bus = bus
        self._noting = noting
        self._store = store
        self._clock = clock
        self._entities = tuple(entities)[:_MOST_ENTITIES]
        self._jitter = jitter or random.Random()
        self._waits = waits or EventWaits()
        self._saving = asyncio.Lock()
        self._positions = Positions({})
        self._states = {
            **dict.fromkeys(self._entities, _State.STARTING),
            **dict.fromkeys(unselected, _State.ABSENT),
        }
        self._details: dict[str, str] = {}
        self._lag: float | None = None
        self._told: tuple[tuple[FeedHealth, str, str], float] | None = None

    async def listen(self, stop: asyncio.Event) -> None:
        """
        Until *stop* is set. What Salesforce or the database refuse is waited for and tried again.

        ``SettingsError`` where the address, the certificates or the proxy cannot be used, ``StoreError`` where the
        database cannot be read at the start.
        """
        saved = await self._store.run(self._store.hints.feed_states, self._account_id)
        told = [each.position for each in saved if each.name is FeedName.EVENTS]
        self._positions = Positions.read("".join(told)).only(map(topic_of, self._entities))
        await self._tell()
        streams = [asyncio.create_task(self._follow(each)) for each in self._entities]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*streams, stopping], return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for each in (*streams, stopping):
                each.cancel()
            await asyncio.gather(*streams, stopping, return_exceptions=True)
            await self._bus.close()

    async def _follow(self, entity: str) -> None:
        """One entity's events, for ever."""
        failures = 0
        while True:
            try:
                async with aclosing(self._batches(entity)) as batches:
                    async for batch in batches:
                        failures = 0
                        await self._take(entity, batch)
                error: CrmError | StoreError = TryLater(
                    "the stream ended", side=Side.SALESFORCE, operation="subscribe"
                )
            except PositionLost as lost:
                error = lost
                if await self._start_anew(entity):
                    continue
            except (CrmError, StoreError) as caught:
                error = caught
            failures += 1
            await self._failed(entity, error)
            await self._clock.sleep(self._pause(error, failures))

    async def _batches(self, entity: str) -> AsyncGenerator[Batch, None]:
        topic = topic_of(entity)
        position = self._positions.of(topic)
        is_new = position is None
        async with aclosing(self._bus.changes(topic, position)) as batches:
            async for batch in batches:
                if is_new:
                    # Only now is it certain that the stream misses nothing: what changed before is found by looking.
                    await self._note(entity, [Hint.everything(Side.SALESFORCE)], None)
                    is_new = False
                yield batch

    async def _take(self, entity: str, batch: Batch) -> None:
        hints = list(hints_from(batch.changes))
        if batch.unreadable:
            hints.append(Hint.everything(Side.SALESFORCE))
        lag = _lag(batch.changes, self._clock.now())
        position = batch.position or self._positions.of(topic_of(entity))
        await self._note(entity, hints, position, lag)
        is_late = lag is not None and lag > _LATE_SECONDS
        await self._set(entity, _State.LATE if is_late else _State.LIVE)

    async def _start_anew(self, entity: str) -> bool:
        """Give up a position that Salesforce no longer knows; False where there was none to give up."""
        if self._positions.of(topic_of(entity)) is None:
            return False
        try:
            await self._note(entity, [Hint.everything(Side.SALESFORCE)], None)
        except StoreError:
            return False
        await self._set(entity, _State.STARTING)
        return True

    async def _note(
        self, entity: str, hints: Sequence[Hint], position: bytes | None, lag: float | None = None
    ) -> None:
        """
        Hints and position in one transaction, one at a time.

        All topics' positions are saved as one value: it must hold none whose hints are not saved yet.
        """
        async with self._saving:
            moved = self._positions.moved(topic_of(entity), position)
            heard = FeedPosition(name=FeedName.EVENTS, position=str(moved), lag_seconds=lag)
            await self._noting.note(self._account_id, hints, position=heard)
            self._positions = moved
        if lag is not None:
            self._lag = lag

    # ----------------------------------------------------------------- how it goes

    async def _failed(self, entity: str, error: CrmError | StoreError) -> None:
        if isinstance(error, StoreError):
            # There is nowhere to save it, and everybody else notices, too.
            self._states[entity] = _State.BROKEN_OFF
            return
        if isinstance(error, TopicUnknown):
            state = _State.ABSENT
        elif isinstance(error, RateLimited):
            state = _State.LIMITED
        elif isinstance(error, TryLater):
            state = _State.BROKEN_OFF
        else:
            state = _State.REFUSED
        await self._set(entity, state, str(error))

    def _pause(self, error: CrmError | StoreError, failures: int) -> float:
        waits = self._waits
        if isinstance(error, RateLimited) and error.daily:
            seconds = waits.daily_limit
        elif isinstance(error, (TryLater, StoreError)):
            asked = getattr(error, "seconds", None) or 0.0
            seconds = max(asked, min(waits.first * 2 ** min(failures - 1, 16), waits.longest))
        else:
            seconds = waits.refused
        # Thousands of streams broke at the same moment when Salesforce restarted.
        return seconds * (0.5 + self._jitter.random() / 2)

    async def _set(self, entity: str, state: _State, detail: str = "") -> None:
        self._states[entity] = state
        self._details[entity] = detail
        try:
            await self._tell()
        except StoreError:
            # The state is told again with the next one; what was noted is noted.
            self._told = None

    async def _tell(self) -> None:
        """Save how the feed is where that has changed, and once a minute where it has not."""
        said = self._health()
        now = self._clock.monotonic()
        if self._told is not None and self._told[0] == said and now - self._told[1] < _TOLD_SECONDS:
            return
        health, message, detail = said
        self._told = (said, now)
        await self._store.run(
            self._store.hints.save_feed,
            self._account_id,
            FeedName.EVENTS,
            health,
            self._clock.now(),
            message=message,
            detail=detail,
            lag_seconds=self._lag,
        )

    def _health(self) -> tuple[FeedHealth, str, str]:
        for state, health, message in _WORST_FIRST:
            named = [each for each, its in self._states.items() if its is state]
            if named:
                return health, message, self._details.get(named[0], "")
        absent = [each for each, its in self._states.items() if its is _State.ABSENT]
        if len(absent) == len(self._states) or "Task" in absent:
            # Without tasks' own events nobody may rely on the feed, whatever else it tells.
            return FeedHealth.OFF, "events_not_selected", ", ".join(absent)
        is_starting = _State.STARTING in self._states.values()
        health = FeedHealth.STARTING if is_starting else FeedHealth.HEALTHY
        return health, "events_partly_selected" if absent else "", ", ".join(absent)


_WORST_FIRST = (
    (_State.REFUSED, FeedHealth.BROKEN, "events_refused"),
    (_State.LIMITED, FeedHealth.BEHIND, "events_limit"),
    (_State.BROKEN_OFF, FeedHealth.BEHIND, "events_reconnecting"),
    (_State.LATE, FeedHealth.BEHIND, "events_late"),
)


def entities_for(policies: Iterable[Policy]) -> tuple[str, ...]:
    """
    The objects whose events connections with these settings need, the most useful first, five at most [cdc-alloc].

    Tasks where they come from Salesforce; people and what activities hang on wherever anything is synced, since an
    activity may wait for them. Users come last: owners are looked up again every few minutes anyway.
    """
    known = [policy for policy in policies if policy.synced_kinds]
    if not known:
        return ()
    has_tasks = any(policy.salesforce_task_sync for policy in known)
    wanted = ("Contact", "Lead", "Account", "Opportunity", "User")
    return (("Task", *wanted) if has_tasks else wanted)[:_MOST_ENTITIES]


def hints_from(changes: Iterable[RecordChange]) -> Iterable[Hint]:
    """
    What to look at because of *changes*. Own writes are hints like any other: that they are echoes is found by looking.
    """
    for change in changes:
        for record_id in change.record_ids:
            yield Hint(
                side=Side.SALESFORCE,
                object=change.entity,
                record_id=record_id,
                change=Change(change.change.value),
                occurred_at=change.committed_at,
            )
        if change.is_everything:
            yield Hint.everything(Side.SALESFORCE, change.committed_at)


def _lag(changes: Sequence[RecordChange], now: datetime) -> float | None:
    """Age of the newest event; nothing where an answer held none that says when."""
    moments = [each.committed_at for each in changes if each.committed_at is not None]
    return max(0.0, (now - max(moments)).total_seconds()) if moments else None
