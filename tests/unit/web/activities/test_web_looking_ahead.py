"""Before a kind is ticked: what it would bring, from when it begins, and a try with one contact."""

import html
import re
from datetime import timedelta

from tests.scenarios.story import Story
from tests.support.web import HERE, Browser, Web

from tandem.model import Kind
from tandem.settings import parse

ACTIVITIES = f"{HERE}/activities"
LAST_DAYS = f"{ACTIVITIES}/last-days"


def told(browser: Browser) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", browser.page)).split())


def figure(browser: Browser, kind: str) -> str:
    found = re.search(rf'id="last-{kind}"[^>]*>(.*?)</div>', browser.page, re.DOTALL)
    assert found is not None, browser.page
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def some_past(story: Story) -> str:
    """Two calls, an opened e-mail and a form of one contact; all of it before anything is switched on."""
    contact, _ = story.person("ann@customer.example", firstname="Ann")
    for title in ("Pricing", "Renewal"):
        story.in_hubspot("log_call", title=title, contacts=[contact])
    story.running.advance(10)
    return contact


async def test_a_box_says_what_its_last_days_would_have_brought(connected: Web) -> None:
    some_past(Story(connected.running))
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)
    assert figure(browser, "call") == "–"
    await browser.get(LAST_DAYS)

    assert figure(browser, "call") == "2 tasks 4 kB, 4 + 1 calls"
    assert figure(browser, "note") == "0 tasks"
    assert figure(browser, "form_submission") == "at least 0 tasks"
    assert figure(browser, "sales_email_opened") == "about 0 tasks"
    await browser.get(ACTIVITIES)
    assert figure(browser, "call") == "2 tasks 4 kB, 4 + 1 calls"


async def test_hubspot_is_asked_once_an_hour(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(LAST_DAYS)
    connected.running.sandbox.world.journal.clear()
    await browser.get(LAST_DAYS)
    assert connected.running.calls() == []
    connected.running.advance(3_601)
    await browser.get(f"{ACTIVITIES}?days=30")

    searches = [call for call in connected.running.calls() if call.endswith("/search")]
    assert len(searches) == 10
    assert figure(browser, "call") == "0 tasks"


async def test_an_account_that_does_not_answer_leaves_it_unknown(connected: Web) -> None:
    story = Story(connected.running)
    story.arm("hubspot", {"kind": "status", "status": 403, "times": -1, "path": "*calls/search"})
    browser = await connected.signed_in()
    await browser.get(LAST_DAYS)

    assert figure(browser, "call").startswith("Not known: ")
    assert figure(browser, "note") == "0 tasks"


async def test_an_unfinished_connection_says_why_nothing_is_known(web: Web) -> None:
    web.tandem.store.create_connection("main")
    browser = await web.signed_in(language="ja")
    await browser.get(LAST_DAYS)

    assert figure(browser, "call") == "不明: いまHubSpotに接続できません。"


async def test_a_kind_may_begin_with_what_was_created_since_a_day(connected: Web) -> None:
    some_past(Story(connected.running))
    browser = await connected.signed_in()
    day = (connected.running.clock.now() - timedelta(days=3)).date().isoformat()
    await browser.get(ACTIVITIES)
    await browser.send("due_time", kinds__call__enabled="true", begin="earlier", begin_day=day)

    assert "What that brings" in told(browser)
    assert "Call 2 tasks 4 kB, 4 + 1 calls" in told(browser)
    await browser.follow(await browser.send("version", to=f"{ACTIVITIES}/save"))
    since = parse(connected.tandem.store.settings(1).text).kind(Kind.CALL).since
    assert since is not None
    assert connected.running.clock.now() - since > timedelta(days=2)
    report = await connected.running.sync()
    assert report.kinds[Kind.CALL].seen == 2


async def test_back_from_the_difference_the_day_is_still_chosen(connected: Web) -> None:
    browser = await connected.signed_in()
    day = (connected.running.clock.now() - timedelta(days=3)).date().isoformat()
    await browser.get(ACTIVITIES)
    await browser.send("due_time", kinds__call__enabled="true", begin="earlier", begin_day=day)
    await browser.send("version", to=f"{ACTIVITIES}/edit")

    fields = browser.form("due_time")[1]
    assert ("begin", "earlier") in fields
    assert ("begin_day", day) in fields


async def test_a_day_that_cannot_be_is_told(connected: Web) -> None:
    browser = await connected.signed_in()
    for day, said in (("", "Choose the day"), ("2999-01-01", "lies in the future")):
        await browser.get(ACTIVITIES)
        answer = await browser.send("due_time", begin="earlier", begin_day=day)
        assert answer.status_code == 422
        assert said in told(browser)


async def test_an_earlier_day_without_a_new_kind_changes_nothing_and_says_so(
    connected: Web,
) -> None:
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)
    await browser.send("due_time", due_time="07:00", begin="earlier", begin_day="2020-01-01")

    assert "the earlier day changes nothing" in told(browser)


async def _tried(web: Web, asked: str, **changes: str) -> Browser:
    browser = await web.signed_in()
    await browser.get(ACTIVITIES)
    answer = await browser.send("due_time", to=f"{ACTIVITIES}/try", **changes)
    assert answer.status_code == 200, answer.text
    await browser.send("asked", asked=asked)
    return browser


async def test_a_try_shows_what_would_be_written_and_writes_nothing(connected: Web) -> None:
    some_past(Story(connected.running))
    browser = await _tried(
        connected,
        "ann@customer.example",
        kinds__call__enabled="true",
        kinds__call__subject_template="☎ {title}",
        kinds__call__filter__subject_contains="Pricing",
    )

    assert "1 task would be written" in told(browser)
    assert "new task ☎ Pricing" in told(browser)
    assert "not written Renewal" in told(browser)
    assert await connected.running.tasks() == []
    assert connected.tandem.store.settings(1).version == 0


async def test_just_these_are_written_then_and_nothing_is_kept_of_the_rest(
    connected: Web,
) -> None:
    story = Story(connected.running)
    some_past(story)
    browser = await _tried(
        connected,
        "Ann",
        kinds__call__enabled="true",
        kinds__call__filter__subject_contains="Pricing",
    )
    await browser.follow(await browser.send("contact", to=f"{ACTIVITIES}/try/write"))

    [task] = await connected.running.tasks()
    assert task["Subject"] == "Pricing"
    assert "1 task written, 0 refused" in told(browser)
    assert connected.tandem.store.settings(1).version == 0
    mine = connected.tandem.store.for_connection(1)
    assert len(mine.of_run(mine.runs(1)[0].id, after="", limit=10)) == 1
    [entry] = [each for each in connected.tandem.store.audit(1, 5) if each.action == "tried"]
    assert entry.who == "ann@example.com"
    again = await _tried_again(browser)
    assert "0 tasks would be written; 1 is in Salesforce already" in told(again)


async def _tried_again(browser: Browser) -> Browser:
    await browser.get(ACTIVITIES)
    await browser.send(
        "due_time",
        to=f"{ACTIVITIES}/try",
        kinds__call__enabled="true",
        kinds__call__filter__subject_contains="Pricing",
    )
    await browser.send("asked", asked="ann@customer.example")
    return browser


async def test_of_several_contacts_one_is_chosen(connected: Web) -> None:
    story = Story(connected.running)
    some_past(story)
    story.contact("ann.other@customer.example", firstname="Ann")
    connected.running.advance(10)
    browser = await _tried(connected, "Ann", kinds__call__enabled="true")

    assert "2 contacts fit" in told(browser)
    await browser.send("contact")
    assert "What would become of" in told(browser)


async def test_a_try_says_when_nobody_is_found_or_no_kind_is_ticked(connected: Web) -> None:
    browser = await _tried(connected, "nobody@nowhere.example", kinds__call__enabled="true")
    assert "finds no contact for “nobody@nowhere.example”" in told(browser)
    browser = await connected.signed_in("bob@example.com")
    await browser.get(ACTIVITIES)
    await browser.send("due_time", to=f"{ACTIVITIES}/try")
    assert "No kind is ticked" in told(browser)
    answer = await browser.send("asked", asked="")
    assert answer.status_code == 422


async def test_a_contact_that_nobody_has_is_told(connected: Web) -> None:
    browser = await _tried(connected, "nobody", kinds__call__enabled="true")
    answer = await browser.send("asked", to=f"{ACTIVITIES}/try/write", contact="no id")

    assert answer.status_code == 409
    assert "HubSpot has no contact no id." in told(browser)


async def test_what_went_wrong_is_told_in_the_readers_language(connected: Web) -> None:
    browser = await connected.signed_in(language="ja")
    await browser.get(ACTIVITIES)
    await browser.send("due_time", to=f"{ACTIVITIES}/try", kinds__call__enabled="true")
    await browser.send("asked", to=f"{ACTIVITIES}/try/write", contact="7")
    assert "HubSpotにコンタクト 7 はありません。" in told(browser)
    connected.tandem.store.suspend(
        1,
        "access_lost",
        "There is no token for HubSpot any more. Connect it again: tandem connect hubspot",
    )
    await browser.get(f"{HERE}/sync-health")

    assert "HubSpotのトークンがもうありません。もう一度接続してください" in told(browser)


async def test_a_form_with_a_mistake_is_not_tried(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)
    answer = await browser.send("due_time", to=f"{ACTIVITIES}/try", due_time="25:00")

    assert answer.status_code == 422
    assert "must be a time of day" in told(browser)


async def test_marketing_activities_of_the_contact_are_tried_too(connected: Web) -> None:
    story = Story(connected.running)
    some_past(story)
    story.in_hubspot("create_form", name="Contact us")
    story.in_hubspot("submit_form", form="Contact us", email="ann@customer.example")
    story.in_hubspot("create_campaign", name="Spring", subject="Spring news")
    story.in_hubspot("send_marketing_email", campaign="Spring", to="ann@customer.example")
    connected.running.advance(10)
    browser = await _tried(
        connected,
        "ann@customer.example",
        kinds__form_submission__enabled="true",
        kinds__marketing_email_sent__enabled="true",
    )

    assert "2 tasks would be written" in told(browser)
    assert "new task Submitted: Contact us" in told(browser)
    assert "new task Spring news" in told(browser)
