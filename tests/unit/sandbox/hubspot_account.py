"""A HubSpot account in a test: a clock that stands still, and calls without a socket."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from tandem.sandbox.clock import Clock
from tandem.sandbox.hubspot import HubSpotState, create_app
from tandem.sandbox.world import World

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TASK_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.content)

    @property
    def results(self) -> list[dict[str, Any]]:
        return list(self.body["results"])


class Account:
    """An empty account; the clock stands at noon of 20 November 2026 (UTC) until it is moved."""

    def __init__(self, *, limits: str = "off", **switches: Any) -> None:
        self.world = World(clock=Clock(start=NOON, running=False), limits=limits)
        self.state = HubSpotState(self.world)
        self.world.switches.set(switches)
        self.app = create_app(self.state)
        self.token: str | None = self.state.access_token

    def act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self.state.act(name, arguments)

    def contact(self, email: str = "tanaka@example.co.jp", **properties: str) -> str:
        made = self.act("create", object="contacts", properties={"email": email, **properties})
        return str(made["id"])

    def settle(self, seconds: float = 10) -> None:
        """Let bumps happen and Search catch up."""
        self.world.clock.advance(seconds)

    async def get(self, path: str, **query: Any) -> Reply:
        return await self.call("GET", path, query=query)

    async def post(self, path: str, body: Any = None) -> Reply:
        return await self.call("POST", path, body)

    async def task(self, **properties: Any) -> dict[str, Any]:
        given = {"hs_timestamp": "2026-12-01T00:00:00Z", **properties}
        made = await self.post("/crm/v3/objects/tasks", {"properties": given})
        assert made.status == 201, made.content
        return dict(made.body)

    async def search(self, kind: str = "tasks", **query: Any) -> Reply:
        return await self.post(f"/crm/v3/objects/{kind}/search", query)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        content = b"" if body is None else msgspec.json.encode(body)
        kind = "application/json"
        if form is not None:
            content, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        given = {"host": "api.hubapi.com", "content-type": kind, **(headers or {})}
        if self.token is not None:
            given["authorization"] = f"Bearer {self.token}"
        path, _, inline = path.partition("?")
        asked = "&".join(filter(None, (inline, urlencode(query or {}, doseq=True))))
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": asked.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "server": ("api.hubapi.com", 443),
            "client": ("127.0.0.1", 1),
        }
        await self.app(scope, receive, send)
        start, *rest = sent
        return Reply(
            status=start["status"],
            headers={name.decode(): value.decode() for name, value in start["headers"]},
            content=b"".join(message.get("body", b"") for message in rest),
        )


def modified_since(since: int, **more: Any) -> dict[str, Any]:
    """The query that polls for changes."""
    return {
        "filterGroups": [
            {
                "filters": [
                    {
                        "propertyName": "hs_lastmodifieddate",
                        "operator": "GTE",
                        "value": str(since),
                    }
                ]
            }
        ],
        "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}],
        "limit": 200,
        **more,
    }
