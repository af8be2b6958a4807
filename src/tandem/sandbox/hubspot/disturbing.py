"""What the control plane does to HubSpot's change feeds: hold them, lose them, flood them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.errors import HubSpotError, invalid
from tandem.sandbox.hubspot.happenings import What
from tandem.sandbox.hubspot.kinds import kind_named

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState

_KNOWN = ("hold", "forget", "flood", "expire_journal")
_MOST_FLOOD = 1_000_000


def feeds(state: "HubSpotState") -> dict[str, Any]:
    """The state of both feeds."""
    return {"webhooks": state.webhooks.summary(), "journal": state.journal.summary()}


def disturb(state: "HubSpotState", asked: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is asked of the feeds; ValueError says what cannot be done."""
    unknown = sorted(set(asked) - set(_KNOWN))
    if unknown or not asked:
        raise ValueError(f"HubSpot's feeds know {', '.join(_KNOWN)}, not {', '.join(unknown)}.")
    told: dict[str, Any] = {}
    try:
        if "hold" in asked:
            state.webhooks.is_held = _flag(asked, "hold")
        if "forget" in asked and _flag(asked, "forget"):
            told["forgotten"] = state.webhooks.forget()
        if "expire_journal" in asked and _flag(asked, "expire_journal"):
            told["expired"] = state.journal.expire()
        if "flood" in asked:
            told["flooded"] = _flood(state, asked["flood"])
    except HubSpotError as error:
        raise ValueError(f"{error.message}.") from error
    return told | feeds(state)


def _flood(state: "HubSpotState", asked: Any) -> int:
    """Tell of changes of live records that never took place, as an import or a workflow run would."""
    if not isinstance(asked, Mapping) or set(asked) - {"events", "object", "property"}:
        raise invalid('Say how many: {"flood": {"events": 10000, "object": "tasks"}}')
    count, kind = asked.get("events"), kind_named(str(asked.get("object", "tasks")))
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= _MOST_FLOOD:
        raise invalid(f"A flood has from 1 to {_MOST_FLOOD} events")
    ids = list(state.crm.tables[kind.name].live)
    if not ids:
        raise invalid(f"There are no {kind.name} to tell of")
    name = str(asked.get("property", "hubspot_owner_id"))
    for at in range(count):
        record = state.crm.tables[kind.name].live[ids[at % len(ids)]]
        values = {name: record.values.get(name, "")}
        state.crm.tell(What.CHANGED, kind.name, record.id, state.crm.actor, values)
    return count


def _flag(asked: Mapping[str, Any], name: str) -> bool:
    if not isinstance(asked[name], bool):
        raise invalid(f"{name} is true or false")
    return bool(asked[name])
