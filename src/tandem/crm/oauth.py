"""
What both CRMs' OAuth flows share: the PKCE pair, the token endpoint and the answers it refuses with.

Each CRM's own flows are in ``oauth_hubspot`` and ``oauth_salesforce``; the browser's way back to the
command line is in ``redirect``.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from tandem.clock import Clock
from tandem.crm.http import Request, Response, Transport, TransportError
from tandem.errors import AccessLost, CrmError, RateLimited, TryLater
from tandem.model import Side

__all__ = ["Pkce", "TokenEndpoint", "expiry", "new_pkce", "new_state"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pkce:
    """A code verifier and its challenge (RFC 7636, method S256)."""

    verifier: str = field(repr=False)
    challenge: str


def new_pkce() -> Pkce:
    verifier = secrets.token_urlsafe(64)
    return Pkce(verifier, challenge_of(verifier))


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def new_state() -> str:
    """What the browser has to bring back, so that nobody else's redirect is taken for ours."""
    return secrets.token_urlsafe(32)


def expiry(clock: Clock, seconds: int | None) -> datetime | None:
    return None if seconds is None else clock.now() + timedelta(seconds=seconds)


class _Refusal(msgspec.Struct, frozen=True, rename="camel"):
    """HubSpot's and Salesforce's refusals in one shape [D-oauth] [oauth-web]."""

    status: str = ""
    message: str = ""
    error: str = ""
    error_description: str = msgspec.field(default="", name="error_description")
    correlation_id: str = ""

    @property
    def code(self) -> str:
        return self.status if self.status not in ("", "error") else self.error


_refusal = msgspec.json.Decoder(_Refusal)

_SENTENCES = {
    "BAD_REFRESH_TOKEN": "the access granted to Tandem was withdrawn or has expired",
    "BAD_AUTH_CODE": "the sign-in took too long or was used before; start it again",
    "BAD_REDIRECT_URI": "the redirect address is not the one registered with the app",
    "BAD_CLIENT_ID": "the client id is not known; copy it again from the app's settings",
    "BAD_CLIENT_SECRET": "the client secret is wrong; copy it again from the app's settings",
    "BAD_SCOPES": "the app is not registered for all scopes that were asked for",
    "BAD_CODE_VERIFIER": "the sign-in came back to another window; start it again",
    "invalid_client_id": "the client id is not known; copy it again from the External Client App",
    "invalid_client": "the client id or secret is wrong; copy both again from the app's settings",
    "invalid_client_credentials": "the client secret is wrong; copy it again from the app",
    "app_not_found": (
        "the org does not know the app; use the org's My Domain as audience, and install the app there"
    ),
    "inactive_user": "the integration user is deactivated",
    "inactive_org": "the organisation is locked or closed",
    "user_hasn't_approved_consumer": "the integration user has not approved the app, or may not use it",
    "redirect_uri_mismatch": "the redirect address is not the one registered with the app",
    "invalid_scope": "the app is not allowed all scopes that were asked for",
    "unsupported_grant_type": "this flow is not enabled for the app",
    "invalid_app_access": "the integration user is not allowed to use the app",
}
_GRANT_GONE = "the access granted to Tandem was withdrawn or has expired"


class TokenEndpoint:
    """Posts forms to one CRM's OAuth endpoints. Neither body nor answer ever gets into a message."""

    def __init__(self, side: Side, transport: Transport) -> None:
        self._side = side
        self._transport = transport

    async def post(
        self,
        url: str,
        form: Mapping[str, str | None],
        operation: str,
        decoder: msgspec.json.Decoder[T],
    ) -> T:
        response = await self._send(url, form, operation)
        try:
            return decoder.decode(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TryLater(
                f"{self._side.title} answered '{operation}' with something else than a token. Is the "
                "address right?",
                side=self._side,
                operation=operation,
                status=response.status,
            ) from error

    async def tell(self, url: str, form: Mapping[str, str | None], operation: str) -> None:
        """A request whose answer says nothing more."""
        await self._send(url, form, operation)

    async def _send(self, url: str, form: Mapping[str, str | None], operation: str) -> Response:
        asked = {name: value for name, value in form.items() if value is not None}
        request = Request(
            method="POST",
            url=url,
            headers={
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=urlencode(asked).encode(),
            timeout=30.0,
        )
        try:
            response = await self._transport.send(request)
        except TransportError as error:
            raise TryLater(
                f"{self._side.title} did not answer '{operation}': {error}",
                side=self._side,
                operation=operation,
            ) from error
        if 200 <= response.status < 300:
            return response
        raise self._refused(response, operation)

    def _refused(self, response: Response, operation: str) -> CrmError:
        try:
            refusal = _refusal.decode(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            refusal = _Refusal()
        title, status = self._side.title, response.status
        said = (
            f"{title} refused '{operation}' ({status}{f' {refusal.code}' if refusal.code else ''})"
        )
        if status == 429:
            # The token endpoint has a limit of its own whose number is not published [GH-posthog].
            return RateLimited(
                f"{said}: too many sign-ins.",
                seconds=10.0,
                side=self._side,
                operation=operation,
                status=status,
                code=refusal.code,
                request_id=refusal.correlation_id,
            )
        if status >= 500:
            return TryLater(
                f"{said}.", side=self._side, operation=operation, status=status, code=refusal.code
            )
        return AccessLost(
            f"{said}: {_sentence(refusal)}. Connect {title} again "
            f"(tandem connect {self._side.value}).",
            side=self._side,
            operation=operation,
            status=status,
            code=refusal.code,
            request_id=refusal.correlation_id,
        )


def _sentence(refusal: _Refusal) -> str:
    if refusal.code in _SENTENCES:
        return _SENTENCES[refusal.code]
    described = refusal.error_description or refusal.message
    if refusal.error == "invalid_grant":
        return f"{_GRANT_GONE}{f' ({described})' if described else ''}"
    return described.rstrip(".") or "no reason was given"
