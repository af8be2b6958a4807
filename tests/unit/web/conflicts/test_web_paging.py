"""The pages of conflicts and ended pairs: each once, filters kept in the address."""

import html
import re
from datetime import timedelta

from tests.support import web as support
from tests.support.web import HERE, Browser, Web

from tandem.model import Field, Kind, Link, LinkState, Side
from tandem.store.rows import KeptConflict

_migrated, web, connected = support._migrated, support.web, support.connected


def keep(web: Web, count: int) -> None:
    mine, now = web.tandem.store.for_connection(1), web.running.clock.now()
    lease = mine.acquire("a test", now, 60.0)
    with mine.transaction(lease) as unit:
        unit.save_links(
            [
                Link(
                    key=f"1-task-{n:03}",
                    kind=Kind.TASK,
                    hubspot_id=f"9{n:03}",
                    state=LinkState.ENDED,
                    reason="edited_after_delete",
                )
                for n in range(count)
            ]
        )
        unit.keep_conflicts(
            [
                KeptConflict(
                    key=f"1-task-{n:03}",
                    field=Field.SUBJECT,
                    winner=Side.HUBSPOT,
                    at=now + timedelta(seconds=n),
                    lost={"Subject": f"lost {n:03}."},
                    kept={"hs_task_subject": f"kept {n:03}."},
                )
                for n in range(count)
            ]
        )
    mine.release(lease)


def link_of(browser: Browser, rel: str, having: str) -> str:
    found = [
        html.unescape(each)
        for each in re.findall(rf'rel="{rel}" href="([^"#]+)(?:#ended)?"', browser.page)
        if having in each and (having == "ended=" or "ended=" not in each)
    ]
    return found[0] if found else ""


async def test_each_conflict_is_on_one_page(connected: Web) -> None:
    keep(connected, 120)
    browser = await connected.signed_in(language="ja")
    seen: list[str] = []
    address, pages = f"{HERE}/conflicts?all=1", 0
    while address:
        assert (await browser.get(address)).status_code == 200
        pages += 1
        seen += re.findall(r"lost (\d{3})\.", browser.page)
        address = link_of(browser, "next", "before=")
        assert "all=1" in (address or "all=1")

    assert (pages, seen) == (3, [f"{n:03}" for n in reversed(range(120))])
    assert "最初のページ" in browser.page


async def test_each_ended_pair_is_on_one_page(connected: Web) -> None:
    keep(connected, 120)
    browser = await connected.signed_in()
    seen: list[str] = []
    address = f"{HERE}/conflicts?before=60"
    while address:
        assert (await browser.get(address)).status_code == 200
        part = browser.page.partition('id="ended"')[2]
        seen += re.findall(r"9(\d{3})</a>", part)
        address = link_of(browser, "next", "ended=")
        assert "before=60" in (address or "before=60")

    assert seen == [f"{n:03}" for n in range(120)]


async def test_behind_the_last_and_nonsense(connected: Web) -> None:
    keep(connected, 3)
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/conflicts?before=1")
    assert "There are no older conflicts." in browser.page
    assert (await browser.get(f"{HERE}/conflicts?before=-1&ended=%00x")).status_code == 200
    assert (await browser.get(f"{HERE}/conflicts?before=999999999999999999")).status_code == 200
