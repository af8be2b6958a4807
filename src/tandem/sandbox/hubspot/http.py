"""
HTTP as HubSpot speaks it: lenient about how a request is written, exact about how it is answered.

Arrays in a query may be repeated or comma-joined, booleans in any letter case, paths with or without
a trailing slash, dated or numbered versions: the official clients differ in all of these.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tandem.sandbox.hubspot.auth import Token
from tandem.sandbox.hubspot.errors import HubSpotError, invalid
from tandem.sandbox.hubspot.state import HubSpotState
from tandem.sandbox.hubspot.values import is_whole

LONGEST_TARGET = 16_000
"""Longer addresses are answered with 414; property lists beyond 15,000 characters meet it [F-airbyte]."""

API_HOST = "api.hubapi.com"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: JSON unless `content` is given."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json;charset=utf-8"


NO_CONTENT = Answer(status=204)


class Call:
    """One request, after it was let in."""

    __slots__ = (
        "_query",
        "authorization",
        "body",
        "content_type",
        "is_dated",
        "method",
        "params",
        "path",
        "query_string",
        "state",
        "token",
        "url",
    )

    def __init__(
        self, state: HubSpotState, request: Request, body: bytes, token: Token, is_dated: bool
    ) -> None:
        self.state = state
        self.token = token
        self.body = body
        self.is_dated = is_dated
        self.method = request.method
        self.path = str(request.scope["path"])
        self.url = f"{_base(request)}{request.scope.get('original_path', self.path)}"
        self.params: Mapping[str, str] = {
            name: str(value) for name, value in request.path_params.items()
        }
        self.content_type = request.headers.get("content-type", "")
        self.authorization = request.headers.get("authorization")
        self.query_string = bytes(request.scope["query_string"]).decode("latin-1")
        self._query: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query_string, keep_blank_values=True):
            self._query.setdefault(name, []).append(value)

    def param(self, name: str) -> str:
        """A part of the path."""
        return self.params[name]

    def text(self, name: str, default: str | None = None) -> str | None:
        """The last value of a query parameter; empty counts as absent."""
        values = self._query.get(name)
        return values[-1] if values and values[-1] else default

    def several(self, *names: str) -> list[str]:
        """An array in the query, repeated or comma-joined."""
        return [
            part
            for name in names
            for value in self._query.get(name, ())
            for part in value.split(",")
            if part
        ]

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in ("true", "false"):
            raise invalid(f"{name} must be true or false, not {value!r}")
        return value.lower() == "true"

    def whole(self, name: str, default: int, most: int, least: int = 1) -> int:
        """A whole number in the query; 400 outside of *least* and *most*."""
        value = self.text(name)
        if value is None:
            return default
        if not is_whole(value.lstrip("-")):
            raise invalid(f"{name} must be a whole number, not {value!r}")
        if not least <= int(value) <= most:
            raise invalid(f"{name} must be between {least} and {most}, not {value}")
        return int(value)

    def instant(self, name: str) -> int | None:
        """Epoch milliseconds in the query."""
        value = self.text(name)
        if value is None:
            return None
        if not is_whole(value.lstrip("-")):
            raise invalid(f"{name} must be milliseconds since 1970, not {value!r}")
        return int(value)

    def next_page(self, after: str) -> str:
        """The address of the next page: this one, whatever it asked, with another `after` [F-ballerina]."""
        asked = [
            (name, value)
            for name, value in parse_qsl(self.query_string, keep_blank_values=True)
            if name != "after"
        ]
        return f"{self.url}?{urlencode([*asked, ('after', after)], quote_via=quote)}"

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        found = self.anything()
        if not isinstance(found, dict):
            raise invalid("Invalid input JSON on line 1, column 1: the body must be an object")
        return found

    def anything(self) -> Any:
        """The body as JSON; 415 for one that says it is something else."""
        kind = self.content_type.partition(";")[0].strip().lower()
        strict = self.state.world.switches["other_content_types"] == "refused"
        if self.body and kind and not kind.endswith("json") and strict:
            raise HubSpotError(415, None, "HTTP 415 Unsupported Media Type")
        try:
            return _decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid(f"Invalid input JSON on line 1, column 1: {error}") from error

    def inputs(self, most: int) -> list[dict[str, Any]]:
        """The inputs of a batch; 400 for too many of them."""
        listed = self.json().get("inputs")
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise invalid(
                "Invalid input JSON on line 1, column 1: inputs must be a list of objects"
            )
        if len(listed) > most:
            raise invalid(
                f"The maximum number of inputs in a batch is {most}, but {len(listed)} were given"
            )
        return listed

    def form(self) -> dict[str, str]:
        """The body as a form, which some clients send as JSON."""
        if "json" in self.content_type:
            return {
                name: _joined(value) for name, value in self.json().items() if value is not None
            }
        return dict(parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))


Endpoint = Callable[[Call], Answer]
Scopes = Sequence[str] | Callable[[Call], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One endpoint: where, who may call it (any of *scopes*), and which limit counts it."""

    method: str
    path: str
    endpoint: Endpoint
    scopes: Scopes = ()
    family: str = "calls"
    is_public: bool = False


def serve(state: HubSpotState, spec: Spec) -> Callable[[Request], Awaitable[Response]]:
    """The Starlette endpoint of a spec: lets the caller in, counts, answers, shows errors."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        headers: dict[str, str] = {}
        try:
            token = _let_in(state, spec, request)
            if not spec.is_public:
                headers = state.limits.admit(token, spec.family)
                _trouble(state, request)
            call = Call(state, request, body, token, bool(request.scope.get("is_dated")))
            state.auth.require(token, spec.scopes(call) if callable(spec.scopes) else spec.scopes)
            state.crm.tick()
            with state.acting_as(token):
                answer = spec.endpoint(call)
        except HubSpotError as error:
            return _show_error(state, error, headers)
        return _show(answer, headers)

    return endpoint


def _let_in(state: HubSpotState, spec: Spec, request: Request) -> Token:
    if len(request.url.path) + len(request.scope["query_string"]) > LONGEST_TARGET:
        raise HubSpotError(414, None, "URI Too Long")
    if spec.is_public:
        return _NOBODY
    moment = {"method": request.method, "path": str(request.scope.get("original_path", ""))}
    if state.faults.take_named("expire_tokens", **moment) is not None:
        state.auth.expire_all()
    return state.auth.authenticate(request.headers.get("authorization"))


_NOBODY = Token(value="", app_id=0, user_id=0, scopes=frozenset(), expires=None)


def _trouble(state: HubSpotState, request: Request) -> None:
    """The named faults that strike a request whoever answers it."""
    moment = {"method": request.method, "path": str(request.scope.get("original_path", ""))}
    moving = state.faults.take_named("migrating", **moment)
    if moving is not None:
        raise HubSpotError(
            477,
            "MIGRATION_IN_PROGRESS",
            "This account is being moved between data centers; try again later.",
            headers={"Retry-After": str(moving.argument("seconds", 60))},
        )
    limited = state.faults.take_named("rate_limited", **moment)
    if limited is not None:
        policy = str(limited.argument("policy", "TEN_SECONDLY_ROLLING"))
        raise HubSpotError(
            429,
            None,
            f"You have reached your {policy.lower()} limit.",
            extra={
                "errorType": "RATE_LIMIT",
                "policyName": policy,
                "groupName": "publicapi:private-apps-api-calls",
            },
        )


def _show(answer: Answer, headers: Mapping[str, str]) -> Response:
    content = answer.content
    if content is None:
        content = b"" if answer.body is None else _encode(answer.body)
    response = Response(content, status_code=answer.status)
    if content or answer.status not in (204, 304):
        response.headers["content-type"] = answer.content_type
    response.headers.update(headers)
    response.headers.update(answer.headers)
    return response


def _show_error(state: HubSpotState, error: HubSpotError, headers: Mapping[str, str]) -> Response:
    correlation = state.world.uuid()
    shown = {**headers, **error.headers, "X-HubSpot-Correlation-Id": correlation}
    return _show(Answer(status=error.status, body=error.body(correlation)), shown)


def error_response(state: HubSpotState, error: HubSpotError) -> Response:
    """An error that no endpoint raised, such as an unknown path."""
    return _show_error(state, error, {})


def _base(request: Request) -> str:
    """
    The address the client used: who follows a link from there must not leave this machine. Through
    CONNECT, and without a Host, it is the vendor's own.
    """
    host = request.headers.get("host", API_HOST)
    if host.partition(":")[0].lower() == API_HOST:
        return f"https://{API_HOST}"
    return f"{request.scope.get('scheme', 'http')}://{host}"


_SLASHES = re.compile(r"/{2,}")
_DATE = r"2026-(?:03|09)(?:-beta)?"
_CANONICAL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("DATE", _DATE) + r"(?P<rest>/.*)?$"), target)
    for pattern, target in (
        (
            r"/crm/objects/DATE(?P<head>/[^/]+/[^/]+)/associations",
            r"/crm/v4/objects{head}/associations",
        ),
        (r"/crm/objects/DATE", "/crm/v3/objects"),
        (r"/crm/associations/DATE", "/crm/v4/associations"),
        (r"/crm/associations/v4", "/crm/v4/associations"),
        (r"/crm/properties/DATE", "/crm/v3/properties"),
        (r"/crm/pipelines/DATE", "/crm/v3/pipelines"),
        (r"/crm/owners/DATE", "/crm/v3/owners"),
        (r"/crm/lists/DATE", "/crm/v3/lists"),
        (r"/crm-object-schemas/(?:DATE|v3)/schemas", "/crm/v3/schemas"),
        (r"/account-info/DATE", "/account-info/v3"),
        (r"/oauth/DATE", "/oauth/v3"),
        (r"/events/event-occurrences/DATE", "/events/v3/events"),
        (r"/marketing/marketing-events/DATE", "/marketing/v3/marketing-events"),
        (r"/marketing/emails/DATE", "/marketing/v3/emails"),
        (r"/marketing/forms/DATE", "/marketing/v3/forms"),
        (r"/files/DATE/files", "/files/v3/files"),
        (r"/(?:app-)?webhooks/DATE", "/webhooks/v3"),
        (r"/webhooks-journal/(?P<head>[a-z-]+)/(?:DATE|v4)", "/webhooks/v4/{head}"),
    )
)


@lru_cache(maxsize=4096)
def canonical(path: str) -> tuple[str, bool]:
    """
    The numbered-version path of a path, without trailing slash or doubled ones (a base address that
    ends in a slash makes them), and whether it was dated.
    """
    bare = _SLASHES.sub("/", path).rstrip("/") or "/"
    for pattern, target in _CANONICAL:
        found = pattern.match(bare)
        if found is not None:
            groups = found.groupdict()
            moved = target.replace("{head}", groups.get("head") or "") + (groups["rest"] or "")
            return moved, re.search(_DATE, bare) is not None
    return bare, False


def paging(call: Call, after: str) -> dict[str, Any]:
    """The `paging` of a page that is not the last."""
    return {"next": {"after": after, "link": call.next_page(after)}}


def after_index(call: Call, name: str = "after") -> int:
    """An `after` that counts items."""
    value = call.text(name)
    if value is None:
        return 0
    if not is_whole(value):
        raise invalid(f"{name} {value!r} is not valid")
    return int(value)


def page_of(call: Call, items: Sequence[Any], default: int, most: int) -> dict[str, Any]:
    """A page of a list that is short enough to be held at once."""
    limit, begin = call.whole("limit", default, most), after_index(call)
    end = begin + limit
    shown: dict[str, Any] = {"results": list(items[begin:end])}
    if end < len(items):
        shown["paging"] = paging(call, str(end))
    return shown


def required(asked: Mapping[str, Any], names: Iterable[str]) -> None:
    """400 where a body lacks one of *names*."""
    missing = [name for name in names if asked.get(name) in (None, "")]
    if missing:
        raise invalid(
            "Invalid input JSON on line 1, column 1: some required attributes are not set "
            f"[{', '.join(missing)}]"
        )


def _joined(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
