"""Signing in: the authorize page, tokens, introspection and revocation [D-oauth][SPEC:oauth.v3]."""

import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tandem.sandbox.hubspot.auth import Token, describe
from tandem.sandbox.hubspot.errors import HubSpotError, not_found
from tandem.sandbox.hubspot.http import NO_CONTENT, Answer, Call, Spec

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>HubSpot sandbox: connect an app</title>
<style>body{{font:16px/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 1.2rem;margin-right:1rem}}</style></head>
<body><h1>Connect an app to HubSpot account {portal}</h1>
<p>This is the sandbox. The app asks for:</p><ul>{scopes}</ul>
<form method="post">{fields}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="refuse">Refuse</button></form></body></html>
"""
_MISTAKE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>HubSpot sandbox: this cannot work</title></head>
<body><h1>This app cannot be connected</h1><p>{message}</p></body></html>
"""
_HTML = "text/html; charset=utf-8"


def authorize_page(call: Call) -> Answer:
    """GET /oauth/authorize: asks a person, who allows or refuses."""
    query = _query(call)
    try:
        scopes = call.state.auth.check_authorize(query)
    except HubSpotError as error:
        return _page(_MISTAKE.format(message=escape(error.message)), status=400)
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in query.items()
    )
    listed = "".join(f"<li>{escape(scope)}</li>" for scope in sorted(scopes))
    portal = call.state.account.portal_id
    return _page(_PAGE.format(portal=portal, scopes=listed, fields=fields))


def authorize_decision(call: Call) -> Answer:
    """POST /oauth/authorize: back to the app, with a code or with the refusal."""
    form = {**_query(call), **call.form()}
    decision = form.pop("decision", "")
    try:
        call.state.auth.check_authorize(form)
    except HubSpotError as error:
        return _page(_MISTAKE.format(message=escape(error.message)), status=400)
    if decision == "allow":
        back = {"code": call.state.auth.issue_code(form)}
    else:
        back = {"error": "access_denied", "error_description": "The user refused"}
    if form.get("state"):
        back["state"] = form["state"]
    joint = "&" if "?" in form["redirect_uri"] else "?"
    return Answer(status=302, headers={"location": form["redirect_uri"] + joint + urlencode(back)})


def token(call: Call) -> Answer:
    """POST /oauth/{v1, v3, dated}/token, as a form or as JSON."""
    made, refresh_token = call.state.auth.exchange(call.form())
    seconds = int(call.state.world.switches["access_token_seconds"])
    if call.path.startswith("/oauth/v1/"):
        body: dict[str, Any] = {
            "token_type": "bearer",
            "refresh_token": refresh_token,
            "access_token": made.value,
            "expires_in": seconds,
        }
        return Answer(body=body)
    return Answer(body=describe(made, refresh_token, seconds, call.state.account.portal_id))


def introspect(call: Call) -> Answer:
    """POST /oauth/v3/token/introspect: what a token is; `active` false for an unknown one."""
    form = call.form()
    value = form.get("token", "")
    auth = call.state.auth
    found = auth.find(value)
    scopes = auth.refresh_scopes(value)
    now = call.state.crm.now()
    if scopes is None and (found is None or (found.expires is not None and found.expires <= now)):
        return Answer(body={"active": False})
    body: dict[str, Any] = {
        "active": True,
        "token_use": "access_token" if found is not None else "refresh_token",
        "token_type": "bearer",
        **_facts(call),
        "token": value,
        "app_id": found.app_id if found is not None else auth.app_id,
        "client_id": auth.client_id,
        "scopes": sorted(found.scopes if found is not None else scopes or ()),
    }
    if found is not None:
        body["expires_in"] = _seconds_left(call, found)
        body |= _signed(call, found)
    return Answer(body=body)


def revoke(call: Call) -> Answer:
    """POST /oauth/v3/token/revoke."""
    call.state.auth.revoke(call.form().get("token", ""))
    return Answer(body={})


def access_token_facts(call: Call) -> Answer:
    """GET /oauth/v1/access-tokens/{token}."""
    found = call.state.auth.find(call.param("token"))
    if found is None:
        raise not_found("access token not found")
    facts = _facts(call)
    return Answer(
        body={
            "token": found.value,
            **facts,
            "app_id": found.app_id,
            "scopes": sorted(found.scopes),
            "expires_in": _seconds_left(call, found),
            "token_type": "access",
            **_signed(call, found),
        }
    )


def refresh_token_facts(call: Call) -> Answer:
    """GET /oauth/v1/refresh-tokens/{token}."""
    scopes = call.state.auth.refresh_scopes(call.param("token"))
    if scopes is None:
        raise not_found("refresh token not found")
    auth = call.state.auth
    return Answer(
        body={
            "token": call.param("token"),
            **_facts(call),
            "client_id": auth.client_id,
            "scopes": sorted(scopes),
            "token_type": "refresh",
        }
    )


def delete_refresh_token(call: Call) -> Answer:
    """DELETE /oauth/v1/refresh-tokens/{token}: 204."""
    call.state.auth.revoke(call.param("token"))
    return NO_CONTENT


def uninstall(call: Call) -> Answer:
    """DELETE /appinstalls/…/external-install: 204; every token of the app is gone."""
    call.state.auth.revoke_all()
    return NO_CONTENT


def _facts(call: Call) -> dict[str, Any]:
    account = call.state.account
    return {
        "user": "integration@example.com",
        "user_id": call.state.auth.user_id,
        "hub_id": account.portal_id,
        "hub_domain": f"{account.portal_id}.example.com",
    }


def _signed(call: Call, token: Token) -> dict[str, Any]:
    """What HubSpot's own services read out of a token [SPEC:oauth.v3]; the signatures are made up."""
    expires = token.expires or call.state.crm.now() + _seconds_left(call, token) * 1000
    digest = hashlib.sha256(token.value.encode()).hexdigest()
    signed = {
        "expiresAt": expires,
        "scopes": "AAAB",
        "hubId": call.state.account.portal_id,
        "userId": token.user_id,
        "appId": token.app_id,
        "signature": digest[:27] + "=",
        "scopeToScopeGroupPks": "AAAAAQ==",
        "newSignature": digest[27:54] + "=",
        "hublet": call.state.account.data_hosting,
        "trialScopes": "",
        "trialScopeToScopeGroupPks": "",
        "isUserLevel": False,
        "installingUserId": token.user_id,
        "isServiceAccount": False,
        "isPrivateDistribution": token.is_private,
    }
    return {"is_private_distribution": token.is_private, "signed_access_token": signed}


def _seconds_left(call: Call, token: Token) -> int:
    if token.expires is None:
        return int(call.state.world.switches["access_token_seconds"])
    return max(0, (token.expires - call.state.crm.now()) // 1000)


def _query(call: Call) -> Mapping[str, str]:
    return dict(parse_qsl(call.query_string, keep_blank_values=True))


def _page(text: str, status: int = 200) -> Answer:
    return Answer(status=status, content=text.encode(), content_type=_HTML)


SPECS: list[Spec] = [
    Spec(method=method, path=path, endpoint=endpoint, is_public=True)
    for method, path, endpoint in (
        ("GET", "/oauth/authorize", authorize_page),
        ("POST", "/oauth/authorize", authorize_decision),
        ("GET", "/oauth/{portal:int}/authorize", authorize_page),
        ("POST", "/oauth/{portal:int}/authorize", authorize_decision),
        ("POST", "/oauth/v1/token", token),
        ("POST", "/oauth/v3/token", token),
        ("POST", "/oauth/v3/token/introspect", introspect),
        ("POST", "/oauth/v3/token/revoke", revoke),
        ("GET", "/oauth/v1/access-tokens/{token}", access_token_facts),
        ("GET", "/oauth/v1/refresh-tokens/{token}", refresh_token_facts),
        ("DELETE", "/oauth/v1/refresh-tokens/{token}", delete_refresh_token),
    )
] + [
    Spec(method="DELETE", path="/appinstalls/2026-03/external-install", endpoint=uninstall),
    Spec(method="DELETE", path="/appinstalls/2026-09/external-install", endpoint=uninstall),
    Spec(method="DELETE", path="/appinstalls/v3/external-install", endpoint=uninstall),
]
