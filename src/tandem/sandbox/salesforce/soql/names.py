"""
The pseudo-object Name, through which Who, What and Owner are read.

A path through a reference to several kinds of object knows only what Name has; every other field of
the target needs TYPEOF ([soql-typeof]).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tandem.sandbox.salesforce.soql.source import (
    ChildRelationship,
    Field,
    ObjectType,
    Row,
    Value,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NameField:
    name: str
    type: str
    custom: bool = False
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    case_sensitive: bool = False
    relationship_name: str | None = None
    reference_to: tuple[str, ...] = ()
    picklist: tuple[tuple[str, str], ...] = ()


class _NameObject:
    """Name as an `ObjectType`: no rows, no relationships."""

    name = "Name"
    queryable = False
    name_field = "Name"

    def __init__(self, fields: Iterable[_NameField]) -> None:
        self._fields = {field.name.lower(): field for field in fields}

    def field(self, name: str, /) -> Field | None:
        return self._fields.get(name.lower())

    def fields(self) -> Iterable[Field]:
        return self._fields.values()

    def parent(self, relationship: str, /) -> Field | None:
        return None

    def child(self, relationship: str, /) -> ChildRelationship | None:
        return None


NAME: ObjectType = _NameObject(
    (
        _NameField(name="Id", type="id"),
        _NameField(name="Name", type="string"),
        _NameField(name="LastName", type="string"),
        _NameField(name="FirstName", type="string"),
        _NameField(name="Type", type="picklist"),
        _NameField(name="Alias", type="string"),
        _NameField(name="Email", type="email"),
        _NameField(name="IsActive", type="boolean"),
        _NameField(name="Phone", type="phone"),
        _NameField(name="ProfileId", type="reference", reference_to=("Profile",)),
        _NameField(name="Title", type="string"),
        _NameField(name="UserRoleId", type="reference", reference_to=("UserRole",)),
        _NameField(name="Username", type="string"),
    )
)


def name_value(field: str, target: ObjectType, row: Row) -> Value:
    """What Name says of a record: its kind, its name, and same-named fields it happens to have."""
    if field == "Type":
        return target.name
    if field == "Name":
        return row.get(target.name_field) if target.name_field else None
    own = target.field(field)
    return row.get(own.name) if own else None
