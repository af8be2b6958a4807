"""What an administrator does in Setup: users, lists, permissions, limits and sign-in."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from tandem.sandbox.salesforce import loading, org
from tandem.sandbox.salesforce.access import PERMISSIONS
from tandem.sandbox.salesforce.arguments import Arguments
from tandem.sandbox.salesforce.auth import App
from tandem.sandbox.salesforce.conversion import ActError
from tandem.sandbox.salesforce.named import user_of
from tandem.sandbox.salesforce.schema import Field, FieldType

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

Act: TypeAlias = Callable[["SalesforceState", Arguments], dict[str, Any]]

_LEVELS = ("none", "read", "edit", "all")


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


ACTS: dict[str, Act] = {
    "activate_user": _activate_user,
    "change_org_id": _change_org_id,
    "create_user": _create_user,
    "deactivate_user": _deactivate_user,
    "disable_api": _disable_api,
    "enable_api": _enable_api,
    "expire_sessions": _expire_sessions,
    "register_app": _register_app,
    "revoke_refresh_tokens": _revoke_refresh_tokens,
    "set_limits": _set_limits,
    "set_permission": _set_permission,
    "set_record_access": _set_record_access,
    "set_status_values": _set_status_values,
    "set_type_values": _set_type_values,
    "shared_activities": _shared_activities,
}
