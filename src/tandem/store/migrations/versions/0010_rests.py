"""Until when a connection rests that could do nothing if it were woken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that may be empty: a program that does not know it goes on working."""
    op.add_column("turn", sa.Column("rests_until", sa.BigInteger(), nullable=True))
