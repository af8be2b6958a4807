"""
What can be put right at once when Salesforce refuses a record, and what cannot.

Each remedy follows a rule of SPEC section 5: a deactivated owner falls to the next of the chain, a
vanished Type is written as no type and reported, a related record that is gone is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from tandem.engine.reports import Decision
from tandem.engine.work import Work
from tandem.mapping.marks import Marker
from tandem.mapping.salesforce import base_of
from tandem.model import Field, Fields, Link, Side, WriteResult, Written

__all__ = ["INACTIVE_OWNER", "ROUNDS", "is_person_gone", "mended", "names_a_choice"]

ROUNDS = 5
"""How often one record is written within a run: once, and again after each thing put right."""

INACTIVE_OWNER = "INACTIVE_OWNER_OR_USER"
_PICKLIST = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
_HIDDEN = ("INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE")
_CROSS_REFERENCE = frozenset(
    {
        "INVALID_CROSS_REFERENCE_KEY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "ENTITY_IS_DELETED",
        "CANNOT_UPDATE_CONVERTED_LEAD",
    }
)
_HIDDEN_COLUMN = re.compile(r"[Nn]o such column '(\w+)'")
_OWNER = "hubspot_owner_id"
_NOT_FOUND_IN_HUBSPOT = frozenset({"OBJECT_NOT_FOUND", "INVALID_OBJECT_IDS", "NOT_FOUND"})
_OPTIONAL = ("Type", "TaskSubtype", "Priority", "RecordTypeId", "CallDisposition", "CallType")


def mended(work: Work, answer: Written, marker: Marker) -> Work | None:
    """*work* put right for what *answer* complains of, or None when a person has to look."""
    if work.side is Side.HUBSPOT:
        return _mended_in_hubspot(work, answer, marker)
    if answer.result not in (WriteResult.REJECTED, WriteResult.GONE):
        return None
    if answer.code == INACTIVE_OWNER and work.fallbacks and "OwnerId" in work.record:
        first, *others = work.fallbacks
        decision = Decision(about="assignee", rule="user_inactive", values={"user": first})
        return _with(work, {"OwnerId": first}, marker, decision, fallbacks=tuple(others))
    if answer.code in _CROSS_REFERENCE and _may_be_related(answer, work):
        what = str(work.record["WhatId"])
        decision = Decision(about="related", rule="related_gone", values={"record": what})
        return _with(work, {"WhatId": None}, marker, decision)
    return _without(work, [name for name in _refused_names(answer) if name in _OPTIONAL], marker)


def _mended_in_hubspot(work: Work, answer: Written, marker: Marker) -> Work | None:
    """Without the owner that HubSpot does not know (any more): the task is nobody's, as for a queue."""
    if answer.result is not WriteResult.REJECTED or not work.record.get(_OWNER):
        return None
    if not any(_OWNER in text for text in (*answer.fields, answer.message)):
        return None
    decision = Decision(about="assignee", rule="owner_gone", values={"owner": work.record[_OWNER]})
    target = replace(work.target, hubspot={**work.target.hubspot, Field.OWNER: None})
    record = {name: value for name, value in work.record.items() if name != _OWNER}
    return replace(work, record=record, target=target, decisions=(*work.decisions, decision))


def is_person_gone(work: Work, answer: Written) -> bool:
    """Whether the task was refused because its contact or lead vanished meanwhile."""
    if work.side is Side.HUBSPOT:
        return bool(work.attached.contact_ids) and answer.code in _NOT_FOUND_IN_HUBSPOT
    if answer.result not in (WriteResult.REJECTED, WriteResult.GONE):
        return False
    if not work.record.get("WhoId") or answer.code not in _CROSS_REFERENCE:
        return False
    is_another = bool(answer.fields) and "WhoId" not in answer.fields
    return not is_another and not _may_be_related(answer, work)


def names_a_choice(answer: Written) -> bool:
    """Whether a value or field was refused that the org's own lists, as they are now, may explain."""
    is_record_type = answer.code in _CROSS_REFERENCE and "RecordTypeId" in answer.fields
    return answer.code in (_PICKLIST, *_HIDDEN) or is_record_type


def _refused_names(answer: Written) -> list[str]:
    if answer.code == _PICKLIST:
        return list(answer.fields)
    if answer.code in _HIDDEN:
        return _HIDDEN_COLUMN.findall(answer.message) or list(answer.fields)
    return []


def _may_be_related(answer: Written, work: Work) -> bool:
    """
    Whether the refused reference is, or may be, the related record.

    Salesforce does not always say which one it is. Then the related record goes first: a task without
    it is still the right one, and should the person be gone too, the next answer says so.
    """
    if not work.record.get("WhatId"):
        return False
    if answer.fields:
        return "WhatId" in answer.fields
    return not _names(answer, work, "WhoId")


def _names(answer: Written, work: Work, field: str) -> bool:
    value = str(work.record.get(field) or "")
    return bool(value) and value[:15] in answer.message


def _with(
    work: Work, changes: Mapping[str, Any], marker: Marker, decision: Decision, **others: Any
) -> Work:
    return replace(
        work,
        record={**work.record, **changes},
        target=_target(work, {**work.target.salesforce, **base_of(changes, marker)}),
        decisions=(*work.decisions, decision),
        **others,
    )


def _without(work: Work, names: Collection[str], marker: Marker) -> Work | None:
    present = [name for name in names if name in work.record]
    if not present:
        return None
    record = {name: value for name, value in work.record.items() if name not in present}
    left_out = [
        Decision(about="field", rule="left_out", values={"field": name}) for name in present
    ]
    # What was not written is no agreement: the base stays as it was for these fields.
    unsaid = base_of({name: work.record[name] for name in present}, marker).keys()
    said = {name: value for name, value in work.target.salesforce.items() if name not in unsaid}
    before = {name: work.link.salesforce[name] for name in unsaid if name in work.link.salesforce}
    return replace(
        work,
        record=record,
        target=_target(work, {**said, **before}),
        decisions=(*work.decisions, *left_out),
    )


def _target(work: Work, salesforce: Fields) -> Link:
    return replace(work.target, salesforce=salesforce)
