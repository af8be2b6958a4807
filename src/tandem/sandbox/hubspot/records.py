"""
Where the records of one kind live.

A record never changes: a write puts a new one in its place. So the search index, which lags, can keep
showing the one before without copying it.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from sys import intern
from typing import Any

from tandem.sandbox.hubspot.definitions import Definition, shipped
from tandem.sandbox.hubspot.kinds import Kind
from tandem.sandbox.hubspot.ordered import OrderedInts

ID_BITS = 48
_ID_MASK = (1 << ID_BITS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who wrote a value: `INTEGRATION` with an app's id, `CRM_UI` with `userId:<n>`, …"""

    type: str
    id: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One value a property has had."""

    value: str
    at: int
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    One record as it stands.

    `values` holds what was written, by interned name; derived properties are computed when read.
    `history` holds only properties that changed after the record was made.
    """

    id: int
    created: int
    updated: int
    values: dict[str, str]
    source: Source
    archived_at: int | None = None
    history: dict[str, tuple[Entry, ...]] | None = None

    def with_values(self, changes: dict[str, str | None], at: int, source: Source) -> "Record":
        """This record after a write; values that stay the same leave no trace in the history."""
        values, history = dict(self.values), dict(self.history or {})
        for name, value in changes.items():
            old = values.get(name)
            if old == value:
                continue
            past = history.get(name)
            if past is None:
                past = (
                    () if old is None else (Entry(value=old, at=self.created, source=self.source),)
                )
            history[name] = (*past, Entry(value=value or "", at=at, source=source))
            if value is None:
                del values[name]
            else:
                values[name] = value
        return replace(self, values=values, history=history or None, updated=at)

    def past_of(self, name: str) -> tuple[Entry, ...]:
        """Every value of a property, oldest first."""
        if self.history is not None and name in self.history:
            return self.history[name]
        value = self.values.get(name)
        return () if value is None else (Entry(value=value, at=self.created, source=self.source),)


class Table:
    """The records of one kind, with their definitions and indexes."""

    def __init__(self, kind: Kind, first_id: int) -> None:
        self.kind = kind
        self.definitions: dict[str, Definition] = shipped(kind)
        self.groups = {definition.group for definition in self.definitions.values()}
        self.live: dict[int, Record] = {}
        self.archived: dict[int, Record] = {}
        self.live_ids = OrderedInts()
        self.archived_ids = OrderedInts()
        self.merged: dict[int, int] = {}
        self.uniques: dict[str, dict[str, int]] = {}
        self.search = SearchIndex(self)
        self.next_id = first_id
        for definition in self.definitions.values():
            if definition.is_unique:
                self.uniques[definition.name] = {}

    def take_id(self) -> int:
        taken = self.next_id
        self.next_id += 1
        return taken

    def find(self, record_id: int) -> Record | None:
        """The live record of that id, also by the id of one merged into it."""
        return self.live.get(self.winner(record_id))

    def winner(self, record_id: int) -> int:
        while record_id in self.merged:
            record_id = self.merged[record_id]
        return record_id

    def by_unique(self, name: str, value: str) -> Record | None:
        """The live record that holds *value* in a unique property."""
        found = self.uniques[name].get(value.lower() if name == "email" else value)
        return None if found is None else self.live.get(found)

    def archived_by_unique(self, name: str, value: str) -> Record | None:
        """The archived record that had *value* in a unique property, of several the newest."""
        wanted = value.lower() if name == "email" else value
        holders = [
            record
            for record in self.archived.values()
            if wanted in unique_values(name, record.values)
        ]
        return max(holders, key=lambda record: record.id, default=None)

    def put(self, record: Record, now: int) -> None:
        """Add or replace a live record; the search index learns of it after its lag."""
        old = self.live.get(record.id)
        self._unindex(old)
        if old is None:
            self.live_ids.add(record.id)
        self.live[record.id] = record
        self._index(record)
        self.search.note(now, record.id, record)

    def put_many(self, records: Iterable[Record]) -> None:
        """Add many records at once, searchable at once."""
        for record in records:
            self.live[record.id] = record
            self._index(record)
        self.live_ids = OrderedInts(self.live)
        self.next_id = max([self.next_id, *(each + 1 for each in self.live)])
        self.search.rebuild(self.live.values())

    def archive(self, record: Record, now: int) -> None:
        """Move a record to the recycle bin."""
        self.remove(record.id, now)
        self.archived[record.id] = replace(record, archived_at=now)
        self.archived_ids.add(record.id)

    def restore(self, record: Record, now: int) -> None:
        """Take a record out of the recycle bin."""
        self.purge(record.id)
        self.put(replace(record, archived_at=None, updated=now), now)

    def purge(self, record_id: int) -> None:
        """Take a record out of the recycle bin for good."""
        if self.archived.pop(record_id, None) is not None:
            self.archived_ids.discard(record_id)

    def remove(self, record_id: int, now: int) -> None:
        """Take a live record away."""
        old = self.live.pop(record_id, None)
        if old is not None:
            self._unindex(old)
            self.live_ids.discard(record_id)
            self.search.note(now, record_id, None)

    def define(self, definition: Definition) -> None:
        self.definitions[definition.name] = definition
        if definition.is_unique:
            self.uniques.setdefault(definition.name, {})
            self.search.exact.setdefault(definition.name, {})

    def _index(self, record: Record) -> None:
        for name, index in self.uniques.items():
            for value in unique_values(name, record.values):
                index[value] = record.id

    def _unindex(self, record: Record | None) -> None:
        if record is None:
            return
        for name, index in self.uniques.items():
            for value in unique_values(name, record.values):
                if index.get(value) == record.id:
                    del index[value]


class SearchIndex:
    """
    The copy of a table that Search looks at, some seconds behind [D-search].

    `stamps` orders it by modified time and id, `exact` finds values of unique properties.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._waiting: deque[tuple[int, int, Record | None]] = deque()
        self.records: dict[int, Record] = {}
        self.stamps = OrderedInts()
        self.exact: dict[str, dict[str, int]] = {
            definition.name: {} for definition in table.definitions.values() if definition.is_unique
        }

    def note(self, at: int, record_id: int, record: Record | None) -> None:
        """A record was written, or taken away, at that time."""
        self._waiting.append((at, record_id, record))

    def catch_up(self, until: int) -> None:
        """Show what was written up to that time."""
        while self._waiting and self._waiting[0][0] <= until:
            _, record_id, record = self._waiting.popleft()
            self._show(record_id, record)

    def rebuild(self, records: Iterable[Record]) -> None:
        """Show exactly these records, at once."""
        self._waiting.clear()
        self.records = {record.id: record for record in records}
        self.stamps = OrderedInts(
            stamp_key(each.updated, each.id) for each in self.records.values()
        )
        for name, index in self.exact.items():
            index.clear()
            for record in self.records.values():
                for value in unique_values(name, record.values):
                    index[value] = record.id

    def modified_between(
        self, low: int, high: int, *, newest_first: bool, skip: int
    ) -> Iterator[Record]:
        """The records with low <= modified < high, in that order."""
        bounds = (low << ID_BITS, high << ID_BITS)
        walk = self.stamps.descending if newest_first else self.stamps.ascending
        for key in walk(*bounds, skip):
            yield self.records[key & _ID_MASK]

    def count_modified_between(self, low: int, high: int) -> int:
        return self.stamps.count(low << ID_BITS, high << ID_BITS)

    def _show(self, record_id: int, record: Record | None) -> None:
        old = self.records.get(record_id)
        if old is not None:
            self.stamps.discard(stamp_key(old.updated, old.id))
            for name, index in self.exact.items():
                for value in unique_values(name, old.values):
                    if index.get(value) == record_id:
                        del index[value]
        if record is None:
            self.records.pop(record_id, None)
            return
        self.records[record_id] = record
        self.stamps.add(stamp_key(record.updated, record.id))
        for name, index in self.exact.items():
            for value in unique_values(name, record.values):
                index[value] = record_id


def stamp_key(updated: int, record_id: int) -> int:
    """One number that orders by time, then id."""
    return (max(updated, 0) << ID_BITS) | record_id


def unique_values(name: str, values: dict[str, str]) -> list[str]:
    """What a record holds in a unique property; a contact answers to its other addresses as well."""
    value = values.get(name)
    if name != "email":
        return [] if value is None else [value]
    found = [] if value is None else [value.lower()]
    if "hs_additional_emails" in values:
        found += [each.lower() for each in values["hs_additional_emails"].split(";") if each]
    return found


def interned(properties: dict[str, Any]) -> dict[str, str]:
    """Properties as loaded: set values only, as text, with shared names."""
    return {
        intern(name): value if isinstance(value, str) else _as_text(value)
        for name, value in properties.items()
        if value is not None and value != ""
    }


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
