"""Trees of new records, parents with their children, all or nothing ([composite])."""

from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.describe import sobject_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Resource

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.records import Writer

MOST_RECORDS = 200


def create(call: Call, kind: str) -> Reply:
    """201 with the ids by referenceId, or 400 with the errors of the records that failed."""
    records = call.mapping().get("records")
    if not isinstance(records, list):
        raise errors.parser_error("The request needs a list of records.")
    writer = call.state.writer(call.rights)
    results: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    begin = call.state.store.mark()
    _plant(call, writer, sobject_of(call, kind).name, records, {}, results, failures)
    if failures:
        writer.rollback(begin)
    writer.commit()
    body = {"hasErrors": bool(failures), "results": failures or results}
    return Reply(status=400 if failures else 201, body=body)


def _plant(
    call: Call,
    writer: "Writer",
    kind: str,
    records: list[Any],
    parent: dict[str, str],
    results: list[dict[str, Any]],
    failures: list[dict[str, Any]],
) -> None:
    for record in records:
        if not isinstance(record, dict):
            raise errors.parser_error("A record of a tree is an object.")
        reference = record.get("attributes", {}).get("referenceId")
        if len(results) + len(failures) >= MOST_RECORDS:
            raise SalesforceError("LIMIT_EXCEEDED", f"A tree has up to {MOST_RECORDS} records.")
        children = {name: one for name, one in record.items() if _is_children(one)}
        values = {name: one for name, one in record.items() if name not in children}
        mark = call.state.store.mark()
        try:
            made = writer.insert(kind, {**values, **parent})
        except SalesforceError as error:
            writer.rollback(mark)
            failures.append({"referenceId": reference, "errors": [error.item()]})
            continue
        results.append({"referenceId": reference, "id": made})
        for name, listed in children.items():
            child = call.state.schema.child(kind, name)
            if child is None:
                raise errors.no_such_column(name, kind)
            below = {child.field: made}
            _plant(call, writer, child.child, listed["records"], below, results, failures)


def _is_children(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("records"), list)


RESOURCES = (Resource(pattern="composite/tree/{kind}", methods={"POST": create}),)
