"""
Signing in to a CRM in two requests: away to its page, and back with a code.

What lies between is kept encrypted, bound to the session that began it, for ten minutes and for one use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from tandem.crm.hubspot import HUBSPOT_API
from tandem.crm.oauth import Pkce, new_pkce, new_state
from tandem.crm.oauth_hubspot import HUBSPOT_APP, HubSpotOAuth
from tandem.crm.oauth_salesforce import LOGIN_URL, SalesforceOAuth
from tandem.engine.connecting import Connecting
from tandem.engine.signing_in import SignIn, missing_scopes, with_grant, withdraw_too_little
from tandem.model import Side
from tandem.store import Connection, Credential
from tandem.store.web import Members
from tandem.web.addresses import instance_url
from tandem.web.desk import Desk

__all__ = ["CALLBACK", "Begun", "Wrong", "address_of", "begin", "finish", "paste"]

CALLBACK = "/oauth/callback"
LIVES = timedelta(minutes=10)


class Wrong(Exception):
    """A sentence of the catalogue says what is wrong with what was given."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in under way."""

    side: Side
    name: str
    url: str
    client_id: str
    client_secret: str | None
    verifier: str
    challenge: str
    redirect_uri: str
    back: str

    @property
    def pair(self) -> Pkce:
        return Pkce(self.verifier, self.challenge)


async def begin(
    desk: Desk,
    members: Members,
    session: str,
    *,
    side: Side,
    name: str,
    url: str,
    client_id: str,
    client_secret: str | None,
    redirect_uri: str,
    back: str,
    is_other_user: bool = False,
) -> str:
    """Where the browser has to go; *is_other_user* asks Salesforce to show its sign-in page anew."""
    pair, state = new_pkce(), new_state()
    begun = Begun(
        side=side,
        name=name,
        url=url,
        client_id=client_id,
        client_secret=client_secret,
        verifier=pair.verifier,
        challenge=pair.challenge,
        redirect_uri=redirect_uri,
        back=back,
    )
    await desk.store.run(members.begin_pending, state, session, msgspec.to_builtins(begun), LIVES)
    address = _oauth(desk, begun).authorize_url(redirect_uri, state, pair)
    # Without it a browser that is signed in to Salesforce comes back as the same user [oauth-web].
    return f"{address}&prompt=login" if is_other_user and side is Side.SALESFORCE else address


async def finish(
    desk: Desk, begun_as: Mapping[str, Any], code: str, *, allow_loopback: bool
) -> tuple[Connection, Begun]:
    """The connection, its half made or renewed with what was granted; Wrong where that is not enough."""
    begun = msgspec.convert(begun_as, Begun)
    oauth = _oauth(desk, begun)
    grant = await oauth.exchange(code, begun.redirect_uri, begun.pair)
    missing = missing_scopes(begun.side, grant)
    if missing:
        await withdraw_too_little(oauth, grant)
        raise Wrong(f"web.connect.scopes_{begun.side.value}", scopes=", ".join(missing))
    credential = with_grant(
        Credential(
            kind="oauth",
            client_id=begun.client_id,
            client_secret=begun.client_secret,
            token_url=begun.url,
        ),
        grant,
    )
    base_url = begun.url
    if begun.side is Side.SALESFORCE:
        base_url = _checked(begun.side, grant.instance_url or begun.url, allow_loopback)
    connecting = _SignedInConnecting(
        store=desk.connecting.store,
        connectors=desk.connecting.connectors,
        transport=desk.connecting.transport,
        clock=desk.connecting.clock,
        who=desk.who,
        credential=credential,
        base_url=base_url,
    )
    return await _connect(connecting, begun.side, begun.name), begun


async def paste(desk: Desk, *, side: Side, name: str, url: str, token: str) -> Connection:
    """The connection, its half made or renewed with a token that somebody pasted."""
    return await _connect(desk.connecting, side, name, url=url, token=token)


async def _connect(
    connecting: Connecting,
    side: Side,
    name: str,
    *,
    url: str | None = None,
    token: str | None = None,
) -> Connection:
    if side is Side.HUBSPOT:
        return await connecting.hubspot(
            name, url=url, token=token, client_id=None, client_secret=None, open_browser=_no_browser
        )
    return await connecting.salesforce(
        name,
        url=url,
        token=token,
        client_id=None,
        client_secret=None,
        username=None,
        private_key=None,
        browser=False,
        open_browser=_no_browser,
    )


def address_of(side: Side, given: str, *, allow_loopback: bool) -> str:
    """The CRM's address as a form gives it; empty is the CRM's usual one."""
    if not given:
        return HUBSPOT_API if side is Side.HUBSPOT else LOGIN_URL
    return _checked(side, given, allow_loopback)


def _checked(side: Side, given: str, allow_loopback: bool) -> str:
    url = instance_url(side, given, allow_loopback=allow_loopback)
    if url is None:
        raise Wrong(f"web.connect.address_{side.value}", given=given[:100])
    return url


def _oauth(desk: Desk, begun: Begun) -> HubSpotOAuth | SalesforceOAuth:
    if begun.side is Side.HUBSPOT:
        return HubSpotOAuth(
            desk.transport,
            clock=desk.clock,
            client_id=begun.client_id,
            client_secret=begun.client_secret,
            api_url=begun.url,
            # The simulated HubSpot serves its pages where its API is.
            app_url=HUBSPOT_APP if begun.url == HUBSPOT_API else begun.url,
        )
    return SalesforceOAuth(
        desk.transport,
        clock=desk.clock,
        client_id=begun.client_id,
        client_secret=begun.client_secret,
        login_url=begun.url,
    )


def _no_browser(address: str) -> None:
    raise RuntimeError("a page sends its own browser away")


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignedIn(SignIn):
    """A sign-in that is over: answers with what was granted."""

    credential: Credential
    base_url: str

    async def hubspot(self, url: str | None, **given: Any) -> tuple[Credential, str]:
        return self.credential, self.base_url

    async def salesforce(self, url: str | None, **given: Any) -> tuple[Credential, str]:
        return self.credential, self.base_url


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignedInConnecting(Connecting):
    """All that connecting does after the sign-in."""

    credential: Credential
    base_url: str

    def _sign_in(self, open_browser: Any) -> SignIn:
        return _SignedIn(
            transport=self.transport,
            clock=self.clock,
            open_browser=open_browser,
            credential=self.credential,
            base_url=self.base_url,
        )
