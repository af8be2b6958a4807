"""
What a user may do: permissions of the profile and of assigned permission sets, field by field.

Field-level security is the rows of FieldPermissions, one for each permission set (a profile owns one,
too) and field. A field that is `permissionable` and has no row is hidden from describe, query and write.
"""

from dataclasses import dataclass, field
from typing import Any

from tandem.sandbox.salesforce.schema import Field, Schema, SObject
from tandem.sandbox.salesforce.store import Row, Store

PERMISSIONS = (
    "ApiEnabled",
    "ViewAllData",
    "ModifyAllData",
    "ViewSetup",
    "CustomizeApplication",
    "CreateAuditFields",
    "UpdateWithInactiveOwner",
    "RunReports",
    "CreateCustomizeReports",
    "ManageReportsInPubFolders",
    "CreateReportFolders",
)

AUDIT_FIELDS = frozenset({"CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"})
"""What "Set Audit Fields upon Record Creation" lets a user fill."""


@dataclass(slots=True, kw_only=True)
class Rights:
    """
    What one user may do. `permissions` holds names of `PERMISSIONS`; `readable` and `editable` hold
    `Object.Field` for fields with field-level security.
    """

    user_id: str
    username: str
    zone: str
    language: str
    permissions: frozenset[str]
    readable: frozenset[str]
    editable: frozenset[str]
    is_system: bool = False
    _visible: dict[str, dict[str, Field]] = field(default_factory=dict)
    _writable: dict[tuple[str, bool], dict[str, Field]] = field(default_factory=dict)

    def may(self, permission: str) -> bool:
        return self.is_system or permission in self.permissions

    def reads(self, sobject: SObject, one: Field) -> bool:
        """Whether the user sees the field."""
        return (
            self.is_system
            or not one.permissionable
            or f"{sobject.name}.{one.name}" in self.readable
        )

    def edits(self, sobject: SObject, one: Field) -> bool:
        """Whether the user may write the field, apart from it being read-only for everybody."""
        return (
            self.is_system
            or not one.permissionable
            or f"{sobject.name}.{one.name}" in self.editable
        )

    def fields(self, sobject: SObject) -> dict[str, Field]:
        """The fields of an object that the user sees, in describe order."""
        found = self._visible.get(sobject.name)
        if found is None:
            found = {one.name: one for one in sobject.fields.values() if self.reads(sobject, one)}
            self._visible[sobject.name] = found
        return found

    def writable(self, sobject: SObject, *, creating: bool) -> dict[str, Field]:
        """The fields that the user may give a value, in a new record or in an edit."""
        key = (sobject.name, creating)
        found = self._writable.get(key)
        if found is None:
            found = {
                name: one
                for name, one in self.fields(sobject).items()
                if self._writes(sobject, one, creating=creating)
            }
            self._writable[key] = found
        return found

    def _writes(self, sobject: SObject, one: Field, *, creating: bool) -> bool:
        if self.is_system:
            return True
        if one.createable if creating else one.updateable:
            return self.edits(sobject, one)
        return creating and one.name in AUDIT_FIELDS and self.may("CreateAuditFields")


class Access:
    """Works out and remembers rights; `forget` after users, permissions or the catalog changed."""

    __slots__ = ("_known", "_schema", "_store")

    def __init__(self, schema: Schema, store: Store) -> None:
        self._schema = schema
        self._store = store
        self._known: dict[str, Rights] = {}

    def forget(self) -> None:
        self._known.clear()

    def of(self, user_id: str) -> Rights:
        """The rights of a user, by 18-character id."""
        found = self._known.get(user_id)
        if found is None:
            found = self._known[user_id] = self._work_out(user_id)
        return found

    def system(self) -> Rights:
        """Rights to everything: loads and the platform's own changes."""
        every = frozenset(PERMISSIONS)
        return Rights(
            user_id="",
            username="",
            zone="GMT",
            language="en_US",
            permissions=every,
            readable=frozenset(),
            editable=frozenset(),
            is_system=True,
        )

    def permission_sets(self, user: Row) -> list[Row]:
        """The permission sets a user has: the one the profile owns and those assigned."""
        table = self._store.table("PermissionSet")
        owned = [table.raw[one] for one in table.holders("ProfileId", user.get("ProfileId") or "")]
        assignments = self._store.table("PermissionSetAssignment")
        given = [assignments.raw[one] for one in assignments.holders("AssigneeId", user["Id"])]
        assigned = [table.raw.get(one.get("PermissionSetId", "")) for one in given]
        return owned + [one for one in assigned if one is not None]

    def profile_set(self, profile_id: str) -> Row:
        """The permission set a profile owns."""
        table = self._store.table("PermissionSet")
        return table.raw[table.holders("ProfileId", profile_id)[0]]

    def grant(self, set_id: str, object_name: str, field_name: str) -> Row | None:
        """The FieldPermissions row of a permission set for a field."""
        table = self._store.table("FieldPermissions")
        wanted = f"{object_name}.{field_name}"
        for one in table.holders("ParentId", set_id):
            row = table.raw[one]
            if row.get("Field") == wanted:
                return row
        return None

    def _work_out(self, user_id: str) -> Rights:
        user: dict[str, Any] = self._store.table("User").raw.get(user_id, {"Id": user_id})
        sets = self.permission_sets(user)
        grants = self._store.table("FieldPermissions")
        rows = [grants.raw[one] for each in sets for one in grants.holders("ParentId", each["Id"])]
        return Rights(
            user_id=user_id,
            username=str(user.get("Username", "")),
            zone=str(user.get("TimeZoneSidKey") or "GMT"),
            language=str(user.get("LanguageLocaleKey") or "en_US"),
            permissions=frozenset(
                name for name in PERMISSIONS if any(one.get(f"Permissions{name}") for one in sets)
            ),
            readable=frozenset(row["Field"] for row in rows if row.get("PermissionsRead")),
            editable=frozenset(row["Field"] for row in rows if row.get("PermissionsEdit")),
        )
