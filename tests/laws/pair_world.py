"""
Two records and what happens to them when a plan lands: the smallest world a plan can be tried in.

Both sides speak the same language here, so that "the other side follows" is plain equality.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pure_core import Core

from tandem.model import Field, Kind, Side, Value

FIELDS = (Field.SUBJECT, Field.STATUS)
VALUES: tuple[Value, ...] = (None, "a", "b")
COMPLETED = "completed"

Record = Mapping[Field, Value]


@dataclass(frozen=True)
class World:
    """What is really there (``GONE`` and ``NEVER`` included), the base, and which sides are read unasked."""

    there: Mapping[Side, Any]
    base: Mapping[Side, Record] | None
    read: frozenset[Side]
    ended: bool = False

    def pair(self, core: Core) -> Any:
        unread = core.pair.UNREAD
        seen = {side: self.there[side] if side in self.read else unread for side in Side}
        return core.pair.Pair(key="k", kind=Kind.TASK, seen=seen, base=self.base)


def all_records() -> list[Record]:
    return [
        dict(zip(FIELDS, values, strict=True))
        for values in itertools.product(VALUES, repeat=len(FIELDS))
    ]


def all_worlds(core: Core) -> Iterator[World]:
    """Every small situation: linked and not, each side with each value, gone, or not there, read or not."""
    records = all_records()
    gone, never = core.pair.GONE, core.pair.NEVER
    both, hubspot = frozenset(Side), frozenset({Side.HUBSPOT})
    for one, other in itertools.product([*records, gone, never], repeat=2):
        yield World({Side.HUBSPOT: one, Side.SALESFORCE: other}, None, both)
    for one, other in itertools.product([*records, gone], repeat=2):
        there = {Side.HUBSPOT: one, Side.SALESFORCE: other}
        for base in records:
            for read in (both, hubspot):
                yield World(there, dict.fromkeys(Side, base), read)


def all_rules(core: Core) -> Iterator[Any]:
    """Both ways and either way, under each conflict rule and delete policy."""
    ways = (frozenset(Side), frozenset({Side.SALESFORCE}), frozenset({Side.HUBSPOT}))
    winners = (core.policy.ConflictRule.HUBSPOT, core.policy.ConflictRule.SALESFORCE)
    for writes, winner, deletes in itertools.product(ways, winners, core.policy.DeletePolicy):
        yield core.pair.Rules(
            fields=frozenset(FIELDS), writes=writes, conflict_rule=winner, delete_policy=deletes
        )


def _matters(core: Core, world: World, rules: Any) -> bool:
    """Whether these rules differ from simpler ones in this world: deletes need a deletion, conflicts both sides."""
    is_gone = core.pair.GONE in world.there.values()
    keeps = rules.delete_policy is core.policy.DeletePolicy.KEEP
    by_hubspot = rules.conflict_rule is core.policy.ConflictRule.HUBSPOT
    return by_hubspot if is_gone else keeps and (rules.is_two_way or by_hubspot)


def landed(core: Core, world: World, actions: tuple[Any, ...]) -> World:
    """*world* once every action has been carried out."""
    for action in actions:
        world = _after(core, world, action)
    return world


def _after(core: Core, world: World, action: Any) -> World:
    actions = core.plan
    there = dict(world.there)
    base = {side: dict(world.base[side]) if world.base else {} for side in Side}
    match action:
        case actions.Look(side=side):
            return replace(world, read=world.read | {side})
        case actions.Create(side=side):
            record = there[side.other]
            there[side] = record
            return replace(world, there=there, base=dict.fromkeys(Side, record))
        case actions.Update(side=side) | actions.Complete(side=side) if not _is_record(there[side]):
            # The CRM answers that the record is gone: from now on that is known.
            return replace(world, read=world.read | {side})
        case actions.Update(side=side, fields=fields):
            patch = {name: there[side.other][name] for name in fields}
            there[side] = {**there[side], **patch}
            for each in Side:
                base[each].update(patch)
            return replace(world, there=there, base=base)
        case actions.Complete(side=side):
            there[side] = {**there[side], Field.STATUS: COMPLETED}
            return replace(world, there=there)
        case actions.Delete(side=side):
            there[side] = core.pair.GONE
            return replace(world, there=there)
        case actions.Settle(hubspot=hubspot, salesforce=salesforce):
            base[Side.HUBSPOT].update(hubspot)
            base[Side.SALESFORCE].update(salesforce)
            return replace(world, base=base)
        case actions.Unlink():
            return replace(world, ended=True)
        case _:
            return world


def _is_record(one: Any) -> bool:
    return isinstance(one, dict)


@dataclass(frozen=True)
class Outcome:
    """A small situation, what became of it, and everything that was done."""

    world: World
    rules: Any
    after: World
    done: tuple[Any, ...]


_KNOWN: weakref.WeakKeyDictionary[Core, tuple[list[Outcome], Iterator[Outcome]]] = (
    weakref.WeakKeyDictionary()
)


def outcomes(core: Core) -> Iterator[Outcome]:
    """All small situations and their outcomes; worked out once for each core, as far as anybody looks."""
    if core not in _KNOWN:
        _KNOWN[core] = ([], _worked_out(core))
    known, more = _KNOWN[core]
    yield from known
    for one in more:
        known.append(one)
        yield one


def _worked_out(core: Core) -> Iterator[Outcome]:
    every = list(all_rules(core))
    for world, rules in itertools.product(all_worlds(core), every):
        if not _matters(core, world, rules):
            continue
        yield Outcome(world, rules, *run(core, world, rules))


def run(core: Core, world: World, rules: Any) -> tuple[World, tuple[Any, ...]]:
    """Plan and land until nothing is asked for or the pair has ended; everything that was done."""
    done: list[Any] = []
    for _ in range(4):
        actions = core.plan.plan(world.pair(core), rules)
        if not actions:
            break
        done.extend(actions)
        world = landed(core, world, actions)
        if world.ended:
            break
    return world, tuple(done)
