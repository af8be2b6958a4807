"""Lead conversion and merge: records that become others, and their activities with them ([leadconv], [merge])."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import activities, tasks
from tandem.sandbox.salesforce.records import Writer
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState


class ActError(ValueError):
    """What was asked for cannot be done; the message says why."""


def convert_lead(
    state: "SalesforceState",
    writer: Writer,
    lead_id: str,
    *,
    account_id: str | None = None,
    contact_id: str | None = None,
    opportunity: bool = True,
    owner_id: str | None = None,
) -> dict[str, str | None]:
    """
    Convert a lead into a contact, an account and (unless told not to) an opportunity.

    Its activities move: Name becomes the contact, Related To the opportunity; open ones of the
    converting user go to the new owner.
    """
    lead = state.store.table("Lead").raw.get(lead_id)
    if lead is None or lead.get("IsDeleted"):
        raise ActError(f"There is no lead {lead_id}.")
    if lead.get("IsConverted"):
        raise ActError(f"The lead {lead_id} is converted already.")
    owner = owner_id or lead["OwnerId"]
    if not owner.startswith("005"):
        owner = writer.rights.user_id or state.admin_id
    account = (
        account_id
        or _existing_account(state, contact_id)
        or writer.insert(
            "Account", {"Name": lead.get("Company") or lead["LastName"], "OwnerId": owner}
        )
    )
    contact = contact_id or writer.insert("Contact", _person(lead, account, owner))
    made = None
    if opportunity:
        made = writer.insert(
            "Opportunity",
            {
                "Name": str(lead.get("Company") or lead["LastName"])[:120],
                "AccountId": account,
                "StageName": "Prospecting",
                "CloseDate": writer.stamp[:10],
                "OwnerId": owner,
            },
        )
    table = state.store.table("Lead")
    writer.put(
        table,
        lead,
        IsConverted=True,
        ConvertedDate=writer.stamp[:10],
        ConvertedAccountId=account,
        ConvertedContactId=contact,
        ConvertedOpportunityId=made,
        Status=_converted_status(state),
    )
    _move(state, writer, lead_id, contact, made, owner)
    return {"account": account, "contact": contact, "opportunity": made}


def merge(
    state: "SalesforceState", writer: Writer, master_id: str, loser_ids: Sequence[str]
) -> dict[str, Any]:
    """
    Merge one or two records into a master: they are deleted with MasterRecordId, what hung on them
    hangs on the master ([merge]: up to three records).
    """
    table = state.store.table_of(master_id)
    if table is None or not table.sobject.mergeable:
        raise ActError(f"{master_id} is no contact, lead or account.")
    if not 1 <= len(loser_ids) <= 2:
        raise ActError("A merge takes one or two records beside the master.")
    for one in (master_id, *loser_ids):
        row = table.raw.get(one)
        if row is None or row.get("IsDeleted"):
            raise ActError(f"There is no {table.sobject.label.lower()} {one}.")
    moved = 0
    for loser in loser_ids:
        if loser == master_id:
            raise ActError("A record cannot be merged into itself.")
        moved += _repoint(state, writer, loser, master_id)
        writer.put(table, table.raw[loser], IsDeleted=True, MasterRecordId=master_id)
        table.deleted_at[loser] = writer.stamp
    writer.put(table, table.raw[master_id])
    return {"id": master_id, "merged": list(loser_ids), "moved": moved}


def _repoint(state: "SalesforceState", writer: Writer, loser: str, master: str) -> int:
    moved = 0
    for sobject in list(state.schema):
        if sobject.child_only or sobject.computed or sobject.is_setup:
            continue
        table = state.store.table(sobject.name)
        for field in sobject.fields.values():
            if not field.reference_to or not table.is_indexed(field.name):
                continue
            if field.name in ("MasterRecordId", "ConvertedContactId", "ConvertedAccountId"):
                continue
            for one in table.holders(field.name, loser):
                writer.put(table, table.raw[one], **{field.name: master})
                moved += 1
    return moved


def _move(
    state: "SalesforceState",
    writer: Writer,
    lead_id: str,
    contact: str,
    opportunity: str | None,
    owner: str,
) -> None:
    for table, row in list(activities.of(state, "WhoId", lead_id)):
        changes: dict[str, Any] = {"WhoId": contact}
        if opportunity is not None:
            changes["WhatId"] = opportunity
        changes["AccountId"] = tasks.account_of(state, contact, changes.get("WhatId"))
        if not row.get("IsClosed") and row.get("OwnerId") == writer.rights.user_id:
            changes["OwnerId"] = owner
        writer.put(table, row, **changes)


def _person(lead: Row, account: str, owner: str) -> dict[str, Any]:
    kept = ("FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "Fax")
    return {
        **{name: lead[name] for name in kept if name in lead},
        "AccountId": account,
        "OwnerId": owner,
    }


def _existing_account(state: "SalesforceState", contact_id: str | None) -> str | None:
    if contact_id is None:
        return None
    contact = state.store.table("Contact").raw.get(contact_id)
    if contact is None or contact.get("IsDeleted"):
        raise ActError(f"There is no contact {contact_id}.")
    return contact.get("AccountId")


def _converted_status(state: "SalesforceState") -> str:
    rows = state.store.table("LeadStatus").raw.values()
    return next(
        (str(one["ApiName"]) for one in rows if one.get("IsConverted")), "Closed - Converted"
    )
