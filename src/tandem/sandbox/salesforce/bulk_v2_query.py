"""Bulk API 2.0 query jobs ([bulk2-query])."""

from __future__ import annotations

from tandem.sandbox.salesforce import bulk_csv
from tandem.sandbox.salesforce.bulk_jobs import (
    Job,
    Step,
    bulk_object,
    jobs_of,
    operation_of,
    select,
)
from tandem.sandbox.salesforce.bulk_queries import check_statement, object_of
from tandem.sandbox.salesforce.bulk_v2 import (
    CSV_TYPE,
    abort,
    delete,
    find_job,
    job_json,
    listing,
    locator_at,
    members,
    new_job,
    start_of,
    wrong_step,
)
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Resource

DEFAULT_RESULTS = 50_000


def _create_query(call: Call) -> Reply:
    given = members(call, {"operation", "query", "contentType", "columnDelimiter", "lineEnding"})
    operation = operation_of(given.get("operation"))
    if not operation.reads:
        raise SalesforceError("INVALIDJOB", f"Operation '{operation}' is not a query")
    statement = given.get("query")
    if not isinstance(statement, str):
        raise SalesforceError("INVALIDJOB", "A query job needs a query")
    sobject = bulk_object(call.state, call.rights, object_of(statement))
    # Run once now, so that a statement the platform refuses is refused at once.
    trial = select(call.state, call.rights, statement, operation, call.version, is_trial=True)
    check_statement(statement, trial)
    job = new_job(call, operation, sobject.name, given)
    job.statement, job.step = statement, Step.UPLOAD_COMPLETE
    call.state.limits.note("DailyBulkV2QueryJobs")
    shown = job_json(job)
    job.work = jobs_of(call.state).schedule(lambda: _run_query(call, job))
    return Reply(body=shown)


def _run_query(call: Call, job: Job) -> None:
    rights = call.state.rights(job.user_id)
    try:
        job.result = select(call.state, rights, job.statement, job.operation, job.version)
        job.step = Step.JOB_COMPLETE
    except SalesforceError as error:
        job.step, job.error = Step.FAILED, f"{error.code}: {error.message}"
    job.modified = call.state.stamp()


def _show_query(call: Call, job: str) -> Reply:
    found = find_job(call, job, reads=True)
    processed = found.result.total_size if found.result else 0
    return Reply(
        body={
            **job_json(found),
            "jobType": found.job_type,
            "numberRecordsProcessed": processed,
            "retries": 0,
            "totalProcessingTime": processed,
            "isPkChunkingSupported": True,
            **({"errorMessage": found.error} if found.error else {}),
        }
    )


def _abort_query(call: Call, job: str) -> Reply:
    found = find_job(call, job, reads=True)
    abort(call, found, members(call, {"state"}))
    return Reply(body=job_json(found))


def _query_results(call: Call, job: str) -> Reply:
    found = find_job(call, job, reads=True)
    if found.step is not Step.JOB_COMPLETE or found.result is None:
        raise wrong_step(found, "results")
    start = start_of(call.query.get("locator"))
    size = _max_records(call.query.get("maxRecords"))
    records = found.result.records
    end = min(start + size, len(records))
    if start > len(records):
        raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
    body = bulk_csv.write(
        found.result.columns,
        bulk_csv.flattened(records.page(start, end), found.result.columns, found.result.kinds),
        delimiter=found.delimiter,
        line_ending=found.line_ending,
    )
    headers = {
        "Sforce-Locator": locator_at(end) if end < len(records) else "null",
        "Sforce-NumberOfRecords": str(end - start),
    }
    return Reply(body=body, media_type=CSV_TYPE, headers=headers)


def _max_records(given: str | None) -> int:
    if given is None:
        return DEFAULT_RESULTS
    if not given.isdigit() or int(given) == 0:
        raise SalesforceError("API_ERROR", f"maxRecords must be a positive number, not {given}")
    return int(given)


def _delete_query(call: Call, job: str) -> Reply:
    return delete(call, job, reads=True)


def _list_queries(call: Call) -> Reply:
    return listing(call, reads=True)


RESOURCES = (
    Resource(pattern="jobs/query", methods={"GET": _list_queries, "POST": _create_query}),
    Resource(
        pattern="jobs/query/{job}",
        methods={"GET": _show_query, "PATCH": _abort_query, "DELETE": _delete_query},
    ),
    Resource(pattern="jobs/query/{job}/results", methods={"GET": _query_results}),
)
