"""Report folders through `/folders` ([rep-folders]). What a folder is shared with stays with its creator."""

from typing import Any

from tandem.sandbox.salesforce import org
from tandem.sandbox.salesforce.analytics.refusals import bad_request, malformed, unavailable
from tandem.sandbox.salesforce.analytics.saved import library_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.store import Row

_PAGE = 10
_SHARES = (
    "user",
    "role",
    "roleandsubordinates",
    "roleandsubordinatesinternal",
    "group",
    "portalrole",
    "portalroleandsubordinates",
    "customerportaluser",
)


def listing(call: Call) -> Reply:
    """The folders the user sees, by label."""
    if call.query.get("type", "report").lower() not in ("report", "reports"):
        return _page(call, [], f"{call.root}/folders")
    return _page(call, [one for one in _all(call) if _seen(call, one)], f"{call.root}/folders")


def create(call: Call) -> Reply:
    """201. A new folder is seen by its creator and by who may view all data."""
    if not call.rights.may("CreateReportFolders"):
        raise _not_enabled()
    given = _input(call)
    label = str(given.get("label") or "").strip()
    if not label:
        raise bad_request("The folder label can't be null.")
    if str(given.get("type") or "").lower() not in ("report", "reports"):
        raise bad_request(f"The folder type {given.get('type')} is invalid.")
    parent = None if given.get("parentId") is None else _folder(call, str(given["parentId"]))
    row = org.new_row(
        call.state,
        "Folder",
        Name=label,
        DeveloperName=library_of(call.state).unique_folder_name(given.get("name"), label),
        Type="Report",
        AccessType="Hidden",
        ParentId=None if parent is None else parent["Id"],
        CreatedById=call.rights.user_id,
        LastModifiedById=call.rights.user_id,
    )
    _commit(call)
    return Reply(status=201, body=_detailed(call, row))


def read(call: Call, folder_id: str) -> Reply:
    return Reply(body=_detailed(call, _folder(call, folder_id)))


def children(call: Call, folder_id: str) -> Reply:
    """The folders within a folder."""
    parent = _folder(call, folder_id)
    inside = [one for one in _all(call) if one.get("ParentId") == parent["Id"]]
    url = f"{call.root}/folders/{parent['Id']}/children"
    return _page(call, [one for one in inside if _seen(call, one)], url)


def change(call: Call, folder_id: str) -> Reply:
    """Another label or name."""
    row = _manageable(call, folder_id)
    given = _input(call)
    changed = {
        **row,
        "Name": str(given.get("label") or row["Name"]),
        "LastModifiedById": call.rights.user_id,
        "LastModifiedDate": call.state.stamp(),
        "SystemModstamp": call.state.stamp(),
    }
    name = given.get("name")
    if name is not None and name != row["DeveloperName"]:
        changed["DeveloperName"] = library_of(call.state).unique_folder_name(name, "")
    call.state.store.table("Folder").put(changed)
    library_of(call.state).rename_folder(changed)
    _commit(call)
    return Reply(body=_detailed(call, changed))


def remove(call: Call, folder_id: str) -> Reply:
    """204, if the folder is empty; deleted reports do not count."""
    row = _manageable(call, folder_id)
    reports = call.state.store.table("Report").rows()
    holds = any(one.get("OwnerId") == row["Id"] for one in reports)
    if holds or any(one.get("ParentId") == row["Id"] for one in _all(call)):
        raise SalesforceError(
            "DEPENDENCY_EXISTS", "The folder isn't empty. Move or delete what it contains first."
        )
    call.state.store.table("Folder").remove(row["Id"])
    _commit(call)
    return Reply(status=204)


def _all(call: Call) -> list[Row]:
    rows = [one for one in call.state.store.table("Folder").rows() if one["Type"] == "Report"]
    return sorted(rows, key=lambda one: (str(one["Name"]).casefold(), str(one["Id"])))


def _seen(call: Call, row: Row) -> bool:
    return library_of(call.state).may_view(call.rights, str(row["Id"]))


def _folder(call: Call, folder_id: str) -> Row:
    row = call.state.store.table("Folder").get(id18(folder_id)) if is_id(folder_id) else None
    if row is None or not _seen(call, row):
        raise unavailable()
    return row


def _manageable(call: Call, folder_id: str) -> Row:
    row = _folder(call, folder_id)
    if not library_of(call.state).may_save_in(call.rights, str(row["Id"])):
        raise _not_enabled()
    return row


def _not_enabled() -> SalesforceError:
    return SalesforceError(
        "FUNCTIONALITY_NOT_ENABLED", "You don't have permission to manage this folder.", status=403
    )


def _input(call: Call) -> dict[str, Any]:
    given = call.mapping()
    known = {"label", "name", "type", "parentId"}
    if not set(given) <= known:
        raise malformed(f"A folder has {', '.join(sorted(known))}.")
    return given


def _page(call: Call, rows: list[Row], url: str) -> Reply:
    page, size = _number(call, "page", 1), _number(call, "pageSize", _PAGE)
    first = (page - 1) * size
    body: dict[str, Any] = {
        "folders": [_summary(call, one) for one in rows[first : first + size]],
        "totalSize": len(rows),
        "url": f"{url}?page={page}&pageSize={size}",
    }
    if first + size < len(rows):
        body["nextPageUrl"] = f"{url}?page={page + 1}&pageSize={size}"
    if page > 1:
        body["previousPageUrl"] = f"{url}?page={page - 1}&pageSize={size}"
    return Reply(body=body)


def _number(call: Call, name: str, default: int) -> int:
    given = call.query.get(name, str(default))
    if not given.isdigit() or int(given) < 1:
        raise bad_request(f"{name} is a number above 0.")
    return int(given)


def _summary(call: Call, row: Row) -> dict[str, Any]:
    url = f"{call.root}/folders/{row['Id']}"
    shown = {
        "childrenUrl": f"{url}/children",
        "id": row["Id"],
        "label": row["Name"],
        "name": row["DeveloperName"],
        "type": "report",
        "url": url,
    }
    return {**shown, "parentId": row["ParentId"]} if row.get("ParentId") else shown


def _detailed(call: Call, row: Row) -> dict[str, Any]:
    ancestors = list[dict[str, Any]]()
    table, parent = call.state.store.table("Folder"), row.get("ParentId")
    while parent is not None:
        above = table.raw[str(parent)]
        ancestors.insert(0, _summary(call, above))
        parent = above.get("ParentId")
    url = f"{call.root}/folders/{row['Id']}"
    return {
        **_summary(call, row),
        "ancestors": ancestors,
        "depth": len(ancestors),
        "shareRecipientsUrl": f"{url}/share-recipients?shareType=User&limit=100",
        "sharesUrl": f"{url}/shares",
        "supportedShareTypes": list(_SHARES),
    }


def _commit(call: Call) -> None:
    call.state.end_write(call.state.stamp(), {}, 0.0)


RESOURCES = (
    Resource(pattern="folders", methods={"GET": listing, "POST": create}),
    Resource(
        pattern="folders/{folder_id}", methods={"GET": read, "PATCH": change, "DELETE": remove}
    ),
    Resource(pattern="folders/{folder_id}/children", methods={"GET": children}),
)
