"""
What Salesforce's refusals mean for Tandem: every answer, and every item of an answer, lands in the tree of
``tandem.errors`` or in a ``WriteResult`` ([errorcodes], reference section 2.13).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
from tandem.mapping.ids import id18
from tandem.model import Side, WriteResult, Written

__all__ = ["ItemError", "SalesforceDialect", "refused", "written_from"]

_CONNECT = "Connect Salesforce again (tandem connect salesforce)."


class ItemError(msgspec.Struct, frozen=True, rename="camel"):
    """One error: ``errorCode`` in the general envelope, ``statusCode`` in the items of a collection [coll]."""

    message: str = ""
    error_code: str = ""
    status_code: str = ""
    fields: list[str] | None = None

    @property
    def code(self) -> str:
        return self.error_code or self.status_code


class _OAuthError(msgspec.Struct, frozen=True):
    error: str = ""
    error_description: str = ""


_errors = msgspec.json.Decoder(list[ItemError])
_oauth_error = msgspec.json.Decoder(_OAuthError)


def _error_in(body: bytes) -> ItemError:
    """The first error of a body: every client reads element 0 [errorcodes]. Empty where there is none."""
    try:
        found = _errors.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            oauth = _oauth_error.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ItemError()
        return ItemError(message=oauth.error_description, error_code=oauth.error)
    return found[0] if found else ItemError()


_LATER = frozenset(
    {
        "UNABLE_TO_LOCK_ROW",
        "QUERY_TIMEOUT",
        "SERVER_UNAVAILABLE",
        "INVALID_QUERY_LOCATOR",
    }
)
_DENIED = frozenset(
    {
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "FUNCTIONALITY_NOT_ENABLED",
    }
)
_NO_API = frozenset({"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"})
_BAD_TOKEN = b"Bad_OAuth_Token"
"""
What userinfo and identity answer to an expired token, as plain text with 403, where all other addresses
answer 401: reported by many of their users, stated in no document.
"""


class SalesforceDialect:
    """How Salesforce refuses."""

    side = Side.SALESFORCE

    def is_stale(self, response: Response) -> bool:
        is_bad_token = response.status == 403 and response.body.strip() == _BAD_TOKEN
        return response.status == 401 or is_bad_token

    def error_from(self, call: Call, response: Response) -> CrmError:
        return refused(
            call,
            401 if self.is_stale(response) else response.status,
            _error_in(response.body),
            request_id=response.headers.get("x-sfdc-request-id")
            or response.headers.get("x-request-id", ""),
        )


def refused(call: Call, status: int, error: ItemError, *, request_id: str = "") -> CrmError:
    """The error a failed call, or a failed part of a composite call, stands for."""
    code = error.code
    about: dict[str, Any] = {
        "side": Side.SALESFORCE,
        "operation": call.operation,
        "status": status,
        "code": code,
        "request_id": request_id,
    }
    said = f"Salesforce answered '{call.operation}' with {status}{f' {code}' if code else ''}"
    words = f"{said}: {error.message}" if error.message else f"{said}."
    if status == 401:
        return AccessLost(f"{said}: the session has ended. {_CONNECT}", **about)
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limited(error, said, about)
    if code == "STORAGE_LIMIT_EXCEEDED":
        return AccessLost(
            f"{said}: the organisation has no storage left. Free some or have it raised, then: "
            "tandem resume",
            **about,
        )
    if code == "TXN_SECURITY_METERING_ERROR":
        return RateLimited(words, seconds=300.0, **about)
    if code in _NO_API:
        return AccessLost(
            f"{said}: the organisation or the integration user may not use the API. Give the user "
            "'API Enabled', and check that the edition includes API access.",
            **about,
        )
    if status == 403 and (code in _DENIED or not code):
        return AccessLost(
            f"{said}: the integration user lacks a permission for this"
            f"{f' ({error.message})' if error.message else ''}. An administrator can add it.",
            **about,
        )
    if code == "UNSUPPORTED_API_VERSION" or status == 410:
        return Rejected(
            f"{said}: this API version is retired. Choose a newer one in the settings.", **about
        )
    if status >= 500 or status == 408:
        return (OutcomeUnknown if call.is_write else TryLater)(words, **about)
    if code in _LATER:
        return TryLater(words, **about)
    if 300 <= status < 400:
        return Rejected(f"{said}, a redirect: is the address of the org right?", **about)
    return Rejected(words, **about)


def _limited(error: ItemError, said: str, about: dict[str, Any]) -> RateLimited:
    """The message tells the day's allocation from too many long calls at once; there is no Retry-After."""
    if "concurrent" in error.message.lower():
        return RateLimited(
            f"{said}: too many calls of more than 20 seconds at once.", seconds=10.0, **about
        )
    return RateLimited(
        f"{said}: the organisation's API calls of the last 24 hours are used up, by all applications "
        "together. Tandem goes on when there are more again.",
        daily=True,
        **about,
    )


# --------------------------------------------------------------------------- items of a write

_ITEM_RESULTS = {
    "DUPLICATE_VALUE": WriteResult.EXISTS,
    "ENTITY_IS_DELETED": WriteResult.GONE,
    "NOT_FOUND": WriteResult.GONE,
    "UNABLE_TO_LOCK_ROW": WriteResult.TRY_LATER,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": WriteResult.TRY_LATER,
    "PROCESSING_HALTED": WriteResult.TRY_LATER,
    "REQUEST_LIMIT_EXCEEDED": WriteResult.TRY_LATER,
    "QUERY_TIMEOUT": WriteResult.TRY_LATER,
    "TXN_SECURITY_METERING_ERROR": WriteResult.TRY_LATER,
    "API_CURRENTLY_DISABLED": WriteResult.TRY_LATER,
    "API_DISABLED_FOR_ORG": WriteResult.TRY_LATER,
    # Nothing is wrong with the record; parking thousands would hide that the organisation is full.
    "STORAGE_LIMIT_EXCEEDED": WriteResult.TRY_LATER,
    "UNKNOWN_EXCEPTION": WriteResult.UNKNOWN,
    "SERVER_UNAVAILABLE": WriteResult.UNKNOWN,
    "REQUEST_RUNNING_TOO_LONG": WriteResult.UNKNOWN,
}
"""Item codes; whatever is not here is about the record itself and REJECTED."""

_REFERENCES = frozenset({"WhoId", "WhatId", "OwnerId", "RecordTypeId"})
_TAKEN = re.compile(
    r"duplicate value found: (?P<field>\S+) duplicates value on record with id: (?P<id>\S+)"
)


def written_from(error: ItemError, record: Mapping[str, Any], key_field: str) -> Written:
    """What became of *record*, which Salesforce answered with *error*."""
    result = _ITEM_RESULTS.get(error.code, WriteResult.REJECTED)
    existing: str | None = None
    if result is WriteResult.EXISTS:
        result, existing = _taken(error, key_field)
    elif error.code == "INVALID_CROSS_REFERENCE_KEY" and _is_about_itself(error, record):
        # A hard-deleted record is nowhere any more, not even in the recycle bin.
        result = WriteResult.GONE
    return Written(
        result=result,
        id=existing,
        code=error.code,
        message=error.message,
        fields=tuple(error.fields or ()),
    )


def _taken(error: ItemError, key_field: str) -> tuple[WriteResult, str | None]:
    """
    The record that has the key already, where Salesforce names it; a customer's own unique field is
    another matter. Two records of one call with the same key are answered without field and id.
    """
    found = _TAKEN.search(error.message)
    if found is None:
        return WriteResult.EXISTS, None
    if found["field"] not in (key_field, "<unknown>"):
        return WriteResult.REJECTED, None
    try:
        return WriteResult.EXISTS, id18(found["id"])
    except ValueError:
        return WriteResult.EXISTS, None


def _is_about_itself(error: ItemError, record: Mapping[str, Any]) -> bool:
    """Whether a bad reference can only be the record's own id."""
    if error.fields and any(field.lower() != "id" for field in error.fields):
        return False
    return bool(error.fields) or not any(record.get(name) for name in _REFERENCES)


def first(errors: Sequence[ItemError]) -> ItemError:
    return errors[0] if errors else ItemError()
