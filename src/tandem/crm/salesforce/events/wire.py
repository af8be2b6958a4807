"""
gRPC and the messages of the Pub/Sub API, loaded when they are first needed.

They come with the extra ``events``; without it everything else of Tandem works, and asking for them says what
to install. Nothing here is typed by its makers: what leaves this package is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, resources
from typing import Any

from tandem.errors import SettingsError

__all__ = ["INSTALL", "LATEST", "Wire", "is_installed", "wire"]

INSTALL = "pip install 'tandem-sync[events]'"
LATEST, CUSTOM = 0, 2
"""Numbers of ``ReplayPreset`` [ps-proto]."""
_PACKAGE = "eventbus.v1"
_SERVICE = f"/{_PACKAGE}.PubSub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The library and the classes of the messages that Tandem sends and receives."""

    grpc: Any
    fetch_request: Any
    fetch_response: Any
    topic_request: Any
    topic_info: Any
    schema_request: Any
    schema_info: Any

    def subscribe(self, channel: Any) -> Any:
        return channel.stream_stream(
            f"{_SERVICE}/Subscribe",
            request_serializer=self.fetch_request.SerializeToString,
            response_deserializer=self.fetch_response.FromString,
        )

    def get_topic(self, channel: Any) -> Any:
        return channel.unary_unary(
            f"{_SERVICE}/GetTopic",
            request_serializer=self.topic_request.SerializeToString,
            response_deserializer=self.topic_info.FromString,
        )

    def get_schema(self, channel: Any) -> Any:
        return channel.unary_unary(
            f"{_SERVICE}/GetSchema",
            request_serializer=self.schema_request.SerializeToString,
            response_deserializer=self.schema_info.FromString,
        )


def is_installed() -> bool:
    """Whether the extra is there: `wire` would not refuse."""
    try:
        wire()
    except SettingsError:
        return False
    return True


@lru_cache(maxsize=1)
def wire() -> Wire:
    """Loaded once; a ``SettingsError`` says what to install where something is missing."""
    # Else the library writes lines of its own to standard error, such as that a server says goodbye.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    try:
        grpc = import_module("grpc")
        import_module("grpc.aio")
        import_module("fastavro")
        pools = import_module("google.protobuf.descriptor_pool")
        descriptors = import_module("google.protobuf.descriptor_pb2")
        factory = import_module("google.protobuf.message_factory")
    except ImportError as error:
        raise SettingsError(
            f"Salesforce's events need parts that are not installed ({error.name}). Install them with: "
            f"{INSTALL}. Without them Tandem asks Salesforce for changes at intervals."
        ) from error
    content = resources.files(__package__).joinpath("pubsub_api.desc").read_bytes()
    pool = pools.DescriptorPool()
    for described in descriptors.FileDescriptorSet.FromString(content).file:
        pool.Add(described)

    def message(name: str) -> Any:
        return factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))

    return Wire(
        grpc=grpc,
        fetch_request=message("FetchRequest"),
        fetch_response=message("FetchResponse"),
        topic_request=message("TopicRequest"),
        topic_info=message("TopicInfo"),
        schema_request=message("SchemaRequest"),
        schema_info=message("SchemaInfo"),
    )
