"""Making and ending connections: signing in, remembering the account, preparing what makes writing safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from tandem.clock import Clock
from tandem.crm.http import Transport
from tandem.crm.hubspot import HubSpotConnector
from tandem.crm.rate_limit import Budget, Pace
from tandem.crm.salesforce import SalesforceConnector
from tandem.crm.tokens import StaticToken
from tandem.engine.connectors import Connectors
from tandem.engine.signing_in import SignIn, revoke
from tandem.errors import AccessLost, CrmError, Rejected
from tandem.model import Side
from tandem.store.credentials import Credential
from tandem.store.rows import Connection
from tandem.store.store import Store

__all__ = ["DISCONNECTED", "Connecting"]

DISCONNECTED = "disconnected"
_MENDED_BY_CONNECTING = ("access_lost", "other_account", DISCONNECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """``who`` is noted in the audit log."""

    store: Store
    connectors: Connectors
    transport: Transport
    clock: Clock
    who: str

    async def hubspot(
        self,
        name: str,
        *,
        url: str | None,
        token: str | None,
        client_id: str | None,
        client_secret: str | None,
        open_browser: Callable[[str], None],
    ) -> Connection:
        """Make or renew the HubSpot half of connection *name*."""
        credential, base_url = await self._sign_in(open_browser).hubspot(
            url, token=token, client_id=client_id, client_secret=client_secret
        )
        portal = await HubSpotConnector(
            self.transport,
            StaticToken(credential.access_token or ""),
            Budget(Side.HUBSPOT, self.clock, Pace()),
            clock=self.clock,
            base_url=base_url,
        ).portal()
        return self._remember(
            name, Side.HUBSPOT, portal.id, f"HubSpot {portal.id}", base_url, credential
        )

    async def salesforce(
        self,
        name: str,
        *,
        url: str | None,
        token: str | None,
        client_id: str | None,
        client_secret: str | None,
        username: str | None,
        private_key: str | None,
        browser: bool,
        open_browser: Callable[[str], None],
    ) -> Connection:
        """Make or renew the Salesforce half, and the unique key field where the user may make it."""
        credential, base_url = await self._sign_in(open_browser).salesforce(
            url,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
            username=username,
            private_key=private_key,
            browser=browser,
        )
        connector = SalesforceConnector(
            self.transport,
            StaticToken(credential.access_token or ""),
            Budget(Side.SALESFORCE, self.clock, Pace()),
            clock=self.clock,
            base_url=base_url,
        )
        org = await connector.org()
        connection = self._remember(name, Side.SALESFORCE, org.id, org.name, base_url, credential)
        if not org.has_key_field:
            await self._prepare(connection, connector)
            org = await connector.org()
        mine = self.store.for_connection(connection.id)
        mine.cache("org", msgspec.json.encode(org), self.clock.now())
        return connection

    async def disconnect(self, name: str) -> None:
        """
        Withdraw both grants, forget the tokens and rest the connection.

        Its links stay: connected again, it goes on where it was and doubles nothing.
        """
        connection = self.store.connection(name)
        for side in Side:
            account_id = connection.account_id(side)
            if account_id is None or self._is_shared(connection, side):
                continue
            if self.store.account(account_id).has_credential:
                await self._withdraw(connection, side, self.store.credential(account_id))
                self.store.forget_credential(account_id)
            self.connectors.forget(account_id)
        self.store.suspend(connection.id, DISCONNECTED)
        self.store.note(connection.id, self.who, DISCONNECTED, name)

    async def _withdraw(self, connection: Connection, side: Side, credential: Credential) -> None:
        try:
            await revoke(self.transport, side, credential, self.clock)
        except AccessLost:
            pass  # withdrawn already: that is what was wanted
        except CrmError as error:
            # The local copy goes all the same; the CRM's own page can withdraw the rest.
            self.store.note(connection.id, self.who, "revoke_failed", str(error))

    def _sign_in(self, open_browser: Callable[[str], None]) -> SignIn:
        return SignIn(transport=self.transport, clock=self.clock, open_browser=open_browser)

    def _remember(
        self,
        name: str,
        side: Side,
        external_id: str,
        account_name: str,
        base_url: str,
        credential: Credential,
    ) -> Connection:
        known = {connection.name: connection for connection in self.store.connections()}
        connection = known.get(name) or self.store.create_connection(name)
        account_id = self.store.save_account(
            side,
            external_id=external_id,
            name=account_name,
            base_url=base_url,
            credential=credential,
        )
        self.connectors.forget(account_id)
        attached = self.store.attach(connection.id, side, account_id)
        self.store.note(connection.id, self.who, "connected", f"{side.title} {external_id}")
        if attached.is_suspended and attached.suspended_reason in _MENDED_BY_CONNECTING:
            self.store.resume(connection.id)
        mine = self.store.for_connection(connection.id)
        for cached in ("portal", "org", "owners", "users"):
            mine.forget_cached(cached)
        return self.store.connection(name)

    async def _prepare(self, connection: Connection, connector: SalesforceConnector) -> None:
        """Without the key field Tandem works too, only less cheaply; ``tandem doctor`` says how to add it."""
        try:
            told = await connector.create_key_field()
        except (AccessLost, Rejected) as error:
            told = str(error)
        self.store.note(connection.id, self.who, "key_field", told)

    def _is_shared(self, connection: Connection, side: Side) -> bool:
        account_id = connection.account_id(side)
        return any(
            other.id != connection.id and other.account_id(side) == account_id
            for other in self.store.connections()
        )
