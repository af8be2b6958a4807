"""Where HubSpot posts its notices: no session, no form, no page; only the signature counts."""

from __future__ import annotations

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tandem.crm.hubspot.webhooks import Posted
from tandem.errors import StoreError
from tandem.feeds import Answer, Webhooks
from tandem.web.settings import WebSettings

__all__ = ["PATH", "ROUTES"]

PATH = "/hubspot/webhooks"

_LARGEST = 8 * 1_048_576
"""A hundred events may carry a hundred long texts."""
_LATER = 503

_log = structlog.get_logger()


async def _receive(request: Request) -> Response:
    webhooks: Webhooks = request.app.state.webhooks
    try:
        body = await _body(request)
    except ClientDisconnect:
        return Response(status_code=Answer.MALFORMED)
    if body is None:
        webhooks.counts["requests_too_large"] += 1
        return Response(status_code=Answer.TOO_LARGE)
    posted = Posted(
        addresses=_addresses(request, request.app.state.house.settings),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )
    try:
        return Response(status_code=await webhooks.receive(posted))
    except StoreError as error:
        # HubSpot sends it again; the sweep finds it in any case.
        _log.error("webhook.not_saved", message=str(error))
        webhooks.counts["requests_not_saved"] += 1
        return Response(status_code=_LATER)


async def _body(request: Request) -> bytes | None:
    """The body; None if it is larger than any that HubSpot sends."""
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > _LARGEST:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            return None
    return bytes(body)


def _addresses(request: Request, settings: WebSettings) -> tuple[str, ...]:
    """
    What HubSpot may have called: the public address, and the one this request seems to have come to.

    The query comes as it was sent: its escapes are part of what was signed.
    """
    query = request.scope.get("query_string", b"").decode("latin-1")
    tail = f"{PATH}?{query}" if query else PATH
    state = request.scope["state"]
    seen = f"{state['origin']}{state['base']}{tail}"
    return (f"{settings.url}{tail}", seen) if settings.public_url else (seen,)


ROUTES = [Route(PATH, _receive, methods=["POST"], name="hubspot_webhooks")]
