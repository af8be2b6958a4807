"""
Bulk API 1.0 below ``/services/async/NN.0``, as tap-salesforce and simple-salesforce use it ([bulk1]).

Jobs answer in the format of the request (JSON or XML), batches and their results in that of the job:
a client of a CSV job reads XML there, whatever it sends ([run-tap]).
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from tandem.sandbox.salesforce import bulk_v1_wire as wire
from tandem.sandbox.salesforce.bulk_jobs import (
    JOB_PREFIX,
    Jobs,
    Operation,
    bulk_object,
    check_external_id,
    counts,
    jobs_of,
    operation_of,
)
from tandem.sandbox.salesforce.bulk_v1_batches import (
    Batch,
    ClassicJob,
    add_chunks,
    new_batch,
    query_result,
    read_records,
    results,
    sent,
    write_records,
)
from tandem.sandbox.salesforce.bulk_v1_wire import ClassicError
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply

MAX_BATCH = 10_000_000
DEFAULT_CHUNK, LARGEST_CHUNK = 100_000, 250_000
_CONTENT_TYPES = ("CSV", "XML", "JSON")


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
            return sent(found, _batch(found, batch))
        case ("GET", ("job", job, "batch", batch, "result")):
            found = _job(jobs, job)
            return results(found, _batch(found, batch))
        case ("GET", ("job", job, "batch", batch, "result", result)):
            found = _job(jobs, job)
            return query_result(call, found, _batch(found, batch), result)
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
    batch = new_batch(call, jobs, job, call.raw)
    if job.operation.reads and job.chunk:
        # The batch that was sent only gives rise to the chunks ([bulk-pk]).
        batch.is_skipped = True
        add_chunks(call, jobs, job, batch)
    else:
        run = read_records if job.operation.reads else write_records
        batch.work = jobs.schedule(partial(run, call, job, batch))
    return _batch_reply(job, batch, status=201)


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
