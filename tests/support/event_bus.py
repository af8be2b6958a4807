"""A small event bus on a loopback socket: Salesforce's Pub/Sub service as its published description tells it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import fastavro
import grpc
import grpc.aio

from tandem.crm.salesforce.events.endpoint import Endpoint
from tandem.crm.salesforce.events.wire import wire

TASKS = "/data/TaskChangeEvent"
PREFIX = "sfdc.platform.eventbus.grpc."
NOON_MS = 1_795_435_200_000  # 2026-11-23T12:00:00Z

_CHANGE_TYPES = ["CREATE", "UPDATE", "DELETE", "UNDELETE"]
HEADER: dict[str, Any] = {
    "type": "record",
    "name": "ChangeEventHeader",
    "fields": [
        {"name": "entityName", "type": "string"},
        {"name": "recordIds", "type": {"type": "array", "items": "string"}},
        {
            "name": "changeType",
            "type": {
                "type": "enum",
                "name": "ChangeType",
                "symbols": [
                    *_CHANGE_TYPES,
                    *(f"GAP_{each}" for each in _CHANGE_TYPES),
                    "GAP_OVERFLOW",
                ],
            },
        },
        {"name": "changeOrigin", "type": "string"},
        {"name": "transactionKey", "type": "string"},
        {"name": "sequenceNumber", "type": "int"},
        {"name": "commitTimestamp", "type": "long"},
        {"name": "commitNumber", "type": "long"},
        {"name": "commitUser", "type": "string"},
        {"name": "nulledFields", "type": {"type": "array", "items": "string"}},
        {"name": "diffFields", "type": {"type": "array", "items": "string"}},
        {"name": "changedFields", "type": {"type": "array", "items": "string"}},
    ],
}


def schema_of(entity: str = "Task", *fields: str) -> dict[str, Any]:
    """An event's schema: its header, then the object's fields."""
    return {
        "type": "record",
        "name": f"{entity}ChangeEvent",
        "namespace": "com.sforce.eventbus",
        "fields": [
            {"name": "ChangeEventHeader", "type": HEADER},
            *(
                {"name": name, "type": ["null", "string"], "default": None}
                for name in fields or ("Subject", "Description")
            ),
        ],
    }


def header_of(*ids: str, change: str = "UPDATE", entity: str = "Task") -> dict[str, Any]:
    return {
        "entityName": entity,
        "recordIds": list(ids),
        "changeType": change,
        "changeOrigin": "com/salesforce/api/rest/62.0;client=tandem",
        "transactionKey": "0006e261-c967-31c3-f492-0ea68f20d733",
        "sequenceNumber": 1,
        "commitTimestamp": NOON_MS,
        "commitNumber": 92_384_756,
        "commitUser": "005000000000001AAA",
        "nulledFields": [],
        "diffFields": [],
        "changedFields": ["0x02"],
    }


def payload_of(header: dict[str, Any], schema: dict[str, Any], **fields: str) -> bytes:
    body = io.BytesIO()
    fastavro.schemaless_writer(
        body, fastavro.parse_schema(schema), {"ChangeEventHeader": header, **fields}
    )
    return body.getvalue()


@dataclass(kw_only=True)
class End:
    """How a stream ends once it has sent *after* more events."""

    status: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE
    code: str = ""
    words: str = "It is not the day."
    after: int = 0


@dataclass(kw_only=True)
class Sent:
    replay_id: bytes
    schema_id: str
    payload: bytes


@dataclass
class Bus:
    """
    What the service has and what was asked of it. ``endings`` are used up, one a stream; ``batch`` is how many
    events go into an answer; ``alive`` makes it send a sign of life where there is nothing to send. While it
    ``forgets_requests`` it sends nothing but those, and says that nothing was asked for.
    """

    topics: dict[str, list[Sent]] = field(default_factory=lambda: {TASKS: []})
    schemas: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {"good"})
    endings: list[End] = field(default_factory=list)
    first_kept: int = 1
    batch: int = 10
    alive: bool = True
    forgets_requests: bool = False
    fetches: list[Any] = field(default_factory=list)
    metadata: list[dict[str, str]] = field(default_factory=list)
    schema_calls: list[str] = field(default_factory=list)
    outstanding: int = 0
    most_outstanding: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self.news = asyncio.Condition()
        self.version("one", schema_of())

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(host="127.0.0.1", port=self.port, is_plain=True)

    def version(self, schema_id: str, schema: dict[str, Any]) -> None:
        self.schemas[schema_id] = json.dumps(schema)

    async def publish(
        self,
        *ids: str,
        change: str = "UPDATE",
        schema_id: str = "one",
        topic: str = TASKS,
        payload: bytes | None = None,
    ) -> bytes:
        entity = topic.removeprefix("/data/").removesuffix("ChangeEvent")
        header = header_of(*ids, change=change, entity=entity)
        body = payload or payload_of(header, json.loads(self.schemas[schema_id]), Subject="Hush")
        sent = self.topics[topic]
        replay_id = (len(sent) + 1).to_bytes(8, "big")
        async with self.news:
            sent.append(Sent(replay_id=replay_id, schema_id=schema_id, payload=body))
            self.news.notify_all()
        return replay_id

    async def hang_up(self) -> None:
        """Let streams that wait notice that there is an ending for them."""
        async with self.news:
            self.news.notify_all()

    # ----------------------------------------------------------------- the service

    async def _admit(self, context: Any) -> None:
        said = dict(context.invocation_metadata())
        self.metadata.append(said)
        if said.get("accesstoken") not in self.tokens:
            await refuse(context, grpc.StatusCode.UNAUTHENTICATED, "service.auth.error")

    async def get_topic(self, request: Any, context: Any) -> Any:
        await self._admit(context)
        if request.topic_name not in self.topics:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "topic.not.found")
        return wire().topic_info(topic_name=request.topic_name, can_subscribe=True, schema_id="one")

    async def get_schema(self, request: Any, context: Any) -> Any:
        await self._admit(context)
        self.schema_calls.append(request.schema_id)
        if request.schema_id not in self.schemas:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "schema.not.found")
        return wire().schema_info(
            schema_id=request.schema_id, schema_json=self.schemas[request.schema_id]
        )

    async def subscribe(self, requests: Any, context: Any) -> AsyncIterator[Any]:
        await self._admit(context)
        first = await context.read()
        self.fetches.append(first)
        if first.topic_name not in self.topics:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "topic.not.found")
        sent = self.topics[first.topic_name]
        at = await self._start(first, sent, context)
        ending = self.endings.pop(0) if self.endings else None
        self.outstanding = first.num_requested
        self.most_outstanding = max(self.most_outstanding, self.outstanding)
        listening = asyncio.create_task(self._listen(context))
        allowed = ending.after if ending else None
        was_alive = False
        try:
            while True:
                while self.forgets_requests:
                    await context.write(
                        wire().fetch_response(latest_replay_id=at.to_bytes(8, "big"))
                    )
                    await asyncio.sleep(0.01)
                room = min(self.batch, self.outstanding, len(sent) - at)
                if allowed is not None:
                    room = min(room, allowed)
                if room > 0:
                    self.outstanding -= room
                    if allowed is not None:
                        allowed -= room
                    await context.write(self._answer(sent[at : at + room]))
                    at += room
                    continue
                if ending and allowed == 0:
                    await refuse(context, ending.status, ending.code, ending.words)
                if self.alive and not was_alive:
                    was_alive = True
                    newest = at.to_bytes(8, "big")
                    await context.write(
                        wire().fetch_response(
                            latest_replay_id=newest, pending_num_requested=self.outstanding
                        )
                    )
                async with self.news:
                    if room <= 0 and not (ending and allowed == 0):
                        await self.news.wait()
                if ending is None and self.endings:
                    ending = self.endings.pop(0)
                    allowed = ending.after
        finally:
            listening.cancel()

    async def _start(self, first: Any, sent: Sequence[Sent], context: Any) -> int:
        if first.replay_preset == 0:
            return len(sent)
        if first.replay_preset == 1:
            return self.first_kept - 1
        number = int.from_bytes(first.replay_id, "big")
        if len(first.replay_id) != 8 or not self.first_kept - 1 <= number <= len(sent):
            code = "subscription.fetch.replayid.corrupted"
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, code)
        return number

    async def _listen(self, context: Any) -> None:
        while (request := await context.read()) is not grpc.aio.EOF:
            self.fetches.append(request)
            async with self.news:
                self.outstanding += request.num_requested
                self.most_outstanding = max(self.most_outstanding, self.outstanding)
                self.news.notify_all()

    def _answer(self, events: Sequence[Sent]) -> Any:
        answer = wire().fetch_response(
            latest_replay_id=events[-1].replay_id, pending_num_requested=self.outstanding
        )
        for each in events:
            one = answer.events.add(replay_id=each.replay_id)
            one.event.id, one.event.schema_id = each.replay_id.hex(), each.schema_id
            one.event.payload = each.payload
        return answer


async def refuse(context: Any, status: grpc.StatusCode, code: str = "", words: str = "no") -> None:
    trailers = (("error-code", PREFIX + code), ("rpc-id", "rpc-1")) if code else ()
    await context.abort(status, words, trailers)


@asynccontextmanager
async def event_bus(
    bus: Bus | None = None, *, certificate: tuple[bytes, bytes] | None = None
) -> AsyncIterator[Bus]:
    """A running *bus*; encrypted where *certificate* gives a key and a chain."""
    bus = bus or Bus()
    server = grpc.aio.server()
    known, its = wire(), grpc
    methods = {
        "Subscribe": its.stream_stream_rpc_method_handler(
            bus.subscribe,
            request_deserializer=known.fetch_request.FromString,
            response_serializer=known.fetch_response.SerializeToString,
        ),
        "GetTopic": its.unary_unary_rpc_method_handler(
            bus.get_topic,
            request_deserializer=known.topic_request.FromString,
            response_serializer=known.topic_info.SerializeToString,
        ),
        "GetSchema": its.unary_unary_rpc_method_handler(
            bus.get_schema,
            request_deserializer=known.schema_request.FromString,
            response_serializer=known.schema_info.SerializeToString,
        ),
    }
    server.add_generic_rpc_handlers(
        (its.method_handlers_generic_handler("eventbus.v1.PubSub", methods),)
    )
    if certificate is None:
        bus.port = server.add_insecure_port("127.0.0.1:0")
    else:
        credentials = its.ssl_server_credentials([certificate])
        bus.port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    try:
        yield bus
    finally:
        await server.stop(None)
