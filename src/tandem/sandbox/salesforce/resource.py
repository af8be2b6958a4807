"""One call of the REST API and its answer, apart from HTTP, so that a composite can make calls too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

import msgspec

from tandem.sandbox.salesforce import errors

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState


@dataclass(slots=True, kw_only=True)
class Call:
    """
    A request below `/services/data/vNN.0`.

    `path` holds the decoded segments behind the version, without empty ones; `query` the decoded
    parameters; header names are in lower case; `base_url` is the address the client used. `inside` is
    set for a call made by a composite resource, which counts as part of the outer one.
    """

    state: "SalesforceState"
    rights: "Rights"
    version: str
    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    parsed: Any = None
    base_url: str = ""
    inside: bool = False

    @property
    def root(self) -> str:
        """`/services/data/v62.0`: what `url` members begin with."""
        return f"/services/data/v{self.version}"

    def json(self) -> Any:
        """The body as JSON; JSON_PARSER_ERROR if it is none."""
        if self.parsed is not None:
            return self.parsed
        if not self.raw:
            return None
        try:
            self.parsed = msgspec.json.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise errors.parser_error(f"Unexpected character: {error}") from error
        return self.parsed

    def mapping(self) -> dict[str, Any]:
        """The body as a JSON object."""
        body = self.json()
        if not isinstance(body, dict):
            raise errors.parser_error(
                "The HTTP entity body is required, but this request has no entity body."
            )
        return body

    def flag(self, name: str) -> bool:
        """A Boolean of the body. Null is as good as absent, as django-salesforce sends it, and text will do."""
        given = self.mapping().get(name)
        if given is None:
            return False
        found = _FLAGS.get(str(given).lower()) if isinstance(given, bool | str) else None
        if found is None:
            raise errors.parser_error(f"{name} is true or false.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a call. A body of bytes is sent as it is; None means an empty answer."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json;charset=UTF-8"

    def encoded(self, *, pretty: bool = False) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        plain = msgspec.json.encode(self.body)
        return msgspec.json.format(plain, indent=2) if pretty else plain


_FLAGS = {"false": False, "true": True}

Endpoint: TypeAlias = Callable[..., Reply]

_METHODS = ("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE")
"""In the order the platform names them: "Allowed are HEAD,GET,POST" (omniphx/forrest issue 181)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """
    A path pattern with an endpoint per method.

    `sobjects/{object}/describe` calls `endpoint(call, object=…)`; a last `{rest...}` takes what is left,
    as a tuple.
    """

    pattern: str
    methods: Mapping[str, Endpoint]
    counts: bool = True

    def match(self, path: Sequence[str]) -> dict[str, Any] | None:
        """The arguments of a path, or None if it is another resource's."""
        parts = self.pattern.split("/") if self.pattern else []
        if parts and parts[-1].endswith("...}"):
            if len(path) < len(parts):
                return None
        elif len(parts) != len(path):
            return None
        found: dict[str, Any] = {}
        for at, part in enumerate(parts):
            if part.endswith("...}"):
                found[part[1:-4]] = tuple(path[at:])
            elif part.startswith("{"):
                found[part[1:-1]] = path[at]
            elif part.lower() != path[at].lower():
                return None
        return found


def segments(path: str) -> tuple[str, ...]:
    """The decoded segments of a raw path. A `+` stays a `+`, as in every path."""
    return tuple(unquote(part) for part in path.split("/") if part)


class Router:
    """Finds the resource of a call and calls it."""

    __slots__ = ("_resources",)

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = tuple(resources)

    def find(self, call: Call) -> tuple[Resource, Callable[[], Reply]]:
        """The resource and the work to do; NOT_FOUND or METHOD_NOT_ALLOWED."""
        allowed: dict[str, None] = {}
        for resource in self._resources:
            arguments = resource.match(call.path)
            if arguments is None:
                continue
            endpoint = resource.methods.get(call.method)
            if endpoint is not None:
                return resource, partial(endpoint, call, **arguments)
            allowed.update(dict.fromkeys(resource.methods))
        if allowed:
            if "GET" in allowed:
                allowed["HEAD"] = None
            shown = [one for one in _METHODS if one in allowed]
            raise errors.SalesforceError(
                "METHOD_NOT_ALLOWED",
                f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(shown)}",
            )
        raise errors.not_found()

    def answer(self, call: Call) -> Reply:
        """What the call yields; errors become their bodies."""
        try:
            _, work = self.find(call)
            return work()
        except errors.SalesforceError as error:
            return Reply(status=error.status, body=error.body())
