"""SELECT as records: which members a record shows, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.errors import QueryError, malformed
from tandem.sandbox.salesforce.soql.functions import formatted
from tandem.sandbox.salesforce.soql.names import NAME, name_value
from tandem.sandbox.salesforce.soql.source import Field, ObjectType, Row, Value
from tandem.sandbox.salesforce.soql.terms import Hop, Place, Read, Scope, Setting

Record: TypeAlias = dict[str, Any]
Member: TypeAlias = Callable[[ObjectType, Row], Any]

_LEFT_OUT = object()
MAX_UNBOUNDED_FIELDS = 200


class Children(Protocol):
    """A compiled sub-query: the records below each of many parents."""

    @property
    def key(self) -> str: ...

    def below(self, parent_ids: Sequence[str]) -> dict[str, list[Record]]: ...


@dataclass(slots=True, kw_only=True)
class _Level:
    """The members of one record, and of the parents shown inside it."""

    hop: Hop | None = None
    members: dict[str, Member] = field(default_factory=dict)
    parents: dict[str, _Level] = field(default_factory=dict)


class Shape:
    """
    Builds records in the form of the REST API.

    *columns* are the dotted names of the selected values in order, *kinds* their describe types: what
    the Bulk APIs write differently depends on them.
    """

    def __init__(self, scope: Scope, query: m.Query, children: Sequence[Children]) -> None:
        self._scope = scope
        self._setting = scope.setting
        self._children = {child.key: child for child in children}
        self._top = _Level()
        self.columns: list[str] = []
        self.kinds: list[str] = []
        for item in query.items:
            self._add(item, query)
        for key in self._children:
            self._top.members[key] = _nothing

    def records(self, rows: Sequence[Row]) -> list[Record]:
        """The records of *rows*; sub-queries are run once for all of them."""
        owner = self._scope.owner
        made = [self._render(self._top, owner, row) for row in rows]
        for key, child in self._children.items():
            ids = [str(row.get("Id")) for row in rows]
            below = child.below(ids)
            for record, record_id in zip(made, ids, strict=True):
                record[key] = self._listed(below.get(record_id, []))
        return made

    def _listed(self, records: list[Record]) -> Record | None:
        if not records and self._setting.rules.empty_children_are_null:
            return None
        return {"totalSize": len(records), "done": True, "records": records}

    def _render(self, level: _Level, owner: ObjectType, row: Row) -> Record:
        record: Record = {"attributes": self._attributes(level.hop, owner, row)}
        for key, member in level.members.items():
            value = member(owner, row)
            if value is not _LEFT_OUT:
                record[key] = value
        return record

    def _attributes(self, hop: Hop | None, owner: ObjectType, row: Row) -> dict[str, str]:
        """Type and URL. A record without Id (EntityDefinition) is addressed by its DurableId."""
        plain = hop is not None and hop.is_polymorphic
        named = plain and self._setting.rules.polymorphic_type_is_name
        record_id = row.get("Id") or row.get("DurableId")
        base = f"/services/data/v{self._setting.version}/sobjects/{owner.name}"
        return {"type": "Name" if named else owner.name, "url": f"{base}/{record_id}"}

    def _add(self, item: m.SelectItem, query: m.Query) -> None:
        match item:
            case m.ChildQuery():
                return
            case m.TypeOf():
                self._add_typeof(item)
            case m.Column(operand=m.Path() as path):
                if item.alias:
                    text = "only aggregate expressions use field aliasing"
                    raise malformed(query.text, path.at, text)
                self._add_place(self._scope.place(path), path.at)
            case m.Column(operand=m.Call() as call):
                self._add_call(call, item.alias, query)

    def _add_place(self, place: Place, at: int, read: Read | None = None) -> None:
        level = self._level(place.hops)
        if place.field.name in level.members:
            raise malformed(
                self._setting.statement, at, f"duplicate field selected: {place.spelled}"
            )
        self.columns.append(place.spelled)
        self.kinds.append("string" if read else place.field.type)
        level.members[place.field.name] = self._member(place, read)

    def _member(self, place: Place, read: Read | None) -> Member:
        """*read* reads from a row of the field's own object."""
        name = place.field.name
        if place.owner is NAME:
            return lambda owner, row: name_value(name, owner, row)
        own = read or self._scope.own_reader(place.field)
        return lambda owner, row: own(row)

    def _level(self, hops: tuple[Hop, ...]) -> _Level:
        level = self._top
        for hop in hops:
            key = hop.field.relationship_name or hop.field.name
            inner = level.parents.get(key)
            if inner is None:
                inner = _Level(hop=hop)
                level.parents[key] = inner
                level.members[key] = self._parent(hop.field, inner)
            level = inner
        return level

    def _parent(self, reference: Field, inner: _Level) -> Member:
        record = self._setting.source.record
        empty = None if self._setting.rules.null_parent_is_null else _LEFT_OUT

        def member(owner: ObjectType, row: Row) -> Any:
            record_id = row.get(reference.name)
            found = record(record_id) if isinstance(record_id, str) else None
            return empty if found is None else self._render(inner, *found)

        return member

    def _add_call(self, call: m.Call, alias: str | None, query: m.Query) -> None:
        name = call.name.upper()
        if name == "FIELDS":
            self._add_fields(call, query)
        elif name in ("TOLABEL", "FORMAT"):
            self._add_presented(call, alias)
        else:
            self._scope.term(call)
            text = f"{call.text} can only be selected where it is grouped by"
            raise malformed(self._setting.statement, call.at, text)

    def _add_presented(self, call: m.Call, alias: str | None) -> None:
        """``toLabel(Status)`` stands under the field's name or its alias, in place of the value."""
        path = call.arguments[0] if len(call.arguments) == 1 else None
        if isinstance(path, m.Call):
            self._scope.term(path)
        if not isinstance(path, m.Path):
            raise malformed(self._setting.statement, call.at, f"unexpected token: '{call.name}'")
        place = self._scope.place(path)
        read = self._presenting(call.name.upper(), place.field)
        if alias is None:
            self._add_place(place, call.at, read)
            return
        if alias in self._top.members:
            raise malformed(self._setting.statement, call.at, f"duplicate alias: {alias}")
        term = self._scope.term(path)
        present = self._presentation(call.name.upper(), place.field)
        self._top.members[alias] = lambda owner, row: present(term.read(row))
        self.columns.append(alias)
        self.kinds.append("string")

    def _presenting(self, function: str, shown: Field) -> Read:
        own, present = self._scope.own_reader(shown), self._presentation(function, shown)
        return lambda row: present(own(row))

    def _presentation(self, function: str, shown: Field) -> Callable[[Value], Value]:
        if function == "FORMAT":
            zone, kind = self._setting.source.zone, shown.type
            return lambda value: formatted(value, kind, zone)
        labels = dict(shown.picklist)

        def label(value: Value) -> Value:
            if not isinstance(value, str):
                return value
            return ";".join(labels.get(part) or part for part in value.split(";"))

        return label

    def _add_fields(self, call: m.Call, query: m.Query) -> None:
        """``FIELDS(ALL)``; all and custom fields need a LIMIT of at most 200 [soql-fields]."""
        argument = call.arguments[0] if len(call.arguments) == 1 else None
        which = argument.text.upper() if isinstance(argument, m.Path) else ""
        if which not in ("ALL", "STANDARD", "CUSTOM"):
            raise malformed(query.text, call.at, f"unexpected token: '{call.name}'")
        bounded = query.limit is not None and query.limit <= MAX_UNBOUNDED_FIELDS
        if which != "STANDARD" and not bounded:
            raise QueryError(
                "MALFORMED_QUERY",
                f"The SOQL FIELDS function must have a LIMIT of at most {MAX_UNBOUNDED_FIELDS}",
            )
        for each in self._scope.owner.fields():
            if which == "ALL" or each.custom == (which == "CUSTOM"):
                self._add_place(Place(hops=(), owner=self._scope.owner, field=each), call.at)

    def _add_typeof(self, item: m.TypeOf) -> None:
        statement = self._setting.statement
        hops, target = self._scope.hops(item.path, self._scope.parts_of(item.path))
        if target is not NAME:
            raise malformed(statement, item.path.at, f"'{item.path.text}' is not polymorphic")
        levels: dict[str, _Level] = {}
        for branch in item.branches:
            kind = self._setting.source.object_type(branch.object_name)
            if kind is None or kind.name not in hops[-1].field.reference_to:
                text = f"'{branch.object_name}' is not a type of '{item.path.text}'"
                raise malformed(statement, branch.at, text)
            levels[kind.name] = self._branch(kind, branch.fields)
        otherwise = self._branch(NAME, item.otherwise)
        key = hops[-1].field.relationship_name or ""
        level = self._level(hops[:-1])
        if key in level.members:
            raise malformed(statement, item.at, f"duplicate field selected: {item.path.text}")
        level.members[key] = self._switching(hops[-1].field, levels, otherwise)
        self.columns.append(".".join(hop.field.relationship_name or "" for hop in hops))
        self.kinds.append("object")

    def _branch(self, kind: ObjectType, paths: Iterable[m.Path]) -> _Level:
        """The members shown for one kind of target; paths are the target's own."""
        inner = Shape(_TargetScope(self._setting, kind), _selecting(paths, self._setting), ())
        return inner._top

    def _switching(self, reference: Field, levels: dict[str, _Level], other: _Level) -> Member:
        record = self._setting.source.record

        def member(owner: ObjectType, row: Row) -> Any:
            record_id = row.get(reference.name)
            found = record(record_id) if isinstance(record_id, str) else None
            if found is None:
                return None
            return self._render(levels.get(found[0].name, other), *found)

        return member


class _TargetScope(Scope):
    """The names inside a branch of TYPEOF: those of the target alone."""

    def __init__(self, setting: Setting, owner: ObjectType) -> None:
        super().__init__(setting, owner, _selecting((), setting))


def _selecting(paths: Iterable[m.Path], setting: Setting) -> m.Query:
    columns = tuple(m.Column(operand=path, alias=None) for path in paths)
    source = m.From(path=m.Path(parts=("",), at=0), alias=None)
    return m.Query(text=setting.statement, at=0, items=columns, sources=(source,))


def _nothing(owner: ObjectType, row: Row) -> Value:
    return None
