"""What the control plane does to Salesforce's events: gaps, overflows, streams that break, days that pass."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.events.capture import OVERFLOW_ID
from tandem.sandbox.salesforce.events.schemas import CHANGE_TYPES

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

_KNOWN = ("gap", "overflow", "available", "expire", "break_streams")
_GAPS = tuple(each for each in CHANGE_TYPES if each.startswith("GAP_") and each != "GAP_OVERFLOW")


def feeds(state: "SalesforceState") -> dict[str, Any]:
    """The state of the events."""
    return {"events": state.events.summary()}


def disturb(state: "SalesforceState", asked: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is asked of the events; ValueError says what cannot be done."""
    unknown = sorted(set(asked) - set(_KNOWN))
    if unknown or not asked:
        raise ValueError(
            f"Salesforce's feeds know {', '.join(_KNOWN)}, not {', '.join(unknown) or 'nothing'}."
        )
    told: dict[str, Any] = {}
    if "available" in asked:
        state.events.is_available = _flag(asked, "available")
    if "gap" in asked:
        _gap(state, asked["gap"])
    if "overflow" in asked:
        entity = _selected(state, asked["overflow"])
        state.events.tell_gap(entity, [OVERFLOW_ID], "GAP_OVERFLOW")
    if "expire" in asked and _flag(asked, "expire"):
        told["expired"] = state.events.expire()
    if "break_streams" in asked and _flag(asked, "break_streams"):
        told["broken"] = state.events.break_streams()
    return told | feeds(state)


def _gap(state: "SalesforceState", asked: Any) -> None:
    if not isinstance(asked, Mapping) or set(asked) - {"object", "ids", "type"}:
        raise ValueError('A gap is {"object": "Task", "ids": ["00T*"], "type": "GAP_UPDATE"}.')
    entity, kind = _selected(state, asked.get("object")), asked.get("type", "GAP_UPDATE")
    if kind not in _GAPS:
        raise ValueError(f"The type of a gap is one of {', '.join(_GAPS)}, not {kind!r}.")
    prefix = state.schema[entity].key_prefix or "000"
    ids = asked.get("ids", [f"{prefix}*"])
    if not isinstance(ids, list) or not ids or not all(isinstance(each, str) for each in ids):
        raise ValueError("The ids of a gap are a list of record ids.")
    state.events.tell_gap(entity, ids, str(kind))


def _selected(state: "SalesforceState", entity: Any) -> str:
    if entity not in state.events.selected:
        known = ", ".join(sorted(state.events.selected)) or "none"
        raise ValueError(f"{entity!r} is not selected for change events. Selected: {known}.")
    return str(entity)


def _flag(asked: Mapping[str, Any], name: str) -> bool:
    if not isinstance(asked[name], bool):
        raise ValueError(f"{name} is true or false.")
    return bool(asked[name])
