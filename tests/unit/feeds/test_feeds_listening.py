"""Each feed has one listener among all processes, and every change of what is wanted is followed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import pytest
from tests.support.stores import KEYRING, NOW

from tandem.clock import ManualClock
from tandem.crm.hubspot.journal import Wanted
from tandem.crm.hubspot.journal_events import JournalFile
from tandem.feeds import Listening, Noting
from tandem.feeds.following import Client
from tandem.feeds.journal import JournalWaits
from tandem.model import Side
from tandem.store import Credential, FeedHealth, FeedName, FeedState, Store

TASKS_ON = "[kinds.task]\nenabled = true\n"


class QuietJournal:
    """A journal that is empty, and remembers what was subscribed to."""

    def __init__(self) -> None:
        self.subscribed: list[Mapping[str, Sequence[Wanted]]] = []

    async def latest(self) -> JournalFile | None:
        return None

    async def earliest(self) -> JournalFile | None:
        await asyncio.sleep(0)
        return None

    async def after(self, offset: str) -> JournalFile | None:
        return None

    async def subscribe(self, wanted: Mapping[str, Sequence[Wanted]]) -> int:
        self.subscribed.append(wanted)
        return 0


class Events:
    """Listens to nothing, until told to stop."""

    def __init__(self) -> None:
        self.listening: list[int] = []
        self.trouble: Exception | None = None

    async def listen(self, account_id: int, stop: asyncio.Event) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.listening.append(account_id)
        try:
            await stop.wait()
        finally:
            self.listening.remove(account_id)


class Process:
    """One program that listens."""

    def __init__(self, store: Store, clock: ManualClock, owner: str) -> None:
        self.events = Events()
        self.journals: dict[str, QuietJournal] = {}
        self.listening = Listening(
            store=store,
            noting=Noting(store, clock),
            clock=clock,
            transport=None,  # type: ignore[arg-type]
            events=self.events,
            owner=owner,
            waits=JournalWaits(between=0.001),
            journal_of=self._journal,
        )

    def _journal(self, client: Client) -> QuietJournal:
        return self.journals.setdefault(client.client_id, QuietJournal())

    async def look(self) -> None:
        await self.listening.look()
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def store(clock: ManualClock) -> Iterator[Store]:
    with Store("sqlite://", KEYRING, clock=clock.now) as opened:
        yield opened


def connect(store: Store, portal: str = "1", *, app: str | None = "app", org: str = "00D1") -> int:
    """A connection that syncs tasks; the id of its HubSpot account."""
    hubspot = store.save_account(
        Side.HUBSPOT,
        external_id=portal,
        name=portal,
        base_url="https://api.hubapi.com",
        credential=Credential(
            kind="oauth", access_token="t", client_id=app, client_secret=app and f"secret of {app}"
        ),
    )
    salesforce = store.save_account(
        Side.SALESFORCE,
        external_id=org,
        name=org,
        base_url="https://x.my.salesforce.com",
        credential=Credential(kind="session", access_token="t"),
    )
    made = store.create_connection(f"of {portal}")
    store.attach(made.id, Side.HUBSPOT, hubspot)
    store.attach(made.id, Side.SALESFORCE, salesforce)
    switch(store, made.id, TASKS_ON)
    return hubspot


def switch(store: Store, connection_id: int, text: str) -> None:
    version = store.settings(connection_id).version
    store.save_settings(
        connection_id,
        text=text,
        expected_version=version,
        changed_by="a test",
        difference="",
        at=NOW,
    )


def states(store: Store, account_id: int) -> dict[FeedName, FeedState]:
    return {each.name: each for each in store.hints.feed_states(account_id)}


async def stopped(*processes: Process) -> None:
    done = asyncio.Event()
    done.set()
    for each in processes:
        await each.listening.serve(done)


async def test_a_journal_and_an_org_are_listened_to_by_one_of_several(
    store: Store, clock: ManualClock
) -> None:
    connect(store)
    one, two = Process(store, clock, "one"), Process(store, clock, "two")
    await one.look()
    await two.look()

    assert (list(one.journals), len(one.events.listening)) == (["app"], 1)
    assert (two.journals, two.events.listening) == ({}, [])
    await stopped(one, two)


async def test_another_takes_over_at_once_when_one_ends_in_good_order(
    store: Store, clock: ManualClock
) -> None:
    connect(store)
    one, two = Process(store, clock, "one"), Process(store, clock, "two")
    await one.look()
    await stopped(one)
    await two.look()

    assert (list(two.journals), len(two.events.listening)) == (["app"], 1)
    assert one.events.listening == []
    await stopped(two)


async def test_another_takes_over_from_a_killed_one_within_a_minute(
    store: Store, clock: ManualClock
) -> None:
    connect(store)
    killed, two = Process(store, clock, "killed"), Process(store, clock, "two")
    await killed.look()
    clock.advance(44)
    await two.look()
    assert two.events.listening == []
    clock.advance(2)
    await two.look()
    await killed.look()

    assert len(two.events.listening) == 1
    assert killed.events.listening == []
    await stopped(killed, two)


async def test_accounts_of_one_app_share_its_journal(store: Store, clock: ManualClock) -> None:
    connect(store, "1")
    connect(store, "2", org="00D2")
    connect(store, "3", app="another", org="00D3")
    one = Process(store, clock, "one")
    await one.look()

    assert sorted(one.journals) == ["another", "app"]
    assert set(one.journals["app"].subscribed[0]) == {"1", "2"}
    assert len(one.events.listening) == 3
    await stopped(one)


async def test_a_new_account_of_the_app_is_subscribed_for(store: Store, clock: ManualClock) -> None:
    connect(store, "1")
    one = Process(store, clock, "one")
    await one.look()
    connect(store, "2", org="00D2")
    await one.look()

    assert [set(each) for each in one.journals["app"].subscribed] == [{"1"}, {"1", "2"}]
    await stopped(one)


async def test_a_kind_switched_on_is_subscribed_for(store: Store, clock: ManualClock) -> None:
    connect(store)
    one = Process(store, clock, "one")
    await one.look()
    switch(store, 1, TASKS_ON + "[kinds.call]\nenabled = true\n")
    await one.look()

    first, second = (set(each["1"]) for each in one.journals["app"].subscribed)
    assert {"0-48"} == {each.type_id for each in second - first}
    await stopped(one)


async def test_nothing_is_listened_to_where_nothing_is_synced(
    store: Store, clock: ManualClock
) -> None:
    connect(store)
    switch(store, 1, "")
    one = Process(store, clock, "one")
    await one.look()

    assert one.journals == {}
    await stopped(one)


async def test_without_an_app_the_states_say_what_is_missing(
    store: Store, clock: ManualClock
) -> None:
    account = connect(store, app=None)
    one = Process(store, clock, "one")
    await one.look()

    found = states(store, account)
    assert found[FeedName.JOURNAL].message == "journal_no_app"
    assert found[FeedName.WEBHOOKS].message == "webhooks_no_secret"
    assert {each.state for each in found.values()} == {FeedHealth.OFF}
    await stopped(one)


async def test_webhooks_that_are_silent_for_a_day_are_not_relied_on(
    store: Store, clock: ManualClock
) -> None:
    account = connect(store)
    one = Process(store, clock, "one")
    await one.look()

    webhooks = states(store, account)[FeedName.WEBHOOKS]
    assert (webhooks.state, webhooks.message) == (FeedHealth.STARTING, "webhooks_silent")
    await stopped(one)


async def test_a_listener_that_fails_is_tried_again_after_a_minute(
    store: Store, clock: ManualClock
) -> None:
    connect(store)
    one = Process(store, clock, "one")
    one.events.trouble = RuntimeError("a mistake")
    await one.look()
    one.events.trouble = None
    await one.look()
    await one.look()
    assert one.events.listening == []
    clock.advance(61)
    await one.look()

    assert len(one.events.listening) == 1
    await stopped(one)
