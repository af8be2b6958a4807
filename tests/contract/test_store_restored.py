"""A database that PostgreSQL's own tools brought back is noticed, once; see ``tandem restore`` for the other way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support import postgres_tools, stores
from tests.support.stores import KEYRING, NOW, Clock, a_connection

from tandem.model import Side
from tandem.store import Hint, Store

postgres_server = stores.postgres_server
new_url, shared_url, clock = stores.new_url, stores.shared_url, stores.clock

EVERYTHING = {Hint.everything(side) for side in Side}


@pytest.fixture
def url(new_url: Callable[[str], str], clock: Clock) -> str:
    """A PostgreSQL database in use."""
    made = new_url("postgres")
    with Store(made, KEYRING, clock=clock) as store:
        a_connection(store)
    return made


def _looks(store: Store) -> set[Hint]:
    return {held.hint for held in store.for_connection(1).hints(10)}


def test_a_dump_in_a_new_database_is_noticed_by_whoever_opens_it_first(
    url: str, new_url: Callable[[str], str], clock: Clock, tmp_path: Path
) -> None:
    postgres_tools.dump(url, tmp_path / "dump")
    again = new_url("postgres")
    postgres_tools.restore(tmp_path / "dump", again)
    clock.advance(hours=5)
    with Store(again, KEYRING, clock=clock) as store:
        mine = store.for_connection(1)
        looks, restored_at = _looks(store), mine.restored_at()
        mine.forget_hints(mine.hints(10))
    clock.advance(hours=1)
    with Store(again, KEYRING, clock=clock) as store:
        looks_later, restored_at_later = _looks(store), store.for_connection(1).restored_at()

    assert (looks, restored_at) == (EVERYTHING, NOW + timedelta(hours=5))
    assert (looks_later, restored_at_later) == (set(), NOW + timedelta(hours=5))


def test_a_dump_put_back_in_the_place_of_what_was_there_is_noticed(
    url: str, clock: Clock, tmp_path: Path
) -> None:
    postgres_tools.dump(url, tmp_path / "dump")
    with Store(url, KEYRING) as store, store._database.writing() as database:
        database.execute(text("DROP SCHEMA public CASCADE"))
        database.execute(text("CREATE SCHEMA public"))
    postgres_tools.restore(tmp_path / "dump", url)

    with Store(url, KEYRING, clock=clock) as store:
        assert _looks(store) == EVERYTHING


def test_a_database_that_stays_where_it_is_was_not_restored(shared_url: str, clock: Clock) -> None:
    with Store(shared_url, KEYRING, clock=clock) as store:
        a_connection(store)
    for _ in range(2):
        with Store(shared_url, KEYRING, clock=clock) as store:
            assert (_looks(store), store.for_connection(1).restored_at()) == (set(), None)


def test_a_database_of_the_version_before_has_no_note_and_gets_one(url: str, clock: Clock) -> None:
    """It may have been restored or not: nothing tells, so nothing is said."""
    with Store(url, KEYRING) as store, store._database.writing() as database:
        database.execute(
            text("COMMENT ON TABLE tandem_revision IS 'an administrator''s own words'")
        )
    with Store(url, KEYRING, clock=clock) as store:
        assert (_looks(store), store.notice_restored()) == (set(), False)
        with store._database.reading() as database:
            noted = database.scalar(
                text("SELECT obj_description('tandem_revision'::regclass, 'pg_class')")
            )
    assert str(noted).startswith("the Tandem of ")


def test_two_databases_of_one_server_are_two_places(
    url: str, new_url: Callable[[str], str]
) -> None:
    places = []
    for each in (url, new_url("postgres")):
        with Store(each, KEYRING) as store, store._database.reading() as database:
            places.append(str(store._database.dialect.place(database, "tandem_revision")).split())

    assert places[0][:2] == places[1][:2], "one server, one timeline"
    assert places[0] != places[1]
    assert [len(place) for place in places] == [4, 4]
