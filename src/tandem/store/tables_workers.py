"""The tables of running many connections: whose turn it is, who works, what accounts have left."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from tandem.store.tables import METADATA, Id, Moment, Name, Words

__all__ = ["OF_THE_MOMENT"]


# One row a connection. While somebody has its turn, due_at is when the turn is taken for lost, and rests_until
# that a person asked for a run meanwhile.
turn = Table(
    "turn",
    METADATA,
    Column(
        "connection_id",
        Id,
        ForeignKey("connection.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("due_at", Moment, nullable=False),
    Column("taken_at", Moment),
    Column("woken_at", Moment),
    Column("every_seconds", Integer),
    Column("rests_until", Moment),
    Index(None, "due_at"),
)

worker = Table(
    "worker",
    METADATA,
    Column("name", Name, primary_key=True),
    Column("host", Words, nullable=False),
    Column("version", Text, nullable=False),
    Column("role", Name, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

chore = Table(
    "chore",
    METADATA,
    Column("name", Name, primary_key=True),
    Column("due_at", Moment, nullable=False),
)

account_budget = Table(
    "account_budget",
    METADATA,
    Column(
        "account_id",
        Id,
        ForeignKey("account.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("state", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

OF_THE_MOMENT = (worker, account_budget)
"""What a backup leaves behind."""
