"""
How the Pub/Sub API refuses: a gRPC status, and a code of its own in the trailer `error-code` [ps-errors].

The codes of authentication, replay ids, counts and allocation are documented or seen in clients; those
of topics, schemas and permissions are inferred from their form.
"""

ERROR_CODE = "error-code"
RPC_ID = "rpc-id"
_PREFIX = "sfdc.platform.eventbus.grpc."


class Refused(Exception):
    """An RPC that fails: the name of a gRPC status, a code and a sentence."""

    def __init__(self, status: str, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = _PREFIX + code
        self.sentence = sentence


def unauthenticated() -> Refused:
    return Refused(
        "UNAUTHENTICATED",
        "service.auth.error",
        "An authentication exception occurred. Provide valid authentication via metadata headers.",
    )


def headers_missing(names: str) -> Refused:
    return Refused(
        "UNAUTHENTICATED",
        "service.auth.headers.invalid",
        f"The authentication metadata headers are missing or invalid: {names}.",
    )


def no_topic(status: str, topic: str) -> Refused:
    return Refused(
        status, "topic.notfound", f"The topic {topic} does not exist or is not accessible."
    )


def not_permitted(topic: str) -> Refused:
    return Refused(
        "PERMISSION_DENIED",
        "subscription.permission.denied",
        f"The user does not have permission to subscribe to {topic}.",
    )


def no_schema(schema_id: str) -> Refused:
    return Refused("NOT_FOUND", "schema.notfound", f"The schema {schema_id} does not exist.")


def bad_replay_id() -> Refused:
    return Refused(
        "INVALID_ARGUMENT",
        "subscription.fetch.replayid.corrupted",
        "The Replay ID validation failed. Ensure that the Replay ID is valid.",
    )


def no_replay_id() -> Refused:
    return Refused(
        "INVALID_ARGUMENT",
        "subscription.fetch.replayid.validation.failed",
        "A Replay ID is needed with the preset CUSTOM.",
    )


def bad_count(count: int) -> Refused:
    return Refused(
        "INVALID_ARGUMENT",
        "subscription.fetch.requested.events.invalid",
        f"The number of requested events must be from 1 to 100, not {count}.",
    )


def another_topic() -> Refused:
    return Refused(
        "INVALID_ARGUMENT",
        "subscription.fetch.topic.invalid",
        "The topic of a stream cannot change.",
    )


def used_up() -> Refused:
    return Refused(
        "RESOURCE_EXHAUSTED",
        "subscription.limit.exceeded",
        "You have exceeded the event delivery limit for your org.",
    )


def unavailable() -> Refused:
    return Refused("UNAVAILABLE", "service.unavailable", "The service is temporarily unavailable.")


def internal() -> Refused:
    return Refused("INTERNAL", "service.internal", "An internal error occurred.")
