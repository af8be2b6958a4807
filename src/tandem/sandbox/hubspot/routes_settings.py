"""Property definitions, pipelines, owners and the account itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tandem.sandbox.hubspot.definitions import (
    MOST_UNIQUE,
    Definition,
    already_there,
    defined,
    options_of,
)
from tandem.sandbox.hubspot.errors import HubSpotError, invalid, not_found
from tandem.sandbox.hubspot.http import NO_CONTENT, Answer, Call, Spec, page_of, required
from tandem.sandbox.hubspot.kinds import KINDS, Kind, kind_named
from tandem.sandbox.hubspot.routes_objects import batch_answer
from tandem.sandbox.hubspot.values import stamp

_MOST = 100


def _kind(call: Call) -> Kind:
    return kind_named(call.param("kind"))


def _schema(kind: Kind, access: str) -> tuple[str, ...]:
    """The scopes for definitions: contact ones for activities (inferred), else the kind's own."""
    own = kind.scopes[0 if access == "read" else 1]
    if kind.name in ("contacts", "companies", "deals"):
        return (f"crm.schemas.{kind.name}.{access}", own)
    return (own,) if not kind.is_activity else (own, f"crm.schemas.contacts.{access}")


def _read_scopes(call: Call) -> Sequence[str]:
    return _schema(_kind(call), "read")


def _write_scopes(call: Call) -> Sequence[str]:
    return _schema(_kind(call), "write")


def _records_scope(call: Call) -> Sequence[str]:
    return (_kind(call).scopes[0],)


def list_definitions(call: Call) -> Answer:
    """GET /crm/v3/properties/{kind}."""
    kind, archived = _kind(call), call.flag("archived")
    definitions = call.state.crm.tables[kind.name].definitions
    shown = [
        _definition_json(call, kind, definitions[name])
        for name in sorted(definitions)
        if _is_shown(call, kind, definitions[name], archived)
    ]
    return Answer(body={"results": shown})


def read_definition(call: Call) -> Answer:
    """GET /crm/v3/properties/{kind}/{name}."""
    kind = _kind(call)
    definition = _definition(call, kind, call.param("name"), call.flag("archived"))
    return Answer(body=_definition_json(call, kind, definition))


def create_definition(call: Call) -> Answer:
    """POST /crm/v3/properties/{kind}: 201."""
    kind = _kind(call)
    return Answer(status=201, body=_definition_json(call, kind, _define(call, kind, call.json())))


def update_definition(call: Call) -> Answer:
    """PATCH /crm/v3/properties/{kind}/{name}; uniqueness cannot be switched on later."""
    kind, asked = _kind(call), call.json()
    definition = _definition(call, kind, call.param("name"), archived=False)
    if not definition.is_custom and set(asked) - {"options"}:
        raise invalid(f'Property "{definition.name}" is read only')
    if asked.get("hasUniqueValue") and not definition.is_unique:
        raise invalid("hasUniqueValue cannot be changed after a property was created")
    updated = replace(
        definition,
        label=str(asked.get("label") or definition.label),
        group=str(asked.get("groupName") or definition.group),
        description=str(asked.get("description") or definition.description),
        is_hidden=bool(asked.get("hidden", definition.is_hidden)),
        options=options_of(asked) if "options" in asked else definition.options,
        updated=call.state.crm.now(),
    )
    call.state.crm.tables[kind.name].define(updated)
    return Answer(body=_definition_json(call, kind, updated))


def archive_definition(call: Call) -> Answer:
    """DELETE /crm/v3/properties/{kind}/{name}: 204; writes of it fail from now on."""
    _archive(call, _kind(call), call.param("name"))
    return NO_CONTENT


def batch_read_definitions(call: Call) -> Answer:
    """POST /crm/v3/properties/{kind}/batch/read."""
    kind, began = _kind(call), stamp(call.state.crm.now())
    archived = bool(call.json().get("archived", False))
    results, errors = [], []
    for each in call.inputs(_MOST):
        try:
            found = _definition(call, kind, str(each.get("name")), archived)
            results.append(_definition_json(call, kind, found))
        except HubSpotError as error:
            errors.append(error.row(None))
    return batch_answer(call, began, 200, results, errors)


def batch_create_definitions(call: Call) -> Answer:
    """POST /crm/v3/properties/{kind}/batch/create."""
    kind, began = _kind(call), stamp(call.state.crm.now())
    results, errors = [], []
    for each in call.inputs(_MOST):
        try:
            results.append(_definition_json(call, kind, _define(call, kind, each)))
        except HubSpotError as error:
            errors.append(error.row(None))
    return batch_answer(call, began, 201, results, errors)


def batch_archive_definitions(call: Call) -> Answer:
    """POST /crm/v3/properties/{kind}/batch/archive: 204."""
    for each in call.inputs(_MOST):
        _archive(call, _kind(call), str(each.get("name")))
    return NO_CONTENT


def list_groups(call: Call) -> Answer:
    """GET /crm/v3/properties/{kind}/groups."""
    names = sorted(call.state.crm.tables[_kind(call).name].groups)
    return Answer(body={"results": [_group_json(name) for name in names]})


def create_group(call: Call) -> Answer:
    """POST /crm/v3/properties/{kind}/groups: 201."""
    asked = call.json()
    required(asked, ("name", "label"))
    groups = call.state.crm.tables[_kind(call).name].groups
    if asked["name"] in groups:
        raise already_there(str(asked["name"]))
    groups.add(str(asked["name"]))
    return Answer(status=201, body=_group_json(str(asked["name"])) | {"label": asked["label"]})


def list_schemas(call: Call) -> Answer:
    """GET /crm/v3/schemas: this account has no custom objects."""
    return Answer(body={"results": []})


def read_schema(call: Call) -> Answer:
    """GET /crm/v3/schemas/{kind}."""
    kind = _kind(call)
    definitions = call.state.crm.tables[kind.name].definitions
    return Answer(
        body={
            "id": kind.type_id,
            "objectTypeId": kind.type_id,
            "name": kind.singular.upper(),
            "fullyQualifiedName": kind.singular.upper(),
            "labels": {"singular": kind.label, "plural": f"{kind.label}s"},
            "requiredProperties": list(kind.required),
            "searchableProperties": list(kind.searched),
            "properties": [
                _definition_json(call, kind, definitions[name]) for name in sorted(definitions)
            ],
            "associations": _schema_associations(call, kind),
        }
    )


def list_pipelines(call: Call) -> Answer:
    """GET /crm/v3/pipelines/{kind}."""
    found = call.state.crm.pipelines.of(_kind(call).name)
    return Answer(body={"results": [pipeline.to_json() for pipeline in found]})


def read_pipeline(call: Call) -> Answer:
    """GET /crm/v3/pipelines/{kind}/{pipeline}."""
    found = call.state.crm.pipelines.pipeline(_kind(call).name, call.param("pipeline"))
    return Answer(body=found.to_json())


def list_stages(call: Call) -> Answer:
    """GET /crm/v3/pipelines/{kind}/{pipeline}/stages."""
    found = call.state.crm.pipelines.pipeline(_kind(call).name, call.param("pipeline"))
    return Answer(body={"results": found.to_json()["stages"]})


def read_stage(call: Call) -> Answer:
    """GET /crm/v3/pipelines/{kind}/{pipeline}/stages/{stage}."""
    found = call.state.crm.pipelines.pipeline(_kind(call).name, call.param("pipeline"))
    for stage in found.to_json()["stages"]:
        if stage["id"] == call.param("stage"):
            return Answer(body=stage)
    raise not_found(f"Stage {call.param('stage')} does not exist")


def list_owners(call: Call) -> Answer:
    """GET /crm/v3/owners."""
    owners = call.state.crm.owners.listing(email=call.text("email"), archived=call.flag("archived"))
    return Answer(body=page_of(call, [owner.to_json() for owner in owners], 100, 500))


def read_owner(call: Call) -> Answer:
    """GET /crm/v3/owners/{id}?idProperty=id|userId."""
    id_property = call.text("idProperty") or "id"
    if id_property not in ("id", "userId"):
        raise invalid(f"idProperty must be id or userId, not {id_property!r}")
    owner = call.state.crm.owners.get(
        call.param("id"), by_user=id_property == "userId", archived=call.flag("archived")
    )
    return Answer(body=owner.to_json())


def account_details(call: Call) -> Answer:
    """GET /account-info/v3/details."""
    return Answer(body=call.state.account.details(call.state.crm.now()))


def daily_usage(call: Call) -> Answer:
    """GET /account-info/v3/api-usage/daily/private-apps."""
    limits = call.state.limits
    return Answer(
        body={
            "results": [
                {
                    "name": "private-apps-api-calls-daily",
                    "usageLimit": limits.per_day("calls"),
                    "currentUsage": limits.used_today(),
                    "collectedAt": stamp(call.state.crm.now()),
                    "fetchStatus": "SUCCESS",
                    "resetsAt": stamp(limits.resets_at()),
                }
            ]
        }
    )


def _definition(call: Call, kind: Kind, name: str, archived: bool) -> Definition:
    found = call.state.crm.tables[kind.name].definitions.get(name)
    if found is None or not _is_shown(call, kind, found, archived):
        raise not_found(f'Property "{name}" does not exist')
    return found


def _is_shown(call: Call, kind: Kind, definition: Definition, archived: bool) -> bool:
    if archived:
        return definition.archived_at is not None
    return call.state.crm.definition(kind.name, definition.name) is not None


def _definition_json(call: Call, kind: Kind, definition: Definition) -> dict[str, Any]:
    return definition.to_json(_stage_options(call, kind, definition))


def _stage_options(
    call: Call, kind: Kind, definition: Definition
) -> tuple[tuple[str, str], ...] | None:
    """The options that an account's pipelines give a property."""
    pipelines = call.state.crm.pipelines
    if kind.name == "tasks" and definition.name == "hs_task_status":
        rule = call.state.world.switches["added_stage_status"]
        added = [
            (pipelines.task_status_of(stage, rule), stage.label)
            for stage in pipelines.of("tasks")[0].stages
            if stage.status is None
        ]
        return tuple(dict([*definition.options, *added]).items())
    if not definition.refers_to_stage:
        return None
    found = pipelines.of(kind.name)
    if definition.name.endswith("pipeline"):
        return tuple((pipeline.id, pipeline.label) for pipeline in found)
    return tuple((stage.id, stage.label) for pipeline in found for stage in pipeline.stages)


def _define(call: Call, kind: Kind, asked: dict[str, Any]) -> Definition:
    table = call.state.crm.tables[kind.name]
    definition = defined(kind, asked, call.state.crm.now())
    if definition.name in table.definitions:
        raise already_there(definition.name)
    if definition.group not in table.groups:
        raise invalid(f"Property group {definition.group} does not exist")
    if definition.is_unique:
        refused = call.state.world.switches["task_unique_property"] == "refused"
        if kind.is_activity and refused:
            raise invalid(f"Unique properties are not supported for object type {kind.type_id}")
        custom = [each for each in table.definitions.values() if each.is_unique and each.is_custom]
        if len(custom) >= MOST_UNIQUE:
            raise invalid(f"There can be at most {MOST_UNIQUE} unique properties per object")
    table.define(definition)
    return definition


def _archive(call: Call, kind: Kind, name: str) -> None:
    table = call.state.crm.tables[kind.name]
    definition = table.definitions.get(name)
    if definition is None:
        return
    if not definition.is_custom:
        raise invalid(f'Property "{name}" is defined by HubSpot and cannot be archived')
    table.define(replace(definition, archived_at=call.state.crm.now()))


def _group_json(name: str) -> dict[str, Any]:
    label = name.replace("_", " ").capitalize()
    return {"name": name, "label": label, "displayOrder": -1, "archived": False}


def _schema_associations(call: Call, kind: Kind) -> list[dict[str, Any]]:
    return [
        {
            "id": str(label.type_id),
            "fromObjectTypeId": kind.type_id,
            "toObjectTypeId": other.type_id,
            "name": f"{kind.singular}_to_{other.singular}",
        }
        for other in KINDS
        for label in call.state.crm.associations.types(kind.name, other.name)[:1]
    ]


_PROPERTIES = "/crm/v3/properties/{kind}"
_PIPELINES = "/crm/v3/pipelines/{kind}"
_OWNER_SCOPE = ("crm.objects.owners.read",)
SPECS: list[Spec] = [
    Spec(method=method, path=path, endpoint=endpoint, scopes=scopes)
    for method, path, endpoint, scopes in (
        ("GET", _PROPERTIES, list_definitions, _read_scopes),
        ("POST", _PROPERTIES, create_definition, _write_scopes),
        ("POST", f"{_PROPERTIES}/batch/read", batch_read_definitions, _read_scopes),
        ("POST", f"{_PROPERTIES}/batch/create", batch_create_definitions, _write_scopes),
        ("POST", f"{_PROPERTIES}/batch/archive", batch_archive_definitions, _write_scopes),
        ("GET", f"{_PROPERTIES}/groups", list_groups, _read_scopes),
        ("POST", f"{_PROPERTIES}/groups", create_group, _write_scopes),
        ("GET", f"{_PROPERTIES}/{{name}}", read_definition, _read_scopes),
        ("PATCH", f"{_PROPERTIES}/{{name}}", update_definition, _write_scopes),
        ("DELETE", f"{_PROPERTIES}/{{name}}", archive_definition, _write_scopes),
        ("GET", "/crm/v3/schemas", list_schemas, ("crm.schemas.custom.read",)),
        ("GET", "/crm/v3/schemas/{kind}", read_schema, _read_scopes),
        ("GET", _PIPELINES, list_pipelines, _records_scope),
        ("GET", f"{_PIPELINES}/{{pipeline}}", read_pipeline, _records_scope),
        ("GET", f"{_PIPELINES}/{{pipeline}}/stages", list_stages, _records_scope),
        ("GET", f"{_PIPELINES}/{{pipeline}}/stages/{{stage}}", read_stage, _records_scope),
        ("GET", "/crm/v3/owners", list_owners, _OWNER_SCOPE),
        ("GET", "/crm/v3/owners/{id}", read_owner, _OWNER_SCOPE),
        ("GET", "/account-info/v3/details", account_details, ()),
        ("GET", "/account-info/v3/api-usage/daily/private-apps", daily_usage, ()),
    )
]
