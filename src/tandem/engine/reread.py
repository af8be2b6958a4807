"""Reading again, now, what is known only by its link."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from tandem.engine.context import RunContext
from tandem.model import Activity, Link, ObjectType

__all__ = ["read_again"]


async def read_again(run: RunContext, links: Collection[Link]) -> tuple[list[Activity], list[Link]]:
    """The present activities of *links*, and those links whose HubSpot record is gone."""
    activities: list[Activity] = []
    gone: list[Link] = []
    by_type: dict[ObjectType, dict[str, Link]] = {}
    for link in links:
        object_type = link.kind.object_type
        if link.payload is not None:
            activities.append(msgspec.json.decode(link.payload, type=Activity))
        elif object_type is not None and link.kind.is_record and link.hubspot_id is not None:
            by_type.setdefault(object_type, {})[link.hubspot_id] = link
    for object_type, wanted in by_type.items():
        found = await run.hubspot.read(object_type, wanted.keys())
        for hubspot_id, link in wanted.items():
            activity = found.get(hubspot_id)
            if activity is None:
                gone.append(link)
            else:
                activities.append(activity)
    return activities, gone
