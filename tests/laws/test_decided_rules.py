"""The rules that SPEC decided where the article is silent, marked [D], as far as pure code keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from pure_core import Core
from small_world import (
    NOW,
    STATUSES,
    TOKYO,
    activity,
    contact,
    context,
    org,
    owner,
    person,
    policy,
    status,
    user,
)

from tandem.errors import Unmappable
from tandem.model import Body, Call, Company, Deal, Field, Kind, Progress, Remark

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


# --------------------------------------------------------------------------- correspondence


def _found(core: Core, about: object, by_id: object = None, by_email: object = None) -> str:
    got = core.correspondence.person_for(about, by_id or {}, by_email or {})
    return str(got.person.id) if isinstance(got, core.correspondence.Found) else str(got.reason)


def test_a_stored_id_comes_before_the_email(core: Core) -> None:
    stored = contact(1, salesforce_lead_id="00QA", emails=("a@example.com",))
    by_email = {"a@example.com": [person("003B")]}

    assert _found(core, stored, {"00QA": person("00QA")}, by_email) == "00QA"
    assert _found(core, stored, {"00QA": person("00QA", is_deleted=True)}, by_email) == "003B"
    assert _found(core, stored, {}, by_email) == "003B"


def test_a_contact_beats_a_lead(core: Core) -> None:
    both = contact(1, salesforce_lead_id="00QA", salesforce_contact_id="003A")
    assert _found(core, both, {"00QA": person("00QA"), "003A": person("003A")}) == "003A"

    old_lead = person("00QA", created_at=NOW - 9 * DAY)
    by_email = {"c1@example.com": [old_lead, person("003A")]}
    assert _found(core, contact(1), None, by_email) == "003A"
    assert _found(core, contact(1), None, {"c1@example.com": [old_lead]}) == "00QA"


def test_a_converted_lead_leads_to_its_contact_and_a_merged_record_to_the_winner(
    core: Core,
) -> None:
    by_id = {
        "00QA": person("00QA", converted_contact_id="003L"),
        "003L": person("003L", is_deleted=True, merged_into="003W"),
        "003W": person("003W"),
    }

    assert _found(core, contact(1, salesforce_lead_id="00QA"), by_id) == "003W"
    assert _found(core, contact(1), by_id, {"c1@example.com": [by_id["00QA"]]}) == "003W"
    ahead = core.correspondence.unread_ids({"00QA": by_id["00QA"]})
    assert frozenset({"003L"}) == ahead
    loop = {"003A": person("003A", is_deleted=True, merged_into="003A")}
    reason = core.reasons.Reason.NO_SALESFORCE_RECORD
    assert reason == _found(core, contact(1, salesforce_contact_id="003A"), loop)


def test_the_oldest_wins_among_doubles_and_deleted_ones_do_not_count(core: Core) -> None:
    doubles = [
        person("003NEW"),
        person("003OLD", created_at=NOW - DAY),
        person("003GONE", created_at=NOW - 9 * DAY, is_deleted=True),
    ]

    assert _found(core, contact(1), None, {"c1@example.com": doubles}) == "003OLD"


def test_secondary_addresses_count_too_after_the_primary_one(core: Core) -> None:
    two = contact(1, emails=("a@example.com", "b@example.com"))
    by_email = {
        "b@example.com": [person("003B", created_at=NOW - DAY)],
        "a@example.com": [person("003A")],
    }

    assert _found(core, two, None, by_email) == "003A"
    assert _found(core, two, None, {"b@example.com": by_email["b@example.com"]}) == "003B"


def test_no_email_and_no_id_is_its_own_reason(core: Core) -> None:
    reasons = core.reasons.Reason

    assert _found(core, contact(1, emails=())) == reasons.NO_EMAIL
    assert _found(core, contact(1)) == reasons.NO_SALESFORCE_RECORD
    stored = contact(1, emails=(), salesforce_contact_id="003A")
    assert _found(core, stored) == reasons.NO_SALESFORCE_RECORD


def test_a_company_is_an_account_by_stored_id_else_by_a_domain_only_one_account_has(
    core: Core,
) -> None:
    company = Company(id="1", domain="example.com", salesforce_account_id="001A")
    account_for = core.correspondence.account_for

    assert account_for(company, {"001A"}, {"example.com": ["001B"]}) == "001A"
    assert account_for(company, {"001B"}, {"example.com": ["001B"]}) == "001B"
    assert account_for(company, set(), {"example.com": ["001B", "001C"]}) is None
    assert account_for(Company(id="1"), set(), {"": ["001B"]}) is None
    assert account_for(company, {"001A", "001M"}, {}, {"1": "001M"}) == "001M"


def test_a_deal_is_an_opportunity_by_stored_id_or_manual_pair_only(core: Core) -> None:
    deal = Deal(id="1", salesforce_opportunity_id="006A")
    opportunity_for = core.correspondence.opportunity_for

    assert opportunity_for(deal, {"006A"}) == "006A"
    assert opportunity_for(deal, set()) is None
    assert opportunity_for(deal, {"006A", "006M"}, {"1": "006M"}) == "006M"


def test_related_to_takes_the_deals_opportunity_else_the_companys_account(core: Core) -> None:
    related_for = core.correspondence.related_for
    someone = person("003A", account_id="001OWN")

    assert related_for(someone, {"5": "006A"}, {"6": "001A"}) == "006A"
    assert related_for(someone, {"5": None}, {"6": "001A"}) == "001A"
    assert related_for(someone, {}, {}) is None
    assert related_for(someone, {"9": "006A", "10": "006B"}, {}) == "006B"
    assert related_for(someone, {}, {"6": "001A", "7": "001OWN"}) == "001OWN"
    assert related_for(None, {}, {"6": "001A", "10": "001B"}) == "001A"


def test_related_to_is_empty_where_the_who_is_a_lead(core: Core) -> None:
    assert core.correspondence.related_for(person("00QA"), {"5": "006A"}, {"6": "001A"}) is None

    lead = context(core, who_id="00QA", what_id="006A")
    assert "WhatId" not in core.salesforce.render_new(activity(Kind.CALL), lead)
    moved = core.salesforce.render(activity(Kind.CALL), {Field.PERSON}, lead)
    assert moved == {"WhoId": "00QA", "WhatId": None}


def test_the_chosen_contact_stays_chosen_through_a_merge(core: Core) -> None:
    winner = contact(2, merged_ids=("1",))
    still_chosen = core.contact_choice.still_chosen

    assert winner == still_chosen("1", [contact(3), winner])
    assert winner == still_chosen("2", [winner])
    assert still_chosen("1", [contact(3)]) is None


# --------------------------------------------------------------------------- owners


def test_owners_match_by_email_whatever_the_case_or_the_sandboxs_suffix(core: Core) -> None:
    how = core.owners.How
    users = [user("005A", email="Hana@Example.com.invalid"), user("005B", email="x@example.com")]

    got = core.owners.match_owners([owner("1", email="hana@example.COM")], users, {})

    assert core.owners.Match("005A", how.EMAIL) == got["1"]


def test_a_name_decides_between_users_of_one_address(core: Core) -> None:
    how = core.owners.How
    users = [
        user("005A", email="team@example.com", name="佐藤 花"),
        user("005B", email="team@example.com", name="ミシェル Ｍａｒｓｈ"),
    ]

    def got(name: str) -> object:
        owners = [owner("1", email="team@example.com", name=name)]
        return core.owners.match_owners(owners, users, {})["1"]

    assert core.owners.Match("005B", how.EMAIL_AND_NAME) == got("ﾐｼｪﾙ marsh")
    assert core.owners.Match(None, how.AMBIGUOUS) == got("Somebody")


def test_manual_pairs_win_and_may_say_nobody(core: Core) -> None:
    how = core.owners.How
    users = [user("005A", email="o1@example.com"), user("005B"), user("005C", active=False)]

    def got(chosen: str | None) -> object:
        return core.owners.match_owners([owner("1")], users, {"1": chosen})["1"]

    assert core.owners.Match("005B", how.MANUAL) == got("005B")
    assert core.owners.Match(None, how.LEFT_OUT) == got(None)
    assert core.owners.Match(None, how.INACTIVE) == got("005C")


def test_no_owner_maps_to_a_queue_or_to_an_inactive_user(core: Core) -> None:
    same = "o1@example.com"
    for unfit in (
        user("00GA", email=same, is_queue=True),
        user("005A", email=same, active=False),
    ):
        assert core.owners.match_owners([owner("1")], [unfit], {})["1"].user_id is None
        assert core.owners.match_owners([owner("1")], [unfit], {"1": unfit.id})["1"].user_id is None
    queue = owner("1", type="QUEUE")
    assert core.owners.match_owners([queue], [user("005A", email=same)], {})["1"].user_id is None


def test_owners_without_an_address_match_nobody(core: Core) -> None:
    for users in ([user("005A", email=None)], [user("005B", email="")]):
        assert core.owners.match_owners([owner("1", email=None)], users, {})["1"].user_id is None


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


# --------------------------------------------------------------------------- what is written


def test_the_due_date_is_the_day_of_the_activity_in_the_accounts_zone(core: Core) -> None:
    late = activity(Kind.CALL, occurred_at=datetime(2026, 11, 22, 15, 30, tzinfo=UTC))

    assert core.salesforce.render_new(late, context(core))["ActivityDate"] == "2026-11-23"
    utc = context(core, zone=UTC)
    assert core.salesforce.render_new(late, utc)["ActivityDate"] == "2026-11-22"


def test_the_subtype_is_call_email_or_task(core: Core) -> None:
    expected = {
        Kind.CALL: "Call",
        Kind.SALES_EMAIL: "Email",
        Kind.MARKETING_EMAIL_OPENED: "Email",
        Kind.NOTE: "Task",
        Kind.FORM_SUBMISSION: "Task",
    }
    for kind, subtype in expected.items():
        assert subtype == core.salesforce.render_new(activity(kind), context(core))["TaskSubtype"]
    for task_type, subtype in (("CALL", "Call"), ("EMAIL", "Email"), ("TODO", "Task")):
        task = activity(Kind.TASK, task_type=task_type)
        assert subtype == core.salesforce.render_new(task, context(core))["TaskSubtype"]


def test_call_direction_duration_and_result_fill_their_own_fields(core: Core) -> None:
    call = activity(
        Kind.CALL, call=Call(direction="inbound", duration_seconds=0, result="Connected")
    )

    task = core.salesforce.render_new(call, context(core))

    got = [task[name] for name in ("CallType", "CallDurationInSeconds", "CallDisposition")]
    assert got == ["Inbound", 0, "Connected"]
    assert "Description" not in task


def test_a_vanished_type_is_reported_and_the_task_written_without_one(core: Core) -> None:
    chosen = core.policy.KindPolicy(enabled=True, salesforce_task_type="Webinar")

    assert core.salesforce.task_type_for(chosen, org()) == (None, True)
    task = core.salesforce.render_new(activity(Kind.CALL), context(core, kind_policy=chosen))
    assert task["Type"] is None


def test_canceled_no_show_and_bounced_are_said_in_comments(core: Core) -> None:
    language = core.policy.Language
    words = {
        Remark.BOUNCED: ("bounced", "バウンス"),
        Remark.CANCELED: ("canceled", "キャンセル"),
        Remark.NO_SHOW: ("show up", "現れません"),
    }
    for remark, (english, japanese) in words.items():
        meeting = activity(Kind.MEETING, remarks=(remark,), body=Body(text="Agenda"))
        for word, chosen in ((english, language.ENGLISH), (japanese, language.JAPANESE)):
            said = core.comments.comments_from(meeting, language=chosen)
            assert word in said
            assert said.endswith("Agenda")


def test_a_form_submission_lists_its_fields_and_page(core: Core) -> None:
    form = activity(
        Kind.FORM_SUBMISSION,
        form_values=(("email", "a@example.com"), ("message", "line 1\nline 2")),
        page_url="https://example.com/contact",
    )

    said = core.comments.comments_from(form, language=core.policy.Language.ENGLISH)

    expected = "email: a@example.com\nmessage: line 1\nline 2\n\nPage: https://example.com/contact"
    assert expected == said


def test_long_comments_are_shortened_at_a_word_with_a_link_to_the_original(core: Core) -> None:
    note = activity(Kind.NOTE, body=Body(text="streets " * 10_000))
    for number in range(8):
        url = f"https://app.hubspot.com/contacts/7/record/0-46/{10**number}"

        said = core.comments.comments_from(note, language=core.policy.Language.ENGLISH, url=url)

        assert 31_900 < len(said) <= 32_000
        text, link = said.rsplit("\n", 1)
        assert text.endswith("streets…")
        assert link == f"(shortened; the whole text: {url})"


def test_lengths_are_counted_in_utf_16_units_and_no_grapheme_is_taken_apart(core: Core) -> None:
    family = "👨‍👩‍👧‍👦"
    called = activity(Kind.CALL, title="xxxx" + family * 30)

    subject = core.subjects.subject_of(called, core.policy.Language.ENGLISH)

    assert subject == "xxxx" + family * 22 + "…"
    assert core.text.utf16_length(subject) <= 255


def test_several_opens_at_once_are_one_task_with_their_number(core: Core) -> None:
    opened = activity(Kind.SALES_EMAIL_OPENED, title="x" * 400, count=3)

    subject = core.subjects.subject_of(opened, core.policy.Language.ENGLISH)

    assert subject.endswith("… ×3")
    assert len(subject) == 255


def test_clearing_is_a_value(core: Core) -> None:
    nothing = activity(Kind.CALL, call=None)

    cleared = core.salesforce.render(nothing, {Field.COMMENTS, Field.CALL}, context(core))

    expected = {
        "Description": None,
        "CallType": None,
        "CallDurationInSeconds": None,
        "CallDisposition": None,
    }
    assert expected == cleared


def test_nothing_the_integration_user_may_not_write_is_ever_written(core: Core) -> None:
    chosen = core.policy.KindPolicy(enabled=True, fixed_fields={"Source__c": "HubSpot"})
    for hidden in ("Type", "Description", "TaskSubtype", "Source__c", "CallType"):
        fields = org().writable_fields - {hidden}
        limited = context(core, org=org(writable_fields=fields), kind_policy=chosen)

        task = core.salesforce.render_new(activity(Kind.CALL, call=Call()), limited)

        assert hidden not in task


def test_without_the_key_field_comments_end_in_the_key(core: Core) -> None:
    bare = context(core, org=org(has_key_field=False))
    note = activity(Kind.NOTE, body=Body(text="word " * 10_000))

    task = core.salesforce.render_new(note, bare)

    assert "Tandem_Key__c" not in task
    assert task["Description"].endswith("[tandem:7-call-101]")
    assert len(task["Description"]) <= 32_000


# --------------------------------------------------------------------------- dates


def test_an_unchanged_day_keeps_its_time_and_an_unchanged_instant_its_day(core: Core) -> None:
    noon = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    base = core.dates.Due(date(2026, 11, 23), noon)
    at_eight = {"due_time": time(8), "zone": TOKYO}

    kept = core.dates.instant_from(date(2026, 11, 23), base=base, **at_eight)
    moved = core.dates.instant_from(date(2026, 11, 24), base=base, **at_eight)

    assert noon == kept
    assert datetime(2026, 11, 23, 23, 0, tzinfo=UTC) == moved
    undated = core.dates.Due(None, noon)
    assert core.dates.day_from(noon, TOKYO, undated) is None
    assert date(2026, 11, 23) == core.dates.day_from(noon + HOUR, TOKYO, undated)


# --------------------------------------------------------------------------- keys


def test_the_key_is_the_same_for_ever_and_holds_nothing_but_safe_characters(core: Core) -> None:
    task_key = core.keys.task_key
    strange = [
        "101",
        "3b2c1d00-1111-4222-8333-444455556666-1763600000123",
        "x" * 200,
        "日本",
        "a b",
        "A",
        "a",
        "-h",
        "",
    ]
    keys = {task_key("7", kind, ident) for kind in Kind for ident in strange}

    assert task_key("7", Kind.CALL, "101") == "7-call-101"
    assert len(Kind) * len(strange) == len({key.lower() for key in keys})
    assert all(len(key) <= 80 and key.isascii() for key in keys)
    assert all(key.replace("-", "").replace("_", "").isalnum() for key in keys)
