"""The outermost layer: who is asking through which proxy, under which path, and what every answer carries."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from tandem.web.settings import WebSettings

__all__ = ["Edge", "content_security_policy"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_PREFIX = re.compile(r"(?:/(?!\.+(?:/|$))[A-Za-z0-9._~-]+)+")
_YEAR = "max-age=31536000"


def content_security_policy() -> str:
    """Nothing inline and nothing from elsewhere; frames and plug-ins not at all."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


_HEADERS = {
    "content-security-policy": content_security_policy(),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class Edge:
    """
    Wraps the app. ``state["base"]`` is the path prefix of every link, ``state["origin"]`` scheme and
    host as the browser knows them.
    """

    def __init__(self, app: App, settings: WebSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = dict(scope)
        headers = Headers(scope=scope)
        host = self._read_proxy(scope, headers)
        is_secure = scope["scheme"] == "https"

        async def sealed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), is_secure=is_secure)
            await send(message)

        name = urlsplit(f"//{host}").hostname or ""
        if not self._settings.knows_host(name):
            answer = PlainTextResponse("This address is not served here.\n", status_code=421)
            await answer(scope, receive, sealed)
            return
        await self._app(scope, receive, sealed)

    def _read_proxy(self, scope: Scope, headers: Headers) -> str:
        """Take a trusted proxy's word for scheme, host, prefix and asker; the host that was asked for."""
        host = headers.get("host", "")
        base = self._settings.base_path
        client = scope.get("client") or ("", 0)
        public = urlsplit(self._settings.public_url or "")
        if public.scheme:
            scope["scheme"] = public.scheme
        if self._settings.trusts(client[0]):
            proto = headers.get("x-forwarded-proto", "").split(",")[0].strip()
            scope["scheme"] = proto if proto in ("http", "https") else scope["scheme"]
            host = headers.get("x-forwarded-host", host).split(",")[0].strip()
            prefix = headers.get("x-forwarded-prefix", "").rstrip("/")
            base = prefix if _PREFIX.fullmatch(prefix) else base
            scope["client"] = (self._asker(headers, client[0]), client[1])
        path = scope["path"]
        if base and (path == base or path.startswith(f"{base}/")):
            # A proxy may pass the prefix on or take it off; inside there is none.
            scope["path"] = path[len(base) :] or "/"
            scope["raw_path"] = scope["path"].encode()
        scope["root_path"] = ""
        scope["state"] = {
            **scope.get("state", {}),
            "base": base,
            "origin": f"{scope['scheme']}://{host}",
        }
        return host

    def _asker(self, headers: Headers, peer: str) -> str:
        """The address nearest to us that is no trusted proxy; what stands before it anybody could write."""
        named = [each.strip() for each in headers.get("x-forwarded-for", "").split(",")]
        for address in reversed([each for each in named if each]):
            if not self._settings.trusts(address):
                return address
        return peer


def _add_headers(headers: MutableHeaders, *, is_secure: bool) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "no-store")
    if is_secure:
        headers.setdefault("strict-transport-security", _YEAR)
