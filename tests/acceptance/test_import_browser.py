"""An import in a real Chromium: begun from its page, followed without a reload, done by the program that serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tandem.bootstrap import Application
from tandem.sandbox.server import Sandbox
from tandem.settings import ProcessSettings
from tandem.store.web import Members, Purpose, Role
from tandem.web import WebSettings, web_server
from tandem.web.visit import SESSION_COOKIE
from tests.support.chromium import Page, chromium

HERE = "/connected-apps/salesforce/1"


def _no_browser(address: str) -> None:
    raise AssertionError(address)


@asynccontextmanager
async def served(home: Path) -> AsyncIterator[tuple[Application, Sandbox, str]]:
    """Both accounts connected, nothing switched on; pages and work behind them served."""
    both = Sandbox(data="empty")
    async with both, Application(ProcessSettings(home=home)) as application:
        for side in ("hubspot", "salesforce"):
            await getattr(application, f"connect_{side}")(
                "main",
                url=getattr(both, f"{side}_url"),
                token=both.tokens[side],
                open_browser=_no_browser,
            )
        stop = asyncio.Event()
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        settings = WebSettings(port=0, allow_loopback=True)
        parts = [
            asyncio.create_task(web_server(application, settings, stop, started=port.set_result)),
            asyncio.create_task(application.works.serve(stop)),
        ]
        try:
            yield application, both, f"http://localhost:{await port}"
        finally:
            stop.set()
            await asyncio.gather(*parts)


async def _signed_in(page: Page, application: Application, url: str) -> None:
    members = Members.of(application.store)
    week = WebSettings().session_rests
    token = members.make_link(Purpose.FIRST, "", Role.ADMIN, week)
    ann = members.use_link(token, email="ann@example.com", name="Ann", password="-")
    assert ann is not None
    session = members.begin_session(ann.id, "Chromium", week)
    await page.cookie(SESSION_COOKIE, session, url)


def _a_task(both: Sandbox, subject: str) -> None:
    person = both.salesforce.act(
        "create_record",
        {"object": "Contact", "fields": {"LastName": "Bell", "Email": "bell@example.com"}},
    )["id"]
    both.hubspot.act(
        "create",
        {"object": "contacts", "properties": {"email": "bell@example.com", "lastname": "Bell"}},
    )
    both.salesforce.act(
        "create_record", {"object": "Task", "fields": {"WhoId": person, "Subject": subject}}
    )
    both.world.clock.advance(60)


async def test_an_import_is_looked_at_begun_and_followed_without_a_reload(tmp_path: Path) -> None:
    async with served(tmp_path) as (application, both, url), chromium(language="en") as page:
        _a_task(both, "Long ago")
        await _signed_in(page, application, url)
        await page.go(f"{url}{HERE}/import")
        await page.click("form[action$='/import/tasks'] button.primary")
        await page.until("document.querySelector('#work-begin') !== null")
        assert "1 record would be created in HubSpot" in await page.text()
        assert "Long ago" in await page.text()

        await page.click("#work-begin")
        await page.until(
            "document.querySelector('main').innerText.includes('1 record was created')"
        )
        assert await page.run("document.querySelectorAll('[hx-get]').length") == 0
        page_of_work = await page.run("location.href")
        await page.go(page_of_work)
        assert "1 record was created in HubSpot" in await page.text()
        assert [each for each in page.complaints if "404" not in each] == []
