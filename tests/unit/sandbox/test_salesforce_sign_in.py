"""Signing in: authorize page, the flows of the token endpoint, identity, SOAP login ([oauth-web])."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from salesforce_org import Answer, Org

from tandem.sandbox.salesforce.auth import challenge_of

TOKEN = "/services/oauth2/token"
CALLBACK = "http://localhost:9999/callback"
VERIFIER = "v" * 64


async def _token(org: Org, **form: str) -> Answer:
    given = {"client_id": org.state.client_id, "client_secret": org.state.client_secret, **form}
    return await org.ask("POST", TOKEN, form=given)


async def _authorize(org: Org, decision: str = "allow", **more: str) -> dict[str, str]:
    """What the browser brings back to the app."""
    org.token = None
    query = {
        "response_type": "code",
        "client_id": org.state.client_id,
        "redirect_uri": CALLBACK,
        "state": "s1",
        **more,
    }
    page = await org.ask("GET", "/services/oauth2/authorize", **query)
    if page.status == 200:
        assert "Allow access?" in page.text
        page = await org.ask(
            "POST", "/services/oauth2/authorize", form={**query, "decision": decision}
        )
    assert page.status == 302, page.text
    assert page.headers["location"].startswith(CALLBACK + "?")
    found = parse_qs(urlsplit(page.headers["location"]).query)
    return {name: values[0] for name, values in found.items()}


async def test_the_web_flow_with_pkce() -> None:
    org = Org()
    back = await _authorize(
        org, code_challenge=challenge_of(VERIFIER), code_challenge_method="S256"
    )
    assert back["state"] == "s1"
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": CALLBACK}
    reply = (await _token(org, **form, code_verifier=VERIFIER)).json
    assert reply["token_type"] == "Bearer"
    assert reply["instance_url"] == "http://localhost:8802"
    assert reply["id"] == f"http://localhost:8802/id/{org.state.org_id}/{org.state.integration_id}"
    assert reply["issued_at"].isdigit()
    assert "expires_in" not in reply
    assert reply["refresh_token"]
    org.token = reply["access_token"]
    assert (await org.ask("GET", "limits")).status == 200
    again = await _token(org, **form, code_verifier=VERIFIER)
    assert (again.status, again.json["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, "invalid_grant"),
        ({"code_verifier": "wrong"}, "invalid_request"),
        ({"code_verifier": VERIFIER, "redirect_uri": CALLBACK + "/x"}, "redirect_uri_mismatch"),
        ({"code_verifier": VERIFIER, "client_secret": "wrong"}, "invalid_client"),
        ({"code_verifier": VERIFIER, "client_id": "wrong"}, "invalid_client_id"),
        ({"code_verifier": VERIFIER, "code": "wrong"}, "invalid_grant"),
    ],
)
async def test_a_code_is_exchanged_only_by_its_app(more: dict[str, str], error: str) -> None:
    org = Org()
    back = await _authorize(org, code_challenge=challenge_of(VERIFIER))
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": CALLBACK}
    answer = await _token(org, **{**form, **more})
    assert (answer.status, answer.json["error"]) == (400, error)


async def test_a_code_expires() -> None:
    org = Org()
    code = (await _authorize(org))["code"]
    org.clock.advance(901)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert (await _token(org, **form)).json["error_description"] == "expired authorization code"


async def test_a_refusal_comes_back_as_an_error() -> None:
    back = await _authorize(Org(), decision="deny")
    assert (back["error"], back["state"]) == ("access_denied", "s1")


async def test_pkce_can_be_required() -> None:
    org = Org()
    org.world.switches.set({"require_pkce": True})
    assert (await _authorize(org))["error"] == "invalid_request"


async def test_a_wrong_app_or_callback_gets_a_page_and_no_redirect() -> None:
    org = Org()
    for client, redirect in (("wrong", CALLBACK), (org.state.client_id, "https://evil.example/")):
        page = await org.ask(
            "GET",
            "/services/oauth2/authorize",
            response_type="code",
            client_id=client,
            redirect_uri=redirect,
        )
        assert page.status == 400
    org.act("register_app", client_id="c", client_secret="s", callbacks=["https://app.example/cb"])
    page = await org.ask(
        "GET",
        "/services/oauth2/authorize",
        response_type="code",
        client_id="c",
        redirect_uri="https://app.example/cb",
    )
    assert page.status == 200


@pytest.mark.parametrize("rotates", [False, True])
async def test_a_refresh_may_rotate_its_token(rotates: bool) -> None:
    org = Org()
    org.world.switches.set({"refresh_token_rotation": rotates})
    first = org.state.refresh_token
    reply = (await _token(org, grant_type="refresh_token", refresh_token=first)).json
    org.token = reply["access_token"]
    assert (await org.ask("GET", "limits")).status == 200
    assert ("refresh_token" in reply) is rotates
    again = await _token(org, grant_type="refresh_token", refresh_token=first)
    assert again.status == (400 if rotates else 200)
    if rotates:
        assert again.json == {
            "error": "invalid_grant",
            "error_description": "expired access/refresh token",
        }
        fresh = await _token(org, grant_type="refresh_token", refresh_token=reply["refresh_token"])
        assert fresh.status == 200


async def test_sessions_expire_and_can_be_revoked() -> None:
    org = Org()
    form = {"grant_type": "refresh_token", "refresh_token": org.state.refresh_token}
    org.token = (await _token(org, **form)).json["access_token"]
    org.clock.advance(7_200)
    expired = await org.ask("GET", "limits")
    assert (expired.status, expired.json) == (
        401,
        [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    )
    org.token = (await _token(org, **form)).json["access_token"]
    assert (
        await org.ask("POST", "/services/oauth2/revoke", form={"token": org.token})
    ).status == 200
    assert (await org.ask("GET", "limits")).status == 401
    org.token = (await _token(org, **form)).json["access_token"]
    org.act("expire_sessions")
    assert (await org.ask("GET", "limits")).status == 401
    org.act("revoke_refresh_tokens")
    assert (await _token(org, **form)).json["error"] == "invalid_grant"
    gone = await org.ask("POST", "/services/oauth2/revoke", form={"token": "x"})
    assert (gone.status, gone.json["error"]) == (400, "unsupported_token_type")


async def test_a_call_names_its_session() -> None:
    org = Org()
    org.token = None
    assert (await org.ask("GET", "limits")).status == 401
    legacy = {"authorization": f"OAuth {org.state.access_token}"}
    assert (await org.ask("GET", "limits", headers=legacy)).status == 200
    basic = {"authorization": "Basic eDp5"}
    assert (await org.ask("GET", "limits", headers=basic)).status == 401


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """A private and a public key, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({}, None),
        ({"aud": "https://test.salesforce.com"}, None),
        ({"aud": "https://evil.example"}, "invalid_grant"),
        ({"iss": "nobody"}, "app_not_found"),
        ({"sub": "nobody@x.example"}, "invalid_grant"),
        ({"exp": -10}, "invalid_grant"),
        ({"exp": 4000}, "invalid_grant"),
    ],
)
async def test_the_jwt_flow(
    keys: tuple[str, str], claims: dict[str, Any], error: str | None
) -> None:
    org = Org()
    org.act("register_app", client_id="jwt-app", certificate=keys[1])
    now = int(org.clock.now().timestamp())
    payload = {
        "iss": "jwt-app",
        "sub": org.state.username,
        "aud": "https://login.salesforce.com",
        **claims,
        "exp": now + claims.get("exp", 180),
    }
    assertion = jwt.encode(payload, keys[0], algorithm="RS256")
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    answer = await org.ask("POST", TOKEN, form=form)
    if error is None:
        assert answer.status == 200
        assert "refresh_token" not in answer.json
    else:
        assert (answer.status, answer.json["error"]) == (400, error)
    broken = await org.ask("POST", TOKEN, form={**form, "assertion": assertion[:-4] + "AAAA"})
    assert broken.status == 400


async def test_client_credentials_work_on_the_orgs_own_host_only() -> None:
    org = Org()
    answer = await _token(org, grant_type="client_credentials")
    assert answer.json["instance_url"] == "http://localhost:8802"
    form = {
        "grant_type": "client_credentials",
        "client_id": org.state.client_id,
        "client_secret": org.state.client_secret,
    }
    login = {"host": "login.salesforce.com"}
    refused = await org.ask("POST", TOKEN, form=form, headers=login)
    assert refused.json["error_description"] == "request not supported on this domain"


@pytest.mark.parametrize(("switch", "status"), [("refuse", 400), ("allow", 200)])
async def test_the_password_flow_is_blocked_by_default(switch: str, status: int) -> None:
    org = Org()
    org.world.switches.set({"password_flow": switch})
    answer = await _token(
        org,
        grant_type="password",
        username=org.state.username,
        password=org.state.password + org.state.security_token,
    )
    assert answer.status == status


async def test_clients_are_sent_where_they_came_from_or_to_a_fixed_address() -> None:
    org = Org()
    form = {
        "grant_type": "refresh_token",
        "client_id": org.state.client_id,
        "refresh_token": org.state.refresh_token,
    }
    login = {"host": "login.salesforce.com"}
    reply = (await org.ask("POST", TOKEN, form=form, headers=login)).json
    assert reply["instance_url"] == "https://tandem-demo.my.salesforce.com"
    org.world.switches.set({"instance_url": "http://127.0.0.1:9/"})
    reply = (await org.ask("POST", TOKEN, form=form, headers=login)).json
    assert reply["instance_url"] == "http://127.0.0.1:9"


async def test_a_token_tells_who_it_belongs_to() -> None:
    org = Org()
    assert org.token is not None
    info = (await org.ask("GET", "/services/oauth2/userinfo")).json
    assert (info["organization_id"], info["user_id"]) == (
        org.state.org_id,
        org.state.integration_id,
    )
    path = f"/id/{org.state.org_id}/{org.state.integration_id}"
    identity = (await org.ask("GET", path)).json
    assert identity["username"] == org.state.username
    assert identity["urls"]["rest"] == "http://localhost:8802/services/data/v{version}/"
    form = {
        "token": org.token,
        "client_id": org.state.client_id,
        "client_secret": org.state.client_secret,
    }
    seen = (await org.ask("POST", "/services/oauth2/introspect", form=form)).json
    assert (seen["active"], seen["username"]) == (True, org.state.username)
    refresh = {**form, "token": org.state.refresh_token}
    seen = (await org.ask("POST", "/services/oauth2/introspect", form=refresh)).json
    assert seen["token_type"] == "refresh_token"
    unknown = await org.ask("POST", "/services/oauth2/introspect", form={**form, "token": "x"})
    assert unknown.json == {"active": False}
    bad = {**form, "client_secret": "x"}
    assert (await org.ask("POST", "/services/oauth2/introspect", form=bad)).status == 401
    org.token = "x"
    assert (await org.ask("GET", "/services/oauth2/userinfo")).status == 403
    assert (await org.ask("GET", path)).status == 403


async def test_an_inactive_user_cannot_go_on() -> None:
    org = Org()
    org.act("deactivate_user", user=org.state.username)
    assert (await org.ask("GET", "limits")).status == 401
    refused = await _token(org, grant_type="refresh_token", refresh_token=org.state.refresh_token)
    assert refused.json["error_description"] == "inactive user"


def _envelope(username: str, password: str) -> bytes:
    return (
        '<?xml version="1.0"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/">'
        '<env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com">'
        f"<n1:username>{username}</n1:username><n1:password>{password}</n1:password>"
        "</n1:login></env:Body></env:Envelope>"
    ).encode()


async def _login(org: Org, version: str, username: str, password: str) -> Answer:
    return await org.ask(
        "POST",
        f"/services/Soap/u/{version}",
        raw=_envelope(username, password),
        headers={"content-type": "text/xml", "SOAPAction": "login"},
    )


async def test_soap_login_gives_a_session() -> None:
    org = Org()
    answer = await _login(org, "59.0", org.state.username, org.state.password)
    assert answer.status == 200
    assert f"<organizationId>{org.state.org_id}</organizationId>" in answer.text
    assert "<serverUrl>http://localhost:8802/services/Soap/u/59.0/" in answer.text
    org.token = answer.text.partition("<sessionId>")[2].partition("<")[0]
    assert (await org.ask("GET", "limits")).status == 200


@pytest.mark.parametrize(
    ("version", "password", "on", "code"),
    [
        ("59.0", "wrong", True, "INVALID_LOGIN"),
        ("65.0", "sandbox", True, "UNSUPPORTED_API_VERSION"),
        ("59.0", "sandbox", False, "UNSUPPORTED_API_VERSION"),
    ],
)
async def test_soap_login_fails_with_a_fault(
    version: str, password: str, on: bool, code: str
) -> None:
    org = Org()
    org.world.switches.set({"soap_login": on})
    answer = await _login(org, version, org.state.username, password)
    assert answer.status == 500
    assert f"<sf:exceptionCode>{code}</sf:exceptionCode>" in answer.text
    assert "<sf:exceptionMessage>" in answer.text


async def test_soap_takes_nothing_but_login() -> None:
    answer = await Org().ask(
        "POST", "/services/Soap/c/59.0", raw=b"<x", headers={"content-type": "text/xml"}
    )
    assert (answer.status, "INVALID_OPERATION" in answer.text) == (500, True)


def test_a_challenge_is_that_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
