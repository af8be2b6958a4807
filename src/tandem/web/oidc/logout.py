"""
Where the identity provider ends sessions here (OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8).

No browser takes part: no session, no form; only the token counts, which the provider signed.
"""

from __future__ import annotations

from urllib.parse import parse_qs

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tandem.web.oidc.provider import LOGOUT_LIVES, NotProven, Provider
from tandem.web.visit import House

__all__ = ["PATH", "ROUTES"]

PATH = "/sign-in/oidc/back-channel-logout"

_LARGEST = 65_536
_log = structlog.get_logger("tandem.web")


async def _logout(request: Request) -> Response:
    provider: Provider | None = request.app.state.provider
    house: House = request.app.state.house
    if provider is None:
        return Response(status_code=404)
    try:
        logout = await provider.logout(await _token(request))
        ended = await house.desk.store.run(
            house.members.end_vouched, logout.vouched, _named(logout.id), LOGOUT_LIVES * 2
        )
        if ended is None:
            raise NotProven("web.oidc.forged", "the logout token was used before")
    except NotProven as problem:
        _log.warning("oidc.logout_refused", reason=problem.key, problem=problem.detail)
        return JSONResponse({"error": "invalid_request"}, 400)
    for email in dict.fromkeys(ended):
        house.desk.as_(email).note(None, "signed_out_by_provider", provider.settings.label)
    # Also where nobody was signed in: the provider has nothing to try again.
    return Response(status_code=200)


async def _token(request: Request) -> str:
    """The one ``logout_token`` of the form; NotProven where there is none, or more than one."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _LARGEST:
                raise NotProven("web.oidc.forged", "the request is too large")
        given = parse_qs(body.decode("ascii"), max_num_fields=20)
    except (ValueError, ClientDisconnect):
        raise NotProven("web.oidc.forged", "the request is no form") from None
    tokens = given.get("logout_token", [])
    if len(tokens) != 1:
        raise NotProven("web.oidc.forged", "the request carries no logout token")
    return tokens[0]


def _named(token_id: str) -> str:
    return f"logout {token_id}"


ROUTES = [Route(PATH, _logout, methods=["POST"], name="back_channel_logout")]
