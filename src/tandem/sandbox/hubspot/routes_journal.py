"""The Webhooks Journal over HTTP [D-journal][SPEC:webhooks-journal.2026-03]; dated paths lead to v4."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from tandem.sandbox.hubspot.errors import HubSpotError, invalid, not_found
from tandem.sandbox.hubspot.http import NO_CONTENT, Answer, Call, Spec
from tandem.sandbox.hubspot.journal_feed import JournalFile
from tandem.sandbox.hubspot.journal_subscriptions import JournalSubscription
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.values import is_whole, stamp

_SCOPE = "developer.webhooks_journal."
_READ = (_SCOPE + "read",)
_MOST_FILES = 100
_FILES = "/webhooks/journal-files/{key}"


def _fetched(call: Call, file: JournalFile) -> dict[str, Any]:
    link = call.state.journal.link(file)
    base = "/".join(call.url.split("/")[:3])
    return {
        "url": base + _FILES.replace("{key}", link.key),
        "expiresAt": stamp(link.expires),
        "currentOffset": file.offset,
    }


def _one(call: Call, files: Iterable[JournalFile]) -> Answer:
    for file in files:
        return Answer(body=_fetched(call, file))
    return NO_CONTENT


def _several(call: Call, files: Iterable[JournalFile]) -> Answer:
    count = call.param("count")
    if not is_whole(count) or not 1 <= int(count) <= _MOST_FILES:
        raise invalid(f"count must be from 1 to {_MOST_FILES}, not {count}")
    return _batch(call, list(islice(files, int(count))))


def _batch(call: Call, files: list[JournalFile]) -> Answer:
    if not files:
        return NO_CONTENT
    now = stamp(call.state.crm.now())
    return Answer(
        body={
            "status": "COMPLETE",
            "results": [_fetched(call, each) for each in files],
            "requestedAt": now,
            "startedAt": now,
            "completedAt": now,
        }
    )


def _kept(call: Call) -> list[JournalFile]:
    """The files of the account asked for; this app is installed in one."""
    portal = call.text("installPortalId")
    if portal is not None and portal != str(call.state.account.portal_id):
        raise not_found(f"The app is not installed in portal {portal}")
    return call.state.journal.files()


def earliest(call: Call) -> Answer:
    """GET …/earliest."""
    return _one(call, _kept(call))


def latest(call: Call) -> Answer:
    """GET …/latest."""
    return _one(call, reversed(_kept(call)))


def following(call: Call) -> Answer:
    """GET …/offset/{offset}/next: 204 where nothing is newer, 404 for an offset that is not kept."""
    _kept(call)
    return _one(call, call.state.journal.after(call.param("offset")))


def batch_earliest(call: Call) -> Answer:
    """GET …/batch/earliest/{count}."""
    return _several(call, _kept(call))


def batch_latest(call: Call) -> Answer:
    """GET …/batch/latest/{count}, newest first."""
    return _several(call, reversed(_kept(call)))


def batch_following(call: Call) -> Answer:
    """GET …/batch/{offset}/next/{count}."""
    _kept(call)
    return _several(call, call.state.journal.after(call.param("offset")))


def batch_read(call: Call) -> Answer:
    """POST …/batch/read of `{inputs: [offset]}`; 404 where one is not kept."""
    inputs, files = call.json().get("inputs"), {each.offset: each for each in _kept(call)}
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= _MOST_FILES:
        raise invalid(f"inputs must be a list of 1 to {_MOST_FILES} offsets")
    missing = [each for each in inputs if each not in files]
    if missing:
        raise not_found(f"Journal offset {missing[0]} does not exist")
    return _batch(call, [files[each] for each in inputs])


def file_content(call: Call) -> Answer:
    """GET what a file's address leads to: no token is asked for, and after a while nothing is there."""
    file = call.state.journal.behind(call.param("key"))
    if file is None:
        raise HubSpotError(403, None, "Request has expired")
    return Answer(content=file.content(), content_type="application/json")


def create_subscription(call: Call) -> Answer:
    """POST …/subscriptions: 201."""
    asked = call.json()
    made = call.state.journal.subscribe(call.token.app_id, asked)
    if call.state.world.switches["journal_object_scopes"] == "token":
        try:
            call.state.auth.require(call.token, (made.kind.scopes[0],))
        except HubSpotError:
            del call.state.journal.subscriptions[made.id]
            raise
    return Answer(status=201, body=made.to_json())


def list_subscriptions(call: Call) -> Answer:
    """GET …/subscriptions."""
    found = call.state.journal.subscriptions.values()
    return Answer(body={"results": [each.to_json() for each in found]})


def _subscription(call: Call) -> JournalSubscription:
    wanted = call.param("id")
    found = call.state.journal.subscriptions.get(int(wanted)) if is_whole(wanted) else None
    if found is None:
        raise not_found(f"Subscription {wanted} does not exist")
    return found


def read_subscription(call: Call) -> Answer:
    """GET …/subscriptions/{id}."""
    return Answer(body=_subscription(call).to_json())


def delete_subscription(call: Call) -> Answer:
    """DELETE …/subscriptions/{id}."""
    del call.state.journal.subscriptions[_subscription(call).id]
    return NO_CONTENT


def delete_portal(call: Call) -> Answer:
    """DELETE …/subscriptions/portals/{portal}: every subscription in that account."""
    if call.param("portal") != str(call.state.account.portal_id):
        raise not_found(f"The app is not installed in portal {call.param('portal')}")
    call.state.journal.subscriptions.clear()
    return NO_CONTENT


def create_snapshots(call: Call) -> Answer:
    """POST …/snapshots/crm: records reach the journal with action SNAPSHOT."""
    asked = call.json().get("snapshotRequests")
    if not isinstance(asked, list) or not asked:
        raise invalid("snapshotRequests must be a list of at least one record")
    return Answer(body={"snapshotResponses": [_snapshot(call, each) for each in asked]})


def _snapshot(call: Call, asked: Any) -> dict[str, Any]:
    known = {"portalId", "objectId", "objectTypeId", "properties"}
    if not isinstance(asked, dict) or set(asked) != known:
        raise invalid(f"A snapshot request needs {', '.join(sorted(known))}")
    if asked["portalId"] != call.state.account.portal_id:
        raise invalid(f"The app is not installed in portal {asked['portalId']}")
    crm, kind = call.state.crm, kind_named(str(asked["objectTypeId"])).name
    status_id = call.state.world.uuid()
    record = crm.tables[kind].find(int(asked["objectId"]))
    if record is not None:
        values = {str(name): crm.read(kind, record, str(name)) for name in asked["properties"]}
        call.state.journal.add_snapshot(kind, record.id, values)
    call.state.snapshots[status_id] = (crm.now(), record is not None)
    shown = {name: asked[name] for name in ("portalId", "objectId", "objectTypeId")}
    return shown | {"snapshotStatusId": status_id}


def _status(call: Call, good: str) -> Answer:
    found = call.state.snapshots.get(call.param("id"))
    if found is None:
        raise not_found(f"Status {call.param('id')} does not exist")
    at, is_good = found
    body: dict[str, Any] = {"id": call.param("id"), "initiatedAt": at, "completedAt": at}
    body["status"] = good if is_good else "FAILED"
    if not is_good:
        body |= {"errorCode": "VALIDATION_ERROR", "message": "The record does not exist"}
    return Answer(body=body)


def snapshot_status(call: Call) -> Answer:
    """GET …/snapshots/crm/status/{id}."""
    return _status(call, "SUCCESS")


def journal_status(call: Call) -> Answer:
    """GET …/journal/status/{id}."""
    return _status(call, "COMPLETED")


_READING = (
    ("GET", "/earliest", earliest),
    ("GET", "/latest", latest),
    ("GET", "/offset/{offset}/next", following),
    ("GET", "/batch/earliest/{count}", batch_earliest),
    ("GET", "/batch/latest/{count}", batch_latest),
    ("GET", "/batch/{offset}/next/{count}", batch_following),
    ("POST", "/batch/read", batch_read),
    ("GET", "/status/{id}", journal_status),
)
_MANAGING = (
    ("GET", "/subscriptions", list_subscriptions, "subscriptions.read"),
    ("POST", "/subscriptions", create_subscription, "subscriptions.write"),
    ("DELETE", "/subscriptions/portals/{portal}", delete_portal, "subscriptions.write"),
    ("GET", "/subscriptions/{id}", read_subscription, "subscriptions.read"),
    ("DELETE", "/subscriptions/{id}", delete_subscription, "subscriptions.write"),
    ("POST", "/snapshots/crm", create_snapshots, "snapshots.write"),
    ("GET", "/snapshots/crm/status/{id}", snapshot_status, "snapshots.read"),
)
SPECS = [
    Spec(method="GET", path=_FILES, endpoint=file_content, is_public=True),
    *(
        Spec(
            method=method,
            path=f"/webhooks/v4/{head}{path}",
            endpoint=endpoint,
            scopes=_READ,
            family="journal",
        )
        for head in ("journal", "journal-local")
        for method, path, endpoint in _READING
    ),
    *(
        Spec(
            method=method,
            path=f"/webhooks/v4{path}",
            endpoint=endpoint,
            scopes=(_SCOPE + scope,),
            family="journal-" + path.split("/")[1],
        )
        for method, path, endpoint, scope in _MANAGING
    ),
]
