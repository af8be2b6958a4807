"""Taking in a whole org at once: vendor-shaped rows with explicit ids and stamps, as the sample has them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import archive, org, tasks
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.schema import Field, FieldType, PicklistValue, SObject
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.wire import to_wire

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

PARTS = (
    "organization",
    "users",
    "integration_user",
    "groups",
    "records",
    "task_statuses",
    "task_types",
)
_QUEUE_OBJECTS = ("Task", "Lead", "Case")
_LOAD_ORDER = ("Account", "Contact", "Lead", "Campaign", "Opportunity", "Case", "Task", "Event")


class LoadError(ValueError):
    """The rows do not make an org; the message says which one and why."""


def load(state: "SalesforceState", part: Mapping[str, Any]) -> None:
    """
    Add an org's rows: organization, users, groups, records by object, task statuses and types.

    Users replace the built-in ones; `integration_user` is the id of the one that Tandem signs in as.
    Computed fields are filled where the rows lack them, references must lead somewhere.
    """
    unknown = sorted(set(part) - set(PARTS))
    if unknown:
        raise LoadError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(PARTS)}.")
    if "organization" in part:
        _load_organization(state, part["organization"])
    if "users" in part:
        _load_users(state, part["users"], part.get("integration_user"))
    for row in part.get("groups", ()):
        _load_group(state, row)
    if "task_statuses" in part:
        org.set_statuses(state, list(part["task_statuses"]))
    if "task_types" in part:
        set_types(state, part["task_types"])
    state.setup_changed()
    _load_records(state, part.get("records", {}))
    state.store.commit()
    archive.archive_now(state)


def set_types(
    state: "SalesforceState", types: Iterable[str | Mapping[str, Any]], *, restricted: bool = False
) -> None:
    """Replace the values of Task.Type (and of Event.Type where there is one)."""
    values = [_value_from(one) for one in types]
    state.schema.set_values("Task", "Type", values)
    state.schema.change_field("Task", "Type", restricted_picklist=restricted)
    state.setup_changed()


def _value_from(given: str | Mapping[str, Any]) -> PicklistValue:
    if isinstance(given, str):
        return PicklistValue(value=given, label=given)
    return PicklistValue(
        value=given["value"],
        label=given.get("label") or given["value"],
        is_default=bool(given.get("default")),
    )


def _load_organization(state: "SalesforceState", given: Mapping[str, Any]) -> None:
    table = state.store.table("Organization")
    row = {**table.raw[state.org_id], **_row_from(state, state.schema["Organization"], given)}
    row = {name: value for name, value in row.items() if value is not None}
    if row["Id"] != state.org_id:
        table.remove(state.org_id)
    table.put(row)
    state.org_id = row["Id"]
    state.access_token = state.sessions.permanent(state.integration_id)


def _load_users(
    state: "SalesforceState", users: Iterable[Mapping[str, Any]], integration: str | None
) -> None:
    table = state.store.table("User")
    builtin = set(table.raw)
    profiles = {row["Name"]: row["Id"] for row in state.store.table("Profile").raw.values()}
    chosen = id18(integration) if integration else None
    for given in users:
        row = _complete(state, state.schema["User"], given)
        is_ours = row["Id"] == chosen
        if row.get("ProfileId") not in state.store.table("Profile").raw or is_ours:
            row["ProfileId"] = profiles[org.ADMINISTRATOR if is_ours else org.STANDARD_USER]
        table.put(row)
    loaded = [one for one in table.raw if one not in builtin]
    if not loaded:
        return
    if chosen is not None and chosen not in table.raw:
        raise LoadError(f"The integration user {chosen} is not among the users.")
    _repoint(state, state.admin_id, chosen or loaded[0])
    for one in builtin:
        table.remove(one)
    state.admin_id = state.integration_id = chosen or loaded[0]
    if chosen is None:
        table.put({**table.raw[loaded[0]], "ProfileId": profiles[org.ADMINISTRATOR]})
    state.sessions.reset()
    state.access_token = state.sessions.permanent(state.integration_id)


def _repoint(state: "SalesforceState", old: str, new: str) -> None:
    for table in state.store.tables.values():
        for row in list(table.raw.values()):
            changed = {name: new for name, value in row.items() if value == old and name != "Id"}
            if changed:
                table.put({**row, **changed})


def _load_group(state: "SalesforceState", given: Mapping[str, Any]) -> None:
    own = {name: value for name, value in given.items() if name not in ("supports", "members")}
    row = _complete(state, state.schema["Group"], own)
    row.setdefault("OwnerId", state.org_id)
    row.setdefault("DoesIncludeBosses", False)
    state.store.table("Group").put(row)
    if row.get("Type") == "Queue":
        for name in given.get("supports", _QUEUE_OBJECTS):
            org.new_row(state, "QueueSobject", QueueId=row["Id"], SobjectType=name)
    for member in given.get("members", ()):
        org.new_row(state, "GroupMember", GroupId=row["Id"], UserOrGroupId=id18(member))


def _load_records(
    state: "SalesforceState", records: Mapping[str, Iterable[Mapping[str, Any]]]
) -> None:
    names = [name for name in _LOAD_ORDER if name in records]
    names += [name for name in records if name not in names]
    loaded: list[tuple[SObject, Row]] = []
    for name in names:
        sobject = state.schema.get(name)
        if sobject is None or sobject.computed or sobject.child_only:
            raise LoadError(f"There is no object {name!r} to load records into.")
        table = state.store.table(sobject.name)
        for given in records[name]:
            row = _complete(state, sobject, given)
            table.put(row)
            if row.get("IsDeleted"):
                table.deleted_at[row["Id"]] = _deletion_of(state, row)
            loaded.append((sobject, row))
        state.store.commit()
    _check_references(state, loaded)


def _deletion_of(state: "SalesforceState", row: Row) -> str:
    """Rows loaded as deleted are in the bin: those too old for that were deleted just now."""
    days = int(state.switches["recycle_bin_days"])
    oldest = to_wire(state.world.clock.now() - timedelta(days=days))
    stamp = str(row["SystemModstamp"])
    return stamp if stamp > oldest else state.stamp()


def _complete(state: "SalesforceState", sobject: SObject, given: Mapping[str, Any]) -> Row:
    row = state.defaults(sobject)
    row.update(_row_from(state, sobject, given))
    if "Id" not in row:
        row["Id"] = state.make_id(sobject)
    _complete_audit(state, sobject, row)
    if sobject.name in ("Task", "Event"):
        _complete_activity(state, sobject.name, row)
    return {name: value for name, value in row.items() if value is not None}


def _complete_audit(state: "SalesforceState", sobject: SObject, row: Row) -> None:
    created = row.get("CreatedDate") or state.stamp()
    modified = row.get("LastModifiedDate") or created
    filled = {
        "CreatedDate": created,
        "LastModifiedDate": modified,
        "SystemModstamp": row.get("SystemModstamp") or modified,
        "CreatedById": row.get("CreatedById") or state.integration_id,
        "LastModifiedById": row.get("LastModifiedById")
        or row.get("CreatedById")
        or state.integration_id,
        "OwnerId": row.get("OwnerId") or state.integration_id,
    }
    for name, value in filled.items():
        if name in sobject.fields and name != "OwnerId":
            row[name] = value
    if "OwnerId" in sobject.fields and sobject.name != "Group":
        row["OwnerId"] = filled["OwnerId"]
    if "FirstName" in sobject.fields and not row.get("Name"):
        row["Name"] = " ".join(
            one for one in (row.get("FirstName"), row.get("LastName")) if one is not None
        )


def _complete_activity(state: "SalesforceState", name: str, row: Row) -> None:
    if name == "Task":
        closed = state.closed_statuses.get(row["Status"], False)
        row["IsClosed"] = closed
        row["IsHighPriority"] = state.high_priorities.get(row["Priority"], False)
        if closed and not row.get("CompletedDateTime"):
            row["CompletedDateTime"] = row["LastModifiedDate"]
    account = tasks.account_of(state, row.get("WhoId"), row.get("WhatId"))
    if account is not None:
        row["AccountId"] = account


def _row_from(state: "SalesforceState", sobject: SObject, given: Mapping[str, Any]) -> Row:
    row: Row = {}
    for name, value in given.items():
        if name == "attributes":
            continue
        field = sobject.fields.get(name)
        if field is None:
            raise LoadError(f"{sobject.name} {given.get('Id', '')} has no field {name!r}.")
        row[name] = _stored(state, sobject, field, value)
    if "Id" in row and not str(row["Id"]).startswith(sobject.key_prefix or ""):
        raise LoadError(f"{row['Id']} is no id of {sobject.name}: it begins {sobject.key_prefix}.")
    return row


def _stored(state: "SalesforceState", sobject: SObject, field: Field, value: Any) -> Any:
    if value is None or field.type is FieldType.PICKLIST:
        return False if value is None and field.type is FieldType.BOOLEAN else value
    try:
        return state.values.stored(field, value)
    except SalesforceError as error:
        raise LoadError(f"{sobject.name}.{field.name}: {error.message}") from error


def _check_references(state: "SalesforceState", loaded: Iterable[tuple[SObject, Row]]) -> None:
    references: dict[str, list[str]] = {}
    for sobject, row in loaded:
        names = references.get(sobject.name)
        if names is None:
            names = references[sobject.name] = [
                field.name for field in sobject.fields.values() if field.reference_to
            ]
        for name in names:
            value = row.get(name)
            if value is not None and (not is_id(value) or state.store.row(value) is None):
                raise LoadError(f"{sobject.name} {row['Id']}: {name} {value} leads to no record.")
