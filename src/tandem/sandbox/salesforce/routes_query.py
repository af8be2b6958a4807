"""Queries and their pages, searches, and what changed since ([queryopt], [getupdated], [getdeleted])."""

import re
from typing import Any

from tandem.sandbox.salesforce import changes, sosl
from tandem.sandbox.salesforce.behaviour import soql_rules
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.soql import QueryError, Result, Visibility, execute
from tandem.sandbox.salesforce.view import View

LARGEST_PAGE = 2_000
SMALLEST_PAGE = 200
LONGEST_STATEMENT = 100_000
_BATCH_SIZE = re.compile(r"\s*batchSize\s*=\s*(\d+)\s*", re.IGNORECASE)


def query(call: Call) -> Reply:
    """Records that are neither deleted nor archived."""
    return _query(call, Visibility.QUERY)


def query_all(call: Call) -> Reply:
    """Deleted and archived records too."""
    return _query(call, Visibility.QUERY_ALL)


def more(call: Call, locator: str) -> Reply:
    """The page of a locator."""
    if call.state.faults.take_named("locator_expired"):
        raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
    cursor_id, start, cursor = call.state.cursors.page(locator, user_id=call.rights.user_id)
    return _page(call, cursor.records, cursor_id, start, cursor.page, len(cursor.records))


def run(call: Call, statement: str, visibility: Visibility) -> Result:
    """Run a statement for the caller; a refusal is the platform's error."""
    faults = call.state.faults
    if faults.take_named("query_timeout"):
        raise SalesforceError("QUERY_TIMEOUT", "Your query request was running for too long.")
    if faults.take_named("operation_too_large"):
        raise SalesforceError(
            "OPERATION_TOO_LARGE",
            "exceeded 100000 distinct who/what's; too many records were involved in the query",
        )
    if len(statement) > LONGEST_STATEMENT:
        raise SalesforceError(
            "QUERY_TOO_COMPLICATED", f"SOQL statements cannot be longer than {LONGEST_STATEMENT}"
        )
    try:
        return execute(
            statement,
            View(call.state, call.rights),
            version=call.version,
            visibility=visibility,
            rules=soql_rules(call.state.switches),
        )
    except QueryError as error:
        raise SalesforceError(error.code, error.message) from error


def _query(call: Call, visibility: Visibility) -> Reply:
    explained = call.query.get("explain")
    if explained is not None:
        return _explain(call, explained)
    statement = call.query.get("q")
    if statement is None:
        raise SalesforceError("MALFORMED_QUERY", "A query string has to be specified", status=400)
    found = run(call, statement, visibility)
    size = page_size(call)
    if len(found.records) <= size:
        return _page(call, found.records, "", 0, size, found.total_size)
    cursor_id = call.state.cursors.open(found.records, page=size, user_id=call.rights.user_id)
    return _page(call, found.records, cursor_id, 0, size, found.total_size)


def page_size(call: Call) -> int:
    """The page the caller wants, within 200 and 2,000 ([queryopt])."""
    asked = _BATCH_SIZE.fullmatch(call.headers.get("sforce-query-options", ""))
    if asked is None:
        return LARGEST_PAGE
    return min(max(int(asked[1]), SMALLEST_PAGE), LARGEST_PAGE)


def _page(call: Call, records: Any, cursor_id: str, start: int, size: int, total: int) -> Reply:
    stop = start + size
    body: dict[str, Any] = {"totalSize": total, "done": stop >= len(records)}
    if not body["done"]:
        body["nextRecordsUrl"] = f"{call.root}/query/{cursor_id}-{stop}"
    body["records"] = records.page(start, stop)
    return Reply(body=body)


def _explain(call: Call, statement: str) -> Reply:
    """One plan: an index where the statement filters by one, else a scan ([jsforce])."""
    found = run(call, statement, Visibility.QUERY)
    size = len(call.state.store.table(found.object_name))
    plan = {
        "cardinality": len(found.records),
        "fields": ["SystemModstamp"] if "SystemModstamp" in statement else [],
        "leadingOperationType": "Index" if "WHERE" in statement.upper() else "TableScan",
        "notes": [],
        "relativeCost": round(len(found.records) / size, 3) if size else 0.0,
        "sobjectCardinality": size,
        "sobjectType": found.object_name,
    }
    return Reply(body={"plans": [plan], "sourceQuery": statement})


RESOURCES = (
    Resource(pattern="query", methods={"GET": query}),
    Resource(pattern="queryAll", methods={"GET": query_all}),
    Resource(pattern="query/{locator}", methods={"GET": more}),
    Resource(pattern="queryAll/{locator}", methods={"GET": more}),
    Resource(pattern="sobjects/{kind}/updated", methods={"GET": changes.updated}),
    Resource(pattern="sobjects/{kind}/deleted", methods={"GET": changes.deleted}),
    Resource(pattern="search", methods={"GET": sosl.search}),
    Resource(
        pattern="parameterizedSearch",
        methods={"GET": sosl.parameterized, "POST": sosl.parameterized},
    ),
)
