"""How a webhook event tells of a happening [D-wh]."""

import time
from collections.abc import Iterator
from typing import Any

from tandem.sandbox.hubspot.happenings import Happening, Relation, What
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.webhook_settings import NOT_SUBSCRIBABLE, Subscription
from tandem.sandbox.switches import Switches

ANY_PROPERTY = "*"
"""What the sandbox's act subscribes to; the API of HubSpot takes names only."""


def parts(
    switches: Switches, subscription: Subscription, happening: Happening
) -> Iterator[dict[str, Any]]:
    """What distinguishes each event of a happening; one for each property that was subscribed to."""
    common: dict[str, Any] = {
        "changeSource": happening.source.type,
        "sourceId": happening.source.id,
    }
    if happening.source.type == "CRM_UI" and happening.what is What.ASSOCIATED:
        common["changeSource"] = "USER"
    if subscription.is_generic:
        common["objectTypeId"] = subscription.kind.type_id
    if happening.relation is not None:
        shape = str(switches["webhooks_association_shape"])
        yield common | _association(shape, happening, happening.relation)
        return
    common["objectId"] = happening.id
    match happening.what:
        case What.CREATED:
            flag = "CREATED" if subscription.is_generic else "NEW"
            yield common | {"changeFlag": flag}
        case What.DELETED:
            yield common | {"changeFlag": "DELETED"}
        case What.CHANGED:
            for name, value in happening.values.items():
                if _tells_of(subscription, name):
                    yield common | {"propertyName": name, "propertyValue": value or ""}
        case What.MERGED:
            yield common | {
                "primaryObjectId": happening.id,
                "mergedObjectIds": list(happening.merged),
                "newObjectId": happening.id,
                "numberOfPropertiesMoved": len(happening.values),
            }
        case _:
            yield common


def machine_ms() -> int:
    """The machine's own time, for receivers that cannot follow the sandbox's clock."""
    return time.time_ns() // 1_000_000


def _tells_of(subscription: Subscription, name: str) -> bool:
    if subscription.name == ANY_PROPERTY:
        return name not in NOT_SUBSCRIBABLE
    return subscription.name == name


def _association(shape: str, happening: Happening, relation: Relation) -> dict[str, Any]:
    source, target = kind_named(happening.kind), kind_named(relation.kind)
    told: dict[str, Any] = {
        "fromObjectId": happening.id,
        "toObjectId": relation.id,
        "associationRemoved": relation.is_removed,
        "isPrimaryAssociation": relation.is_primary,
    }
    if shape == "typed":
        return told | {
            "fromObjectTypeId": source.type_id,
            "toObjectTypeId": target.type_id,
            "associationTypeId": relation.type_id,
            "associationCategory": "HUBSPOT_DEFINED",
        }
    named = f"{source.singular}_to_{target.singular}".upper()
    return told | {"associationType": named}
