"""What an administrator does in Setup: users, lists, fields, permissions, rules, limits and sign-in."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from tandem.sandbox.salesforce import loading, org
from tandem.sandbox.salesforce.access import PERMISSIONS
from tandem.sandbox.salesforce.arguments import Arguments
from tandem.sandbox.salesforce.auth import App
from tandem.sandbox.salesforce.conversion import ActError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.rules import OPERATORS, Condition, Trigger, ValidationRule
from tandem.sandbox.salesforce.schema import Field, FieldType, PicklistValue, SObject
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

Act: TypeAlias = Callable[["SalesforceState", Arguments], dict[str, Any]]

_LEVELS = ("none", "read", "edit", "all")
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


def user_of(state: "SalesforceState", named: str) -> Row:
    """The user of that id or user name."""
    table = state.store.table("User")
    row = table.raw.get(id18(named)) if is_id(named) else state.sessions.user_named(named)
    if row is None:
        raise ActError(f"There is no user {named!r}.")
    return row


def _create_user(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{username, last_name, first_name, email, active (true), profile}"""
    profiles = {row["Name"]: row for row in state.store.table("Profile").raw.values()}
    profile = given.text("profile", org.STANDARD_USER)
    if profile not in profiles:
        raise ActError(f"There is no profile {profile!r}. Known: {', '.join(profiles)}.")
    username, last = given.text("username"), given.text("last_name")
    first, email = given.text("first_name", None), given.text("email", None)
    active = given.flag("active", True)
    given.done()
    row = org.add_user(
        state, profiles[profile], username, first, last, Email=email or username, IsActive=active
    )
    state.setup_changed()
    return {"id": row["Id"]}


def _deactivate_user(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{user}"""
    return _set_active(state, given, active=False)


def _activate_user(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{user}"""
    return _set_active(state, given, active=True)


def _set_active(state: "SalesforceState", given: Arguments, *, active: bool) -> dict[str, Any]:
    user = user_of(state, given.text("user"))
    given.done()
    state.writer().put(state.store.table("User"), user, IsActive=active)
    state.setup_changed()
    return {"id": user["Id"], "active": active}


def _set_status_values(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{values: [{"value", "label", "closed", "default"}]}"""
    values = given.listed("values")
    given.done()
    if sum(bool(one.get("default")) for one in values) != 1:
        raise ActError("Exactly one status is the default.")
    org.set_statuses(
        state,
        [
            {
                "ApiName": one["value"],
                "MasterLabel": one.get("label"),
                "IsClosed": one.get("closed", False),
                "IsDefault": one.get("default", False),
            }
            for one in values
        ],
    )
    return {"statuses": list(state.closed_statuses)}


def _set_type_values(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{values: ["Call", {"value", "label", "default"}], restricted (false)}"""
    values, restricted = given.listed("values"), given.flag("restricted", False)
    given.done()
    loading.set_types(state, values, restricted=restricted)
    return {"types": [one.value for one in state.schema["Task"].fields["Type"].values]}


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
    sobject = _object(state, given.text("object", "Task"))
    field = sobject.field(given.text("field"))
    user = user_of(state, given.text("user", state.integration_id))
    given.done()
    if field is None or not field.permissionable:
        raise ActError(f"{sobject.name} has no such field with field-level security.")
    return sobject, field, state.access.permission_sets(user)


def _hide_object(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object, user}: as without any permission on it"""
    sobject = _object(state, given.text("object"))
    user = user_of(state, given.text("user", state.integration_id))
    given.done()
    state.hidden_objects.add((user["Id"], sobject.name))
    return {"hidden": sobject.name}


def _show_object(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object, user}"""
    sobject = _object(state, given.text("object"))
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
    names = ("Task", "Event") if owner == "Activity" else (_object(state, owner).name,)
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
    names = ("Task", "Event") if owner == "Activity" else (_object(state, owner).name,)
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


def _add_validation_rule(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Task"), name, condition: {field, operator, value}, message, field}"""
    sobject = _object(state, given.text("object", "Task"))
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
    sobject = _object(state, given.text("object", "Task"))
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


def _set_record_access(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, level: none | read | edit | all, user}"""
    record_id, level = given.record_id("id"), given.text("level")
    user = user_of(state, given.text("user", state.integration_id))
    given.done()
    if level not in _LEVELS:
        raise ActError(f"An access level is one of {', '.join(_LEVELS)}, not {level!r}.")
    if state.store.row(record_id) is None:
        raise ActError(f"There is no record {record_id}.")
    state.record_access.setdefault(record_id, {})[user["Id"]] = level
    return {"id": record_id, "level": level}


def _set_permission(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{permission: ApiEnabled, ViewAllData, …, on, user}: in the profile of the user"""
    permission, on = given.text("permission"), given.flag("on", True)
    user = user_of(state, given.text("user", state.integration_id))
    given.done()
    if permission not in PERMISSIONS:
        raise ActError(f"A permission is one of {', '.join(PERMISSIONS)}, not {permission!r}.")
    sets = state.access.permission_sets(user)
    for one in sets if not on else sets[:1]:
        state.store.table("PermissionSet").put({**one, f"Permissions{permission}": on})
    profiles = state.store.table("Profile")
    profile = profiles.raw[user["ProfileId"]]
    profiles.put({**profile, f"Permissions{permission}": on})
    state.setup_changed()
    return {"permission": permission, "on": on}


def _set_limits(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{used, maximum, real}: API calls used in 24 hours and allowed; real switches the limits on or off"""
    used, maximum = given.number("used", None), given.number("maximum", None)
    real = given.value("real")
    given.done()
    if maximum is not None:
        state.switches.set({"daily_api_requests": int(maximum)})
    if used is not None:
        state.limits.set_used(int(used))
    if real is not None:
        state.switches.set({"limits": "real" if real else "off"})
    return {"used": state.limits.used(), "maximum": state.limits.maximum}


def _disable_api(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{}: an edition without API"""
    given.done()
    state.api_enabled = False
    return {"api": False}


def _enable_api(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{}"""
    given.done()
    state.api_enabled = True
    return {"api": True}


def _change_org_id(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, keep_sessions (false)}: a refreshed sandbox is another org; its tokens die unless kept"""
    new = given.record_id("id", None) or state.make_id(state.schema["Organization"])
    keep = given.flag("keep_sessions", False)
    given.done()
    table = state.store.table("Organization")
    row = {**table.raw[state.org_id], "Id": new}
    table.remove(state.org_id)
    table.put(row)
    state.org_id = new
    if not keep:
        state.sessions.reset()
        state.access_token = state.sessions.permanent(state.integration_id)
    return {"organization_id": new}


def _shared_activities(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{on (true)}: several contacts on one task; once on, an org keeps it on"""
    on = given.flag("on", True)
    given.done()
    state.schema.shared_activities = on
    task = state.schema["Task"]
    for name, label in (("WhoCount", "Relation Count"), ("WhatCount", "Related To Count")):
        if on and name not in task.fields:
            state.schema.add_field(
                "Task",
                Field(name=name, type=FieldType.INT, label=label, nillable=True, digits=9),
            )
        elif not on and name in task.fields:
            state.schema.drop_field("Task", name)
    state.catalog_changed("Task")
    return {"shared_activities": on}


def _create_record_type(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object ("Task"), name, label}: the object gets RecordTypeId with its first one"""
    sobject = _object(state, given.text("object", "Task"))
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


def _expire_sessions(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{permanent (false)}: access tokens die; with permanent the ready one too"""
    permanent = given.flag("permanent", False)
    given.done()
    return {"expired": state.sessions.expire_all(permanent=permanent)}


def _revoke_refresh_tokens(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{}: as an administrator does under OAuth usage"""
    given.done()
    tokens = list(state.sessions.grants)
    for one in tokens:
        state.sessions.revoke(one)
    return {"revoked": len(tokens)}


def _register_app(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{client_id, client_secret, callbacks, run_as, certificate}"""
    run_as = given.text("run_as", None)
    app = App(
        client_id=given.text("client_id"),
        client_secret=given.text("client_secret", ""),
        callbacks=tuple(given.listed("callbacks", [])),
        run_as=user_of(state, run_as)["Id"] if run_as else None,
        certificate=given.text("certificate", None),
    )
    given.done()
    state.sessions.apps[app.client_id] = app
    return {"client_id": app.client_id}


def _object(state: "SalesforceState", name: str) -> SObject:
    sobject = state.schema.get(name)
    if sobject is None:
        raise ActError(f"There is no object {name!r}.")
    return sobject


ACTS: dict[str, Act] = {
    "activate_user": _activate_user,
    "add_trigger": _add_trigger,
    "add_validation_rule": _add_validation_rule,
    "change_org_id": _change_org_id,
    "create_custom_field": _create_custom_field,
    "create_record_type": _create_record_type,
    "create_user": _create_user,
    "deactivate_user": _deactivate_user,
    "delete_custom_field": _delete_custom_field,
    "disable_api": _disable_api,
    "enable_api": _enable_api,
    "expire_sessions": _expire_sessions,
    "hide_field": _hide_field,
    "hide_object": _hide_object,
    "register_app": _register_app,
    "remove_trigger": _remove_trigger,
    "remove_validation_rule": _remove_validation_rule,
    "revoke_refresh_tokens": _revoke_refresh_tokens,
    "set_limits": _set_limits,
    "set_permission": _set_permission,
    "set_record_access": _set_record_access,
    "set_status_values": _set_status_values,
    "set_type_values": _set_type_values,
    "shared_activities": _shared_activities,
    "show_field": _show_field,
    "show_object": _show_object,
}
