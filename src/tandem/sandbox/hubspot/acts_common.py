"""How acts find what they are told about."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.errors import invalid
from tandem.sandbox.hubspot.records import Record, Source
from tandem.sandbox.hubspot.values import instant_ms, stamp

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState

Ids = str | int | Sequence[str | int] | None


def person(state: "HubSpotState", owner: str | int | None) -> Source:
    """The source of what a person does in the user interface, the account's admin by default."""
    found = state.crm.owners.find(str(owner)) if owner is not None else None
    user_id = found.user_id if found is not None and found.user_id else state.auth.user_id
    return Source(type="CRM_UI", id=f"userId:{user_id}", user_id=user_id)


def moment(state: "HubSpotState", at: str | int | None) -> int:
    """An instant given as ISO 8601 or milliseconds, now by default."""
    if at is None:
        return state.crm.now()
    found = instant_ms(str(at))
    if found is None:
        raise invalid(f"{at!r} is no instant; give ISO 8601 or milliseconds")
    return found


def moment_text(state: "HubSpotState", at: str | int | None) -> str:
    return stamp(moment(state, at))


def contact_of(state: "HubSpotState", wanted: str | int) -> Record:
    """A contact by id or e-mail address."""
    text = str(wanted)
    return state.crm.get("contacts", text, "email" if "@" in text else None)


def record_of(state: "HubSpotState", kind: str, wanted: str | int) -> Record:
    """A live record by id, a contact also by e-mail address."""
    return contact_of(state, wanted) if kind == "contacts" else state.crm.get(kind, str(wanted))


def several(ids: Ids) -> list[str]:
    """One id or several."""
    if ids is None:
        return []
    if isinstance(ids, str | int):
        return [str(ids)]
    return [str(each) for each in ids]


def named(items: Mapping[Any, Mapping[str, Any]], wanted: str | int, what: str, key: str) -> Any:
    """One of *items* by id or by the name under *key*."""
    for item_id, item in items.items():
        if str(item_id) == str(wanted):
            return item
    for item in items.values():
        if item.get(key) == wanted:
            return item
    known = ", ".join(str(item.get(key)) for item in items.values())
    raise invalid(f"there is no {what} {wanted!r}; known: {known or 'none'}")
