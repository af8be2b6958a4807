"""
Undo: never over a person's edit, twice is once, and the whole run where nobody touched anything.

Every run of up to two writes to one record is enumerated, followed by everything a person may have made of
the record; longer runs over several pairs are sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure_core import Core, Mutation
from undone_world import (
    FIELDS,
    ONE,
    RECORDS,
    START,
    Said,
    World,
    Write,
    land,
    present,
    run,
    small_stories,
    writes_in,
)

from tandem.model import Side

# --------------------------------------------------------------------------- the laws


def _left_by_the_run(lines: Sequence[Any], record: tuple[Side, str]) -> Said | None:
    """What the run's own history says of the record, told a second way: the last word on each field."""
    said: dict[str, str | None] = {}
    for line in lines:
        if (line.side, line.record_id) == record:
            said = {} if line.what == "deleted" else {**said, **line.after}
    return said


def check_no_edit_is_touched(core: Core, world: World, lines: Sequence[Any]) -> None:
    steps = core.undo.undo_plan(lines, present(core, world))
    after, _ = land(core, world, steps)

    for record, said in world.items():
        if said is None or after[record] == said:
            continue
        written = _left_by_the_run(lines, record)
        assert written is not None
        if after[record] is None:
            assert said == written
        else:
            for name in FIELDS:
                changed = after[record][name] != said[name]  # type: ignore[index]
                assert not changed or (name in written and written[name] == said[name])


def check_twice_is_once(core: Core, world: World, lines: Sequence[Any]) -> None:
    steps = core.undo.undo_plan(lines, present(core, world))
    after, recreated = land(core, world, steps)
    again = core.undo.undo_plan(lines, present(core, after), recreated=recreated)

    assert writes_in(core, again) == []
    assert not any(isinstance(step, core.undo.Hold) for step in again)


def check_what_is_touched_is_held_before(core: Core, world: World, lines: Sequence[Any]) -> None:
    held: set[str] = set()
    steps = core.undo.undo_plan(lines, present(core, world))
    for step in steps:
        if isinstance(step, core.undo.Hold):
            held.add(step.key)
        elif not isinstance(step, core.undo.LeftAlone):
            assert step.key in held

    assert held == {step.key for step in writes_in(core, steps)}


def check_nothing_is_passed_over(core: Core, world: World, lines: Sequence[Any]) -> None:
    """Whatever says something else than before the run is undone, or there is a reason why not."""
    steps = core.undo.undo_plan(lines, present(core, world))
    told = {
        (step.side, step.record_id, getattr(step, "field", None))
        for step in steps
        if not isinstance(step, core.undo.Hold)
    }

    for each in lines:
        record = (each.side, each.record_id)
        whole = (*record, None) in told
        assert whole or each.what == "updated"
        for name in each.fields:
            writes = [one for one in lines if (one.side, one.record_id) == record]
            befores = [one.before[name] for one in writes if name in one.before]
            afters = [one.after[name] for one in writes if name in one.after]
            assert whole or (*record, name) in told or befores[0] == afters[-1]


LAWS = (
    check_no_edit_is_touched,
    check_twice_is_once,
    check_what_is_touched_is_held_before,
    check_nothing_is_passed_over,
)


def test_undo_never_touches_a_value_a_person_edited_since(core: Core) -> None:
    for world, writes, now in small_stories():
        check_no_edit_is_touched(core, now, run(core, world, writes)[1])


def test_undo_twice_is_undo_once(core: Core) -> None:
    for world, writes, now in small_stories():
        check_twice_is_once(core, now, run(core, world, writes)[1])


def test_undo_holds_what_it_touches_and_nothing_else(core: Core) -> None:
    for world, writes, now in small_stories():
        check_what_is_touched_is_held_before(core, now, run(core, world, writes)[1])


def test_undo_says_of_each_record_what_becomes_of_it(core: Core) -> None:
    for world, writes, now in small_stories():
        check_nothing_is_passed_over(core, now, run(core, world, writes)[1])


def test_undo_of_a_run_that_did_nothing_does_nothing(core: Core) -> None:
    assert core.undo.undo_plan([], {ONE: {"subject": "a"}}) == ()
    for world, writes, _ in small_stories():
        after, lines = run(core, world, writes)
        if after == world:
            assert writes_in(core, core.undo.undo_plan(lines, present(core, after))) == []


def test_where_nobody_touched_anything_all_is_as_before_the_run(core: Core) -> None:
    for world, writes, _ in small_stories():
        after, lines = run(core, world, writes)
        undone, recreated = land(core, after, core.undo.undo_plan(lines, present(core, after)))
        there = {
            record: undone[record[0], recreated[record]] if record in recreated else said
            for record, said in undone.items()
            if record[1] not in recreated.values()
        }

        assert there.get(ONE) == world[ONE]


def test_what_is_not_known_is_left_alone(core: Core) -> None:
    for world, writes, _ in small_stories():
        _, lines = run(core, world, writes)

        assert writes_in(core, core.undo.undo_plan(lines, {})) == []
        assert writes_in(core, core.undo.undo_plan(lines, {ONE: core.pair.UNREAD})) == []
        assert writes_in(core, core.undo.undo_plan(lines, {ONE: {}})) == []


# --------------------------------------------------------------------------- single rules


def line(core: Core, what: str, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "key": "k",
        "at": START,
        "what": core.undo.What(what),
        "side": Side.SALESFORCE,
        "record_id": "1",
        "before": {},
        "after": {},
    }
    return core.undo.HistoryLine(**{**values, **changes})


def test_a_cleared_value_is_restored_and_a_value_that_was_empty_is_cleared(core: Core) -> None:
    lines = [
        line(
            core, "updated", before={"due": None, "status": "a"}, after={"due": "x", "status": None}
        )
    ]

    steps = core.undo.undo_plan(lines, {ONE: {"due": "x", "status": None}})

    assert steps == (
        core.undo.Hold("k"),
        core.undo.RestoreValue("k", *ONE, "due", None, "x"),
        core.undo.RestoreValue("k", *ONE, "status", "a", None),
    )


def test_one_edited_field_does_not_keep_the_others_from_being_restored(core: Core) -> None:
    lines = [
        line(core, "updated", before={"due": "a", "status": "a"}, after={"due": "b", "status": "b"})
    ]

    steps = core.undo.undo_plan(lines, {ONE: {"due": "b", "status": "c"}})

    assert core.undo.RestoreValue("k", *ONE, "due", "a", "b") in steps
    assert core.undo.LeftAlone("k", core.undo.WhyLeft.EDITED_SINCE, *ONE, "status") in steps


def test_a_created_record_to_which_somebody_added_a_field_stays(core: Core) -> None:
    lines = [line(core, "created", after={"subject": "a"})]
    left = core.undo.LeftAlone("k", core.undo.WhyLeft.EDITED_SINCE, *ONE)

    assert core.undo.undo_plan(lines, {ONE: {"subject": "a", "due": "x"}}) == (left,)
    assert core.undo.DeleteCreated("k", *ONE) in core.undo.undo_plan(
        lines, {ONE: {"subject": "a", "due": None}}
    )


def test_what_was_not_kept_is_not_guessed(core: Core) -> None:
    """Without a copy of what was overwritten, or of what was written, nothing can be restored."""
    now = {ONE: {"due": "b", "status": "b"}}
    lines = [
        line(core, "updated", fields=("due", "status"), before={"status": "a"}, after={"due": "b"})
    ]
    reason = core.undo.WhyLeft.NOT_KEPT

    assert [step.reason for step in core.undo.undo_plan(lines, now)] == [reason, reason]
    assert [
        step.reason for step in core.undo.undo_plan([line(core, "deleted")], {ONE: core.pair.GONE})
    ] == [reason]
    assert [
        step.reason for step in core.undo.undo_plan([line(core, "created", fields=("due",))], now)
    ] == [reason]


def test_a_value_between_two_writes_is_not_taken_for_the_one_before_the_run(core: Core) -> None:
    lines = [
        line(core, "updated", fields=("due",), after={"due": "b"}),
        line(core, "updated", before={"due": "b"}, after={"due": "c"}, at=START + timedelta(1)),
    ]

    left = core.undo.LeftAlone("k", core.undo.WhyLeft.NOT_KEPT, *ONE, "due")

    assert core.undo.undo_plan(lines, {ONE: {"due": "c"}}) == (left,)


def test_a_deleted_record_comes_back_as_it_was_before_the_run(core: Core) -> None:
    lines = [
        line(core, "updated", before={"due": "a"}, after={"due": "b"}),
        line(core, "deleted", before={"due": "b", "status": "x"}, at=START + timedelta(1)),
    ]

    steps = core.undo.undo_plan(lines[::-1], {ONE: core.pair.GONE})

    assert core.undo.Recreate("k", *ONE, {"due": "a", "status": "x"}) in steps


def test_a_record_that_was_made_again_is_not_made_a_third_time(core: Core) -> None:
    lines = [line(core, "deleted", before={"due": "b"})]

    (step,) = core.undo.undo_plan(lines, {ONE: core.pair.GONE}, recreated={ONE: "2"})

    assert step.reason is core.undo.WhyLeft.RECREATED


def test_a_deleted_record_that_somebody_brought_back_is_left_alone(core: Core) -> None:
    (step,) = core.undo.undo_plan([line(core, "deleted", before={"due": "b"})], {ONE: {"due": "b"}})

    assert step.reason is core.undo.WhyLeft.BACK_AGAIN


def test_a_value_that_its_crm_stores_its_own_way_still_stands(core: Core) -> None:
    def alike(side: Side, field: str, one: str | None, other: str | None) -> bool:
        return (one or "").strip() == (other or "").strip()

    lines = [line(core, "updated", before={"due": "a"}, after={"due": "b "})]

    assert writes_in(core, core.undo.undo_plan(lines, {ONE: {"due": "b"}}, alike=alike)) == [
        core.undo.RestoreValue("k", *ONE, "due", "a", "b")
    ]


def test_a_conflicts_loser_gets_its_value_back_unless_it_was_edited_since(core: Core) -> None:
    undo = core.undo
    lost = undo.LostValue(
        key="k", at=START, side=ONE[0], record_id="1", field="due", lost="mine", written="theirs"
    )
    why = undo.WhyLeft

    assert undo.restore_lost(lost, {ONE: {"due": "theirs"}}) == undo.RestoreValue(
        "k", *ONE, "due", "mine", "theirs"
    )
    for now, reason in (
        ({"due": "mine"}, why.AS_BEFORE),
        ({"due": "newer"}, why.EDITED_SINCE),
        ({}, why.NOT_READ),
        (core.pair.UNREAD, why.NOT_READ),
        (core.pair.GONE, why.GONE_SINCE),
    ):
        assert undo.restore_lost(lost, {ONE: now}) == undo.LeftAlone("k", reason, *ONE, "due")
    assert undo.restore_lost(lost, {}).reason is why.NOT_READ


# --------------------------------------------------------------------------- longer runs

PLACES = [(key, (side, f"{side}-{key}")) for key in ("k1", "k2") for side in Side]
SAID = st.one_of(st.none(), st.sampled_from(RECORDS))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(SAID, min_size=4, max_size=4),
    st.lists(st.tuples(st.sampled_from(PLACES), SAID), max_size=10),
    st.lists(st.tuples(st.sampled_from(PLACES), SAID), max_size=4),
)
def test_the_laws_hold_for_any_run_and_any_edits(
    before: list[Said | None],
    writes: list[tuple[tuple[str, tuple[Side, str]], Said | None]],
    edits: list[tuple[tuple[str, tuple[Side, str]], Said | None]],
) -> None:
    core = Core()
    world: World = {record: said for (_, record), said in zip(PLACES, before, strict=True)}
    done: list[Write] = []
    state = dict(world)
    for (key, record), said in writes:
        # A CRM never gives an id twice: what is gone stays gone, and there is nothing to delete then.
        is_new = state[record] is None and not any(each.record == record for each in done)
        if (state[record] is not None or is_new) and not (state[record] is None and said is None):
            done.append(Write(key, record, said))
            state[record] = said
    after, lines = run(core, world, done)
    for (_, record), said in edits:
        after[record] = said

    for law in LAWS:
        law(core, after, lines)


# --------------------------------------------------------------------------- mutants

_UNDO = "sync.undo"
MUTANTS = {
    "a created record is deleted although it was edited": (
        "if not same(line.side, field, net.after.get(field), value):",
        "if False:",
        test_undo_never_touches_a_value_a_person_edited_since,
    ),
    "a created record is deleted although a field was added": (
        "for field, value in now.items():\n        if",
        "for field, value in ((each, now[each]) for each in net.after):\n        if",
        test_a_created_record_to_which_somebody_added_a_field_stays,
    ),
    "a value is restored although it was edited": (
        "if not same(line.side, field, net.after[field], said):",
        "if False:",
        test_undo_never_touches_a_value_a_person_edited_since,
    ),
    "a cleared value counts as none": (
        "if field not in net.before or field not in net.after:",
        "if not net.before.get(field) or field not in net.after:",
        test_a_cleared_value_is_restored_and_a_value_that_was_empty_is_cleared,
    ),
    "a deleted record is made again each time": (
        "if was_recreated:",
        "if False:",
        test_undo_twice_is_undo_once,
    ),
    "a deleted record is made again although it is back": (
        "if not isinstance(now, Presence):\n        return _left(line, WhyLeft.BACK_AGAIN)",
        "",
        test_a_deleted_record_that_somebody_brought_back_is_left_alone,
    ),
    "the value before the last write counts as the one before the run": (
        "if field not in self.touched and field in line.before:",
        "if field in line.before:",
        test_where_nobody_touched_anything_all_is_as_before_the_run,
    ),
    "an intermediate value counts where the first was not kept": (
        "if field not in self.touched and field in line.before:",
        "if field not in self.before and field in line.before:",
        test_a_value_between_two_writes_is_not_taken_for_the_one_before_the_run,
    ),
    "what is touched is not held": (
        "return [Hold(key), *steps] if touched else list(steps)",
        "return list(steps)",
        test_undo_holds_what_it_touches_and_nothing_else,
    ),
    "all is held": (
        "return [Hold(key), *steps] if touched else list(steps)",
        "return [Hold(key), *steps]",
        test_undo_holds_what_it_touches_and_nothing_else,
    ),
    "what is not known counts as gone": (
        "if now is not GONE:",
        "if False:",
        test_what_is_not_known_is_left_alone,
    ),
    "the history is taken in the order it is given": (
        "sorted(lines, key=lambda each: each.at)",
        "lines",
        test_a_deleted_record_comes_back_as_it_was_before_the_run,
    ),
    "a conflict's loser is restored over a newer edit": (
        "if not same(line.side, field, net.after[field], said):",
        "if line.before and False:",
        test_a_conflicts_loser_gets_its_value_back_unless_it_was_edited_since,
    ),
}


@pytest.mark.parametrize("rule", MUTANTS)
def test_a_broken_rule_of_undo_is_noticed(rule: str) -> None:
    old, new, test = MUTANTS[rule]
    with Core(Mutation(_UNDO, old, new)) as broken, pytest.raises(AssertionError):
        test(broken)
