"""Days in reports: relative ranges, and the periods by which rows are grouped."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tandem.sandbox.salesforce.soql.literals import BadDate, Days, relative_days

CUSTOM = "CUSTOM"

DURATION_GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Calendar Year",
        (
            ("THIS_YEAR", "Current CY"),
            ("LAST_YEAR", "Previous CY"),
            ("NEXT_YEAR", "Next CY"),
        ),
    ),
    (
        "Calendar Quarter",
        (
            ("THIS_QUARTER", "Current CQ"),
            ("LAST_QUARTER", "Previous CQ"),
            ("NEXT_QUARTER", "Next CQ"),
        ),
    ),
    (
        "Calendar Month",
        (
            ("THIS_MONTH", "This Month"),
            ("LAST_MONTH", "Last Month"),
            ("NEXT_MONTH", "Next Month"),
        ),
    ),
    (
        "Calendar Week",
        (("THIS_WEEK", "This Week"), ("LAST_WEEK", "Last Week"), ("NEXT_WEEK", "Next Week")),
    ),
    (
        "Fiscal Year",
        (
            ("THIS_FISCAL_YEAR", "Current FY"),
            ("LAST_FISCAL_YEAR", "Previous FY"),
            ("NEXT_FISCAL_YEAR", "Next FY"),
        ),
    ),
    (
        "Fiscal Quarter",
        (
            ("THIS_FISCAL_QUARTER", "Current FQ"),
            ("LAST_FISCAL_QUARTER", "Previous FQ"),
            ("NEXT_FISCAL_QUARTER", "Next FQ"),
        ),
    ),
    (
        "Day",
        (
            ("YESTERDAY", "Yesterday"),
            ("TODAY", "Today"),
            ("TOMORROW", "Tomorrow"),
            *((f"LAST_N_DAYS:{n}", f"Last {n} Days") for n in (7, 30, 60, 90, 120)),
            *((f"NEXT_N_DAYS:{n}", f"Next {n} Days") for n in (7, 30, 60, 90, 120)),
        ),
    ),
)
"""The named ranges of a report's date filter; labels as in the report builder ([rep-type])."""

_UNIT = "(?:DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)"
_RELATIVE = re.compile(
    rf"YESTERDAY|TODAY|TOMORROW|(?:THIS|LAST|NEXT)_{_UNIT}|(?:LAST|NEXT)_N_{_UNIT}S:\d{{1,5}}"
    rf"|N_{_UNIT}S_AGO:\d{{1,5}}"
)
_COUNTED = re.compile(rf"(LAST|NEXT)_(\d{{1,5}})_({_UNIT}S?)")
_AGO = re.compile(rf"(\d{{1,5}})_({_UNIT}S?)_AGO")


def relative(text: str, today: date) -> Days | None:
    """The days of `LAST_N_DAYS:7`, `LAST 7 DAYS` or `THIS MONTH`; None if it is no such range."""
    word = re.sub(r"\s+", "_", text.strip().upper())
    if counted := _COUNTED.fullmatch(word):
        word = f"{counted[1]}_N_{counted[3].rstrip('S')}S:{counted[2]}"
    elif ago := _AGO.fullmatch(word):
        word = f"N_{ago[2].rstrip('S')}S_AGO:{ago[1]}"
    if not _RELATIVE.fullmatch(word):
        return None
    try:
        return relative_days(word, today=today)
    except BadDate:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granularity:
    """A period to group by: its API name ([rep-metadata], enumeration UserDateGranularity) and label."""

    value: str
    label: str
    first: Callable[[date, int], str]


def _month(day: date) -> date:
    return day.replace(day=1)


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def week_of(day: date, starts_on: int) -> date:
    """The first day of the week; weeks start on Sunday (6) or Monday (0), by the user's locale."""
    return date.fromordinal(max(day.toordinal() - (day.weekday() - starts_on) % 7, 1))


GRANULARITIES = {
    one.value: one
    for one in (
        Granularity(value="Day", label="Day", first=lambda day, _: day.isoformat()),
        Granularity(
            value="Week",
            label="Calendar Week",
            first=lambda day, starts: week_of(day, starts).isoformat(),
        ),
        Granularity(
            value="Month", label="Calendar Month", first=lambda day, _: _month(day).isoformat()
        ),
        Granularity(
            value="Quarter",
            label="Calendar Quarter",
            first=lambda day, _: _quarter(day).isoformat(),
        ),
        Granularity(
            value="Year", label="Calendar Year", first=lambda day, _: f"{day.year:04}-01-01"
        ),
        Granularity(
            value="FiscalQuarter",
            label="Fiscal Quarter",
            first=lambda day, _: _quarter(day).isoformat(),
        ),
        Granularity(
            value="FiscalYear", label="Fiscal Year", first=lambda day, _: f"{day.year:04}-01-01"
        ),
        Granularity(
            value="MonthInYear",
            label="Calendar Month in Year",
            first=lambda day, _: f"{day.month:02}",
        ),
        Granularity(
            value="DayInMonth", label="Calendar Day in Month", first=lambda day, _: f"{day.day:02}"
        ),
    )
}
"""Fiscal years are calendar years here, the platform's default."""
