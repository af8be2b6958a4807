"""
Writing records in batches: one answer for every record, whatever became of the call.

200 records a collection, five collections a composite call: 1,000 records for one API call ([coll],
[composite]). A call that may have landed is never repeated here.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.salesforce.composite import (
    HEAVY_PARTS,
    Answered,
    Part,
    composite_call,
    decode_parts,
    error_of,
)
from tandem.crm.salesforce.errors import ItemError, first, written_from
from tandem.errors import (
    BudgetSpent,
    CrmError,
    OutcomeUnknown,
    Rejected,
    TandemError,
    TryLater,
)
from tandem.mapping.ids import id18
from tandem.model import WriteResult, Written

__all__ = ["COLLECTION", "Verb", "Writer"]

COLLECTION = 200
LARGEST_CALL = COLLECTION * HEAVY_PARTS
_LOCKED = "UNABLE_TO_LOCK_ROW"
_SMALLER = (200, 50, 1)
"""Failed locks are tried again in ever smaller groups ([lock-help], DESIGN "Writing once")."""
RETRY_CALLS = 10
_PRECONDITION_FAILED = 412
_SLOW, _FAST = 10.0, 4.0
"""Seconds a call may take before the next is made smaller, or larger: above 20 it counts as a long one."""

Record = Mapping[str, Any]


class Verb(enum.StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class _Item(msgspec.Struct, frozen=True):
    success: bool = False
    id: str | None = None
    errors: list[ItemError] = []


_items = msgspec.json.Decoder(list[_Item])


class Writer:
    """
    Writes records of one org.

    The size of a call follows from how long the last one took. ``retry_calls`` is what is left of the
    repetitions that failed locks may cost; ``begin_run`` restores it.
    """

    def __init__(
        self, caller: Caller, data_path: str, key_field: str, jitter: random.Random
    ) -> None:
        self._caller = caller
        self._path = f"{data_path}/composite/sobjects"
        self._data_path = data_path
        self._key_field = key_field
        self._jitter = jitter
        self.call_size = LARGEST_CALL
        self.retry_calls = RETRY_CALLS

    def begin_run(self) -> None:
        self.retry_calls = RETRY_CALLS

    async def write(
        self, verb: Verb, object_name: str, records: Sequence[Record]
    ) -> Sequence[Written]:
        """
        One `Written` for each record, in their order. Raises only when nothing at all was written.

        For deletes a record holds its ``Id`` alone.
        """
        outcomes = await self._in_calls(verb, object_name, records)
        for group_size in _SMALLER:
            locked = [place for place, outcome in enumerate(outcomes) if outcome.code == _LOCKED]
            if not locked or self.retry_calls <= 0:
                break
            await self._caller.clock.sleep(1.0 + self._jitter.random())
            await self._again(verb, object_name, records, outcomes, locked, group_size)
        return outcomes

    async def update_if_unmodified(
        self, object_name: str, record: Record, since: datetime
    ) -> Written:
        """
        Patch one record, unless it changed after *since*: If-Unmodified-Since, Salesforce's only optimistic
        lock [errorcodes]. It knows whole seconds.
        """
        record_id = id18(record["Id"])
        body = {name: value for name, value in record.items() if name != "Id"}
        call = Call(
            operation=f"update {object_name} if unmodified",
            method="PATCH",
            path=f"{self._data_path}/sobjects/{object_name}/{record_id}",
            body=msgspec.json.encode(body),
            headers={"If-Unmodified-Since": format_datetime(since.astimezone(UTC), usegmt=True)},
            is_write=True,
        )
        try:
            await self._caller.send(call)
        except OutcomeUnknown as error:
            return _unknown(error)
        except TryLater as error:
            if error.code != _LOCKED:
                raise
            return _not_sent(error)
        except Rejected as error:
            if error.status == _PRECONDITION_FAILED:
                return replace(_not_sent(error), code="PRECONDITION")
            words = str(error).partition(": ")[2] or str(error)
            refused = ItemError(message=words, error_code=error.code)
            return written_from(refused, record, self._key_field)
        return _done(record_id)

    async def _in_calls(
        self, verb: Verb, object_name: str, records: Sequence[Record]
    ) -> list[Written]:
        outcomes: list[Written] = []
        while len(outcomes) < len(records):
            batch = records[len(outcomes) : len(outcomes) + self.call_size]
            try:
                outcomes += await self._call(verb, object_name, batch)
            except (CrmError, BudgetSpent) as error:
                if not outcomes:
                    raise
                # Earlier calls have landed and must be reported: the rest was not sent.
                rest = _not_sent(error)
                outcomes += [rest] * (len(records) - len(outcomes))
        return outcomes

    async def _again(
        self,
        verb: Verb,
        object_name: str,
        records: Sequence[Record],
        outcomes: list[Written],
        places: list[int],
        group_size: int,
    ) -> None:
        for start in range(0, len(places), group_size):
            if self.retry_calls <= 0:
                return
            self.retry_calls -= 1
            group = places[start : start + group_size]
            try:
                fresh = await self._call(verb, object_name, [records[place] for place in group])
            except (CrmError, BudgetSpent):
                return  # nothing was written; what is known of the records still holds
            for place, outcome in zip(group, fresh, strict=True):
                outcomes[place] = outcome

    async def _call(self, verb: Verb, object_name: str, records: Sequence[Record]) -> list[Written]:
        """One call for up to `LARGEST_CALL` records."""
        started = self._caller.clock.monotonic()
        try:
            if len(records) <= COLLECTION:
                return await self._collection(verb, object_name, records)
            return await self._composite(verb, object_name, records)
        except OutcomeUnknown as error:
            return [_unknown(error)] * len(records)
        except Rejected as error:
            return await self._apart(verb, object_name, records, error)
        finally:
            self._adapt(self._caller.clock.monotonic() - started, len(records))

    async def _collection(
        self, verb: Verb, object_name: str, records: Sequence[Record]
    ) -> list[Written]:
        part = self._part(verb, object_name, records)
        call = Call(
            operation=f"{verb} {object_name}",
            method=part.method,
            path=part.url,
            body=None if part.body is None else msgspec.json.encode(part.body),
            is_write=True,
            timeout=120.0,
        )
        items = await self._caller.fetch(call, _items)
        return self._outcomes(records, items)

    async def _composite(
        self, verb: Verb, object_name: str, records: Sequence[Record]
    ) -> list[Written]:
        groups = [
            records[start : start + COLLECTION] for start in range(0, len(records), COLLECTION)
        ]
        parts = [self._part(verb, object_name, group) for group in groups]
        call = composite_call(f"{verb} {object_name}", self._data_path, parts, is_write=True)
        answers = await decode_parts(self._caller, call, len(parts))
        return [
            outcome
            for group, answer in zip(groups, answers, strict=True)
            for outcome in self._part_outcomes(group, answer)
        ]

    def _part(self, verb: Verb, object_name: str, records: Sequence[Record]) -> Part:
        if verb is Verb.DELETE:
            ids = ",".join(id18(record["Id"]) for record in records)
            return Part(method="DELETE", url=f"{self._path}?ids={quote(ids)}&allOrNone=false")
        rows = [_row(verb, object_name, record) for record in records]
        method = "POST" if verb is Verb.CREATE else "PATCH"
        return Part(method=method, url=self._path, body={"allOrNone": False, "records": rows})

    def _part_outcomes(self, records: Sequence[Record], answer: Answered) -> list[Written]:
        if not answer.is_success:
            error = error_of(answer)
            outcome = written_from(error, {}, self._key_field)
            if answer.http_status_code >= 500 or not error.code:
                outcome = replace(outcome, result=WriteResult.UNKNOWN)
            return [outcome] * len(records)
        try:
            return self._outcomes(records, _items.decode(answer.body))
        except msgspec.DecodeError:
            unreadable = Written(
                result=WriteResult.UNKNOWN, message="Salesforce's answer cannot be read."
            )
            return [unreadable] * len(records)

    def _outcomes(self, records: Sequence[Record], items: Sequence[_Item]) -> list[Written]:
        if len(items) != len(records):
            missing = Written(
                result=WriteResult.UNKNOWN,
                message=f"Salesforce answered for {len(items)} of {len(records)} records.",
            )
            return [missing] * len(records)
        return [
            _done(item.id)
            if item.success
            else written_from(first(item.errors), record, self._key_field)
            for record, item in zip(records, items, strict=True)
        ]

    async def _apart(
        self, verb: Verb, object_name: str, records: Sequence[Record], error: Rejected
    ) -> list[Written]:
        """A call refused as a whole wrote nothing: find out which record it is about, if the calls allow."""
        if len(records) == 1 or self.retry_calls <= 0:
            words = str(error).partition(": ")[2] or str(error)
            refused = ItemError(message=words, status_code=error.code)
            return [written_from(refused, record, self._key_field) for record in records]
        half = (len(records) + 1) // 2
        outcomes: list[Written] = []
        for part in (records[:half], records[half:]):
            self.retry_calls -= 1
            try:
                outcomes += await self._call(verb, object_name, part)
            except (CrmError, BudgetSpent) as stopped:
                outcomes += [_not_sent(stopped)] * len(part)
        return outcomes

    def _adapt(self, seconds: float, count: int) -> None:
        if seconds > _SLOW:
            self.call_size = max(min(self.call_size, count) // 2, 1)
        elif seconds < _FAST and count >= self.call_size:
            self.call_size = min(self.call_size * 2, LARGEST_CALL)


def _done(record_id: str | None) -> Written:
    return Written(result=WriteResult.DONE, id=record_id)


def _row(verb: Verb, object_name: str, record: Record) -> dict[str, Any]:
    # The attributes come first: the parser wants to know the type before the fields [coll].
    row: dict[str, Any] = {"attributes": {"type": object_name}}
    if verb is Verb.CREATE:
        return row | dict(record)
    row["id"] = id18(record["Id"])
    return row | {name: value for name, value in record.items() if name != "Id"}


def _unknown(error: OutcomeUnknown) -> Written:
    return Written(result=WriteResult.UNKNOWN, code=error.code, message=str(error))


def _not_sent(error: TandemError) -> Written:
    code = error.code if isinstance(error, CrmError) else "BUDGET_SPENT"
    return Written(result=WriteResult.TRY_LATER, code=code, message=str(error))
