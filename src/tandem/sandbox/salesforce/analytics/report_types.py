"""The report types of the org: those of activities, under the names of [rep-typelist]."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.analytics.columns import Column, columns_of
from tandem.sandbox.salesforce.analytics.refusals import bad_request

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState

GROUP = "Activities"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportType:
    """
    What rows a report has: activities that hang on the *needed* object, if it needs one.

    `sources` are the records whose columns it has, `letter` its mark in the table of columns,
    `columns` what a new report shows that names none.
    """

    name: str
    label: str
    letter: str
    needed: str | None
    sources: tuple[str, ...]
    columns: tuple[str, ...]
    dates: tuple[str, ...] = ("DUE_DATE", "CREATED_DATE")

    def visible_columns(self, state: "SalesforceState", rights: "Rights") -> dict[str, Column]:
        """Its columns as far as the user may see them, by name."""
        return columns_of(state, rights, self.letter, self.sources)


_COMMON = ("ASSIGNED", "SUBJECT", "DUE_DATE", "PRIORITY", "STATUS", "TASK")

TYPES = {
    one.name: one
    for one in (
        ReportType(
            name="Activity",
            label="Tasks and Events",
            letter="T",
            needed=None,
            sources=("Activity", "Account", "Contact", "Lead", "Opportunity", "Case"),
            columns=(*_COMMON, "ACCOUNT", "CONTACT", "LEAD"),
            dates=("DUE_DATE", "CREATED_DATE", "START_DATE_TIME", "END_DATE_TIME"),
        ),
        ReportType(
            name="AccountActivity",
            label="Activities with Accounts",
            letter="A",
            needed="Account",
            sources=("Activity", "Account"),
            columns=("ACCOUNT.NAME", *_COMMON),
        ),
        ReportType(
            name="ContactActivity",
            label="Activities with Contacts",
            letter="C",
            needed="Contact",
            sources=("Activity", "Contact", "Account"),
            columns=("FIRST_NAME", "LAST_NAME", "ACCOUNT.NAME", *_COMMON),
        ),
        ReportType(
            name="OpportunityActivity",
            label="Activities with Opportunities",
            letter="O",
            needed="Opportunity",
            sources=("Activity", "Opportunity", "Account"),
            columns=("OPPORTUNITY_NAME", "STAGE_NAME", *_COMMON),
            dates=("DUE_DATE", "CREATED_DATE", "OPPORTUNITY_CREATED_DATE"),
        ),
        ReportType(
            name="LeadActivity",
            label="Activities with Leads",
            letter="L",
            needed="Lead",
            sources=("Activity", "Lead"),
            columns=("FIRST_NAME", "LAST_NAME", "COMPANY", *_COMMON),
            dates=("DUE_DATE", "CREATED_DATE", "LEAD_CREATED_DATE"),
        ),
        ReportType(
            name="CaseActivity",
            label="Activities with Cases",
            letter="S",
            needed="Case",
            sources=("Activity", "Case"),
            columns=("CASE_NUMBER", "CASE_SUBJECT", *_COMMON),
        ),
    )
}


def types_for(state: "SalesforceState", rights: "Rights") -> list[ReportType]:
    """The types whose objects the user may reach."""
    return [one for one in TYPES.values() if _reaches(state, rights, one)]


def type_named(state: "SalesforceState", rights: "Rights", name: object) -> ReportType:
    """The type of that name; 400 for one the org has not or the user may not use."""
    found = TYPES.get(name) if isinstance(name, str) else None
    if found is None or not _reaches(state, rights, found):
        raise bad_request(f"The report type {name} is invalid.")
    return found


def _reaches(state: "SalesforceState", rights: "Rights", kind: ReportType) -> bool:
    needed = (kind.needed, "Task") if kind.needed else ("Task",)
    return all(state.object_for(rights, one) is not None for one in needed)
