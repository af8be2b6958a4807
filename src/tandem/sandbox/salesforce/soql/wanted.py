"""The value a condition compares with, checked against the type of what it is compared to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.errors import (
    QueryError,
    invalid_field,
    located,
    malformed,
    not_simulated,
)
from tandem.sandbox.salesforce.soql.functions import NUMBERS
from tandem.sandbox.salesforce.soql.literals import (
    BadDate,
    BadEscape,
    instant_text,
    midnight,
    read_day,
    read_instant,
    relative_days,
    string_value,
)
from tandem.sandbox.salesforce.soql.terms import Setting, Term

IDS = frozenset({"id", "reference"})
TEXTS = frozenset(
    {"string", "textarea", "picklist", "combobox", "email", "phone", "url", "encryptedstring"}
)

# How messages name a type, and whether its values stand in quotes.
_NAMED = {
    "datetime": ("dateTime", False),
    "date": ("date", False),
    "time": ("time", False),
    "boolean": ("boolean", False),
    "int": ("int", False),
    "long": ("long", False),
    "id": ("ID", True),
    "reference": ("reference", True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of days as row values: *first* belongs to it, *after* does not."""

    first: str
    after: str


Single: TypeAlias = str | int | float | bool | None
Wanted: TypeAlias = Single | Span


def wanted(literal: m.Literal, term: Term, setting: Setting) -> Wanted:
    """The literal in the form rows hold it; an empty string is null."""
    kind = m.LiteralKind
    try:
        match literal.kind:
            case kind.NULL:
                return None
            case kind.STRING if term.type in IDS:
                return _id(literal, setting)
            case kind.STRING if term.type in TEXTS or term.type == "multipicklist":
                return string_value(literal.text) or None
            case kind.NUMBER if term.type in NUMBERS:
                return _number(literal.text)
            case kind.BOOLEAN if term.type == "boolean":
                return literal.text.lower() == "true"
            case kind.DATE if term.type == "date":
                return read_day(literal.text).isoformat()
            case kind.DATETIME if term.type == "datetime":
                return instant_text(read_instant(literal.text))
            case kind.TIME if term.type == "time":
                return literal.text
            case kind.DATE_LITERAL if term.type in ("date", "datetime"):
                return _span(literal, term, setting)
            case kind.CURRENCY if term.type == "currency":
                raise not_simulated(setting.statement, literal.at, "a currency literal")
    except BadEscape as escape:
        raise malformed(
            setting.statement,
            literal.at,
            f"Invalid string literal {literal.text}. Illegal character sequence '{escape}' in string literal.",
        ) from None
    except BadDate as bad:
        raise malformed(setting.statement, literal.at, f"Invalid date: {bad}") from None
    raise _mismatch(term, setting)


def _id(literal: m.Literal, setting: Setting) -> str | None:
    text = string_value(literal.text)
    if not text:
        return None
    if not is_id(text):
        raise QueryError(
            "INVALID_QUERY_FILTER_OPERATOR",
            located(setting.statement, literal.at, f"invalid ID field: {text}"),
        )
    return id18(text)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _span(literal: m.Literal, term: Term, setting: Setting) -> Span:
    days = relative_days(literal.text, today=setting.today)
    if term.type == "date":
        return Span(first=days.first.isoformat(), after=days.after.isoformat())
    zone = setting.source.zone
    return Span(first=midnight(days.first, zone), after=midnight(days.after, zone))


def _mismatch(term: Term, setting: Setting) -> QueryError:
    name, quoted = _NAMED.get(term.type, ("double", False) if term.type in NUMBERS else ("", True))
    how = "should be enclosed" if quoted else "should not be enclosed"
    text = (
        f"value of filter criterion for field '{term.label}' must be of type "
        f"{name or 'string'} and {how} in quotes"
    )
    return invalid_field(setting.statement, term.at, text)


def following(value: str, kind: str) -> str:
    """The next value after *value* of a date or datetime, to turn an included end into an excluded one."""
    if kind == "date":
        return (read_day(value) + timedelta(days=1)).isoformat()
    return instant_text(read_instant(value) + timedelta(milliseconds=1))
