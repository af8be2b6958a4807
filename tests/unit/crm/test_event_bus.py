"""The client of Salesforce's event bus, over a real stream on a loopback socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import grpc
import pytest
from tests.support.event_bus import TASKS, Bus, End, event_bus, schema_of

from tandem.crm.salesforce.events import Batch, EventBus, PositionLost, SessionEnded, TopicUnknown
from tandem.crm.tokens import StaticToken
from tandem.errors import AccessLost, RateLimited, Rejected, TryLater

FIRST, SECOND, THIRD = (f"00T00000000000{number}EAA" for number in (1, 2, 3))


class Renewing:
    """Tokens in the order they are handed out."""

    scopes = None

    def __init__(self, *tokens: str) -> None:
        self._left = list(tokens)
        self.renewals = 0

    async def token(self) -> str:
        return self._left[0]

    async def renewed(self, stale: str) -> str | None:
        self.renewals += 1
        if len(self._left) == 1:
            return None
        self._left.pop(0)
        return self._left[0]


@asynccontextmanager
async def connected(bus: Bus, tokens: Any = None, **more: Any) -> AsyncIterator[EventBus]:
    async with event_bus(bus):
        client = EventBus(
            bus.endpoint,
            tokens or StaticToken("good"),
            instance_url="https://example.my.salesforce.com",
            tenant_id="00D000000000001EAA",
            use_proxies=False,
            **more,
        )
        try:
            yield client
        finally:
            await client.close()


async def listen(client: EventBus, count: int, position: bytes | None = None) -> list[Batch]:
    """Batches until *count* events have come."""
    found, seen = [], 0
    async with aclosing(client.changes(TASKS, position)) as batches:
        async for batch in batches:
            found.append(batch)
            seen += batch.events
            if seen >= count:
                break
    return found


def ids_in(batches: list[Batch]) -> list[str]:
    return [each for batch in batches for change in batch.changes for each in change.record_ids]


START = (0).to_bytes(8, "big")


async def test_events_come_in_order_with_the_position_to_go_on_from() -> None:
    bus = Bus()
    async with connected(bus) as client:
        await bus.publish(FIRST, change="CREATE")
        newest = await bus.publish(SECOND, THIRD)
        batches = await listen(client, 2, START)

    assert ids_in(batches) == [FIRST, SECOND, THIRD]
    assert batches[-1].position == newest


async def test_every_call_says_who_asks() -> None:
    bus = Bus()
    async with connected(bus) as client:
        await bus.publish(FIRST)
        await listen(client, 1, START)

    assert all(said["tenantid"] == "00D000000000001EAA" for said in bus.metadata)
    assert all(said["instanceurl"] == "https://example.my.salesforce.com" for said in bus.metadata)


async def test_without_a_position_only_what_is_new_comes() -> None:
    bus = Bus()
    async with connected(bus) as client:
        await bus.publish(FIRST)
        async with aclosing(client.changes(TASKS)) as batches:
            alive = await anext(batches)
            await bus.publish(SECOND)
            news = await anext(batches)

    assert alive.events == 0
    assert ids_in([alive, news]) == [SECOND]


async def test_a_sign_of_life_moves_the_position() -> None:
    bus = Bus()
    async with connected(bus) as client:
        newest = await bus.publish(FIRST)
        async with aclosing(client.changes(TASKS)) as batches:
            alive = await anext(batches)

    assert alive == Batch(position=newest)


async def test_never_more_than_a_hundred_events_are_outstanding_however_many_wait() -> None:
    bus = Bus(batch=30)
    async with connected(bus) as client:
        for _ in range(2_000):
            await bus.publish(FIRST)
        batches = await listen(client, 2_000, START)

    assert sum(batch.events for batch in batches) == 2_000
    assert bus.most_outstanding == 100
    assert all(1 <= fetch.num_requested <= 100 for fetch in bus.fetches)


async def test_more_is_asked_for_only_when_the_caller_comes_back() -> None:
    bus = Bus(batch=100)
    async with connected(bus) as client:
        for _ in range(200):
            await bus.publish(FIRST)
        async with aclosing(client.changes(TASKS, START)) as batches:
            await anext(batches)
            before = len(bus.fetches)
            await anext(batches)

    assert before == 1
    assert [fetch.num_requested for fetch in bus.fetches] == [100, 100]


async def test_a_bus_that_forgets_how_many_were_asked_for_is_asked_anew() -> None:
    bus = Bus(forgets_requests=True)
    async with connected(bus) as client, aclosing(client.changes(TASKS)) as batches:
        for _ in range(2):
            assert (await anext(batches)).events == 0
        await bus.publish(FIRST)
        bus.forgets_requests = False
        news = await anext(batches)

    assert ids_in([news]) == [FIRST]
    assert [fetch.replay_preset for fetch in bus.fetches] == [0, 2]


async def test_a_schema_is_asked_for_once() -> None:
    bus = Bus(batch=1)
    async with connected(bus) as client:
        for _ in range(20):
            await bus.publish(FIRST)
        await listen(client, 20, START)

    assert bus.schema_calls == ["one"]


async def test_a_schema_that_changes_in_mid_stream_is_learnt() -> None:
    bus = Bus()
    bus.version("two", schema_of("Task", "Priority", "Status", "Subject"))
    async with connected(bus) as client:
        await bus.publish(FIRST)
        await bus.publish(SECOND, schema_id="two")
        await bus.publish(THIRD)
        batches = await listen(client, 3, START)

    assert ids_in(batches) == [FIRST, SECOND, THIRD]
    assert bus.schema_calls == ["one", "two"]


async def test_events_that_cannot_be_read_are_counted_and_the_rest_goes_on() -> None:
    bus = Bus()
    async with connected(bus) as client:
        await bus.publish(FIRST, payload=b"\xff\xff\xff")
        await bus.publish(SECOND)
        batches = await listen(client, 2, START)

    assert ids_in(batches) == [SECOND]
    assert sum(batch.unreadable for batch in batches) == 1


async def test_a_schema_that_nobody_gives_is_asked_for_once_an_answer() -> None:
    bus = Bus(batch=50)
    async with connected(bus) as client:
        for _ in range(40):
            await bus.publish(FIRST, payload=b"x")
        for each in bus.topics[TASKS]:
            each.schema_id = "unknown"
        batches = await listen(client, 40, START)

    assert [batch.unreadable for batch in batches] == [40]
    assert bus.schema_calls == ["unknown"]


async def test_a_token_that_has_expired_is_renewed_before_the_stream_opens() -> None:
    bus, tokens = Bus(), Renewing("old", "good")
    async with connected(bus, tokens) as client:
        await bus.publish(FIRST)
        batches = await listen(client, 1, START)

    assert ids_in(batches) == [FIRST]
    assert tokens.renewals == 1


async def test_a_token_that_expires_in_mid_stream_loses_and_doubles_nothing() -> None:
    ending = End(status=grpc.StatusCode.UNAUTHENTICATED, code="service.auth.error", after=1)
    bus, tokens = Bus(batch=1, endings=[ending]), Renewing("good", "better")
    bus.tokens.add("better")
    async with connected(bus, tokens) as client:
        for each in (FIRST, SECOND, THIRD):
            await bus.publish(each)
        batches = await listen(client, 3, START)

    assert ids_in(batches) == [FIRST, SECOND, THIRD]
    assert bus.metadata[-1]["accesstoken"] == "better"


async def test_a_session_that_cannot_be_renewed_wants_a_person() -> None:
    bus = Bus()
    async with connected(bus, StaticToken("old")) as client:
        with pytest.raises(SessionEnded, match="session has ended"):
            await listen(client, 1, START)
        with pytest.raises(AccessLost):
            await client.topic(TASKS)


async def test_a_fresh_token_that_is_refused_too_is_not_renewed_for_ever() -> None:
    bus, tokens = Bus(), Renewing("old", "bad", "worse", "worst")
    async with connected(bus, tokens) as client:
        with pytest.raises(SessionEnded):
            await listen(client, 1, START)

    assert tokens.renewals == 1


@pytest.mark.parametrize(
    ("ending", "error"),
    [
        (End(), TryLater),
        (End(status=grpc.StatusCode.INTERNAL, code="service.unavailable"), TryLater),
        (End(status=grpc.StatusCode.PERMISSION_DENIED), AccessLost),
        (End(status=grpc.StatusCode.RESOURCE_EXHAUSTED), RateLimited),
        (End(status=grpc.StatusCode.NOT_FOUND), TopicUnknown),
        (
            End(
                status=grpc.StatusCode.INVALID_ARGUMENT,
                code="subscription.fetch.replayid.corrupted",
            ),
            PositionLost,
        ),
        (
            End(status=grpc.StatusCode.INVALID_ARGUMENT, words="The Replay ID is invalid"),
            PositionLost,
        ),
        (End(status=grpc.StatusCode.UNIMPLEMENTED), Rejected),
    ],
)
async def test_what_ends_a_stream_says_what_can_be_done(ending: End, error: type) -> None:
    bus = Bus(endings=[ending])
    async with connected(bus) as client:
        with pytest.raises(error) as caught:
            await listen(client, 1, START)

    assert caught.type is error


async def test_the_deliveries_of_a_day_are_told_from_a_short_pause() -> None:
    ending = End(status=grpc.StatusCode.RESOURCE_EXHAUSTED, code="subscription.limit.exceeded")
    bus = Bus(endings=[ending])
    async with connected(bus) as client:
        with pytest.raises(RateLimited) as caught:
            await listen(client, 1, START)

    assert caught.value.daily
    assert caught.value.code == "subscription.limit.exceeded"
    assert caught.value.request_id == "rpc-1"


async def test_a_position_that_is_no_longer_kept_is_told() -> None:
    bus = Bus(first_kept=5)
    async with connected(bus) as client:
        for _ in range(6):
            await bus.publish(FIRST)
        with pytest.raises(PositionLost, match="no longer kept"):
            await listen(client, 1, START)


async def test_a_topic_that_is_not_there_is_told() -> None:
    bus = Bus(topics={})
    async with connected(bus) as client:
        with pytest.raises(TopicUnknown, match="Change Data Capture"):
            await listen(client, 1)
        with pytest.raises(TopicUnknown):
            await client.topic(TASKS)


async def test_a_stream_without_a_sign_of_life_is_given_up() -> None:
    bus = Bus(alive=False)
    async with connected(bus, silence_seconds=0.05) as client:
        with pytest.raises(TryLater, match="silent"):
            await listen(client, 1)


async def test_a_bus_that_is_not_there_is_tried_again_later() -> None:
    bus = Bus()
    async with connected(bus) as client:
        pass
    try:
        with pytest.raises(TryLater, match="UNAVAILABLE"):
            await listen(client, 1, START)
    finally:
        await client.close()


async def test_what_salesforce_says_of_a_topic() -> None:
    bus = Bus()
    async with connected(bus) as client:
        topic = await client.topic(TASKS)

    assert topic.can_subscribe
    assert topic.schema_id == "one"
