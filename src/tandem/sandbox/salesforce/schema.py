"""
The object catalog of the simulated org: which objects and fields exist and what may be done with them.

Standard objects come from `objects.txt` beside this module; an administrator's changes (custom
fields, picklist values, record types) replace fields in the catalog of one org.
"""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any


class FieldType(enum.StrEnum):
    """The field types of a describe call that the sandbox has."""

    ID = "id"
    REFERENCE = "reference"
    STRING = "string"
    TEXTAREA = "textarea"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
    COMBOBOX = "combobox"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    ADDRESS = "address"


TEXT_TYPES = frozenset(
    {
        FieldType.STRING,
        FieldType.TEXTAREA,
        FieldType.PICKLIST,
        FieldType.MULTIPICKLIST,
        FieldType.COMBOBOX,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.URL,
    }
)
NUMBER_TYPES = frozenset({FieldType.INT, FieldType.DOUBLE, FieldType.CURRENCY, FieldType.PERCENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class PicklistValue:
    """One value of a picklist; `is_default` is what a record gets that does not say."""

    value: str
    label: str = ""
    is_default: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One field as a describe call shows it.

    `length` counts characters (0 where the type has none); `reference_to` names the objects a
    reference may point at; `relationship_name` is the name used in a path (`Owner` of `OwnerId`), and
    `child_relationship` the name under which the target lists its children. A `name_pointing`
    reference is read through the pseudo-object Name. `compound` names the compound field it is part of.
    """

    name: str
    type: FieldType
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = False
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    createable: bool = False
    updateable: bool = False
    defaulted_on_create: bool = False
    id_lookup: bool = False
    is_name: bool = False
    restricted_picklist: bool = False
    name_pointing: bool = False
    permissionable: bool = False
    custom: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    calculated: bool = False
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    child_relationship: str | None = None
    values: tuple[PicklistValue, ...] = ()
    compound: str | None = None
    default_value: Any = None
    help_text: str | None = None
    description: str | None = None

    @property
    def is_text(self) -> bool:
        return self.type in TEXT_TYPES

    @property
    def picklist(self) -> tuple[tuple[str, str], ...]:
        """(value, label) of the active values, in the administrator's order."""
        return tuple((one.value, one.label) for one in self.values if one.is_active)

    @property
    def absent(self) -> Any:
        """What a row says that has no entry for this field: a boolean is never null."""
        return False if self.type is FieldType.BOOLEAN else None

    @property
    def default(self) -> Any:
        """The value of a new record that does not give one."""
        if self.type is FieldType.PICKLIST:
            return next((one.value for one in self.values if one.is_default), self.default_value)
        return self.default_value


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRelationship:
    """A field of another object that points here; `name` is None where no sub-query may use it."""

    child: str
    field: str
    name: str | None


@dataclass(slots=True, kw_only=True)
class SObject:
    """
    One object. `fields` keeps the describe order and is keyed by API name; `field` ignores case.

    `child_only` objects (OpenActivity, Name) exist only inside a query, `computed` ones
    (UserRecordAccess) hold no rows, `switched` ones exist with Shared Activities only, and `no_bulk`
    ones are refused by the Bulk APIs.
    """

    name: str
    key_prefix: str | None
    label: str
    label_plural: str
    createable: bool = False
    updateable: bool = False
    deletable: bool = False
    undeletable: bool = False
    replicateable: bool = False
    searchable: bool = False
    mergeable: bool = False
    feed_enabled: bool = False
    is_setup: bool = False
    child_only: bool = False
    computed: bool = False
    switched: bool = False
    no_bulk: bool = False
    custom: bool = False
    fields: dict[str, Field] = field(default_factory=dict)
    _lower: dict[str, Field] = field(default_factory=dict)

    def field(self, name: str) -> Field | None:
        """The field of that name, whatever its case; None if there is none."""
        return self.fields.get(name) or self._lower.get(name.lower())

    def put(self, changed: Field) -> None:
        """Add a field or replace the one of its name."""
        self.fields[changed.name] = changed
        self._lower[changed.name.lower()] = changed

    def drop(self, name: str) -> None:
        """Remove a field."""
        del self.fields[name]
        del self._lower[name.lower()]

    @property
    def relationships(self) -> dict[str, Field]:
        """Reference fields by the lower-case name of their relationship."""
        return {
            each.relationship_name.lower(): each
            for each in self.fields.values()
            if each.relationship_name
        }

    @property
    def name_field(self) -> Field | None:
        return next((f for f in self.fields.values() if f.is_name), None)


ACTIVITY_OBJECTS = ("Task", "Event")
"""A custom field of Activity is a field of both ([activity-object])."""


class Schema:
    """The catalog of one org."""

    __slots__ = ("_lower", "_prefixes", "objects", "shared_activities")

    def __init__(self) -> None:
        self.objects: dict[str, SObject] = {}
        self._lower: dict[str, SObject] = {}
        self._prefixes: dict[str, SObject] = {}
        self.shared_activities = False
        for one in _standard_objects():
            self.add(_copy(one))

    def add(self, sobject: SObject) -> None:
        """Add an object (the Tooling API's own ones too)."""
        self.objects[sobject.name] = sobject
        self._lower[sobject.name.lower()] = sobject
        if sobject.key_prefix:
            self._prefixes[sobject.key_prefix] = sobject

    def get(self, name: str) -> SObject | None:
        """The object of that name, whatever its case, if this org has it switched on."""
        found = self.objects.get(name) or self._lower.get(name.lower())
        if found is not None and found.switched and not self.shared_activities:
            return None
        return found

    def __getitem__(self, name: str) -> SObject:
        return self.objects[name]

    def __iter__(self) -> Iterator[SObject]:
        return (one for one in self.objects.values() if self.shared_activities or not one.switched)

    def by_id(self, record_id: str) -> SObject | None:
        """The object whose key prefix an id carries."""
        return self._prefixes.get(record_id[:3])

    def children_of(self, name: str) -> list[ChildRelationship]:
        """Every reference to an object, named relationships and nameless ones."""
        return [
            ChildRelationship(child=one.name, field=each.name, name=each.child_relationship)
            for one in self
            for each in one.fields.values()
            if name in each.reference_to
        ]

    def child(self, name: str, relationship: str) -> ChildRelationship | None:
        """The child relationship of that name, whatever its case."""
        wanted = relationship.lower()
        for each in self.children_of(name):
            if each.name is not None and each.name.lower() == wanted:
                return each
        return None

    def add_field(self, object_name: str, added: Field) -> None:
        """Add a custom field; one of `Activity` appears on Task and Event ([activity-object])."""
        for name in ACTIVITY_OBJECTS if object_name == "Activity" else (object_name,):
            self.objects[name].put(added)

    def drop_field(self, object_name: str, name: str) -> None:
        """Remove a custom field everywhere `add_field` put it."""
        for each in ACTIVITY_OBJECTS if object_name == "Activity" else (object_name,):
            self.objects[each].drop(name)

    def change_field(self, object_name: str, name: str, **changes: Any) -> Field:
        """Replace attributes of a field, as an administrator does in Setup."""
        changed = replace(self.objects[object_name].fields[name], **changes)
        self.objects[object_name].put(changed)
        return changed

    def set_values(self, object_name: str, name: str, values: Iterable[PicklistValue]) -> Field:
        """Replace the values of a picklist."""
        return self.change_field(object_name, name, values=tuple(values))


def _copy(one: SObject) -> SObject:
    made = replace(one, fields={}, _lower={})
    for each in one.fields.values():
        made.put(each)
    return made


@cache
def _standard_objects() -> tuple[SObject, ...]:
    text = resources.files(__package__).joinpath("objects.txt").read_text(encoding="utf-8")
    objects = list[SObject]()
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            objects.append(_object_from(line))
        else:
            objects[-1].put(_field_from(line))
    return tuple(objects)


def _object_from(line: str) -> SObject:
    head, label, plural, flags = (part.strip() for part in line.split("|"))
    name, _, prefix = head.partition("]")
    words = set(flags.split())
    return SObject(
        name=name[1:],
        key_prefix=prefix.strip() or None,
        label=label,
        label_plural=plural,
        createable="create" in words,
        updateable="update" in words,
        deletable="delete" in words,
        undeletable="undelete" in words,
        replicateable="replicate" in words,
        searchable="search" in words,
        mergeable="merge" in words,
        feed_enabled="feed" in words,
        is_setup="setup" in words,
        child_only="childonly" in words,
        computed="computed" in words,
        switched="switched" in words,
        no_bulk="nobulk" in words,
    )


_TYPE = re.compile(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?")


def _field_from(line: str) -> Field:
    name, kind, flags, label, *more = (part.strip() for part in line.split(" | "))
    matched = _TYPE.fullmatch(kind)
    if matched is None:
        raise ValueError(f"objects.txt: {line!r} has no field type.")
    made = Field(
        name=name,
        label=label,
        nillable="n" in flags,
        filterable="F" in flags,
        sortable="S" in flags,
        groupable="G" in flags,
        createable="C" in flags,
        updateable="U" in flags,
        defaulted_on_create="d" in flags,
        id_lookup="L" in flags,
        is_name="N" in flags,
        restricted_picklist="r" in flags,
        name_pointing="P" in flags,
        permissionable="p" in flags,
        **_measures(FieldType(matched[1]), int(matched[2] or 0), int(matched[3] or 0)),
    )
    for part in more:
        made = replace(made, **_more(part))
    return made


def _measures(kind: FieldType, size: int, scale: int) -> dict[str, Any]:
    if kind is FieldType.INT:
        return {"type": kind, "digits": size}
    if kind in NUMBER_TYPES:
        return {"type": kind, "precision": size, "scale": scale}
    if kind in (FieldType.ID, FieldType.REFERENCE):
        return {"type": kind, "length": 18}
    return {"type": kind, "length": size}


def _more(part: str) -> dict[str, Any]:
    mark, _, rest = part.partition(" ")
    match mark:
        case "->":
            targets, _, relationship = rest.partition(" as ")
            return {
                "reference_to": tuple(one.strip() for one in targets.split(",")),
                "relationship_name": relationship or None,
            }
        case "<":
            return {"child_relationship": rest}
        case "in":
            return {"compound": rest}
        case "=":
            return {"values": _values(rest)}
    raise ValueError(f"objects.txt: {part!r} is not understood.")


def _values(text: str) -> tuple[PicklistValue, ...]:
    if text == "@zones":
        return tuple(PicklistValue(value=zone, label=zone) for zone in TIME_ZONES)
    if text.startswith("@"):
        return ()
    return tuple(
        PicklistValue(value=one.rstrip("*"), label=one.rstrip("*"), is_default=one.endswith("*"))
        for one in (part.strip() for part in text.split(";"))
    )


TIME_ZONES = (
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Bangkok",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Europe/Helsinki",
    "Africa/Johannesburg",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Amsterdam",
    "Europe/London",
    "Europe/Dublin",
    "GMT",
    "Atlantic/Azores",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Halifax",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Pacific/Niue",
)
"""The time zones users and recurrences may have: a selection of the platform's list."""
