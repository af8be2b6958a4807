"""What query and ingest jobs of Bulk API 2.0 have in common ([bulk2-ingest], [bulk2-query])."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tandem.sandbox.salesforce import bulk_csv, errors
from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.bulk_jobs import JOB_PREFIX, Job, Operation, Step, jobs_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.resource import Call, Reply

JOBS_A_PAGE = 1_000
CSV_TYPE = "text/csv"
SETTLED = (Step.JOB_COMPLETE, Step.FAILED, Step.ABORTED)
_DELETABLE = (Step.UPLOAD_COMPLETE, *SETTLED)


def members(call: Call, known: set[str]) -> dict[str, Any]:
    """The body as a JSON object with no members but the known ones."""
    given = call.mapping()
    for name in given:
        if name not in known:
            raise errors.parser_error(f'Unrecognized field "{name}" at [line:1, column:1]')
    return given


def new_job(call: Call, operation: Operation, object_name: str, given: dict[str, Any]) -> Job:
    """An open job in the format the client asked for."""
    delimiter = str(given.get("columnDelimiter", "COMMA")).upper()
    line_ending = str(given.get("lineEnding", "LF")).upper()
    if delimiter not in bulk_csv.DELIMITERS:
        raise SalesforceError("INVALIDJOB", f"Unknown column delimiter: {delimiter}")
    if line_ending not in bulk_csv.LINE_ENDINGS:
        raise SalesforceError("INVALIDJOB", f"Unknown line ending: {line_ending}")
    if str(given.get("contentType", "CSV")).upper() != "CSV":
        raise SalesforceError("INVALIDJOB", "Bulk API 2.0 takes contentType CSV only")
    jobs, now = jobs_of(call.state), call.state.stamp()
    job = Job(
        id=jobs.make_id(JOB_PREFIX),
        operation=operation,
        object_name=object_name,
        user_id=call.rights.user_id,
        version=call.version,
        created=now,
        modified=now,
        step=Step.OPEN,
        delimiter=delimiter,
        line_ending=line_ending,
    )
    jobs.jobs[job.id] = job
    return job


def job_json(job: Job) -> dict[str, Any]:
    """A job as every answer shows it."""
    shown: dict[str, Any] = {
        "id": job.id,
        "operation": str(job.operation),
        "object": job.object_name,
        "createdById": job.user_id,
        "createdDate": job.created,
        "systemModstamp": job.modified,
        "state": str(job.step),
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version),
        "lineEnding": job.line_ending,
        "columnDelimiter": job.delimiter,
    }
    if job.external_id:
        shown["externalIdFieldName"] = job.external_id
    if job.step is Step.OPEN:
        shown["contentUrl"] = f"services/data/v{job.version}/jobs/ingest/{job.id}/batches"
    return shown


def find_job(call: Call, job_id: str, *, reads: bool) -> Job:
    """The job of that id. Looking is what lets a job that waits for polls go on."""
    jobs = jobs_of(call.state)
    found = jobs.jobs.get(job_id) or jobs.jobs.get(_full(job_id))
    if found is None or found.operation.reads != reads:
        raise errors.not_found()
    if not _may_see(call.rights, found):
        raise SalesforceError("INSUFFICIENT_ACCESS", "insufficient access rights on job")
    jobs.settle()
    if call.method == "GET":
        jobs.looked_at(found.work)
    if found.step is Step.UPLOAD_COMPLETE and found.work is not None and not found.work.is_done:
        found.step = Step.IN_PROGRESS
    return found


def _may_see(rights: Rights, job: Job) -> bool:
    return rights.user_id == job.user_id or rights.may("ViewAllData")


def _full(job_id: str) -> str:
    return id18(job_id) if is_id(job_id) else job_id


def abort(call: Call, job: Job, given: dict[str, Any]) -> None:
    if given.get("state") != Step.ABORTED:
        raise SalesforceError("INVALIDJOBSTATE", f"Invalid job state: {given.get('state')}")
    if job.step in SETTLED:
        raise wrong_step(job, "an abort")
    jobs_of(call.state).cancel(job.work)
    job.step, job.modified = Step.ABORTED, call.state.stamp()


def delete(call: Call, job_id: str, *, reads: bool) -> Reply:
    found = find_job(call, job_id, reads=reads)
    if found.step not in _DELETABLE:
        raise wrong_step(found, "a delete")
    jobs = jobs_of(call.state)
    jobs.cancel(found.work)
    del jobs.jobs[found.id]
    return Reply(status=204)


def listing(call: Call, *, reads: bool) -> Reply:
    """All jobs of a kind the user may see, 1,000 a page."""
    for name in call.query:
        if name not in ("jobType", "isPkChunkingEnabled", "concurrencyMode", "queryLocator"):
            raise SalesforceError("API_ERROR", f"Unknown parameter: {name}")
    jobs = jobs_of(call.state)
    jobs.settle()
    kind = call.query.get("jobType")
    chunked = call.query.get("isPkChunkingEnabled") == "true"
    found = [
        {**job_json(job), "jobType": job.job_type}
        for job in jobs.jobs.values()
        if job.operation.reads == reads and kind in (None, job.job_type) and not chunked
        if _may_see(call.rights, job)
    ]
    start = start_of(call.query.get("queryLocator"))
    end = start + JOBS_A_PAGE
    path = f"{call.root}/jobs/{'query' if reads else 'ingest'}"
    more = f"{path}?queryLocator={locator_at(end)}" if end < len(found) else None
    return Reply(body={"done": more is None, "records": found[start:end], "nextRecordsUrl": more})


def wrong_step(job: Job, wanted: str) -> SalesforceError:
    return SalesforceError(
        "INVALIDJOBSTATE", f"The job {job.id} is in state {job.step}, which does not allow {wanted}"
    )


def locator_at(at: int) -> str:
    return base64.urlsafe_b64encode(str(at).encode()).decode().rstrip("=")


def start_of(locator: str | None) -> int:
    if locator is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode("ascii")
        return int(text)
    except (binascii.Error, ValueError):
        raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator") from None
