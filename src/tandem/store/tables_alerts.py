"""The tables of alerts, and of people who sign in through an identity provider."""

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

__all__ = ["OF_ALERTS", "alert", "alert_letter", "alert_settings", "member_identity"]


# Who a member is to an identity provider: its subject never changes, an address may.
member_identity = Table(
    "member_identity",
    METADATA,
    Column("issuer", Name, nullable=False),
    Column("subject", Name, nullable=False),
    Column("member_id", Id, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
    Index(None, "member_id"),
)

# Whom to tell and how: encrypted, since the secret that signs what the webhook gets is among it.
alert_settings = Table(
    "alert_settings",
    METADATA,
    Column("name", Name, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

# What is wrong with a connection, one row a cause; ``began_at`` is empty while nothing is.
alert = Table(
    "alert",
    METADATA,
    Column("connection_id", Id, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
    Column("cause", Name, nullable=False),
    Column("began_at", Moment),
    Column("told_at", Moment),
    Column("version", BigInteger, nullable=False),
    Column("facts", Words, nullable=False),
    PrimaryKeyConstraint("connection_id", "cause"),
)

# One message over one way: kept until it is sent or given up, and then for the page.
alert_letter = Table(
    "alert_letter",
    METADATA,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", Name, nullable=False),
    Column("event", Name, nullable=False),
    Column("cause", Name, nullable=False),
    Column("facts", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", Moment),
    Column("outcome", Words, nullable=False),
    Index(None, "due_at"),
    sqlite_autoincrement=True,
)

OF_ALERTS = (alert, alert_letter)
"""What is going on just now: a restored backup must not send yesterday's letters."""
