"""The tables of the web app: who may sign in, their sessions, one-time links, failed sign-ins."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from tandem.store.tables import METADATA, Id, Moment, Name, Words

__all__ = ["WEB_TABLES"]


member = Table(
    "member",
    METADATA,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("email", Name, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("role", Name, nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment),
    sqlite_autoincrement=True,
)

# Only the hashes of session and link tokens are kept: whoever reads the database signs in as nobody.
member_session = Table(
    "member_session",
    METADATA,
    Column("token", Name, primary_key=True),
    Column("member_id", Id, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("browser", Words, nullable=False),
    Column("flash", Words, nullable=False),
    # Where an identity provider vouched for it: by these it names the sessions that are to end.
    Column("issuer", Name),
    Column("subject", Name),
    Column("sid", Name),
    Index(None, "member_id"),
)

# The hashes of logout tokens that were used, until they would be too old anyway.
logout_token = Table(
    "logout_token",
    METADATA,
    Column("id", Name, primary_key=True),
    Column("expires_at", Moment, nullable=False),
)

member_link = Table(
    "member_link",
    METADATA,
    Column("token", Name, primary_key=True),
    Column("purpose", Name, nullable=False),
    Column("email", Name, nullable=False),
    Column("role", Name, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    METADATA,
    Column("name", Name, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False),
)

pending_sign_in = Table(
    "pending_sign_in",
    METADATA,
    Column("state", Name, primary_key=True),
    Column("session", Name, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("value", LargeBinary, nullable=False),
)

WEB_TABLES = (
    member,
    member_session,
    logout_token,
    member_link,
    sign_in_failure,
    pending_sign_in,
)
