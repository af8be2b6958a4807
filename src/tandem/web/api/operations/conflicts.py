"""Values that lost a conflict, and pairs that ended."""

from __future__ import annotations

import sys

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
    before = number_after(query.cursor)
    listing = call.desk.conflicting.listing(
        call.here,
        everything=query.everything,
        limit=query.limit + 1 if before is None else sys.maxsize,
    )
    rows = [each for each in listing.conflicts if before is None or each.id < before]
    more = len(rows) > query.limit
    items = tuple(rows[: query.limit])
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
    after = cursor_of(query.cursor)
    listing = call.desk.conflicting.listing(call.here, limit=sys.maxsize)
    pairs = [each for each in listing.ended if each.key > after]
    more = len(pairs) > query.limit
    items = tuple(pairs[: query.limit])
    return shapes.Page(items=items, next=cursor_after(items[-1].key) if more else None)


@operation("POST", "/connections/{connection}/recreate", tag="conflicts", role=Role.ADMIN)
async def recreate_pair(call: Call, body: shapes.RecreateAsked) -> Recreated:
    return await call.desk.recreating.recreate(call.here, body.record.strip())


OPERATIONS = (list_conflicts, restore_conflict, list_ended_pairs, recreate_pair)
