"""Who a Salesforce task is assigned to."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from tandem.model import Activity, Contact
from tandem.sync.owners import Match

__all__ = ["Assignee", "AssigneeRule", "assignee_for", "assignee_of"]


class AssigneeRule(enum.StrEnum):
    """Which link of the chain decided."""

    ACTIVITY_OWNER = "activity_owner"
    CONTACT_OWNER = "contact_owner"
    INTEGRATION_USER = "integration_user"


@dataclass(frozen=True, slots=True)
class Assignee:
    user_id: str
    rule: AssigneeRule


def assignee_of(
    activity_owner_id: str | None,
    contact_owner_id: str | None,
    owner_map: Mapping[str, Match],
    integration_user_id: str,
) -> Assignee:
    """
    The activity's owner if mapped to an active user, else the contact's owner if mapped, else the integration user.

    For kinds without an owner of their own pass None as *activity_owner_id*.
    """
    chain = (
        (activity_owner_id, AssigneeRule.ACTIVITY_OWNER),
        (contact_owner_id, AssigneeRule.CONTACT_OWNER),
    )
    for owner_id, rule in chain:
        match = owner_map.get(owner_id) if owner_id is not None else None
        if match is not None and match.user_id is not None:
            return Assignee(match.user_id, rule)
    return Assignee(integration_user_id, AssigneeRule.INTEGRATION_USER)


def assignee_for(
    activity: Activity,
    contact: Contact | None,
    owner_map: Mapping[str, Match],
    integration_user_id: str,
) -> Assignee:
    """``assignee_of`` an activity on its chosen contact; an owner on a kind that has none is not asked."""
    return assignee_of(
        activity.owner_id if activity.kind.has_owner else None,
        contact.owner_id if contact is not None else None,
        owner_map,
        integration_user_id,
    )
