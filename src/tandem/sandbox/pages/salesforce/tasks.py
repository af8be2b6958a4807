"""Tasks as the pages list them: views, filters, and the two halves of a record's activity."""

from dataclasses import dataclass
from datetime import date, datetime

from tandem.sandbox.pages.salesforce.reading import Reader, matching, title_of
from tandem.sandbox.pages.visit import Visit
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.wire import from_wire

VIEWS = ("open", "late", "done", "all", "deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task in a list or in a record's activity."""

    id: str
    to: str
    subject: str
    status: str
    type: str
    due: date | None
    owner: str
    who: str
    who_to: str | None
    what: str
    what_to: str | None
    changed: datetime
    completed: datetime | None
    body: str
    is_closed: bool
    is_late: bool
    is_high: bool


def task_rows(reader: Reader, visit: Visit) -> list[Row]:
    """The tasks of the view and filters that the visit asks for, last changed first."""
    view = visit.asked("view", "open")
    status, kind, owner = visit.asked("status"), visit.asked("type"), visit.asked("owner")
    found = (
        row
        for row in reader.rows("Task", deleted=view == "deleted")
        if _is_in(reader, view, row)
        and status in ("", row.get("Status"))
        and kind in ("", row.get("Type"))
        and owner in ("", row.get("OwnerId"))
    )
    return matching(found, visit.asked("q"), ("Subject", "Description"))


def shown_task(reader: Reader, row: Row) -> TaskRow:
    due, completed = row.get("ActivityDate"), row.get("CompletedDateTime")
    return TaskRow(
        id=row["Id"],
        to=f"/lightning/r/Task/{row['Id']}/view",
        subject=title_of(row) or reader.words("no_title"),
        status=reader.value_label("Task", "Status", row.get("Status")),
        type=reader.value_label("Task", "Type", row.get("Type")),
        due=date.fromisoformat(due) if due else None,
        owner=reader.name_of(row.get("OwnerId")),
        who=reader.name_of(row.get("WhoId")),
        who_to=reader.link_to(row.get("WhoId")),
        what=reader.name_of(row.get("WhatId")),
        what_to=reader.link_to(row.get("WhatId")),
        changed=from_wire(row["LastModifiedDate"]),
        completed=from_wire(completed) if completed else None,
        body=str(row.get("Description") or ""),
        is_closed=bool(row.get("IsClosed")),
        is_late=reader.is_late(row),
        is_high=bool(row.get("IsHighPriority")),
    )


def activity_of(reader: Reader, record_id: str) -> tuple[list[TaskRow], list[TaskRow]]:
    """The open tasks of a record by due date, and the closed ones, latest first."""
    rows = _tasks_of(reader, record_id)
    still_open = [row for row in rows if not row.get("IsClosed")]
    closed = [row for row in rows if row.get("IsClosed")]
    still_open.sort(key=lambda row: (row.get("ActivityDate") or "9999", row["Id"]))
    closed.sort(
        key=lambda row: (row.get("CompletedDateTime") or row["LastModifiedDate"], row["Id"]),
        reverse=True,
    )
    return (
        [shown_task(reader, row) for row in still_open],
        [shown_task(reader, row) for row in closed],
    )


def _tasks_of(reader: Reader, record_id: str) -> list[Row]:
    state = reader.state
    table = state.store.table("Task")
    found: dict[str, Row] = {}
    for field in ("WhoId", "WhatId", "AccountId"):
        found |= {row["Id"]: row for row in table.find(field, record_id)}
    if state.schema.shared_activities:
        for relation in state.store.table("TaskRelation").find("RelationId", record_id):
            task = reader.row(relation["TaskId"])
            if task is not None:
                found[task["Id"]] = task
    return [row for row in found.values() if state.sees(reader.rights, row)]


def _is_in(reader: Reader, view: str, row: Row) -> bool:
    if view == "late":
        return reader.is_late(row)
    if view in ("open", "done"):
        return bool(row.get("IsClosed")) == (view == "done")
    return True
