"""People's tokens for the JSON API."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
