"""Conflicts on their page: both values side by side, putting one back, making a record again."""

import html
import re

from tests.scenarios.story import Story
from tests.scenarios.test_conflicts import a_conflict
from tests.support.web import HERE, Browser, Web

from tandem.model import Side

CONFLICTS = f"{HERE}/conflicts"


def told(browser: Browser) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", browser.page)).split())


async def test_both_values_are_shown_and_the_one_that_lost_is_put_back(connected: Web) -> None:
    story = Story(connected.running)
    await a_conflict(story, Side.SALESFORCE)
    browser = await connected.signed_in()
    await browser.get(CONFLICTS)
    assert "Salesforce's" in told(browser)
    assert "HubSpot's" in told(browser)
    await browser.follow(await browser.send("/restore"))
    assert "again what it said there before the conflict" in told(browser)

    await browser.get(f"{CONFLICTS}?all=1")
    assert "put back" in told(browser)
    restored = [
        each
        for each in (await connected.tandem.conflicts("default", everything=True)).conflicts
        if each.restored_at
    ]
    assert [each.restored_by for each in restored] == ["ann@example.com"]


async def test_what_somebody_edited_since_is_covered_only_after_asking_again(
    connected: Web,
) -> None:
    story = Story(connected.running)
    hubspot_id, _ = await a_conflict(story, Side.SALESFORCE)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="<i>Later</i>", hs_task_body="<p>Later</p>")
    browser = await connected.signed_in()
    await browser.get(CONFLICTS)
    answer = await browser.send("/restore")
    assert answer.status_code == 409
    assert "<i>Later" not in answer.text
    await browser.follow(await browser.send("force"))

    assert "again what it said there before the conflict" in told(browser)


async def test_without_conflicts_the_page_says_what_would_be_here(connected: Web) -> None:
    browser = await connected.signed_in(language="ja")
    await browser.get(CONFLICTS)

    assert "競合はありません" in told(browser)
    answer = await browser.client.post(
        f"{CONFLICTS}/restore", data={"csrf": _csrf(browser), "id": "x"}
    )
    assert answer.status_code == 400


def _csrf(browser: Browser) -> str:
    return dict(browser.form("/sign-out")[1])["csrf"]
