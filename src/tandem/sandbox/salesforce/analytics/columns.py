"""The columns of report types: what each shows, of which record, and who may see it."""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.analytics.refusals import bad_request
from tandem.sandbox.salesforce.schema import Field, FieldType, SObject

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState


class Shows(enum.Enum):
    """How a cell is made of a field's value; the marks of `columns.txt`."""

    VALUE = ""
    RECORD = "L"
    RECORD_TEXT = "l"
    SHORT = "s"
    DAY = "D"
    IS_TASK = "T"
    CLOCK = "H"


OBJECTS_OF = {
    "Activity": ("Task", "Event"),
    "Owner": ("User",),
    "CreatedBy": ("User",),
    "LastModifiedBy": ("User",),
    "Contact": ("Contact",),
    "Lead": ("Lead",),
    "LeadOwner": ("User",),
    "Account": ("Account",),
    "AccountOwner": ("User",),
    "Opportunity": ("Opportunity",),
    "OpportunityOwner": ("User",),
    "Case": ("Case",),
    "CaseOwner": ("User",),
}
"""Which objects a source's records are of; the first one describes the field where both have it."""

_CUSTOM_SOURCES = ("Activity", "Contact", "Lead", "Account", "Opportunity", "Case")
_DATA_TYPES = {
    FieldType.COMBOBOX: "string",
    FieldType.REFERENCE: "id",
}
NUMBERS = frozenset({"int", "double", "currency", "percent"})
DAYS = frozenset({"date", "datetime"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of one report type. `field` is the first field behind it; custom ones keep its API name."""

    name: str
    source: str
    field: Field
    entity: str
    label: str
    category: str
    shows: Shows

    @property
    def data_type(self) -> str:
        """The type the API names: a subject is a string, a looked-up name too ([rep-run])."""
        if self.shows is Shows.IS_TASK:
            return "boolean"
        if self.shows is Shows.CLOCK:
            return "string"
        return _DATA_TYPES.get(self.field.type, str(self.field.type))

    @property
    def is_long_text(self) -> bool:
        """Whether filter logic refuses it ([salesforcer-110])."""
        return self.data_type == "textarea"

    @property
    def is_lookup(self) -> bool:
        return self.shows is Shows.RECORD

    @property
    def filter_values(self) -> list[dict[str, str]]:
        """What a picklist or check box can be filtered by."""
        if self.data_type == "boolean":
            return [{"label": "True", "name": "1"}, {"label": "False", "name": "0"}]
        if self.data_type not in ("picklist", "multipicklist"):
            return []
        return [{"label": label or value, "name": value} for value, label in self.field.picklist]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of the table, before it meets an org's catalog."""

    name: str
    source: str
    category: str
    field: str
    label: str
    shows: Shows
    types: str


def columns_of(
    state: "SalesforceState", rights: "Rights", letter: str, sources: tuple[str, ...]
) -> dict[str, Column]:
    """The columns a user has in the report type of that letter, custom fields last."""
    found: dict[str, Column] = {}
    for line in _table():
        if line.types != "*" and letter not in line.types:
            continue
        seen = _visible(state, rights, line.source, line.field)
        if seen is not None:
            sobject, field = seen
            found[line.name] = Column(
                name=line.name,
                source=line.source,
                field=field,
                entity=f"{sobject.name}.{field.name}",
                label=line.label,
                category=line.category,
                shows=line.shows,
            )
    for source in _CUSTOM_SOURCES:
        if source in sources:
            found.update(_custom(state, rights, source))
    return found


def column_named(columns: Mapping[str, Column], name: object, what: str) -> Column:
    """The column of that name; a name that is none, or hidden from the user, is refused."""
    found = columns.get(name) if isinstance(name, str) else None
    if found is None:
        raise bad_request(f"The {what} {name} is invalid.")
    return found


def _visible(
    state: "SalesforceState", rights: "Rights", source: str, field_name: str
) -> tuple[SObject, Field] | None:
    for name in OBJECTS_OF[source]:
        sobject = state.object_for(rights, name)
        field = None if sobject is None else sobject.fields.get(field_name)
        if sobject is not None and field is not None and rights.reads(sobject, field):
            return sobject, field
    return None


def _custom(
    state: "SalesforceState", rights: "Rights", source: str
) -> Iterator[tuple[str, Column]]:
    """`Activity.Tandem_Key__c`, `Contact.Region__c`: the name of a custom field's column ([npsp])."""
    for name in OBJECTS_OF[source]:
        sobject = state.object_for(rights, name)
        if sobject is None:
            continue
        for field in sobject.fields.values():
            if field.custom and rights.reads(sobject, field):
                column = Column(
                    name=f"{source}.{field.name}",
                    source=source,
                    field=field,
                    entity=f"{source}.{field.name}",
                    label=field.label,
                    category=_CATEGORIES[source],
                    shows=Shows.VALUE,
                )
                yield column.name, column


_CATEGORIES = {source: f"{source} Information" for source in _CUSTOM_SOURCES}


@cache
def _table() -> tuple[_Line, ...]:
    text = resources.files(__package__).joinpath("columns.txt").read_text(encoding="utf-8")
    lines, source, category = list[_Line](), "", ""
    for one in text.splitlines():
        if not one or one.startswith("#"):
            continue
        if one.startswith("["):
            source, _, category = one[1:].partition("] ")
            continue
        name, field, label, shows, types = (part.strip() for part in one.split("|"))
        lines.append(
            _Line(
                name=name,
                source=source,
                category=category,
                field=field,
                label=label,
                shows=Shows(shows),
                types=types,
            )
        )
    return tuple(lines)
