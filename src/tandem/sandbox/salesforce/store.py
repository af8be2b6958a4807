"""
The records of the simulated org: tables with the indexes that queries need, and what is visible when.

A row is a dict of API names to stored values; a field that is absent is null (False for a boolean:
`Field.absent`). Instants are texts in the form of `wire.to_wire`, dates `YYYY-MM-DD`, so that text
order is time order; numbers are int or float. Rows are never changed in place: `put` replaces them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from tandem.sandbox.salesforce.schema import Field, FieldType, Schema, SObject

Row: TypeAlias = dict[str, Any]

_COMMON_REFERENCES = frozenset({"OwnerId", "CreatedById", "LastModifiedById"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A row whose newest version is not committed yet: others still see `before` (None: nothing)."""

    before: Row | None
    began: str
    visible_from_ms: int


class Table:
    """
    The rows of one object.

    `rows`, `get`, `find`, `with_value` and `changed_between` show what is committed. Index results are
    *candidates*: sorted by nothing, perhaps too many while a transaction is open, never too few.
    `raw` shows the newest version of every row, committed or not, which is what a writer meets.
    """

    __slots__ = (
        "_folded",
        "_indexes",
        "_is_sorted",
        "_stale",
        "_stamps",
        "_store",
        "deleted_at",
        "raw",
        "sobject",
    )

    def __init__(self, sobject: SObject, store: "Store") -> None:
        self.sobject = sobject
        self.raw: dict[str, Row] = {}
        self.deleted_at: dict[str, str] = {}
        self._store = store
        self._indexes: dict[str, dict[str, str | set[str]]] = {}
        self._stamps: list[tuple[str, str]] = []
        self._is_sorted = True
        self._stale = 0
        self._folded: frozenset[str] = frozenset()
        self._set_up_indexes()

    def __len__(self) -> int:
        return len(self.raw)

    def get(self, record_id: str) -> Row | None:
        """The committed row of an 18-character id, deleted and archived ones included."""
        pending = self._store.pending
        if pending and record_id in pending:
            return pending[record_id].before
        return self.raw.get(record_id)

    def rows(
        self, *, include_deleted: bool = False, include_archived: bool = False
    ) -> Iterator[Row]:
        """Every committed row, in the order in which they came."""
        return self.pick(
            list(self.raw), include_deleted=include_deleted, include_archived=include_archived
        )

    def pick(
        self,
        ids: Iterable[str],
        *,
        include_deleted: bool = False,
        include_archived: bool = False,
    ) -> Iterator[Row]:
        """The committed rows among the given ids."""
        for each in ids:
            row = self.get(each)
            if (
                row is not None
                and (include_deleted or not row.get("IsDeleted"))
                and (include_archived or not row.get("IsArchived"))
            ):
                yield row

    def is_indexed(self, field: str) -> bool:
        """Whether `with_value` knows the field (API name)."""
        return field in self._indexes

    def with_value(self, field: str, value: str) -> list[str]:
        """Ids of candidates whose indexed field has that value; text ignores case where the field does."""
        found = self._indexed(field, value)
        return found + [each for each in self._pending_ids() if each not in found]

    def find(self, field: str, value: str) -> list[Row]:
        """The committed, undeleted rows with that value, archived ones included, by id."""
        wanted = self.key_of(field, value)
        rows = self.pick(self.with_value(field, value), include_archived=True)
        return sorted(
            (row for row in rows if self.key_of(field, row.get(field)) == wanted),
            key=lambda row: str(row["Id"]),
        )

    def holders(self, field: str, value: str) -> list[str]:
        """Ids whose newest version has that value, committed or not: what a unique field compares."""
        return self._indexed(field, value)

    def key_of(self, field: str, value: Any) -> str | None:
        """A value as the index of its field compares it."""
        if value is None:
            return None
        return str(value).casefold() if field in self._folded else str(value)

    def changed_between(self, start: str | None, end: str | None) -> list[str]:
        """Ids of candidates with start <= SystemModstamp < end (wire texts), oldest first."""
        self._sort()
        first = 0 if start is None else bisect_left(self._stamps, (start, ""))
        last = len(self._stamps) if end is None else bisect_left(self._stamps, (end, ""))
        ids = dict.fromkeys(
            each
            for stamp, each in self._stamps[first:last]
            if (row := self.raw.get(each)) is not None and row.get("SystemModstamp") == stamp
        )
        ids.update(dict.fromkeys(self._pending_ids()))
        return list(ids)

    def put(self, row: Row) -> None:
        """Insert or replace a row, noting what it replaces in the open transaction."""
        record_id = row["Id"]
        before = self.raw.get(record_id)
        self._store.note(self, record_id, before)
        self._replace(record_id, before, row)

    def remove(self, record_id: str) -> None:
        """Take a row away for good (hard delete); the delete log stays."""
        before = self.raw.get(record_id)
        if before is not None:
            self._store.note(self, record_id, before)
            self._replace(record_id, before, None)

    def restore(self, record_id: str, before: Row | None) -> None:
        """Put back what a transaction replaced."""
        self._replace(record_id, self.raw.get(record_id), before)

    def reindex(self) -> None:
        """Make the indexes anew after the catalog changed (a new external id, a dropped field)."""
        self._set_up_indexes()
        for record_id, row in self.raw.items():
            for name in self._indexes:
                self._index(name, row.get(name), record_id)

    def _set_up_indexes(self) -> None:
        fields = self.sobject.fields.values()
        self._indexes = {each.name: {} for each in fields if _is_indexed(each)}
        self._folded = frozenset(
            each.name for each in fields if each.is_text and not each.case_sensitive
        )

    def _replace(self, record_id: str, before: Row | None, row: Row | None) -> None:
        for name in self._indexes:
            old = None if before is None else before.get(name)
            new = None if row is None else row.get(name)
            if old != new:
                if old is not None:
                    self._unindex(name, old, record_id)
                if new is not None:
                    self._index(name, new, record_id)
        if row is None:
            self.raw.pop(record_id, None)
            return
        self.raw[record_id] = row
        stamp = row.get("SystemModstamp")
        if stamp is not None and (before is None or before.get("SystemModstamp") != stamp):
            self._note_stamp(stamp, record_id, is_new=before is None)

    def _note_stamp(self, stamp: str, record_id: str, *, is_new: bool) -> None:
        if self._stamps and self._stamps[-1][0] > stamp:
            self._is_sorted = False
        self._stamps.append((stamp, record_id))
        self._stale += not is_new

    def _sort(self) -> None:
        if self._stale > 1000 and self._stale > len(self.raw):
            self._stamps = [
                (row["SystemModstamp"], each)
                for each, row in self.raw.items()
                if "SystemModstamp" in row
            ]
            self._is_sorted = False
            self._stale = 0
        if not self._is_sorted:
            self._stamps.sort()
            self._is_sorted = True

    def _pending_ids(self) -> list[str]:
        pending = self._store.pending
        if not pending:
            return []
        return [each for each in pending if each in self.raw or pending[each].before is not None]

    def _indexed(self, field: str, value: Any) -> list[str]:
        found = self._indexes[field].get(self.key_of(field, value) or "")
        if found is None:
            return []
        return [found] if isinstance(found, str) else list(found)

    def _index(self, field: str, value: Any, record_id: str) -> None:
        key = self.key_of(field, value)
        if key is None:
            return
        index = self._indexes[field]
        held = index.get(key)
        if held is None:
            index[key] = record_id
        elif isinstance(held, set):
            held.add(record_id)
        elif held != record_id:
            index[key] = {held, record_id}

    def _unindex(self, field: str, value: Any, record_id: str) -> None:
        key = self.key_of(field, value)
        if key is None:
            return
        index = self._indexes[field]
        held = index.get(key)
        if isinstance(held, set):
            held.discard(record_id)
            if not held:
                del index[key]
        elif held == record_id:
            del index[key]


class Store:
    """
    Every table of one org, the transaction being written, and the rows not committed yet.

    *now_ms* is the sandbox's clock. `on_commit` is told what each transaction replaced. Writers open a `transaction`; readers call `settle` first.
    """

    __slots__ = ("_now_ms", "_undo", "on_commit", "pending", "schema", "tables")

    def __init__(self, schema: Schema, now_ms: Callable[[], int]) -> None:
        self.schema = schema
        self.pending: dict[str, Pending] = {}
        self.tables: dict[str, Table] = {}
        self._now_ms = now_ms
        self._undo: list[tuple[Table, str, Row | None]] = []
        self.on_commit: Callable[[list[tuple[Table, str, Row | None]], float], None] | None = None

    def table(self, name: str) -> Table:
        """The table of an object, by API name; made when first asked for."""
        found = self.tables.get(name)
        if found is None:
            found = self.tables[name] = Table(self.schema.objects[name], self)
        return found

    def table_of(self, record_id: str) -> Table | None:
        """The table an id belongs to by its prefix."""
        sobject = self.schema.by_id(record_id)
        return None if sobject is None else self.table(sobject.name)

    def row(self, record_id: str) -> Row | None:
        """The newest version of the row with that 18-character id, committed or not."""
        table = self.table_of(record_id)
        return None if table is None else table.raw.get(record_id)

    def settle(self) -> None:
        """Let every transaction whose time has come commit."""
        if not self.pending:
            return
        now = self._now_ms()
        done = [each for each, one in self.pending.items() if one.visible_from_ms <= now]
        for each in done:
            del self.pending[each]

    def open_since(self) -> str | None:
        """The stamp at which the oldest open transaction began; None if none is open."""
        return min((one.began for one in self.pending.values()), default=None)

    def mark(self) -> int:
        """A point to `rollback` to."""
        return len(self._undo)

    def note(self, table: Table, record_id: str, before: Row | None) -> None:
        """Remember what a write replaced."""
        self._undo.append((table, record_id, before))

    def rollback(self, mark: int) -> None:
        """Undo every write since the mark."""
        while len(self._undo) > mark:
            table, record_id, before = self._undo.pop()
            table.restore(record_id, before)

    def commit(self, *, began: str | None = None, after_seconds: float = 0.0) -> None:
        """
        End the transaction. With `after_seconds` the rows keep the stamps they have, and are seen by
        readers only when that time has passed: the late commit of a long transaction.
        """
        if self.on_commit is not None and self._undo:
            self.on_commit(self._undo, after_seconds)
        if after_seconds > 0:
            visible = self._now_ms() + int(after_seconds * 1000)
            for _, record_id, before in self._undo:
                self.pending.setdefault(
                    record_id,
                    Pending(before=before, began=began or "", visible_from_ms=visible),
                )
        self._undo.clear()


def value_of(row: Row, field: Field) -> Any:
    """What a row says about a field: the stored value, or what absence means. Compound ones are made."""
    if field.type is FieldType.ADDRESS:
        return _address(row, field.name.removesuffix("Address"))
    return row.get(field.name, field.absent)


_ADDRESS_PARTS = {
    "city": "City",
    "country": "Country",
    "geocodeAccuracy": "GeocodeAccuracy",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "postalCode": "PostalCode",
    "state": "State",
    "street": "Street",
}


def _address(row: Row, prefix: str) -> dict[str, Any] | None:
    parts = {name: row.get(prefix + suffix) for name, suffix in _ADDRESS_PARTS.items()}
    return parts if any(value is not None for value in parts.values()) else None


def _is_indexed(field: Field) -> bool:
    if field.name in _COMMON_REFERENCES or field.type is FieldType.ID:
        return False
    return (
        field.type in (FieldType.REFERENCE, FieldType.EMAIL)
        or field.id_lookup
        or field.external_id
        or field.unique
    )
