"""Property definitions: HubSpot's own, read from `definitions.txt`, and those an account adds [D-props]."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from sys import intern
from typing import Any

from tandem.sandbox.clock import from_ms
from tandem.sandbox.hubspot.errors import HubSpotError, conflict, invalid
from tandem.sandbox.hubspot.kinds import KINDS, Kind

TYPES = ("bool", "date", "datetime", "enumeration", "number", "phone_number", "string")
FIELD_TYPES = (
    "text", "textarea", "html", "number", "date", "select", "radio", "checkbox",
    "booleancheckbox", "phonenumber", "file", "calculation_equation",
)  # fmt: skip
LONGEST_TEXT = 65_536
MOST_UNIQUE = 10
_NATURAL_FIELD = {
    "bool": "booleancheckbox",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
    "number": "number",
    "phone_number": "phonenumber",
    "string": "text",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_GROUPS = {"contacts": "contactinformation", "companies": "companyinformation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One property of one kind of record."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_unique: bool = False
    is_read_only: bool = False
    is_calculated: bool = False
    is_hidden: bool = False
    is_form_field: bool = False
    takes_several: bool = False
    refers_to_owner: bool = False
    refers_to_stage: bool = False
    is_salesforce: bool = False
    is_custom: bool = False
    archived_at: int | None = None
    created: int = 0
    updated: int = 0
    order: int = -1
    accepts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "accepts", frozenset(value for value, _ in self.options))

    def to_json(self, options: tuple[tuple[str, str], ...] | None = None) -> dict[str, Any]:
        """As the properties API shows it."""
        listed = self.options if options is None else options
        stamps = {"createdAt": _stamp(self.created), "updatedAt": _stamp(self.updated)}
        shown: dict[str, Any] = {
            **(stamps if self.is_custom else {}),
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [
                {"label": label, "value": value, "displayOrder": at, "hidden": False}
                for at, (value, label) in enumerate(listed)
            ],
            "displayOrder": self.order,
            "calculated": self.is_calculated,
            "externalOptions": self.refers_to_owner,
            "archived": self.archived_at is not None,
            "hasUniqueValue": self.is_unique,
            "hidden": self.is_hidden,
            "hubspotDefined": not self.is_custom,
            "modificationMetadata": {
                "archivable": self.is_custom,
                "readOnlyDefinition": not self.is_custom,
                "readOnlyValue": self.is_read_only,
                "readOnlyOptions": not self.is_custom,
            },
            "formField": self.is_form_field,
            "dataSensitivity": "non_sensitive",
        }
        if self.refers_to_owner:
            shown["referencedObjectType"] = "OWNER"
        if self.archived_at is not None:
            shown["archivedAt"] = _stamp(self.archived_at)
        return shown


def shipped(kind: Kind) -> dict[str, Definition]:
    """HubSpot's own definitions for a kind, by name, in a dictionary of the caller's own."""
    return dict(_shipped()[kind.name])


def defined(kind: Kind, asked: Mapping[str, Any], now_ms: int) -> Definition:
    """A definition that an account adds, or 400 with what is wrong with it."""
    name, kind_of_value = asked.get("name"), asked.get("type")
    field_type = asked.get("fieldType")
    for key in ("name", "label", "type", "fieldType", "groupName"):
        if not isinstance(asked.get(key), str) or not asked[key]:
            raise invalid(
                f"Invalid input JSON on line 1, column 1: Cannot build PropertyCreate, some of required attributes are not set [{key}]"
            )
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid(
            f"The property name {name!r} must be lower case letters, digits and underscores, and begin with a letter"
        )
    if kind_of_value not in TYPES:
        raise invalid(
            f"Invalid property type {kind_of_value!r}; it must be one of {', '.join(TYPES)}"
        )
    if field_type not in FIELD_TYPES:
        raise invalid(
            f"Invalid fieldType {field_type!r}; it must be one of {', '.join(FIELD_TYPES)}"
        )
    options, order = options_of(asked), asked.get("displayOrder")
    if kind_of_value == "bool" and not options:
        options = (("true", "Yes"), ("false", "No"))
    if kind_of_value == "enumeration" and not options and not asked.get("externalOptions"):
        raise invalid("Enumeration properties must have at least one option")
    return Definition(
        name=intern(name),
        label=asked["label"],
        type=str(kind_of_value),
        field_type=str(field_type),
        group=asked["groupName"],
        description=str(asked.get("description") or ""),
        options=options,
        is_unique=bool(asked.get("hasUniqueValue", False)),
        is_hidden=bool(asked.get("hidden", False)),
        is_form_field=bool(asked.get("formField", False)),
        takes_several=field_type == "checkbox",
        is_custom=True,
        created=now_ms,
        updated=now_ms,
        order=order if isinstance(order, int) else -1,
    )


def options_of(asked: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The (value, label) pairs of an `options` list, or 400."""
    listed = asked.get("options") or []
    if not isinstance(listed, list):
        raise invalid("options must be a list")
    options = []
    for option in listed:
        if not isinstance(option, Mapping) or "value" not in option or "label" not in option:
            raise invalid("Each option needs a label and a value")
        options.append((str(option["value"]), str(option["label"])))
    if len({value for value, _ in options}) != len(options):
        raise invalid("Property option values must be unique")
    return tuple(options)


def already_there(name: str) -> HubSpotError:
    """409 for a name that a property already has, archived or not."""
    return conflict(
        f'Property "{name}" already exists',
        errors=[
            {"message": f'A property named "{name}" already exists', "code": "PROPERTY_EXISTS"}
        ],
    )


@cache
def _shipped() -> dict[str, dict[str, Definition]]:
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    text = files(__package__).joinpath("definitions.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {
        kind.name: {
            each.name: each
            for line in (
                *sections["every"],
                *(sections["activity"] if kind.is_activity else ()),
                *sections[kind.name],
            )
            for each in (_parsed(line, kind),)
        }
        for kind in KINDS
    }


def _parsed(line: str, kind: Kind) -> Definition:
    declared, _, label = line.partition(" ; ")
    declared, _, listed = declared.partition(" = ")
    name, types, *flags = declared.split()
    value_type, _, field_type = types.partition("/")
    options = tuple(_option(each) for each in listed.split())
    if value_type == "bool":
        options = (("true", "Yes"), ("false", "No"))
    group = _GROUPS.get(kind.name, f"{kind.singular}_information")
    return Definition(
        name=intern(name),
        label=label.strip(),
        type=value_type,
        field_type=field_type or _NATURAL_FIELD[value_type],
        group="salesforceinformation" if "salesforce" in flags else group,
        options=options,
        is_unique="unique" in flags,
        is_read_only="ro" in flags or "calc" in flags,
        is_calculated="calc" in flags,
        is_hidden="hidden" in flags,
        takes_several="multi" in flags,
        refers_to_owner="owner" in flags,
        refers_to_stage="stages" in flags,
        is_salesforce="salesforce" in flags,
    )


def _option(declared: str) -> tuple[str, str]:
    value, _, label = declared.partition(":")
    return intern(value), (label or value).replace("_", " ")


def _stamp(milliseconds: int) -> str:
    return from_ms(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
