"""Which of an activity's contacts gets the Salesforce task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo

from tandem.model import Contact, Person

__all__ = ["Candidate", "contact_for", "in_order", "still_chosen"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that syncs: its Salesforce contact or lead exists and may be edited."""

    contact: Contact
    person: Person


def contact_for(candidates: Iterable[Candidate], zone: tzinfo) -> Candidate | None:
    """
    The one contact whose Salesforce record gets the task.

    HubSpot shows an activity on every associated contact, a Salesforce task has one Who: the contact
    created last, and of several created on the same calendar day in *zone* (the HubSpot account's)
    the one with the highest id, compared as a number.
    """
    return max(candidates, key=lambda one: _rank(one, zone), default=None)


def in_order(candidates: Iterable[Candidate], zone: tzinfo) -> list[Candidate]:
    """All candidates, the chosen one first: who else takes part when all contacts are wanted."""
    return sorted(candidates, key=lambda one: _rank(one, zone), reverse=True)


def still_chosen(chosen_id: str, contacts: Iterable[Contact]) -> Contact | None:
    """The associated contact that is, or has absorbed by a merge, the one chosen at creation."""
    for contact in contacts:
        if contact.id == chosen_id or chosen_id in contact.merged_ids:
            return contact
    return None


def _rank(candidate: Candidate, zone: tzinfo) -> tuple[date, int, str]:
    contact = candidate.contact
    number = int(contact.id) if contact.id.isdecimal() else -1
    return contact.created_at.astimezone(zone).date(), number, contact.id
