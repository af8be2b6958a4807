"""Activities in the old shape of an engagement: head, associations, attachments, metadata."""

from typing import Any

from tandem.sandbox.hubspot.auth import Token
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.hubspot.state import HubSpotState
from tandem.sandbox.hubspot.values import instant_ms, is_whole

_TYPES = {
    "notes": "NOTE",
    "calls": "CALL",
    "emails": "EMAIL",
    "meetings": "MEETING",
    "tasks": "TASK",
}
_ASSOCIATED = {
    "contacts": "contactIds",
    "companies": "companyIds",
    "deals": "dealIds",
    "tickets": "ticketIds",
}
_METADATA: dict[str, tuple[tuple[str, str, str], ...]] = {
    "notes": (("body", "hs_note_body", "text"),),
    "calls": (
        ("title", "hs_call_title", "text"),
        ("body", "hs_call_body", "text"),
        ("status", "hs_call_status", "text"),
        ("disposition", "hs_call_disposition", "text"),
        ("durationMilliseconds", "hs_call_duration", "number"),
        ("toNumber", "hs_call_to_number", "text"),
        ("fromNumber", "hs_call_from_number", "text"),
        ("recordingUrl", "hs_call_recording_url", "text"),
    ),
    "emails": (
        ("subject", "hs_email_subject", "text"),
        ("html", "hs_email_html", "text"),
        ("text", "hs_email_text", "text"),
        ("status", "hs_email_status", "text"),
        ("messageId", "hs_email_message_id", "text"),
        ("threadId", "hs_email_thread_id", "text"),
    ),
    "meetings": (
        ("title", "hs_meeting_title", "text"),
        ("body", "hs_meeting_body", "text"),
        ("startTime", "hs_meeting_start_time", "instant"),
        ("endTime", "hs_meeting_end_time", "instant"),
        ("meetingOutcome", "hs_meeting_outcome", "text"),
    ),
    "tasks": (
        ("subject", "hs_task_subject", "text"),
        ("body", "hs_task_body", "text"),
        ("status", "hs_task_status", "text"),
        ("priority", "hs_task_priority", "text"),
        ("taskType", "hs_task_type", "text"),
        ("forObjectType", "hs_task_for_object_type", "text"),
        ("completionDate", "hs_task_completion_date", "instant"),
    ),
}
_WITHHELD = {
    "cc": [],
    "to": [],
    "validationSkipped": [],
    "html": "The content of this email has been redacted.",
    "bcc": [],
}


def engagement_types() -> tuple[str, ...]:
    """The kinds that are engagements in the old API."""
    return tuple(_TYPES)


def engagement_json(state: HubSpotState, kind: str, record: Record, token: Token) -> dict[str, Any]:
    """
    One activity as an engagement. Without the scope `sales-email-read` an e-mail's content and owner
    are withheld [engagements overview].
    """
    withheld = kind == "emails" and "sales-email-read" not in token.scopes
    values, crm = record.values, state.crm
    owner = None if withheld else values.get("hubspot_owner_id")
    name = _TYPES[kind]
    if kind == "emails" and values.get("hs_email_direction") == "INCOMING_EMAIL":
        name = "INCOMING_EMAIL"
    elif kind == "emails" and values.get("hs_email_direction") == "FORWARDED_EMAIL":
        name = "FORWARDED_EMAIL"
    associations: dict[str, list[int]] = {
        key: list(crm.associations.targets(kind, record.id, target))
        for target, key in _ASSOCIATED.items()
    }
    return {
        "engagement": {
            "id": record.id,
            "portalId": state.account.portal_id,
            "active": True,
            "createdAt": record.created,
            "lastUpdated": record.updated,
            "createdBy": record.source.user_id,
            "ownerId": int(owner) if owner and is_whole(owner) else None,
            "type": name,
            "timestamp": instant_ms(values.get("hs_timestamp", "")) or record.created,
            "source": record.source.type,
            "sourceId": record.source.id,
            "bodyPreview": None if withheld else crm.read(kind, record, "hs_body_preview"),
        },
        "associations": associations | {"ownerIds": [], "workflowIds": []},
        "attachments": [
            {"id": int(each)}
            for each in values.get("hs_attachment_ids", "").split(";")
            if is_whole(each)
        ],
        "metadata": dict(_WITHHELD) if withheld else _metadata(state, kind, record),
    }


def _metadata(state: HubSpotState, kind: str, record: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, name, form in _METADATA[kind]:
        value = state.crm.read(kind, record, name)
        if value is None:
            continue
        if form == "instant":
            shown[key] = instant_ms(value)
        elif form == "number":
            shown[key] = int(float(value))
        else:
            shown[key] = value
    if kind == "emails":
        shown["from"] = _person(state, record, "from")
        shown |= {who: _people(state, record, who) for who in ("to", "cc", "bcc")}
    return shown


def _person(state: HubSpotState, record: Record, who: str) -> dict[str, Any]:
    read = state.crm.read
    return {
        "email": read("emails", record, f"hs_email_{who}_email"),
        "firstName": read("emails", record, f"hs_email_{who}_firstname"),
        "lastName": read("emails", record, f"hs_email_{who}_lastname"),
    }


def _people(state: HubSpotState, record: Record, who: str) -> list[dict[str, Any]]:
    listed = state.crm.read("emails", record, f"hs_email_{who}_email") or ""
    return [{"email": each} for each in listed.split(";") if each]
