"""What an administrator does to objects and fields: visibility, custom fields, rules, triggers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from tandem.sandbox.salesforce import org
from tandem.sandbox.salesforce.arguments import Arguments
from tandem.sandbox.salesforce.conversion import ActError
from tandem.sandbox.salesforce.named import object_of, user_of
from tandem.sandbox.salesforce.rules import OPERATORS, Condition, Trigger, ValidationRule
from tandem.sandbox.salesforce.schema import Field, FieldType, PicklistValue, SObject
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

Act: TypeAlias = Callable[["SalesforceState", Arguments], dict[str, Any]]

_FIELD_TYPES = {
    "text": FieldType.STRING,
    "textarea": FieldType.TEXTAREA,
    "number": FieldType.DOUBLE,
    "checkbox": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "picklist": FieldType.PICKLIST,
    "email": FieldType.EMAIL,
    "url": FieldType.URL,
}


def _hide_field(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Task"), field, user (the integration user)}: no profile or permission set of the user shows it"""
    sobject, field, sets = _security(state, given)
    table = state.store.table("FieldPermissions")
    for one in sets:
        row = state.access.grant(one["Id"], sobject.name, field.name)
        if row is not None:
            table.remove(row["Id"])
    state.setup_changed()
    return {"hidden": f"{sobject.name}.{field.name}"}


def _show_field(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Task"), field, user, edit (true)}"""
    edit = given.flag("edit", True)
    sobject, field, sets = _security(state, given)
    table = state.store.table("FieldPermissions")
    row = state.access.grant(sets[0]["Id"], sobject.name, field.name)
    if row is None:
        org.grant(state, sets[0]["Id"], sobject.name, field.name, edit=edit)
    else:
        table.put({**row, "PermissionsRead": True, "PermissionsEdit": edit})
    state.setup_changed()
    return {"shown": f"{sobject.name}.{field.name}", "edit": edit}


def _security(state: "SalesforceState", given: Arguments) -> tuple[SObject, Field, list[Row]]:
    sobject = object_of(state, given.text("object", "Task"))
    field = sobject.field(given.text("field"))
    user = user_of(state, given.text("user", state.integration_id))
    given.done()
    if field is None or not field.permissionable:
        raise ActError(f"{sobject.name} has no such field with field-level security.")
    return sobject, field, state.access.permission_sets(user)


def _hide_object(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object, user}: as without any permission on it"""
    sobject = object_of(state, given.text("object"))
    user = user_of(state, given.text("user", state.integration_id))
    given.done()
    state.hidden_objects.add((user["Id"], sobject.name))
    return {"hidden": sobject.name}


def _show_object(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object, user}"""
    sobject = object_of(state, given.text("object"))
    user = user_of(state, given.text("user", state.integration_id))
    given.done()
    state.hidden_objects.discard((user["Id"], sobject.name))
    return {"shown": sobject.name}


def _create_custom_field(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """
    {object ("Activity"), name, label, type ("text"), length (80), external_id, unique, case_sensitive,
    required, values, visible (true), read_only}: as through Setup, shown to every profile
    """
    owner, name = given.text("object", "Activity"), given.text("name")
    if not name.endswith("__c"):
        raise ActError("The API name of a custom field ends in __c.")
    kind = given.text("type", "text")
    if kind not in _FIELD_TYPES:
        raise ActError(f"A custom field's type is one of {', '.join(_FIELD_TYPES)}, not {kind!r}.")
    names = ("Task", "Event") if owner == "Activity" else (object_of(state, owner).name,)
    if any(state.schema[one].field(name) for one in names):
        raise ActError(f"There is a field {name} on {owner} already.")
    field = _custom_field(given, name, _FIELD_TYPES[kind])
    visible, read_only = given.flag("visible", True), given.flag("read_only", False)
    given.done()
    state.schema.add_field(owner, field)
    for one in names if visible else ():
        for each in state.store.table("PermissionSet").raw.values():
            if each.get("IsOwnedByProfile"):
                org.grant(state, each["Id"], one, name, edit=not read_only)
    state.catalog_changed(owner)
    return {"created": [f"{one}.{name}" for one in names]}


def _custom_field(given: Arguments, name: str, kind: FieldType) -> Field:
    values = given.listed("values", [])
    long = kind is FieldType.TEXTAREA and given.number("length", 255) > 255
    measured = kind in (FieldType.STRING, FieldType.TEXTAREA)
    return Field(
        name=name,
        type=kind,
        label=given.text("label", name.removesuffix("__c").replace("_", " ")),
        length=given.number("length", 80) if measured else 255,
        precision=18 if kind is FieldType.DOUBLE else 0,
        nillable=not given.flag("required", False) and kind is not FieldType.BOOLEAN,
        filterable=not long,
        sortable=not long,
        groupable=not long,
        createable=True,
        updateable=True,
        defaulted_on_create=kind is FieldType.BOOLEAN,
        permissionable=True,
        custom=True,
        external_id=given.flag("external_id", False),
        id_lookup=given.flag("external_id", False),
        unique=given.flag("unique", False),
        case_sensitive=given.flag("case_sensitive", False),
        values=tuple(PicklistValue(value=one, label=one) for one in values),
    )


def _delete_custom_field(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Activity"), name}"""
    owner, name = given.text("object", "Activity"), given.text("name")
    given.done()
    names = ("Task", "Event") if owner == "Activity" else (object_of(state, owner).name,)
    field = state.schema[names[0]].field(name)
    if field is None or not field.custom:
        raise ActError(f"There is no custom field {name} on {owner}.")
    state.schema.drop_field(owner, field.name)
    for one in names:
        table = state.store.table(one)
        for row in list(table.raw.values()):
            if field.name in row:
                table.put({key: value for key, value in row.items() if key != field.name})
    state.catalog_changed(owner)
    return {"deleted": field.name}


def _create_record_type(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Task"), name, label}: the object gets RecordTypeId with its first one"""
    sobject = object_of(state, given.text("object", "Task"))
    name = given.text("name")
    label = given.text("label", name.replace("_", " "))
    given.done()
    row = org.new_row(
        state,
        "RecordType",
        Name=label,
        DeveloperName=name,
        SobjectType=sobject.name,
        IsActive=True,
    )
    if "RecordTypeId" not in sobject.fields:
        state.schema.add_field(
            sobject.name,
            Field(
                name="RecordTypeId",
                type=FieldType.REFERENCE,
                label="Record Type ID",
                length=18,
                nillable=True,
                createable=True,
                updateable=True,
                defaulted_on_create=True,
                reference_to=("RecordType",),
                relationship_name="RecordType",
                default_value=row["Id"],
            ),
        )
        state.catalog_changed(sobject.name)
    return {"id": row["Id"]}


def _add_validation_rule(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Task"), name, condition: {field, operator, value}, message, field}"""
    sobject = object_of(state, given.text("object", "Task"))
    rule = ValidationRule(
        name=given.text("name", f"rule_{len(state.validation_rules) + 1}"),
        object=sobject.name,
        condition=_condition(sobject, given.mapping("condition", {})),
        message=given.text("message"),
        field=given.text("field", None),
    )
    given.done()
    state.validation_rules.append(rule)
    return {"name": rule.name}


def _remove_validation_rule(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{name}: without a name all of them"""
    name = given.text("name", None)
    given.done()
    kept = [one for one in state.validation_rules if name is not None and one.name != name]
    removed = len(state.validation_rules) - len(kept)
    state.validation_rules = kept
    return {"removed": removed}


def _add_trigger(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Task"), name, condition, events (["insert", "update"]), field, value, error}"""
    sobject = object_of(state, given.text("object", "Task"))
    field = given.text("field", None)
    events = tuple(given.listed("events", ["insert", "update"]))
    trigger = Trigger(
        name=given.text("name", f"trigger_{len(state.triggers) + 1}"),
        object=sobject.name,
        condition=_condition(sobject, given.mapping("condition", {})),
        events=events,
        field=field,
        value=given.value("value"),
        error=given.text("error", None),
    )
    given.done()
    if not set(events) <= {"insert", "update"}:
        raise ActError("A trigger's events are insert and update.")
    if (field is None) == (trigger.error is None):
        raise ActError("A trigger either sets a field to a value or fails with an error.")
    if field is not None and field not in sobject.fields:
        raise ActError(f"{sobject.name} has no field {field!r}.")
    state.triggers.append(trigger)
    return {"name": trigger.name}


def _remove_trigger(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{name}: without a name all of them"""
    name = given.text("name", None)
    given.done()
    kept = [one for one in state.triggers if name is not None and one.name != name]
    removed = len(state.triggers) - len(kept)
    state.triggers = kept
    return {"removed": removed}


def _condition(sobject: SObject, given: dict[str, Any]) -> Condition:
    unknown = sorted(set(given) - {"field", "operator", "value"})
    if unknown:
        raise ActError(f"A condition has field, operator and value, not {', '.join(unknown)}.")
    operator = given.get("operator", "always" if not given else "equals")
    if operator not in OPERATORS:
        raise ActError(f"A condition's operator is one of {', '.join(OPERATORS)}.")
    if operator != "always" and given.get("field") not in sobject.fields:
        raise ActError(f"{sobject.name} has no field {given.get('field')!r}.")
    return Condition(field=given.get("field", ""), operator=operator, value=given.get("value"))


ACTS: dict[str, Act] = {
    "add_trigger": _add_trigger,
    "add_validation_rule": _add_validation_rule,
    "create_custom_field": _create_custom_field,
    "create_record_type": _create_record_type,
    "delete_custom_field": _delete_custom_field,
    "hide_field": _hide_field,
    "hide_object": _hide_object,
    "remove_trigger": _remove_trigger,
    "remove_validation_rule": _remove_validation_rule,
    "show_field": _show_field,
    "show_object": _show_object,
}
