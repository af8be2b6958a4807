"""No value becomes part of a statement."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.crm.salesforce import soql


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "'plain'"),
        ("O'Brien", r"'O\'Brien'"),
        ("a\\b", r"'a\\b'"),
        ("two\nlines\r\t", r"'two\nlines\r\t'"),
        ('a "quoted" word', r"'a \"quoted\" word'"),
        ("x' OR Id != '", r"'x\' OR Id != \''"),
        ("田中", "'田中'"),
        ("", "''"),
    ],
)
def test_a_string_is_quoted_and_escaped(value: str, expected: str) -> None:
    assert expected == soql.text(value)


def test_wildcards_stand_for_themselves_inside_like() -> None:
    assert soql.like("100%_a'b") == r"100\%\_a\'b"


@given(st.text())
def test_a_quoted_string_ends_only_at_its_end(value: str) -> None:
    inside = soql.text(value)[1:-1]
    position = 0
    while position < len(inside):
        assert inside[position] != "'"
        position += 2 if inside[position] == "\\" else 1

    assert position == len(inside)


def test_only_ids_get_into_a_list_of_ids() -> None:
    assert soql.ids_in("Id", ["a0D30000001n7Pi"]) == "Id IN ('a0D30000001n7PiEAI')"

    with pytest.raises(ValueError, match="not a Salesforce id"):
        soql.ids_in("Id", ["x' OR Name != '"])


def test_an_instant_is_written_in_utc_to_the_second() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert soql.instant(datetime(2026, 3, 1, 0, 0, 1, 999_000, tokyo)) == "2026-02-28T15:00:01Z"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Subject", True),
        ("Who.Type", True),
        ("X_1__c", True),
        ("a b", False),
        ("Id, Name", False),
        ("1x", False),
        ("Ünder", False),
    ],
)
def test_only_names_of_fields_are_selected(name: str, fits: bool) -> None:
    assert fits is soql.is_field_name(name)


@given(st.lists(st.text(max_size=80), max_size=60), st.booleans())
def test_batches_lose_nothing_and_keep_to_their_size(values: list[str], is_long: bool) -> None:
    batches = list(soql.batches(values, most=7, is_long=is_long))

    assert values == [value for batch in batches for value in batch]
    assert all(0 < len(batch) <= 7 for batch in batches)


def test_long_lists_keep_within_a_statement_and_short_ones_within_a_url() -> None:
    emails = [f"somebody.with.a.long.name.{n}@subsidiary.example.co.jp" for n in range(5000)]

    for batch in soql.batches(emails, most=10_000, is_long=True):
        assert len(soql.texts_in("Email", batch)) < soql.STATEMENT_LIMIT
    for batch in soql.batches(emails, most=10_000, is_long=False):
        assert len(soql.texts_in("Email", batch)) < 12_000
