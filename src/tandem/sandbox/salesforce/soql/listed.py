"""
An organisation over plain lists: the Tooling API's catalog, and small worlds to try the engine on.

It honours every hint, so that a wrong hint shows as a missing row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from tandem.sandbox.salesforce.soql.source import (
    ChildRelationship,
    Field,
    Hint,
    Lookup,
    ObjectType,
    Row,
    Value,
    Visibility,
    text_key,
)
from tandem.sandbox.salesforce.soql.wanted import TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedField:
    name: str
    type: str = "string"
    custom: bool = False
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    case_sensitive: bool = False
    relationship_name: str | None = None
    reference_to: tuple[str, ...] = ()
    picklist: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChild:
    name: str
    child_object: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedObject:
    """One object with its rows; *deleted* are the rows only queryAll shows."""

    name: str
    columns: tuple[ListedField, ...]
    listed: Sequence[Mapping[str, Value]] = ()
    deleted: Sequence[Mapping[str, Value]] = ()
    children: tuple[ListedChild, ...] = ()
    name_field: str | None = "Name"
    queryable: bool = True

    def field(self, name: str, /) -> Field | None:
        return next((one for one in self.columns if one.name.lower() == name.lower()), None)

    def fields(self) -> Iterable[Field]:
        return self.columns

    def parent(self, relationship: str, /) -> Field | None:
        wanted = relationship.lower()
        for one in self.columns:
            if one.relationship_name and one.relationship_name.lower() == wanted:
                return one
        return None

    def child(self, relationship: str, /) -> ChildRelationship | None:
        wanted = relationship.lower()
        return next((one for one in self.children if one.name.lower() == wanted), None)


@dataclass(slots=True, kw_only=True)
class ListedSource:
    """*asked* records the hints of every reading of rows."""

    objects: Sequence[ListedObject]
    now: datetime = datetime(2026, 3, 4, 12, tzinfo=UTC)
    zone: tzinfo = UTC
    user_id: str = "0055g00000TandmAAB"
    views_all: bool = True
    asked: list[tuple[Hint, ...]] = field(default_factory=list)

    def object_type(self, name: str, /) -> ObjectType | None:
        return self._listed(name)

    def _listed(self, name: str) -> ListedObject | None:
        return next((one for one in self.objects if one.name.lower() == name.lower()), None)

    def rows(
        self, object_name: str, /, *, visibility: Visibility, hints: Sequence[Hint] = ()
    ) -> Iterable[Row]:
        self.asked.append(tuple(hints))
        found = self._listed(object_name)
        assert found is not None
        rows: list[Mapping[str, Value]] = list(found.listed)
        if visibility is Visibility.QUERY_ALL:
            rows += found.deleted
        return [row for row in rows if all(_fits(row, hint, found) for hint in hints)]

    def record(self, record_id: str, /) -> tuple[ObjectType, Row] | None:
        for one in self.objects:
            for row in (*one.listed, *one.deleted):
                if record_id in (row.get("Id"), row.get("DurableId")):
                    return one, row
        return None


def _fits(row: Mapping[str, Value], hint: Hint, owner: ListedObject) -> bool:
    value = row.get(hint.field)
    if isinstance(hint, Lookup):
        known = owner.field(hint.field)
        if isinstance(value, str) and known and known.type in TEXTS and not known.case_sensitive:
            value = text_key(value)
        return value in hint.values
    if not isinstance(value, str):
        return False
    return (hint.low is None or hint.low <= value) and (hint.high is None or value < hint.high)
