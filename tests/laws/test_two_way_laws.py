"""What must hold of both directions at once: either side written, either side interrupted, fields left out of one."""

from __future__ import annotations

import itertools
from typing import Any

from pair_world import FIELDS, VALUES, all_records
from pure_core import Core
from small_world import NOW, TOKYO

from tandem.model import Field, Intent, Kind, Side

SALESFORCE, HUBSPOT = Side.SALESFORCE, Side.HUBSPOT


def _pair(
    core: Core, base: Any, hubspot: Any, salesforce: Any, intent: Intent | None = None
) -> Any:
    both = None if base is None else dict.fromkeys(Side, base)
    seen = {HUBSPOT: hubspot, SALESFORCE: salesforce}
    return core.pair.Pair(key="k", kind=Kind.TASK, seen=seen, base=both, intent=intent)


def _rules(core: Core, **choices: Any) -> Any:
    return core.pair.Rules(fields=frozenset(FIELDS), writes=frozenset(Side), **choices)


def _written(core: Core, actions: tuple[Any, ...]) -> set[tuple[Side, Field]]:
    return {
        (one.side, name)
        for one in actions
        if isinstance(one, core.plan.Update)
        for name in one.fields
    }


def test_a_field_left_out_on_one_side_is_never_written_there_and_always_follows_on_the_other(
    core: Core,
) -> None:
    for side, name in itertools.product(Side, FIELDS):
        rules = _rules(core, left_out=frozenset({(side, name)}))
        for base, one, other in itertools.product(all_records(), repeat=3):
            pair = _pair(core, base, one, other)
            actions = core.plan.plan(pair, rules)
            written = _written(core, actions)

            assert (side, name) not in written
            if pair.seen[side][name] != base[name] and one[name] != other[name]:
                assert (side.other, name) in written
            assert core.plan.Conflict(name, side.other) not in actions


def _intent(operation: str, side: Side, record: Any) -> Intent:
    return Intent(
        operation=operation,
        side=side,
        hubspot=record,
        salesforce=record,
        announced_at=NOW,
        run_id=1,
    )


def _exchanged(core: Core, action: Any) -> Any:
    match action:
        case core.plan.Update(side=side, fields=fields):
            return core.plan.Update(side.other, fields)
        case core.plan.Settle(hubspot=hubspot, salesforce=salesforce):
            return core.plan.Settle(hubspot=salesforce, salesforce=hubspot)
        case core.plan.Conflict(field=name, winner=winner):
            return core.plan.Conflict(name, winner.other)
        case core.plan.Look(side=side):
            return core.plan.Look(side.other)
        case _:
            return action


def test_an_interrupted_write_is_recovered_on_either_side_alike(core: Core) -> None:
    """Exchanging the sides, of what was announced too, exchanges the plan."""
    one_wins = _rules(core, conflict_rule=core.policy.ConflictRule.HUBSPOT)
    other_wins = _rules(core, conflict_rule=core.policy.ConflictRule.SALESFORCE)
    records = all_records()
    for base, wanted, seen in itertools.product(records, repeat=3):
        to_salesforce = _pair(core, base, wanted, seen, _intent("update", SALESFORCE, wanted))
        to_hubspot = _pair(core, base, seen, wanted, _intent("update", HUBSPOT, wanted))

        expected = {_key(_exchanged(core, one)) for one in core.plan.plan(to_salesforce, one_wins)}
        assert {_key(one) for one in core.plan.plan(to_hubspot, other_wins)} == expected


def _key(action: Any) -> str:
    return repr(action) if not hasattr(action, "hubspot") else _settled(action)


def _settled(action: Any) -> str:
    return f"Settle {sorted(action.hubspot.items(), key=str)} {sorted(action.salesforce.items(), key=str)}"


def test_what_the_written_side_was_not_asked_about_is_decided_about_anew(core: Core) -> None:
    """An association is no property: its side may have been read without it."""
    base = dict.fromkeys(FIELDS, "a")
    wanted = dict.fromkeys(FIELDS, "b")
    untold, told = FIELDS
    pair = _pair(core, base, {told: "b"}, wanted, _intent("update", HUBSPOT, wanted))

    folded = core.recover.recovered(pair)

    assert folded.base[SALESFORCE] == {untold: "a", told: "b"}
    assert folded.base[HUBSPOT] == {untold: "a", told: "b"}


def test_a_create_that_is_not_found_where_searches_lag_waits_whoever_was_deleted(
    core: Core,
) -> None:
    record = all_records()[1]
    for side in Side:
        for origin in (record, core.pair.GONE):
            sides = {side: core.pair.UNSEEN, side.other: origin}
            pair = _pair(
                core, None, sides[HUBSPOT], sides[SALESFORCE], _intent("create", side, record)
            )
            [action] = core.plan.plan(pair, _rules(core))

            assert isinstance(action, core.eligibility.Wait)
            assert action.reason is core.reasons.Reason.OUTCOME_UNKNOWN


def test_a_due_time_on_the_day_that_stood_for_none_is_an_edit(core: Core) -> None:
    """HubSpot requires an instant; where it only stood for no due date, any other is a person's."""
    rules = core.pair.Rules(fields=frozenset({Field.DUE}), writes=frozenset(Side), zone=TOKYO)
    created, later = "2026-11-23T00:00:00+00:00", "2026-11-23T06:00:00+00:00"
    for day, writes in ((None, {(SALESFORCE, Field.DUE)}), ("2026-11-23", set())):
        pair = core.pair.Pair(
            key="k",
            kind=Kind.TASK,
            seen={HUBSPOT: {Field.DUE: later}, SALESFORCE: {Field.DUE: day}},
            base={HUBSPOT: {Field.DUE: created}, SALESFORCE: {Field.DUE: day}},
        )

        assert _written(core, core.plan.plan(pair, rules)) == writes


def test_only_both_directions_make_a_conflict(core: Core) -> None:
    ways = (frozenset({SALESFORCE}), frozenset({HUBSPOT}))
    for writes, (base, one, other) in itertools.product(ways, itertools.product(VALUES, repeat=3)):
        rules = core.pair.Rules(fields=frozenset(FIELDS), writes=writes)
        pair = _pair(
            core,
            dict.fromkeys(FIELDS, base),
            dict.fromkeys(FIELDS, one),
            dict.fromkeys(FIELDS, other),
        )
        actions = core.plan.plan(pair, rules)

        assert not any(isinstance(action, core.plan.Conflict) for action in actions)


def test_a_field_that_happened_to_say_the_same_does_not_speak_for_a_patch_that_never_left(
    core: Core,
) -> None:
    """The side was not read before: one field says what was announced, and the other one still its base."""
    one, other = FIELDS
    base = {one: "a", other: "a"}
    wanted = {one: None, other: "b"}
    intent = Intent(
        operation="update",
        side=HUBSPOT,
        hubspot=wanted,
        salesforce=wanted,
        before={},
        announced_at=NOW,
        run_id=1,
    )

    folded = core.recover.recovered(_pair(core, base, {one: None, other: "a"}, wanted, intent))

    assert folded.base[SALESFORCE] == {one: None, other: "a"}


def test_an_edit_older_than_the_announcement_is_no_edit_of_what_was_written(core: Core) -> None:
    base, older, wanted = (dict.fromkeys(FIELDS, value) for value in ("a", "x", "b"))
    for before, landed in ((older, False), (base, True)):
        intent = Intent(
            operation="update",
            side=HUBSPOT,
            hubspot=wanted,
            salesforce=wanted,
            before=before,
            announced_at=NOW,
            run_id=1,
        )
        folded = core.recover.recovered(_pair(core, base, older, wanted, intent))

        assert folded.base[SALESFORCE] == (wanted if landed else base)
