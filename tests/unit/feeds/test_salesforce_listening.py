"""What has to be there before events are heard: an address, the parts, selected objects, settings that want them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import pytest
from tests.support.stores import KEYRING, NOW, a_connection

from tandem.clock import ManualClock
from tandem.crm.salesforce.events import Batch, Endpoint
from tandem.crm.salesforce.events.wire import wire
from tandem.errors import AccessLost, Rejected, SettingsError, TryLater
from tandem.feeds.noting import Noting
from tandem.feeds.salesforce_listening import EVENTS_OFF, SalesforceListening
from tandem.model import Side
from tandem.store import Account, FeedHealth, FeedState, Store

BUS = "http://127.0.0.1:8803"
CALLS = "[kinds.call]\nenabled = true\n"
BOTH = CALLS + "[kinds.task]\nenabled = true\n[salesforce_tasks]\nenabled = true\n"
PEOPLE = ["Account", "Contact", "Lead", "Opportunity"]


class QuietBus:
    """Sends one sign of life for each topic, then nothing."""

    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    async def changes(
        self, topic: str, position: bytes | None = None
    ) -> AsyncGenerator[Batch, None]:
        self._heard.append(topic.removeprefix("/data/").removesuffix("ChangeEvent"))
        yield Batch(position=b"\x01")
        await asyncio.Event().wait()

    async def close(self) -> None: ...


class QuietOrg:
    """An org that makes events of *selected* objects; *refuses* is raised when another shall be selected."""

    def __init__(self, *selected: str, refuses: Exception | None = None) -> None:
        self.selected = set(selected)
        self.refuses = refuses
        self.hides: Exception | None = None
        self.asked: list[str] = []
        self.heard: list[str] = []
        self.opened: list[tuple[str, str]] = []

    @property
    def selection(self) -> QuietOrg:
        return self

    async def entities(self) -> frozenset[str]:
        if self.hides is not None:
            raise self.hides
        return frozenset(self.selected)

    async def select(self, entity: str) -> bool:
        self.asked.append(entity)
        if self.refuses is not None:
            raise self.refuses
        self.selected.add(entity)
        return True

    def event_bus(self, endpoint: Endpoint, *, tenant_id: str, **more: Any) -> QuietBus:
        self.opened.append((endpoint.authority, tenant_id))
        return QuietBus(self.heard)


def _error(kind: Any) -> Exception:
    error: Exception = kind("No.", side=Side.SALESFORCE, operation="select change events")
    return error


class Case:
    """One account whose connection has *settings*."""

    def __init__(self, store: Store) -> None:
        self.store = store
        name = f"c{len(store.connections())}"
        self.connection_id = a_connection(store, name, hubspot=name, salesforce=name).connection_id
        found = store.connection_by_id(self.connection_id).account_id(Side.SALESFORCE)
        assert found is not None
        self.account_id = found
        self.name = name
        self.clock = ManualClock(NOW)

    def is_healthy(self) -> bool:
        states = self.store.hints.feed_states(self.account_id)
        return [each.state for each in states] == [FeedHealth.HEALTHY]

    def settings(self, text: str) -> None:
        self.store.save_settings(
            self.connection_id,
            text=text,
            expected_version=self.store.settings(self.connection_id).version,
            changed_by="a test",
            difference="",
            at=NOW,
        )

    async def listen(
        self, org: QuietOrg, until: Callable[[], bool], *, address: str | None = BUS
    ) -> FeedState:
        async def org_of(account: Account) -> Any:
            assert account.id == self.account_id
            return org

        listening = SalesforceListening(
            store=self.store,
            noting=Noting(self.store, self.clock),
            clock=self.clock,
            org_of=org_of,
            address=address,
        )
        stop = asyncio.Event()
        task = asyncio.create_task(listening.listen(self.account_id, stop))
        async with asyncio.timeout(10):
            while not until() and not task.done():  # noqa: ASYNC110 - a story told by polling
                await asyncio.sleep(0)
        stop.set()
        await task
        (state,) = self.store.hints.feed_states(self.account_id)
        return state


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store("sqlite://", KEYRING, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def case(store: Store) -> Case:
    return Case(store)


async def test_what_is_wanted_and_not_selected_is_selected(case: Case) -> None:
    case.settings(BOTH)
    org = QuietOrg("Contact")
    state = await case.listen(org, case.is_healthy)

    assert org.asked == ["Task", "Lead", "Account", "Opportunity"]
    assert sorted(org.heard) == sorted([*PEOPLE, "Task"])
    assert org.opened == [("127.0.0.1:8803", case.name)]
    assert state.state is FeedHealth.HEALTHY
    audit = [each.detail for each in case.store.audit(case.connection_id)]
    assert "Salesforce makes change events of Task from now on." in audit


@pytest.mark.parametrize("kind", [AccessLost, Rejected])
async def test_who_may_not_select_hears_what_is_selected_and_says_what_is_not(
    case: Case, kind: Any
) -> None:
    case.settings(BOTH)
    org = QuietOrg(*PEOPLE, refuses=_error(kind))
    state = await case.listen(org, lambda: len(org.heard) >= 4)

    assert org.asked == ["Task"]
    assert sorted(org.heard) == PEOPLE
    assert (state.state, state.message, state.detail) == (
        FeedHealth.OFF,
        "events_not_selected",
        "Task",
    )


async def test_who_may_not_look_at_the_selection_listens_to_all(case: Case) -> None:
    case.settings(BOTH)
    org = QuietOrg()
    org.hides = _error(AccessLost)
    await case.listen(org, lambda: len(org.heard) >= 5)

    assert sorted(org.heard) == sorted([*PEOPLE, "Task"])
    assert org.asked == []


async def test_where_nothing_is_selected_it_listens_to_nothing_until_somebody_selects(
    case: Case,
) -> None:
    case.settings(BOTH)
    org = QuietOrg(refuses=_error(AccessLost))

    def until() -> bool:
        if len(org.opened) == 1:
            assert org.heard == []
            org.selected.add("Task")
        return bool(org.heard)

    await case.listen(org, until)

    assert org.heard == ["Task"]
    assert len(org.asked) == 5


async def test_settings_that_change_are_followed(case: Case) -> None:
    case.settings(CALLS)
    org = QuietOrg(*PEOPLE, "User", "Task")

    def until() -> bool:
        if len(org.heard) == 5 and len(org.opened) == 1:
            case.settings(BOTH)
        return len(org.heard) == 10

    await case.listen(org, until)

    assert sorted(org.heard[:5]) == sorted([*PEOPLE, "User"])
    assert sorted(org.heard[5:]) == sorted([*PEOPLE, "Task"])


async def test_a_look_that_fails_changes_nothing(case: Case) -> None:
    case.settings(CALLS)
    org = QuietOrg(*PEOPLE, "User")

    def until() -> bool:
        if len(org.heard) == 5:
            org.hides = _error(TryLater)
        return case.clock.monotonic() > 3_000

    await case.listen(org, until)

    assert len(org.opened) == 1


async def test_nothing_is_heard_where_nothing_syncs(case: Case) -> None:
    org = QuietOrg()
    state = await case.listen(org, lambda: False)

    assert (state.state, state.message, org.opened) == (FeedHealth.OFF, "", [])


async def test_a_suspended_connection_wants_nothing(case: Case) -> None:
    case.settings(CALLS)
    case.store.suspend(case.connection_id, "person")
    state = await case.listen(QuietOrg(), lambda: False)

    assert state.state is FeedHealth.OFF


async def test_events_can_be_switched_off(case: Case) -> None:
    case.settings(CALLS)
    state = await case.listen(QuietOrg(), lambda: False, address=EVENTS_OFF)

    assert (state.state, state.message) == (FeedHealth.OFF, "")


async def test_without_the_parts_the_state_says_so(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.settings(CALLS)
    monkeypatch.setitem(__import__("sys").modules, "fastavro", None)
    wire.cache_clear()
    try:
        state = await case.listen(QuietOrg(), lambda: False)
    finally:
        wire.cache_clear()

    assert state.message == "events_not_installed"


async def test_a_simulated_org_without_an_address_is_left_alone(case: Case, store: Store) -> None:
    case.settings(CALLS)
    account = store.account(case.account_id)
    store.save_account(
        Side.SALESFORCE,
        external_id=account.external_id,
        name=account.name,
        base_url="http://localhost:8802",
        credential=store.credential(account.id),
    )
    state = await case.listen(QuietOrg(), lambda: False, address=None)

    assert state.message == "events_no_address"


async def test_what_keeps_listening_from_beginning_is_told_and_raised(case: Case) -> None:
    case.settings(CALLS)
    org = QuietOrg()
    org.hides = _error(TryLater)
    with pytest.raises(TryLater):
        await case.listen(org, lambda: False)
    (state,) = case.store.hints.feed_states(case.account_id)

    assert (state.state, state.message, state.detail) == (
        FeedHealth.BROKEN,
        "events_refused",
        "No.",
    )


async def test_a_wrong_address_is_refused_before_anything_is_heard(case: Case) -> None:
    with pytest.raises(SettingsError, match="not encrypted"):
        await case.listen(QuietOrg(), lambda: False, address="http://bus.example")
