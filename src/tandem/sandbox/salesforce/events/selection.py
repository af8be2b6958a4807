"""
Which entities an org makes change events of: Setup's page Change Data Capture, and its records in the
Tooling API [cdc-select].
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.arguments import Arguments
from tandem.sandbox.salesforce.conversion import ActError
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.events.bus import CHANNEL
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.schema import Schema

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

MEMBER = "PlatformEventChannelMember"
_PREFIX = "0v8"
_EVENT = "ChangeEvent"
_WITHOUT_EVENTS = frozenset({"Report", "Folder"})


def can_be_selected(schema: Schema, entity: str) -> bool:
    """Whether an object can have change events."""
    found = schema.objects.get(entity)
    if found is None or found.child_only or found.computed or entity in _WITHOUT_EVENTS:
        return False
    return entity == "User" or not found.is_setup


def select(state: "SalesforceState", entity: str) -> str:
    """Select an entity; the id of the channel's new member."""
    bus = state.events
    if not can_be_selected(state.schema, entity):
        raise SalesforceError(
            "INVALID_FIELD", f"{entity}{_EVENT} is no change event of this org", ["SelectedEntity"]
        )
    if entity in bus.selected:
        raise SalesforceError(
            "DUPLICATE_DEVELOPER_NAME",
            f"The developer name {CHANNEL}_{entity}{_EVENT} is already used.",
            ["DeveloperName"],
        )
    most = int(state.switches["cdc_entities"])
    if len(bus.selected) >= most:
        raise SalesforceError(
            "LIMIT_EXCEEDED",
            f"You have reached the maximum of {most} entities selected for change events.",
        )
    bus.selected[entity] = state.ids.make(_PREFIX)
    return bus.selected[entity]


def rows(state: "SalesforceState") -> list[Mapping[str, Any]]:
    """The members of the standard channel, as the Tooling API lists them."""
    return [_row(entity, member_id) for entity, member_id in state.events.selected.items()]


def resources() -> tuple[Resource, ...]:
    """The members at their Tooling API addresses."""
    base = f"tooling/sobjects/{MEMBER}"
    return (
        Resource(pattern=base, methods={"POST": _create}),
        Resource(pattern=f"{base}/{{member}}", methods={"GET": _show, "DELETE": _delete}),
    )


def _create(call: Call) -> Reply:
    _customizes(call)
    given = call.mapping()
    metadata = given.get("Metadata")
    strange = sorted(set(given) - {"FullName", "Metadata"})
    if strange or not isinstance(metadata, dict):
        raise SalesforceError(
            "INVALID_FIELD", f"{MEMBER} takes FullName and Metadata, not {', '.join(strange)}"
        )
    channel, event = metadata.get("eventChannel"), str(metadata.get("selectedEntity", ""))
    if channel != CHANNEL:
        raise SalesforceError(
            "INVALID_FIELD", f"The sandbox has no channel {channel!r}", ["EventChannel"]
        )
    if not event.endswith(_EVENT) or given.get("FullName") != f"{CHANNEL}_{event}":
        raise SalesforceError(
            "INVALID_FIELD", f"{event!r} is no change event, or FullName not its", ["FullName"]
        )
    made = select(call.state, event.removesuffix(_EVENT))
    return Reply(
        status=201, body={"id": made, "success": True, "errors": [], "warnings": [], "infos": []}
    )


def _show(call: Call, member: str) -> Reply:
    if not call.rights.may("ViewSetup") and not call.rights.may("CustomizeApplication"):
        raise errors.not_found()
    entity = _entity_of(call, member)
    url = f"{call.root}/tooling/sobjects/{MEMBER}/{member}"
    row = _row(entity, call.state.events.selected[entity])
    return Reply(
        body={
            "attributes": {"type": MEMBER, "url": url},
            **row,
            "FullName": row["DeveloperName"],
            "Metadata": {
                "eventChannel": CHANNEL,
                "selectedEntity": row["SelectedEntity"],
                "enrichedFields": [],
                "filterExpression": None,
            },
        }
    )


def _delete(call: Call, member: str) -> Reply:
    _customizes(call)
    del call.state.events.selected[_entity_of(call, member)]
    return Reply(status=204)


def _entity_of(call: Call, member: str) -> str:
    for entity, member_id in call.state.events.selected.items():
        if member_id[:15] == member[:15]:
            return entity
    raise errors.not_found()


def _customizes(call: Call) -> None:
    if not call.rights.may("CustomizeApplication"):
        raise SalesforceError(
            "INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id"
        )


def _row(entity: str, member_id: str) -> dict[str, Any]:
    return {
        "Id": member_id,
        "DeveloperName": f"{CHANNEL}_{entity}{_EVENT}",
        "MasterLabel": f"{CHANNEL}_{entity}{_EVENT}",
        "EventChannel": CHANNEL,
        "SelectedEntity": f"{entity}{_EVENT}",
    }


def _select_change_events(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{objects: ["Task", …]}: these entities and no others, as on Setup's page Change Data Capture"""
    wanted = [str(each) for each in given.listed("objects")]
    given.done()
    before = dict(state.events.selected)
    state.events.selected = {name: member for name, member in before.items() if name in wanted}
    try:
        for entity in wanted:
            if entity not in state.events.selected:
                select(state, entity)
    except SalesforceError as error:
        state.events.selected = before
        raise ActError(str(error)) from error
    return {"selected": sorted(state.events.selected)}


ACTS = {"select_change_events": _select_change_events}
