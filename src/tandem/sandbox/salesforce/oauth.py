"""Sign-in: the authorize page, the token endpoint with its flows, and who a token belongs to ([oauth-web])."""

import base64
import binascii
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.address import base_url
from tandem.sandbox.salesforce.auth import SCOPE, App, OAuthError, Session
from tandem.sandbox.salesforce.flows import Flows

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState


def routes(state: "SalesforceState") -> list[Route]:
    """Every sign-in address."""
    site = _SignIn(state)
    return [
        Route("/services/oauth2/authorize", site.authorize, methods=["GET", "POST"]),
        Route("/services/oauth2/token", site.token, methods=["GET", "POST"]),
        Route("/services/oauth2/revoke", site.revoke, methods=["GET", "POST"]),
        Route("/services/oauth2/introspect", site.introspect, methods=["POST"]),
        Route("/services/oauth2/userinfo", site.userinfo, methods=["GET", "POST"]),
        Route("/id/{org_id}/{user_id}", site.identity, methods=["GET"]),
    ]


class _SignIn:
    def __init__(self, state: "SalesforceState") -> None:
        self._state = state
        self._flows = Flows(state)

    async def authorize(self, request: Request) -> Response:
        """The page that asks the user; allowing or refusing it goes back to the app."""
        given = dict(request.query_params)
        if request.method == "POST":
            given |= await _form(request)
        try:
            app = self._app_for_page(given)
        except OAuthError as error:
            return HTMLResponse(_error_page(error), status_code=400)
        redirect, state = given["redirect_uri"], given.get("state")
        try:
            self._check_request(given)
        except OAuthError as error:
            return _back(redirect, error.body(), state)
        decision = given.get("decision")
        if decision is None:
            return HTMLResponse(self._page(given))
        if decision != "allow":
            refusal = OAuthError("access_denied", "end-user denied authorization")
            return _back(redirect, refusal.body(), state)
        user = self._state.sessions.user_named(given.get("username") or self._state.username)
        if user is None or not user.get("IsActive"):
            return HTMLResponse(self._page(given, "There is no such active user."), status_code=400)
        code = self._state.sessions.issue_code(
            app, user["Id"], redirect, given.get("scope") or SCOPE, given.get("code_challenge")
        )
        return _back(redirect, {"code": code}, state)

    async def token(self, request: Request) -> Response:
        """
        The flows that end with an access token. Parameters come as a form; they are read in the query
        of a POST too, where many clients put them.
        """
        try:
            if request.method != "POST":
                raise OAuthError("invalid_request", "must use HTTP POST")
            form = {**dict(request.query_params), **await _form(request)}
            _add_basic(form, request)
            return JSONResponse(self._flows.issue(request, form))
        except OAuthError as error:
            return JSONResponse(error.body(), status_code=error.status)

    async def revoke(self, request: Request) -> Response:
        """End an access or refresh token."""
        form = {**dict(request.query_params), **await _form(request)}
        if self._state.sessions.revoke(form.get("token", "")):
            return Response(status_code=200)
        error = OAuthError("unsupported_token_type", "this token type is not supported")
        return JSONResponse(error.body(), status_code=400)

    async def introspect(self, request: Request) -> Response:
        """What a token is; needs the app's credentials."""
        form = await _form(request)
        _add_basic(form, request)
        try:
            self._flows.app(form)
        except OAuthError as error:
            return JSONResponse(error.body(), status_code=401)
        token = form.get("token", "")
        session = self._state.sessions.session(token)
        if session is not None:
            return JSONResponse(self._introspected(session))
        grant = self._state.sessions.grants.get(token)
        if grant is None:
            return JSONResponse({"active": False})
        return JSONResponse(
            {
                "active": True,
                "scope": grant.scope,
                "client_id": grant.client_id,
                "sub": self._flows.subject(grant.user_id),
                "token_type": "refresh_token",
            }
        )

    async def userinfo(self, request: Request) -> Response:
        """Claims about the user of a token."""
        session = self._bearer(request)
        if session is None:
            return _bad_token()
        identity = self._identity(session, base_url(self._state, request))
        user = self._user(session.user_id)
        return JSONResponse(
            {
                "sub": identity["id"],
                "user_id": session.user_id,
                "organization_id": self._state.org_id,
                "preferred_username": user["Username"],
                "nickname": user.get("CommunityNickname") or user["Username"].split("@")[0],
                "name": user["Name"],
                "email": user["Email"],
                "email_verified": True,
                "given_name": user.get("FirstName"),
                "family_name": user["LastName"],
                "zoneinfo": user["TimeZoneSidKey"],
                "language": user["LanguageLocaleKey"],
                "locale": user["LocaleSidKey"],
                "active": bool(user["IsActive"]),
                "user_type": "STANDARD",
                "urls": identity["urls"],
                "updated_at": user["LastModifiedDate"],
            }
        )

    async def identity(self, request: Request) -> Response:
        """The identity URL of a token reply."""
        session = self._bearer(request)
        if session is None:
            return _bad_token()
        wanted = (request.path_params["org_id"][:15], request.path_params["user_id"][:15])
        if wanted != (self._state.org_id[:15], session.user_id[:15]):
            return JSONResponse(errors.not_found().body(), status_code=404)
        return JSONResponse(self._identity(session, base_url(self._state, request)))

    def _app_for_page(self, given: Mapping[str, str]) -> App:
        app = self._state.sessions.apps.get(given.get("client_id", ""))
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if not app.allows(given.get("redirect_uri", "")):
            raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
        return app

    def _check_request(self, given: Mapping[str, str]) -> None:
        if given.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response type not supported")
        challenge = given.get("code_challenge")
        if challenge is None and self._state.switches["require_pkce"]:
            raise OAuthError("invalid_request", "missing required code challenge")
        if challenge is not None and given.get("code_challenge_method", "S256") != "S256":
            raise OAuthError("invalid_request", "code challenge method not supported")

    def _introspected(self, session: Session) -> dict[str, Any]:
        dies = session.dies_ms or session.issued_ms + 7_200_000
        return {
            "active": True,
            "scope": session.scope,
            "client_id": session.client_id,
            "username": self._user(session.user_id)["Username"],
            "sub": self._flows.subject(session.user_id),
            "token_type": "access_token",
            "iat": session.issued_ms // 1000,
            "nbf": session.issued_ms // 1000,
            "exp": dies // 1000,
        }

    def _identity(self, session: Session, base: str) -> dict[str, Any]:
        user = self._user(session.user_id)
        data = f"{base}/services/data/v{{version}}"
        return {
            "id": f"{base}/id/{self._flows.subject(session.user_id)}",
            "asserted_user": True,
            "user_id": session.user_id,
            "organization_id": self._state.org_id,
            "username": user["Username"],
            "nick_name": user.get("CommunityNickname") or user["Username"].split("@")[0],
            "display_name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "first_name": user.get("FirstName"),
            "last_name": user["LastName"],
            "timezone": user["TimeZoneSidKey"],
            "active": bool(user["IsActive"]),
            "user_type": "STANDARD",
            "language": user["LanguageLocaleKey"],
            "locale": user["LocaleSidKey"],
            "urls": {
                "enterprise": f"{base}/services/Soap/c/{{version}}/{self._state.org_id[:15]}",
                "partner": f"{base}/services/Soap/u/{{version}}/{self._state.org_id[:15]}",
                "rest": f"{data}/",
                "sobjects": f"{data}/sobjects/",
                "search": f"{data}/search/",
                "query": f"{data}/query/",
                "recent": f"{data}/recent/",
                "tooling_rest": f"{data}/tooling/",
                "profile": f"{base}/{session.user_id}",
            },
            "last_modified_date": user["LastModifiedDate"],
            "is_app_installed": True,
        }

    def _bearer(self, request: Request) -> Session | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth"):
            token = request.query_params.get("oauth_token", "")
        return self._state.sessions.session(token.strip())

    def _user(self, user_id: str) -> dict[str, Any]:
        return self._state.store.table("User").raw[user_id]

    def _page(self, given: Mapping[str, str], problem: str = "") -> str:
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in given.items()
            if name not in ("decision", "username")
        )
        users = "".join(
            f'<option value="{escape(row["Username"])}"{" selected" if row["Id"] == self._state.integration_id else ""}>'
            f"{escape(row['Name'])} ({escape(row['Username'])})</option>"
            for row in self._state.store.table("User").raw.values()
            if row.get("IsActive")
        )
        return _PAGE.format(
            problem=f"<p><strong>{escape(problem)}</strong></p>" if problem else "",
            client=escape(given.get("client_id", "")),
            scope=escape(given.get("scope") or SCOPE),
            hidden=hidden,
            users=users,
        )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Salesforce sandbox: allow access?</title></head>
<body><h1>Allow access?</h1>{problem}
<p>The app <code>{client}</code> asks for: {scope}</p>
<form method="post">{hidden}
<label>Sign in as <select name="username">{users}</select></label>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form></body></html>
"""


def _error_page(error: OAuthError) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>OAuth error</title></head>'
        f"<body><p>error={escape(error.error)}&amp;error_description={escape(error.description)}</p>"
        "</body></html>"
    )


def _back(redirect: str, parameters: Mapping[str, str], state: str | None) -> Response:
    given = dict(parameters)
    if state is not None:
        given["state"] = state
    separator = "&" if "?" in redirect else "?"
    return RedirectResponse(f"{redirect}{separator}{urlencode(given)}", status_code=302)


def _bad_token() -> Response:
    return Response("Bad_OAuth_Token", status_code=403, media_type="text/html")


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def _add_basic(form: dict[str, str], request: Request) -> None:
    """Credentials may come by HTTP Basic."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_client", "invalid client credentials") from error
    form.setdefault("client_id", client)
    form.setdefault("client_secret", secret)
