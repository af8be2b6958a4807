"""What pages read of the org, with the eyes of the user who looks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from tandem.sandbox.pages.shown import Shown
from tandem.sandbox.pages.texts import Words
from tandem.sandbox.pages.visit import Choice
from tandem.sandbox.salesforce import SalesforceState
from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.schema import Field, FieldType, SObject
from tandem.sandbox.salesforce.store import Row, value_of
from tandem.sandbox.salesforce.wire import day_in, from_wire

RECORDS = ("Account", "Case", "Campaign", "Contact", "Event", "Lead", "Opportunity", "Task", "User")
"""The objects whose records have a page."""

_NAMES = ("Name", "Subject", "CaseNumber")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """One field of a record's page: a text, a time, or a link."""

    name: str
    label: str
    value: Any
    to: str | None = None
    is_custom: bool = False
    is_long: bool = False


class Reader:
    """Records as one user sees them, told in one language."""

    def __init__(self, state: SalesforceState, rights: Rights, words: Words, shown: Shown) -> None:
        self.state = state
        self.rights = rights
        self.words = words
        self.shown = shown

    @property
    def today(self) -> date:
        return day_in(self.rights.zone, self.state.world.clock.now())

    def row(self, record_id: str, *, even_deleted: bool = False) -> Row | None:
        """A committed record that is shared with the user."""
        table = self.state.store.table_of(record_id)
        row = None if table is None else table.get(record_id)
        if row is None or (row.get("IsDeleted") and not even_deleted):
            return None
        return row if self.state.sees(self.rights, row) else None

    def rows(self, object_name: str, *, deleted: bool = False) -> Iterator[Row]:
        """The committed records of an object, or those in its recycle bin."""
        for row in self.state.store.table(object_name).rows(include_deleted=deleted):
            if bool(row.get("IsDeleted")) == deleted and self.state.sees(self.rights, row):
                yield row

    def name_of(self, record_id: str | None) -> str:
        """What a record is called; its id where that is not for this user to know."""
        if not record_id:
            return ""
        row = self.row(record_id, even_deleted=True)
        return record_id if row is None else title_of(row) or record_id

    def link_to(self, record_id: str | None) -> str | None:
        """The page of a record, None where there is none to see."""
        if not record_id or self.row(record_id) is None:
            return None
        return address_of(self.state, record_id)

    def fields(self, sobject: SObject, row: Row) -> list[ShownField]:
        """Every field that the user sees, as the page shows it; empty ones too."""
        return [
            self._field(sobject, field, row)
            for field in self.rights.fields(sobject).values()
            if field.compound is None and field.name not in ("Id", "IsDeleted")
        ]

    def label(self, sobject: SObject, field: Field) -> str:
        """The label of a field: the org's own for custom fields."""
        if field.custom:
            return field.label
        if field.name == "OwnerId" and sobject.name not in ("Task", "Event"):
            return self.words("field.owner")
        return self.words.named_or("label", field.name, field.label)

    def value_label(self, object_name: str, name: str, value: str | None) -> str:
        """The label of a picklist value."""
        if not value:
            return ""
        field = self.state.schema[object_name].fields.get(name)
        label = dict(field.picklist).get(value, value) if field is not None else value
        return label or value

    def choices(self, object_name: str, name: str) -> list[Choice]:
        """The active values of a picklist."""
        values = self.state.schema[object_name].fields[name].picklist
        return [Choice(value=value, label=label or value) for value, label in values]

    def users(self) -> list[Choice]:
        """The active users, for a drop-down list."""
        rows = self.state.store.table("User").raw.values()
        return [
            Choice(value=row["Id"], label=str(row.get("Name") or row["Username"]))
            for row in rows
            if row.get("IsActive")
        ]

    def is_late(self, task: Row) -> bool:
        """Whether an open task's due date has passed where the user is."""
        due = task.get("ActivityDate")
        return due is not None and not task.get("IsClosed") and due < self.today.isoformat()

    def _field(self, sobject: SObject, field: Field, row: Row) -> ShownField:
        value = value_of(row, field)
        to = None
        if value is None or value == "":
            shown: Any = ""
        elif field.type is FieldType.REFERENCE:
            shown, to = self.name_of(value), self.link_to(value)
        else:
            shown = self._plain_value(field, value)
        return ShownField(
            name=field.name,
            label=self.label(sobject, field),
            value=shown,
            to=to,
            is_custom=field.custom,
            is_long=field.type is FieldType.TEXTAREA,
        )

    def _plain_value(self, field: Field, value: Any) -> str | Markup:
        match field.type:
            case FieldType.BOOLEAN:
                return self.words("yes" if value else "no")
            case FieldType.DATETIME:
                return self.shown.time(from_wire(value))
            case FieldType.DATE:
                return self.shown.day(date.fromisoformat(value))
            case FieldType.PICKLIST:
                return dict(field.picklist).get(value, value) or str(value)
            case FieldType.ADDRESS:
                names = ("postalCode", "country", "state", "city", "street")
                return " ".join(str(value[name]) for name in names if value.get(name))
            case _:
                return str(value)


def title_of(row: Row) -> str:
    """A record's name."""
    return next((str(row[name]) for name in _NAMES if row.get(name)), "")


def address_of(state: SalesforceState, record_id: str) -> str | None:
    """The Lightning address of a record, None for objects without a page."""
    sobject = state.schema.by_id(record_id)
    if sobject is None or sobject.name not in RECORDS:
        return None
    return f"/lightning/r/{sobject.name}/{record_id}/view"


def matching(rows: Iterable[Row], wanted: str, names: tuple[str, ...]) -> list[Row]:
    """The rows in which every wanted word occurs, last changed first."""
    words = wanted.casefold().split()
    found = [
        row
        for row in rows
        if all(
            word in " ".join(str(row.get(name) or "") for name in names).casefold()
            for word in words
        )
    ]
    return sorted(found, key=lambda row: (row.get("LastModifiedDate", ""), row["Id"]), reverse=True)
