"""Signing in through an identity provider that listens on a socket: right, and wrong in every way."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from providing import DOMAIN, House, at_the_provider, away, house, sign_in
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.support.web import PASSWORD, Web

from tandem.crm.http import AiohttpTransport
from tandem.store.web import Role

__all__ = ["house"]


async def test_somebody_of_the_domain_comes_in_and_goes_where_they_wanted(house: House) -> None:
    browser = house.browser(**DOMAIN)
    page = await browser.get("/sign-in?next=/people")
    [link] = re.findall(r'href="(/sign-in/oidc[^"]*)"', page.text)
    assert "Sign in with Example ID" in page.text
    answer = await sign_in(browser, link.replace("&amp;", "&"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert (await browser.get("/people")).status_code == 200
    assert house.emails()["ann@example.com"] is Role.VIEWER
    again = await sign_in(house.browser(**DOMAIN))
    assert again.status_code == 303
    assert len(house.emails()) == 2


async def test_the_browser_is_sent_with_state_nonce_challenge_and_the_exact_redirect(
    house: House,
) -> None:
    browser = house.browser()
    first, second = [parse_qs(urlsplit(await away(browser)).query) for _ in range(2)]

    assert first["redirect_uri"] == ["http://localhost:8800/sign-in/oidc/callback"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["scope"] == ["openid email profile"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def claim(**values: Any) -> Any:
    def forge(claims: dict[str, Any]) -> None:
        claims.update(values)

    return forge


FORGED = {
    "another nonce": (claim(nonce="other"), "could not be verified"),
    "no nonce": (lambda claims: claims.pop("nonce"), "could not be verified"),
    "another audience": (claim(aud="other"), "could not be verified"),
    "several audiences and no party": (claim(aud=[CLIENT_ID, "b"]), "could not be verified"),
    "another party": (claim(azp="other"), "could not be verified"),
    "another issuer": (claim(iss="https://evil.example"), "could not be verified"),
    "no subject": (lambda claims: claims.pop("sub"), "could not be verified"),
    "no end": (lambda claims: claims.pop("exp"), "could not be verified"),
    "an end that is a word": (claim(exp="soon"), "could not be verified"),
    "expired": (lambda c: c.update(exp=c["iat"] - 61, iat=c["iat"] - 361), "out of date"),
    "from the future": (lambda c: c.update(iat=c["iat"] + 120), "out of date"),
    "not yet good": (lambda c: c.update(nbf=c["iat"] + 120), "out of date"),
    "an address that is not verified": (claim(email_verified=False), "has not verified"),
    "an address that nobody speaks of": (lambda c: c.pop("email_verified"), "has not verified"),
    "no address": (lambda claims: claims.pop("email"), "told no e-mail address"),
    "an address of another domain": (claim(email="eve@evil.example"), "your e-mail domain"),
    "an address that ends alike": (claim(email="eve@notexample.com"), "your e-mail domain"),
    "an address with two signs": (claim(email="eve@evil.example@example.com"), "no e-mail address"),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_token_that_is_wrong_lets_nobody_in(name: str, house: House) -> None:
    house.provider.forge, said = FORGED[name]
    browser = house.browser(**DOMAIN)
    answer = await sign_in(browser)

    assert answer.status_code == 403
    assert said in answer.text
    assert "tandem_session" not in browser.client.cookies
    assert list(house.emails()) == ["root@example.com"]


def _none(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none")


def _by_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, CLIENT_SECRET.ljust(32), algorithm="HS256", headers={"kid": "x"})


@pytest.mark.parametrize("sign", [_none, _by_the_secret, lambda claims: "a.b.c", lambda claims: ""])
async def test_only_the_providers_own_key_signs(sign: Any, house: House) -> None:
    house.provider.sign = sign
    answer = await sign_in(house.browser(**DOMAIN))

    assert answer.status_code == 403
    assert "could not be verified" in answer.text


async def test_a_foreign_key_under_the_known_name_signs_nothing(house: House) -> None:
    ours = house.provider.key
    foreign = IdentityProvider(lambda: 0.0)
    foreign.rotate()
    house.provider.sign = lambda claims: jwt.encode(
        claims, foreign.key, algorithm="RS256", headers={"kid": "k1"}
    )
    assert ours is not foreign.key

    assert (await sign_in(house.browser(**DOMAIN))).status_code == 403


async def test_keys_rotate_and_an_unknown_one_is_asked_for_once_in_a_while(house: House) -> None:
    browser = house.browser(**DOMAIN)
    assert (await sign_in(browser)).status_code == 303
    house.provider.rotate()
    browser.client.cookies.delete("tandem_session")
    assert (await sign_in(browser)).status_code == 403, "the keys were read a moment ago"
    house.web.running.advance(31)

    assert (await sign_in(browser)).status_code == 303
    assert house.provider.asked.count("keys") == 2


async def test_an_address_may_come_from_userinfo_about_the_same_subject_only(house: House) -> None:
    house.provider.person = {"sub": "7"}
    house.provider.userinfo = {"sub": "7", "email": "Ann@Example.com", "email_verified": True}
    assert (await sign_in(house.browser(**DOMAIN))).status_code == 303
    assert "ann@example.com" in house.emails()

    house.provider.userinfo = {"sub": "8", "email": "bob@example.com", "email_verified": True}
    assert (await sign_in(house.browser(**DOMAIN))).status_code == 403


async def test_a_state_is_good_once_for_ten_minutes_and_in_its_browser(house: House) -> None:
    browser, other = house.browser(**DOMAIN), house.browser(**DOMAIN)
    back = await at_the_provider(await away(browser))
    await away(other)
    assert (await other.get(back)).status_code == 400
    assert (await browser.get(back.replace("state=", "state=x"))).status_code == 400
    assert (await browser.get(back)).status_code == 303
    assert (await browser.get(back)).status_code == 400

    late = house.browser(**DOMAIN)
    back = await at_the_provider(await away(late))
    house.web.running.advance(601)
    assert "longer than ten minutes" in (await late.get(back)).text


async def test_a_refusal_and_an_answer_of_another_provider_are_told(house: House) -> None:
    house.provider.denies = "access_denied"
    assert "did not sign you in" in (await sign_in(house.browser())).text
    house.provider.denies = ""
    browser = house.browser(**DOMAIN)
    back = await at_the_provider(await away(browser))
    mixed = re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fevil.example", back)

    assert "could not be verified" in (await browser.get(mixed)).text


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"issuer": "https://evil.example"}, "describes itself otherwise"),
        ({"token_endpoint": "http://evil.example/token"}, "describes itself otherwise"),
        ({"jwks_uri": "file:///etc/passwd"}, "describes itself otherwise"),
    ],
)
async def test_a_description_that_is_not_its_own_is_not_followed(
    described: dict[str, Any], said: str, house: House
) -> None:
    house.provider.described = described
    answer = await house.browser().get("/sign-in/oidc")

    assert answer.status_code == 403
    assert said in answer.text


async def test_a_provider_that_is_away_is_told_in_japanese(house: House) -> None:
    await house.provider._runner.cleanup()
    answer = await house.browser(language="ja").get("/sign-in/oidc")

    assert "応答しません" in answer.text


async def test_a_wrong_secret_is_told_without_it(house: House) -> None:
    browser = house.browser(**DOMAIN)
    back = await at_the_provider(await away(browser))
    house.provider._knows = lambda request, form: False  # type: ignore[method-assign]
    answer = await browser.get(back)

    assert "refused Tandem" in answer.text
    assert CLIENT_SECRET not in answer.text


async def test_without_domains_only_members_and_the_invited_come_in(house: House) -> None:
    assert "Nobody has let you in" in (await sign_in(house.browser())).text
    house.provider.person["email"] = "root@example.com"
    assert (await sign_in(house.browser())).status_code == 303
    house.provider.person["sub"] = "8"
    assert "belongs to somebody else" in (await sign_in(house.browser())).text


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["tandem-admins", "x"], Role.ADMIN),
        ("tandem-viewers", Role.VIEWER),
        (["x"], None),
        (7, None),
    ],
)
async def test_groups_say_who_comes_in_as_what(
    groups: Any, role: Role | None, house: House
) -> None:
    house.provider.person["realm_access"] = {"roles": groups}
    given = {"admins": ("tandem-admins",), "viewers": ("tandem-viewers",), "default_role": "none"}
    answer = await sign_in(house.browser(role_claim="realm_access.roles", **given))

    assert answer.status_code == (403 if role is None else 303)
    assert house.emails().get("ann@example.com") is role


async def test_without_passwords_only_the_button_is_left(house: House) -> None:
    browser = house.browser(passwords=False, **DOMAIN)
    page = (await browser.get("/sign-in")).text
    assert 'name="password"' not in page
    before = house.browser()
    await before.get("/sign-in")
    csrf = dict(before.form("password")[1])["csrf"]
    browser.client.cookies.update(before.client.cookies)
    given = {"email": "root@example.com", "password": PASSWORD, "csrf": csrf, "next": "/"}
    answer = await browser.client.post("/sign-in", data=given)

    assert answer.status_code == 403
    assert "Nobody signs in with a password" in answer.text
    assert (await sign_in(browser)).status_code == 303
    assert 'name="current"' not in (await browser.get("/account")).text


async def test_signing_out_leads_to_the_provider_where_that_is_wanted(house: House) -> None:
    for wanted in (True, False):
        browser = house.browser(sign_out=wanted, **DOMAIN)
        await sign_in(browser)
        await browser.get("/people")
        answer = await browser.send("/sign-out")

        assert answer.status_code == (200 if wanted else 303)
        assert ("/end?client_id=tandem" in answer.text) is wanted
        assert (await browser.get("/people")).status_code == 303


async def test_before_the_first_administrator_nobody_comes_in_this_way(web: Web) -> None:
    async with IdentityProvider(lambda: 0.0) as provider, AiohttpTransport() as outside:
        answer = await House(web, provider, outside).browser(**DOMAIN).get("/sign-in/oidc")

    assert answer.status_code == 403
    assert "not set up yet" in answer.text


async def test_without_a_provider_there_is_no_such_page(web: Web) -> None:
    web.member("root@example.com")
    browser = web.browser()

    assert "/sign-in/oidc" not in (await browser.get("/sign-in")).text
    assert (await browser.get("/sign-in/oidc")).status_code == 404
    assert (await browser.get("/sign-in/oidc/callback")).status_code == 404
