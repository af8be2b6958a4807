"""Changing settings: the difference, the moments from which things sync, one key at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from tandem.model import Kind
from tandem.settings import (
    InvalidSettings,
    SettingsChange,
    change_of,
    parse,
    show,
    with_value,
)
from tandem.settings.show import flat
from tandem.sync.policy import ActivityFilter, FormerFilter, FormerTaskFilter, Policy, TaskFilter

T1 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
T2 = T1 + timedelta(days=1)
T3 = T1 + timedelta(days=2)
START = show(Policy())


def changed(
    saved: str, text: str, now: datetime = T1, *, since: datetime | None = None
) -> SettingsChange:
    return change_of(saved, text, version=7, hubspot_now=now, since=since)


def on(text: str, key: str, words: str = "true", now: datetime = T1) -> str:
    """*text* after one key was changed and saved."""
    return changed(text, with_value(text, key, words), now).text


def test_a_change_names_each_key_before_and_after() -> None:
    change = changed(START, with_value(START, "kinds.call.salesforce_task_type", "Call"))

    assert change.difference == (
        '- kinds.call.salesforce_task_type = ""',
        '+ kinds.call.salesforce_task_type = "Call"',
    )
    assert change.base_version == 7
    assert change.warnings == ()


def test_nothing_changed_is_an_empty_change() -> None:
    assert changed(START, "").is_empty


def test_switching_on_begins_at_hubspots_time_and_says_so() -> None:
    change = changed(START, with_value(START, "kinds.call.enabled", "true"))

    assert parse(change.text).kind(Kind.CALL).since == T1
    assert change.warnings == (
        "Call: what is created in HubSpot from 2026-03-01 12:00:00 UTC on will sync; nothing older is sent.",
    )


def test_a_kind_that_stays_on_keeps_its_beginning() -> None:
    text = on(START, "kinds.call.enabled")

    later = on(text, "kinds.call.salesforce_task_type", "Call", T2)

    assert parse(later).kind(Kind.CALL).since == T1


def test_on_again_is_a_new_beginning() -> None:
    text = on(START, "kinds.call.enabled")
    off = on(text, "kinds.call.enabled", "false", T2)
    again = on(off, "kinds.call.enabled", "true", T3)

    assert parse(off).kind(Kind.CALL).since is None
    assert parse(again).kind(Kind.CALL).since == T3


def test_an_older_file_does_not_bring_an_older_beginning_back() -> None:
    old_file = on(START, "kinds.call.enabled")
    off = on(old_file, "kinds.call.enabled", "false", T2)

    change = changed(off, old_file, T3)

    assert parse(change.text).kind(Kind.CALL).since == T3
    assert any("[kept_by_tandem]" in warning for warning in change.warnings)


def test_the_past_is_sent_only_when_asked_for() -> None:
    past = T1 - timedelta(days=365)
    change = changed(START, with_value(START, "kinds.call.enabled", "true"), since=past)

    assert past == parse(change.text).kind(Kind.CALL).since
    assert "the past included" in change.warnings[0]


def test_since_does_not_move_what_was_on_already() -> None:
    text = on(START, "kinds.call.enabled")
    change = changed(
        text, with_value(text, "kinds.note.enabled", "on"), T2, since=T1 - T1.resolution
    )

    assert parse(change.text).kind(Kind.CALL).since == T1


def test_a_widened_filter_begins_then_for_what_it_adds() -> None:
    text = on(on(START, "kinds.form_submission.filter.forms", "a"), "kinds.form_submission.enabled")
    change = changed(text, with_value(text, "kinds.form_submission.filter.forms", "a,b"), T2)
    kind = parse(change.text).kind(Kind.FORM_SUBMISSION)

    assert kind.since == T1
    assert (
        FormerFilter(until=T2, filter=ActivityFilter(forms=frozenset({"a"})), skip_bots=True),
    ) == kind.former_filters
    assert "newly lets through" in change.warnings[0]


def test_a_filter_removed_is_a_filter_widened() -> None:
    text = on(on(START, "kinds.call.filter.owners", "1"), "kinds.call.enabled")
    wider = on(text, "kinds.call.filter.owners", "", T2)

    assert [former.until for former in parse(wider).kind(Kind.CALL).former_filters] == [T2]


def test_a_narrowed_filter_needs_no_memory() -> None:
    text = on(START, "kinds.call.enabled")
    narrower = on(text, "kinds.call.filter.owners", "1", T2)
    phrase = on(narrower, "kinds.call.filter.subject_contains", "offer", T2)
    longer = on(phrase, "kinds.call.filter.subject_contains", "Offer 2026", T3)

    assert parse(longer).kind(Kind.CALL).former_filters == ()


def test_a_widening_taken_back_is_forgotten() -> None:
    text = on(on(START, "kinds.call.filter.owners", "1"), "kinds.call.enabled")
    wider = on(text, "kinds.call.filter.owners", "1,2", T2)
    back = on(wider, "kinds.call.filter.owners", "1", T3)

    assert parse(back).kind(Kind.CALL).former_filters == ()


def test_letting_bots_and_later_opens_through_is_widening() -> None:
    text = on(
        on(START, "kinds.marketing_email_opened.first_open_only"),
        "kinds.marketing_email_opened.enabled",
    )
    bots = on(text, "kinds.marketing_email_opened.skip_bots", "false", T2)
    every = on(bots, "kinds.marketing_email_opened.first_open_only", "false", T3)
    kind = parse(every).kind(Kind.MARKETING_EMAIL_OPENED)

    assert [
        (former.until, former.skip_bots, former.first_open_only) for former in kind.former_filters
    ] == [(T2, True, True), (T3, False, True)]


def test_switching_off_says_what_stays() -> None:
    text = on(START, "kinds.call.enabled")

    change = changed(text, with_value(text, "kinds.call.enabled", "off"), T2)

    assert [warning.partition(":")[0] for warning in change.warnings] == ["Call"]
    assert "existing tasks stay" in change.warnings[0]


def test_salesforce_task_sync_begins_at_salesforces_time() -> None:
    change = change_of(
        START,
        with_value(START, "salesforce_tasks.enabled", "true"),
        version=1,
        hubspot_now=T1,
        salesforce_now=T2,
    )

    assert parse(change.text).salesforce_tasks_since == T2


FILTER = "salesforce_tasks.filter"


def tasks_on(text: str, key: str, words: str = "true", now: datetime = T1) -> str:
    """*text* after one key was changed and saved, with Salesforce's clock at *now* and HubSpot's elsewhere."""
    return change_of(
        text,
        with_value(text, key, words),
        version=1,
        hubspot_now=now - timedelta(minutes=3),
        salesforce_now=now,
    ).text


def formers(text: str) -> tuple[FormerTaskFilter, ...]:
    return parse(text).former_task_filters


@pytest.mark.parametrize(
    ("name", "narrow", "wide"),
    [
        ("subtypes", "Task", "Task,Call"),
        ("types", "Call", ""),
        ("owners", "005000000000001AAA", "005000000000002AAA"),
        ("record_types", "Sales", "Service"),
        ("open_only", "true", "false"),
        ("unattached", "false", "true"),
        ("condition", "Priority = 'High'", "Priority = 'Low'"),
        ("condition", "Priority = 'High'", ""),
    ],
)
def test_a_widened_task_filter_begins_then_by_salesforces_clock(
    name: str, narrow: str, wide: str
) -> None:
    text = tasks_on(tasks_on(START, f"{FILTER}.{name}", narrow), "salesforce_tasks.enabled")
    before = parse(text).task_filter
    change = change_of(
        text,
        with_value(text, f"{FILTER}.{name}", wide),
        version=1,
        hubspot_now=T3,
        salesforce_now=T2,
    )

    assert formers(change.text) == (FormerTaskFilter(until=T2, filter=before),)
    assert parse(change.text).salesforce_tasks_since == T1
    assert change.warnings == (
        "Salesforce task sync: what the filter newly lets through syncs from 2026-03-02 12:00:00 UTC on.",
    )


@pytest.mark.parametrize(
    ("name", "wide", "narrow"),
    [
        ("subtypes", "Task,Call", "Task"),
        ("types", "", "Call"),
        ("open_only", "false", "true"),
        ("unattached", "true", "false"),
        ("condition", "", "Priority = 'High'"),
    ],
)
def test_a_narrowed_task_filter_needs_no_memory(name: str, wide: str, narrow: str) -> None:
    text = tasks_on(tasks_on(START, f"{FILTER}.{name}", wide), "salesforce_tasks.enabled")

    assert formers(tasks_on(text, f"{FILTER}.{name}", narrow, T2)) == ()


def test_a_task_filter_widened_twice_is_remembered_twice_and_forgotten_when_taken_back() -> None:
    text = tasks_on(tasks_on(START, f"{FILTER}.subtypes", "Task"), "salesforce_tasks.enabled")
    wider = tasks_on(text, f"{FILTER}.subtypes", "Task,Call", T2)
    all_of_them = tasks_on(wider, f"{FILTER}.subtypes", "", T3)
    back = tasks_on(all_of_them, f"{FILTER}.subtypes", "Task", T3)

    assert [each.until for each in formers(all_of_them)] == [T2, T3]
    assert formers(back) == ()


def test_task_sync_on_again_is_a_new_beginning_with_the_filter_of_today() -> None:
    text = tasks_on(tasks_on(START, f"{FILTER}.subtypes", "Task"), "salesforce_tasks.enabled")
    wider = tasks_on(text, f"{FILTER}.subtypes", "", T2)
    off = tasks_on(wider, "salesforce_tasks.enabled", "false", T2)
    again = tasks_on(off, "salesforce_tasks.enabled", "true", T3)

    assert (parse(off).salesforce_tasks_since, formers(off)) == (None, ())
    assert (parse(again).salesforce_tasks_since, formers(again)) == (T3, ())


def test_a_filter_widened_while_task_sync_is_off_needs_no_memory() -> None:
    text = tasks_on(START, f"{FILTER}.subtypes", "Task")

    assert formers(tasks_on(text, f"{FILTER}.subtypes", "", T2)) == ()


def test_former_task_filters_are_not_changed_by_a_text() -> None:
    text = tasks_on(tasks_on(START, f"{FILTER}.subtypes", "Task"), "salesforce_tasks.enabled")
    wider = tasks_on(text, f"{FILTER}.subtypes", "", T2)
    without = wider[: wider.index("[[kept_by_tandem.widened]]")]

    change = change_of(wider, without, version=1, hubspot_now=T3, salesforce_now=T3)

    assert formers(change.text) == (
        FormerTaskFilter(until=T2, filter=TaskFilter(subtypes=frozenset({"Task"}))),
    )
    assert any("[kept_by_tandem]" in warning for warning in change.warnings)


def test_switching_task_sync_on_says_whose_edits_count() -> None:
    alone = changed(START, with_value(START, "salesforce_tasks.enabled", "true"))
    boxed = on(START, "kinds.task.enabled")
    both = changed(boxed, with_value(boxed, "salesforce_tasks.enabled", "true"))
    no_more = changed(both.text, with_value(both.text, "kinds.task.enabled", "false"))

    assert alone.warnings[0].startswith("Salesforce task sync: tasks created in Salesforce from")
    assert "tandem_key" in alone.warnings[1]
    assert alone.warnings[2].startswith("Without a filter every e-mail")
    assert alone.warnings[3].startswith("Salesforce leads")
    assert both.warnings[-1].startswith("Tasks sync both ways")
    assert [warning.split(":")[0] for warning in no_more.warnings[:1]] == ["Task"]
    assert no_more.warnings[-1].startswith("Salesforce leads")


@pytest.mark.parametrize(
    ("name", "words"), [("subtypes", "Task,Call"), ("condition", "TaskSubtype != 'Email'")]
)
def test_a_filter_spares_the_warning_of_logged_mail(name: str, words: str) -> None:
    text = on(START, f"{FILTER}.{name}", words)
    change = changed(text, with_value(text, "salesforce_tasks.enabled", "true"))

    assert not [each for each in change.warnings if "e-mail" in each]


def test_switching_task_sync_off_says_what_stays() -> None:
    text = tasks_on(START, "salesforce_tasks.enabled")
    change = changed(text, with_value(text, "salesforce_tasks.enabled", "off"), T2)

    assert len(change.warnings) == 1
    assert "pairs rest as they are" in change.warnings[0]


@pytest.mark.parametrize(
    ("key", "words", "line"),
    [
        ("conflict_rule", "hubspot", 'conflict_rule = "hubspot"'),
        ("delete_policy", "complete", 'delete_policy = "complete"'),
        ("priority_map.HIGH", "Urgent", 'priority_map = { HIGH = "Urgent" }'),
        ("salesforce_tasks.fields", "subject", 'salesforce_tasks.fields = ["subject"]'),
        ("salesforce_tasks.filter.unattached", "on", "salesforce_tasks.filter.unattached = true"),
        (
            "salesforce_tasks.filter.owners",
            "005000000000001",
            'salesforce_tasks.filter.owners = ["005000000000001AAA"]',
        ),
        ("kinds.call.enabled", "on", "kinds.call.enabled = true"),
        ("due_time", "9:30", 'due_time = "09:30"'),
        ("daily_calls.salesforce", "15,000", "daily_calls.salesforce = 15000"),
        ("daily_calls.salesforce", "none", 'daily_calls.salesforce = "none"'),
        ("kinds.call.filter.lists", "a, b,a", 'kinds.call.filter.lists = ["a", "b"]'),
        ("kinds.call.filter.lists", '["a,b"]', 'kinds.call.filter.lists = ["a,b"]'),
        ("status_map.WAITING", "On Hold", 'status_map = { WAITING = "On Hold" }'),
        ("status_map", '{ WAITING = "x" }', 'status_map = { WAITING = "x" }'),
        ("kinds.call.fixed_fields.A__c", "true", "kinds.call.fixed_fields = { A__c = true }"),
        (
            "kinds.call.fixed_fields.A__c",
            "true story",
            'kinds.call.fixed_fields = { A__c = "true story" }',
        ),
        ("kinds.call.fixed_fields.A__c", "2.5", "kinds.call.fixed_fields = { A__c = 2.5 }"),
    ],
)
def test_one_key_is_set_by_what_a_person_types(key: str, words: str, line: str) -> None:
    assert line in flat(parse(with_value(START, key, words)))


def test_an_entry_is_removed_by_an_empty_text() -> None:
    text = with_value(START, "status_map.WAITING", "On Hold")

    assert parse(with_value(text, "status_map.WAITING", "")).status_map == {}


@pytest.mark.parametrize(
    ("key", "words", "sentence"),
    [
        ("kinds.call.enabeld", "true", "did you mean kinds.call.enabled?"),
        ("kinds.call.enabled", "maybe", 'kinds.call.enabled: must be true or false, not "maybe"'),
        ("kinds.call.fixed_fields.A b", "1", "must be a table of Salesforce fields"),
        (
            "kinds.call",
            "1",
            "kinds.call: this is a group of settings; name one of them, such as kinds.call.enabled",
        ),
        ("kept_by_tandem.since.call", "2026-01-01", "there is no such setting"),
        ("status_map", "WAITING", "must be a table of texts"),
        (
            "salesforce_tasks.filter.owners",
            "Ann",
            "salesforce_tasks.filter.owners: must be a list of Salesforce ids",
        ),
        (
            "salesforce_tasks.filter.owners",
            "005000000000001AAB",
            "must be a list of Salesforce ids",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named(key: str, words: str, sentence: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        with_value(START, key, words)

    assert sentence in str(caught.value)


def test_setting_a_key_keeps_what_tandem_keeps() -> None:
    text = on(on(START, "kinds.call.filter.owners", "1"), "kinds.call.enabled")
    wider = on(text, "kinds.call.filter.owners", "1,2", T2)

    assert parse(wider).kind(Kind.CALL) == parse(with_value(wider, "due_time", "10:00")).kind(
        Kind.CALL
    )
