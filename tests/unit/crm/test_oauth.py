"""Signing in: what is asked, what is kept, and what a refusal says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from scripted_crm import Reaction, ScriptedCrm, answer

from tandem.clock import ManualClock
from tandem.crm.http import ConnectionLost
from tandem.crm.oauth import challenge_of, new_pkce, new_state
from tandem.crm.oauth_hubspot import HubSpotOAuth
from tandem.crm.oauth_salesforce import SalesforceOAuth
from tandem.crm.tokens import Grant
from tandem.errors import AccessLost, CrmError, RateLimited, SettingsError, TryLater

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BACK = "http://localhost:8765/oauth/callback"
HUBSPOT_ANSWER = {
    "token_type": "bearer",
    "access_token": "CJ-access",
    "refresh_token": "na1-refresh",
    "expires_in": 1800,
    "hub_id": 147000000,
    "user_id": 77,
    "scopes": ["oauth", "forms"],
}
SALESFORCE_ANSWER = {
    "access_token": "00D-access",
    "refresh_token": "5Aep-refresh",
    "instance_url": "https://tandem-demo.my.salesforce.com",
    "id": "https://login.salesforce.com/id/00D5g00000TandmEAB/0055g00000TandmAAB",
    "issued_at": "1767225600000",
    "scope": "api refresh_token",
}
ORG, USER = "00D5g00000Tandm", "0055g00000Tandm"


def _hubspot(crm: ScriptedCrm, **more: Any) -> HubSpotOAuth:
    return HubSpotOAuth(
        crm,
        clock=ManualClock(NOW),
        client_id="client",
        client_secret="hush",
        api_url="https://hubspot.test",
        **more,
    )


def _salesforce(
    crm: ScriptedCrm, login_url: str = "https://org.my.salesforce.test"
) -> SalesforceOAuth:
    return SalesforceOAuth(
        crm, clock=ManualClock(NOW), client_id="client", client_secret="hush", login_url=login_url
    )


def test_a_challenge_is_the_hash_of_its_verifier() -> None:
    """The example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert 43 <= len(new_pkce().verifier) <= 128
    assert new_state() != new_state()


@pytest.mark.parametrize("pkce", [True, False])
async def test_hubspot_s_way_through_the_browser(pkce: bool) -> None:
    crm = ScriptedCrm([answer(HUBSPOT_ANSWER)])
    oauth, pair = _hubspot(crm, pkce=pkce), new_pkce()

    asked = parse_qs(urlsplit(oauth.authorize_url(BACK, "state", pair)).query)
    grant = await oauth.exchange("code", BACK, pair)

    assert asked["state"] == ["state"]
    assert "crm.objects.contacts.read" in asked["scope"][0].split()
    assert "forms" in asked["optional_scope"][0].split()
    assert pkce is ("code_challenge" in asked)
    assert pkce is ("code_verifier" in crm.asked[0].form)
    assert crm.asked[0].path == "/oauth/v3/token"
    assert crm.asked[0].form["grant_type"] == ["authorization_code"]
    assert NOW + timedelta(minutes=30) == grant.expires_at
    assert ("147000000", frozenset({"oauth", "forms"})) == (grant.account_id, grant.scopes)


async def test_hubspot_refreshes_introspects_and_revokes() -> None:
    crm = ScriptedCrm(
        [
            answer(HUBSPOT_ANSWER),
            answer({"active": True, "hub_id": 1, "scopes": ["oauth"]}),
            answer(),
        ]
    )
    oauth = _hubspot(crm)

    grant = await oauth.refresh(Grant(access_token="a", refresh_token="r"))
    told = await oauth.introspect(grant.access_token)
    await oauth.revoke(grant)

    assert crm.asked[0].form["refresh_token"] == ["r"]
    assert told.active
    assert [asked.path for asked in crm.asked] == [
        "/oauth/v3/token",
        "/oauth/v3/token/introspect",
        "/oauth/v3/token/revoke",
    ]
    assert crm.asked[2].form["token"] == ["na1-refresh"]


async def test_salesforce_s_way_through_the_browser() -> None:
    crm = ScriptedCrm([answer(SALESFORCE_ANSWER)])
    oauth, pair = _salesforce(crm), new_pkce()

    asked = parse_qs(urlsplit(oauth.authorize_url(BACK, "state", pair)).query)
    grant = await oauth.exchange("code", BACK, pair)

    assert asked["code_challenge_method"] == ["S256"]
    assert [pair.challenge] == asked["code_challenge"]
    assert [pair.verifier] == crm.asked[0].form["code_verifier"]
    assert grant.instance_url == "https://tandem-demo.my.salesforce.com"
    assert ((grant.account_id or "")[:15], (grant.user_id or "")[:15]) == (ORG, USER)
    assert grant.expires_at is None


async def test_a_rotated_refresh_token_is_the_new_grant_s() -> None:
    crm = ScriptedCrm([answer(SALESFORCE_ANSWER | {"refresh_token": "rotated"})])

    grant = await _salesforce(crm).refresh(Grant(access_token="a", refresh_token="old"))

    assert grant.refresh_token == "rotated"


def _key() -> tuple[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode(), key.public_key()


async def test_an_assertion_is_signed_for_the_login_host() -> None:
    crm = ScriptedCrm([answer(SALESFORCE_ANSWER)])
    pem, public = _key()

    await _salesforce(crm).jwt_bearer(pem, "ina@example.jp")

    (assertion,) = crm.asked[0].form["assertion"]
    claims = jwt.decode(
        assertion,
        public,
        algorithms=["RS256"],
        audience="https://org.my.salesforce.test",
        options={"verify_exp": False},
    )
    assert (claims["iss"], claims["sub"]) == ("client", "ina@example.jp")
    assert int((NOW + timedelta(minutes=3)).timestamp()) == claims["exp"]


async def test_a_key_that_is_none_is_a_setting_to_mend() -> None:
    with pytest.raises(SettingsError, match="PEM"):
        await _salesforce(ScriptedCrm([])).jwt_bearer("nonsense", "ina@example.jp")


async def test_client_credentials_need_the_org_s_own_address() -> None:
    crm = ScriptedCrm([answer(SALESFORCE_ANSWER)])

    await _salesforce(crm).client_credentials()

    assert crm.asked[0].form["grant_type"] == ["client_credentials"]
    with pytest.raises(SettingsError, match=r"my\.salesforce\.com"):
        await _salesforce(ScriptedCrm([]), "https://login.salesforce.com").client_credentials()


async def test_salesforce_revokes_what_is_left() -> None:
    crm = ScriptedCrm([answer()])

    await _salesforce(crm).revoke(Grant(access_token="session"))

    assert crm.asked[0].form["token"] == ["session"]


@pytest.mark.parametrize(
    ("body", "status", "kind", "words"),
    [
        ({"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant"}, 400, AccessLost, "withdrawn"),
        ({"status": "BAD_CLIENT_SECRET"}, 400, AccessLost, "client secret"),
        ({"status": "BAD_REDIRECT_URI"}, 400, AccessLost, "redirect"),
        ({"error": "invalid_grant", "error_description": "expired"}, 400, AccessLost, "expired"),
        ({"error": "app_not_found"}, 400, AccessLost, "My Domain"),
        ({"error": "inactive_user"}, 400, AccessLost, "deactivated"),
        ({"error": "brand_new", "error_description": "Because"}, 400, AccessLost, "Because"),
        ("a page", 400, AccessLost, "no reason"),
        ({"message": "You have reached your rate limit."}, 429, RateLimited, "sign-ins"),
        ({}, 503, TryLater, "503"),
    ],
)
async def test_a_refusal_is_a_plain_sentence(
    body: Any, status: int, kind: type[CrmError], words: str
) -> None:
    crm = ScriptedCrm([answer(body, status)])

    with pytest.raises(kind, match=words) as caught:
        await _hubspot(crm).refresh(Grant(access_token="a", refresh_token="r-secret"))

    assert "r-secret" not in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("reaction", [ConnectionLost("broke"), answer("a page")])
async def test_a_silent_token_endpoint_is_tried_later(reaction: Reaction) -> None:
    with pytest.raises(TryLater):
        await _salesforce(ScriptedCrm([reaction])).refresh(Grant(access_token="a"))
