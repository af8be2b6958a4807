"""
What the event bus's refusals mean: each status, with Salesforce's own code beside it in the trailers, lands in the
tree of ``tandem.errors`` [ps-errors].

Salesforce's code goes before gRPC's status, which is seen to differ (the same outage as UNAVAILABLE and as INTERNAL).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tandem.errors import AccessLost, CrmError, RateLimited, Rejected, TryLater
from tandem.model import Side

__all__ = ["PositionLost", "SessionEnded", "TopicUnknown", "refused", "said_by"]

_PREFIX = "sfdc.platform.eventbus.grpc."
_LATER = frozenset(
    {"UNAVAILABLE", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED", "OK"}
)


class PositionLost(Rejected):
    """The replay id is too old (72 hours) or unknown: look at everything and begin at the newest [durability]."""


class SessionEnded(AccessLost):
    """The access token is no longer good; another one may be."""


class TopicUnknown(Rejected):
    """The org has no such topic: Change Data Capture is not switched on for the entity, or unknown there."""


def said_by(error: Any) -> tuple[str, str, str, str]:
    """Of a failed gRPC call: status, words, and from the trailers Salesforce's code and the id of the call."""
    trailers = _texts(error.trailing_metadata() or ())
    code = trailers.get("error-code", "").removeprefix(_PREFIX)
    return error.code().name, error.details() or "", code, trailers.get("rpc-id", "")


def refused(
    operation: str, status: str, words: str = "", code: str = "", rpc_id: str = ""
) -> CrmError:
    """The error that a call's end stands for. A stream that just ends (``OK``) is one to open again."""
    kind, remedy = _meaning(status, words, code)
    said = f"Salesforce's event bus answered '{operation}' with {status}"
    if code:
        said += f" {code}"
    told = f"{said}: {remedy or words or 'it did not say why'}"
    about: dict[str, Any] = {
        "side": Side.SALESFORCE,
        "operation": operation,
        "code": code or status,
        "request_id": rpc_id,
    }
    if kind is RateLimited:
        return RateLimited(told, daily=_is_daily(words, code), **about)
    return kind(told, **about)


def _meaning(status: str, words: str, code: str) -> tuple[type[CrmError], str]:
    lowered = words.lower()
    if code.startswith("service.auth") or status == "UNAUTHENTICATED":
        return SessionEnded, "the session has ended."
    if ".replayid." in code or status == "OUT_OF_RANGE":
        return PositionLost, "the events after the last one seen are no longer kept."
    if "limit.exceeded" in code or status == "RESOURCE_EXHAUSTED":
        return RateLimited, ""
    if code.endswith("unavailable"):
        return TryLater, ""
    if status == "PERMISSION_DENIED":
        return AccessLost, (
            "the integration user may not see these events. Give the user 'View All' on the object, or 'View All "
            "Data', and 'API Enabled'."
        )
    if status == "NOT_FOUND" or "topic" in code:
        return TopicUnknown, "there is no such topic. Is Change Data Capture switched on for it?"
    if status == "INVALID_ARGUMENT" and "replay" in lowered:
        # A proxy may drop trailers; an old position must not be tried for ever.
        return PositionLost, "the events after the last one seen are no longer kept."
    if status in _LATER:
        return TryLater, ""
    return Rejected, ""


def _is_daily(words: str, code: str) -> bool:
    return "subscription.limit.exceeded" in code or "delivery limit" in words.lower()


def _texts(metadata: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {name.lower(): value for name, value in metadata if isinstance(value, str)}
