"""
Writing records in batches of 100: one answer for every record, whatever became of the call.

Each row carries an ``objectWriteTraceId`` of its own, which makes HubSpot answer for each of them; without
it one bad row fails all of a request [D-err]. A call that may have landed is never repeated here.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.hubspot import paths
from tandem.crm.hubspot.errors import LOCKED, RowError, written_from, written_from_refusal
from tandem.errors import (
    BudgetSpent,
    CrmError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TandemError,
    TryLater,
)
from tandem.mapping.hubspot import KEY_PROPERTY, readable_instant
from tandem.model import WriteResult, Written

__all__ = ["BATCH", "Allowance", "BatchWriter", "Row", "Verb", "not_sent", "unknown"]

BATCH = 100
_SMALLER = (100, 25, 1)
"""Locked rows are tried again in ever smaller groups."""
RETRY_CALLS = 10
SPLIT_CALLS = 40
"""Calls that finding a bad row in refused batches may cost a run: 14 find one of 100."""

Row = Mapping[str, Any]


class Verb(enum.StrEnum):
    """The value is the last part of the batch's path."""

    CREATE = "create"
    UPDATE = "update"
    ARCHIVE = "archive"


class Allowance:
    """What is left of the calls that a run may spend on repeating; ``begin_run`` restores it."""

    __slots__ = ("retries", "splits")

    def __init__(self) -> None:
        self.begin_run()

    def begin_run(self) -> None:
        self.retries = RETRY_CALLS
        self.splits = SPLIT_CALLS


class _Said(msgspec.Struct, frozen=True, gc=False):
    tandem_key: str | None = None
    hs_lastmodifieddate: str | None = None


class _Done(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    object_write_trace_id: str | None = None
    properties: _Said = _Said()


class _Answer(msgspec.Struct, frozen=True):
    results: list[_Done] = []
    errors: list[RowError] = []


_answer = msgspec.json.Decoder(_Answer)


class BatchWriter:
    """
    Writes records of one account.

    A row is an input of HubSpot's batch calls: ``properties``, and ``associations`` of a create or the
    ``id`` of an update; for ``Verb.ARCHIVE`` the ``id`` alone.
    """

    def __init__(self, caller: Caller, allowance: Allowance, jitter: random.Random) -> None:
        self._caller = caller
        self._allowance = allowance
        self._jitter = jitter

    async def write(self, verb: Verb, object_type: str, rows: Sequence[Row]) -> list[Written]:
        """One `Written` for each row, in their order. Raises only when nothing at all was written."""
        outcomes = await self._in_calls(verb, object_type, rows)
        for group_size in _SMALLER:
            locked = [place for place, outcome in enumerate(outcomes) if _is_locked(outcome)]
            if not locked or self._allowance.retries <= 0:
                break
            await self._caller.clock.sleep(2.0 + self._jitter.random())
            await self._again(verb, object_type, rows, outcomes, locked, group_size)
        return outcomes

    async def _in_calls(self, verb: Verb, object_type: str, rows: Sequence[Row]) -> list[Written]:
        outcomes: list[Written] = []
        while len(outcomes) < len(rows):
            batch = rows[len(outcomes) : len(outcomes) + BATCH]
            try:
                outcomes += await self._call(verb, object_type, batch)
            except (CrmError, BudgetSpent) as error:
                if not outcomes:
                    raise
                # Earlier calls have landed and must be reported: the rest was not sent.
                outcomes += [not_sent(error)] * (len(rows) - len(outcomes))
        return outcomes

    async def _again(
        self,
        verb: Verb,
        object_type: str,
        rows: Sequence[Row],
        outcomes: list[Written],
        places: list[int],
        group_size: int,
    ) -> None:
        for start in range(0, len(places), group_size):
            if self._allowance.retries <= 0:
                return
            self._allowance.retries -= 1
            group = places[start : start + group_size]
            try:
                fresh = await self._call(verb, object_type, [rows[place] for place in group])
            except (CrmError, BudgetSpent):
                return  # nothing was written; what is known of the rows still holds
            for place, outcome in zip(group, fresh, strict=True):
                outcomes[place] = outcome

    async def _call(self, verb: Verb, object_type: str, rows: Sequence[Row]) -> list[Written]:
        """One call for up to `BATCH` rows."""
        call = Call(
            operation=f"{verb} {object_type}",
            method="POST",
            path=paths.batch(object_type, verb),
            body=msgspec.json.encode({"inputs": _inputs(verb, rows)}),
            is_write=True,
            timeout=120.0,
        )
        try:
            if verb is Verb.ARCHIVE:
                await self._caller.send(call)
                return [Written(result=WriteResult.DONE, id=row["id"]) for row in rows]
            return _outcomes(verb, rows, await self._caller.fetch(call, _answer))
        except OutcomeUnknown as error:
            return [unknown(error)] * len(rows)
        except Rejected as error:
            return await self._apart(verb, object_type, rows, error)
        except RateLimited:
            raise
        except TryLater as error:
            locked = written_from_refusal(error, is_create=verb is Verb.CREATE)
            if locked.result is not WriteResult.TRY_LATER:
                raise
            return [locked] * len(rows)

    async def _apart(
        self, verb: Verb, object_type: str, rows: Sequence[Row], error: Rejected
    ) -> list[Written]:
        """A call refused as a whole wrote nothing: find out which row it is about, if the calls allow."""
        if len(rows) == 1:
            return [written_from_refusal(error, is_create=verb is Verb.CREATE)]
        if self._allowance.splits <= 0:
            return [not_sent(error)] * len(rows)
        half = (len(rows) + 1) // 2
        outcomes: list[Written] = []
        for part in (rows[:half], rows[half:]):
            self._allowance.splits -= 1
            try:
                outcomes += await self._call(verb, object_type, part)
            except (CrmError, BudgetSpent) as stopped:
                outcomes += [not_sent(stopped)] * len(part)
        return outcomes


def _inputs(verb: Verb, rows: Sequence[Row]) -> list[Row]:
    if verb is Verb.ARCHIVE:
        return list(rows)
    return [{"objectWriteTraceId": str(place), **row} for place, row in enumerate(rows)]


def _outcomes(verb: Verb, rows: Sequence[Row], answer: _Answer) -> list[Written]:
    places = _Places(verb, rows)
    outcomes: list[Written | None] = [None] * len(rows)
    for error in answer.errors:
        told = written_from(error, is_create=verb is Verb.CREATE)
        for place in places.of_error(error):
            outcomes[place] = told
    for done in answer.results:
        if (at := places.of_result(done)) is not None:
            modified_at = readable_instant(done.properties.hs_lastmodifieddate)
            outcomes[at] = Written(result=WriteResult.DONE, id=done.id, modified_at=modified_at)
    return [_UNTOLD if outcome is None else outcome for outcome in outcomes]


_UNTOLD = Written(
    result=WriteResult.UNKNOWN, message="HubSpot's answer does not say what became of this record."
)


class _Places:
    """Which row a part of an answer is about: by trace, else by the record's id or key. The order tells nothing."""

    def __init__(self, verb: Verb, rows: Sequence[Row]) -> None:
        self._count = len(rows)
        self._by_id: dict[str, int] = {}
        self._by_key: dict[str, int] = {}
        for place, row in enumerate(rows):
            if verb is Verb.CREATE:
                if key := row["properties"].get(KEY_PROPERTY):
                    self._by_key[key] = place
            else:
                self._by_id[row["id"]] = place

    def of_result(self, done: _Done) -> int | None:
        traced = self._of_trace(done.object_write_trace_id)
        if traced is not None:
            return traced
        if done.id in self._by_id:
            return self._by_id[done.id]
        key = done.properties.tandem_key
        return self._by_key.get(key) if key else self._only

    def of_error(self, error: RowError) -> list[int]:
        traced = [self._of_trace(trace) for trace in error.named("objectWriteTraceId")]
        named = [self._by_id.get(one) for key in ("ids", "id") for one in error.named(key)]
        found = [place for place in (traced or named) if place is not None]
        return found if found or self._only is None else [self._only]

    @property
    def _only(self) -> int | None:
        return 0 if self._count == 1 else None

    def _of_trace(self, trace: str | None) -> int | None:
        is_place = trace is not None and trace.isdecimal() and int(trace) < self._count
        return int(trace) if is_place and trace is not None else None


def _is_locked(outcome: Written) -> bool:
    return outcome.result is WriteResult.TRY_LATER and outcome.code == LOCKED


def unknown(error: OutcomeUnknown) -> Written:
    """The outcome of every record of a call whose answer was lost."""
    return Written(result=WriteResult.UNKNOWN, code=error.code, message=str(error))


def not_sent(error: TandemError) -> Written:
    """The outcome of records that no call was made for any more, or whose call was refused for another's sake."""
    code = error.code if isinstance(error, CrmError) else "BUDGET_SPENT"
    return Written(result=WriteResult.TRY_LATER, code=code, message=str(error))
