"""Stores for tests: the same suite runs on SQLite in a file, SQLite in memory, and PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tandem.model import Contact, Kind, Link, LinkState, Person, PersonType, Side
from tandem.store import CachedPerson, ConnectionStore, Credential, Keyring, Lease, Store
from tests.support.postgres import fresh_database, postgres_server

__all__ = [
    "ANN",
    "KEYRING",
    "NOW",
    "Clock",
    "a_connection",
    "a_link",
    "an_account",
    "clock",
    "database_url",
    "mine",
    "new_url",
    "postgres_server",
    "save",
    "shared_url",
    "store",
]

KEYRING = Keyring.of(b"\x01" * 32)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

ANN = CachedPerson(
    contact=Contact(
        id="501",
        created_at=NOW,
        emails=("ann@example.com", "ann@old.example"),
        owner_id="9",
        name="Ann 山田",
        salesforce_contact_id="003000000000001AAA",
        merged_ids=("499",),
    ),
    person=Person(
        id="003000000000001AAA",
        type=PersonType.CONTACT,
        created_at=NOW,
        email="ann@example.com",
        account_id="001000000000001AAA",
    ),
    read_at=NOW,
)


class Clock:
    """A time that only tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def _template(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """Makes a migrated database of one kind, to be copied, when the first test asks for it."""
    with ExitStack() as stack:
        made: dict[str, str] = {}

        def template(kind: str) -> str:
            if kind not in made:
                if kind == "file":
                    url = f"sqlite:///{tmp_path_factory.mktemp('template')}/tandem.db"
                else:
                    url = stack.enter_context(
                        fresh_database(request.getfixturevalue("postgres_server"))
                    )
                Store(url, KEYRING).open().close()
                made[kind] = str(make_url(url).database)
            return made[kind]

        yield template


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the URL of an empty database of one kind."""
    with ExitStack() as stack:
        made: list[str] = []

        def url_of(kind: str) -> str:
            if kind == "memory":
                return "sqlite://"
            if kind == "file":
                made.append(kind)
                return f"sqlite:///{tmp_path}/tandem-{len(made)}.db"
            return stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))

        yield url_of


@pytest.fixture(params=["file", "postgres"])
def shared_url(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> str:
    """An empty database that several programs can use at once, of each kind."""
    return new_url(request.param)


@pytest.fixture(params=["file", "memory", "postgres"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, _template: Callable[[str], str]
) -> Iterator[str]:
    """A database of each kind; those that can be copied are migrated already, which saves time."""
    if request.param == "memory":
        yield "sqlite://"
    elif request.param == "file":
        shutil.copyfile(_template("file"), tmp_path / "tandem.db")
        yield f"sqlite:///{tmp_path}/tandem.db"
    else:
        name = _template("postgres")
        with fresh_database(request.getfixturevalue("postgres_server"), name) as url:
            yield url


@pytest.fixture
def store(database_url: str, clock: Clock) -> Iterator[Store]:
    with Store(database_url, KEYRING, clock=clock) as opened:
        yield opened


@pytest.fixture
def mine(store: Store) -> ConnectionStore:
    """A connection with both accounts."""
    return a_connection(store)


def an_account(store: Store, side: Side, external_id: str = "4711") -> int:
    return store.save_account(
        side,
        external_id=external_id,
        name=f"{side.title} {external_id}",
        base_url="https://crm.example",
        credential=Credential(kind="token", access_token=f"secret of {external_id}"),
    )


def a_connection(
    store: Store, name: str = "default", *, hubspot: str = "1", salesforce: str = "00D1"
) -> ConnectionStore:
    connection = store.create_connection(name)
    store.attach(connection.id, Side.HUBSPOT, an_account(store, Side.HUBSPOT, hubspot))
    store.attach(connection.id, Side.SALESFORCE, an_account(store, Side.SALESFORCE, salesforce))
    return store.for_connection(connection.id)


def a_link(key: str = "1-call-1", **changes: object) -> Link:
    values: dict[str, object] = {
        "key": key,
        "kind": Kind.CALL,
        "hubspot_id": key.rpartition("-")[2],
        "state": LinkState.PAIRED,
    }
    return Link(**(values | changes))  # type: ignore[arg-type]


def save(view: ConnectionStore, *links: Link) -> None:
    """Save links as a run does."""
    lease: Lease = view.acquire("a test", NOW, 60)
    with view.transaction(lease) as unit:
        unit.save_links(links)
    view.release(lease)
