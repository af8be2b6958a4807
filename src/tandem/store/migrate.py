"""Brings a database to the tables of this program."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from tandem.errors import StoreError
from tandem.store.database import Database
from tandem.store.migrations import HEAD

__all__ = ["VERSION_TABLE", "migrate", "revision_of"]

VERSION_TABLE = "tandem_revision"  # a name of our own: the database may be shared
_VERSION = table(VERSION_TABLE, column("version_num"))


def migrate(database: Database) -> None:
    """Migrate to the newest revision; of several programs that start at once, one does it."""
    with database.reading() as connection:
        if revision_of(connection) == HEAD:
            return
    with database.writing() as connection:
        database.dialect.begin_migration(connection)
        _upgrade(connection, database.where)


def revision_of(connection: Connection) -> str | None:
    """The revision of a database's tables; None for one that Tandem has never used."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.scalar(select(_VERSION.c.version_num))
    return None if found is None else str(found)


def _upgrade(connection: Connection, where: str) -> None:
    # Loaded late: a program whose database is up to date need not wait for Alembic.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = revision_of(connection)
    if found is not None and found not in known:
        raise StoreError(
            f"The database {where} was last used by a newer Tandem (its tables are at {found}, this "
            f"program knows them up to {HEAD}). Install that version or a newer one."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
