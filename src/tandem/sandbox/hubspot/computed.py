"""Properties that HubSpot derives itself, computed when they are read."""

import html
import json
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.hubspot.values import instant_ms, stamp

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.crm import Crm

_PREVIEW_LENGTH = 500
_BODIES = {
    "tasks": "hs_task_body",
    "notes": "hs_note_body",
    "calls": "hs_call_body",
    "meetings": "hs_meeting_body",
    "emails": "hs_email_html",
    "communications": "hs_communication_body",
    "postal_mail": "hs_postal_mail_body",
}
STORED_ELSEWHERE = frozenset(
    {
        "hs_object_id",
        "hs_createdate",
        "hs_lastmodifieddate",
        "lastmodifieddate",
        "hs_body_preview",
        "hs_body_preview_html",
        "hs_body_preview_is_truncated",
        "hs_obj_coords",
        "hs_task_is_overdue",
        "hs_task_is_past_due_date",
        "hs_task_is_completed",
        "hs_task_is_open",
    }
)
"""Never kept among the values of a record: always derived, also for loaded records."""

Rule = Callable[["Crm", str, Record], str | None]


def derived(crm: "Crm", kind: str, record: Record, name: str) -> str | None:
    """The value of a property that the record does not hold, None where there is nothing to say."""
    rule = _RULES.get(name)
    if rule is None and kind == "emails":
        return _email_header(record, name)
    return None if rule is None else rule(crm, kind, record)


def is_derived(kind: str, name: str) -> bool:
    """Whether a property may have a value that the record does not hold."""
    return name in _RULES or kind == "emails"


def add_derived(crm: "Crm", kind: str, record: Record, properties: dict[str, str]) -> None:
    """
    Add the derived properties that the answer to a write shows, as recorded ones do [F-nango]:
    those of the body only where the body is among them.
    """
    has_body = _BODIES.get(kind) in properties or "hs_email_text" in properties
    for name, rule in _shown_rules(kind):
        if name not in properties and (has_body or not name.startswith("hs_body_")):
            value = rule(crm, kind, record)
            if value is not None:
                properties[name] = value


@cache
def _shown_rules(kind: str) -> tuple[tuple[str, Rule], ...]:
    return tuple(
        (name, _RULES[name] if name in _RULES else _header_rule(name))
        for name in _BY_KIND.get(kind, _COMMON)
    )


def _header_rule(name: str) -> Rule:
    return lambda _crm, _kind, record: _email_header(record, name)


def is_closed(crm: "Crm", record: Record) -> bool:
    """Whether a task is in a closed stage."""
    stage = crm.task_stage(record)
    return stage is not None and stage.is_closed


def is_overdue(crm: "Crm", record: Record, now: int) -> bool:
    due = instant_ms(record.values.get("hs_timestamp", ""))
    return due is not None and due < now and not is_closed(crm, record)


def preview(body: str) -> str:
    """The plain text of an HTML body, on one line."""
    if "<" in body:
        body = _TAG.sub(" ", _UNSEEN.sub(" ", body))
    return " ".join(html.unescape(body).split())


_TAG = re.compile(r"<[^>]*>")
_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)


def _body(kind: str, record: Record) -> str | None:
    body = record.values.get(_BODIES.get(kind, ""))
    if body is None and kind == "emails":
        body = record.values.get("hs_email_text")
    return body


def _body_preview(_crm: "Crm", kind: str, record: Record) -> str | None:
    body = _body(kind, record)
    return None if body is None else preview(body)[:_PREVIEW_LENGTH]


def _body_preview_html(_crm: "Crm", kind: str, record: Record) -> str | None:
    body = _body(kind, record)
    if body is None:
        return None
    return f"<html>\n <head></head>\n <body>\n  {body}\n </body>\n</html>"


def _body_is_truncated(_crm: "Crm", kind: str, record: Record) -> str | None:
    body = _body(kind, record)
    return None if body is None else _flag(len(preview(body)) > _PREVIEW_LENGTH)


def _flag(truth: bool) -> str:
    return "true" if truth else "false"


def _digit(truth: bool) -> str:
    return "1" if truth else "0"


def _task_only(rule: Rule) -> Rule:
    return lambda crm, kind, record: rule(crm, kind, record) if kind == "tasks" else None


def _completed_as(task_type: str) -> Rule:
    def rule(crm: "Crm", _kind: str, record: Record) -> str:
        return _digit(is_closed(crm, record) and record.values.get("hs_task_type") == task_type)

    return rule


def _stage(crm: "Crm", kind: str, record: Record) -> str | None:
    stage = crm.task_stage(record) if kind == "tasks" else None
    return None if stage is None else stage.id


def _owner_user(crm: "Crm", _kind: str, record: Record) -> str | None:
    owner = crm.owners.find(record.values.get("hubspot_owner_id", ""))
    return None if owner is None or owner.user_id is None else str(owner.user_id)


def _owner_team(crm: "Crm", _kind: str, record: Record) -> str | None:
    owner = crm.owners.find(record.values.get("hubspot_owner_id", ""))
    return None if owner is None or not owner.teams else str(owner.teams[0]["id"])


def _owner_since(_crm: "Crm", _kind: str, record: Record) -> str | None:
    if "hubspot_owner_id" not in record.values:
        return None
    return stamp(record.past_of("hubspot_owner_id")[-1].at)


def _company(crm: "Crm", kind: str, record: Record) -> str | None:
    if kind != "contacts":
        return None
    found = crm.associations.primary("contacts", record.id, "companies")
    return None if found is None else str(found)


def _mail_domain(_crm: "Crm", kind: str, record: Record) -> str | None:
    email = record.values.get("email") if kind == "contacts" else None
    return None if email is None else email.rpartition("@")[2]


def _coordinates(crm: "Crm", kind: str, record: Record) -> str:
    return f"{crm.tables[kind].kind.type_id}-{record.id}"


def _deal_closed(crm: "Crm", kind: str, record: Record) -> str | None:
    stage = (
        crm.pipelines.stage("deals", record.values.get("dealstage", ""))
        if kind == "deals"
        else None
    )
    return None if stage is None else _flag(stage.is_closed)


def _deal_won(_crm: "Crm", kind: str, record: Record) -> str | None:
    return _flag(record.values.get("dealstage") == "closedwon") if kind == "deals" else None


def _overdue(crm: "Crm", _kind: str, record: Record) -> str:
    return _flag(is_overdue(crm, record, crm.now()))


def _missed(crm: "Crm", _kind: str, record: Record) -> bool:
    """A task missed its due date if it is overdue, or was completed after it."""
    due = instant_ms(record.values.get("hs_timestamp", ""))
    done = instant_ms(record.values.get("hs_task_completion_date", ""))
    late = due is not None and done is not None and done > due
    return late or is_overdue(crm, record, crm.now())


def _email_header(record: Record, name: str) -> str | None:
    """What `hs_email_headers`, a JSON text, says about sender and recipients [D-emails]."""
    found = _EMAIL_NAME.fullmatch(name)
    written = record.values.get("hs_email_headers")
    if found is None or written is None:
        return None
    try:
        headers = json.loads(written)
    except ValueError:
        return None
    people = headers.get(found["who"]) if isinstance(headers, dict) else None
    listed: list[Any] = people if isinstance(people, list) else [people]
    key = {"email": "email", "firstname": "firstName", "lastname": "lastName"}[found["what"]]
    values = [str(each[key]) for each in listed if isinstance(each, dict) and each.get(key)]
    return ";".join(values) or None


_EMAIL_NAME = re.compile(r"hs_email_(?P<who>from|to|cc|bcc)_(?P<what>email|firstname|lastname)")

_RULES: dict[str, Rule] = {
    "hs_object_id": lambda _crm, _kind, record: str(record.id),
    "hs_createdate": lambda _crm, _kind, record: stamp(record.created),
    "createdate": lambda _crm, _kind, record: stamp(record.created),
    "hs_lastmodifieddate": lambda _crm, _kind, record: stamp(record.updated),
    "lastmodifieddate": lambda _crm, _kind, record: stamp(record.updated),
    "hs_object_source": lambda _crm, _kind, record: record.source.type,
    "hs_object_source_label": lambda _crm, _kind, record: record.source.type,
    "hs_object_source_id": lambda _crm, _kind, record: record.source.id,
    "hs_object_source_user_id": lambda _crm, _kind, record: (
        None if record.source.user_id is None else str(record.source.user_id)
    ),
    "hs_obj_coords": _coordinates,
    "hs_all_owner_ids": lambda _crm, _kind, record: record.values.get("hubspot_owner_id"),
    "hs_user_ids_of_all_owners": _owner_user,
    "hubspot_team_id": _owner_team,
    "hs_all_team_ids": _owner_team,
    "hubspot_owner_assigneddate": _owner_since,
    "hs_body_preview": _body_preview,
    "hs_body_preview_html": _body_preview_html,
    "hs_body_preview_is_truncated": _body_is_truncated,
    "associatedcompanyid": _company,
    "hs_email_domain": _mail_domain,
    "hs_pipeline": _task_only(
        lambda crm, _kind, record: (
            crm.pipelines.of("tasks")[0].id if crm.task_stage(record) else None
        )
    ),
    "hs_pipeline_stage": _stage,
    "hs_task_is_completed": lambda crm, _kind, record: _digit(is_closed(crm, record)),
    "hs_task_is_open": lambda crm, _kind, record: _digit(not is_closed(crm, record)),
    "hs_task_is_completed_call": _completed_as("CALL"),
    "hs_task_is_completed_email": _completed_as("EMAIL"),
    "hs_task_is_completed_linked_in": _completed_as("LINKED_IN"),
    "hs_task_is_completed_sequence": lambda _crm, _kind, _record: "0",
    "hs_task_completion_count": lambda _crm, _kind, _record: "0",
    "hs_task_is_all_day": lambda _crm, _kind, _record: "false",
    "hs_task_family": lambda _crm, _kind, _record: "SALES",
    "hs_task_for_object_type": lambda _crm, _kind, _record: "OWNER",
    "hs_task_is_overdue": _overdue,
    "hs_task_is_past_due_date": _overdue,
    "hs_task_missed_due_date": lambda crm, kind, record: _flag(_missed(crm, kind, record)),
    "hs_task_missed_due_date_count": lambda crm, kind, record: _digit(_missed(crm, kind, record)),
    "hs_start_date_with_fallback": lambda _crm, _kind, record: record.values.get("hs_timestamp"),
    "hs_is_closed": _deal_closed,
    "hs_is_closed_won": _deal_won,
}

_COMMON = (
    "hs_object_id",
    "hs_object_source",
    "hs_object_source_id",
    "hs_object_source_label",
    "hs_object_source_user_id",
    "hs_all_owner_ids",
    "hs_user_ids_of_all_owners",
    "hubspot_owner_assigneddate",
)
_ACTIVITY = (
    *_COMMON,
    "hs_createdate",
    "hs_lastmodifieddate",
    "hs_obj_coords",
    "hs_body_preview",
    "hs_body_preview_html",
    "hs_body_preview_is_truncated",
)
_BY_KIND = {
    "contacts": (*_COMMON, "createdate", "lastmodifieddate", "associatedcompanyid", "hs_email_domain"),
    "companies": (*_COMMON, "createdate", "hs_createdate", "hs_lastmodifieddate"),
    "deals": (*_COMMON, "createdate", "hs_createdate", "hs_lastmodifieddate", "hs_is_closed", "hs_is_closed_won"),
    "tickets": (*_COMMON, "createdate", "hs_createdate", "hs_lastmodifieddate"),
    "leads": (*_COMMON, "hs_createdate", "hs_lastmodifieddate"),
    "marketing_events": (*_COMMON, "hs_createdate", "hs_lastmodifieddate"),
    "tasks": (*_ACTIVITY, *(name for name in _RULES if name.startswith("hs_task_")), "hs_pipeline", "hs_pipeline_stage"),
    "emails": (*_ACTIVITY, *(f"hs_email_{who}_{what}" for who in ("from", "to", "cc", "bcc") for what in ("email", "firstname", "lastname"))),
}  # fmt: skip
for _name in ("notes", "calls", "meetings", "communications", "postal_mail"):
    _BY_KIND[_name] = _ACTIVITY
