"""The rules behind a save that belong to an object, and those an administrator added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import activities, people, recurrence, tasks
from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.schema import SObject
from tandem.sandbox.salesforce.store import Row, Table

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.records import Writer
    from tandem.sandbox.salesforce.state import SalesforceState

USER = "005"
QUEUE = "00G"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """
    When a rule holds: `field` compared with `value`.

    Operators: always, equals, not_equals, contains, starts_with, is_blank, is_not_blank, changed,
    longer_than.
    """

    field: str = ""
    operator: str = "always"
    value: Any = None

    def holds(self, row: Mapping[str, Any], old: Mapping[str, Any] | None) -> bool:
        given = row.get(self.field)
        text = "" if given is None else str(given)
        match self.operator:
            case "always":
                return True
            case "equals":
                return bool(given == self.value)
            case "not_equals":
                return bool(given != self.value)
            case "contains":
                return str(self.value) in text
            case "starts_with":
                return text.startswith(str(self.value))
            case "is_blank":
                return not text
            case "is_not_blank":
                return bool(text)
            case "changed":
                return old is not None and old.get(self.field) != given
            case "longer_than":
                return len(text) > int(self.value)
        raise ValueError(f"A condition's operator cannot be {self.operator!r}.")


OPERATORS = (
    "always",
    "equals",
    "not_equals",
    "contains",
    "starts_with",
    "is_blank",
    "is_not_blank",
    "changed",
    "longer_than",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRule:
    """An administrator's rule: where the condition holds, the record is refused with the message."""

    name: str
    object: str
    condition: Condition
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """
    An automation before the save: where the condition holds, it sets a field, or fails with `error`.

    `events` says whether it fires on insert, on update or on both.
    """

    name: str
    object: str
    condition: Condition
    events: tuple[str, ...]
    field: str | None = None
    value: Any = None
    error: str | None = None


def complete(state: "SalesforceState", object_name: str, row: Row, old: Row | None) -> None:
    """Check an object's own rules and fill what it computes."""
    match object_name:
        case "Task":
            tasks.complete_task(state, row, old)
        case "Event":
            tasks.complete_event(state, row, old)
        case "Contact" | "User":
            people.complete_person(state, row)
        case "Lead":
            people.complete_lead(state, row, old)
        case "Opportunity" | "Case":
            people.complete_sale(state, object_name, row, old)
        case "FieldPermissions":
            _complete_permission(state, row)
        case "TaskRelation":
            activities.check_relation(state, row)


def locks_of(object_name: str, row: Row, *, creating: bool) -> list[str]:
    """The parents that a write of this row locks."""
    if object_name in ("Task", "Event"):
        return tasks.locks_of(row, creating=creating)
    account = row.get("AccountId")
    return [account] if object_name in ("Contact", "Opportunity") and account else []


def check_owner(
    state: "SalesforceState", rights: Rights, sobject: SObject, row: Row, old: Row | None
) -> None:
    """The owner is active, or a queue that may own such records ([inactive], [pipedream])."""
    owner_id = row.get("OwnerId")
    if owner_id is None or sobject.is_setup:
        return
    is_kept = old is not None and old.get("OwnerId") == owner_id
    if owner_id.startswith(QUEUE):
        if not is_kept:
            _check_queue(state, sobject, owner_id)
        return
    owner = state.store.table("User").raw.get(owner_id)
    if owner is None or owner.get("IsActive") or rights.may("UpdateWithInactiveOwner"):
        return
    if state.switches["inactive_owner_edit" if is_kept else "inactive_owner"] == "refuse":
        raise SalesforceError(
            "INACTIVE_OWNER_OR_USER",
            f"operation performed with inactive user [{owner_id}] as owner of {sobject.name.lower()}",
        )


def fire_triggers(state: "SalesforceState", sobject: SObject, row: Row, old: Row | None) -> None:
    """Let the org's automations change or refuse the record."""
    event = "insert" if old is None else "update"
    for one in state.triggers:
        if (
            one.object != sobject.name
            or event not in one.events
            or not one.condition.holds(row, old)
        ):
            continue
        if one.error is not None:
            raise trigger_error(sobject.name, event, one.error)
        if one.field is not None:
            if one.value is None:
                row.pop(one.field, None)
            else:
                row[one.field] = one.value


def validate(state: "SalesforceState", sobject: SObject, row: Row, old: Row | None) -> None:
    """Let the org's validation rules refuse the record."""
    for one in state.validation_rules:
        if one.object == sobject.name and one.condition.holds(row, old):
            raise SalesforceError(
                "FIELD_CUSTOM_VALIDATION_EXCEPTION", one.message, [one.field] if one.field else []
            )


def trigger_error(object_name: str, event: str, message: str) -> SalesforceError:
    """What a failing trigger answers."""
    return SalesforceError(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        f"{object_name}Trigger: execution of Before{event.capitalize()}\n\n"
        f"caused by: System.DmlException: {message}",
    )


def after_save(
    writer: "Writer", state: "SalesforceState", table: Table, row: Row, old: Row | None
) -> None:
    """What a save brings about in other records."""
    match table.sobject.name:
        case "Task":
            activities.relate(writer, state, row, old)
            activities.note_last_activity(state, row)
            if old is None and row.get("IsRecurrence"):
                recurrence.make_occurrences(writer, state, row)
        case "Event":
            activities.note_last_activity(state, row)
        case "TaskRelation":
            activities.count_people(writer, state, str(row["TaskId"]))
        case "Contact" | "Opportunity" | "Case" if old is not None:
            if old.get("AccountId") != row.get("AccountId"):
                activities.recompute_accounts(writer, state, str(row["Id"]))


def delete(writer: "Writer", state: "SalesforceState", table: Table, row: Row) -> None:
    """Move a row to the recycle bin with everything that goes with it."""
    root = str(row["Id"])
    queue: list[tuple[Table, Row]] = [(table, row)]
    while queue:
        at, one = queue.pop()
        if one.get("IsDeleted"):
            continue
        if "IsDeleted" in at.sobject.fields:
            writer.put(at, one, IsDeleted=True)
            at.deleted_at[one["Id"]] = writer.stamp
            if one["Id"] != root:
                state.deleted_with[one["Id"]] = root
        else:
            at.remove(one["Id"])
            at.deleted_at[one["Id"]] = writer.stamp
        if at.sobject.is_setup:
            state.setup_changed()
        queue.extend(activities.dependents(writer, state, at.sobject.name, one))


def undelete(writer: "Writer", state: "SalesforceState", table: Table, row: Row) -> None:
    """Take a row and its companions out of the recycle bin."""
    root = str(row["Id"])
    companions = [one for one, with_root in state.deleted_with.items() if with_root == root]
    for one in [root, *companions]:
        at = state.store.table_of(one)
        found = at.raw.get(one) if at is not None else None
        if at is not None and found is not None and found.get("IsDeleted"):
            writer.put(at, found, IsDeleted=False)
            at.deleted_at.pop(one, None)
        state.deleted_with.pop(one, None)


def _complete_permission(state: "SalesforceState", row: Row) -> None:
    """A permission names a field that has security; to edit it one must read it ([fieldpermissions])."""
    object_name, _, field_name = str(row["Field"]).partition(".")
    sobject = state.schema.get(object_name)
    field = sobject.field(field_name) or sobject.field(f"{field_name}Id") if sobject else None
    if sobject is None or field is None or not field.permissionable:
        raise SalesforceError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Field Name: bad value for restricted picklist field: {row['Field']}",
            ["Field"],
        )
    if row.get("PermissionsEdit") and not row.get("PermissionsRead"):
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION", "Edit Field requires Read Field.", ["PermissionsEdit"]
        )
    row["Field"] = f"{sobject.name}.{field.name}"
    row["SobjectType"] = sobject.name


def _check_queue(state: "SalesforceState", sobject: SObject, queue_id: str) -> None:
    group = state.store.table("Group").raw.get(queue_id, {})
    if group.get("Type") == "Queue" and sobject.name in _supported(state, queue_id):
        return
    raise SalesforceError(
        "INVALID_CROSS_REFERENCE_KEY",
        f"Owner ID: the queue {queue_id} cannot own {sobject.label_plural.lower()}",
        ["OwnerId"],
    )


def _supported(state: "SalesforceState", queue_id: str) -> Iterable[str]:
    table = state.store.table("QueueSobject")
    return [table.raw[one]["SobjectType"] for one in table.holders("QueueId", queue_id)]
