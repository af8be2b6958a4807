"""Long work in the store: who may carry it out, what is kept of it, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support import stores
from tests.support.stores import Clock, a_connection

from tandem.errors import SettingsError
from tandem.store import Store
from tandem.store.tables_work import long_work, long_work_file
from tandem.store.work import LongWorks, WorkKind, WorkState

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store

LIVES = timedelta(seconds=30)


@pytest.fixture
def works(store: Store) -> LongWorks:
    return LongWorks.of(store)


def started(works: LongWorks, connection_id: int, **more: bool) -> int:
    return works.add(connection_id, WorkKind.UNDO, {"run": 7}, who="ann@example.com", **more)


def test_what_was_asked_for_comes_back_and_is_not_readable_in_the_database(
    store: Store, works: LongWorks
) -> None:
    here = a_connection(store)
    work_id = works.add(
        here.connection_id,
        WorkKind.IMPORT_FILE,
        {"mapping": {"E-mail": "Email"}},
        who="ann@example.com",
        is_draft=True,
        files={"upload": "件名,Email\n".encode()},
    )
    found = works.work(here.connection_id, work_id)

    assert (found.kind, found.state) == (WorkKind.IMPORT_FILE, WorkState.DRAFT)
    assert found.arguments == {"mapping": {"E-mail": "Email"}}
    assert works.file(work_id, "upload") == "件名,Email\n".encode()
    with store._database.reading() as database:
        kept = [*database.execute(long_work.select()), *database.execute(long_work_file.select())]
    assert not any(b"mail" in bytes(v) for row in kept for v in row if isinstance(v, bytes))


def test_work_of_another_connection_is_not_found(store: Store, works: LongWorks) -> None:
    one, other = a_connection(store), a_connection(store, "other", hubspot="2")
    work_id = started(works, one.connection_id)

    with pytest.raises(SettingsError, match="no work"):
        works.work(other.connection_id, work_id)
    assert works.works(other.connection_id, 10) == []


def test_one_process_at_a_time_carries_it_out(store: Store, works: LongWorks, clock: Clock) -> None:
    work_id = started(works, a_connection(store).connection_id)
    claim = works.claim("one", LIVES)
    assert claim is not None
    assert claim.work.id == work_id
    assert works.claim("two", LIVES) is None

    clock.now += LIVES * 2
    over = works.claim("two", LIVES)
    assert over is not None
    assert works.beat(claim, LIVES) is None
    assert not works.settle(claim, WorkState.DONE)
    assert works.settle(over, WorkState.DONE, result={"created": 1})
    assert works.claim("one", LIVES) is None


def test_the_work_of_a_process_known_to_have_ended_is_taken_over_at_once(
    store: Store, works: LongWorks
) -> None:
    started(works, a_connection(store).connection_id)
    assert works.claim("one", LIVES) is not None

    assert works.claim("two", LIVES, is_dead=lambda owner: owner == "one") is not None


def test_work_of_one_connection_goes_one_after_the_other(store: Store, works: LongWorks) -> None:
    here, there = a_connection(store), a_connection(store, "other", hubspot="2")
    first, second = started(works, here.connection_id), started(works, here.connection_id)
    third = started(works, there.connection_id)
    claims = [works.claim("one", LIVES) for _ in range(3)]
    assert [claim.work.id for claim in claims if claim] == [first, third]
    assert claims[0] is not None
    works.settle(claims[0], WorkState.DONE)
    after = works.claim("one", LIVES)

    assert after is not None
    assert after.work.id == second


def test_progress_is_kept_and_the_state_told_with_every_beat(
    store: Store, works: LongWorks
) -> None:
    here = a_connection(store)
    work_id = started(works, here.connection_id)
    claim = works.claim("one", LIVES)
    assert claim is not None
    assert works.beat(claim, LIVES, done=3, total=10) is WorkState.RUNNING
    works.ask_to_stop(work_id)

    assert works.beat(claim, LIVES, done=4) is WorkState.STOPPING
    found = works.work(here.connection_id, work_id)
    assert (found.done, found.total) == (4, 10)


def test_what_waits_is_tried_again_after_its_pause(
    store: Store, works: LongWorks, clock: Clock
) -> None:
    here = a_connection(store)
    work_id = started(works, here.connection_id)
    claim = works.claim("one", LIVES)
    assert claim is not None
    works.settle(claim, WorkState.WAITING, reason="busy", pause=LIVES, attempts=1)
    assert works.work(here.connection_id, work_id).reason == "busy"
    assert works.claim("one", LIVES) is None
    clock.now += LIVES
    again = works.claim("one", LIVES)

    assert again is not None
    assert again.work.attempts == 1


def test_stopping_ends_what_waits_at_once_and_what_runs_when_it_is_given_back(
    store: Store, works: LongWorks
) -> None:
    here = a_connection(store)
    work_id = started(works, here.connection_id)
    assert works.ask_to_stop(work_id)
    assert works.work(here.connection_id, work_id).state is WorkState.STOPPED
    assert not works.ask_to_stop(work_id)
    assert works.resume(work_id)
    claim = works.claim("one", LIVES)
    assert claim is not None
    works.ask_to_stop(work_id)
    assert not works.remove(work_id)
    works.settle(claim, WorkState.WAITING, reason="busy")

    assert works.work(here.connection_id, work_id).state is WorkState.STOPPED
    assert works.remove(work_id)


def test_a_draft_is_looked_at_and_then_begun(store: Store, works: LongWorks) -> None:
    here = a_connection(store)
    work_id = started(works, here.connection_id, is_draft=True)
    assert works.claim("one", LIVES) is None
    assert works.prepare(work_id, {"run": 8})
    assert not works.begin(work_id)
    claim = works.claim("one", LIVES)
    assert claim is not None
    assert (claim.work.is_look, claim.work.arguments) == (True, {"run": 8})
    works.settle(claim, WorkState.DONE, result={"would": 1})
    assert works.redraft(work_id)
    assert works.prepare(work_id, {"run": 9})
    claim = works.claim("one", LIVES)
    assert claim is not None
    works.settle(claim, WorkState.DONE)
    assert works.begin(work_id)

    assert not works.work(here.connection_id, work_id).is_look
    assert not works.redraft(work_id)


def test_old_work_is_forgotten_with_its_files(store: Store, works: LongWorks, clock: Clock) -> None:
    here = a_connection(store)
    done, left, waits = (started(works, here.connection_id) for _ in range(3))
    works.save_file(done, "wrong", b"1")
    claim = works.claim("one", LIVES)
    assert claim is not None
    works.settle(claim, WorkState.DONE)
    works.ask_to_stop(left)
    clock.now += timedelta(days=8)
    week, quarter = clock.now - timedelta(days=7), clock.now - timedelta(days=90)
    assert works.forget(quarter, week) == 1
    clock.now += timedelta(days=90)
    assert works.forget(clock.now - timedelta(days=90), clock.now) == 1

    assert [each.id for each in works.works(here.connection_id, 10)] == [waits]
    assert works.file(done, "wrong") is None
