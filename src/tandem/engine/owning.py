"""The owners page: every HubSpot owner with the Salesforce user its activities are assigned to."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.engine.prepare import Accounts
from tandem.engine.reports import Match, OwnerRow
from tandem.sync.owners import How, match_owners

__all__ = ["owner_rows"]

_SHOWN = {
    How.MANUAL: Match.MANUAL,
    How.EMAIL: Match.EMAIL,
    How.EMAIL_AND_NAME: Match.NAME,
    How.LEFT_OUT: Match.NOBODY,
}


def owner_rows(accounts: Accounts, manual: Mapping[str, str | None]) -> list[OwnerRow]:
    """All owners, active ones first, by name."""
    names = {user.id: user.name for user in accounts.users}
    matches = match_owners(accounts.owners, accounts.users, manual)
    rows = [
        OwnerRow(
            hubspot_id=owner.id,
            name=owner.name,
            email=owner.email,
            active=owner.active,
            match=_SHOWN.get(matches[owner.id].how, Match.NONE),
            salesforce_id=matches[owner.id].user_id,
            salesforce_name=names.get(matches[owner.id].user_id or ""),
        )
        for owner in accounts.owners
    ]
    return sorted(rows, key=lambda row: (not row.active, row.name, row.hubspot_id))
