"""Answering "why": what is known of one record, in the order it was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.engine.context import LONG_AGO
from tandem.engine.reports import Decision, Event, Explanation
from tandem.errors import SettingsError
from tandem.mapping.ids import hubspot_url, parse_reference, salesforce_url
from tandem.model import Link, LinkState, ObjectType, PersonType, Portal, Side
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import History

__all__ = ["explain", "find_links"]

_ALWAYS_SALESFORCE = frozenset({"created", "updated", "adopted"})


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
        detail=link.detail,
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


def _event(entry: History) -> Event:
    detail: Mapping[str, Any] = entry.detail
    values = dict.fromkeys(detail.get("fields", ()), "")
    values |= {f"replaced {name}": text for name, text in detail.get("replaced", {}).items()}
    return Event(
        at=entry.at,
        what=entry.what,
        side=Side.SALESFORCE if entry.what in _ALWAYS_SALESFORCE else None,
        run_id=entry.run_id,
        settings_version=detail.get("settings_version"),
        reason=detail.get("reason", ""),
        detail=detail.get("message", ""),
        values=values,
    )
