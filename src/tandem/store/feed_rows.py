"""Every feed that a connection could have, as it is: also those of which nothing was ever saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tandem.model import Side
from tandem.store.hints import FeedHealth, FeedName, FeedState
from tandem.store.rows import Connection
from tandem.store.store import Store

__all__ = ["FeedRow", "feed_rows"]

_OF_SIDE = {
    Side.HUBSPOT: (FeedName.WEBHOOKS, FeedName.JOURNAL),
    Side.SALESFORCE: (FeedName.EVENTS,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """
    One feed of one account. ``message`` is a code whose sentence is the text ``doctor.{message}``; empty
    where all is well. ``is_heard`` tells whether it can be relied upon now.
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
    is_heard: bool = False

    @property
    def said(self) -> str:
        """The code of what there is to say, also where all is well."""
        if self.message:
            return self.message
        if self.state is FeedHealth.HEALTHY and not self.is_heard:
            return "feeds_left"
        told = {FeedHealth.HEALTHY: "heard", FeedHealth.STARTING: "starting"}
        return f"{self.name.value}_{told.get(self.state, 'off')}"


def feed_rows(store: Store, connection: Connection, now: datetime) -> tuple[FeedRow, ...]:
    """The feeds of *connection*'s accounts, by what those who listen have saved."""
    rows = []
    for side in Side:
        account_id = connection.account_id(side)
        if account_id is None:
            continue
        states = {each.name: each for each in store.hints.feed_states(account_id)}
        rows += [_row(side, name, states.get(name), now) for name in _OF_SIDE[side]]
    return tuple(rows)


def _row(side: Side, name: FeedName, state: FeedState | None, now: datetime) -> FeedRow:
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
        is_heard=state is not None and state.is_heard(now),
    )
