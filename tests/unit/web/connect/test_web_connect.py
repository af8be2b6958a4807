"""Connecting both accounts from the pages, and ending it."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.support.installation import HUBSPOT_URL, SALESFORCE_URL
from tests.support.web import HERE, Browser, Web

from tandem.crm.http import Request
from tandem.model import Side
from tandem.simulation.asgi import AsgiTransport

URLS = {"hubspot": HUBSPOT_URL, "salesforce": SALESFORCE_URL}
CLIENT = {"client_id": "sandbox-client-id", "client_secret": "sandbox-client-secret"}


async def new_connection(web: Web) -> Browser:
    browser = await web.signed_in()
    await browser.get("/connected-apps/connect")
    await browser.follow(await browser.send("name"))
    return browser


async def away(browser: Browser, side: str, **changes: str) -> str:
    """The CRM's address that the page sends to."""
    await browser.get(f"{HERE}/connect/{side}")
    given = {"url": URLS[side], **CLIENT, **changes}
    answer = await browser.send("client_id", to=f"{HERE}/connect/{side}", **given)
    assert answer.status_code == 200, answer.text
    [address] = re.findall(r'<a class="button primary" href="([^"]+)"', answer.text)
    return html.unescape(address)


async def decide(web: Web, side: str, address: str, decision: str) -> str:
    """Press a button of the CRM's page; where it sends the browser then."""
    sandbox = web.running.sandbox
    transport = AsgiTransport(sandbox.hubspot_app if side == "hubspot" else sandbox.salesforce_app)
    page = await transport.send(Request(method="GET", url=address))
    assert page.status == 200, page.body
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page.body.decode()))
    selected = re.findall(r'<option value="([^"]*)"[^>]*selected', page.body.decode())
    form: dict[str, Any] = {name: html.unescape(value) for name, value in fields.items()}
    if selected:
        form["user"] = selected[0]
    form["decision"] = decision
    answer = await transport.send(
        Request(
            method="POST",
            url=address,
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )
    )
    assert answer.status == 302, answer.body
    return str(answer.headers["location"])


def path_of(address: str) -> str:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == "http://localhost:8800"
    return f"{parts.path}?{parts.query}"


async def sign_in(web: Web, browser: Browser, side: str) -> None:
    back = await decide(web, side, await away(browser, side), "allow")
    await browser.follow(await browser.get(path_of(back)))


async def test_both_accounts_are_connected_by_oauth(web: Web) -> None:
    browser = await new_connection(web)
    await sign_in(web, browser, "hubspot")
    assert "HubSpot is connected" in browser.page
    await sign_in(web, browser, "salesforce")
    assert "Salesforce is connected" in browser.page
    [connection] = web.tandem.store.connections()

    assert connection.is_complete
    credential = web.tandem.store.credential(connection.salesforce_account_id or 0)
    assert credential.kind == "oauth"
    assert credential.refresh_token
    assert (await web.tandem.sync("main")).adds_up


async def test_the_browser_is_sent_with_challenge_state_and_the_exact_redirect(web: Web) -> None:
    browser = await new_connection(web)
    asked = [parse_qs(urlsplit(await away(browser, side)).query) for side in URLS]

    for each in asked:
        assert each["code_challenge_method"] == ["S256"]
        assert each["redirect_uri"] == ["http://localhost:8800/oauth/callback"]
    assert asked[0]["state"] != asked[1]["state"]


@pytest.mark.parametrize(("side", "button"), [("hubspot", "refuse"), ("salesforce", "deny")])
async def test_a_refusal_is_told(web: Web, side: str, button: str) -> None:
    browser = await new_connection(web)
    back = await decide(web, side, await away(browser, side), button)
    await browser.follow(await browser.get(path_of(back)))

    assert "did not grant access" in browser.page
    assert not web.tandem.store.connections()[0].is_complete


async def test_a_state_is_good_once_for_ten_minutes_and_in_the_session_that_began_it(
    web: Web,
) -> None:
    browser = await new_connection(web)
    eve = await web.signed_in("eve@example.com")
    back = path_of(await decide(web, "hubspot", await away(browser, "hubspot"), "allow"))
    assert (await eve.get(back)).status_code == 400
    assert (await browser.get(back.replace("state=", "state=x"))).status_code == 400
    assert (await browser.get(back)).status_code == 303
    assert (await browser.get(back)).status_code == 400

    late = path_of(await decide(web, "hubspot", await away(browser, "hubspot"), "allow"))
    web.running.advance(601)
    answer = await browser.get(late)
    assert answer.status_code == 400
    assert "longer than ten minutes" in answer.text


async def test_a_token_is_pasted_and_never_shown_again(web: Web) -> None:
    browser = await new_connection(web)
    tokens = web.running.sandbox.tokens
    for side in ("hubspot", "salesforce"):
        await browser.get(f"{HERE}/connect/{side}")
        answer = await browser.send(
            "token", to=f"{HERE}/connect/{side}", url=URLS[side], token=tokens[side]
        )
        await browser.follow(answer)
    assert web.tandem.store.connections()[0].is_complete

    for path in ("connect/hubspot", "connect/salesforce", "accounts", "audit", "activities"):
        page = (await browser.get(f"{HERE}/{path}")).text
        assert not any(token in page for token in tokens.values()), path


async def test_a_token_that_the_crm_refuses_is_told_without_it(web: Web) -> None:
    browser = await new_connection(web)
    await browser.get(f"{HERE}/connect/hubspot")
    answer = await browser.send(
        "token", to=f"{HERE}/connect/hubspot", url=HUBSPOT_URL, token="pat-wrong-secret"
    )

    assert answer.status_code == 422
    assert "pat-wrong-secret" not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "https://intranet.example",
        "https://login.salesforce.com.evil.example",
        "file:///etc/passwd",
    ],
)
async def test_the_server_calls_no_other_address(web: Web, address: str) -> None:
    browser = await new_connection(web)
    for side in Side:
        await browser.get(f"{HERE}/connect/{side.value}")
        answer = await browser.send(
            "token", to=f"{HERE}/connect/{side.value}", url=address, token="x"
        )
        assert answer.status_code == 422
        assert "is not an address of" in answer.text
    assert web.running.calls() == []


async def test_the_check_tells_what_is_missing(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/accounts")

    assert "No kind of activity is switched on" in browser.page
    assert "writing is safe to repeat" in browser.page


async def test_disconnecting_asks_first_and_revokes(web: Web) -> None:
    browser = await new_connection(web)
    await sign_in(web, browser, "hubspot")
    await sign_in(web, browser, "salesforce")
    await browser.get(f"{HERE}/disconnect")
    assert "Disconnect main?" in browser.page
    await browser.follow(await browser.send("/disconnect"))

    assert "tokens are revoked" in browser.page
    assert sum("revoke" in call for call in web.running.calls()) == 2
    assert web.tandem.store.connections()[0].is_suspended


async def test_another_integration_user_signs_in_anew(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(f"{HERE}/connect/salesforce?user=other")
    assert "Change the integration user" in browser.page
    given = {"url": SALESFORCE_URL, **CLIENT}
    answer = await browser.send("client_id", to=f"{HERE}/connect/salesforce?user=other", **given)
    [address] = re.findall(r'<a class="button primary" href="([^"]+)"', answer.text)

    assert parse_qs(urlsplit(html.unescape(address)).query)["prompt"] == ["login"]


async def test_two_connections_do_not_have_one_name(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get("/connected-apps/connect?sandbox=1")
    assert ("name", "sandbox") in browser.form("name")[1]
    answer = await browser.send("name", name="default")

    assert answer.status_code == 422


async def test_a_connection_that_is_gone_is_no_page(connected: Web) -> None:
    browser = await connected.signed_in()

    assert (await browser.get("/connected-apps/salesforce/99/activities")).status_code == 404
    assert (await browser.get(f"{HERE}/connect/other")).status_code == 404
