"""
Salesforce tasks as HubSpot tasks: what to write for each field, and what HubSpot will say of it then.

Beside ``hubspot`` the one place that knows the names of a HubSpot task's properties (reference 1.3). A
choice is only ever written if the account's own lists have it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from tandem.errors import Unmappable
from tandem.mapping.hubspot import KEY_PROPERTY, Record, activity_from, instant_from
from tandem.mapping.hubspot_body import body_holds_more, html_from_text
from tandem.mapping.key_mark import body_with_key
from tandem.mapping.marks import Marker
from tandem.mapping.normal_form import COMMENTS_LIMIT, hubspot_instant, hubspot_normal_form
from tandem.mapping.own_words import is_shortened, without_own_words
from tandem.mapping.priorities import hubspot_priority, salesforce_priority
from tandem.mapping.salesforce import seen_fields
from tandem.mapping.text import one_line
from tandem.model import (
    Activity,
    Field,
    Fields,
    KeyProperty,
    Kind,
    ObjectType,
    Org,
    Progress,
    TaskSchema,
    TextMark,
    Value,
)
from tandem.sync.dates import Due, day_of, instant_for
from tandem.sync.owners import Match
from tandem.sync.pair import Alike
from tandem.sync.status import hubspot_status, task_status

__all__ = [
    "OPTIONAL_FIELDS",
    "TASK_TYPES",
    "HubSpotTaskContext",
    "alike_for",
    "base_of_task",
    "due_of",
    "followed_in_salesforce",
    "holds_more",
    "property_of",
    "render_new_task",
    "render_task",
]

OPTIONAL_FIELDS = frozenset({Field.SUBJECT, Field.STATUS, Field.PRIORITY, Field.TYPE})
"""What each tenant may leave out (SPEC section 4)."""

_ALWAYS = frozenset({Field.DUE, Field.COMMENTS, Field.OWNER})
_PROPERTIES: Mapping[Field, str] = {
    Field.SUBJECT: "hs_task_subject",
    Field.STATUS: "hs_task_status",
    Field.PRIORITY: "hs_task_priority",
    Field.TYPE: "hs_task_type",
    Field.DUE: "hs_timestamp",
    Field.COMMENTS: "hs_task_body",
    Field.OWNER: "hubspot_owner_id",
}
TASK_TYPES = ("TODO", "CALL", "EMAIL")
"""HubSpot's own types of tasks (reference 1.3); ``TODO`` is its word for one that is neither call nor e-mail."""
_LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotTaskContext:
    """
    Everything besides the Salesforce task itself that its HubSpot task follows from.

    ``was`` is the HubSpot task as it is now, ``due`` what both said of the due date when they last agreed;
    both None for a new task. ``created_at`` is when the Salesforce task was created.
    """

    schema: TaskSchema
    org: Org
    zone: tzinfo  # the HubSpot account's
    created_at: datetime
    due_time: time = time(8, 0)
    task_fields: frozenset[Field] = OPTIONAL_FIELDS
    status_map: Mapping[str, str] = field(default_factory=dict)  # HubSpot -> Salesforce
    priority_map: Mapping[str, str] = field(default_factory=dict)
    completed_status: str | None = None
    owner_id: str | None = None
    key: str = ""
    was: Activity | None = None
    due: Due | None = None


def property_of(which: Field) -> str | None:
    """The property that says *which* of a HubSpot task; None for what is an association."""
    return _PROPERTIES.get(which)


def followed_in_salesforce(task_fields: Collection[Field]) -> frozenset[Field]:
    """Fields whose changes in Salesforce the HubSpot task follows, of the ones a tenant may leave out *task_fields*."""
    return _ALWAYS | {Field.PERSON, Field.RELATED} | (OPTIONAL_FIELDS & frozenset(task_fields))


# --------------------------------------------------------------------------- what is written


def render_new_task(task: Mapping[str, Any], context: HubSpotTaskContext) -> dict[str, str]:
    """
    All properties of a new HubSpot task; *task* holds Salesforce's fields by API name.

    A field that *task* does not hold, since the integration user may not see it, is not said. Raises
    ``Unmappable`` where a status has no counterpart.
    """
    said = render_task(task, _ALWAYS | OPTIONAL_FIELDS, context)
    properties = {name: value for name, value in said.items() if value}
    if "hs_timestamp" not in properties:
        properties["hs_timestamp"] = _timestamp(None, context)
    if not context.key:
        return properties
    if context.schema.key is KeyProperty.NONE:
        properties["hs_task_body"] = body_with_key(properties.get("hs_task_body", ""), context.key)
    else:
        properties[KEY_PROPERTY] = context.key
    return properties


def render_task(
    task: Mapping[str, Any], fields: Collection[Field], context: HubSpotTaskContext
) -> dict[str, str | None]:
    """The properties that say *fields* as *task* has them now; an explicit None clears. May be empty."""
    wanted = frozenset(fields) & (_ALWAYS | context.task_fields)
    properties: dict[str, str | None] = {}
    if Field.SUBJECT in wanted and "Subject" in task:
        properties["hs_task_subject"] = one_line(task["Subject"] or "") or None
    if Field.STATUS in wanted and "Status" in task:
        properties["hs_task_status"] = _status(task, context)
    if Field.PRIORITY in wanted and "Priority" in task:
        properties["hs_task_priority"] = _priority(task, context)
    if Field.TYPE in wanted and not task.keys().isdisjoint(("TaskSubtype", "Type")):
        properties.update(_type(task, context))
    if Field.DUE in wanted and "ActivityDate" in task:
        properties["hs_timestamp"] = _timestamp(task["ActivityDate"], context)
    if Field.OWNER in wanted:
        properties["hubspot_owner_id"] = context.owner_id
    if Field.COMMENTS in wanted and "Description" in task:
        body = html_from_text(without_own_words(task["Description"] or ""))
        if context.key and context.schema.key is KeyProperty.NONE:
            # The mark stays: a restored database finds the task by it.
            body = body_with_key(body, context.key)
        properties["hs_task_body"] = body or None
    return properties


def _status(task: Mapping[str, Any], context: HubSpotTaskContext) -> str:
    return hubspot_status(
        task["Status"],
        context.org.statuses,
        context.schema.statuses,
        context.status_map,
        chosen=context.completed_status,
        present=context.was.status if context.was is not None else None,
        closed=task.get("IsClosed"),
    )


def _priority(task: Mapping[str, Any], context: HubSpotTaskContext) -> str | None:
    return hubspot_priority(
        task["Priority"],
        context.org,
        context.schema.priorities,
        context.priority_map,
        present=context.was.priority if context.was is not None else None,
    )


def _type(task: Mapping[str, Any], context: HubSpotTaskContext) -> dict[str, str | None]:
    """The type's property, unless the account's list does not have the type."""
    wanted = _type_word(task.get("TaskSubtype"), task.get("Type"))
    present = context.was.task_type if context.was is not None else None
    if wanted == "TODO" and present and present not in TASK_TYPES:
        # A type of HubSpot's own, such as a LinkedIn message: Salesforce has no word for it.
        wanted = present
    return {"hs_task_type": wanted} if wanted in (context.schema.types or TASK_TYPES) else {}


def _type_word(subtype: str | None, chosen: str | None) -> str:
    """A task's subtype says how it is to be done; a plain one may still be called a call or an e-mail."""
    for word in (subtype, chosen):
        folded = (word or "").casefold()
        if folded in ("call", "email"):
            return folded.upper()
    return "TODO"


def _timestamp(day: str | None, context: HubSpotTaskContext) -> str:
    was = context.was
    instant = instant_for(
        date.fromisoformat(day) if day else None,
        due_time=context.due_time,
        zone=context.zone,
        created_at=context.created_at,
        base=context.due,
        present=was.occurred_at if was is not None else None,
    )
    return hubspot_instant(instant)


# --------------------------------------------------------------------------- what HubSpot will say


def base_of_task(
    properties: Mapping[str, str | None],
    marker: Marker,
    *,
    was: Activity | None = None,
    person: str | None = None,
    related: str | None = None,
    places: bool = False,
) -> Fields:
    """
    What ``seen_fields`` will say of the written *properties* once HubSpot has stored them.

    *was* is the task as it is now, for what its Comments are compared with besides the body. With *places* also of *person* and
    *related*, which are associations.
    """
    record = Record(id="", properties=hubspot_normal_form(properties))
    stored = activity_from(ObjectType.TASKS, record)
    if was is not None:
        stored = replace(stored, attachment_ids=was.attachment_ids, page_url=was.page_url)
    said = seen_fields(stored, _LONG_AGO, marker, person=person, related=related)
    written = {each for each, name in _PROPERTIES.items() if name in properties}
    if places:
        written |= {Field.PERSON, Field.RELATED}
    return {each: value for each, value in said.items() if each in written}


def due_of(hubspot: Fields, salesforce: Fields) -> Due | None:
    """What a pair's base remembers of the due date; None where it remembers nothing."""
    instant, day = hubspot.get(Field.DUE), salesforce.get(Field.DUE)
    if not isinstance(instant, str) or Field.DUE not in salesforce:
        return None
    at = instant_from(instant)
    if at is None:
        return None
    return Due(date.fromisoformat(day) if isinstance(day, str) else None, at)


def holds_more(activity: Activity, comments: str | None = None) -> bool:
    """
    Whether the body of a HubSpot task holds more than Comments can show.

    Then an edit of Comments is a conflict, never an overwriting. *comments*, what Salesforce says, are asked
    whether they were shortened; a body counts as shortened too if Tandem's additions may have taken its room.
    """
    if comments is not None and is_shortened(comments):
        return True
    room = _MARK_ROOM + (_NAMES_ROOM if activity.attachment_ids else 0)
    return body_holds_more(activity.body, COMMENTS_LIMIT - room)


# What the mark of orgs without the key field and the names of what is attached take at most of Comments.
_MARK_ROOM = 100
_NAMES_ROOM = 4_500


# --------------------------------------------------------------------------- do both say the same


def alike_for(context: HubSpotTaskContext, owner_map: Mapping[str, Match]) -> Alike:
    """
    Whether a HubSpot value and a Salesforce value of one field say the same.

    By the same rules as writing: so two sides that were changed alike are no conflict.
    """

    def alike(which: Field, hubspot: Value, salesforce: Value) -> bool:
        if isinstance(hubspot, TextMark) or isinstance(salesforce, TextMark):
            return _same_text(hubspot, salesforce)
        match which:
            case Field.STATUS:
                return _same_status(hubspot, salesforce, context)
            case Field.PRIORITY:
                wanted = salesforce_priority(hubspot, context.org, context.priority_map)
                return wanted == salesforce
            case Field.TYPE:
                return (hubspot or "TODO") == _type_word(None, salesforce)
            case Field.DUE:
                return _same_day(hubspot, salesforce, context)
            case Field.OWNER:
                match_ = owner_map.get(hubspot or "")
                return (match_.user_id if match_ else None) == salesforce
            case _:
                return hubspot == salesforce

    return alike


def _same_text(one: Value, other: Value) -> bool:
    if isinstance(one, TextMark) and isinstance(other, TextMark):
        return one.stored == other.stored or one.canonical == other.canonical
    return one == other


def _same_status(hubspot: str | None, salesforce: str | None, context: HubSpotTaskContext) -> bool:
    """Whether either word becomes the other: several of one CRM may mean one of the other's."""
    org, stages = context.org, context.schema.statuses
    chosen = context.completed_status
    activity = Activity(
        kind=Kind.TASK,
        id="",
        created_at=_LONG_AGO,
        occurred_at=_LONG_AGO,
        status=hubspot,
        progress=Progress.OPEN,
    )
    try:
        if task_status(activity, org.statuses, context.status_map, chosen, stages) == salesforce:
            return True
        means = hubspot_status(salesforce, org.statuses, stages, context.status_map, chosen=chosen)
        return means == hubspot
    except Unmappable:
        return False


def _same_day(hubspot: str | None, salesforce: str | None, context: HubSpotTaskContext) -> bool:
    instant = instant_from(hubspot)
    if instant is None or salesforce is None:
        return instant is None and salesforce is None
    return day_of(instant, context.zone) == date.fromisoformat(salesforce)
