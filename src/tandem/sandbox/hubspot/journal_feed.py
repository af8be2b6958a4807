"""The Webhooks Journal: a log of events in files, read by offset and kept three days [D-journal]."""

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from tandem.sandbox.faults import Faults
from tandem.sandbox.hubspot.account import Account
from tandem.sandbox.hubspot.errors import not_found
from tandem.sandbox.hubspot.happenings import Happening, What
from tandem.sandbox.hubspot.journal_subscriptions import (
    OBJECT,
    JournalSubscription,
    action_of,
    subscription_from,
)
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.values import stamp
from tandem.sandbox.world import World

RETENTION_MS = 3 * 86_400_000
MOST_EVENTS = 10_000
"""Events in one file [D-journal]."""
LINK_MS = 600_000
"""How long the address of a file is good; no document tells."""

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFile:
    """Some events, in the order in which they reached the journal."""

    offset: str
    published: int
    events: tuple[dict[str, Any], ...]

    def content(self) -> bytes:
        """What is behind the file's address."""
        return _encode(
            {
                "offset": self.offset,
                "publishedAt": stamp(self.published),
                "journalEvents": self.events,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The address of a file, good for anybody who has it, for a while."""

    file: JournalFile
    key: str
    expires: int


class Journal:
    """The journal of the one app that may read one, in one account."""

    def __init__(self, world: World, account: Account, faults: Faults) -> None:
        self._world = world
        self._account = account
        self._faults = faults
        self.subscriptions: dict[int, JournalSubscription] = {}
        self._next_subscription = 1
        self._waiting: list[tuple[int, int, dict[str, Any]]] = []
        self._count = 0
        self._files: list[JournalFile] = []
        self._links: dict[str, Link] = {}

    @property
    def is_listening(self) -> bool:
        return bool(self.subscriptions)

    def subscribe(self, app_id: int, asked: Mapping[str, Any]) -> JournalSubscription:
        """Make a subscription, or change the one for the same object and type."""
        now = self._world.clock.now_ms()
        made = subscription_from(
            asked,
            app_id=app_id,
            portal_id=self._account.portal_id,
            subscription_id=self._next_subscription,
            now=now,
        )
        for each in self.subscriptions.values():
            if (each.type, each.kind.name) == (made.type, made.kind.name):
                made = replace(made, id=each.id, created=each.created)
        if made.id == self._next_subscription:
            self._next_subscription += 1
        self.subscriptions[made.id] = made
        return made

    def hear(self, happening: Happening) -> None:
        """Let a happening reach the journal, once whoever subscribed to it."""
        for subscription in self.subscriptions.values():
            if subscription.wants(happening):
                event = self._event(subscription, happening)
                if event is not None:
                    self._add(event, happening)

    def add_snapshot(self, kind: str, record_id: int, values: Mapping[str, str | None]) -> None:
        """Put a record as it stands into the journal."""
        self._put(
            {
                **self._head(OBJECT, kind, record_id, self._world.clock.now_ms()),
                "action": "SNAPSHOT",
                "properties": dict(values),
            },
            0,
        )

    def files(self) -> list[JournalFile]:
        """Every file that is kept, oldest first; what waited long enough is cut into files first."""
        now = self._world.clock.now_ms()
        ready: list[dict[str, Any]] = []
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(heapq.heappop(self._waiting)[2])
        for at in range(0, len(ready), MOST_EVENTS):
            events = tuple(ready[at : at + MOST_EVENTS])
            self._files.append(JournalFile(offset=self._world.uuid(), published=now, events=events))
        old = bisect_left(self._files, now - RETENTION_MS, key=lambda each: each.published)
        del self._files[:old]
        return self._files

    def after(self, offset: str) -> Iterator[JournalFile]:
        """The files behind an offset; 404 for one that is not kept."""
        files = self.files()
        for at, each in enumerate(files):
            if each.offset == offset:
                return iter(files[at + 1 :])
        raise not_found(f"Journal offset {offset} does not exist")

    def link(self, file: JournalFile) -> Link:
        """A new address for a file."""
        now = self._world.clock.now_ms()
        self._links = {key: one for key, one in self._links.items() if one.expires > now}
        made = Link(file=file, key=self._world.letters(40), expires=now + LINK_MS)
        self._links[made.key] = made
        return made

    def behind(self, key: str) -> JournalFile | None:
        """The file behind an address, while the address is good."""
        found = self._links.get(key)
        if found is None or found.expires <= self._world.clock.now_ms():
            return None
        return found.file

    def expire(self) -> int:
        """Forget every file, as time would; how many."""
        count = len(self.files())
        self._files.clear()
        return count

    def summary(self) -> dict[str, Any]:
        """The state of the journal, for the control plane."""
        return {
            "subscriptions": len(self.subscriptions),
            "files": len(self.files()),
            "waiting": len(self._waiting),
            "latest": self._files[-1].offset if self._files else None,
        }

    def _event(
        self, subscription: JournalSubscription, happening: Happening
    ) -> dict[str, Any] | None:
        event: dict[str, Any] = {
            **self._head(subscription.type, happening.kind, happening.id, happening.at),
            "action": action_of(happening),
        }
        if happening.relation is not None:
            event |= self._association(happening)
        if happening.what is What.MERGED:
            event["mergedObjectIds"] = list(happening.merged)
        if happening.what is What.CHANGED:
            changes = self._changes(subscription, happening)
            if not changes:
                return None
            event["propertyChanges"] = changes
        if self._world.switches["journal_change_source"]:
            event |= {"changeSource": happening.source.type, "sourceId": happening.source.id}
        return event

    def _head(self, event_type: str, kind: str, record_id: int, at: int) -> dict[str, Any]:
        spelled = {
            "OBJECT": {"type": event_type},
            "object": {"type": event_type.lower()},
            "absent": {},
        }[str(self._world.switches["journal_event_type"])]
        return {
            **spelled,
            "portalId": self._account.portal_id,
            "occurredAt": stamp(at),
            "objectTypeId": kind_named(kind).type_id,
            "objectId": record_id,
        }

    def _changes(
        self, subscription: JournalSubscription, happening: Happening
    ) -> dict[str, str | None]:
        if not subscription.properties:
            is_all = self._world.switches["journal_without_properties"] == "all"
            return dict(happening.values) if is_all else {}
        return {
            name: value
            for name, value in happening.values.items()
            if name in subscription.properties
        }

    def _association(self, happening: Happening) -> dict[str, Any]:
        relation = happening.relation
        assert relation is not None
        other = kind_named(relation.kind)
        if self._world.switches["journal_association_shape"] == "associated":
            return {
                "associatedObjectId": relation.id,
                "associatedObjectTypeId": other.type_id,
                "associationType": relation.type_id,
            }
        return {
            "fromObjectId": happening.id,
            "fromObjectTypeId": kind_named(happening.kind).type_id,
            "toObjectId": relation.id,
            "toObjectTypeId": other.type_id,
            "associationTypeId": relation.type_id,
        }

    def _add(self, event: dict[str, Any], happening: Happening) -> None:
        copies, late = 1, 0
        if self._faults.are_armed:
            moment = {
                "object": happening.kind,
                "id": str(happening.id),
                "action": event["action"],
            }
            if self._faults.take_named("journal_lost", **moment) is not None:
                return
            if self._faults.take_named("journal_doubled", **moment) is not None:
                copies = 2
            slow = self._faults.take_named("journal_late", **moment)
            if slow is not None:
                late = int(float(slow.argument("seconds", 60)) * 1000)
        for _ in range(copies):
            self._put(event, late)

    def _put(self, event: dict[str, Any], late: int) -> None:
        self._count += 1
        delay = int(self._world.switches["journal_delay_ms"]) + late
        due = self._world.clock.now_ms() + delay
        heapq.heappush(self._waiting, (due, self._count, event))
