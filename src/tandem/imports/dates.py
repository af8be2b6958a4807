"""
Days as exports write them.

The API writes ISO dates; a report writes the reader's locale: 11/23/2026, 23/11/2026, 23.11.2026, 2026/11/23,
2026年11月23日. Points are used by locales that put the day first, a leading year settles the rest; only of
slashes and hyphens the file as a whole must tell whether day or month comes first.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

__all__ = ["DateOrder", "Reading", "day_in", "reading_of"]


class DateOrder(enum.StrEnum):
    """What a day like 05/06/2026 begins with; ``ymd`` says that the file has none such."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell may mean: the same day twice unless the order of day and month decides. None: no such day."""

    day_first: date | None
    month_first: date | None

    @property
    def proves(self) -> DateOrder | None:
        """The order that this one cell proves, if it does."""
        if self.day_first is not None and self.month_first is None:
            return DateOrder.DMY
        if self.month_first is not None and self.day_first is None:
            return DateOrder.MDY
        return None

    @property
    def is_open(self) -> bool:
        return self.day_first != self.month_first and self.proves is None


_FIRST_YEAR, _LAST_YEAR = 1700, 4000  # Salesforce holds no date outside of these

_TIME = r"(?:(?:T|,?\s+)(?:午前|午後|[AP]\.?M\.?\s)?\s*\d{1,2}[:.時]\s?\d{1,2}[0-9:.分秒,\sAPMZ+午前後-]{0,24})?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})\s?([-/.])\s?(\d{{1,2}})\s?\2\s?(\d{{1,2}})\.?{_TIME}", re.I)
_KANJI = re.compile(rf"(\d{{4}})年\s?(\d{{1,2}})月\s?(\d{{1,2}})日(?:\s?\(.\))?{_TIME}", re.I)
_POINTS = re.compile(rf"(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?(\d{{4}}){_TIME}", re.I)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.I)


def reading_of(cell: str) -> Reading | None:
    """The day or days that *cell* may mean, without its time; None if it is written in no form we know."""
    text = unicodedata.normalize("NFKC", cell).strip()
    if (match := _YEAR_FIRST.fullmatch(text)) is not None:
        return _certain(match[1], match[3], match[4])
    if (match := _KANJI.fullmatch(text)) is not None:
        return _certain(match[1], match[2], match[3])
    if (match := _POINTS.fullmatch(text)) is not None:
        return _certain(match[3], match[2], match[1])
    if (match := _YEAR_LAST.fullmatch(text)) is not None:
        return Reading(_day(match[4], match[3], match[1]), _day(match[4], match[1], match[3]))
    return None


def day_in(cell: str, order: DateOrder) -> date | None:
    """The day that *cell* means in a file of this *order*; None where it means none."""
    reading = reading_of(cell)
    if reading is None:
        return None
    match order:
        case DateOrder.DMY:
            return reading.day_first
        case DateOrder.MDY:
            return reading.month_first
        case DateOrder.YMD:
            return reading.day_first if reading.day_first == reading.month_first else None


def _certain(year: str, month: str, day: str) -> Reading:
    found = _day(year, month, day)
    return Reading(found, found)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None
