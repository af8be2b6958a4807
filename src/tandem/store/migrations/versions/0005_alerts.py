"""Alerts, and who signs in through an identity provider."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only: a program that does not know them goes on working."""
