"""Alerts, and who signs in through an identity provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
    op.create_table(
        "member_identity",
        sa.Column("issuer", _NAME, nullable=False),
        sa.Column("subject", _NAME, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_member_identity"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name="fk_member_identity_member_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_member_identity_member_id", "member_identity", ["member_id"])
    op.create_table(
        "alert_settings",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_settings"),
    )
    op.create_table(
        "alert",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("cause", _NAME, nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "cause", name="pk_alert"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_alert_connection_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "alert_letter",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("channel", _NAME, nullable=False),
        sa.Column("event", _NAME, nullable=False),
        sa.Column("cause", _NAME, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_letter"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_letter_due_at", "alert_letter", ["due_at"])
