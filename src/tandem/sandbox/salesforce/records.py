"""
Writing records: what the platform checks and fills when a user creates, edits, deletes or restores one.

A `Writer` does the work of one user in one call. It raises `SalesforceError` for a record that fails and
leaves nothing of it behind; the caller decides what that means for the rest of the call and ends the
call with `commit`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from tandem.sandbox.salesforce import activities, errors, references, rules
from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.locks import unable_to_lock
from tandem.sandbox.salesforce.schema import Field, FieldType, SObject
from tandem.sandbox.salesforce.store import Row, Table

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

_NOT_DATA = frozenset({"attributes"})
_Plan: TypeAlias = dict[str, tuple[Field, Callable[[Field, Any], Any]]]


class Writer:
    """The writes of one user in one call; every record of the call carries the same stamp."""

    __slots__ = (
        "_is_armed",
        "_plans",
        "_state",
        "_tables",
        "_written",
        "locked",
        "rights",
        "stamp",
    )

    def __init__(self, state: "SalesforceState", rights: Rights) -> None:
        self._state = state
        self.locked: dict[str, None] = {}
        self._written: dict[str, None] = {}
        self._tables: dict[str, Table] = {}
        self._plans: dict[tuple[str, bool], _Plan] = {}
        self._is_armed = bool(state.faults.listing())
        self.rights = rights
        self.stamp = state.stamp()

    def insert(self, object_name: str, values: Mapping[str, Any]) -> str:
        """Create a record; its id."""
        table = self._table(object_name)
        sobject = table.sobject
        if not sobject.createable and not self.rights.is_system:
            raise SalesforceError(
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                f"entity type cannot be inserted: {sobject.label}",
            )
        self._strike("insert", sobject.name, "")
        if "Id" in values or "id" in values:
            raise _id_in_data()
        values, people = activities.split_people(self._state, sobject.name, values)
        given = self._parse(sobject, values, creating=True)
        row = self._new_row(sobject, given)
        self._require(sobject, row, {})
        self._check(table, row, None, given)
        row["Id"] = self._state.make_id(sobject)
        self._save(table, row, None)
        if people is not None:
            activities.set_people(self, self._state, row["Id"], people)
        return str(row["Id"])

    def update(self, object_name: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Change a record; null empties a field."""
        table = self._table(object_name)
        sobject = table.sobject
        old = self.existing(table, record_id)
        self._strike("update", sobject.name, old["Id"])
        if not sobject.updateable and not self.rights.is_system:
            raise SalesforceError(
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                f"entity type cannot be updated: {sobject.label}",
            )
        self._state.may_edit(self.rights, old)
        values, people = activities.split_people(self._state, sobject.name, values)
        given = self._parse(sobject, values, creating=False)
        row = _merged(old, given)
        row["LastModifiedDate"] = row["SystemModstamp"] = self.stamp
        row["LastModifiedById"] = self._author()
        self._require(sobject, row, given)
        self._check(table, row, old, given)
        self._save(table, row, old)
        if people is not None:
            activities.set_people(self, self._state, row["Id"], people)

    def upsert(
        self,
        object_name: str,
        key_field: str,
        key: str,
        values: Mapping[str, Any],
        *,
        update_only: bool = False,
    ) -> tuple[str, bool]:
        """Create or change the record with that key; its id, and whether it was created."""
        table = self._table(object_name)
        field = self.key_field(table.sobject, key_field)
        found = self.with_key(table, field, key)
        if len(found) > 1:
            raise SalesforceError(
                "DUPLICATE_EXTERNAL_ID",
                f"{field.name}: more than one record found for external id field: {found}",
                [field.name],
            )
        if found:
            self.update(object_name, found[0], values)
            return found[0], False
        if update_only:
            raise errors.not_found()
        created = {**values, field.name: key} if field.name != "Id" else values
        return self.insert(object_name, created), True

    def delete(self, object_name: str | None, record_id: str) -> None:
        """Move a record to the recycle bin, and with it what hangs on nothing else."""
        table = self._table(object_name) if object_name else self._table_of(record_id)
        old = self.existing(table, record_id)
        self._strike("delete", table.sobject.name, old["Id"])
        if not table.sobject.deletable and not self.rights.is_system:
            raise SalesforceError(
                "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"
            )
        self._state.may_edit(self.rights, old)
        self._lock(rules.locks_of(table.sobject.name, old, creating=False))
        rules.delete(self, self._state, table, old)

    def undelete(self, record_id: str) -> None:
        """Take a record out of the recycle bin, and what went there with it."""
        table = self._table_of(record_id)
        row = table.raw.get(id18(record_id))
        if row is None or not row.get("IsDeleted"):
            raise SalesforceError("UNDELETE_FAILED", "Entity is not in the recycle bin")
        self._check_unique(table, row, None)
        rules.undelete(self, self._state, table, row)

    def put(self, table: Table, row: Row, **changes: Any) -> Row:
        """Save a changed copy of a row with a new stamp and no checks: the platform's own changes."""
        changed = _merged(row, changes)
        changed["SystemModstamp"] = self.stamp
        if "LastModifiedDate" in row:
            changed["LastModifiedDate"] = self.stamp
            changed["LastModifiedById"] = self._author()
        table.put(changed)
        self._written[changed["Id"]] = None
        return changed

    def add(self, table: Table, row: Row) -> None:
        """Save a new row that the platform made itself."""
        table.put(row)
        self._written[row["Id"]] = None

    def existing(self, table: Table, record_id: str) -> Row:
        """The row to change; an error if it is not there, deleted or hidden."""
        if not is_id(record_id):
            raise SalesforceError("MALFORMED_ID", f"malformed id {record_id}", status=400)
        row = table.raw.get(id18(record_id))
        if row is None or not self._state.sees(self.rights, row):
            raise SalesforceError(
                "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404
            )
        if row.get("IsDeleted"):
            raise errors.deleted(table.sobject.name)
        return row

    def key_field(self, sobject: SObject, name: str) -> Field:
        """The field of that name, if records may be found by it."""
        field = sobject.field(name)
        if field is None or not self.rights.reads(sobject, field) or not is_key(field):
            raise errors.not_found(
                f"Provided external ID field does not exist or is not accessible: {name}"
            )
        return field

    def with_key(self, table: Table, field: Field, key: str) -> list[str]:
        """Ids of undeleted records with that key, archived ones too unless the switch says no."""
        if field.name == "Id":
            row = table.raw.get(id18(key)) if is_id(key) else None
            return [row["Id"]] if row is not None and not row.get("IsDeleted") else []
        wanted = table.key_of(field.name, key.strip())
        archived = self._state.switches["upsert_archived"] == "update"
        rows = (table.raw[one] for one in table.holders(field.name, key.strip()))
        return sorted(
            row["Id"]
            for row in rows
            if not row.get("IsDeleted")
            and table.key_of(field.name, row.get(field.name)) == wanted
            and (archived or not row.get("IsArchived"))
        )

    def commit(self) -> None:
        """End the call: its records are committed, or will be when a `late_commit` fault says so."""
        first = next(iter(self._written), None)
        fault = None
        if first is not None:
            sobject = self._state.schema.by_id(first)
            fault = self._state.faults.take_named(
                "late_commit", object=sobject.name if sobject else ""
            )
        late = float(fault.argument("seconds", 60)) if fault else 0.0
        self._state.end_write(self.stamp, self.locked, late)

    def rollback(self, mark: int) -> None:
        """Undo what was written since the mark of the store."""
        self._state.store.rollback(mark)

    def _table(self, object_name: str) -> Table:
        table = self._tables.get(object_name)
        if table is None:
            table = self._tables[object_name] = self._checked_table(object_name)
        return table

    def _checked_table(self, object_name: str) -> Table:
        sobject = self._state.object_for(self.rights, object_name)
        if sobject is None or sobject.child_only or sobject.computed:
            raise errors.not_found()
        self._check_setup(sobject)
        return self._state.store.table(sobject.name)

    def _check_setup(self, sobject: SObject) -> None:
        if sobject.is_setup and not self.rights.may("CustomizeApplication"):
            raise SalesforceError(
                "INSUFFICIENT_ACCESS_OR_READONLY",
                "insufficient access rights on object id",
                status=400,
            )

    def _table_of(self, record_id: str) -> Table:
        table = self._state.store.table_of(record_id) if is_id(record_id) else None
        if table is None:
            raise SalesforceError("MALFORMED_ID", f"malformed id {record_id}")
        return table

    def _author(self) -> str:
        return self.rights.user_id or self._state.admin_id

    def _parse(self, sobject: SObject, values: Mapping[str, Any], *, creating: bool) -> Row:
        plan = self._plan(sobject, creating=creating)
        parsed: Row = {}
        refused: list[str] = []
        for name, value in values.items():
            known = plan.get(name)
            if known is None:
                if name in _NOT_DATA:
                    continue
                field, value = references.resolve(self._state, self.rights, sobject, name, value)
                known = plan.get(field.name)
                if known is None:
                    refused.append(field.name)
                    continue
            field, convert = known
            if value is None:
                parsed[field.name] = False if field.type is FieldType.BOOLEAN else None
            else:
                parsed[field.name] = convert(field, value)
        if refused:
            raise errors.not_writable(refused)
        return parsed

    def _plan(self, sobject: SObject, *, creating: bool) -> "_Plan":
        """How to read each field the user may write, worked out once a call."""
        key = (sobject.name, creating)
        plan = self._plans.get(key)
        if plan is None:
            converter = self._state.values.converter
            writable = self.rights.writable(sobject, creating=creating)
            plan = self._plans[key] = {
                name: (field, converter(field)) for name, field in writable.items()
            }
        return plan

    def _new_row(self, sobject: SObject, given: Row) -> Row:
        author = self._author()
        row: Row = self._state.defaults(sobject)
        if "OwnerId" in sobject.fields:
            row["OwnerId"] = author
        if "CreatedDate" in sobject.fields:
            row["CreatedDate"] = row["LastModifiedDate"] = self.stamp
            row["LastModifiedById"] = author
        if "CreatedById" in sobject.fields:
            row["CreatedById"] = author
        row["SystemModstamp"] = self.stamp
        for name, value in given.items():
            if value is not None:
                row[name] = value
        return row

    def _require(self, sobject: SObject, row: Row, given: Row) -> None:
        missing = [
            field.name
            for field in self._state.required_fields(sobject)
            if row.get(field.name) is None
            and (field.name in given or not field.defaulted_on_create)
        ]
        if missing:
            raise SalesforceError(
                "REQUIRED_FIELD_MISSING",
                f"Required fields are missing: [{', '.join(missing)}]",
                missing,
            )

    def _check(self, table: Table, row: Row, old: Row | None, given: Row) -> None:
        sobject = table.sobject
        changed = given
        if old is not None:
            changed = {name: value for name, value in given.items() if old.get(name) != value}
        references.check(self._state, self.rights, sobject, row, changed)
        rules.check_owner(self._state, self.rights, sobject, row, old)
        rules.fire_triggers(self._state, sobject, row, old)
        rules.complete(self._state, sobject.name, row, old)
        rules.validate(self._state, sobject, row, old)
        self._check_unique(table, row, old)
        self._lock(rules.locks_of(sobject.name, row, creating=old is None))
        if old is not None:
            self._lock(rules.locks_of(sobject.name, old, creating=False))

    def _check_unique(self, table: Table, row: Row, old: Row | None) -> None:
        for field in self._state.unique_fields(table.sobject):
            value = row.get(field.name)
            if value is None or (old is not None and old.get(field.name) == value):
                continue
            for other in table.holders(field.name, str(value)):
                if other != row.get("Id") and self._holds(table.raw[other]):
                    raise self._duplicate(field, other)

    def _holds(self, row: Row) -> bool:
        return not row.get("IsDeleted") or self._state.switches["recycled_keys"] == "held"

    def _duplicate(self, field: Field, other: str) -> SalesforceError:
        if self._state.switches["duplicate_message"] == "id":
            name, shown = field.name, other[:15]
        else:
            name = shown = "<unknown>"
        return SalesforceError(
            "DUPLICATE_VALUE",
            f"duplicate value found: {name} duplicates value on record with id: {shown}",
        )

    def _lock(self, parents: Iterable[str]) -> None:
        wanted = [one for one in parents if one not in self.locked]
        self._state.locks.check(
            wanted, wait_seconds=float(self._state.switches["lock_wait_seconds"])
        )
        self.locked.update(dict.fromkeys(wanted))

    def _save(self, table: Table, row: Row, old: Row | None) -> None:
        table.put(row)
        self._written[row["Id"]] = None
        rules.after_save(self, self._state, table, row, old)
        if table.sobject.is_setup:
            self._state.setup_changed()

    def _strike(self, operation: str, object_name: str, record_id: str) -> None:
        if not self._is_armed:
            return
        take = self._state.faults.take_named
        moment = {"operation": operation, "object": object_name, "id": record_id}
        if take("lock_row", **moment):
            raise unable_to_lock([record_id or self._state.org_id])
        if fault := take("validation_rule", operation=operation, object=object_name):
            field = fault.argument("field")
            raise SalesforceError(
                "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                str(fault.argument("message", "A validation rule refuses this record.")),
                [field] if field else [],
            )
        if fault := take("trigger_error", operation=operation, object=object_name):
            raise rules.trigger_error(
                object_name, operation, str(fault.argument("message", "Script-thrown exception"))
            )
        if fault := take("record_error", operation=operation, object=object_name):
            field = fault.argument("field")
            raise SalesforceError(
                str(fault.argument("code", "UNKNOWN_EXCEPTION")),
                str(fault.argument("message", "An unexpected error occurred.")),
                [field] if field else [],
            )


def is_key(field: Field) -> bool:
    """Whether a record may be found by the field: Id, external ids and id lookups ([upsert])."""
    return field.name == "Id" or field.external_id or field.id_lookup


def _id_in_data() -> SalesforceError:
    return SalesforceError(
        "INVALID_FIELD", "The Id field should not be specified in the sobject data.", ["Id"]
    )


def _merged(old: Row, given: Mapping[str, Any]) -> Row:
    row = dict(old)
    for name, value in given.items():
        if value is None:
            row.pop(name, None)
        else:
            row[name] = value
    return row
