"""Connecting both accounts by OAuth in a real Chromium, and everything that goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tandem.bootstrap import Application
from tandem.clock import SystemClock
from tandem.crm.http import AiohttpTransport, Request, Response
from tandem.engine.reports import RunState
from tandem.model import Side
from tandem.sandbox.server import Sandbox
from tandem.settings import ProcessSettings
from tandem.store.web import Members, Purpose, Role
from tandem.web import WebSettings, web_server
from tandem.web.visit import SESSION_COOKIE
from tests.support.chromium import Page, chromium

HERE = "/connected-apps/salesforce/1"
DAY = timedelta(days=1)


class Killed(BaseException):
    """The process ends here: nothing of ours catches it."""


class Moved(SystemClock):
    """The machine's clock, put forward by a test."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.by


class DyingBeforeItIsSaved(AiohttpTransport):
    """The CRM has rotated the token; we never see its answer to the end."""

    async def send(self, request: Request) -> Response:
        answer = await super().send(request)
        if request.url.endswith("/token") and answer.status == 200:
            raise Killed
        return answer


class Place:
    """The application on a socket, both CRMs, and a browser that is signed in."""

    def __init__(self, home: Path, both: Sandbox, page: Page, clock: Moved) -> None:
        self.settings = ProcessSettings(home=home)
        self.both = both
        self.page = page
        self.clock = clock
        self.url = ""
        self.tandem: Application

    def crm(self, side: str) -> str:
        return self.both.hubspot_url if side == "hubspot" else self.both.salesforce_url

    def session(self, email: str) -> str:
        members = Members.of(self.tandem.store)
        token = members.make_link(Purpose.INVITE, email, Role.ADMIN, DAY)
        made = members.use_link(token, email=email, name=email, password="-")
        assert made is not None
        return members.begin_session(made.id, "Chromium", DAY)

    async def to_the_crm(self, side: str, client_id: str = "sandbox-client-id") -> None:
        """Ask to connect; the CRM's own page is open then."""
        await self.page.go(f"{self.url}{HERE}/connect/{side}")
        await self.page.fill("#oauth-url", self.crm(side))
        await self.page.fill("#client_id", client_id)
        await self.page.fill("#client_secret", "sandbox-client-secret")
        await self.page.click("form:has(#client_id) button.primary")
        # The page goes on by itself in a second, which a slow machine may not leave to the click.
        await self.page.until("document.querySelector('main a.primary')?.click() ?? true")
        start = repr(f"{self.crm(side)}/")
        await self.page.until(
            f"location.href.startsWith({start}) && document.readyState == 'complete'"
        )

    async def decides(self, button: str) -> None:
        """Press a button of the CRM's page; the app's page is open then."""
        await self.page.click(f"button[value={button}]")
        await self.page.until(
            f"location.href.startsWith({self.url!r}) && document.readyState == 'complete'"
        )

    async def connect(self, side: str) -> None:
        await self.to_the_crm(side)
        await self.decides("allow")

    def connected(self) -> list[Side]:
        [connection] = self.tandem.store.connections()
        return [side for side in Side if connection.account_id(side) is not None]


@asynccontextmanager
async def place(home: Path, language: str = "en") -> AsyncIterator[Place]:
    clock = Moved()
    async with Sandbox(data="empty") as both, chromium(language=language) as page:
        here = Place(home, both, page, clock)
        async with Application(here.settings, clock=clock) as tandem:
            here.tandem = tandem
            tandem.store.create_connection("main")
            stop = asyncio.Event()
            port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            settings = WebSettings(port=0, allow_loopback=True)
            serving = asyncio.create_task(
                web_server(tandem, settings, stop, started=port.set_result)
            )
            try:
                here.url = f"http://localhost:{await port}"
                await page.cookie(SESSION_COOKIE, here.session("ann@example.com"), here.url)
                yield here
            finally:
                stop.set()
                await serving


def expire(both: Sandbox) -> None:
    """Every access token is out of date; refresh tokens are as they were."""
    both.hubspot.act("expire_tokens", {})
    both.salesforce.act("expire_sessions", {})


async def test_connecting_rotating_and_disconnecting(tmp_path: Path) -> None:
    """With PKCE required, one exact redirect registered, and refresh tokens that are good once."""
    async with place(tmp_path) as here:
        both, page = here.both, here.page
        both.world.switches.set({"require_pkce": True, "refresh_token_rotation": True})
        app = {"client_id": "exact-app", "client_secret": "sandbox-client-secret"}
        both.salesforce.act("register_app", {**app, "callbacks": [f"{here.url}/elsewhere"]})
        await here.connect("hubspot")

        await here.to_the_crm("salesforce", "exact-app")
        assert "redirect_uri must match" in await page.text()
        await page.go(f"{here.url}{HERE}/connect/salesforce")
        shown = await page.run(
            "[...document.querySelectorAll('p.words')].find(e => e.innerText.startsWith('http')).innerText"
        )
        both.salesforce.act("register_app", {**app, "callbacks": [shown]})
        await here.to_the_crm("salesforce", "exact-app")
        await here.decides("allow")
        assert "Salesforce is connected" in await page.text()

        first = _refresh_tokens(here)
        for _ in range(2):
            expire(both)
            assert (await here.tandem.sync("main")).state is RunState.DONE
        latest = _refresh_tokens(here)
        assert not set(first) & set(latest)

        await page.go(f"{here.url}{HERE}/disconnect")
        await page.click("form[action$='/disconnect'] button")
        assert "tokens are revoked" in await page.text()
        assert both.hubspot.auth.refresh_scopes(latest[0]) is None
        assert latest[1] not in both.salesforce.sessions.grants


def _refresh_tokens(here: Place) -> list[str]:
    store = here.tandem.store
    tokens = [store.credential(account.id).refresh_token for account in store.accounts()]
    return [token or "" for token in tokens]


@pytest.mark.parametrize(
    ("side", "refuse", "needed", "scopes"),
    [
        ("hubspot", "refuse", "crm.objects.owners.read", "oauth crm.objects.contacts.read"),
        ("salesforce", "deny", "refresh_token", "api id"),
    ],
)
async def test_what_goes_wrong_is_told_and_leaves_nothing(
    side: str, refuse: str, needed: str, scopes: str, tmp_path: Path
) -> None:
    async with place(tmp_path) as here:
        page = here.page
        await here.to_the_crm(side)
        await here.decides(refuse)
        assert "did not grant access" in await page.text()

        # The person is away for longer than a sign-in lives.
        await here.to_the_crm(side)
        here.clock.by += timedelta(minutes=11)
        await here.decides("allow")
        assert "longer than ten minutes" in await page.text()

        # Somebody else is signed in by the time the CRM sends the browser back.
        await here.to_the_crm(side)
        await page.cookie(SESSION_COOKIE, here.session("eve@example.com"), here.url)
        await here.decides("allow")
        assert "not begun in this browser" in await page.text()

        # The challenge that the CRM saw is not the one that we made.
        await here.to_the_crm(side)
        await _rewrite(page, "code_challenge", "A" * 43)
        await here.decides("allow")
        assert "refused 'sign in' (400" in await page.text()

        # Less is granted than was asked for: the sentence names what is missing, the grant is given back.
        await here.to_the_crm(side)
        await _rewrite(page, "scope", scopes)
        await _rewrite(page, "optional_scope", "")
        await here.decides("allow")
        said = await page.text()
        assert "granted less than Tandem needs" in said
        assert needed in said
        assert "connect again" in said
        revoked = [e for e in here.both.world.journal.requests() if "revoke" in e.path]
        assert len(revoked) == 1

        assert here.connected() == []
        await here.connect(side)
        assert here.connected() == [Side(side)]


async def _rewrite(page: Page, field: str, value: str) -> None:
    """As if the CRM's page had been asked something else."""
    await page.run(
        f"for (const each of document.querySelectorAll('input[name={field}]')) each.value = {value!r}"
    )


async def test_the_crm_may_refuse_the_scopes_themselves_in_japanese(tmp_path: Path) -> None:
    async with place(tmp_path, "ja") as here:
        await here.to_the_crm("salesforce")
        state = await here.page.run("document.querySelector('input[name=state]').value")
        said = "error=invalid_scope&error_description=the+requested+scope+is+not+allowed"
        await here.page.go(f"{here.url}/oauth/callback?{said}&state={state}")

        text = await here.page.text()
        assert "不足しているスコープ: api, refresh_token, id" in text
        assert "もう一度接続してください" in text
        assert here.connected() == []


async def test_a_crash_between_rotation_and_saving_is_told_and_mended_in_the_browser(
    tmp_path: Path,
) -> None:
    """The old refresh token is dead and nobody has the new one: no program could go on from there alone."""
    async with place(tmp_path) as here:
        both, page = here.both, here.page
        both.world.switches.set({"refresh_token_rotation": True})
        await here.connect("hubspot")
        await here.connect("salesforce")
        expire(both)
        async with DyingBeforeItIsSaved() as transport:
            crashing = Application(here.settings, clock=here.clock, transport=transport)
            async with crashing as tandem:
                with pytest.raises(Killed):
                    await tandem.sync("main")
        here.clock.by += timedelta(minutes=5)

        report = await here.tandem.sync("main")
        assert report.state is RunState.SUSPENDED
        await page.go(f"{here.url}{HERE}/sync-health")
        said = await page.text()
        assert "withdrawn or has expired" in said
        await here.connect("hubspot")
        assert (await here.tandem.sync("main")).state is RunState.DONE
