"""What a request carries, checked against the types of its operation before anybody looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta
from starlette.requests import Request

from tandem.web.api.problem import Code, Trouble

__all__ = ["LARGEST_NUMBER", "Number", "body_of", "number_of", "query_of"]

LARGEST_NUMBER = 2**53 - 1
"""The largest that every reader of JSON tells from its neighbours."""
Number = Annotated[int, Meta(ge=1, le=LARGEST_NUMBER)]

_LARGEST_BODY = 1_048_576
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
T = TypeVar("T")


def number_of(text: str) -> int:
    """The number of a record that a path names; Trouble where it cannot be one."""
    if _INTEGER.fullmatch(text) and len(text) <= 16 and 1 <= int(text) <= LARGEST_NUMBER:
        return int(text)
    raise Trouble(Code.NOT_FOUND, f"{text[:40]!r} is not a number that anything has here.")


def query_of(request: Request, wanted: type[T]) -> T:
    """The query as *wanted*; a name that is unknown or stands twice is refused."""
    types = {
        field.encode_name: field.type
        for field in msgspec.structs.fields(wanted)  # type: ignore[arg-type]
    }
    given: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name not in types:
            known = ", ".join(types) or "none"
            raise Trouble(Code.INVALID, f"Unknown parameter {name[:40]!r}; there is: {known}.")
        if name in given:
            raise Trouble(Code.INVALID, f"The parameter {name!r} stands twice.")
        given[name] = _plain(text, types[name])
    try:
        return msgspec.convert(given, wanted)
    except msgspec.ValidationError as error:
        raise Trouble(Code.INVALID, str(error)) from None


def _plain(text: str, wanted: Any) -> Any:
    """*text* as the number or flag it has to be, and as it is where it is neither."""
    sorts = set(_sorts(msgspec.inspect.type_info(wanted)))
    if msgspec.inspect.BoolType in sorts and text in ("true", "false"):
        return text == "true"
    if msgspec.inspect.IntType in sorts and _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text)
    return text


def _sorts(info: Any) -> Iterable[type]:
    """The type itself, behind what is said about it, or each of several."""
    if isinstance(info, msgspec.inspect.Metadata):
        yield from _sorts(info.type)
    elif isinstance(info, msgspec.inspect.UnionType):
        for each in info.types:
            yield from _sorts(each)
    else:
        yield type(info)


async def body_of(request: Request, wanted: type[T]) -> T:
    """The JSON body as *wanted*; one larger than a megabyte is refused unread."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Trouble(Code.MEDIA_TYPE, f"The body is of type {media[:80] or 'unknown'}.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_BODY:
            raise Trouble(Code.TOO_LARGE)
    try:
        return msgspec.convert(_whole(msgspec.json.decode(bytes(body))), wanted)
    except msgspec.ValidationError as error:
        raise Trouble(Code.INVALID, str(error)) from None
    except UnicodeDecodeError:
        raise Trouble(Code.MALFORMED, "The body is not text in UTF-8.") from None
    except msgspec.DecodeError as error:
        raise Trouble(Code.MALFORMED, str(error)) from None
    except RecursionError:
        raise Trouble(Code.MALFORMED, "The body is nested too deeply.") from None


def _whole(given: Any) -> Any:
    """*given* with 3.0 as 3: to JSON, and so to the description, that is a whole number."""
    if isinstance(given, dict):
        return {name: _whole(each) for name, each in given.items()}
    if isinstance(given, list):
        return [_whole(each) for each in given]
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given
