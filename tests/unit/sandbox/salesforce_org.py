"""An empty org whose clock stands still, asked in-process through its ASGI app."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from tandem.sandbox.clock import Clock
from tandem.sandbox.salesforce import SalesforceState, create_app
from tandem.sandbox.world import World

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = "2026-03-02T09:00:00.000+0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.text)

    @property
    def code(self) -> str:
        return str(self.json[0]["errorCode"])


class Org:
    """A state and ways to ask it. Paths without a leading slash are below /services/data/v62.0."""

    def __init__(self, *, limits: str = "off", seed: int = 1) -> None:
        self.clock = Clock(start=START, running=False)
        self.world = World(clock=self.clock, seed=seed, limits=limits)
        self.state = SalesforceState(self.world)
        self.app = create_app(self.state)
        self.token: str | None = self.state.access_token

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        form: dict[str, str] | None = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        url = path if path.startswith("/") else f"/services/data/v62.0/{path}"
        target, _, given = url.partition("?")
        text = "&".join(one for one in (given, urlencode(query, quote_via=quote)) if one)
        sent = {"host": "localhost:8802", **(headers or {})}
        if self.token is not None:
            sent.setdefault("authorization", f"Bearer {self.token}")
        content = raw or b""
        if body is not None:
            content = msgspec.json.encode(body)
            sent.setdefault("content-type", "application/json")
        elif form is not None:
            content = urlencode(form).encode()
            sent["content-type"] = "application/x-www-form-urlencoded"
        return await self._ask(method, target, text, sent, content)

    async def _ask(
        self, method: str, target: str, query: str, headers: dict[str, str], content: bytes
    ) -> Answer:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": target,
            "raw_path": target.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            "server": ("localhost", 8802),
            "client": ("127.0.0.1", 5000),
        }
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        start = messages[0]
        return Answer(
            status=start["status"],
            headers={k.decode(): v.decode() for k, v in start["headers"]},
            text=b"".join(one.get("body", b"") for one in messages[1:]).decode(),
        )

    async def create(self, kind: str, **fields: Any) -> str:
        answer = await self.ask("POST", f"sobjects/{kind}", fields)
        assert answer.status == 201, answer.text
        return str(answer.json["id"])

    async def refused(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The error of a record that cannot be created."""
        answer = await self.ask("POST", f"sobjects/{kind}", fields)
        assert answer.status >= 400, answer.text
        found: dict[str, Any] = answer.json[0]
        return found

    async def row(self, kind: str, record_id: str) -> dict[str, Any]:
        answer = await self.ask("GET", f"sobjects/{kind}/{record_id}")
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    async def query(self, soql: str, *, everything: bool = False) -> list[dict[str, Any]]:
        answer = await self.ask("GET", "queryAll" if everything else "query", q=soql)
        assert answer.status == 200, answer.text
        found: list[dict[str, Any]] = answer.json["records"]
        return found

    async def insert(self, *records: dict[str, Any], all_or_none: bool = False) -> Any:
        """A collection of tasks."""
        body = {"allOrNone": all_or_none, "records": [task(**one) for one in records]}
        answer = await self.ask("POST", "composite/sobjects", body)
        assert answer.status == 200, answer.text
        return answer.json

    def act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self.state.act(name, arguments)

    def with_key(self) -> "Org":
        """With the key field that Tandem asks for."""
        self.act("create_custom_field", name="Tandem_Key__c", external_id=True, unique=True)
        return self


def task(**fields: Any) -> dict[str, Any]:
    """A task as a collection takes it."""
    return {"attributes": {"type": "Task"}, **fields}
