"""What a transaction changed, as the drafts of its change events [cdc-header][cdc-gap]."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tandem.sandbox.salesforce.store import Row, Table

Undo = Sequence[tuple[Table, str, Row | None]]
"""What a transaction replaced, in its order."""

OVERFLOW_ID = "000000000000000AAA"
_NO_NEWS = frozenset({"LastModifiedDate", "LastModifiedById"})
_KEPT_WITH_CHANGES = ("LastModifiedDate",)


@dataclass(slots=True, kw_only=True)
class Draft:
    """One event to be: what happened to one record, or the same thing to several."""

    entity: str
    change_type: str
    record_ids: list[str]
    user_id: str
    values: Row = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    nulled: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """How much it counts towards an overflow: each changed field is a change of its own."""
        return max(1, len(self.changed)) * len(self.record_ids)

    def likeness(self) -> Any:
        """Drafts that are alike tell the same of different records."""
        values = tuple(sorted((name, str(value)) for name, value in self.values.items()))
        return self.entity, self.change_type, self.user_id, values, self.nulled


def drafts(undo: Undo, entities: Iterable[str], told: "Told") -> Iterator[Draft]:
    """The drafts of a transaction, one for each record that changed, in the order of first change."""
    chosen = frozenset(entities)
    before: dict[str, tuple[Table, Row | None]] = {}
    for table, record_id, row in undo:
        if table.sobject.name in chosen:
            before.setdefault(record_id, (table, row))
    for record_id, (table, old) in before.items():
        draft = _draft(table.sobject.name, record_id, old, table.raw.get(record_id), told)
        if draft is not None:
            yield draft


def merged(found: Iterable[Draft]) -> list[Draft]:
    """Drafts that are alike as one each, with the ids of all their records."""
    alike: dict[Any, Draft] = {}
    for each in found:
        first = alike.setdefault(each.likeness(), each)
        if first is not each:
            first.record_ids += each.record_ids
    return list(alike.values())


class Told:
    """Which fields events tell of, by entity."""

    def __init__(self, schema_of: Any) -> None:
        self._schema_of = schema_of

    def of(self, entity: str, row: Row) -> Row:
        schema = self._schema_of(entity)
        return {
            name: value
            for name, value in row.items()
            if value is not None and schema.tells_of(name)
        }

    def changes(self, entity: str, old: Row, new: Row) -> list[str]:
        schema = self._schema_of(entity)
        return [name for name in schema.fields if old.get(name) != new.get(name)]


def _draft(
    entity: str, record_id: str, old: Row | None, new: Row | None, told: Told
) -> Draft | None:
    was_there, is_there = _is_live(old), _is_live(new)
    row = new or old or {}

    def made(change_type: str, **more: Any) -> Draft:
        author = str(row.get("LastModifiedById") or row.get("CreatedById") or "")
        return Draft(
            entity=entity,
            change_type=change_type,
            record_ids=[record_id],
            user_id=author,
            **more,
        )

    if is_there and not was_there:
        kind = "CREATE" if old is None else "UNDELETE"
        return made(kind, values=told.of(entity, row))
    if was_there and not is_there:
        return made("DELETE")
    if not is_there or old is None or new is None:
        return None
    changed = told.changes(entity, old, new)
    if set(changed) <= _NO_NEWS:
        # Archiving goes past the platform's logic: the documented example of a gap event [cdc-gap].
        return made("GAP_UPDATE") if old.get("IsArchived") != new.get("IsArchived") else None
    values = {
        name: new[name] for name in (*changed, *_KEPT_WITH_CHANGES) if new.get(name) is not None
    }
    nulled = tuple(name for name in changed if new.get(name) is None)
    return made("UPDATE", values=values, changed=tuple(changed), nulled=nulled)


def _is_live(row: Row | None) -> bool:
    return row is not None and not row.get("IsDeleted")
