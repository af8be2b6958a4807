"""What the platform makes of contacts, leads, users, opportunities and cases when they are saved."""

from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

_PROBABILITY = {
    "Prospecting": 10,
    "Qualification": 10,
    "Needs Analysis": 20,
    "Value Proposition": 50,
    "Id. Decision Makers": 60,
    "Perception Analysis": 70,
    "Proposal/Price Quote": 75,
    "Negotiation/Review": 90,
    "Closed Won": 100,
    "Closed Lost": 0,
}


def complete_person(state: "SalesforceState", row: Row) -> None:
    """Make Name from its parts: family name first where the org's locale writes it so."""
    first, last = row.get("FirstName"), row.get("LastName")
    if first and last:
        is_family_first = str(state.organization.get("DefaultLocaleSidKey")).startswith("ja")
        row["Name"] = f"{last} {first}" if is_family_first else f"{first} {last}"
    else:
        row["Name"] = last or first or ""


def complete_lead(state: "SalesforceState", row: Row, old: Row | None) -> None:
    """A converted lead is read-only ([leadconv])."""
    if old is not None and old.get("IsConverted"):
        raise SalesforceError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot update converted lead")
    complete_person(state, row)


def complete_sale(state: "SalesforceState", object_name: str, row: Row, old: Row | None) -> None:
    """Fill what follows from an opportunity's stage or a case's status."""
    if object_name == "Case":
        row.setdefault("CaseNumber", f"{len(state.store.table('Case')) + 1001:08}")
        row["IsClosed"] = row.get("Status") == "Closed"
        return
    stage = row.get("StageName")
    if old is None or old.get("StageName") != stage:
        row["Probability"] = _PROBABILITY.get(str(stage), row.get("Probability", 10))
    row["IsClosed"] = str(stage).startswith("Closed")
    row["IsWon"] = stage == "Closed Won"
