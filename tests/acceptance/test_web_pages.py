"""Every page in a real Chromium: what axe finds, what remains without scripts, and what a keyboard reaches."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tandem.store.web import Purpose, Role
from tandem.web import WebSettings
from tandem.web.visit import SESSION_COOKIE
from tests.support.chromium import Page, chromium
from tests.support.screenshots import Shown, shown_app
from tests.support.shown_life import crm_pages

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = "/connected-apps/salesforce/1"
AXE = Path(__file__).parents[1] / "support/axe/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
IN_THE_DARK = ("activities", "sync-health", "import-running", "report", "parked", "sign-in")
PASSWORD = "correct horse battery"
REFRESH = (
    "new Promise(done => { document.addEventListener('htmx:afterSettle', () => setTimeout(done), {once: true}); "
    "htmx.ajax('GET', location.pathname, {source: '#live', select: '#figures', target: '#figures', swap: 'outerHTML'}) })"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown() -> AsyncIterator[Shown]:
    async with shown_app("en") as app:
        yield app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Page]:
    async with chromium() as page:
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Page) -> AsyncIterator[Page]:
    """A tab without cookies, wide, with scripts."""
    await browser.send("Network.clearBrowserCookies")
    await browser.scripts(on=True)
    await browser.look(1280)
    browser.complaints.clear()
    yield browser
    # A form that was changed would keep the tab from leaving.
    await browser.scripts(on=False)
    await browser.go("about:blank")


async def signed_in(page: Page, shown: Shown, language: str = "en") -> None:
    await page.cookie(SESSION_COOKIE, shown.session(), shown.url)
    await page.cookie("tandem_language", language, shown.url)


# --------------------------------------------------------------------------- axe


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ja", 390)])
async def test_axe_finds_nothing_on_any_page_and_the_policy_forbids_nothing(
    shown: Shown, page: Page, language: str, width: int
) -> None:
    """Wide in one language, narrow in the other; colours in the dark where a page has its own."""
    await signed_in(page, shown, language)
    await page.look(width)
    found: dict[str, Any] = {}
    ours = {**shown.pages(), "sign-in": "/sign-in"}
    theirs = crm_pages(shown.application, shown.both)
    for name, address in {
        **{name: f"{shown.url}{path}" for name, path in ours.items()},
        **{name: f"{address}?lang={language}" for name, address in theirs.items()},
    }.items():
        await page.go(address)
        await _unfold(page)
        found[name] = await _violations(page, {"runOnly": RULES})
        found[f"{name}, too wide"] = await _overflowing(page)
        if width == 1280 and name in IN_THE_DARK:
            await page.look(width, dark=True)
            found[f"{name}, dark"] = await _violations(page, {"runOnly": ["color-contrast"]})
            await page.look(width)

    assert {name: each for name, each in found.items() if each} == {}
    # Taking rows away changed forms, so the browser was asked to warn; nobody had touched the page.
    quiet = ("404", "beforeunload")
    assert [each for each in page.complaints if not any(word in each for word in quiet)] == []


async def _unfold(page: Page) -> None:
    """Every fold is open; of many rows or folds alike a few remain, for axe takes its time with each."""
    await page.run(
        "for (const each of document.querySelectorAll('tbody, main section')) "
        "for (const more of [...each.querySelectorAll(':scope > tr, :scope > details')].slice(8)) more.remove();"
        "for (const fold of document.querySelectorAll('main details')) fold.open = true"
    )


async def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    if not await page.run("'axe' in window"):
        await page.run(AXE.read_text("utf-8"))
    options = {**options, "resultTypes": ["violations"]}
    told = await page.run(
        f"axe.run(document, {json.dumps(options)}).then(found => found.violations.map("
        "each => each.id + ': ' + each.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')))"
    )
    return list(told)


async def _overflowing(page: Page) -> list[str]:
    """What sticks out of the page to the right; what scrolls within its own place does not."""
    told = await page.run(
        "document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *')]"
        ".filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.scroll, .tabs'))"
        ".slice(0, 3).map(each => each.outerHTML.slice(0, 100))"
    )
    return list(told)


# --------------------------------------------------------------------------- without scripts


async def _invited(page: Page, shown: Shown, email: str) -> None:
    link = shown.members.make_link(Purpose.INVITE, email, Role.ADMIN, WebSettings().session_rests)
    await page.go(f"{shown.url}/start/{link}")
    await page.fill("#name", "Bo")
    await page.fill("#password", PASSWORD)
    await page.fill("#again", PASSWORD)
    await page.click("main button.primary")


async def test_without_scripts_everything_is_read_and_settings_are_saved(
    shown: Shown, page: Page
) -> None:
    await page.scripts(on=False)
    await _invited(page, shown, "bo@example.com")
    await page.click(".top form button")
    await page.fill("#email", "bo@example.com")
    await page.fill("#password", PASSWORD)
    await page.click("main button.primary")
    assert "Connected apps" in await page.text()

    for name, path in shown.pages().items():
        await page.go(f"{shown.url}{path}")
        assert not await page.run("document.documentElement.classList.contains('js')"), name
        assert len(await page.run("document.querySelector('main').innerText")) > 60, name
        empty = "[...document.querySelectorAll('main section')].filter(e => e.innerText.trim() === '').length"
        assert await page.run(empty) == 0, name
        dead = "[...document.querySelectorAll('main button')].filter(e => e.form === null).length"
        assert await page.run(dead) == 0, name

    # What scripts would fetch is where a link leads.
    await page.go(f"{shown.url}{HERE}/activities?days=30")
    figures = await page.run("[...document.querySelectorAll('.forecast')].map(e => e.innerText)")
    assert [len(figures), figures.count("–")] == [14, 0]

    before = await page.run("document.querySelector(\"[name='kinds.note.enabled']\").checked")
    await page.click("[name='kinds.note.enabled']", loads=False)
    await page.click(".bar button.primary")
    await page.click(".bar button.primary")
    assert "Saved as" in await page.text()
    assert before != await page.run(
        "document.querySelector(\"[name='kinds.note.enabled']\").checked"
    )

    await page.go(f"{shown.url}{HERE}/runs/1")
    first = await page.run("document.querySelector('main .stack a').href")
    await page.click("a[href*='after=']")
    assert first != await page.run("document.querySelector('main .stack a').href")


# --------------------------------------------------------------------------- by keyboard


async def test_the_way_of_the_article_by_keyboard_alone(shown: Shown, page: Page) -> None:
    """From the connection to a saved setting and a saved report; the focus is seen at every stop."""
    await signed_in(page, shown)
    await page.go(f"{shown.url}/connected-apps")
    await page.press("Tab")
    assert await page.run("document.activeElement.className") == "skip"
    await page.press("Enter")
    assert await page.run("document.activeElement.id") == "main"

    # A menu gives the focus back to what opened it.
    await page.tab_to("main .menu summary")
    await page.press("Enter")
    await page.tab_to(".menu-list .danger")
    await page.press("Escape")
    assert await page.run("document.activeElement.matches('main .menu:not([open]) summary')")

    await page.tab_to("main a.primary")
    await page.enter()
    await page.tab_to("[role=switch]")
    assert await page.run("document.activeElement.checked")
    await page.press(" ")
    await page.tab_to("[name='kinds.call.enabled']")
    await page.press("Tab")
    before = await page.run("document.activeElement.value")
    await page.press("ArrowDown")
    chosen = await page.run("document.activeElement.value")
    assert chosen != before
    assert await page.run("document.querySelector('[data-changed]').innerText") != ""
    await _is_asked_before_leaving(page)
    await page.tab_to(".bar button.primary")
    await page.enter()
    assert chosen in await page.text()
    await page.tab_to(".bar button.primary")
    await page.enter()
    assert "Saved as" in await page.text()
    assert not await page.run("document.querySelector('[role=switch]').checked")

    await page.tab_to(".tabs a[href$='/reports']")
    await page.enter()
    await page.tab_to(".cards tbody a")
    await page.enter()
    await page.tab_to("form[action$='/reports/save'] button")
    await page.enter()
    [saved] = shown.both.salesforce.store.table("Report").rows()
    assert saved["Name"] in await page.run("document.querySelector('.note.ok').innerText")


async def _is_asked_before_leaving(page: Page) -> None:
    """With changes that are not saved; whoever stays loses nothing."""
    await page.doing(
        "Page.javascriptDialogOpening",
        lambda: page.run("setTimeout(() => document.querySelector('.brand').click())"),
    )
    await page.send("Page.handleJavaScriptDialog", accept=False)
    assert not await page.run("document.querySelector('[role=switch]').checked")


@pytest.mark.parametrize("path", ["activities", "sync-health", "import", "reports"])
async def test_no_page_keeps_the_keyboard(shown: Shown, page: Page, path: str) -> None:
    """Tab comes by everything that can be used, and out at the end again."""
    await signed_in(page, shown)
    await page.go(f"{shown.url}{HERE}/{path}")
    await page.tab_to("body", at_most=400)


async def test_the_focus_stays_where_it_was_when_a_part_is_fetched_anew(
    shown: Shown, page: Page
) -> None:
    await signed_in(page, shown)
    await page.go(f"{shown.url}{HERE}/sync-health")
    await page.tab_to("#figure-waiting")
    await page.run(REFRESH)
    assert await page.run("document.activeElement.id") == "figure-waiting"

    # What had the focus is gone: the part itself has it, not the top of the page.
    await page.run("document.activeElement.id = 'no-longer-there'")
    await page.run(REFRESH)
    assert await page.run("document.activeElement.id") == "figures"


async def _online(page: Page, *, on: bool) -> None:
    speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await page.send("Network.emulateNetworkConditions", offline=not on, **speed)


async def test_what_cannot_be_fetched_is_said_until_it_can(shown: Shown, page: Page) -> None:
    await signed_in(page, shown)
    await page.go(f"{shown.url}{HERE}/sync-health")
    await _online(page, on=False)
    await page.run(REFRESH.replace("afterSettle", "afterRequest"))
    assert "may be out of date" in await page.text()
    await _online(page, on=True)
    await page.run(REFRESH.replace("afterSettle", "afterRequest"))
    assert "may be out of date" not in await page.text()


async def test_a_choice_is_kept_at_once_and_goes_back_where_it_cannot_be(
    shown: Shown, page: Page
) -> None:
    """Without leaving the page or the place in it; the reason is the server's own."""
    await signed_in(page, shown)
    await page.go(f"{shown.url}{HERE}/owners")
    await page.tab_to("tbody tr:nth-child(2) select")
    for _ in range(2):
        await page.press("ArrowDown")
    chosen = await page.run("document.activeElement.value")
    await page.press("Tab")
    await page.press("Enter")
    await page.until("document.querySelector('#said .note.ok') !== null")
    row = "document.querySelector('tbody tr:nth-child(2)')"
    assert "by hand" in (await page.run(f"{row}.innerText")).lower()
    assert chosen == await page.run(f"{row}.querySelector('select').value")
    assert await page.run("document.activeElement.id.startsWith('change-')")

    shown_error = "!document.querySelector('#unsaved').hidden"
    await _online(page, on=False)
    await page.tab_to("tbody tr:nth-child(2) select", back=True)
    await page.press("ArrowDown")
    await page.press("Tab")
    await page.press("Enter")
    await page.until(shown_error)
    assert chosen == await page.run(f"{row}.querySelector('select').value")
    await _online(page, on=True)
    await page.run(f"{row}.querySelector('[name=csrf]').value = 'another form'")
    await page.press("Enter")
    await page.until(
        f"{shown_error} && document.querySelector('#unsaved p:last-child').innerText !== ''"
    )
    assert "not saved" in await page.text()
