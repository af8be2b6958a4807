"""
Every promise of the engine broken on purpose, one at a time, with the stories that must notice.

The rules of the pure core have their own mutants, in ``tests/laws``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MUTANTS", "EngineMutant"]

_ONCE = "tests/scenarios/test_writing_once.py"
_EDITS = "tests/scenarios/test_edits.py"
_THERE = "tests/scenarios/test_tasks_to_hubspot.py"
_BOTH = "tests/scenarios/test_two_way.py"
_LIGHT = "tests/scenarios/test_comes_to_light.py"
_CRASHES = "tests/scenarios/test_two_way_crashes.py"
_ECHO = "tests/scenarios/test_echo_costs.py"
_PLACED = "tests/scenarios/test_two_way_places.py"
_BRAKES = "tests/scenarios/test_brakes.py"


@dataclass(frozen=True)
class EngineMutant:
    """*rule* says what is broken; *old* becomes *new* in one module of ``tandem``; *noticed_by* are stories."""

    rule: str
    module: str
    old: str
    new: str
    noticed_by: tuple[str, ...]


def _mutant(rule: str, module: str, old: str, new: str, *noticed_by: str) -> EngineMutant:
    return EngineMutant(rule, module, old, new, noticed_by)


WRITING = (
    _mutant(
        "nothing is announced before it is written",
        "engine.apply",
        "    await announce(run, ordered)\n",
        "",
        f"{_LIGHT}::test_our_own_write_before_a_crash_is_no_edit_of_the_other_side",
    ),
    _mutant(
        "what was interrupted is forgotten",
        "engine.recover",
        "    links = await run.db(run.store.intents)\n",
        "    links = []\n",
        f"{_ONCE}::test_a_crash_anywhere_neither_loses_nor_doubles",
        f"{_BOTH}::test_an_update_whose_answer_is_lost_is_no_edit_of_hubspots",
    ),
    _mutant(
        "what is not found at once was never written",
        "engine.recover",
        "is_late = run.now - announced_at >= _COMES_TO_LIGHT",
        "is_late = True",
        f"{_LIGHT}::test_an_origin_deleted_while_a_create_is_in_the_dark_leaves_no_orphan",
    ),
    _mutant(
        "a create is repeated where nothing refuses a second one",
        "engine.recover",
        "        return run.schema.key is KeyProperty.UNIQUE\n",
        "        return True\n",
        f"{_LIGHT}::test_without_a_unique_property_a_create_in_the_dark_is_not_repeated_before_it_is_clear",
    ),
    _mutant(
        "a deleted task under the key is no tombstone",
        "engine.adopt",
        "    if task.is_deleted:\n        reason = in_bin(work.side)",
        "    if False:\n        reason = in_bin(work.side)",
        f"{_ONCE}::test_a_task_that_a_person_deleted_is_not_made_again_after_a_restore",
    ),
    _mutant(
        "what a restored database forgot is certainly new",
        "engine.context",
        "if self.restored_at is not None and created_at <= self.restored_at:",
        "if False:",
        f"{_LIGHT}::test_a_database_restored_from_a_minute_ago_doubles_nothing",
    ),
    _mutant(
        "what was not read before it was written says what was agreed",
        "engine.work",
        "        before=work.said_before,\n",
        "",
        f"{_LIGHT}::test_where_salesforce_leads_an_update_in_the_dark_is_repeated_over_an_older_edit",
    ),
    _mutant(
        "a move is taken for landed because HubSpot's record does not tell it",
        "engine.recover",
        "    return {name: value for name, value in said.items() if name not in PLACES}\n",
        "    return {**said}\n",
        f"{_CRASHES}::test_a_task_moved_in_salesforce_moves_once",
    ),
    _mutant(
        "a move is noted before it has landed",
        "engine.work",
        'return work.target.contact_id if work.operation == "create" else work.link.contact_id',
        "return work.target.contact_id",
        f"{_CRASHES}::test_a_task_moved_in_salesforce_moves_once",
    ),
    _mutant(
        "a deletion leaves no copy",
        "engine.apply",
        '        deleting_line(run, work) for work in works if work.operation == "delete" and work.before\n',
        "        deleting_line(run, work) for work in ()\n",
        f"{_LIGHT}::test_a_deletion_whose_settlement_was_lost_can_still_be_taken_back",
    ),
    _mutant(
        "a worker that lost its lease goes on",
        "engine.apply",
        "    # Whoever lost the lease starts no call: the other worker may be writing the same.\n"
        "    await run.db(run.store.check, run.lease)\n",
        "",
        f"{_ONCE}::test_a_worker_that_lost_its_lease_saves_nothing_more",
    ),
    _mutant(
        "a run goes on after the settings have changed",
        "engine.run",
        '    reason = await is_stopped() if plan.works else ""\n',
        '    reason = ""\n',
        f"{_ONCE}::test_switching_off_stops_a_run_before_its_next_write",
    ),
    _mutant(
        "a run that fails forgets what it announced",
        "engine.apply",
        "link if is_held(link) else replace(link, due_at=run.now)",
        "link",
        "tests/scenarios/test_trouble_access.py"
        "::test_a_session_that_ends_between_reading_and_writing_loses_and_doubles_nothing",
    ),
)

READING = (
    _mutant(
        "the search is read strictly after the last look",
        "engine.pull",
        "_OVERLAP = timedelta(seconds=60)",
        "_OVERLAP = timedelta(seconds=-1)",
        f"{_LIGHT}::test_a_record_that_the_index_shows_late_comes_with_the_next_round",
    ),
    _mutant(
        "Salesforce is read without an overlap",
        "engine.salesforce_tasks",
        "_OVERLAP = timedelta(minutes=10)",
        "_OVERLAP = timedelta(0)",
        f"{_LIGHT}::test_a_task_that_is_committed_late_is_not_missed",
    ),
    _mutant(
        "a stamp that was read before is never looked at again",
        "engine.task_plan",
        "        return link.state is not LinkState.PAIRED or not self._says_something_new(task, link)",
        "        return True",
        "tests/scenarios/test_writing_once_hubspot.py::test_an_edit_in_the_very_second_of_a_read_is_not_missed",
    ),
    _mutant(
        "what the integration user edits is an echo",
        "engine.task_plan",
        "        if task.is_deleted or not",
        "        if task.modified_by == self._run.org.user_id:\n            return True\n"
        "        if task.is_deleted or not",
        f"{_LIGHT}::test_an_edit_by_the_integration_user_is_an_edit",
    ),
    _mutant(
        "Tandem's own tasks come back",
        "engine.task_plan",
        "            return link.kind is not Kind.TASK\n        return bool(task.key) or task.is_deleted",
        "            return False\n        return task.is_deleted",
        f"{_THERE}::test_what_tandem_wrote_into_salesforce_never_comes_back",
    ),
    _mutant(
        "what comes by with our own write is our own",
        "engine.plan",
        "        return is_ours and not self._says_something_new(activity, link)\n",
        "        return is_ours\n",
        f"{_ECHO}::test_an_edit_in_the_moment_of_our_own_write_is_not_taken_for_it",
    ),
    _mutant(
        "the checkpoint is saved before the work",
        "engine.run",
        "    works, disputed = await without_disputes(run, plan.works)\n",
        "    await settle(run, (), batch.checkpoints)\n"
        "    works, disputed = await without_disputes(run, plan.works)\n"
        '    run.at("announced")\n',
        f"{_LIGHT}::test_a_checkpoint_is_never_ahead_of_its_work",
    ),
)

DECIDING = (
    _mutant(
        "an empty value is no value",
        "engine.task_writes",
        "            if name not in present or (present[name] or None) != (value or None)\n        }\n"
        "        agreed",
        "            if value\n        }\n        agreed",
        f"{_BOTH}::test_cleared_comments_are_cleared_on_the_other_side",
    ),
    _mutant(
        "a task moved alike in both CRMs is a conflict",
        "engine.task_view",
        "            if which not in PLACES:\n",
        "            if True:\n",
        f"{_CRASHES}::test_a_task_moved_alike_in_both_crms_is_no_conflict",
    ),
    _mutant(
        "a person who is not in HubSpot holds back every other edit",
        "engine.task_writes",
        "        if Field.PERSON in fields and self._is_nowhere(pair):\n            rest = fields - {Field.PERSON}\n",
        "        if Field.PERSON in fields and self._is_nowhere(pair):\n            rest = frozenset[Field]()\n",
        f"{_PLACED}::test_a_move_to_somebody_unknown_holds_back_no_other_edit",
    ),
    _mutant(
        "HubSpot is written without being looked at",
        "engine.task_reading",
        "        return self._view.rules(pair.link).is_two_way or (",
        "        return (",
        f"{_LIGHT}::test_an_edit_that_the_search_does_not_show_yet_is_seen_before_it_is_overwritten",
    ),
    _mutant(
        "the newest edit is not asked for",
        "engine.two_way",
        "        known = await self._reader.timed(known)\n",
        "",
        f"{_BOTH}::test_the_newest_edit_of_one_field_wins_and_the_other_is_kept",
    ),
    _mutant(
        "what loses a conflict is not kept",
        "engine.apply",
        "        unit.keep_conflicts(fresh)\n",
        "",
        f"{_BOTH}::test_the_newest_edit_of_one_field_wins_and_the_other_is_kept",
    ),
    _mutant(
        "what a person wrote where an edit goes is not kept",
        "engine.apply",
        "    covered = [replaced_line(run, work) for work in works if work.replaced]\n",
        "    covered = []\n",
        f"{_LIGHT}::test_what_a_person_wrote_is_kept_even_if_nothing_is_saved_after_the_write",
    ),
    _mutant(
        "a moved task stays on its old contact as well",
        "engine.task_writes",
        "    gone = tuple(one for one in removed if one is not None and one != added)\n",
        "    gone = ()\n",
        f"{_BOTH}::test_a_task_moved_to_another_person_moves_in_hubspot",
    ),
    _mutant(
        "a kind that is off follows what was edited meanwhile",
        "engine.again",
        "        return before < newest <= since\n",
        "        return False\n",
        f"{_EDITS}::test_what_was_edited_while_a_kind_was_off_is_the_new_base",
    ),
)

ASKING = (
    _mutant(
        "a mass deletion is carried out without asking",
        "engine.brakes",
        "        if deletes and self._deleted > max(_FEW, _SHARE * looked_at):\n",
        "        if False:\n",
        f"{_BRAKES}::test_a_mass_deletion_asks_first_and_goes_through_once_it_is_meant",
    ),
    _mutant(
        "an account that is suddenly empty is believed",
        "engine.brakes",
        "        if gone > _FEW and gone >= _NEARLY_ALL * looked_at:\n",
        "        if False:\n",
        f"{_BRAKES}::test_an_account_that_is_suddenly_empty_asks_whatever_the_policy",
    ),
    _mutant(
        "automations that disagree are written along with for ever",
        "engine.disagreement",
        "        if len(of_field) >= _OFTEN and repeated:\n",
        "        if False:\n",
        f"{_BRAKES}::test_two_automations_that_disagree_are_parked_with_both_values",
    ),
)

MUTANTS = (*WRITING, *READING, *DECIDING, *ASKING)
