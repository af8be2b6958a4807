"""How the feeds of a connection are, for commands and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from tandem.errors import SettingsError
from tandem.feeds.following import subjects_of
from tandem.feeds.wanted import webhook_subscriptions
from tandem.store import Connection, Store
from tandem.store.feed_rows import FeedRow, feed_rows

__all__ = ["FeedReport", "FeedRow", "feed_report", "keep_secret", "wanted_webhooks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """All feeds of one connection, and the hints that wait for its next run."""

    connection: str
    feeds: tuple[FeedRow, ...]
    waiting: int
    waiting_since: datetime | None


def feed_report(store: Store, connection: Connection, now: datetime) -> FeedReport:
    """How the feeds of *connection* are, by what those who listen have saved."""
    count, since = store.hints.waiting().get(connection.id, (0, None))
    return FeedReport(
        connection=connection.name,
        feeds=feed_rows(store, connection, now),
        waiting=count,
        waiting_since=since,
    )


def wanted_webhooks(store: Store, connection: Connection) -> tuple[dict[str, str], ...]:
    """What a person subscribes to in the app's settings, for all connections of the same account."""
    if connection.hubspot_account_id is None:
        return ()
    account = store.account(connection.hubspot_account_id)
    return webhook_subscriptions(subjects_of(store, account))


def keep_secret(store: Store, connection: Connection, secret: str) -> None:
    """Keep the secret of the app that the HubSpot account was connected with, beside its token."""
    if connection.hubspot_account_id is None:
        raise SettingsError(
            f"Connection “{connection.name}” has no HubSpot account yet: tandem connect hubspot"
        )
    credential = store.credential(connection.hubspot_account_id)
    store.save_credential(
        connection.hubspot_account_id, msgspec.structs.replace(credential, client_secret=secret)
    )
