"""Filters on columns: what an operator makes of a column's value and the text to compare with ([rep-metadata])."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from tandem.sandbox.salesforce.analytics.columns import DAYS, NUMBERS, Column
from tandem.sandbox.salesforce.analytics.dates import relative
from tandem.sandbox.salesforce.analytics.labels import Labels
from tandem.sandbox.salesforce.analytics.lines import Line
from tandem.sandbox.salesforce.analytics.refusals import bad_request
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import is_id
from tandem.sandbox.salesforce.wire import instant_from, to_wire

MOST_FILTERS = 20
OPERATORS = {
    "equals": "equals",
    "notEqual": "not equal to",
    "lessThan": "less than",
    "greaterThan": "greater than",
    "lessOrEqual": "less or equal",
    "greaterOrEqual": "greater or equal",
    "contains": "contains",
    "notContain": "does not contain",
    "startsWith": "starts with",
    "includes": "includes",
    "excludes": "excludes",
}
_EQUAL = ("equals", "notEqual")
_ORDERED = (*_EQUAL, "lessThan", "greaterThan", "lessOrEqual", "greaterOrEqual")
_TEXT = (*_ORDERED, "contains", "notContain", "startsWith")
OPERATORS_OF: dict[str, tuple[str, ...]] = {
    "boolean": _EQUAL,
    "multipicklist": (*_EQUAL, "includes", "excludes"),
    **dict.fromkeys(("date", "datetime", "int", "double", "currency", "percent"), _ORDERED),
    **dict.fromkeys(
        ("string", "picklist", "id", "email", "phone", "url", "textarea", "combobox"), _TEXT
    ),
}
"""The operators of each data type, as `dataTypeFilterOperatorMap` lists them; inferred from the filter editor."""

_NEGATIVE = {"notEqual": "equals", "notContain": "contains", "excludes": "includes"}
_TRUE, _FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
_LOCAL_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

Test: TypeAlias = Callable[[Line], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a date in a filter stands for: texts that order as time does, from *low* until before *after*."""

    low: str
    after: str


def values_in(text: str) -> list[str]:
    """The alternatives of a filter value: commas part them, quotes keep a comma ([rep-metadata] `"100,000"`)."""
    if not text.strip():
        return [""]
    try:
        return [one.strip() for one in next(csv.reader([text], skipinitialspace=True))]
    except csv.Error as error:
        raise bad_request(f"The filter value {text} is invalid.") from error


def condition(column: Column, operator: str, value: str, labels: Labels) -> Test:
    """A test of lines; refused where the operator does not suit the column or the value its type."""
    if operator not in OPERATORS_OF.get(column.data_type, _EQUAL):
        raise bad_request(f"Specify a valid condition because {operator} is invalid.")
    plain = _NEGATIVE.get(operator, operator)
    tests = [_single(column, plain, one, labels) for one in values_in(value)]
    if plain != operator:
        return lambda line: not any(test(line) for test in tests)
    return tests[0] if len(tests) == 1 else lambda line: any(test(line) for test in tests)


def field_condition(left: Column, operator: str, right: Column) -> Test:
    """A comparison of two columns of one row; a missing value is never less or greater."""
    if operator not in _ORDERED:
        raise bad_request(f"Specify a valid condition because {operator} is invalid.")
    same = left.data_type == right.data_type or {left.data_type, right.data_type} <= NUMBERS
    if not same:
        raise bad_request(f"Specify a valid filterable column because {right.name} is invalid.")

    def test(line: Line) -> bool:
        first, second = _key(left, line.raw(left)), _key(right, line.raw(right))
        if operator in _EQUAL:
            return (first == second) is (operator == "equals")
        return first is not None and second is not None and _compares(operator, first, second)

    return test


def _single(column: Column, operator: str, value: str, labels: Labels) -> Test:
    if value == "" and operator in ("equals", "includes"):
        return lambda line: line.raw(column) in (None, "")
    if column.data_type in DAYS:
        return _day_test(column, operator, bound_of(column, value, labels))
    if column.data_type == "boolean":
        wanted = _boolean(value)
        return lambda line: bool(line.raw(column)) is wanted
    if column.data_type in NUMBERS:
        return _number_test(column, operator, value)
    if column.data_type == "multipicklist":
        return _includes(column, operator, value)
    return _text_test(column, operator, value)


def _text_test(column: Column, operator: str, value: str) -> Test:
    if column.data_type == "id" and operator == "equals":
        return _id_test(column, value)
    wanted = _spellings(column, value)

    def test(line: Line) -> bool:
        raw = line.raw(column)
        if raw is None:
            return False
        text = str(raw).casefold()
        match operator:
            case "equals":
                return text in wanted
            case "contains":
                return any(one in text for one in wanted)
            case "startsWith":
                return text.startswith(wanted)
        return _compares(operator, text, wanted[0])

    return test


def _spellings(column: Column, value: str) -> tuple[str, ...]:
    """A picklist can be filtered by value or by label; case does not count."""
    labelled = [one["name"] for one in column.filter_values if one["label"] == value]
    return tuple(one.casefold() for one in (value, *labelled))


def _id_test(column: Column, value: str) -> Test:
    if not is_id(value):
        raise bad_request(
            f"The filter value for ID {value} is incorrect. Specify an ID that is 15 or 18 "
            "characters long, such as 006D000000CrRLw or 005U0000000Rg2CIAS."
        )
    return lambda line: str(line.raw(column) or "")[:15] == value[:15]


def _number_test(column: Column, operator: str, value: str) -> Test:
    try:
        wanted = float(value.replace(",", ""))
    except ValueError:
        raise bad_request(f"The filter value {value} of {column.name} is no number.") from None

    def test(line: Line) -> bool:
        raw = line.raw(column)
        if operator == "equals":
            return bool(raw == wanted)
        return raw is not None and _compares(operator, raw, wanted)

    return test


def _includes(column: Column, operator: str, value: str) -> Test:
    wanted = frozenset(one.strip().casefold() for one in value.split(";"))

    def test(line: Line) -> bool:
        chosen = frozenset(str(line.raw(column) or "").casefold().split(";"))
        return chosen == wanted if operator == "equals" else wanted <= chosen

    return test


def _day_test(column: Column, operator: str, bound: Bound) -> Test:
    def test(line: Line) -> bool:
        raw = line.raw(column)
        if raw is None:
            return False
        match operator:
            case "equals":
                return bound.low <= str(raw) < bound.after
            case "lessThan":
                return str(raw) < bound.low
            case "lessOrEqual":
                return str(raw) < bound.after
            case "greaterThan":
                return str(raw) >= bound.after
        return str(raw) >= bound.low

    return test


def bound_of(column: Column, value: str, labels: Labels) -> Bound:
    """The time a filter value means: a day, an instant, or a range like LAST 7 DAYS."""
    days = relative(value, labels.today)
    if days is not None:
        return span(column, days.first, days.after, labels)
    day = _day_in(value)
    if day is not None:
        if day == date.max:
            raise _too_large()
        return span(column, day, day + timedelta(days=1), labels)
    try:
        moment = instant_from(value)
    except ValueError:
        raise bad_request(
            "Filter the date in the correct format. Accepted formats are "
            "yyyy-MM-dd'T'HH:mm:ss'Z' and yyyy-MM-dd."
        ) from None
    if column.data_type == "date":
        local = moment.astimezone(labels.zone).date()
        return span(column, local, local + timedelta(days=1), labels)
    return Bound(low=to_wire(moment), after=to_wire(moment + timedelta(seconds=1)))


def span(column: Column, first: date, after: date, labels: Labels) -> Bound:
    """Whole days of the user's calendar in the form in which the column is stored."""
    if column.data_type == "date":
        return Bound(low=first.isoformat(), after=after.isoformat())
    try:
        begin, end = (
            to_wire(datetime.combine(day, time(), tzinfo=labels.zone)) for day in (first, after)
        )
    except OverflowError:
        raise _too_large() from None
    return Bound(low=begin, after=end)


def _too_large() -> SalesforceError:
    return bad_request("The date formula is too large. Specify a reasonable value.")


def _day_in(value: str) -> date | None:
    """`2026-03-01`, or `3/1/2026` as the guide's example has it."""
    try:
        if local := _LOCAL_DAY.fullmatch(value):
            return date(int(local[3]), int(local[1]), int(local[2]))
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
    except ValueError:
        return None


def _boolean(value: str) -> bool:
    word = value.casefold()
    if word not in _TRUE | _FALSE:
        raise bad_request(f"The filter value {value} is neither True nor False.")
    return word in _TRUE


def _key(column: Column, raw: Any) -> Any:
    if raw is None or column.data_type in NUMBERS | DAYS | {"boolean"}:
        return raw
    return str(raw).casefold()


def _compares(operator: str, first: Any, second: Any) -> bool:
    match operator:
        case "lessThan":
            return bool(first < second)
        case "lessOrEqual":
            return bool(first <= second)
        case "greaterThan":
            return bool(first > second)
    return bool(first >= second)


def described(types: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """`dataTypeFilterOperatorMap` for the given data types."""
    return {
        kind: [{"label": OPERATORS[one], "name": one} for one in OPERATORS_OF[kind]]
        for kind in types
    }
