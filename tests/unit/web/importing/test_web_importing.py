"""The import page: looked at first, done behind the page, stopped, resumed; files with their columns and wrong rows."""

from __future__ import annotations

import html
import re

import pytest
from tests.scenarios.story import Story
from tests.scenarios.test_conflicts import an_ended_pair
from tests.support.web import HERE, Browser, Web

from tandem.model import Kind, Side
from tandem.store.web import Role
from tandem.store.work import WorkState

IMPORT = f"{HERE}/import"


def told(browser: Browser) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", browser.page)).split())


async def carried_out(web: Web, browser: Browser, path: str) -> None:
    """The page of the work once it is done."""
    await web.tandem.works.work_off()
    await browser.get(path)


async def a_file(browser: Browser, content: bytes, name: str = "tasks.csv") -> str:
    """Upload *content*; where that leads."""
    await browser.get(f"{IMPORT}?what=file")
    csrf = dict(browser.form("/import/file")[1])["csrf"]
    answer = await browser.client.post(
        f"{IMPORT}/file", data={"csrf": csrf}, files={"file": (name, content)}
    )
    browser.page = answer.text
    return str(answer.headers.get("location", ""))


@pytest.mark.parametrize(
    ("language", "would", "did", "why"),
    [
        ("en", "2 records would be created in HubSpot", "2 records were created", "skipped"),
        ("ja", "HubSpotに2件を作成します", "HubSpotに2件を作成しました", "対象外"),
    ],
)
async def test_tasks_are_looked_at_and_then_imported(
    connected: Web, language: str, would: str, did: str, why: str
) -> None:
    story = Story(connected.running)
    _, person = story.person()
    story.new_task(person, "First <b>")
    story.new_task(person, "Second")
    story.new_task(subject="Nobody's")
    browser = await connected.signed_in(language=language)
    await browser.get(IMPORT)
    answer = await browser.send("created_since", created_since="2026-01-01")
    await browser.follow(answer)
    path = answer.headers["location"]
    assert 'hx-trigger="load delay:2s"' in browser.page
    await carried_out(connected, browser, path)
    assert would in told(browser)
    assert why in told(browser)
    assert "First &lt;b&gt;" in browser.page
    assert "hx-get" not in browser.page
    assert await story.hubspot_tasks() == []

    await browser.follow(await browser.send("/begin"))
    await carried_out(connected, browser, path)

    assert did in told(browser)
    assert len(await story.hubspot_tasks()) == 2
    await browser.get(IMPORT)
    assert path in browser.page


async def test_activities_are_imported_by_kind_and_period(connected: Web) -> None:
    story = Story(connected.running)
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Long ago")
    connected.running.advance(60)
    browser = await connected.signed_in()
    await browser.get(f"{IMPORT}?what=activities")
    answer = await browser.send("since", since="2026-11-01", kind="call")
    path = answer.headers["location"]
    await carried_out(connected, browser, path)
    assert "1 record would be created in Salesforce" in told(browser)
    assert "about so many API calls" in told(browser)
    await browser.send("/begin")
    await carried_out(connected, browser, path)

    assert (await story.task())["Subject"] == "Long ago"


@pytest.mark.parametrize(
    ("what", "given", "said"),
    [
        ("activities", {"since": "2026-01-01"}, "at least one kind"),
        ("activities", {"kind": "call"}, "at least one kind"),
        ("activities", {"kind": "call", "since": "x"}, "“x” is no day"),
        (
            "activities",
            {"kind": "call", "since": "2026-02-01", "until": "2026-01-01"},
            "ends before it begins",
        ),
        (
            "tasks",
            {"created_since": "2026-02-01", "created_until": "2026-01-01"},
            "ends before it begins",
        ),
    ],
)
async def test_what_cannot_be_meant_is_said_and_kept_in_the_form(
    connected: Web, what: str, given: dict[str, str], said: str
) -> None:
    browser = await connected.signed_in()
    await browser.get(f"{IMPORT}?what={what}")
    answer = await browser.send(f"/import/{what}", **given)

    assert answer.status_code == 400
    assert said in told(browser)
    if given.get("since") == "2026-02-01":
        assert 'value="2026-02-01"' in browser.page


async def test_before_both_accounts_are_connected_nothing_is_imported(web: Web) -> None:
    web.tandem.store.create_connection("main")
    browser = await web.signed_in()
    await browser.get(IMPORT)
    answer = await browser.send("/import/tasks")

    assert answer.status_code == 400
    assert "Connect both accounts first" in told(browser)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
async def test_a_file_is_uploaded_its_columns_checked_and_its_good_rows_imported(
    connected: Web, encoding: str
) -> None:
    story = Story(connected.running)
    story.person("kim@example.com")
    text = (
        "件名,担当の方,Email,期日\n"
        "電話する,x,kim@example.com,2026-01-05\n"
        "誰のもの,x,,2026-01-05\n"
        "日付なし,x,kim@example.com,いつか\n"
    )
    browser = await connected.signed_in()
    path = await a_file(browser, text.encode(encoding))
    await browser.get(path)
    assert ("CP932" if encoding == "cp932" else "UTF-8") in told(browser)
    assert "電話する" in told(browser)
    chosen = dict(browser.form("c0")[1])
    assert [chosen[f"c{n}"] for n in range(4)] == ["Subject", "", "Email", "ActivityDate"]

    answer = await browser.send("c0", to=path)
    work = answer.headers["location"]
    await carried_out(connected, browser, work)
    assert "2 rows cannot be imported" in told(browser)
    assert "1 record would be created" in told(browser)
    wrong = await browser.client.get(f"{work}/wrong.csv")
    lines = wrong.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Line", "3", "4"]
    assert "attachment" in wrong.headers["content-disposition"]

    await browser.get(work)
    await browser.send("/begin")
    await carried_out(connected, browser, work)
    assert (await story.hubspot_task())["hs_task_subject"] == "電話する"
    assert (await browser.client.get(path)).status_code == 404


async def test_columns_that_do_not_do_are_said_and_can_be_mended(connected: Web) -> None:
    Story(connected.running).person("kim@example.com")
    browser = await connected.signed_in()
    path = await a_file(browser, b"Subject,Who is it\nCall,kim@example.com\n")
    await browser.get(path)
    answer = await browser.send("c0", to=path)
    assert answer.status_code == 400
    assert 'role="alert"' in browser.page
    answer = await browser.send("c0", to=path, c1="Email")
    work = answer.headers["location"]
    await carried_out(connected, browser, work)
    assert "1 record would be created" in told(browser)

    await browser.get(path)
    answer = await browser.send("c0", to=path, c1="Email", c0="", dates="mdy")
    assert answer.status_code == 303


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"nothing known\n1\n"])
async def test_what_is_no_such_file_is_refused_with_a_sentence(
    connected: Web, content: bytes
) -> None:
    browser = await connected.signed_in()
    path = await a_file(browser, content)
    if path:
        await browser.get(path)
        answer = await browser.send("c0", to=path)
        assert answer.status_code == 400

    assert 'role="alert"' in browser.page


async def test_a_file_beyond_the_bound_is_refused_unread(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(f"{IMPORT}?what=file")
    csrf = dict(browser.form("/import/file")[1])["csrf"]
    answer = await browser.client.post(
        f"{IMPORT}/file",
        data={"csrf": csrf},
        files={"file": ("a.csv", bytes((20 << 20) + 100_000))},
    )

    assert answer.status_code == 413
    assert connected.tandem.works.kept.works(1, 5) == []


async def test_work_is_stopped_gone_on_with_and_removed(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(IMPORT)
    answer = await browser.send("created_since")
    path = answer.headers["location"]
    await browser.get(path)
    await browser.follow(await browser.send("/stop"))
    assert "Stopped by a person" in told(browser)
    await browser.follow(await browser.send("/resume"))
    await carried_out(connected, browser, path)
    assert "nothing to import" in told(browser)
    await browser.follow(await browser.send("/remove"))
    assert "Removed" in told(browser)

    answer = await browser.get(path)
    assert answer.status_code == 404


async def test_a_button_of_a_page_that_is_out_of_date_is_told_so(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(IMPORT)
    answer = await browser.send("created_since")
    path = answer.headers["location"]
    await browser.get(path)
    await connected.tandem.works.work_off()
    await browser.follow(await browser.send("/stop"))

    assert "no longer possible" in told(browser)


async def test_progress_is_a_part_of_the_page_that_asks_for_itself_while_something_happens(
    connected: Web,
) -> None:
    browser = await connected.signed_in()
    await browser.get(IMPORT)
    answer = await browser.send("created_since")
    path = answer.headers["location"]
    await browser.get(f"{path}/progress")
    assert browser.page.lstrip().startswith('<div id="work" hx-get')
    assert "<noscript>" in browser.page
    await connected.tandem.works.work_off()
    await browser.get(f"{path}/progress")

    assert "hx-get" not in browser.page
    assert "<html" not in browser.page


async def test_who_may_only_look_sees_the_work_without_buttons(connected: Web) -> None:
    admin = await connected.signed_in()
    await admin.get(IMPORT)
    answer = await admin.send("created_since")
    path = answer.headers["location"]
    viewer = await connected.signed_in("vic@example.com", Role.VIEWER)
    await viewer.get(IMPORT)
    assert "created_since" not in viewer.page
    await viewer.get(path)
    assert "/stop" not in viewer.page
    csrf = dict(viewer.form("/sign-out")[1])["csrf"]
    refused = await viewer.client.post(f"{path}/stop", data={"csrf": csrf})

    assert refused.status_code == 403


async def test_a_run_is_undone_after_a_look(connected: Web) -> None:
    story = Story(connected.running)
    await story.switch_on(Kind.CALL)
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Undo me")
    run = await story.sync()
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/runs/{run.run_id}/undo")
    answer = await browser.send("/undo")
    path = answer.headers["location"]
    await carried_out(connected, browser, path)
    assert "would delete 1" in told(browser)
    await browser.send("/begin")
    await carried_out(connected, browser, path)
    assert "deleted 1" in told(browser)
    assert await story.tasks() == []
    await browser.follow(await browser.send("/release"))
    assert connected.tandem.store.audit(1, 1)[0].action == "released"

    await browser.get(f"{HERE}/runs/{run.run_id}/undo")
    assert path in browser.page
    assert (await browser.get(f"{HERE}/runs/99/undo")).status_code == 404


async def test_a_record_is_made_again_behind_the_page(connected: Web) -> None:
    story = Story(connected.running)
    await an_ended_pair(story, Side.HUBSPOT)
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/conflicts")
    answer = await browser.send("/recreate")
    path = answer.headers["location"]
    await carried_out(connected, browser, path)

    [work] = connected.tandem.works.kept.works(1, 5)
    assert work.state is WorkState.DONE
    assert "HubSpot" in told(browser)
    assert len(await story.hubspot_tasks()) == 1


async def test_no_work_of_another_connection_is_shown(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(IMPORT)
    answer = await browser.send("created_since")
    connected.tandem.store.create_connection("other")
    path = answer.headers["location"].replace("/salesforce/1/", "/salesforce/2/")

    assert (await browser.get(path)).status_code == 404
