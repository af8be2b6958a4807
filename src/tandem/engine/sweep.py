"""
The slow round that finds what no list of changes tells: deleted records and moved associations.

HubSpot's search never shows archived records, destroyed e-mails leave no trace, and an association may
change without moving a record's modified date (reference, sections 2.4 and 2.5). So every pair is read
again once a day, a slice an hour.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from tandem.engine.context import RunContext
from tandem.engine.reread import read_again
from tandem.model import Activity, Link, LinkState

__all__ = ["pull"]

_SLICES = 24
_SLICE_EVERY = timedelta(hours=1)
_CHECKPOINT = "sweep"
_PAGE = 1_000

Swept = tuple[tuple[Activity, ...], tuple[Link, ...], Mapping[str, Mapping[str, Any]]]


async def pull(run: RunContext) -> AsyncIterator[Swept]:
    """The slices of pairs whose hour has come since the last round; at most the whole once."""
    saved = await run.db(run.store.checkpoint, _CHECKPOINT)
    if saved is None:
        yield (), (), {_CHECKPOINT: {"at": run.now.isoformat(), "after": ""}}
        return
    slices = (run.now - datetime.fromisoformat(saved["at"])) // _SLICE_EVERY
    if slices < 1:
        return
    after = saved["after"]
    # One more than the share, for the turn from the last key to the first.
    left = ceil(await _pairs(run) * min(slices, _SLICES) / _SLICES) + 1
    while left > 0:
        asked = min(left, _PAGE)
        links = await run.db(run.store.pairs_after, after, asked)
        # Behind the last key comes the first one again.
        after = links[-1].key if len(links) == asked else ""
        left -= max(len(links), 1)
        mine = [link for link in links if link.kind in run.policy.synced_kinds]
        found = await read_again(run, mine)
        yield (
            found.activities,
            found.gone,
            {_CHECKPOINT: {"at": run.now.isoformat(), "after": after}},
        )


async def _pairs(run: RunContext) -> int:
    counts = await run.db(run.store.counts)
    return sum(n for (_, state, _), n in counts.items() if state is LinkState.PAIRED)
