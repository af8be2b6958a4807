"""Sync health: what is parked is seen, told in the CRM's words, retried and exported."""

import csv
import html
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.scenarios.story import Story
from tests.support.web import HERE, Web

from tandem.model import Kind, LinkState
from tandem.store.hints import FeedHealth, FeedName
from tandem.store.workers import WorkerRow
from tandem.web.health.chart import HOURS, activity_chart
from tandem.web.speech import speech_for

HEALTH = f"{HERE}/sync-health"


@pytest.fixture
async def troubled(connected: Web) -> Web:
    """Two calls are refused by a rule of the org, one is written."""
    story = Story(connected.running)
    await story.switch_on(Kind.CALL)
    contact, _ = story.person()
    for title in ("=cmd|' /C calc'!A0", "<script>alert(1)</script>", "fine"):
        story.in_hubspot("log_call", title=title, contacts=[contact])
    story.in_salesforce(
        "add_validation_rule",
        condition={"field": "Subject", "operator": "not_equals", "value": "fine"},
        message="Say <b>why</b>.",
        field="Subject",
    )
    await story.sync()
    return connected


async def test_cards_tell_how_many_and_the_crms_own_words(troubled: Web) -> None:
    browser = await troubled.signed_in()
    await browser.get(HEALTH)

    assert "2 records" in browser.page
    assert "Say &lt;b&gt;why&lt;/b&gt;." in browser.page
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in browser.page
    assert "<b>why" not in browser.page


@pytest.mark.parametrize(
    ("language", "said", "program"),
    [
        ("en", "Nobody listens to Salesforce&#39;s feed any more", "Programs that run connections"),
        ("ja", "Salesforceのフィードの受信が止まっています", "接続を同期しているプログラム"),
    ],
)
async def test_feeds_and_workers_are_shown_with_what_to_do(
    troubled: Web, language: str, said: str, program: str
) -> None:
    store, now = troubled.tandem.store, troubled.running.clock.now()
    account = store.connection_by_id(1).salesforce_account_id
    assert account is not None
    store.hints.save_feed(
        account, FeedName.EVENTS, FeedHealth.HEALTHY, now - timedelta(minutes=10), lag_seconds=2.0
    )
    browser = await troubled.signed_in(language=language)
    await browser.get(HEALTH)
    alone = program not in browser.page
    store.report_worker(
        WorkerRow(
            name="a <worker>",
            host="here",
            version="1.0",
            role="worker",
            slots=8,
            started_at=now,
            seen_at=now,
        )
    )
    await browser.get(HEALTH)

    assert alone
    assert said in browser.page
    assert "tandem serve" in browser.page
    assert program in browser.page
    assert "a &lt;worker&gt;" in browser.page


async def test_what_is_resynced_is_tried_again_by_the_next_run(troubled: Web) -> None:
    browser = await troubled.signed_in()
    mine = troubled.tandem.store.for_connection(1)
    troubled.running.salesforce.act("remove_validation_rule", {})
    await browser.get(f"{HEALTH}/records?state=parked")
    one = mine.parked()[0].key
    await browser.follow(await browser.send("/retry", key=one, which="ticked"))
    assert "1 activity will be tried again" in browser.page
    await troubled.running.sync()
    assert len(mine.parked()) == 1

    await browser.get(HEALTH)
    await browser.follow(await browser.send("/retry", which="reason", reason="refused"))
    await troubled.running.sync()
    assert mine.parked() == []
    await browser.get(HEALTH)
    assert "No errors." in browser.page


async def test_resyncing_nothing_says_so(troubled: Web) -> None:
    browser = await troubled.signed_in()
    await browser.get(f"{HEALTH}/records?state=parked")
    await browser.follow(await browser.send("/retry", which="ticked"))

    assert "Tick some records first" in browser.page


async def test_the_export_holds_every_record_and_no_formula(troubled: Web) -> None:
    browser = await troubled.signed_in(language="ja")
    answer = await browser.get(f"{HEALTH}/export.csv?state=parked")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.content.startswith("\ufeff".encode())
    assert len(rows) == 2
    assert {row["reason"] for row in rows} == {"refused"}
    assert all("Say <b>why</b>." in row["words"] for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]


async def test_a_suspended_connection_says_why_and_is_resumed_with_one_button(
    connected: Web,
) -> None:
    connected.tandem.store.suspend(1, "access_lost", "INVALID_SESSION_ID <x>")
    browser = await connected.signed_in()
    await browser.get(HEALTH)
    assert "INVALID_SESSION_ID &lt;x&gt;" in browser.page
    await browser.follow(await browser.send("/resume"))

    assert "The connection runs again" in browser.page
    assert not connected.tandem.store.connections()[0].is_suspended
    assert connected.tandem.store.audit(1)[0].who == "ann@example.com"


async def test_the_page_works_while_salesforce_does_not(troubled: Web) -> None:
    troubled.running.sandbox.world.faults["salesforce"].arm(
        [{"kind": "status", "status": 503, "times": -1}]
    )
    browser = await troubled.signed_in()

    assert (await browser.get(HEALTH)).status_code == 200


async def test_before_the_first_run_it_says_what_to_expect(connected: Web) -> None:
    browser = await connected.signed_in(language="ja")
    await browser.get(HEALTH)

    assert "まだ同期が行われていません" in browser.page


async def test_states_lead_to_their_records_in_pages(connected: Web) -> None:
    story = Story(connected.running)
    await story.switch_on(Kind.NOTE)
    contact = story.contact()
    for number in range(103):
        story.in_hubspot("write_note", body=f"note {number}", contacts=[contact])
    await story.sync()
    browser = await connected.signed_in()
    [state] = {each.state for each in connected.tandem.store.for_connection(1).of_run(1)}
    first = (await browser.get(f"{HEALTH}/records?state={state.value}")).text
    after = connected.tandem.store.for_connection(1).in_state(LinkState(state), limit=100)[-1].key
    second = (await browser.get(f"{HEALTH}/records?state={state.value}&after={after}")).text

    assert first.count('<th scope="row">') == 100
    assert "after=" in first
    assert second.count('<th scope="row">') == 3


def test_a_chart_has_an_hour_for_every_hour() -> None:
    now = datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
    hour = now.replace(minute=0)
    told = speech_for(asked="en", cookies={}, accepted="")
    counted = [(hour, "created", 3), (hour, "adopted", 2), (hour - timedelta(hours=1), "parked", 1)]
    chart = activity_chart(counted, now, told)

    assert len(chart.hours) == HOURS
    assert chart.series[0][1][-1] == 5
    assert chart.series[2][1][-2] == 1
    assert [values for _, values in chart.rows()] == [[5, 0, 0], [0, 0, 1]]
    assert activity_chart([], now, told).is_empty


async def test_hours_that_are_past_are_counted_once_and_stay_the_same(troubled: Web) -> None:
    browser = await troubled.signed_in()
    await browser.get(HEALTH)
    before = re.findall(r"data-chart=\"([^\"]+)\"", browser.page)[0]
    troubled.running.advance(3 * 3_600)
    for _ in range(2):
        await browser.get(HEALTH)
        after = re.findall(r"data-chart=\"([^\"]+)\"", browser.page)[0]
        created = [
            sum(json.loads(html.unescape(each))["series"][0]["values"]) for each in (before, after)
        ]

        assert created == [1, 1]
    troubled.running.advance(49 * 3_600)
    browser = await troubled.signed_in("bob@example.com")
    await browser.get(HEALTH)
    assert "Nothing in these 48 hours" in browser.page
