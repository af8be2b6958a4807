"""Batches of Bulk API 1.0: what is sent, how it is worked on, and its results ([bulk1], [bulk-pk])."""

from __future__ import annotations

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
    RESULT_PREFIX,
    Jobs,
    Operation,
    Outcome,
    Work,
    bulk_object,
    jobs_of,
    select,
)
from tandem.sandbox.salesforce.bulk_queries import check_statement
from tandem.sandbox.salesforce.bulk_v1_wire import ClassicError
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply
from tandem.sandbox.salesforce.soql import Records, Result

MAX_RECORDS = 10_000


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


def new_batch(call: Call, jobs: Jobs, job: ClassicJob, raw: bytes) -> Batch:
    """A batch of a job, not worked on yet."""
    now = call.state.stamp()
    batch = Batch(id=jobs.make_id(BATCH_PREFIX), raw=raw, created=now, modified=now)
    job.batches[batch.id] = batch
    return batch


def add_chunks(call: Call, jobs: Jobs, job: ClassicJob, sent: Batch) -> None:
    """A batch for each stretch of ids of the object, whether or not the statement finds any there."""
    read_records(call, job, sent)
    if sent.records is None:
        sent.is_skipped = False
        return
    ids = sorted(call.state.store.table(job.object_name).raw)
    records, sent.records = sent.records, None
    for start in range(0, max(len(ids), 1), job.chunk):
        part = frozenset(ids[start : start + job.chunk])
        batch = new_batch(call, jobs, job, sent.raw)
        batch.result_id = jobs.make_id(RESULT_PREFIX)
        batch.records = records.only(partial(_is_among, part))
        batch.work = jobs.schedule(_nothing)


def _is_among(part: frozenset[str], row: Any) -> bool:
    return row.get("Id") in part


def _nothing() -> None:
    """The records of a chunk are found with the others."""


def read_records(call: Call, job: ClassicJob, batch: Batch) -> None:
    """Run the statement that was sent; one the platform refuses fails the batch."""
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


def write_records(call: Call, job: ClassicJob, batch: Batch) -> None:
    """Write the records that were sent; what can not be read fails the batch."""
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


def sent(job: ClassicJob, batch: Batch) -> Reply:
    """What was sent, as it was."""
    return Reply(body=batch.raw, media_type=_MEDIA[job.content_type])


def results(job: ClassicJob, batch: Batch) -> Reply:
    """The ids of a query's results, or what became of each record."""
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


def query_result(call: Call, job: ClassicJob, batch: Batch, result_id: str) -> Reply:
    """The records a query found."""
    _check_complete(batch)
    if batch.records is None or job.result is None or result_id[:15] != batch.result_id[:15]:
        raise ClassicError("InvalidBatch", f"Result not found: {result_id}")
    columns, kinds = job.result.columns, job.result.kinds
    write: dict[str, Callable[[], Any]] = {
        "CSV": lambda: _query_csv(batch.records, columns, kinds),
        "XML": lambda: wire.records_xml(batch.records or ()),
        "JSON": lambda: _query_json(call, batch.records, columns, kinds),
    }
    media_type = _MEDIA[job.content_type]
    if job.content_type == "CSV" and call.state.switches["bulk_v1_csv_charset"] == "named":
        media_type += "; charset=UTF-8"
    return Reply(body=write[job.content_type](), media_type=media_type)


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
    "JSON": wire.JSON_TYPE,
}


def _check_complete(batch: Batch) -> None:
    if batch.state == "Failed":
        raise ClassicError("InvalidBatch", f"Batch failed: {batch.failure}")
    if batch.state != "Completed":
        raise ClassicError("InvalidBatch", "Batch not completed")
