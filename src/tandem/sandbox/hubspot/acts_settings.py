"""Acts of an admin: owners, stages, lists, the account, its apps."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.acts_common import Ids, record_of, several
from tandem.sandbox.hubspot.errors import HubSpotError, invalid
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.lists import RecordList
from tandem.sandbox.hubspot.values import stamp

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState


def create_owner(
    state: "HubSpotState",
    email: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    type_: str = "PERSON",
    id_: str | None = None,
) -> dict[str, Any]:
    """An owner: a person or a queue."""
    if type_ not in ("PERSON", "QUEUE"):
        raise invalid("type must be PERSON or QUEUE")
    known = state.crm.owners.listing(email=None, archived=False)
    known += state.crm.owners.listing(email=None, archived=True)
    next_id = max((int(owner.id) for owner in known), default=41_629_000) + 1
    owner_id = int(id_) if id_ is not None else next_id
    now = stamp(state.crm.now())
    owner = {
        "id": str(owner_id),
        "type": type_,
        "email": email,
        "firstName": first_name,
        "lastName": last_name,
        "userId": None if type_ == "QUEUE" else owner_id + 30_000_000,
        "createdAt": now,
        "updatedAt": now,
    }
    state.crm.owners.load([owner], state.crm.now())
    return state.crm.owners.get(str(owner_id)).to_json()


def deactivate_owner(state: "HubSpotState", owner: str | int) -> dict[str, Any]:
    """A user is deactivated; records keep them as owner."""
    return state.crm.owners.deactivate(str(owner), state.crm.now()).to_json()


def reactivate_owner(state: "HubSpotState", owner: str | int) -> dict[str, Any]:
    """A deactivated user comes back."""
    return state.crm.owners.reactivate(str(owner), state.crm.now()).to_json()


def add_stage(
    state: "HubSpotState", label: str, closed: bool = False, object_: str = "tasks"
) -> dict[str, Any]:
    """A stage (for tasks: a status) is added to the first pipeline of a kind."""
    stage = state.crm.pipelines.add_stage(
        kind_named(object_).name, label, is_closed=closed, now_ms=state.crm.now()
    )
    return {"stage": stage.id, "label": stage.label}


def remove_stage(state: "HubSpotState", stage: str, object_: str = "tasks") -> dict[str, Any]:
    """A stage is removed; records in it keep its id."""
    state.crm.pipelines.remove_stage(kind_named(object_).name, str(stage))
    return {"stage": str(stage)}


def set_time_zone(state: "HubSpotState", zone: str) -> dict[str, Any]:
    """The account's time zone."""
    state.account.set_time_zone(zone)
    return state.account.details(state.crm.now())


def create_list(
    state: "HubSpotState", name: str, processing_type: str = "MANUAL", object_: str = "contacts"
) -> dict[str, Any]:
    """A list (segment)."""
    type_id = kind_named(object_).type_id
    return state.lists.create(name, type_id, processing_type, state.crm.now()).to_json()


def add_to_list(state: "HubSpotState", list_: str | int, records: Ids) -> dict[str, Any]:
    """Records join a list, by hand or because they match its filters now."""
    found = _list(state, list_)
    added, _ = state.lists.join(found, _ids(state, found, records), [], state.crm.now())
    return {"list": found.id, "added": [str(each) for each in added]}


def remove_from_list(state: "HubSpotState", list_: str | int, records: Ids) -> dict[str, Any]:
    """Records leave a list."""
    found = _list(state, list_)
    _, removed = state.lists.join(found, [], _ids(state, found, records), state.crm.now())
    return {"list": found.id, "removed": [str(each) for each in removed]}


def archive_property(state: "HubSpotState", object_: str, name: str) -> dict[str, Any]:
    """A custom property is deleted; writes of it fail from now on."""
    table = state.crm.tables[kind_named(object_).name]
    definition = table.definitions.get(name)
    if definition is None or not definition.is_custom:
        raise invalid(f"there is no custom property {name!r}")
    table.define(replace(definition, archived_at=state.crm.now()))
    return {"property": name}


def add_file(
    state: "HubSpotState",
    name: str,
    extension: str = "pdf",
    size: int = 1024,
    id_: str | None = None,
) -> dict[str, Any]:
    """A file that an activity may name as attachment."""
    known = [int(each) for each in state.feeds.files]
    file_id = id_ or str(max(known, default=118_220_400_000) + 1)
    now = stamp(state.crm.now())
    state.feeds.files[file_id] = {
        "id": file_id,
        "name": name,
        "extension": extension,
        "type": "DOCUMENT",
        "size": size,
        "path": f"/attachments/{name}.{extension}",
        "url": f"https://files.example.com/{state.account.portal_id}/{file_id}",
        "access": "PRIVATE",
        "archived": False,
        "createdAt": now,
        "updatedAt": now,
    }
    return {"file": file_id}


def expire_tokens(state: "HubSpotState") -> dict[str, Any]:
    """Every OAuth access token is out of date."""
    state.auth.expire_all()
    return {}


def uninstall_app(state: "HubSpotState") -> dict[str, Any]:
    """The app is removed from the account: its tokens end."""
    state.auth.revoke_all()
    return {}


def _list(state: "HubSpotState", wanted: str | int) -> RecordList:
    for each in state.lists.listing():
        if str(wanted) in (each.id, each.name):
            return each
    raise invalid(f"there is no list {wanted!r}")


def _ids(state: "HubSpotState", found: RecordList, records: Ids) -> list[int]:
    kind = kind_named(found.type_id).name
    ids = []
    for each in several(records):
        try:
            ids.append(record_of(state, kind, each).id)
        except HubSpotError as error:
            raise invalid(f"there is no record {each!r} in {kind}") from error
    return ids


ACTS = (
    create_owner, deactivate_owner, reactivate_owner, add_stage, remove_stage, set_time_zone,
    create_list, add_to_list, remove_from_list, archive_property, add_file, expire_tokens,
    uninstall_app,
)  # fmt: skip
