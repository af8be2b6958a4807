"""
The event bus of one org: what Change Data Capture published, kept for 72 hours of the sandbox's clock
[durability].

A replay id is opaque to readers; here it holds the instant of publication, so that every place in the
stream within the retention can be returned to, also one where no event is.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.events.capture import (
    OVERFLOW_ID,
    Draft,
    Told,
    Undo,
    drafts,
    merged,
)
from tandem.sandbox.salesforce.events.schemas import EventSchema
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

CHANNEL = "ChangeEvents"
_PREFIX = "/data/"
_SUFFIX = "ChangeEvent"
_LARGEST = 1_000_000
"""A larger event is replaced by a gap event [cdc-gap]."""
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvent:
    """
    One published event. `header` names changed fields by their API names; the `payload` has bit maps
    instead. `values` holds stored values, as the records of the sandbox do.
    """

    id: str
    entity: str
    header: dict[str, Any]
    values: Row
    schema: EventSchema
    place: int
    replay_id: bytes

    def payload(self) -> bytes:
        """The Avro body."""
        return self.schema.encode(self.header, self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unpublished:
    header: dict[str, Any]
    values: Row
    schema: EventSchema


class EventBus:
    """Captures what the org's transactions change, and keeps the events."""

    def __init__(self, state: "SalesforceState") -> None:
        self._state = state
        self._world = state.world
        self._schemas: dict[str, EventSchema] = {}
        self._current: dict[str, EventSchema] = {}
        self._told = Told(self.schema_of)
        self._events: list[ChangeEvent] = []
        self._waiting: list[tuple[int, int, _Unpublished]] = []
        self._count = 0
        self._last_place = 0
        self._epoch = 0
        self._commits = 0
        self._drained = 0
        self._delivered: deque[int] = deque()
        self.selected: dict[str, str] = {}
        self.origin = ""
        self.is_loading = False
        self.is_available = True
        self.streams: set[Callable[[], None]] = set()
        self.breaks = 0

    def capture(self, undo: Undo, after_seconds: float) -> None:
        """Take in a transaction that commits, or will be seen only after so many seconds."""
        if not self.selected or self.is_loading or not undo:
            return
        found = list(drafts(undo, self.selected, self._told))
        if found:
            self._publish(found, after_seconds)

    def schema_of(self, entity: str) -> EventSchema:
        """The schema of an entity as its fields are now."""
        found = self._current.get(entity)
        if found is None:
            found = self._current[entity] = EventSchema(self._state.schema[entity])
            self._schemas[found.id] = found
        return found

    def catalog_changed(self) -> None:
        """Fields were added or dropped: from now on events have another schema."""
        self._current.clear()

    def schema(self, schema_id: str) -> EventSchema | None:
        """A schema that events have, or had, by its id."""
        return self._schemas.get(schema_id)

    def entities_of(self, topic: str) -> frozenset[str] | None:
        """The selected entities of a topic; None for one that is not there."""
        name = topic.removeprefix(_PREFIX)
        if not topic.startswith(_PREFIX):
            return None
        if name == CHANNEL:
            return frozenset(self.selected)
        entity = name.removesuffix(_SUFFIX)
        if not name.endswith(_SUFFIX) or entity not in self._state.schema.objects:
            return None
        if entity in self.selected:
            return frozenset({entity})
        is_silent = self._state.switches["cdc_unselected_topic"] == "silent"
        return frozenset({entity}) if is_silent else None

    def now_place(self) -> int:
        """The tip of the stream: whatever is published from now on comes behind it, even within this millisecond."""
        self._last_place = max(self._world.clock.now_ms() * 1000, self._last_place)
        return self._last_place

    def earliest_place(self) -> int:
        """Before the oldest event that is kept."""
        self.settle()
        return self._events[0].place - 1 if self._events else self.now_place()

    def place_of(self, replay_id: bytes) -> int | None:
        """The place of a replay id, None for one that was never given out or is too old."""
        if len(replay_id) != 10 or int.from_bytes(replay_id[8:], "big") != self._epoch:
            return None
        place = int.from_bytes(replay_id[:8], "big")
        return place if self._oldest() <= place <= self.now_place() else None

    def replay_id(self, place: int) -> bytes:
        """The replay id of a place."""
        return place.to_bytes(8, "big") + self._epoch.to_bytes(2, "big")

    def after(self, place: int, entities: frozenset[str], most: int) -> list[ChangeEvent]:
        """The next events of some entities behind a place."""
        self.settle()
        at = bisect_right(self._events, place, key=lambda each: each.place)
        found: list[ChangeEvent] = []
        while at < len(self._events) and len(found) < most:
            if self._events[at].entity in entities:
                found.append(self._events[at])
            at += 1
        return found

    def pending_events(self) -> list[ChangeEvent]:
        """Every event published since it was last asked; for readers in the same process."""
        self.settle()
        at = bisect_right(self._events, self._drained, key=lambda each: each.place)
        found = self._events[at:]
        if found:
            self._drained = found[-1].place
        return found

    def settle(self) -> None:
        """Publish what is due by now, and forget what is too old."""
        now = self._world.clock.now_ms()
        while self._waiting and self._waiting[0][0] <= now:
            due, _, one = heapq.heappop(self._waiting)
            self._append(one, due)
        old = bisect_left(self._events, self._oldest(), key=lambda each: each.place)
        if old:
            del self._events[:old]

    def deliver(self, count: int) -> bool:
        """Count events delivered; false where the day's allocation is used up."""
        most = int(self._state.switches["cdc_daily_deliveries"])
        if self._world.limits == "off" or not most:
            return True
        now = self._world.clock.now_ms()
        while self._delivered and self._delivered[0] <= now - _DAY_MS:
            self._delivered.popleft()
        if len(self._delivered) + count > most:
            return False
        self._delivered.extend([now] * count)
        return True

    def tell_gap(self, entity: str, record_ids: list[str], change_type: str) -> None:
        """Publish a gap event."""
        self._publish(
            [Draft(entity=entity, change_type=change_type, record_ids=record_ids, user_id="")], 0
        )

    def expire(self) -> int:
        """Forget every event and every place before now, as time would; how many events."""
        count = len(self._events)
        self._events.clear()
        self._epoch += 1
        return count

    def break_streams(self) -> int:
        """Let every stream that is open now break; how many."""
        self.breaks += 1
        self._wake()
        return len(self.streams)

    def summary(self) -> dict[str, Any]:
        """The state of the bus, for the control plane."""
        self.settle()
        return {
            "selected": sorted(self.selected),
            "events": len(self._events),
            "waiting": len(self._waiting),
            "streams": len(self.streams),
            "available": self.is_available,
            "latest_replay_id": self.replay_id(self.now_place()).hex(),
        }

    def _publish(self, found: list[Draft], after_seconds: float) -> None:
        if self._state.switches["cdc_merges_changes"]:
            found = merged(found)
        found = self._without_overflow(found)
        self._commits += 1
        now = self._world.clock.now_ms() + int(after_seconds * 1000)
        common = {
            "changeOrigin": self.origin,
            "transactionKey": self._world.uuid(),
            "commitTimestamp": now,
            "commitNumber": now * 1000 + self._commits,
        }
        delay = int(self._state.switches["cdc_delay_ms"])
        for number, draft in enumerate(found, 1):
            self._send(draft, {**common, "sequenceNumber": number}, now + delay)
        self.settle()
        self._wake()

    def _without_overflow(self, found: list[Draft]) -> list[Draft]:
        most = int(self._state.switches["cdc_overflow_after"])
        kept: list[Draft] = []
        cut: dict[str, Draft] = {}
        weight = 0
        for each in found:
            weight += each.weight
            if weight <= most:
                kept.append(each)
            else:
                cut[each.entity] = Draft(
                    entity=each.entity,
                    change_type="GAP_OVERFLOW",
                    record_ids=[OVERFLOW_ID],
                    user_id=each.user_id,
                )
        return [*kept, *cut.values()]

    def _send(self, draft: Draft, common: dict[str, Any], due: int) -> None:
        copies, late = 1, 0
        moment = {
            "object": draft.entity,
            "id": draft.record_ids[0],
            "type": draft.change_type,
        }
        take = self._state.faults.take_named
        if take("event_lost", **moment) is not None:
            return
        if take("event_doubled", **moment) is not None:
            copies = 2
        slow = take("event_late", **moment)
        if slow is not None:
            late = int(float(slow.argument("seconds", 60)) * 1000)
        if take("event_gap", **moment) is not None:
            draft = _gap_of(draft)
        one = self._drafted(draft, common)
        for _ in range(copies):
            self._count += 1
            heapq.heappush(self._waiting, (due + late, self._count, one))

    def _drafted(self, draft: Draft, common: dict[str, Any]) -> _Unpublished:
        schema = self.schema_of(draft.entity)
        if sum(len(str(value)) for value in draft.values.values()) > _LARGEST:
            draft = _gap_of(draft)
        header = {
            "entityName": draft.entity,
            "recordIds": draft.record_ids,
            "changeType": draft.change_type,
            **common,
            "commitUser": draft.user_id,
            "nulledFields": list(draft.nulled),
            "diffFields": [],
            "changedFields": list(draft.changed),
        }
        return _Unpublished(header=header, values=draft.values, schema=schema)

    def _append(self, one: _Unpublished, due: int) -> None:
        self._last_place = max(due * 1000, self._last_place + 1)
        self._events.append(
            ChangeEvent(
                id=self._world.uuid(),
                entity=one.schema.entity,
                header=one.header,
                values=one.values,
                schema=one.schema,
                place=self._last_place,
                replay_id=self.replay_id(self._last_place),
            )
        )

    def _wake(self) -> None:
        for wake in tuple(self.streams):
            wake()

    def _oldest(self) -> int:
        hours = int(self._state.switches["cdc_retention_hours"])
        return (self._world.clock.now_ms() - hours * 3_600_000) * 1000


def _gap_of(draft: Draft) -> Draft:
    kind = draft.change_type
    return Draft(
        entity=draft.entity,
        change_type=kind if kind.startswith("GAP_") else f"GAP_{kind}",
        record_ids=draft.record_ids,
        user_id=draft.user_id,
    )
