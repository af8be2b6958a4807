"""Connectors for a connection's two accounts, kept for as long as the process lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from tandem.clock import Clock
from tandem.crm.http import Transport
from tandem.crm.hubspot import HubSpotConnector
from tandem.crm.rate_limit import Budget, Budgets, Pace
from tandem.crm.salesforce import SalesforceConnector
from tandem.crm.tokens import Grant, StaticToken, Tokens, TokenSource
from tandem.engine.signing_in import grant_of, renewal, with_grant
from tandem.errors import AccessLost
from tandem.model import Side
from tandem.settings.activities import parse
from tandem.store.credentials import Credential
from tandem.store.rows import Account, Connection
from tandem.store.store import Store

__all__ = ["Connected", "Connectors", "is_loopback"]

_REFRESH_SECONDS = 60.0
_REFRESH_PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Both sides of a connection, ready to be called."""

    hubspot: HubSpotConnector
    salesforce: SalesforceConnector
    external_ids: Mapping[Side, str]

    def budget(self, side: Side) -> Budget:
        return (self.hubspot if side is Side.HUBSPOT else self.salesforce).budget

    def calls(self) -> dict[Side, int]:
        """Calls made so far by this process, all connections of the accounts together."""
        return {side: self.budget(side).meter.total for side in Side}


class Connectors:
    """One connector for each account; connections that share an account share it and its budget."""

    def __init__(self, store: Store, transport: Transport, clock: Clock, owner: str) -> None:
        self._store = store
        self._transport = transport
        self._clock = clock
        self._owner = owner
        self._budgets = Budgets(clock)
        self._made: dict[int, tuple[Account, HubSpotConnector | SalesforceConnector]] = {}

    async def connect(self, connection: Connection) -> Connected:
        """The connectors of a complete connection, kept to their accounts' allocations."""
        found = {}
        external_ids = {}
        for side in Side:
            account_id = connection.account_id(side)
            assert account_id is not None, "the caller checks that both sides are attached"
            account, connector = await self._connector(account_id)
            await self._allot(account)
            found[side] = connector
            external_ids[side] = account.external_id
        hubspot, salesforce = found[Side.HUBSPOT], found[Side.SALESFORCE]
        assert isinstance(hubspot, HubSpotConnector)
        assert isinstance(salesforce, SalesforceConnector)
        hubspot.begin_run()
        salesforce.begin_run()
        return Connected(hubspot=hubspot, salesforce=salesforce, external_ids=external_ids)

    async def allotted(self, account: Account) -> int | None:
        """
        The calls allotted to *account* for 24 hours: a budget belongs to the account, so of the settings
        of all connections that use it the smallest number holds.
        """
        return await self._store.run(self._allotted, account)

    def _allotted(self, account: Account) -> int | None:
        using = self._store.connections_using(account.side, account.id)
        texts = [self._store.settings(connection_id).text for connection_id in using]
        found = [_allotments(text).get(account.side) for text in texts]
        return min((number for number in found if number is not None), default=None)

    async def _allot(self, account: Account) -> None:
        """Keep the account to its allocation, what earlier processes used of it included."""
        daily_calls = await self.allotted(account)
        budget = self._budgets.of(
            account.side, account.external_id, self._pace(account, daily_calls)
        )
        if self._store.is_shared:
            known = await self._store.run(self._store.budget, account.id)
            if known is not None:
                budget.go_on_from(known[0])
        if daily_calls is None:
            return
        since = self._clock.now() - timedelta(hours=24)
        used = await self._store.run(self._store.calls_by_hour, account.id, since)
        budget.meter.begin_with(dict(used))

    async def save(self, connection: Connection, connected: Connected) -> None:
        """Tell other processes, where there may be any, what is left of the accounts' limits."""
        if not self._store.is_shared:
            return
        at = self._clock.now()
        for side in Side:
            account_id = connection.account_id(side)
            if account_id is not None:
                state = connected.budget(side).state()
                await self._store.run(self._store.save_budget, account_id, state, at)

    async def salesforce(self, account: Account) -> SalesforceConnector:
        """The connector of a Salesforce account, whoever asks."""
        _, connector = await self._connector(account.id)
        assert isinstance(connector, SalesforceConnector)
        return connector

    def budgets(self) -> Sequence[Budget]:
        """Those of the accounts that this process has called."""
        return [connector.budget for _, connector in list(self._made.values())]

    def forget(self, account_id: int) -> None:
        """The account was connected anew or disconnected: its token is another one from now on."""
        self._made.pop(account_id, None)

    async def _connector(
        self, account_id: int
    ) -> tuple[Account, HubSpotConnector | SalesforceConnector]:
        account = await self._store.run(self._store.account, account_id)
        known = self._made.get(account_id)
        if known is not None and known[0] == account:
            return known
        if not account.has_credential:
            raise AccessLost(
                f"There is no token for {account.side.title} any more. Connect it again: "
                f"tandem connect {account.side.value}",
                side=account.side,
                operation="read the credential",
            )
        credential = await self._store.run(self._store.credential, account_id)
        tokens = self._tokens(account, credential)
        budget = self._budgets.of(account.side, account.external_id, self._pace(account, None))
        connector: HubSpotConnector | SalesforceConnector
        if account.side is Side.HUBSPOT:
            connector = HubSpotConnector(
                self._transport,
                tokens,
                budget,
                clock=self._clock,
                base_url=account.base_url,
                # A simulated CRM has its pages where its API is.
                pages=account.base_url if is_loopback(account.base_url) else None,
            )
        else:
            connector = SalesforceConnector(
                self._transport, tokens, budget, clock=self._clock, base_url=account.base_url
            )
        self._made[account_id] = (account, connector)
        return self._made[account_id]

    def _pace(self, account: Account, daily_calls: int | None) -> Pace:
        pace = Pace(daily_calls=daily_calls)
        # A simulated CRM on this machine has no other applications to leave a share to.
        return pace.without_limits() if is_loopback(account.base_url) else pace

    def _tokens(self, account: Account, credential: Credential) -> TokenSource:
        if credential.kind in ("token", "session"):
            scopes = frozenset(credential.scopes) if credential.scopes else None
            return StaticToken(credential.access_token or "", scopes)
        renew = renewal(self._transport, account.side, credential, self._clock)

        async def save(grant: Grant) -> None:
            await self._store.run(
                self._store.save_credential, account.id, with_grant(credential, grant)
            )

        async def renew_alone(grant: Grant) -> Grant:
            deadline = self._clock.now() + _REFRESH_PATIENCE
            while not await self._store.run(
                self._store.refresh_lock, account.id, self._owner, _REFRESH_SECONDS
            ):
                await self._clock.sleep(0.2)
                saved = grant_of(await self._store.run(self._store.credential, account.id))
                if saved.access_token != grant.access_token:
                    return saved
                if self._clock.now() > deadline:
                    break
            try:
                saved = grant_of(await self._store.run(self._store.credential, account.id))
                if saved.access_token != grant.access_token:
                    # Renewed elsewhere just before the lock was ours: with rotation our token is dead.
                    return saved
                fresh = await renew(grant)
                # Saved before the lock is given up: with rotation the old refresh token is dead now.
                await save(fresh)
                return fresh
            finally:
                await self._store.run(self._store.release_refresh_lock, account.id, self._owner)

        async def latest() -> Grant:
            return grant_of(await self._store.run(self._store.credential, account.id))

        return Tokens(
            grant_of(credential), renew_alone, self._clock, on_rotated=save, latest=latest
        )


@lru_cache(maxsize=256)
def _allotments(settings: str) -> Mapping[Side, int | None]:
    """Asked for every run and seldom changed: reading the settings costs milliseconds."""
    return parse(settings).daily_calls


def is_loopback(url: str) -> bool:
    """Whether *url* lies on this machine, as the sandbox's addresses do."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
