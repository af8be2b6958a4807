"""
The Avro schemas of change events, and the bit maps that name fields by their place in them
[cdc-header][ps-proto].

A field of a compound (a person's name, an address) stands in a record of its own; its place is written
as `position-0x…`.
"""

import base64
import hashlib
import importlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from tandem.sandbox.salesforce.schema import Field, FieldType, SObject
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.wire import from_wire

CHANGE_TYPES = (
    "CREATE", "UPDATE", "DELETE", "UNDELETE",
    "GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE", "GAP_OVERFLOW",
)  # fmt: skip
BIT_MAPS = ("nulledFields", "diffFields", "changedFields")
_NOT_TOLD = frozenset({"Id", "IsDeleted", "IsArchived", "SystemModstamp", "LastActivityDate"})
_NUMBERS = frozenset({FieldType.DOUBLE, FieldType.CURRENCY, FieldType.PERCENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a field stands: at the top, or within a compound."""

    field: Field
    top: int
    compound: str | None = None
    inner: int = 0


class EventSchema:
    """The schema of one entity's change events, as the catalog has it at that time."""

    def __init__(self, sobject: SObject) -> None:
        self.entity = sobject.name
        self.name = f"{sobject.name}ChangeEvent"
        self._places, members = _layout(sobject)
        self.definition: dict[str, Any] = {
            "type": "record",
            "name": self.name,
            "namespace": "com.sforce.eventbus",
            "fields": [{"name": "ChangeEventHeader", "type": _header_type()}, *members],
        }
        self.json = msgspec.json.encode(self.definition).decode()
        digest = hashlib.md5(self.json.encode(), usedforsecurity=False).digest()
        self.id = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def tells_of(self, name: str) -> bool:
        return name in self._places

    @property
    def fields(self) -> Iterable[str]:
        return self._places

    def encode(self, header: Mapping[str, Any], row: Row) -> bytes:
        """The Avro body of an event; the header names fields by their API names."""
        record: dict[str, Any] = {
            "ChangeEventHeader": {
                **header,
                **{name: self.bit_maps(header[name]) for name in BIT_MAPS},
            }
        }
        for name, value in row.items():
            place = self._places.get(name)
            if place is None or value is None:
                continue
            told = _told(place.field, value)
            if place.compound is None:
                record[name] = told
            else:
                record.setdefault(place.compound, {})[name] = told
        body = io.BytesIO()
        self._avro.schemaless_writer(body, self._parsed, record)
        return body.getvalue()

    def bit_maps(self, names: Iterable[str]) -> list[str]:
        """Field names as bit maps: the top level first, then one for each compound."""
        top, inner = 0, dict[int, int]()
        for name in names:
            place = self._places[name]
            if place.compound is None:
                top |= 1 << place.top
            else:
                inner[place.top] = inner.get(place.top, 0) | 1 << place.inner
        shown = [_hex(top)] if top else []
        return shown + [f"{at}-{_hex(bits)}" for at, bits in sorted(inner.items())]

    @cached_property
    def _avro(self) -> Any:
        return importlib.import_module("fastavro")

    @cached_property
    def _parsed(self) -> Any:
        return self._avro.parse_schema(self.definition)


def _layout(sobject: SObject) -> tuple[dict[str, _Place], list[dict[str, Any]]]:
    places: dict[str, _Place] = {}
    members: list[dict[str, Any]] = []
    defined: set[str] = set()
    for field in sobject.fields.values():
        if field.name in _NOT_TOLD or field.calculated or _is_part(sobject, field):
            continue
        at = len(members) + 1
        parts = [one for one in sobject.fields.values() if one.compound == field.name]
        if not parts or not _is_compound(field):
            places[field.name] = _Place(field=field, top=at)
            members.append(_member(field.name, _type_of(field)))
            continue
        for inner, part in enumerate(parts):
            places[part.name] = _Place(field=part, top=at, compound=field.name, inner=inner)
        members.append(_member(field.name, _compound_type(field, parts, defined)))
    return places, members


def _is_compound(field: Field) -> bool:
    return field.type is FieldType.ADDRESS or field.name == "Name"


def _is_part(sobject: SObject, field: Field) -> bool:
    whole = sobject.fields.get(field.compound) if field.compound else None
    return whole is not None and _is_compound(whole)


def _compound_type(field: Field, parts: list[Field], defined: set[str]) -> Any:
    # Every address has fields of its own here, so its record has a name of its own.
    name = "PersonName" if field.name == "Name" else field.name
    defined.add(name)
    return {
        "type": "record",
        "name": name,
        "fields": [_member(part.name, _type_of(part)) for part in parts],
    }


def _member(name: str, avro_type: Any) -> dict[str, Any]:
    return {"name": name, "type": ["null", avro_type], "default": None}


def _type_of(field: Field) -> str:
    match field.type:
        case FieldType.BOOLEAN:
            return "boolean"
        case FieldType.INT:
            return "int"
        case FieldType.DATE | FieldType.DATETIME:
            return "long"
        case other if other in _NUMBERS:
            return "double"
        case _:
            return "string"


def _told(field: Field, value: Any) -> Any:
    match field.type:
        case FieldType.DATETIME:
            return int(from_wire(str(value)).timestamp() * 1000)
        case FieldType.DATE:
            return int(from_wire(f"{value}T00:00:00.000+0000").timestamp() * 1000)
        case FieldType.BOOLEAN:
            return bool(value)
        case FieldType.INT:
            return int(value)
        case other if other in _NUMBERS:
            return float(value)
        case _:
            return str(value)


def _hex(bits: int) -> str:
    digits = f"{bits:X}"
    return "0x" + digits.zfill(len(digits) + len(digits) % 2)


def _header_type() -> dict[str, Any]:
    texts = {"type": "array", "items": "string"}
    types: dict[str, Any] = {
        "entityName": "string",
        "recordIds": texts,
        "changeType": {"type": "enum", "name": "ChangeType", "symbols": list(CHANGE_TYPES)},
        "changeOrigin": "string",
        "transactionKey": "string",
        "sequenceNumber": "int",
        "commitTimestamp": "long",
        "commitNumber": "long",
        "commitUser": "string",
        **dict.fromkeys(BIT_MAPS, texts),
    }
    return {
        "type": "record",
        "name": "ChangeEventHeader",
        "fields": [{"name": name, "type": each} for name, each in types.items()],
    }
