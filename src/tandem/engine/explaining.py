"""Answering "why": what is known of one record, in the order it was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.engine.context import LONG_AGO
from tandem.engine.reports import Agreed, Decision, Dispute, Event, Explanation
from tandem.errors import SettingsError
from tandem.mapping.ids import hubspot_url, parse_reference, salesforce_url
from tandem.mapping.record_values import shown
from tandem.model import (
    Field,
    Link,
    LinkState,
    ObjectType,
    PersonType,
    Portal,
    Side,
    TextMark,
    Value,
)
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import History, KeptConflict

__all__ = ["explain", "find_links"]

_WRITES = frozenset({"created", "updated", "deleted", "adopted", "replaced"})
_LONGEST = 200


def explain(
    store: ConnectionStore,
    connection: str,
    asked: str,
    *,
    portal: Portal | None,
    instance_url: str,
) -> Explanation:
    """
    What Tandem knows of the record *asked* for: a key, an id or the address of either CRM's page.

    ``SettingsError`` for a text that names no record; a record never met is answered without a state.
    """
    links = find_links(store, asked)
    if not links:
        return Explanation(connection=connection, asked=asked)
    link = _best(links)
    history = store.history(link.key)
    person = _person_type(store, link)
    return Explanation(
        connection=connection,
        asked=asked,
        kind=link.kind,
        key=link.key,
        state=link.state,
        reason=link.reason,
        detail="" if link.state is LinkState.ENDED else link.detail,
        hubspot_id=link.hubspot_id,
        hubspot_url=_hubspot_page(link, portal),
        salesforce_id=link.salesforce_id,
        salesforce_url=(
            salesforce_url(instance_url, link.salesforce_id) if link.salesforce_id else None
        ),
        person_type=person,
        settings_version=link.settings_version,
        due_at=link.due_at,
        decisions=_decisions(history),
        history=tuple(_event(entry) for entry in history),
        agreed=_agreed(link),
        conflicts=tuple(_dispute(kept) for kept in store.conflicts(key=link.key)),
        followed_by=link.detail if link.state is LinkState.ENDED else "",
    )


def find_links(store: ConnectionStore, asked: str) -> list[Link]:
    """The links that a key, an id or an address names; ``SettingsError`` for a text that is none of these."""
    links = store.find(asked.strip())
    if links:
        return links
    reference = parse_reference(asked)
    if reference is None:
        raise SettingsError(
            f"{asked!r} is neither an id nor the address of a HubSpot or Salesforce record. "
            "Give the number in HubSpot's address, or Salesforce's 15 or 18 characters."
        )
    return store.find(reference.id)


def _best(links: list[Link]) -> Link:
    """Kinds may share an id: what was written says most, then what was decided last."""
    return max(links, key=lambda link: (link.state is LinkState.PAIRED, link.run_id or 0))


def _person_type(store: ConnectionStore, link: Link) -> PersonType | None:
    if link.contact_id is None:
        return None
    known = store.people([link.contact_id], LONG_AGO).get(link.contact_id)
    return known.person.type if known is not None and known.person is not None else None


def _hubspot_page(link: Link, portal: Portal | None) -> str | None:
    if portal is None or link.kind.object_type is None or link.hubspot_id is None:
        return None
    record_id = link.hubspot_id.split("-")[0]
    return hubspot_url(portal.ui_domain, portal.id, ObjectType(link.kind.object_type), record_id)


def _decisions(history: list[History]) -> tuple[Decision, ...]:
    """The rules of the newest entry that names any."""
    for entry in reversed(history):
        found = entry.detail.get("decisions")
        if found:
            return tuple(
                Decision(about=each["about"], rule=each["rule"], values=each["values"])
                for each in found
            )
    return ()


def _side(entry: History) -> Side | None:
    """Where it was written; entries of the first version name no side, and were all Salesforce's."""
    if entry.what not in _WRITES:
        return None
    return Side(entry.detail.get("side", Side.SALESFORCE.value))


def _changes(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> dict[str, str]:
    """What was written by the CRM's own names, and what it covered where that was read."""
    return {
        name: f"{_short(before[name])} → {_short(value)}" if name in before else _short(value)
        for name, value in after.items()
    }


def _short(value: str | None) -> str:
    said = " ".join(shown(value).split()) or "∅"
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _agreed(link: Link) -> tuple[Agreed, ...]:
    return tuple(
        Agreed(
            field=name,
            hubspot=_said(link.hubspot.get(name)),
            salesforce=_said(link.salesforce.get(name)),
        )
        for name in Field
        if name in link.hubspot or name in link.salesforce
    )


def _said(value: Value) -> str | None:
    return "…" if isinstance(value, TextMark) else value


def _dispute(kept: KeptConflict) -> Dispute:
    return Dispute(
        id=kept.id,
        at=kept.at,
        field=kept.field,
        winner=kept.winner,
        kept=kept.kept,
        lost=kept.lost,
        restored_at=kept.restored_at,
    )


def _event(entry: History) -> Event:
    detail: Mapping[str, Any] = entry.detail
    values = dict.fromkeys(detail.get("fields", ()), "")
    if entry.what == "updated":
        values |= _changes(detail.get("before", {}), detail.get("after", {}))
    values |= {f"replaced {name}": text for name, text in detail.get("replaced", {}).items()}
    return Event(
        at=entry.at,
        what=entry.what,
        side=_side(entry),
        run_id=entry.run_id,
        settings_version=detail.get("settings_version"),
        reason=detail.get("reason", ""),
        detail=detail.get("message", ""),
        values=values,
    )
