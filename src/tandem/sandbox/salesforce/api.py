"""The org's HTTP side: `/services/data`, sign-in and the rest, as one ASGI app."""

import gzip
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tandem.sandbox.salesforce import (
    collections,
    composite,
    describe,
    errors,
    limits,
    oauth,
    routes_limits,
    routes_query,
    routes_records,
    soap,
    tree,
)
from tandem.sandbox.salesforce.address import base_url
from tandem.sandbox.salesforce.analytics import analytics_resources
from tandem.sandbox.salesforce.bulk_routes import bulk_resources, bulk_routes
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Router, segments
from tandem.sandbox.salesforce.tooling import tooling_resources

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

OLDEST, NEWEST = 31, 67
RETIRED_FROM = 20
"""The first version of the REST API. Up to 20.0 were retired in Summer '22, up to 30.0 in Summer '25."""
LONGEST_URI = 16_384
_VERSION = re.compile(r"v(\d\d)\.0")
_SLASHES = re.compile(r"/{2,}")
_SEASONS = ("Spring", "Summer", "Winter")


def create_app(state: "SalesforceState") -> Starlette:
    """Everything a client reaches on this org's host."""
    api = DataApi(state)

    async def versions(request: Request) -> Response:
        pretty = request.headers.get("x-prettyprint") == "1"
        return _http(Reply(body=_versions()), pretty=pretty)

    return Starlette(
        routes=[
            Route("/services/data", versions, methods=["GET"]),
            Route("/services/data/", versions, methods=["GET"]),
            Mount("/services/data", app=api),
            *bulk_routes(state),
            *oauth.routes(state),
            *soap.routes(state),
        ],
        middleware=[Middleware(_SingleSlashes)],
        exception_handlers={404: _no_page},
    )


class _SingleSlashes:
    """Counts doubled slashes in a path as one: base addresses that end in a slash make them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "//" in scope["path"]:
            scope = {**scope, "path": _SLASHES.sub("/", scope["path"])}
        await self._app(scope, receive, send)


class DataApi:
    """
    `/services/data/vNN.0/…`: finds who calls, counts the call and answers it.

    `answer` is the whole of it without HTTP.
    """

    def __init__(self, state: "SalesforceState") -> None:
        self._state = state
        inner: Any = self._answer_inside
        self._router = Router(
            [
                *bulk_resources(state),
                *tooling_resources(state),
                *analytics_resources(state),
                *collections.RESOURCES,
                *composite.resources(inner),
                *tree.RESOURCES,
                *routes_query.RESOURCES,
                *routes_limits.RESOURCES,
                *describe.RESOURCES,
                *routes_records.RESOURCES,
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        pretty = request.headers.get("x-prettyprint") == "1"
        try:
            reply = self.answer(request, raw)
        except SalesforceError as error:
            reply = Reply(status=error.status, body=error.body())
        await _http(reply, pretty=pretty)(scope, receive, send)

    def answer(self, request: Request, raw: bytes) -> Reply:
        """The reply to a request, with the org's usage in its headers."""
        state = self._state
        state.settle()
        path = bytes(request.scope.get("raw_path") or request.scope["path"].encode()).decode(
            "latin-1"
        )
        query = bytes(request.scope["query_string"]).decode("latin-1")
        _check_length(path, query, request)
        parts = segments(path.partition("?")[0])[2:]
        version = _version(parts[0])
        self._strike()
        rights = state.sessions.rights_of(request.headers.get("authorization"))
        _check_api(state, rights.may("ApiEnabled"))
        _check_body(request, raw, parts)
        state.limits.check()
        state.limits.count()
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        call = Call(
            state=state,
            rights=rights,
            version=version,
            method=_method(request.method, parameters),
            path=parts[1:],
            query=parameters,
            headers={name.lower(): value for name, value in request.headers.items()},
            raw=_unpacked(request, raw),
            base_url=base_url(state, request),
        )
        state.events.origin = _origin(call)
        try:
            reply = self._router.answer(call)
        finally:
            state.events.origin = ""
        headers = {**reply.headers, "Sforce-Limit-Info": state.limits.header()}
        return Reply(
            status=reply.status, body=reply.body, headers=headers, media_type=reply.media_type
        )

    def _answer_inside(self, call: Call) -> Reply:
        return self._router.answer(call)

    def _strike(self) -> None:
        take = self._state.faults.take_named
        if take("server_unavailable"):
            raise SalesforceError("SERVER_UNAVAILABLE", "The server is currently unavailable.")
        if take("unknown_exception"):
            raise SalesforceError(
                "UNKNOWN_EXCEPTION",
                "An unexpected error occurred. Please include this ErrorId if you contact support: "
                "1234567890-12345 (-123456789)",
            )
        if take("session_expired"):
            raise errors.invalid_session()
        if fault := take("request_limit"):
            raise limits.limit_exceeded(str(fault.argument("limit", "TotalRequests")))


_CLIENT = re.compile(r"(?:^|[;,])\s*client=([^;,]+)")


def _origin(call: Call) -> str:
    """What a change event says of the call behind it, with the client's own name ([cdc-header], [callopt])."""
    origin = f"com/salesforce/api/rest/{call.version}"
    named = _CLIENT.search(call.headers.get("sforce-call-options", ""))
    is_composite = call.path[:1] == ("composite",)
    if named is None or (is_composite and not call.state.switches["cdc_client_of_composite"]):
        return origin
    return f"{origin};client={named[1].strip()}"


def _versions() -> list[dict[str, str]]:
    """Every supported version with the release that brought it: 62.0 is Winter '25."""
    return [
        {
            "label": release_of(number),
            "url": f"/services/data/v{number}.0",
            "version": f"{number}.0",
        }
        for number in range(OLDEST, NEWEST + 1)
    ]


def release_of(number: int) -> str:
    """The release of an API version: three a year, and a Winter release is named after the next year."""
    years, season = divmod(number - 60, 3)
    return f"{_SEASONS[season]} '{24 + years + (season == 2)}"


def _version(part: str) -> str:
    matched = _VERSION.fullmatch(part)
    if matched is None:
        raise errors.not_found()
    number = int(matched[1])
    if RETIRED_FROM <= number < OLDEST:
        raise SalesforceError(
            "UNSUPPORTED_API_VERSION", f"The API version {number}.0 has been retired."
        )
    if not OLDEST <= number <= NEWEST:
        raise errors.not_found()
    return f"{number}.0"


def _method(sent: str, parameters: dict[str, str]) -> str:
    """
    The method that is meant: HEAD is GET without its body, and a library that cannot send PATCH
    sends POST with `_HttpMethod=PATCH` (REST API Developer Guide, "REST Resources and Requests"
    and "Update a Record").
    """
    meant = parameters.pop("_HttpMethod", sent).upper() if sent == "POST" else sent
    return "GET" if meant == "HEAD" else meant


def _check_api(state: "SalesforceState", user_may: bool) -> None:
    if not state.api_enabled:
        raise SalesforceError(
            "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner"
        )
    if not user_may:
        raise SalesforceError("API_CURRENTLY_DISABLED", "API is disabled for this User")


def _check_length(path: str, query: str, request: Request) -> None:
    length = len(path) + len(query) + 1
    if length > LONGEST_URI:
        raise SalesforceError("URI_TOO_LONG", "URI Too Long")
    headers = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
    if length + headers > LONGEST_URI:
        raise SalesforceError("REQUEST_HEADER_FIELDS_TOO_LARGE", "Request Header Fields Too Large")


def _check_body(request: Request, raw: bytes, parts: tuple[str, ...]) -> None:
    """Bodies are JSON, but for the CSV that Bulk jobs take."""
    if not raw or "jobs" in parts[1:2]:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise SalesforceError(
            "UNSUPPORTED_MEDIA_TYPE",
            f"Content-Type header specified in HTTP request is not supported: {kind}",
        )


def _unpacked(request: Request, raw: bytes) -> bytes:
    if request.headers.get("content-encoding", "").lower() != "gzip":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError) as error:
        raise errors.parser_error(f"The body is no gzip data: {error}") from error


def _http(reply: Reply, *, pretty: bool) -> Response:
    body = reply.encoded(pretty=pretty)
    headers = dict(reply.headers)
    if body:
        headers["content-type"] = reply.media_type
    return Response(body, status_code=reply.status, headers=headers)


async def _no_page(request: Request, error: Exception) -> Response:
    del request, error
    return Response(
        msgspec.json.encode(errors.not_found().body()),
        status_code=404,
        media_type="application/json;charset=UTF-8",
    )
