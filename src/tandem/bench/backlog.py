"""
A backlog under the vendors' own limits: ``python -m tandem.bench.backlog``, how much of its share Tandem takes.

HubSpot allows an account five searches a second, of which Tandem takes four for a backlog [D-search]; a page holds 200.
So 800 activities a second are what the share allows, and 100,000 take at least 125 seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tandem.bench.installation import installed
from tandem.bench.spent import Spent, peak_mb
from tandem.crm.rate_limit import Pace
from tandem.engine.reports import Outcome
from tandem.model import Kind

__all__ = ["ALLOWED", "Caught", "catch_up", "main"]

_A_PAGE = 200
ALLOWED = _A_PAGE * (Pace().search_backlog or 0)
"""Activities a second that Tandem's share of HubSpot's searches allows."""

_CONTACTS = 2_000
_SPREAD_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """What catching up with a backlog took, and the most memory of the process in MB."""

    spent: Spent
    peak: float

    @property
    def a_second(self) -> float:
        return self.spent.activities / self.spent.wall_seconds

    @property
    def share(self) -> float:
        """What was reached of what is allowed."""
        return self.a_second / ALLOWED


async def catch_up(activities: int, *, html: bool = False) -> Caught:
    """One run over *activities* calls of the last hour, beside CRMs that keep their limits."""
    async with installed(limits="real") as its:
        await its.switch_on([Kind.CALL])
        await its.sync(0, Outcome.CREATED, per=1)
        its.sandbox.advance(_SPREAD_SECONDS)
        its.load_at_once(activities, _CONTACTS, html=html, seconds=_SPREAD_SECONDS)
        spent = await its.sync(activities, Outcome.CREATED)
    return Caught(spent=spent, peak=peak_mb())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(prog="python -m tandem.bench.backlog")
    parser.add_argument("--activities", type=int, default=100_000)
    parser.add_argument("--html", action="store_true", help="with HTML bodies")
    asked = parser.parse_args(arguments)
    found = asyncio.run(catch_up(asked.activities, html=asked.html))
    spent = found.spent
    sys.stdout.write(
        f"{spent.activities:,} activities in {spent.wall_seconds:.0f} s: {found.a_second:.0f} a second of {ALLOWED} "
        f"allowed, {found.share:.0%}; calls {spent.calls['hubspot']:,} to HubSpot, {spent.calls['salesforce']:,} to "
        f"Salesforce; CPU {spent.cpu_micros:.0f} µs an activity; peak {found.peak:.0f} MB; load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
