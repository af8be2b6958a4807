"""Records that a Bulk job brings, written through the org's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.bulk_jobs import Operation, Outcome
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18
from tandem.sandbox.salesforce.records import Writer
from tandem.sandbox.salesforce.schema import SObject

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

CHUNK = 200
"""Records are saved in chunks, as the platform runs triggers on 200 at a time ([bulk2-ingest])."""

NULL_MARK = "#N/A"
"""What a CSV cell holds to empty a field; an empty cell leaves it alone ([bulk-csv])."""


def check_columns(
    sobject: SObject, rights: Rights, header: Sequence[str], operation: Operation
) -> None:
    """Every column names something that can be written; the message is that of a failed job."""
    if operation in (Operation.DELETE, Operation.HARD_DELETE):
        if [name.lower() for name in header] != ["id"]:
            raise SalesforceError("INVALIDBATCH", f"The '{operation}' batch must contain only ids")
        return
    for name in header:
        relation, dot, _ = name.rpartition(":")[2].partition(".")
        known = sobject.relationships.get(relation.lower()) if dot else sobject.field(name)
        if known is None or not rights.reads(sobject, known):
            raise SalesforceError("INVALIDBATCH", f"Field name not found : {name}")


def record_from(header: Sequence[str], line: Sequence[str]) -> dict[str, Any]:
    """
    A CSV line as a record of the REST API.

    ``Account.Number__c`` and ``Contact:Who.Email`` name the parent by an external id of its own.
    """
    record: dict[str, Any] = {}
    for name, cell in zip(header, line, strict=True):
        if cell == "":
            continue
        value = None if cell == NULL_MARK else cell
        kind, _, path = name.rpartition(":")
        relation, dot, key = path.partition(".")
        if not dot:
            record[name] = value
            continue
        parent: dict[str, Any] = {"attributes": {"type": kind}} if kind else {}
        record[relation] = None if value is None else {**parent, key: value}
    return record


def ingest(
    state: SalesforceState,
    rights: Rights,
    sobject: SObject,
    operation: Operation,
    records: Sequence[Mapping[str, Any]],
    external_id: str | None,
) -> list[Outcome]:
    """Write every record, each for itself: one that fails does not hinder the others."""
    outcomes: list[Outcome] = []
    for start in range(0, len(records), CHUNK):
        writer = state.writer(rights)
        for record in records[start : start + CHUNK]:
            mark = state.store.mark()
            try:
                outcomes.append(_write(state, writer, sobject, operation, record, external_id))
            except SalesforceError as error:
                writer.rollback(mark)
                outcomes.append(Outcome(record_id=_id_in(record), error=error))
        writer.commit()
    return outcomes


def _write(
    state: SalesforceState,
    writer: Writer,
    sobject: SObject,
    operation: Operation,
    record: Mapping[str, Any],
    external_id: str | None,
) -> Outcome:
    match operation:
        case Operation.INSERT:
            return Outcome(record_id=writer.insert(sobject.name, record), created=True)
        case Operation.UPSERT:
            return _upsert(writer, sobject, record, external_id or "Id")
        case Operation.UPDATE:
            record_id, values = _split(record, "Id")
            if not record_id:
                raise _missing("Id not specified in an update call")
            writer.update(sobject.name, record_id, values)
            return Outcome(record_id=id18(record_id))
        case _:
            record_id = _id_in(record)
            if not record_id:
                raise _missing("Id not specified in a delete call")
            writer.delete(sobject.name, record_id)
            if operation is Operation.HARD_DELETE:
                state.store.table(sobject.name).remove(id18(record_id))
            return Outcome(record_id=id18(record_id))


def _upsert(
    writer: Writer, sobject: SObject, record: Mapping[str, Any], external_id: str
) -> Outcome:
    key, values = _split(record, external_id)
    if not key and external_id == "Id":
        return Outcome(record_id=writer.insert(sobject.name, values), created=True)
    if not key:
        raise _missing(f"{external_id} not specified")
    record_id, created = writer.upsert(sobject.name, external_id, key, values)
    return Outcome(record_id=record_id, created=created)


def _split(record: Mapping[str, Any], key: str) -> tuple[str, dict[str, Any]]:
    """The value of the key, and the record without it."""
    rest = {name: value for name, value in record.items() if name.lower() != key.lower()}
    found = next((v for name, v in record.items() if name.lower() == key.lower()), None)
    return ("" if found is None else str(found)), rest


def _id_in(record: Mapping[str, Any]) -> str:
    return _split(record, "Id")[0]


def _missing(message: str) -> SalesforceError:
    return SalesforceError("MISSING_ARGUMENT", message, ["Id"])


def error_text(error: SalesforceError) -> str:
    """An error in one line, as result files show it: code, message, fields."""
    return f"{error.code}:{error.message}:{_named(error.fields)}--"


def _named(fields: Iterable[str]) -> str:
    names = ",".join(fields)
    return f"{names} " if names else ""
