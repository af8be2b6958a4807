"""What the values in a statement mean: strings and their escapes, instants, and relative dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
# [soql-esc]; "\_" and "\%" belong to LIKE alone.
_ESCAPES = {
    "n": "\n",
    "N": "\n",
    "r": "\r",
    "R": "\r",
    "t": "\t",
    "T": "\t",
    "b": "\b",
    "B": "\b",
    "f": "\f",
    "F": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
}
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)", re.IGNORECASE
)


class BadEscape(Exception):
    """A backslash sequence SOQL does not know; the argument is the sequence."""


class BadDate(Exception):
    """Digits in the form of a date that are none, such as 2026-02-30."""


def string_value(quoted: str) -> str:
    """The text of a quoted string."""

    def plain(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise BadEscape(match.group())
        return _ESCAPES[code]

    return _ESCAPE.sub(plain, quoted[1:-1])


def like_pattern(quoted: str, *, fold: Callable[[str], str]) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression over texts that *fold* has been applied to."""
    parts: list[str] = []
    body = quoted[1:-1]
    at = 0
    while at < len(body):
        escape = _ESCAPE.match(body, at)
        if escape and escape.group(1) in ("_", "%"):
            parts.append(re.escape(escape.group(1)))
            at = escape.end()
        elif escape:
            parts.append(re.escape(fold(string_value(f"'{escape.group()}'"))))
            at = escape.end()
        else:
            parts.append(_LIKE_SIGNS.get(body[at]) or re.escape(fold(body[at])))
            at += 1
    return re.compile("".join(parts), re.DOTALL)


_LIKE_SIGNS = {"%": ".*", "_": "."}


def instant_text(instant: datetime) -> str:
    """An instant as the API writes it, in UTC and milliseconds."""
    moment = instant.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def read_instant(text: str) -> datetime:
    """The instant of a datetime, written in any of the forms clients send [soql-date]."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise BadDate(text)
    day, clock, fraction, offset = match.groups()
    digits = ((fraction or "") + "000000")[:6]
    zone = "+00:00" if offset in "Zz" else offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{digits}{zone}")
    except ValueError:
        raise BadDate(text) from None


def read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDate(text) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days from *first* up to but not including *after*."""

    first: date
    after: date


def relative_days(literal: str, *, today: date) -> Days:
    """
    The days a date literal stands for.

    Weeks begin on Sunday and fiscal years with the calendar year: the platform's defaults.
    LAST_N_DAYS and LAST_90_DAYS end with today; LAST_N_WEEKS and larger units end before the
    present one. [soql-date]
    """
    word, _, count = re.sub(r"\s", "", literal).upper().partition(":")
    number = int(count) if count else 0
    word = word.replace("FISCAL_", "")
    if word in _SINGLE_DAYS:
        first = today + timedelta(days=_SINGLE_DAYS[word])
        return Days(first=first, after=first + timedelta(days=1))
    if word.endswith("_90_DAYS"):
        word, number = word.replace("_90_", "_N_"), 90
    try:
        return _span(word, number, today)
    except (OverflowError, ValueError):
        raise BadDate(literal) from None


_SINGLE_DAYS = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}
_UNITS = {"DAYS": "DAY", "WEEKS": "WEEK", "MONTHS": "MONTH", "QUARTERS": "QUARTER", "YEARS": "YEAR"}


def _span(word: str, number: int, today: date) -> Days:
    direction, _, rest = word.partition("_")
    if direction == "N":
        unit = _UNITS[rest.removesuffix("_AGO")]
        return Days(first=_shift(today, unit, -number), after=_shift(today, unit, 1 - number))
    if not rest.startswith("N_"):
        step = {"LAST": -1, "THIS": 0, "NEXT": 1}[direction]
        return Days(first=_shift(today, rest, step), after=_shift(today, rest, step + 1))
    unit = _UNITS[rest.removeprefix("N_")]
    if direction == "LAST":
        ends = 1 if unit == "DAY" else 0
        return Days(first=_shift(today, unit, -number), after=_shift(today, unit, ends))
    return Days(first=_shift(today, unit, 1), after=_shift(today, unit, number + 1))


def _shift(today: date, unit: str, step: int) -> date:
    """The first day of the unit that lies *step* units from the one that holds *today*."""
    if unit == "DAY":
        return today + timedelta(days=step)
    if unit == "WEEK":
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        return sunday + timedelta(weeks=step)
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    index = today.year * 12 + today.month - 1
    year, month = divmod((index // months + step) * months, 12)
    return date(year, month + 1, 1)


def midnight(day: date, zone: tzinfo) -> str:
    """The instant a day begins in *zone*, as the API writes it."""
    return instant_text(datetime.combine(day, time(), tzinfo=zone))
