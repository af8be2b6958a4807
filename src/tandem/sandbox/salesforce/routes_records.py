"""Single records: create, read, change and delete by id or by key (section 2.4 of the facts, [upsert])."""

import re
from typing import Any

from tandem.sandbox.salesforce import conditional, errors
from tandem.sandbox.salesforce.describe import basic, sobject_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.records import Writer
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.schema import Field, SObject
from tandem.sandbox.salesforce.soql import Visibility, execute
from tandem.sandbox.salesforce.store import Row, Table, value_of
from tandem.sandbox.salesforce.view import View

_FILE_SUFFIX = re.compile(r"\.(inc|jsp|jspf|bak|old|cgi|cfm|dll|exe|sql)$", re.IGNORECASE)


def create(call: Call, kind: str) -> Reply:
    """201 with the id."""
    sobject = sobject_of(call, kind)
    writer = call.state.writer(call.rights)
    made = _one(call, writer, lambda: writer.insert(sobject.name, call.mapping()))
    return Reply(
        status=201,
        body={"id": made, "success": True, "errors": []},
        headers={"Location": f"{call.root}/sobjects/{sobject.name}/{made}"},
    )


def read(call: Call, kind: str, record_id: str) -> Reply:
    """The record, with all visible fields or those of `fields`."""
    table, row = _existing(call, kind, record_id)
    if conditional.is_known(call.headers, row):
        return Reply(status=304)
    return _record(call, table.sobject, row)


def change(call: Call, kind: str, record_id: str) -> Reply:
    """204."""
    table, row = _existing(call, kind, record_id)
    conditional.check_preconditions(call.headers, row)
    body = call.mapping()
    _refuse(body, "Id")
    writer = call.state.writer(call.rights)
    _one(call, writer, lambda: writer.update(table.sobject.name, row["Id"], body))
    return Reply(status=204)


def remove(call: Call, kind: str, record_id: str) -> Reply:
    """204; the record is in the recycle bin."""
    table, row = _existing(call, kind, record_id)
    conditional.check_preconditions(call.headers, row)
    writer = call.state.writer(call.rights)
    _one(call, writer, lambda: writer.delete(table.sobject.name, row["Id"]))
    return Reply(status=204)


def read_by_key(call: Call, kind: str, field: str, value: str) -> Reply:
    """The record with that key; 300 with their URLs if there are several."""
    if is_id(field):
        return _related(call, kind, field, value)
    sobject = sobject_of(call, kind)
    row = _by_key(call, sobject, field, value)
    return row if isinstance(row, Reply) else _record(call, sobject, row)


def upsert(call: Call, kind: str, field: str, value: str) -> Reply:
    """201 created; 200 updated (204 before 46.0); 300 several; 404 with updateOnly and none."""
    sobject = sobject_of(call, kind)
    writer = call.state.writer(call.rights)
    key = _key(call, sobject, field, value)
    found = writer.with_key(call.state.store.table(sobject.name), key, value)
    if len(found) > 1:
        return _several(call, sobject, found)
    body = call.mapping()
    _refuse(body, "Id", key.name)
    update_only = call.query.get("updateOnly", "").lower() == "true"
    record_id, created = _one(
        call,
        writer,
        lambda: writer.upsert(sobject.name, key.name, value, body, update_only=update_only),
    )
    if not created and float(call.version) < 46:
        return Reply(status=204)
    return Reply(
        status=201 if created else 200,
        body={"id": record_id, "success": True, "errors": [], "created": created},
    )


def create_by_key(call: Call, kind: str, field: str) -> Reply:
    """`POST /sobjects/Task/Id`: an upsert without a key creates ([upsert])."""
    if field.lower() != "id":
        raise errors.not_found()
    sobject = sobject_of(call, kind)
    writer = call.state.writer(call.rights)
    made = _one(call, writer, lambda: writer.insert(sobject.name, call.mapping()))
    return Reply(status=201, body={"id": made, "success": True, "errors": [], "created": True})


def remove_by_key(call: Call, kind: str, field: str, value: str) -> Reply:
    """204."""
    sobject = sobject_of(call, kind)
    row = _by_key(call, sobject, field, value)
    if isinstance(row, Reply):
        return row
    writer = call.state.writer(call.rights)
    _one(call, writer, lambda: writer.delete(sobject.name, row["Id"]))
    return Reply(status=204)


def record_body(call: Call, sobject: SObject, row: Row, fields: list[Field]) -> dict[str, Any]:
    """A record as REST shows it."""
    shown: dict[str, Any] = {
        "attributes": {
            "type": sobject.name,
            "url": f"{call.root}/sobjects/{sobject.name}/{row['Id']}",
        }
    }
    for field in fields:
        shown[field.name] = value_of(row, field)
    return shown


def fields_named(call: Call, sobject: SObject, names: list[str] | None) -> list[Field]:
    """The visible fields of those names, or all; INVALID_FIELD for one that is not there."""
    visible = call.rights.fields(sobject)
    if names is None:
        return list(visible.values())
    found = []
    for name in names:
        field = sobject.field(name.strip())
        if field is None or field.name not in visible:
            raise SalesforceError(
                "INVALID_FIELD",
                f"No such column '{name.strip()}' on entity '{sobject.name}'. If you are attempting to "
                "use a custom field, be sure to append the '__c' after the custom field name. Please "
                "reference your WSDL or the describe call for the appropriate names.",
            )
        found.append(field)
    return found


def _one(call: Call, writer: Writer, work: Any) -> Any:
    """Do the one write of a call and end it, or leave nothing of it."""
    mark = call.state.store.mark()
    try:
        done = work()
    except SalesforceError:
        writer.rollback(mark)
        raise
    writer.commit()
    return done


def _existing(call: Call, kind: str, record_id: str) -> tuple[Table, Row]:
    sobject = sobject_of(call, kind)
    if not is_id(record_id):
        raise errors.not_found(
            f"Provided external ID field does not exist or is not accessible: {record_id}"
        )
    table = call.state.store.table(sobject.name)
    row = table.get(id18(record_id))
    if row is None or not call.state.sees(call.rights, row):
        raise errors.not_found()
    if row.get("IsDeleted"):
        raise errors.deleted(sobject.name)
    return table, row


def _record(call: Call, sobject: SObject, row: Row) -> Reply:
    asked = call.query.get("fields")
    fields = fields_named(call, sobject, asked.split(",") if asked else None)
    headers = {}
    if row.get("SystemModstamp"):
        headers = {
            "Last-Modified": conditional.http_date(row["SystemModstamp"]),
            "ETag": conditional.etag_of(row),
        }
    return Reply(body=record_body(call, sobject, row, fields), headers=headers)


def _key(call: Call, sobject: SObject, field: str, value: str) -> Field:
    if call.state.switches["unsafe_key_suffix"] and _FILE_SUFFIX.search(value):
        raise errors.not_found()
    return call.state.writer(call.rights).key_field(sobject, field)


def _by_key(call: Call, sobject: SObject, field: str, value: str) -> Row | Reply:
    key = _key(call, sobject, field, value)
    table = call.state.store.table(sobject.name)
    if key.name == "Id":
        return _existing(call, sobject.name, value)[1]
    rows = [row for row in table.find(key.name, value) if call.state.sees(call.rights, row)]
    if not rows:
        raise errors.not_found()
    return rows[0] if len(rows) == 1 else _several(call, sobject, [row["Id"] for row in rows])


def _several(call: Call, sobject: SObject, ids: list[str]) -> Reply:
    return Reply(status=300, body=[f"{call.root}/sobjects/{sobject.name}/{one}" for one in ids])


def _refuse(body: dict[str, Any], *names: str) -> None:
    """Neither the id nor the key of the path may be in the body ([upsert])."""
    unwanted = {name.lower(): name for name in names}
    for given in body:
        name = unwanted.get(given.lower())
        if name is not None:
            raise SalesforceError(
                "INVALID_FIELD",
                f"The {name} field should not be specified in the sobject data.",
                [name],
            )


def _related(call: Call, kind: str, record_id: str, relationship: str) -> Reply:
    """Follow a relationship from a record: a parent, or a list of children."""
    table, row = _existing(call, kind, record_id)
    view = View(call.state, call.rights)
    parent = table.sobject.relationships.get(relationship.lower())
    if parent is not None and call.rights.reads(table.sobject, parent):
        target = call.state.schema.by_id(str(row.get(parent.name) or ""))
        if target is None:
            raise errors.not_found()
        return read(call, target.name, str(row[parent.name]))
    child = call.state.schema.child(table.sobject.name, relationship)
    listed = None if child is None else view.object_type(child.child)
    if child is None or listed is None or not listed.queryable:
        raise errors.not_found()
    names = ", ".join(one.name for one in listed.fields())
    found = execute(
        f"SELECT {names} FROM {listed.name} WHERE {child.field} = '{row['Id']}' ORDER BY Id",
        view,
        version=call.version,
        visibility=Visibility.QUERY,
    )
    return Reply(body={"totalSize": found.total_size, "done": True, "records": list(found.records)})


RESOURCES = (
    Resource(pattern="sobjects/{kind}", methods={"GET": basic, "POST": create}),
    Resource(
        pattern="sobjects/{kind}/{record_id}",
        methods={"GET": read, "PATCH": change, "DELETE": remove},
    ),
    Resource(pattern="sobjects/{kind}/{field}", methods={"POST": create_by_key}),
    Resource(
        pattern="sobjects/{kind}/{field}/{value}",
        methods={"GET": read_by_key, "PATCH": upsert, "DELETE": remove_by_key},
    ),
)
