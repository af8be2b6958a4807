"""Long work that people start: imports, undoing, making again."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
