"""
Hostile texts through every page: shown, asked for in addresses and headers, and sent by forms.

The numbers of docs/security.md come from here: each test says how many it tried.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote, urlsplit

import httpx
from starlette.routing import Route
from tests.support.hostile import HOSTILE, MARK, broken_out, links
from tests.support.web import HERE, Browser, Web, _Forms

from tandem.model import Kind
from tandem.store.alerts import AlertStore, NewLetter
from tandem.store.web import Members, Purpose, Role

SHOWN = [each for each in HOSTILE if len(each) < 200]
_LEFT_OUT = (
    "/static/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/",
    "/oauth/callback",
    "/start/",
    "/webhooks",
)
_ENDS = ("/disconnect", "/sign-out", "/remove", "/sign-out-elsewhere", "/role")


async def in_use(web: Web, texts: Sequence[str] = tuple(SHOWN[:5])) -> Browser:
    """Hostile words wherever somebody outside can put some, and a run that has read them."""
    running = web.running
    hubspot, salesforce = running.hubspot, running.salesforce
    await running.switch_on(
        [Kind.CALL, Kind.NOTE, Kind.TASK, Kind.SALES_EMAIL, Kind.MEETING],
        first="[salesforce_tasks]\nenabled = true\n",
    )
    for number, text in enumerate(texts):
        email = f"p{number}@example.com"
        plain = text.encode("utf-8", "replace").decode().replace("\x00", "")
        name = plain[:40] or "x"
        salesforce.act(
            "create_record", {"object": "Contact", "fields": {"LastName": name, "Email": email}}
        )
        properties = {"email": email, "lastname": plain[:100]}
        who = hubspot.act("create", {"object": "contacts", "properties": properties})["id"]
        hubspot.act("log_call", {"title": plain, "body": plain, "contacts": [who]})
        hubspot.act("write_note", {"body": plain, "contacts": [who]})
        hubspot.act("create_task", {"subject": plain, "body": plain, "contacts": [who]})
        salesforce.act("create_task", {"fields": {"Subject": plain[:255], "Description": plain}})
        hubspot.act("create_owner", {"email": f"o{number}@example.com", "last_name": plain[:60]})
        web.members.count_failure([f"person {plain}"], timedelta(days=1))
        web.tandem.store.note(0, plain, "invited", plain)
        web.tandem.store.note(1, plain, "settings", plain)
    rule = {"field": "TaskSubtype", "operator": "equals", "value": "Call"}
    salesforce.act("add_validation_rule", {"name": "No", "condition": rule, "message": HOSTILE[1]})
    running.advance(90)
    await running.sync()
    browser = await web.signed_in()
    for number, text in enumerate(texts):
        token = web.members.make_link(
            Purpose.INVITE, f"m{number}@example.com", Role.VIEWER, timedelta(days=1)
        )
        web.members.use_link(token, email="", name=text, password="-")
    web.members.begin_session(web.members.members()[0].id, HOSTILE[0], timedelta(days=1))
    facts = {"connection": HOSTILE[1], "connection_id": 1, "message": HOSTILE[0]}
    letter = NewLetter(channel="webhook", event="began", cause="suspended", facts=facts)
    AlertStore.of(web.tandem.store).add([letter])
    web.tandem.store.suspend(1, "access_lost", HOSTILE[1])
    return browser


def evil(answer: httpx.Response) -> list[str]:
    """What broke out of a page; a file is given away as one, with no cell that is a formula."""
    if "text/html" in answer.headers.get("content-type", ""):
        return broken_out(answer.text)
    if "text/csv" in answer.headers.get("content-type", ""):
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
        return [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")]
    return []


async def walked(browser: Browser, most: int = 1) -> dict[str, httpx.Response]:
    """Every page that links lead to from the first one, by its path; of many alike, some."""
    open_ = ["/connected-apps", HERE, f"{HERE}/connect/hubspot"]
    open_ += [f"{HERE}/activities/last-days", f"{HERE}/activities/preview/call"]
    seen: dict[str, httpx.Response] = {}
    alike = Counter[str]()
    while open_:
        path = open_.pop(0)
        kind = re.sub(r"\d+", "#", urlsplit(path).path)
        if path in seen or alike[kind] >= most or kind.startswith(_LEFT_OUT):
            continue
        alike[kind] += 1
        answer = await browser.get(path)
        seen[path] = answer
        if "text/html" in answer.headers.get("content-type", ""):
            here = urlsplit(path).path
            for link in links(answer.text):
                parts = urlsplit(link)
                if not parts.netloc and not parts.scheme:
                    target = parts.path or here
                    open_.append(f"{target}?{parts.query}" if parts.query else target)
    return seen


def routes(web: Web) -> set[str]:
    """Every page that is only looked at, as a pattern."""
    found = set()
    for each in web.app._app.routes:
        if isinstance(each, Route) and "GET" in (each.methods or ()):
            path = re.sub(r"\{connection:int\}", "1", each.path)
            found.add(re.sub(r"\{\w+(:\w+)?\}", "[^/?]+", path))
    return {each for each in found if not each.startswith(_LEFT_OUT)}


async def test_no_page_that_shows_hostile_words_is_broken_by_them(connected: Web) -> None:
    browser = await in_use(connected, SHOWN)
    pages = await walked(browser, 3)
    browser.client.headers["accept-language"] = "ja"
    pages |= {f"{path} ": page for path, page in (await walked(browser)).items()}

    assert {path: found for path, page in pages.items() if (found := evil(page))} == {}
    assert {path: page.status_code for path, page in pages.items() if page.status_code >= 500} == {}
    shown = sum(MARK in page.text for page in pages.values())
    assert shown >= 10, "the words are on the pages at all"
    visited = {urlsplit(path).path.strip() for path in pages}
    missed = {each for each in routes(connected) if not any(re.fullmatch(each, v) for v in visited)}
    assert missed <= _NOT_LINKED, missed


_PARTS = 3
_IN_ORDER = (200, 303, 400, 403, 404, 405, 409, 413, 422, 502)
_NOT_LINKED = {
    "/",
    "/sign-in",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/connected-apps/salesforce/1/import/file/[^/?]+",
    *(
        f"/connected-apps/salesforce/1/long-work/[^/?]+{end}"
        for end in ("", "/progress", "/wrong.csv")
    ),
}
"""Where nothing leads a person who is signed in and has no long work under way."""


async def test_hostile_words_in_addresses_and_headers_are_answered_in_good_order(
    connected: Web,
) -> None:
    browser = await in_use(connected)
    pages = await walked(browser)
    names = {name for path in pages for name in re.findall(r"[?&]([\w.]+)=", path)}
    names |= {"q", "after", "state", "reason", "run", "lang", "next", "who", "action", "connection"}
    tried = 0
    paths = sorted({urlsplit(path).path for path in pages})
    for number, path in enumerate(paths):
        for place, name in enumerate(sorted(names)[number % 4 :: 4]):
            text = HOSTILE[(number * 7 + place * 3) % len(HOSTILE)]
            address = f"{path}?{name}={quote(text.encode('utf-8', 'surrogatepass'), safe='')}"
            await good(browser, address)
            tried += 1
    for text in HOSTILE:
        given = quote(text.encode("utf-8", "surrogatepass"), safe="")[:1_500]
        for path in (f"/{given}", f"{HERE}/runs/{given}", f"/start/{given}"):
            await good(browser, path)
            tried += 1
        raw = text.encode("utf-8", "replace").replace(b"\r\n", b" ").replace(b"\x00", b"")[:1_500]
        for header in (
            *("accept-language", "user-agent", "referer", "x-forwarded-for", "origin", "cookie"),
            *("x-forwarded-proto", "x-forwarded-prefix", "hx-request", "x-csrf-token"),
        ):
            sent = (
                b"tandem_zone=" + raw + b"; tandem_language=" + raw if header == "cookie" else raw
            )
            answer = await browser.client.get("/account", headers=[(header.encode(), sent)])
            assert answer.status_code < 500
            assert evil(answer) == []
            assert "tandem_evil" not in answer.headers.get("set-cookie", "")
            tried += 1

    assert tried >= 500


async def good(browser: Browser, address: str) -> None:
    answer = await browser.client.get(address)
    assert answer.status_code < 500, (address, answer.status_code)
    assert evil(answer) == [], address
    location = answer.headers.get("location", "")
    assert urlsplit(location).netloc in ("", "localhost:8800"), (address, location)
    assert MARK not in answer.headers.get("set-cookie", "")


async def test_hostile_words_in_every_field_of_every_form_are_taken_or_told(
    connected: Web,
) -> None:
    browser = await in_use(connected)
    pages = await walked(browser)
    tried, forms = 0, {}
    for path, page in pages.items():
        for action, fields in _Forms(page.text).forms:
            where = action or urlsplit(path).path
            if not where.endswith(_ENDS):
                forms.setdefault(re.sub(r"\d+", "#", where), (where, fields))
    for number, (where, fields) in enumerate(forms.values()):
        names = sorted({name for name, _ in fields} - {"csrf"})
        for part in range(min(_PARTS, len(names))):
            # Some fields at a time: one that is refused must not hide the others.
            bad = {
                name: HOSTILE[(number * 5 + place * 3 + part) % len(HOSTILE)]
                for place, name in enumerate(names)
                if place % _PARTS == part
            }
            data: dict[str, list[str]] = {}
            for name, value in fields:
                given = bad.get(name, value).encode("utf-8", "replace").decode()
                data.setdefault(name, []).append(given)
            answer = await browser.client.post(where, data=data)
            assert answer.status_code in _IN_ORDER, (where, bad, answer.status_code)
            assert evil(answer) == [], (where, bad)
            assert urlsplit(answer.headers.get("location", "")).netloc in ("", "localhost:8800")
            tried += len(bad)
    after = await walked(browser)

    assert {path: found for path, page in after.items() if (found := evil(page))} == {}
    assert Members.of(connected.tandem.store).has_members()
    assert tried >= 100
