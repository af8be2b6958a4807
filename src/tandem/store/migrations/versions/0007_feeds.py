"""What feeds have said, and how far each was heard."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
