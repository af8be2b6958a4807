"""
The Tooling API as far as setting up a sync needs it: custom fields, and the catalog as records.

A field made here is seen by nobody until a permission set or a profile's own grants it
([fieldpermissions]): that is written through FieldPermissions of the data API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.behaviour import soql_rules
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.events import selection
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.schema import ACTIVITY_OBJECTS, Field
from tandem.sandbox.salesforce.soql import QueryError, Result, execute, parse
from tandem.sandbox.salesforce.tooling_catalog import catalog, needs_entity_filter
from tandem.sandbox.salesforce.tooling_fields import (
    ACTIVITY,
    MAX_EXTERNAL_IDS,
    FullName,
    field_from,
    full_name,
    metadata_of,
)
from tandem.sandbox.switches import Switches

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

PREFIX = "00N"
_CONFIRMED: dict[str, Any] = {"success": True, "errors": [], "warnings": [], "infos": []}
_OBJECTS = ("CustomField", "EntityDefinition", "FieldDefinition", selection.MEMBER)
_MADE = ("CustomField", selection.MEMBER)


class CustomFields:
    """The ids of an org's custom fields, which the catalog itself does not know."""

    def __init__(self, state: SalesforceState) -> None:
        self._state = state
        self._ids: dict[FullName, str] = {}
        self._made: dict[str, str] = {}

    def all(self) -> Iterator[tuple[str, FullName, Field]]:
        """Every custom field; those of Task and Event are one of Activity ([activity-object])."""
        schema = self._state.schema
        for sobject in list(schema.objects.values()):
            for field in list(sobject.fields.values()):
                if not field.custom or sobject.name == ACTIVITY_OBJECTS[1]:
                    continue
                owner = ACTIVITY if sobject.name in ACTIVITY_OBJECTS else sobject.name
                name = FullName(owner=owner, field=field.name)
                yield self.id_of(name), name, field

    def id_of(self, name: FullName) -> str:
        """The id of a field; made when it is first asked for."""
        if name not in self._ids:
            self._ids[name] = self._state.ids.make(PREFIX)
            self._made[self._ids[name]] = self._state.stamp()
        return self._ids[name]

    def made_at(self, field_id: str) -> str:
        return self._made[field_id]

    def find(self, field_id: str) -> tuple[str, FullName, Field]:
        """The field of an id; NOT_FOUND if there is none."""
        for found in self.all():
            if found[0][:15] == field_id[:15]:
                return found
        raise errors.not_found("Provided custom field does not exist")

    def forget(self, name: FullName) -> None:
        self._made.pop(self._ids.pop(name, ""), None)


def custom_fields(state: SalesforceState) -> CustomFields:
    """The custom fields of an org; `reset` forgets them with the rest."""
    found = state.extensions.get("tooling")
    if not isinstance(found, CustomFields):
        found = state.extensions["tooling"] = CustomFields(state)
    return found


def declare_switches(switches: Switches) -> None:
    """Make the switches of the Tooling API known to the world."""
    switches.declare(
        "tooling_refusal",
        "INSUFFICIENT_ACCESS",
        "what a user without Customize Application is told: 403, or 404 as if there were no such object",
        ("INSUFFICIENT_ACCESS", "NOT_FOUND"),
    )


def tooling_resources(state: SalesforceState) -> tuple[Resource, ...]:
    """The Tooling API, for the router of ``/services/data/vNN.0``; its switch becomes known."""
    declare_switches(state.switches)
    return (
        Resource(pattern="tooling/query", methods={"GET": _query}),
        Resource(pattern="tooling/sobjects", methods={"GET": _objects}),
        *selection.resources(),
        Resource(pattern="tooling/sobjects/CustomField", methods={"POST": _create}),
        Resource(
            pattern="tooling/sobjects/CustomField/{field}",
            methods={"GET": _show, "PATCH": _update, "DELETE": _delete},
        ),
    )


def _customizes(call: Call) -> None:
    """Only somebody who may customize the application reaches CustomField."""
    if call.rights.may("CustomizeApplication"):
        return
    if call.state.switches["tooling_refusal"] == "NOT_FOUND":
        raise errors.not_found()
    raise SalesforceError("INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id")


def _objects(call: Call) -> Reply:
    base = f"{call.root}/tooling/sobjects"
    shown = [
        {
            "name": name,
            "keyPrefix": PREFIX if name == "CustomField" else None,
            "queryable": True,
            "createable": name in _MADE,
            "updateable": name == "CustomField",
            "deletable": name in _MADE,
            "urls": {"sobject": f"{base}/{name}"},
        }
        for name in _OBJECTS
    ]
    return Reply(body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": shown})


def _create(call: Call) -> Reply:
    _customizes(call)
    given = call.mapping()
    _only(given, {"FullName", "Metadata"})
    name = full_name(call.state.schema, given.get("FullName"))
    field = field_from(name, given.get("Metadata"))
    schema = call.state.schema
    if any(schema[each].field(field.name) for each in name.objects):
        raise SalesforceError(
            "DUPLICATE_DEVELOPER_NAME",
            f"There is already a field named {name.developer_name} on {name.owner}.",
            ["DeveloperName"],
        )
    keys = sum(one.external_id for one in schema[name.objects[0]].fields.values() if one.custom)
    if field.external_id and keys >= MAX_EXTERNAL_IDS:
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION",
            f"Maximum number of external id fields reached: {MAX_EXTERNAL_IDS}",
            ["Metadata"],
        )
    schema.add_field(name.owner, field)
    call.state.catalog_changed(name.owner)
    return Reply(status=201, body={"id": custom_fields(call.state).id_of(name), **_CONFIRMED})


def _only(given: Mapping[str, Any], known: set[str]) -> None:
    for member in given:
        if member not in known:
            raise SalesforceError(
                "INVALID_FIELD", f"No such column '{member}' on sobject of type CustomField"
            )


def _show(call: Call, field: str) -> Reply:
    _customizes(call)
    field_id, name, found = custom_fields(call.state).find(field)
    url = f"{call.root}/tooling/sobjects/CustomField/{field_id}"
    return Reply(
        body={
            "attributes": {"type": "CustomField", "url": url},
            **_row(call, field_id, name, found),
            "Metadata": metadata_of(found),
            "FullName": name.text,
        }
    )


def _row(call: Call, field_id: str, name: FullName, field: Field) -> dict[str, Any]:
    made = custom_fields(call.state).made_at(field_id)
    return {
        "Id": field_id,
        "TableEnumOrId": name.owner,
        "EntityDefinitionId": name.owner,
        "DeveloperName": name.developer_name,
        "Description": field.description,
        "InlineHelpText": field.help_text,
        "Length": field.length or None,
        "Precision": field.precision or None,
        "Scale": field.scale if field.precision else None,
        "NamespacePrefix": None,
        "ManageableState": "unmanaged",
        "CreatedDate": made,
        "LastModifiedDate": made,
    }


def _update(call: Call, field: str) -> Reply:
    """Replace a field's metadata. Its type stays."""
    _customizes(call)
    _, name, old = custom_fields(call.state).find(field)
    given = call.mapping()
    _only(given, {"Metadata", "FullName"})
    if given.get("FullName", name.text) != name.text:
        raise SalesforceError("FIELD_INTEGRITY_EXCEPTION", "A field keeps its name", ["FullName"])
    changed = field_from(name, given.get("Metadata"))
    if changed.type is not old.type:
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION",
            "The sandbox does not convert fields to another type",
            ["Metadata"],
        )
    call.state.schema.add_field(name.owner, changed)
    call.state.catalog_changed(name.owner)
    return Reply(status=204)


def _delete(call: Call, field: str) -> Reply:
    """Remove a field with its values and permissions."""
    _customizes(call)
    state = call.state
    _, name, found = custom_fields(state).find(field)
    state.schema.drop_field(name.owner, found.name)
    for each in name.objects:
        table = state.store.table(each)
        for row in [row for row in table.raw.values() if found.name in row]:
            table.put({key: value for key, value in row.items() if key != found.name})
    grants = state.store.table("FieldPermissions")
    gone = {f"{each}.{found.name}" for each in name.objects}
    for grant in [one for one, row in grants.raw.items() if row.get("Field") in gone]:
        grants.remove(grant)
    state.store.commit()
    custom_fields(state).forget(name)
    state.catalog_changed(name.owner)
    return Reply(status=204)


def _query(call: Call) -> Reply:
    statement = call.query.get("q")
    if statement is None:
        raise SalesforceError("MALFORMED_QUERY", "A query string has to be specified")
    try:
        found = _run(call, statement)
    except QueryError as error:
        raise SalesforceError(error.code, error.message) from error
    records = found.records.page(0, len(found.records))
    for record in records:
        _address(call, record)
    return Reply(
        body={
            "size": len(records),
            "totalSize": found.total_size,
            "done": True,
            "queryLocator": None,
            "entityTypeName": found.object_name,
            "records": records,
        }
    )


def _run(call: Call, statement: str) -> Result:
    needs_entity_filter(parse(statement))
    state = call.state
    rows = [
        {**_row(call, field_id, name, field), "Metadata": metadata_of(field), "FullName": name.text}
        for field_id, name, field in custom_fields(state).all()
    ]
    source = catalog(
        state.schema,
        rows if call.rights.may("CustomizeApplication") else None,
        selection.rows(state),
        now=state.world.clock.now(),
        zone=ZoneInfo(call.rights.zone),
        user_id=call.rights.user_id,
    )
    found = execute(statement, source, version=call.version, rules=soql_rules(state.switches))
    whole = {"Metadata", "FullName"} & set(found.columns)
    if whole and len(found.records) > 1:
        raise QueryError(
            "MALFORMED_QUERY",
            "When retrieving results with Metadata or FullName fields, the query qualifications must "
            f"specify no more than one row for retrieval. Result size: {len(found.records)}",
        )
    return found


def _address(call: Call, record: dict[str, Any]) -> None:
    """Records of this API live below tooling."""
    for member in record.values():
        if isinstance(member, dict) and "attributes" in member:
            _address(call, member)
    attributes = record["attributes"]
    if "url" in attributes:
        attributes["url"] = attributes["url"].replace("/sobjects/", "/tooling/sobjects/", 1)
