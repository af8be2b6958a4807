"""Which session an identity provider vouched for, so that the provider can end it; and logout tokens that were used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Columns that may be empty, and a new table: a program that does not know them goes on working."""
    for name in ("issuer", "subject", "sid"):
        op.add_column("member_session", sa.Column(name, _NAME, nullable=True))
    op.create_table(
        "logout_token",
        sa.Column("id", _NAME, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_logout_token"),
    )
