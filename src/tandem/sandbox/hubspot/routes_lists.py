"""Lists (segments), v3 and dated: definitions, search and memberships [lists guide]."""

from collections.abc import Callable, Iterable
from typing import Any

from tandem.sandbox.hubspot.errors import invalid
from tandem.sandbox.hubspot.http import (
    NO_CONTENT,
    Answer,
    Call,
    Spec,
    after_index,
    paging,
    required,
)
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.lists import RecordList
from tandem.sandbox.hubspot.values import is_whole, stamp, whole

_READ = ("crm.lists.read",)
_WRITE = ("crm.lists.write",)
_LARGEST_SEARCH = 500
_LARGEST_PAGE = 250
_MOST_CHANGED = 100_000
_SORTS: dict[str, Callable[[RecordList], Any]] = {
    "HS_UPDATED_AT": lambda each: (each.updated, int(each.id)),
    "HS_CREATED_AT": lambda each: (each.created, int(each.id)),
    "HS_LIST_ID": lambda each: int(each.id),
    "HS_LIST_NAME": lambda each: each.name,
    "HS_LIST_SIZE": lambda each: (len(each.members), int(each.id)),
}


def list_lists(call: Call) -> Answer:
    """GET /crm/v3/lists?listIds=: only the lists that are named."""
    wanted = set(call.several("listIds"))
    found = [each.to_json() for each in call.state.lists.listing() if each.id in wanted]
    return Answer(body={"lists": found})


def search_lists(call: Call) -> Answer:
    """POST /crm/v3/lists/search."""
    asked = call.json()
    # More than the documented 500 is cut to it: a loader in use everywhere asks for 1,000.
    count = min(whole(asked.get("count") or 20, "count", 1, None), _LARGEST_SEARCH)
    offset = whole(asked.get("offset") or 0, "offset", 0, None)
    sort = str(asked.get("sort") or "HS_LIST_ID")
    key = _SORTS.get(sort.lstrip("-"))
    if key is None:
        raise invalid(f"Invalid sort {sort!r}; it must be one of {', '.join(_SORTS)}")
    query = str(asked.get("query") or "").lower()
    types, ids = _texts(asked.get("processingTypes")), _texts(asked.get("listIds"))
    type_id = asked.get("objectTypeId")
    found = sorted(
        (
            each
            for each in call.state.lists.listing()
            if query in each.name.lower()
            and (not types or each.processing_type in types)
            and (not ids or each.id in ids)
            and (not type_id or each.type_id == type_id)
        ),
        key=key,
        reverse=sort.startswith("-"),
    )
    page = found[offset : offset + count]
    end = offset + len(page)
    return Answer(
        body={
            "offset": end,
            "hasMore": end < len(found),
            "lists": [each.to_search_json() for each in page],
            "total": len(found),
        }
    )


def read_list(call: Call) -> Answer:
    """GET /crm/v3/lists/{id}."""
    return Answer(body={"list": call.state.lists.get(call.param("id")).to_json()})


def read_list_by_name(call: Call) -> Answer:
    """GET /crm/v3/lists/object-type-id/{type}/name/{name}."""
    type_id = kind_named(call.param("type")).type_id
    return Answer(body={"list": call.state.lists.named(type_id, call.param("name")).to_json()})


def create_list(call: Call) -> Answer:
    """POST /crm/v3/lists."""
    asked = call.json()
    required(asked, ("name", "objectTypeId", "processingType"))
    type_id = kind_named(str(asked["objectTypeId"])).type_id
    made = call.state.lists.create(
        str(asked["name"]), type_id, str(asked["processingType"]), call.state.crm.now()
    )
    return Answer(body={"list": made.to_json()})


def delete_list(call: Call) -> Answer:
    """DELETE /crm/v3/lists/{id}: 204; it can be restored."""
    call.state.lists.get(call.param("id")).deleted = call.state.crm.now()
    return NO_CONTENT


def restore_list(call: Call) -> Answer:
    """PUT /crm/v3/lists/{id}/restore: 204."""
    call.state.lists.get(call.param("id"), deleted=True).deleted = None
    return NO_CONTENT


def rename_list(call: Call) -> Answer:
    """PUT /crm/v3/lists/{id}/update-list-name?listName=."""
    found = call.state.lists.get(call.param("id"))
    name = call.text("listName")
    if not name:
        raise invalid("listName must not be empty")
    found.name, found.updated = name, call.state.crm.now()
    return Answer(body={"updatedList": found.to_json()})


def members(call: Call) -> Answer:
    """GET /crm/v3/lists/{id}/memberships, in id order."""
    found = call.state.lists.get(call.param("id"))
    return _members(call, found, sorted(found.members))


def members_by_time(call: Call) -> Answer:
    """GET /crm/v3/lists/{id}/memberships/join-order."""
    found = call.state.lists.get(call.param("id"))
    return _members(
        call, found, sorted(found.members, key=lambda each: (found.members[each], each))
    )


def add_members(call: Call) -> Answer:
    """PUT …/memberships/add with a list of record ids."""
    return _change(call, call.anything(), [])


def remove_members(call: Call) -> Answer:
    """PUT …/memberships/remove with a list of record ids."""
    return _change(call, [], call.anything())


def change_members(call: Call) -> Answer:
    """PUT …/memberships/add-and-remove."""
    asked = call.json()
    return _change(call, asked.get("recordIdsToAdd") or [], asked.get("recordIdsToRemove") or [])


def clear_members(call: Call) -> Answer:
    """DELETE …/memberships: 204."""
    found = call.state.lists.get(call.param("id"))
    call.state.lists.change(found.id, [], list(found.members), call.state.crm.now())
    return NO_CONTENT


def lists_of_record(call: Call) -> Answer:
    """GET /crm/v3/lists/records/{type}/{record}/memberships."""
    type_id = kind_named(call.param("type")).type_id
    record = call.param("record")
    found = call.state.lists.of_record(type_id, int(record)) if is_whole(record) else []
    return Answer(body={"results": found, "total": len(found)})


def lists_of_records(call: Call) -> Answer:
    """POST /crm/v3/lists/records/memberships/batch/read."""
    results = []
    for each in call.inputs(100):
        type_id, record = (
            kind_named(str(each.get("objectTypeId"))).type_id,
            str(each.get("recordId")),
        )
        found = call.state.lists.of_record(type_id, int(record)) if is_whole(record) else []
        results.append(
            {"recordId": {"objectTypeId": type_id, "recordId": record}, "memberships": found}
        )
    return Answer(body={"status": "COMPLETE", "results": results})


def _texts(listed: Any) -> set[str]:
    if listed is not None and not isinstance(listed, list):
        raise invalid("processingTypes and listIds must be lists")
    return set(map(str, listed or ()))


def _members(call: Call, found: RecordList, ids: list[int]) -> Answer:
    limit, begin = call.whole("limit", 100, _LARGEST_PAGE), after_index(call)
    end = begin + limit
    body: dict[str, Any] = {
        "results": [
            {"recordId": str(each), "membershipTimestamp": stamp(found.members[each])}
            for each in ids[begin:end]
        ],
        "total": len(ids),
    }
    if end < len(ids):
        body["paging"] = paging(call, str(end))
    return Answer(body=body)


def _change(call: Call, add: Any, remove: Any) -> Answer:
    found = call.state.lists.get(call.param("id"))
    kind = kind_named(found.type_id).name
    live = call.state.crm.tables[kind].live
    wanted = _ids(add)
    missing = [each for each in wanted if each not in live]
    added, removed = call.state.lists.change(
        found.id, [each for each in wanted if each in live], _ids(remove), call.state.crm.now()
    )
    return Answer(
        body={
            "recordsIdsAdded": [str(each) for each in added],
            "recordIdsRemoved": [str(each) for each in removed],
            "recordIdsMissing": [str(each) for each in missing],
        }
    )


def _ids(listed: Any) -> list[int]:
    if not isinstance(listed, Iterable) or isinstance(listed, str | dict):
        raise invalid("The body must be a list of record ids")
    ids = [str(each) for each in listed]
    if len(ids) > _MOST_CHANGED:
        raise invalid(f"At most {_MOST_CHANGED} records can be changed at once")
    if not all(is_whole(each) for each in ids):
        raise invalid("Record ids must be numbers")
    return [int(each) for each in ids]


_LISTS = "/crm/v3/lists"
SPECS: list[Spec] = [
    Spec(method=method, path=f"{_LISTS}{path}", endpoint=endpoint, scopes=scopes)
    for method, path, endpoint, scopes in (
        ("GET", "", list_lists, _READ),
        ("POST", "", create_list, _WRITE),
        ("POST", "/search", search_lists, _READ),
        ("POST", "/records/memberships/batch/read", lists_of_records, _READ),
        ("GET", "/records/{type}/{record}/memberships", lists_of_record, _READ),
        ("GET", "/object-type-id/{type}/name/{name}", read_list_by_name, _READ),
        ("GET", "/{id}", read_list, _READ),
        ("DELETE", "/{id}", delete_list, _WRITE),
        ("PUT", "/{id}/restore", restore_list, _WRITE),
        ("PUT", "/{id}/update-list-name", rename_list, _WRITE),
        ("GET", "/{id}/memberships", members, _READ),
        ("DELETE", "/{id}/memberships", clear_members, _WRITE),
        ("GET", "/{id}/memberships/join-order", members_by_time, _READ),
        ("PUT", "/{id}/memberships/add", add_members, _WRITE),
        ("PUT", "/{id}/memberships/remove", remove_members, _WRITE),
        ("PUT", "/{id}/memberships/add-and-remove", change_members, _WRITE),
    )
]
