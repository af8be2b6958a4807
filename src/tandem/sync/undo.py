"""
Taking a run back, as far as nobody has touched since what it wrote.

    the run …            and now the record …       then
    created a record     is as it was created       it is deleted
                         was edited, or is gone     it is left alone
    updated a field      still says what was        it says again what it said before
                         says something else        it is left alone
    deleted a record     is gone                    it is made again, as a new one
                         is back                    it is left alone

Several writes of one run to one record count as one: from what it said before the first to what it said
after the last. What an undo touches is held, so that the next run does not do the same again. A plan is
safe to make again from any point, and after it has landed a new one writes nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from tandem.model import Side
from tandem.sync.pair import GONE, Presence

__all__ = [
    "Alike",
    "DeleteCreated",
    "HistoryLine",
    "Hold",
    "LeftAlone",
    "LostValue",
    "Present",
    "Record",
    "Recreate",
    "RestoreValue",
    "Step",
    "Values",
    "What",
    "WhyLeft",
    "restore_lost",
    "undo_plan",
]

Values: TypeAlias = Mapping[str, str | None]
"""What a record says, by field, in full; None where it is empty."""

Record: TypeAlias = tuple[Side, str]
"""A side and the id of a record there."""

Present: TypeAlias = Mapping[Record, Values | Presence]
"""What the records say now. One that is missing, or ``UNREAD``, is not known; ``GONE`` is the CRM's own word."""

Alike: TypeAlias = Callable[[Side, str, str | None, str | None], bool]
"""Whether two values of a field mean the same on one side, where that CRM may store them its own way."""


class What(enum.StrEnum):
    """What a run did to a record."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """
    One write of a run.

    ``before`` holds what the record said of the fields in ``fields`` (of a deleted record: all of them), ``after``
    what it said then. A field that ``before`` does not hold cannot be restored. ``after`` of a created record
    holds every field that is compared, as the CRM stored it: one that has a value now and is missing
    there counts as somebody's addition.
    """

    key: str
    at: datetime
    what: What
    side: Side
    record_id: str
    fields: tuple[str, ...] = ()
    before: Values
    after: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class LostValue:
    """A conflict's loser: *side* said ``lost`` of a field, and ``written`` was written over it."""

    key: str
    at: datetime
    side: Side
    record_id: str
    field: str
    lost: str | None
    written: str | None


# --------------------------------------------------------------------------- steps


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep the pair as it is until it is released or edited anew; comes before the pair's writes."""

    key: str


@dataclass(frozen=True, slots=True)
class DeleteCreated:
    """Delete the record that the run created."""

    key: str
    side: Side
    record_id: str


@dataclass(frozen=True, slots=True)
class RestoreValue:
    """Write *value* back, if the field still says *expected* when it is written."""

    key: str
    side: Side
    record_id: str
    field: str
    value: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class Recreate:
    """Make the record that the run deleted again: as a new one, saying what it said before the run."""

    key: str
    side: Side
    record_id: str
    values: Values


class WhyLeft(enum.StrEnum):
    """Why something the run wrote stays."""

    EDITED_SINCE = "edited_since"
    GONE_SINCE = "gone_since"
    BACK_AGAIN = "back_again"
    AS_BEFORE = "as_before"  # it says already what it said before the run
    RECREATED = "recreated"  # an earlier undo made it again
    NOT_READ = "not_read"
    NOT_KEPT = "not_kept"  # what it said before the run was not kept


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Nothing is done about this record, or about one *field* of it."""

    key: str
    reason: WhyLeft
    side: Side
    record_id: str
    field: str | None = None


Step: TypeAlias = Hold | DeleteCreated | RestoreValue | Recreate | LeftAlone


def undo_plan(
    lines: Iterable[HistoryLine],
    present: Present,
    *,
    recreated: Mapping[Record, str] | None = None,
    alike: Alike | None = None,
) -> tuple[Step, ...]:
    """
    How to take back the run whose history is *lines*, pair by pair in the order of its writes. Never fails.

    *recreated* names what earlier undos made again, by the deleted record, with the new record's id: it is not
    made a third time, not even after somebody deleted it.
    """
    same = alike or _equal
    pairs: dict[str, list[Step]] = {}
    for writes in _by_record(lines):
        steps = _undone(writes, present, recreated or {}, same)
        pairs.setdefault(writes[0].key, []).extend(steps)
    return tuple(step for key, steps in pairs.items() for step in _held(key, steps))


def restore_lost(
    lost: LostValue, present: Present, *, alike: Alike | None = None
) -> RestoreValue | LeftAlone:
    """
    Give a conflict's loser its value back, unless the winner's has been edited since.

    Nothing is held: the restored value is an edit like any other, and the other side follows it.
    """
    line = HistoryLine(
        key=lost.key,
        at=lost.at,
        what=What.UPDATED,
        side=lost.side,
        record_id=lost.record_id,
        fields=(lost.field,),
        before={lost.field: lost.lost},
        after={lost.field: lost.written},
    )
    now = present.get((lost.side, lost.record_id), Presence.UNREAD)
    if isinstance(now, Presence):
        return _left(line, WhyLeft.GONE_SINCE if now is GONE else WhyLeft.NOT_READ, lost.field)
    return _field_undone(line, lost.field, _Net([line]), now, alike or _equal)


# --------------------------------------------------------------------------- one record


def _by_record(lines: Iterable[HistoryLine]) -> list[list[HistoryLine]]:
    """The writes to each record of each pair, oldest first; records in the order of their first write."""
    records: dict[tuple[str, Side, str], list[HistoryLine]] = {}
    for line in sorted(lines, key=lambda each: each.at):
        records.setdefault((line.key, line.side, line.record_id), []).append(line)
    return list(records.values())


def _undone(
    writes: Sequence[HistoryLine], present: Present, recreated: Mapping[Record, str], same: Alike
) -> list[Step]:
    first, net = writes[0], _Net(writes)
    record = (first.side, first.record_id)
    now = present.get(record, Presence.UNREAD)
    was_made, was_deleted = first.what is What.CREATED, writes[-1].what is What.DELETED
    if was_made and was_deleted:
        return [_left(first, WhyLeft.AS_BEFORE)]
    if was_deleted:
        return [_deletion_undone(writes[-1], net, now, record in recreated)]
    if isinstance(now, Presence):
        return [_left(first, WhyLeft.GONE_SINCE if now is GONE else WhyLeft.NOT_READ)]
    if was_made:
        return [_creation_undone(first, net, now, same)]
    return [
        _field_undone(first, field, net, now, same)
        for field in net.touched
        if not net.is_unchanged(field, same)
    ]


def _deletion_undone(
    line: HistoryLine, net: _Net, now: Values | Presence, was_recreated: bool
) -> Step:
    if was_recreated:
        return _left(line, WhyLeft.RECREATED)
    if not isinstance(now, Presence):
        return _left(line, WhyLeft.BACK_AGAIN)
    if now is not GONE:
        return _left(line, WhyLeft.NOT_READ)
    values = {**line.before, **net.before}
    if not values:
        return _left(line, WhyLeft.NOT_KEPT)
    return Recreate(line.key, line.side, line.record_id, values)


def _creation_undone(line: HistoryLine, net: _Net, now: Values, same: Alike) -> Step:
    if any(field not in net.after for field in net.touched):
        return _left(line, WhyLeft.NOT_KEPT)
    if any(field not in now for field in net.touched):
        return _left(line, WhyLeft.NOT_READ)
    for field, value in now.items():
        if not same(line.side, field, net.after.get(field), value):
            return _left(line, WhyLeft.EDITED_SINCE)
    return DeleteCreated(line.key, line.side, line.record_id)


def _field_undone(
    line: HistoryLine, field: str, net: _Net, now: Values, same: Alike
) -> RestoreValue | LeftAlone:
    if field not in now:
        return _left(line, WhyLeft.NOT_READ, field)
    if field not in net.before or field not in net.after:
        return _left(line, WhyLeft.NOT_KEPT, field)
    before, said = net.before[field], now[field]
    if same(line.side, field, before, said):
        return _left(line, WhyLeft.AS_BEFORE, field)
    if not same(line.side, field, net.after[field], said):
        return _left(line, WhyLeft.EDITED_SINCE, field)
    return RestoreValue(line.key, line.side, line.record_id, field, value=before, expected=said)


class _Net:
    """
    Several writes to one record as one: what it said before the first write to each field, and after the last.

    ``before`` and ``after`` hold what was kept of that, ``touched`` all fields that were written.
    """

    def __init__(self, writes: Sequence[HistoryLine]) -> None:
        self.touched: dict[str, None] = {}
        self.before: dict[str, str | None] = {}
        self.after: dict[str, str | None] = {}
        self.side = writes[0].side
        for line in writes:
            for field in (*line.fields, *line.before, *line.after):
                if field not in self.touched and field in line.before:
                    self.before[field] = line.before[field]
                self.touched[field] = None
                self.after.pop(field, None)
                if field in line.after:
                    self.after[field] = line.after[field]

    def is_unchanged(self, field: str, same: Alike) -> bool:
        """Whether the writes left *field* saying what it had said."""
        known = field in self.before and field in self.after
        return known and same(self.side, field, self.before[field], self.after[field])


def _held(key: str, steps: Sequence[Step]) -> list[Step]:
    touched = any(not isinstance(step, LeftAlone) for step in steps)
    return [Hold(key), *steps] if touched else list(steps)


def _left(line: HistoryLine, reason: WhyLeft, field: str | None = None) -> LeftAlone:
    return LeftAlone(line.key, reason, line.side, line.record_id, field)


def _equal(side: Side, field: str, one: str | None, other: str | None) -> bool:
    return one == other
