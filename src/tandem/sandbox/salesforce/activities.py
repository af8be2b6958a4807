"""What happens to activities when the records they hang on change, and the people of Shared Activities."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tandem.sandbox.salesforce import tasks
from tandem.sandbox.salesforce.errors import SalesforceError
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


def add_relation(
    writer: "Writer", state: "SalesforceState", task_id: str, relation_id: str, *, is_what: bool
) -> None:
    """Put one more person or record on a task, unless it is there."""
    table = state.store.table("TaskRelation")
    rows = [table.raw[one] for one in table.holders("TaskId", task_id)]
    if any(one["RelationId"] == relation_id and not one.get("IsDeleted") for one in rows):
        return
    people = [one for one in rows if not one.get("IsWhat") and not one.get("IsDeleted")]
    if not is_what and len(people) >= SHARED_CONTACTS:
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION", "A task has at most 50 contacts.", ["TaskWhoIds"]
        )
    account = tasks.account_of(state, relation_id, None)
    values = {"TaskId": task_id, "RelationId": relation_id, "IsWhat": is_what}
    row: Row = {
        "Id": state.make_id(table.sobject),
        **values,
        "IsDeleted": False,
        "CreatedDate": writer.stamp,
        "CreatedById": writer.rights.user_id or state.admin_id,
        "LastModifiedDate": writer.stamp,
        "LastModifiedById": writer.rights.user_id or state.admin_id,
        "SystemModstamp": writer.stamp,
    }
    if account is not None:
        row["AccountId"] = account
    table.put(row)


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
