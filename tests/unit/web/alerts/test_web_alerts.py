"""The page of alerts: whom to tell, what cannot be taken, and the outcome of letters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.support.web import Web

from tandem.store.alerts import AlertStore, NewLetter
from tandem.store.web import Role

FORM = "recipients"


async def test_somebody_to_tell_is_saved_and_noted(web: Web) -> None:
    browser = await web.signed_in()
    page = await browser.get("/alerts")
    assert "No mail server is named" in page.text
    given = {"recipients": "ops@example.com\nann@example.com ops@example.com", "parked": "5"}
    await browser.follow(await browser.send(FORM, **given, language="ja"))
    wanted = await web.tandem.alerts.wanted()

    assert wanted.recipients == ("ops@example.com", "ann@example.com")
    assert (wanted.parked, wanted.language) == (5, "ja")
    assert web.tandem.store.audit(0)[0].action == "alerts_changed"
    assert "ops@example.com" in browser.page


async def test_the_secret_of_a_webhook_is_shown_once_and_changes_with_the_address(web: Web) -> None:
    browser = await web.signed_in()
    await browser.get("/alerts")
    shown = await browser.send(FORM, webhook_url="https://hooks.example.com/a")
    first = (await web.tandem.alerts.wanted()).webhook_secret
    assert first in shown.text
    assert first not in (await browser.get("/alerts")).text
    await browser.follow(await browser.send(FORM, lag_minutes="30"))
    assert (await web.tandem.alerts.wanted()).webhook_secret == first

    await browser.get("/alerts")
    again = await browser.send(FORM, new_secret="on")
    second = (await web.tandem.alerts.wanted()).webhook_secret
    assert second in again.text
    moved = await browser.send(FORM, webhook_url="https://hooks.example.com/b")
    third = (await web.tandem.alerts.wanted()).webhook_secret
    assert third in moved.text
    assert len({first, second, third}) == 3


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("recipients", "nobody", "is not an e-mail address"),
        ("recipients", "a@example.com\r\nBcc: <b@example.com>", "is not an e-mail address"),
        ("recipients", " ".join(f"a{n}@example.com" for n in range(21)), "At most 20"),
        ("webhook_url", "http://hooks.example.com/", "must be a public https address"),
        ("webhook_url", "https://169.254.169.254/latest", "must be a public https address"),
        ("webhook_url", "https://a:b@hooks.example.com/", "must be a public https address"),
        ("parked", "0", "whole number from 1"),
        ("lag_minutes", "soon", "whole number from 5"),
        ("calls_percent", "101", "whole number from 10"),
        ("calls_percent", "", "whole number from 10"),
        ("parked", "٣", "whole number from 1"),
    ],
)
async def test_what_cannot_be_taken_is_told_and_nothing_saved(
    field: str, given: str, said: str, web: Web
) -> None:
    browser = await web.signed_in()
    await browser.get("/alerts")
    before = await web.tandem.alerts.wanted()
    answer = await browser.send(FORM, **{field: given})

    assert answer.status_code == 422
    assert said in answer.text
    assert await web.tandem.alerts.wanted() == before


async def test_a_test_goes_to_everybody_and_its_outcome_is_shown(web: Web) -> None:
    browser = await web.signed_in()
    await browser.get("/alerts")
    await browser.follow(await browser.send("/alerts/test"))
    assert "First name somebody" in browser.page
    await browser.send(FORM, recipients="ops@example.com")
    await browser.get("/alerts")
    await browser.follow(await browser.send("/alerts/test"))

    assert "A test was sent over 1 way;" in browser.page
    assert "Not sent: there is no mail server" in browser.page
    assert "tried again" in browser.page


async def test_what_others_said_is_shown_escaped(connected: Web) -> None:
    kept = AlertStore.of(connected.tandem.store)
    hostile = "<script>alert(1)</script>\"'{{7*7}}"
    kept.add(
        [NewLetter(channel="email", event="began", cause="lag", facts={"connection": hostile})]
    )
    now = connected.running.clock.now()
    [letter] = kept.claim(now, timedelta(minutes=1))
    kept.settle(letter.id, sent_at=None, due_at=None, outcome=f"refused: 550 {hostile}")
    browser = await connected.signed_in()
    page = (await browser.get("/alerts")).text

    assert re.findall(r"<script>alert", page) == []
    assert page.count("&lt;script&gt;alert(1)") == 2
    assert "given up after 1 try" in page


async def test_only_administrators_see_it(web: Web) -> None:
    browser = await web.signed_in("bob@example.com", Role.VIEWER)

    assert (await browser.get("/alerts")).status_code == 403
    assert 'href="/alerts"' not in (await browser.get("/people")).text


async def test_what_is_wrong_is_listed_with_its_connection(connected: Web) -> None:
    connected.tandem.store.suspend(1, "access_lost")
    await connected.tandem.alerts.look(connected.running.clock.now())
    browser = await connected.signed_in(language="ja")
    page = (await browser.get("/alerts")).text

    assert "停止" in page
    assert "/connected-apps/salesforce/1/sync-health" in page
