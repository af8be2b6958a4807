"""
Pictures of every page, wide and narrow, in both languages: ``python -m tests.support.screenshots``.

They land in ``screenshots/``, which git ignores; ``readme`` instead of pages' names draws those of ``docs/images`` anew. The
connection is with both simulated CRMs and their sample; the errors on Sync health are real refusals.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tandem.bootstrap import Application
from tandem.model import Kind, LinkState
from tandem.sandbox.server import Sandbox
from tandem.settings import ProcessSettings, parse, show
from tandem.store.web import Members, Purpose, Role
from tandem.sync.policy import Language
from tandem.web import WebSettings, web_server
from tandem.web.visit import SESSION_COOKIE
from tests.support.chromium import Page, chromium
from tests.support.shown_life import MovedClock, conflict, crm_pages, service, two_days
from tests.support.shown_work import start_work, work_pages

__all__ = ["Shown", "shown_app"]

FOLDER = Path(__file__).parents[2] / "screenshots"
IMAGES = Path(__file__).parents[2] / "docs/images"
WIDTHS = {"wide": 1280, "narrow": 390}
_README = {"activities": 1060, "sync-health": 1010, "record": 840}
"""Pages of the README's pictures, and how tall these are."""
_PAST = timedelta(days=400)


class Shown:
    """The app on a socket, with a sample that has been synced."""

    def __init__(self, application: Application, both: Sandbox, url: str) -> None:
        self.application = application
        self.both = both
        self.url = url
        self.members = Members.of(application.store)

    def session(self, role: Role = Role.ADMIN, name: str = "Ann Admin") -> str:
        """The token of somebody's session."""
        day = timedelta(days=1)
        email = f"{role.value}@example.com"
        known = self.members.member_and_password(email)
        if known is None:
            token = self.members.make_link(Purpose.INVITE, email, role, day)
            made = self.members.use_link(token, email=email, name=name, password="-")
            assert made is not None
            return self.members.begin_session(made.id, "Chromium", day)
        return self.members.begin_session(known[0].id, "Chromium", day)

    def pages(self) -> dict[str, str]:
        """Every page that is only looked at, by name."""
        here = "/connected-apps/salesforce/1"
        mine = self.application.store.for_connection(1)
        record = mine.in_state(LinkState.PAIRED, limit=1)[0].key
        parked = mine.parked(limit=1)
        pages = {
            "connected-apps": "/connected-apps",
            "alerts": "/alerts",
            "activities": f"{here}/activities",
            "file": f"{here}/activities/file",
            "sync-health": f"{here}/sync-health",
            "records": f"{here}/sync-health/records?state=skipped",
            "runs": f"{here}/runs",
            "run": f"{here}/runs/1",
            "undo": f"{here}/runs/1/undo",
            "record": f"{here}/records?q={record}",
            "owners": f"{here}/owners",
            "reports": f"{here}/reports",
            "report": f"{here}/reports?run=1&about=contacts&whose=all&group1=week&period=all",
            "accounts": f"{here}/accounts",
            "audit": f"{here}/audit",
            "conflicts": f"{here}/conflicts",
            "connect-salesforce": f"{here}/connect/salesforce",
            "disconnect": f"{here}/disconnect",
            "people": "/people",
            "account": "/account",
            "api": "/api",
            "api-tokens": "/api/tokens",
            "not-found": "/nowhere",
            "connect": "/connected-apps/connect",
            "empty-health": "/connected-apps/salesforce/2/sync-health",
            "empty-activities": "/connected-apps/salesforce/2/activities",
            "empty-runs": "/connected-apps/salesforce/2/runs",
            "empty-reports": "/connected-apps/salesforce/2/reports",
            "nothing-found": f"{here}/records?q=nobody@example.com",
        }
        pages |= work_pages(self.application)
        if parked:
            pages["parked"] = f"{here}/sync-health/records?state=parked"
            pages["parked-record"] = f"{here}/records?q={parked[0].key}"
        return pages


@asynccontextmanager
async def shown_app(language: str, *, days: bool = False) -> AsyncIterator[Shown]:
    """The sample in *language*, every kind on, synced, with one conflict; with *days* two more days have passed."""
    clock = MovedClock()
    with tempfile.TemporaryDirectory() as home:
        settings = ProcessSettings(home=Path(home), language=language)
        both = Sandbox(data="sample", language=language)
        async with both, Application(settings, clock=clock) as application:
            await _sync(application, both, language)
            if days:
                await two_days(application, both, language, clock)
            await conflict(application, both, language)
            application.store.create_connection("second")
            await start_work(application, language)
            service(application, clock.now())
            stop = asyncio.Event()
            listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            serving = asyncio.create_task(
                web_server(
                    application,
                    WebSettings(port=0, allow_loopback=True),
                    stop,
                    started=listening.set_result,
                )
            )
            try:
                yield Shown(application, both, f"http://localhost:{await listening}")
            finally:
                stop.set()
                await serving


async def _sync(application: Application, both: Sandbox, language: str) -> None:
    def unused(address: str) -> None:
        raise AssertionError(address)

    await application.connect_hubspot(
        "main", url=both.hubspot_url, token=both.tokens["hubspot"], open_browser=unused
    )
    await application.connect_salesforce(
        "main", url=both.salesforce_url, token=both.tokens["salesforce"], open_browser=unused
    )
    policy = parse(await application.settings_text("main"))
    everything = replace(
        policy,
        language=Language(language),
        kinds={kind: replace(policy.kind(kind), enabled=True) for kind in Kind},
    )
    change = await application.plan_settings(
        "main", show(everything), since=both.world.clock.now() - _PAST
    )
    await application.save_settings("main", change, "ann@example.com")
    _refuse_some(both, "Q" if language == "en" else "の")
    await application.sync("main")


def _refuse_some(both: Sandbox, word: str) -> None:
    """A validation rule of the org, so that some tasks are parked."""
    both.salesforce.act(
        "add_validation_rule",
        {
            "condition": {"field": "Subject", "operator": "contains", "value": word},
            "message": "A task needs a campaign code.",
            "field": "Subject",
        },
    )


async def _take(language: str, wanted: list[str]) -> None:
    async with shown_app(language, days=True) as shown, chromium(language=language) as page:
        if wanted == ["readme"]:
            await _for_the_readme(page, shown)
            return
        FOLDER.mkdir(exist_ok=True)
        await _one(page, f"{shown.url}/sign-in", "not-yet", language, wanted)
        first = shown.members.make_link(Purpose.FIRST, "", Role.ADMIN, timedelta(days=1))
        await _one(page, f"{shown.url}/start/{first}", "first-visit", language, wanted)
        session = shown.session()
        await _one(page, f"{shown.url}/sign-in", "sign-in", language, wanted)
        await page.cookie(SESSION_COOKIE, session, shown.url)
        await page.cookie("tandem_zone", "Asia/Tokyo", shown.url)
        for name, path in shown.pages().items():
            await _one(page, f"{shown.url}{path}", name, language, wanted)
        await _review(page, shown, language, wanted)
        for name, address in crm_pages(shown.application, shown.both).items():
            await _one(page, address, name, language, wanted)
        for complaint in page.complaints:
            print(f"the browser complains: {complaint}", file=sys.stderr)


async def _for_the_readme(page: Page, shown: Shown) -> None:
    """Upper parts of the pages, small enough for a repository."""
    IMAGES.mkdir(exist_ok=True)
    await page.cookie(SESSION_COOKIE, shown.session(), shown.url)
    await page.cookie("tandem_zone", "Europe/Berlin", shown.url)
    for name, tall in _README.items():
        await page.look(1080)
        await page.go(f"{shown.url}{shown.pages()[name]}")
        await page.until("document.querySelector('.htmx-request') === null")
        await page.run(
            "for (const bar of document.querySelectorAll('.bar')) bar.style.position = 'static'"
        )
        await page.picture(IMAGES / f"{name}.png", tall=tall)


async def _review(page: Page, shown: Shown, language: str, wanted: list[str]) -> None:
    if wanted and "review" not in wanted:
        return
    for size, width in WIDTHS.items():
        await page.look(width)
        await page.go(f"{shown.url}/connected-apps/salesforce/1/activities")
        await page.click('input[name="kinds.note.enabled"]', loads=False)
        await page.click(
            'input[name="kinds.call.enabled"] ~ *, .kinds details summary', loads=False
        )
        await page.fill('input[name="kinds.call.subject_template"]', "☎ {subject}")
        await page.run("document.querySelectorAll('.kinds select')[0].selectedIndex = 1")
        await page.run(
            "document.querySelector('[name=delete_policy][value=delete]').checked = true"
        )
        await page.picture(FOLDER / f"activities-open-{language}-{size}.png")
        await page.click(".bar button.primary")
        await page.picture(FOLDER / f"review-{language}-{size}.png")


async def _one(page: Page, address: str, name: str, language: str, wanted: list[str]) -> None:
    if wanted and name not in wanted:
        return
    for size, width in WIDTHS.items():
        await page.look(width)
        await page.go(address)
        await page.until("document.querySelector('.htmx-request') === null")
        await page.picture(FOLDER / f"{name}-{language}-{size}.png")
    await page.look(WIDTHS["wide"], dark=True)
    await page.go(address)
    await page.picture(FOLDER / f"{name}-{language}-dark.png")


def main() -> None:
    arguments = sys.argv[1:]
    languages = [each for each in arguments if each in ("en", "ja")] or ["en", "ja"]
    wanted = [each for each in arguments if each not in ("en", "ja")]
    if wanted == ["readme"]:
        languages = ["en"]
    for language in languages:
        asyncio.run(_take(language, wanted))
    folder = IMAGES if wanted == ["readme"] else FOLDER
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main()
