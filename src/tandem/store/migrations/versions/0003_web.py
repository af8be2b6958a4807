"""Who may sign in to the web app."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
    _members()
    op.create_table(
        "member_link",
        sa.Column("token", _NAME, nullable=False),
        sa.Column("purpose", _NAME, nullable=False),
        sa.Column("email", _NAME, nullable=False),
        sa.Column("role", _NAME, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_member_link"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sign_in_failure"),
    )
    op.create_table(
        "pending_sign_in",
        sa.Column("state", _NAME, nullable=False),
        sa.Column("session", _NAME, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_pending_sign_in"),
    )


def _members() -> None:
    op.create_table(
        "member",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("email", _NAME, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", _NAME, nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("email", name="uq_member_email"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "member_session",
        sa.Column("token", _NAME, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("flash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name="fk_member_session_member_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_member_session"),
    )
    op.create_index("ix_member_session_member_id", "member_session", ["member_id"])
