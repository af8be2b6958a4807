"""The rules that SPEC decided where the article is silent, marked [D]: what stands in a task."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from pure_core import Core
from small_world import (
    TOKYO,
    activity,
    context,
    org,
)

from tandem.model import Body, Call, Field, Kind, Remark

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
    assert date(2026, 11, 23) == core.dates.day_from(noon + timedelta(hours=1), TOKYO, undated)


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
