"""What a row shows in a column, and in which group it falls: a label to read and a value to use ([rep-run])."""

from typing import Any

from tandem.sandbox.salesforce.analytics.columns import NUMBERS, Column, Shows
from tandem.sandbox.salesforce.analytics.dates import GRANULARITIES
from tandem.sandbox.salesforce.analytics.labels import EMPTY, Labels, cell
from tandem.sandbox.salesforce.analytics.lines import Line
from tandem.sandbox.salesforce.analytics.plan import Grouping


def detail_cell(column: Column, line: Line, labels: Labels, *, days: bool) -> dict[str, Any]:
    """A cell. With *days* created and modified dates show their day, as [rep-query] has them."""
    raw = line.raw(column)
    if raw is None:
        return cell(EMPTY, None)
    if column.shows in (Shows.RECORD, Shows.RECORD_TEXT):
        return cell(str(raw), _id_of(column, line))
    if column.shows is Shows.DAY and days:
        return _day_cell(raw, labels)
    return _plain_cell(column, raw, labels)


def group_of(grouping: Grouping, line: Line, labels: Labels) -> Any:
    """The value of the group a line belongs to; lines without a value form a group of None."""
    column = grouping.column
    raw = line.raw(column)
    if raw is None:
        return None
    if grouping.granularity is not None:
        first = GRANULARITIES[grouping.granularity].first
        return first(labels.day_of(raw), labels.week_starts_on)
    return _id_of(column, line) if column.shows is Shows.RECORD else raw


def group_label(grouping: Grouping, value: Any, line: Line, labels: Labels) -> str:
    """How that group reads; *line* is one of its lines."""
    if value is None:
        return EMPTY
    if grouping.granularity is not None:
        return labels.period(grouping.granularity, value)
    if grouping.column.shows in (Shows.RECORD, Shows.RECORD_TEXT):
        return str(line.raw(grouping.column))
    return str(_plain_cell(grouping.column, value, labels)["label"])


def order_of(column: Column, value: Any, label: str) -> tuple[int, Any]:
    """Where a value stands: picklists in the administrator's order, the rest by number, time or alphabet."""
    if value is None:
        return 0, ""
    if column.data_type == "picklist":
        known = [one["name"] for one in column.filter_values]
        return (1, f"{known.index(value):06}") if value in known else (2, label.casefold())
    if column.data_type in NUMBERS:
        return 1, value
    if column.data_type in ("date", "datetime", "boolean"):
        return 1, str(value)
    return 1, label.casefold()


def _id_of(column: Column, line: Line) -> str | None:
    record = line.record(column.source)
    return None if record is None else str(record["Id"])


def _plain_cell(column: Column, raw: Any, labels: Labels) -> dict[str, Any]:
    match column.data_type:
        case "id":
            return cell(str(raw)[:15], raw)
        case "boolean":
            return cell(str(raw).lower(), raw)
        case "date":
            return _day_cell(raw, labels)
        case "datetime":
            return cell(labels.instant(raw), f"{raw[:19]}Z")
        case "currency":
            value = {"amount": raw, "currency": None}
            return cell(labels.number(raw, "currency"), value)
        case "picklist":
            return cell(dict(column.field.picklist).get(raw, raw) or raw, raw)
    if column.data_type in NUMBERS:
        return cell(labels.number(raw, column.data_type), raw)
    return cell(str(raw), raw)


def _day_cell(raw: str, labels: Labels) -> dict[str, Any]:
    day = labels.day_of(raw)
    return cell(labels.day(day), day.isoformat())
