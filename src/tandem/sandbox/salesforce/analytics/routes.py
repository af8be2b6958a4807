"""`/analytics/reports`: stored reports and their runs ([rep-res])."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tandem.sandbox.salesforce import routes_query
from tandem.sandbox.salesforce.analytics.describing import description, extended
from tandem.sandbox.salesforce.analytics.facts import run
from tandem.sandbox.salesforce.analytics.lines import Reader
from tandem.sandbox.salesforce.analytics.metadata import laid_over, metadata_in
from tandem.sandbox.salesforce.analytics.plan import Plan, plan
from tandem.sandbox.salesforce.analytics.refusals import (
    bad_request,
    forbidden,
    not_privileged,
)
from tandem.sandbox.salesforce.analytics.report_types import (
    ReportType,
    type_named,
)
from tandem.sandbox.salesforce.analytics.routes_types import listed, new_definition
from tandem.sandbox.salesforce.analytics.saved import Instance, Library, library_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import is_id
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.store import Row

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RUN_ONLY_STORED = ("standardFilters", "standardDateFilter", "topRows")


def recent(call: Call) -> Reply:
    """Up to 200 reports the user viewed last."""
    return Reply(body=[listed(call, row) for row in library_of(call.state).recent(call.rights)])


def create(call: Call) -> Reply:
    """A new report, or with `cloneId` a copy of one; the answer describes it."""
    if not call.rights.may("CreateCustomizeReports"):
        raise not_privileged()
    given = metadata_in(_body(call))
    shelf = library_of(call.state)
    if "cloneId" in call.query:
        base = _cloned(call, shelf, call.query["cloneId"])
    else:
        base = new_definition(call, _type_in(call, given))
    if not given.get("name"):
        raise bad_request("The report name can't be null.")
    definition = laid_over(base, given)
    found = plan(call.state, call.rights, definition)
    stored = shelf.add(call.rights, {**definition, "reportFormat": found.format})
    return _described(call, stored)


def describe(call: Call, report_id: str) -> Reply:
    """The report's definition and everything about its type."""
    shelf = library_of(call.state)
    row, definition = shelf.find(call.rights, report_id)
    shelf.note_view(call.rights, row)
    return _described(call, definition)


def save(call: Call, report_id: str) -> Reply:
    """Change a stored report; what is not sent stays."""
    if not call.rights.may("CreateCustomizeReports"):
        raise not_privileged()
    shelf = library_of(call.state)
    row, base = shelf.find(call.rights, report_id)
    given = metadata_in(_body(call))
    _check_same_type(call, base, given)
    definition = laid_over(base, given)
    found = plan(call.state, call.rights, definition)
    stored = shelf.save(call.rights, row, {**definition, "reportFormat": found.format})
    return _described(call, stored)


def remove(call: Call, report_id: str) -> Reply:
    """204; the report is in the recycle bin."""
    shelf = library_of(call.state)
    row, _ = shelf.find(call.rights, report_id)
    shelf.remove(call.rights, row)
    return Reply(status=204)


def run_stored(call: Call, report_id: str) -> Reply:
    """Run a report as it is stored."""
    row, definition = library_of(call.state).find(call.rights, report_id)
    return _run_now(call, row, definition)


def run_changed(call: Call, report_id: str) -> Reply:
    """Run a report with other filters, groupings or columns; nothing is saved."""
    row, definition = library_of(call.state).find(call.rights, report_id)
    return _run_now(call, row, _overridden(call, definition, metadata_in(_body(call))))


def run_unsaved(call: Call) -> Reply:
    """Run a definition that is no report; rows come if the URL or the definition asks for details."""
    given = metadata_in(_body(call))
    definition = laid_over(new_definition(call, _type_in(call, given, creating=False)), given)
    definition = {**definition, "developerName": None, "id": None}
    details = _details(call) or given.get("hasDetailRows") is True
    library = library_of(call.state)
    _check_run(call)
    library.count_run("Sync")
    body = _result(call, plan(call.state, call.rights, definition), details=details)
    return Reply(body={"attributes": _attributes(call, None, given.get("name")), **body})


def start(call: Call, report_id: str) -> Reply:
    """Run in the background, with other filters if a body brings them; the answer says where to look."""
    shelf = library_of(call.state)
    row, definition = shelf.find(call.rights, report_id)
    given = _body(call) if call.raw else {}
    if given:
        definition = _overridden(call, definition, metadata_in(given))
    asked = call.query.get("includeDetails")
    details = bool(definition["hasDetailRows"]) if asked is None else _details(call)
    _check_run(call)
    shelf.count_run("Async")
    found = plan(call.state, call.rights, definition)
    failed = call.state.faults.take_named("report_failed") is not None
    result = None if failed else _result(call, found, details=details)
    made = shelf.start(call.rights, row, details=details, result=result)
    shelf.note_run(row)
    return Reply(body={**_instance(call, row, made), "status": "New", "completionDate": None})


def runs(call: Call, report_id: str) -> Reply:
    """The background runs of the last 24 hours."""
    shelf = library_of(call.state)
    row, _ = shelf.find(call.rights, report_id)
    return Reply(body=[_instance(call, row, one) for one in shelf.instances(row)])


def run_result(call: Call, report_id: str, instance_id: str) -> Reply:
    """The result of a background run; without facts until it has ended."""
    shelf = library_of(call.state)
    row, _ = shelf.find(call.rights, report_id)
    one = shelf.instance(row, instance_id)
    shown = _instance(call, row, one)
    del shown["url"], shown["hasDetailRows"]
    attributes = {
        **shown,
        "reportId": row["Id"],
        "reportName": row["Name"],
        "type": "ReportInstance",
    }
    empty = {"allData": False, "factMap": {}, "groupingsAcross": None, "groupingsDown": None}
    result = one.result if shown["status"] == "Success" else None
    return Reply(body={"attributes": attributes, "hasDetailRows": one.details, **(result or empty)})


def drop_run(call: Call, report_id: str, instance_id: str) -> Reply:
    """204; a run that has not ended cannot be deleted."""
    shelf = library_of(call.state)
    row, _ = shelf.find(call.rights, report_id)
    one = shelf.instance(row, instance_id)
    if _status(call, one) not in ("Success", "Error"):
        raise bad_request("A report instance can only be deleted in status Success or Error.")
    shelf.drop(row, one)
    return Reply(status=204)


def listing(call: Call) -> Reply:
    """Where the resources of this API are (inferred)."""
    names = ("dashboards", "reports", "reportTypes")
    return Reply(body={name: f"{call.root}/analytics/{name}" for name in names})


def dashboards(call: Call) -> Reply:
    """An org without dashboards."""
    del call
    return Reply(body=[])


def explain(call: Call) -> Reply:
    """`/query?explain=<report id>`: how a report would be run. Statements are the query resource's."""
    named = call.query.get("explain", "")
    if not (is_id(named) and named.startswith("00O")):
        return routes_query.query(call)
    _, definition = library_of(call.state).find(call.rights, named)
    found = plan(call.state, call.rights, definition)
    everything = list(Reader(call.state, call.rights, found.kind).lines(tasks=True, events=False))
    matching = sum(1 for one in everything if found.passes(one))
    size = len(call.state.store.table("Task"))
    shown = {
        "cardinality": matching,
        "fields": [],
        "leadingOperationType": "TableScan",
        "notes": [],
        "relativeCost": round(matching / size, 3) if size else 0.0,
        "sobjectCardinality": size,
        "sobjectType": "Task",
    }
    return Reply(body={"plans": [shown], "sourceQuery": named})


def _run_now(call: Call, row: Row, definition: Mapping[str, Any]) -> Reply:
    shelf = library_of(call.state)
    _check_run(call)
    shelf.count_run("Sync")
    if call.state.faults.take_named("report_failed"):
        raise SalesforceError(
            "INTERNAL_SERVER_ERROR",
            "We ran into an error when running this report. Try to re-submit your query.",
            status=500,
        )
    found = plan(call.state, call.rights, definition)
    body = _result(call, found, details=_details(call))
    shelf.note_view(call.rights, row)
    shelf.note_run(row)
    return Reply(body={"attributes": _attributes(call, row["Id"], definition["name"]), **body})


def _check_run(call: Call) -> None:
    if not call.rights.may("RunReports"):
        raise forbidden(
            "You don’t have permission to run reports. Check that you have the Run Reports user permission."
        )
    if _WORKBOOK in call.headers.get("accept", ""):
        raise SalesforceError(
            "NOT_ACCEPTABLE",
            "The sandbox answers reports as JSON only, not as workbooks.",
            status=406,
        )


def _result(call: Call, found: Plan, *, details: bool) -> dict[str, Any]:
    return {
        **run(call.state, call.rights, found, details=details),
        "reportExtendedMetadata": extended(found),
        "reportMetadata": dict(found.metadata),
    }


def _overridden(
    call: Call, definition: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """A stored definition with what a run replaces; by a switch not its standard filters ([rep-filter])."""
    _check_same_type(call, definition, given, saving=False)
    if call.state.switches["analytics_run_overrides"] == "custom":
        given = {name: one for name, one in given.items() if name not in _RUN_ONLY_STORED}
    changed = {
        name: one for name, one in given.items() if name not in ("folderId", "developerName")
    }
    return laid_over(definition, changed)


def _check_same_type(
    call: Call, base: Mapping[str, Any], given: Mapping[str, Any], *, saving: bool = True
) -> None:
    if given.get("reportType") is None:
        return
    kind = _type_in(call, given, creating=saving)
    if kind.name != base["reportType"]["type"]:
        raise bad_request("The type of a report can't be changed.")


def _type_in(call: Call, given: Mapping[str, Any], *, creating: bool = True) -> ReportType:
    named = given.get("reportType")
    if not isinstance(named, dict) or not named.get("type"):
        raise bad_request("The report type can't be null.")
    kind = type_named(call.state, call.rights, named["type"])
    if creating and call.state.switches["analytics_create_activities"] == "refuse":
        raise bad_request(f"The value {kind.name} isn't allowed in the picklist of report types.")
    return kind


def _cloned(call: Call, shelf: Library, report_id: str) -> dict[str, Any]:
    if not is_id(report_id):
        raise bad_request("The clone request must contain a valid cloneId parameter.")
    _, definition = shelf.find(call.rights, report_id)
    return {**definition, "developerName": None, "folderId": None, "id": None}


def _body(call: Call) -> dict[str, Any]:
    if not call.raw and call.parsed is None:
        raise bad_request(
            "The request is invalid because there is no metadata. Specify metadata in the request body."
        )
    return call.mapping()


def _details(call: Call) -> bool:
    return call.query.get("includeDetails", "").lower() == "true"


def _described(call: Call, definition: Mapping[str, Any]) -> Reply:
    found = plan(call.state, call.rights, definition)
    attributes = _attributes(call, definition["id"], definition["name"])
    return Reply(body={"attributes": attributes, **description(found)})


def _attributes(call: Call, report_id: str | None, name: str | None) -> dict[str, Any]:
    url = f"{call.root}/analytics/reports/{report_id or 'null'}"
    return {
        "describeUrl": f"{url}/describe",
        "instancesUrl": f"{url}/instances",
        "reportId": report_id,
        "reportName": name,
        "type": "Report",
    }


def _status(call: Call, one: Instance) -> str:
    if call.state.world.clock.now_ms() < one.ready_ms:
        return "Running"
    return "Error" if one.result is None else "Success"


def _instance(call: Call, row: Row, one: Instance) -> dict[str, Any]:
    status = _status(call, one)
    url = f"{call.root}/analytics/reports/{row['Id']}/instances/{one.id}"
    return {
        "completionDate": None if status == "Running" else _moment(one.ready_ms),
        "hasDetailRows": one.details,
        "id": one.id,
        "ownerId": one.owner_id,
        "queryable": False,
        "requestDate": _moment(one.requested_ms),
        "status": status,
        "url": None if status == "Error" else url,
    }


def _moment(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


_REPORT = "analytics/reports/{report_id}"
RESOURCES = (
    Resource(pattern="analytics", methods={"GET": listing}),
    Resource(pattern="analytics/dashboards", methods={"GET": dashboards}),
    Resource(pattern="analytics/reports", methods={"GET": recent, "POST": create}),
    Resource(pattern="analytics/reports/query", methods={"POST": run_unsaved}),
    Resource(
        pattern=_REPORT,
        methods={"GET": run_stored, "POST": run_changed, "PATCH": save, "DELETE": remove},
    ),
    Resource(pattern=f"{_REPORT}/describe", methods={"GET": describe}),
    Resource(pattern=f"{_REPORT}/instances", methods={"GET": runs, "POST": start}),
    Resource(
        pattern=f"{_REPORT}/instances/{{instance_id}}",
        methods={"GET": run_result, "DELETE": drop_run},
    ),
    Resource(pattern="query", methods={"GET": explain}),
)
