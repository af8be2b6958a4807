"""Writes through the API: single and in batches, with the rules of multi-status answers [D-err]."""

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.sandbox.hubspot.errors import HubSpotError, conflict, invalid
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.records import Record, Source
from tandem.sandbox.hubspot.showing import show_written
from tandem.sandbox.hubspot.state import HubSpotState

_CREATE_KEYS = frozenset({"properties", "associations", "objectWriteTraceId"})
_UPDATE_KEYS = frozenset({"properties", "id", "idProperty", "objectWriteTraceId"})
Links = list[tuple[str, int, tuple[int, ...]]]


def create_one(
    state: HubSpotState,
    kind: str,
    asked: Mapping[str, Any],
    source: Source,
    *,
    was_struck: bool = False,
) -> Record:
    """A new record with the associations given inline."""
    _refuse_unknown(asked, _CREATE_KEYS)
    properties = _properties(asked)
    links = _links(state, kind, asked.get("associations"))
    if not was_struck:
        _strike(state, kind, None, properties)
    return state.crm.create(kind, properties, source, links)


def update_one(
    state: HubSpotState,
    kind: str,
    record: Record,
    asked: Mapping[str, Any],
    source: Source,
    *,
    was_struck: bool = False,
) -> Record:
    """A record after a patch."""
    _refuse_unknown(asked, _UPDATE_KEYS)
    properties = _properties(asked)
    if not was_struck:
        _strike(state, kind, record, properties)
    return state.crm.update(kind, record, properties, source)


def archive_one(state: HubSpotState, kind: str, record_id: int) -> None:
    """A record to the bin; unknown ids are passed over."""
    record = state.crm.tables[kind].find(record_id)
    if record is not None:
        _strike(state, kind, record, {})
        state.crm.archive(kind, record_id)


def batch_write(
    state: HubSpotState,
    kind: str,
    action: str,
    inputs: Sequence[Mapping[str, Any]],
    source: Source,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """
    The results and errors of a batch of "create", "update" or "upsert".

    Where every input has a trace id of its own each row stands for itself; otherwise the first bad
    row fails the request and nothing is written. Unknown ids of an update are reported either way.
    """
    traces = [each.get("objectWriteTraceId") for each in inputs]
    by_row = bool(traces) and None not in traces and len(set(map(str, traces))) == len(traces)
    if action == "upsert":
        _refuse_repeated_keys(inputs)
    if not by_row:
        _rehearse(state, kind, action, inputs)
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    missing: list[str] = []
    kept = _kept(state, kind, len(inputs))
    for each, trace in zip(inputs[:kept], traces, strict=False):
        try:
            result = _write_row(state, kind, action, each, source, was_struck=not by_row)
        except HubSpotError as error:
            if error.status == 404 and not by_row:
                missing.append(str(each.get("id", "")))
                continue
            if not by_row:
                raise
            errors.append(error.row(str(trace)))
            continue
        if trace is not None:
            result["objectWriteTraceId"] = str(trace)
        results.append(result)
    if missing:
        errors.append(_not_there(kind, missing))
    return results, errors


def _write_row(
    state: HubSpotState,
    kind: str,
    action: str,
    each: Mapping[str, Any],
    source: Source,
    *,
    was_struck: bool,
) -> dict[str, Any]:
    if action == "create":
        made = create_one(state, kind, each, source, was_struck=was_struck)
        return show_written(state, kind, made, None)
    properties = _properties(each)
    if action == "update":
        record = _wanted(state, kind, each)
        written = update_one(state, kind, record, each, source, was_struck=was_struck)
        return show_written(state, kind, written, list(properties))
    name, value = _key_of(state, kind, each)
    held = state.crm.tables[kind].by_unique(name, value)
    if held is None:
        asked = {"properties": {name: value, **properties}}
        written = create_one(state, kind, asked, source, was_struck=was_struck)
    else:
        patch = {"properties": properties}
        written = update_one(state, kind, held, patch, source, was_struck=was_struck)
    return show_written(state, kind, written, None) | {"new": held is None}


def _rehearse(
    state: HubSpotState, kind: str, action: str, inputs: Sequence[Mapping[str, Any]]
) -> None:
    """Raise what any row would raise, before anything is written."""
    taken: set[tuple[str, str]] = set()
    for each in inputs:
        values = _rehearse_row(state, kind, action, each)
        for name in state.crm.tables[kind].uniques:
            value = values.get(name)
            if value is not None and (name, value) in taken:
                raise conflict(f"The batch holds the value {value} of property {name} twice")
            taken.add((name, value or ""))


def _rehearse_row(
    state: HubSpotState, kind: str, action: str, each: Mapping[str, Any]
) -> Mapping[str, str | None]:
    crm, properties = state.crm, _properties(each)
    if action == "create":
        _refuse_unknown(each, _CREATE_KEYS)
        _links(state, kind, each.get("associations"))
        _strike(state, kind, None, properties)
        return crm.prepared(kind, properties)
    _refuse_unknown(each, _UPDATE_KEYS)
    if action == "upsert":
        name, value = _key_of(state, kind, each)
        held = crm.tables[kind].by_unique(name, value)
        if held is None:
            _strike(state, kind, None, properties)
            return crm.prepared(kind, {name: value, **properties})
    else:
        try:
            held = _wanted(state, kind, each)
        except HubSpotError as error:
            if error.status == 404:
                return {}
            raise
    _strike(state, kind, held, properties)
    values = crm.checked(kind, properties, held)
    crm.refuse_doubles(kind, values, held)
    return values


def _wanted(state: HubSpotState, kind: str, each: Mapping[str, Any]) -> Record:
    """The record of an update; a merged record's old id does not work in a batch [D-using]."""
    id_property = each.get("idProperty")
    if id_property is not None:
        state.crm.require_unique(kind, str(id_property), "update")
    record_id = str(each.get("id", ""))
    record = state.crm.get(kind, record_id, None if id_property is None else str(id_property))
    if id_property is None and str(record.id) != record_id:
        raise HubSpotError(404, "OBJECT_NOT_FOUND", "resource not found")
    return record


def _key_of(state: HubSpotState, kind: str, each: Mapping[str, Any]) -> tuple[str, str]:
    name, value = each.get("idProperty"), each.get("id")
    is_activity = state.crm.tables[kind].kind.is_activity
    if not name or value is None or value == "":
        raise invalid("Each input of an upsert needs an id and an idProperty")
    refused = is_activity and state.world.switches["task_upsert"] == "refused"
    if refused or name == "hs_object_id":
        raise invalid(
            f"Unable to perform upsert by non-unique {state.crm.tables[kind].kind.type_id} "
            f"property {name} in portal ID {state.account.portal_id}"
        )
    state.crm.require_unique(kind, str(name), "upsert")
    return str(name), str(value)


def _refuse_repeated_keys(inputs: Sequence[Mapping[str, Any]]) -> None:
    keys = [(each.get("idProperty"), str(each.get("id"))) for each in inputs]
    if len(set(keys)) != len(keys):
        raise invalid("Duplicate IDs found in batch input")


def _links(state: HubSpotState, kind: str, asked: Any) -> Links:
    """The associations of a create; every target must be there."""
    if not asked:
        return []
    try:
        return [_link(state, kind, each) for each in asked]
    except (IndexError, KeyError, TypeError) as error:
        if state.world.switches["wrong_association_shape"] == "ignored":
            return []
        raise invalid(
            "Invalid input JSON on line 1, column 1: an association needs to.id and types"
        ) from error


def _link(state: HubSpotState, kind: str, each: Any) -> tuple[str, int, tuple[int, ...]]:
    target_id, types = str(each["to"]["id"]), each["types"]
    target = state.crm.associations.target_of(
        kind, types[0]["associationCategory"], types[0]["associationTypeId"]
    )
    chosen = state.crm.associations.check(kind, target, types)
    record = state.crm.tables[target].find(int(target_id)) if target_id.isdigit() else None
    if record is None:
        raise invalid(
            f"One or more associations are not valid: {kind_named(target).singular} {target_id} "
            "does not exist",
            context={"id": [target_id]},
        )
    return target, record.id, chosen


def _strike(
    state: HubSpotState, kind: str, record: Record | None, properties: Mapping[str, Any]
) -> None:
    """The named faults that strike one record's write."""
    if state.faults.are_armed:
        moment = {"object": kind, "id": "" if record is None else str(record.id)}
        if state.faults.take_named("locked", **moment) is not None:
            raise HubSpotError(423, "LOCKED", "This record is locked. Wait at least 2 seconds.")
        text = "\n".join(map(str, properties.values()))
        refused = state.faults.take_named("reject_record", **moment, text=text)
        if refused is not None:
            raise invalid(str(refused.argument("message", "Property values were not valid")))


def _kept(state: HubSpotState, kind: str, count: int) -> int:
    """How many rows of a batch are written at all."""
    cut = state.faults.take_named("partial_batch", object=kind)
    return count if cut is None else max(0, count - int(cut.argument("count", 1)))


def _properties(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = asked.get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, Mapping):
        raise invalid("Invalid input JSON on line 1, column 1: properties must be an object")
    return properties


def _refuse_unknown(asked: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(asked) - known)
    if unknown:
        raise invalid(
            f"Invalid input JSON on line 1, column 1: unrecognised field {', '.join(unknown)}"
        )


def _not_there(kind: str, ids: list[str]) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind_named(kind).singular.upper()} objects, they may be "
        "deleted or not exist. Check that ids are valid.",
        "context": {"ids": ids},
    }
