"""What happens to activities when the records they hang on change, and the people of Shared Activities."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import tasks
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.store import Row, Table

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.records import Writer
    from tandem.sandbox.salesforce.state import SalesforceState

ACTIVITIES = ("Task", "Event")
SHARED_CONTACTS = 50
"""The most contacts one shared task may have ([taskrelation])."""


def of(state: "SalesforceState", field: str, record_id: str) -> Iterator[tuple[Table, Row]]:
    """The undeleted activities whose Who or What is that record, archived ones included."""
    for name in ACTIVITIES:
        table = state.store.table(name)
        for one in sorted(table.holders(field, record_id)):
            row = table.raw[one]
            if not row.get("IsDeleted"):
                yield table, row


def dependents(
    writer: "Writer", state: "SalesforceState", object_name: str, row: Row
) -> list[tuple[Table, Row]]:
    """
    What goes to the recycle bin with a record. Activities that also hang on something else stay and
    lose the reference.
    """
    record_id = str(row["Id"])
    found: list[tuple[Table, Row]] = []
    if object_name == "Account":
        for name in ("Contact", "Opportunity", "Case"):
            table = state.store.table(name)
            found += [(table, table.raw[one]) for one in table.holders("AccountId", record_id)]
    if object_name in ACTIVITIES:
        relations = state.store.table("TaskRelation")
        return [(relations, relations.raw[one]) for one in relations.holders("TaskId", record_id)]
    for field, other in (("WhoId", "WhatId"), ("WhatId", "WhoId")):
        for table, activity in list(of(state, field, record_id)):
            if activity.get(other) is None and state.switches["delete_cascades"]:
                found.append((table, activity))
            else:
                changed = {**activity, field: None}
                account = tasks.account_of(state, changed.get("WhoId"), changed.get("WhatId"))
                writer.put(table, activity, **{field: None, "AccountId": account})
    return found


def recompute_accounts(writer: "Writer", state: "SalesforceState", parent_id: str) -> None:
    """Compute AccountId anew for activities of a contact, opportunity or case whose account changed."""
    moves_stamp = bool(state.switches["account_recompute_moves_stamp"])
    for field in ("WhoId", "WhatId"):
        for table, row in list(of(state, field, parent_id)):
            changed = dict(row)
            if not tasks.set_account(state, changed):
                continue
            if moves_stamp:
                changed["SystemModstamp"] = writer.stamp
            table.put(changed)


def relate(writer: "Writer", state: "SalesforceState", row: Row, old: Row | None) -> None:
    """With Shared Activities, keep the task's TaskRelation rows in step with its Who and What."""
    if not state.schema.shared_activities:
        return
    for field, is_what in (("WhoId", False), ("WhatId", True)):
        before = None if old is None else old.get(field)
        if before == row.get(field):
            continue
        if before is not None:
            _unrelate(state, str(row["Id"]), before)
        if row.get(field) is not None:
            add_relation(writer, state, str(row["Id"]), str(row[field]), is_what=is_what)
    count_people(writer, state, str(row["Id"]))


def split_people(
    state: "SalesforceState", object_name: str, values: Mapping[str, Any]
) -> tuple[Mapping[str, Any], list[str] | None]:
    """Take the junction list TaskWhoIds out of a task's values; its first entry is the Who ([task])."""
    if object_name != "Task" or "TaskWhoIds" not in values or not state.schema.shared_activities:
        return values, None
    people = values["TaskWhoIds"]
    if not isinstance(people, list) or not all(is_id(one) for one in people):
        raise SalesforceError(
            "MALFORMED_ID", "TaskWhoIds: a list of contact ids, or of one lead id", ["TaskWhoIds"]
        )
    rest = {name: value for name, value in values.items() if name != "TaskWhoIds"}
    ids = [id18(one) for one in people]
    return {"WhoId": ids[0] if ids else None, **rest}, ids


def set_people(
    writer: "Writer", state: "SalesforceState", task_id: str, people: Sequence[str]
) -> None:
    """Make exactly these the people of a task."""
    table = state.store.table("TaskRelation")
    for one in table.holders("TaskId", task_id):
        row = table.raw[one]
        if not row.get("IsWhat") and row["RelationId"] not in people:
            table.remove(one)
            table.deleted_at[one] = writer.stamp
    for person in people:
        add_relation(writer, state, task_id, person, is_what=False)
    count_people(writer, state, task_id)


def check_relation(state: "SalesforceState", row: Row) -> None:
    """A task has one lead or up to 50 contacts, and one other record ([taskrelation])."""
    relation = str(row["RelationId"])
    row["IsWhat"] = relation[:3] not in (tasks.CONTACT, tasks.LEAD)
    table = state.store.table("TaskRelation")
    rows = [table.raw[one] for one in table.holders("TaskId", str(row["TaskId"]))]
    same = [
        one
        for one in rows
        if bool(one.get("IsWhat")) is row["IsWhat"] and one["Id"] != row.get("Id")
    ]
    people = [*(one["RelationId"] for one in same), relation]
    has_lead = any(one.startswith(tasks.LEAD) for one in people)
    most = 1 if row["IsWhat"] or has_lead else SHARED_CONTACTS
    if len(people) > most:
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION",
            f"A task relates to one lead or up to {SHARED_CONTACTS} contacts, and to one other record.",
            ["RelationId"],
        )
    account = tasks.account_of(state, relation, relation if row["IsWhat"] else None)
    if account is not None:
        row["AccountId"] = account


def add_relation(
    writer: "Writer", state: "SalesforceState", task_id: str, relation_id: str, *, is_what: bool
) -> None:
    """Put one more person or record on a task, unless it is there."""
    table = state.store.table("TaskRelation")
    known = [table.raw[one]["RelationId"] for one in table.holders("TaskId", task_id)]
    if relation_id in known:
        return
    author = writer.rights.user_id or state.admin_id
    row: Row = {
        "TaskId": task_id,
        "RelationId": relation_id,
        "IsWhat": is_what,
        "IsDeleted": False,
        "CreatedDate": writer.stamp,
        "CreatedById": author,
        "LastModifiedDate": writer.stamp,
        "LastModifiedById": author,
        "SystemModstamp": writer.stamp,
    }
    check_relation(state, row)
    row["Id"] = state.make_id(table.sobject)
    table.put(row)


def note_last_activity(state: "SalesforceState", row: Row) -> None:
    """A completed task or an event is the last activity of the records it hangs on; no stamp moves."""
    day = row.get("ActivityDate")
    if day is None or ("IsClosed" in row and not row["IsClosed"]):
        return
    for name in ("WhoId", "WhatId", "AccountId"):
        parent = row.get(name)
        table = state.store.table_of(parent) if parent else None
        if table is None or "LastActivityDate" not in table.sobject.fields:
            continue
        found = table.raw[str(parent)]
        if day > (found.get("LastActivityDate") or ""):
            table.put({**found, "LastActivityDate": day})


def count_people(writer: "Writer", state: "SalesforceState", task_id: str) -> None:
    """Set WhoCount and WhatCount, and make another contact the Who where the task has lost its own."""
    del writer
    tasks_table, relations = state.store.table("Task"), state.store.table("TaskRelation")
    row = tasks_table.raw.get(task_id)
    if row is None:
        return
    live = [
        one
        for each in sorted(relations.holders("TaskId", task_id))
        if not (one := relations.raw[each]).get("IsDeleted")
    ]
    people = [one["RelationId"] for one in live if not one.get("IsWhat")]
    changed = {**row, "WhoCount": len(people), "WhatCount": len(live) - len(people)}
    if row.get("WhoId") is None and people:
        changed["WhoId"] = people[0]
        tasks.set_account(state, changed)
    if changed != row:
        tasks_table.put(changed)


def _unrelate(state: "SalesforceState", task_id: str, relation_id: str) -> None:
    table = state.store.table("TaskRelation")
    for one in table.holders("TaskId", task_id):
        if table.raw[one]["RelationId"] == relation_id:
            table.remove(one)
