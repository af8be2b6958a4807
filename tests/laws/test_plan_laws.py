"""What must hold for every pair: all small situations of the plan, enumerated."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from pair_world import COMPLETED, FIELDS, World, all_records, all_rules, outcomes, run
from pure_core import Core
from small_world import NOW

from tandem.model import Field, Intent, Kind, Side, TextMark

SALESFORCE, HUBSPOT = Side.SALESFORCE, Side.HUBSPOT


def _is_record(one: Any) -> bool:
    return isinstance(one, dict)


def _moved(world: World, side: Side, name: Field) -> bool:
    there = world.there[side]
    return world.base is not None and _is_record(there) and there[name] != world.base[side][name]


def test_a_plan_never_fails_and_planning_again_asks_for_nothing(core: Core) -> None:
    count = 0
    for one in outcomes(core):
        world, rules, after, _done = one.world, one.rules, one.after, one.done
        count += 1

        again = () if after.ended else core.plan.plan(after.pair(core), rules)
        assert again == (), (world, rules)

    assert count > 9_000


def test_both_sides_agree_once_a_two_way_plan_has_landed(core: Core) -> None:
    for one in outcomes(core):
        world, rules, after, _done = one.world, one.rules, one.after, one.done
        unlinked_twins = world.base is None and all(map(_is_record, world.there.values()))
        if not rules.is_two_way or after.ended or len(world.read) < 2 or unlinked_twins:
            continue

        assert after.there[HUBSPOT] == after.there[SALESFORCE], (world, rules)


def test_a_plan_invents_no_value(core: Core) -> None:
    for one in outcomes(core):
        world, rules, after, done = one.world, one.rules, one.after, one.done
        before = {
            (name, value)
            for record in world.there.values()
            if _is_record(record)
            for name, value in record.items()
        }

        allowed = before | {(Field.STATUS, COMPLETED)} if _completes(core, done) else before
        for record in filter(_is_record, after.there.values()):
            assert set(record.items()) <= allowed, (world, rules)


def _completes(core: Core, done: tuple[Any, ...]) -> bool:
    return any(isinstance(action, core.plan.Complete) for action in done)


def test_a_one_sided_edit_always_wins(core: Core) -> None:
    for one in outcomes(core):
        world, rules, after, _done = one.world, one.rules, one.after, one.done
        if world.base is None or not all(map(_is_record, world.there.values())):
            continue
        for name, side in itertools.product(FIELDS, Side):
            alone = _moved(world, side, name) and not _moved(world, side.other, name)
            if alone and side in world.read and side.other in rules.writes:
                assert world.there[side][name] == after.there[side.other][name], (world, rules)


def test_every_edit_survives_or_is_named_in_a_conflict(core: Core) -> None:
    for one in outcomes(core):
        world, rules, after, done = one.world, one.rules, one.after, one.done
        if not rules.is_two_way or len(world.read) < 2 or world.base is None:
            continue
        conflicts = {(one.field, one.winner.other) for one in done if _is_conflict(core, one)}
        for side, name in itertools.product(Side, FIELDS):
            if not _moved(world, side, name) or not _is_record(after.there[side]):
                continue
            survives = world.there[side][name] == after.there[side][name]
            assert survives or (name, side) in conflicts, (world, rules)


def _is_conflict(core: Core, action: Any) -> bool:
    return isinstance(action, core.plan.Conflict)


def test_both_sides_saying_the_same_anew_asks_for_no_write(core: Core) -> None:
    writes = (core.plan.Create, core.plan.Update, core.plan.Complete, core.plan.Delete)
    for one in outcomes(core):
        world, _rules, _after, done = one.world, one.rules, one.after, one.done
        if world.there[HUBSPOT] != world.there[SALESFORCE] or len(world.read) < 2:
            continue

        assert not [one for one in done if isinstance(one, (*writes, core.plan.Conflict))]


def test_exchanging_the_sides_exchanges_the_plan(core: Core) -> None:
    for one in outcomes(core):
        world, rules, _after, _done = one.world, one.rules, one.after, one.done
        if len(world.read) < 2:
            continue
        mirrored_world = replace(world, there=_swapped(world.there))
        winner = core.policy.ConflictRule
        mirrored_rules = replace(
            rules,
            writes=frozenset(side.other for side in rules.writes),
            conflict_rule=winner.SALESFORCE
            if rules.conflict_rule is winner.HUBSPOT
            else winner.HUBSPOT,
        )
        if world.base is not None:
            mirrored_world = replace(mirrored_world, base=_swapped(world.base))

        expected = {_mirrored(core, one) for one in core.plan.plan(world.pair(core), rules)}
        got = {
            _plain(core, one) for one in core.plan.plan(mirrored_world.pair(core), mirrored_rules)
        }
        assert expected == got, (world, rules)


def _swapped(sides: Any) -> dict[Side, Any]:
    return {side: sides[side.other] for side in Side}


_MIRRORED_REASONS = {
    "deleted_in_hubspot": "deleted_in_salesforce",
    "deleted_in_salesforce": "deleted_in_hubspot",
    # A tombstone in Salesforce is the recycle bin; in HubSpot it is the deletion itself.
    "in_recycle_bin": "deleted_in_salesforce",
}


def _plain(core: Core, action: Any) -> Any:
    if isinstance(action, core.plan.Settle):
        return "settle", *(
            tuple(sorted(one.items())) for one in (action.hubspot, action.salesforce)
        )
    if isinstance(action, core.plan.Unlink):
        reason = str(action.reason)
        bin_is_deletion = "deleted_in_salesforce" if reason == "in_recycle_bin" else reason
        return "unlink", bin_is_deletion, action.recreate
    return action


def _mirrored(core: Core, action: Any) -> Any:
    if isinstance(action, core.plan.Settle):
        return _plain(core, replace(action, hubspot=action.salesforce, salesforce=action.hubspot))
    if isinstance(action, core.plan.Unlink):
        reason = _plain(core, action)[1]
        return "unlink", _MIRRORED_REASONS.get(reason, reason), action.recreate
    if isinstance(action, core.plan.Conflict):
        return replace(action, winner=action.winner.other)
    return replace(action, side=action.side.other)


def test_a_side_that_is_not_written_stays_as_it_is(core: Core) -> None:
    for one in outcomes(core):
        world, rules, after, _done = one.world, one.rules, one.after, one.done
        for side in set(Side) - rules.writes:
            assert world.there[side] == after.there[side], (world, rules)


def test_an_unread_side_counts_as_unchanged(core: Core) -> None:
    for one in outcomes(core):
        world, rules, _after, _done = one.world, one.rules, one.after, one.done
        if world.base is None or len(world.read) == 2 or not _is_record(world.there[HUBSPOT]):
            continue
        unchanged = World(
            {**world.there, SALESFORCE: world.base[SALESFORCE]}, world.base, frozenset(Side)
        )

        expected = core.plan.plan(unchanged.pair(core), rules)
        assert expected == core.plan.plan(world.pair(core), rules), (world, rules)


def test_an_edit_beats_a_delete(core: Core) -> None:
    for one in outcomes(core):
        world, rules, after, done = one.world, one.rules, one.after, one.done
        for side in Side:
            edited = any(_moved(world, side, name) for name in FIELDS)
            is_gone = world.there[side.other] is core.pair.GONE and side.other in world.read
            if not is_gone or not edited:
                continue

            assert after.ended
            assert world.there[side] == after.there[side], (world, rules)
            if side in world.read:
                assert (core.plan.Unlink(core.reasons.Reason.EDITED_AFTER_DELETE, True),) == done


def test_an_untouched_record_goes_the_way_of_the_delete_policy(core: Core) -> None:
    choice = core.policy.DeletePolicy
    for one in outcomes(core):
        world, rules, after, _done = one.world, one.rules, one.after, one.done
        for side in Side:
            left = world.there[side]
            gone = world.there[side.other] is core.pair.GONE and world.base is not None
            if not gone or left != world.base[side] or side not in rules.writes:
                continue
            if side.other not in world.read:
                continue

            expected = {
                choice.KEEP: left,
                choice.COMPLETE: {**left, Field.STATUS: COMPLETED},
                choice.DELETE: core.pair.GONE,
            }
            assert expected[rules.delete_policy] == after.there[side], (world, rules)
            assert after.ended


def test_what_exists_unlinked_is_adopted_and_never_overwritten(core: Core) -> None:
    for one in outcomes(core):
        world, _rules, after, _done = one.world, one.rules, one.after, one.done
        if world.base is None and all(map(_is_record, world.there.values())):
            assert world.there == after.there
            assert world.there == after.base


def test_the_key_of_a_removed_record_is_a_tombstone(core: Core) -> None:
    for one in outcomes(core):
        world, _rules, after, done = one.world, one.rules, one.after, one.done
        gone = [side for side in Side if world.there[side] is core.pair.GONE]
        if gone and set(gone) <= world.read:
            assert after.ended
            assert not [one for one in done if isinstance(one, core.plan.Create)]


# --------------------------------------------------------------------------- single decisions


def _pair(core: Core, base: Any, hubspot: Any, salesforce: Any, **more: Any) -> Any:
    seen = {HUBSPOT: hubspot, SALESFORCE: salesforce}
    bases = None if base is None else {HUBSPOT: base, SALESFORCE: base}
    return core.pair.Pair(key="k", kind=Kind.TASK, seen=seen, base=bases, **more)


def _two_way(core: Core, **choices: Any) -> Any:
    return core.pair.Rules(fields=frozenset(FIELDS), writes=frozenset(Side), **choices)


def test_the_newest_edit_wins_and_salesforce_wins_what_cannot_be_told_apart(core: Core) -> None:
    one = {Field.SUBJECT: "a"}
    second = timedelta(seconds=1)
    for hubspot_at, salesforce_at, winner in (
        (NOW + 3 * second, NOW, HUBSPOT),
        (NOW + 2 * second, NOW, SALESFORCE),
        (NOW, NOW + second, SALESFORCE),
        (NOW, NOW + 9 * second, SALESFORCE),
        (NOW, None, SALESFORCE),
        (None, NOW, SALESFORCE),
    ):
        times = {(HUBSPOT, Field.SUBJECT): hubspot_at, (SALESFORCE, Field.SUBJECT): salesforce_at}
        pair = _pair(
            core,
            one,
            {Field.SUBJECT: "h"},
            {Field.SUBJECT: "s"},
            edited_at={key: at for key, at in times.items() if at is not None},
        )
        expected = (
            core.plan.Conflict(Field.SUBJECT, winner),
            core.plan.Update(winner.other, frozenset({Field.SUBJECT})),
        )
        assert expected == core.plan.plan(pair, _two_way(core))


def test_the_clock_never_closes_a_meeting_over_a_persons_head(core: Core) -> None:
    rules = core.pair.Rules(fields=frozenset(FIELDS))
    base, closed = {Field.STATUS: "open"}, {Field.STATUS: "closed"}
    clock = {"by_clock": frozenset({Field.STATUS})}

    unread = _pair(core, base, closed, core.pair.UNREAD, **clock)
    assert (core.plan.Look(SALESFORCE),) == core.plan.plan(unread, rules)
    untouched = _pair(core, base, closed, base, **clock)
    update = core.plan.Update(SALESFORCE, frozenset({Field.STATUS}))
    assert (update,) == core.plan.plan(untouched, rules)
    touched = _pair(core, base, closed, {Field.STATUS: "deferred"}, **clock)
    assert (core.plan.Settle(hubspot=closed),) == core.plan.plan(touched, rules)


def test_a_text_has_changed_only_if_both_its_bytes_and_its_meaning_have(core: Core) -> None:
    rules = core.pair.Rules(fields=frozenset({Field.COMMENTS}))
    base = {Field.COMMENTS: TextMark("bytes", "text")}

    def planned(mark: TextMark | None) -> Any:
        pair = _pair(core, base, {Field.COMMENTS: mark}, core.pair.UNREAD)
        return core.plan.plan(pair, rules)

    assert planned(TextMark("bytes", "text")) == ()
    other_markup = TextMark("BYTES", "text")
    assert (core.plan.Settle(hubspot={Field.COMMENTS: other_markup}),) == planned(other_markup)
    other_library = TextMark("bytes", "TEXT")
    assert (core.plan.Settle(hubspot={Field.COMMENTS: other_library}),) == planned(other_library)
    update = (core.plan.Update(SALESFORCE, frozenset({Field.COMMENTS})),)
    assert update == planned(TextMark("BYTES", "TEXT"))
    assert update == planned(None)


def test_another_time_of_the_same_day_is_no_change_of_the_due_date(core: Core) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    rules = core.pair.Rules(fields=frozenset({Field.DUE}), zone=tokyo)
    base = {Field.DUE: "2026-11-22T23:00:00+00:00"}

    def planned(instant: str) -> Any:
        return core.plan.plan(_pair(core, base, {Field.DUE: instant}, core.pair.UNREAD), rules)

    same_day = {Field.DUE: "2026-11-23T14:59:59+00:00"}
    assert (core.plan.Settle(hubspot=same_day),) == planned(same_day[Field.DUE])
    update = (core.plan.Update(SALESFORCE, frozenset({Field.DUE})),)
    assert update == planned("2026-11-23T15:00:00+00:00")


def test_a_field_never_agreed_on_is_taken_as_it_is(core: Core) -> None:
    rules = core.pair.Rules(fields=frozenset(FIELDS))
    pair = _pair(
        core, {Field.STATUS: "a"}, {Field.STATUS: "a", Field.SUBJECT: "b"}, core.pair.UNREAD
    )

    assert (core.plan.Settle(hubspot={Field.SUBJECT: "b"}),) == core.plan.plan(pair, rules)


def test_a_record_looked_for_in_vain_where_look_ups_lag_is_waited_for(core: Core) -> None:
    rules = _two_way(core)
    record = all_records()[0]
    intent = Intent(
        operation="create", hubspot=record, salesforce=record, announced_at=NOW, run_id=1
    )
    for there in (record, core.pair.GONE):
        pair = _pair(core, None, there, core.pair.UNSEEN, intent=intent)

        wait = core.eligibility.Wait(core.reasons.Reason.OUTCOME_UNKNOWN)
        assert (wait,) == core.plan.plan(pair, rules)


# --------------------------------------------------------------------------- recovery


def _create_intent(record: Any) -> Intent:
    return Intent(operation="create", hubspot=record, salesforce=record, announced_at=NOW, run_id=1)


def test_an_interrupted_create_is_linked_if_it_landed_and_repeated_if_not(core: Core) -> None:
    for rules, record in itertools.product(all_rules(core), all_records()):
        if SALESFORCE not in rules.writes:
            continue
        intent = _create_intent(record)

        landed = _pair(core, None, record, record, intent=intent)
        settle = core.plan.Settle(hubspot=record, salesforce=record)
        assert (settle,) == core.plan.plan(landed, rules)
        not_landed = _pair(core, None, record, core.pair.NEVER, intent=intent)
        expected = (core.plan.Settle(), core.plan.Create(SALESFORCE))
        assert expected == core.plan.plan(not_landed, rules)


def test_an_edit_after_an_interrupted_create_stays_an_edit(core: Core) -> None:
    rules = core.pair.Rules(fields=frozenset(FIELDS))
    for record, edited in itertools.product(all_records(), repeat=2):
        pair = _pair(core, None, record, edited, intent=_create_intent(record))

        got = core.plan.plan(pair, rules)

        assert (core.plan.Settle(hubspot=record, salesforce=record),) == got


def test_an_interrupted_create_whose_origin_is_deleted_ends_without_an_orphan(core: Core) -> None:
    record = all_records()[4]
    for rules in all_rules(core):
        if SALESFORCE not in rules.writes:
            continue
        there = _pair(core, None, core.pair.GONE, record, intent=_create_intent(record))
        got = core.plan.plan(there, rules)
        assert core.plan.Unlink(core.reasons.Reason.DELETED_IN_HUBSPOT) == got[-1]
        deletes = rules.delete_policy is core.policy.DeletePolicy.DELETE
        assert deletes == (core.plan.Delete(SALESFORCE) in got)
        never = _pair(core, None, core.pair.GONE, core.pair.NEVER, intent=_create_intent(record))
        ended = core.plan.Unlink(core.reasons.Reason.GONE_BEFORE_WRITTEN)
        assert (core.plan.Settle(), ended) == core.plan.plan(never, rules)


def test_an_interrupted_update_is_repeated_exactly_if_it_did_not_land(core: Core) -> None:
    """Every base, every patch of both fields, every later edit by a person in Salesforce."""
    rules = core.pair.Rules(fields=frozenset(FIELDS))
    for base, wanted in itertools.product(all_records(), repeat=2):
        patch = {name: wanted[name] for name in FIELDS if wanted[name] != base[name]}
        if not patch:
            continue
        intent = Intent(
            operation="update", hubspot=wanted, salesforce=wanted, announced_at=NOW, run_id=1
        )
        landed = _pair(core, base, wanted, wanted, intent=intent)
        got = core.plan.plan(landed, rules)
        assert (core.plan.Settle(hubspot=patch, salesforce=patch),) == got
        lost = _pair(core, base, wanted, base, intent=intent)
        repeated = (core.plan.Settle(), core.plan.Update(SALESFORCE, frozenset(patch)))
        assert repeated == core.plan.plan(lost, rules)
        for name, value in itertools.product(patch, ("x", "y")):
            edited = _pair(core, base, wanted, {**wanted, name: value}, intent=intent)
            writes = [one for one in core.plan.plan(edited, rules) if _is_update(core, one)]
            assert writes == [], (base, wanted, name)


def _is_update(core: Core, action: Any) -> bool:
    return isinstance(action, core.plan.Update)


def test_an_interrupted_delete_that_landed_ends_the_pair(core: Core) -> None:
    base = all_records()[0]
    intent = Intent(operation="delete", hubspot=base, salesforce=base, announced_at=NOW, run_id=1)
    pair = _pair(core, base, core.pair.GONE, core.pair.GONE, intent=intent)

    got = core.plan.plan(pair, _two_way(core))

    assert (core.plan.Unlink(core.reasons.Reason.DELETED_IN_HUBSPOT),) == got


def test_an_intent_is_looked_into_before_anything_is_written(core: Core) -> None:
    record = all_records()[1]
    pair = _pair(core, None, record, core.pair.UNREAD, intent=_create_intent(record))

    assert (core.plan.Look(SALESFORCE),) == core.plan.plan(pair, _two_way(core))


# --------------------------------------------------------------------------- beyond the small ones

_values = st.one_of(st.none(), st.text(max_size=3), st.builds(TextMark, st.text(), st.text()))
_records = st.fixed_dictionaries(dict.fromkeys(Field, _values))


@settings(max_examples=150, deadline=None)
@given(base=_records, hubspot=_records, salesforce=_records, data=st.data())
def test_larger_pairs_agree_once_planned_and_ask_for_nothing_more(
    base: Any, hubspot: Any, salesforce: Any, data: st.DataObject
) -> None:
    core = Core()
    fields = frozenset(data.draw(st.sets(st.sampled_from(list(Field)), min_size=1)))
    rules = core.pair.Rules(fields=fields, writes=frozenset(Side), zone=UTC)
    world = World(
        {HUBSPOT: hubspot, SALESFORCE: salesforce}, dict.fromkeys(Side, base), frozenset(Side)
    )

    after, _ = run(core, world, rules)

    assert core.plan.plan(after.pair(core), rules) == ()
    for name in fields:
        one, other = after.there[HUBSPOT][name], after.there[SALESFORCE][name]
        same_base = not core.merge.has_changed(base[name], one)
        assert one == other or not core.merge.has_changed(one, other) or same_base
