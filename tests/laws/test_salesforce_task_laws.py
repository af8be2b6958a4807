"""What must hold for every Salesforce task that goes to HubSpot, and for its way back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pure_core import Core
from small_world import (
    NOW,
    SINCE,
    STATUSES,
    TOKYO,
    activity,
    contact,
    context,
    org,
    owner,
    person,
    status,
    user,
)
from test_translation_laws import any_html, any_text

from tandem.model import (
    Body,
    Field,
    KeyProperty,
    Kind,
    ObjectType,
    Org,
    Progress,
    TaskSchema,
    TaskStage,
)

FIVE = (
    TaskStage(value="NOT_STARTED", label="Not Started", closed=False, order=0),
    TaskStage(value="IN_PROGRESS", label="In progress", closed=False, order=1),
    TaskStage(value="WAITING", label="Waiting", closed=False, order=2),
    TaskStage(value="COMPLETED", label="Completed", closed=True, order=3),
    TaskStage(value="DEFERRED", label="Deferred", closed=False, order=4),
)
ADDED = (
    TaskStage(value="1001", label="Cancelled", closed=True, order=5),
    TaskStage(value="1002", label="On hold", closed=False, order=6),
)
OWN = (
    status("Open", 1, default=True),
    status("On Hold", 2),
    status("Done", 3, closed=True),
    status("Cancelled", 4, closed=True),
)
MIXED = (*STATUSES, status("Cancelled", 6, closed=True), status("Blocked", 7))
PRIORITIES = ("NONE", "LOW", "MEDIUM", "HIGH")


def _schema(**changes: Any) -> TaskSchema:
    values: dict[str, Any] = {
        "key": KeyProperty.UNIQUE,
        "statuses": (*FIVE, *ADDED),
        "priorities": PRIORITIES,
        "types": ("TODO", "CALL", "EMAIL", "LINKED_IN_MESSAGE"),
    }
    return TaskSchema(**{**values, **changes})


def _backwards(core: Core, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "schema": _schema(),
        "org": org(),
        "zone": TOKYO,
        "created_at": NOW,
        "key": "00D000000000001EAA-00T000000000001EAA",
        "owner_id": "77",
    }
    return core.hubspot_task.HubSpotTaskContext(**{**values, **changes})


def _maps(words: tuple[str, ...], values: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """No map, every map of one word, and every map of two words."""
    yield {}
    for word, value in itertools.product(words, (*values, "a value the org lacks")):
        yield {word: value}
    for (one, other), (first, second) in itertools.product(
        itertools.combinations(words, 2), itertools.product(values, repeat=2)
    ):
        yield {one: first, other: second}


def _status_worlds() -> Iterator[tuple[Any, Any, dict[str, str]]]:
    for statuses in (STATUSES, OWN, MIXED):
        for stages in (FIVE, (*FIVE, *ADDED), (FIVE[1], *ADDED)):
            for mapped in _maps(
                tuple(one.value for one in stages), tuple(one.value for one in statuses)
            ):
                yield statuses, stages, mapped


def _as_task(word: str) -> Any:
    progress = Progress.DONE if word == "COMPLETED" else Progress.OPEN
    return activity(Kind.TASK, status=word, progress=progress)


def test_every_status_comes_back_as_it_was_under_every_map(core: Core) -> None:
    for statuses, stages, mapped in _status_worlds():
        forward = {
            one.value: core.status.task_status(_as_task(one.value), statuses, mapped, None, stages)
            for one in stages
        }
        closed = {one.value: one.closed for one in statuses}
        for one in statuses:
            there = core.status.hubspot_status(one.value, statuses, stages, mapped)
            if one.value in forward.values():
                assert forward[there] == one.value, (one.value, mapped)
            assert there in forward
        for word, there in forward.items():
            assert there in closed
            again = core.status.hubspot_status(there, statuses, stages, mapped, present=word)
            assert again == word, (word, mapped)


def test_a_status_hubspot_cannot_express_is_completed_and_reopened_and_else_left_alone(
    core: Core,
) -> None:
    statuses = (*STATUSES, status("Blocked", 6), status("Lost", 7, closed=True))
    for present, (word, expected) in itertools.product(
        (None, *(one.value for one in (*FIVE, *ADDED))),
        {"Blocked": "NOT_STARTED", "Lost": "COMPLETED"}.items(),
    ):
        got = core.status.hubspot_status(word, statuses, (*FIVE, *ADDED), {}, present=present)
        is_over = word == "Lost"
        kept = present is not None and (present in ("COMPLETED", "1001")) is is_over
        assert got == (present if kept else expected)


def test_every_priority_comes_back_as_it_was_under_every_map(core: Core) -> None:
    lists = (("High", "Normal", "Low"), ("Urgent", "Medium", "Later"), ("1", "2"), ())
    for listed, words in itertools.product(lists, (PRIORITIES, PRIORITIES[1:], ())):
        words_used = words or PRIORITIES
        high = listed[:1]
        for default in (None, *listed):
            world = org(priorities=listed, default_priority=default, high_priorities=high)
            for mapped in _maps(words_used, listed):
                _priorities_come_back(core, world, words, mapped)


def _priorities_come_back(
    core: Core, world: Org, words: tuple[str, ...], mapped: dict[str, str]
) -> None:
    known = words or PRIORITIES
    rules = core.priorities
    forward = {word: rules.salesforce_priority(word, world, mapped) for word in known}
    for value in world.priorities:
        there = rules.hubspot_priority(value, world, words, mapped)
        assert there is None or there in known
        if value in forward.values():
            assert forward[there] == value, (value, mapped)
    for word, there in forward.items():
        assert there is None or there in world.priorities
        if there is not None:
            assert word == rules.hubspot_priority(there, world, words, mapped, present=word)


_tasks = st.fixed_dictionaries(
    {},
    optional={
        "Subject": st.one_of(st.none(), any_text),
        "Description": st.one_of(st.none(), any_text, any_html),
        "Status": st.sampled_from(["Not Started", "Completed", "In Progress", "no longer listed"]),
        "Priority": st.sampled_from(["High", "Normal", "Low", "no longer listed"]),
        "Type": st.sampled_from([None, "Call", "Email", "Meeting", "Other"]),
        "TaskSubtype": st.sampled_from([None, "Task", "Call", "Email", "List Email", "Cadence"]),
        "ActivityDate": st.one_of(st.none(), st.just("2026-11-23"), st.just("2011-12-30")),
        "OwnerId": st.just("005AAA"),
    },
)


@settings(max_examples=150, deadline=None)
@given(_tasks)
def test_a_new_hubspot_task_reads_back_as_the_base_says(task: dict[str, Any]) -> None:
    core = Core()
    mark = core.marks.marker(b"key")
    schema = _schema()
    properties = core.hubspot_task.render_new_task(task, _backwards(core))

    assert all(isinstance(value, str) and value for value in properties.values())
    assert properties["hs_timestamp"]
    assert properties.get("hs_task_type", "TODO") in schema.types
    assert properties.get("hs_task_priority", "NONE") in schema.priorities
    assert properties.get("hs_task_status", "COMPLETED") in {one.value for one in schema.statuses}
    stored = core.normal_form.hubspot_normal_form(properties)
    assert stored == core.normal_form.hubspot_normal_form(stored)
    record = core.hubspot.Record(id="9", properties=stored, created_at="2026-11-23T09:00:00Z")
    read = core.hubspot.activity_from(ObjectType.TASKS, record)
    seen = core.salesforce.seen_fields(read, NOW, mark)
    base = core.hubspot_task.base_of_task(properties, mark)
    assert Field.DUE in base
    for field, value in base.items():
        assert not core.merge.has_changed(value, seen[field]), field


@settings(max_examples=200, deadline=None)
@given(st.one_of(any_text, any_html))
def test_comments_come_back_from_a_body_as_the_same_text(text: str) -> None:
    core = Core()
    body = core.hubspot_body.html_from_text(text)
    back = core.readable.text_from_html(body, drop_history=False)

    assert back == core.hubspot_body.tidy_lines(text)
    assert back == core.hubspot_body.tidy_lines(back)
    mark = core.marks.canonical_text
    assert mark(back) == mark(core.hubspot_body.tidy_lines(text))
    assert not core.hubspot_body.body_holds_more(Body(html=body))
    assert core.text.utf16_length(body) <= core.normal_form.BODY_LIMIT


@settings(max_examples=60, deadline=None)
@given(any_text)
def test_taking_out_our_own_words_twice_is_taking_them_out_once(text: str) -> None:
    core = Core()
    once = core.own_words.without_own_words(text)

    assert once == core.own_words.without_own_words(once)


@settings(max_examples=60, deadline=None)
@given(any_text, st.sampled_from(["en", "ja"]), st.integers(0, 3))
def test_what_tandem_adds_to_comments_is_taken_out_again(
    text: str, language: str, attached: int
) -> None:
    core = Core()
    task = activity(
        Kind.TASK,
        body=Body(html=core.hubspot_body.html_from_text(text)),
        attachment_ids=tuple(str(number) for number in range(attached)),
    )
    comments = core.comments.comments_from(
        task,
        language=core.policy.Language(language),
        attachment_names=("a.pdf", "見積書.xlsx")[:attached],
    )
    marked = core.key_mark.with_key(comments, "7-task-101")
    plain = core.own_words.without_own_words(core.hubspot_body.tidy_lines(text))

    assert plain == core.own_words.without_own_words(marked)


def _hubspot_tasks() -> Iterator[Any]:
    words = (one.value for one in (*FIVE, *ADDED))
    kinds = ("TODO", "CALL", "EMAIL", "LINKED_IN_MESSAGE")
    for number, (word, priority, kind) in enumerate(
        itertools.product(words, (None, *PRIORITIES), kinds)
    ):
        yield activity(
            Kind.TASK,
            title=f"Call  number {number}",
            status=word,
            progress=Progress.DONE if word == "COMPLETED" else Progress.OPEN,
            priority=priority,
            task_type=kind,
            occurred_at=NOW + timedelta(hours=number, milliseconds=7),
            body=Body(html=f"<p>Line {number}<br>https://x.example/{number}</p><p>&lt;b&gt;</p>"),
            owner_id="77",
        )


def test_a_hubspot_task_that_goes_to_salesforce_and_back_is_the_one_it_was(core: Core) -> None:
    """Whatever the org cannot express, the side that nobody touched is written as it was."""
    mark = core.marks.marker(b"key")
    for statuses, one in itertools.product((STATUSES, OWN, MIXED), _hubspot_tasks()):
        world = org(statuses=statuses)
        there = core.salesforce.render_new(
            one, context(core, org=world, stages=(*FIVE, *ADDED), key="")
        )
        said = core.salesforce.seen_fields(one, NOW, mark)
        due = core.hubspot_task.due_of(said, core.salesforce.base_of(there, mark))
        back = core.hubspot_task.render_task(
            core.normal_form.normal_form(there),
            frozenset(Field),
            _backwards(core, org=world, was=one, due=due),
        )
        assert back.keys() == {
            "hs_task_subject",
            "hs_task_status",
            "hs_task_priority",
            "hs_task_type",
            "hs_timestamp",
            "hs_task_body",
            "hubspot_owner_id",
        }
        again = core.hubspot_task.base_of_task(back, mark)
        for field, value in again.items():
            if field is Field.PRIORITY and value == "NONE":
                assert said[field] in (None, "NONE")  # HubSpot shows both as no priority
                continue
            assert not core.merge.has_changed(value, said[field]), (field, one)


TEXTS = (
    "One line",
    "First\nSecond\n\n  third  with   blanks\n\tand a tab",
    "a < b && c > d <b>not bold</b> &amp;",
    "See https://x.example/a?b=1&c=2, or (http://y.example/).",
    "日本語の本文。\n\n　字下げ https://x.example/を参照",
    "&" * 20_000,
)


def test_comments_are_the_same_text_on_both_sides(core: Core) -> None:
    mark = core.marks.marker(b"key")
    for text in TEXTS:
        task = {"Description": text}
        body = core.hubspot_task.render_task(task, {Field.COMMENTS}, _backwards(core))[
            "hs_task_body"
        ]
        assert len(body) <= core.normal_form.BODY_LIMIT
        back = core.readable.text_from_html(body, drop_history=False)
        if core.hubspot_body.fits_in_body(text):
            assert back == core.hubspot_body.tidy_lines(text)
            assert back.split() == text.split()
        else:
            assert text.startswith(back.removesuffix("…"))
        assert not core.hubspot_task.holds_more(activity(Kind.TASK, body=Body(html=body)))
        alike = core.hubspot_task.alike_for(_backwards(core), {})
        if "<" not in text and "…" not in back:
            assert alike(
                Field.COMMENTS, core.marks.mark_of(body, mark), core.marks.mark_of(text, mark)
            )


def test_what_tandem_said_itself_is_no_persons_word(core: Core) -> None:
    for language in core.policy.Language:
        task = activity(Kind.TASK, body=Body(html="<p>text</p>"), attachment_ids=("1", "2"))
        comments = core.comments.comments_from(task, language=language, attachment_names=("a.pdf",))
        marked = core.key_mark.with_key(comments, "7-task-101")

        assert core.own_words.without_own_words(marked) == "text"
        assert core.own_words.without_own_words(f"{marked}\nmore") == "text\n\nmore"
        quoted = f"I saw {core.key_mark.with_key('', '7-task-101')} there"
        assert core.own_words.without_own_words(quoted) == quoted
        assert core.own_words.without_own_words(quoted[:-6]) == quoted[:-6]


def test_nothing_that_was_switched_off_or_that_the_account_lacks_is_written(core: Core) -> None:
    task = {"Subject": "a", "Status": "Completed", "Priority": "High", "TaskSubtype": "Call"}
    none = _backwards(core, task_fields=frozenset())
    bare = _backwards(core, schema=_schema(types=("TODO",), priorities=("LOW",)))

    assert core.hubspot_task.render_task(task, frozenset(Field), none) == {"hubspot_owner_id": "77"}
    said = core.hubspot_task.render_task(task, frozenset(Field), bare)
    assert "hs_task_type" not in said
    assert said["hs_task_priority"] is None


# --------------------------------------------------------------------------- which, where and whose


def _facts(core: Core, **changes: Any) -> Any:
    values: dict[str, Any] = {"created_at": NOW, "has_person": True}
    return core.eligibility.TaskFacts(**{**values, **changes})


def test_a_salesforce_task_appears_unless_a_rule_names_why_not(core: Core) -> None:
    rules, reason = core.eligibility, core.reasons.Reason
    chosen = core.policy.TaskFilter(subtypes=frozenset({"Call"}))
    policy = core.policy.Policy(salesforce_task_sync=True, salesforce_tasks_since=SINCE)
    narrow = core.policy.Policy(
        salesforce_task_sync=True, salesforce_tasks_since=SINCE, task_filter=chosen
    )

    assert rules.Go() == rules.task_verdict(_facts(core, created_at=SINCE), policy)
    for changes, expected in (
        ({"created_at": SINCE - timedelta(seconds=1)}, reason.OLDER),
        ({"key": "8-task-1"}, reason.WRITTEN_BY_TANDEM),
        ({"is_recurring_head": True}, reason.RECURRING_HEAD),
        ({"is_archived": True}, reason.ARCHIVED),
    ):
        assert rules.task_verdict(_facts(core, **changes), policy).reason == expected
    assert rules.task_verdict(_facts(core), core.policy.Policy()).reason == reason.KIND_OFF
    assert rules.task_verdict(_facts(core, subtype="Email"), narrow).reason == reason.FILTERED
    assert rules.Go() == rules.task_verdict(_facts(core, subtype="Call"), narrow)


def test_a_task_waits_for_its_person_and_is_never_attached_to_less(core: Core) -> None:
    rules, reason = core.eligibility, core.reasons.Reason
    waits = rules.Wait(reason.NO_HUBSPOT_RECORD)
    for has_person, related, person_found, related_found, unattached in itertools.product(
        (True, False), rules.Related, (True, False), (True, False), (True, False)
    ):
        task = _facts(core, has_person=has_person, related=related)
        got = rules.place_verdict(
            task,
            person_found=person_found,
            related_found=related_found,
            unattached=unattached,
        )
        if has_person:
            assert got == (rules.Go() if person_found else waits)
        elif related in (rules.Related.ACCOUNT, rules.Related.OPPORTUNITY):
            assert got == (rules.Go() if related_found else waits)
        elif unattached:
            assert got == rules.Go()
        else:
            assert isinstance(got, rules.Skip)


def test_a_person_is_the_contact_that_is_that_person(core: Core) -> None:
    """By stored id, else by an address that nobody else holds; the oldest of several."""
    rules = core.correspondence
    people = {
        "003A": person("003A", email="a@x.example"),
        "003B": person("003B", email="b@x.example"),
        "00QA": person("00QA", email="old@x.example", converted_contact_id="003A"),
    }
    stored = contact(5, emails=(), salesforce_contact_id="003A", created_at=NOW)
    older = contact(9, emails=(), salesforce_contact_id="003A", created_at=SINCE)
    by_lead = contact(6, emails=(), salesforce_lead_id="00QA")
    other = contact(7, emails=("a@x.example",), salesforce_contact_id="003B")
    alike = contact(8, emails=("a@x.example",))

    def found(*contacts: Any, who: str = "003A") -> str | None:
        by_id: dict[str, list[Any]] = {}
        for one in contacts:
            for each in (one.salesforce_contact_id, one.salesforce_lead_id):
                by_id.setdefault(each or "", []).append(one)
        by_email = {address: one for one in contacts for address in one.emails}
        got = rules.contact_of(who, None, by_id, by_email, people)
        return got.contact.id if isinstance(got, rules.FoundContact) else None

    assert found(alike, stored) == "5"
    assert found(stored, older) == "9"
    assert found(by_lead) == found(by_lead, who="00QA") == "6"
    assert found(alike) == "8"
    assert found(other) is None
    assert found(contact(4, emails=("old@x.example",))) == "4"


def test_the_owner_of_a_users_task_is_an_active_person_a_manual_pair_before_the_oldest(
    core: Core,
) -> None:
    rules = core.owners
    owners = [
        owner("10", email="a@x.example"),
        owner("9", email="a@x.example"),
        owner("3", email="a@x.example", active=False),
        owner("50"),
    ]
    users = [user("005A", email="a@x.example"), user("00GQ", is_queue=True)]
    for manual, expected in (({}, "9"), ({"50": "005A"}, "50")):
        owner_map = rules.match_owners(owners, users, manual)
        by_user = rules.owners_by_user(owners, owner_map)

        assert rules.owner_of("005A", owner_map, by_user=by_user) == expected
        assert rules.owner_of("005A", owner_map, by_user=by_user, present="10") == "10"
        assert rules.owner_of("00GQ", owner_map, by_user=by_user) is None
