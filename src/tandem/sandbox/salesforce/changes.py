"""getUpdated and getDeleted: which records changed in a window ([getupdated], [getdeleted])."""

from datetime import datetime, timedelta

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.describe import sobject_of
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply
from tandem.sandbox.salesforce.wire import from_wire, instant_from, to_wire

UPDATED_DAYS = 30
MOST_IDS = 600_000


def updated(call: Call, kind: str) -> Reply:
    """Ids created or changed in the window, and the instant up to which that is the whole truth."""
    sobject = sobject_of(call, kind)
    if not sobject.replicateable:
        raise errors.not_found()
    start, end = _window(call)
    table = call.state.store.table(sobject.name)
    ids = [
        row["Id"]
        for row in table.pick(
            table.changed_between(to_wire(start), to_wire(end)), include_archived=True
        )
        if to_wire(start) <= row["SystemModstamp"] < to_wire(end)
        and call.state.sees(call.rights, row)
    ]
    if len(ids) > MOST_IDS:
        raise SalesforceError("EXCEEDED_ID_LIMIT", "too many ids: use a smaller window")
    return Reply(body={"ids": ids, "latestDateCovered": _covered(call, end)})


def deleted(call: Call, kind: str) -> Reply:
    """Deletions in the window, hard ones too, as far as the delete log reaches."""
    sobject = sobject_of(call, kind)
    if not sobject.replicateable:
        raise errors.not_found()
    start, end = _window(call)
    table = call.state.store.table(sobject.name)
    first, last = to_wire(start), to_wire(end)
    records = [
        {"id": record_id, "deletedDate": when}
        for record_id, when in table.deleted_at.items()
        if first <= when < last
    ]
    days = int(call.state.switches["recycle_bin_days"])
    earliest = call.state.world.clock.now() - timedelta(days=days)
    if start < earliest.replace(second=0, microsecond=0):
        raise SalesforceError(
            "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago"
        )
    return Reply(
        body={
            "deletedRecords": sorted(records, key=lambda one: (one["deletedDate"], one["id"])),
            "earliestDateAvailable": to_wire(earliest),
            "latestDateCovered": _covered(call, end),
        }
    )


def _window(call: Call) -> tuple[datetime, datetime]:
    start, end = (_instant(call, name) for name in ("start", "end"))
    now = call.state.world.clock.now()
    if start >= end:
        raise SalesforceError(
            "INVALID_REPLICATION_DATE", "startDate must be before endDate by at least one minute"
        )
    if start < now - timedelta(days=UPDATED_DAYS, minutes=1):
        raise SalesforceError(
            "INVALID_REPLICATION_DATE", f"startDate cannot be more than {UPDATED_DAYS} days ago"
        )
    return start, end


def _instant(call: Call, name: str) -> datetime:
    """A parameter, its seconds ignored."""
    given = call.query.get(name)
    if given is None:
        raise SalesforceError("MISSING_ARGUMENT", f"Missing required parameter: {name}")
    try:
        return instant_from(given.strip().replace(" ", "+")).replace(second=0, microsecond=0)
    except ValueError as error:
        raise SalesforceError("INVALID_REPLICATION_DATE", f"{name}: {error}") from error


def _covered(call: Call, end: datetime) -> str:
    """The end, or now, or the begin of the oldest open transaction ([getupdated-result])."""
    now = call.state.world.clock.now().replace(second=0, microsecond=0)
    covered = min(end, now)
    began = call.state.store.open_since()
    if began:
        covered = min(covered, from_wire(began))
    return to_wire(covered)
