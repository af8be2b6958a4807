"""Signing in to the simulated Salesforce org, sessions that end, grants that are withdrawn."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from empty_salesforce import (
    BACK,
    DONE,
    empty_org,
    new_tasks,
    results_of,
    tasks_stored,
)
from joined_crms import Joined

from tandem.crm.http import Request
from tandem.crm.oauth import new_pkce, new_state
from tandem.crm.oauth_salesforce import SalesforceOAuth
from tandem.crm.tokens import Grant, StaticToken, Tokens
from tandem.errors import AccessLost, OutcomeUnknown
from tandem.model import Side

# --------------------------------------------------------------------------- OAuth


def _oauth(joined: Joined, **options: Any) -> SalesforceOAuth:
    org = joined.sandbox.salesforce
    return SalesforceOAuth(
        joined.salesforce_transport,
        clock=joined.time,
        client_id=options.get("client_id", org.client_id),
        client_secret=options.get("client_secret", org.client_secret),
        login_url="http://127.0.0.1:8802",
    )


async def _sign_in(joined: Joined, oauth: SalesforceOAuth) -> Grant:
    pair, state = new_pkce(), new_state()
    page = await joined.salesforce_transport.send(
        Request(
            method="POST",
            url=oauth.authorize_url(BACK, state, pair),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=b"decision=allow",
        )
    )
    back = parse_qs(urlsplit(page.headers["location"]).query)
    assert [state] == back["state"]
    return await oauth.exchange(back["code"][0], BACK, pair)


@pytest.mark.parametrize("rotation", [False, True])
async def test_a_person_signs_in_and_an_ended_session_is_renewed(rotation: bool) -> None:
    joined = await empty_org()
    joined.switch(refresh_token_rotation=rotation, require_pkce=True)
    oauth = _oauth(joined)
    saved: list[Grant] = []

    async def save(grant: Grant) -> None:
        saved.append(grant)

    grant = await _sign_in(joined, oauth)
    salesforce = joined.salesforce_with(Tokens(grant, oauth.refresh, joined.time, on_rotated=save))
    for _ in range(3):
        joined.in_salesforce("expire_sessions")
        await salesforce.users()

    assert joined.sandbox.salesforce.summary()["organization_id"] == grant.account_id
    assert len(saved) == 3
    assert (len({one.refresh_token for one in (grant, *saved)}) > 1) is rotation


async def test_a_write_in_the_middle_of_which_the_session_ends_lands_once() -> None:
    joined = await empty_org()
    oauth = _oauth(joined)

    async def save(grant: Grant) -> None: ...

    tokens = Tokens(await _sign_in(joined, oauth), oauth.refresh, joined.time, on_rotated=save)
    salesforce = joined.salesforce_with(tokens)
    joined.in_salesforce("expire_sessions")
    before = tasks_stored(joined)

    assert results_of(await salesforce.create_tasks(new_tasks(5))) == [DONE] * 5
    assert tasks_stored(joined) - before == 5


async def test_a_withdrawn_grant_is_access_lost() -> None:
    joined = await empty_org()
    oauth = _oauth(joined)
    grant = await _sign_in(joined, oauth)

    await oauth.revoke(grant)

    with pytest.raises(AccessLost, match="withdrawn"):
        await oauth.refresh(grant)


async def test_a_signed_assertion_signs_in() -> None:
    joined = await empty_org()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    joined.in_salesforce(
        "register_app", client_id="jwt-app", client_secret="x", certificate=public.decode()
    )
    oauth = _oauth(joined, client_id="jwt-app")

    grant = await oauth.jwt_bearer(
        pem, joined.sandbox.salesforce.username, audience="https://login.salesforce.com"
    )

    assert await joined.salesforce_with(StaticToken(grant.access_token)).users()
    with pytest.raises(AccessLost):
        await oauth.jwt_bearer(pem, "nobody@example.jp", audience="https://login.salesforce.com")


async def test_client_credentials_sign_in_as_the_app_s_own_user() -> None:
    joined = await empty_org()
    joined.in_salesforce(
        "register_app",
        client_id="cc-app",
        client_secret="hush",
        run_as=joined.sandbox.salesforce.username,
    )

    grant = await _oauth(joined, client_id="cc-app", client_secret="hush").client_credentials()

    assert await joined.salesforce_with(StaticToken(grant.access_token)).users()


async def test_a_lost_answer_while_creating_the_key_field_can_be_repeated() -> None:
    joined = Joined()
    joined.fault(Side.SALESFORCE, kind="drop_after", path="*/tooling/sobjects/CustomField")

    with pytest.raises(OutcomeUnknown):
        await joined.salesforce.create_key_field()
    await joined.salesforce.create_key_field()

    assert (await joined.salesforce.org()).has_key_field
