"""
News of the records that Salesforce's tasks wait for: those tasks are tried at once.

HubSpot's search is some seconds behind and shows a new record late (docs/sync-rules.md), a notice is not. So what a
notice names is read by id, remembered for the run, and goes before what a search says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from tandem.model import Company, Contact, Deal, Kind, LinkState
from tandem.sync.correspondence import ids_of, unread_ids
from tandem.sync.reasons import Reason

if TYPE_CHECKING:
    from tandem.engine.context import RunContext

__all__ = ["AWAITED_IN_HUBSPOT", "Told", "awaited_by", "with_told", "with_told_address"]

AWAITED_IN_HUBSPOT = frozenset({"contacts", "companies", "deals"})
"""HubSpot's names of the records that a Salesforce task may wait for."""


@dataclass(slots=True, kw_only=True)
class Told:
    """HubSpot records that notices named in this run, as they are now, by id."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    deals: dict[str, Deal] = field(default_factory=dict)


async def awaited_by(run: RunContext, ids: Mapping[str, Collection[str]]) -> set[str]:
    """
    The Salesforce records that tasks may have waited for and that these HubSpot records (by their object) may be.

    Nothing is asked while no task waits.
    """
    if not any(ids.values()) or not await _is_any_waiting(run):
        return set()
    contacts = _by_own_id((await run.hubspot.contacts(ids.get("contacts", ()))).values())
    companies = _by_own_id((await run.hubspot.companies(ids.get("companies", ()))).values())
    deals = _by_own_id((await run.hubspot.deals(ids.get("deals", ()))).values())
    run.told.contacts |= contacts
    run.told.companies |= companies
    run.told.deals |= deals
    opportunities = {one.salesforce_opportunity_id for one in deals.values()}
    people = await _people(run, contacts.values())
    accounts = await _accounts(run, companies.values())
    return people | accounts | {one for one in opportunities if one}


async def _is_any_waiting(run: RunContext) -> bool:
    if not run.policy.salesforce_task_sync:
        return False
    found = await run.db(
        run.store.in_state,
        LinkState.WAITING,
        reason=Reason.NO_HUBSPOT_RECORD,
        kind=Kind.TASK,
        limit=1,
    )
    return bool(found)


async def _people(run: RunContext, contacts: Collection[Contact]) -> set[str]:
    """Salesforce's contacts and leads that HubSpot stored on them, that those became, or that share an address."""
    stored = ids_of(contacts)
    addresses = {email for one in contacts for email in one.emails}
    if not stored and not addresses:
        return set()
    people = await run.salesforce.people(sorted(stored), sorted(addresses))
    alike = [person for group in people.by_email.values() for person in group]
    became = unread_ids(people.by_id, alike)
    return {*stored, *became, *(person.id for person in alike)}


async def _accounts(run: RunContext, companies: Collection[Company]) -> set[str]:
    stored = {one.salesforce_account_id for one in companies if one.salesforce_account_id}
    domains = {one.domain for one in companies if one.domain}
    if not domains:
        return stored
    _, by_website = await run.salesforce.accounts((), sorted(domains))
    return stored | {account for group in by_website.values() for account in group}


# --------------------------------------------------------------------------- before what a search says


class _Record(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_Record)


def _by_own_id(records: Iterable[R]) -> dict[str, R]:
    """By the id of the record itself: who was merged away answers with the winner."""
    return {one.id: one for one in records}


def with_told(
    found: Mapping[str, Sequence[R]],
    told: Mapping[str, R],
    wanted: Collection[str],
    names_of: Callable[[R], Iterable[str | None]],
) -> dict[str, list[R]]:
    """What a search *found* by name, with the records *told* as they are now in place of what it knows of them."""
    joined = {name: [one for one in group if one.id not in told] for name, group in found.items()}
    for one in told.values():
        for name in names_of(one):
            if name is not None and name in wanted:
                joined.setdefault(name, []).append(one)
    return {name: group for name, group in joined.items() if group}


def with_told_address(
    found: Mapping[str, Contact], told: Mapping[str, Contact], wanted: Collection[str]
) -> dict[str, Contact]:
    """The same by address, which one contact has: whom HubSpot names goes before who was only told of."""
    joined = {email: one for email, one in found.items() if one.id not in told}
    for one in told.values():
        for email in one.emails:
            if email in wanted:
                joined.setdefault(email, one)
    return joined
