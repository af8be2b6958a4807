"""How one account's events become hints, and what is made of streams that break."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import pytest
from tests.support.scripted_bus import Act, ScriptedBus, batch_of
from tests.support.stores import KEYRING, NOW, a_connection

from tandem.clock import ManualClock
from tandem.crm.salesforce.events import EventChange, PositionLost, SessionEnded, TopicUnknown
from tandem.errors import (
    AccessLost,
    CrmError,
    RateLimited,
    Rejected,
    SettingsError,
    StoreError,
    TryLater,
)
from tandem.feeds.noting import Noting
from tandem.feeds.positions import Positions
from tandem.feeds.salesforce_events import EventWaits, SalesforceEvents, entities_for
from tandem.model import Kind, Side
from tandem.store import Change, FeedHealth, FeedName, FeedPosition, FeedState, Hint, Store
from tandem.store.hints import Heard
from tandem.sync.policy import KindPolicy, Policy

TASKS, CONTACTS = "/data/TaskChangeEvent", "/data/ContactChangeEvent"
EVERYTHING = Hint.everything(Side.SALESFORCE)
WAITS = EventWaits()


def _error(kind: type[CrmError], **more: object) -> CrmError:
    about: dict[str, object] = {"side": Side.SALESFORCE, "operation": "subscribe"}
    return kind("It said no.", **(about | more))  # type: ignore[arg-type]


class Doubtful(Noting):
    """Cannot save while there is trouble with the database."""

    is_in_trouble = False

    def begin_trouble(self) -> None:
        self.is_in_trouble = True

    def end_trouble(self) -> None:
        self.is_in_trouble = False

    async def note_all(self, heard: Iterable[Heard]) -> None:
        if self.is_in_trouble:
            raise StoreError("The disk is full.")
        await super().note_all(heard)


class Listener:
    """A listener with a store of its own, for an account that one connection uses."""

    def __init__(self, store: Store) -> None:
        self.store = store
        name = f"c{len(store.connections())}"
        self.mine = a_connection(store, name, hubspot=name, salesforce=name)
        found = store.connection_by_id(self.mine.connection_id).account_id(Side.SALESFORCE)
        assert found is not None
        self.account_id = found
        self.clock = ManualClock(NOW)
        self.woken: list[int] = []
        self.noting = Doubtful(store, self.clock, self.woken.append)

    async def hear(self, bus: ScriptedBus, *entities: str) -> FeedState:
        """Listen until the script is over; how the feed is then."""
        feed = SalesforceEvents(
            account_id=self.account_id,
            bus=bus,
            noting=self.noting,
            store=self.store,
            clock=self.clock,
            entities=entities or ("Task",),
            jitter=random.Random(1),
            waits=WAITS,
        )
        stop = asyncio.Event()
        listening = asyncio.create_task(feed.listen(stop))
        over = asyncio.create_task(bus.over())
        await asyncio.wait([listening, over], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.gather(listening, over)
        return self.state

    async def play(self, *scripts: Sequence[Act]) -> tuple[ScriptedBus, FeedState]:
        bus = ScriptedBus(Task=scripts)
        return bus, await self.hear(bus)

    @property
    def state(self) -> FeedState:
        (state,) = self.store.hints.feed_states(self.account_id)
        return state

    @property
    def hints(self) -> list[Hint]:
        return [held.hint for held in self.mine.hints(100)]

    def heard_up_to(self, topic: str, number: int) -> None:
        told = str(Positions({topic: bytes([number])}))
        position = FeedPosition(name=FeedName.EVENTS, position=told)
        self.store.hints.note(self.account_id, (), NOW, position=position)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store("sqlite://", KEYRING, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def listener(store: Store) -> Listener:
    return Listener(store)


# --------------------------------------------------------------------------- from event to hint


async def test_an_event_is_a_hint_for_each_of_its_records(listener: Listener) -> None:
    listener.heard_up_to(TASKS, 1)
    event = batch_of(2, "00T1", "00T2", at=NOW - timedelta(seconds=3), change=EventChange.DELETED)
    _, state = await listener.play([event])

    assert listener.hints == [
        Hint(
            side=Side.SALESFORCE,
            object="Task",
            record_id=record_id,
            change=Change.DELETED,
            occurred_at=NOW - timedelta(seconds=3),
        )
        for record_id in ("00T1", "00T2")
    ]
    assert (state.state, state.lag_seconds) == (FeedHealth.HEALTHY, 3.0)
    assert listener.woken == [listener.mine.connection_id]


async def test_the_position_is_saved_with_the_hints(listener: Listener) -> None:
    await listener.play([batch_of(7), batch_of(8, "00T1")])

    assert Positions.read(listener.state.position).of(TASKS) == b"\x08"


async def test_a_sign_of_life_moves_the_position_and_wakes_nobody(listener: Listener) -> None:
    listener.heard_up_to(TASKS, 1)
    _, state = await listener.play([batch_of(9)])

    assert Positions.read(state.position).of(TASKS) == b"\x09"
    assert state.state is FeedHealth.HEALTHY
    assert (listener.woken, listener.hints) == ([], [])


async def test_a_sign_of_life_that_says_no_position_forgets_none(listener: Listener) -> None:
    listener.heard_up_to(TASKS, 4)
    _, state = await listener.play([batch_of(0)])

    assert Positions.read(state.position).of(TASKS) == b"\x04"


@pytest.mark.parametrize("event", [batch_of(2, is_everything=True), batch_of(2, unreadable=1)])
async def test_what_names_no_records_is_a_hint_to_look_at_everything(
    listener: Listener, event: Act
) -> None:
    listener.heard_up_to(TASKS, 1)
    await listener.play([event])

    assert listener.hints == [EVERYTHING]


async def test_listening_goes_on_where_it_was_left(listener: Listener) -> None:
    listener.heard_up_to(TASKS, 5)
    bus, _ = await listener.play([batch_of(6, "00T1")])
    again, _ = await listener.play([])

    assert (bus.asked, again.asked) == ([(TASKS, b"\x05")], [(TASKS, b"\x06")])


async def test_who_begins_to_listen_looks_at_everything_once(listener: Listener) -> None:
    """Once the stream has said something: only then does it miss nothing that comes later."""
    _, waiting = await listener.play([])
    before = listener.hints
    await listener.play([batch_of(3), batch_of(4)])

    assert (waiting.state, before) == (FeedHealth.STARTING, [])
    assert listener.hints == [EVERYTHING]


async def test_each_object_has_a_stream_and_a_position_of_its_own(listener: Listener) -> None:
    bus = ScriptedBus(
        Task=[[batch_of(1), batch_of(2, "00T1")]],
        Contact=[[batch_of(1), batch_of(9, "0031", entity="Contact")]],
    )
    state = await listener.hear(bus, "Task", "Contact")

    told = Positions.read(state.position)
    assert (told.of(TASKS), told.of(CONTACTS)) == (b"\x02", b"\x09")
    assert {hint.record_id for hint in listener.hints} == {"*", "00T1", "0031"}
    assert bus.is_closed


async def test_an_object_that_is_no_longer_wanted_loses_its_position(listener: Listener) -> None:
    listener.heard_up_to(CONTACTS, 5)
    _, state = await listener.play([batch_of(1)])

    assert Positions.read(state.position).of(CONTACTS) is None


# --------------------------------------------------------------------------- what goes wrong


async def test_a_stream_that_breaks_goes_on_behind_the_last_noted_event(
    listener: Listener,
) -> None:
    bus, state = await listener.play(
        [batch_of(1), batch_of(2, "00T1"), _error(TryLater)], [batch_of(3, "00T2")]
    )

    assert bus.asked == [(TASKS, None), (TASKS, b"\x02")]
    assert {hint.record_id for hint in listener.hints} == {"*", "00T1", "00T2"}
    assert state.state is FeedHealth.HEALTHY


async def test_the_pauses_grow_until_something_comes_again(listener: Listener) -> None:
    broken = [[_error(TryLater)]] * 9
    await listener.play(*broken, [batch_of(1), _error(TryLater)], [])

    *growing, last = listener.clock.slept
    bounds = [min(2.0**number, WAITS.longest) for number in range(9)]
    assert all(bound / 2 <= pause <= bound for pause, bound in zip(growing, bounds, strict=True))
    assert last <= WAITS.first


async def test_pauses_differ_so_that_not_all_come_back_at_once(listener: Listener) -> None:
    await listener.play(*[[_error(TryLater)]] * 20, [])

    assert len(set(listener.clock.slept)) == 20


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (_error(TryLater), FeedHealth.BEHIND, "events_reconnecting"),
        (_error(RateLimited, daily=True), FeedHealth.BEHIND, "events_limit"),
        (_error(AccessLost), FeedHealth.BROKEN, "events_refused"),
        (_error(SessionEnded), FeedHealth.BROKEN, "events_refused"),
        (_error(Rejected), FeedHealth.BROKEN, "events_refused"),
        (_error(TopicUnknown), FeedHealth.OFF, "events_not_selected"),
    ],
)
async def test_what_is_wrong_is_told_until_it_is_well_again(
    listener: Listener, error: CrmError, state: FeedHealth, message: str
) -> None:
    _, found = await listener.play([batch_of(1), error], [])
    _, well = await listener.play([batch_of(2)])

    assert (found.state, found.message) == (state, message)
    assert (well.state, well.message) == (FeedHealth.HEALTHY, "")


async def test_what_only_a_person_can_mend_is_tried_again_seldom(listener: Listener) -> None:
    await listener.play([_error(AccessLost)], [_error(TopicUnknown)], [])

    assert all(pause >= WAITS.refused / 2 for pause in listener.clock.slept)


async def test_the_days_deliveries_are_waited_for(listener: Listener) -> None:
    await listener.play([_error(RateLimited, daily=True)], [_error(RateLimited, seconds=99.0)], [])

    daily, short = listener.clock.slept
    assert daily >= WAITS.daily_limit / 2
    assert short >= 99.0 / 2


async def test_a_position_that_is_no_longer_kept_means_to_look_at_everything(
    listener: Listener,
) -> None:
    listener.heard_up_to(TASKS, 5)
    bus, state = await listener.play([_error(PositionLost)], [])

    assert bus.asked == [(TASKS, b"\x05"), (TASKS, None)]
    assert listener.hints == [EVERYTHING]
    assert (state.state, Positions.read(state.position).of(TASKS)) == (FeedHealth.STARTING, None)
    assert listener.clock.slept == []


async def test_everything_is_looked_at_again_once_the_new_stream_speaks(
    listener: Listener,
) -> None:
    """Between the first look and the new stream, something may have changed that neither saw."""
    listener.heard_up_to(TASKS, 5)
    looked: list[int] = []

    def look() -> None:
        held = listener.mine.hints(10)
        looked.append(len(held))
        listener.mine.forget_hints(held)

    await listener.play([_error(PositionLost)], [look, batch_of(8)])

    assert looked == [1]
    assert listener.hints == [EVERYTHING]


async def test_a_bus_that_knows_no_position_at_all_is_not_asked_without_pause(
    listener: Listener,
) -> None:
    await listener.play([_error(PositionLost)], [_error(PositionLost)], [])

    assert len(listener.clock.slept) == 2


async def test_old_events_say_how_far_behind_the_feed_is(listener: Listener) -> None:
    old, new = NOW - timedelta(minutes=10), NOW - timedelta(seconds=1)
    _, behind = await listener.play([batch_of(1), batch_of(2, "00T1", at=old)])
    _, caught_up = await listener.play([batch_of(3, "00T1", at=new)])

    assert (behind.state, behind.message) == (FeedHealth.BEHIND, "events_late")
    assert behind.lag_seconds == 600.0
    assert caught_up.state is FeedHealth.HEALTHY


async def test_a_clock_that_runs_ahead_at_salesforce_is_no_lag(listener: Listener) -> None:
    _, state = await listener.play([batch_of(1), batch_of(2, "00T1", at=NOW + timedelta(hours=1))])

    assert state.lag_seconds == 0.0


async def test_an_object_beside_tasks_may_be_missing(listener: Listener) -> None:
    bus = ScriptedBus(Task=[[batch_of(1)]], Contact=[[_error(TopicUnknown)], []])
    state = await listener.hear(bus, "Task", "Contact")

    assert (state.state, state.message) == (FeedHealth.HEALTHY, "events_partly_selected")
    assert state.detail == "Contact"


async def test_without_tasks_the_feed_is_off_whatever_else_it_tells(listener: Listener) -> None:
    bus = ScriptedBus(Task=[[_error(TopicUnknown)], []], Contact=[[batch_of(1)]])
    state = await listener.hear(bus, "Task", "Contact")

    assert (state.state, state.detail) == (FeedHealth.OFF, "Task")


async def test_a_database_that_was_away_costs_nothing_but_time(listener: Listener) -> None:
    listener.heard_up_to(TASKS, 1)
    noting, event = listener.noting, batch_of(2, "00T1")
    bus, _ = await listener.play([noting.begin_trouble, event], [noting.end_trouble, event])

    assert [hint.record_id for hint in listener.hints] == ["00T1"]
    assert bus.asked == [(TASKS, b"\x01"), (TASKS, b"\x01")]


async def test_a_mistake_in_the_settings_ends_the_listening(listener: Listener) -> None:
    bus = ScriptedBus(Task=[[SettingsError("The proxy cannot be used.")], []])

    with pytest.raises(SettingsError):
        await listener.hear(bus)
    assert bus.is_closed


# --------------------------------------------------------------------------- which objects


def _policy(*, tasks: bool = False, calls: bool = True) -> Policy:
    return Policy(kinds={Kind.CALL: KindPolicy(enabled=calls)}, salesforce_task_sync=tasks)


def test_tasks_are_heard_where_they_come_from_salesforce() -> None:
    people = ("Contact", "Lead", "Account", "Opportunity")

    assert entities_for([_policy(tasks=True)]) == ("Task", *people)
    assert entities_for([_policy()]) == (*people, "User")
    assert entities_for([_policy(), _policy(tasks=True)]) == ("Task", *people)


def test_where_nothing_syncs_nothing_is_heard() -> None:
    assert entities_for([_policy(calls=False)]) == ()
    assert entities_for([]) == ()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": 1}', '{"a": "not hex"}'])
def test_positions_that_cannot_be_read_are_none(text: str) -> None:
    assert str(Positions.read(text)) == "{}"
