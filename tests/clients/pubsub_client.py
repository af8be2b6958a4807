"""A plain client of the Pub/Sub API, made from the published description when it is first used."""

import io
import json
import queue
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import util
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import fastavro
import grpc

PROTO = Path(__file__).parents[2] / "src/tandem/sandbox/salesforce/events/pubsub_api.proto"
PATIENCE = 10.0


@cache
def generated() -> ModuleType:
    """The messages as `protoc` generates them."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(PROTO.parent)]
        subprocess.run([*command, f"--python_out={folder}", PROTO.name], check=True)
        spec = util.spec_from_file_location("pubsub_api_pb2", Path(folder) / "pubsub_api_pb2.py")
        assert spec is not None
        assert spec.loader is not None
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


@dataclass(kw_only=True)
class Client:
    """One session on one channel."""

    channel: grpc.Channel
    token: str
    org_id: str
    instance: str = "https://sandbox.my.salesforce.com"
    schemas: dict[str, Any] = field(default_factory=dict)

    @property
    def metadata(self) -> list[tuple[str, str]]:
        return [
            ("accesstoken", self.token),
            ("instanceurl", self.instance),
            ("tenantid", self.org_id),
        ]

    def topic(self, name: str) -> Any:
        call = self._unary("GetTopic", "TopicInfo")
        return call(generated().TopicRequest(topic_name=name), metadata=self.metadata)

    def schema(self, schema_id: str) -> Any:
        if schema_id not in self.schemas:
            call = self._unary("GetSchema", "SchemaInfo")
            told = call(generated().SchemaRequest(schema_id=schema_id), metadata=self.metadata)
            self.schemas[schema_id] = fastavro.parse_schema(json.loads(told.schema_json))
        return self.schemas[schema_id]

    def subscribe(self, topic: str, count: int = 100, **start: Any) -> "Subscription":
        """A stream; *start* takes replay_preset and replay_id."""
        first = generated().FetchRequest(topic_name=topic, num_requested=count, **start)
        return Subscription(self, first)

    def decode(self, event: Any) -> dict[str, Any]:
        schema = self.schema(event.event.schema_id)
        return dict(fastavro.schemaless_reader(io.BytesIO(event.event.payload), schema, None))

    def _unary(self, method: str, reply: str) -> Any:
        return self.channel.unary_unary(
            f"/eventbus.v1.PubSub/{method}",
            request_serializer=lambda each: each.SerializeToString(),
            response_deserializer=getattr(generated(), reply).FromString,
        )


class Subscription:
    """A Subscribe stream; it ends with the block it is used in."""

    def __init__(self, client: Client, first: Any) -> None:
        self._client = client
        self._asked: queue.Queue[Any] = queue.Queue()
        self._asked.put(first)
        call = client.channel.stream_stream(
            "/eventbus.v1.PubSub/Subscribe",
            request_serializer=lambda each: each.SerializeToString(),
            response_deserializer=generated().FetchResponse.FromString,
        )
        self.replies = call(iter(self._asked.get, None), metadata=client.metadata, timeout=PATIENCE)

    def ask(self, count: int, topic: str = "") -> None:
        self._asked.put(generated().FetchRequest(topic_name=topic, num_requested=count))

    def reply(self) -> Any:
        return next(self.replies)

    def events(self, count: int) -> list[Any]:
        """So many events, as they come."""
        found: list[Any] = []
        while len(found) < count:
            found += self.reply().events
        return found

    def headers(self, count: int) -> list[dict[str, Any]]:
        return [self._client.decode(each)["ChangeEventHeader"] for each in self.events(count)]

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *_: object) -> None:
        self._asked.put(None)
        self.replies.cancel()


def trailers(error: Any) -> dict[str, str]:
    """The trailers of a failed call."""
    return {str(each.key): str(each.value) for each in error.trailing_metadata() or ()}


def opened(target: str, ca: bytes | None = None) -> Iterator[Any]:
    """A channel, closed again."""
    options = [("grpc.enable_http_proxy", 0)]
    if ca is None:
        channel = grpc.insecure_channel(target, options)
    else:
        channel = grpc.secure_channel(
            target, grpc.ssl_channel_credentials(root_certificates=ca), options
        )
    with channel:
        yield channel
