"""Whose turn it is, on every database."""

from __future__ import annotations

from datetime import timedelta

from tests.support import stores
from tests.support.stores import KEYRING, NOW, Clock, a_connection

from tandem.store import Store, Turn
from tandem.store.workers import WorkerRow

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url, shared_url = stores.new_url, stores.database_url, stores.shared_url
clock, store = stores.clock, stores.store

MINUTE = timedelta(minutes=1)


def _taken(store: Store, at: timedelta = timedelta(0), limit: int = 10) -> list[int]:
    return [turn.connection_id for turn in store.take_due(NOW + at, limit, 900)]


def test_a_new_connection_is_due_at_once_and_taken_once(store: Store) -> None:
    mine = a_connection(store).connection_id

    assert _taken(store) == [mine]
    assert _taken(store) == []


def test_the_longest_due_come_first(store: Store) -> None:
    first, second, third = (
        a_connection(store, name, hubspot=name, salesforce=name).connection_id for name in "abc"
    )
    for seconds, each in ((3, first), (1, second), (2, third)):
        store.ran(each, NOW, NOW + timedelta(seconds=seconds))

    assert _taken(store, MINUTE, limit=2) == [second, third]
    assert _taken(store, MINUTE, limit=2) == [first]


def test_a_turn_comes_back_when_it_was_said_to(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.ran(mine, NOW, NOW + MINUTE)

    assert _taken(store, MINUTE - timedelta(microseconds=1)) == []
    assert _taken(store, MINUTE) == [mine]


def test_a_turn_whose_holder_is_silent_comes_back_by_itself(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)

    assert _taken(store, timedelta(seconds=899)) == []
    assert _taken(store, timedelta(seconds=900)) == [mine]


def test_news_brings_the_turn_forward(store: Store, clock: Clock) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.ran(mine, NOW, NOW + MINUTE)
    clock.advance(seconds=2)
    store.wake(mine, mine)

    assert _taken(store, timedelta(seconds=2)) == [mine]


def test_news_during_a_turn_is_one_more_turn_right_after_it(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    for _ in range(3):
        store.wake(mine)
    assert _taken(store) == [], "nobody else gets it meanwhile"
    store.ran(mine, NOW, NOW + MINUTE)

    assert _taken(store) == [mine]
    store.ran(mine, NOW, NOW + MINUTE)
    assert _taken(store) == []


def test_news_before_the_run_began_is_dealt_with_by_it(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.wake(mine)
    store.begin_turn(mine, NOW, 900)
    store.ran(mine, NOW, NOW + MINUTE)

    assert _taken(store) == []


def test_resuming_and_new_settings_are_news(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.ran(mine, NOW, NOW + MINUTE)
    store.resume(mine)
    assert _taken(store) == [mine]
    store.ran(mine, NOW, NOW + MINUTE)
    store.save_settings(mine, text="", expected_version=0, changed_by="Ann", difference="", at=NOW)

    assert _taken(store) == [mine]


HOUR = timedelta(hours=1)


def test_news_does_not_wake_a_connection_that_rests(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.wake(mine)
    store.ran(mine, NOW, NOW + HOUR, rests=True)
    store.wake(mine)

    assert store.turn(mine) == Turn(
        connection_id=mine, due_at=NOW + HOUR, is_woken=True, rests_until=NOW + HOUR
    )
    assert _taken(store, HOUR - MINUTE) == []
    assert _taken(store, HOUR) == [mine]


def test_a_person_wakes_a_connection_that_rests(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.ran(mine, NOW, NOW + HOUR, rests=True)
    store.resume(mine)

    assert _taken(store) == [mine]


def test_what_a_person_changed_during_the_run_is_tried_before_the_rest(store: Store) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.save_settings(mine, text="", expected_version=0, changed_by="Ann", difference="", at=NOW)
    store.wake(mine)
    store.ran(mine, NOW, NOW + HOUR, rests=True)
    assert _taken(store) == [mine]
    store.ran(mine, NOW, NOW + HOUR, rests=True)

    assert _taken(store) == []


def test_news_wakes_a_connection_again_once_its_rest_is_over(store: Store, clock: Clock) -> None:
    mine = a_connection(store).connection_id
    _taken(store)
    store.ran(mine, NOW, NOW + MINUTE, rests=True)
    assert _taken(store, MINUTE) == [mine]
    store.ran(mine, NOW + MINUTE, NOW + HOUR)
    clock.advance(seconds=61)
    store.wake(mine)

    assert _taken(store, timedelta(seconds=61)) == [mine]


def test_a_pace_of_its_own_is_kept_until_it_is_taken_back(store: Store) -> None:
    mine = a_connection(store).connection_id
    store.set_pace(mine, 900)
    assert store.turn(mine) == Turn(
        connection_id=mine, due_at=NOW, is_woken=True, every_seconds=900
    )
    store.set_pace(mine, None)

    assert store.turn(mine) == Turn(connection_id=mine, due_at=NOW, is_woken=True)


def test_connections_of_an_earlier_version_get_their_turn(store: Store) -> None:
    made = store.create_connection("made elsewhere").id
    assert store.turn(made) is None

    assert store.enrol(NOW) == 1
    assert store.enrol(NOW) == 0
    assert _taken(store) == [made]


def test_after_a_pause_of_the_service_turns_begin_one_after_the_other(store: Store) -> None:
    mine = [
        a_connection(store, name, hubspot=name, salesforce=name).connection_id for name in "abc"
    ]
    _taken(store)
    store.spread(NOW, 60)

    assert _taken(store) == mine[:1]
    assert _taken(store, timedelta(seconds=0.1)) == mine[1:2]
    assert _taken(store, timedelta(seconds=0.2)) == mine[2:]


def test_it_is_known_how_many_wait_and_for_how_long(store: Store) -> None:
    a_connection(store)
    waiting = store.overdue(NOW + timedelta(seconds=7))
    _taken(store)

    assert waiting == (1, 7.0)
    assert store.overdue(NOW + timedelta(seconds=7)) == (0, 0.0)


def test_a_chore_is_done_by_one_each_time(store: Store) -> None:
    assert store.take_chore("tidy", NOW, 60)
    assert not store.take_chore("tidy", NOW + timedelta(seconds=59), 60)
    assert store.take_chore("tidy", NOW + MINUTE, 60)
    assert store.take_chore("other", NOW, 60)


def test_a_removed_connection_has_no_turn(store: Store) -> None:
    mine = a_connection(store).connection_id
    store.remove_connection(mine)

    assert store.turn(mine) is None


def test_several_programs_never_take_the_same_turn(shared_url: str) -> None:
    with Store(shared_url, KEYRING) as one, Store(shared_url, KEYRING) as other:
        for number in range(20):
            name = f"{number:02}"
            a_connection(one, name, hubspot=name, salesforce=name)
        later = one.connections()[0].created_at + MINUTE
        taken = [
            turn.connection_id
            for _ in range(5)
            for each in (one, other)
            for turn in each.take_due(later, 2, 900)
        ]

    assert len(taken) == len(set(taken)) == 20


def _worker(name: str, at: timedelta = timedelta(0)) -> WorkerRow:
    return WorkerRow(
        name=name,
        host="one",
        version="1",
        role="worker",
        slots=8,
        started_at=NOW,
        seen_at=NOW + at,
    )


def test_it_is_known_who_works_and_on_what(store: Store) -> None:
    store.report_worker(_worker("one:1"))
    store.report_worker(_worker("one:2", timedelta(seconds=10)))
    store.report_worker(_worker("one:1", timedelta(seconds=10)))
    a_connection(store, "acme").acquire("one:2", NOW, 60)

    first, second = store.workers(NOW)
    assert (first.seen_at, first.runs) == (NOW + timedelta(seconds=10), ())
    assert second.runs == ("acme",)
    store.remove_worker("one:1")
    assert [each.name for each in store.workers(NOW)] == ["one:2"]


def test_a_worker_that_died_is_forgotten_after_an_hour(store: Store) -> None:
    store.report_worker(_worker("one:1"))
    store.report_worker(_worker("one:2", timedelta(minutes=61)))

    assert [each.name for each in store.workers(NOW)] == ["one:2"]


def test_what_is_left_of_an_account_is_there_for_whoever_calls_next(store: Store) -> None:
    mine = store.connection_by_id(a_connection(store).connection_id)
    assert mine.hubspot_account_id is not None
    assert store.budget(mine.hubspot_account_id) is None
    store.save_budget(mine.hubspot_account_id, {"level": 3}, NOW)

    assert store.budget(mine.hubspot_account_id) == ({"level": 3}, NOW)
