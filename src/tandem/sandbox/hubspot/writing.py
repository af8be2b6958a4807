"""Writes through the API: single and in batches, with the rules of multi-status answers [D-err]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tandem.sandbox.hubspot.errors import HubSpotError, conflict, invalid
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.records import Record, Source
from tandem.sandbox.hubspot.showing import show_written
from tandem.sandbox.hubspot.state import HubSpotState
from tandem.sandbox.hubspot.values import is_whole

_CREATE_KEYS = frozenset({"properties", "associations", "objectWriteTraceId"})
_UPDATE_KEYS = frozenset({"properties", "id", "idProperty", "objectWriteTraceId"})
Links = list[tuple[str, int, tuple[int, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """A row that can be written: onto `record`, or as a new record where that is None."""

    record: Record | None
    values: dict[str, str | None]
    links: Links
    shown: tuple[str, ...] | None


def create_one(state: HubSpotState, kind: str, asked: Mapping[str, Any], source: Source) -> Record:
    """A new record with the associations given inline."""
    planned = _plan_create(state, kind, asked)
    return state.crm.add(kind, planned.values, source, planned.links)


def update_one(
    state: HubSpotState, kind: str, record: Record, asked: Mapping[str, Any], source: Source
) -> tuple[Record, dict[str, Any]]:
    """A record after a patch, and as the answer shows it."""
    planned = _plan_change(state, kind, record, asked)
    written = state.crm.write(kind, record, planned.values, source)
    return written, show_written(state, kind, written, planned.shown)


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
    if action == "upsert":
        _refuse_repeated_keys(inputs)
    cut = state.faults.take_named("partial_batch", object=kind)
    if cut is not None:
        inputs = inputs[: max(0, len(inputs) - int(cut.argument("count", 1)))]
    traces = [str(each.get("objectWriteTraceId", "")) for each in inputs]
    if all(traces) and len(set(traces)) == len(traces):
        return _write_by_row(state, kind, action, inputs, source)
    return _write_as_one(state, kind, action, inputs, source)


def _write_by_row(
    state: HubSpotState,
    kind: str,
    action: str,
    inputs: Sequence[Mapping[str, Any]],
    source: Source,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    results, errors = [], []
    for each in inputs:
        trace = str(each["objectWriteTraceId"])
        try:
            planned = _plan(state, kind, action, each)
        except HubSpotError as error:
            errors.append(error.row(trace))
            continue
        written = _written(state, kind, action, planned, source)
        results.append(written | {"objectWriteTraceId": trace})
    return results, errors


def _write_as_one(
    state: HubSpotState,
    kind: str,
    action: str,
    inputs: Sequence[Mapping[str, Any]],
    source: Source,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows: list[_Planned] = []
    missing: list[str] = []
    for each in inputs:
        try:
            rows.append(_plan(state, kind, action, each))
        except HubSpotError as error:
            if error.status != 404:
                raise
            missing.append(str(each.get("id", "")))
    _refuse_doubles_within(state, kind, rows)
    results = [_written(state, kind, action, planned, source) for planned in rows]
    return results, [not_there(kind, missing)] if missing else []


def _written(
    state: HubSpotState, kind: str, action: str, planned: _Planned, source: Source
) -> dict[str, Any]:
    if planned.record is None:
        record = state.crm.add(kind, planned.values, source, planned.links)
    else:
        present = state.crm.tables[kind].live[planned.record.id]
        record = state.crm.write(kind, present, planned.values, source)
    shown = show_written(state, kind, record, planned.shown)
    return shown | {"new": planned.record is None} if action == "upsert" else shown


def _plan(state: HubSpotState, kind: str, action: str, each: Mapping[str, Any]) -> _Planned:
    """What a row will write, or the error that it gets."""
    if action == "create":
        return _plan_create(state, kind, each)
    if action == "update":
        return _plan_change(state, kind, _wanted(state, kind, each), each)
    name, value = _key_of(state, kind, each)
    held = state.crm.tables[kind].by_unique(name, value)
    if held is not None:
        return replace(_plan_change(state, kind, held, each), shown=None)
    _refuse_unknown(each, _UPDATE_KEYS)
    return _plan_create(state, kind, {"properties": {name: value, **_properties(each)}})


def _plan_create(state: HubSpotState, kind: str, asked: Mapping[str, Any]) -> _Planned:
    _refuse_unknown(asked, _CREATE_KEYS)
    properties = _properties(asked)
    links = _links(state, kind, asked.get("associations"))
    _strike(state, kind, None, properties)
    values = state.crm.prepared(kind, properties)
    return _Planned(record=None, values=values, links=links, shown=None)


def _plan_change(
    state: HubSpotState, kind: str, record: Record, asked: Mapping[str, Any]
) -> _Planned:
    _refuse_unknown(asked, _UPDATE_KEYS)
    properties = _properties(asked)
    _strike(state, kind, record, properties)
    values = state.crm.prepared_change(kind, record, properties)
    return _Planned(record=record, values=values, links=[], shown=tuple(values))


def _refuse_doubles_within(state: HubSpotState, kind: str, rows: Sequence[_Planned]) -> None:
    for name in state.crm.tables[kind].uniques:
        taken: set[str] = set()
        for row in rows:
            value = row.values.get(name)
            if value is not None and value in taken:
                raise conflict(f"The batch holds the value {value} of property {name} twice")
            taken |= set() if value is None else {value}


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
    keys = [(str(each.get("idProperty")), str(each.get("id"))) for each in inputs]
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
    record = state.crm.tables[target].find(int(target_id)) if is_whole(target_id) else None
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


def not_there(kind: str, ids: list[str]) -> dict[str, Any]:
    """The entry in a batch's errors for ids that lead nowhere."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind_named(kind).singular.upper()} objects, they may be "
        "deleted or not exist. Check that ids are valid.",
        "context": {"ids": ids},
    }
