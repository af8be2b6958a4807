"""
gRPC and the messages of the Pub/Sub API, loaded when they are first needed.

Both come with the extra `events`; everything else of the sandbox works without it.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, resources
from typing import Any

PACKAGE = "eventbus.v1"
SERVICE = f"{PACKAGE}.PubSub"


class EventsMissing(RuntimeError):
    """The parts that serve events are not installed; the message says how to install them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The libraries and the classes of the messages."""

    grpc: Any
    aio: Any
    fetch_request: Any
    fetch_response: Any
    consumer_event: Any
    producer_event: Any
    topic_request: Any
    topic_info: Any
    schema_request: Any
    schema_info: Any


def are_installed() -> bool:
    """Whether events can be served."""
    try:
        wire()
    except EventsMissing:
        return False
    return True


@lru_cache(maxsize=1)
def wire() -> Wire:
    """Loaded once; `EventsMissing` where a part is not installed."""
    try:
        grpc, aio = import_module("grpc"), import_module("grpc.aio")
        import_module("fastavro")
        pools = import_module("google.protobuf.descriptor_pool")
        described = import_module("google.protobuf.descriptor_pb2")
        factory = import_module("google.protobuf.message_factory")
    except ImportError as error:
        raise EventsMissing(
            f"The sandbox cannot serve Salesforce's events without {error.name}: "
            "pip install 'tandem-sync[events]'"
        ) from error
    content = resources.files(__package__).joinpath("pubsub_api.desc").read_bytes()
    pool = pools.DescriptorPool()
    for file in described.FileDescriptorSet.FromString(content).file:
        pool.Add(file)

    def message(name: str) -> Any:
        return factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))

    return Wire(
        grpc=grpc,
        aio=aio,
        fetch_request=message("FetchRequest"),
        fetch_response=message("FetchResponse"),
        consumer_event=message("ConsumerEvent"),
        producer_event=message("ProducerEvent"),
        topic_request=message("TopicRequest"),
        topic_info=message("TopicInfo"),
        schema_request=message("SchemaRequest"),
        schema_info=message("SchemaInfo"),
    )
