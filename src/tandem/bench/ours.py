"""What Tandem itself spends: its own application, the store on disk, real sockets to the simulated CRMs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tandem.bench.installation import SETTLING, Installation, installed
from tandem.bench.spent import Spent, peak_mb
from tandem.engine.reports import Outcome
from tandem.model import Kind

__all__ = ["costs", "created", "peak_of"]


@asynccontextmanager
async def _installation() -> AsyncIterator[Installation]:
    """Calls are switched on, and the first run, which reads what an account is, has been."""
    async with installed() as its:
        await its.switch_on([Kind.CALL])
        await its.sync(0, Outcome.CREATED, per=1)
        yield its


async def costs(activities: int, latency_ms: int) -> dict[str, Spent]:
    """
    One kind, each activity on a contact of its own: created with contacts unknown and known, updated,
    a round without news over all kinds; then created and updated with every answer delayed.
    """
    found: dict[str, Spent] = {}
    async with _installation() as its:
        its.load(activities, activities)
        found["unknown_contacts"] = await its.sync(activities, Outcome.CREATED)
        its.load(activities, activities)
        found["created"] = await its.sync(activities, Outcome.CREATED)
        its.edit(activities)
        found["updated"] = await its.sync(activities, Outcome.UPDATED)
        its.sandbox.advance(SETTLING)
        await its.switch_on(Kind)
        await its.sync(0, Outcome.CREATED, per=1)
        its.sandbox.advance(SETTLING)
        found["nothing_new"] = await its.sync(0, Outcome.CREATED, per=activities)
        await its.switch_on([Kind.CALL])
        its.load(activities, activities)
        await its.sync(activities, Outcome.CREATED)
        its.sandbox.answer_after(latency_ms)
        its.load(activities, activities)
        found["created_delayed"] = await its.sync(activities, Outcome.CREATED)
        its.edit(activities)
        found["updated_delayed"] = await its.sync(activities, Outcome.UPDATED)
    return found


async def created(activities: int, rounds: int, *, html: bool) -> list[Spent]:
    """*rounds* batches of *activities* created one after the other on contacts that are known."""
    async with _installation() as its:
        spent = []
        for _ in range(rounds + 1):
            its.load(activities, activities, html=html)
            spent.append(await its.sync(activities, Outcome.CREATED))
        return spent[1:]


async def peak_of(activities: int, contacts: int, *, html: bool) -> float:
    """The peak of this process's memory in MB after one run that creates *activities* tasks."""
    async with _installation() as its:
        its.load(activities, contacts, html=html)
        await its.sync(activities, Outcome.CREATED)
    return peak_mb()
