"""Salesforce's events from the simulated org's event bus to hints, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.stores import KEYRING, a_connection

from tandem.clock import SystemClock
from tandem.crm.http import AiohttpTransport
from tandem.crm.rate_limit import Budget, Pace
from tandem.crm.salesforce import SalesforceConnector
from tandem.crm.tokens import StaticToken
from tandem.feeds.noting import Noting
from tandem.feeds.salesforce_events import EventWaits
from tandem.feeds.salesforce_listening import SalesforceListening
from tandem.model import Side
from tandem.sandbox.server import Sandbox
from tandem.store import Account, Change, FeedHealth, FeedState, Hint, Store

SETTINGS = "[salesforce_tasks]\nenabled = true\n"
EVERYTHING = Hint.everything(Side.SALESFORCE)
KEEP_ALIVE_SECONDS = 271


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store("sqlite://", KEYRING, clock=SystemClock().now) as opened:
        yield opened


class Ear:
    """Listens to a sandbox for an account of *store*, and can stop and listen again."""

    def __init__(self, sandbox: Sandbox, store: Store, transport: AiohttpTransport) -> None:
        self.sandbox = sandbox
        self.store = store
        name = f"c{len(store.connections())}"
        # The same organisation may be connected to many portals, but an account is one organisation.
        self.mine = a_connection(store, name, hubspot=name, salesforce=sandbox.salesforce.org_id)
        found = store.connection_by_id(self.mine.connection_id).account_id(Side.SALESFORCE)
        assert found is not None
        self.account_id = found
        store.save_settings(
            self.mine.connection_id,
            text=SETTINGS,
            expected_version=store.settings(self.mine.connection_id).version,
            changed_by="a test",
            difference="",
            at=SystemClock().now(),
        )
        self._transport = transport

    @asynccontextmanager
    async def listening(self, *, ca: bool = False) -> AsyncIterator[None]:
        async def org_of(account: Account) -> SalesforceConnector:
            return SalesforceConnector(
                self._transport,
                StaticToken(self.sandbox.tokens["salesforce"]),
                Budget(Side.SALESFORCE, SystemClock(), Pace().without_limits()),
                clock=SystemClock(),
                base_url=self.sandbox.salesforce_url,
            )

        clock = SystemClock()
        listening = SalesforceListening(
            store=self.store,
            noting=Noting(self.store, clock),
            clock=clock,
            org_of=org_of,
            address=f"{'https' if ca else 'http'}://{self.sandbox.events_target}",
            ca_file=self.sandbox.ca_path if ca else None,
            waits=EventWaits(first=0.01, refused=0.01, daily_limit=0.01),
        )
        stop = asyncio.Event()
        task = asyncio.create_task(listening.listen(self.account_id, stop))
        try:
            yield
        finally:
            stop.set()
            await task

    @property
    def state(self) -> FeedState | None:
        found = self.store.hints.feed_states(self.account_id)
        return found[0] if found else None

    @property
    def hints(self) -> list[Hint]:
        return [each.hint for each in self.mine.hints(1_000)]

    def forget(self) -> None:
        self.mine.forget_hints(self.mine.hints(1_000))

    def act(self, what: str, **given: Any) -> dict[str, Any]:
        return self.sandbox.salesforce.act(what, given)

    def task(self) -> str:
        return str(self.act("create_task", fields={"Subject": "Hush"})["id"])

    def arm(self, kind: str, **given: Any) -> None:
        self.sandbox.world.faults["salesforce"].arm({"kind": kind, **given})

    async def begin(self) -> None:
        """Until all streams have said something: nothing is missed from then on."""
        await self.until(lambda: len(self.sandbox.salesforce.events.streams) == 5)
        self.sandbox.world.clock.advance(KEEP_ALIVE_SECONDS)
        await self.until(self.is_healthy)
        self.forget()

    def is_healthy(self) -> bool:
        return self.state is not None and self.state.state is FeedHealth.HEALTHY

    def has(self, *ids: str) -> bool:
        return {each.record_id for each in self.hints} >= set(ids)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110 - another process would be asked like this, too
                await asyncio.sleep(0.005)


@asynccontextmanager
async def ear_on(store: Store, *, plaintext: bool = True) -> AsyncIterator[Ear]:
    sandbox = Sandbox(data="empty", events_port=0, events_plaintext=plaintext)
    async with sandbox, AiohttpTransport() as transport:
        yield Ear(sandbox, store, transport)


async def test_an_edit_is_a_hint_a_moment_later(store: Store) -> None:
    async with ear_on(store) as ear, ear.listening():
        await ear.begin()
        made = ear.task()
        await ear.until(lambda: ear.has(made))
        ear.act("edit_task", id=made, fields={"Subject": "Louder"})
        ear.act("delete_record", id=made)
        await ear.until(lambda: ear.hints[0].change is Change.DELETED)

    (hint,) = ear.hints
    assert (hint.side, hint.object, hint.record_id) == (Side.SALESFORCE, "Task", made)
    assert hint.occurred_at is not None


async def test_the_objects_are_selected_on_the_way(store: Store) -> None:
    async with ear_on(store) as ear, ear.listening():
        await ear.begin()
        contact = str(ear.act("create_record", object="Contact", fields={"LastName": "Ann"})["id"])
        await ear.until(lambda: ear.has(contact))

    assert [hint.object for hint in ear.hints] == ["Contact"]


async def test_what_happens_while_nobody_listens_is_heard_later(store: Store) -> None:
    async with ear_on(store) as ear:
        async with ear.listening():
            await ear.begin()
        made = [ear.task() for _ in range(3)]
        async with ear.listening():
            await ear.until(lambda: ear.has(*made))

    assert EVERYTHING not in ear.hints


async def test_what_is_no_longer_kept_is_looked_for(store: Store) -> None:
    async with ear_on(store) as ear:
        async with ear.listening():
            await ear.begin()
        ear.task()
        ear.sandbox.world.clock.advance(80 * 3600)
        async with ear.listening():
            await ear.until(lambda: EVERYTHING in ear.hints)
            await ear.until(lambda: len(ear.sandbox.salesforce.events.streams) == 5)
            made = ear.task()
            await ear.until(lambda: ear.has(made))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "stream_broken", "after": 1},
        {"kind": "event_doubled"},
        {"kind": "event_gap"},
    ],
)
async def test_trouble_on_the_way_loses_nothing(store: Store, fault: dict[str, Any]) -> None:
    async with ear_on(store) as ear, ear.listening():
        await ear.begin()
        ear.arm(**fault)
        made = [ear.task() for _ in range(5)]
        await ear.until(lambda: ear.has(*made))


@pytest.mark.parametrize(
    "fault", ["pubsub_unavailable", "pubsub_internal", "pubsub_limit", "pubsub_unauthenticated"]
)
async def test_refusals_at_the_beginning_are_outlived(store: Store, fault: str) -> None:
    async with ear_on(store) as ear:
        ear.arm(fault, method="Subscribe")
        async with ear.listening():
            await ear.begin()
            made = ear.task()
            await ear.until(lambda: ear.has(made))


async def test_an_overflow_means_to_look_at_everything(store: Store) -> None:
    async with ear_on(store) as ear, ear.listening():
        await ear.begin()
        ear.sandbox.world.switches.set({"cdc_overflow_after": 0})
        ear.task()
        await ear.until(lambda: any(hint.is_everything for hint in ear.hints))


@pytest.mark.parametrize("unselected", ["refused", "silent"])
async def test_a_sixth_object_that_may_not_be_selected_is_told(
    store: Store, unselected: str
) -> None:
    """However the org answers who subscribes to it."""
    async with ear_on(store) as ear:
        ear.sandbox.world.switches.set({"cdc_unselected_topic": unselected})
        ear.act(
            "select_change_events", objects=["Task", "Case", "Event", "Campaign", "Opportunity"]
        )
        async with ear.listening():
            await ear.until(lambda: ear.state is not None and ear.state.detail != "")
            state = ear.state

    assert state is not None
    assert state.detail == "Contact, Lead, Account"


async def test_the_bus_is_trusted_by_the_sandboxs_own_authority(store: Store) -> None:
    async with ear_on(store, plaintext=False) as ear, ear.listening(ca=True):
        await ear.begin()
        made = ear.task()
        await ear.until(lambda: ear.has(made))
