"""Signing in to HubSpot: authorise in the browser, exchange, refresh, introspect, revoke [D-oauth]."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

import msgspec

from tandem.clock import Clock
from tandem.crm.http import Transport
from tandem.crm.hubspot import HUBSPOT_API
from tandem.crm.oauth import Pkce, TokenEndpoint, expiry
from tandem.crm.tokens import Grant
from tandem.model import Side

__all__ = [
    "HUBSPOT_APP",
    "HUBSPOT_OPTIONAL_SCOPES",
    "HUBSPOT_SCOPES",
    "HubSpotOAuth",
    "Introspection",
]

HUBSPOT_APP = "https://app.hubspot.com"

HUBSPOT_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.deals.read",
    "crm.objects.owners.read",
)
"""What every connection needs (reference section 5.3)."""

HUBSPOT_OPTIONAL_SCOPES = (
    "sales-email-read",
    "forms",
    "content",
    "crm.objects.marketing_events.read",
    "crm.lists.read",
    "files",
)
"""What single kinds and options need; an account without the product cannot grant them."""


class _Answer(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str | None = None
    expires_in: int | None = None
    hub_id: int | None = None
    user_id: int | None = None
    scopes: list[str] | None = None


class Introspection(msgspec.Struct, frozen=True):
    """What a token is good for [SPEC:oauth.v3]."""

    active: bool = False
    hub_id: int | None = None
    hub_domain: str | None = None
    user: str | None = None
    scopes: list[str] | None = None
    expires_in: int | None = None


_answer = msgspec.json.Decoder(_Answer)
_introspection = msgspec.json.Decoder(Introspection)


class HubSpotOAuth:
    """
    One app's way into HubSpot accounts.

    *pkce* off leaves the challenge and the verifier out, for apps that are refused with them.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock,
        client_id: str,
        client_secret: str | None = None,
        api_url: str = HUBSPOT_API,
        app_url: str = HUBSPOT_APP,
        pkce: bool = True,
    ) -> None:
        self._endpoint = TokenEndpoint(Side.HUBSPOT, transport)
        self._clock = clock
        self._client_id = client_id
        self._client_secret = client_secret
        self._token_url = f"{api_url.rstrip('/')}/oauth/v3/token"
        self._app_url = app_url.rstrip("/")
        self._pkce = pkce

    def authorize_url(
        self,
        redirect_uri: str,
        state: str,
        pair: Pkce,
        *,
        scopes: Collection[str] = HUBSPOT_SCOPES,
        optional_scopes: Collection[str] = HUBSPOT_OPTIONAL_SCOPES,
    ) -> str:
        """Where the browser has to go; the redirect must be https, or http on ``localhost``."""
        asked = {
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(scopes),
            "optional_scope": " ".join(optional_scopes),
            "state": state,
        }
        if self._pkce:
            asked |= {"code_challenge": pair.challenge, "code_challenge_method": "S256"}
        return f"{self._app_url}/oauth/authorize?{urlencode(asked)}"

    async def exchange(self, code: str, redirect_uri: str, pair: Pkce) -> Grant:
        return await self._grant(
            "sign in",
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": pair.verifier if self._pkce else None,
            },
        )

    async def refresh(self, grant: Grant) -> Grant:
        """A new access token; HubSpot may return the same refresh token or another."""
        fresh = await self._grant(
            "refresh the token",
            {"grant_type": "refresh_token", "refresh_token": grant.refresh_token or ""},
        )
        return fresh.filled_from(grant)

    async def introspect(self, token: str) -> Introspection:
        form = {"token": token, "token_type_hint": "access_token", **self._client()}
        return await self._endpoint.post(
            f"{self._token_url}/introspect", form, "introspect the token", _introspection
        )

    async def revoke(self, grant: Grant) -> None:
        """Withdraw the refresh token. Live access tokens may still work for their half hour."""
        form = {
            "token": grant.refresh_token or grant.access_token,
            "token_type_hint": "refresh_token" if grant.refresh_token else "access_token",
            **self._client(),
        }
        await self._endpoint.tell(f"{self._token_url}/revoke", form, "revoke the token")

    async def _grant(self, operation: str, form: dict[str, str | None]) -> Grant:
        answer = await self._endpoint.post(
            self._token_url, {**form, **self._client()}, operation, _answer
        )
        return Grant(
            access_token=answer.access_token,
            refresh_token=answer.refresh_token,
            expires_at=expiry(self._clock, answer.expires_in),
            scopes=None if answer.scopes is None else frozenset(answer.scopes),
            account_id=None if answer.hub_id is None else str(answer.hub_id),
            user_id=None if answer.user_id is None else str(answer.user_id),
        )

    def _client(self) -> dict[str, str | None]:
        return {"client_id": self._client_id, "client_secret": self._client_secret}
