"""ORDER BY."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.errors import invalid_field
from tandem.sandbox.salesforce.soql.terms import Setting, Term
from tandem.sandbox.salesforce.soql.wanted import TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    key: Callable[[Any], tuple[int, Any]]
    descending: bool


def sort_keys(
    orders: Sequence[m.Order], term: Callable[[m.Operand], Term], setting: Setting
) -> tuple[SortKey, ...]:
    """Text sorts without regard to case, picklists in the administrator's order [soql-order]."""
    return tuple(_sort_key(order, term(order.operand), setting) for order in orders)


def _sort_key(order: m.Order, term: Term, setting: Setting) -> SortKey:
    if term.field is not None and not term.field.sortable:
        raise invalid_field(
            setting.statement,
            term.at,
            f"field '{term.label}' can not be sorted in a query call",
        )
    nulls_first = order.nulls_first
    if nulls_first is None:
        nulls_first = not order.descending or setting.rules.nulls_first_when_descending
    null_rank = 0 if nulls_first != order.descending else 2
    read, comparable = term.read, _comparable(term)

    def key(row: Any) -> tuple[int, Any]:
        value = read(row)
        return (null_rank, "") if value is None else (1, comparable(value))

    return SortKey(key=key, descending=order.descending)


def _comparable(term: Term) -> Callable[[Any], Any]:
    if term.type == "picklist" and term.field is not None and term.field.picklist:
        places = {value: place for place, (value, _) in enumerate(term.field.picklist)}
        beyond = len(places)
        return lambda value: (places.get(value, beyond), str(value).upper())
    if term.type in TEXTS:
        return lambda value: value.upper()
    return lambda value: value


def ordered(rows: Iterable[Any], keys: Sequence[SortKey], at_most: int | None) -> list[Any]:
    """The rows in order; the first *at_most* of them if that is given."""
    if not keys:
        return list(rows)
    if at_most is not None and len({one.descending for one in keys}) == 1:
        pick = heapq.nlargest if keys[0].descending else heapq.nsmallest
        return pick(at_most, rows, key=lambda row: tuple(one.key(row) for one in keys))
    found = list(rows)
    for one in reversed(keys):
        found.sort(key=one.key, reverse=one.descending)
    return found
