"""Sign-in: the authorize page, the token endpoint with its flows, and who a token belongs to ([oauth-web])."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_certificate
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.auth import SCOPE, App, OAuthError, Session, challenge_of
from tandem.sandbox.salesforce.errors import SalesforceError

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN_HOSTS = ("login.salesforce.com", "test.salesforce.com")
LONGEST_ASSERTION_SECONDS = 300
"""An assertion that lives longer than about three minutes is refused ([sim-pr]); some skew is allowed."""


def routes(state: "SalesforceState") -> list[Route]:
    """Every sign-in address."""
    site = _SignIn(state)
    return [
        Route("/services/oauth2/authorize", site.authorize, methods=["GET", "POST"]),
        Route("/services/oauth2/token", site.token, methods=["POST"]),
        Route("/services/oauth2/revoke", site.revoke, methods=["GET", "POST"]),
        Route("/services/oauth2/introspect", site.introspect, methods=["POST"]),
        Route("/services/oauth2/userinfo", site.userinfo, methods=["GET", "POST"]),
        Route("/id/{org_id}/{user_id}", site.identity, methods=["GET"]),
    ]


def base_url(state: "SalesforceState", request: Request) -> str:
    """
    Where clients are sent: the switch `instance_url`, else the address they used.

    A client that came to a login host (through CONNECT) goes on to the org's own host.
    """
    fixed = str(state.switches["instance_url"])
    if fixed:
        return fixed.rstrip("/")
    host = request.headers.get("host", "localhost")
    if host.partition(":")[0] in LOGIN_HOSTS:
        return my_domain(state)
    return f"{request.scope.get('scheme', 'http')}://{host}"


def my_domain(state: "SalesforceState") -> str:
    """The org's own host name, which the sandbox's certificate covers."""
    return f"https://{MY_DOMAIN}.my.salesforce.com"


MY_DOMAIN = "tandem-demo"


class _SignIn:
    def __init__(self, state: "SalesforceState") -> None:
        self._state = state

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
        """The flows that end with an access token."""
        try:
            form = await _form(request)
            _add_basic(form, request)
            return JSONResponse(self._issue(request, form))
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
            self._app(form)
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
                "sub": self._subject(grant.user_id),
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

    def _issue(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        flow = form.get("grant_type")
        if flow == "authorization_code":
            return self._by_code(request, form)
        if flow == "refresh_token":
            return self._by_refresh_token(request, form)
        if flow == JWT_GRANT:
            return self._by_assertion(request, form)
        if flow == "client_credentials":
            return self._by_credentials(request, form)
        if flow == "password":
            return self._by_password(request, form)
        raise OAuthError("unsupported_grant_type", "grant type not supported")

    def _by_code(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        app = self._app(form)
        code = self._state.sessions.codes.pop(form.get("code", ""), None)
        if code is None or code.client_id != app.client_id:
            raise OAuthError("invalid_grant", "invalid authorization code")
        if code.dies_ms <= self._state.world.clock.now_ms():
            raise OAuthError("invalid_grant", "expired authorization code")
        if form.get("redirect_uri") != code.redirect:
            raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
        verifier = form.get("code_verifier")
        if code.challenge and not verifier:
            raise OAuthError("invalid_grant", "missing required code verifier")
        if code.challenge and challenge_of(verifier or "") != code.challenge:
            raise OAuthError("invalid_request", "code verifier is not valid")
        session = self._state.sessions.open(code.user_id, app.client_id, code.scope)
        reply = self._reply(request, session)
        if "refresh_token" in code.scope.split() or "offline_access" in code.scope.split():
            granted = self._state.sessions.grant(app.client_id, code.user_id, code.scope)
            self._state.sessions.grants[granted].sessions.append(session.token)
            reply["refresh_token"] = granted
        return reply

    def _by_refresh_token(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        app = self._app(form, needs_secret="client_secret" in form)
        sessions = self._state.sessions
        given = form.get("refresh_token", "")
        grant = sessions.grants.get(given)
        if grant is None or grant.client_id != app.client_id:
            raise OAuthError("invalid_grant", "expired access/refresh token")
        self._check_active(grant.user_id)
        session = sessions.open(grant.user_id, app.client_id, grant.scope)
        grant.sessions.append(session.token)
        reply = self._reply(request, session)
        if self._state.switches["refresh_token_rotation"]:
            del sessions.grants[given]
            fresh = sessions.grant(app.client_id, grant.user_id, grant.scope)
            sessions.grants[fresh].sessions = grant.sessions
            reply["refresh_token"] = fresh
        return reply

    def _by_assertion(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        claims, app = self._checked_assertion(request, form.get("assertion", ""))
        user = self._state.sessions.user_named(str(claims.get("sub", "")))
        if user is None:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")
        self._check_active(user["Id"])
        session = self._state.sessions.open(user["Id"], app.client_id, "api id")
        return self._reply(request, session)

    def _by_credentials(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        if request.headers.get("host", "").partition(":")[0] in LOGIN_HOSTS:
            raise OAuthError("invalid_grant", "request not supported on this domain")
        app = self._app(form)
        if app.run_as is None:
            raise OAuthError("invalid_grant", "no client credentials user enabled")
        self._check_active(app.run_as)
        session = self._state.sessions.open(app.run_as, app.client_id, "api id")
        return self._reply(request, session)

    def _by_password(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        if self._state.switches["password_flow"] != "allow":
            raise OAuthError("invalid_grant", "authentication failure")
        app = self._app(form)
        user = self.signed_in(form.get("username", ""), form.get("password", ""))
        session = self._state.sessions.open(user, app.client_id, "api id")
        return self._reply(request, session)

    def signed_in(self, username: str, password: str) -> str:
        """The id of the user who signs in with a password, with or without the security token."""
        found = self._state.sessions.user_named(username)
        right = (self._state.password, self._state.password + self._state.security_token)
        if found is None or not found.get("IsActive") or password not in right:
            raise OAuthError("invalid_grant", "authentication failure")
        return str(found["Id"])

    def _checked_assertion(self, request: Request, assertion: str) -> tuple[dict[str, Any], App]:
        try:
            unchecked = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError as error:
            raise OAuthError("invalid_grant", "invalid assertion") from error
        app = self._state.sessions.apps.get(str(unchecked.get("iss")))
        if app is None:
            raise OAuthError("app_not_found", "External client app is not installed in this org")
        if app.certificate is None:
            raise OAuthError("invalid_client", "no certificate is registered for the app")
        try:
            jwt.decode(
                assertion,
                key=_public_key(app.certificate),
                algorithms=["RS256"],
                options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise OAuthError("invalid_grant", "invalid assertion") from error
        self._check_audience(request, unchecked.get("aud"))
        now = self._state.world.clock.now().timestamp()
        expires = unchecked.get("exp")
        if not isinstance(expires, int | float) or expires <= now:
            raise OAuthError("invalid_grant", "expired assertion")
        if expires > now + LONGEST_ASSERTION_SECONDS:
            raise OAuthError("invalid_grant", "assertion expires too late")
        return unchecked, app

    def _check_audience(self, request: Request, audience: Any) -> None:
        known = {f"https://{host}" for host in LOGIN_HOSTS}
        known |= {base_url(self._state, request), my_domain(self._state)}
        given = audience if isinstance(audience, list) else [audience]
        if not any(
            str(one).rstrip("/").removesuffix("/services/oauth2/token") in known for one in given
        ):
            raise OAuthError("invalid_grant", "audience is invalid")

    def _check_active(self, user_id: str) -> None:
        user = self._state.store.table("User").raw.get(user_id)
        if user is None or not user.get("IsActive"):
            raise OAuthError("invalid_grant", "inactive user")

    def _app(self, form: Mapping[str, str], *, needs_secret: bool = True) -> App:
        app = self._state.sessions.apps.get(form.get("client_id", ""))
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        secret = form.get("client_secret", "")
        is_public = "code_verifier" in form and not secret
        if needs_secret and not is_public and not hmac.compare_digest(secret, app.client_secret):
            raise OAuthError("invalid_client", "invalid client credentials")
        return app

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

    def _reply(self, request: Request, session: Session) -> dict[str, Any]:
        """The token reply. There is no expires_in: the session's life is the org's own affair."""
        base = base_url(self._state, request)
        identity = f"{base}/id/{self._subject(session.user_id)}"
        issued = str(session.issued_ms)
        secret = self._state.client_secret.encode()
        signature = hmac.new(secret, f"{identity}{issued}".encode(), hashlib.sha256).digest()
        return {
            "access_token": session.token,
            "signature": base64.b64encode(signature).decode(),
            "scope": session.scope,
            "instance_url": base,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
        }

    def _introspected(self, session: Session) -> dict[str, Any]:
        dies = session.dies_ms or session.issued_ms + 7_200_000
        return {
            "active": True,
            "scope": session.scope,
            "client_id": session.client_id,
            "username": self._user(session.user_id)["Username"],
            "sub": self._subject(session.user_id),
            "token_type": "access_token",
            "iat": session.issued_ms // 1000,
            "nbf": session.issued_ms // 1000,
            "exp": dies // 1000,
        }

    def _identity(self, session: Session, base: str) -> dict[str, Any]:
        user = self._user(session.user_id)
        data = f"{base}/services/data/v{{version}}"
        return {
            "id": f"{base}/id/{self._subject(session.user_id)}",
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

    def _subject(self, user_id: str) -> str:
        return f"{self._state.org_id}/{user_id}"

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


def _public_key(pem: str) -> Any:
    data = pem.encode()
    if "BEGIN CERTIFICATE" in pem:
        return load_pem_x509_certificate(data).public_key()
    try:
        return serialization.load_pem_public_key(data)
    except ValueError as error:
        raise SalesforceError("INVALID_INPUT", "The app's certificate is no PEM.") from error
