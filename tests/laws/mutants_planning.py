"""Rules of the two-way core, each broken once."""

from __future__ import annotations

from mutant import mutant

__all__ = ["PLAN"]

_ARTICLE = "test_article_rules"
_PLAN = "test_plan_laws"
_TWO_WAY = "test_two_way_laws"

PLAN = (
    mutant(
        "the sides are compared with each other, not with their base",
        "sync.merge",
        "return not is_same(field, seen[field], base[field], rules.zone)",
        "return bool(seen[field])",
        f"{_PLAN}.test_a_one_sided_edit_always_wins",
    ),
    mutant(
        "clearing is no edit",
        "sync.merge",
        "return not is_same(field, seen[field], base[field], rules.zone)",
        "return seen[field] is not None and not is_same(field, seen[field], base[field], rules.zone)",
        f"{_PLAN}.test_a_one_sided_edit_always_wins",
    ),
    mutant(
        "other markup is another text",
        "sync.merge",
        "return base.stored != seen.stored and base.canonical != seen.canonical",
        "return base.stored != seen.stored",
        f"{_PLAN}.test_a_text_has_changed_only_if_both_its_bytes_and_its_meaning_have",
    ),
    mutant(
        "a library's upgrade is another text",
        "sync.merge",
        "return base.stored != seen.stored and base.canonical != seen.canonical",
        "return base.canonical != seen.canonical",
        f"{_PLAN}.test_a_text_has_changed_only_if_both_its_bytes_and_its_meaning_have",
    ),
    mutant(
        "another hour is another day",
        "sync.merge",
        "return day is not None and day == _day(other, zone)",
        "return False",
        f"{_PLAN}.test_another_time_of_the_same_day_is_no_change_of_the_due_date",
    ),
    mutant(
        "a side that is not written is written",
        "sync.merge",
        "return source if rules.is_written(source.other, field) else None",
        "return source",
        f"{_PLAN}.test_a_side_that_is_not_written_stays_as_it_is",
    ),
    mutant(
        "agreeing edits are a conflict",
        "sync.merge",
        "return Move.ALIKE if _agree(field, pair, rules) else Move.APART",
        "return Move.APART",
        f"{_PLAN}.test_both_sides_saying_the_same_anew_asks_for_no_write",
    ),
    mutant(
        "HubSpot wins what cannot be told apart",
        "sync.merge",
        "hubspot - salesforce <= SAME_TIME",
        "hubspot < salesforce",
        f"{_PLAN}.test_the_newest_edit_wins_and_salesforce_wins_what_cannot_be_told_apart",
    ),
    mutant(
        "the rule for conflicts is not asked",
        "sync.merge",
        "        case ConflictRule.HUBSPOT:\n            return Side.HUBSPOT",
        "        case ConflictRule.HUBSPOT:\n            return Side.SALESFORCE",
        f"{_PLAN}.test_exchanging_the_sides_exchanges_the_plan",
    ),
    mutant(
        "the clock closes over a person's head",
        "sync.merge",
        "    if field in pair.by_clock:\n        return Side.SALESFORCE\n",
        "",
        f"{_PLAN}.test_the_clock_never_closes_a_meeting_over_a_persons_head",
    ),
    mutant(
        "the clock closes without looking",
        "sync.plan",
        "if name in pair.by_clock and isinstance(pair.seen[source.other], Presence):",
        "if False:",
        f"{_PLAN}.test_the_clock_never_closes_a_meeting_over_a_persons_head",
    ),
    mutant(
        "conflicts are not reported",
        "sync.plan",
        "if move is Move.APART and rules.goes_both_ways(name):",
        "if False:",
        f"{_PLAN}.test_every_edit_survives_or_is_named_in_a_conflict",
    ),
    mutant(
        "a delete beats an edit",
        "sync.plan",
        "if any(has_moved(name, left, pair, rules) for name in rules.fields):",
        "if False:",
        f"{_PLAN}.test_an_edit_beats_a_delete",
    ),
    mutant(
        "deletes are repeated without looking for an edit",
        "sync.plan",
        "    if isinstance(pair.seen[left], Presence):\n        return (Look(left),)\n",
        "",
        f"{_PLAN}.test_an_edit_beats_a_delete",
    ),
    mutant(
        "the delete policy is not asked",
        "sync.plan",
        "if left not in rules.writes or rules.delete_policy is DeletePolicy.KEEP:",
        "if left not in rules.writes:",
        f"{_PLAN}.test_an_untouched_record_goes_the_way_of_the_delete_policy",
    ),
    mutant(
        "what is removed is created again",
        "sync.plan",
        "        if other is NEVER:\n            return (Create(side.other),)",
        "        if other in (NEVER, GONE):\n            return (Create(side.other),)",
        f"{_PLAN}.test_the_key_of_a_removed_record_is_a_tombstone",
    ),
    mutant(
        "what exists is created again",
        "sync.plan",
        "return (Settle(hubspot=hubspot, salesforce=salesforce),)",
        "return (Create(Side.SALESFORCE),)",
        f"{_PLAN}.test_what_exists_unlinked_is_adopted_and_never_overwritten",
    ),
    mutant(
        "absence is deletion",
        "sync.plan",
        "        return (Wait(Reason.OUTCOME_UNKNOWN),)\n    if target is GONE",
        "        return (Unlink(Reason.DELETED_IN_SALESFORCE),)\n    if target is GONE",
        f"{_PLAN}.test_a_record_looked_for_in_vain_where_look_ups_lag_is_waited_for",
    ),
    mutant(
        "an intent is not looked into",
        "sync.plan",
        "    if target is UNREAD:\n        return (Look(pair.written),)\n",
        "",
        f"{_PLAN}.test_an_intent_is_looked_into_before_anything_is_written",
    ),
    mutant(
        "no intent: our own write is an edit of the other side",
        "sync.recover",
        "            return replace(settled, base=_folded(base, announced, pair.written, target))",
        "            return replace(settled, base=base)",
        f"{_PLAN}.test_an_interrupted_update_is_repeated_exactly_if_it_did_not_land",
    ),
    mutant(
        "an announced write is taken for done",
        "sync.recover",
        "    if not _has_landed(touched, base[written], announced[written], seen):\n        return base\n",
        "",
        f"{_PLAN}.test_an_interrupted_update_is_repeated_exactly_if_it_did_not_land",
    ),
    mutant(
        "the base is what is seen, so an edit after a create is lost",
        "sync.recover",
        '        case "create":\n            return replace(settled, base=announced)',
        '        case "create":\n            return replace(settled, base={**announced, pair.written: target})',
        f"{_PLAN}.test_an_edit_after_an_interrupted_create_stays_an_edit",
    ),
    mutant(
        "two-way is about every kind",
        "sync.pair",
        "if kind is Kind.TASK and policy.salesforce_task_sync:",
        "if policy.salesforce_task_sync:",
        f"{_ARTICLE}.test_two_way_is_about_tasks_only_and_is_both_switches_on",
    ),
    mutant(
        "a field left out on one side is written there",
        "sync.pair",
        "return side in self.writes and (side, name) not in self.left_out",
        "return side in self.writes",
        f"{_TWO_WAY}.test_a_field_left_out_on_one_side_is_never_written_there_and_always_follows_on_the_other",
    ),
    mutant(
        "an announced write is always one to Salesforce",
        "sync.pair",
        "return self.intent.side if self.intent is not None else Side.SALESFORCE",
        "return Side.SALESFORCE",
        f"{_TWO_WAY}.test_an_interrupted_write_is_recovered_on_either_side_alike",
    ),
    mutant(
        "what was not asked about counts as landed",
        "sync.recover",
        "touched = [name for name in _touched(base, announced) if name in seen]",
        "touched = _touched(base, announced)",
        f"{_TWO_WAY}.test_what_the_written_side_was_not_asked_about_is_decided_about_anew",
    ),
    mutant(
        "not found where a search lags is not there",
        "sync.plan",
        "    if target is UNSEEN:\n        return (Wait(Reason.OUTCOME_UNKNOWN),)\n",
        "",
        f"{_TWO_WAY}.test_a_create_that_is_not_found_where_searches_lag_waits_whoever_was_deleted",
    ),
    mutant(
        "a due time on the day of creation is no edit",
        "sync.merge",
        "if field is Field.DUE and _stands_for_no_day(side, pair):",
        "if False:",
        f"{_TWO_WAY}.test_a_due_time_on_the_day_that_stood_for_none_is_an_edit",
    ),
    mutant(
        "a field that was not read speaks for the whole patch",
        "sync.recover",
        "name for name in told if name in before and not _is_alike(name, announced, before)",
        "name for name in told if name not in before or not _is_alike(name, announced, before)",
        f"{_TWO_WAY}.test_a_field_that_happened_to_say_the_same_does_not_speak_for_a_patch_that_never_left",
    ),
    mutant(
        "an interrupted write is judged by the base alone",
        "sync.recover",
        "before = base[intent.side] if intent.before is None else intent.before",
        "before = base[intent.side]",
        f"{_TWO_WAY}.test_an_edit_older_than_the_announcement_is_no_edit_of_what_was_written",
    ),
)
