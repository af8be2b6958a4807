"""The CRMs' feeds in a history: what they tell comes late, twice, out of order or not at all."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from tandem.crm.hubspot.webhooks import delivery_from, read_events
from tandem.crm.salesforce.events.changes import change_from
from tandem.engine.context import Pace
from tandem.feeds.salesforce_events import hints_from
from tandem.feeds.webhooks import hint_from
from tandem.model import Side
from tandem.sandbox.hubspot.webhooks import Notice
from tandem.sandbox.salesforce.events import ChangeEvent
from tandem.simulation.world import CONNECTION, Surroundings
from tandem.store.hints import FeedHealth, FeedName, Hint

__all__ = ["PACE", "Hearing"]

PACE = Pace(polled=timedelta(seconds=50), swept=timedelta(minutes=15))
"""How `tandem serve` polls with its usual minute."""

_ENTITIES = ("Task", "Contact", "Lead", "Account", "Opportunity")
_FEEDS = {Side.HUBSPOT: FeedName.WEBHOOKS, Side.SALESFORCE: FeedName.EVENTS}


@dataclass(slots=True)
class _Told:
    side: Side
    hints: tuple[Hint, ...]


class Hearing:
    """
    Carries what feeds tell into Tandem's store, as `tandem serve` does, with everything going wrong that may.

    Each history has its own odds; in some, feeds are reliable. ``fates`` counts what became of notices.
    """

    def __init__(self, around: Surroundings, seed: int) -> None:
        self._around = around
        self._chance = random.Random(f"{seed}/feeds")
        self._odds = self._chance.choice((0.0, 0.05, 0.3))
        self._late: list[_Told] = []
        self.fates: Counter[str] = Counter()

    def begin(self) -> None:
        """Somebody sets the feeds up in both CRMs."""
        self._around.hubspot.act(
            "set_webhooks", {"target_url": "http://127.0.0.1:9/hubspot/webhooks"}
        )
        self._around.salesforce.act("select_change_events", {"objects": list(_ENTITIES)})

    def hear(self, *, all_of_it: bool = False) -> None:
        """What has been told until now reaches Tandem, or does not; with *all_of_it* it does."""
        told = [*self._late, *self._drained()]
        self._late = []
        if not all_of_it and self._is():
            self._chance.shuffle(told)
            self.fates["shuffled"] += 1
        for each in told:
            self._deliver(each, fate="delivered" if all_of_it else self._fate())
        health = FeedHealth.BEHIND if not all_of_it and self._is() else FeedHealth.HEALTHY
        store, now = self._around.memory.store, self._around.clock.now()
        for side, name in _FEEDS.items():
            account_id = self._account(side)
            if account_id is not None:
                store.hints.save_feed(account_id, name, health, now)

    def _drained(self) -> list[_Told]:
        webhooks = self._around.hubspot.webhooks
        notices = webhooks.pending_notices()
        for notice in notices:
            webhooks.answered(notice, 204)
        events = self._around.salesforce.events.pending_events()
        return [*map(_posted, notices), *map(_published, events)]

    def _fate(self) -> str:
        return self._chance.choice(("lost", "doubled", "late")) if self._is() else "delivered"

    def _is(self) -> bool:
        return self._chance.random() < self._odds

    def _deliver(self, told: _Told, *, fate: str) -> None:
        self.fates[fate] += 1
        account_id = self._account(told.side)
        if fate == "late":
            self._late.append(told)
        elif fate != "lost" and account_id is not None:
            store, now = self._around.memory.store, self._around.clock.now()
            for _ in range(2 if fate == "doubled" else 1):
                store.hints.note(account_id, told.hints, now)

    def _account(self, side: Side) -> int | None:
        return self._around.memory.store.connection(CONNECTION).account_id(side)


def _posted(notice: Notice) -> _Told:
    delivery = delivery_from(read_events(notice.body))
    return _Told(Side.HUBSPOT, tuple(map(hint_from, delivery.notices)))


def _published(event: ChangeEvent) -> _Told:
    return _Told(Side.SALESFORCE, tuple(hints_from([change_from(event.header)])))
