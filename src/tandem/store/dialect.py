"""What the two databases do differently, as far as the store has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, Table
from sqlalchemy.exc import DBAPIError

__all__ = ["Dialect"]


class Dialect(Protocol):
    """One kind of database."""

    is_inline: bool
    """Whether a call is so short that an event loop may wait for it; else it belongs in a thread."""

    is_single: bool
    """Whether all threads share one database connection and have to take turns."""

    snapshot: Mapping[str, Any]
    """The execution options of a transaction whose reads all see the same moment."""

    def engine(self, url: URL) -> Engine: ...

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ``on_conflict_do_update``."""

    def begin_migration(self, connection: Connection) -> None:
        """Keep other programs from migrating until the transaction ends."""

    def count_on(self, connection: Connection, table: Table) -> None:
        """Let the table's own ids go on above the highest one in it."""

    def place(self, connection: Connection, table: str) -> str | None:
        """What names this very *table*, and no copy of it elsewhere or from earlier; None where nothing does."""

    def sentence(self, error: DBAPIError, where: str) -> str | None:
        """What to tell a person about trouble with the database *where*; None if the error is a bug of ours."""
