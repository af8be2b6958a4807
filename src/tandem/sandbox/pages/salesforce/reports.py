"""The reports tab: the reports saved in the org, and what one of them says now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.pages.listed import paged
from tandem.sandbox.pages.salesforce.reading import Reader, matching, title_of
from tandem.sandbox.pages.visit import Answer, NoSuchPage, Page, Visit
from tandem.sandbox.salesforce.analytics.facts import TOTAL, run
from tandem.sandbox.salesforce.analytics.plan import Plan, plan
from tandem.sandbox.salesforce.analytics.saved import library_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.wire import from_wire

ROWS = 50
MOST_LINES = 200
"""How many rows of a report its page shows; the API gives more."""
_SEARCHED = ("Name", "FolderName", "Description")

Tree = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group with its totals, one text for each column across and the last for all."""

    label: str
    depth: int
    totals: tuple[str, ...]


class ReportPages:
    """The list of the saved reports that the user sees, and one of them, run as that user."""

    def __init__(self, reader: Callable[[Visit], Reader]) -> None:
        self._reader = reader

    def listing(self, visit: Visit) -> Answer:
        reader = self._reader(visit)
        page = paged(matching(_reports(reader), visit.asked("q"), _SEARCHED), visit, ROWS)
        values = {"page": page, "rows": [_shown(reader, row) for row in page.items]}
        title = visit.words("tab.Report")
        return Page(template="salesforce/reports.html", title=title, values=values)

    def one(self, visit: Visit, report_id: str) -> Answer:
        """A report run now. It counts against no limit and takes no armed fault: it is not the API's."""
        reader = self._reader(visit)
        row = next((one for one in _reports(reader) if one["Id"] == report_id), None)
        if row is None:
            raise NoSuchPage("missing.report")
        values: dict[str, Any] = {"report": _shown(reader, row), "refusal": None, "result": None}
        try:
            values["result"] = _result(reader, report_id)
        except SalesforceError as error:
            values["refusal"] = error.message
        return Page(template="salesforce/report.html", title=title_of(row), values=values)


def _reports(reader: Reader) -> list[Row]:
    shelf = library_of(reader.state)
    return [
        row for row in reader.rows("Report") if shelf.may_view(reader.rights, str(row["OwnerId"]))
    ]


def _shown(reader: Reader, row: Row) -> dict[str, Any]:
    return {
        "to": f"/lightning/r/Report/{row['Id']}/view",
        "id": row["Id"],
        "name": title_of(row),
        "folder": row.get("FolderName") or "",
        "description": row.get("Description") or "",
        "by": reader.name_of(row.get("CreatedById")),
        "changed": from_wire(row["LastModifiedDate"]),
    }


def _result(reader: Reader, report_id: str) -> dict[str, Any]:
    state, rights = reader.state, reader.rights
    found = plan(state, rights, library_of(state).definition(rights, report_id))
    result = run(state, rights, found, details=True)
    across = result["groupingsAcross"]["groupings"]
    keys = [one["key"] for one in across] + [TOTAL]
    lines = list(_lines(result))
    return {
        "type": found.kind.label,
        "filters": _filters(found),
        "down": [one.column.label for one in found.down],
        "totals": [one.label for one in found.aggregates],
        "across": [str(one["label"]) for one in across],
        "groups": list(_groups(result["groupingsDown"]["groupings"], result["factMap"], keys, 0)),
        "total": _totals(result["factMap"], TOTAL, keys),
        "columns": [one.label for one in found.detail],
        "lines": lines[:MOST_LINES],
        "count": len(lines),
        "is_whole": len(lines) <= MOST_LINES and result["allData"],
    }


def _filters(found: Plan) -> list[str]:
    return [
        f"{found.columns[one['column']].label} {one['operator']} “{one['value']}”"
        for one in found.metadata["reportFilters"]
    ]


def _groups(
    tree: Tree, facts: Mapping[str, Any], keys: Sequence[str], depth: int
) -> Iterator[GroupRow]:
    for one in tree:
        totals = _totals(facts, str(one["key"]), keys)
        yield GroupRow(label=str(one["label"]), depth=depth, totals=totals)
        yield from _groups(one["groupings"], facts, keys, depth + 1)


def _totals(facts: Mapping[str, Any], down: str, keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        " / ".join(str(one["label"]) for one in facts[f"{down}!{across}"]["aggregates"])
        for across in keys
    )


def _lines(result: Mapping[str, Any]) -> Iterator[list[str]]:
    """The detail rows, in the order of their groups."""
    for fact in result["factMap"].values():
        for row in fact["rows"]:
            yield [str(one["label"]) for one in row["dataCells"]]
