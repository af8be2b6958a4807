"""
Bulk API 1.0 below ``/services/async/NN.0``, as tap-salesforce and simple-salesforce use it ([bulk1]).

Jobs answer in the format of the request (JSON or XML), batches and their results in that of the job:
a client of a CSV job reads XML there, whatever it sends ([run-tap]).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from tandem.sandbox.salesforce import bulk_csv
from tandem.sandbox.salesforce import bulk_v1_wire as wire
from tandem.sandbox.salesforce.bulk_ingest import check_columns, ingest, record_from
from tandem.sandbox.salesforce.bulk_jobs import (
    BATCH_PREFIX,
    JOB_PREFIX,
    RESULT_PREFIX,
    Jobs,
    Operation,
    Outcome,
    Work,
    bulk_object,
    check_external_id,
    counts,
    jobs_of,
    operation_of,
    select,
)
from tandem.sandbox.salesforce.bulk_queries import check_statement
from tandem.sandbox.salesforce.bulk_v1_wire import ClassicError
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply
from tandem.sandbox.salesforce.soql import Records, Result

MAX_RECORDS = 10_000
MAX_BATCH = 10_000_000
DEFAULT_CHUNK, LARGEST_CHUNK = 100_000, 250_000
_CONTENT_TYPES = ("CSV", "XML", "JSON")


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch: what was sent, and what became of it."""

    id: str
    raw: bytes
    created: str
    modified: str
    work: Work | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    records: Records | None = None
    result_id: str = ""
    failure: str | None = None
    is_skipped: bool = False

    @property
    def state(self) -> str:
        if self.is_skipped:
            return "NotProcessed"
        if self.work is not None and not self.work.is_done:
            return "InProgress"
        return "Failed" if self.failure is not None else "Completed"


@dataclass(slots=True, kw_only=True)
class ClassicJob:
    """A 1.0 job. *chunk* is the size of PK chunks, 0 without chunking."""

    id: str
    operation: Operation
    object_name: str
    content_type: str
    user_id: str
    version: str
    created: str
    modified: str
    concurrency: str = "Parallel"
    external_id: str | None = None
    state: str = "Open"
    chunk: int = 0
    result: Result | None = None
    batches: dict[str, Batch] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        return self.content_type == "JSON"


def answer(call: Call) -> Reply:
    """
    Answer a call whose path begins behind ``/services/async/NN.0``.

    The session comes in ``X-SFDC-Session``, with or without ``Bearer`` in front.
    """
    as_json = _is_json(call)
    try:
        jobs = jobs_of(call.state)
        jobs.settle()
        return _dispatch(call, jobs)
    except ClassicError as error:
        return error.reply(as_json=as_json)
    except SalesforceError as error:
        return _classic(error).reply(as_json=as_json)


def _dispatch(call: Call, jobs: Jobs) -> Reply:
    match (call.method, call.path):
        case ("POST", ("job",)):
            return _create(call, jobs)
        case ("GET", ("job", job)):
            return _job_reply(call, _job(jobs, job))
        case ("POST", ("job", job)):
            return _change(call, jobs, _job(jobs, job))
        case ("POST", ("job", job, "batch")):
            return _add(call, jobs, _job(jobs, job))
        case ("GET", ("job", job, "batch")):
            found = _job(jobs, job)
            infos = [_batch_members(found, _looked_at(jobs, one)) for one in found.batches.values()]
            return wire.batch_list(infos, as_json=found.is_json)
        case ("GET", ("job", job, "batch", batch)):
            found = _job(jobs, job)
            return _batch_reply(found, _looked_at(jobs, _batch(found, batch)))
        case ("GET", ("job", job, "batch", batch, "request")):
            found = _job(jobs, job)
            return _sent(found, _batch(found, batch))
        case ("GET", ("job", job, "batch", batch, "result")):
            found = _job(jobs, job)
            return _results(found, _batch(found, batch))
        case ("GET", ("job", job, "batch", batch, "result", result)):
            found = _job(jobs, job)
            return _query_result(call, found, _batch(found, batch), result)
    raise ClassicError("InvalidUrl", f"There is no {call.method} {'/'.join(call.path)}", status=404)


def _is_json(call: Call) -> bool:
    return "json" in call.headers.get("content-type", "")


def _job(jobs: Jobs, job_id: str) -> ClassicJob:
    for known, job in jobs.classic.items():
        if known[:15] == job_id[:15]:
            found: ClassicJob = job
            return found
    raise ClassicError("InvalidJob", f"Invalid job id: {job_id}")


def _batch(job: ClassicJob, batch_id: str) -> Batch:
    for known, batch in job.batches.items():
        if known[:15] == batch_id[:15]:
            return batch
    raise ClassicError("InvalidBatch", f"Invalid batch id: {batch_id}")


def _looked_at(jobs: Jobs, batch: Batch) -> Batch:
    jobs.looked_at(batch.work)
    return batch


def _classic(error: SalesforceError) -> ClassicError:
    """An error of the shared parts under its 1.0 name."""
    named = {
        "INVALIDENTITY": "InvalidEntity",
        "INVALIDJOB": "InvalidJob",
        "INVALIDBATCH": "InvalidBatch",
        "FEATURENOTENABLED": "FeatureNotEnabled",
        "INVALID_SESSION_ID": "InvalidSessionId",
        "JSON_PARSER_ERROR": "InvalidJob",
    }
    return ClassicError(named.get(error.code, error.code), error.message, status=error.status)


# Jobs


def _create(call: Call, jobs: Jobs) -> Reply:
    given = call.mapping() if _is_json(call) else wire.members_from_xml(call.raw)
    operation = operation_of(given.get("operation"))
    if operation is Operation.HARD_DELETE and call.state.switches["bulk_hard_delete"] == "refuse":
        raise ClassicError(
            "FeatureNotEnabled", "hardDelete operation requires special user profile permission"
        )
    sobject = bulk_object(call.state, call.rights, given.get("object"))
    content_type = str(given.get("contentType", "XML")).upper()
    if content_type not in _CONTENT_TYPES:
        raise ClassicError("InvalidJob", f"Unsupported content type: {content_type}")
    external_id = None
    if operation is Operation.UPSERT:
        external_id = check_external_id(sobject, given.get("externalIdFieldName"))
    serial = given.get("concurrencyMode") in (1, "1", "Serial", "serial")
    now = call.state.stamp()
    job = ClassicJob(
        id=jobs.make_id(JOB_PREFIX),
        operation=operation,
        object_name=sobject.name,
        content_type=content_type,
        user_id=call.rights.user_id,
        version=call.version,
        created=now,
        modified=now,
        concurrency="Serial" if serial else "Parallel",
        external_id=external_id,
        chunk=_chunk_size(call.headers.get("sforce-enable-pkchunking", ""), operation),
    )
    jobs.classic[job.id] = job
    return _job_reply(call, job, status=201)


def _chunk_size(header: str, operation: Operation) -> int:
    """``true; chunkSize=100000; parent=Account`` ([bulk-pk])."""
    first, *options = (part.strip() for part in header.split(";"))
    sizes = [int(found[1]) for one in options if (found := re.fullmatch(r"chunkSize=(\d+)", one))]
    if not operation.reads or not (first.lower() == "true" or sizes):
        return 0
    return min(sizes[0] if sizes else DEFAULT_CHUNK, LARGEST_CHUNK)


def _change(call: Call, jobs: Jobs, job: ClassicJob) -> Reply:
    given = call.mapping() if _is_json(call) else wire.members_from_xml(call.raw)
    wanted = given.get("state")
    if wanted not in ("Closed", "Aborted"):
        raise ClassicError("InvalidJobState", f"Invalid job state: {wanted}")
    if job.state == "Aborted":
        raise ClassicError("InvalidJobState", "Aborted job can not be changed")
    job.state, job.modified = wanted, call.state.stamp()
    if wanted == "Aborted":
        for batch in job.batches.values():
            if batch.state == "InProgress":
                jobs.cancel(batch.work)
                batch.is_skipped = True
    return _job_reply(call, job)


def _job_reply(call: Call, job: ClassicJob, *, status: int = 200) -> Reply:
    states = [one.state for one in job.batches.values()]
    worked = [counts(one.outcomes) for one in job.batches.values()]
    read = sum(len(one.records) for one in job.batches.values() if one.records is not None)
    members = {
        "id": job.id,
        "operation": str(job.operation),
        "object": job.object_name,
        "createdById": job.user_id,
        "createdDate": job.created,
        "systemModstamp": job.modified,
        "state": job.state,
        "externalIdFieldName": job.external_id,
        "concurrencyMode": job.concurrency,
        "contentType": job.content_type,
        "numberBatchesQueued": 0,
        "numberBatchesInProgress": states.count("InProgress"),
        "numberBatchesCompleted": states.count("Completed"),
        "numberBatchesFailed": states.count("Failed"),
        "numberBatchesTotal": len(states),
        "numberRecordsProcessed": sum(done for done, _ in worked) + read,
        "numberRetries": 0,
        "apiVersion": float(job.version),
        "numberRecordsFailed": sum(failed for _, failed in worked),
        "totalProcessingTime": 0,
        "apiActiveProcessingTime": 0,
        "apexProcessingTime": 0,
    }
    return wire.element("jobInfo", members, as_json=_is_json(call), status=status)


# Batches


def _add(call: Call, jobs: Jobs, job: ClassicJob) -> Reply:
    if job.state != "Open":
        raise ClassicError("InvalidJobState", f"Unable to add a batch to a {job.state} job")
    if len(call.raw) > MAX_BATCH:
        raise ClassicError("ClientInputError", "Failed to read request: over 10 MB")
    call.state.limits.note("DailyBulkApiBatches")
    batch = _new_batch(call, jobs, job, call.raw)
    if job.operation.reads and job.chunk:
        # The batch that was sent only gives rise to the chunks ([bulk-pk]).
        batch.is_skipped = True
        _add_chunks(call, jobs, job, batch)
    else:
        run = _read if job.operation.reads else _ingest
        batch.work = jobs.schedule(partial(run, call, job, batch))
    return _batch_reply(job, batch, status=201)


def _new_batch(call: Call, jobs: Jobs, job: ClassicJob, raw: bytes) -> Batch:
    now = call.state.stamp()
    batch = Batch(id=jobs.make_id(BATCH_PREFIX), raw=raw, created=now, modified=now)
    job.batches[batch.id] = batch
    return batch


def _add_chunks(call: Call, jobs: Jobs, job: ClassicJob, sent: Batch) -> None:
    """A batch for each stretch of ids of the object, whether or not the statement finds any there."""
    _read(call, job, sent)
    if sent.records is None:
        sent.is_skipped = False
        return
    ids = sorted(call.state.store.table(job.object_name).raw)
    records, sent.records = sent.records, None
    for start in range(0, max(len(ids), 1), job.chunk):
        part = frozenset(ids[start : start + job.chunk])
        batch = _new_batch(call, jobs, job, sent.raw)
        batch.result_id = jobs.make_id(RESULT_PREFIX)
        batch.records = records.only(partial(_is_among, part))
        batch.work = jobs.schedule(_nothing)


def _is_among(part: frozenset[str], row: Any) -> bool:
    return row.get("Id") in part


def _nothing() -> None:
    """The records of a chunk are found with the others."""


def _read(call: Call, job: ClassicJob, batch: Batch) -> None:
    rights = call.state.rights(job.user_id)
    batch.modified = call.state.stamp()
    try:
        statement = batch.raw.decode("utf-8").strip()
        job.result = select(call.state, rights, statement, job.operation, job.version)
        check_statement(statement, job.result)
        batch.records = job.result.records
        batch.result_id = jobs_of(call.state).make_id(RESULT_PREFIX)
    except (SalesforceError, UnicodeDecodeError) as error:
        text = (
            f"{error.code}: {error.message}" if isinstance(error, SalesforceError) else str(error)
        )
        batch.failure = f"InvalidBatch : Failed to process query: {text}"


def _ingest(call: Call, job: ClassicJob, batch: Batch) -> None:
    state = call.state
    rights = state.rights(job.user_id)
    batch.modified = state.stamp()
    try:
        sobject = bulk_object(state, rights, job.object_name)
        records, header = _records_of(job, batch)
        check_columns(sobject, rights, header, job.operation)
    except bulk_csv.UnreadableCsv as error:
        batch.failure = str(error)
    except (ClassicError, SalesforceError) as error:
        batch.failure = f"InvalidBatch : {error.message}"
    else:
        batch.outcomes = ingest(state, rights, sobject, job.operation, records, job.external_id)


def _records_of(job: ClassicJob, batch: Batch) -> tuple[list[dict[str, Any]], Sequence[str]]:
    """The records sent, and the names of their columns where the format has a header."""
    if job.content_type == "CSV":
        ending = "CRLF" if b"\r\n" in batch.raw.split(b"\n", 1)[0] + b"\n" else "LF"
        header, lines = bulk_csv.read(batch.raw, delimiter="COMMA", line_ending=ending)
        records = [record_from(header, line) for line in lines]
        return _bounded(records), header
    if job.content_type == "XML":
        records = wire.records_from_xml(batch.raw)
    else:
        try:
            records = msgspec.json.decode(batch.raw, type=list[dict[str, Any]])
        except msgspec.MsgspecError as error:
            raise ClassicError("InvalidBatch", f"Failed to parse JSON: {error}") from error
    header = ["Id"] if job.operation in (Operation.DELETE, Operation.HARD_DELETE) else []
    return _bounded(records), header


def _bounded(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(records) > MAX_RECORDS:
        raise ClassicError("ExceededQuota", f"Batch has over {MAX_RECORDS} records")
    if not records:
        raise ClassicError("InvalidBatch", "Records not found")
    return records


def _batch_members(job: ClassicJob, batch: Batch) -> dict[str, Any]:
    done, failed = counts(batch.outcomes)
    read = len(batch.records) if batch.records is not None and batch.state == "Completed" else 0
    state = batch.state
    if state == "NotProcessed" and not job.is_json:
        state = "Not Processed"
    return {
        "id": batch.id,
        "jobId": job.id,
        "state": state,
        "stateMessage": batch.failure,
        "createdDate": batch.created,
        "systemModstamp": batch.modified,
        "numberRecordsProcessed": done + read,
        "numberRecordsFailed": failed,
        "totalProcessingTime": 0,
        "apiActiveProcessingTime": 0,
        "apexProcessingTime": 0,
    }


def _batch_reply(job: ClassicJob, batch: Batch, *, status: int = 200) -> Reply:
    members = _batch_members(job, batch)
    return wire.element("batchInfo", members, as_json=job.is_json, status=status)


# Results


def _sent(job: ClassicJob, batch: Batch) -> Reply:
    return Reply(body=batch.raw, media_type=_MEDIA[job.content_type])


def _results(job: ClassicJob, batch: Batch) -> Reply:
    _check_complete(batch)
    if job.operation.reads:
        return wire.result_list([batch.result_id], as_json=job.is_json)
    media_type = _MEDIA[job.content_type]
    if job.content_type == "CSV":
        lines = wire.outcome_lines(batch.outcomes)
        body = bulk_csv.write(["Id", "Success", "Created", "Error"], lines)
        return Reply(body=body, media_type=media_type)
    if job.content_type == "XML":
        return Reply(body=wire.outcomes_xml(batch.outcomes), media_type=media_type)
    return Reply(body=wire.outcomes_json(batch.outcomes), media_type=media_type)


def _query_result(call: Call, job: ClassicJob, batch: Batch, result_id: str) -> Reply:
    _check_complete(batch)
    if batch.records is None or job.result is None or result_id[:15] != batch.result_id[:15]:
        raise ClassicError("InvalidBatch", f"Result not found: {result_id}")
    columns, kinds = job.result.columns, job.result.kinds
    write: dict[str, Callable[[], Any]] = {
        "CSV": lambda: _query_csv(batch.records, columns, kinds),
        "XML": lambda: wire.records_xml(batch.records or ()),
        "JSON": lambda: _query_json(call, batch.records, columns, kinds),
    }
    return Reply(body=write[job.content_type](), media_type=_MEDIA[job.content_type])


def _query_csv(records: Records | None, columns: Sequence[str], kinds: Sequence[str]) -> bytes:
    if not records:
        return b"Records not found for this query"
    return bulk_csv.write(columns, bulk_csv.flattened(records, columns, kinds))


def _query_json(
    call: Call, records: Records | None, columns: Sequence[str], kinds: Sequence[str]
) -> list[dict[str, Any]]:
    if call.state.switches["bulk_v1_json_instants"] == "text":
        return list(records or ())
    return wire.in_milliseconds(records or (), columns, kinds)


_MEDIA = {
    "CSV": "text/csv",
    "XML": "application/xml",
    "JSON": "application/json;charset=UTF-8",
}


def _check_complete(batch: Batch) -> None:
    if batch.state == "Failed":
        raise ClassicError("InvalidBatch", f"Batch failed: {batch.failure}")
    if batch.state != "Completed":
        raise ClassicError("InvalidBatch", "Batch not completed")
