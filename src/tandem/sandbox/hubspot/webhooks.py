"""
Push webhooks: events of an account for the apps that subscribed to them, in signed requests [D-wh].

The post itself is somebody else's: the courier's where the sandbox has sockets, the simulation's where
it has none. Both take `pending_notices` and report with `answered`.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tandem.sandbox.faults import Faults
from tandem.sandbox.hubspot import webhook_events
from tandem.sandbox.hubspot.account import Account
from tandem.sandbox.hubspot.auth import Auth
from tandem.sandbox.hubspot.errors import not_found
from tandem.sandbox.hubspot.happenings import Happening
from tandem.sandbox.hubspot.values import is_whole
from tandem.sandbox.hubspot.webhook_settings import AppSettings, Subscription
from tandem.sandbox.hubspot.webhook_signing import headers_of
from tandem.sandbox.world import World

MOST_EVENTS = 100
"""Events in one request [D-wh]."""
MOST_RETRIES = 10
_RETRY_MINUTES = (1, 3, 10, 30, 60, 120, 180, 240, 300, 360)
"""Together under 24 hours, each varied at random [D-wh]."""
_REMEMBERED = 1_000

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """One event on its way; `batch` keeps the events of a failed request together."""

    event: dict[str, Any]
    due: int
    attempt: int = 0
    batch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One request to an app's target, signed at `sent`."""

    app_id: int
    target_url: str
    events: tuple[dict[str, Any], ...]
    attempt: int
    sent: int
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"


@dataclass(slots=True, kw_only=True)
class _Outbox:
    """What waits for one app."""

    settings: AppSettings
    waiting: deque[_Waiting] = field(default_factory=deque)
    retries: list[_Waiting] = field(default_factory=list)


class Webhooks:
    """The webhooks of the apps that one account has installed."""

    def __init__(self, world: World, account: Account, auth: Auth, faults: Faults) -> None:
        self._world = world
        self._account = account
        self._faults = faults
        secrets = {
            auth.app_id: auth.client_secret,
            auth.private_app_id: auth.private_secret,
        }
        self._outboxes = {
            app_id: _Outbox(settings=AppSettings(app_id=app_id, secret=secret))
            for app_id, secret in secrets.items()
        }
        self._next_event = 100_000
        self._next_subscription = 2_300_000
        self._next_batch = 1
        self.is_held = False
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self.counts = {"events": 0, "requests": 0, "delivered": 0, "failed": 0, "given_up": 0}

    @property
    def is_listening(self) -> bool:
        """Whether any app is subscribed to anything."""
        return any(outbox.settings.is_listening for outbox in self._outboxes.values())

    def settings_of(self, app_id: int | str) -> AppSettings:
        """The settings of an app; 404 for an app that is not installed."""
        outbox = self._outboxes.get(int(app_id)) if is_whole(str(app_id)) else None
        if outbox is None:
            raise not_found(f"App {app_id} does not exist")
        return outbox.settings

    def subscribe(self, app_id: int | str, asked: Mapping[str, Any]) -> Subscription:
        """Subscribe an app to a kind of event."""
        self._next_subscription += 1
        now = self._world.clock.now_ms()
        return self.settings_of(app_id).subscribe(asked, self._next_subscription, now)

    def hear(self, happening: Happening) -> None:
        """Put the events of a happening on their way, for every app that wants them."""
        for outbox in self._outboxes.values():
            if outbox.settings.is_listening:
                for subscription in tuple(outbox.settings.subscriptions.values()):
                    if subscription.wants(happening):
                        self._tell(outbox, subscription, happening)

    def waiting(self) -> int:
        """How many events have not been delivered yet."""
        return sum(len(each.waiting) + len(each.retries) for each in self._outboxes.values())

    def next_due(self) -> int | None:
        """When the next event is to be sent, in milliseconds; None if nothing waits."""
        if self.is_held:
            return None
        dues = [
            one.due
            for outbox in self._outboxes.values()
            for one in (*outbox.waiting, *outbox.retries)
        ]
        return min(dues, default=None)

    def pending_notices(self) -> list[Notice]:
        """
        Every request that is due now, taken out of what waits.

        One that is reported with `answered` is settled or tried again later; one that is not is lost.
        """
        if self.is_held:
            return []
        return [notice for outbox in self._outboxes.values() for notice in self._notices_of(outbox)]

    def answered(self, notice: Notice, status: int | None) -> bool:
        """
        Report the answer to a request, None for none within 5 seconds; true if it is settled.

        Anything but 2xx is tried again, 10 times within 24 hours.
        """
        is_good = status is not None and 200 <= status < 300
        self.counts["delivered" if is_good else "failed"] += 1
        self.deliveries.append(
            {
                "app": notice.app_id,
                "target": notice.target_url,
                "events": len(notice.events),
                "attempt": notice.attempt,
                "sent": notice.sent,
                "status": status,
            }
        )
        if is_good:
            return True
        if notice.attempt >= MOST_RETRIES:
            self.counts["given_up"] += 1
            return True
        self._retry(notice)
        return False

    def forget(self) -> int:
        """Lose everything that waits; how many events that were."""
        lost = self.waiting()
        for outbox in self._outboxes.values():
            outbox.waiting.clear()
            outbox.retries.clear()
        return lost

    def summary(self) -> dict[str, Any]:
        """The state of the webhooks, for the control plane."""
        return {
            "held": self.is_held,
            "waiting": self.waiting(),
            **self.counts,
            "apps": [
                {
                    "app": app_id,
                    "target": outbox.settings.target_url or None,
                    "max_concurrent_requests": outbox.settings.max_concurrent,
                    "subscriptions": len(outbox.settings.subscriptions),
                    "waiting": len(outbox.waiting),
                    "retrying": len(outbox.retries),
                }
                for app_id, outbox in self._outboxes.items()
            ],
            "deliveries": list(self.deliveries)[-20:],
        }

    def _tell(self, outbox: _Outbox, subscription: Subscription, happening: Happening) -> None:
        for part in webhook_events.parts(self._world.switches, subscription, happening):
            self._next_event += 1
            event = {
                "eventId": self._next_event,
                "subscriptionId": subscription.id,
                "portalId": self._account.portal_id,
                "appId": outbox.settings.app_id,
                "occurredAt": happening.at,
                "subscriptionType": subscription.event_type,
                "attemptNumber": 0,
                **part,
            }
            self._post(outbox, event, happening)

    def _post(self, outbox: _Outbox, event: dict[str, Any], happening: Happening) -> None:
        self.counts["events"] += 1
        copies, delay = 1, int(self._world.switches["webhooks_delay_ms"])
        if self._faults.are_armed:
            moment = {
                "object": happening.kind,
                "id": str(happening.id),
                "type": event["subscriptionType"],
            }
            if self._faults.take_named("webhook_lost", **moment) is not None:
                return
            late = self._faults.take_named("webhook_late", **moment)
            if late is not None:
                delay += int(float(late.argument("seconds", 60)) * 1000)
            doubled = self._faults.take_named("webhook_doubled", **moment)
            if doubled is not None:
                copies += int(doubled.argument("copies", 1))
        due = self._world.clock.now_ms() + delay
        for _ in range(copies):
            outbox.waiting.append(_Waiting(event=event, due=due))

    def _notices_of(self, outbox: _Outbox) -> list[Notice]:
        now = self._world.clock.now_ms()
        if not outbox.settings.target_url:
            return []
        fresh: list[_Waiting] = []
        if outbox.waiting:
            kept: deque[_Waiting] = deque()
            for one in outbox.waiting:
                (fresh if one.due <= now else kept).append(one)
            outbox.waiting = kept
        notices = [
            self._notice(outbox, fresh[at : at + MOST_EVENTS], 0, now)
            for at in range(0, len(fresh), MOST_EVENTS)
        ]
        again: dict[int, list[_Waiting]] = {}
        for one in outbox.retries:
            if one.due <= now:
                again.setdefault(one.batch, []).append(one)
        if again:
            outbox.retries = [one for one in outbox.retries if one.due > now]
        notices += [self._notice(outbox, batch, batch[0].attempt, now) for batch in again.values()]
        return notices

    def _notice(self, outbox: _Outbox, waiting: list[_Waiting], attempt: int, now: int) -> Notice:
        events = [one.event | {"attemptNumber": attempt} for one in waiting]
        if self._faults.take_named("webhook_shuffled") is not None:
            self._world.random.shuffle(events)
        settings = outbox.settings
        secret, signed = settings.secret, self._stamp(now)
        stale = self._faults.take_named("webhook_stale")
        if stale is not None:
            signed -= int(float(stale.argument("seconds", 301)) * 1000)
        if self._faults.take_named("webhook_forged") is not None:
            secret += "-forged"
        body = _encode(events)
        self.counts["requests"] += 1
        return Notice(
            app_id=settings.app_id,
            target_url=settings.target_url,
            events=tuple(events),
            attempt=attempt,
            sent=now,
            body=body,
            headers={
                "Content-Type": "application/json",
                "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: "
                "webhooks-nio-http-client) - WebhooksExecutorDaemon-executor",
                **headers_of(
                    str(self._world.switches["webhooks_signatures"]),
                    secret,
                    "POST",
                    settings.target_url,
                    body,
                    signed,
                ),
            },
        )

    def _stamp(self, now: int) -> int:
        if self._world.switches["webhooks_clock"] == "sandbox":
            return now
        return webhook_events.machine_ms()

    def _retry(self, notice: Notice) -> None:
        minutes = _RETRY_MINUTES[notice.attempt]
        delay = int(minutes * 60_000 * self._world.random.uniform(0.5, 1.1))
        due = self._world.clock.now_ms() + delay
        batch, self._next_batch = self._next_batch, self._next_batch + 1
        self._outboxes[notice.app_id].retries += [
            _Waiting(event=event, due=due, attempt=notice.attempt + 1, batch=batch)
            for event in notice.events
        ]
