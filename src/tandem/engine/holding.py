"""
What an undo has touched: kept as it is until somebody releases it, or edits it anew.

A pair whose created record was deleted ends, and the record that is left is held under the next key: its
old key is a tombstone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work
from tandem.mapping.keys import next_key
from tandem.model import Fields, Link, LinkState, Side
from tandem.sync.merge import is_same
from tandem.sync.reasons import Reason

__all__ = ["held", "is_edited", "is_held", "kept", "still_held", "undone", "without_record"]


def is_held(link: Link) -> bool:
    return link.state is LinkState.PARKED and link.reason == Reason.HELD


def held(link: Link, run_id: int) -> Link:
    """*link*, held by the undo *run_id*; a tombstone stays one."""
    if link.state is LinkState.ENDED:
        return replace(link, intent=None)
    return replace(
        link,
        state=LinkState.PARKED,
        reason=Reason.HELD,
        detail="",
        intent=None,
        due_at=None,
        payload=None,
        attempts=0,
        run_id=run_id,
    )


def still_held(before: Link, decided: Work | Done) -> Work | Done:
    """Looking at a held pair does not release it; an edit that is carried over does."""
    if not is_held(before) or isinstance(decided, Work) or decided.outcome is not Outcome.UNCHANGED:
        return decided
    link = replace(
        decided.link,
        state=LinkState.PARKED,
        reason=Reason.HELD,
        due_at=None,
        run_id=before.run_id,
    )
    return replace(decided, link=link, outcome=Outcome.PARKED, reason=Reason.HELD)


def kept(before: Link, done: Done) -> Done:
    """A write to a held pair that did not land leaves it held; an announcement that stays, stays."""
    if not is_held(before) or done.link.state is LinkState.ENDED:
        return done
    link = replace(done.link, state=LinkState.PARKED, reason=Reason.HELD, due_at=None)
    return replace(done, link=link)


def is_edited(link: Link, side: Side, said: Fields, zone: tzinfo) -> bool:
    """Whether the record of *side* says something else than when *link* was held; our own write is no edit."""
    base = link.hubspot if side is Side.HUBSPOT else link.salesforce
    return any(
        name in base and not is_same(name, base[name], value, zone) for name, value in said.items()
    )


def undone(link: Link, side: Side) -> tuple[Link, ...]:
    """
    What becomes of a held *link* whose record on *side* an undo has deleted: a tombstone, and the other record held.

    An event that is no record of its own is not held: nobody can edit it, and it cannot be read again.
    """
    following = _following(link, side)
    tombstone = replace(
        link,
        state=LinkState.ENDED,
        reason=Reason.UNDONE,
        detail=following[0].key if following else "",
        intent=None,
        due_at=None,
        payload=None,
    )
    if following:
        tombstone = without_record(tombstone, side.other)
    return (tombstone, *following)


def without_record(link: Link, side: Side) -> Link:
    """*link* without its record on *side*: that goes by another key now."""
    if side is Side.HUBSPOT:
        return replace(link, hubspot_id=None)
    return replace(link, salesforce_id=None)


def _following(link: Link, side: Side) -> tuple[Link, ...]:
    if not link.is_pair or not link.kind.is_record:
        return ()
    left = replace(without_record(link, side), key=next_key(link.key), intent=None)
    if side is Side.HUBSPOT:
        return (replace(left, hubspot={}),)
    return (replace(left, salesforce={}),)
