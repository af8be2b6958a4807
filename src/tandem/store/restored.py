"""
What follows when the database was replaced by an older state of itself.

By ``tandem restore``, which says so, or by the database's own tools, which Tandem notices: every database
knows its place, and the note of it lies beside the tables and is copied with them.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, select, text

from tandem.model import Side
from tandem.store.hints import Heard, Hint, Hints
from tandem.store.migrate import VERSION_TABLE
from tandem.store.parts import StorePart
from tandem.store.rows import RESTORED_AT
from tandem.store.tables import account, cached, connection

__all__ = ["Restored"]

_NOTE = "the Tandem of "
_NOTED = text("SELECT obj_description(to_regclass(:name), 'pg_class')")


class Restored(StorePart):
    """What all connections are told after that."""

    def note_restored(self) -> None:
        """
        What was written to a CRM since is forgotten, and so is what feeds have said.

        Nothing from before now is certainly new, and both sides are looked at as a whole, at once.
        """
        now = self._clock()
        with self._database.writing() as database:
            database.execute(cached.delete().where(cached.c.name == RESTORED_AT))
            rows = [
                {
                    "connection_id": connection_id,
                    "name": RESTORED_AT,
                    "value": now.isoformat().encode(),
                    "cached_at": now,
                }
                for connection_id in database.scalars(select(connection.c.id))
            ]
            self._database.insert(database, cached, rows)
            everything = [
                Heard(account_id=row.id, hints=(Hint.everything(Side(row.side)),))
                for row in database.execute(select(account.c.id, account.c.side))
            ]
            Hints(self._database, self._keyring, self._clock).note_all(everything, now)

    def notice_restored(self) -> bool:
        """
        Whether the database is a copy of the one last used: restored by the server's own tools, or by a server that took over.

        Then, once, all connections are told. In SQLite a copy cannot be told from what it was copied from.
        """
        with self._database.reading() as database:
            place = self._database.dialect.place(database, VERSION_TABLE)
            if place is None or _noted(database) == _named(place):
                return False
        with self._database.writing() as database:
            self._database.dialect.begin_migration(database)
            noted = _noted(database)
            if noted == _named(place):
                return False
            database.execute(text(f"COMMENT ON TABLE {VERSION_TABLE} IS '{_named(place)}'"))
            if noted is None:
                return False
            self.note_restored()
        return True


def _noted(database: Connection) -> str | None:
    found = database.scalar(_NOTED, {"name": VERSION_TABLE})
    return found if found and found.startswith(_NOTE) else None


def _named(place: str) -> str:
    """A word for the place that tells nothing about the server."""
    return _NOTE + hashlib.sha256(place.encode()).hexdigest()[:32]
