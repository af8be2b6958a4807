"""sObject Collections: up to 200 records in one call, each with its own result ([coll])."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.describe import sobject_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.records import Writer
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.routes_records import fields_named, record_body

MOST_WRITTEN = 200
MOST_READ = 2_000
MOST_RUNS = 10
"""How many runs of one kind a call may have: Task, Task, Contact, Task are three ([coll])."""

Item = dict[str, Any]


def insert(call: Call) -> Reply:
    """Create records, of several kinds if need be."""
    all_or_none, records = _records(call)
    kinds = [_kind_of(one) for one in records]
    _check_runs(kinds)
    writer = call.state.writer(call.rights)

    def one(at: int) -> Item:
        record_id = writer.insert(kinds[at], records[at])
        return {"id": record_id, "success": True, "errors": []}

    return _each(call, writer, len(records), one, all_or_none=all_or_none)


def update(call: Call) -> Reply:
    """Change records; each names its id."""
    all_or_none, records = _records(call)
    kinds = [_kind_of(one) for one in records]
    _check_runs(kinds)
    writer = call.state.writer(call.rights)

    def one(at: int) -> Item:
        values = dict(records[at])
        record_id = values.pop("id", None) or values.pop("Id", None)
        if not isinstance(record_id, str):
            raise SalesforceError("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
        values.pop("Id", None)
        writer.update(kinds[at], record_id, values)
        return {"id": id18(record_id), "success": True, "errors": []}

    return _each(call, writer, len(records), one, all_or_none=all_or_none)


def upsert(call: Call, kind: str, field: str) -> Reply:
    """Create or change records of one kind by the key that each of them holds."""
    all_or_none, records = _records(call)
    sobject = sobject_of(call, kind)
    writer = call.state.writer(call.rights)
    key = writer.key_field(sobject, field)
    for one in records:
        if _kind_of(one).lower() != sobject.name.lower():
            raise SalesforceError("INVALID_TYPE", "All records of an upsert have one type.")
    keys = [_value_of(one, key.name) for one in records]
    table = call.state.store.table(sobject.name)
    times = Counter(table.key_of(key.name, one) for one in keys if one is not None)

    def save(at: int) -> Item:
        values = {
            name: value for name, value in records[at].items() if name.lower() != key.name.lower()
        }
        if keys[at] is None:
            if key.name != "Id":
                raise SalesforceError("MISSING_ARGUMENT", f"{key.name} not specified", [key.name])
            made = writer.insert(sobject.name, values)
            return {"id": made, "success": True, "errors": [], "created": True}
        if times[table.key_of(key.name, keys[at])] > 1:
            raise SalesforceError(
                "DUPLICATE_VALUE", f"Duplicate external id specified: {keys[at]}", [key.name]
            )
        record_id, created = writer.upsert(sobject.name, key.name, str(keys[at]), values)
        return {"id": record_id, "success": True, "errors": [], "created": created}

    return _each(call, writer, len(records), save, all_or_none=all_or_none)


def delete(call: Call) -> Reply:
    """Delete the records of `ids`."""
    ids = [one for one in call.query.get("ids", "").split(",") if one]
    if not ids:
        raise SalesforceError("MISSING_ARGUMENT", "Parameter 'ids' is required")
    _check_count(len(ids), MOST_WRITTEN)
    all_or_none = call.query.get("allOrNone", "false").lower() == "true"
    writer = call.state.writer(call.rights)

    def one(at: int) -> Item:
        writer.delete(None, ids[at])
        return {"id": id18(ids[at]), "success": True, "errors": []}

    return _each(call, writer, len(ids), one, all_or_none=all_or_none)


def retrieve(call: Call, kind: str) -> Reply:
    """Records by id, in the order asked for; null for one that is not there."""
    sobject = sobject_of(call, kind)
    if call.method == "POST":
        given = call.mapping()
        ids, names = given.get("ids"), given.get("fields")
    else:
        ids, names = (
            [one for one in call.query.get(name, "").split(",") if one]
            for name in ("ids", "fields")
        )
    if not isinstance(ids, list) or not isinstance(names, list) or not names:
        raise SalesforceError("MISSING_ARGUMENT", "Both ids and fields are required")
    _check_count(len(ids), MOST_READ)
    fields = fields_named(call, sobject, [str(one) for one in names])
    table = call.state.store.table(sobject.name)
    found: list[Item | None] = []
    for one in ids:
        if not is_id(one):
            raise SalesforceError("MALFORMED_ID", f"malformed id {one}")
        row = table.get(id18(one))
        visible = row is not None and not row.get("IsDeleted") and call.state.sees(call.rights, row)
        found.append(record_body(call, sobject, row, fields) if visible and row else None)
    return Reply(body=found)


def _records(call: Call) -> tuple[bool, list[Item]]:
    body = call.mapping()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise errors.parser_error("The request needs a list of records.")
    _check_count(len(records), MOST_WRITTEN)
    return call.flag("allOrNone"), records


def _check_count(count: int, most: int) -> None:
    if count > most:
        raise SalesforceError(
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {most} records into this call",
        )


def _kind_of(record: Item) -> str:
    attributes = record.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(kind, str):
        raise SalesforceError(
            "INVALID_TYPE", "sObject type is missing: attributes.type is required"
        )
    return kind


def _check_runs(kinds: list[str]) -> None:
    runs = sum(at == 0 or kinds[at - 1] != kind for at, kind in enumerate(kinds))
    if runs > MOST_RUNS:
        raise SalesforceError(
            "LIMIT_EXCEEDED",
            f"Cannot have more than {MOST_RUNS} chunks in a single operation. Please rearrange the data "
            "to reduce chunking.",
        )


def _value_of(record: Item, name: str) -> Any:
    for given, value in record.items():
        if given.lower() == name.lower():
            return None if value == "" else value
    return None


def _each(
    call: Call, writer: Writer, count: int, work: Callable[[int], Item], *, all_or_none: bool
) -> Reply:
    """Do every record on its own; with allOrNone a failure undoes them all."""
    store = call.state.store
    begin = store.mark()
    items: list[Item] = []
    failed = False
    for at in range(count):
        mark = store.mark()
        try:
            items.append(work(at))
        except SalesforceError as error:
            writer.rollback(mark)
            _check_unknown_field(call, writer, begin, error)
            items.append({"success": False, "errors": [error.item()]})
            failed = True
    if failed and all_or_none:
        writer.rollback(begin)
        items = [_rolled_back(one) if one["success"] else one for one in items]
    writer.commit()
    return Reply(body=items)


def _check_unknown_field(call: Call, writer: Writer, begin: int, error: SalesforceError) -> None:
    """By the switch an unknown field is a malformed call."""
    is_call = call.state.switches["collections_unknown_field"] == "request"
    if error.code == "NOT_FOUND" or (error.code == "INVALID_FIELD" and is_call):
        writer.rollback(begin)
        if error.code == "NOT_FOUND":
            raise SalesforceError("INVALID_TYPE", "sObject type is not supported.") from error
        raise error


def _rolled_back(item: Item) -> Item:
    error = SalesforceError(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
    )
    return {"id": item["id"], "success": False, "errors": [error.item()]}


RESOURCES = (
    Resource(
        pattern="composite/sobjects", methods={"POST": insert, "PATCH": update, "DELETE": delete}
    ),
    Resource(pattern="composite/sobjects/{kind}", methods={"GET": retrieve, "POST": retrieve}),
    Resource(pattern="composite/sobjects/{kind}/{field}", methods={"PATCH": upsert}),
)
