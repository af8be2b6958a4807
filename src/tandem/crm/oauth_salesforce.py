"""Signing in to Salesforce: web server flow with PKCE, refresh, JWT bearer, client credentials, revoke."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import jwt
import msgspec

from tandem.clock import Clock
from tandem.crm.http import Transport
from tandem.crm.oauth import Pkce, TokenEndpoint, expiry
from tandem.crm.tokens import Grant
from tandem.errors import SettingsError
from tandem.mapping.ids import id18, is_salesforce_id
from tandem.model import Side

__all__ = ["LOGIN_URL", "SALESFORCE_SCOPES", "SANDBOX_LOGIN_URL", "SalesforceOAuth"]

LOGIN_URL = "https://login.salesforce.com"
SANDBOX_LOGIN_URL = "https://test.salesforce.com"
SALESFORCE_SCOPES = ("api", "refresh_token", "id")
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_LIFE = timedelta(minutes=3)


class _Answer(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str | None = None
    instance_url: str | None = None
    id: str = ""
    scope: str | None = None
    expires_in: int | None = None


_answer = msgspec.json.Decoder(_Answer)


class SalesforceOAuth:
    """
    One External Client App's way into an org [oauth-web].

    *login_url* is the login host, or better the org's My Domain: some flows work only there.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock,
        client_id: str,
        client_secret: str | None = None,
        login_url: str = LOGIN_URL,
    ) -> None:
        self._endpoint = TokenEndpoint(Side.SALESFORCE, transport)
        self._clock = clock
        self._client_id = client_id
        self._client_secret = client_secret
        self._login_url = login_url.rstrip("/")

    def authorize_url(
        self,
        redirect_uri: str,
        state: str,
        pair: Pkce,
        *,
        scopes: Collection[str] = SALESFORCE_SCOPES,
    ) -> str:
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(scopes),
            "state": state,
            "code_challenge": pair.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._login_url}/services/oauth2/authorize?{urlencode(asked)}"

    async def exchange(self, code: str, redirect_uri: str, pair: Pkce) -> Grant:
        return await self._grant(
            "sign in",
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": pair.verifier,
                **self._client(),
            },
        )

    async def refresh(self, grant: Grant) -> Grant:
        """A new access token. With rotation the answer holds a new refresh token and the old one is dead [oauth-refresh]."""
        fresh = await self._grant(
            "refresh the token",
            {
                "grant_type": "refresh_token",
                "refresh_token": grant.refresh_token or "",
                **self._client(),
            },
        )
        return fresh.filled_from(grant)

    async def jwt_bearer(
        self, private_key: str, username: str, *, audience: str | None = None
    ) -> Grant:
        """
        A session by a signed assertion; there is no refresh token, one asks again [sim-pr].

        *audience* defaults to the login address. *private_key* is the PEM text.
        """
        claims = {
            "iss": self._client_id,
            "sub": username,
            "aud": audience or self._login_url,
            "exp": int((self._clock.now() + _ASSERTION_LIFE).timestamp()),
        }
        try:
            assertion = jwt.encode(claims, private_key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise SettingsError(
                "The private key for signing in to Salesforce cannot be used: it must be an RSA key in "
                "PEM form, without a passphrase."
            ) from error
        return await self._grant(
            "sign in by assertion", {"grant_type": _JWT_GRANT, "assertion": assertion}
        )

    async def client_credentials(self) -> Grant:
        """A session of the app's own user; only on the org's My Domain [oauth-cc]."""
        host = urlsplit(self._login_url).hostname or ""
        if host in ("login.salesforce.com", "test.salesforce.com"):
            raise SettingsError(
                "Signing in with client credentials works only at the org's own address, such as "
                "https://example.my.salesforce.com: give it with --url."
            )
        return await self._grant(
            "sign in with client credentials",
            {"grant_type": "client_credentials", **self._client()},
        )

    async def revoke(self, grant: Grant) -> None:
        """Withdraw the refresh token with everything got by it, or else the session."""
        await self._endpoint.tell(
            f"{self._login_url}/services/oauth2/revoke",
            {"token": grant.refresh_token or grant.access_token},
            "revoke the token",
        )

    async def _grant(self, operation: str, form: dict[str, str | None]) -> Grant:
        answer = await self._endpoint.post(
            f"{self._login_url}/services/oauth2/token", form, operation, _answer
        )
        organization, user = _identity_in(answer.id)
        return Grant(
            access_token=answer.access_token,
            refresh_token=answer.refresh_token,
            expires_at=expiry(self._clock, answer.expires_in),
            instance_url=answer.instance_url,
            scopes=frozenset(answer.scope.split()) if answer.scope else None,
            account_id=organization,
            user_id=user,
        )

    def _client(self) -> dict[str, str | None]:
        return {"client_id": self._client_id, "client_secret": self._client_secret}


def _identity_in(url: str) -> tuple[str | None, str | None]:
    """Organisation and user from the identity URL ``…/id/{organisation}/{user}``."""
    parts = urlsplit(url).path.rstrip("/").split("/")[-2:]
    if len(parts) != 2 or not all(is_salesforce_id(part) for part in parts):
        return None, None
    return id18(parts[0]), id18(parts[1])
