"""What Tandem spends on Salesforce's own tasks: one-way into HubSpot, both ways, and where next to nothing happened."""

from __future__ import annotations

from collections.abc import Callable

from tandem.bench.installation import SETTLING, Installation, installed
from tandem.bench.spent import Spent
from tandem.engine.reports import Outcome
from tandem.model import Kind

__all__ = ["costs"]


async def costs(activities: int, latency_ms: int) -> dict[str, Spent]:
    """
    *activities* tasks, each on a contact of its own: created in HubSpot with contacts unknown and known,
    updated one-way and two-way from either side; then quiet rounds, and rounds with one change.
    """
    async with installed() as its:
        found = await _one_way(its, activities, latency_ms)
        found |= await _two_way(its, activities)
        found |= await _next_to_nothing(its, activities)
    return found


async def _one_way(its: Installation, activities: int, latency_ms: int) -> dict[str, Spent]:
    found: dict[str, Spent] = {}
    its.load(1, activities)  # one call, which brings the contacts
    await its.switch_on(salesforce_tasks=True)
    await its.sync(0, Outcome.CREATED, per=1)
    found["unknown_contacts"] = await _created(its, activities)
    found["created"] = await _created(its, activities)
    its.sandbox.answer_after(latency_ms)
    found["created_delayed"] = await _created(its, activities)
    its.sandbox.answer_after(0)
    found["updated"] = await _edited(its, activities)
    return found


async def _two_way(its: Installation, activities: int) -> dict[str, Spent]:
    found: dict[str, Spent] = {}
    await its.switch_on([Kind.TASK], salesforce_tasks=True)
    await its.calm_down()
    found["updated_two_way"] = await _edited(its, activities)
    await its.calm_down()
    for _ in range(2):  # the first time its contacts are read
        its.edit_in_hubspot(activities)
        found["updated_from_hubspot"] = await its.sync(activities, Outcome.UPDATED)
    await its.calm_down()
    found["quiet_tasks"] = await its.sync(0, Outcome.UPDATED, per=activities)
    return found


async def _next_to_nothing(its: Installation, activities: int) -> dict[str, Spent]:
    """
    A quiet round of all kinds, and rounds with one change: first where its contact was not read for a while
    (``…_cold``), then again, then the round after it (``…_echo``).
    """
    changes: dict[str, tuple[Outcome, Callable[[], None]]] = {
        "new_in_salesforce": (Outcome.CREATED, lambda: its.create_tasks(1)),
        "edited_in_salesforce": (Outcome.UPDATED, lambda: its.edit_tasks(1)),
        "new_in_hubspot": (Outcome.CREATED, lambda: its.load(1, 1, kind="tasks")),
        "edited_in_hubspot": (Outcome.UPDATED, lambda: its.edit_in_hubspot(1)),
    }
    await its.switch_on(Kind, salesforce_tasks=True)
    await its.calm_down()
    found = {"quiet": await its.sync(0, Outcome.UPDATED, per=1)}
    for name, (outcome, change) in changes.items():
        await its.calm_down()
        for each in (f"{name}_cold", name):
            change()
            found[each] = await its.sync(1, outcome)
        its.sandbox.advance(SETTLING)
        found[f"{name}_echo"] = await its.sync(0, outcome, per=1)
    return found


async def _created(its: Installation, activities: int) -> Spent:
    its.create_tasks(activities)
    return await its.sync(activities, Outcome.CREATED)


async def _edited(its: Installation, activities: int) -> Spent:
    its.edit_tasks(activities)
    return await its.sync(activities, Outcome.UPDATED)
