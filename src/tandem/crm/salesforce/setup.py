"""What Tandem has to know of an org before it writes, and the one thing it creates in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.composite import Part, ask
from tandem.crm.salesforce.reads import Answer, Query, Reader, Row
from tandem.crm.salesforce.writes import Verb, Writer
from tandem.errors import AccessLost, CrmError, Rejected
from tandem.mapping.ids import id18
from tandem.model import Org, SalesforceUser, Side, TaskStatus, WriteResult

__all__ = [
    "KEY_LENGTH",
    "Identity",
    "create_key_field",
    "field_types",
    "identity",
    "org",
    "users",
]

KEY_LENGTH = 80

_ORGANIZATION = "SELECT Id, Name, IsSandbox, TimeZoneSidKey FROM Organization"
_STATUSES = (
    "SELECT ApiName, MasterLabel, IsClosed, IsDefault, SortOrder FROM TaskStatus ORDER BY SortOrder"
)
_PRIORITIES = (
    "SELECT ApiName, IsDefault, IsHighPriority, SortOrder FROM TaskPriority ORDER BY SortOrder"
)
_USERS = "SELECT Id, Name, Email, IsActive FROM User WHERE UserType = 'Standard'"
_QUEUES = "SELECT QueueId, Queue.Name, Queue.Email FROM QueueSobject WHERE SobjectType = 'Task'"


class _UserInfo(msgspec.Struct, frozen=True):
    user_id: str
    organization_id: str
    name: str = ""
    preferred_username: str = ""


class _Choice(msgspec.Struct, frozen=True):
    value: str = ""
    active: bool = True


class _Field(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    type: str = ""
    createable: bool = False
    nillable: bool = True
    defaulted_on_create: bool = False
    unique: bool = False
    picklist_values: list[_Choice] = []

    @property
    def is_required(self) -> bool:
        """Whether an insert without it is refused; a check box is always one or the other."""
        wants_value = not self.nillable and not self.defaulted_on_create
        return self.createable and wants_value and self.type != "boolean"


class _RecordType(msgspec.Struct, frozen=True, rename="camel"):
    record_type_id: str
    developer_name: str | None = None
    name: str = ""
    available: bool = True
    active: bool = True
    master: bool = False


class _Describe(msgspec.Struct, frozen=True, rename="camel"):
    fields: list[_Field] = []
    record_type_infos: list[_RecordType] = []


class _Created(msgspec.Struct, frozen=True):
    id: str | None = None
    success: bool = False


_user_info = msgspec.json.Decoder(_UserInfo)
_answer = msgspec.json.Decoder(Answer)
_describe = msgspec.json.Decoder(_Describe)
_created = msgspec.json.Decoder(_Created)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the token speaks for: the integration user, and the org it is of."""

    user_id: str
    organization_id: str
    user_name: str


async def identity(caller: Caller) -> Identity:
    """One call to the userinfo endpoint, which every token with API access may make [oauth-web]."""
    call = Call(operation="user info", path="/services/oauth2/userinfo")
    said = await caller.fetch(call, _user_info)
    return Identity(
        user_id=id18(said.user_id),
        organization_id=id18(said.organization_id),
        user_name=said.name or said.preferred_username,
    )


async def org(reader: Reader, who: Identity, key_field: str) -> Org:
    """Everything that writing a task depends on, in one call."""
    parts = [
        *(
            Part(method="GET", url=reader.path_of(Query(statement)))
            for statement in (_ORGANIZATION, _STATUSES, _PRIORITIES)
        ),
        Part(method="GET", url=f"{reader.data_path}/sobjects/Task/describe"),
    ]
    answers = await ask(reader.caller, "org", reader.data_path, parts)
    organizations, statuses, priorities = (
        _answer.decode(answer.body).records for answer in answers[:3]
    )
    return _org_from(
        organizations[0], statuses, priorities, _describe.decode(answers[3].body), who, key_field
    )


def _org_from(
    organization: Row,
    statuses: Sequence[Row],
    priorities: Sequence[Row],
    described: _Describe,
    who: Identity,
    key_field: str,
) -> Org:
    fields = {field.name: field for field in described.fields}
    key = fields.get(key_field)
    default = next((row["ApiName"] for row in priorities if row["IsDefault"]), None)
    return Org(
        id=id18(organization["Id"]),
        name=organization["Name"],
        is_sandbox=bool(organization["IsSandbox"]),
        user_id=who.user_id,
        user_name=who.user_name,
        statuses=tuple(
            TaskStatus(
                value=row["ApiName"],
                label=row["MasterLabel"],
                closed=row["IsClosed"],
                default=row["IsDefault"],
                sort_order=row["SortOrder"],
            )
            for row in statuses
        ),
        priorities=tuple(row["ApiName"] for row in priorities),
        default_priority=default,
        high_priorities=tuple(row["ApiName"] for row in priorities if row["IsHighPriority"]),
        task_types=_choices(fields.get("Type")),
        task_fields=frozenset(fields),
        writable_fields=frozenset(name for name, field in fields.items() if field.createable),
        required_fields=frozenset(name for name, field in fields.items() if field.is_required),
        has_key_field=key is not None and key.createable and key.unique,
        record_types={
            one.developer_name or one.name: one.record_type_id
            for one in described.record_type_infos
            if one.available and one.active and not one.master
        },
        subtypes=_choices(fields.get("TaskSubtype")),
        zone=organization.get("TimeZoneSidKey") or "UTC",
    )


def _choices(field: _Field | None) -> tuple[str, ...]:
    return tuple(one.value for one in field.picklist_values if one.active) if field else ()


async def field_types(reader: Reader) -> dict[str, str]:
    """The types of Task's fields by API name, as far as the integration user sees them."""
    call = Call(operation="describe Task", path=f"{reader.data_path}/sobjects/Task/describe")
    described = await reader.caller.fetch(call, _describe)
    return {field.name: field.type for field in described.fields}


async def users(reader: Reader) -> list[SalesforceUser]:
    people, queues = await reader.run("users", [Query(_USERS), Query(_QUEUES)])
    found = [
        SalesforceUser(
            id=id18(row["Id"]),
            email=(row.get("Email") or "").strip().lower() or None,
            name=row.get("Name") or "",
            active=row["IsActive"],
        )
        for row in people
    ]
    return found + [_queue(row) for row in queues]


def _queue(row: Row) -> SalesforceUser:
    named: Row = row.get("Queue") or {}
    return SalesforceUser(
        id=id18(row["QueueId"]),
        email=(named.get("Email") or "").strip().lower() or None,
        name=named.get("Name") or "",
        is_queue=True,
    )


# --------------------------------------------------------------------------- the key field


async def create_key_field(reader: Reader, writer: Writer, who: Identity, key_field: str) -> str:
    """
    Create the unique key field on activities, writable for the integration user and readable for people.

    A custom field of both tasks and events is made on ``Activity`` [activity-object]; people get it
    read-only, since a task they clone would copy it. Asking again mends what is missing.
    """
    created = await _create_field(reader, key_field)
    profiles, own = await _permission_sets(reader, who)
    rows = await _missing_permissions(reader, key_field, profiles, own)
    outcomes = await writer.write(Verb.CREATE, "FieldPermissions", rows) if rows else []
    refused = [one for one in outcomes if one.result not in (WriteResult.DONE, WriteResult.EXISTS)]
    has_own = all(
        row["ParentId"] not in own or outcome not in refused
        for row, outcome in zip(rows, outcomes, strict=True)
    )
    if not has_own:
        raise _by_hand(key_field, refused[0].message)
    made = "was created" if created else "exists"
    told = (
        f"; {len(refused)} of {len(profiles)} profiles do not show it ({refused[0].message})"
        if refused
        else ""
    )
    return f"The field {key_field} {made} on activities and is unique{told}."


async def _create_field(reader: Reader, key_field: str) -> bool:
    definition = {
        "FullName": f"Activity.{key_field}",
        "Metadata": {
            "type": "Text",
            "label": key_field.removesuffix("__c").replace("_", " "),
            "length": KEY_LENGTH,
            "externalId": True,
            "unique": True,
            "caseSensitive": True,
            "required": False,
            "description": "Marks the tasks that Tandem wrote; keeps them from being written twice.",
        },
    }
    call = Call(
        operation="create key field",
        method="POST",
        path=f"{reader.data_path}/tooling/sobjects/CustomField",
        body=msgspec.json.encode(definition),
        is_write=True,
        timeout=120.0,
    )
    try:
        await reader.caller.fetch(call, _created)
    except AccessLost as error:
        raise _by_hand(key_field, str(error), error) from error
    except Rejected as error:
        if error.code in ("DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"):
            return False
        raise _by_hand(key_field, str(error), error) from error
    return True


async def _permission_sets(reader: Reader, who: Identity) -> tuple[list[str], frozenset[str]]:
    """The permission sets behind all profiles, and those of them that are the integration user's own."""
    profiles, user = await reader.run(
        "profiles",
        [
            Query("SELECT Id, ProfileId FROM PermissionSet WHERE IsOwnedByProfile = true"),
            Query(f"SELECT ProfileId FROM User WHERE Id = '{id18(who.user_id)}'"),
        ],
    )
    mine = {row["ProfileId"] for row in user}
    own = frozenset(row["Id"] for row in profiles if row["ProfileId"] in mine)
    return [row["Id"] for row in profiles], own


async def _missing_permissions(
    reader: Reader, key_field: str, profiles: Sequence[str], own: frozenset[str]
) -> list[dict[str, Any]]:
    """One row for each profile that does not see the field yet."""
    field = f"Task.{key_field}"
    present = await reader.run_one(
        "field permissions",
        "SELECT ParentId, PermissionsEdit FROM FieldPermissions "
        f"WHERE SobjectType = 'Task' AND Field = {soql.text(field)}",
    )
    seen = {row["ParentId"] for row in present}
    return [
        {
            "ParentId": profile,
            "SobjectType": "Task",
            "Field": field,
            "PermissionsRead": True,
            "PermissionsEdit": profile in own,
        }
        for profile in profiles
        if profile not in seen
    ]


def _by_hand(key_field: str, why: str, cause: CrmError | None = None) -> AccessLost:
    return AccessLost(
        f"Tandem may not create the field {key_field} ({why}). An administrator can, in Setup: (1) Object "
        f"Manager > Activity > Fields & Relationships > New: Text, length {KEY_LENGTH}, name "
        f"{key_field.removesuffix('__c')}, with 'External ID' and 'Unique' (case sensitive) ticked; (2) on "
        "the next page visible for all profiles and read-only for all but the integration user's.",
        side=Side.SALESFORCE,
        operation="create key field",
        status=cause.status if cause else None,
        code=cause.code if cause else "",
        request_id=cause.request_id if cause else "",
    )
