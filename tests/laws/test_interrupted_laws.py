"""What must hold of a write that was announced onto a side which had been edited, too."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

from tests.laws.pure_core import Core

from tandem.model import Field, Intent, Kind, Side

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VALUES = ("a", "b", "c")
FIELDS = (Field.SUBJECT, Field.PRIORITY)


def _pair(core: Core, written: Side, base: Any, announced: Any, before: Any, seen: Any) -> Any:
    intent = Intent(
        operation="update",
        side=written,
        hubspot=announced,
        salesforce=announced,
        announced_at=NOW,
        run_id=1,
        before=before,
    )
    sides = {written: seen, written.other: announced}
    return core.pair.Pair(
        key="k", kind=Kind.TASK, seen=sides, base=dict.fromkeys(Side, base), intent=intent
    )


def _records() -> list[dict[Field, str]]:
    return [dict(zip(FIELDS, said, strict=True)) for said in product(VALUES, repeat=len(FIELDS))]


def _is_a_write(base: Any, announced: Any, before: Any) -> bool:
    """Whether there was something to write, and all of it was news of the other side."""
    written = [name for name in FIELDS if announced[name] != before[name]]
    return bool(written) and all(announced[name] != base[name] for name in written)


def test_what_the_written_side_said_before_never_counts_as_a_write_that_landed(core: Core) -> None:
    """Only the fields move that were edited alike: they agree without any write."""
    base = dict.fromkeys(FIELDS, "a")
    for written, announced, before in product(Side, _records(), _records()):
        if not _is_a_write(base, announced, before):
            continue
        pair = _pair(core, written, base, announced, before, seen=before)
        agreed = {name: value for name, value in announced.items() if before[name] == value}

        assert core.recover.recovered(pair).base == {side: {**base, **agreed} for side in Side}


def test_what_was_announced_counts_as_landed_whatever_was_there_before(core: Core) -> None:
    base = dict.fromkeys(FIELDS, "a")
    for written, announced, before in product(Side, _records(), _records()):
        if not _is_a_write(base, announced, before):
            continue
        pair = _pair(core, written, base, announced, before, seen=announced)

        assert core.recover.recovered(pair).base == dict.fromkeys(Side, announced)
