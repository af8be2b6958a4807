"""The table of the JSON API: the tokens with which programs come in."""

from __future__ import annotations

from sqlalchemy import Column, Table

from tandem.store.tables import METADATA, Id, Moment, Name, Words

__all__ = ["OF_THE_API", "api_token"]


# Only the hash of a token is kept: whoever reads the database comes in as nobody.
api_token = Table(
    "api_token",
    METADATA,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token", Name, nullable=False, unique=True),
    Column("begins", Name, nullable=False),
    Column("name", Words, nullable=False),
    Column("role", Name, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("expires_at", Moment),
    Column("seen_at", Moment),
    sqlite_autoincrement=True,
)

OF_THE_API = (api_token,)
"""They let somebody in, so a backup does not hold them."""
