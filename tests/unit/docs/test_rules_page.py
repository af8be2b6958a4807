"""The page of sync rules says what the code does: its modules, choices, reasons and limits."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import tandem
from tandem.engine.brakes import is_brake
from tandem.mapping.hubspot import KEY_PROPERTY
from tandem.model import KeyProperty
from tandem.sync.merge import SAME_TIME
from tandem.sync.policy import ConflictRule, DeletePolicy, TaskFilter
from tandem.sync.reasons import Reason
from tandem.sync.schedule import next_try

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/sync-rules.md").read_text("utf-8")
RULES = PAGE[: PAGE.index("Reasons (`reasons.py`)")]
SOURCE = Path(tandem.__file__).parent


def section(title: str) -> str:
    """The text below the heading that begins so (after its number)."""
    found = re.search(
        rf"^## \d+\. {re.escape(title)}.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    assert found, title
    return found[0]


def test_sections_are_numbered_without_gaps() -> None:
    numbers = [int(number) for number in re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE)]

    assert numbers == list(range(1, len(numbers) + 1))


def test_every_module_in_a_heading_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)`", "".join(re.findall(r"^## .*", PAGE, re.MULTILINE)))

    assert [name for name in named if not any(SOURCE.rglob(name))] == []
    assert {"plan.py", "merge.py", "mapping/hubspot_task.py"} <= set(named)


def test_every_reason_a_rule_names_is_one() -> None:
    own_words = {*ConflictRule, *DeletePolicy, "newest", "complete"}
    codes = set(re.findall(r"`([a-z]+(?:_[a-z]+)*)`", RULES)) - own_words
    reasons = {code for code in codes if code in set(Reason)}

    assert {"older", "private", "recurring_head", "no_hubspot_record", "held"} <= reasons
    assert {each for each in codes if each.startswith("brake_")} == {
        each for each in codes if is_brake(each)
    }


@pytest.mark.parametrize(
    "reason",
    [
        Reason.KIND_OFF,
        Reason.OLDER,
        Reason.FILTERED,
        Reason.PRIVATE,
        Reason.ARCHIVED,
        Reason.RECURRING_HEAD,
        Reason.WRITTEN_BY_TANDEM,
        Reason.NO_RELATED_RECORD,
        Reason.UNSUPPORTED_RELATED_RECORD,
        Reason.NOT_ON_INCLUSION_LIST,
        Reason.NO_HUBSPOT_RECORD,
        Reason.GONE_BEFORE_WRITTEN,
    ],
)
def test_why_a_salesforce_task_is_not_in_hubspot_is_told(reason: Reason) -> None:
    assert f"`{reason}`" in section("Does a Salesforce task sync?")


def test_every_member_of_the_task_filter_is_told() -> None:
    told = section("Does a Salesforce task sync?")
    words = {
        "subtypes": "subtype",
        "types": "Type",
        "owners": "owner",
        "record_types": "record type",
        "open_only": "open only",
        "condition": "SOQL condition",
        "unattached": "unattached",
    }

    assert set(TaskFilter.__slots__) == set(words)
    assert [word for word in words.values() if word not in told] == []


def test_every_choice_about_pairs_is_told() -> None:
    for rule in ConflictRule:
        assert f"`{rule}`" in section("Conflicts")
    for policy in DeletePolicy:
        assert f"`{policy}`" in section("Deletes, tombstones, holds")
    written = section("What is written to HubSpot")
    assert len(
        re.findall(r"^\| (?:unique|there, not unique|missing) \|", written, re.MULTILINE)
    ) == len(KeyProperty)
    assert f"`{KEY_PROPERTY}`" in written


def test_limits_on_the_page_are_those_of_the_code() -> None:
    brakes = (SOURCE / "engine/brakes.py").read_text("utf-8")
    disagreement = (SOURCE / "engine/disagreement.py").read_text("utf-8")
    recover = (SOURCE / "engine/recover.py").read_text("utf-8")

    assert f"within {SAME_TIME.seconds} seconds" in section("Conflicts")
    for said, code, name in (
        (r"more than (\d+) records, and", brakes, "_FEW"),
        (r"over ([\d,]+) records", brakes, "MOST_CREATED"),
        (r"written (\d+) times within the hour", disagreement, "_OFTEN"),
    ):
        on_page = re.search(said, section("Brakes"))
        in_code = re.search(rf"^{name} = ([\d_]+)$", code, re.MULTILINE)
        assert on_page is not None, name
        assert in_code is not None, name
        assert int(on_page[1].replace(",", "")) == int(in_code[1])
    for said, there, code in (
        ("5 %", "Brakes", "_SHARE = 0.05"),
        ("nine in ten", "Brakes", "_NEARLY_ALL = 0.9"),
        (
            "ten minutes after it was announced",
            "What a pair needs",
            "_COMES_TO_LIGHT = timedelta(minutes=10)",
        ),
    ):
        assert said in section(there)
        assert code in brakes + recover


def test_the_timetable_on_the_page_is_that_of_the_code() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    tries, now = [], start
    for attempts in range(4):
        due = next_try(start, attempts, now)
        assert due is not None
        tries.append(due - start)
        now = due

    assert "1 min, 15 min and 6 h after it was first seen, then daily" in section("Waiting")
    assert tries[:3] == [timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=6)]
    assert tries[3] == timedelta(days=1)
    assert "after 30 days" in section("Waiting")
    assert next_try(start, 99, start + timedelta(days=31)) is None
