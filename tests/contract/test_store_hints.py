"""What feeds say is kept alike on every database: which records, how far heard, and bounded."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.support import stores
from tests.support.stores import KEYRING, NOW, Clock, a_connection, an_account

from tandem.model import Side
from tandem.store import (
    EVERYTHING,
    Change,
    ConnectionStore,
    FeedHealth,
    FeedName,
    FeedPosition,
    FeedState,
    Hint,
    Store,
)
from tandem.store.hints import Hints

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url, shared_url = stores.new_url, stores.database_url, stores.shared_url
clock, store, mine = stores.clock, stores.store, stores.mine

LATER = NOW + timedelta(seconds=5)
MUCH_LATER = NOW + timedelta(seconds=9)


def a_hint(record_id: str = "7", **changes: object) -> Hint:
    values: dict[str, object] = {"side": Side.HUBSPOT, "object": "tasks", "record_id": record_id}
    return Hint(**(values | changes))  # type: ignore[arg-type]


def account_of(store: Store, mine: ConnectionStore, side: Side = Side.HUBSPOT) -> int:
    found = store.connection_by_id(mine.connection_id).account_id(side)
    assert found is not None
    return found


# --------------------------------------------------------------------------- noting


def test_a_hint_waits_with_all_it_says(store: Store, mine: ConnectionStore) -> None:
    said = a_hint(change=Change.DELETED, occurred_at=NOW)
    users = store.hints.note(account_of(store, mine), [said], LATER)

    held = mine.hints(10)
    assert users == {mine.connection_id}
    assert [each.hint for each in held] == [said]
    assert held[0].noted_at == LATER
    assert store.hints.waiting() == {mine.connection_id: (1, LATER)}


def test_every_connection_of_the_account_is_told_and_no_other(store: Store) -> None:
    one = a_connection(store, "one", hubspot="1", salesforce="00D1")
    two = a_connection(store, "two", hubspot="1", salesforce="00D2")
    a_connection(store, "three", hubspot="3", salesforce="00D3")

    users = store.hints.note(account_of(store, one), [a_hint()], NOW)

    assert users == {one.connection_id, two.connection_id}
    assert set(store.hints.waiting()) == users


def test_an_account_of_the_other_side_tells_its_connections(
    store: Store, mine: ConnectionStore
) -> None:
    event = a_hint("00T1", side=Side.SALESFORCE, object="Task")
    users = store.hints.note(account_of(store, mine, Side.SALESFORCE), [event], NOW)

    assert users == {mine.connection_id}


def test_an_account_without_connections_tells_nobody(store: Store) -> None:
    alone = an_account(store, Side.HUBSPOT, "99")

    assert store.hints.note(alone, [a_hint()], NOW) == frozenset()
    assert store.hints.note(alone + 1, [a_hint()], NOW) == frozenset()
    assert store.hints.waiting() == {}


def test_a_hint_noted_again_waits_since_the_first_time(store: Store, mine: ConnectionStore) -> None:
    account = account_of(store, mine)
    store.hints.note(account, [a_hint(occurred_at=NOW)], NOW)
    first = mine.hints(10)
    store.hints.note(account, [a_hint(occurred_at=LATER, change=Change.DELETED)], LATER)

    (again,) = mine.hints(10)
    assert again.noted_at == NOW
    assert again.mark > first[0].mark
    assert again.hint == a_hint(occurred_at=LATER, change=Change.DELETED)


@pytest.mark.parametrize("together", [True, False])
def test_an_older_notice_that_comes_later_changes_nothing_it_says(
    store: Store, mine: ConnectionStore, *, together: bool
) -> None:
    deleted = a_hint(occurred_at=LATER, change=Change.DELETED)
    created = a_hint(occurred_at=NOW, change=Change.CREATED)
    account = account_of(store, mine)
    for batch in [[deleted, created]] if together else [[deleted], [created]]:
        store.hints.note(account, batch, NOW)

    assert [each.hint for each in mine.hints(10)] == [deleted]


@pytest.mark.parametrize("together", [True, False])
def test_a_notice_without_a_time_keeps_the_time_known(
    store: Store, mine: ConnectionStore, *, together: bool
) -> None:
    said = [a_hint(occurred_at=NOW), a_hint(change=Change.MERGED)]
    account = account_of(store, mine)
    for batch in [said] if together else [[each] for each in said]:
        store.hints.note(account, batch, NOW)

    assert [each.hint for each in mine.hints(10)] == [a_hint(change=Change.MERGED, occurred_at=NOW)]


def test_one_record_named_often_in_one_notice_is_one_hint(
    store: Store, mine: ConnectionStore
) -> None:
    store.hints.note(account_of(store, mine), [a_hint() for _ in range(100)], NOW)

    assert store.hints.waiting() == {mine.connection_id: (1, NOW)}


# --------------------------------------------------------------------------- reading and forgetting


def test_hints_come_oldest_first_and_no_more_than_asked_for(
    store: Store, mine: ConnectionStore
) -> None:
    account = account_of(store, mine)
    store.hints.note(account, [a_hint("3")], LATER)
    store.hints.note(account, [a_hint("1"), a_hint("2")], NOW)

    assert [each.hint.record_id for each in mine.hints(10)] == ["1", "2", "3"]
    assert [each.hint.record_id for each in mine.hints(2)] == ["1", "2"]


def test_hints_that_were_acted_on_are_gone(store: Store, mine: ConnectionStore) -> None:
    store.hints.note(account_of(store, mine), [a_hint(str(n)) for n in range(5)], NOW)
    mine.forget_hints(mine.hints(3))

    assert [each.hint.record_id for each in mine.hints(10)] == ["3", "4"]
    mine.forget_hints([])
    mine.forget_hints(mine.hints(10))
    assert store.hints.waiting() == {}


def test_what_is_noted_while_a_record_is_read_stays(store: Store, mine: ConnectionStore) -> None:
    account = account_of(store, mine)
    store.hints.note(account, [a_hint("1"), a_hint("2")], NOW)
    held = mine.hints(10)
    store.hints.note(account, [a_hint("1")], NOW)
    mine.forget_hints(held)

    assert [each.hint.record_id for each in mine.hints(10)] == ["1"]


def test_a_mark_is_never_given_twice(store: Store, mine: ConnectionStore) -> None:
    """Else a run that hangs could forget what came after another has looked."""
    account = account_of(store, mine)
    store.hints.note(account, [a_hint()], NOW)
    old = mine.hints(10)
    mine.forget_hints(old)
    store.hints.note(account, [a_hint()], NOW)
    mine.forget_hints(old)

    assert len(mine.hints(10)) == 1


def test_hints_are_forgotten_with_the_work_or_not_at_all(
    store: Store, mine: ConnectionStore
) -> None:
    store.hints.note(account_of(store, mine), [a_hint()], NOW)
    held = mine.hints(10)
    lease = mine.acquire("a test", NOW, 60)

    def broken_run() -> None:
        with mine.transaction(lease):
            mine.forget_hints(held)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_run()
    assert mine.hints(10) == held

    with mine.transaction(lease) as unit:
        mine.forget_hints(held)
        unit.set_checkpoint("a feed", {})
    assert mine.hints(10) == []


def test_a_connection_sees_and_forgets_only_its_own(store: Store) -> None:
    one = a_connection(store, "one", hubspot="1", salesforce="00D1")
    two = a_connection(store, "two", hubspot="1", salesforce="00D2")
    store.hints.note(account_of(store, one), [a_hint()], NOW)
    one.forget_hints([*one.hints(10), *two.hints(10)])

    assert one.hints(10) == []
    assert len(two.hints(10)) == 1


def test_a_removed_connection_leaves_no_hints(store: Store, mine: ConnectionStore) -> None:
    account = account_of(store, mine)
    store.hints.note(account, [a_hint()], NOW, position=FeedPosition(name=FeedName.JOURNAL))
    store.remove_connection(mine.connection_id)

    assert store.hints.waiting() == {}
    assert store.hints.feed_states(account) == []


# --------------------------------------------------------------------------- a flood

MOST = 500


def small(store: Store) -> Hints:
    hints = store.hints
    hints.most = MOST
    return hints


def test_more_than_can_be_looked_at_becomes_one_look_at_everything(
    store: Store, mine: ConnectionStore
) -> None:
    hints, account = small(store), account_of(store, mine)
    first = a_hint("0", occurred_at=NOW)
    hints.note(account, [first], NOW)
    hints.note(account, [a_hint(str(n)) for n in range(1, MOST)], LATER)
    assert store.hints.waiting() == {mine.connection_id: (MOST, NOW)}

    hints.note(account, [a_hint(str(MOST))], LATER)

    (everything,) = mine.hints(10)
    assert everything.hint == Hint.everything(Side.HUBSPOT, NOW)
    assert everything.hint.is_everything
    assert everything.noted_at == NOW
    assert store.hints.waiting() == {mine.connection_id: (1, NOW)}


def test_each_side_that_had_hints_is_looked_at_after_a_flood(
    store: Store, mine: ConnectionStore
) -> None:
    hints = small(store)
    event = a_hint("00T1", side=Side.SALESFORCE, object="Task")
    hints.note(account_of(store, mine, Side.SALESFORCE), [event], NOW)
    many = [a_hint(str(n)) for n in range(MOST)]
    hints.note(account_of(store, mine), many, NOW)

    assert [(each.hint.side, each.hint.object) for each in mine.hints(10)] == [
        (Side.HUBSPOT, EVERYTHING),
        (Side.SALESFORCE, EVERYTHING),
    ]


def test_a_flood_about_few_records_stays_few_hints(store: Store, mine: ConnectionStore) -> None:
    hints, account = small(store), account_of(store, mine)
    few = [a_hint(str(n)) for n in range(150)]
    for _ in range(9):
        hints.note(account, few, NOW)

    assert store.hints.waiting() == {mine.connection_id: (150, NOW)}
    assert not any(each.hint.is_everything for each in mine.hints(150))


def test_what_comes_after_a_flood_was_taken_is_kept(store: Store, mine: ConnectionStore) -> None:
    hints, account = small(store), account_of(store, mine)
    hints.note(account, [a_hint(str(n)) for n in range(MOST + 1)], NOW)
    held = mine.hints(10)
    hints.note(account, [a_hint("new")], LATER)
    mine.forget_hints(held)

    assert [each.hint.record_id for each in mine.hints(10)] == ["new"]


# --------------------------------------------------------------------------- feeds


def test_a_position_moves_with_its_hints_or_not_at_all(store: Store, mine: ConnectionStore) -> None:
    account = account_of(store, mine)
    store.hints.note(account, [], NOW, position=FeedPosition(name=FeedName.JOURNAL, position="a"))

    unsayable = dataclasses.replace(a_hint(), record_id=None)  # type: ignore[arg-type]
    there = FeedPosition(name=FeedName.JOURNAL, position="b")

    with pytest.raises(Exception, match=r"(?i)null"):
        store.hints.note(account, [unsayable], LATER, position=there)

    (kept,) = store.hints.feed_states(account)
    assert (kept.position, kept.heard_at) == ("a", NOW)


def test_a_feeds_state_is_told_without_moving_its_position(
    store: Store, mine: ConnectionStore
) -> None:
    account = account_of(store, mine)
    here = FeedPosition(name=FeedName.EVENTS, position="AQID", lag_seconds=1.5)
    store.hints.note(account, [a_hint()], NOW, position=here)
    store.hints.save_feed(
        account, FeedName.EVENTS, FeedHealth.BROKEN, LATER, message="refused", detail="no scope ☂"
    )

    assert store.hints.feed_states(account) == [
        FeedState(
            account_id=account,
            name=FeedName.EVENTS,
            state=FeedHealth.BROKEN,
            position="AQID",
            heard_at=NOW,
            message="refused",
            detail="no scope ☂",
            checked_at=LATER,
        )
    ]


def test_a_state_may_be_told_before_anything_was_heard(store: Store) -> None:
    account = an_account(store, Side.HUBSPOT)
    store.hints.save_feed(account, FeedName.WEBHOOKS, FeedHealth.STARTING, NOW)
    store.hints.save_feed(account, FeedName.JOURNAL, FeedHealth.OFF, NOW, message="no_secret")

    journal, webhooks = store.hints.feed_states(account)
    assert (journal.state, journal.message, journal.heard_at) == (FeedHealth.OFF, "no_secret", None)
    assert (webhooks.state, webhooks.position) == (FeedHealth.STARTING, "")


def test_a_position_that_moves_keeps_the_lag_it_does_not_name(
    store: Store, mine: ConnectionStore
) -> None:
    account = account_of(store, mine)
    store.hints.note(account, [], NOW, position=FeedPosition(name=FeedName.JOURNAL, lag_seconds=2))
    store.hints.note(
        account, [], MUCH_LATER, position=FeedPosition(name=FeedName.JOURNAL, position="b")
    )

    (kept,) = store.hints.feed_states(account)
    assert (kept.position, kept.lag_seconds, kept.heard_at) == ("b", 2, MUCH_LATER)
    assert kept.state is FeedHealth.HEALTHY


# --------------------------------------------------------------------------- several programs


def test_many_at_once_note_and_forget_without_waiting_for_ever(
    shared_url: str, clock: Clock
) -> None:
    """Batches in opposite order would each wait for a row of the other, were there no order of locks."""
    with Store(shared_url, KEYRING, clock=clock) as store:
        mine = a_connection(store)
        account = account_of(store, mine)
        ids = [str(n) for n in range(50)]

        def note(turn: int) -> None:
            order = ids if turn % 2 else ids[::-1]
            store.hints.note(account, [a_hint(each) for each in order], NOW)

        def forget(turn: int) -> None:
            mine.forget_hints(mine.hints(50)[:: 1 if turn % 2 else -1])

        with ThreadPoolExecutor(6) as pool:
            turns = [pool.submit((note, forget)[n % 3 == 0], n) for n in range(30)]
            for turn in turns:
                turn.result(timeout=20)
        note(0)

        assert store.hints.waiting() == {mine.connection_id: (50, NOW)}
