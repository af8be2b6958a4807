"""
An identity provider, and what its tokens prove: ID tokens (OpenID Connect Core 1.0, sections 3.1 and 5) and
logout tokens (OpenID Connect Back-Channel Logout 1.0).

The code flow with PKCE: the browser is sent away with state, nonce and challenge, the token comes straight
from the provider and is believed only after its signature, issuer, audience, times and nonce are right.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from tandem.clock import Clock
from tandem.crm.http import Request, Response, Transport, TransportError
from tandem.crm.oauth import Pkce
from tandem.settings.identity import OidcSettings, is_safe_url
from tandem.store.web import Vouched

__all__ = ["LOGOUT_LIVES", "Logout", "NotProven", "Provider"]

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures by a key that the provider keeps to itself: never ``none``, never a shared secret."""

_WELL_KNOWN = "/.well-known/openid-configuration"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_KNOWN_FOR = timedelta(hours=12)
_ASK_AGAIN_AFTER = timedelta(seconds=30)
_LEEWAY = 60.0
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT = ("jti", "events")
LOGOUT_LIVES = timedelta(minutes=10)
"""From when on a logout token is too old; the final specification asks for ``exp``, its drafts did not."""
_LARGEST = 262_144


class NotProven(Exception):
    """Nobody signs in: *key* is the sentence for the page, *detail* is for the log and never a token."""

    def __init__(self, key: str, detail: str) -> None:
        super().__init__(detail)
        self.key = key
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Logout:
    """What a logout token says: whose sessions end; ``id`` tells it from every other."""

    vouched: Vouched
    id: str


@dataclass(slots=True)
class _Known:
    """Something of the provider's, and when it was read."""

    value: Mapping[str, Any]
    at: datetime


class Provider:
    """Keeps the provider's own description and keys for half a day; a key it does not know is asked for."""

    def __init__(self, settings: OidcSettings, transport: Transport, clock: Clock) -> None:
        self.settings = settings
        self._transport = transport
        self._clock = clock
        self._description: _Known | None = None
        self._keys: _Known | None = None

    async def authorize_url(self, redirect_uri: str, state: str, nonce: str, pair: Pkce) -> str:
        """Where the browser has to go."""
        described = await self._described()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": pair.challenge,
            "code_challenge_method": "S256",
        }
        address = str(described["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    async def claims(
        self, code: str, redirect_uri: str, verifier: str, nonce: str
    ) -> Mapping[str, Any]:
        """What the provider says of whoever came back with *code*; NotProven where anything is wrong."""
        described = await self._described()
        answer = await self._token(described, code, redirect_uri, verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotProven("web.oidc.no_token", "the token endpoint gave no ID token")
        claims = await self._identity(token, nonce)
        if "email" not in claims and isinstance(described.get("userinfo_endpoint"), str):
            claims = {**await self._userinfo(described, answer, claims), **claims}
        return claims

    async def logout(self, token: str) -> Logout:
        """
        Whose sessions a logout token ends (Back-Channel Logout 1.0, section 2.6); NotProven where it proves nothing.

        Whether it was used before is for the caller to find out, by its id.
        """
        claims = await self._signed(token, not_of=("at+jwt", "id_token+jwt"), required=_LOGOUT)
        self._check_times(claims)
        if claims["iat"] < self._clock.now().timestamp() - LOGOUT_LIVES.total_seconds():
            raise NotProven("web.oidc.expired", "the logout token is too old")
        events = claims["events"]
        event = events.get(_LOGOUT_EVENT) if isinstance(events, Mapping) else None
        if not isinstance(event, Mapping):
            raise NotProven("web.oidc.forged", "it is no logout token")
        if "nonce" in claims:
            raise NotProven("web.oidc.forged", "a logout token has no nonce")
        found = {name: _short(claims, name) for name in ("sub", "sid", "jti")}
        if found["jti"] is None or (found["sub"] is None and found["sid"] is None):
            raise NotProven("web.oidc.forged", "it names neither a subject nor a session")
        vouched = Vouched(issuer=self.settings.issuer, subject=found["sub"], sid=found["sid"])
        return Logout(vouched=vouched, id=found["jti"])

    async def sign_out_url(self, back: str) -> str | None:
        """Where the browser ends its session at the provider too; None where there is no such place."""
        address = (await self._described()).get("end_session_endpoint")
        if not isinstance(address, str) or not is_safe_url(address):
            return None
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return f"{address}?{urlencode(asked)}"

    # ------------------------------------------------------------------ what it says of itself

    async def _described(self) -> Mapping[str, Any]:
        now = self._clock.now()
        if self._description is None or now - self._description.at > _KNOWN_FOR:
            address = f"{self.settings.issuer.rstrip('/')}{_WELL_KNOWN}"
            found = await self._json(Request(method="GET", url=address, timeout=10.0))
            if found.get("issuer") != self.settings.issuer:
                raise NotProven("web.oidc.wrong_issuer", f"it calls itself {found.get('issuer')!r}")
            for name in _ENDPOINTS:
                if not is_safe_url(str(found.get(name, "")).partition("?")[0]):
                    raise NotProven("web.oidc.wrong_issuer", f"its {name} is not https")
            self._description = _Known(found, now)
        return self._description.value

    async def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """The key that signed; the keys are read again where it is not among them: they rotate."""
        found = self._found(header)
        if found is None and self._may_ask_again():
            described = await self._described()
            address = str(described["jwks_uri"])
            keys = await self._json(Request(method="GET", url=address, timeout=10.0))
            self._keys = _Known(keys, self._clock.now())
            found = self._found(header)
        if found is None:
            raise NotProven("web.oidc.forged", f"no key {header.get('kid')!r} of the provider's")
        return found

    def _may_ask_again(self) -> bool:
        return self._keys is None or self._clock.now() - self._keys.at >= _ASK_AGAIN_AFTER

    def _found(self, header: Mapping[str, Any]) -> jwt.PyJWK | None:
        if self._keys is None or self._clock.now() - self._keys.at > _KNOWN_FOR:
            return None
        fitting = []
        for each in self._keys.value.get("keys") or ():
            kid = header.get("kid")
            if each.get("use", "sig") != "sig" or (kid is not None and each.get("kid") != kid):
                continue
            if each.get("alg", header.get("alg")) != header.get("alg"):
                continue
            try:
                fitting.append(jwt.PyJWK(each, algorithm=str(header.get("alg"))))
            except (jwt.PyJWTError, ValueError, TypeError):
                continue  # a key of another kind
        return fitting[0] if len(fitting) == 1 else None

    # ------------------------------------------------------------------ the token

    async def _token(
        self, described: Mapping[str, Any], code: str, redirect_uri: str, verifier: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        secret = self.settings.client_secret
        ways = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret is not None and "client_secret_basic" in ways:
            named = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
        else:
            form["client_id"] = self.settings.client_id
            if secret is not None:
                form["client_secret"] = secret
        request = Request(
            method="POST",
            url=str(described["token_endpoint"]),
            headers={"accept": "application/json", **headers},
            body=urlencode(form).encode(),
            timeout=15.0,
        )
        return await self._json(request)

    async def _identity(self, token: str, nonce: str) -> Mapping[str, Any]:
        claims = await self._signed(token, not_of=("at+jwt", "logout+jwt"), required=("sub", "exp"))
        self._check_times(claims)
        if not nonce or claims.get("nonce") != nonce:
            raise NotProven("web.oidc.forged", "the nonce is another sign-in's")
        audience, party = claims["aud"], claims.get("azp")
        if party not in (None, self.settings.client_id) or (
            isinstance(audience, list) and len(audience) > 1 and party is None
        ):
            raise NotProven("web.oidc.forged", "the token was made for another application")
        if _short(claims, "sub") is None:
            raise NotProven("web.oidc.forged", "it names no subject")
        return claims

    async def _signed(
        self, token: str, *, not_of: tuple[str, ...], required: tuple[str, ...]
    ) -> dict[str, Any]:
        """The claims of a token that this provider signed for us; its times are still to be judged."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise NotProven("web.oidc.forged", f"the token is none: {error}") from None
        # Many providers name no type, or JWT: what names another one is not taken for it (RFC 8725, section 3.11).
        kind = str(header.get("typ", "")).lower().removeprefix("application/")
        if kind in not_of:
            raise NotProven("web.oidc.forged", f"the token is of type {kind}")
        if header.get("alg") not in _ALGORITHMS:
            raise NotProven("web.oidc.forged", f"it is signed by {header.get('alg')!r}")
        key = await self._key(header)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key=key.key,
                algorithms=[header["alg"]],
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                # The times are judged below, by the clock that everything here goes by.
                options={
                    "require": ["iss", "aud", "iat", *required],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError as error:
            raise NotProven("web.oidc.forged", f"{type(error).__name__}: {error}") from None
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        for name, is_end in (("exp", True), ("iat", False), ("nbf", False)):
            at = claims.get(name, now + 1 if is_end else now)
            if isinstance(at, bool) or not isinstance(at, int | float):
                raise NotProven("web.oidc.forged", f"its {name} is no time")
            if at + _LEEWAY <= now if is_end else at - _LEEWAY > now:
                raise NotProven("web.oidc.expired", f"its {name} does not fit the present time")

    async def _userinfo(
        self, described: Mapping[str, Any], answer: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """More about the same subject: an answer about another is not believed (section 5.3.2)."""
        address, token = str(described["userinfo_endpoint"]), answer.get("access_token")
        if not is_safe_url(address) or not isinstance(token, str):
            return {}
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        found = await self._json(Request(method="GET", url=address, headers=headers, timeout=10.0))
        if found.get("sub") != claims["sub"]:
            raise NotProven("web.oidc.forged", "userinfo is about another subject")
        return found

    # ------------------------------------------------------------------ asking it

    async def _json(self, request: Request) -> Mapping[str, Any]:
        try:
            response = await self._transport.send(request)
        except TransportError as error:
            raise NotProven("web.oidc.unreachable", str(error)) from None
        found = _object(response)
        if response.status != 200:
            said = found.get("error", "") if found else ""
            key = "web.oidc.refused" if response.status < 500 else "web.oidc.unreachable"
            raise NotProven(key, f"it answered {response.status} {said!s}"[:300])
        if found is None:
            raise NotProven("web.oidc.unreachable", "it answered with something else than JSON")
        return found


def _short(claims: Mapping[str, Any], name: str) -> str | None:
    """A claim that names something; NotProven where it is there and is no name."""
    found = claims.get(name)
    if found is not None and not (isinstance(found, str) and 0 < len(found) <= 255):
        raise NotProven("web.oidc.forged", f"its {name} is no name")
    return found


def _object(response: Response) -> Mapping[str, Any] | None:
    if len(response.body) > _LARGEST:
        return None
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
