"""Two-way tasks: the version of the Salesforce task that was decided about, and kept conflicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Added only: a program of the version before goes on working with these tables."""
    op.add_column("link", sa.Column("salesforce_modified_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "conflict",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("field", _NAME, nullable=False),
        sa.Column("winner", _NAME, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("run_id", _ID, nullable=True),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=True),
        sa.Column("restored_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_conflict_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conflict"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conflict_connection_id_key", "conflict", ["connection_id", "key"])
    op.create_index("ix_conflict_connection_id_at", "conflict", ["connection_id", "at"])
