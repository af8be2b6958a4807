"""The rows of a report before any filter: activities with the records they hang on, as one user sees them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.analytics.columns import Column, Shows
from tandem.sandbox.salesforce.analytics.report_types import ReportType
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState

_SHORT = 255
_PREFIXES = {"Contact": "003", "Lead": "00Q", "Opportunity": "006", "Case": "500"}
_REFERENCES = {"Contact": "WhoId", "Lead": "WhoId", "Opportunity": "WhatId", "Case": "WhatId"}
_OWNERS = {
    "Owner": ("Activity", "OwnerId"),
    "CreatedBy": ("Activity", "CreatedById"),
    "LastModifiedBy": ("Activity", "LastModifiedById"),
    "LeadOwner": ("Lead", "OwnerId"),
    "AccountOwner": ("Account", "OwnerId"),
    "OpportunityOwner": ("Opportunity", "OwnerId"),
    "CaseOwner": ("Case", "OwnerId"),
}


class Line:
    """One row: an activity, and on demand the records around it. A record the user may not see is absent."""

    __slots__ = ("_known", "_reader", "activity", "is_task")

    def __init__(
        self, reader: "Reader", activity: Row, *, is_task: bool, contact: str | None = None
    ) -> None:
        self.activity = activity
        self.is_task = is_task
        self._reader = reader
        self._known: dict[str, Row | None] = {"Activity": activity}
        if contact is not None:
            self._known["Contact"] = reader.record(contact)

    def record(self, source: str) -> Row | None:
        """The record of a source of `columns.txt`."""
        if source not in self._known:
            self._known[source] = self._reader.record(self._reference(source))
        return self._known[source]

    def raw(self, column: Column) -> Any:
        """The stored value behind a column."""
        if column.shows is Shows.IS_TASK:
            return self.is_task
        row = self.record(column.source)
        if row is None:
            return None
        value = row.get(column.field.name)
        if value is None:
            return column.field.absent
        if column.shows is Shows.SHORT:
            return str(value)[:_SHORT]
        return _clock(value) if column.shows is Shows.CLOCK else value

    def _reference(self, source: str) -> str | None:
        if source in _OWNERS:
            base, field = _OWNERS[source]
            row = self.record(base)
            return None if row is None else row.get(field)
        if source == "Account":
            return self._account()
        reference = self.activity.get(_REFERENCES[source])
        return reference if str(reference or "").startswith(_PREFIXES[source]) else None

    def _account(self) -> str | None:
        """In a report on contacts the contact's account, else the activity's own."""
        owner = self.record("Contact") if self._reader.of_contacts else self.activity
        return None if owner is None else owner.get("AccountId")


class Reader:
    """Reads the lines of one report type for one user."""

    __slots__ = ("_kind", "_records", "_rights", "_state", "of_contacts")

    def __init__(self, state: "SalesforceState", rights: "Rights", kind: ReportType) -> None:
        self._state = state
        self._rights = rights
        self._kind = kind
        self._records: dict[str, Row | None] = {}
        self.of_contacts = kind.needed == "Contact"

    def record(self, record_id: str | None) -> Row | None:
        """A record by id, if the user sees it. Activities share people, so each is looked up once."""
        if record_id is None:
            return None
        if record_id not in self._records:
            self._records[record_id] = self._read(record_id)
        return self._records[record_id]

    def _read(self, record_id: str) -> Row | None:
        table = self._state.store.table_of(record_id)
        row = None if table is None else table.get(record_id)
        if table is None or row is None or row.get("IsDeleted"):
            return None
        if self._state.object_for(self._rights, table.sobject.name) is None:
            return None
        return row if self._state.sees(self._rights, row) else None

    def lines(self, *, tasks: bool, events: bool) -> Iterator[Line]:
        """Every line; heads of recurring series are no activities, and archived ones follow the switch."""
        archived = self._state.switches["analytics_archived"] == "show"
        for name, wanted in (("Task", tasks), ("Event", events)):
            if not wanted or self._state.object_for(self._rights, name) is None:
                continue
            for row in self._state.store.table(name).rows(include_archived=archived):
                if not row.get("IsRecurrence") and self._state.sees(self._rights, row):
                    yield from self._lines_of(row, is_task=name == "Task")

    def _lines_of(self, row: Row, *, is_task: bool) -> Iterator[Line]:
        if self.of_contacts and is_task and self._shares():
            for contact in self._contacts_of(row):
                line = Line(self, row, is_task=True, contact=contact)
                if line.record("Contact") is not None:
                    yield line
            return
        line = Line(self, row, is_task=is_task)
        if self._kind.needed is None or line.record(self._kind.needed) is not None:
            yield line

    def _shares(self) -> bool:
        return (
            self._state.schema.shared_activities
            and self._state.switches["analytics_shared_contacts"] == "each"
        )

    def _contacts_of(self, row: Row) -> list[str]:
        relations = self._state.store.table("TaskRelation")
        people = {
            str(relations.raw[one]["RelationId"]): None
            for one in sorted(relations.holders("TaskId", str(row["Id"])))
            if not relations.raw[one].get("IsWhat") and not relations.raw[one].get("IsDeleted")
        }
        if row.get("WhoId"):
            people[str(row["WhoId"])] = None
        return [one for one in people if one.startswith(_PREFIXES["Contact"])]


def _clock(seconds: int) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
