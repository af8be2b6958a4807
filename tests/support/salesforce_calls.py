"""Calls to a Salesforce sandbox in this process, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from tandem.sandbox.clock import Clock
from tandem.sandbox.salesforce import SalesforceState, create_app
from tandem.sandbox.world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8")

    def json(self) -> Any:
        return json.loads(self.raw)


class Org:
    """A new org whose clock stands still, and its integration user calling it."""

    def __init__(self) -> None:
        self.world = World(clock=Clock(start=NOW, running=False))
        self.state = SalesforceState(self.world)
        self.app = create_app(self.state)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """One call; *path* begins behind ``/services``. A body that is no bytes is sent as JSON."""
        session = token or self.state.access_token
        sent = {
            "authorization": f"Bearer {session}",
            "x-sfdc-session": session,
            "content-type": content_type,
            **{name.lower(): value for name, value in (headers or {}).items()},
        }
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        return asyncio.run(_asgi(self.app, method, f"/services{path}", raw, sent))

    def data(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """A call below ``/services/data/v62.0``."""
        return self.call(method, f"/data/v62.0/{path}", body, **more)

    def token_of(self, user_id: str) -> str:
        """A session of another user."""
        return self.state.sessions.permanent(user_id)


class InProcess(BaseAdapter):
    """Sends what the requests library would send to a host to an app in this process instead."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app

    def send(self, request: Any, *args: Any, **more: Any) -> requests.Response:
        del args, more
        parts = urlsplit(request.url)
        raw = request.body or b""
        raw = raw.encode() if isinstance(raw, str) else bytes(raw)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = asyncio.run(_asgi(self._app, request.method, target, raw, headers))
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response._content = answer.raw
        response.encoding = "utf-8"
        response.url, response.request = request.url, request
        return response

    def close(self) -> None:
        """There is nothing to close."""


async def _asgi(
    app: Any, method: str, target: str, raw: bytes, headers: Mapping[str, str]
) -> Answer:
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), str(value).encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 443),
        "client": ("127.0.0.1", 1),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(status=start["status"], headers=found, raw=body)
