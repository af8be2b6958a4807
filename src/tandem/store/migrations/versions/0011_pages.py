"""Indexes for what pages ask: the links and history of one run, what happened lately, what is not paired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NOT_PAIRED = sa.text("state <> 'paired'")


def upgrade() -> None:
    """Indexes only: a program that does not know them goes on working."""
    op.create_index("ix_link_run_id", "link", ["connection_id", "run_id", "key"])
    op.create_index(
        "ix_link_not_paired",
        "link",
        ["connection_id", "state", "reason", "key"],
        sqlite_where=_NOT_PAIRED,
        postgresql_where=_NOT_PAIRED,
    )
    op.create_index(
        "ix_history_connection_id_run_id_key", "history", ["connection_id", "run_id", "key"]
    )
    op.create_index(
        "ix_history_connection_id_at_what_key", "history", ["connection_id", "at", "what", "key"]
    )
    op.drop_index("ix_history_connection_id_at", "history")
    op.create_index("ix_conflict_connection_id_id", "conflict", ["connection_id", "id"])
