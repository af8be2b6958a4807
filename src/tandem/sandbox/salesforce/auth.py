"""Sessions, refresh tokens and the apps that may ask for them ([oauth-web], [oauth-refresh], [oauth-cc])."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.access import Rights

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
CODE_SECONDS = 900


class OAuthError(Exception):
    """A refusal of an OAuth endpoint: an object with error and error_description, HTTP 400."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


@dataclass(slots=True, kw_only=True)
class App:
    """
    A connected app or External Client App.

    Without `callbacks` any loopback address is a callback. `run_as` is the user of the client
    credentials flow; `certificate` (PEM, or a public key) checks the assertions of the JWT flow.
    """

    client_id: str
    client_secret: str
    callbacks: tuple[str, ...] = ()
    run_as: str | None = None
    certificate: str | None = None

    def allows(self, redirect: str) -> bool:
        """Whether the browser may be sent there with a code."""
        if self.callbacks:
            return redirect in self.callbacks
        parts = urlsplit(redirect)
        return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK


@dataclass(slots=True, kw_only=True)
class Session:
    """One access token. `dies_ms` of None lives until it is revoked."""

    token: str
    user_id: str
    client_id: str
    scope: str
    issued_ms: int
    dies_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code on its way to the app."""

    client_id: str
    user_id: str
    redirect: str
    scope: str
    challenge: str | None
    dies_ms: int


@dataclass(slots=True, kw_only=True)
class Grant:
    """A refresh token."""

    client_id: str
    user_id: str
    scope: str
    sessions: list[str] = field(default_factory=list)


class Sessions:
    """Every session of an org and what can make new ones."""

    def __init__(self, state: "SalesforceState") -> None:
        self._state = state
        self.apps: dict[str, App] = {}
        self.reset()

    def reset(self) -> None:
        """Only the built-in app and its refresh token."""
        self.sessions: dict[str, Session] = {}
        self.codes: dict[str, Code] = {}
        self.grants: dict[str, Grant] = {}
        state = self._state
        self.apps = {
            state.client_id: App(
                client_id=state.client_id,
                client_secret=state.client_secret,
                run_as=state.integration_id,
            )
        }
        self.first_refresh_token = self.grant(state.client_id, state.integration_id, SCOPE)

    def permanent(self, user_id: str) -> str:
        """A token that does not expire by itself, for tests."""
        token = f"{self._state.org_id[:15]}!AQ8AQ{self._state.world.letters(40)}"
        self._add(token, user_id, client_id="", scope=SCOPE, lives=False)
        return token

    def open(self, user_id: str, client_id: str, scope: str) -> Session:
        """A new session of a user."""
        token = f"{self._state.org_id[:15]}!AQ8AQ{self._state.world.letters(64)}"
        return self._add(token, user_id, client_id=client_id, scope=scope, lives=True)

    def session(self, token: str) -> Session | None:
        """The living session of a token."""
        found = self.sessions.get(token)
        if found is None or (found.dies_ms is not None and found.dies_ms <= self._now()):
            return None
        user = self._state.store.table("User").raw.get(found.user_id)
        return found if user is not None and user.get("IsActive") else None

    def rights_of(self, authorization: str | None) -> Rights:
        """Who calls, by the Authorization header; INVALID_SESSION_ID or INVALID_AUTH_HEADER."""
        if not authorization:
            raise errors.SalesforceError("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", status=401)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() not in ("bearer", "oauth") or not token:
            raise errors.SalesforceError("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", status=401)
        session = self.session(token.strip())
        if session is None:
            raise errors.invalid_session()
        return self._state.rights(session.user_id)

    def grant(self, client_id: str, user_id: str, scope: str) -> str:
        """A new refresh token."""
        token = f"5Aep861{self._state.world.letters(60)}"
        self.grants[token] = Grant(client_id=client_id, user_id=user_id, scope=scope)
        return token

    def issue_code(
        self, app: App, user_id: str, redirect: str, scope: str, challenge: str | None
    ) -> str:
        """An authorization code, good for 15 minutes and once."""
        code = f"aPrx{self._state.world.letters(60)}=="
        self.codes[code] = Code(
            client_id=app.client_id,
            user_id=user_id,
            redirect=redirect,
            scope=scope,
            challenge=challenge,
            dies_ms=self._now() + CODE_SECONDS * 1000,
        )
        return code

    def revoke(self, token: str) -> bool:
        """End a session, or a refresh token with its sessions; false if it is neither."""
        grant = self.grants.pop(token, None)
        if grant is not None:
            for one in grant.sessions:
                self.sessions.pop(one, None)
            return True
        return self.sessions.pop(token, None) is not None

    def expire_all(self, *, permanent: bool = False) -> int:
        """Let every session expire; the permanent ones only if asked."""
        due = [one for one, each in self.sessions.items() if permanent or each.dies_ms is not None]
        for one in due:
            del self.sessions[one]
        return len(due)

    def user_named(self, username: str) -> dict[str, Any] | None:
        """The user of that name, active or not."""
        wanted = username.strip().lower()
        for row in self._state.store.table("User").raw.values():
            if str(row["Username"]).lower() == wanted:
                return row
        return None

    def with_password(self, username: str, password: str) -> dict[str, Any] | None:
        """The active user who signs in with a password, with or without the security token."""
        user = self.user_named(username)
        right = (self._state.password, self._state.password + self._state.security_token)
        if user is None or not user.get("IsActive") or password not in right:
            return None
        return user

    def _add(self, token: str, user_id: str, *, client_id: str, scope: str, lives: bool) -> Session:
        now = self._now()
        lifetime = int(self._state.switches["session_seconds"]) * 1000
        session = Session(
            token=token,
            user_id=user_id,
            client_id=client_id,
            scope=scope,
            issued_ms=now,
            dies_ms=now + lifetime if lives else None,
        )
        self.sessions[token] = session
        return session

    def _now(self) -> int:
        return self._state.world.clock.now_ms()


SCOPE = "refresh_token api id"


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
