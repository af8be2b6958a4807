"""The standard date filter of a report: a column, and the days between which its date lies."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tandem.sandbox.salesforce.analytics.columns import DAYS, Column
from tandem.sandbox.salesforce.analytics.dates import CUSTOM, relative
from tandem.sandbox.salesforce.analytics.filters import Test, bound_of, span
from tandem.sandbox.salesforce.analytics.labels import Labels
from tandem.sandbox.salesforce.analytics.lines import Line
from tandem.sandbox.salesforce.analytics.refusals import bad_request
from tandem.sandbox.salesforce.errors import SalesforceError


def date_range(
    columns: Mapping[str, Column], given: Any, labels: Labels
) -> tuple[Test | None, dict[str, Any] | None]:
    """The test of the standard date filter, and the filter with the days its duration means now."""
    if given is None:
        return None, None
    name = given.get("column")
    column = columns.get(str(name))
    if column is None:
        raise bad_request(f"The column {name} specified for the standard date filter is invalid.")
    if column.data_type not in DAYS:
        raise bad_request(
            f"The column {name} cannot be a standard date filter because it is not a date column."
        )
    duration = given.get("durationValue") or CUSTOM
    if duration != CUSTOM:
        days = relative(str(duration), labels.today)
        if days is None:
            raise bad_request(
                f"The duration {duration} specified for the standard date filter is invalid."
            )
        low, high = days.first.isoformat(), (days.after - timedelta(days=1)).isoformat()
        bound = span(column, days.first, days.after, labels)
        return _between(column, bound.low, bound.after), _range(name, duration, low, high)
    start = _edge(column, given, "startDate", "start", labels)
    end = _edge(column, given, "endDate", "end", labels)
    shown = _range(name, CUSTOM, given.get("startDate") or None, given.get("endDate") or None)
    if start is None and end is None:
        return None, shown
    return _between(column, start and start[0], end and end[1]), shown


def _range(name: object, duration: object, start: str | None, end: str | None) -> dict[str, Any]:
    return {"column": name, "durationValue": duration, "endDate": end, "startDate": start}


def _edge(
    column: Column, given: Mapping[str, Any], member: str, word: str, labels: Labels
) -> tuple[str, str] | None:
    """The first moment of a day and the one after it; a time behind the day does not count."""
    value = given.get(member)
    if value in (None, ""):
        return None
    try:
        bound = bound_of(column, str(value)[:10], labels)
    except SalesforceError:
        raise bad_request(
            f"The specified {word} date of {column.name} specified for the standard date filter is "
            "invalid."
        ) from None
    return bound.low, bound.after


def _between(column: Column, low: str | None, after: str | None) -> Test:
    def test(line: Line) -> bool:
        raw = line.raw(column)
        if raw is None:
            return False
        return (low is None or raw >= low) and (after is None or raw < after)

    return test
