"""The tables of the change feeds: which records to look at again, and how far each feed was heard."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from tandem.store.tables import METADATA, Id, Moment, Name, Words

__all__ = ["FEED_TABLES"]


hint = Table(
    "hint",
    METADATA,
    Column("connection_id", Id, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
    Column("side", Name, nullable=False),
    Column("object", Name, nullable=False),
    Column("record_id", Name, nullable=False),
    Column("change", Name, nullable=False),
    Column("occurred_at", Moment),
    Column("noted_at", Moment, nullable=False),
    Column("mark", BigInteger, nullable=False),
    PrimaryKeyConstraint("connection_id", "side", "object", "record_id"),
    Index(None, "connection_id", "noted_at"),
)

# One row a connection: it gives out the marks, and whoever writes hints of the connection locks it
# first, so that two writers never wait for each other's rows.
hint_counter = Table(
    "hint_counter",
    METADATA,
    Column("connection_id", Id, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True),
    Column("mark", BigInteger, nullable=False),
    Column("at_most", Integer, nullable=False),
)

feed = Table(
    "feed",
    METADATA,
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("position", Text, nullable=False),
    Column("heard_at", Moment),
    Column("lag_seconds", Float),
    Column("message", Text, nullable=False),
    Column("detail", Words, nullable=False),
    Column("checked_at", Moment, nullable=False),
    PrimaryKeyConstraint("account_id", "name"),
)

FEED_TABLES = (hint, hint_counter, feed)
