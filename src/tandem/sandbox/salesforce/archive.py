"""What time does to records: archiving at night, and the end of the recycle bin ([archive], [getdeleted])."""

from datetime import timedelta
from typing import TYPE_CHECKING

from tandem.sandbox.salesforce.wire import to_wire

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState


def nightly(state: "SalesforceState") -> None:
    """Archive what is old and purge the recycle bin."""
    archive_now(state)
    purge(state)


def archive_now(state: "SalesforceState") -> int:
    """
    Archive closed tasks and events due, or without a date created, a year ago or more; how many.

    The stamp stays: archiving is a change made directly in the database ([cdc-gap]).
    """
    days = int(state.switches["archive_days"])
    last = (state.world.clock.now() - timedelta(days=days)).date().isoformat()
    count = 0
    for name in ("Task", "Event"):
        table = state.store.table(name)
        for row in list(table.raw.values()):
            if row.get("IsArchived") or row.get("IsDeleted"):
                continue
            if name == "Task" and not row.get("IsClosed"):
                continue
            if (row.get("ActivityDate") or row["CreatedDate"][:10]) <= last:
                table.put({**row, "IsArchived": True})
                count += 1
    state.store.commit()
    return count


def purge(state: "SalesforceState", *, everything: bool = False) -> int:
    """Remove records that were in the recycle bin long enough, or all of them; how many."""
    days = int(state.switches["recycle_bin_days"])
    last = to_wire(state.world.clock.now() - timedelta(days=days))
    count = 0
    for table in state.store.tables.values():
        due = [
            one
            for one, when in table.deleted_at.items()
            if one in table.raw and (everything or when <= last)
        ]
        for one in due:
            if table.raw[one].get("IsDeleted"):
                table.remove(one)
                state.deleted_with.pop(one, None)
                count += 1
    state.store.commit()
    return count
