"""Conditional requests: If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since ([errorcodes])."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.wire import from_wire


def http_date(stamp: str) -> str:
    """A stored stamp as HTTP writes dates."""
    return format_datetime(from_wire(stamp), usegmt=True)


def etag_of(row: Row) -> str:
    """A tag that changes with every save."""
    text = f"{row['Id']}{row.get('SystemModstamp')}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_unmodified(stamp: str, since: str) -> bool:
    """Whether nothing changed after an HTTP date; a date that is none counts as never seen."""
    moment = _parse(since)
    return moment is not None and from_wire(stamp) <= moment


def check_preconditions(headers: Mapping[str, str], row: Row) -> None:
    """PRECONDITION_FAILED if the record is not the one the caller wants to change."""
    match = headers.get("if-match")
    if match is not None and match != "*" and etag_of(row) not in match:
        raise _failed("If-Match")
    since = headers.get("if-unmodified-since")
    if since is None:
        return
    if _parse(since) is None:
        raise SalesforceError(
            "INVALID_HEADER", f"If-Unmodified-Since is no HTTP date: {since}", status=400
        )
    if not is_unmodified(str(row["SystemModstamp"]), since):
        raise _failed("If-Unmodified-Since")


def is_known(headers: Mapping[str, str], row: Row) -> bool:
    """Whether a read may be answered 304: the caller has this version."""
    none_match = headers.get("if-none-match")
    if none_match is not None:
        return none_match == "*" or etag_of(row) in none_match
    since = headers.get("if-modified-since")
    return since is not None and is_unmodified(str(row["SystemModstamp"]), since)


def _failed(header: str) -> SalesforceError:
    return SalesforceError(
        "PRECONDITION_FAILED", f"The record has changed: {header} does not hold."
    )


def _parse(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
