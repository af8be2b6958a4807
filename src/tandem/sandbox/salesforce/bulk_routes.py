"""Where the Bulk APIs hang: 2.0 below the data API, 1.0 below ``/services/async``."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from tandem.sandbox.salesforce import bulk_v1, bulk_v2_ingest, bulk_v2_query
from tandem.sandbox.salesforce.bulk_jobs import declare_switches
from tandem.sandbox.salesforce.bulk_v1_wire import ClassicError
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Resource, segments

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

_VERSION = re.compile(r"(\d\d)\.0")
OLDEST, NEWEST = 31, 67


def bulk_resources(state: SalesforceState) -> tuple[Resource, ...]:
    """Bulk API 2.0, for the router of ``/services/data/vNN.0``; its switches become known."""
    declare_switches(state.switches)
    return (*bulk_v2_query.RESOURCES, *bulk_v2_ingest.RESOURCES)


def bulk_routes(state: SalesforceState) -> list[Mount]:
    """Bulk API 1.0, for the app itself."""
    declare_switches(state.switches)
    return [Mount("/services/async", app=ClassicApi(state))]


class ClassicApi:
    """``/services/async/NN.0/…``: finds who calls by ``X-SFDC-Session``, counts the call, answers it."""

    def __init__(self, state: SalesforceState) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        reply = self.answer(request, raw)
        headers = {**reply.headers, "content-type": reply.media_type}
        body = reply.encoded(pretty=request.headers.get("x-prettyprint") == "1")
        await Response(body, status_code=reply.status, headers=headers)(scope, receive, send)

    def answer(self, request: Request, raw: bytes) -> Reply:
        """The reply to a request."""
        as_json = "json" in request.headers.get("content-type", "")
        try:
            return self._answer(request, raw)
        except ClassicError as error:
            return error.reply(as_json=as_json)
        except SalesforceError as error:
            name = "InvalidSessionId" if error.status == 401 else error.code
            message = "Invalid session id" if error.status == 401 else error.message
            return ClassicError(name, message, status=error.status).reply(as_json=as_json)

    def _answer(self, request: Request, raw: bytes) -> Reply:
        state = self._state
        state.settle()
        parts = segments(request.scope["path"])[2:]
        matched = _VERSION.fullmatch(parts[0]) if parts else None
        if matched is None or not OLDEST <= int(matched[1]) <= NEWEST:
            raise ClassicError("InvalidVersion", f"Invalid API version: {'/'.join(parts[:1])}")
        session = request.headers.get("x-sfdc-session", "").removeprefix("Bearer ").strip()
        rights = state.sessions.rights_of(f"Bearer {session}")
        state.limits.check()
        state.limits.count()
        call = Call(
            state=state,
            rights=rights,
            version=parts[0],
            method=request.method,
            path=parts[1:],
            query=dict(parse_qsl(request.url.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in request.headers.items()},
            raw=_unpacked(request, raw),
        )
        return bulk_v1.answer(call)


def _unpacked(request: Request, raw: bytes) -> bytes:
    if request.headers.get("content-encoding", "").lower() != "gzip":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError) as error:
        raise ClassicError("ClientInputError", f"The body is no gzip data: {error}") from error
