"""One Subscribe stream: gives as many events as were asked for, and word that it lives [ps-proto]."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.events import refusals
from tandem.sandbox.salesforce.events.bus import ChangeEvent
from tandem.sandbox.salesforce.events.messages import Wire
from tandem.sandbox.salesforce.events.refusals import Refused

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

MOST_ASKED = 100
"""Events that may be outstanding on a stream [ps-alloc]."""
_PAUSE = 0.1
"""How soon a stream notices that the sandbox's clock was moved."""


class Stream:
    """
    A place in the stream of some entities, and how many events its reader wants.

    *check* raises `Refused` where the caller may not go on.
    """

    def __init__(
        self,
        state: "SalesforceState",
        wire: Wire,
        *,
        topic: str,
        entities: Callable[[], frozenset[str]],
        place: int,
        check: Callable[[], None],
        rpc_id: str,
    ) -> None:
        self._state = state
        self._wire = wire
        self._topic = topic
        self._entities = entities
        self._place = place
        self._check = check
        self._rpc_id = rpc_id
        self._bus = state.events
        self._breaks = self._bus.breaks
        self._wanted = 0
        self._news = asyncio.Event()
        self._refused: Refused | None = None
        self._is_over = False
        self._spoke = self._sated = state.world.clock.now_ms()

    def join(self) -> None:
        """Be told of news from now on."""
        self._bus.streams.add(self.wake)

    def leave(self) -> None:
        self._bus.streams.discard(self.wake)

    def wake(self) -> None:
        """There may be something new to give."""
        self._news.set()

    def ask(self, request: Any) -> None:
        """Take in a request for more; `Refused` for one that cannot be."""
        if request.topic_name and request.topic_name != self._topic:
            raise refusals.another_topic()
        count = int(request.num_requested)
        is_too_many = self._wanted + count > MOST_ASKED
        if count < 1 or (is_too_many and self._state.switches["pubsub_over_request"] == "refused"):
            raise refusals.bad_count(count if count < 1 else self._wanted + count)
        self._wanted = min(self._wanted + count, MOST_ASKED)
        self._news.set()

    async def read(self, requests: AsyncIterator[Any]) -> None:
        """Take in what the reader asks for, until it has no more to ask."""
        try:
            async for request in requests:
                self.ask(request)
        except Refused as refused:
            self._refused = refused
        else:
            self._is_over = True
        self._news.set()

    async def write(self, context: Any) -> None:
        """Give events until the reader is gone, the stream breaks, or it was sated for too long."""
        while True:
            self._news.clear()
            if self._refused is not None:
                raise self._refused
            self._go_on()
            events = self._next_events()
            if events:
                await self._give(context, events)
                continue
            if self._is_over or self._was_sated_too_long():
                return
            if self._is_silent_too_long():
                await self._say(context, [], self._bus.now_place())
            # Not wait_for, which forgets that it was cancelled where there is news in the same moment.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await self._news.wait()

    def _go_on(self) -> None:
        self._check()
        if self._bus is not self._state.events or self._bus.breaks != self._breaks:
            raise refusals.unavailable()

    def _next_events(self) -> list[ChangeEvent]:
        if not self._wanted:
            return []
        return self._bus.after(self._place, self._entities(), self._wanted)

    async def _give(self, context: Any, events: list[ChangeEvent]) -> None:
        broken = self._state.faults.take_named("stream_broken")
        if broken is not None:
            events = events[: int(broken.argument("after", 0))]
        if events:
            if not self._bus.deliver(len(events)):
                raise refusals.used_up()
            self._wanted -= len(events)
            self._place = events[-1].place
            # Before the reader can know: it may move the clock at once.
            self._sated = self._state.world.clock.now_ms()
            await self._say(context, events, self._place)
        if broken is not None:
            raise refusals.unavailable()

    async def _say(self, context: Any, events: list[ChangeEvent], place: int) -> None:
        wire = self._wire
        self._spoke = self._state.world.clock.now_ms()
        await context.write(
            wire.fetch_response(
                events=[
                    wire.consumer_event(
                        event=wire.producer_event(
                            id=each.id, schema_id=each.schema.id, payload=each.payload()
                        ),
                        replay_id=each.replay_id,
                    )
                    for each in events
                ],
                latest_replay_id=self._bus.replay_id(place),
                rpc_id=self._rpc_id,
                pending_num_requested=self._wanted,
            )
        )

    def _is_silent_too_long(self) -> bool:
        seconds = float(self._state.switches["pubsub_keepalive_seconds"])
        return self._state.world.clock.now_ms() - self._spoke >= seconds * 1000

    def _was_sated_too_long(self) -> bool:
        seconds = float(self._state.switches["pubsub_idle_seconds"])
        passed = self._state.world.clock.now_ms() - self._sated
        return not self._wanted and passed >= seconds * 1000
