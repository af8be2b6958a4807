"""What the platform makes of a task or event when it is saved ([task], [taskstatus], section 6 of the facts)."""

from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

LEAD = "00Q"
CONTACT = "003"
ACCOUNT = "001"


def complete_task(state: "SalesforceState", row: Row, old: Row | None) -> None:
    """Check the rules of a task and fill what it computes."""
    _check_people(row, old)
    _check_subtype(row, old)
    if row.get("IsRecurrence") and row.get("ActivityDate") is not None:
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION",
            "Due Date Only: a recurring series takes its dates from its recurrence",
            ["ActivityDate"],
        )
    closed = state.closed_statuses.get(row["Status"], False)
    was_closed = old is not None and bool(old.get("IsClosed"))
    row["IsClosed"] = closed
    row["IsHighPriority"] = state.high_priorities.get(row["Priority"], False)
    if not closed:
        row.pop("CompletedDateTime", None)
    elif not was_closed or "CompletedDateTime" not in row:
        row["CompletedDateTime"] = row["LastModifiedDate"]
    set_account(state, row)


def complete_event(state: "SalesforceState", row: Row, old: Row | None) -> None:
    """Check the rules of an event and fill what it computes."""
    _check_people(row, old)
    start = row.get("StartDateTime") or row.get("ActivityDateTime")
    if start is None and row.get("ActivityDate") is None:
        raise SalesforceError(
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [ActivityDateTime]",
            ["ActivityDateTime"],
        )
    if row.get("DurationInMinutes") is None and row.get("EndDateTime") is None:
        raise SalesforceError(
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [DurationInMinutes]",
            ["DurationInMinutes"],
        )
    if start is not None:
        row["StartDateTime"] = row["ActivityDateTime"] = start
        row["ActivityDate"] = start[:10]
    set_account(state, row)


def set_account(state: "SalesforceState", row: Row) -> bool:
    """Compute AccountId from Related To, else from the contact ([task]); true if it changed."""
    account = account_of(state, row.get("WhoId"), row.get("WhatId"))
    if row.get("AccountId") == account:
        return False
    if account is None:
        del row["AccountId"]
    else:
        row["AccountId"] = account
    return True


def account_of(state: "SalesforceState", who: str | None, what: str | None) -> str | None:
    """The account an activity counts for."""
    if what is not None:
        if what.startswith(ACCOUNT):
            return what
        related = state.store.row(what)
        if related is not None and related.get("AccountId"):
            return str(related["AccountId"])
    if who is not None and who.startswith(CONTACT):
        contact = state.store.row(who)
        if contact is not None and contact.get("AccountId"):
            return str(contact["AccountId"])
    return None


def locks_of(row: Row, *, creating: bool) -> list[str]:
    """
    The parents a write of this activity locks: account, Who and What; none for the insert of one that
    is completed or has no due date ([locks]).
    """
    if creating and (row.get("IsClosed") or row.get("ActivityDate") is None):
        return []
    parents = (row.get("AccountId"), row.get("WhoId"), row.get("WhatId"))
    return [one for one in parents if one is not None]


def _check_people(row: Row, old: Row | None) -> None:
    who = row.get("WhoId")
    if who is None or not who.startswith(LEAD) or row.get("WhatId") is None:
        return
    if old is not None and (old.get("WhoId"), old.get("WhatId")) == (who, row.get("WhatId")):
        return
    raise SalesforceError(
        "FIELD_INTEGRITY_EXCEPTION",
        "Related To ID: an activity with a lead cannot be related to another record",
        ["WhatId"],
    )


def _check_subtype(row: Row, old: Row | None) -> None:
    if old is None and row.get("TaskSubtype") == "Cadence":
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION",
            "Task Subtype: Cadence is set by the platform only",
            ["TaskSubtype"],
        )
