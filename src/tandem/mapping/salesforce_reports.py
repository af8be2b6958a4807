"""
Reports on activities: what somebody wants to see, as the bodies Salesforce's Analytics API takes, and its answers.

A request always names scope, date filter and both standard filters: what a report shows that does not say is
"my open activities of this quarter" in some orgs [rep-res].
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = [
    "KEY_COLUMN",
    "NAME_LIMIT",
    "About",
    "Cell",
    "Group",
    "Grouping",
    "Match",
    "Report",
    "ReportAnswer",
    "Show",
    "answer_of",
    "check_groupings",
    "report_body",
    "report_type",
]

KEY_COLUMN = "Activity.Tandem_Key__c"
NAME_LIMIT = 40
"""Characters of a report's name."""
_MOST_GROUPINGS = 3
_PERIOD = "LAST_N_DAYS:{}"


class About(enum.StrEnum):
    """Whose activities: Salesforce has one report type for contacts and one for leads."""

    CONTACTS = "contacts"
    LEADS = "leads"


class Match(enum.StrEnum):
    STARTS_WITH = "starts_with"
    CONTAINS = "contains"


class Show(enum.StrEnum):
    """Which activities, by whether they are closed."""

    ALL = "all"
    OPEN = "open"
    CLOSED = "closed"


class Grouping(enum.StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    OWNER = "owner"
    TYPE = "type"
    STATUS = "status"
    SUBJECT = "subject"
    COMPANY = "company"

    @property
    def is_period(self) -> bool:
        return self in (Grouping.DAY, Grouping.WEEK, Grouping.MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    One report: several ``subjects`` (texts that the subject begins with, or contains), ``types`` or
    ``statuses`` mean any of them. ``days`` counts back from today; otherwise ``first`` and ``last``, or all time.
    """

    name: str
    code: str
    about: About = About.CONTACTS
    subjects: tuple[str, ...] = ()
    match: Match = Match.STARTS_WITH
    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    show: Show = Show.ALL
    groupings: tuple[Grouping, ...] = (Grouping.WEEK,)
    days: int | None = None
    first: date | None = None
    last: date | None = None
    only_tandem: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` is a date, an id or a text; ``label`` what people read."""

    label: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One line of the summary: the values grouped by, and how many activities."""

    cells: tuple[Cell, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswer:
    """
    What a run said. ``groups`` are the innermost; ``outer`` those of the first grouping alone. ``is_whole`` is
    false where Salesforce kept back rows beyond the 2,000 it sends: figures are whole all the same.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    grouped_by: tuple[str, ...]
    groups: tuple[Group, ...]
    outer: tuple[Group, ...]
    total: int
    is_whole: bool


_TYPES = {About.CONTACTS: "ContactActivity", About.LEADS: "LeadActivity"}
_COLUMNS = {
    Grouping.DAY: "DUE_DATE",
    Grouping.WEEK: "DUE_DATE",
    Grouping.MONTH: "DUE_DATE",
    Grouping.OWNER: "ASSIGNED",
    Grouping.TYPE: "TASK_TYPE",
    Grouping.STATUS: "STATUS",
    Grouping.SUBJECT: "SUBJECT",
}
_COMPANIES = {About.CONTACTS: "ACCOUNT.NAME", About.LEADS: "COMPANY"}
_OPERATORS = {Match.STARTS_WITH: "startsWith", Match.CONTAINS: "contains"}


def check_groupings(groupings: Sequence[Grouping]) -> bool:
    """Whether a summary can have them: at most three, none twice, and the due date once."""
    periods = sum(each.is_period for each in groupings)
    is_single = len(set(groupings)) == len(groupings)
    return len(groupings) <= _MOST_GROUPINGS and is_single and periods <= 1


def report_type(about: About) -> str:
    """Salesforce's name for *Activities with Contacts* or *Activities with Leads*."""
    return _TYPES[about]


def report_body(
    report: Report, known: Collection[str], *, folder_id: str | None = None
) -> dict[str, Any]:
    """
    The definition as ``reportMetadata``; *known* are the columns that the org's report type has.

    A column that the integration user does not see is left out, the filter on Tandem's key included.
    """
    groupings = [_column(report, each) for each in report.groupings]
    body: dict[str, Any] = {
        "name": report.name[:NAME_LIMIT],
        "reportType": {"type": report_type(report.about)},
        "reportFormat": "SUMMARY" if groupings else "TABULAR",
        "scope": "organization",
        "standardDateFilter": _period(report),
        "standardFilters": [
            {"name": "type", "value": "t"},
            {"name": "closed", "value": report.show.value},
        ],
        "reportFilters": list(_filters(report, known)),
        "reportBooleanFilter": None,
        "groupingsDown": [_grouping(report, each) for each in report.groupings],
        "groupingsAcross": [],
        "aggregates": ["RowCount"],
        "detailColumns": [
            each for each in _details(report) if each in known and each not in groupings
        ],
    }
    return body if folder_id is None else {**body, "folderId": folder_id}


def _details(report: Report) -> tuple[str, ...]:
    company = _COMPANIES[report.about]
    own = ("LEAD_STATUS",) if report.about is About.LEADS else ()
    people = ("FIRST_NAME", "LAST_NAME", company, *own)
    return ("SUBJECT", "DUE_DATE", "ASSIGNED", *people, "STATUS", "TASK_TYPE", "CREATED_DATE")


def _column(report: Report, grouping: Grouping) -> str:
    return _COLUMNS.get(grouping) or _COMPANIES[report.about]


def _grouping(report: Report, grouping: Grouping) -> dict[str, Any]:
    granularity = grouping.value.capitalize() if grouping.is_period else "None"
    column = _column(report, grouping)
    return {"name": column, "dateGranularity": granularity, "sortOrder": "Asc"}


def _period(report: Report) -> dict[str, Any]:
    duration = "CUSTOM" if report.days is None else _PERIOD.format(report.days)
    first, last = (None, None) if report.days is not None else (report.first, report.last)
    return {
        "column": "DUE_DATE",
        "durationValue": duration,
        "startDate": first and first.isoformat(),
        "endDate": last and last.isoformat(),
    }


def _filters(report: Report, known: Collection[str]) -> Iterator[dict[str, str]]:
    if report.subjects:
        yield _filter("SUBJECT", _OPERATORS[report.match], report.subjects)
    if report.types:
        yield _filter("TASK_TYPE", "equals", report.types)
    if report.statuses:
        yield _filter("STATUS", "equals", report.statuses)
    if report.only_tandem and KEY_COLUMN in known:
        yield {"column": KEY_COLUMN, "operator": "notEqual", "value": ""}


def _filter(column: str, operator: str, values: Sequence[str]) -> dict[str, str]:
    """A bare comma means "or", so that every value is quoted."""
    quoted = ",".join('"' + value.replace('"', '""') + '"' for value in values)
    return {"column": column, "operator": operator, "value": quoted}


# --------------------------------------------------------------------------- answers


def answer_of(answer: Mapping[str, Any]) -> ReportAnswer:
    """What the run of a tabular or summary report says; its fact map is keyed by the path of a group [factmap]."""
    facts = answer["factMap"]
    shown = answer["reportExtendedMetadata"]
    details = answer["reportMetadata"]["detailColumns"]
    grouped = [each["name"] for each in answer["reportMetadata"]["groupingsDown"]]
    tree = answer["groupingsDown"]["groupings"]
    return ReportAnswer(
        columns=tuple(shown["detailColumnInfo"][each]["label"] for each in details),
        rows=tuple(row for fact in facts.values() for row in _rows(fact)),
        grouped_by=tuple(shown["groupingColumnInfo"][each]["label"] for each in grouped),
        groups=tuple(_groups(tree, facts, len(grouped))) if grouped else (),
        outer=tuple(_groups(tree, facts, 1)) if grouped else (),
        total=_count(facts["T!T"]),
        is_whole=bool(answer["allData"]),
    )


def _groups(
    tree: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
    depth: int,
    above: tuple[Cell, ...] = (),
) -> Iterator[Group]:
    for node in tree:
        cells = (*above, Cell(str(node["label"]), node["value"]))
        if depth > 1:
            yield from _groups(node["groupings"], facts, depth - 1, cells)
        else:
            yield Group(cells=cells, count=_count(facts[f"{node['key']}!T"]))


def _rows(fact: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for row in fact.get("rows") or ():
        yield tuple(Cell(str(cell["label"]), cell["value"]) for cell in row["dataCells"])


def _count(fact: Mapping[str, Any]) -> int:
    return int(fact["aggregates"][0]["value"])
