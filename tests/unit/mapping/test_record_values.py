"""A record's values by its CRM's own names: remembered, compared, put back; and the keys of what is made again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.mapping.keys import LONGEST_KEY, next_key, task_key
from tandem.mapping.marks import marker
from tandem.mapping.record_values import (
    alike_with,
    created_values,
    hubspot_record,
    said_values,
    salesforce_writable,
    shown,
)
from tandem.mapping.salesforce import base_of
from tandem.model import Field, KeyProperty, Kind, Side, TaskSchema

MARK = marker(b"k" * 32)
ALIKE = alike_with(MARK)


def test_a_new_tasks_values_are_in_normal_form_and_its_text_a_mark() -> None:
    record = {"Subject": " A call ", "Description": "Some words\r\nmore", "Tandem_Key__c": "k"}

    values = created_values(Side.SALESFORCE, record, base_of(record, MARK))

    assert values["Subject"] == "A call"
    assert "words" not in str(values["Description"])
    assert "Tandem_Key__c" not in values
    assert shown(values["Description"]) == "…"


def test_a_marked_text_is_alike_to_its_text_and_to_no_other() -> None:
    record = {"Description": "Some words"}
    kept = created_values(Side.SALESFORCE, record, base_of(record, MARK))["Description"]

    assert ALIKE(Side.SALESFORCE, "Description", kept, "Some words")
    assert ALIKE(Side.SALESFORCE, "Description", "Some  words\n", kept)
    assert not ALIKE(Side.SALESFORCE, "Description", kept, "Other words")
    assert not ALIKE(Side.SALESFORCE, "Description", kept, None)


@pytest.mark.parametrize(
    ("side", "name", "one", "other"),
    [
        (Side.HUBSPOT, "hs_timestamp", "2026-11-01T08:00:00Z", "2026-11-01T08:00:00+00:00"),
        (Side.HUBSPOT, "hs_task_priority", "NONE", None),
        (Side.HUBSPOT, "contacts", "2,1", "1,2"),
        (Side.HUBSPOT, "hs_task_subject", "", None),
        (Side.SALESFORCE, "Subject", "A  call", "A call "),
    ],
)
def test_a_crm_may_store_a_value_its_own_way(
    side: Side, name: str, one: str, other: str | None
) -> None:
    assert ALIKE(side, name, one, other)
    assert ALIKE(side, name, other, one)


def test_the_parts_of_a_call_are_fields_of_their_own() -> None:
    said = said_values(Side.SALESFORCE, {Field.CALL: "Inbound\x1f120\x1f"})

    assert said == {
        "CallType": "Inbound",
        "CallDurationInSeconds": "120",
        "CallDisposition": None,
    }
    assert salesforce_writable(said)["CallDurationInSeconds"] == 120


def test_a_task_made_again_carries_its_new_key_where_the_account_can_keep_one() -> None:
    values = {"hs_task_subject": "One", "contacts": "1", "hs_task_body": None}
    keyed = TaskSchema(key=KeyProperty.UNIQUE, statuses=())
    keyless = TaskSchema(key=KeyProperty.NONE, statuses=())

    assert hubspot_record(values, "k--r2", keyed) == {
        "hs_task_subject": "One",
        "tandem_key": "k--r2",
    }
    assert hubspot_record(values, "k--r2", keyless) == {"hs_task_subject": "One"}


@given(st.from_regex(r"[a-z0-9_][a-z0-9_-]{0,90}", fullmatch=True))
def test_keys_that_follow_one_another_never_meet(activity_id: str) -> None:
    key = task_key("41", Kind.CALL, activity_id)
    keys = [key]
    for _ in range(12):
        keys.append(next_key(keys[-1]))

    assert len(set(keys)) == 13
    assert all(len(each) <= LONGEST_KEY for each in keys)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", each) for each in keys)


def test_long_keys_of_different_records_have_different_followers() -> None:
    one, other = ("41-call-" + "x" * 70 + end for end in "ab")

    assert next_key(one) != next_key(other)
    assert next_key(next_key(one)).endswith("--r3")
