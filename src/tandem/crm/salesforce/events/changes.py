"""
Which records an event is about: its header, read without reading what the records say.

The header is the first field of every change event [cdc-header]. Only it is decoded, so subjects and comments never
leave the bytes, and an event costs the same however wide the object is.
"""

from __future__ import annotations

import enum
import io
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tandem.mapping.ids import id18, is_salesforce_id

__all__ = ["EventChange", "HeaderSchema", "RecordChange", "SchemaCache", "Unreadable"]

_HEADER = "ChangeEventHeader"
_NOT_AN_ID = "000000000000000"
"""The record id of an overflow event [cdc-gap]."""


class EventChange(enum.StrEnum):
    """What became of the records. Kept coarse: an event is only a hint to look."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"


_CHANGES = {
    "CREATE": EventChange.CREATED,
    "UPDATE": EventChange.CHANGED,
    "DELETE": EventChange.DELETED,
    "UNDELETE": EventChange.RESTORED,
}


class Unreadable(Exception):
    """An event whose header cannot be read; the message never quotes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """
    Some records of one entity that changed in one transaction.

    ``record_ids`` have 18 characters each. ``is_everything`` says that any record of the entity may have changed,
    since Salesforce does not name them: an overflow or a wildcard [cdc-gap].
    """

    entity: str
    change: EventChange
    record_ids: tuple[str, ...] = ()
    is_everything: bool = False
    is_gap: bool = False
    committed_at: datetime | None = None


class HeaderSchema:
    """One version of an event's schema, ready to read headers. Raises `Unreadable` for what is no change event."""

    def __init__(self, schema_json: str) -> None:
        from fastavro import parse_schema, schemaless_reader
        from fastavro.schema import SchemaParseException

        self._read = schemaless_reader
        try:
            whole = json.loads(schema_json)
            # Fields come one after the other: whoever stops after the header needs no schema of the rest.
            end = [each["name"] for each in whole["fields"]].index(_HEADER) + 1
            self._schema = parse_schema({**whole, "fields": whole["fields"][:end]})
        except (ValueError, KeyError, TypeError, SchemaParseException) as error:
            raise Unreadable(f"its schema is none of a change event ({_kind(error)})") from error

    def change_in(self, payload: bytes) -> RecordChange:
        try:
            read = self._read(io.BytesIO(payload), self._schema, None)
        except (ValueError, EOFError, IndexError, KeyError, TypeError) as error:
            raise Unreadable(f"it does not fit its schema ({_kind(error)})") from error
        header = read.get(_HEADER) if isinstance(read, dict) else None
        if not isinstance(header, dict):
            raise Unreadable("it has no header")
        return change_from(header)


def change_from(header: Mapping[str, Any]) -> RecordChange:
    """
    The change that a decoded header tells of.

    Types of change that Tandem does not know count as changes, and ids that it cannot make out as everything: a hint
    too many costs a look, one too few an edit that is noticed late.
    """
    entity, ids, told = (header.get(name) for name in ("entityName", "recordIds", "changeType"))
    if not isinstance(entity, str) or not entity or not isinstance(told, str):
        raise Unreadable("its header names no entity")
    named = [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
    good = tuple(dict.fromkeys(id18(each) for each in named if _is_record(each)))
    kind = told.removeprefix("GAP_")
    return RecordChange(
        entity=entity,
        change=_CHANGES.get(kind, EventChange.CHANGED),
        record_ids=good,
        is_everything=kind == "OVERFLOW" or not named or not all(map(_is_record, named)),
        is_gap=kind != told,
        committed_at=_moment(header.get("commitTimestamp")),
    )


class SchemaCache:
    """
    The schemas last used, by id; an id stands for one schema for ever, since it is its fingerprint [ps-proto].

    *most* bounds it: an org adds a version with every change to the object.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._known: OrderedDict[str, HeaderSchema] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, schema_id: str) -> HeaderSchema | None:
        found = self._known.get(schema_id)
        if found is not None:
            self._known.move_to_end(schema_id)
        return found

    def keep(self, schema_id: str, schema: HeaderSchema) -> None:
        self._known[schema_id] = schema
        while len(self._known) > self._most:
            self._known.popitem(last=False)


def _is_record(text: str) -> bool:
    return is_salesforce_id(text) and not text.startswith(_NOT_AN_ID)


def _moment(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int) or milliseconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _kind(error: Exception) -> str:
    return type(error).__name__
