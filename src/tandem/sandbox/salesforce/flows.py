"""The flows that end with an access token ([oauth-web], [oauth-refresh], [oauth-cc], [sim-pr])."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_certificate
from starlette.requests import Request

from tandem.sandbox.salesforce.address import LOGIN_HOSTS, base_url, my_domain
from tandem.sandbox.salesforce.auth import App, OAuthError, Session, challenge_of

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 300
"""An assertion that lives longer than about three minutes is refused ([sim-pr]); some skew is allowed."""


class Flows:
    """The token endpoint without HTTP answers."""

    def __init__(self, state: "SalesforceState") -> None:
        self._state = state

    def issue(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        """The token reply of whichever flow the form asks for."""
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
        app = self.app(form)
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
        app = self.app(form, needs_secret="client_secret" in form)
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
        app = self.app(form)
        if app.run_as is None:
            raise OAuthError("invalid_grant", "no client credentials user enabled")
        self._check_active(app.run_as)
        session = self._state.sessions.open(app.run_as, app.client_id, "api id")
        return self._reply(request, session)

    def _by_password(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        if self._state.switches["password_flow"] != "allow":
            raise OAuthError("invalid_grant", "authentication failure")
        app = self.app(form)
        user = self._state.sessions.with_password(
            form.get("username", ""), form.get("password", "")
        )
        if user is None:
            raise OAuthError("invalid_grant", "authentication failure")
        session = self._state.sessions.open(user["Id"], app.client_id, "api id")
        return self._reply(request, session)

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
        expires = _seconds(unchecked.get("exp"))
        if expires is None or expires <= now:
            # The words that clients report for an assertion that is too old [run-ss].
            raise OAuthError("invalid_grant", "expired authorization code")
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

    def app(self, form: Mapping[str, str], *, needs_secret: bool = True) -> App:
        """The app that shows its credentials; one with a PKCE verifier needs no secret."""
        app = self._state.sessions.apps.get(form.get("client_id", ""))
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        secret = form.get("client_secret", "")
        is_public = "code_verifier" in form and not secret
        if needs_secret and not is_public and not hmac.compare_digest(secret, app.client_secret):
            raise OAuthError("invalid_client", "invalid client credentials")
        return app

    def _reply(self, request: Request, session: Session) -> dict[str, Any]:
        """The token reply. There is no expires_in: the session's life is the org's own affair."""
        base = base_url(self._state, request)
        identity = f"{base}/id/{self.subject(session.user_id)}"
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

    def subject(self, user_id: str) -> str:
        """A user as identity URLs name one."""
        return f"{self._state.org_id}/{user_id}"


def _seconds(value: Any) -> float | None:
    """A NumericDate; text will do, since simple-salesforce sends it so and is let in [run-ss]."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _public_key(pem: str) -> Any:
    data = pem.encode()
    if "BEGIN CERTIFICATE" in pem:
        return load_pem_x509_certificate(data).public_key()
    try:
        return serialization.load_pem_public_key(data)
    except ValueError as error:
        raise OAuthError("invalid_client", "the app's certificate is no PEM") from error
