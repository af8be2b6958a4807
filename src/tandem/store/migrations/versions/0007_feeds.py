"""What feeds have said, and how far each was heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
    op.create_table(
        "hint",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("side", _NAME, nullable=False),
        sa.Column("object", _NAME, nullable=False),
        sa.Column("record_id", _NAME, nullable=False),
        sa.Column("change", _NAME, nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=True),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_hint_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "side", "object", "record_id", name="pk_hint"),
    )
    op.create_index("ix_hint_connection_id_noted_at", "hint", ["connection_id", "noted_at"])
    op.create_table(
        "hint_counter",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_hint_counter_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name="pk_hint_counter"),
    )
    op.create_table(
        "feed",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("lag_seconds", sa.Float(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_feed_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_feed"),
    )
