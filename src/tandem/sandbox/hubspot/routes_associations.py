"""Associations, v4 and dated, and the v3 batches that older clients use [SPEC:crm-associations.v4]."""

from collections.abc import Iterable, Sequence
from typing import Any

from tandem.sandbox.hubspot.associations import Label
from tandem.sandbox.hubspot.errors import invalid, not_found
from tandem.sandbox.hubspot.http import NO_CONTENT, Answer, Call, Spec, paging, required
from tandem.sandbox.hubspot.kinds import Kind, association_type, kind_named
from tandem.sandbox.hubspot.routes_objects import batch_answer
from tandem.sandbox.hubspot.values import is_whole, stamp

MOST_READ = 1_000
MOST_WRITTEN = 2_000
_PAGE = 500


def _kinds(call: Call) -> tuple[Kind, Kind]:
    return kind_named(call.param("source")), kind_named(call.param("target"))


def _read_scopes(call: Call) -> Sequence[str]:
    return tuple(kind.scopes[0] for kind in _kinds(call)[:1])


def _write_scopes(call: Call) -> Sequence[str]:
    return tuple(kind.scopes[1] for kind in _kinds(call)[:1])


def _target_json(
    call: Call, source: Kind, source_id: int, target: Kind, target_id: int
) -> dict[str, Any]:
    labels = call.state.crm.associations.labels(source.name, source_id, target.name, target_id)
    is_text = call.state.world.switches["association_ids"] == "text"
    return {
        "toObjectId": str(target_id) if is_text else target_id,
        "associationTypes": [label.to_json() for label in labels],
    }


def list_of_record(call: Call) -> Answer:
    """GET /crm/v4/objects/{source}/{id}/associations/{target}."""
    source, target = _kinds(call)
    record_id = _record_id(call, source, call.param("id"))
    limit = call.whole("limit", _PAGE, _PAGE)
    targets = _targets_after(call, source, record_id, target, call.text("after"), limit)
    results = [_target_json(call, source, record_id, target, each) for each in targets[:limit]]
    body: dict[str, Any] = {"results": results}
    if len(targets) > limit:
        body["paging"] = paging(call, str(targets[limit]))
    return Answer(body=body)


def put_default(call: Call) -> Answer:
    """PUT …/associations/default/{target}/{target_id}: 200."""
    source, target = _kinds(call)
    one = _record_id(call, source, call.param("id"))
    other = _record_id(call, target, call.param("target_id"))
    began = stamp(call.state.crm.now())
    _associate(call, source, one, target, other, ())
    results = [
        _default_json(source, one, target, other),
        _default_json(target, other, source, one),
    ]
    return batch_answer(call, began, 200, results, [])


def put_labelled(call: Call) -> Answer:
    """PUT …/associations/{target}/{target_id} with a list of types: 201."""
    source, target = _kinds(call)
    one = _record_id(call, source, call.param("id"))
    other = _record_id(call, target, call.param("target_id"))
    types = call.state.crm.associations.check(source.name, target.name, call.anything())
    _associate(call, source, one, target, other, types)
    return Answer(status=201, body=_labelled_json(call, source, one, target, other))


def delete_pair(call: Call) -> Answer:
    """DELETE …/associations/{target}/{target_id}: all associations of the pair, 204."""
    source, target = _kinds(call)
    one, other = call.param("id"), call.param("target_id")
    if is_whole(one) and is_whole(other):
        _dissociate(call, source, int(one), target, int(other))
    return NO_CONTENT


def batch_read(call: Call) -> Answer:
    """POST …/batch/read: up to 1,000 records; those without associations are errors."""
    source, target = _kinds(call)
    began = stamp(call.state.crm.now())
    results, missing = [], []
    for each in call.inputs(MOST_READ):
        wanted = str(each.get("id", ""))
        record_id = _winner(call, source, wanted)
        after = each.get("after")
        targets = _targets_after(call, source, record_id, target, after, _PAGE)
        if not targets:
            missing.append(wanted)
            continue
        result: dict[str, Any] = {
            "from": {"id": wanted},
            "to": [
                _target_json(call, source, record_id, target, found) for found in targets[:_PAGE]
            ],
        }
        if len(targets) > _PAGE:
            result["paging"] = paging(call, str(targets[_PAGE]))
        results.append(result)
    return batch_answer(call, began, 200, results, _unassociated(call, source, target, missing))


def batch_create(call: Call) -> Answer:
    """POST …/batch/create with types: 201, or 207 for records that are not there."""
    source, target = _kinds(call)
    began = stamp(call.state.crm.now())
    results, errors = [], []
    for each in call.inputs(MOST_WRITTEN):
        types = call.state.crm.associations.check(source.name, target.name, each.get("types"))
        pair = _pair(call, source, target, each)
        if pair is None:
            errors.append(_missing_pair(source, target, each))
            continue
        _associate(call, source, pair[0], target, pair[1], types)
        results.append(_labelled_json(call, source, pair[0], target, pair[1]))
    return batch_answer(call, began, 201, results, errors)


def batch_default(call: Call) -> Answer:
    """POST …/batch/associate/default: 200."""
    source, target = _kinds(call)
    began = stamp(call.state.crm.now())
    results: list[dict[str, Any]] = []
    errors = []
    for each in call.inputs(MOST_WRITTEN):
        pair = _pair(call, source, target, each)
        if pair is None:
            errors.append(_missing_pair(source, target, each))
            continue
        _associate(call, source, pair[0], target, pair[1], ())
        results.append(_default_json(source, pair[0], target, pair[1]))
        results.append(_default_json(target, pair[1], source, pair[0]))
    return batch_answer(call, began, 200, results, errors)


def batch_archive(call: Call) -> Answer:
    """POST …/batch/archive: 204."""
    source, target = _kinds(call)
    for each in call.inputs(MOST_WRITTEN):
        one = _id_in(each.get("from"))
        listed = each.get("to")
        for other in listed if isinstance(listed, list) else [listed]:
            target_id = _id_in(other)
            if one is not None and target_id is not None:
                _dissociate(call, source, one, target, target_id)
    return NO_CONTENT


def batch_archive_labels(call: Call) -> Answer:
    """POST …/batch/labels/archive: takes labels off, leaving the pair associated; 204."""
    source, target = _kinds(call)
    associations = call.state.crm.associations
    for each in call.inputs(MOST_WRITTEN):
        pair = _pair(call, source, target, each)
        types = associations.check(source.name, target.name, each.get("types"))
        if pair is not None:
            associations.remove_labels((source.name, pair[0], target.name, pair[1]), types)
    return NO_CONTENT


def labels(call: Call) -> Answer:
    """GET …/labels: every type between two kinds."""
    source, target = _kinds(call)
    types = call.state.crm.associations.types(source.name, target.name)
    return Answer(body={"results": [label.to_json() for label in types]})


def create_label(call: Call) -> Answer:
    """POST …/labels {label, name, inverseLabel}: the label and its inverse."""
    source, target = _kinds(call)
    asked = call.json()
    required(asked, ("label", "name"))
    made = call.state.crm.associations.define(
        source.name, target.name, str(asked["label"]), asked.get("inverseLabel")
    )
    return Answer(body={"results": [label.to_json() for label in made]})


def v3_batch_read(call: Call) -> Answer:
    """POST /crm/v3/associations/…/batch/read: ids and type names instead of labels."""
    source, target = _kinds(call)
    began = stamp(call.state.crm.now())
    name = f"{source.singular}_to_{target.singular}"
    results, missing = [], []
    for each in call.inputs(MOST_READ):
        wanted = str(each.get("id", ""))
        record_id = _winner(call, source, wanted)
        targets = call.state.crm.associations.targets(source.name, record_id, target.name)
        if targets:
            to = [{"id": str(found), "type": name} for found in targets]
            results.append({"from": {"id": wanted}, "to": to})
        else:
            missing.append(wanted)
    return batch_answer(call, began, 200, results, _unassociated(call, source, target, missing))


def v3_batch_create(call: Call) -> Answer:
    """POST /crm/v3/associations/…/batch/create {from, to, type}: 201."""
    source, target = _kinds(call)
    began = stamp(call.state.crm.now())
    results, errors = [], []
    name = f"{source.singular}_to_{target.singular}"
    for each in call.inputs(MOST_WRITTEN):
        if each.get("type") not in (name, association_type(source.name, target.name)):
            raise invalid(f"Invalid association type {each.get('type')!r}; it must be {name}")
        pair = _pair(call, source, target, each)
        if pair is None:
            errors.append(_missing_pair(source, target, each))
            continue
        _associate(call, source, pair[0], target, pair[1], ())
        results.append({"from": {"id": str(pair[0])}, "to": {"id": str(pair[1])}, "type": name})
    return batch_answer(call, began, 201, results, errors)


def v3_types(call: Call) -> Answer:
    """GET /crm/v3/associations/{source}/{target}/types."""
    source, target = _kinds(call)
    default = association_type(source.name, target.name)
    name = f"{source.singular}_to_{target.singular}"
    found = [] if default is None else [{"id": str(default), "name": name}]
    return Answer(body={"results": found})


def _associate(
    call: Call, source: Kind, one: int, target: Kind, other: int, types: tuple[int, ...]
) -> None:
    crm = call.state.crm
    most = int(crm.world.switches["association_limit"])
    for kind, record_id, towards in ((source, one, target), (target, other, source)):
        if len(crm.associations.targets(kind.name, record_id, towards.name)) >= most:
            raise invalid(
                f"{kind.singular} {record_id} has reached its limit of {most} associated "
                f"{towards.name}"
            )
    if crm.associations.add(source.name, one, target.name, other, types):
        _move_dates(call, ((source, one), (target, other)))


def _dissociate(call: Call, source: Kind, one: int, target: Kind, other: int) -> None:
    if call.state.crm.associations.remove(source.name, one, target.name, other):
        _move_dates(call, ((source, one), (target, other)))


def _move_dates(call: Call, records: Iterable[tuple[Kind, int]]) -> None:
    if call.state.world.switches["association_moves_modified"]:
        for kind, record_id in records:
            if kind.is_activity:
                call.state.crm.touch(kind.name, record_id)


def _targets_after(
    call: Call, source: Kind, record_id: int, target: Kind, after: Any, limit: int
) -> list[int]:
    """The associated ids from the one named by `after` on; in id order where they fill pages."""
    targets = call.state.crm.associations.targets(source.name, record_id, target.name)
    if not after:
        return targets if len(targets) <= limit else sorted(targets)
    text = str(after)
    if not is_whole(text):
        raise invalid(f"after {after!r} is not valid")
    return sorted(each for each in targets if each >= int(text))


def _record_id(call: Call, kind: Kind, wanted: str) -> int:
    record = call.state.crm.tables[kind.name].find(int(wanted)) if is_whole(wanted) else None
    if record is None:
        raise not_found(f"{kind.singular} {wanted} does not exist")
    return record.id


def _winner(call: Call, kind: Kind, wanted: str) -> int:
    return call.state.crm.tables[kind.name].winner(int(wanted)) if is_whole(wanted) else 0


def _id_in(reference: Any) -> int | None:
    text = str(reference.get("id", "")) if isinstance(reference, dict) else ""
    return int(text) if is_whole(text) else None


def _pair(call: Call, source: Kind, target: Kind, each: dict[str, Any]) -> tuple[int, int] | None:
    """The two records of an input, None if one of them is not there."""
    one, other = _id_in(each.get("from")), _id_in(each.get("to"))
    tables = call.state.crm.tables
    first = tables[source.name].find(one) if one is not None else None
    second = tables[target.name].find(other) if other is not None else None
    return None if first is None or second is None else (first.id, second.id)


def _default_json(source: Kind, one: int, target: Kind, other: int) -> dict[str, Any]:
    return {
        "from": {"id": str(one)},
        "to": {"id": str(other)},
        "associationSpec": {
            "associationCategory": "HUBSPOT_DEFINED",
            "associationTypeId": association_type(source.name, target.name),
        },
    }


def _labelled_json(call: Call, source: Kind, one: int, target: Kind, other: int) -> dict[str, Any]:
    """v4 shows numbers here, dated versions are described with strings [SPEC:crm-associations.v4]."""
    found = call.state.crm.associations.labels(source.name, one, target.name, other)
    return {
        "fromObjectTypeId": source.type_id,
        "fromObjectId": str(one) if call.is_dated else one,
        "toObjectTypeId": target.type_id,
        "toObjectId": str(other) if call.is_dated else other,
        "labels": _label_texts(found),
    }


def _label_texts(found: list[Label]) -> list[str]:
    return [label.label for label in found if label.label is not None]


def _unassociated(
    call: Call, source: Kind, target: Kind, missing: list[str]
) -> list[dict[str, Any]]:
    if not missing or call.state.world.switches["unassociated_in_batch_read"] == "left_out":
        return []
    return [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": f"No {target.singular} is associated with {source.singular} {wanted}.",
            "context": {"fromObjectId": [wanted], "toObjectType": [target.singular]},
        }
        for wanted in missing
    ]


def _missing_pair(source: Kind, target: Kind, each: dict[str, Any]) -> dict[str, Any]:
    ids = [str(_id_in(each.get("from"))), str(_id_in(each.get("to")))]
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"One of {source.singular} {ids[0]} and {target.singular} {ids[1]} does not exist",
        "context": {"fromObjectId": ids[:1], "toObjectId": ids[1:]},
    }


_OF_RECORD = "/crm/v4/objects/{source}/{id}/associations"
_OF_KINDS = "/crm/v4/associations/{source}/{target}"
_V3 = "/crm/v3/associations/{source}/{target}"
SPECS: list[Spec] = [
    Spec(method=method, path=path, endpoint=endpoint, scopes=scopes, family="associations")
    for method, path, endpoint, scopes in (
        ("POST", f"{_OF_KINDS}/batch/read", batch_read, _read_scopes),
        ("POST", f"{_OF_KINDS}/batch/create", batch_create, _write_scopes),
        ("POST", f"{_OF_KINDS}/batch/associate/default", batch_default, _write_scopes),
        ("POST", f"{_OF_KINDS}/batch/archive", batch_archive, _write_scopes),
        ("POST", f"{_OF_KINDS}/batch/labels/archive", batch_archive_labels, _write_scopes),
        ("GET", f"{_OF_KINDS}/labels", labels, _read_scopes),
        ("POST", f"{_OF_KINDS}/labels", create_label, _write_scopes),
        ("PUT", f"{_OF_RECORD}/default/{{target}}/{{target_id}}", put_default, _write_scopes),
        ("GET", f"{_OF_RECORD}/{{target}}", list_of_record, _read_scopes),
        ("PUT", f"{_OF_RECORD}/{{target}}/{{target_id}}", put_labelled, _write_scopes),
        ("DELETE", f"{_OF_RECORD}/{{target}}/{{target_id}}", delete_pair, _write_scopes),
        # The pair of paths that libraries of the v3 objects API still use for single records.
        (
            "GET",
            "/crm/v3/objects/{source}/{id}/associations/{target}",
            list_of_record,
            _read_scopes,
        ),
        ("POST", f"{_V3}/batch/read", v3_batch_read, _read_scopes),
        ("POST", f"{_V3}/batch/create", v3_batch_create, _write_scopes),
        ("POST", f"{_V3}/batch/archive", batch_archive, _write_scopes),
        ("GET", f"{_V3}/types", v3_types, _read_scopes),
    )
]
