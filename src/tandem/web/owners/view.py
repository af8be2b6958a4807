"""All owners with their match, how often the integration user stands in for one, and setting one by hand."""

from __future__ import annotations

from starlette.responses import Response

from tandem.store.assignments import Assigned, Assignments
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
    org = visit.desk.org(visit.here)
    stands_in = org.user_id if org else ""
    lately = await visit.kept(Assignments.of(visit.desk.store).lately, visit.here.id, stands_in)
    return visit.page(
        "owners/owners.html",
        summary=summary,
        tab="owners",
        part="owners",
        rows=[
            (row, _fallen(lately.get(row.hubspot_id), row.salesforce_id == stands_in))
            for row in rows
        ],
        ownerless=lately.get(None, Assigned()),
        tasks=sum(each.tasks for each in lately.values()),
        stood_in=sum(each.with_user for each in lately.values()),
        stands_in=org.user_name if org else "",
        users=sorted(users, key=lambda each: each[1].casefold()),
    )


def _fallen(lately: Assigned | None, is_own: bool) -> Assigned:
    """Of an owner who *is* the integration user nothing fell to anybody else."""
    if lately is None:
        return Assigned()
    return Assigned(tasks=lately.tasks) if is_own else lately


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
