"""The tables of the web app: who may sign in, their sessions, one-time links, failed sign-ins."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql

from tandem.store.tables import METADATA, Moment, Words

__all__ = ["WEB_TABLES"]

_Name = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_Id = BigInteger().with_variant(Integer(), "sqlite")

member = Table(
    "member",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("email", _Name, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("role", _Name, nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment),
    sqlite_autoincrement=True,
)

# Only the hashes of session and link tokens are kept: whoever reads the database signs in as nobody.
member_session = Table(
    "member_session",
    METADATA,
    Column("token", _Name, primary_key=True),
    Column("member_id", _Id, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("browser", Words, nullable=False),
    Column("flash", Words, nullable=False),
    Index(None, "member_id"),
)

member_link = Table(
    "member_link",
    METADATA,
    Column("token", _Name, primary_key=True),
    Column("purpose", _Name, nullable=False),
    Column("email", _Name, nullable=False),
    Column("role", _Name, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    METADATA,
    Column("name", _Name, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False),
)

pending_sign_in = Table(
    "pending_sign_in",
    METADATA,
    Column("state", _Name, primary_key=True),
    Column("session", _Name, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("value", LargeBinary, nullable=False),
)

WEB_TABLES = (member, member_session, member_link, sign_in_failure, pending_sign_in)
