"""Owners and records: who stands in how often, which records correspond, and pairs by hand."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.scenarios.story import Story
from tests.support.web import HERE, Browser, Web

from tandem.model import Kind
from tandem.store.rows import RecordKind
from tandem.store.web import Role

RECORDS = f"{HERE}/owners/records"


def told(browser: Browser) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", browser.page)).split())


def company(story: Story, name: str, **properties: Any) -> str:
    made = story.in_hubspot("create", object="companies", properties={"name": name, **properties})
    return str(made["id"])


def account(story: Story, name: str, **fields: Any) -> str:
    made = story.in_salesforce("create_record", object="Account", fields={"Name": name, **fields})
    return str(made["id"])


async def a_call(story: Story, at: str, title: str = "A call") -> dict[str, Any]:
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title=title, companies=[at])
    await story.sync()
    [task] = [each for each in await story.tasks() if each["Subject"] == title]
    return task


async def test_how_often_the_integration_user_stands_in_is_counted_by_owner(
    connected: Web,
) -> None:
    story = Story(connected.running)
    known, _ = story.owner("Ann")
    unknown, _ = story.owner("Nobody's", is_user=False)
    await story.switch_on(Kind.CALL)
    contact, _ = story.person()
    for owner in (known, unknown, unknown):
        story.in_hubspot("log_call", contacts=[contact], title="x", owner=owner)
    story.in_hubspot("log_call", contacts=[contact], title="x")
    await story.sync()
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/owners")
    page = told(browser)

    assert "Of the last 4 tasks written, 3 are assigned to the integration user" in page
    assert "1 of them come from activities without an owner" in page
    assert "2 of 2" in page
    assert "0 of 1" in page


async def test_what_rules_found_is_listed_with_its_way(connected: Web) -> None:
    story = Story(connected.running)
    await story.switch_on(Kind.CALL)
    by_domain = company(story, "Acme", domain="acme.example")
    target = account(story, "Acme Inc", Website="https://www.acme.example")
    task = await a_call(story, by_domain)
    assert task["WhatId"] == target
    browser = await connected.signed_in()
    await browser.get(RECORDS)
    assert "Acme Inc" in told(browser)
    assert "website domain" in told(browser)
    assert "No pair was made by hand" in told(browser)


async def test_two_records_are_found_and_paired_and_the_pair_wins(connected: Web) -> None:
    story = Story(connected.running)
    await story.switch_on(Kind.CALL)
    acme = company(story, "Acme", domain="acme.example")
    by_rule = account(story, "Acme Inc", Website="https://acme.example")
    chosen = account(story, "Acme <Holding>")
    assert (await a_call(story, acme, "Before"))["WhatId"] == by_rule
    connected.running.advance(60)
    browser = await connected.signed_in()
    await browser.get(f"{RECORDS}?kind=company&hubspot=acme&salesforce=holding")
    assert "Acme &lt;Holding&gt;" in browser.page
    answer = await browser.send("hubspot_id", hubspot_id=acme, salesforce_id=chosen)
    await browser.follow(answer)
    assert "It would be Acme Inc (website domain)" in told(browser)
    assert "Paired. It counts" in told(browser)

    task = await a_call(story, acme, "After")
    assert task["WhatId"] == chosen
    await browser.get(f"{HERE}/records?q={task['Id']}")
    assert "as paired by hand" in told(browser)

    await browser.get(RECORDS)
    await browser.follow(await browser.send("/unpair"))
    assert connected.tandem.store.for_connection(1).record_pairs(RecordKind.COMPANY) == {}
    assert (await a_call(story, acme, "At last"))["WhatId"] == by_rule
    actions = [entry.action for entry in connected.tandem.store.audit(1, 2)]
    assert actions == ["record_unpaired", "record_paired"]


async def test_deals_are_paired_with_opportunities_by_id(connected: Web) -> None:
    story = Story(connected.running)
    deal = story.in_hubspot("create", object="deals", properties={"dealname": "Big"})["id"]
    fields = {"Name": "Big one", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    opportunity = story.in_salesforce("create_record", object="Opportunity", fields=fields)["id"]
    browser = await connected.signed_in(language="ja")
    await browser.get(f"{RECORDS}?kind=deal&hubspot={deal}&salesforce={opportunity[:15]}")
    assert "Big one" in told(browser)
    answer = await browser.send("hubspot_id", hubspot_id=str(deal), salesforce_id=opportunity[:15])
    await browser.follow(answer)

    assert "規則で見つかる別のレコードはありません" in told(browser)
    mine = connected.tandem.store.for_connection(1)
    assert mine.record_pairs(RecordKind.DEAL) == {str(deal): opportunity}
    story.in_salesforce("delete_record", id=opportunity)
    await browser.get(RECORDS)
    assert "削除済み" in told(browser)


async def test_what_does_not_exist_or_is_taken_is_not_paired(connected: Web) -> None:
    story = Story(connected.running)
    one, other = company(story, "One"), company(story, "Other")
    target = account(story, "Target")
    connected.running.advance(60)
    connected.tandem.store.for_connection(1).set_record_pair(RecordKind.COMPANY, one, target)
    browser = await connected.signed_in()
    await browser.get(f"{RECORDS}?kind=company&hubspot=other&salesforce=target")
    for hubspot, salesforce, said in (
        (other, target, f"paired by hand with company {one} already"),
        (other, "001000000000000AAA", "has no account"),
        (other, "x", "has no account"),
        ("404", account(story, "Free"), "HubSpot has no company"),
        ("", target, "Choose one record on each side"),
    ):
        answer = await browser.send(
            "hubspot_id",
            to=f"{RECORDS}/pair",
            kind="company",
            hubspot_id=hubspot,
            salesforce_id=salesforce,
        )
        assert answer.status_code == 400
        assert said in told(browser)
        await browser.get(f"{RECORDS}?kind=company&hubspot=other&salesforce=target")
    csrf = dict(browser.form("/sign-out")[1])["csrf"]
    answer = await browser.client.post(f"{RECORDS}/pair", data={"csrf": csrf, "kind": "x"})
    assert answer.status_code == 400


async def test_before_both_accounts_are_connected_and_without_rights_there_is_no_form(
    web: Web,
) -> None:
    web.tandem.store.create_connection("main")
    browser = await web.signed_in("vic@example.com", Role.VIEWER)
    answer = await browser.get(RECORDS)

    assert answer.status_code == 200
    assert "owners/records/pair" not in browser.page
