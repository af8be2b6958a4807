"""activities.toml: what is read, what is refused, what is shown."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tandem.model import Field, Kind, Side
from tandem.settings import InvalidSettings, parse, show
from tandem.settings.keys import SETTINGS
from tandem.sync.policy import (
    ActivityFilter,
    ConflictRule,
    ContactChoice,
    DeletePolicy,
    FormerTaskFilter,
    KindPolicy,
    Language,
    Policy,
    StatusChoice,
    TaskFilter,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

FULL = Policy(
    language=Language.JAPANESE,
    kinds={
        **{kind: KindPolicy() for kind in Kind},
        Kind.CALL: KindPolicy(
            enabled=True,
            since=NOON,
            salesforce_task_type="Call",
            subject_template="HubSpot: {subject}",
            status=StatusChoice.OPEN,
            contacts=ContactChoice.ALL,
            record_type="Sales",
            fixed_fields={"Source__c": 'Hub"Spot', "Score__c": 7, "Ours__c": True, "Rate__c": 0.5},
            filter=ActivityFilter(
                owners=frozenset({"12", "3"}),
                lists=frozenset({"9"}),
                subject_contains=("見積", "offer, or"),
            ),
        ),
        Kind.MARKETING_EMAIL_OPENED: KindPolicy(
            enabled=True, since=NOON, first_open_only=True, skip_bots=False
        ),
    },
    salesforce_task_sync=True,
    salesforce_tasks_since=NOON,
    task_filter=TaskFilter(
        subtypes=frozenset({"Task", "Call"}),
        open_only=True,
        condition="Subject != 'a; order by'",
        unattached=True,
    ),
    former_task_filters=(
        FormerTaskFilter(until=NOON, filter=TaskFilter(condition="Subject != 'Hub\"Spot'")),
        FormerTaskFilter(
            until=NOON + timedelta(days=1),
            filter=TaskFilter(
                subtypes=frozenset({"Task"}),
                types=frozenset({"Call"}),
                owners=frozenset({"005000000000001AAA"}),
                record_types=frozenset({"Sales"}),
                open_only=True,
                unattached=True,
            ),
        ),
    ),
    task_fields=frozenset({Field.SUBJECT}),
    conflict_rule=ConflictRule.HUBSPOT,
    delete_policy=DeletePolicy.COMPLETE,
    due_time=time(17, 30),
    completed_status="Erledigt",
    inclusion_list="42",
    status_map={"WAITING": "On Hold"},
    priority_map={"HIGH": "Urgent"},
    daily_calls={Side.HUBSPOT: None, Side.SALESFORCE: 15_000},
)


def refusal(text: str, language: str = "en") -> str:
    with pytest.raises(InvalidSettings) as caught:
        parse(text, language=language)
    return str(caught.value)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_shown_is_read_back_unchanged(language: str) -> None:
    for policy in (FULL, parse("")):
        assert policy == parse(show(policy, language=language))


def test_nothing_written_down_means_every_default() -> None:
    policy = parse("")

    assert policy.enabled_kinds == ()
    for kind in Kind:
        assert KindPolicy() == policy.kind(kind)
    assert Policy().task_fields == policy.task_fields
    assert (Policy().due_time, Policy().delete_policy) == (policy.due_time, policy.delete_policy)


def test_showing_twice_says_the_same_in_the_same_order() -> None:
    assert show(FULL) == show(parse(show(FULL)))


def test_every_setting_is_shown_with_a_comment_somewhere() -> None:
    text = show(Policy())

    for key, setting in SETTINGS.items():
        assert f"\n{key.rpartition('.')[2]} = {setting.accepts.write(setting.default)}" in text


def test_a_kind_switched_on_without_a_beginning_waits_for_one() -> None:
    policy = parse("[kinds.call]\nenabled = true\n")

    assert policy.enabled_kinds == (Kind.CALL,)
    assert policy.kind(Kind.CALL).since is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[kinds.call]\n\nenabeld = true\n",
            "line 3: kinds.call.enabeld: there is no such setting; did you mean kinds.call.enabled?",
        ),
        (
            "[kinds.calls]\nenabled = true\n",
            "line 1: kinds.calls: there is no such setting; did you mean kinds.call?",
        ),
        (
            "colour = 1",
            "line 1: colour: there is no such setting; `tandem settings show` lists all",
        ),
        (
            "[kinds.note]\nenabled = 'yes'\n",
            'line 2: kinds.note.enabled: must be true or false, not "yes"',
        ),
        (
            'delete_policy = "kep"',
            'line 1: delete_policy: must be one of keep, complete, delete, not "kep"; did you mean keep?',
        ),
        ("\nlanguage = 3", "line 2: language: must be one of en, ja, not 3"),
        (
            "due_time = '25:00'",
            'line 1: due_time: must be a time of day, such as "08:00", not "25:00"',
        ),
        (
            "[daily_calls]\nsalesforce = -1",
            'line 2: daily_calls.salesforce: must be a whole number above 0, or "none", not -1',
        ),
        (
            "[kinds.call.filter]\nlists = [\n  'a',\n  3,\n]\n",
            'line 2: kinds.call.filter.lists: must be a list of texts, such as ["a", "b"], not ["a", 3]',
        ),
        (
            "[kinds.call.filter]\nforms = ['a']\n",
            "line 2: kinds.call.filter.forms: this setting does not apply to call; it belongs to form_submission",
        ),
        (
            "kinds = 3",
            "line 1: kinds: this is a group of settings, not a value; write it as [kinds]",
        ),
        (
            "[kinds.call.fixed_fields]\n'Source c' = 'x'\n",
            "line 1: kinds.call.fixed_fields: must be a table of Salesforce fields",
        ),
        (
            "[kinds.call]\nsubject_template = '{title} {who}'\n",
            "line 2: kinds.call.subject_template: The subject template '{title} {who}' names {who}",
        ),
        (
            "[salesforce_tasks.filter]\ncondition = 'IsClosed = false LIMIT 3'\n",
            "line 2: salesforce_tasks.filter.condition: a condition is what follows WHERE",
        ),
        (
            "[salesforce_tasks]\nfields = ['subjekt']\n",
            "line 2: salesforce_tasks.fields: must be a list of some of subject, status, priority, type",
        ),
        (
            "[kept_by_tandem.since]\ncall = 2026-01-01T00:00:00\n",
            "line 2: kept_by_tandem.since.call: must be a date or a time with its zone",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_line_and_what_was_wanted(
    text: str, sentence: str
) -> None:
    assert sentence in refusal(text)


def test_everything_wrong_is_said_at_once() -> None:
    said = refusal("language = 'fr'\n[kinds.call]\nstatus = 'shut'\n[kinds.fax]\nenabled = true\n")

    assert [line.partition(":")[0] for line in said.splitlines()] == ["line 1", "line 3", "line 4"]


def test_malformed_toml_is_refused_with_line_and_column() -> None:
    said = refusal("language = 'en'\n[kinds.call\nenabled = true\n")

    assert said.startswith("line 2, column 12: this is not TOML")
    assert said.endswith("[kinds.call")


def test_a_text_that_ends_in_the_middle_is_refused() -> None:
    assert "missing quote or bracket" in refusal("language = '''en")


def test_japanese_refusals_are_japanese() -> None:
    assert (
        refusal("[kinds.call]\nenabled = 1\n", "ja")
        == "2行目: kinds.call.enabled: true か false を指定してください(1 は使えません)"
    )
    assert refusal("= 3\n", "ja").startswith("1行1桁: TOMLとして読めません")
    assert "件名のひな形として読めません。使えるのは {subject}" in refusal(
        "[kinds.call]\nsubject_template = '{x}'", "ja"
    )


@pytest.mark.parametrize(
    "row",
    [
        'kind = "salesforce_tasks"',
        'kind = "fax"\nuntil = 2026-03-01T12:00:00Z',
        'kind = "salesforce_tasks"\nuntil = 2026-03-01T12:00:00Z\nowners = 3',
    ],
)
def test_a_former_filter_that_tandem_did_not_write_is_refused(row: str) -> None:
    assert "kept_by_tandem.widened" in refusal(f"[[kept_by_tandem.widened]]\n{row}\n")


def test_an_empty_text_means_that_nothing_is_chosen() -> None:
    policy = parse('completed_status = ""\n[kinds.call]\nsalesforce_task_type = " "\n')

    assert policy.completed_status is None
    assert policy.kind(Kind.CALL).salesforce_task_type is None


def test_toml_local_time_is_a_time_of_day() -> None:
    assert time(9, 5) == parse("due_time = 09:05:00").due_time
