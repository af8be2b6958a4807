"""The pages in a real Chromium: the article's way through them, in both languages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tandem.bootstrap import Application
from tandem.sandbox.server import Sandbox
from tandem.settings import ProcessSettings
from tandem.web import WebSettings, first_link, web_server
from tests.support.chromium import Page, chromium

PASSWORD = "correct horse battery"


@asynccontextmanager
async def installed(home: Path, language: str) -> AsyncIterator[tuple[Application, Sandbox, str]]:
    """Nothing connected yet: the application, both CRMs on sockets, and the first link."""
    both = Sandbox(data="empty", language=language)
    async with both, Application(ProcessSettings(home=home, poll_seconds=5)) as application:
        stop = asyncio.Event()
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        settings = WebSettings(port=0, allow_loopback=True)
        serving = asyncio.create_task(
            web_server(application, settings, stop, started=port.set_result)
        )
        try:
            link = first_link(application, WebSettings(port=await port))
            assert link is not None
            yield application, both, link
        finally:
            stop.set()
            await serving


async def sign_up(page: Page, link: str) -> None:
    await page.go(link)
    await page.fill("#email", "ann@example.com")
    await page.fill("#name", "Ann")
    await page.fill("#password", PASSWORD)
    await page.fill("#again", PASSWORD)
    await page.click("main button.primary")


async def connect(page: Page, side: str, url: str) -> None:
    """By OAuth, through the CRM's own page."""
    await page.fill("#oauth-url", url)
    await page.fill("#client_id", "sandbox-client-id")
    await page.fill("#client_secret", "sandbox-client-secret")
    await page.click("form:has(#client_id) button.primary")
    await page.until(f"location.href.startsWith({url!r}) && document.readyState == 'complete'")
    await page.click("button[value=allow]")
    await page.until("location.port != '' && !location.href.includes('authorize')")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ("Welcome to Tandem", "Salesforce is connected", "Call – Syncs", "Saved as", "Opened"),
        ),
        (
            "ja",
            (
                "Tandemへようこそ",
                "Salesforceを接続しました",
                "コール – 同期",
                "保存しました",
                "開封済み",
            ),
        ),
    ],
)
async def test_from_the_first_link_to_a_task_in_salesforce(
    tmp_path: Path, language: str, said: tuple[str, ...]
) -> None:
    """Sign up, connect both, tick kinds, choose a type, look at the difference, save; a call and an open arrive; a report."""
    async with (
        installed(tmp_path, language) as (application, both, link),
        chromium(language=language) as page,
    ):
        await page.go(link)
        assert language == await page.run("document.documentElement.lang")
        assert said[0] in await page.text()
        await sign_up(page, link)
        await page.click(".empty a.primary")
        await page.click("main button.primary")
        await connect(page, "hubspot", both.hubspot_url)
        await page.until("document.querySelector('#client_id') !== null")
        await connect(page, "salesforce", both.salesforce_url)
        await page.until("document.querySelector('.tabs') !== null")
        assert said[1] in await page.text()

        await page.click(".tabs a:first-child")
        assert await page.run("document.querySelector('[data-changed]').innerText") == ""
        await page.click("input[name='kinds.call.enabled']", loads=False)
        await page.click("input[name='kinds.marketing_email_opened.enabled']", loads=False)
        await page.click(f"input[name='language'][value='{language}']", loads=False)
        await _preview(page)
        assert await page.run("document.querySelector('[data-changed]').innerText") != ""
        await page.run(
            "document.querySelector(\"[name='kinds.call.salesforce_task_type']\").value = 'Call'"
        )
        await page.click(".bar button.primary")
        assert said[2] in await page.text()
        await page.click(".bar button.primary")
        assert said[3] in await page.text()

        await _a_call(both)
        await application.sync("main")
        await page.click(".tabs a:nth-child(2)")
        await page.until("document.querySelector('.figures .figure').innerText == '2'")

        tasks = {task["Subject"]: task.get("Type") for task in _tasks(both)}
        assert (tasks["Pricing"], len(tasks)) == ("Call", 2)
        await _the_report(page, both, said[4])
        assert [each for each in page.complaints if "404" not in each] == []


async def _the_report(page: Page, both: Sandbox, words: str) -> None:
    """The article's report: what was opened, run, and saved for everybody in Salesforce."""
    await page.click(".tabs a[href$='/reports']")
    await page.click(".cards section:first-of-type tbody a")
    assert await page.run("document.querySelector('tfoot td.num').innerText") == "1"
    assert words in await page.run("document.querySelector('main section h2').innerText")
    await page.click("form[action$='/reports/save'] button.primary")
    [saved] = both.salesforce.store.table("Report").rows()
    assert words in saved["Name"]
    assert saved["Name"] in await page.run("document.querySelector('.note.ok').innerText")


async def _preview(page: Page) -> None:
    """The subject is shown while somebody types."""
    field = "input[name='kinds.call.subject_template']"
    await page.run(f"document.querySelector(\"{field}\").closest('details').open = true")
    await page.until("document.querySelector('#preview-call').innerText.includes('→')")
    await page.fill(field, "☎ {title}")
    await page.until("document.querySelector('#preview-call').innerText.includes('☎')")
    await page.fill(field, "{nothing}")
    await page.until("document.querySelector('#preview-call').innerText.includes('{nothing}')")
    await page.fill(field, "")


async def _a_call(both: Sandbox) -> None:
    both.salesforce.act(
        "create_record",
        {"object": "Contact", "fields": {"LastName": "Bell", "Email": "bell@example.com"}},
    )
    contact = both.hubspot.act(
        "create",
        {"object": "contacts", "properties": {"email": "bell@example.com", "lastname": "Bell"}},
    )["id"]
    both.world.clock.advance(2)
    campaign = both.hubspot.act("create_campaign", {"name": "Spring", "subject": "Spring"})
    both.hubspot.act("log_call", {"title": "Pricing", "contacts": [contact]})
    both.hubspot.act(
        "open_marketing_email", {"campaign": campaign["campaign"], "to": "bell@example.com"}
    )
    both.world.clock.advance(5)


def _tasks(both: Sandbox) -> list[dict[str, Any]]:
    return [dict(each) for each in both.salesforce.store.table("Task").rows()]
