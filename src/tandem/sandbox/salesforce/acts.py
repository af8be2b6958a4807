"""What people, administrators and other systems do in the org's own user interface."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from tandem.sandbox.salesforce import acts_catalog, acts_setup, archive, conversion, recurrence
from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.arguments import Arguments
from tandem.sandbox.salesforce.conversion import ActError
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.events import selection
from tandem.sandbox.salesforce.named import user_of
from tandem.sandbox.salesforce.records import Writer

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

Act: TypeAlias = Callable[["SalesforceState", Arguments], dict[str, Any]]


def act(state: "SalesforceState", name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do one act, all of it or nothing; ValueError says what is wrong with it."""
    found = ACTS.get(name)
    if found is None:
        raise ActError(f"Unknown act {name!r}. Known: {', '.join(sorted(ACTS))}.")
    state.settle()
    mark = state.store.mark()
    try:
        return found(state, Arguments(name, arguments))
    except (SalesforceError, ActError) as error:
        state.store.rollback(mark)
        raise ActError(str(error)) from error
    finally:
        state.store.commit()


def _create_record(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{object, fields, as, commit_after_seconds}"""
    return _create(state, given, given.text("object"))


def _create_task(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{fields, as, commit_after_seconds}"""
    return _create(state, given, "Task")


def _create(state: "SalesforceState", given: Arguments, object_name: str) -> dict[str, Any]:
    writer = _writer(state, given)
    fields, late = given.mapping("fields"), given.number("commit_after_seconds", 0)
    given.done()
    made = writer.insert(object_name, fields)
    _end(state, writer, late)
    return {"id": made}


def _edit_record(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, fields, as, commit_after_seconds}"""
    writer = _writer(state, given)
    record_id, fields = given.record_id("id"), given.mapping("fields")
    late = given.number("commit_after_seconds", 0)
    given.done()
    writer.update(_object_of(state, record_id), record_id, fields)
    _end(state, writer, late)
    return {"id": record_id}


def _complete_task(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, status, as}: the given closed status, else the first one"""
    writer = _writer(state, given)
    record_id = given.record_id("id")
    closed = [name for name, is_closed in state.closed_statuses.items() if is_closed]
    if not closed:
        raise ActError("The org has no closed status.")
    status = given.text("status", closed[0])
    given.done()
    writer.update("Task", record_id, {"Status": status})
    _end(state, writer, 0)
    return {"id": record_id, "status": status}


def _delete_record(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, as}: to the recycle bin"""
    writer = _writer(state, given)
    record_id = given.record_id("id")
    given.done()
    writer.delete(None, record_id)
    _end(state, writer, 0)
    return {"id": record_id}


def _undelete_record(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, as}: out of the recycle bin"""
    writer = _writer(state, given)
    record_id = given.record_id("id")
    given.done()
    writer.undelete(record_id)
    _end(state, writer, 0)
    return {"id": record_id}


def _hard_delete(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, forget}: gone from bin and queryAll; with forget from the delete log too"""
    record_id, forget = given.record_id("id"), given.flag("forget", False)
    given.done()
    table = state.store.table_of(record_id)
    if table is None or record_id not in table.raw:
        raise ActError(f"There is no record {record_id}.")
    table.remove(record_id)
    table.deleted_at.setdefault(record_id, state.stamp())
    if forget:
        del table.deleted_at[record_id]
    return {"id": record_id}


def _empty_recycle_bin(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{}: every deleted record is gone for good"""
    given.done()
    return {"removed": archive.purge(state, everything=True)}


def _convert_lead(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, account, contact, opportunity (true), owner, as}"""
    writer = _writer(state, given)
    lead_id = given.record_id("id")
    options = {
        "account_id": given.record_id("account", None),
        "contact_id": given.record_id("contact", None),
        "opportunity": given.flag("opportunity", True),
        "owner_id": given.record_id("owner", None),
    }
    given.done()
    made = conversion.convert_lead(state, writer, lead_id, **options)
    _end(state, writer, 0)
    return dict(made)


def _merge(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{master, losers: [id, …], as}"""
    writer = _writer(state, given)
    master, losers = given.record_id("master"), [str(one) for one in given.listed("losers")]
    given.done()
    found = conversion.merge(state, writer, master, losers)
    _end(state, writer, 0)
    return found


def _create_series(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{fields (with the recurrence fields), as}: the head of a recurring series and its occurrences"""
    writer = _writer(state, given)
    fields = given.mapping("fields")
    given.done()
    head = writer.insert("Task", {**fields, "IsRecurrence": True})
    _end(state, writer, 0)
    return {"id": head, "occurrences": recurrence.occurrences_of(state, head)}


def _share_task(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id, contacts: [id, …], as}: further people of a task, with Shared Activities"""
    writer = _writer(state, given)
    task_id, contacts = given.record_id("id"), given.listed("contacts")
    given.done()
    if not state.schema.shared_activities:
        raise ActError("Shared Activities are off: do shared_activities first.")
    for one in contacts:
        writer.insert("TaskRelation", {"TaskId": task_id, "RelationId": one})
    _end(state, writer, 0)
    return {"id": task_id}


def _archive_now(state: "SalesforceState", given: Arguments) -> dict[str, Any]:
    """{id}: the nightly archiving, or one record whatever its age"""
    record_id = given.record_id("id", None)
    given.done()
    if record_id is None:
        return {"archived": archive.archive_now(state)}
    table = state.store.table_of(record_id)
    if table is None or record_id not in table.raw or "IsArchived" not in table.sobject.fields:
        raise ActError(f"There is no activity {record_id}.")
    table.put({**table.raw[record_id], "IsArchived": True})
    return {"archived": 1}


def _writer(state: "SalesforceState", given: Arguments) -> Writer:
    return state.writer(_actor(state, given.text("as", None)))


def _actor(state: "SalesforceState", named: str | None) -> Rights | None:
    if named == "system":
        return None
    users = state.store.table("User").raw
    if named is not None:
        return state.rights(user_of(state, named)["Id"])
    for user_id, row in users.items():
        if row.get("IsActive") and user_id != state.integration_id:
            return state.rights(user_id)
    return state.rights()


def _end(state: "SalesforceState", writer: Writer, late: float) -> None:
    if late:
        state.end_write(writer.stamp, writer.locked, float(late))
    else:
        writer.commit()


def _object_of(state: "SalesforceState", record_id: str) -> str:
    sobject = state.schema.by_id(record_id)
    if sobject is None:
        raise ActError(f"{record_id} is no id of this org.")
    return sobject.name


ACTS: dict[str, Act] = {
    "archive_now": _archive_now,
    "complete_task": _complete_task,
    "convert_lead": _convert_lead,
    "create_record": _create_record,
    "create_series": _create_series,
    "create_task": _create_task,
    "delete_record": _delete_record,
    "delete_task": _delete_record,
    "edit_record": _edit_record,
    "edit_task": _edit_record,
    "empty_recycle_bin": _empty_recycle_bin,
    "hard_delete": _hard_delete,
    "merge": _merge,
    "share_task": _share_task,
    "undelete_record": _undelete_record,
    "undelete_task": _undelete_record,
    **acts_catalog.ACTS,
    **acts_setup.ACTS,
    **selection.ACTS,
}
