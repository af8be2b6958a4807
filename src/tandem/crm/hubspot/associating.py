"""Attaching tasks to records and detaching them, in batches of 2,000 pairs [D-assoc]."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.connector import AssociationChange
from tandem.crm.hubspot import paths, records
from tandem.crm.hubspot.errors import RowError, written_from_refusal
from tandem.crm.hubspot.writes import Allowance, not_sent, unknown
from tandem.errors import BudgetSpent, CrmError, OutcomeUnknown, Rejected
from tandem.model import ObjectType, WriteResult, Written

__all__ = ["move"]

PAIRS = 2000
_TASKS = ObjectType.TASKS.value
_ATTACH, _DETACH = "associate/default", "archive"
_DONE = Written(result=WriteResult.DONE)
_GRAVITY = (
    WriteResult.DONE,
    WriteResult.REJECTED,
    WriteResult.TRY_LATER,
    WriteResult.UNKNOWN,
)
"""Of the outcomes of one change's pairs the last of these counts: what may have landed must be looked at."""


class _From(msgspec.Struct, frozen=True):
    id: str | int


class _Attached(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    source: _From
    target: _From


class _Answer(msgspec.Struct, frozen=True):
    results: list[_Attached] = []
    errors: list[RowError] = []


_answer = msgspec.json.Decoder(_Answer)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One association of the change at a place."""

    place: int
    task_id: str
    other_id: str


async def move(
    caller: Caller, allowance: Allowance, changes: Sequence[AssociationChange]
) -> list[Written]:
    """
    One `Written` for each change, with the task's id. Attaches before it detaches, so that a task never hangs
    on nothing. Raises only when nothing at all was written.
    """
    outcomes: list[Written] = [_DONE] * len(changes)
    has_written = False
    for verb in (_ATTACH, _DETACH):
        for to in dict.fromkeys(change.to for change in changes):
            pairs = [
                _Pair(place, change.task_id, other)
                for place, change in enumerate(changes)
                if change.to == to and outcomes[place].result is WriteResult.DONE
                for other in dict.fromkeys(change.add if verb == _ATTACH else change.remove)
            ]
            for batch in records.chunks(pairs, PAIRS):
                try:
                    told = await _write(caller, allowance, verb, to, batch)
                    has_written = True
                except (CrmError, BudgetSpent) as error:
                    if not has_written:
                        raise
                    told = [not_sent(error)] * len(batch)
                for pair, outcome in zip(batch, told, strict=True):
                    outcomes[pair.place] = _graver(outcomes[pair.place], outcome)
    gone = await _gone(caller, changes, outcomes)
    return [
        _named(change, outcome, change.task_id in gone)
        for change, outcome in zip(changes, outcomes, strict=True)
    ]


async def _write(
    caller: Caller, allowance: Allowance, verb: str, to: str, pairs: Sequence[_Pair]
) -> list[Written]:
    call = Call(
        operation=f"{'attach' if verb == _ATTACH else 'detach'} {_TASKS} {to}",
        method="POST",
        path=paths.associations_write(_TASKS, to, verb),
        body=msgspec.json.encode({"inputs": _inputs(verb, pairs)}),
        is_write=True,
        timeout=120.0,
    )
    try:
        if verb == _DETACH:
            await caller.send(call)
            return [_DONE] * len(pairs)
        return _outcomes(pairs, await caller.fetch(call, _answer))
    except OutcomeUnknown as error:
        return [unknown(error)] * len(pairs)
    except Rejected as error:
        return await _apart(caller, allowance, verb, to, pairs, error)


async def _apart(
    caller: Caller,
    allowance: Allowance,
    verb: str,
    to: str,
    pairs: Sequence[_Pair],
    error: Rejected,
) -> list[Written]:
    """A call refused as a whole wrote nothing: find out which pair it is about, if the calls allow."""
    if len(pairs) == 1:
        return [written_from_refusal(error, is_create=True)]
    if allowance.splits <= 0:
        return [not_sent(error)] * len(pairs)
    half = (len(pairs) + 1) // 2
    outcomes: list[Written] = []
    for part in (pairs[:half], pairs[half:]):
        allowance.splits -= 1
        try:
            outcomes += await _write(caller, allowance, verb, to, part)
        except (CrmError, BudgetSpent) as stopped:
            outcomes += [not_sent(stopped)] * len(part)
    return outcomes


def _inputs(verb: str, pairs: Sequence[_Pair]) -> list[dict[str, Any]]:
    if verb == _ATTACH:
        return [{"from": {"id": pair.task_id}, "to": {"id": pair.other_id}} for pair in pairs]
    others: dict[str, list[dict[str, str]]] = {}
    for pair in pairs:
        others.setdefault(pair.task_id, []).append({"id": pair.other_id})
    return [{"from": {"id": task}, "to": listed} for task, listed in others.items()]


def _outcomes(pairs: Sequence[_Pair], answer: _Answer) -> list[Written]:
    """What the answer confirms is done; a pair it does not mention may have been missed."""
    attached = {(str(one.source.id), str(one.target.id)) for one in answer.results}
    refused: dict[tuple[str, str], Written] = {}
    for error in answer.errors:
        told = Written(result=WriteResult.REJECTED, code=error.code, message=error.words)
        sources, targets = error.named("fromObjectId"), error.named("toObjectId")
        refused |= {(source, target): told for source in sources for target in targets or ("",)}
    unsaid = Written(
        result=WriteResult.UNKNOWN,
        message="HubSpot's answer does not say whether this association was made.",
    )
    found = []
    for pair in pairs:
        key = (pair.task_id, pair.other_id)
        refusal = refused.get(key) or refused.get((pair.task_id, ""))
        found.append(_DONE if key in attached else refusal or unsaid)
    return found


def _graver(one: Written, other: Written) -> Written:
    return max(one, other, key=lambda written: _GRAVITY.index(written.result))


async def _gone(
    caller: Caller, changes: Sequence[AssociationChange], outcomes: Sequence[Written]
) -> Collection[str]:
    """Of the tasks that were refused, those that are gone: an answer does not tell which end is missing."""
    refused = {
        change.task_id
        for change, outcome in zip(changes, outcomes, strict=True)
        if outcome.result is WriteResult.REJECTED
    }
    if not refused:
        return ()
    try:
        rows = await records.read(caller, _TASKS, refused, ())
    except (CrmError, BudgetSpent):
        return ()  # what was written must be told in any case
    return refused - {row.id for row in rows}


def _named(change: AssociationChange, outcome: Written, is_gone: bool) -> Written:
    return Written(
        result=WriteResult.GONE if is_gone else outcome.result,
        id=change.task_id,
        code=outcome.code,
        message=outcome.message,
    )
