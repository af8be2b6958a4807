"""Who works on which connection when, and what every account has spent."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
