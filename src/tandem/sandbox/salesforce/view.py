"""The org as one user sees it: what SOQL queries, and what a record looks like in an answer."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.schema import ChildRelationship, Field, FieldType, SObject
from tandem.sandbox.salesforce.soql import Hint, Lookup, Range, Visibility
from tandem.sandbox.salesforce.store import Row, Table, value_of

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState


class NamedChild:
    """A child relationship that a sub-query may use."""

    __slots__ = ("child_object", "field", "name")

    def __init__(self, found: ChildRelationship) -> None:
        self.name = found.name or ""
        self.child_object = found.child
        self.field = found.field


class VisibleObject:
    """An object without the fields that field-level security hides from the user."""

    __slots__ = ("_fields", "_lower", "_state", "sobject")

    def __init__(self, state: "SalesforceState", rights: Rights, sobject: SObject) -> None:
        self.sobject = sobject
        self._state = state
        self._fields = rights.fields(sobject)
        self._lower = {name.lower(): field for name, field in self._fields.items()}

    @property
    def name(self) -> str:
        return self.sobject.name

    @property
    def queryable(self) -> bool:
        return not self.sobject.child_only

    @property
    def name_field(self) -> str | None:
        found = self.sobject.name_field
        return None if found is None else found.name

    def field(self, name: str, /) -> Field | None:
        return self._lower.get(name.lower())

    def fields(self) -> Iterable[Field]:
        return self._fields.values()

    def parent(self, relationship: str, /) -> Field | None:
        found = self.sobject.relationships.get(relationship.lower())
        return found if found is not None and found.name in self._fields else None

    def child(self, relationship: str, /) -> NamedChild | None:
        found = self._state.schema.child(self.sobject.name, relationship)
        return None if found is None else NamedChild(found)


class _Made:
    """A row whose compound fields are put together when they are read."""

    __slots__ = ("_row", "_sobject")

    def __init__(self, sobject: SObject, row: Row) -> None:
        self._sobject = sobject
        self._row = row

    def get(self, name: str, /) -> Any:
        field = self._sobject.fields.get(name)
        if field is not None and field.type is FieldType.ADDRESS:
            return value_of(self._row, field)
        return self._row.get(name)


class View:
    """
    The source of one user's queries. Row values are in wire form; a boolean is never null.

    Objects without rows of their own are made up here: OpenActivity, ActivityHistory, TaskWhoRelation,
    UserRecordAccess.
    """

    def __init__(self, state: "SalesforceState", rights: Rights) -> None:
        self._state = state
        self._rights = rights
        self._objects: dict[str, VisibleObject | None] = {}

    @property
    def now(self) -> datetime:
        return self._state.world.clock.now()

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self._rights.zone)

    @property
    def user_id(self) -> str:
        return self._rights.user_id

    @property
    def views_all(self) -> bool:
        return self._rights.may("ViewAllData")

    def object_type(self, name: str, /) -> VisibleObject | None:
        key = name.lower()
        if key not in self._objects:
            found = self._state.object_for(self._rights, name)
            self._objects[key] = (
                None if found is None else VisibleObject(self._state, self._rights, found)
            )
        return self._objects[key]

    def rows(
        self, object_name: str, /, *, visibility: Visibility, hints: Sequence[Hint] = ()
    ) -> Iterable[Any]:
        sobject = self._state.schema[object_name]
        if object_name in ("OpenActivity", "ActivityHistory"):
            return self._activities(object_name == "OpenActivity", hints)
        if object_name == "TaskWhoRelation":
            return self._who_relations(visibility, hints)
        if object_name == "UserRecordAccess":
            return self._record_access(hints)
        found = self._stored(self._state.store.table(object_name), visibility, hints)
        return (_Made(sobject, row) for row in found) if _has_compounds(sobject) else found

    def record(self, record_id: str, /) -> tuple[VisibleObject, Any] | None:
        sobject = self._state.schema.by_id(record_id)
        if sobject is None or sobject.child_only or sobject.computed:
            return None
        row = self._state.store.table(sobject.name).get(record_id)
        kind = self.object_type(sobject.name)
        if row is None or kind is None or not self._state.sees(self._rights, row):
            return None
        return kind, _Made(sobject, row) if _has_compounds(sobject) else row

    def _stored(self, table: Table, visibility: Visibility, hints: Sequence[Hint]) -> Iterator[Row]:
        everything = visibility is Visibility.QUERY_ALL
        ids = _candidates(table, hints)
        rows = (
            table.rows(include_deleted=everything, include_archived=everything)
            if ids is None
            else table.pick(ids, include_deleted=everything, include_archived=everything)
        )
        if not self._state.record_access:
            return rows
        return (row for row in rows if self._state.sees(self._rights, row))

    def _activities(self, is_open: bool, hints: Sequence[Hint]) -> Iterator[Row]:
        """Open ones are open tasks and coming events, the history is the rest."""
        now = self._state.stamp()
        wanted = [one for one in hints if isinstance(one, Lookup) and one.field.endswith("Id")]
        for name in ("Task", "Event"):
            for row in self._stored(self._state.store.table(name), Visibility.QUERY, wanted):
                if name == "Task":
                    stands_open = not row.get("IsClosed")
                else:
                    stands_open = str(row.get("EndDateTime") or row.get("StartDateTime")) > now
                if stands_open is is_open and not row.get("IsRecurrence"):
                    yield _as_activity(name, row)

    def _who_relations(self, visibility: Visibility, hints: Sequence[Hint]) -> Iterator[Row]:
        table = self._state.store.table("TaskRelation")
        for row in self._stored(table, visibility, hints):
            if not row.get("IsWhat"):
                kind = "Lead" if row["RelationId"].startswith("00Q") else "Contact"
                yield {**row, "Id": f"0RX{row['Id'][3:]}", "Type": kind}

    def _record_access(self, hints: Sequence[Hint]) -> Iterator[Row]:
        by_field = {one.field: one.values for one in hints if isinstance(one, Lookup)}
        for user_id in by_field.get("UserId", ()):
            rights = self._state.rights(str(user_id))
            for record_id in by_field.get("RecordId", ()):
                row = self._state.store.row(str(record_id))
                if row is None or row.get("IsDeleted"):
                    level = "none"
                else:
                    level = self._state.level(rights, str(record_id))
                yield _access_row(str(user_id), str(record_id), level)


def _candidates(table: Table, hints: Sequence[Hint]) -> list[str] | None:
    """The ids that the best hint leaves, or None if no index serves."""
    best: list[str] | None = None
    for hint in hints:
        found: list[str] | None = None
        if isinstance(hint, Lookup):
            found = _looked_up(table, hint)
        elif isinstance(hint, Range) and hint.field == "SystemModstamp":
            found = table.changed_between(hint.low, hint.high)
        if found is not None and (best is None or len(found) < len(best)):
            best = found
    return best


def _looked_up(table: Table, hint: Lookup) -> list[str] | None:
    if hint.field == "Id":
        return [str(one) for one in hint.values]
    if not table.is_indexed(hint.field) or None in hint.values:
        return None
    found: dict[str, None] = {}
    for one in hint.values:
        found.update(dict.fromkeys(table.with_value(hint.field, str(one))))
    return list(found)


def _has_compounds(sobject: SObject) -> bool:
    return any(one.type is FieldType.ADDRESS for one in sobject.fields.values())


def _as_activity(name: str, row: Row) -> Row:
    return {
        **row,
        "IsTask": name == "Task",
        "ActivityType": row.get("Type"),
        "ActivitySubtype": row.get("TaskSubtype") or row.get("EventSubtype"),
        "IsClosed": bool(row.get("IsClosed")),
        "IsHighPriority": bool(row.get("IsHighPriority")),
        "IsAllDayEvent": bool(row.get("IsAllDayEvent")),
    }


_LEVEL_NAMES = {"none": "None", "read": "Read", "edit": "Edit", "all": "All"}


def _access_row(user_id: str, record_id: str, level: str) -> Row:
    return {
        "Id": record_id,
        "UserId": user_id,
        "RecordId": record_id,
        "HasReadAccess": level != "none",
        "HasEditAccess": level in ("edit", "all"),
        "HasDeleteAccess": level in ("edit", "all"),
        "HasTransferAccess": level == "all",
        "HasAllAccess": level == "all",
        "MaxAccessLevel": _LEVEL_NAMES[level],
    }
