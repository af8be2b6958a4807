"""Who works on which connection when, and what every account has spent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
    _turns()
    op.create_table(
        "worker",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("role", _NAME, nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_worker"),
    )
    op.create_table(
        "chore",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chore"),
    )
    op.create_table(
        "account_budget",
        sa.Column("account_id", _ID, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_budget"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name="fk_account_budget_account_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_connection_salesforce_account_id", "connection", ["salesforce_account_id"])


def _turns() -> None:
    op.create_table(
        "turn",
        sa.Column("connection_id", _ID, autoincrement=False, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("woken_at", sa.BigInteger(), nullable=True),
        sa.Column("every_seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("connection_id", name="pk_turn"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_turn_connection_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_turn_due_at", "turn", ["due_at"])
