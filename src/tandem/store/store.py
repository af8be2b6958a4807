"""The one gateway to what Tandem remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar

from sqlalchemy import func, select

from tandem.errors import StoreError
from tandem.store.accounts import Accounts, Calls
from tandem.store.backup import read_backup, write_backup
from tandem.store.connection_store import ConnectionStore
from tandem.store.connections import Connections, Settings
from tandem.store.database import Database
from tandem.store.hints import Hints
from tandem.store.keyring import KEY_FILE_VARIABLE, KEY_VARIABLE, Keyring
from tandem.store.migrate import migrate
from tandem.store.parts import Clock
from tandem.store.queue import Queue
from tandem.store.restored import Restored
from tandem.store.schedule import Schedule
from tandem.store.tables import account, sealed_note
from tandem.store.tables import connection as connection_table
from tandem.store.workers import Workers

__all__ = ["MARKS", "Store"]

P = ParamSpec("P")
T = TypeVar("T")

MARKS = "marks"
"""The note that tells whether the keys at hand are those of the database."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store(Accounts, Calls, Connections, Settings, Schedule, Workers, Queue, Restored):
    """
    Tandem's own database, SQLite or PostgreSQL by its URL.

    All methods are synchronous and commit before they return. StoreError tells trouble with the
    database in a sentence; nothing is half saved then. An event loop calls them through :meth:`run`.
    """

    def __init__(self, url: str, keyring: Keyring, *, clock: Clock = _utc_now) -> None:
        super().__init__(Database(url), keyring, clock)

    def __enter__(self) -> Store:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> Store:
        """
        Migrate to this program's tables and check that the keys fit; StoreError if either fails.

        A database that was restored by its server's own tools is noticed here.
        """
        try:
            migrate(self._database)
            self._keyring = self._keyring.with_marks(self._remembered_marks())
            self.notice_restored()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        self._database.close()

    @property
    def keyring(self) -> Keyring:
        """The keys, with the secret of the marks as this database remembers it."""
        return self._keyring

    @property
    def hints(self) -> Hints:
        """What change feeds have said, of all connections."""
        return Hints(self._database, self._keyring, self._clock)

    @property
    def where(self) -> str:
        """The database's file or address, without its password."""
        return self._database.where

    @property
    def is_shared(self) -> bool:
        """Whether programs on several hosts may work on this database."""
        return not self._database.dialect.is_inline

    def for_connection(self, connection_id: int) -> ConnectionStore:
        """The view of one connection, in which every query is scoped to it."""
        return ConnectionStore(self._database, self._keyring, self._clock, connection_id)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call *work* at once on SQLite (it takes microseconds), in a thread on PostgreSQL."""
        if self._database.dialect.is_inline:
            return work(*args, **kwargs)
        return await asyncio.to_thread(work, *args, **kwargs)

    def backup(self, path: Path) -> None:
        """Write everything but the key into one file, while others go on working."""
        write_backup(self._database, path)

    def restore(self, path: Path) -> None:
        """Replace everything by a backup, in one transaction; of either kind of database."""
        read_backup(self._database, path, self._check_backup, self._clock, then=self.note_restored)
        self._keyring = self._keyring.with_marks(self._remembered_marks())

    def _remembered_marks(self) -> bytes:
        """The secret of the marks, kept under the current key; made when the database is new."""
        with self._database.reading() as connection:
            statement = select(sealed_note.c.value).where(sealed_note.c.name == MARKS)
            sealed = connection.scalar(statement)
        if sealed is not None and not self._is_unused(bytes(sealed)):
            marks = self._check_marks(bytes(sealed), f"The database {self.where}")
            if self._keyring.key_of(bytes(sealed)) == self._keyring.current:
                return marks
        else:
            marks = self._keyring.marks
        row = {"name": MARKS, "value": self._keyring.encrypt(marks, context=MARKS)}
        with self._database.writing() as connection:
            self._database.upsert(connection, sealed_note, [row])
        return marks

    def _is_unused(self, sealed: bytes) -> bool:
        """
        Whether the database was made under a key not at hand, and holds nothing yet.

        Any command makes a database, so a look around in a new home must not bind it to a key for good.
        """
        if self._keyring.key_of(sealed) in self._keyring.keys:
            return False
        with self._database.reading() as connection:
            return not any(
                connection.scalar(select(func.count()).select_from(table))
                for table in (account, connection_table)
            )

    def _check_backup(self, sealed: bytes) -> bytes:
        return self._check_marks(sealed, "The backup")

    def _check_marks(self, sealed: bytes, what: str) -> bytes:
        key_id = self._keyring.key_of(sealed)
        if key_id in self._keyring.keys:
            return self._keyring.decrypt(sealed, context=MARKS)
        raise StoreError(
            f"{what} belongs to another encryption key ({key_id}) than the one at "
            f"hand ({self._keyring.current}). Put that key into {KEY_VARIABLE} or {KEY_FILE_VARIABLE}; "
            "without it the accounts must be connected anew with a new database."
        )
