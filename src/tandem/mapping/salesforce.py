"""
HubSpot activities as Salesforce tasks: what each side says of a field, and what to write for it.

The one place, beside ``normal_form`` and the connector, that knows the names of Task's fields
(reference 1.1). Only fields that the integration user may write are ever sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from tandem.mapping.comments import comments_from
from tandem.mapping.key_mark import with_key
from tandem.mapping.keys import KEY_FIELD
from tandem.mapping.marks import Marker, mark_of
from tandem.mapping.normal_form import COMMENTS_LIMIT, LENGTHS, normal_form
from tandem.mapping.priorities import salesforce_priority
from tandem.mapping.subjects import first_line, subject_of
from tandem.mapping.text import cut, one_line
from tandem.model import Activity, Call, Field, Fields, Kind, Org, TaskStage, Value
from tandem.sync.dates import Due, day_of
from tandem.sync.policy import KindPolicy, Language, StatusChoice
from tandem.sync.status import completed_status, is_closed, is_done, open_status, task_status

__all__ = [
    "CALL_FIELDS",
    "FIELDS_READ",
    "TaskContext",
    "api_names",
    "base_of",
    "base_of_new",
    "fitting",
    "followed_fields",
    "is_same_task",
    "render",
    "render_new",
    "seen_fields",
    "seen_in_salesforce",
    "task_type_for",
]

CALL_FIELDS = ("CallType", "CallDurationInSeconds", "CallDisposition")

FIELDS_READ = frozenset(
    (
        "Subject",
        "Status",
        "Priority",
        "Type",
        "TaskSubtype",
        "ActivityDate",
        "Description",
        "OwnerId",
        "WhoId",
        "WhatId",
        *CALL_FIELDS,
    )
)
"""What a task has to be read with for ``seen_in_salesforce`` to know all of it."""

_OPEN = "open"
_CLOSED = "closed"
_BETWEEN = "\x1f"
_LEAD_PREFIX = "00Q"
# Room for the mark of orgs without the key field: brackets, word, key and the lines between.
_MARK_ROOM = 100

_COMMON = frozenset({Field.SUBJECT, Field.STATUS, Field.DUE, Field.COMMENTS})
_PLACE = frozenset({Field.PERSON, Field.RELATED, Field.OWNER, Field.TYPE})

_SUBTYPES: Mapping[Kind, str] = {
    Kind.CALL: "Call",
    Kind.SALES_EMAIL: "Email",
    Kind.SALES_EMAIL_OPENED: "Email",
    Kind.SALES_EMAIL_CLICKED: "Email",
    Kind.MARKETING_EMAIL_SENT: "Email",
    Kind.MARKETING_EMAIL_OPENED: "Email",
    Kind.MARKETING_EMAIL_CLICKED: "Email",
}
_TASK_SUBTYPES = {"CALL": "Call", "EMAIL": "Email"}
_CALL_TYPES = {"inbound": "Inbound", "outbound": "Outbound"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContext:
    """Everything besides the activity itself that its task's fields follow from."""

    org: Org
    zone: tzinfo  # the HubSpot account's
    now: datetime
    language: Language = Language.ENGLISH
    kind_policy: KindPolicy = field(default_factory=KindPolicy)
    completed_status: str | None = None
    status_map: Mapping[str, str] = field(default_factory=dict)
    priority_map: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[TaskStage, ...] = ()  # of HubSpot's task pipeline
    due: Due | None = None  # of a pair: what both said of the due date when they last agreed
    key: str = ""
    assignee_id: str | None = None
    who_id: str | None = None
    what_id: str | None = None
    record_type_id: str | None = None
    attachment_names: tuple[str, ...] = ()
    url: str | None = None  # of the HubSpot record, for people


# --------------------------------------------------------------------------- what HubSpot says


def seen_fields(
    activity: Activity,
    now: datetime,
    marker: Marker,
    *,
    person: str | None = None,
    related: str | None = None,
) -> Fields:
    """
    What the HubSpot side says, field by field, in values made for comparing with the base.

    Raw values rather than renderings, so that a change of Tandem's words or libraries is no edit; long
    texts as marks. *person* and *related* are the chosen contact and related record, which the caller
    resolves (``sync.contact_choice``, ``sync.correspondence``).
    """
    said: dict[Field, Value] = {
        Field.SUBJECT: _subject_said(activity, marker),
        Field.STATUS: _status_said(activity, now),
        Field.DUE: _instant_text(activity.occurred_at),
        Field.COMMENTS: _comments_said(activity, marker),
        Field.PERSON: person,
        Field.RELATED: related,
    }
    if activity.kind.has_owner:
        said[Field.OWNER] = activity.owner_id
    if activity.kind is Kind.TASK:
        said[Field.PRIORITY] = activity.priority
        said[Field.TYPE] = activity.task_type
    if activity.call is not None:
        said[Field.CALL] = _call_said(activity.call)
    return said


def _instant_text(instant: datetime) -> str:
    """*instant* as the base remembers it: ISO 8601 in UTC."""
    return instant.astimezone(UTC).isoformat()


def _subject_said(activity: Activity, marker: Marker) -> Value:
    title = one_line(activity.title)
    if activity.kind is Kind.MESSAGE or (
        not title and activity.kind in (Kind.NOTE, Kind.POSTAL_MAIL)
    ):
        # Called after the first line of the body: a mark of the whole, whose canonical half is that line.
        body = activity.body
        source = f"{title}\n{body.html or body.text or body.preview or ''}"
        return mark_of(source, marker, lambda _: f"{title}\n{first_line(body)}")
    if activity.state or activity.count > 1:
        return f"{title}{_BETWEEN}{activity.state}{_BETWEEN}{activity.count}"
    return title or None


def _status_said(activity: Activity, now: datetime) -> str:
    if activity.kind is Kind.TASK and activity.status:
        return activity.status
    return _CLOSED if is_done(activity, now) else _OPEN


def _comments_said(activity: Activity, marker: Marker) -> Value:
    body = activity.body
    parts = [body.html or body.text or body.preview or ""]
    parts.extend(activity.remarks)
    if activity.attachment_ids:
        # As a set: HubSpot promises no order.
        parts.append(f"{len(activity.attachment_ids)}:{';'.join(sorted(activity.attachment_ids))}")
    parts.extend(f"{name}={value}" for name, value in activity.form_values)
    if activity.page_url:
        parts.append(activity.page_url)
    return mark_of(_BETWEEN.join(parts) if len(parts) > 1 else parts[0], marker)


def _call_said(call: Call) -> str | None:
    said = (call.direction or "", _text(call.duration_seconds), call.result or "")
    return _BETWEEN.join(said) if any(said) else None


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


# --------------------------------------------------------------------------- what is written


def followed_fields(kind: Kind, policy: KindPolicy) -> frozenset[Field]:
    """
    Fields whose later changes in HubSpot the task of an activity of *kind* follows.

    Type is chosen at creation and the subtype cannot be changed afterwards [task]. Where the kind's choice
    is always closed or always open, the status is not followed either.
    """
    fields = _COMMON | {Field.PERSON, Field.RELATED}
    if kind.has_owner:
        fields |= {Field.OWNER}
    if kind is Kind.TASK:
        fields |= {Field.PRIORITY}
    if kind is Kind.CALL:
        fields |= {Field.CALL}
    return fields if policy.status is StatusChoice.BY_RULE else fields - {Field.STATUS}


def task_type_for(policy: KindPolicy, org: Org) -> tuple[str | None, bool]:
    """The Type of new tasks and whether the chosen value has vanished from the org; then there is none."""
    chosen = policy.salesforce_task_type
    if not chosen:
        return None, False
    return (chosen, False) if chosen in org.task_types else (None, True)


def render_new(activity: Activity, context: TaskContext) -> dict[str, Any]:
    """A whole new task: every field the kind has, what can only be set on creation, the key and the kind's fixed values."""
    kind = activity.kind
    fields = _COMMON | _PLACE
    if kind is Kind.TASK:
        fields |= {Field.PRIORITY}
    if activity.call is not None:
        fields |= {Field.CALL}
    record = {
        name: value
        for name, value in _rendered(activity, fields, context).items()
        # An empty field need not be said on creation, but the article's "no task type" is.
        if value is not None or name == "Type"
    }
    subtype = _subtype(activity, context.org)
    if subtype is not None:
        record["TaskSubtype"] = subtype
    if context.record_type_id:
        record["RecordTypeId"] = context.record_type_id
    record.update(context.kind_policy.fixed_fields)
    record = _writable(record, context.org)
    if context.org.has_key_field and context.key:
        record[KEY_FIELD] = context.key
    return record


def render(activity: Activity, fields: Collection[Field], context: TaskContext) -> dict[str, Any]:
    """The task's API fields that say *fields* as they are now; an explicit None clears. May be empty."""
    return _writable(_rendered(activity, fields, context), context.org)


def _rendered(
    activity: Activity, fields: Collection[Field], context: TaskContext
) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if Field.SUBJECT in fields:
        record["Subject"] = subject_of(
            activity, context.language, context.kind_policy.subject_template
        )
    if Field.STATUS in fields:
        record["Status"] = _status(activity, context)
    if Field.PRIORITY in fields:
        record["Priority"] = salesforce_priority(
            activity.priority, context.org, context.priority_map
        )
    if Field.TYPE in fields:
        record["Type"] = task_type_for(context.kind_policy, context.org)[0]
    if Field.DUE in fields:
        record["ActivityDate"] = _due_day(activity, context)
    if Field.OWNER in fields and context.assignee_id:
        record["OwnerId"] = context.assignee_id
    if Field.PERSON in fields:
        record["WhoId"] = context.who_id
    if Field.RELATED in fields:
        record["WhatId"] = _what(context)
    elif Field.PERSON in fields and _is_lead(context):
        record["WhatId"] = None
    if Field.CALL in fields:
        record.update(_call(activity.call or Call()))
    if Field.COMMENTS in fields or (Field.CALL in fields and not _has_call_fields(context.org)):
        record["Description"] = _comments(activity, context) or None
    return record


def _due_day(activity: Activity, context: TaskContext) -> str | None:
    agreed = context.due
    if agreed is not None and agreed.instant == activity.occurred_at:
        day = agreed.day
    else:
        day = day_of(activity.occurred_at, context.zone)
    return None if day is None else day.isoformat()


def _status(activity: Activity, context: TaskContext) -> str:
    statuses = context.org.statuses
    if activity.kind is Kind.TASK and context.kind_policy.status is StatusChoice.BY_RULE:
        return task_status(
            activity, statuses, context.status_map, context.completed_status, context.stages
        )
    if is_closed(activity, context.kind_policy, context.now):
        return completed_status(statuses, context.completed_status)
    return open_status(statuses)


def _subtype(activity: Activity, org: Org) -> str | None:
    if activity.kind is Kind.TASK:
        subtype = _TASK_SUBTYPES.get(activity.task_type or "", "Task")
    else:
        subtype = _SUBTYPES.get(activity.kind, "Task")
    return subtype if subtype in org.subtypes else None


def _is_lead(context: TaskContext) -> bool:
    return (context.who_id or "").startswith(_LEAD_PREFIX)


def _what(context: TaskContext) -> str | None:
    """Salesforce refuses WhatId beside a lead (reference 6.1)."""
    return None if _is_lead(context) else context.what_id


def _call(call: Call) -> dict[str, Any]:
    result = cut(one_line(call.result or ""), LENGTHS["CallDisposition"]) or None
    return {
        "CallType": _CALL_TYPES.get(call.direction or ""),
        "CallDurationInSeconds": call.duration_seconds,
        "CallDisposition": result,
    }


def _has_call_fields(org: Org) -> bool:
    return org.writable_fields.issuperset(CALL_FIELDS)


def _comments(activity: Activity, context: TaskContext) -> str:
    org = context.org
    marked = bool(context.key) and not org.has_key_field
    text = comments_from(
        activity,
        language=context.language,
        attachment_names=context.attachment_names,
        url=context.url,
        limit=COMMENTS_LIMIT - _MARK_ROOM if marked else COMMENTS_LIMIT,
        with_call=not _has_call_fields(org),
    )
    # Without the key field the mark is what an uncertain create is recognised by (reference 1.3).
    return with_key(text, context.key) if marked else text


def _writable(record: dict[str, Any], org: Org) -> dict[str, Any]:
    allowed = org.writable_fields
    return {name: value for name, value in record.items() if name in allowed}


# --------------------------------------------------------------------------- what Salesforce says


def base_of(rendered: Mapping[str, Any], marker: Marker) -> Fields:
    """What Salesforce will say of the fields in *rendered* once it has stored them."""
    return seen_in_salesforce(normal_form(rendered), marker)


_UNSAID_WHERE_EMPTY = (Field.DUE, Field.COMMENTS, Field.RELATED)
"""Left out of a new task where they are empty, and given no default by Salesforce."""


def base_of_new(rendered: Mapping[str, Any], marker: Marker) -> Fields:
    """
    What a task made of *rendered* will say: nothing where it was left unsaid.

    Otherwise the first words that a person adds would look like something told for the first time, not like an edit.
    """
    return {**dict.fromkeys(_UNSAID_WHERE_EMPTY), **base_of(rendered, marker)}


def seen_in_salesforce(task: Mapping[str, Any], marker: Marker) -> Fields:
    """What a task says, by API names, in values made for comparing; only of fields that *task* holds."""
    said: dict[Field, Value] = {
        name: task[api_name] or None for name, api_name in _SHORT.items() if api_name in task
    }
    if "Description" in task:
        said[Field.COMMENTS] = mark_of(task["Description"] or "", marker)
    if not task.keys().isdisjoint(CALL_FIELDS):
        call = (
            task.get("CallType") or "",
            _text(task.get("CallDurationInSeconds")),
            task.get("CallDisposition") or "",
        )
        said[Field.CALL] = _BETWEEN.join(call) if any(call) else None
    return said


_SHORT: Mapping[Field, str] = {
    Field.SUBJECT: "Subject",
    Field.STATUS: "Status",
    Field.PRIORITY: "Priority",
    Field.TYPE: "Type",
    Field.DUE: "ActivityDate",
    Field.OWNER: "OwnerId",
    Field.PERSON: "WhoId",
    Field.RELATED: "WhatId",
}


def is_same_task(rendered: Mapping[str, Any], seen: Mapping[str, Any], marker: Marker) -> bool:
    """Whether a task read back is the one that *rendered* made: same subject, day and Comments, mark included."""
    stored = normal_form(rendered)
    if any(stored.get(name) != (seen.get(name) or None) for name in ("Subject", "ActivityDate")):
        return False
    ours = mark_of(stored.get("Description") or "", marker)
    theirs = mark_of(seen.get("Description") or "", marker)
    if ours is None or theirs is None:
        return ours is theirs
    return ours.stored == theirs.stored or ours.canonical == theirs.canonical


def fitting(record: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    """*record* without a Related To where *task*, as it is, is on a lead: Salesforce refuses both (reference 6.1)."""
    who = record["WhoId"] if "WhoId" in record else task.get("WhoId")
    if record.get("WhatId") and (who or "").startswith(_LEAD_PREFIX):
        return {name: value for name, value in record.items() if name != "WhatId"}
    return dict(record)


def api_names(which: Field) -> tuple[str, ...]:
    """The API fields that say *which* of a task."""
    match which:
        case Field.COMMENTS:
            return ("Description",)
        case Field.CALL:
            return CALL_FIELDS
        case _:
            return (_SHORT[which],)
