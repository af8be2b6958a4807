from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tandem.errors import SettingsError
from tandem.mapping.comments import comments_from
from tandem.mapping.marks import canonical_text, mark_of, marker
from tandem.mapping.normal_form import TextForm, normal_text
from tandem.mapping.salesforce import (
    FIELDS_READ,
    TaskContext,
    base_of,
    is_same_task,
    render,
    render_new,
    seen_fields,
    seen_in_salesforce,
)
from tandem.mapping.subjects import check_template, first_line, subject_of
from tandem.mapping.text import clean, cut
from tandem.model import Activity, Body, Call, Field, Kind, Org, TaskStatus, TextMark
from tandem.sync.merge import has_changed
from tandem.sync.policy import KindPolicy, Language

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MARK = marker(b"a key")
STATUSES = (
    TaskStatus(value="Not Started", label="", closed=False, default=True, sort_order=1),
    TaskStatus(value="Completed", label="", closed=True, default=False, sort_order=2),
)


def _org(**changes: Any) -> Org:
    values: dict[str, Any] = {
        "id": "00D",
        "name": "Example",
        "is_sandbox": False,
        "user_id": "005",
        "user_name": "me",
        "statuses": STATUSES,
        "priorities": ("High", "Normal", "Low"),
        "task_types": ("Call",),
        "task_fields": FIELDS_READ,
        "writable_fields": FIELDS_READ | {"RecordTypeId", "Source__c"},
        "has_key_field": True,
        "default_priority": "Normal",
    }
    return Org(**{**values, **changes})


def _context(**changes: Any) -> TaskContext:
    values: dict[str, Any] = {"org": _org(), "zone": ZoneInfo("Asia/Tokyo"), "now": NOW, "key": "k"}
    return TaskContext(**{**values, **changes})


def _activity(kind: Kind = Kind.NOTE, **changes: Any) -> Activity:
    return Activity(kind=kind, id="1", created_at=NOW, occurred_at=NOW, **changes)


# --------------------------------------------------------------------------- subjects


@pytest.mark.parametrize(
    ("one", "english", "japanese"),
    [
        (_activity(Kind.CALL), "Call", "コール"),
        (_activity(Kind.MEETING), "Meeting", "ミーティング"),
        (_activity(Kind.TASK, title="Call back"), "Call back", "Call back"),
        (_activity(Kind.NOTE, body=Body(html="<p> </p><p>First</p><p>x")), "Note: First", "メモ:First"),
        (_activity(Kind.NOTE), "Note", "メモ"),
        (_activity(Kind.SALES_EMAIL), "(no subject)", "(件名なし)"),
        (_activity(Kind.MARKETING_EMAIL_CLICKED, title="A"), "Clicked: A", "クリック済み:A"),
        (_activity(Kind.SALES_EMAIL_OPENED, title="A", count=2), "Opened: A ×2", "開封済み:A ×2"),
        (_activity(Kind.INTEGRATION_EVENT, title="Expo", state="ATTENDED"), "Expo: Attended", "Expo:参加済み"),
        (_activity(Kind.INTEGRATION_EVENT, title="Expo", state="LATER"), "Expo: LATER", "Expo:LATER"),
        (_activity(Kind.INTEGRATION_EVENT, title="Expo"), "Expo", "Expo"),
        (_activity(Kind.MESSAGE, title="SMS", body=Body(html="a < b\nc")), "SMS: a < b", "SMS:a < b"),
        (_activity(Kind.MESSAGE), "Message", "メッセージ"),
        (_activity(Kind.POSTAL_MAIL, body=Body(text="Letter")), "Postal mail: Letter", "郵便:Letter"),
    ],
)  # fmt: skip
def test_the_catalogue_has_a_word_for_everything(
    one: Activity, english: str, japanese: str
) -> None:
    assert subject_of(one, Language.ENGLISH) == english
    assert subject_of(one, Language.JAPANESE) == japanese


def test_braces_in_a_title_are_only_text() -> None:
    odd = _activity(Kind.SALES_EMAIL_OPENED, title="{} {subject} {0}")

    assert subject_of(odd, Language.ENGLISH) == "Opened: {} {subject} {0}"
    assert subject_of(odd, Language.ENGLISH, "x {title}") == "x {} {subject} {0}"


def test_a_template_fills_its_variables() -> None:
    call = _activity(Kind.CALL, title="Hello", count=1)

    assert subject_of(call, Language.JAPANESE, "[{kind}] {subject}") == "[コール] Hello"
    assert subject_of(call, Language.ENGLISH, "{first_line}") == "Hello"


@pytest.mark.parametrize(
    "text", ["{owner}", "{title!r}", "{title:>10}", "{", "{title.upper}", "{0}", "{}", " ", "}"]
)
def test_a_template_that_cannot_be_filled_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        check_template(text)


def test_a_good_template_is_accepted() -> None:
    check_template("{{x}} {subject} {title} {first_line} {state} {count} {kind}")


def test_a_first_line_is_of_the_text_and_not_of_its_markup() -> None:
    assert (
        first_line(Body(html="<!-- c --><style>x</style><div><b>Bold</b> &amp; co<br>n"))
        == "Bold & co"
    )
    assert first_line(Body(html="line one\nline two")) == "line one"
    assert first_line(Body(preview="p")) == "p"


# --------------------------------------------------------------------------- marks


def test_a_mark_is_worked_out_in_full_only_when_asked() -> None:
    asked = []

    def form(text: str) -> str:
        asked.append(text)
        return text

    mark = mark_of("some text", MARK, form)
    assert mark is not None
    assert not has_changed(mark, TextMark(mark.stored, "other"))
    assert asked == []
    assert mark.canonical == mark.canonical
    assert asked == ["some text"]


def test_a_mark_is_stored_as_its_two_halves() -> None:
    mark = mark_of("<p>a</p>", MARK)
    assert mark is not None

    stored = msgspec.json.decode(msgspec.json.encode(mark), type=TextMark)

    assert stored == TextMark(mark.stored, mark.canonical)
    assert MARK("x") != marker(b"another key")("x")
    assert mark_of("", MARK) is None


def test_canonical_text_ignores_markup_and_white_space() -> None:
    assert canonical_text('<p class="x">a&amp;b</p>\n c') == "a&bc" == canonical_text("a&b <br/>c")


# --------------------------------------------------------------------------- seen and written


def test_what_hubspot_says_is_raw_and_changes_only_with_hubspot() -> None:
    mail = _activity(Kind.SALES_EMAIL, title="Quote", owner_id="5", body=Body(html="<p>Hi</p>"))
    said = seen_fields(mail, NOW, MARK, person="77")

    assert said[Field.SUBJECT] == "Quote"
    assert said[Field.STATUS] == "closed"
    assert said[Field.DUE] == "2026-11-23T09:00:00+00:00"
    assert said[Field.OWNER] == "5"
    assert said[Field.PERSON] == "77"
    edited = seen_fields(replace(mail, body=Body(html="<p>Ho</p>")), NOW, MARK, person="77")
    assert [name for name in said if has_changed(said[name], edited[name])] == [Field.COMMENTS]


def test_a_note_is_renamed_only_if_its_first_line_changes() -> None:
    def said(html: str) -> Any:
        return seen_fields(_activity(body=Body(html=html)), NOW, MARK)[Field.SUBJECT]

    assert not has_changed(said("<p>First</p><p>a</p>"), said("<p>First</p><p>b</p>"))
    assert has_changed(said("<p>First</p>"), said("<p>Other</p>"))


def test_the_order_of_attachments_carries_no_meaning() -> None:
    def said(*ids: str) -> Any:
        return seen_fields(_activity(attachment_ids=ids), NOW, MARK)[Field.COMMENTS]

    assert not has_changed(said("1", "2"), said("2", "1"))
    assert has_changed(said("1", "2"), said("1"))


def test_a_patch_says_only_the_fields_asked_for() -> None:
    call = _activity(Kind.CALL, title="New title", owner_id="5")

    assert render(call, {Field.SUBJECT}, _context()) == {"Subject": "New title"}
    assert render(call, {Field.TYPE}, _context()) == {"Type": None}
    assert render(call, {Field.OWNER}, _context(assignee_id="005A")) == {"OwnerId": "005A"}
    assert render(call, set(), _context()) == {}


@pytest.mark.parametrize(
    ("word", "mapped", "priorities", "expected"),
    [
        ("HIGH", {}, ("High", "Normal", "Low"), "High"),
        ("MEDIUM", {}, ("High", "Normal", "Low"), "Normal"),
        ("LOW", {}, ("High", "Normal"), "Normal"),
        ("NONE", {}, ("High", "Normal", "Low"), "Normal"),
        (None, {}, ("High", "Normal", "Low"), "Normal"),
        ("HIGH", {"HIGH": "Top"}, ("Top", "Normal"), "Top"),
        ("HIGH", {"HIGH": "Gone"}, ("Urgent", "Normal"), "Urgent"),
    ],
)
def test_priority_speaks_the_orgs_words(
    word: str | None, mapped: dict[str, str], priorities: tuple[str, ...], expected: str
) -> None:
    org = _org(priorities=priorities, high_priorities=("Urgent",))
    task = _activity(Kind.TASK, priority=word, title="t")

    assert render(task, {Field.PRIORITY}, _context(org=org, priority_map=mapped)) == {
        "Priority": expected
    }


def test_fixed_values_and_the_record_type_are_set_on_creation_only() -> None:
    policy = KindPolicy(enabled=True, fixed_fields={"Source__c": "HubSpot"})
    context = _context(kind_policy=policy, record_type_id="012A")

    task = render_new(_activity(), context)

    assert (task["Source__c"], task["RecordTypeId"]) == ("HubSpot", "012A")
    assert render(_activity(), {Field.SUBJECT}, context).keys() == {"Subject"}


def test_an_org_without_call_fields_reads_of_the_call_in_comments() -> None:
    org = _org(writable_fields=frozenset({"Description"}))
    call = _activity(Kind.CALL, call=Call(direction="outbound", duration_seconds=62, result="Busy"))

    got = render(call, {Field.CALL}, _context(org=org))

    assert got == {"Description": "Call: outbound, 1 min 2 s, Busy"}


def test_the_base_is_what_salesforce_will_say() -> None:
    call = _activity(
        Kind.CALL, title="  Two\n lines ", body=Body(text="text \r\n"), call=Call(result="Busy")
    )
    task = render_new(call, _context(who_id="003A", assignee_id="005A"))

    base = base_of(task, MARK)
    read_back = seen_in_salesforce({**task, "Description": "text"}, MARK)

    assert base[Field.SUBJECT] == "Two lines"
    assert base[Field.CALL] == read_back[Field.CALL]
    assert not [name for name in base if has_changed(base[name], read_back[name])]


def test_a_task_is_recognised_by_its_subject_day_and_comments() -> None:
    task = render_new(_activity(body=Body(text="a b")), _context(org=_org(has_key_field=False)))

    assert is_same_task(task, {**task, "Description": task["Description"] + " "}, MARK)
    assert not is_same_task(task, {**task, "ActivityDate": "2026-11-24"}, MARK)
    assert not is_same_task(task, {**task, "Description": "a b\n\n[tandem:other]"}, MARK)
    assert is_same_task({"Subject": "s"}, {"Subject": "s", "Description": None}, MARK)


# --------------------------------------------------------------------------- texts


def test_both_guesses_about_how_salesforce_stores_text_are_legal() -> None:
    assert normal_text(" a\r\nb ", 99) == "a\nb"
    assert normal_text(" a\nb ", 99, TextForm(trims=False, line_end="\r\n")) == " a\r\nb "
    assert normal_text(" \n", 99) is None


def test_what_cannot_be_stored_is_dropped() -> None:
    assert clean("a\x00b\ud800c\r\nd\x85e\u2028f\tg") == "abc\nd\ne\nf\tg"


def test_cuts_fall_at_words_else_between_graphemes() -> None:
    assert cut("one two three four five", 22) == "one two three four…"
    assert cut("onetwothree", 6) == "onetw…"
    assert cut("ab", 2) == "ab"
    assert cut("abc", 0) == ""
    assert cut("🇯🇵🇯🇵🇯🇵", 10) == "🇯🇵🇯🇵…"


def test_bodies_fall_back_from_html_to_text_to_preview() -> None:
    def said(**body: str) -> str:
        return comments_from(_activity(body=Body(**body)), language=Language.ENGLISH)

    assert said(html="<p>h</p>", text="t", preview="p") == "h"
    assert said(html="<img src=x>", text="t", preview="p") == "t"
    assert said(preview="p") == "p"
    assert said() == ""
