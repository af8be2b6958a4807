"""`/analytics/reportTypes`, also `/analytics/report-types`: what reports can be about ([rep-type])."""

from typing import Any

from tandem.sandbox.salesforce.analytics.describing import description
from tandem.sandbox.salesforce.analytics.metadata import fresh
from tandem.sandbox.salesforce.analytics.plan import plan
from tandem.sandbox.salesforce.analytics.refusals import unavailable
from tandem.sandbox.salesforce.analytics.report_types import GROUP, TYPES, ReportType, types_for
from tandem.sandbox.salesforce.analytics.saved import library_of
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.store import Row


def report_types(call: Call) -> Reply:
    """The report types the user may use; those of activities are all there are."""
    folder = call.path[1]
    shown = [
        {
            "describeUrl": f"{call.root}/analytics/{folder}/{one.name}",
            "label": one.label,
            "type": one.name,
        }
        for one in types_for(call.state, call.rights)
    ]
    return Reply(body=[{"label": GROUP, "reportTypes": shown}])


def report_type(call: Call, name: str) -> Reply:
    """What can be put into a report of that type, and what a new one has."""
    kind = _existing_type(call, name)
    found = plan(call.state, call.rights, new_definition(call, kind))
    return Reply(body=description(found))


def new_definition(call: Call, kind: ReportType) -> dict[str, Any]:
    """What a new report of the type is for the caller who says nothing about it."""
    visible = kind.visible_columns(call.state, call.rights)
    return fresh(kind, call.state.switches, visible)


def recent_of_type(call: Call, name: str) -> Reply:
    """The recently viewed reports of one type."""
    kind, shelf = _existing_type(call, name), library_of(call.state)
    rows = [row for row in shelf.recent(call.rights) if shelf.type_of(str(row["Id"])) == kind.name]
    return Reply(body=[listed(call, row) for row in rows])


def _existing_type(call: Call, name: str) -> ReportType:
    kind = TYPES.get(name)
    if kind is None or kind not in types_for(call.state, call.rights):
        raise unavailable()
    return kind


def listed(call: Call, row: Row) -> dict[str, Any]:
    """A report in a list."""
    url = f"{call.root}/analytics/reports/{row['Id']}"
    return {
        "describeUrl": f"{url}/describe",
        "id": row["Id"],
        "instancesUrl": f"{url}/instances",
        "name": row["Name"],
        "url": url,
    }


def _type_resources(folder: str) -> tuple[Resource, ...]:
    return (
        Resource(pattern=f"analytics/{folder}", methods={"GET": report_types}),
        Resource(pattern=f"analytics/{folder}/{{name}}", methods={"GET": report_type}),
        Resource(
            pattern=f"analytics/{folder}/{{name}}/recent-reports", methods={"GET": recent_of_type}
        ),
    )


RESOURCES = (*_type_resources("reportTypes"), *_type_resources("report-types"))
