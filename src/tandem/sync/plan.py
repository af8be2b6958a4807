"""
What to do about a pair, given what each side says now: the decision table of ``docs/sync-rules.md``.

    HubSpot ↓ / Salesforce →   unchanged             changed                gone
    unchanged                  nothing               patch HubSpot          by the delete policy
    changed                    patch Salesforce      merge field by field   keep the edit, end the pair
    gone                       by the delete policy  keep the edit, end     end the pair

Kinds that never write back use the same table: a side that is not written is left as it is. A plan is
safe to make again from any point, and after it has landed a new one is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tandem.model import Field, Fields, Side, Value
from tandem.sync.eligibility import Skip, Wait
from tandem.sync.merge import Move, has_moved, is_same, move_of, source_of
from tandem.sync.pair import GONE, NEVER, UNREAD, UNSEEN, Pair, Presence, Rules
from tandem.sync.policy import DeletePolicy
from tandem.sync.reasons import Reason
from tandem.sync.recover import recovered

__all__ = [
    "Action",
    "Complete",
    "Conflict",
    "Create",
    "Delete",
    "Look",
    "Settle",
    "Unlink",
    "Update",
    "plan",
]


@dataclass(frozen=True, slots=True)
class Create:
    """Make the record on *side*, with everything the other side says."""

    side: Side


@dataclass(frozen=True, slots=True)
class Update:
    """Patch *fields* on *side* with what the other side says."""

    side: Side
    fields: frozenset[Field]


@dataclass(frozen=True, slots=True)
class Complete:
    """Give the record on *side* its completed status, because the other one was deleted."""

    side: Side


@dataclass(frozen=True, slots=True)
class Delete:
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Advance the base by these fields without writing to a CRM; an intent that was open is cleared."""

    hubspot: Fields = field(default_factory=dict)
    salesforce: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unlink:
    """End the pair: a tombstone stays. ``recreate`` says that an edit survives which a person may want twice."""

    reason: Reason
    recreate: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed *field*: *winner*'s value is written over the other's, which is kept in full."""

    field: Field
    winner: Side


@dataclass(frozen=True, slots=True)
class Look:
    """Nothing can be decided before *side* has been read: read it and plan again."""

    side: Side


Action: TypeAlias = (
    Create | Update | Complete | Delete | Settle | Unlink | Conflict | Look | Skip | Wait
)

_DELETED_IN = {
    Side.HUBSPOT: Reason.DELETED_IN_HUBSPOT,
    Side.SALESFORCE: Reason.DELETED_IN_SALESFORCE,
}


def plan(pair: Pair, rules: Rules) -> tuple[Action, ...]:
    """What to do about *pair*, in order; nothing where it is as it should be. Never fails."""
    if pair.intent is not None:
        return _after_recovery(pair, rules)
    if pair.base is None:
        return _unlinked(pair, rules)
    gone = [side for side in Side if pair.seen[side] is GONE]
    if len(gone) == 2:
        return (Unlink(Reason.DELETED_IN_BOTH),)
    if gone:
        return _one_gone(pair, gone[0], rules)
    return _both_there(pair, rules)


def _after_recovery(pair: Pair, rules: Rules) -> tuple[Action, ...]:
    """First the interrupted write: has it landed? Then the plan as if nothing had happened."""
    target = pair.seen[pair.written]
    if target is UNREAD:
        return (Look(pair.written),)
    if target is UNSEEN:
        return (Wait(Reason.OUTCOME_UNKNOWN),)
    if target is GONE and pair.intent is not None and pair.intent.operation == "delete":
        return (Unlink(_DELETED_IN[pair.written.other]),)
    folded = recovered(pair)
    settle = Settle() if folded.base is None else _base_moved(pair, folded)
    return _merged((settle, *plan(folded, rules)))


def _base_moved(pair: Pair, folded: Pair) -> Settle:
    """What recovery changed in the base, as something to save."""
    assert folded.base is not None
    before = pair.base or {side: {} for side in Side}
    moved: dict[Side, Mapping[Field, Value]] = {
        side: {
            name: value
            for name, value in folded.base[side].items()
            if name not in before[side] or before[side][name] != value
        }
        for side in Side
    }
    return Settle(hubspot=moved[Side.HUBSPOT], salesforce=moved[Side.SALESFORCE])


def _merged(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """One ``Settle`` for several; the later value of a field counts."""
    settles = [action for action in actions if isinstance(action, Settle)]
    hubspot = {name: value for one in settles for name, value in one.hubspot.items()}
    salesforce = {name: value for one in settles for name, value in one.salesforce.items()}
    others = tuple(action for action in actions if not isinstance(action, Settle))
    return (Settle(hubspot=hubspot, salesforce=salesforce), *others)


def _unlinked(pair: Pair, rules: Rules) -> tuple[Action, ...]:
    """Two records that were never linked: create what is missing, adopt what is there."""
    hubspot, salesforce = pair.seen[Side.HUBSPOT], pair.seen[Side.SALESFORCE]
    if not isinstance(hubspot, Presence) and not isinstance(salesforce, Presence):
        # Adopted as it stands: a person may have edited it since it was written.
        return (Settle(hubspot=hubspot, salesforce=salesforce),)
    for side in Side:
        there, other = pair.seen[side], pair.seen[side.other]
        if isinstance(there, Presence):
            continue
        if other is NEVER:
            return (Create(side.other),) if side.other in rules.writes else ()
        if other is GONE:
            # The key of a removed record is a tombstone: nothing is created under it again.
            in_bin = side.other is Side.SALESFORCE
            return (Unlink(Reason.IN_RECYCLE_BIN if in_bin else Reason.DELETED_IN_HUBSPOT),)
        if other is UNSEEN:
            return (Wait(Reason.OUTCOME_UNKNOWN),)
        return (Look(side.other),)
    return (Unlink(Reason.GONE_BEFORE_WRITTEN),) if GONE in (hubspot, salesforce) else ()


def _one_gone(pair: Pair, gone: Side, rules: Rules) -> tuple[Action, ...]:
    """An edit beats a delete; an untouched record goes the way of the delete policy."""
    left = gone.other
    ended = Unlink(_DELETED_IN[gone])
    if any(has_moved(name, left, pair, rules) for name in rules.fields):
        return (Unlink(Reason.EDITED_AFTER_DELETE, recreate=True),)
    if left not in rules.writes or rules.delete_policy is DeletePolicy.KEEP:
        return (ended,)
    if isinstance(pair.seen[left], Presence):
        return (Look(left),)
    removal = Complete(left) if rules.delete_policy is DeletePolicy.COMPLETE else Delete(left)
    return (removal, ended)


def _both_there(pair: Pair, rules: Rules) -> tuple[Action, ...]:
    patches: dict[Side, set[Field]] = {side: set() for side in Side}
    settled: dict[Side, dict[Field, Value]] = {side: {} for side in Side}
    conflicts: list[Action] = []
    for name in sorted(rules.fields):
        move = move_of(name, pair, rules)
        source = source_of(name, pair, rules)
        if source is not None:
            if name in pair.by_clock and isinstance(pair.seen[source.other], Presence):
                # Time may close a task, but not over a person's head.
                return (Look(source.other),)
            patches[source.other].add(name)
            if move is Move.APART and rules.goes_both_ways(name):
                conflicts.append(Conflict(name, source))
        for side in _settling(name, move, source, pair, rules):
            seen = pair.seen[side]
            if not isinstance(seen, Presence):
                settled[side][name] = seen[name]
    actions: list[Action] = list(conflicts)
    actions.extend(Update(side, frozenset(names)) for side, names in patches.items() if names)
    if settled[Side.HUBSPOT] or settled[Side.SALESFORCE]:
        actions.append(Settle(hubspot=settled[Side.HUBSPOT], salesforce=settled[Side.SALESFORCE]))
    return tuple(actions)


def _settling(
    name: Field, move: Move, source: Side | None, pair: Pair, rules: Rules
) -> tuple[Side, ...]:
    """The sides whose present value becomes the base of *name* although nothing is written."""
    if source is not None:
        return ()
    if move is Move.ALIKE:
        return tuple(Side)
    if move is Move.APART and name in pair.by_clock:
        return (Side.HUBSPOT,)
    return tuple(side for side in Side if _is_told_anew(name, side, pair, rules))


def _is_told_anew(name: Field, side: Side, pair: Pair, rules: Rules) -> bool:
    """Whether *side* says the base in other words, or says a field for the first time."""
    seen = pair.seen[side]
    if isinstance(seen, Presence) or name not in seen or pair.base is None:
        return False
    base = pair.base[side]
    if name not in base:
        return True
    return seen[name] != base[name] and is_same(name, seen[name], base[name], rules.zone)
