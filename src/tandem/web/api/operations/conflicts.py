"""Values that lost a conflict, and pairs that ended."""

from __future__ import annotations

from tandem.engine.conflicts import ConflictRow, EndedPair, Restored
from tandem.engine.recreating import Recreated
from tandem.errors import SettingsError
from tandem.store.members import Role
from tandem.web.api import shapes
from tandem.web.api.call import Call, cursor_after, cursor_of, number_after
from tandem.web.api.operation import operation
from tandem.web.api.problem import Code, Trouble

__all__ = ["OPERATIONS"]


@operation("GET", "/connections/{connection}/conflicts", tag="conflicts")
async def list_conflicts(call: Call, query: shapes.ConflictsAsked) -> shapes.Page[ConflictRow]:
    rows = call.desk.conflicting.listing(
        call.here,
        everything=query.everything,
        limit=query.limit + 1,
        before=number_after(query.cursor),
    ).conflicts
    more = len(rows) > query.limit
    items = rows[: query.limit]
    return shapes.Page(items=items, next=cursor_after(items[-1].id) if more else None)


@operation(
    "POST",
    "/connections/{connection}/conflicts/{conflict}/restore",
    tag="conflicts",
    role=Role.ADMIN,
)
async def restore_conflict(call: Call, body: shapes.RestoreAsked) -> Restored:
    number = call.number("conflict")
    try:
        call.mine.conflict(number)
    except SettingsError as error:
        raise Trouble(Code.NOT_FOUND, str(error)) from None
    return await call.desk.conflicting.restore(call.here, number, force=body.force)


@operation("GET", "/connections/{connection}/ended-pairs", tag="conflicts")
async def list_ended_pairs(call: Call, query: shapes.PageAsked) -> shapes.Page[EndedPair]:
    pairs = call.desk.conflicting.listing(
        call.here, limit=query.limit + 1, ended_after=cursor_of(query.cursor)
    ).ended
    more = len(pairs) > query.limit
    items = pairs[: query.limit]
    return shapes.Page(items=items, next=cursor_after(items[-1].key) if more else None)


@operation("POST", "/connections/{connection}/recreate", tag="conflicts", role=Role.ADMIN)
async def recreate_pair(call: Call, body: shapes.RecreateAsked) -> Recreated:
    return await call.desk.recreating.recreate(call.here, body.record.strip())


OPERATIONS = (list_conflicts, restore_conflict, list_ended_pairs, recreate_pair)
