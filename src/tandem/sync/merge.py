"""
The three-way merge of one field: what moved since both sides agreed, and whose value counts.

Each side is compared with its own base, never with the other side: a CRM may store a value its own way.
"""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta, tzinfo
from typing import assert_never

from tandem.model import Field, Fields, Side, TextMark, Value
from tandem.sync.dates import day_of
from tandem.sync.pair import Pair, Presence, Rules
from tandem.sync.policy import ConflictRule

__all__ = [
    "SAME_TIME",
    "Move",
    "has_changed",
    "has_moved",
    "is_same",
    "move_of",
    "source_of",
    "winner_of",
]

SAME_TIME = timedelta(seconds=2)
"""Edits this close together cannot be told apart by two CRMs' clocks."""


class Move(enum.Enum):
    """Which sides of one field say something else than their base."""

    NONE = "none"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    APART = "apart"
    ALIKE = "alike"


def has_changed(base: Value, seen: Value) -> bool:
    """
    Whether one side says something else than its base.

    Marks of a text agree if either half does: the bytes as stored, or what remains without markup.
    """
    if isinstance(base, TextMark) and isinstance(seen, TextMark):
        return base.stored != seen.stored and base.canonical != seen.canonical
    return base != seen


def is_same(field: Field, one: Value, other: Value, zone: tzinfo) -> bool:
    """
    Whether two values of *one* side mean the same.

    As ``has_changed`` says; and due instants agree if they fall on one day, since Salesforce knows only the day.
    """
    if not has_changed(one, other):
        return True
    if field is Field.DUE and isinstance(one, str) and isinstance(other, str):
        day = _day(one, zone)
        return day is not None and day == _day(other, zone)
    return False


def has_moved(field: Field, side: Side, pair: Pair, rules: Rules) -> bool:
    """Whether *side* says something else of *field* than when the two last agreed; a field not told has not."""
    seen, base = pair.seen[side], _base(pair, side)
    if isinstance(seen, Presence) or field not in seen or field not in base:
        return False
    if field is Field.DUE and _stands_for_no_day(side, pair):
        return has_changed(base[field], seen[field])
    return not is_same(field, seen[field], base[field], rules.zone)


def _stands_for_no_day(side: Side, pair: Pair) -> bool:
    """Whether HubSpot's due instant, which it requires, only says that there is no due date."""
    other = _base(pair, side.other)
    return side is Side.HUBSPOT and Field.DUE in other and other[Field.DUE] is None


def move_of(field: Field, pair: Pair, rules: Rules) -> Move:
    """Where *field* moved. Both sides saying the same anew is ALIKE, and asks for no write."""
    hubspot = has_moved(field, Side.HUBSPOT, pair, rules)
    salesforce = has_moved(field, Side.SALESFORCE, pair, rules)
    if hubspot and salesforce:
        return Move.ALIKE if _agree(field, pair, rules) else Move.APART
    if hubspot:
        return Move.HUBSPOT
    return Move.SALESFORCE if salesforce else Move.NONE


def source_of(field: Field, pair: Pair, rules: Rules) -> Side | None:
    """The side whose value *field* should take, or None when there is nothing to write."""
    match move_of(field, pair, rules):
        case Move.NONE | Move.ALIKE:
            return None
        case Move.HUBSPOT:
            source = Side.HUBSPOT
        case Move.SALESFORCE:
            source = Side.SALESFORCE
        case Move.APART:
            source = winner_of(field, pair, rules)
        case never:
            assert_never(never)
    return source if rules.is_written(source.other, field) else None


def winner_of(field: Field, pair: Pair, rules: Rules) -> Side:
    """
    Whose value stays when both sides changed *field*.

    Where only one side is written the other one leads. Otherwise the connection's rule; by the newest
    edit, Salesforce wins what cannot be told apart. What only the clock moved gives way.
    """
    if field in pair.by_clock:
        return Side.SALESFORCE
    if not rules.goes_both_ways(field):
        return Side.HUBSPOT if rules.is_written(Side.SALESFORCE, field) else Side.SALESFORCE
    match rules.conflict_rule:
        case ConflictRule.HUBSPOT:
            return Side.HUBSPOT
        case ConflictRule.SALESFORCE:
            return Side.SALESFORCE
        case ConflictRule.NEWEST:
            hubspot = pair.edited_at.get((Side.HUBSPOT, field))
            salesforce = pair.edited_at.get((Side.SALESFORCE, field))
            if hubspot is None or salesforce is None or hubspot - salesforce <= SAME_TIME:
                return Side.SALESFORCE
            return Side.HUBSPOT
        case never:
            assert_never(never)


def _base(pair: Pair, side: Side) -> Fields:
    return pair.base[side] if pair.base is not None else {}


def _agree(field: Field, pair: Pair, rules: Rules) -> bool:
    hubspot, salesforce = pair.seen[Side.HUBSPOT], pair.seen[Side.SALESFORCE]
    if isinstance(hubspot, Presence) or isinstance(salesforce, Presence):
        return False
    if rules.alike is not None:
        return rules.alike(field, hubspot[field], salesforce[field])
    return is_same(field, hubspot[field], salesforce[field], rules.zone)


def _day(value: str, zone: tzinfo) -> date | None:
    try:
        if len(value) == len("2026-11-01"):
            return date.fromisoformat(value)
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return day_of(instant, zone) if instant.tzinfo is not None else None
