"""
Backups: one SQLite file with all tables, whichever database they come from or go to.

So a backup needs no tool of the database's own, and restoring one is also how an installation
moves from SQLite to PostgreSQL. The key is never in it. What lets somebody in or is under way stays
behind: leases, browsers that are signed in, one-time links, failed sign-ins and sign-ins begun, and the
long work that people started.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Table, select

from tandem.errors import AlreadyRunning, SettingsError, StoreError
from tandem.store.database import Database
from tandem.store.migrate import migrate
from tandem.store.parts import Clock
from tandem.store.tables import METADATA, lease, sealed_note
from tandem.store.tables_alerts import OF_ALERTS
from tandem.store.tables_api import OF_THE_API
from tandem.store.tables_web import (
    logout_token,
    member_link,
    member_session,
    pending_sign_in,
    sign_in_failure,
)
from tandem.store.tables_work import long_work, long_work_file
from tandem.store.tables_workers import OF_THE_MOMENT

__all__ = ["read_backup", "write_backup"]

_AT_ONCE = 1_000
_OF_THE_MOMENT = frozenset(
    {
        *(lease, member_session, member_link, sign_in_failure, pending_sign_in),
        *(logout_token, long_work, long_work_file, *OF_THE_MOMENT),
        *OF_ALERTS,
        *OF_THE_API,
    }
)
_SQLITE_START = b"SQLite format 3\0"


def write_backup(database: Database, path: Path) -> None:
    """Write the state of one moment to *path*, whole or not at all; only its owner may read it."""
    with _told(f"The backup {path} cannot be written"):
        draft = path.with_name(f".{path.name}-{os.getpid()}")
        try:
            os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
            _fill(database, draft)
            draft.replace(path)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()


def read_backup(
    database: Database,
    path: Path,
    check_key: Callable[[bytes], bytes],
    clock: Clock,
    then: Callable[[], None],
) -> None:
    """
    Replace all rows by those of the backup and do what comes *then*, in one transaction.

    Checked before anything changes: that it is a backup, of this version or an older one, and
    that the keys at hand open it. AlreadyRunning while a run holds a lease.
    """
    with _told(f"The backup {path} cannot be read"), tempfile.TemporaryDirectory() as folder:
        _check_is_backup(path)
        copy = Path(shutil.copyfile(path, Path(folder) / "backup.db"))
        with _opened(copy, str(path)) as source:
            migrate(source)
            with source.reading() as read:
                _check_key(read, path, check_key)
                with database.writing() as written:
                    _check_is_idle(written, clock)
                    _replace_all(database, read, written)
                    then()


def _fill(database: Database, draft: Path) -> None:
    with _opened(draft, str(draft)) as target:
        migrate(target)
        with database.reading(snapshot=True) as read, target.writing() as written:
            _replace_all(target, read, written)
        with target.engine.connect() as connection:
            # A single file to carry away, without a journal beside it.
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA journal_mode = DELETE")


def _replace_all(target: Database, read: Connection, written: Connection) -> None:
    tables = METADATA.sorted_tables
    for table in reversed(tables):
        written.execute(table.delete())
    for table in tables:
        if table not in _OF_THE_MOMENT:
            _copy(table, read, written)
            if table.autoincrement_column is not None:
                target.dialect.count_on(written, table)


def _copy(table: Table, read: Connection, written: Connection) -> None:
    rows = read.execution_options(yield_per=_AT_ONCE).execute(select(table))
    for part in rows.mappings().partitions():
        written.execute(table.insert(), [dict(row) for row in part])


@contextmanager
def _opened(file: Path, called: str) -> Iterator[Database]:
    database = Database(URL.create("sqlite", database=str(file)), called=called)
    try:
        yield database
    finally:
        database.close()


def _check_is_backup(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_SQLITE_START)) != _SQLITE_START:
            raise SettingsError(f"{path} is not a backup made by: tandem backup")


def _check_key(read: Connection, path: Path, check_key: Callable[[bytes], bytes]) -> None:
    sealed = read.scalar(select(sealed_note.c.value))
    if sealed is None:
        raise SettingsError(
            f"{path} is a database that was never in use; there is nothing to restore."
        )
    check_key(bytes(sealed))


def _check_is_idle(written: Connection, clock: Clock) -> None:
    held = written.execute(select(lease).where(lease.c.expires_at > clock())).first()
    if held is not None:
        raise AlreadyRunning(
            f"{held.owner} is working with the database. Stop it before restoring a backup; if it was "
            f"killed, its claim ends at {held.expires_at:%H:%M:%S} UTC."
        )


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror}.") from error
