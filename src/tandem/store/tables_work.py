"""The tables of long work that people start: imports, undoing, making again."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
)

from tandem.store.tables import METADATA, Id, Moment, Name, Words

__all__ = ["long_work", "long_work_file"]


# What was asked for and what came of it hold names and subjects: both are kept encrypted.
long_work = Table(
    "long_work",
    METADATA,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("connection_id", Id, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Name, nullable=False),
    Column("is_look", Integer, nullable=False),
    Column("state", Name, nullable=False),
    Column("who", Words, nullable=False),
    Column("arguments", LargeBinary, nullable=False),
    Column("result", LargeBinary),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("reason", Name, nullable=False),
    Column("message", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("try_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claim", Name),
    Column("claimed_by", Words, nullable=False),
    Column("claimed_until", Moment),
    Index(None, "connection_id", "id"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)

long_work_file = Table(
    "long_work_file",
    METADATA,
    Column("work_id", Id, ForeignKey("long_work.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name, nullable=False),
    Column("value", LargeBinary, nullable=False),
    PrimaryKeyConstraint("work_id", "name"),
)
