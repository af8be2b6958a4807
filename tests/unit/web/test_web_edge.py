"""What every answer carries, and whose word about the asker is taken."""

import re

import httpx
import pytest
from tests.support.web import HERE, Web

from tandem.errors import SettingsError
from tandem.store.web import Role
from tandem.web import WebSettings

PUBLIC = "https://tandem.example.com/sync"


async def test_every_answer_carries_the_security_headers(web: Web) -> None:
    browser = await web.signed_in()
    for path in ("/people", "/nowhere", "/static/tandem.css", "/healthz", "/sign-in"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


async def test_no_page_holds_anything_inline(connected: Web) -> None:
    browser = await connected.signed_in()
    for path in ("activities", "sync-health", "runs", "owners", "accounts", "audit"):
        await browser.get(f"{HERE}/{path}")

        assert not re.search(r"<script(?![^>]*\bsrc=)", browser.page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", browser.page)
        assert not re.search(r"""(?:src|href|action)=["']https?://(?!127\.0\.0\.1)""", browser.page)


async def test_pages_are_not_kept_and_files_are(web: Web) -> None:
    browser = await web.signed_in()
    await browser.get("/people")
    [sheet] = re.findall(r'href="(/static/tandem.css\?v=\w+)"', browser.page)

    assert (await browser.get("/people")).headers["cache-control"] == "no-store"
    assert "immutable" in (await browser.get(sheet)).headers["cache-control"]
    assert (await browser.get("/static/../app.py")).status_code == 404
    assert (await browser.get("/static/..%2fapp.py")).status_code == 404


async def test_a_name_that_is_not_ours_is_not_served(web: Web) -> None:
    answer = await web.browser().get("/sign-in", host="attacker.example:8800")

    assert answer.status_code == 421


async def test_below_a_path_every_link_stays_below_it(connected: Web) -> None:
    for passes_prefix in (True, False):
        app = Web(connected.running, WebSettings(public_url=PUBLIC)).app
        browser = await connected.signed_in(f"{passes_prefix}@example.com".lower())
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=("127.0.0.1", 1)),
            base_url="https://tandem.example.com",
            cookies=browser.client.cookies,
        )
        answer = await client.get(f"{'/sync' if passes_prefix else ''}/people?lang=ja")

        assert answer.status_code == 200
        links = re.findall(r'(?:href|src|action)="(/[^"]*)"', answer.text)
        assert links
        assert [link for link in links if not link.startswith("/sync/")] == []
        assert "Path=/sync/" in answer.headers["set-cookie"]
        assert "Secure" in answer.headers["set-cookie"]
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=lax" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers


async def test_a_trusted_proxy_names_prefix_scheme_and_asker(web: Web) -> None:
    forwarded = {
        "x-forwarded-proto": "https",
        "x-forwarded-prefix": "/office/tandem",
        "x-forwarded-host": "localhost",
    }
    answer = await web.browser().get("/sign-in?lang=en", **forwarded)

    assert '"/office/tandem/static/' in answer.text
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("prefix", ["//evil.example", "/a b", "/<x>", "/..//", "javascript:"])
async def test_a_strange_prefix_is_not_taken(web: Web, prefix: str) -> None:
    answer = await web.browser().get("/sign-in", **{"x-forwarded-prefix": prefix})

    assert 'href="/static/' in answer.text


async def test_nobody_else_may_speak_for_an_asker(web: Web) -> None:
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=web.app, client=("192.0.2.7", 1)),
        base_url="http://localhost:8800",
    )
    answer = await client.get("/sign-in", headers={"x-forwarded-prefix": "/evil"})

    assert "/evil" not in answer.text


async def test_a_viewer_may_look_at_everything_and_change_nothing(connected: Web) -> None:
    browser = await connected.signed_in(role=Role.VIEWER)
    for path in ("activities", "sync-health", "runs", "owners", "accounts", "audit"):
        assert (await browser.get(f"{HERE}/{path}")).status_code == 200
    await browser.get("/account")
    _, fields = browser.form("/account/password")
    csrf = dict(fields)["csrf"]

    for path in _changes(connected):
        answer = await browser.client.post(path, data={"csrf": csrf})
        assert answer.status_code == 403, path
        assert "Only an administrator" in answer.text


async def test_whoever_is_not_signed_in_sees_nothing(connected: Web) -> None:
    connected.member("ann@example.com")
    browser = connected.browser()
    for path in (
        "/",
        "/people",
        "/account",
        f"{HERE}/activities",
        f"{HERE}/sync-health/export.csv",
    ):
        answer = await browser.get(path)
        assert answer.headers["location"].startswith("/sign-in"), path
    for path in [*_changes(connected), "/account/password"]:
        answer = await browser.client.post(path, data={})
        assert answer.headers.get("location", "").startswith("/sign-in"), path


async def test_no_change_is_taken_without_our_own_form(connected: Web) -> None:
    browser = await connected.signed_in()
    other = await connected.signed_in("bob@example.com")
    await other.get("/account")
    foreign = dict(other.form("/account/password")[1])["csrf"]
    await browser.get("/account")
    own = dict(browser.form("/account/password")[1])["csrf"]

    for path in _changes(connected):
        for data in ({}, {"csrf": ""}, {"csrf": foreign}):
            assert (await browser.client.post(path, data=data)).status_code == 403, path
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            answer = await browser.client.post(path, data={"csrf": own}, headers=headers)
            assert answer.status_code == 403, path


async def test_a_form_larger_than_a_megabyte_is_refused(web: Web) -> None:
    answer = await web.browser().client.post("/sign-in", content=b"x" * 1_100_000)

    assert answer.status_code == 413


def test_settings_that_cannot_be_are_told() -> None:
    for wrong in ({"public_url": "tandem.example.com"}, {"trusted_proxies": ("proxy",)}):
        with pytest.raises(SettingsError):
            WebSettings(**wrong)  # type: ignore[arg-type]
    assert WebSettings(host="0.0.0.0").url == "http://localhost:8800"
    assert WebSettings(public_url=PUBLIC + "/").base_path == "/sync"


def _changes(web: Web) -> list[str]:
    """The address of every change that is an administrator's."""
    mine = ("/start/", "/sign-", "/account/")
    # Guarded in another way, each with tests of its own: by a signature, and by a token.
    programs = ("/hubspot/webhooks", "/api/v1/")
    values = {
        "{connection:int}": "1",
        "{side}": "hubspot",
        "{member:int}": "1",
        "{run:int}": "1",
        "{work:int}": "1",
        "{token:int}": "1",
    }
    found = []
    for route in web.app._app.routes:  # type: ignore[attr-defined]
        if "POST" in (route.methods or ()) and not route.path.startswith((*mine, *programs)):
            path = route.path
            for name, value in values.items():
                path = path.replace(name, value)
            found.append(path)
    assert len(found) > 10
    return found
