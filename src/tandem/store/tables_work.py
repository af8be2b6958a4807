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
    Text,
)
from sqlalchemy.dialects import postgresql

from tandem.store.tables import METADATA, Moment, Words

__all__ = ["long_work", "long_work_file"]

_Name = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_Id = BigInteger().with_variant(Integer(), "sqlite")

# What was asked for and what came of it hold names and subjects: both are kept encrypted.
long_work = Table(
    "long_work",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("connection_id", _Id, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
    Column("kind", _Name, nullable=False),
    Column("is_look", Integer, nullable=False),
    Column("state", _Name, nullable=False),
    Column("who", Words, nullable=False),
    Column("arguments", LargeBinary, nullable=False),
    Column("result", LargeBinary),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("reason", _Name, nullable=False),
    Column("message", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("try_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claim", _Name),
    Column("claimed_by", Words, nullable=False),
    Column("claimed_until", Moment),
    Index(None, "connection_id", "id"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)

long_work_file = Table(
    "long_work_file",
    METADATA,
    Column("work_id", _Id, ForeignKey("long_work.id", ondelete="CASCADE"), nullable=False),
    Column("name", _Name, nullable=False),
    Column("value", LargeBinary, nullable=False),
    PrimaryKeyConstraint("work_id", "name"),
)
