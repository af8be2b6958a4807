"""The store in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, select, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import DBAPIError

__all__ = ["PostgreSQL"]

_MIGRATION_LOCK = 7_246_336_301  # any number that no other program of the same database uses
_CONNECT_SECONDS = 10
_POOL = 10
_NETWORK = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that went away without a word is noticed within half a minute (libpq, "Parameter Key Words")."""
_IDLE_SECONDS = 30
"""
A transaction of ours does nothing but ask the database. One that stands still belongs to a program that was
stopped or cut off: the server ends it, so that what it has locked is free before its lease runs out.
"""
_UNREACHABLE = "The database {where} cannot be reached ({words}). Check that the server runs and the address is right."
# A dump makes the table anew, another server has another identifier, and a standby that takes over, as a
# recovery to a point in time, begins a new timeline (PostgreSQL documentation, "Timelines" and "Control Data Functions").
_PLACE = text(
    "SELECT concat_ws(' ', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), "
    "to_regclass(:table)::oid, (SELECT oid FROM pg_database WHERE datname = current_database())) "
    "FROM pg_control_system()"
)
# Error codes and classes: PostgreSQL documentation, appendix A.
_SENTENCES = {
    "08": _UNREACHABLE,
    "28": "The database {where} refuses the user or password. Correct TANDEM_DATABASE_URL.",
    "3D": "The database {where} does not exist. Create it, or correct TANDEM_DATABASE_URL.",
    "25P03": _UNREACHABLE,  # our own limit on standing still
    "42501": "The database {where} does not give its user the right to do this ({words}).",
    "25006": "The database {where} may only be read. Name the primary server in TANDEM_DATABASE_URL.",
    "53100": "The disk of the database {where} is full. Make room, then repeat the command; nothing was half saved.",
    "53": "The database {where} has no connections or memory left ({words}). Allow more, or run fewer workers.",
    "57P": _UNREACHABLE,
    "57": "The database {where} stopped the statement ({words}). Repeat the command.",
    "55P03": "The database {where} is locked by another program. Let it end, then repeat the command.",
    "40": "The database {where} is locked by another program. Let it end, then repeat the command.",
    "58": "The database {where} cannot read or write its disk ({words}).",
    "XX": "The database {where} is damaged ({words}). Restore a backup.",
}


class PostgreSQL:
    is_inline = False
    is_single = False
    snapshot: Mapping[str, Any] = MappingProxyType({"isolation_level": "REPEATABLE READ"})

    def engine(self, url: URL) -> Engine:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=_POOL,
            max_overflow=_POOL,
            connect_args={**_NETWORK, "application_name": "tandem"},
        )

        @event.listens_for(engine, "connect")
        def begin(connection: Any, record: Any) -> None:
            # By a statement, since poolers in between refuse unknown words at the start.
            with connection.cursor() as cursor:
                cursor.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'")
            connection.commit()

        return engine

    def insert(self, table: Table) -> Insert:
        return insert(table)

    def begin_migration(self, connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _MIGRATION_LOCK})

    def count_on(self, connection: Connection, table: Table) -> None:
        highest = connection.scalar(select(func.max(table.c.id)))
        if highest is not None:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, highest)))

    def place(self, connection: Connection, table: str) -> str | None:
        return str(connection.scalar(_PLACE, {"table": table}))

    def sentence(self, error: DBAPIError, where: str) -> str | None:
        state = getattr(error.orig, "sqlstate", None)
        words = " ".join(str(error.orig).split())
        if state is None and error.connection_invalidated:
            return _UNREACHABLE.format(where=where, words=words)
        if state is None:
            is_connecting = type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")
            state = "08" if is_connecting else ""
        for length in (5, 3, 2):
            sentence = _SENTENCES.get(state[:length])
            if sentence is not None:
                return sentence.format(where=where, words=words)
        return None
