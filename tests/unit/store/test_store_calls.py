"""How an event loop calls the store, and how transactions of one thread join."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tandem.store import Keyring, Store
from tandem.store.database import Database, slices
from tandem.store.postgres import PostgreSQL


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.of(b"\x01" * 32)


async def test_sqlite_is_called_inline(keyring: Keyring) -> None:
    """A seed repeats only if no thread decides who comes first."""
    with Store("sqlite://", keyring) as store:
        view = store.for_connection(store.create_connection().id)
        caller = threading.get_ident()

        assert await store.run(threading.get_ident) == caller
        assert await view.run(threading.get_ident) == caller
        assert await store.run(int, "11", base=3) == 4


async def test_postgresql_is_called_in_a_thread(keyring: Keyring) -> None:
    store = Store("postgresql://nobody@127.0.0.1:9/none", keyring)
    view = store.for_connection(1)

    assert await store.run(threading.get_ident) != threading.get_ident()
    assert await view.run(threading.get_ident) != threading.get_ident()
    assert await store.run(int, "11", base=3) == 4
    store.close()


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_every_spelling_of_a_postgresql_address_works(url: str) -> None:
    assert isinstance(Database(url).dialect, PostgreSQL)


def test_threads_share_a_database_in_memory_by_turns(keyring: Keyring) -> None:
    with Store("sqlite://", keyring) as store:
        threads = [
            threading.Thread(target=store.create_connection, args=(f"c{n}",)) for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.connections()) == 8


def test_threads_share_a_database_file(keyring: Keyring, tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/tandem.db", keyring) as store:
        threads = [
            threading.Thread(target=store.create_connection, args=(f"c{n}",)) for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.connections()) == 8


def test_slices_cover_everything_once() -> None:
    assert list(slices(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(slices([])) == []
