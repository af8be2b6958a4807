"""The tabs of a connection, in the order of HubSpot's own settings."""

from __future__ import annotations

__all__ = ["TABS"]

TABS = (
    ("activities", "web.tab.activities"),
    ("sync-health", "web.tab.health"),
    ("runs", "web.tab.runs"),
    ("conflicts", "web.tab.conflicts"),
    ("owners", "web.tab.owners"),
    ("import", "web.tab.import"),
    ("reports", "web.tab.reports"),
    ("accounts", "web.tab.accounts"),
    ("audit", "web.tab.audit"),
)
"""Path and the name's key; a tab stands here once its screen is there."""
