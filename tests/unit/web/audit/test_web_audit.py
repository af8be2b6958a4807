"""The audit log by page, by person, by sort of change, and as a file."""

import html
import re

import pytest
from tests.support.web import HERE, Browser, Web

from tandem.store.web import Role

AUDIT = f"{HERE}/audit"


def entries(browser: Browser) -> list[str]:
    """The log's rows: who and what."""
    body = browser.page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split())
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]
    return [row[row.index(" ", row.rindex("M ") if "M " in row else 0) + 1 :] for row in rows]


def some_changes(web: Web) -> None:
    for number in range(60):
        web.tandem.store.note(1, "ann@example.com", "retry", f"ann {number}")
        web.tandem.store.note(1, "bob@example.com", "resumed", f"bob {number}")


async def test_a_long_log_is_read_a_page_at_a_time(connected: Web) -> None:
    some_changes(connected)
    browser = await connected.signed_in()
    await browser.get(AUDIT)
    assert len(entries(browser)) == 100
    assert "bob 59" in browser.page
    more = re.search(r'href="([^"]+before=[^"]+)"', browser.page)
    assert more is not None
    await browser.get(html.unescape(more[1]))

    assert "ann 9" in browser.page
    assert "ann 10" not in browser.page
    assert "before=" not in browser.page


async def test_one_persons_changes_of_one_sort_are_shown_alone(connected: Web) -> None:
    some_changes(connected)
    browser = await connected.signed_in()
    await browser.get(f"{AUDIT}?who=ann@example.com")
    assert len(entries(browser)) == 60
    await browser.get(f"{AUDIT}?action=resumed")
    assert {"bob@example.com" in row for row in entries(browser)} == {True}
    await browser.get(f"{AUDIT}?action=resumed&who=ann@example.com")

    assert "Nothing fits these choices." in browser.page
    assert '<option value="ann@example.com" selected>' in browser.page


async def test_what_is_shown_is_to_be_had_as_a_file(connected: Web) -> None:
    connected.tandem.store.note(1, "ann@example.com", "retry", '=1+1 "quoted"')
    connected.tandem.store.note(1, "bob@example.com", "resumed", "again")
    browser = await connected.signed_in(language="ja")
    answer = await browser.get(f"{AUDIT}/export.csv?who=ann@example.com&action=retry")

    assert answer.headers["content-disposition"] == 'attachment; filename="tandem-audit-1.csv"'
    header, line = answer.content.decode("utf-8-sig").splitlines()
    assert header == "at,who,action,meaning,detail"
    assert line.endswith(',ann@example.com,retry,再同期を指示,"\'=1+1 ""quoted"""')


@pytest.mark.parametrize("path", ["/people/audit", "/people/audit/export.csv"])
async def test_the_installations_log_is_for_administrators(connected: Web, path: str) -> None:
    viewer = await connected.signed_in("vera@example.com", Role.VIEWER)
    assert (await viewer.get(path)).status_code == 403
    admin = await connected.signed_in()

    assert (await admin.get(path)).status_code == 200


async def test_nonsense_for_a_page_is_the_first_page(connected: Web) -> None:
    some_changes(connected)
    browser = await connected.signed_in()
    for before in ("x", "-1", "9" * 40):
        await browser.get(f"{AUDIT}?before={before}")
        assert "bob 59" in browser.page
