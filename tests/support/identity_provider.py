"""An identity provider (OpenID Connect) on a socket of its own, which can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlencode

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "IdentityProvider"]

CLIENT_ID = "tandem"
CLIENT_SECRET = "s:e&cret"
_KEYS = [rsa.generate_private_key(public_exponent=65_537, key_size=2048) for _ in range(2)]


class IdentityProvider:
    """
    Signs everybody in as ``person`` at once. ``forge`` may change claims, ``sign`` how they become a token.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.person: dict[str, Any] = {
            "sub": "7",
            "email": "ann@example.com",
            "email_verified": True,
            "name": "Ann",
        }
        self.forge: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.kid, self.key = "k1", _KEYS[0]
        self.described: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.denies = ""
        self.asked: list[str] = []
        self.issuer = ""
        self._codes: dict[str, dict[str, str]] = {}

    def rotate(self) -> None:
        self.kid, self.key = "k2", _KEYS[1]

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid})

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._describe),
                web.get("/authorize", self._authorize),
                web.post("/token", self._token),
                web.get("/keys", self._jwks),
                web.get("/userinfo", self._userinfo),
            ]
        )
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.issuer = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    async def _describe(self, request: web.Request) -> web.Response:
        return self._json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "end_session_endpoint": f"{self.issuer}/end",
                **self.described,
            }
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        back = {"state": asked["state"], "iss": self.issuer}
        if self.denies:
            back["error"] = self.denies
        else:
            back["code"] = secrets.token_urlsafe(8)
            self._codes[back["code"]] = asked
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        began = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not self._knows(request, form):
            return self._json({"error": "invalid_client"}, 401)
        if (
            began is None
            or began["redirect_uri"] != form.get("redirect_uri")
            or began["code_challenge"] != challenge
        ):
            return self._json({"error": "invalid_grant"}, 400)
        now = int(self._now())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": began["nonce"],
            **self.person,
        }
        self.forge(claims)
        return self._json({"access_token": "at", "id_token": self.sign(claims)})

    def _knows(self, request: web.Request, form: dict[str, str]) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(given).decode().partition(":")
            return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    async def _jwks(self, request: web.Request) -> web.Response:
        self.asked.append("keys")
        key = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        # Keys of other kinds and for other uses lie beside it, as they do in life.
        other = {"kty": "oct", "k": "AA", "kid": "x"}
        sealing = {**key, "kid": self.kid, "use": "enc"}
        return self._json({"keys": [other, sealing, {**key, "kid": self.kid, "use": "sig"}]})

    async def _userinfo(self, request: web.Request) -> web.Response:
        self.asked.append("userinfo")
        return self._json(self.userinfo or {"sub": self.person["sub"]})

    def _json(self, value: dict[str, Any], status: int = 200) -> web.Response:
        return web.json_response(value, status=status)
