"""One process with both simulated CRMs for each worker, started over for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
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


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lasting(
    request: pytest.FixtureRequest, _running_crms: Crms, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """
    Installed and connected on each kind of database, once for all tests of a module, which leave it to
    each other as they made it; both CRMs are empty at its beginning.
    """
    _running_crms.reset()
    with ExitStack() as stack:
        variables = {}
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            variables["TANDEM_DATABASE_URL"] = stack.enter_context(postgres.fresh_database(server))
        installed = Installed(tmp_path_factory.mktemp("home"), _running_crms, **variables)
        stack.callback(installed.end)
        installed.connect()
        yield installed


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with postgres.fresh_database(postgres_server) as url:
        yield url
