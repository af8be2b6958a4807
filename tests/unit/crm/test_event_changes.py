"""From the bytes of an event to the records it is about."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.event_bus import NOON_MS, header_of, payload_of, schema_of

from tandem.crm.salesforce.events.changes import (
    EventChange,
    HeaderSchema,
    RecordChange,
    SchemaCache,
    Unreadable,
    change_from,
)
from tandem.mapping.ids import id18

TASK = id18("00T000000000001")
OTHER = id18("00T000000000002")


def test_a_header_is_read_without_the_fields_that_follow_it() -> None:
    schema = schema_of("Task", "Subject", "Description")
    payload = payload_of(header_of(TASK, OTHER), schema, Subject="Hush", Description="x" * 9_000)

    change = HeaderSchema(json.dumps(schema)).change_in(payload[:400])

    assert change == RecordChange(
        entity="Task",
        change=EventChange.CHANGED,
        record_ids=(TASK, OTHER),
        committed_at=datetime.fromtimestamp(NOON_MS / 1000, UTC),
    )


def test_a_header_that_is_not_the_first_field_is_found() -> None:
    schema = schema_of()
    schema["fields"].insert(0, {"name": "Before", "type": ["null", "string"]})
    payload = payload_of(header_of(TASK), schema, Before="something")

    assert HeaderSchema(json.dumps(schema)).change_in(payload).record_ids == (TASK,)


@pytest.mark.parametrize(
    ("told", "change", "is_gap"),
    [
        ("CREATE", EventChange.CREATED, False),
        ("UPDATE", EventChange.CHANGED, False),
        ("DELETE", EventChange.DELETED, False),
        ("UNDELETE", EventChange.RESTORED, False),
        ("GAP_CREATE", EventChange.CREATED, True),
        ("GAP_UPDATE", EventChange.CHANGED, True),
        ("GAP_DELETE", EventChange.DELETED, True),
        ("GAP_UNDELETE", EventChange.RESTORED, True),
        ("SOMETHING_NEW", EventChange.CHANGED, False),
    ],
)
def test_every_type_of_change_names_its_records(
    told: str, change: EventChange, is_gap: bool
) -> None:
    found = change_from(header_of(TASK, change=told))

    assert (found.change, found.is_gap, found.record_ids) == (change, is_gap, (TASK,))
    assert not found.is_everything


@pytest.mark.parametrize(
    "ids",
    [
        ["000000000000000AAA"],
        ["00T*"],
        ["*"],
        [],
        [TASK, "00T*"],
        [None],
        "00T000000000001",
    ],
)
def test_ids_that_name_no_record_mean_any_record(ids: object) -> None:
    assert change_from({**header_of(), "recordIds": ids}).is_everything


def test_an_overflow_means_any_record() -> None:
    assert change_from(header_of("000000000000000AAA", change="GAP_OVERFLOW")).is_everything


def test_records_named_beside_a_wildcard_are_still_named() -> None:
    assert change_from(header_of(TASK, "00T*")).record_ids == (TASK,)


def test_short_ids_get_their_check_characters() -> None:
    assert change_from(header_of(TASK[:15], TASK)).record_ids == (TASK,)


@pytest.mark.parametrize("stamp", [0, -1, None, "soon", 10**30])
def test_a_moment_that_makes_no_sense_is_none(stamp: object) -> None:
    assert change_from({**header_of(TASK), "commitTimestamp": stamp}).committed_at is None


@pytest.mark.parametrize("missing", ["entityName", "changeType"])
def test_a_header_without_entity_or_type_cannot_be_read(missing: str) -> None:
    header = header_of(TASK)
    del header[missing]

    with pytest.raises(Unreadable):
        change_from(header)


@pytest.mark.parametrize(
    "schema",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"type": "record", "name": "X", "fields": []}',
        '{"type": "record", "name": "X", "fields": [{"name": "Other", "type": "string"}]}',
        '{"type": "record", "name": "X", "fields": [{"name": "ChangeEventHeader", "type": "odd"}]}',
        '{"fields": [{"name": "ChangeEventHeader", "type": "string"}]}',
        '{"type": "record", "fields": [{"name": "ChangeEventHeader", "type": "string"}]}',
    ],
)
def test_a_schema_of_something_else_is_refused(schema: str) -> None:
    with pytest.raises(Unreadable):
        HeaderSchema(schema)


def test_a_header_that_is_no_record_is_refused() -> None:
    schema = '{"type": "record", "name": "X", "fields": [{"name": "ChangeEventHeader", "type": "string"}]}'

    with pytest.raises(Unreadable):
        HeaderSchema(schema).change_in(b"\x02a")


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_read_or_refused(payload: bytes) -> None:
    try:
        change = SCHEMA.change_in(payload)
    except Unreadable:
        return

    assert isinstance(change, RecordChange)


@given(st.data())
def test_a_damaged_event_is_read_or_refused(data: Any) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    damaged = GOOD[:at] + bytes([data.draw(st.integers(0, 255))]) + GOOD[at + 1 :]

    try:
        assert isinstance(SCHEMA.change_in(damaged), RecordChange)
    except Unreadable:
        return


SCHEMA = HeaderSchema(json.dumps(schema_of()))
GOOD = payload_of(header_of(TASK, OTHER), schema_of())


def test_the_cache_keeps_the_schemas_used_last() -> None:
    cache = SchemaCache(most=2)
    for name in ("one", "two"):
        cache.keep(name, SCHEMA)
    cache.get("one")
    cache.keep("three", SCHEMA)

    assert len(cache) == 2
    assert cache.get("one") is SCHEMA
    assert cache.get("two") is None
