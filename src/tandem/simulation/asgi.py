"""The transport that needs no network: an ASGI application answers in-process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from tandem.crm.http import ConnectionLost, Request, Response

__all__ = ["AsgiApp", "AsgiTransport"]

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[Message]],
        Callable[[Message], Awaitable[None]],
    ],
    Awaitable[None],
]

_DROPPED = "ConnectionDropped"


class AsgiTransport:
    """
    Gives every request to one ASGI application, whatever its host.

    An application that raises an exception of the class name ``ConnectionDropped`` has dropped the
    connection: the caller cannot tell whether the work was done. One that is silent for longer than the
    request's time-out is hung up on. Any other exception is a bug and passes through.
    """

    def __init__(self, app: AsgiApp, *, client: tuple[str, int] = ("127.0.0.1", 50_000)) -> None:
        self._app = app
        self._client = client

    async def send(self, request: Request) -> Response:
        exchange = _Exchange(request)
        try:
            async with asyncio.timeout(request.timeout):
                await self._app(exchange.scope(self._client), exchange.receive, exchange.send)
        except TimeoutError as error:
            raise ConnectionLost(f"no answer within {request.timeout:g} s") from error
        except Exception as error:
            if type(error).__name__ == _DROPPED:
                raise ConnectionLost("the connection broke") from error
            raise
        return exchange.response()


class _Exchange:
    """One request and the answer as it comes."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._given = False
        self._status: int | None = None
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._never = asyncio.Event()

    def scope(self, client: tuple[str, int]) -> dict[str, Any]:
        parts = urlsplit(self._request.url)
        headers = {name.lower(): value for name, value in self._request.headers.items()}
        headers.setdefault("host", parts.netloc)
        if self._request.body is not None:
            headers["content-length"] = str(len(self._request.body))
        default_port = 443 if parts.scheme == "https" else 80
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode("ascii"),
            "query_string": parts.query.encode("ascii"),
            "root_path": "",
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
            ],
            "client": client,
            "server": (parts.hostname or "", parts.port or default_port),
        }

    async def receive(self) -> Message:
        if self._given:
            await self._never.wait()  # until the caller gives up, which cancels this
        self._given = True
        return {"type": "http.request", "body": self._request.body or b"", "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            for name, value in message.get("headers", ()):
                self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        elif message["type"] == "http.response.body":
            self._body.append(message.get("body", b""))

    def response(self) -> Response:
        if self._status is None:
            raise ConnectionLost("the connection was closed without an answer")
        return Response(status=self._status, headers=self._headers, body=b"".join(self._body))
