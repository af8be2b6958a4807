"""Which Salesforce user each HubSpot owner is."""

from __future__ import annotations

from tandem.engine.reports import OwnerRow
from tandem.store.members import Role
from tandem.web.api import shapes
from tandem.web.api.call import Call
from tandem.web.api.operation import operation
from tandem.web.api.problem import Code, Trouble

__all__ = ["OPERATIONS"]

_ONE = "/connections/{connection}/owners/{owner}"


@operation("GET", "/connections/{connection}/owners", tag="owners")
async def list_owners(call: Call) -> shapes.Page[OwnerRow]:
    return shapes.Page(items=tuple(await call.desk.asking.owners(call.here.name)))


@operation("PUT", _ONE, tag="owners", role=Role.ADMIN)
async def map_owner(call: Call, body: shapes.OwnerWanted) -> OwnerRow:
    owner = await _owner(call)
    await call.desk.asking.map_owner(call.here.name, owner.hubspot_id, body.salesforce_user)
    return await _owner(call)


@operation("DELETE", _ONE, tag="owners", role=Role.ADMIN)
async def unmap_owner(call: Call) -> OwnerRow:
    owner = await _owner(call)
    await call.desk.asking.unmap_owner(call.here.name, owner.hubspot_id)
    return await _owner(call)


async def _owner(call: Call) -> OwnerRow:
    wanted = call.word("owner")
    for each in await call.desk.asking.owners(call.here.name):
        if each.hubspot_id == wanted:
            return each
    raise Trouble(Code.NOT_FOUND, call.speech("web.api.no_owner", owner=wanted[:40]))


OPERATIONS = (list_owners, map_owner, unmap_owner)
