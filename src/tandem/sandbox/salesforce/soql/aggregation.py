"""GROUP BY, HAVING and aggregate functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.conditions import Conditions, SelectIds, Test
from tandem.sandbox.salesforce.soql.errors import QueryError, invalid_field, located, malformed
from tandem.sandbox.salesforce.soql.functions import NUMBERS, formatted
from tandem.sandbox.salesforce.soql.ordering import ordered, sort_keys
from tandem.sandbox.salesforce.soql.source import Row, Value, text_key
from tandem.sandbox.salesforce.soql.terms import Read, Scope, Term
from tandem.sandbox.salesforce.soql.wanted import TEXTS

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})

_UNCOMPARED = frozenset({"boolean", "multipicklist", "address", "location"})


def is_aggregate(query: m.Query) -> bool:
    """Whether the statement answers with groups rather than records."""
    return query.group_by is not None or any(
        isinstance(item, m.Column) and _has_aggregate(item.operand) for item in query.items
    )


def _has_aggregate(operand: m.Operand | m.Literal) -> bool:
    if not isinstance(operand, m.Call):
        return False
    return operand.name.upper() in AGGREGATES or any(map(_has_aggregate, operand.arguments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows with equal values; *grouped* tells which of the values are real, not a subtotal's null."""

    values: tuple[Value, ...]
    rows: Sequence[Row]
    grouped: tuple[bool, ...]


class Aggregation:
    """The compiled SELECT of groups."""

    def __init__(self, scope: Scope, query: m.Query, select_ids: SelectIds) -> None:
        self._scope = scope
        self._statement = scope.setting.statement
        self._query = query
        operands = query.group_by.operands if query.group_by else ()
        self._grouped = [self._groupable(operand) for operand in operands]
        self._columns = self._output()
        self.columns = [name for name, _ in self._columns]
        conditions = Conditions(scope.setting, self.term, select_ids)
        self._having: Test | None = None
        if query.having is not None:
            self._having = conditions.filter(query.having).test
        self._keys = sort_keys(query.order_by, self._order_term, scope.setting)

    def records(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """One record per group, ordered and limited; without GROUP BY always exactly one."""
        groups: Iterable[Group] = self._groups(list(rows))
        if self._having is not None:
            groups = filter(self._having, groups)
        found = ordered(groups, self._keys, None)
        start = self._query.offset or 0
        end = None if self._query.limit is None else start + self._query.limit
        return [self._record(group) for group in found[start:end]]

    def _record(self, group: Group) -> dict[str, Any]:
        record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        for name, read in self._columns:
            record[name] = read(group)
        return record

    def _groups(self, rows: list[Row]) -> list[Group]:
        if self._query.group_by is None:
            return [Group(values=(), rows=rows, grouped=())]
        return [
            group
            for active in _grouping_sets(self._query.group_by.kind, len(self._grouped))
            for group in self._grouped_by(rows, active)
        ]

    def _grouped_by(self, rows: list[Row], active: tuple[bool, ...]) -> list[Group]:
        members: dict[tuple[Any, ...], list[Row]] = {}
        spelled: dict[tuple[Any, ...], tuple[Value, ...]] = {}
        for row in rows:
            values = tuple(
                term.read(row) if used else None
                for term, used in zip(self._grouped, active, strict=True)
            )
            key = tuple(text_key(value) if isinstance(value, str) else value for value in values)
            spelled.setdefault(key, values)
            members.setdefault(key, []).append(row)
        return [
            Group(values=spelled[key], rows=found, grouped=active) for key, found in members.items()
        ]

    def _groupable(self, operand: m.Operand) -> Term:
        term = self._scope.term(operand)
        plain = isinstance(operand, m.Path) and term.field is not None
        if plain and term.field is not None and not term.field.groupable:
            raise invalid_field(
                self._statement,
                term.at,
                f"field '{term.label}' can not be grouped in a query call",
            )
        return term

    def _output(self) -> list[tuple[str, Read]]:
        columns: list[tuple[str, Read]] = []
        unnamed = 0
        for item in self._query.items:
            if not isinstance(item, m.Column):
                raise malformed(self._statement, item.at, "a grouped query selects fields only")
            term = self.term(item.operand)
            name = item.alias
            if name is None and isinstance(item.operand, m.Path):
                name = term.label
            if name is None:
                name = f"expr{unnamed}"
                unnamed += 1
            if name in dict(columns):
                raise malformed(self._statement, item.operand.at, f"duplicate alias: {name}")
            columns.append((name, term.read))
        return columns

    def _order_term(self, operand: m.Operand) -> Term:
        return self.term(operand, "Ordered field must be grouped or aggregated")

    def term(
        self, operand: m.Operand, complaint: str = "Field must be grouped or aggregated"
    ) -> Term:
        """An operand as it reads from a group."""
        if isinstance(operand, m.Call):
            name = operand.name.upper()
            if name in AGGREGATES:
                return self._aggregate(operand, name)
            if name == "GROUPING":
                return self._grouping(operand)
            if name == "FORMAT":
                return self._formatted(operand)
        inner = self._scope.term(operand)
        place = self._place_of(inner)
        if place is not None:
            return _reading(inner, lambda group: group.values[place])
        text = f"{complaint}: {inner.label}"
        raise QueryError("MALFORMED_QUERY", located(self._statement, inner.at, text))

    def _place_of(self, term: Term) -> int | None:
        """Which of the grouped fields this is."""
        for place, grouped in enumerate(self._grouped):
            if grouped.signature == term.signature:
                return place
        return None

    def _aggregate(self, call: m.Call, name: str) -> Term:
        if name == "COUNT" and not call.arguments:
            return _counted(call, lambda group: len(group.rows))
        argument = call.arguments[0]
        if len(call.arguments) != 1 or not isinstance(argument, m.Path):
            raise malformed(self._statement, call.at, f"unexpected token: '{call.name}'")
        inner = self._scope.term(argument)
        read = inner.read
        if name == "COUNT":
            return _counted(call, lambda group: len(_values(group, read)))
        if name == "COUNT_DISTINCT":
            return _counted(call, lambda group: len({_key(one) for one in _values(group, read)}))
        self._check_supported(inner, name, call)
        compute = _FUNCTIONS[name]
        kind = "double" if name in ("SUM", "AVG") else inner.type
        folded = name in ("MIN", "MAX") and inner.type in TEXTS
        return Term(
            label=call.text,
            signature=call.text,
            type=inner.type if inner.type == "currency" else kind,
            read=lambda group: compute(_values(group, read), _key if folded else None),
            at=call.at,
        )

    def _check_supported(self, inner: Term, name: str, call: m.Call) -> None:
        numeric = name in ("SUM", "AVG")
        long_text = inner.field is not None and not inner.field.filterable
        if (numeric and inner.type not in NUMBERS) or inner.type in _UNCOMPARED or long_text:
            text = f"field {inner.label} does not support aggregate operator {name}"
            raise invalid_field(self._statement, call.at, text)

    def _grouping(self, call: m.Call) -> Term:
        """``GROUPING(f)`` is 1 on rows where *f* is summed over [soql-rollup]."""
        plain = self._query.group_by is None or self._query.group_by.kind is m.GroupKind.PLAIN
        argument = call.arguments[0] if len(call.arguments) == 1 else None
        if plain or not isinstance(argument, m.Path):
            raise malformed(self._statement, call.at, f"unexpected token: '{call.name}'")
        wanted = self._scope.term(argument)
        place = self._place_of(wanted)
        if place is None:
            text = f"Field must be grouped or aggregated: {wanted.label}"
            raise malformed(self._statement, call.at, text)
        return _counted(call, lambda group: 0 if group.grouped[place] else 1)

    def _formatted(self, call: m.Call) -> Term:
        argument = call.arguments[0] if len(call.arguments) == 1 else None
        if argument is None or isinstance(argument, m.Literal):
            raise malformed(self._statement, call.at, f"unexpected token: '{call.name}'")
        inner = self.term(argument)
        zone, read = self._scope.setting.source.zone, inner.read
        return Term(
            label=call.text,
            signature=f"FORMAT({inner.signature})",
            type="string",
            read=lambda group: formatted(read(group), inner.type, zone),
            at=call.at,
        )


def _reading(inner: Term, read: Read) -> Term:
    return Term(
        label=inner.label,
        signature=inner.signature,
        type=inner.type,
        read=read,
        at=inner.at,
        field=inner.field,
        hops=inner.hops,
    )


def _counted(call: m.Call, read: Read) -> Term:
    return Term(label=call.text, signature=call.text, type="int", read=read, at=call.at)


def _values(group: Group, read: Read) -> list[Any]:
    return [value for row in group.rows if (value := read(row)) is not None]


def _key(value: Any) -> Any:
    return text_key(value) if isinstance(value, str) else value


_Compute = Callable[[list[Any], Callable[[Any], Any] | None], Value]

_FUNCTIONS: dict[str, _Compute] = {
    "SUM": lambda values, _: sum(values) if values else None,
    "AVG": lambda values, _: sum(values) / len(values) if values else None,
    "MIN": lambda values, key: min(values, key=key, default=None),
    "MAX": lambda values, key: max(values, key=key, default=None),
}


def _grouping_sets(kind: m.GroupKind, count: int) -> list[tuple[bool, ...]]:
    """Which of the fields are grouped by, from all of them to none."""
    match kind:
        case m.GroupKind.PLAIN:
            chosen = [range(count)]
        case m.GroupKind.ROLLUP:
            chosen = [range(size) for size in range(count, -1, -1)]
        case m.GroupKind.CUBE:
            return [
                tuple(place in some for place in range(count))
                for size in range(count, -1, -1)
                for some in combinations(range(count), size)
            ]
    return [tuple(place in some for place in range(count)) for some in chosen]
