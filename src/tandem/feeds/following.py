"""Which feeds there are to follow, by the accounts, their credentials and their connections' settings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from tandem.crm.hubspot.journal import Wanted
from tandem.errors import SettingsError, StoreError
from tandem.feeds.wanted import Subject, journal_subscriptions, subjects_for
from tandem.model import Side
from tandem.settings.activities import parse
from tandem.store import Account, FeedHealth, FeedName, FeedState, Store
from tandem.sync.policy import Policy

__all__ = ["Client", "Clients", "EventsOf", "Followed", "JournalOf", "following", "subjects_of"]

_SILENT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One HubSpot app as an account was connected with it."""

    client_id: str
    secret: str = field(repr=False)
    base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalOf:
    """One app's journal: the accounts to note for, and what to subscribe to in each."""

    client: Client
    accounts: tuple[tuple[str, int], ...]
    wanted: tuple[tuple[str, tuple[Wanted, ...]], ...]

    @property
    def name(self) -> str:
        said = f"{self.client.client_id} {self.client.base_url}"
        return f"journal {hashlib.sha256(said.encode()).hexdigest()[:24]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsOf:
    """One Salesforce account's events."""

    account_id: int

    @property
    def name(self) -> str:
        return f"events {self.account_id}"


Followed = JournalOf | EventsOf


def subjects_of(store: Store, account: Account) -> tuple[Subject, ...]:
    """What the settings of the account's connections need; nothing where none is on or all are suspended."""
    policies = []
    for connection_id in store.connections_using(account.side, account.id):
        if not store.connection_by_id(connection_id).is_suspended:
            policies.append(_policy(store.settings(connection_id).text))
    return subjects_for(policies)


Clients = dict[int, tuple[Account, Client | None]]
"""Clients by account: reading a credential costs, and it changes when somebody connects anew."""


def following(store: Store, now: datetime, known: Clients) -> tuple[Followed, ...]:
    """
    Every feed to follow now. Tells beside it how feeds are that nobody follows, or that follow us.

    *known* remembers the clients of accounts from one call to the next.
    """
    journals: dict[Client, dict[str, tuple[int, tuple[Wanted, ...]]]] = {}
    events: list[Followed] = []
    for account in store.accounts():
        if not account.has_credential:
            continue
        if account.side is Side.SALESFORCE:
            if store.connections_using(account.side, account.id):
                events.append(EventsOf(account_id=account.id))
            continue
        subjects = subjects_of(store, account)
        if not subjects:
            continue
        client = _client(store, account, known)
        _tell_unheard(store, account, client, now)
        if client is not None:
            wanted = journal_subscriptions(subjects)
            journals.setdefault(client, {})[account.external_id] = (account.id, wanted)
    return (*_journals(journals), *events)


def _journals(
    found: Mapping[Client, Mapping[str, tuple[int, tuple[Wanted, ...]]]],
) -> Sequence[JournalOf]:
    return [
        JournalOf(
            client=client,
            accounts=tuple((portal, account_id) for portal, (account_id, _) in each.items()),
            wanted=tuple((portal, wanted) for portal, (_, wanted) in each.items()),
        )
        for client, each in found.items()
    ]


def _client(store: Store, account: Account, known: Clients) -> Client | None:
    before = known.get(account.id)
    if before is not None and before[0] == account:
        return before[1]
    found = None
    try:
        credential = store.credential(account.id)
    except (SettingsError, StoreError):  # disconnected a moment ago
        return None
    if credential.client_id and credential.client_secret:
        found = Client(
            client_id=credential.client_id,
            secret=credential.client_secret,
            base_url=account.base_url,
        )
    known[account.id] = (account, found)
    return found


def _tell_unheard(store: Store, account: Account, client: Client | None, now: datetime) -> None:
    """Say what keeps feeds from being followed, and when HubSpot has not called for a day."""
    states = {each.name: each for each in store.hints.feed_states(account.id)}
    if client is None:
        _tell(store, states, account, FeedName.JOURNAL, FeedHealth.OFF, "journal_no_app", now)
    heard = states.get(FeedName.WEBHOOKS)
    if heard is not None and heard.state is FeedHealth.BROKEN:
        return
    if heard is None or heard.heard_at is None or now - heard.heard_at > _SILENT_FOR:
        # Nothing to rely on: a day without any change is possible, a webhook that was taken away as well.
        message = "webhooks_no_secret" if client is None else "webhooks_silent"
        state = FeedHealth.OFF if client is None else FeedHealth.STARTING
        _tell(store, states, account, FeedName.WEBHOOKS, state, message, now)


def _tell(
    store: Store,
    states: Mapping[FeedName, FeedState],
    account: Account,
    name: FeedName,
    state: FeedHealth,
    message: str,
    now: datetime,
) -> None:
    before = states.get(name)
    if before is None or (before.state, before.message) != (state, message):
        store.hints.save_feed(account.id, name, state, now, message=message)


@lru_cache(maxsize=10_000)
def _policy(settings: str) -> Policy:
    """Asked for every few seconds and seldom changed: reading the settings costs milliseconds."""
    return parse(settings)
