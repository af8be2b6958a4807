"""
What a task says in full, by its CRM's own field names: for history, and for putting values back.

Long texts of a new task are remembered as their marks: they are compared and never put back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from tandem.mapping.hubspot import KEY_PROPERTY, instant_from
from tandem.mapping.hubspot_values import CONTACTS, values_of
from tandem.mapping.key_mark import with_key
from tandem.mapping.keys import KEY_FIELD
from tandem.mapping.marks import Marker, mark_of
from tandem.mapping.normal_form import hubspot_normal_form, normal_form
from tandem.mapping.salesforce import CALL_FIELDS, FIELDS_READ, api_names
from tandem.model import (
    Activity,
    Associations,
    Field,
    Fields,
    KeyProperty,
    Org,
    Side,
    TaskSchema,
    TextMark,
    Value,
)

__all__ = [
    "PLACES",
    "TRACKED",
    "alike_with",
    "associations_from",
    "created_values",
    "defaults_of",
    "hubspot_record",
    "hubspot_values",
    "ids_in",
    "named",
    "place_values",
    "said_values",
    "salesforce_record",
    "salesforce_values",
    "salesforce_writable",
    "shown",
]

PLACES = (CONTACTS, "companies", "deals")
"""HubSpot's associations, each remembered as its ids in order."""

_HUBSPOT_NAMES: Mapping[Field, str] = {
    Field.SUBJECT: "hs_task_subject",
    Field.STATUS: "hs_task_status",
    Field.PRIORITY: "hs_task_priority",
    Field.TYPE: "hs_task_type",
    Field.DUE: "hs_timestamp",
    Field.COMMENTS: "hs_task_body",
    Field.OWNER: "hubspot_owner_id",
}
_SALESFORCE_NAMES = {name: api_names(name)[0] for name in Field if name is not Field.CALL}
TRACKED: Mapping[Side, frozenset[str]] = {
    Side.HUBSPOT: frozenset({*_HUBSPOT_NAMES.values(), CONTACTS}),
    Side.SALESFORCE: FIELDS_READ,
}
"""What somebody may have changed of a task: an edit of any of these is an edit of the task."""

_LONG = frozenset({"Description", "hs_task_body"})
_NOT_SAID = frozenset({"Id", "id", KEY_FIELD, KEY_PROPERTY})
_WHOLE_NUMBERS = frozenset({"CallDurationInSeconds"})
_MARK = "\x1f"  # no text of a person begins so
_BETWEEN = "\x1f"
_NO_PRIORITY = "NONE"


# --------------------------------------------------------------------------- reading


def salesforce_values(fields: Mapping[str, Any]) -> dict[str, str | None]:
    """A Salesforce task's values as they were read."""
    return {name: _text(value) for name, value in fields.items() if name not in _NOT_SAID}


def hubspot_values(
    activity: Activity, associations: Associations | None = None
) -> dict[str, str | None]:
    """A HubSpot task's values as they were read, and what it hangs on, where that was read."""
    values = dict(values_of(activity, tuple(Field)))
    return {**values, **place_values(associations)} if associations is not None else values


def place_values(associations: Associations) -> dict[str, str | None]:
    """What a HubSpot task hangs on, as values."""
    ids = (associations.contact_ids, associations.company_ids, associations.deal_ids)
    return {name: _joined(each) for name, each in zip(PLACES, ids, strict=True)}


def associations_from(values: Mapping[str, str | None]) -> Associations:
    """What a HubSpot task with these values hangs on."""
    contacts, companies, deals = (ids_in(values.get(name)) for name in PLACES)
    return Associations(contact_ids=contacts, company_ids=companies, deal_ids=deals)


def ids_in(value: str | None) -> tuple[str, ...]:
    """The ids of one association's value."""
    return tuple(value.split(",")) if value else ()


def named(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Of *values* those of *names*."""
    return {name: value for name, value in values.items() if name in names}


# --------------------------------------------------------------------------- what a creation wrote


def said_values(side: Side, said: Fields) -> dict[str, str | None]:
    """A base's values by *side*'s own names; texts as marks."""
    values: dict[str, str | None] = {}
    for name, value in said.items():
        if side is Side.HUBSPOT:
            if name in _HUBSPOT_NAMES:
                values[_HUBSPOT_NAMES[name]] = _kept(value)
        elif name is Field.CALL:
            parts = value.split(_BETWEEN) if isinstance(value, str) else ("", "", "")
            values.update(zip(CALL_FIELDS, (part or None for part in parts), strict=True))
        else:
            values[_SALESFORCE_NAMES[name]] = _kept(value)
    return values


def created_values(
    side: Side, record: Mapping[str, Any], said: Fields, contact_ids: Iterable[str] = ()
) -> dict[str, str | None]:
    """Everything that a new task says because it was written: *said* in its normal form, and what else *record* holds."""
    values = said_values(side, said)
    for name, value in record.items():
        if name not in values and name not in _NOT_SAID and name not in _LONG:
            values[name] = _text(value)
    if side is Side.HUBSPOT:
        values[CONTACTS] = _joined(contact_ids)
    return values


def defaults_of(side: Side, org: Org) -> dict[str, str | None]:
    """What a CRM says of a new task where nothing was written."""
    values: dict[str, str | None] = dict.fromkeys(TRACKED[side])
    if side is Side.HUBSPOT:
        return {**values, "hs_task_status": "NOT_STARTED", "hs_task_type": "TODO"}
    status = next((each.value for each in org.statuses if each.default), None)
    return {
        **values,
        "Status": status,
        "Priority": org.default_priority,
        "TaskSubtype": "Task",
        "OwnerId": org.user_id,
    }


def _kept(value: Value) -> str | None:
    if isinstance(value, TextMark):
        return f"{_MARK}{value.stored} {value.canonical}"
    return value


# --------------------------------------------------------------------------- comparing


def alike_with(marker: Marker) -> Callable[[Side, str, str | None, str | None], bool]:
    """Whether two values of a field mean the same on one side; either may be a remembered mark of a text."""

    def alike(side: Side, name: str, one: str | None, other: str | None) -> bool:
        if (one or None) == (other or None):
            return True
        if name in _LONG:
            return _same_text(_mark(side, name, one, marker), _mark(side, name, other, marker))
        if name in PLACES:
            return set(ids_in(one)) == set(ids_in(other))
        return _plain(side, name, one) == _plain(side, name, other)

    return alike


def _mark(side: Side, name: str, value: str | None, marker: Marker) -> TextMark | None:
    if value is None or not value.startswith(_MARK):
        return mark_of(str(_plain(side, name, value) or ""), marker)
    stored, _, canonical = value.removeprefix(_MARK).partition(" ")
    return TextMark(stored, canonical)


def _same_text(one: TextMark | None, other: TextMark | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.stored == other.stored or one.canonical == other.canonical


def _plain(side: Side, name: str, value: str | None) -> object:
    if not value:
        return None
    if name == "hs_timestamp":
        return instant_from(value) or value
    if name == "hs_task_priority" and value == _NO_PRIORITY:
        return None
    form = hubspot_normal_form if side is Side.HUBSPOT else normal_form
    return form({name: value}).get(name) or None


def shown(value: str | None) -> str:
    """*value* for people; a text that was kept as a mark cannot be shown."""
    return "…" if value is not None and value.startswith(_MARK) else value or ""


# --------------------------------------------------------------------------- putting back


def salesforce_writable(values: Mapping[str, str | None]) -> dict[str, Any]:
    """Values as Salesforce takes them: whole numbers are no texts."""
    return {
        name: int(float(value)) if name in _WHOLE_NUMBERS and value else value
        for name, value in values.items()
    }


def salesforce_record(values: Mapping[str, str | None], key: str, org: Org) -> dict[str, Any]:
    """A new Salesforce task that says *values*, under *key*."""
    said = {name: value for name, value in values.items() if value and name in org.writable_fields}
    if org.has_key_field:
        return {**salesforce_writable(said), KEY_FIELD: key}
    return {
        **salesforce_writable(said),
        "Description": with_key(said.get("Description") or "", key),
    }


def hubspot_record(
    values: Mapping[str, str | None], key: str, schema: TaskSchema
) -> dict[str, str | None]:
    """The properties of a new HubSpot task that says *values*, under *key*."""
    wanted = frozenset(_HUBSPOT_NAMES.values())
    said: dict[str, str | None] = {
        name: value for name, value in values.items() if value and name in wanted
    }
    return said if schema.key is KeyProperty.NONE else {**said, KEY_PROPERTY: key}


def _joined(ids: Iterable[str]) -> str | None:
    return ",".join(sorted(set(ids))) or None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
