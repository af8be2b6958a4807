"""What HubSpot's refusals mean for Tandem: every answer lands in the tree of ``tandem.errors`` [D-err]."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from tandem.crm.caller import Call
from tandem.crm.http import Response
from tandem.errors import (
    AccessLost,
    CrmError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TryLater,
)
from tandem.mapping.hubspot import KEY_PROPERTY
from tandem.model import Side, WriteResult, Written

__all__ = [
    "LOCKED",
    "HubSpotDialect",
    "Refusal",
    "RowError",
    "refusal_in",
    "written_from",
    "written_from_refusal",
]

_CONNECT = "Connect HubSpot again (tandem connect hubspot)."
_TLS_TROUBLE = (525, 526)
_MOVING = 477
_LOCKED = 423


class _Detail(msgspec.Struct, frozen=True):
    message: str | None = None
    code: str | None = None
    context: Any = (
        None  # an object by the guides, a text by the API description [SPEC:crm-tasks.v3]
    )

    def named(self, key: str) -> tuple[str, ...]:
        """The texts of one member of the context."""
        return _named(self.context, key)


class Refusal(msgspec.Struct, frozen=True, rename="camel"):
    """HubSpot's error body; rate limits use ``errorType`` where the others use ``category``."""

    message: str = ""
    category: str = ""
    error_type: str = ""
    policy_name: str = ""
    correlation_id: str = ""
    errors: list[_Detail] = []

    @property
    def code(self) -> str:
        """The most telling code: that of the first detail, else the category."""
        detail = self.errors[0].code if self.errors else None
        return detail or self.category or self.error_type

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        found = (
            scope
            for detail in self.errors
            for scope in detail.named("requiredGranularScopes") or detail.named("requiredScopes")
        )
        return tuple(dict.fromkeys(found))


class RowError(msgspec.Struct, frozen=True):
    """What a multi-status answer says of one row, or of several [D-err]."""

    category: str | None = None
    message: str | None = None
    context: Any = None
    errors: list[_Detail] = []

    @property
    def code(self) -> str:
        detail = self.errors[0].code if self.errors else None
        return detail or self.category or ""

    @property
    def words(self) -> str:
        return self.message or next((one.message for one in self.errors if one.message), "")

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties it is about, by name."""
        details = (name for one in self.errors for name in one.named("propertyName"))
        return tuple(dict.fromkeys((*self.named("propertyName"), *details)))

    def named(self, key: str) -> tuple[str, ...]:
        """The texts of one member of its context, such as ``objectWriteTraceId``."""
        return _named(self.context, key)


def _named(context: Any, key: str) -> tuple[str, ...]:
    value = context.get(key) if isinstance(context, dict) else None
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return () if value is None else (str(value),)


_decoder = msgspec.json.Decoder(Refusal)


def refusal_in(body: bytes) -> Refusal:
    """The error body, as far as it is one."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refusal()


class HubSpotDialect:
    """How HubSpot refuses."""

    side = Side.HUBSPOT

    def is_stale(self, response: Response) -> bool:
        return response.status == 401

    def error_from(self, call: Call, response: Response) -> CrmError:
        refusal = refusal_in(response.body)
        status = response.status
        about: dict[str, Any] = {
            "side": Side.HUBSPOT,
            "operation": call.operation,
            "status": status,
            "code": refusal.code,
            "request_id": refusal.correlation_id
            or response.headers.get("x-hubspot-correlation-id", ""),
        }
        said = f"HubSpot answered '{call.operation}' with {status}"
        if status == 429:
            return _limited(refusal, response, said, about)
        if status == _MOVING:
            seconds = _seconds(response) or 60.0
            return RateLimited(
                f"{said}: the account is being moved to another data centre.",
                seconds=seconds,
                **about,
            )
        if status in (401, 403):
            return AccessLost(_no_access(status, refusal, said), **about)
        if status == _LOCKED:
            return TryLater(f"{said}: the record is locked for a moment.", **about)
        if status in _TLS_TROUBLE:
            return TryLater(f"{said}: TLS trouble on HubSpot's side.", **about)
        if status >= 500 or status == 408:
            if call.is_write:
                return OutcomeUnknown(f"{said}; the write may have landed.", **about)
            return TryLater(f"{said}.", **about)
        return Rejected(_plain(said, refusal, response), **about)


def _plain(said: str, refusal: Refusal, response: Response) -> str:
    if 300 <= response.status < 400:
        return f"{said}, a redirect: is the address of HubSpot right?"
    words = refusal.message or refusal.code
    return f"{said}: {words}" if words else f"{said}."


def _no_access(status: int, refusal: Refusal, said: str) -> str:
    if scopes := refusal.missing_scopes:
        noun = "scope" if len(scopes) == 1 else "scopes"
        return (
            f"{said}: the token lacks the {noun} {', '.join(scopes)}. Add it to the app or key in "
            f"HubSpot's settings, then connect again (tandem connect hubspot)."
        )
    if status == 401:
        return f"{said}: HubSpot no longer accepts the token. {_CONNECT}"
    return (
        f"{said}: {refusal.message or 'access is refused'}. Check the rights of the app or key in "
        f"HubSpot. {_CONNECT}"
    )


def _limited(refusal: Refusal, response: Response, said: str, about: dict[str, Any]) -> RateLimited:
    """Honour Retry-After; without it the policy tells: rolling 10 s, one second, or the day (section 4)."""
    policy = refusal.policy_name.upper()
    seconds = _seconds(response)
    if policy == "DAILY" or "daily limit" in refusal.message:
        return RateLimited(
            f"{said}: the account's daily calls are used up. They start anew at midnight in the "
            "account's time zone.",
            seconds=seconds,
            daily=True,
            **about,
        )
    if seconds is None:
        is_secondly = policy.startswith("SECONDLY") or "secondly limit" in refusal.message
        is_rolling = "TEN_SECONDLY" in policy or "ten_secondly" in refusal.message
        seconds = 1.0 if is_secondly and not is_rolling else 10.0
    return RateLimited(f"{said}: {refusal.message or 'too many calls'}", seconds=seconds, **about)


def _seconds(response: Response) -> float | None:
    stated = response.headers.get("retry-after", "")
    try:
        return max(float(stated), 0.0)
    except ValueError:
        return None


# --------------------------------------------------------------------------- rows of a batch

LOCKED = "LOCKED"
_CONFLICTS = frozenset({"CONFLICT", "CONFLICTING_UNIQUE_VALUE"})
_ROW_RESULTS = {
    LOCKED: WriteResult.TRY_LATER,
    "RATE_LIMIT": WriteResult.TRY_LATER,
    "RATE_LIMITS": WriteResult.TRY_LATER,
    "INTERNAL_ERROR": WriteResult.UNKNOWN,
}
"""Row codes; whatever is not here is about the record itself and REJECTED."""

_HOLDER = re.compile(r"already exists: (\d+)|Existing ID: (\d+)|(\d+) already has that value")


def written_from(error: RowError, *, is_create: bool) -> Written:
    """What became of the row that HubSpot answered with *error*."""
    result = _ROW_RESULTS.get(error.category or "", WriteResult.REJECTED)
    holder: str | None = None
    properties = error.properties
    if error.category == _NOT_FOUND and not is_create:
        result = WriteResult.GONE
    elif error.code in _CONFLICTS or error.category in _CONFLICTS:
        # A customer's own unique property is another matter than our key.
        is_ours = is_create and (not properties or KEY_PROPERTY in properties)
        result = WriteResult.EXISTS if is_ours else WriteResult.REJECTED
        holder = _holder_in(error.words, *(one.message or "" for one in error.errors))
    return Written(
        result=result,
        id=holder if result is WriteResult.EXISTS else None,
        code=LOCKED if error.category == LOCKED else error.code,
        message=error.words,
        fields=properties,
    )


def written_from_refusal(error: CrmError, *, is_create: bool) -> Written:
    """The same of the only row of a request that was refused as a whole."""
    words = str(error).partition(": ")[2] or str(error)
    category = _CATEGORIES.get(error.status or 0, "")
    about = [_Detail(code=error.code)] if error.code else []
    named = tuple(_NAME_IN_WORDS.findall(words))
    context = {"propertyName": list(named)} if named else {}
    row = RowError(category=category, message=words, context=context, errors=about)
    return written_from(row, is_create=is_create)


_NOT_FOUND = "OBJECT_NOT_FOUND"
_CATEGORIES = {404: _NOT_FOUND, 409: "CONFLICT", _LOCKED: LOCKED}
_NAME_IN_WORDS = re.compile(r'"name":"([^"]+)"')
"""Refused values are listed within the message, as JSON [D-err]."""


def _holder_in(*words: str) -> str | None:
    """The id of the record that has the value already, where HubSpot names it."""
    found = next((match for text in words if (match := _HOLDER.search(text))), None)
    return next(filter(None, found.groups()), None) if found else None
