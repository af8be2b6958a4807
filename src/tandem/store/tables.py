"""
The tables. What they hold and why is told in docs/decisions; migrations lead to exactly these.

Moments are whole microseconds since 1970 in UTC: they sort, compare and copy alike in every
database. Ids and keys sort by bytes everywhere ("C" in PostgreSQL), so paging by key agrees.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

__all__ = ["METADATA", "Id", "Moment", "Name", "Words"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSTORABLE = {0: "\N{REPLACEMENT CHARACTER}"} | dict.fromkeys(
    range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"
)


class Moment(TypeDecorator[datetime]):
    """An aware datetime as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Free text of the CRMs or of people; what no database can store becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.translate(_UNSTORABLE)


Name = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
Id = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER counts up by itself in SQLite

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _own_id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _of_connection() -> Column[int]:
    return Column(
        "connection_id", Id, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False
    )


sealed_note = Table(
    "sealed_note",
    METADATA,
    Column("name", Name, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

account = Table(
    "account",
    METADATA,
    _own_id(),
    Column("side", Name, nullable=False),
    Column("external_id", Name, nullable=False),
    Column("name", Words, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("credential", LargeBinary),
    Column("connected_at", Moment, nullable=False),
    UniqueConstraint("side", "external_id"),
    sqlite_autoincrement=True,
)

connection = Table(
    "connection",
    METADATA,
    _own_id(),
    Column("name", Name, nullable=False, unique=True),
    Column("hubspot_account_id", Id, ForeignKey("account.id")),
    Column("salesforce_account_id", Id, ForeignKey("account.id")),
    Column("suspended_reason", Text, nullable=False),
    Column("suspended_detail", Words, nullable=False),
    Column("suspended_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("hubspot_account_id", "salesforce_account_id"),
    Index(None, "salesforce_account_id"),
    sqlite_autoincrement=True,
)

settings_version = Table(
    "settings_version",
    METADATA,
    _of_connection(),
    Column("version", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Words, nullable=False),
    PrimaryKeyConstraint("connection_id", "version"),
)

# Without a foreign key: what was done to a connection stays known after the connection is removed.
audit = Table(
    "audit",
    METADATA,
    _own_id(),
    Column("connection_id", Id, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Words, nullable=False),
    Index(None, "connection_id", "id"),
    sqlite_autoincrement=True,
)

lease = Table(
    "lease",
    METADATA,
    Column("name", Name, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("token", Name, nullable=False),
    Column("acquired_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

link = Table(
    "link",
    METADATA,
    _of_connection(),
    Column("key", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("hubspot_id", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("reason", Name, nullable=False),
    Column("detail", Words, nullable=False),
    Column("salesforce_id", Name),
    Column("hubspot", Text, nullable=False),
    Column("salesforce", Text, nullable=False),
    Column("intent", Text),
    Column("contact_id", Name),
    Column("created_at", Moment),
    Column("modified_at", Moment),
    Column("salesforce_modified_at", Moment),
    Column("first_seen_at", Moment),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("payload", LargeBinary),
    Column("run_id", Id),
    Column("settings_version", Integer, nullable=False),
    PrimaryKeyConstraint("connection_id", "key"),
    Index("ix_link_hubspot_id", "connection_id", "hubspot_id"),
    Index(
        "ix_link_salesforce_id",
        "connection_id",
        "salesforce_id",
        sqlite_where=text("salesforce_id IS NOT NULL"),
        postgresql_where=text("salesforce_id IS NOT NULL"),
    ),
    Index("ix_link_state", "connection_id", "kind", "state", "reason"),
    Index(
        "ix_link_not_paired",
        "connection_id",
        "state",
        "reason",
        "key",
        sqlite_where=text("state <> 'paired'"),
        postgresql_where=text("state <> 'paired'"),
    ),
    Index("ix_link_run_id", "connection_id", "run_id", "key"),
    Index(
        "ix_link_due_at",
        "connection_id",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_link_intent",
        "connection_id",
        "key",
        sqlite_where=text("intent IS NOT NULL"),
        postgresql_where=text("intent IS NOT NULL"),
    ),
    Index(
        "ix_link_waiting",
        "connection_id",
        "contact_id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

history = Table(
    "history",
    METADATA,
    _own_id(),
    _of_connection(),
    Column("key", Name, nullable=False),
    Column("at", Moment, nullable=False),
    Column("run_id", Id),
    Column("what", Text, nullable=False),
    Column("detail", LargeBinary),
    Index(None, "connection_id", "key"),
    Index(None, "connection_id", "at", "what", "key"),  # counts by the hour from the index alone
    Index(None, "connection_id", "run_id", "key"),
)

conflict = Table(
    "conflict",
    METADATA,
    _own_id(),
    _of_connection(),
    Column("key", Name, nullable=False),
    Column("field", Name, nullable=False),
    Column("winner", Name, nullable=False),
    Column("at", Moment, nullable=False),
    Column("run_id", Id),
    Column("detail", LargeBinary, nullable=False),
    Column("restored_at", Moment),
    Column("restored_by", Words, nullable=False),
    Index(None, "connection_id", "key"),
    Index(None, "connection_id", "at"),
    Index(None, "connection_id", "id"),
    sqlite_autoincrement=True,
)

checkpoint = Table(
    "checkpoint",
    METADATA,
    _of_connection(),
    Column("name", Name, nullable=False),
    Column("value", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    PrimaryKeyConstraint("connection_id", "name"),
)

person = Table(
    "person",
    METADATA,
    _of_connection(),
    Column("contact_id", Name, nullable=False),
    Column("contact", Text, nullable=False),
    Column("person", Text),
    Column("reason", Text, nullable=False),
    Column("read_at", Moment, nullable=False),
    PrimaryKeyConstraint("connection_id", "contact_id"),
    Index(None, "connection_id", "read_at"),
)

person_address = Table(
    "person_address",
    METADATA,
    _of_connection(),
    Column("email", Name, nullable=False),
    Column("contact_id", Name, nullable=False),
    PrimaryKeyConstraint("connection_id", "email"),
    Index(None, "connection_id", "contact_id"),
)

cached = Table(
    "cached",
    METADATA,
    _of_connection(),
    Column("name", Name, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("cached_at", Moment, nullable=False),
    PrimaryKeyConstraint("connection_id", "name"),
)

owner_pair = Table(
    "owner_pair",
    METADATA,
    _of_connection(),
    Column("hubspot_owner_id", Name, nullable=False),
    Column("salesforce_user_id", Name),
    PrimaryKeyConstraint("connection_id", "hubspot_owner_id"),
)

record_pair = Table(
    "record_pair",
    METADATA,
    _of_connection(),
    Column("kind", Name, nullable=False),
    Column("hubspot_id", Name, nullable=False),
    Column("salesforce_id", Name, nullable=False),
    PrimaryKeyConstraint("connection_id", "kind", "hubspot_id"),
)

run = Table(
    "run",
    METADATA,
    _own_id(),
    _of_connection(),
    Column("settings_version", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("state", Name, nullable=False),
    Column("counts", Text, nullable=False),
    Column("calls", Text, nullable=False),
    Column("message", Words, nullable=False),
    Index(None, "connection_id", "id"),
    sqlite_autoincrement=True,
)

account_calls = Table(
    "account_calls",
    METADATA,
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("hour", Moment, nullable=False),
    Column("calls", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", "hour"),
)
