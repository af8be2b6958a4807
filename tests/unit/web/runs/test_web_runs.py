"""Runs with their counts, and why a record is where it is."""

import html
import re

from tests.scenarios.story import Story
from tests.support.web import HERE, Web

from tandem.model import Kind


async def _synced(web: Web) -> tuple[str, str]:
    """A call that was written: its HubSpot id and its task's id."""
    story = Story(web.running)
    await story.switch_on(Kind.CALL)
    contact, _ = story.person("ann@customer.example")
    call = story.in_hubspot("log_call", title="Pricing", contacts=[contact])["id"]
    await story.sync()
    return str(call), (await story.task())["Id"]


def told(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_runs_are_listed_and_each_leads_to_its_records(connected: Web) -> None:
    call, _ = await _synced(connected)
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/runs")
    assert "Run 1" in browser.page
    await browser.get(f"{HERE}/runs/1")

    assert "All 1 1" in told(browser.page).replace("all", "All")
    assert f"Call: Pricing {call}" in told(browser.page)
    assert (await browser.get(f"{HERE}/runs/99")).status_code == 404


async def test_a_record_is_found_by_either_id_its_address_its_key_and_its_person(
    connected: Web,
) -> None:
    call, task = await _synced(connected)
    browser = await connected.signed_in()
    portal = connected.running.hubspot.account.portal_id
    for asked in (
        call,
        task,
        task[:15],
        f"https://app.hubspot.com/contacts/{portal}/record/0-48/{call}",
        f"http://127.0.0.1:8802/lightning/r/Task/{task}/view",
    ):
        page = (await browser.client.get(f"{HERE}/records", params={"q": asked})).text
        assert "Assigned to" in page, asked
        assert task in page, asked
    page = (await browser.client.get(f"{HERE}/records", params={"q": "ANN@customer.example"})).text
    assert call in page


async def test_a_record_nobody_knows_is_told_and_searched_for_on(connected: Web) -> None:
    browser = await connected.signed_in()
    for asked, said in (
        ("99999", "has never met"),
        ("<script>", "is neither an id"),
        ("eve@example.com", "No activity of"),
    ):
        answer = await browser.client.get(f"{HERE}/records", params={"q": asked})
        assert answer.status_code == 404, asked
        assert said in told(answer.text), asked
        assert "<script>" not in answer.text
    assert (await browser.get(f"{HERE}/records")).status_code == 303


async def test_the_history_names_the_run_and_both_sides_are_shown(connected: Web) -> None:
    call, _ = await _synced(connected)
    browser = await connected.signed_in(language="ja")
    await browser.get(f"{HERE}/records?q={call}")

    assert "Pricing" in browser.page
    assert "作成: Salesforce" in told(browser.page)
    assert f'href="{HERE}/runs/1"' in browser.page


async def test_a_run_that_was_taken_back_already_leaves_nothing_but_what_it_holds(
    connected: Web,
) -> None:
    await _synced(connected)
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/runs/1")
    assert "Undo this run" in browser.page
    await connected.tandem.undo("default", 1)
    await browser.get(f"{HERE}/runs/1/undo")
    work = (await browser.send("/undo")).headers["location"]
    await connected.tandem.works.work_off()
    await browser.get(work)
    assert "nothing of run 1 to take back" in told(browser.page)
    assert "Undo it" not in told(browser.page)
    await browser.get(f"{HERE}/runs/1/undo")
    await browser.follow(await browser.send("/release"))

    assert "Released 1 activity" in told(browser.page)


async def test_older_runs_are_on_further_pages(connected: Web) -> None:
    mine = connected.tandem.store.for_connection(1)
    for _ in range(51):
        mine.start_run(0, "schedule", connected.running.clock.now())
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/runs")
    assert "Run 51" in browser.page
    assert "runs?before=2" in browser.page
    await browser.get(f"{HERE}/runs?before=2")

    assert "Run 1<" in browser.page
    assert "Run 2<" not in browser.page
    assert "before=" not in browser.page
