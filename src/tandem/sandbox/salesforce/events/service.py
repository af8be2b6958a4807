"""
The calls of the Pub/Sub API: GetTopic, GetSchema, Subscribe [ps-proto].

What a caller may do is decided anew for each call, from the metadata `accesstoken`, `instanceurl` and
`tenantid`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.events import refusals
from tandem.sandbox.salesforce.events.messages import SERVICE, Wire
from tandem.sandbox.salesforce.events.refusals import Refused
from tandem.sandbox.salesforce.events.streams import Stream

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

Context = Any
"""A servicer context of grpc.aio, which is not typed by its makers."""


class Service:
    """The service over one org, which a reset makes anew."""

    def __init__(self, state: "SalesforceState", wire: Wire) -> None:
        self._state = state
        self._wire = wire

    def handler(self) -> Any:
        """What a gRPC server is given."""
        grpc, wire = self._wire.grpc, self._wire
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "GetTopic": grpc.unary_unary_rpc_method_handler(
                    self._answering("GetTopic", self._get_topic),
                    request_deserializer=wire.topic_request.FromString,
                    response_serializer=wire.topic_info.SerializeToString,
                ),
                "GetSchema": grpc.unary_unary_rpc_method_handler(
                    self._answering("GetSchema", self._get_schema),
                    request_deserializer=wire.schema_request.FromString,
                    response_serializer=wire.schema_info.SerializeToString,
                ),
                "Subscribe": grpc.stream_stream_rpc_method_handler(
                    self._answering("Subscribe", self._subscribe),
                    request_deserializer=wire.fetch_request.FromString,
                    response_serializer=wire.fetch_response.SerializeToString,
                ),
            },
        )

    def _answering(
        self, method: str, work: Callable[[Any, Context, str], Awaitable[Any]]
    ) -> Callable[[Any, Context], Awaitable[Any]]:
        """Let the caller in, and turn a refusal into a status with its trailers."""

        async def answer(request: Any, context: Context) -> Any:
            rpc_id = self._state.world.uuid()
            try:
                self._strike(method)
                self._let_in(context)
                return await work(request, context, rpc_id)
            except Refused as refused:
                await context.abort(
                    self._wire.grpc.StatusCode[refused.status],
                    f"{refused.sentence} rpcId: {rpc_id}",
                    ((refusals.ERROR_CODE, refused.code), (refusals.RPC_ID, rpc_id)),
                )

        return answer

    async def _get_topic(self, request: Any, context: Context, rpc_id: str) -> Any:
        rights, topic = self._let_in(context), str(request.topic_name)
        entities = self._entities(rights, topic)
        bus = self._state.events
        # The channel carries many schemas; which one it names is nowhere documented.
        first = min(entities, default="")
        return self._wire.topic_info(
            topic_name=topic,
            tenant_guid=f"core/prod/{self._state.org_id}",
            can_publish=False,
            can_subscribe=True,
            schema_id=bus.schema_of(first).id if first else "",
            rpc_id=rpc_id,
        )

    async def _get_schema(self, request: Any, _context: Context, rpc_id: str) -> Any:
        schema = self._state.events.schema(str(request.schema_id))
        if schema is None:
            raise refusals.no_schema(str(request.schema_id))
        return self._wire.schema_info(schema_json=schema.json, schema_id=schema.id, rpc_id=rpc_id)

    async def _subscribe(self, requests: AsyncIterator[Any], context: Context, rpc_id: str) -> None:
        first = await anext(aiter(requests), None)
        if first is None:
            return
        rights = self._let_in(context)
        topic = str(first.topic_name)

        def entities() -> frozenset[str]:
            return self._entities(rights, topic)

        entities()
        stream = Stream(
            self._state,
            self._wire,
            topic=topic,
            entities=entities,
            place=self._place(first),
            check=lambda: self._still_in(context),
            rpc_id=rpc_id,
        )
        stream.ask(first)
        stream.join()
        reading = asyncio.create_task(stream.read(requests))
        try:
            # So that a reader may know where its stream begins.
            await context.send_initial_metadata(())
            await stream.write(context)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            stream.leave()

    def _place(self, first: Any) -> int:
        bus = self._state.events
        match int(first.replay_preset):
            case 1:
                return bus.earliest_place()
            case 2:
                if not first.replay_id:
                    raise refusals.no_replay_id()
                place = bus.place_of(bytes(first.replay_id))
                if place is None:
                    raise refusals.bad_replay_id()
                return place
            case _:
                bus.settle()
                return bus.now_place()

    def _entities(self, rights: Rights, topic: str) -> frozenset[str]:
        found = self._state.events.entities_of(topic)
        if found is None:
            status = str(self._state.switches["pubsub_topic_status"])
            raise refusals.no_topic(status, topic)
        if self._state.switches["cdc_needs_view_all"] and not rights.may("ViewAllData"):
            raise refusals.not_permitted(topic)
        return found

    def _let_in(self, context: Context) -> Rights:
        given = {str(name): value for name, value in context.invocation_metadata() or ()}
        missing = [
            name for name in ("accesstoken", "instanceurl", "tenantid") if not given.get(name)
        ]
        if missing:
            raise refusals.headers_missing(", ".join(missing))
        parts = urlsplit(str(given["instanceurl"]))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise refusals.headers_missing("instanceurl")
        session = self._state.sessions.session(str(given["accesstoken"]))
        if session is None or str(given["tenantid"])[:15] != self._state.org_id[:15]:
            raise refusals.unauthenticated()
        rights = self._state.rights(session.user_id)
        if not rights.may("ApiEnabled") or not self._state.api_enabled:
            raise refusals.unauthenticated()
        return rights

    def _still_in(self, context: Context) -> None:
        if not self._state.events.is_available:
            raise refusals.unavailable()
        if self._state.switches["pubsub_session_ends_stream"]:
            self._let_in(context)

    def _strike(self, method: str) -> None:
        if not self._state.events.is_available:
            raise refusals.unavailable()
        take = self._state.faults.take_named
        for name, refusal in (
            ("pubsub_unavailable", refusals.unavailable),
            ("pubsub_unauthenticated", refusals.unauthenticated),
            ("pubsub_limit", refusals.used_up),
            ("pubsub_internal", refusals.internal),
        ):
            if take(name, method=method) is not None:
                raise refusal()
