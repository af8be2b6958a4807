"""
An interrupted write: announced, and then nothing was saved. What the CRM says now tells what happened.

The intent is the base as it will be once the write has landed. A patch lands as a whole, so one field
that says what was announced speaks for all of them; where a person has since edited every one of them
nothing can be told, and the person's values count as edits, never as ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC

from tandem.model import Field, Fields, Intent, Link, Side
from tandem.sync.merge import is_same
from tandem.sync.pair import GONE, Pair, Presence

__all__ = ["fold", "recovered"]


def recovered(pair: Pair) -> Pair:
    """*pair* without its intent, the base as it is if what was announced has landed, or has not."""
    intent = pair.intent
    if intent is None:
        return pair
    announced = {Side.HUBSPOT: intent.hubspot, Side.SALESFORCE: intent.salesforce}
    target = pair.seen[pair.written]
    settled = replace(pair, intent=None)
    if isinstance(target, Presence):
        # A create whose record lies in the recycle bin did land: the pair was, and its end is news.
        return replace(settled, base=announced) if target is GONE and pair.base is None else settled
    match intent.operation:
        case "create":
            return replace(settled, base=announced)
        case "delete":
            return settled
        case _:
            base = pair.base or announced
            return replace(settled, base=_folded(base, intent, target))


def fold(link: Link, seen: Fields) -> tuple[Fields, Fields]:
    """
    The base (HubSpot's, Salesforce's) of *link* once its interrupted update is accounted for.

    *seen* is what the side that was written to says now.
    """
    if link.intent is None:
        return link.hubspot, link.salesforce
    base = {Side.HUBSPOT: link.hubspot, Side.SALESFORCE: link.salesforce}
    folded = _folded(base, link.intent, seen)
    return folded[Side.HUBSPOT], folded[Side.SALESFORCE]


_Base = Mapping[Side, Fields]


def _folded(base: _Base, intent: Intent, seen: Fields) -> _Base:
    announced = {Side.HUBSPOT: intent.hubspot, Side.SALESFORCE: intent.salesforce}
    before = base[intent.side] if intent.before is None else intent.before
    # What the CRM was not asked about cannot be told: it stays as it was, and is decided about anew.
    touched = [name for name in _touched(base, announced) if name in seen]
    landed = _landed(touched, before, announced[intent.side], seen)
    return {
        side: {
            **base[side],
            **{name: announced[side][name] for name in landed if name in announced[side]},
        }
        for side in Side
    }


def _touched(base: _Base, announced: _Base) -> list[Field]:
    """The fields of the announced write: those whose base it would move, on either side."""
    return [
        name
        for name in Field
        if any(
            name in announced[side]
            and (name not in base[side] or announced[side][name] != base[side][name])
            for side in Side
        )
    ]


def _landed(
    touched: list[Field], before: Fields, announced: Fields, seen: Fields
) -> Collection[Field]:
    """
    Those of *touched* of which the written side has what was announced, or a person's edit made since.

    A field that says what was announced and said something else before speaks for the whole patch. Where it
    is not known what a field said before, it may say that still: it speaks for itself alone.
    """
    told = [name for name in touched if name in announced]
    alike = [name for name in told if _is_alike(name, seen, announced)]
    written = [name for name in told if name in before and not _is_alike(name, announced, before)]
    if any(name in alike for name in written):
        return touched
    if written and not any(_is_alike(name, seen, before) for name in written):
        return {*written, *alike}
    return alike


def _is_alike(name: Field, one: Fields, other: Fields) -> bool:
    # In UTC: only whether two values are the same matters here, and days were agreed on before.
    return is_same(name, one[name], other[name], UTC)
