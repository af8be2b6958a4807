"""
What can be put right at once when Salesforce refuses a record, and what cannot.

Each remedy follows a rule of SPEC section 5: a deactivated owner falls to the next of the chain, a
vanished Type is written as no type and reported, a related record that is gone is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tandem.engine.work import Work
from tandem.model import WriteResult, Written

__all__ = ["ROUNDS", "is_person_gone", "mended"]

ROUNDS = 4
"""How often one record is put right and tried again within a run."""

_INACTIVE_OWNER = "INACTIVE_OWNER_OR_USER"
_CROSS_REFERENCE = frozenset(
    {
        "INVALID_CROSS_REFERENCE_KEY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "ENTITY_IS_DELETED",
        "CANNOT_UPDATE_CONVERTED_LEAD",
    }
)
_HIDDEN_COLUMN = re.compile(r"[Nn]o such column '(\w+)'")
_OPTIONAL = ("Type", "TaskSubtype", "Priority", "RecordTypeId", "CallDisposition", "CallType")


def mended(work: Work, answer: Written) -> Work | None:
    """*work* put right for what *answer* complains of, or None when a person has to look."""
    if answer.result not in (WriteResult.REJECTED, WriteResult.GONE):
        return None
    if answer.code == _INACTIVE_OWNER and work.fallbacks:
        first, *others = work.fallbacks
        return _with(work, {"OwnerId": first}, fallbacks=tuple(others))
    if answer.code in _CROSS_REFERENCE and _blames(answer, work, "WhatId"):
        return _with(work, {"WhatId": None})
    if answer.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST":
        return _without(work, [name for name in answer.fields if name in _OPTIONAL])
    if answer.code in ("INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"):
        hidden = _HIDDEN_COLUMN.findall(answer.message) or list(answer.fields)
        return _without(work, [name for name in hidden if name in _OPTIONAL])
    return None


def is_person_gone(work: Work, answer: Written) -> bool:
    """Whether the task was refused because its contact or lead vanished meanwhile."""
    return (
        work.operation == "create"
        and answer.code in _CROSS_REFERENCE
        and not _blames(answer, work, "WhatId")
    )


def _blames(answer: Written, work: Work, name: str) -> bool:
    value = work.record.get(name)
    return bool(value) and (name in answer.fields or str(value)[:15] in answer.message)


def _with(work: Work, changes: Mapping[str, Any], **others: Any) -> Work:
    return replace(work, record={**work.record, **changes}, **others)


def _without(work: Work, names: list[str]) -> Work | None:
    present = [name for name in names if name in work.record]
    if not present:
        return None
    return replace(work, record={k: v for k, v in work.record.items() if k not in present})
