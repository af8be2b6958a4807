"""A world of values with runs in it, for the laws of undo."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pure_core import Core

from tandem.model import Side

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIELDS = ("subject", "status")
VALUES = (None, "a", "b")

Said = Mapping[str, str | None]
World = dict[tuple[Side, str], Said | None]  # None: gone

RECORDS: list[Said] = [
    dict(zip(FIELDS, values, strict=True)) for values in itertools.product(VALUES, repeat=2)
]
ONE = (Side.SALESFORCE, "1")


@dataclass(frozen=True)
class Write:
    """A write of the run: the record says *said* afterwards; None deletes it."""

    key: str
    record: tuple[Side, str]
    said: Said | None


def run(core: Core, world: World, writes: Sequence[Write]) -> tuple[World, list[Any]]:
    """The world after the writes, and the history that they left."""
    what, world, lines = core.undo.What, dict(world), []
    for number, write in enumerate(writes):
        side, record_id = write.record
        old, new = world.get(write.record), write.said
        fields: tuple[str, ...] = FIELDS
        if old is None:
            kind, before, after = what.CREATED, {}, dict(new or {})
        elif new is None:
            kind, before, after, fields = what.DELETED, dict(old), {}, ()
        else:
            kind, fields = what.UPDATED, tuple(name for name in FIELDS if old[name] != new[name])
            before, after = ({name: each[name] for name in fields} for each in (old, new))
        lines.append(
            core.undo.HistoryLine(
                key=write.key,
                at=START + timedelta(seconds=number),
                what=kind,
                side=side,
                record_id=record_id,
                fields=fields,
                before=before,
                after=after,
            )
        )
        world[write.record] = new
    return world, lines


def present(core: Core, world: World) -> dict[tuple[Side, str], Any]:
    return {
        record: core.pair.GONE if said is None else dict(said) for record, said in world.items()
    }


def land(core: Core, world: World, steps: Sequence[Any]) -> tuple[World, dict[Any, str]]:
    """The world once the steps have landed, and what was made again under which id."""
    undo, world, recreated = core.undo, dict(world), {}
    for step in steps:
        if isinstance(step, undo.DeleteCreated):
            world[step.side, step.record_id] = None
        elif isinstance(step, undo.RestoreValue):
            said = world[step.side, step.record_id]
            assert said is not None
            assert said[step.field] == step.expected
            world[step.side, step.record_id] = {**said, step.field: step.value}
        elif isinstance(step, undo.Recreate):
            recreated[step.side, step.record_id] = f"new {step.record_id}"
            world[step.side, f"new {step.record_id}"] = dict(step.values)
    return world, recreated


def writes_in(core: Core, steps: Sequence[Any]) -> list[Any]:
    idle = (core.undo.LeftAlone, core.undo.Hold)
    return [step for step in steps if not isinstance(step, idle)]


def small_stories() -> Iterator[tuple[World, list[Write], World]]:
    """A world, a run of up to two writes to its one record, and what a person then makes of that record."""
    states: list[Said | None] = [*RECORDS, None]
    for before in states:
        world: World = {ONE: before}
        for count in range(3):
            for said in itertools.product(states, repeat=count):
                if not _is_possible(before, *said):
                    continue
                for now in states:
                    yield world, [Write("k", ONE, each) for each in said], {ONE: now}


def _is_possible(*said: Said | None) -> bool:
    """A CRM never gives an id twice: what is gone stays gone, and there is nothing to delete then."""
    return not any(
        old is None and (new is None or place > 0)
        for place, (old, new) in enumerate(itertools.pairwise(said))
    )
