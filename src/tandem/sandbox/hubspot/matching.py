"""Whether a record matches one filter of a search [D-search]."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.hubspot.computed import is_derived
from tandem.sandbox.hubspot.crm import Crm
from tandem.sandbox.hubspot.definitions import Definition
from tandem.sandbox.hubspot.errors import invalid
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.hubspot.values import instant_ms, is_whole

ASSOCIATED = "associations."
"""What a filter on associated records begins with: `associations.contact`."""

Test = Callable[[Record], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition, with values already in the property's terms."""

    name: str
    operator: str
    value: str
    high: str
    values: frozenset[str]


def test_of(crm: Crm, kind: str, each: Filter) -> Test:
    if each.name.startswith(ASSOCIATED):
        return _association_test(crm, kind, each)
    """A test for records of a kind; 400 where the filter's value does not suit its property."""
    definition = crm.definition(kind, each.name)
    assert definition is not None
    read = _reader(crm, kind, each.name)
    match each.operator:
        case "HAS_PROPERTY":
            return lambda record: read(record) is not None
        case "NOT_HAS_PROPERTY":
            return lambda record: read(record) is None
        case "CONTAINS_TOKEN":
            return _token_test(read, each.value, wanted=True)
        case "NOT_CONTAINS_TOKEN":
            return _token_test(read, each.value, wanted=False)
        case "IN" | "NOT_IN":
            return _membership_test(definition, read, each)
        case _:
            stamped = _stamped(crm, kind, each.name)
            return _comparison_test(definition, read, each, stamped)


def _reader(crm: Crm, kind: str, name: str) -> Callable[[Record], str | None]:
    if is_derived(kind, name):
        return lambda record: crm.read(kind, record, name)
    return lambda record: record.values.get(name)


def _stamped(crm: Crm, kind: str, name: str) -> Callable[[Record], int] | None:
    """The quick way to the two dates that every record has."""
    declared = crm.tables[kind].kind
    if name == declared.modified_name:
        return lambda record: record.updated
    if name == declared.created_name and kind != "deals":
        return lambda record: record.created
    return None


def _association_test(crm: Crm, kind: str, each: Filter) -> Test:
    target = kind_named(each.name.removeprefix(ASSOCIATED)).name
    wanted = each.values or {each.value}
    ids = {int(value) for value in wanted if is_whole(value)}

    def is_there(record: Record) -> bool:
        present = crm.associations.targets(kind, record.id, target)
        match each.operator:
            case "HAS_PROPERTY":
                return bool(present)
            case "NOT_HAS_PROPERTY":
                return not present
            case "NEQ" | "NOT_IN":
                return not any(found in ids for found in present)
            case _:
                return any(found in ids for found in present)

    return is_there


def _membership_test(
    definition: Definition, read: Callable[[Record], str | None], each: Filter
) -> Test:
    # Values of IN must be given in lower case for strings; enumerations are compared as they are.
    folds = definition.type == "string"
    wanted = each.operator == "IN"

    def is_in(record: Record) -> bool:
        value = read(record)
        if value is None:
            return not wanted
        parts = value.split(";") if definition.takes_several else [value]
        return any((part.lower() if folds else part) in each.values for part in parts) is wanted

    return is_in


def _comparison_test(
    definition: Definition,
    read: Callable[[Record], str | None],
    each: Filter,
    stamped: Callable[[Record], int] | None,
) -> Test:
    key = comparison_key(definition)
    low, high = key(each.value), key(each.high) if each.operator == "BETWEEN" else None
    if low is None or (each.operator == "BETWEEN" and high is None):
        raise invalid(f"Invalid value {each.value!r} for property {definition.name}")
    compare = _COMPARISONS[each.operator]
    if stamped is not None:
        return lambda record: compare(stamped(record), low, high)

    if each.operator == "EQ" and definition.type in ("enumeration", "bool"):
        return lambda record: read(record) == low

    def holds(record: Record) -> bool:
        value = read(record)
        present = None if value is None else key(value)
        if present is None:
            return each.operator == "NEQ"
        return compare(present, low, high)

    return holds


_COMPARISONS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "LT": lambda value, low, _high: value < low,
    "LTE": lambda value, low, _high: value <= low,
    "GT": lambda value, low, _high: value > low,
    "GTE": lambda value, low, _high: value >= low,
    "EQ": lambda value, low, _high: value == low,
    "NEQ": lambda value, low, _high: value != low,
    "BETWEEN": lambda value, low, high: low <= value <= high,
}


def comparison_key(definition: Definition) -> Callable[[str], Any]:
    match definition.type:
        case "number":
            return _as_number
        case "datetime" | "date":
            return instant_ms
        case "enumeration" | "bool":
            return lambda text: text
        case _:
            return str.lower


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _token_test(read: Callable[[Record], str | None], value: str, *, wanted: bool) -> Test:
    """Whole words; a leading or trailing `*` stands for the rest of a word."""
    words = [word for word in value.lower().split() if word]
    patterns = [
        re.compile(
            "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", word))
        )
        for word in words
    ]

    def holds(record: Record) -> bool:
        words_there = tokens(read(record) or "")
        whole = (read(record) or "").lower()
        found = all(
            pattern.fullmatch(whole) or any(pattern.fullmatch(token) for token in words_there)
            for pattern in patterns
        )
        return found is wanted

    return holds


def mentions(crm: Crm, kind: str, record: Record, names: tuple[str, ...], words: list[str]) -> bool:
    text = " ".join((crm.read(kind, record, name) or "") for name in names).lower()
    return all(word in text for word in words)


def tokens(text: str) -> list[str]:
    return list(re.findall(r"\w+", text.lower()))
