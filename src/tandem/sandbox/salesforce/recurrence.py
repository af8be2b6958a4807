"""Recurring series of tasks: the head says when, an occurrence is made for each day ([task])."""

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.records import Writer
    from tandem.sandbox.salesforce.state import SalesforceState

MOST_OCCURRENCES = 100
"""The most occurrences a series of tasks may have."""

_INSTANCES = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": 5}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def occurrences_of(state: "SalesforceState", head_id: str) -> list[str]:
    """The ids of a series' occurrences."""
    return sorted(state.store.table("Task").holders("RecurrenceActivityId", head_id))


def make_occurrences(writer: "Writer", state: "SalesforceState", head: Row) -> None:
    """Create the occurrences of a head that was just saved."""
    table = state.store.table("Task")
    dropped = {name for name in head if name.startswith("Recurrence")}
    for day in _days(head):
        row = {name: value for name, value in head.items() if name not in dropped}
        row |= {
            "Id": state.make_id(table.sobject),
            "IsRecurrence": False,
            "RecurrenceActivityId": head["Id"],
            "ActivityDate": day.isoformat(),
        }
        for field in state.unique_fields(table.sobject):
            row.pop(field.name, None)
        writer.add(table, row)


def _days(head: Row) -> list[date]:
    start, end = head.get("RecurrenceStartDateOnly"), head.get("RecurrenceEndDateOnly")
    missing = [
        name
        for name in ("RecurrenceStartDateOnly", "RecurrenceEndDateOnly", "RecurrenceType")
        if head.get(name) is None
    ]
    if start is None or end is None or missing:
        raise SalesforceError(
            "REQUIRED_FIELD_MISSING",
            f"Required fields are missing: [{', '.join(missing)}]",
            missing,
        )
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    days = [
        day
        for day in (first + timedelta(days=at) for at in range((last - first).days + 1))
        if _occurs(head, first, day)
    ]
    if not 1 <= len(days) <= MOST_OCCURRENCES:
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION",
            f"A series has 1 to {MOST_OCCURRENCES} occurrences, this one {len(days)}.",
            ["RecurrenceEndDateOnly"],
        )
    return days


def _occurs(head: Row, first: date, day: date) -> bool:
    interval = int(head.get("RecurrenceInterval") or 1)
    months = (day.year - first.year) * 12 + day.month - first.month
    match head["RecurrenceType"]:
        case "RecursDaily":
            return (day - first).days % interval == 0
        case "RecursEveryWeekday":
            return day.weekday() < 5
        case "RecursWeekly":
            weeks = (_sunday(day) - _sunday(first)).days // 7
            return weeks % interval == 0 and _in_mask(head, day)
        case "RecursMonthly":
            return months % interval == 0 and day.day == head.get("RecurrenceDayOfMonth")
        case "RecursMonthlyNth":
            return months % interval == 0 and _is_nth(head, day)
        case "RecursYearly":
            return _is_month(head, day) and day.day == head.get("RecurrenceDayOfMonth")
        case "RecursYearlyNth":
            return _is_month(head, day) and _is_nth(head, day)
    return False


def _sunday(day: date) -> date:
    return day - timedelta(days=(day.weekday() + 1) % 7)


def _in_mask(head: Row, day: date) -> bool:
    """Sunday is 1, Monday 2, Tuesday 4, and so on to Saturday 64 ([task])."""
    return bool(int(head.get("RecurrenceDayOfWeekMask") or 0) & (1 << (day.weekday() + 1) % 7))


def _is_nth(head: Row, day: date) -> bool:
    wanted = _INSTANCES.get(str(head.get("RecurrenceInstance")), 0)
    is_last = day.day + 7 > monthrange(day.year, day.month)[1]
    nth = (day.day - 1) // 7 + 1
    return _in_mask(head, day) and (is_last if wanted == 5 else nth == wanted)


def _is_month(head: Row, day: date) -> bool:
    return MONTHS[day.month - 1] == head.get("RecurrenceMonthOfYear")
