"""The page of reports: what an address asks for is run, shown, saved and exported."""

from __future__ import annotations

import csv
import html
import io

import pytest
from tests.support.web import HERE, Web

from tandem.mapping.salesforce_reports import About, Grouping, Report
from tandem.store.web import Role
from tandem.web.reports.form import fields_of, read
from tandem.web.speech import speech_for

REPORTS = f"{HERE}/reports"
RUN = f"{REPORTS}?run=1&about=contacts&match=contains&whose=all&period=all"


@pytest.fixture
async def asked(connected: Web) -> Web:
    """Three tasks of one contact, two of them with hostile subjects."""
    act = connected.running.salesforce.act
    ann = act("create_record", {"object": "Contact", "fields": {"LastName": "Ann"}})
    for subject, due in (
        ("開封済み:<script>alert(1)</script>", "2026-11-10"),
        ("開封済み:=cmd", "2026-11-17"),
        ("=cmd|' /C calc'!A0", "2026-11-18"),
    ):
        fields = {"Subject": subject, "ActivityDate": due, "WhoId": ann["id"]}
        act("create_record", {"object": "Task", "fields": fields})
    return connected


async def test_a_built_report_shows_figures_a_chart_and_its_tasks(asked: Web) -> None:
    browser = await asked.signed_in(language="ja")
    await browser.get(f"{RUN}&subjects=開封済み&group1=week")

    assert "2件" in browser.page
    assert "2026/11/08" in browser.page
    assert browser.page.count('<rect class="used" width="100.00"') == 2
    assert "&lt;script&gt;alert(1)" in browser.page
    assert "<script>alert" not in browser.page


async def test_groups_within_groups_have_a_chart_of_the_first(asked: Web) -> None:
    browser = await asked.signed_in()
    answer = await browser.get(f"{RUN}&group1=status&group2=week")

    assert answer.status_code == 200
    assert 'id="by-first"' in browser.page
    assert '<rect class="used" width="100.00"' in browser.page


async def test_a_ready_made_report_is_a_link_and_saved_by_an_administrator(asked: Web) -> None:
    browser = await asked.signed_in()
    await browser.get(REPORTS)
    address = html.unescape(browser.page.split('<th scope="row"><a href="')[1].split('"')[0])
    await browser.get(address)
    assert "No task meets this" in browser.page, "nobody's opens have come yet"

    answer = await browser.send("/reports/save", name="Opens of ours")
    await browser.follow(answer)
    await browser.get(REPORTS)

    assert "Open in Salesforce" in browser.page
    rows = asked.running.salesforce.store.table("Report").rows()
    assert [row["Name"] for row in rows] == ["Opens of ours"]
    assert "report_saved" in {entry.action for entry in asked.tandem.store.audit(1, 10)}


async def test_a_viewer_runs_but_does_not_save(asked: Web) -> None:
    browser = await asked.signed_in("bob@example.com", Role.VIEWER)
    await browser.get(RUN)

    assert "3 tasks" in browser.page
    assert "reports/save" not in browser.page


async def test_all_tasks_come_as_a_file_that_runs_nothing(asked: Web) -> None:
    browser = await asked.signed_in()
    answer = await browser.get(f"{REPORTS}/tasks.csv?match=contains&subjects=cmd&whose=all")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [line[1] for line in lines] == ["Subject", "開封済み:=cmd", "'=cmd|' /C calc'!A0"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("group1=day&group2=week", "one of day, week and month"),
        ("group1=owner&group2=owner", "each only once"),
        ("period=between&first=2026-11-02", "first and the last day"),
        ("period=between&first=2026-11-02&last=x", "first and the last day"),
    ],
)
async def test_what_cannot_be_run_is_told_and_nothing_is_asked(
    asked: Web, query: str, sentence: str
) -> None:
    browser = await asked.signed_in()
    answer = await browser.get(f"{REPORTS}?run=1&about=contacts&{query}")

    assert answer.status_code == 422
    assert sentence in browser.page
    assert not [call for call in asked.running.calls() if "/reports/query" in call]


async def test_trouble_in_salesforce_is_told_in_its_words(asked: Web) -> None:
    faults = asked.running.sandbox.world.faults["salesforce"]
    faults.arm({"kind": "report_run_limit", "times": -1})
    browser = await asked.signed_in()
    answer = await browser.get(RUN)

    assert answer.status_code == 422
    assert "60 minutes" in browser.page


async def test_before_both_accounts_are_connected_there_are_no_reports(web: Web) -> None:
    web.tandem.store.create_connection("main")
    browser = await web.signed_in()
    await browser.get(REPORTS)

    assert "Connect both accounts first" in browser.page


def test_an_address_says_all_of_a_report() -> None:
    report = Report(
        name="Opens",
        code="opens",
        about=About.LEADS,
        subjects=("a, b", "c"),
        types=("Call", "Email"),
        groupings=(Grouping.MONTH, Grouping.OWNER),
        days=30,
    )
    fields = fields_of(report)
    speech = speech_for(asked="en", cookies={}, accepted="")

    again = read(dict(fields), [value for name, value in fields if name == "type"], speech)

    assert again.report == report
    assert not again.problems
