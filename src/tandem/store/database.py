"""Transactions on either database, with its troubles told as sentences."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tandem.errors import SettingsError, StoreError
from tandem.observing import see_store_trouble
from tandem.store.dialect import Dialect
from tandem.store.postgres import PostgreSQL
from tandem.store.sqlite import WRITES, SQLite
from tandem.store.tables import Moment, Words

__all__ = ["Database", "slices"]

T = TypeVar("T")

_SLICE = 1_000  # ids in one IN (…): far below both databases' limits on parameters


def slices(items: Iterable[T], size: int = _SLICE) -> Iterator[list[T]]:
    """*items* in lists of at most *size*."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


class Database:
    """
    One database and the transactions on it.

    A transaction belongs to the thread that opened it: reads and writes made meanwhile by the same
    thread join it, so that one unit of work sees and saves everything or nothing.
    """

    def __init__(self, url: str | URL, *, called: str | None = None) -> None:
        parsed = _parsed(url)
        self.dialect: Dialect
        if parsed.get_backend_name() == "sqlite":
            self.dialect = SQLite(parsed)
            self.where = called or parsed.database or "in memory"
        else:
            self.dialect = PostgreSQL()
            self.where = called or parsed.render_as_string(hide_password=True)
        self.engine: Engine = self.dialect.engine(parsed)
        self._turn = threading.RLock() if self.dialect.is_single else nullcontext()
        self._local = threading.local()
        self._statements: dict[tuple[str, ...], str] = {}
        self._prepared: dict[Callable[[Dialect], Any], Any] = {}

    def close(self) -> None:
        self.engine.dispose()

    def prepared(self, make: Callable[[Dialect], T]) -> T:
        """The statement that *make* words for this database, made once: that costs more than its answer."""
        found: T | None = self._prepared.get(make)
        if found is None:
            found = self._prepared[make] = make(self.dialect)
        return found

    @contextmanager
    def reading(self, *, snapshot: bool = False) -> Iterator[Connection]:
        """A transaction for reading only; with *snapshot* all its reads see the same moment."""
        options = self.dialect.snapshot if snapshot else {}
        with self._transaction({WRITES: False, **options}) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or undone by whatever is raised in it."""
        with self._transaction({WRITES: True}) as connection:
            yield connection

    @contextmanager
    def _transaction(self, options: Mapping[str, Any]) -> Iterator[Connection]:
        joined: Connection | None = getattr(self._local, "connection", None)
        if joined is not None:
            yield joined
            return
        with self._told(), self._turn, self.engine.connect() as connection:
            connection = connection.execution_options(**options)
            with connection.begin():
                self._local.connection = connection
                try:
                    yield connection
                finally:
                    self._local.connection = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            see_store_trouble()
            sentence = self.dialect.sentence(error, self.where)
            if sentence is None:
                raise
            raise StoreError(sentence) from error
        except PoolTimeout as error:
            see_store_trouble()
            raise StoreError(
                f"All connections of this program to the database {self.where} are busy. "
                "Look whether the server is slow, or run fewer things at once."
            ) from error

    def upsert(
        self,
        connection: Connection,
        table: Table,
        rows: Sequence[dict[str, Any]],
        *,
        keep: Iterable[str] = (),
    ) -> None:
        """
        Insert *rows*, or replace those with the same primary key except for the columns in *keep*.

        All rows have the same columns. The rows belong to the database afterwards.
        """
        if not rows:
            return
        kept = tuple(keep)

        def statement() -> Any:
            keys = [column.name for column in table.primary_key]
            insert = self.dialect.insert(table)
            changes = {
                name: insert.excluded[name] for name in rows[0] if name not in {*keys, *kept}
            }
            return insert.on_conflict_do_update(index_elements=keys, set_=changes)

        self.write_many(connection, table, rows, f"upsert, keeping {kept}", statement)

    def insert(self, connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert *rows*, which have the same columns and belong to the database afterwards."""
        if rows:
            self.write_many(connection, table, rows, "insert", table.insert)

    def write_many(
        self,
        connection: Connection,
        table: Table,
        rows: Sequence[dict[str, Any]],
        what: str,
        statement: Callable[[], Any],
    ) -> None:
        """
        Hand many rows to the driver as they are; the *statement* is put into words once for each *what*.

        Measured: a third faster than letting SQLAlchemy turn every single value (docs/decisions).
        """
        known = (what, table.name, *rows[0])
        text = self._statements.get(known)
        if text is None:
            compiled = statement().compile(dialect=connection.dialect, column_keys=list(rows[0]))
            text = self._statements[known] = str(compiled)
        _turn(rows, table, connection.dialect)
        connection.exec_driver_sql(text, rows)


def _turn(rows: Sequence[dict[str, Any]], table: Table, dialect: Any) -> None:
    """Turn moments and words into what the driver takes, in place."""
    for name, column in table.columns.items():
        if isinstance(column.type, Moment | Words) and name in rows[0]:
            turn = column.type.process_bind_param
            for row in rows:
                if row[name] is not None:
                    row[name] = turn(row[name], dialect)


def _parsed(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "TANDEM_DATABASE_URL is not a database address. "
            "Examples: sqlite:////var/lib/tandem/tandem.db, postgresql://user@host/tandem"
        ) from None
    name = parsed.drivername.partition("+")[0]
    if name == "sqlite":
        return parsed.set(drivername="sqlite")
    if name in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise SettingsError(
        f"TANDEM_DATABASE_URL names {name}, but Tandem keeps its state in SQLite or PostgreSQL only."
    )
