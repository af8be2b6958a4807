"""A new org: organization, profiles with their permissions, the first users, and the standard lists."""

from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.access import PERMISSIONS
from tandem.sandbox.salesforce.schema import PicklistValue, SObject
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

ADMINISTRATOR = "System Administrator"
STANDARD_USER = "Standard User"
INTEGRATION_USERNAME = "integration@tandem.example"
ADMIN_USERNAME = "admin@tandem.example"

_STATUSES = (
    ("Not Started", False, True),
    ("In Progress", False, False),
    ("Completed", True, False),
    ("Waiting on someone else", False, False),
    ("Deferred", False, False),
)
_PRIORITIES = (("High", True, False), ("Normal", False, True), ("Low", False, False))
_LEAD_STATUSES = (
    ("Open - Not Contacted", False, True),
    ("Working - Contacted", False, False),
    ("Closed - Converted", True, False),
    ("Closed - Not Converted", False, False),
)


def found(state: "SalesforceState") -> None:
    """Fill an empty store with what every new org has."""
    state.admin_id = state.make_id(state.schema["User"])
    organization = new_row(
        state,
        "Organization",
        Name="Tandem Demo",
        Country="US",
        PrimaryContact="Admin User",
        DefaultLocaleSidKey="en_US",
        TimeZoneSidKey="America/Los_Angeles",
        LanguageLocaleKey="en_US",
        FiscalYearStartMonth=1,
        OrganizationType="Developer Edition",
        InstanceName="SBX01",
        IsSandbox=False,
    )
    state.org_id = organization["Id"]
    profiles = {
        name: _profile(state, name, frozenset(permissions))
        for name, permissions in (
            (ADMINISTRATOR, (*PERMISSIONS[:5], *PERMISSIONS[7:])),
            (STANDARD_USER, ("ApiEnabled", "RunReports", "CreateCustomizeReports")),
        )
    }
    add_user(state, profiles[ADMINISTRATOR], ADMIN_USERNAME, "Admin", "User", Id=state.admin_id)
    integration = add_user(
        state, profiles[ADMINISTRATOR], INTEGRATION_USERNAME, "Integration", "User"
    )
    state.integration_id = integration["Id"]
    set_statuses(
        state,
        [
            {"ApiName": name, "IsClosed": closed, "IsDefault": default}
            for name, closed, default in _STATUSES
        ],
    )
    for at, (name, high, default) in enumerate(_PRIORITIES, 1):
        new_row(
            state,
            "TaskPriority",
            ApiName=name,
            MasterLabel=name,
            SortOrder=at,
            IsDefault=default,
            IsHighPriority=high,
        )
    for at, (name, converted, default) in enumerate(_LEAD_STATUSES, 1):
        new_row(
            state,
            "LeadStatus",
            ApiName=name,
            MasterLabel=name,
            SortOrder=at,
            IsDefault=default,
            IsConverted=converted,
        )
    state.setup_changed()


def new_row(state: "SalesforceState", object_name: str, **values: Any) -> Row:
    """Put a row into a table with defaults and audit fields, without checks."""
    sobject = state.schema[object_name]
    row = state.defaults(sobject)
    row["Id"] = values.get("Id") or state.make_id(sobject)
    now = state.stamp()
    audit = {
        "CreatedDate": now,
        "LastModifiedDate": now,
        "SystemModstamp": now,
        "CreatedById": state.admin_id,
        "LastModifiedById": state.admin_id,
    }
    row.update({name: one for name, one in audit.items() if name in sobject.fields})
    row.update({name: one for name, one in values.items() if one is not None})
    state.store.table(object_name).put(row)
    return row


def add_user(
    state: "SalesforceState",
    profile: Row,
    username: str,
    first_name: str | None,
    last_name: str,
    **values: Any,
) -> Row:
    """Add a user with what every user must have."""
    given = {
        "Email": username,
        "Alias": username[:8],
        "CommunityNickname": username.partition("@")[0],
        "IsActive": True,
        "TimeZoneSidKey": state.organization.get("TimeZoneSidKey", "GMT"),
        "LocaleSidKey": "en_US",
        "LanguageLocaleKey": "en_US",
        "EmailEncodingKey": "UTF-8",
        "UserType": "Standard",
        "Name": f"{first_name} {last_name}" if first_name else last_name,
        **values,
    }
    return new_row(
        state,
        "User",
        Username=username,
        FirstName=first_name,
        LastName=last_name,
        ProfileId=profile["Id"],
        **given,
    )


def set_statuses(state: "SalesforceState", statuses: list[dict[str, Any]]) -> None:
    """Replace the list of task statuses, in the order given ([taskstatus])."""
    table = state.store.table("TaskStatus")
    for old in list(table.raw):
        table.remove(old)
    for at, one in enumerate(statuses, 1):
        new_row(
            state,
            "TaskStatus",
            ApiName=one["ApiName"],
            MasterLabel=one.get("MasterLabel") or one["ApiName"],
            SortOrder=one.get("SortOrder") or at,
            IsClosed=bool(one.get("IsClosed")),
            IsDefault=bool(one.get("IsDefault")),
        )
    state.schema.set_values(
        "Task",
        "Status",
        [
            PicklistValue(
                value=one["ApiName"],
                label=one.get("MasterLabel") or one["ApiName"],
                is_default=bool(one.get("IsDefault")),
            )
            for one in statuses
        ],
    )
    state.setup_changed()


def _profile(state: "SalesforceState", name: str, permissions: frozenset[str]) -> Row:
    flags = {f"Permissions{one}": one in permissions for one in PERMISSIONS}
    profile = new_row(state, "Profile", Name=name, UserType="Standard", **flags)
    owned = new_row(
        state,
        "PermissionSet",
        Name=f"X{profile['Id'][:15]}",
        Label=name,
        ProfileId=profile["Id"],
        IsOwnedByProfile=True,
        Type="Profile",
        **flags,
    )
    for sobject in state.schema.objects.values():
        _grant_all(state, owned["Id"], sobject)
    return profile


def _grant_all(state: "SalesforceState", set_id: str, sobject: SObject) -> None:
    for field in sobject.fields.values():
        if field.permissionable:
            grant(
                state, set_id, sobject.name, field.name, edit=field.createable or field.updateable
            )


def grant(
    state: "SalesforceState", set_id: str, object_name: str, field_name: str, *, edit: bool
) -> Row:
    """Let a permission set read a field, and edit it."""
    return new_row(
        state,
        "FieldPermissions",
        ParentId=set_id,
        SobjectType=object_name,
        Field=f"{object_name}.{field_name}",
        PermissionsRead=True,
        PermissionsEdit=edit,
    )
