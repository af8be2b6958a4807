"""Notices that HubSpot posts: verified, noted, answered; what they are about is read later by a run."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tandem.clock import Clock
from tandem.crm.hubspot.notices import Happening, Notice
from tandem.crm.hubspot.webhooks import (
    Delivery,
    Malformed,
    Posted,
    Signature,
    Verdict,
    delivery_from,
    read_events,
    refusal_of,
    verdict_on,
)
from tandem.feeds.apps import App, Apps
from tandem.feeds.noting import Noting
from tandem.model import Side
from tandem.store import Change, FeedHealth, FeedName, FeedPosition, Hint, Store
from tandem.store.hints import Heard

__all__ = ["Answer", "Webhooks", "hint_from"]

_BEHIND_SECONDS = 120.0
_TOLD_SECONDS = 60.0
_QUIET_SECONDS = 600.0
_RELOAD_SECONDS = 1.0
_MOST_PORTALS = 100
"""A request holds at most 100 events [D-wh], so it is about no more portals than that."""


class Answer(enum.IntEnum):
    """What HubSpot is told. Everything but 2xx is sent again, ten times in 24 hours [D-wh]."""

    NOTED = 204
    MALFORMED = 400
    REFUSED = 401
    TOO_LARGE = 413


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    state: FeedHealth
    at: float


class Webhooks:
    """
    Takes HubSpot's notices for all connected accounts.

    A notice counts only for accounts connected with the app whose secret signed it. ``counts`` tells what became
    of requests and events since the start, for whoever watches.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        noting: Noting,
        *,
        accepted: Collection[Signature] = tuple(Signature),
    ) -> None:
        self._store = store
        self._clock = clock
        self._noting = noting
        self._accepted = frozenset(accepted)
        self._apps = Apps(store, clock)
        self._told: dict[int, _Told] = {}
        self.counts: Counter[str] = Counter()

    async def receive(self, posted: Posted) -> Answer:
        """
        Note what *posted* names; what to answer. Everything is saved before the answer.

        StoreError where it cannot be saved: HubSpot sends it again then.
        """
        answer = await self._receive(posted)
        self.counts[f"requests_{answer.name.lower()}"] += 1
        return answer

    async def _receive(self, posted: Posted) -> Answer:
        refusal = refusal_of(posted, self._clock.now(), accepted=self._accepted)
        if refusal is not None:
            self.counts[f"signatures_{refusal.value}"] += 1
            return Answer.REFUSED
        try:
            events = read_events(posted.body)
        except Malformed:
            return Answer.MALFORMED
        delivery = delivery_from(events)
        if len(delivery.portals) > _MOST_PORTALS:
            return Answer.MALFORMED
        known = {portal: await self._apps.of(portal) for portal in sorted(delivery.portals)}
        secret = await self._signed_by(posted, known)
        if secret is None:
            await self._refused([app for app in known.values() if app is not None])
            return Answer.REFUSED
        mine = {
            portal: app.account_id
            for portal, app in known.items()
            if app is not None and app.secret == secret
        }
        self._count(delivery, mine)
        await self._note(delivery, mine)
        return Answer.NOTED

    async def _signed_by(self, posted: Posted, known: dict[str, App | None]) -> str | None:
        """The secret that *posted* was signed with; the known accounts' own are tried first."""
        secrets = [app.secret for app in known.values() if app is not None and app.secret]
        found = self._first(posted, secrets)
        if found is None and secrets:
            # The account may have been connected anew, with another app, a moment ago.
            for portal in known:
                known[portal] = await self._apps.of(portal, younger_than=_RELOAD_SECONDS)
            fresh = [app.secret for app in known.values() if app is not None and app.secret]
            found = self._first(posted, [each for each in fresh if each not in secrets])
        if found is None and None in known.values():
            found = self._first(posted, await self._apps.secrets())
        return found

    def _first(self, posted: Posted, secrets: Sequence[str]) -> str | None:
        now = self._clock.now()
        for secret in dict.fromkeys(secrets):
            verdict = verdict_on(posted, secret, now, accepted=self._accepted)
            if verdict is Verdict.GENUINE:
                return secret
            self.counts[f"signatures_{verdict.value}"] += 1
        return None

    def _count(self, delivery: Delivery, mine: dict[str, int]) -> None:
        self.counts["events"] += delivery.events
        strangers = len(delivery.portals) - len(mine)
        if strangers:
            self.counts["unknown_portals"] += strangers

    async def _note(self, delivery: Delivery, mine: dict[str, int]) -> None:
        by_account: dict[int, list[Hint]] = {account_id: [] for account_id in mine.values()}
        for notice in delivery.notices:
            account_id = mine.get(notice.portal_id)
            if account_id is not None:
                by_account[account_id].append(hint_from(notice))
        if not by_account:
            return
        self.counts["hints"] += sum(len(hints) for hints in by_account.values())
        lag = self._lag(delivery)
        position = FeedPosition(name=FeedName.WEBHOOKS, lag_seconds=lag)
        await self._noting.note_all(
            Heard(account_id=account_id, hints=tuple(hints), position=position)
            for account_id, hints in by_account.items()
        )
        is_behind = lag is not None and lag > _BEHIND_SECONDS
        for account_id in by_account:
            state = FeedHealth.BEHIND if is_behind else FeedHealth.HEALTHY
            await self._tell(account_id, state, lag=lag)

    def _lag(self, delivery: Delivery) -> float | None:
        newest = delivery.newest
        if newest is None:
            return None
        return max(0.0, (self._clock.now() - newest).total_seconds())

    async def _refused(self, apps: Sequence[App]) -> None:
        """
        Say that notices about an account are refused, unless good ones came lately.

        Anybody can send bad ones: they may neither cost a write each nor slow a feed that works.
        """
        now = self._clock.monotonic()
        for app in apps:
            told = self._told.get(app.account_id)
            is_fine = told is not None and told.state is not FeedHealth.BROKEN
            if told is not None and is_fine and now - told.at < _QUIET_SECONDS:
                continue
            message = "webhooks_refused" if app.secret else "webhooks_no_secret"
            await self._tell(app.account_id, FeedHealth.BROKEN, message=message)

    async def _tell(
        self,
        account_id: int,
        state: FeedHealth,
        *,
        message: str = "",
        lag: float | None = None,
    ) -> None:
        now = self._clock.monotonic()
        told = self._told.get(account_id)
        if told is not None and told.state is state and now - told.at < _TOLD_SECONDS:
            return
        self._told[account_id] = _Told(state=state, at=now)
        await self._store.run(
            self._store.hints.save_feed,
            account_id,
            FeedName.WEBHOOKS,
            state,
            self._clock.now(),
            message=message or ("webhooks_late" if state is FeedHealth.BEHIND else ""),
            lag_seconds=lag,
        )


_CHANGES = {each: Change(each.value) for each in Happening}


def hint_from(notice: Notice) -> Hint:
    """The hint that a notice of HubSpot's is."""
    return Hint(
        side=Side.HUBSPOT,
        object=notice.object,
        record_id=notice.record_id,
        change=_CHANGES[notice.happening],
        occurred_at=notice.occurred_at,
    )
