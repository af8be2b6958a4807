"""
Salesforce's event bus as Tandem uses it: one org, its change events, nothing published.

Events are asked for no faster than they are consumed: the next ones when half of what was asked for has come and the
caller is back for more. So memory holds one answer, however many events wait at Salesforce.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tandem.crm.salesforce.events.changes import (
    HeaderSchema,
    RecordChange,
    SchemaCache,
    Unreadable,
)
from tandem.crm.salesforce.events.channel import open_channel
from tandem.crm.salesforce.events.endpoint import Endpoint
from tandem.crm.salesforce.events.refusals import SessionEnded, refused, said_by
from tandem.crm.salesforce.events.wire import CUSTOM, LATEST, wire
from tandem.crm.tokens import TokenSource
from tandem.errors import AccessLost, Rejected, TryLater
from tandem.model import Side

__all__ = ["MOST_REQUESTED", "Batch", "EventBus", "Topic"]

MOST_REQUESTED = 100
"""The most events that may be outstanding for one subscription [ps-alloc]."""
SILENCE_SECONDS = 330.0
"""Salesforce says something at least every 270 s [ps-proto]; a stream silent for longer is dead."""
_CALL_SECONDS = 30.0
_FORGOTTEN = 1
"""Signs of life in a row after which Salesforce is believed to await another request, against our own count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    can_subscribe: bool
    schema_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """
    One answer of a subscription. Whoever has noted ``changes`` may save ``position``: subscribing there goes on with
    what came after it. ``unreadable`` counts events that told nothing. A sign of life has no events.
    """

    position: bytes
    changes: tuple[RecordChange, ...] = ()
    events: int = 0
    unreadable: int = 0


class EventBus:
    """
    One org's event bus, over one connection of its own.

    *tenant_id* is the organisation's id. Raises the ``CrmError`` family, of which `PositionLost` and `TopicUnknown`
    (``refusals``) want an answer of the caller's. A token that has expired is renewed in between.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        tokens: TokenSource,
        *,
        instance_url: str,
        tenant_id: str,
        ca_file: Path | None = None,
        use_proxies: bool = True,
        silence_seconds: float = SILENCE_SECONDS,
        most_requested: int = MOST_REQUESTED,
    ) -> None:
        self._wire = wire()
        self._endpoint = endpoint
        self._tokens = tokens
        self._instance_url = instance_url
        self._tenant_id = tenant_id
        self._ca_file = ca_file
        self._use_proxies = use_proxies
        self._silence = silence_seconds
        self._most = min(most_requested, MOST_REQUESTED)
        self._schemas = SchemaCache()
        self._channel: Any = None

    async def close(self) -> None:
        """Give the connection back; a later call opens another."""
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close()

    async def topic(self, name: str) -> Topic:
        """What Salesforce says of a topic, ``/data/TaskChangeEvent`` for example."""
        info = await self._ask("get topic", self._wire.get_topic, self._topic_request(name))
        return Topic(name=name, can_subscribe=info.can_subscribe, schema_id=info.schema_id)

    async def changes(
        self, topic: str, position: bytes | None = None
    ) -> AsyncGenerator[Batch, None]:
        """
        What changes from *position* on, or without one from now on, for as long as the stream holds.

        A stream in which Salesforce has lost count of what was asked for is opened again. One that breaks raises; begin again at the position of the last batch. Close the generator when leaving
        early.
        """
        stale: str | None = None
        while True:
            token = await self._tokens.token()
            try:
                async with aclosing(self._stream(topic, position, token)) as stream:
                    async for batch in stream:
                        yield batch
                        # Asked for the next one: the caller has saved this one.
                        position, stale = batch.position or position, None
            except SessionEnded:
                if stale is not None or await self._renewed(token) is None:
                    raise
                stale = token

    # ----------------------------------------------------------------- one stream

    async def _stream(
        self, topic: str, position: bytes | None, token: str
    ) -> AsyncGenerator[Batch, None]:
        call = self._wire.subscribe(self._open())(metadata=self._metadata(token))
        first = self._wire.fetch_request(
            topic_name=topic,
            replay_preset=CUSTOM if position else LATEST,
            replay_id=position or b"",
            num_requested=self._most,
        )
        try:
            await self._write(call, first)
            # Counted here: what an answer says of it does not know of requests that are still under way.
            awaited, forgotten = self._most, 0
            while True:
                response = await self._read(call)
                batch = await self._batch_from(response)
                yield batch
                awaited = max(awaited - batch.events, 0)
                if awaited <= self._most // 2:
                    more = self._wire.fetch_request(
                        topic_name=topic, num_requested=self._most - awaited
                    )
                    await self._write(call, more)
                    awaited = self._most
                is_idle = batch.events == 0 and response.pending_num_requested == 0
                forgotten = forgotten + 1 if is_idle else 0
                if forgotten > _FORGOTTEN:
                    return
        finally:
            call.cancel()

    async def _write(self, call: Any, request: Any) -> None:
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                await call.write(request)
        except self._wire.grpc.RpcError as error:
            raise refused("subscribe", *said_by(error)) from error
        except asyncio.InvalidStateError as error:
            raise await self._end_of(call) from error
        except TimeoutError as error:
            raise _silent("the request could not be sent", _CALL_SECONDS) from error

    async def _read(self, call: Any) -> Any:
        try:
            async with asyncio.timeout(self._silence):
                response = await call.read()
        except self._wire.grpc.RpcError as error:
            raise refused("subscribe", *said_by(error)) from error
        except TimeoutError as error:
            raise _silent("nothing came, not even a sign of life", self._silence) from error
        if response is self._wire.grpc.aio.EOF:
            raise await self._end_of(call)
        return response

    async def _end_of(self, call: Any) -> Exception:
        status, words = await call.code(), await call.details()
        if status is self._wire.grpc.StatusCode.OK:
            return refused("subscribe", "OK", words or "the stream was closed")
        return refused("subscribe", status.name, words or "")

    async def _batch_from(self, response: Any) -> Batch:
        changes, unreadable = [], 0
        hidden: set[str] = set()
        for each in response.events:
            event = each.event
            try:
                if event.schema_id in hidden:
                    raise Unreadable("Salesforce does not give its schema")
                schema = self._schemas.get(event.schema_id)
                if schema is None:
                    hidden.add(event.schema_id)
                    schema = await self._learn(event.schema_id)
                    hidden.remove(event.schema_id)
                changes.append(schema.change_in(event.payload))
            except Unreadable:
                unreadable += 1
        events = response.events
        return Batch(
            position=events[-1].replay_id if events else response.latest_replay_id,
            changes=tuple(changes),
            events=len(events),
            unreadable=unreadable,
        )

    async def _learn(self, schema_id: str) -> HeaderSchema:
        request = self._wire.schema_request(schema_id=schema_id)
        try:
            info = await self._ask("get schema", self._wire.get_schema, request)
        except Rejected as error:
            raise Unreadable("Salesforce does not give its schema") from error
        schema = HeaderSchema(info.schema_json)
        self._schemas.keep(schema_id, schema)
        return schema

    # ----------------------------------------------------------------- calls of one answer

    def _topic_request(self, name: str) -> Any:
        return self._wire.topic_request(topic_name=name)

    async def _ask(self, operation: str, method: Any, request: Any) -> Any:
        token = await self._tokens.token()
        try:
            return await self._once(operation, method, request, token)
        except SessionEnded:
            fresh = await self._renewed(token)
            if fresh is None:
                raise
        return await self._once(operation, method, request, fresh)

    async def _once(self, operation: str, method: Any, request: Any, token: str) -> Any:
        try:
            return await method(self._open())(
                request, metadata=self._metadata(token), timeout=_CALL_SECONDS
            )
        except self._wire.grpc.RpcError as error:
            raise refused(operation, *said_by(error)) from error

    async def _renewed(self, stale: str) -> str | None:
        """Another token than *stale*; None where there is none to be had."""
        fresh = await self._tokens.renewed(stale)
        return None if fresh == stale else fresh

    def _metadata(self, token: str) -> tuple[tuple[str, str], ...]:
        return (
            ("accesstoken", _header(token)),
            ("instanceurl", self._instance_url),
            ("tenantid", self._tenant_id),
        )

    def _open(self) -> Any:
        if self._channel is None:
            self._channel = open_channel(
                self._endpoint, ca_file=self._ca_file, use_proxies=self._use_proxies
            )
        return self._channel


def _header(token: str) -> str:
    if not token.isascii() or not token.isprintable():
        raise AccessLost(
            "The Salesforce token has characters no token has. Connect Salesforce again "
            "(tandem connect salesforce).",
            side=Side.SALESFORCE,
            operation="subscribe",
        )
    return token


def _silent(what: str, seconds: float) -> TryLater:
    return TryLater(
        f"Salesforce's event bus was silent for {seconds:g} s: {what}.",
        side=Side.SALESFORCE,
        operation="subscribe",
    )
