"""Signing in with a browser, by a key and by an app's own credentials; tokens that expire on the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.acceptance.browser import address_in, asked_for, decide, go
from tests.acceptance.installed import CLIENT, SECRET, Installed, busy_day, subjects, tasks
from tests.acceptance.own_sync import KILLED, killed_with_new_token
from tests.support.processes import Crms, Program

BY_HUBSPOT = ("connect", "hubspot", "--client-id", CLIENT, "--client-secret", SECRET)
BY_SALESFORCE = ("connect", "salesforce", "--client-id", CLIENT)


def signing_in(tandem: Installed, side: str) -> Program:
    command = BY_HUBSPOT if side == "hubspot" else BY_SALESFORCE
    return tandem.start(*command, "--url", tandem.crms.urls[side])


def sign_in(tandem: Installed, side: str) -> None:
    """By the browser, and a person who agrees."""
    program = signing_in(tandem, side)
    back = decide(address_in(program), "allow", str(tandem.crms.ca_file))
    assert go(back).status_code == 200
    ended = program.wait()
    assert ended.code == 0, ended.said


@pytest.fixture
def signed_in(install: Callable[..., Installed], crms: Crms) -> Installed:
    """Both accounts by their authorize pages, every kind on; within this process, since it only prepares."""
    tandem = install()
    with ThreadPoolExecutor() as person:
        tandem.sign_in(
            lambda address: person.submit(lambda: go(decide(address, "allow", str(crms.ca_file))))
        )
    tandem.switch_on()
    return tandem


def test_both_accounts_are_connected_through_the_browser_and_sync(
    install: Callable[..., Installed], crms: Crms
) -> None:
    crms.switch(require_pkce=True)
    tandem = install()
    sign_in(tandem, "hubspot")
    sign_in(tandem, "salesforce")
    tandem.switch_on()
    expected = busy_day(crms, people=1)

    tandem.run("sync")

    assert subjects(tasks(crms)) == expected


def test_the_browser_is_sent_with_a_challenge_and_a_state_of_its_own(
    install: Callable[..., Installed],
) -> None:
    asked = []
    for side in ("hubspot", "salesforce"):
        program = signing_in(install(), side)
        asked.append(asked_for(address_in(program)))
        program.interrupt()

    for each in asked:
        assert each["code_challenge_method"] == "S256"
        assert len(each["code_challenge"]) == 43
        assert each["redirect_uri"].startswith("http://localhost:")
    assert asked[0]["state"] != asked[1]["state"]


@pytest.mark.parametrize(("side", "button"), [("hubspot", "refuse"), ("salesforce", "deny")])
def test_a_refusal_in_the_browser_is_told(
    side: str, button: str, install: Callable[..., Installed], crms: Crms
) -> None:
    tandem = install()
    program = signing_in(tandem, side)
    go(decide(address_in(program), button, str(crms.ca_file)))
    ended = program.wait()

    assert ended.code == 1, ended.said
    assert "did not grant access" in ended.err
    assert "Traceback" not in ended.said
    assert tandem.run("connections", "--json").json() == []


def test_a_redirect_with_a_wrong_state_is_ignored(
    install: Callable[..., Installed], crms: Crms
) -> None:
    tandem = install()
    program = signing_in(tandem, "salesforce")
    back = decide(address_in(program), "allow", str(crms.ca_file))
    state = asked_for(back)["state"]

    assert go(back.replace(state, "another-sign-in")).status_code == 400
    assert go(back.replace("/oauth/callback", "/favicon.ico")).status_code == 404
    assert program.is_running

    assert go(back).status_code == 200
    assert program.wait().code == 0


def test_a_private_key_signs_in_without_a_browser(
    install: Callable[..., Installed], crms: Crms, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pem = tmp_path / "key.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    crms.act("salesforce", "register_app", client_id="jwt-app", certificate=public.decode())
    user = crms.ask("state", side="salesforce")["salesforce"]["integration_user"]
    tandem = install()
    tandem.connect()
    tandem.switch_on()
    expected = busy_day(crms, people=1)
    arguments = ("--url", crms.urls["salesforce"], "--client-id", "jwt-app", "--username", user)

    tandem.run("connect", "salesforce", *arguments, "--private-key", str(pem))
    crms.act("salesforce", "expire_sessions")
    tandem.run("sync")

    assert subjects(tasks(crms)) == expected


def test_client_credentials_sign_in_again_when_the_session_ends(
    tandem: Installed, crms: Crms
) -> None:
    tandem.switch_on()
    expected = busy_day(crms, people=1)
    crms.act("salesforce", "expire_sessions")

    tandem.run("sync")

    assert subjects(tasks(crms)) == expected


@pytest.mark.parametrize("rotation", [False, True], ids=["same refresh token", "rotated"])
def test_tokens_that_expire_in_the_middle_of_a_run_are_renewed(
    rotation: bool, signed_in: Installed, crms: Crms
) -> None:
    crms.switch(refresh_token_rotation=rotation, latency_ms=30)
    expected = busy_day(crms)
    crms.forget_journal()
    program = signed_in.start("sync")
    program.waits_for(
        lambda: any("/composite" in each["path"] for each in crms.journal("salesforce")),
        "the first write",
    )
    crms.advance(7_300)
    crms.switch(latency_ms=0)
    ended = program.wait()

    renewed = {each["side"] for each in crms.journal() if each["path"].endswith("/token")}
    assert ended.code == 0, ended.said
    assert renewed == {"hubspot", "salesforce"}

    crms.advance(7_300)
    signed_in.run("sync")

    assert subjects(tasks(crms)) == expected


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_a_rotated_refresh_token_is_saved_before_it_is_used(
    side: str, signed_in: Installed, crms: Crms
) -> None:
    crms.switch(refresh_token_rotation=True)
    expected = busy_day(crms, people=1)
    crms.act(side, "expire_tokens" if side == "hubspot" else "expire_sessions")

    assert signed_in.own_sync(killed_with_new_token) == KILLED
    crms.act(side, "expire_tokens" if side == "hubspot" else "expire_sessions")
    signed_in.run("sync")

    assert subjects(tasks(crms)) == expected


def test_access_that_was_withdrawn_suspends_and_signing_in_again_resumes(
    signed_in: Installed, crms: Crms
) -> None:
    expected = busy_day(crms, people=1)
    crms.act("salesforce", "revoke_refresh_tokens")
    crms.act("salesforce", "expire_sessions")

    ended = signed_in.run("sync", code=1)
    [connection] = signed_in.run("connections", "--json").json()

    assert "tandem connect" in ended.said
    assert connection["state"] == "suspended"

    sign_in(signed_in, "salesforce")
    signed_in.run("sync")

    assert subjects(tasks(crms)) == expected


def test_disconnecting_withdraws_what_was_granted_and_connecting_again_doubles_nothing(
    signed_in: Installed, crms: Crms
) -> None:
    expected = busy_day(crms, people=1)
    signed_in.run("sync")
    crms.forget_journal()

    signed_in.run("disconnect", "--yes")

    assert [each["path"] for each in crms.journal() if "revoke" in each["path"]] == [
        "/oauth/v3/token/revoke",
        "/services/oauth2/revoke",
    ]
    assert signed_in.run("connections", "--json").json()[0]["state"] == "suspended"
    signed_in.run("sync", code=1)

    sign_in(signed_in, "hubspot")
    sign_in(signed_in, "salesforce")
    later = busy_day(crms, people=1, name="Later")
    signed_in.run("sync")

    assert subjects(tasks(crms)) == expected + later
