"""The identity provider ends sessions by a logout token: right, and wrong in every way."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest
from providing import DOMAIN, House, house, sign_in
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET
from tests.support.web import Browser, Web

from tandem.web.oidc.logout import PATH

__all__ = ["house"]

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def claims_of(house: House, **changes: Any) -> dict[str, Any]:
    now = int(house.web.running.clock.now().timestamp())
    claims = {
        "iss": house.provider.issuer,
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": "one",
        "sub": "7",
        "events": {EVENT: {}},
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


async def ends(browser: Browser, token: str) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=browser.client._transport, base_url="http://localhost:8800"
    ) as provider:
        return await provider.post(PATH, data={"logout_token": token})


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/people")).status_code == 200


async def signed_in(house: House, *, sid: str | None = None) -> Browser:
    if sid is not None:
        house.provider.person["sid"] = sid
    browser = house.browser(**DOMAIN)
    assert (await sign_in(browser)).status_code == 303
    assert await is_in(browser)
    return browser


async def test_a_logout_of_the_subject_ends_all_that_the_provider_vouched_for(house: House) -> None:
    one, other = await signed_in(house, sid="s1"), await signed_in(house, sid="s2")
    by_password = await house.web.signed_in("carl@example.com")
    answer = await ends(one, house.provider.signed(claims_of(house)))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [await is_in(each) for each in (one, other, by_password)] == [False, False, True]
    noted = [(each.who, each.action) for each in house.web.tandem.store.audit(0)]
    assert noted.count(("ann@example.com", "signed_out_by_provider")) == 1


@pytest.mark.parametrize("sub", ["7", None])
async def test_a_logout_of_one_session_leaves_the_persons_others(
    sub: str | None, house: House
) -> None:
    one, other = await signed_in(house, sid="s1"), await signed_in(house, sid="s2")
    answer = await ends(one, house.provider.signed(claims_of(house, sub=sub, sid="s1")))

    assert answer.status_code == 200
    assert [await is_in(each) for each in (one, other)] == [False, True]


async def test_a_logout_of_somebody_who_is_not_signed_in_is_done_too(house: House) -> None:
    browser = await signed_in(house)
    answer = await ends(browser, house.provider.signed(claims_of(house, sub="8")))

    assert answer.status_code == 200
    assert await is_in(browser)


FORGED: dict[str, dict[str, Any]] = {
    "a nonce": {"nonce": "x"},
    "another audience": {"aud": "other"},
    "another issuer": {"iss": "https://evil.example"},
    "no audience": {"aud": None},
    "no time": {"iat": None},
    "no id": {"jti": None},
    "an id that is a number": {"jti": 7},
    "neither subject nor session": {"sub": None},
    "an empty session": {"sid": ""},
    "no events": {"events": None},
    "other events": {"events": {"https://example.com/event": {}}},
    "an event that is no object": {"events": {EVENT: True}},
    "events as a list": {"events": [EVENT]},
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_logout_token_that_is_wrong_ends_nothing(name: str, house: House) -> None:
    browser = await signed_in(house)
    answer = await ends(browser, house.provider.signed(claims_of(house, **FORGED[name])))

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert await is_in(browser)


@pytest.mark.parametrize(
    "shift", [{"iat": -601}, {"iat": 120}, {"exp": -200}, {"iat": -601, "exp": None}]
)
async def test_a_logout_token_that_is_old_or_early_ends_nothing(
    shift: dict[str, Any], house: House
) -> None:
    browser = await signed_in(house)
    now = int(house.web.running.clock.now().timestamp())
    moved = {name: None if by is None else now + by for name, by in shift.items()}
    answer = await ends(browser, house.provider.signed(claims_of(house, **moved)))

    assert answer.status_code == 400
    assert await is_in(browser)


async def test_a_draft_of_the_specification_wrote_no_end(house: House) -> None:
    browser = await signed_in(house)

    assert (await ends(browser, house.provider.signed(claims_of(house, exp=None)))).is_success
    assert not await is_in(browser)


async def test_a_logout_token_is_good_once(house: House) -> None:
    browser = await signed_in(house)
    token = house.provider.signed(claims_of(house))
    assert (await ends(browser, token)).status_code == 200
    back = await signed_in(house)

    assert (await ends(browser, token)).status_code == 400
    assert await is_in(back)


def _by_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, CLIENT_SECRET.ljust(32), algorithm="HS256", headers={"kid": "x"})


def _none(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none")


@pytest.mark.parametrize("sign", [_none, _by_the_secret, lambda claims: "a.b.c", lambda claims: ""])
async def test_only_the_providers_own_key_signs_out(sign: Any, house: House) -> None:
    browser = await signed_in(house)

    assert (await ends(browser, sign(claims_of(house)))).status_code == 400
    assert await is_in(browser)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("logout+jwt", 200), ("application/logout+jwt", 200), ("JWT", 200), ("at+jwt", 400)],
)
async def test_a_token_of_another_type_is_not_taken_for_it(
    kind: str, status: int, house: House
) -> None:
    browser = await signed_in(house)
    headers = {"kid": house.provider.kid, "typ": kind}
    token = jwt.encode(claims_of(house), house.provider.key, algorithm="RS256", headers=headers)

    assert (await ends(browser, token)).status_code == status


async def test_a_logout_token_signs_nobody_in(house: House) -> None:
    house.provider.sign = lambda claims: house.provider.signed(
        claims_of(house, email="ann@example.com", email_verified=True)
    )

    assert (await sign_in(house.browser(**DOMAIN))).status_code == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"logout_token=", b"logout_token=a&logout_token=b", b"\xff", b"x=" + b"a" * 70_000],
)
async def test_a_request_that_is_no_logout_is_refused(body: bytes, house: House) -> None:
    answer = await house.browser().client.post(PATH, content=body)

    assert answer.status_code == 400


async def test_without_a_provider_nobody_signs_others_out(web: Web) -> None:
    assert (await web.browser().client.post(PATH, data={"logout_token": "x"})).status_code == 404
