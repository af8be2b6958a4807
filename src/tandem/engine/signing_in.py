"""Ways into an account: pasted tokens and the OAuth flows, as credentials that can be stored and renewed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tandem.clock import Clock
from tandem.crm.http import Transport
from tandem.crm.hubspot import HUBSPOT_API
from tandem.crm.oauth import new_pkce, new_state
from tandem.crm.oauth_hubspot import HUBSPOT_APP, HUBSPOT_SCOPES, HubSpotOAuth
from tandem.crm.oauth_salesforce import LOGIN_URL, SalesforceOAuth
from tandem.crm.redirect import RedirectReceiver
from tandem.crm.tokens import Grant
from tandem.errors import CrmError, SettingsError
from tandem.model import Side
from tandem.store.credentials import Credential

__all__ = [
    "SignIn",
    "grant_of",
    "missing_scopes",
    "renewal",
    "revoke",
    "with_grant",
    "withdraw_too_little",
]

Renew = Callable[[Grant], Awaitable[Grant]]


def grant_of(credential: Credential) -> Grant:
    """The grant that a stored credential holds."""
    return Grant(
        access_token=credential.access_token or "",
        refresh_token=credential.refresh_token,
        expires_at=credential.expires_at,
        instance_url=credential.instance_url,
        scopes=frozenset(credential.scopes) if credential.scopes else None,
    )


def with_grant(credential: Credential, grant: Grant) -> Credential:
    """*credential* holding what was granted anew; what the answer left out stays."""
    return Credential(
        kind=credential.kind,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token or credential.refresh_token,
        expires_at=grant.expires_at,
        client_id=credential.client_id,
        client_secret=credential.client_secret,
        token_url=credential.token_url,
        instance_url=grant.instance_url or credential.instance_url,
        private_key=credential.private_key,
        username=credential.username,
        audience=credential.audience,
        scopes=tuple(sorted(grant.scopes or credential.scopes)),
    )


def missing_scopes(side: Side, grant: Grant) -> tuple[str, ...]:
    """
    What Tandem cannot do without and was not granted, by the CRM's own names; empty where all is there.

    Salesforce's ``full`` holds ``api``, and ``offline_access`` is another word for ``refresh_token`` [oauth-web].
    """
    if grant.scopes is None:
        return ()
    if side is Side.HUBSPOT:
        return tuple(scope for scope in HUBSPOT_SCOPES if scope not in grant.scopes)
    enough = {
        "api": grant.scopes & {"api", "full"},
        "refresh_token": grant.scopes & {"refresh_token", "offline_access"},
    }
    return tuple(scope for scope, granted in enough.items() if not granted)


async def withdraw_too_little(oauth: HubSpotOAuth | SalesforceOAuth, grant: Grant) -> None:
    """Give back a grant that is not kept, so that no token lives on which nobody knows of."""
    try:
        await oauth.revoke(grant)
    except CrmError:
        return  # it was refused anyway; the sentence about the scopes is what helps


def renewal(transport: Transport, side: Side, credential: Credential, clock: Clock) -> Renew:
    """How a grant of this credential is renewed."""
    if side is Side.HUBSPOT:
        return _hubspot(transport, clock, credential).refresh
    oauth = _salesforce(transport, clock, credential)
    if credential.kind == "jwt":

        async def by_assertion(grant: Grant) -> Grant:
            return await oauth.jwt_bearer(
                credential.private_key or "",
                credential.username or "",
                audience=credential.audience,
            )

        return by_assertion
    if credential.kind == "client_credentials":

        async def by_client(grant: Grant) -> Grant:
            return await oauth.client_credentials()

        return by_client
    return oauth.refresh


async def revoke(transport: Transport, side: Side, credential: Credential, clock: Clock) -> None:
    """Withdraw what was granted. A pasted token is its owner's to withdraw and stays as it is."""
    if credential.kind in ("token", "session") or credential.client_id is None:
        return
    oauth: HubSpotOAuth | SalesforceOAuth
    if side is Side.HUBSPOT:
        oauth = _hubspot(transport, clock, credential)
    else:
        oauth = _salesforce(transport, clock, credential)
    await oauth.revoke(grant_of(credential))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Signs in to a CRM; ``open_browser`` is told the address that a person has to visit."""

    transport: Transport
    clock: Clock
    open_browser: Callable[[str], None]

    async def hubspot(
        self,
        url: str | None,
        *,
        token: str | None,
        client_id: str | None,
        client_secret: str | None,
    ) -> tuple[Credential, str]:
        """The credential, and the address of the API it is for."""
        base_url = (url or HUBSPOT_API).rstrip("/")
        if token:
            return Credential(kind="token", access_token=token), base_url
        if not client_id:
            raise SettingsError(
                "Give either a token (--token: a service key or a private app's token) or the "
                "--client-id of an app to sign in with in the browser."
            )
        empty = Credential(
            kind="oauth", client_id=client_id, client_secret=client_secret, token_url=base_url
        )
        oauth = _hubspot(self.transport, self.clock, empty)
        grant = await self._in_browser(Side.HUBSPOT, oauth)
        return with_grant(empty, grant), base_url

    async def salesforce(
        self,
        url: str | None,
        *,
        token: str | None,
        client_id: str | None,
        client_secret: str | None,
        username: str | None,
        private_key: str | None,
        browser: bool,
    ) -> tuple[Credential, str]:
        """The credential, and the address of the org it is for."""
        if token:
            if not url:
                raise SettingsError(
                    "A pasted Salesforce token needs the org's own address: "
                    "--url https://example.my.salesforce.com"
                )
            return Credential(kind="session", access_token=token, instance_url=url), url.rstrip("/")
        if not client_id:
            raise SettingsError(
                "Give either a token (--token, with --url) or the --client-id of an External Client App."
            )
        kind = "jwt" if private_key else "client_credentials" if client_secret else "oauth"
        empty = Credential(
            kind="oauth" if browser and kind == "client_credentials" else kind,  # type: ignore[arg-type]
            client_id=client_id,
            client_secret=client_secret,
            token_url=(url or LOGIN_URL).rstrip("/"),
            private_key=private_key,
            username=username,
        )
        if empty.kind == "oauth":
            oauth = _salesforce(self.transport, self.clock, empty)
            grant = await self._in_browser(Side.SALESFORCE, oauth)
        else:
            grant = await renewal(self.transport, Side.SALESFORCE, empty, self.clock)(
                grant_of(empty)
            )
        credential = with_grant(empty, grant)
        return credential, (credential.instance_url or empty.token_url or "").rstrip("/")

    async def _in_browser(self, side: Side, oauth: HubSpotOAuth | SalesforceOAuth) -> Grant:
        state, pair = new_state(), new_pkce()
        async with RedirectReceiver(side, state) as receiver:
            self.open_browser(oauth.authorize_url(receiver.redirect_uri, state, pair))
            code = await receiver.code()
            grant = await oauth.exchange(code, receiver.redirect_uri, pair)
        missing = missing_scopes(side, grant)
        if missing:
            await withdraw_too_little(oauth, grant)
            raise SettingsError(
                f"{side.title} granted less than Tandem needs; missing: {', '.join(missing)}. Add these "
                f"scopes to the app's settings in {side.title} and sign in again. Nothing was saved."
            )
        return grant


def _hubspot(transport: Transport, clock: Clock, credential: Credential) -> HubSpotOAuth:
    api_url = credential.token_url or HUBSPOT_API
    return HubSpotOAuth(
        transport,
        clock=clock,
        client_id=credential.client_id or "",
        client_secret=credential.client_secret,
        api_url=api_url,
        # The simulated HubSpot serves its pages where its API is.
        app_url=HUBSPOT_APP if api_url == HUBSPOT_API else api_url,
    )


def _salesforce(transport: Transport, clock: Clock, credential: Credential) -> SalesforceOAuth:
    return SalesforceOAuth(
        transport,
        clock=clock,
        client_id=credential.client_id or "",
        client_secret=credential.client_secret,
        login_url=credential.token_url or LOGIN_URL,
    )
