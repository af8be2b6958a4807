"""Long work that people start: imports, undoing, making again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
    op.create_table(
        "long_work",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("is_look", sa.Integer(), nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("arguments", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("reason", _NAME, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("try_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", _NAME, nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_long_work"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_long_work_connection_id",
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_long_work_connection_id_id", "long_work", ["connection_id", "id"])
    op.create_index("ix_long_work_state", "long_work", ["state"])
    op.create_table(
        "long_work_file",
        sa.Column("work_id", _ID, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("work_id", "name", name="pk_long_work_file"),
        sa.ForeignKeyConstraint(
            ["work_id"], ["long_work.id"], name="fk_long_work_file_work_id", ondelete="CASCADE"
        ),
    )
