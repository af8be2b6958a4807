"""All owners with their match, and setting one by hand."""

from __future__ import annotations

from starlette.responses import Response

from tandem.web.pages import get, post
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

AUTOMATIC, NOBODY = "automatic", "nobody"


async def owners(visit: Visit) -> Response:
    summary = visit.desk.asking.summary(visit.here)
    rows = await visit.desk.asking.owners(visit.here.name) if visit.here.is_complete else []
    users = [
        (each.id, each.name)
        for each in visit.desk.users(visit.here)
        if each.active and not each.is_queue
    ]
    return visit.page(
        "owners/owners.html",
        summary=summary,
        tab="owners",
        rows=rows,
        users=sorted(users, key=lambda each: each[1].casefold()),
    )


async def map_owner(visit: Visit) -> Response:
    given = await visit.words()
    owner, user = given.get("owner", ""), given.get("user", "")
    if not owner:
        raise Refused(400, "web.error.not_found")
    if user == AUTOMATIC:
        await visit.desk.asking.unmap_owner(visit.here.name, owner)
    else:
        await visit.desk.asking.map_owner(visit.here.name, owner, None if user == NOBODY else user)
    visit.flash("web.owners.saved")
    return visit.redirect(visit.at("owners"))


_HERE = "/connected-apps/salesforce/{connection:int}"
ROUTES = [get(f"{_HERE}/owners", owners), post(f"{_HERE}/owners", map_owner)]
