"""What an app reads in its journal: subscriptions made by API [D-journal][SPEC:webhooks-journal.2026-03]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.hubspot.errors import invalid
from tandem.sandbox.hubspot.happenings import Happening, What
from tandem.sandbox.hubspot.kinds import KINDS, Kind
from tandem.sandbox.hubspot.values import stamp

OBJECT = "OBJECT"
ASSOCIATION = "ASSOCIATION"
SNAPSHOT = "SNAPSHOT"

ACTIONS = {
    What.CREATED: "CREATE",
    What.CHANGED: "UPDATE",
    What.DELETED: "DELETE",
    What.MERGED: "MERGE",
    What.RESTORED: "RESTORE",
}
_OF_TYPE = {
    OBJECT: frozenset({*ACTIONS.values(), SNAPSHOT}),
    ASSOCIATION: frozenset({"ASSOCIATION_ADDED", "ASSOCIATION_REMOVED"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSubscription:
    """Events of one kind of record in one account; no ids and no properties mean all of them."""

    id: int
    app_id: int
    portal_id: int
    type: str
    kind: Kind
    actions: tuple[str, ...]
    properties: tuple[str, ...]
    record_ids: tuple[int, ...]
    associated: tuple[Kind, ...]
    created: int
    updated: int

    def wants(self, happening: Happening) -> bool:
        """Whether the happening belongs in the journal, whatever its properties are."""
        if happening.kind != self.kind.name or action_of(happening) not in self.actions:
            return False
        if self.record_ids and happening.id not in self.record_ids:
            return False
        if self.type == OBJECT or happening.relation is None:
            return self.type == OBJECT and happening.relation is None
        return any(each.name == happening.relation.kind for each in self.associated)

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "appId": self.app_id,
            "portalId": self.portal_id,
            "subscriptionType": self.type,
            "objectTypeId": self.kind.type_id,
            "actions": list(self.actions),
            "objectIds": list(self.record_ids),
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.updated),
        }
        if self.type == OBJECT:
            shown["properties"] = list(self.properties)
        else:
            shown["associatedObjectTypeIds"] = [each.type_id for each in self.associated]
        return shown


def action_of(happening: Happening) -> str:
    """The journal's word for a happening; empty for one that it has none for."""
    if happening.relation is not None:
        return "ASSOCIATION_REMOVED" if happening.relation.is_removed else "ASSOCIATION_ADDED"
    return ACTIONS.get(happening.what, "")


def subscription_from(
    asked: Mapping[str, Any], *, app_id: int, portal_id: int, subscription_id: int, now: int
) -> JournalSubscription:
    """A subscription as it was asked for; 400 for what the journal does not tell of."""
    asked_type = asked.get("subscriptionType")
    if asked_type not in _OF_TYPE:
        raise invalid(f"subscriptionType must be {' or '.join(_OF_TYPE)}, not {asked_type!r}")
    if asked.get("portalId") != portal_id:
        raise invalid(f"The app is not installed in portal {asked.get('portalId')}")
    actions = tuple(map(str, _listed(asked, "actions")))
    strange = sorted(set(actions) - _OF_TYPE[asked_type])
    if not actions or strange:
        raise invalid(f"actions must be some of {', '.join(sorted(_OF_TYPE[asked_type]))}")
    ids = _listed(asked, "objectIds")
    if not all(isinstance(each, int) for each in ids):
        raise invalid("objectIds must be numbers")
    associated = tuple(map(_kind, _listed(asked, "associatedObjectTypeIds")))
    if asked_type == ASSOCIATION and not associated:
        raise invalid("associatedObjectTypeIds must name at least one object type")
    return JournalSubscription(
        id=subscription_id,
        app_id=app_id,
        portal_id=portal_id,
        type=asked_type,
        kind=_kind(asked.get("objectTypeId")),
        actions=actions,
        properties=tuple(map(str, _listed(asked, "properties"))),
        record_ids=tuple(ids),
        associated=associated,
        created=now,
        updated=now,
    )


def _kind(wanted: Any) -> Kind:
    for kind in KINDS:
        if wanted == kind.type_id:
            return kind
    raise invalid(f"{wanted!r} is no objectTypeId that can be subscribed to")


def _listed(asked: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = asked.get(name)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise invalid(f"{name} must be a list")
    return found
