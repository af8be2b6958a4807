"""What has to be there before an account's events can be heard, and noticing when that changes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from tandem.clock import Clock
from tandem.crm.salesforce.events import Endpoint, endpoint_for, endpoint_from, is_installed
from tandem.errors import AccessLost, CrmError, Rejected, SettingsError, StoreError
from tandem.feeds.noting import Noting
from tandem.feeds.salesforce_events import Bus, EventWaits, SalesforceEvents, entities_for
from tandem.model import Side
from tandem.settings.activities import parse
from tandem.store import Account, FeedHealth, FeedName, Store
from tandem.sync.policy import Policy

__all__ = ["EVENTS_OFF", "EventPlan", "Org", "SalesforceListening", "Selecting"]

EVENTS_OFF = "off"
"""The setting of who wants no events."""
_WHO = "tandem"


class Selecting(Protocol):
    """What is needed of `Selection`."""

    async def entities(self) -> frozenset[str]: ...

    async def select(self, entity: str) -> bool: ...


class Org(Protocol):
    """What is needed of a ``SalesforceConnector``."""

    @property
    def selection(self) -> Selecting: ...

    def event_bus(
        self, endpoint: Endpoint, *, tenant_id: str, ca_file: Path | None, use_proxies: bool
    ) -> Bus: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """Whose events are heard, and whose are wanted without the org making any."""

    entities: tuple[str, ...] = ()
    unselected: tuple[str, ...] = ()


class SalesforceListening:
    """
    Hears the events of accounts, one for each call of `listen`, as the settings of its connections want them.

    *address* is where events come from if not from Salesforce's own address, or `EVENTS_OFF`; *org_of* gives the
    connector of an account. A wrong address is refused at once. What the org makes no events of, yet, is selected where the integration user may.
    """

    def __init__(
        self,
        *,
        store: Store,
        noting: Noting,
        clock: Clock,
        org_of: Callable[[Account], Awaitable[Org]],
        address: str | None = None,
        ca_file: Path | None = None,
        use_proxies: bool = True,
        look_again_seconds: float = 300.0,
        jitter: random.Random | None = None,
        waits: EventWaits | None = None,
    ) -> None:
        self._store = store
        self._noting = noting
        self._clock = clock
        self._org_of = org_of
        if address is not None and address != EVENTS_OFF:
            endpoint_from(address)
        self._address = address
        self._ca_file = ca_file
        self._use_proxies = use_proxies
        self._look_again = look_again_seconds
        self._jitter = jitter
        self._waits = waits
        self._refused: set[tuple[int, str]] = set()

    async def listen(self, account_id: int, stop: asyncio.Event) -> None:
        """
        Until *stop* is set, or at once where nothing is to be heard: the feed's state says why.

        Settings that change are followed within minutes. Raises what the connector, the database or a wrong setting
        raise before anything is heard.
        """
        while not stop.is_set():
            account = await self._store.run(self._store.account, account_id)
            wanted = entities_for(await self._policies(account_id))
            endpoint = self._endpoint(account)
            if not wanted or endpoint is None or not is_installed():
                message = self._why_off(wanted, endpoint)
                await self._tell(account_id, FeedHealth.OFF, message)
                return
            try:
                org = await self._org_of(account)
                plan = await self._plan(account_id, org.selection, wanted)
                await self._hear(account, org, endpoint, plan, stop)
            except (CrmError, SettingsError) as error:
                await self._tell(account_id, FeedHealth.BROKEN, "events_refused", str(error))
                raise

    async def _hear(
        self, account: Account, org: Org, endpoint: Endpoint, plan: EventPlan, stop: asyncio.Event
    ) -> None:
        """Until *stop* is set or another plan is called for."""
        events = SalesforceEvents(
            account_id=account.id,
            bus=org.event_bus(
                endpoint,
                tenant_id=account.external_id,
                ca_file=self._ca_file,
                use_proxies=self._use_proxies,
            ),
            noting=self._noting,
            store=self._store,
            clock=self._clock,
            entities=plan.entities,
            unselected=plan.unselected,
            jitter=self._jitter,
            waits=self._waits,
        )
        enough = asyncio.Event()
        watches = [
            asyncio.create_task(self._until_other_plan(account.id, org, plan, enough)),
            asyncio.create_task(_pass_on(stop, enough)),
        ]
        try:
            await events.listen(enough)
        finally:
            for each in watches:
                each.cancel()
            await asyncio.gather(*watches, return_exceptions=True)

    async def _until_other_plan(
        self, account_id: int, org: Org, plan: EventPlan, enough: asyncio.Event
    ) -> None:
        while not enough.is_set():
            await self._clock.sleep(self._look_again)
            try:
                wanted = entities_for(await self._policies(account_id))
                changed = plan != await self._plan(account_id, org.selection, wanted)
            except (CrmError, StoreError):
                # Who cannot be asked now is asked next time; what is heard is heard all the same.
                continue
            if changed:
                enough.set()

    async def _plan(
        self, account_id: int, selection: Selecting, wanted: Sequence[str]
    ) -> EventPlan:
        """Select what is wanted as far as the user may; what remains has no events."""
        try:
            selected = set(await selection.entities())
        except (AccessLost, Rejected):
            # Who may not look at the selection can still listen, and is told by the bus what is missing.
            return EventPlan(entities=tuple(wanted))
        for entity in wanted:
            if entity not in selected and await self._select(account_id, selection, entity):
                selected.add(entity)
        return EventPlan(
            entities=tuple(each for each in wanted if each in selected),
            unselected=tuple(each for each in wanted if each not in selected),
        )

    async def _select(self, account_id: int, selection: Selecting, entity: str) -> bool:
        if (account_id, entity) in self._refused:
            return False
        try:
            await selection.select(entity)
        except (AccessLost, Rejected):
            # Asked once: a person has to act, and the state and the set-up check say so.
            self._refused.add((account_id, entity))
            return False
        await self._note(account_id, f"Salesforce makes change events of {entity} from now on.")
        return True

    async def _note(self, account_id: int, told: str) -> None:
        """Something was changed in the customer's org: that belongs into the audit log."""
        using = await self._store.run(self._store.connections_using, Side.SALESFORCE, account_id)
        for connection_id in using:
            await self._store.run(self._store.note, connection_id, _WHO, "change_events", told)

    async def _policies(self, account_id: int) -> list[Policy]:
        return await self._store.run(self._read_policies, account_id)

    def _read_policies(self, account_id: int) -> list[Policy]:
        found = []
        for connection_id in self._store.connections_using(Side.SALESFORCE, account_id):
            if not self._store.connection_by_id(connection_id).is_suspended:
                found.append(_policy(self._store.settings(connection_id).text))
        return found

    def _endpoint(self, account: Account) -> Endpoint | None:
        if self._address == EVENTS_OFF:
            return None
        return endpoint_for(account.base_url, self._address)

    def _why_off(self, wanted: Sequence[str], endpoint: Endpoint | None) -> str:
        if self._address == EVENTS_OFF or not wanted:
            return ""
        return "events_no_address" if endpoint is None else "events_not_installed"

    async def _tell(
        self, account_id: int, state: FeedHealth, message: str, detail: str = ""
    ) -> None:
        await self._store.run(
            self._store.hints.save_feed,
            account_id,
            FeedName.EVENTS,
            state,
            self._clock.now(),
            message=message,
            detail=detail,
        )


@lru_cache(maxsize=10_000)
def _policy(settings: str) -> Policy:
    """Asked for every few minutes and seldom changed: reading the settings costs milliseconds."""
    return parse(settings)


async def _pass_on(stop: asyncio.Event, enough: asyncio.Event) -> None:
    await stop.wait()
    enough.set()
