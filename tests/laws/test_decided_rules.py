"""The rules that SPEC decided where the article is silent, marked [D]: what syncs, in which state, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pure_core import Core
from small_world import (
    NOW,
    STATUSES,
    activity,
    contact,
    context,
    policy,
    status,
)

from tandem.errors import Unmappable
from tandem.model import Field, Kind, Progress, Remark

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# --------------------------------------------------------------------------- eligibility


def test_older_is_judged_by_creation_never_by_the_last_edit_or_the_day_it_is_about(
    core: Core,
) -> None:
    about_last_month = activity(Kind.CALL, created_at=NOW, occurred_at=NOW - 30 * DAY)

    got = core.eligibility.verdict(about_last_month, policy(core, Kind.CALL), now=NOW)

    assert core.eligibility.Go() == got


def test_scheduled_emails_and_queued_calls_wait(core: Core) -> None:
    for kind in (Kind.SALES_EMAIL, Kind.CALL):
        pending = activity(kind, progress=Progress.PENDING, occurred_at=NOW + HOUR)

        got = core.eligibility.verdict(pending, policy(core, kind), now=NOW)

        assert core.eligibility.Wait(core.reasons.Reason.NOT_FINISHED, NOW + HOUR) == got
        late = activity(kind, progress=Progress.PENDING, occurred_at=NOW - HOUR)
        assert core.eligibility.Wait(core.reasons.Reason.NOT_FINISHED) == core.eligibility.verdict(
            late, policy(core, kind), now=NOW
        )


def test_failed_emails_are_skipped(core: Core) -> None:
    failed = activity(Kind.SALES_EMAIL, progress=Progress.FAILED)

    got = core.eligibility.verdict(failed, policy(core, Kind.SALES_EMAIL), now=NOW)

    assert core.eligibility.Skip(core.reasons.Reason.FAILED) == got


def test_bot_events_are_skipped_unless_the_switch_lets_them_through(core: Core) -> None:
    kind = Kind.MARKETING_EMAIL_OPENED
    bot = activity(kind, is_bot=True)

    skip = core.eligibility.Skip(core.reasons.Reason.BOT)
    assert skip == core.eligibility.verdict(bot, policy(core, kind), now=NOW)
    lenient = policy(core, kind, skip_bots=False)
    assert core.eligibility.Go() == core.eligibility.verdict(bot, lenient, now=NOW)


def test_a_record_tandem_wrote_does_not_go_back(core: Core) -> None:
    ours = activity(Kind.TASK, tandem_key="00D-00T")

    got = core.eligibility.verdict(ours, policy(core, Kind.TASK), now=NOW)

    assert core.eligibility.Skip(core.reasons.Reason.WRITTEN_BY_TANDEM) == got


@pytest.mark.parametrize(
    ("member", "kind", "matching", "other"),
    [
        ("forms", Kind.FORM_SUBMISSION, {"source_id": "f1"}, {"source_id": "f2"}),
        ("campaigns", Kind.MARKETING_EMAIL_OPENED, {"source_id": "c1"}, {"source_id": "c2"}),
        ("owners", Kind.CALL, {"owner_id": "o1"}, {"owner_id": None}),
    ],
)
def test_a_filter_lets_only_its_own_through(
    core: Core, member: str, kind: Kind, matching: dict[str, str], other: dict[str, str]
) -> None:
    names = frozenset({"f1", "c1", "o1"})
    rules = policy(core, kind, filter=core.policy.ActivityFilter(**{member: names}))

    assert core.eligibility.Go() == core.eligibility.verdict(
        activity(kind, **matching), rules, now=NOW
    )
    skip = core.eligibility.Skip(core.reasons.Reason.FILTERED, member)
    assert skip == core.eligibility.verdict(activity(kind, **other), rules, now=NOW)


def test_a_subject_filter_wants_any_of_its_texts_whatever_their_case(core: Core) -> None:
    wanted = core.policy.ActivityFilter(subject_contains=("Quote", "見積"))
    rules = policy(core, Kind.MEETING, filter=wanted)

    for title in ("About the QUOTE", "お見積りの件"):
        meeting = activity(Kind.MEETING, title=title)
        assert core.eligibility.Go() == core.eligibility.verdict(meeting, rules, now=NOW)
    lunch = activity(Kind.MEETING, title="Lunch")
    skip = core.eligibility.Skip(core.reasons.Reason.FILTERED, "subject_contains")
    assert skip == core.eligibility.verdict(lunch, rules, now=NOW)


def test_widening_a_filter_starts_from_then_on_for_what_it_adds(core: Core) -> None:
    policies = core.policy
    narrow = policies.ActivityFilter(owners=frozenset({"o1"}))
    former = policies.FormerFilter(until=NOW, filter=narrow)
    rules = policy(core, Kind.CALL, former_filters=(former,))

    before = activity(Kind.CALL, created_at=NOW - MINUTE, owner_id="o2")
    skip = core.eligibility.Skip(core.reasons.Reason.FILTERED, "owners")
    assert skip == core.eligibility.verdict(before, rules, now=NOW)
    for fits in (replace(before, owner_id="o1"), replace(before, created_at=NOW)):
        assert core.eligibility.Go() == core.eligibility.verdict(fits, rules, now=NOW)


def test_an_inclusion_list_limits_which_contacts_sync(core: Core) -> None:
    limited = core.policy.Policy(inclusion_list="9")
    members = {"9": frozenset({"1", "7"})}

    for member in (contact(1), contact(2, merged_ids=("7",))):
        got = core.eligibility.contact_verdict(member, activity(Kind.CALL), limited, members)
        assert core.eligibility.Go() == got
    skip = core.eligibility.Skip(core.reasons.Reason.NOT_ON_INCLUSION_LIST)
    assert skip == core.eligibility.contact_verdict(
        contact(3), activity(Kind.CALL), limited, members
    )
    everyone = core.policy.Policy()
    assert core.eligibility.Go() == core.eligibility.contact_verdict(
        contact(3), activity(Kind.CALL), everyone, {}
    )


def test_a_kinds_list_filter_wants_any_of_its_lists(core: Core) -> None:
    chosen = core.policy.ActivityFilter(lists=frozenset({"9", "10"}))
    rules = policy(core, Kind.CALL, filter=chosen)
    members = {"9": frozenset({"1"}), "10": frozenset({"2"})}

    for number in (1, 2):
        got = core.eligibility.contact_verdict(contact(number), activity(Kind.CALL), rules, members)
        assert core.eligibility.Go() == got
    skip = core.eligibility.Skip(core.reasons.Reason.FILTERED, "lists")
    assert skip == core.eligibility.contact_verdict(contact(3), activity(Kind.CALL), rules, members)


# --------------------------------------------------------------------------- status


def _closed(core: Core, one: object, **choices: object) -> bool:
    return bool(core.status.is_closed(one, core.policy.KindPolicy(**choices), NOW))


def test_calls_notes_emails_opens_and_clicks_arrive_completed(core: Core) -> None:
    for kind in Kind:
        if kind not in (Kind.MEETING, Kind.TASK):
            assert _closed(core, activity(kind))


def test_a_meeting_is_closed_once_its_outcome_is_completed_or_its_end_has_passed(
    core: Core,
) -> None:
    def meeting(**changes: object) -> object:
        return activity(Kind.MEETING, progress=Progress.OPEN, **changes)

    assert not _closed(core, meeting(occurred_at=NOW - HOUR, ends_at=NOW + MINUTE))
    assert not _closed(core, meeting(occurred_at=NOW + HOUR))
    assert _closed(core, meeting(occurred_at=NOW - HOUR, ends_at=NOW))
    assert _closed(core, meeting(occurred_at=NOW - HOUR))
    assert _closed(core, meeting(ends_at=NOW + HOUR, status="COMPLETED"))
    for remark in (Remark.CANCELED, Remark.NO_SHOW):
        assert _closed(core, meeting(ends_at=NOW + HOUR, remarks=(remark,)))


def test_a_timer_closes_a_meeting_and_is_told_from_a_person_doing_so(core: Core) -> None:
    rules = core.policy.KindPolicy()
    ahead = activity(Kind.MEETING, progress=Progress.OPEN, ends_at=NOW + HOUR)
    over = activity(Kind.MEETING, progress=Progress.OPEN, ends_at=NOW - HOUR)
    done = activity(Kind.MEETING, status="COMPLETED", ends_at=NOW - HOUR)

    assert core.status.closes_at(ahead, rules, NOW) == NOW + HOUR
    assert core.status.closes_at(over, rules, NOW) is None
    assert core.status.closes_by_clock(over, NOW)
    assert not core.status.closes_by_clock(done, NOW)
    assert not core.status.closes_by_clock(ahead, NOW)


def test_a_task_carries_its_own_status(core: Core) -> None:
    expected = {
        "NOT_STARTED": "Not Started",
        "IN_PROGRESS": "In Progress",
        "WAITING": "Waiting on someone else",
        "COMPLETED": "Completed",
        "DEFERRED": "Deferred",
    }
    for word, value in expected.items():
        progress = Progress.DONE if word == "COMPLETED" else Progress.OPEN
        task = activity(Kind.TASK, status=word, progress=progress, occurred_at=NOW - 9 * DAY)
        assert value == core.salesforce.render_new(task, context(core))["Status"]


def test_a_status_the_org_lacks_or_nobody_knows_goes_by_open_or_done(core: Core) -> None:
    few = (status("Done", 5, closed=True), status("Open", 2), status("New", 9, default=True))

    def got(word: str, progress: Progress, mapped: dict[str, str]) -> str:
        task = activity(Kind.TASK, status=word, progress=progress)
        return str(core.status.task_status(task, few, mapped))

    assert got("WAITING", Progress.OPEN, {}) == "New"
    assert got("WAITING", Progress.OPEN, {"WAITING": "Open"}) == "Open"
    assert got("WAITING", Progress.OPEN, {"WAITING": "Vanished"}) == "New"
    assert got("1234567", Progress.DONE, {}) == "Done"
    assert got("1234567", Progress.OPEN, {}) == "New"


def test_completed_is_the_chosen_value_else_completed_else_the_first_closed(core: Core) -> None:
    statuses = (
        *STATUSES,
        status("Cancelled", 9, closed=True),
        status("Won", 2, closed=True),
    )

    assert core.status.completed_status(statuses, "Won") == "Won"
    assert core.status.completed_status(statuses, "In Progress") == "Completed"
    assert core.status.completed_status(statuses, "Vanished") == "Completed"
    reopened = (status("Completed", 1), *statuses[5:])
    assert core.status.completed_status(reopened) == "Won"
    with pytest.raises(Unmappable):
        core.status.completed_status((status("Open", 1),))


def test_a_kind_may_be_always_open_or_always_closed(core: Core) -> None:
    choice = core.policy.StatusChoice
    ahead = activity(Kind.MEETING, progress=Progress.OPEN, ends_at=NOW + HOUR)

    assert _closed(core, ahead, status=choice.CLOSED)
    assert not _closed(core, activity(Kind.CALL), status=choice.OPEN)
    open_call = core.policy.KindPolicy(status=choice.OPEN)
    task = core.salesforce.render_new(activity(Kind.CALL), context(core, kind_policy=open_call))
    assert task["Status"] == "Not Started"
    assert Field.STATUS not in core.salesforce.followed_fields(Kind.CALL, open_call)


# --------------------------------------------------------------------------- timetable


def test_a_waiting_activity_is_tried_at_1_and_15_minutes_6_hours_then_daily_for_30_days(
    core: Core,
) -> None:
    tried, now, attempts = [], NOW, 0
    while (due := core.schedule.next_try(NOW, attempts, now)) is not None:
        assert due > now
        tried.append(due - NOW)
        now, attempts = due, attempts + 1

    assert [MINUTE, 15 * MINUTE, 6 * HOUR, *(DAY * n for n in range(1, 31))] == tried


def test_a_service_that_slept_tries_once_and_not_once_for_each_time_missed(core: Core) -> None:
    awake = NOW + 10 * DAY + HOUR

    assert core.schedule.next_try(NOW, 1, awake) == NOW + 11 * DAY
    assert core.schedule.next_try(NOW, 3, NOW + 30 * DAY) is None


def test_a_young_record_is_looked_at_again_at_60_seconds_and_15_minutes(core: Core) -> None:
    second = timedelta(seconds=1)
    second_look = core.schedule.second_look

    assert NOW + 60 * second == second_look(NOW, 0, NOW + 59 * second)
    assert second_look(NOW, 0, NOW + 60 * second) is None
    assert second_look(NOW, 1, NOW + 61 * second) == NOW + 15 * MINUTE
    assert second_look(NOW, 2, NOW + 15 * MINUTE) is None
