"""The store in one SQLite file, or in memory."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, Table, create_engine, event
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.exc import DBAPIError

from tandem.errors import StoreError

__all__ = ["WRITES", "SQLite"]

WRITES = "tandem_writes"
"""The execution option that makes a transaction take the write lock at its beginning."""

_BUSY_SECONDS = 10
_SENTENCES = {
    "SQLITE_BUSY": "The database {where} is locked by another program. Let it end, then repeat the command.",
    "SQLITE_LOCKED": "The database {where} is locked by another program. Let it end, then repeat the command.",
    "SQLITE_FULL": "The disk of the database {where} is full. Make room, then repeat the command; nothing was half saved.",
    "SQLITE_IOERR": "The database {where} cannot be read or written ({words}). Check the disk.",
    "SQLITE_READONLY": "The database {where} may only be read. Give the user Tandem runs as the right to write it and its folder.",
    "SQLITE_CANTOPEN": "The database {where} cannot be opened. Check that its folder exists and may be written.",
    "SQLITE_PERM": "The database {where} cannot be opened: the user Tandem runs as may not.",
    "SQLITE_NOTADB": "The database {where} is not a database. Name another file, or restore a backup.",
    "SQLITE_CORRUPT": "The database {where} is damaged ({words}). Restore a backup.",
    "SQLITE_TOOBIG": "A value is too large for the database {where}.",
}


class SQLite:
    is_inline = True
    snapshot: Mapping[str, Any] = MappingProxyType({})  # every transaction is one

    def __init__(self, url: URL) -> None:
        self.is_single = url.database in (None, "", ":memory:")

    def engine(self, url: URL) -> Engine:
        if not self.is_single:
            _make_private_file(Path(str(url.database)))
        engine = create_engine(
            url,
            paramstyle="named",  # rows go to the driver as dicts, as with PostgreSQL
            connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS},
            **({"poolclass": StaticPool} if self.is_single else {}),
        )
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return engine

    def insert(self, table: Table) -> Insert:
        return insert(table)

    def begin_migration(self, connection: Connection) -> None:
        """Nothing to do: the transaction holds the file's write lock."""

    def count_on(self, connection: Connection, table: Table) -> None:
        """Nothing to do: AUTOINCREMENT follows ids that were given."""

    def place(self, connection: Connection, table: str) -> str | None:
        return None

    def sentence(self, error: DBAPIError, where: str) -> str | None:
        name = getattr(error.orig, "sqlite_errorname", "")
        for start, sentence in _SENTENCES.items():
            if name.startswith(start):
                return sentence.format(where=where, words=error.orig)
        return None


def _set_up(connection: sqlite3.Connection, record: Any) -> None:
    # Python's own BEGIN comes too late (before the first write only), so transactions are ours.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # an announced write must not be forgotten when the power fails
        "foreign_keys = ON",
        "secure_delete = FAST",
        "cache_size = -32000",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # It takes no lock and cannot fail; past SQLAlchemy, whose wrapping costs more than a small read.
        connection.connection.cursor().execute("BEGIN")


def _make_private_file(path: Path) -> None:
    """Only the user Tandem runs as may read what it keeps about people."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"The database {path} cannot be opened: {error.strerror}. Check its folder and its rights."
        ) from error
