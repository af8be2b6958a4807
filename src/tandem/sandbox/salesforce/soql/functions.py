"""Date functions, and how FORMAT writes a value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo

from tandem.sandbox.salesforce.soql.source import Value

NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})


def moment_of(value: str, zone: tzinfo) -> datetime:
    """A stored instant on the clocks of *zone*."""
    return datetime.fromisoformat(f"{value[:19]}+00:00").astimezone(zone)


def _quarter(day: date) -> int:
    return (day.month - 1) // 3 + 1


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


# The fiscal year of this organisation is the calendar year, the platform's default.
DAY_FUNCTIONS: dict[str, Callable[[date], int]] = {
    "CALENDAR_MONTH": lambda day: day.month,
    "CALENDAR_QUARTER": _quarter,
    "CALENDAR_YEAR": lambda day: day.year,
    "DAY_IN_MONTH": lambda day: day.day,
    "DAY_IN_WEEK": lambda day: day.isoweekday() % 7 + 1,
    "DAY_IN_YEAR": _day_of_year,
    "FISCAL_MONTH": lambda day: day.month,
    "FISCAL_QUARTER": _quarter,
    "FISCAL_YEAR": lambda day: day.year,
    "WEEK_IN_MONTH": lambda day: (day.day - 1) // 7 + 1,
    "WEEK_IN_YEAR": lambda day: (_day_of_year(day) - 1) // 7 + 1,
}
"""Functions of a date or datetime, with their results as [soql-datefunctions] numbers them."""

CLOCK_FUNCTIONS = frozenset({"HOUR_IN_DAY", "DAY_ONLY"})
"""Functions of a datetime only."""


def date_function(name: str, kind: str, zone: tzinfo) -> Callable[[Value], Value]:
    """The function *name* of a value of describe type *kind*; null stays null."""
    if name == "DAY_ONLY":
        return lambda value: (
            moment_of(value, zone).date().isoformat() if isinstance(value, str) else None
        )
    if name == "HOUR_IN_DAY":
        return lambda value: moment_of(value, zone).hour if isinstance(value, str) else None
    count = DAY_FUNCTIONS[name]
    if kind == "date":
        return lambda value: count(date.fromisoformat(value)) if isinstance(value, str) else None
    return lambda value: count(moment_of(value, zone)) if isinstance(value, str) else None


def formatted(value: Value, kind: str, zone: tzinfo) -> Value:
    """A value as FORMAT shows it to a user of the locale en_US [soql-format]."""
    if isinstance(value, str) and kind == "date":
        day = date.fromisoformat(value)
        return f"{day.month}/{day.day}/{day.year}"
    if isinstance(value, str) and kind == "datetime":
        moment = moment_of(value, zone)
        hour = (moment.hour + 11) % 12 + 1
        half = "AM" if moment.hour < 12 else "PM"
        return f"{moment.month}/{moment.day}/{moment.year}, {hour}:{moment.minute:02d} {half}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if kind == "currency":
            return f"USD {value:,.2f}"
        return f"{value:,}"
    return value
