"""What the names in a statement stand for, and how to read them from a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.errors import (
    invalid_field,
    malformed,
    no_such_column,
    no_such_relationship,
    not_simulated,
)
from tandem.sandbox.salesforce.soql.functions import (
    CLOCK_FUNCTIONS,
    DAY_FUNCTIONS,
    date_function,
)
from tandem.sandbox.salesforce.soql.names import NAME, name_value
from tandem.sandbox.salesforce.soql.rules import Rules
from tandem.sandbox.salesforce.soql.source import (
    Field,
    ObjectType,
    Row,
    Source,
    Value,
    Visibility,
)

MAX_HOPS = 5

Read = Callable[[Any], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What stays the same for every part of one statement."""

    statement: str
    source: Source
    rules: Rules
    visibility: Visibility
    version: str

    @property
    def today(self) -> date:
        return self.source.now.astimezone(self.source.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a path: the reference field followed and the object it leads to."""

    field: Field
    target: ObjectType

    @property
    def is_polymorphic(self) -> bool:
        return self.target is NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """
    An operand resolved: *type* is a describe type, *field* the field behind it if it is one.

    *hops* are the relationships followed; *label* is how messages name it, *signature* is equal for
    operands that mean the same.
    """

    label: str
    signature: str
    type: str
    read: Read
    at: int
    field: Field | None = None
    hops: tuple[Hop, ...] = ()

    @property
    def is_own_field(self) -> bool:
        return self.field is not None and not self.hops and self.signature == self.field.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A path resolved down to a field, before deciding how it is read."""

    hops: tuple[Hop, ...]
    owner: ObjectType
    field: Field

    @property
    def spelled(self) -> str:
        names = [hop.field.relationship_name or "" for hop in self.hops]
        return ".".join([*names, self.field.name])


class Scope:
    """The names one FROM brings into view."""

    def __init__(self, setting: Setting, owner: ObjectType, query: m.Query) -> None:
        self.setting = setting
        self.owner = owner
        first, *others = query.sources
        self._own_names = {first.path.parts[-1].lower(), owner.name.lower()}
        if first.alias:
            self._own_names.add(first.alias.lower())
        self._aliases: dict[str, m.Path] = {}
        for other in others:
            if other.alias is None:
                raise malformed(
                    setting.statement, other.path.at, f"unexpected token: '{other.path.text}'"
                )
            self._aliases[other.alias.lower()] = other.path

    def hops(self, path: m.Path, parts: tuple[str, ...]) -> tuple[tuple[Hop, ...], ObjectType]:
        """The steps of a path of relationships, and the object it ends at."""
        statement = self.setting.statement
        if len(parts) > MAX_HOPS:
            raise malformed(
                statement, path.at, f"a relationship path has at most {MAX_HOPS} levels"
            )
        hops: list[Hop] = []
        owner = self.owner
        for part in parts:
            field = owner.parent(part)
            target = self._target(field) if field else None
            if field is None or target is None:
                raise no_such_relationship(statement, path.at, part, "field path")
            hops.append(Hop(field=field, target=target))
            owner = target
        return tuple(hops), owner

    def _target(self, field: Field) -> ObjectType | None:
        if len(field.reference_to) > 1:
            return NAME
        return self.setting.source.object_type(field.reference_to[0])

    def parts_of(self, path: m.Path) -> tuple[str, ...]:
        """A path without the object's own name or alias in front."""
        parts = path.parts
        alias = self._aliases.get(parts[0].lower())
        if alias is not None:
            parts = self.parts_of(alias) + parts[1:]
        elif len(parts) > 1 and parts[0].lower() in self._own_names:
            parts = parts[1:]
        return parts

    def place(self, path: m.Path) -> Place:
        """The field a path ends at."""
        *relationships, name = self.parts_of(path)
        hops, owner = self.hops(path, tuple(relationships))
        field = owner.field(name)
        if field is None:
            raise no_such_column(self.setting.statement, path.at, name, owner.name)
        return Place(hops=hops, owner=owner, field=field)

    def term(self, operand: m.Operand) -> Term:
        """A path or function, ready to be read from rows of the FROM object."""
        if isinstance(operand, m.Call):
            return self._call(operand)
        place = self.place(operand)
        return Term(
            label=place.field.name,
            signature=place.spelled,
            type=place.field.type,
            read=self._reader(place),
            at=operand.at,
            field=place.field,
            hops=place.hops,
        )

    def _reader(self, place: Place) -> Read:
        if not place.hops:
            return self.own_reader(place.field)
        record = self.setting.source.record
        steps = [hop.field.name for hop in place.hops]
        last = self._last_reader(place)

        def read(row: Row) -> Value:
            target: ObjectType | None = None
            for step in steps:
                record_id = row.get(step)
                found = record(record_id) if isinstance(record_id, str) else None
                if found is None:
                    return None
                target, row = found
            assert target is not None
            return last(target, row)

        return read

    def _last_reader(self, place: Place) -> Callable[[ObjectType, Row], Value]:
        name = place.field.name
        if place.owner is NAME:
            return lambda target, row: name_value(name, target, row)
        own = self.own_reader(place.field)
        return lambda target, row: own(row)

    def own_reader(self, field: Field) -> Read:
        """How to read a field from a row of its own object."""
        name = field.name
        if field.type == "boolean":
            return lambda row: bool(row.get(name))
        return lambda row: row.get(name)

    def _call(self, call: m.Call) -> Term:
        name = call.name.upper()
        if name in DAY_FUNCTIONS or name in CLOCK_FUNCTIONS:
            return self._date_call(call, name)
        if name == "TOLABEL":
            return self._label_call(call)
        if name in ("DISTANCE", "GEOLOCATION", "CONVERTCURRENCY"):
            raise not_simulated(self.setting.statement, call.at, f"{call.name}()")
        raise malformed(self.setting.statement, call.at, f"unexpected token: '{call.name}'")

    def _date_call(self, call: m.Call, name: str) -> Term:
        rules, source = self.setting.rules, self.setting.source
        zone = source.zone if rules.day_functions_in_user_zone else UTC
        argument = self._only_argument(call)
        converted = isinstance(argument, m.Call) and argument.name.upper() == "CONVERTTIMEZONE"
        if isinstance(argument, m.Call):
            if not converted:
                raise self._bad_argument(call, argument.text)
            argument, zone = self._only_argument(argument), source.zone
        if not isinstance(argument, m.Path):
            raise self._bad_argument(call, argument.text)
        inner = self.term(argument)
        takes = ("datetime",) if name in CLOCK_FUNCTIONS or converted else ("date", "datetime")
        if inner.type not in takes:
            raise self._bad_argument(call, inner.label)
        compute, read = date_function(name, inner.type, zone), inner.read
        return Term(
            label=call.text,
            signature=f"{name}({'user ' if converted else ''}{inner.signature})",
            type="date" if name == "DAY_ONLY" else "int",
            read=lambda row: compute(read(row)),
            at=call.at,
        )

    def _label_call(self, call: m.Call) -> Term:
        argument = self._only_argument(call)
        if not isinstance(argument, m.Path):
            raise self._bad_argument(call, argument.text)
        inner = self.term(argument)
        labels = dict(inner.field.picklist) if inner.field else {}
        read = inner.read

        def label(row: Row) -> Value:
            value = read(row)
            if not isinstance(value, str):
                return value
            return ";".join(labels.get(part) or part for part in value.split(";"))

        return Term(
            label=inner.label,
            signature=f"TOLABEL({inner.signature})",
            type="string",
            read=label,
            at=call.at,
            field=inner.field,
            hops=inner.hops,
        )

    def _only_argument(self, call: m.Call) -> m.Path | m.Call | m.Literal:
        if len(call.arguments) != 1:
            raise malformed(self.setting.statement, call.at, f"unexpected token: '{call.name}'")
        return call.arguments[0]

    def _bad_argument(self, call: m.Call, label: str) -> Exception:
        return invalid_field(
            self.setting.statement, call.at, f"field {label} does not support function {call.name}"
        )
