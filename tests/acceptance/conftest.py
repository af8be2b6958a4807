"""One process with both simulated CRMs for each worker, started over for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.installed import Installed
from tests.support import postgres
from tests.support.processes import Crms, simulated_crms

postgres_server = postgres.postgres_server

Install = Callable[..., Installed]


@pytest.fixture(scope="session")
def _running_crms() -> Iterator[Crms]:
    with simulated_crms("--data", "empty") as crms:
        yield crms


@pytest.fixture
def crms(_running_crms: Crms) -> Crms:
    """Both CRMs with nothing in them, without limits, and with a search that does not lag."""
    _running_crms.reset()
    return _running_crms


@pytest.fixture
def install(crms: Crms, tmp_path: Path) -> Iterator[Install]:
    """Makes installations in folders of their own; what they started is ended with the test."""
    made: list[Installed] = []

    def installed(folder: str = "home", **variables: str) -> Installed:
        made.append(Installed(tmp_path / folder, crms, **variables))
        return made[-1]

    yield installed
    for each in made:
        each.end()


@pytest.fixture
def tandem(install: Install) -> Installed:
    """Installed and connected, on SQLite, with no kind switched on."""
    installed = install()
    installed.connect()
    return installed


@pytest.fixture(params=["sqlite", "postgres"])
def on_either(request: pytest.FixtureRequest, install: Install) -> Installed:
    """Installed and connected on each kind of database, with no kind switched on."""
    variables = {}
    if request.param == "postgres":
        variables["TANDEM_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    installed = install(**variables)
    installed.connect()
    return installed


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with postgres.fresh_database(postgres_server) as url:
        yield url
