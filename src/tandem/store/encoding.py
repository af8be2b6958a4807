"""How values become JSON columns and come back."""

from __future__ import annotations

from typing import Any

import msgspec

from tandem.model import Contact, Field, Fields, Intent, Person, TextMark

__all__ = [
    "contact_from",
    "fields_from",
    "intent_from",
    "person_from",
    "to_json",
    "to_json_bytes",
    "value_from",
]

_ENCODER = msgspec.json.Encoder()
_FIELDS = msgspec.json.Decoder(dict[Field, str | TextMark | None])
_INTENT = msgspec.json.Decoder(Intent)
_CONTACT = msgspec.json.Decoder(Contact)
_PERSON = msgspec.json.Decoder(Person)
_VALUE: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])


def to_json(value: Any) -> str:
    """Any value of the model as JSON text."""
    return _ENCODER.encode(value).decode()


def to_json_bytes(value: Any) -> bytes:
    return _ENCODER.encode(value)


def fields_from(stored: str) -> Fields:
    return {} if stored == "{}" else _FIELDS.decode(stored)


def intent_from(stored: str | None) -> Intent | None:
    return None if stored is None else _INTENT.decode(stored)


def contact_from(stored: str) -> Contact:
    return _CONTACT.decode(stored)


def person_from(stored: str | None) -> Person | None:
    return None if stored is None else _PERSON.decode(stored)


def value_from(stored: str | bytes) -> dict[str, Any]:
    """A JSON object of no fixed form (a checkpoint, counts, a history entry's detail)."""
    return _VALUE.decode(stored)
