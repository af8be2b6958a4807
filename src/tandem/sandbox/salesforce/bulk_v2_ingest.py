"""Bulk API 2.0 ingest jobs ([bulk2-ingest])."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from tandem.sandbox.salesforce import bulk_csv, errors
from tandem.sandbox.salesforce.bulk_ingest import check_columns, error_text, ingest, record_from
from tandem.sandbox.salesforce.bulk_jobs import (
    Job,
    Operation,
    Outcome,
    Step,
    bulk_object,
    check_external_id,
    counts,
    jobs_of,
    operation_of,
)
from tandem.sandbox.salesforce.bulk_v2 import (
    CSV_TYPE,
    SETTLED,
    abort,
    delete,
    find_job,
    job_json,
    listing,
    members,
    new_job,
    wrong_step,
)
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Resource

MAX_UPLOAD = 150_000_000
MAX_MULTIPART = 100_000


_INGEST_MEMBERS = {
    "object",
    "operation",
    "contentType",
    "columnDelimiter",
    "lineEnding",
    "externalIdFieldName",
    "assignmentRuleId",
}


def _create_ingest(call: Call) -> Reply:
    upload: bytes | None = None
    if call.headers.get("content-type", "").startswith("multipart/"):
        call.parsed, upload = _multipart(call)
    given = members(call, _INGEST_MEMBERS)
    operation = operation_of(given.get("operation"))
    if operation.reads:
        raise SalesforceError("INVALIDJOB", f"Operation '{operation}' is not an ingest operation")
    refused = call.state.switches["bulk_hard_delete"] == "refuse"
    if operation is Operation.HARD_DELETE and refused:
        raise SalesforceError(
            "FEATURENOTENABLED",
            "hardDelete operation requires special user profile permission, please contact your "
            "system administrator",
        )
    sobject = bulk_object(call.state, call.rights, given.get("object"))
    external_id = None
    if operation is Operation.UPSERT:
        external_id = check_external_id(sobject, given.get("externalIdFieldName"))
    job = new_job(call, operation, sobject.name, given)
    job.external_id = external_id
    if upload is not None:
        job.upload = upload
        return Reply(body=_start(call, job))
    return Reply(body=job_json(job))


def _multipart(call: Call) -> tuple[Any, bytes]:
    """The job and its data in one request ([bulk2-multipart])."""
    match = re.search(r'boundary="?([^";]+)"?', call.headers["content-type"])
    parts: dict[str, bytes] = {}
    for part in call.raw.split(b"--" + match.group(1).encode()) if match else ():
        head, _, content = part.lstrip(b"\r\n").replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
        name = re.search(rb'name="([^"]+)"', head)
        if name:
            parts[name.group(1).decode("ascii", "replace")] = re.sub(rb"\r?\n\Z", b"", content)
    if set(parts) != {"job", "content"}:
        raise errors.parser_error("A multipart job has the parts job and content")
    if len(parts["content"]) > MAX_MULTIPART:
        raise SalesforceError(
            "API_ERROR", f"The data of a multipart job has at most {MAX_MULTIPART} characters"
        )
    try:
        return msgspec.json.decode(parts["job"]), parts["content"]
    except msgspec.DecodeError as error:
        raise errors.parser_error(f"Unexpected character: {error}") from error


def _upload(call: Call, job: str) -> Reply:
    found = find_job(call, job, reads=False)
    if found.step is not Step.OPEN or found.upload is not None:
        raise wrong_step(found, "an upload")
    if not call.headers.get("content-type", "").startswith(CSV_TYPE):
        raise SalesforceError("UNSUPPORTED_MEDIA_TYPE", "Job data must be sent as text/csv")
    if len(call.raw) > MAX_UPLOAD:
        raise SalesforceError("API_ERROR", "The uploaded data is over 150 MB")
    found.upload = call.raw
    return Reply(status=201)


def _change_ingest(call: Call, job: str) -> Reply:
    found = find_job(call, job, reads=False)
    given = members(call, {"state"})
    if given.get("state") == Step.ABORTED:
        abort(call, found, given)
        return Reply(body=job_json(found))
    if given.get("state") != Step.UPLOAD_COMPLETE:
        raise SalesforceError("INVALIDJOBSTATE", f"Invalid job state: {given.get('state')}")
    if found.step is not Step.OPEN:
        raise wrong_step(found, "the end of an upload")
    return Reply(body=_start(call, found))


def _start(call: Call, job: Job) -> dict[str, Any]:
    """Queue the job; the answer shows it uploaded even if it is done already."""
    job.step, job.modified = Step.UPLOAD_COMPLETE, call.state.stamp()
    shown = job_json(job)
    call.state.limits.note("DailyBulkApiBatches")
    job.work = jobs_of(call.state).schedule(lambda: _run_ingest(call, job))
    return shown


def _run_ingest(call: Call, job: Job) -> None:
    """Write the upload as its user, whose rights are those of the moment."""
    state = call.state
    rights = state.rights(job.user_id)
    job.modified = state.stamp()
    try:
        sobject = bulk_object(state, rights, job.object_name)
        job.header, job.lines = bulk_csv.read(
            job.upload or b"", delimiter=job.delimiter, line_ending=job.line_ending
        )
        check_columns(sobject, rights, job.header, job.operation)
    except bulk_csv.UnreadableCsv as error:
        job.step, job.error = Step.FAILED, str(error)
        return
    except SalesforceError as error:
        job.step, job.error = Step.FAILED, f"InvalidBatch : {error.message}"
        return
    records = [record_from(job.header, line) for line in job.lines]
    job.outcomes = ingest(state, rights, sobject, job.operation, records, job.external_id)
    job.step = Step.JOB_COMPLETE


def _show_ingest(call: Call, job: str) -> Reply:
    found = find_job(call, job, reads=False)
    processed, failed = counts(found.outcomes)
    return Reply(
        body={
            **job_json(found),
            "jobType": found.job_type,
            "numberRecordsProcessed": processed,
            "numberRecordsFailed": failed,
            "retries": 0,
            "totalProcessingTime": processed,
            "apiActiveProcessingTime": processed,
            "apexProcessingTime": 0,
            **({"errorMessage": found.error} if found.error else {}),
        }
    )


def _successful(call: Call, job: str) -> Reply:
    def line(outcome: Outcome) -> list[str] | None:
        if outcome.error is not None:
            return None
        return [outcome.record_id, "true" if outcome.created else "false"]

    return _outcomes(call, job, ["sf__Id", "sf__Created"], line)


def _failed(call: Call, job: str) -> Reply:
    def line(outcome: Outcome) -> list[str] | None:
        if outcome.error is None:
            return None
        return [outcome.record_id, error_text(outcome.error)]

    return _outcomes(call, job, ["sf__Id", "sf__Error"], line)


def _outcomes(
    call: Call, job: str, names: Sequence[str], line: Callable[[Outcome], list[str] | None]
) -> Reply:
    found = _settled(call, job)
    lines = (
        [*first, *given]
        for outcome, given in zip(found.outcomes, found.lines, strict=False)
        if (first := line(outcome)) is not None
    )
    return _csv_of(found, [*names, *found.header], lines)


def _unprocessed(call: Call, job: str) -> Reply:
    """What a failed or aborted job never came to, in the form it was sent."""
    found = _settled(call, job)
    header, lines = found.header, found.lines[len(found.outcomes) :]
    if found.step is not Step.JOB_COMPLETE and found.upload and not lines:
        try:
            header, lines = bulk_csv.read(
                found.upload, delimiter=found.delimiter, line_ending=found.line_ending
            )
        except bulk_csv.UnreadableCsv:
            return Reply(body=found.upload, media_type=CSV_TYPE)
    return _csv_of(found, header, lines)


def _csv_of(job: Job, header: Sequence[str], lines: Iterable[Sequence[str]]) -> Reply:
    body = bulk_csv.write(header, lines, delimiter=job.delimiter, line_ending=job.line_ending)
    return Reply(body=body, media_type=CSV_TYPE)


def _settled(call: Call, job_id: str) -> Job:
    found = find_job(call, job_id, reads=False)
    if found.step not in SETTLED:
        raise wrong_step(found, "results")
    return found


def _delete_ingest(call: Call, job: str) -> Reply:
    return delete(call, job, reads=False)


def _list_ingests(call: Call) -> Reply:
    return listing(call, reads=False)


RESOURCES = (
    Resource(pattern="jobs/ingest", methods={"GET": _list_ingests, "POST": _create_ingest}),
    Resource(
        pattern="jobs/ingest/{job}",
        methods={"GET": _show_ingest, "PATCH": _change_ingest, "DELETE": _delete_ingest},
    ),
    Resource(pattern="jobs/ingest/{job}/batches", methods={"PUT": _upload}),
    Resource(pattern="jobs/ingest/{job}/successfulResults", methods={"GET": _successful}),
    Resource(pattern="jobs/ingest/{job}/failedResults", methods={"GET": _failed}),
    Resource(pattern="jobs/ingest/{job}/unprocessedrecords", methods={"GET": _unprocessed}),
)
