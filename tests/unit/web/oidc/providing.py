"""The app beside an identity provider on a socket, and a person who comes in through it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.support.web import QUICK, Browser, Web

from tandem.crm.http import AiohttpTransport
from tandem.settings.identity import OidcSettings
from tandem.store.web import Role
from tandem.web import WebSettings, create_web
from tandem.web.passwords import Passwords

__all__ = ["DOMAIN", "House", "at_the_provider", "away", "house", "sign_in"]

DOMAIN = {"domains": ("example.com",)}


class House:
    """The app beside the provider."""

    def __init__(self, web: Web, provider: IdentityProvider, outside: AiohttpTransport) -> None:
        self.web = web
        self.provider = provider
        self._outside = outside

    def browser(self, *, passwords: bool = True, language: str = "en", **given: Any) -> Browser:
        oidc = OidcSettings(
            issuer=self.provider.issuer,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            name="Example ID",
            **given,
        )
        settings = WebSettings(allow_loopback=True, oidc=oidc, passwords=passwords)
        hashing = Passwords(self.web.members, self.web.tandem.store.run, hasher=QUICK)
        app = create_web(self.web.tandem, settings, passwords=hashing, outside=self._outside)
        return Browser(app, language=language)

    def emails(self) -> dict[str, Role]:
        return {each.email: each.role for each in self.web.members.members()}


@pytest.fixture
async def house(web: Web) -> AsyncIterator[House]:
    """The first administrator has an account."""
    web.member("root@example.com")
    clock = web.running.clock
    async with (
        IdentityProvider(lambda: clock.now().timestamp()) as provider,
        AiohttpTransport() as outside,
    ):
        yield House(web, provider, outside)


async def away(browser: Browser, path: str = "/sign-in/oidc") -> str:
    answer = await browser.get(path)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def at_the_provider(address: str) -> str:
    """Where the provider sends the browser back to."""
    async with httpx.AsyncClient(trust_env=False) as person:
        answer = await person.get(address)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["location"])
    assert parts.path == "/sign-in/oidc/callback"
    return f"{parts.path}?{parts.query}"


async def sign_in(browser: Browser, path: str = "/sign-in/oidc") -> httpx.Response:
    return await browser.get(await at_the_provider(await away(browser, path)))
