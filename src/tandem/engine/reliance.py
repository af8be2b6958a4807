"""
How often a source is asked, now that feeds may have told everything: reliance is earned, source by source.

No CRM promises that its feed tells of every change, and a subscription may be missing for one kind of
record. So a poll is the judge: a source is relied on once a poll found nothing that hints had not told,
and no longer as soon as one did. Then it is only swept, and its hints are read by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tandem.engine.context import RunContext
from tandem.engine.holding import is_held
from tandem.model import Link, LinkState, Side
from tandem.store.rows import Connection
from tandem.store.store import Store

__all__ = [
    "PROMPT",
    "Reliance",
    "heard_sides",
    "is_at_rest",
    "is_time",
    "missed_before",
    "reliance_of",
]

PROMPT = timedelta(seconds=90)
"""How long a notice may take before what it should have told counts as missed: either CRM's usual delay, doubled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """
    What is known of one source's hints: how many records they named since the last poll, and the verdict of it.

    ``source`` is the CRM's name of the kind of record. Saved as the checkpoint ``name``, with what was read.
    """

    source: str
    named: int = 0
    is_earned: bool = False

    @property
    def name(self) -> str:
        return f"heard/{self.source}"

    def after_hints(self, count: int) -> Mapping[str, Any]:
        """What is kept once *count* records that hints named have been looked at."""
        return {"named": self.named + count, "is_earned": self.is_earned}

    def after_poll(self, missed: int) -> Mapping[str, Any]:
        """What is kept after a poll that found *missed* changes of which no hint had told."""
        if missed:
            return {"named": 0, "is_earned": False}
        return {"named": 0, "is_earned": self.is_earned or self.named > 0}


def heard_sides(store: Store, connection: Connection, now: datetime) -> frozenset[Side]:
    """The sides of which a feed in good health tells."""
    return frozenset(side for side in Side if _is_heard(store, connection.account_id(side), now))


def _is_heard(store: Store, account_id: int | None, now: datetime) -> bool:
    states = store.hints.feed_states(account_id) if account_id is not None else ()
    return any(state.is_heard(now) for state in states)


async def reliance_of(run: RunContext, source: str) -> Reliance:
    """As it was last saved; not earned by a source that was never polled."""
    saved = await run.db(run.store.checkpoint, f"heard/{source}") or {}
    return Reliance(
        source=source,
        named=int(saved.get("named", 0)),
        is_earned=bool(saved.get("is_earned", False)),
    )


def is_time(run: RunContext, side: Side, asked_at: str | None, reliance: Reliance | None) -> bool:
    """Whether a source last asked at that moment is to be asked now; *reliance* is None for one without a feed."""
    if asked_at is None or side in run.blind:
        return True
    is_relied_on = reliance is not None and reliance.is_earned and side in run.heard
    pause = run.pace.swept if is_relied_on else run.pace.polled
    age = run.now - datetime.fromisoformat(asked_at)
    # Asked in the future, by the CRM's clock: the host's is behind, and cannot tell how long ago it was.
    return not timedelta(0) <= age < pause


def is_at_rest(link: Link) -> bool:
    """Whether nothing of that record is followed any more, so that its edits are no news."""
    return link.state is LinkState.ENDED or is_held(link)


def missed_before(
    now: datetime,
    seen: Mapping[str, datetime | None],
    present: Iterable[tuple[str, datetime | None]],
) -> int:
    """
    How many of the *present* records (id, modified) had changed long enough ago for a notice, and were not seen so.

    *seen* says when those known by their links were modified when last looked at.
    """
    return sum(
        modified is not None
        and now - modified > PROMPT
        and ((before := seen.get(record_id)) is None or before < modified)
        for record_id, modified in present
    )
