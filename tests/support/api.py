"""A program that uses the JSON API of the app under test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from tandem.store.api import ApiStore
from tandem.store.members import Role
from tests.support.web import Web

__all__ = ["ONE", "Program"]

ONE = "/api/v1/connections/1"


class Program:
    """It has a token of its own."""

    def __init__(
        self,
        web: Web,
        role: Role = Role.ADMIN,
        *,
        language: str = "en",
        lives: timedelta | None = None,
    ) -> None:
        store = ApiStore.of(web.tandem.store)
        self.token, self.secret = store.make_token("robot", role, who="ann", lives=lives)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=web.app),
            base_url="http://localhost:8800",
            headers={"authorization": f"Bearer {self.secret}", "accept-language": language},
        )

    async def asks(self, method: str, path: str, *, status: int = 200, **given: Any) -> Any:
        """The answer as JSON; *status* is what it must be."""
        answer = await self.client.request(method, path, **given)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str, *, status: int = 200, **query: Any) -> Any:
        return await self.asks("GET", path, status=status, params=query)

    async def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        return await self.asks("POST", path, status=status, json=body or {})

    async def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        return await self.asks("PUT", path, status=status, json=body)

    async def every(self, path: str, **query: Any) -> list[Any]:
        """All items, page by page."""
        found: list[Any] = []
        while True:
            page = await self.get(path, **query)
            found += page["items"]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]
