"""A definition made ready to run for one user: columns looked up, filters and ranges understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.analytics.columns import DAYS, NUMBERS, Column, column_named
from tandem.sandbox.salesforce.analytics.date_range import date_range
from tandem.sandbox.salesforce.analytics.dates import GRANULARITIES
from tandem.sandbox.salesforce.analytics.filters import (
    MOST_FILTERS,
    OPERATORS,
    Test,
    condition,
    field_condition,
)
from tandem.sandbox.salesforce.analytics.labels import Labels
from tandem.sandbox.salesforce.analytics.lines import Line
from tandem.sandbox.salesforce.analytics.logic import Logic
from tandem.sandbox.salesforce.analytics.metadata import FORMATS
from tandem.sandbox.salesforce.analytics.refusals import bad_request, malformed
from tandem.sandbox.salesforce.analytics.report_types import ReportType, type_named
from tandem.sandbox.salesforce.errors import SalesforceError

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState

MOST_COLUMNS = 100
SCOPES = (
    ("user", "My activities"),
    ("team", "My team's activities"),
    ("organization", "All activities"),
)
STANDARD_FILTERS = {
    "type": (("te", "Tasks and Events"), ("t", "Tasks"), ("e", "Events")),
    "closed": (("all", "Open & Completed Activities"), ("open", "Open"), ("closed", "Completed")),
    "co": (("1", "1"), ("0", "0")),
}
"""The parameters of deployed activity reports ([od], [npsp]). What `co` means is unknown; it has no effect."""
_MOST_GROUPINGS = {"SUMMARY": (3, 0), "MATRIX": (2, 2)}
_TOTALS = {"s": "Sum of", "a": "Average", "m": "Smallest", "x": "Largest", "u": "Unique"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Rows with the same value of a column, or days of the same period, are one group."""

    column: Column
    granularity: str | None
    descending: bool
    by_aggregate: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """RowCount, or a total of a column: `s!CALLDURATION`."""

    name: str
    total: str
    column: Column | None

    @property
    def label(self) -> str:
        return (
            "Record Count" if self.column is None else f"{_TOTALS[self.total]} {self.column.label}"
        )

    @property
    def data_type(self) -> str:
        if self.column is None or self.total == "u":
            return "int"
        whole = self.total == "a" and self.column.data_type == "int"
        return "double" if whole else self.column.data_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a run needs. `metadata` is the definition as the answer shows it."""

    metadata: Mapping[str, Any]
    kind: ReportType
    columns: Mapping[str, Column]
    labels: Labels
    format: str
    detail: tuple[Column, ...]
    down: tuple[Grouping, ...]
    across: tuple[Grouping, ...]
    aggregates: tuple[Aggregate, ...]
    tests: tuple[Test, ...]
    logic: Logic | None
    in_range: Test | None
    standard: Mapping[str, str]
    sort: tuple[Column, bool] | None
    row_limit: int | None

    def passes(self, line: Line) -> bool:
        """Whether a line is in the date range and passes the custom filters."""
        if self.in_range is not None and not self.in_range(line):
            return False
        if self.logic is None:
            return all(test(line) for test in self.tests)
        return self.logic.passes([test(line) for test in self.tests])


def plan(state: "SalesforceState", rights: "Rights", metadata: Mapping[str, Any]) -> Plan:
    """Understand a definition for that user; refused with the platform's sentence where it makes no sense."""
    kind = type_named(state, rights, metadata["reportType"]["type"])
    columns = kind.visible_columns(state, rights)
    labels = Labels(state, rights)
    down = _groupings(columns, metadata["groupingsDown"])
    across = _groupings(columns, metadata["groupingsAcross"])
    report_format = _format(state, metadata["reportFormat"], down, across)
    detail = _detail(state, columns, metadata["detailColumns"], (*down, *across))
    aggregates = tuple(_aggregate(columns, one) for one in metadata["aggregates"] or ["RowCount"])
    if len(detail) + len(aggregates) > MOST_COLUMNS:
        raise bad_request(
            "Only a report with fewer than 100 columns can be run. The columns are fields specified as "
            "detail columns, summaries, or custom summary formulas. Remove unneeded columns from the "
            "report and try again."
        )
    tests, logic = _filters(columns, metadata, labels)
    in_range, shown_range = date_range(columns, metadata["standardDateFilter"], labels)
    if metadata["scope"] not in dict(SCOPES):
        raise bad_request(f"The scope {metadata['scope']} is invalid.")
    shown = {
        **metadata,
        "reportFormat": report_format,
        "aggregates": [one.name for one in aggregates],
        "hasRecordCount": any(one.column is None for one in aggregates),
        "groupingsDown": [_shown(one) for one in down],
        "groupingsAcross": [_shown(one) for one in across],
        "reportBooleanFilter": None if logic is None else logic.text,
        "reportFilters": [
            {"filterType": "fieldValue", "isRunPageEditable": True, **one}
            for one in metadata["reportFilters"]
        ],
        "standardDateFilter": shown_range,
    }
    _check_sorted_groups((*down, *across), aggregates)
    return Plan(
        metadata=shown,
        kind=kind,
        columns=columns,
        labels=labels,
        format=report_format,
        detail=detail,
        down=down,
        across=across,
        aggregates=aggregates,
        tests=tests,
        logic=logic,
        in_range=in_range,
        standard=_standard(metadata["standardFilters"]),
        sort=_sort(metadata["sortBy"], detail, report_format),
        row_limit=_row_limit(metadata, report_format),
    )


def _shown(one: Grouping) -> dict[str, Any]:
    return {
        "dateGranularity": one.granularity or "None",
        "name": one.column.name,
        "sortAggregate": one.by_aggregate,
        "sortOrder": "Desc" if one.descending else "Asc",
    }


def _groupings(columns: Mapping[str, Column], given: list[dict[str, Any]]) -> tuple[Grouping, ...]:
    found = []
    for one in given:
        column = column_named(columns, one.get("name"), "grouping")
        if column.is_long_text:
            raise bad_request(f"The column {column.name} can't be used as a grouping.")
        found.append(
            Grouping(
                column=column,
                granularity=_granularity(column, one.get("dateGranularity")),
                descending=_descending(one.get("sortOrder")),
                by_aggregate=one.get("sortAggregate"),
            )
        )
    return tuple(found)


def _granularity(column: Column, given: object) -> str | None:
    """Deployed reports carry Day on columns that are no dates ([npsp]); it means nothing there."""
    if column.data_type not in DAYS:
        if given not in (None, "None", "Day"):
            raise bad_request(f"The column {column.name} can't be grouped by {given}.")
        return None
    value = "Day" if given in (None, "None") else given
    if value not in GRANULARITIES:
        raise bad_request(f"The date granularity {given} is invalid.")
    return str(value)


def _descending(given: object) -> bool:
    word = str(given or "Asc").lower()
    if word not in ("asc", "desc"):
        raise bad_request(f"The sort order {given} is invalid.")
    return word == "desc"


def _format(
    state: "SalesforceState",
    given: str,
    down: tuple[Grouping, ...],
    across: tuple[Grouping, ...],
) -> str:
    """The format that the groupings make; [rep-query] asks for MATRIX without any and gets TABULAR."""
    if given not in FORMATS:
        raise bad_request(f"The report format {given} is invalid.")
    if given == "MULTI_BLOCK":
        raise SalesforceError(
            "NOT_IMPLEMENTED",
            "You’re requesting data for an unsupported report format.",
            status=501,
        )
    if across and not down:
        raise bad_request("A report with groupingsAcross needs groupingsDown too.")
    derived = "MATRIX" if across else "SUMMARY" if down else "TABULAR"
    if given != derived and state.switches["analytics_format"] == "strict":
        raise bad_request(f"The report format {given} doesn't fit the report's groupings.")
    most_down, most_across = _MOST_GROUPINGS.get(derived, (0, 0))
    if len(down) > most_down or len(across) > most_across:
        raise bad_request(f"The report has too many groupings for the format {derived}.")
    return derived


def _detail(
    state: "SalesforceState",
    columns: Mapping[str, Column],
    given: list[Any],
    groupings: tuple[Grouping, ...],
) -> tuple[Column, ...]:
    grouped = {one.column.name for one in groupings}
    if state.switches["analytics_grouped_column"] == "refuse":
        for name in given:
            if name in grouped:
                raise bad_request(f"Can't include groupings in columns list: {name}")
    return tuple(column_named(columns, one, "detail column") for one in dict.fromkeys(given))


def _aggregate(columns: Mapping[str, Column], name: object) -> Aggregate:
    if name == "RowCount":
        return Aggregate(name="RowCount", total="", column=None)
    total, _, column_name = str(name).partition("!")
    column = columns.get(column_name)
    if total not in _TOTALS or column is None:
        raise bad_request(f"The aggregate {name} is invalid.")
    if total != "u" and column.data_type not in NUMBERS:
        raise bad_request(f"The aggregate {name} is invalid because the column is no number.")
    return Aggregate(name=str(name), total=total, column=column)


def _check_sorted_groups(
    groupings: tuple[Grouping, ...], aggregates: tuple[Aggregate, ...]
) -> None:
    names = {one.name for one in aggregates}
    for one in groupings:
        if one.by_aggregate is not None and one.by_aggregate not in names:
            raise bad_request(f"The sort aggregate {one.by_aggregate} is invalid.")


def _filters(
    columns: Mapping[str, Column], metadata: Mapping[str, Any], labels: Labels
) -> tuple[tuple[Test, ...], Logic | None]:
    given = metadata["reportFilters"]
    if len(given) > MOST_FILTERS:
        raise bad_request(f"A report can have at most {MOST_FILTERS} filters.")
    tests, used = [], []
    for one in given:
        column, test = _filter(columns, one, labels)
        used.append(column)
        tests.append(test)
    text = metadata["reportBooleanFilter"]
    if not text:
        return tuple(tests), None
    logic = Logic(str(text), len(tests))
    if any(column.is_long_text for column in used):
        raise bad_request(
            "Some fields, including description and long text area fields, can't be included in "
            "filter logic."
        )
    return tuple(tests), logic


def _filter(
    columns: Mapping[str, Column], given: Mapping[str, Any], labels: Labels
) -> tuple[Column, Test]:
    column = columns.get(str(given.get("column")))
    if column is None:
        raise bad_request(
            f"Specify a valid filterable column because {given.get('column')} is invalid."
        )
    operator, value = given.get("operator"), given.get("value")
    if operator not in OPERATORS:
        raise bad_request(f"Specify a valid condition because {operator} is invalid.")
    if given.get("filterType") == "fieldToField":
        other = columns.get(value or "")
        if other is None:
            raise bad_request(f"Specify a valid filterable column because {value} is invalid.")
        return column, field_condition(column, operator, other)
    if given.get("filterType") not in (None, "fieldValue"):
        raise malformed(f"There is no filter type {given['filterType']}.")
    return column, condition(column, operator, value or "", labels)


def _standard(given: list[Any]) -> dict[str, str]:
    found = {}
    for one in given:
        choices = STANDARD_FILTERS.get(one["name"])
        if choices is None or one["value"] not in dict(choices):
            raise bad_request(f"The standard filter {one['name']} = {one['value']} is invalid.")
        found[one["name"]] = one["value"]
    return found


def _sort(
    given: list[Any], detail: tuple[Column, ...], report_format: str
) -> tuple[Column, bool] | None:
    if not given:
        return None
    if len(given) > 1:
        raise bad_request("A report can only be sorted by one column.")
    if report_format == "MATRIX":
        raise bad_request("Column sorting isn't supported for matrix reports.")
    one = given[0]
    if one.get("sortColumn") is None:
        raise bad_request("The sort column name can't be null.")
    column = next((each for each in detail if each.name == one["sortColumn"]), None)
    if column is None:
        raise bad_request("The sort column name must be from a selected column.")
    return column, _descending(one.get("sortOrder"))


def _row_limit(metadata: Mapping[str, Any], report_format: str) -> int | None:
    given = metadata["topRows"]
    if given is None:
        return None
    limit = int(given.get("rowLimit", 0))
    if limit < 1:
        raise bad_request("The row limit is a number above 0.")
    if report_format != "TABULAR" or not metadata["sortBy"]:
        raise bad_request("A row limit needs a tabular report that is sorted by a column.")
    return limit
