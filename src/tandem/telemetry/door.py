"""What is served to whoever watches, on a port of its own: ``/metrics``, ``/healthz``, ``/readyz``."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec
from prometheus_client.exposition import choose_encoder

from tandem.http_server import App
from tandem.telemetry.metrics import Metrics
from tandem.telemetry.readiness import Readiness
from tandem.telemetry.standing import Standing

__all__ = ["Door", "Timed"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_TEXT = "text/plain; charset=utf-8"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNKNOWN = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    body: bytes
    content_type: str = _TEXT
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An ASGI application. Metrics want *token*, where there is one; health and readiness tell nobody anything."""

    metrics: Metrics
    standing: Standing
    readiness: Readiness
    token: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = await self._answer(scope)
        headers = [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", b"no-store"),
            *answer.headers,
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> _Answer:
        if scope["method"] not in ("GET", "HEAD"):
            return _Answer(status=405, body=b"GET\n", headers=((b"allow", b"GET, HEAD"),))
        match scope["path"]:
            case "/healthz":
                return _Answer(status=200, body=b"ok\n")
            case "/readyz":
                ready = await self.readiness.ask()
                return _Answer(
                    status=200 if ready.is_ready else 503,
                    body=msgspec.json.encode(ready.as_json()) + b"\n",
                    content_type="application/json",
                )
            case "/metrics":
                return await self._metrics(dict(scope["headers"]))
            case _:
                return _Answer(status=404, body=b"/metrics /healthz /readyz\n")

    async def _metrics(self, headers: dict[bytes, bytes]) -> _Answer:
        if not self._is_let_in(headers.get(b"authorization", b"")):
            challenge = (b"www-authenticate", b'Bearer realm="metrics"')
            return _Answer(status=401, body=b"A bearer token is wanted.\n", headers=(challenge,))
        await self.standing.refresh()
        encode, content_type = choose_encoder(headers.get(b"accept", b"").decode("latin-1"))
        return _Answer(status=200, body=encode(self.metrics.registry), content_type=content_type)

    def _is_let_in(self, given: bytes) -> bool:
        if self.token is None:
            return True
        scheme, _, token = given.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(
            token.strip(), self.token.encode()
        )


class Timed:
    """Wraps the web app's routes: each answer is told to the metrics, under its route and not its address."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", _UNKNOWN)
            method = scope["method"] if scope["method"] in _METHODS else _UNKNOWN
            self._metrics.request(route, method, status, time.monotonic() - began)
