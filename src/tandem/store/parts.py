"""What every part of the store has at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam

from tandem.store.database import Database
from tandem.store.keyring import Keyring

__all__ = ["Clock", "ConnectionPart", "StorePart", "of_connection"]

Clock = Callable[[], datetime]


def of_connection(table: Table) -> ColumnElement[bool]:
    """
    The scope of a statement that is made once, at import; it is executed with ``connection`` given.

    What a run asks all the time is worded so: making such a statement anew costs more than its answer.
    """
    mine: ColumnElement[bool] = table.c.connection_id == bindparam("connection")
    return mine


class StorePart:
    """A part of the whole store: the database, the keys, and the time for its own bookkeeping."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock


class ConnectionPart(StorePart):
    """A part of one connection's store: every query is scoped to that connection."""

    def __init__(
        self, database: Database, keyring: Keyring, clock: Clock, connection_id: int
    ) -> None:
        super().__init__(database, keyring, clock)
        self.connection_id = connection_id

    def _mine(self, table: Table) -> ColumnElement[bool]:
        mine: ColumnElement[bool] = table.c.connection_id == self.connection_id
        return mine

    def _given(self, **values: Any) -> dict[str, Any]:
        """What a statement scoped by ``of_connection`` is executed with."""
        return {"connection": self.connection_id, **values}

    def _row(self, **values: Any) -> dict[str, Any]:
        return {"connection_id": self.connection_id, **values}

    # A secret is bound to its connection and link, so that it opens nowhere else.

    def _payload_context(self, key: str) -> str:
        return f"connection {self.connection_id} payload {key}"

    def _history_context(self, key: str) -> str:
        return f"connection {self.connection_id} history {key}"

    def _conflict_context(self, key: str) -> str:
        return f"connection {self.connection_id} conflict {key}"
