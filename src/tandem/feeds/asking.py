"""How the feeds of a connection are, for commands and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from tandem.errors import SettingsError
from tandem.feeds.following import subjects_of
from tandem.feeds.wanted import webhook_subscriptions
from tandem.model import Side
from tandem.store import Connection, FeedHealth, FeedName, FeedState, Store

__all__ = ["FeedReport", "FeedRow", "feed_report", "keep_secret", "wanted_webhooks"]

_OF_SIDE = {
    Side.HUBSPOT: (FeedName.WEBHOOKS, FeedName.JOURNAL),
    Side.SALESFORCE: (FeedName.EVENTS,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """
    One feed of one account. ``message`` is a code whose sentence is the text ``doctor.{message}``; empty
    where all is well.
    """

    side: Side
    name: FeedName
    state: FeedHealth
    lag_seconds: float | None
    heard_at: datetime | None
    checked_at: datetime | None
    position: str
    message: str
    detail: str

    @property
    def said(self) -> str:
        """The code of what there is to say, also where all is well."""
        if self.message:
            return self.message
        told = {FeedHealth.HEALTHY: "heard", FeedHealth.STARTING: "starting"}
        return f"{self.name.value}_{told.get(self.state, 'off')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """All feeds of one connection, and the hints that wait for its next run."""

    connection: str
    feeds: tuple[FeedRow, ...]
    waiting: int
    waiting_since: datetime | None


def feed_report(store: Store, connection: Connection) -> FeedReport:
    """How the feeds of *connection* are, by what those who listen have saved."""
    rows = []
    for side in Side:
        account_id = connection.account_id(side)
        if account_id is None:
            continue
        states = {each.name: each for each in store.hints.feed_states(account_id)}
        rows += [_row(side, name, states.get(name)) for name in _OF_SIDE[side]]
    count, since = store.hints.waiting().get(connection.id, (0, None))
    return FeedReport(
        connection=connection.name, feeds=tuple(rows), waiting=count, waiting_since=since
    )


def wanted_webhooks(store: Store, connection: Connection) -> tuple[dict[str, str], ...]:
    """What a person subscribes to in the app's settings, for all connections of the same account."""
    if connection.hubspot_account_id is None:
        return ()
    account = store.account(connection.hubspot_account_id)
    return webhook_subscriptions(subjects_of(store, account))


def _row(side: Side, name: FeedName, state: FeedState | None) -> FeedRow:
    return FeedRow(
        side=side,
        name=name,
        state=FeedHealth.OFF if state is None else state.state,
        lag_seconds=None if state is None else state.lag_seconds,
        heard_at=None if state is None else state.heard_at,
        checked_at=None if state is None else state.checked_at,
        position="" if state is None else state.position,
        message="feeds_unheard" if state is None else state.message,
        detail="" if state is None else state.detail,
    )


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
