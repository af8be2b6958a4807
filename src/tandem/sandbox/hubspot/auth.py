"""Tokens and scopes: OAuth of one app, and a private-app token [D-oauth][SPEC:oauth.v3]."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from tandem.sandbox.hubspot.errors import HubSpotError
from tandem.sandbox.hubspot.values import is_whole, stamp
from tandem.sandbox.world import World

JOURNAL_SCOPES = frozenset(
    {
        "developer.webhooks_journal.read",
        "developer.webhooks_journal.subscriptions.read",
        "developer.webhooks_journal.subscriptions.write",
        "developer.webhooks_journal.snapshots.read",
        "developer.webhooks_journal.snapshots.write",
    }
)
SCOPES = JOURNAL_SCOPES | {
    "oauth",
    "account-info.security.read",
    "automation",
    "content",
    "conversations.read",
    "crm.lists.read",
    "crm.lists.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.custom.read",
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.objects.feedback_submissions.read",
    "crm.objects.goals.read",
    "crm.objects.goals.write",
    "crm.objects.leads.read",
    "crm.objects.leads.write",
    "crm.objects.line_items.read",
    "crm.objects.line_items.write",
    "crm.objects.marketing_events.read",
    "crm.objects.marketing_events.write",
    "crm.objects.owners.read",
    "crm.objects.products.read",
    "crm.objects.products.write",
    "crm.objects.quotes.read",
    "crm.objects.quotes.write",
    "crm.objects.users.read",
    "crm.objects.users.write",
    "crm.schemas.companies.read",
    "crm.schemas.companies.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "crm.schemas.custom.read",
    "crm.schemas.deals.read",
    "crm.schemas.deals.write",
    "files",
    "forms",
    "marketing-email",
    "marketing.email.read",
    "sales-email-read",
    "settings.users.read",
    "settings.users.teams.read",
    "tickets",
    "timeline",
}
_CODE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token and what it may do. `expires` is None for a private app's token."""

    value: str
    app_id: int
    user_id: int
    scopes: frozenset[str]
    expires: int | None
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    """What a user allowed an app, behind a code or a refresh token."""

    scopes: frozenset[str]
    redirect_uri: str
    challenge: str | None
    expires: int | None


class Auth:
    """The credentials of one account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.client_id = "sandbox-client-id"
        self.client_secret = "sandbox-client-secret"
        self.private_token = "pat-na1-5a5d6f78-0000-4000-8000-000000000001"
        self.app_id = 18_000_000
        self.private_app_id = 18_000_001
        self.private_secret = "sandbox-private-secret"
        self.developer_key = "developer-key-5a5d6f78-0000-4000-8000-000000000003"
        self.user_id = 77_000_000
        self._tokens: dict[str, Token] = {}
        self._codes: dict[str, _Grant] = {}
        self.refresh_token = "na1-5a5d6f78-0000-4000-8000-000000000002"
        everything = frozenset(SCOPES - JOURNAL_SCOPES)
        self._refresh: dict[str, _Grant] = {
            self.refresh_token: _Grant(
                scopes=everything, redirect_uri="", challenge=None, expires=None
            )
        }

    def authenticate(self, header: str | None) -> Token:
        """The token of an Authorization header, or 401."""
        scheme, _, value = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not value.strip():
            raise HubSpotError(
                401,
                "INVALID_AUTHENTICATION",
                "Authentication credentials not found. This API supports OAuth 2.0 authentication "
                "and you can find more details at "
                "https://developers.hubspot.com/docs/methods/auth/oauth-overview",
            )
        token = self.find(value.strip())
        if token is None:
            raise HubSpotError(
                401,
                "INVALID_AUTHENTICATION",
                "The OAuth token used to make this call is invalid or has been revoked.",
            )
        now = self._world.clock.now_ms()
        if token.expires is not None and token.expires <= now:
            late = (now - token.expires) // 1000
            raise HubSpotError(
                401,
                "EXPIRED_AUTHENTICATION",
                f"The OAuth token used to make this call expired {late} second(s) ago.",
                context={"expire time": [stamp(token.expires)]},
            )
        return token

    def find(self, value: str) -> Token | None:
        """The token of that value, expired or not."""
        if value == self.private_token:
            return Token(
                value=value,
                app_id=self.private_app_id,
                user_id=self.user_id,
                scopes=self._private_scopes(),
                expires=None,
                is_private=True,
            )
        return self._tokens.get(value)

    def require(self, token: Token, scopes: Iterable[str]) -> None:
        """403 unless the token has one of *scopes*; none asked means that any token will do."""
        wanted = list(scopes)
        if wanted and not token.scopes & set(wanted):
            raise HubSpotError(
                403,
                "MISSING_SCOPES",
                "This app hasn't been granted all required scopes to make this call. Read more "
                "about required scopes here: https://developers.hubspot.com/scopes.",
                errors=[
                    {
                        "message": "One or more of the following scopes are required.",
                        "context": {"requiredGranularScopes": wanted},
                    }
                ],
                extra={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
            )

    def check_authorize(self, query: Mapping[str, str]) -> frozenset[str]:
        """The scopes an authorize address asks for, or what is wrong with it."""
        if query.get("client_id") != self.client_id:
            raise _oauth_error("BAD_CLIENT_ID", "missing or unknown client id", "invalid_client")
        _check_redirect(query.get("redirect_uri", ""))
        asked = query.get("scope", "").split()
        unknown = sorted(set(asked) - SCOPES)
        if unknown:
            raise _oauth_error(
                "BAD_SCOPES", f"unknown scopes: {' '.join(unknown)}", "invalid_scope"
            )
        method = query.get("code_challenge_method", "S256")
        if query.get("code_challenge") and method != "S256":
            raise _oauth_error("BAD_CODE_VERIFIER", f"unknown method {method}", "invalid_request")
        optional = set(query.get("optional_scope", "").split()) & SCOPES
        return frozenset({"oauth", *asked, *optional})

    def issue_code(self, query: Mapping[str, str]) -> str:
        """The code a user's consent gives, good for a minute and one use."""
        scopes = self.check_authorize(query)
        code = self._world.uuid()
        self._codes[code] = _Grant(
            scopes=scopes,
            redirect_uri=query["redirect_uri"],
            challenge=query.get("code_challenge") or None,
            expires=self._world.clock.now_ms() + _CODE_SECONDS * 1000,
        )
        return code

    def exchange(self, form: Mapping[str, str]) -> tuple[Token, str | None]:
        """A token for what the form offers, with its refresh token where there is one."""
        if form.get("client_id") != self.client_id:
            raise _oauth_error("BAD_CLIENT_ID", "missing or unknown client id", "invalid_client")
        if form.get("client_secret") != self.client_secret:
            raise _oauth_error(
                "BAD_CLIENT_SECRET", "missing or invalid client secret", "invalid_client"
            )
        match form.get("grant_type"):
            case "authorization_code":
                return self._by_code(form)
            case "refresh_token":
                return self._by_refresh_token(form)
            case "client_credentials":
                return self._by_client(form)
            case other:
                raise _oauth_error(
                    "BAD_GRANT_TYPE", f"unknown grant_type {other!r}", "unsupported_grant_type"
                )

    def refresh_scopes(self, refresh_token: str) -> frozenset[str] | None:
        """What a refresh token stands for, None if it is not good."""
        grant = self._refresh.get(refresh_token)
        return None if grant is None else grant.scopes

    def revoke(self, value: str) -> None:
        """
        End a token. Revoking a refresh token leaves access tokens alive, unless the switch
        `revoking_ends_access` says otherwise.
        """
        grant = self._refresh.pop(value, None)
        self._tokens.pop(value, None)
        if grant is not None and self._world.switches["revoking_ends_access"]:
            self._tokens.clear()

    def revoke_all(self) -> None:
        """What uninstalling the app does."""
        self._refresh.clear()
        self._tokens.clear()
        self._codes.clear()

    def expire_all(self) -> None:
        """Let every access token be out of date now."""
        now = self._world.clock.now_ms()
        self._tokens = {value: replace(token, expires=now) for value, token in self._tokens.items()}

    def _by_code(self, form: Mapping[str, str]) -> tuple[Token, str]:
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or (grant.expires or 0) <= self._world.clock.now_ms():
            raise _oauth_error("BAD_AUTH_CODE", "missing or unknown auth code", "invalid_grant")
        if form.get("redirect_uri") != grant.redirect_uri:
            raise _oauth_error(
                "BAD_REDIRECT_URI", "missing or invalid redirect uri", "invalid_grant"
            )
        if (
            grant.challenge is not None
            and _challenge(form.get("code_verifier", "")) != grant.challenge
        ):
            raise _oauth_error(
                "BAD_CODE_VERIFIER", "missing or invalid code verifier", "invalid_grant"
            )
        refresh_token = self._new_refresh_token(replace(grant, challenge=None, expires=None))
        return self._new_token(grant.scopes), refresh_token

    def _by_refresh_token(self, form: Mapping[str, str]) -> tuple[Token, str]:
        given = form.get("refresh_token", "")
        grant = self._refresh.get(given)
        if grant is None:
            raise _oauth_error(
                "BAD_REFRESH_TOKEN", "missing or invalid refresh token", "invalid_grant"
            )
        if self._world.switches["refresh_token_rotation"]:
            del self._refresh[given]
            given = self._new_refresh_token(grant)
        return self._new_token(grant.scopes), given

    def _by_client(self, form: Mapping[str, str]) -> tuple[Token, None]:
        asked = frozenset(form.get("scope", "").split())
        if not asked & JOURNAL_SCOPES or not asked <= SCOPES:
            raise _oauth_error(
                "BAD_SCOPES", "client credentials are for journal scopes only", "invalid_scope"
            )
        return self._new_token(asked), None

    def _new_token(self, scopes: frozenset[str]) -> Token:
        seconds = int(self._world.switches["access_token_seconds"])
        token = Token(
            value=f"C{self._world.letters(180)}",
            app_id=self.app_id,
            user_id=self.user_id,
            scopes=scopes,
            expires=self._world.clock.now_ms() + seconds * 1000,
        )
        self._tokens[token.value] = token
        return token

    def _new_refresh_token(self, grant: _Grant) -> str:
        value = f"na1-{self._world.uuid()}"
        self._refresh[value] = grant
        return value

    def _private_scopes(self) -> frozenset[str]:
        chosen = str(self._world.switches["private_app_scopes"])
        return frozenset(SCOPES if chosen == "all" else chosen.split())


def describe(token: Token, refresh_token: str | None, seconds: int, hub_id: int) -> dict[str, Any]:
    """The answer of the token endpoint; without a refresh token it was asked by client credentials."""
    shown: dict[str, Any] = {
        "token_type": "bearer",
        "token_use": "client_credentials" if refresh_token is None else "access_token",
        "access_token": token.value,
        "expires_in": seconds,
        "hub_id": hub_id,
        "user_id": token.user_id,
        "scopes": sorted(token.scopes),
    }
    if refresh_token is not None:
        shown["refresh_token"] = refresh_token
    return shown


def _check_redirect(uri: str) -> None:
    """https except on localhost, and no bare IP address but the loopback's [D-oauth]."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    is_local = host in ("localhost", "127.0.0.1")
    is_bare_address = is_whole(host.replace(".", "")) or ":" in host
    if (parts.scheme == "https" and host and not is_bare_address) or (
        parts.scheme in ("http", "https") and is_local
    ):
        return
    raise _oauth_error(
        "BAD_REDIRECT_URI", "the redirect uri must be https, or localhost", "invalid_request"
    )


def _oauth_error(status: str, message: str, error: str) -> HubSpotError:
    return HubSpotError(
        400, None, message, extra={"status": status, "error": error, "error_description": message}
    )


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
