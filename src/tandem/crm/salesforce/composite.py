"""
Several requests for one call: ``POST /composite`` [composite].

25 sub-requests, of which 5 may be queries or collections; the whole counts as one call, and each part
answers for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.salesforce.errors import ItemError, first, refused

__all__ = ["HEAVY_PARTS", "Answered", "Part", "ask", "composite_call", "decode_parts", "error_of"]

HEAVY_PARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sub-request; *url* is a path with its query, encoded."""

    method: str
    url: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Answered(msgspec.Struct, frozen=True, rename="camel"):
    """One sub-answer; the body waits to be decoded by whoever knows its shape."""

    http_status_code: int
    body: msgspec.Raw = msgspec.Raw(b"null")
    reference_id: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.http_status_code < 300


class _Composite(msgspec.Struct, frozen=True, rename="camel"):
    composite_response: list[Answered]


_composite = msgspec.json.Decoder(_Composite)
_errors = msgspec.json.Decoder(list[ItemError])


def composite_call(
    operation: str, data_path: str, parts: Sequence[Part], *, is_write: bool, timeout: float = 120.0
) -> Call:
    """
    The call that carries *parts*. They stand for themselves (``allOrNone`` off) and run one after
    the other (no collating), so that two collections never wait for each other's locks.
    """
    requests = []
    for number, part in enumerate(parts):
        request: dict[str, Any] = {
            "method": part.method,
            "url": part.url,
            "referenceId": f"part{number}",
        }
        if part.body is not None:
            request["body"] = part.body
        if part.headers:
            request["httpHeaders"] = dict(part.headers)
        requests.append(request)
    body = {"allOrNone": False, "collateSubrequests": False, "compositeRequest": requests}
    return Call(
        operation=operation,
        method="POST",
        path=f"{data_path}/composite",
        body=msgspec.json.encode(body),
        is_write=is_write,
        timeout=timeout,
    )


async def ask(
    caller: Caller, operation: str, data_path: str, parts: Sequence[Part]
) -> list[Answered]:
    """The sub-answers to reading *parts*, in their order; the first one that failed is raised."""
    call = composite_call(operation, data_path, parts, is_write=False)
    answers = await decode_parts(caller, call, len(parts))
    for answer in answers:
        if not answer.is_success:
            raise refused(call, answer.http_status_code, error_of(answer))
    return answers


async def decode_parts(caller: Caller, call: Call, count: int) -> list[Answered]:
    """Send a composite call and put its sub-answers in order."""
    answer = await caller.fetch(call, _composite)
    by_reference = {one.reference_id: one for one in answer.composite_response}
    missing = Answered(http_status_code=500)
    return [by_reference.get(f"part{number}", missing) for number in range(count)]


def error_of(answer: Answered) -> ItemError:
    """The first error of a sub-answer that failed: its body is a list of them."""
    try:
        return first(_errors.decode(answer.body))
    except msgspec.DecodeError:
        return ItemError()
