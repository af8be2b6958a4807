"""What each side of a pair said when the two last agreed, in the reader's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from tandem.engine.reports import Decision
from tandem.model import Field, Fields, Link
from tandem.web.speech import Speech
from tandem.web.visit import Visit

__all__ = ["named", "names_of", "sides"]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_RELATED = re.compile(r"(deal|company) (\S+)")
_BETWEEN = "\x1f"


def names_of(visit: Visit) -> dict[str, str]:
    """Owners and users by id, as both accounts last told."""
    owners, users = visit.desk.owners(visit.here), visit.desk.users(visit.here)
    named_ones = [(each.id, each.name) for each in owners] + [
        (each.id, each.name) for each in users
    ]
    return {its_id: f"{name} ({its_id})" for its_id, name in named_ones if name}


def named(decision: Decision, names: Mapping[str, str]) -> Decision:
    """*decision* with people by name."""
    values = {key: names.get(value, value) for key, value in decision.values.items()}
    return replace(decision, values=values)


def sides(speech: Speech, link: Link, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Field, HubSpot's value, Salesforce's value; long texts are kept as marks only."""
    fields = [*link.salesforce, *(name for name in link.hubspot if name not in link.salesforce)]
    return [
        (
            speech(f"field.{name.value}"),
            _value(speech, link.hubspot, name, names),
            _value(speech, link.salesforce, name, names),
        )
        for name in fields
    ]


def _value(speech: Speech, fields: Fields, name: Field, names: Mapping[str, str]) -> str:
    if name not in fields:
        return ""
    value = fields[name]
    if value is None:
        return speech("web.record.empty")
    if not isinstance(value, str):
        return speech("web.record.long_text")
    match name:
        case Field.OWNER:
            return names.get(value, value)
        case Field.CALL:
            return _call(speech, value)
        case Field.RELATED:
            return _RELATED.sub(lambda found: _related(speech, *found.groups()), value)
        case Field.STATUS | Field.PRIORITY:
            # A word of HubSpot's own; an org's words are shown as it spells them.
            known = speech.messages.either(f"web.hubspot.{value}", value)
            return speech.messages.either(f"web.said.{value}", known)
        case _:
            return _date(speech, value)


def _call(speech: Speech, value: str) -> str:
    direction, seconds, result = [*value.split(_BETWEEN), "", ""][:3]
    said = [speech.messages.either(f"web.said.{direction.lower()}", direction)]
    if seconds.isdecimal():
        said.append(f"{int(seconds) // 60}:{int(seconds) % 60:02}")
    return " · ".join(each for each in (*said, result) if each)


def _related(speech: Speech, kind: str, record_id: str) -> str:
    return f"{speech(f'web.records.hubspot.{kind}')} {record_id}"


def _date(speech: Speech, value: str) -> str:
    if _INSTANT.fullmatch(value):
        return speech.moment(datetime.fromisoformat(value))
    if _DAY.fullmatch(value):
        return speech.date(date.fromisoformat(value))
    return value.replace(_BETWEEN, " · ")
