"""Records of every kind: one at a time, in batches, listed and searched [SPEC:crm-objects-generic.v3]."""

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.sandbox.hubspot.errors import HubSpotError, invalid, not_found
from tandem.sandbox.hubspot.http import NO_CONTENT, Answer, Call, Spec, paging
from tandem.sandbox.hubspot.kinds import Kind, kind_named
from tandem.sandbox.hubspot.merging import gdpr_delete, merge
from tandem.sandbox.hubspot.records import Record, Source
from tandem.sandbox.hubspot.search import LARGEST_BODY, search
from tandem.sandbox.hubspot.showing import Shape, associated, show, show_written
from tandem.sandbox.hubspot.values import is_whole, stamp
from tandem.sandbox.hubspot.writing import (
    archive_one,
    batch_write,
    create_one,
    not_there,
    update_one,
)

MOST_INPUTS = 100
_PAGE = 100
_PAGE_WITH_HISTORY = 50


def _kind(call: Call) -> Kind:
    return kind_named(call.param("kind"))


def _read_scopes(call: Call) -> Sequence[str]:
    return (_kind(call).scopes[0],)


def _write_scopes(call: Call) -> Sequence[str]:
    return (_kind(call).scopes[1],)


def _shape(call: Call) -> Shape:
    kind = _kind(call)
    return Shape.of(
        call.state,
        kind.name,
        call.several("properties", "property"),
        call.several("propertiesWithHistory"),
        call.token,
    )


def list_records(call: Call) -> Answer:
    """GET /crm/v3/objects/{kind}: in id order; `after` is the id of the next record."""
    kind, shape = _kind(call), _shape(call)
    limit = call.whole("limit", 10, _PAGE_WITH_HISTORY if shape.history else _PAGE)
    table = call.state.crm.tables[kind.name]
    archived = call.flag("archived")
    ids, records = (
        (table.archived_ids, table.archived) if archived else (table.live_ids, table.live)
    )
    after = call.text("after") or "0"
    if not is_whole(after):
        raise invalid(f"after {after!r} is not valid")
    found = [
        each for each, _ in zip(ids.ascending(int(after), 1 << 62), range(limit + 1), strict=False)
    ]
    others = call.several("associations")
    page = [
        show(call.state, kind.name, records[each], shape)
        | (associated(call.state, kind.name, each, others, call.url) if others else {})
        for each in found[:limit]
    ]
    body: dict[str, Any] = {"results": page}
    if len(found) > limit:
        body["paging"] = paging(call, str(found[limit]))
    return Answer(body=body)


def read_record(call: Call) -> Answer:
    """GET /crm/v3/objects/{kind}/{id}."""
    kind, shape = _kind(call), _shape(call)
    record = _found(call, kind)
    body = show(call.state, kind.name, record, shape)
    others = call.several("associations")
    if others:
        body |= associated(call.state, kind.name, record.id, others, call.url)
    body["url"] = record_url(call, kind, record)
    return Answer(body=body)


def create_record(call: Call) -> Answer:
    """POST /crm/v3/objects/{kind}: 201."""
    kind = _kind(call)
    record = create_one(call.state, kind.name, call.json(), source_of(call))
    body = show_written(call.state, kind.name, record, None)
    body["url"] = record_url(call, kind, record)
    return Answer(status=201, body=body)


def update_record(call: Call) -> Answer:
    """PATCH /crm/v3/objects/{kind}/{id}: the changed and the computed properties."""
    kind, asked = _kind(call), call.json()
    _precondition(call, kind)
    record = call.state.crm.get(kind.name, call.param("id"), call.text("idProperty"))
    written, body = update_one(call.state, kind.name, record, asked, source_of(call))
    body["url"] = record_url(call, kind, written)
    return Answer(body=body)


def archive_record(call: Call) -> Answer:
    """DELETE /crm/v3/objects/{kind}/{id}: 204, also for an unknown id."""
    record_id = call.param("id")
    if is_whole(record_id):
        archive_one(call.state, _kind(call).name, int(record_id))
    return NO_CONTENT


def batch_read(call: Call) -> Answer:
    """POST …/batch/read: 207 where ids are unknown."""
    kind, asked, began = _kind(call), call.json(), stamp(call.state.crm.now())
    inputs = call.inputs(MOST_INPUTS)
    shape = Shape.of(
        call.state,
        kind.name,
        _names(asked, "properties"),
        _names(asked, "propertiesWithHistory"),
        call.token,
    )
    id_property = _id_property(asked)
    archived = call.flag("archived")
    results, missing = [], []
    for each in inputs:
        wanted = str(each.get("id", ""))
        record = _look_up(call, kind, wanted, id_property, archived)
        if record is None:
            missing.append(wanted)
        else:
            results.append(show(call.state, kind.name, record, shape))
    return batch_answer(
        call, began, 200, results, [not_there(kind.name, missing)] if missing else []
    )


def batch_create(call: Call) -> Answer:
    """POST …/batch/create: 201, or 207 with per-row results where every input has a trace id."""
    return _write(call, "create", 201)


def batch_update(call: Call) -> Answer:
    """POST …/batch/update."""
    return _write(call, "update", 200)


def batch_upsert(call: Call) -> Answer:
    """POST …/batch/upsert by a unique property; each result says whether it is new."""
    return _write(call, "upsert", 200)


def batch_archive(call: Call) -> Answer:
    """POST …/batch/archive: 204."""
    kind = _kind(call)
    for each in call.inputs(MOST_INPUTS):
        record_id = str(each.get("id", ""))
        if is_whole(record_id):
            archive_one(call.state, kind.name, int(record_id))
    return NO_CONTENT


def search_records(call: Call) -> Answer:
    """POST …/search over the lagging copy."""
    if len(call.body.decode("utf-8", "replace")) > LARGEST_BODY:
        raise invalid(f"The search request body must be at most {LARGEST_BODY} characters")
    kind, asked = _kind(call), call.json()
    found = search(call.state.crm, kind.name, asked, call.state.search_until())
    shape = Shape.of(call.state, kind.name, _names(asked, "properties"), [], call.token)
    body: dict[str, Any] = {
        "total": found.total,
        "results": [show(call.state, kind.name, record, shape) for record in found.records],
    }
    if found.after is not None:
        body["paging"] = {"next": {"after": str(found.after)}}
    return Answer(body=body)


def merge_records(call: Call) -> Answer:
    """POST …/merge {primaryObjectId, objectIdToMerge}."""
    kind, asked = _kind(call), call.json()
    winner = merge(
        call.state,
        kind.name,
        str(asked.get("primaryObjectId", "")),
        str(asked.get("objectIdToMerge", "")),
        source_of(call),
    )
    return Answer(body=show_written(call.state, kind.name, winner, None))


def gdpr_delete_record(call: Call) -> Answer:
    """POST …/gdpr-delete {objectId, idProperty}: 204."""
    asked = call.json()
    gdpr_delete(call.state, _kind(call).name, str(asked.get("objectId", "")), _id_property(asked))
    return NO_CONTENT


def source_of(call: Call) -> Source:
    """Writes through the API come from an integration, named by its app id."""
    return Source(type="INTEGRATION", id=str(call.token.app_id))


def record_url(call: Call, kind: Kind, record: Record) -> str:
    account = call.state.account
    base = f"https://{account.ui_domain}"
    if kind.name == "tasks":
        return f"{base}/tasks/{account.portal_id}/view/all/task/{record.id}"
    return f"{base}/contacts/{account.portal_id}/record/{kind.type_id}/{record.id}"


def batch_answer(
    call: Call,
    began: str,
    status: int,
    results: list[dict[str, Any]],
    errors: Sequence[Mapping[str, Any]],
) -> Answer:
    """The answer of a batch: 207 where it has errors."""
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": began,
        "completedAt": stamp(call.state.crm.now()),
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return Answer(status=207 if errors else status, body=body)


def _write(call: Call, action: str, status: int) -> Answer:
    began = stamp(call.state.crm.now())
    kind = _kind(call)
    inputs = call.inputs(MOST_INPUTS)
    results, errors = batch_write(call.state, kind.name, action, inputs, source_of(call))
    return batch_answer(call, began, status, results, errors)


def _found(call: Call, kind: Kind) -> Record:
    record = _look_up(call, kind, call.param("id"), call.text("idProperty"), call.flag("archived"))
    if record is None:
        raise not_found("resource not found")
    return record


def _look_up(
    call: Call, kind: Kind, wanted: str, id_property: str | None, archived: bool
) -> Record | None:
    crm = call.state.crm
    if archived or call.state.world.switches["plain_get_of_archived"] == 200:
        binned = _binned(call, kind, wanted, id_property)
        if archived or binned is not None:
            return binned
    try:
        return crm.get(kind.name, wanted, id_property)
    except HubSpotError as error:
        if error.status == 404:
            return None
        raise


def _binned(call: Call, kind: Kind, wanted: str, id_property: str | None) -> Record | None:
    crm = call.state.crm
    if id_property is None or id_property == "hs_object_id":
        return crm.in_bin(kind.name, int(wanted)) if is_whole(wanted) else None
    crm.require_unique(kind.name, id_property)
    rule = call.state.world.switches["archived_unique_value"]
    if rule == "refused":
        raise invalid(f"Archived records cannot be read by property {id_property}")
    if rule == "hidden":
        return None
    found = crm.tables[kind.name].archived_by_unique(id_property, wanted)
    return None if found is None else crm.in_bin(kind.name, found.id)


def _precondition(call: Call, kind: Kind) -> None:
    """Refuse a write whose idProperty does not identify records."""
    id_property = call.text("idProperty")
    if id_property and id_property != "hs_object_id":
        call.state.crm.require_unique(kind.name, id_property, "update")


def _id_property(asked: Mapping[str, Any]) -> str | None:
    name = asked.get("idProperty")
    return None if name is None else str(name)


def _names(asked: Mapping[str, Any], key: str) -> list[str]:
    listed = asked.get(key) or []
    if not isinstance(listed, list):
        raise invalid(f"{key} must be a list")
    return [str(each) for each in listed]


SPECS: list[Spec] = [
    Spec(method=method, path=f"/crm/v3/objects/{{kind}}{path}", endpoint=endpoint, scopes=scopes, family=family)
    for method, path, endpoint, scopes, family in (
        ("POST", "/search", search_records, _read_scopes, "search"),
        ("POST", "/batch/create", batch_create, _write_scopes, "calls"),
        ("POST", "/batch/read", batch_read, _read_scopes, "calls"),
        ("POST", "/batch/update", batch_update, _write_scopes, "calls"),
        ("POST", "/batch/upsert", batch_upsert, _write_scopes, "calls"),
        ("POST", "/batch/archive", batch_archive, _write_scopes, "calls"),
        ("POST", "/merge", merge_records, _write_scopes, "calls"),
        ("POST", "/gdpr-delete", gdpr_delete_record, _write_scopes, "calls"),
        ("GET", "", list_records, _read_scopes, "calls"),
        ("POST", "", create_record, _write_scopes, "calls"),
        ("GET", "/{id}", read_record, _read_scopes, "calls"),
        ("PATCH", "/{id}", update_record, _write_scopes, "calls"),
        ("DELETE", "/{id}", archive_record, _write_scopes, "calls"),
    )
] + [
    # The tickets of a Singer tap are read at this address.
    Spec(method="GET", path="/crm/v4/objects/{kind}", endpoint=list_records, scopes=_read_scopes),
]  # fmt: skip
