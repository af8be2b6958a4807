"""Acts of marketing: forms, marketing e-mail, events."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.acts_common import contact_of, moment, named
from tandem.sandbox.hubspot.errors import HubSpotError, invalid
from tandem.sandbox.hubspot.feeds import ATTENDANCE_STATES, EMAIL_EVENT_TYPES, occurrence
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.records import Record, Source
from tandem.sandbox.hubspot.values import is_whole, stamp

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState

_BROWSER = {
    "name": "Chrome",
    "type": "Browser",
    "family": "Chrome",
    "producer": "Google",
    "version": [],
}
_LAST_DATES = {
    "SENT": ("hs_email_last_send_date", None),
    "DELIVERED": (None, "hs_email_delivered"),
    "OPEN": ("hs_email_last_open_date", "hs_email_open"),
    "CLICK": ("hs_email_last_click_date", "hs_email_click"),
}


def create_form(
    state: "HubSpotState", name: str, form_type: str = "hubspot", fields: list[str] | None = None
) -> dict[str, Any]:
    """A form; it asks for e-mail and the other *fields*."""
    now = stamp(state.crm.now())
    form = {
        "id": state.world.uuid(),
        "name": name,
        "formType": form_type,
        "createdAt": now,
        "updatedAt": now,
        "archived": False,
        "fieldGroups": [
            {
                "groupType": "default_group",
                "richTextType": "text",
                "fields": [
                    {
                        "objectTypeId": "0-1",
                        "name": field,
                        "label": field.capitalize(),
                        "required": field == "email",
                        "hidden": False,
                        "fieldType": "email" if field == "email" else "single_line_text",
                    }
                ],
            }
            for field in ["email", *(fields or ["firstname", "lastname", "message"])]
        ],
        "configuration": {"language": state.world.language},
        "displayOptions": {},
        "legalConsentOptions": {"type": "none"},
    }
    state.feeds.forms[str(form["id"])] = form
    return {"form": form["id"], "name": name}


def submit_form(
    state: "HubSpotState",
    form: str,
    email: str,
    values: Mapping[str, str] | None = None,
    page_url: str = "https://www.example.com/contact",
    page_title: str | None = None,
    at: str | int | None = None,
    create_contact: bool = True,
) -> dict[str, Any]:
    """A visitor submits a form; their contact is made, or its conversion properties move."""
    found = named(state.feeds.forms, form, "form", "name")
    when = moment(state, at)
    listed = {"email": email, **(values or {})}
    submission = {
        "conversionId": state.world.uuid(),
        "submittedAt": when,
        "pageUrl": page_url,
        "values": [
            {"name": name, "value": value, "objectTypeId": "0-1"} for name, value in listed.items()
        ],
    }
    state.feeds.submissions_of(str(found["id"])).add(submission)
    contact = _contact_by_mail(state, email)
    source = Source(type="FORM", id=str(found["id"]))
    if contact is None and create_contact:
        given = {
            name: value
            for name, value in listed.items()
            if state.crm.definition("contacts", name) is not None
        }
        contact = state.crm.create("contacts", given, source)
    if contact is not None:
        title = f"{page_title}: {found['name']}" if page_title else str(found["name"])
        _convert(state, contact, title, when, source)
    return {
        "conversion": submission["conversionId"],
        "form": found["id"],
        "contact": None if contact is None else str(contact.id),
    }


def create_campaign(
    state: "HubSpotState", name: str, subject: str, app_id: int = 113, app_name: str = "Batch"
) -> dict[str, Any]:
    """A marketing e-mail with its campaign, ready to be sent."""
    campaign_id = max(state.feeds.campaigns, default=700_000) + 1
    known = [int(each) for each in state.feeds.marketing_emails]
    content_id = max(known, default=168_300_000) + 1
    state.feeds.campaigns[campaign_id] = {
        "id": campaign_id,
        "appId": app_id,
        "appName": app_name,
        "contentId": content_id,
        "name": name,
        "subject": subject,
        "type": "BATCH_EMAIL",
        "lastUpdatedTime": state.crm.now(),
    }
    state.feeds.marketing_emails[str(content_id)] = {
        "id": str(content_id),
        "name": name,
        "subject": subject,
        "state": "PUBLISHED",
        "type": "BATCH_EMAIL",
        "primaryEmailCampaignId": str(campaign_id),
        "allEmailCampaignIds": [str(campaign_id)],
        "archived": False,
        "createdAt": stamp(state.crm.now()),
        "updatedAt": stamp(state.crm.now()),
    }
    return {"campaign": campaign_id, "marketing_email": str(content_id)}


def send_marketing_email(
    state: "HubSpotState", campaign: str | int, to: str, at: str | int | None = None
) -> dict[str, Any]:
    """A marketing e-mail is sent and delivered to a contact or an address."""
    sent = marketing_email_event(state, campaign, to, "SENT", at)
    marketing_email_event(state, campaign, to, "DELIVERED", sent["created"] + 1)
    return sent


def open_marketing_email(
    state: "HubSpotState",
    campaign: str | int,
    to: str,
    at: str | int | None = None,
    bot: bool = False,
) -> dict[str, Any]:
    """The recipient, or a bot, opens it; *at* may be long past."""
    return marketing_email_event(state, campaign, to, "OPEN", at, bot=bot)


def click_marketing_email(
    state: "HubSpotState",
    campaign: str | int,
    to: str,
    url: str = "https://www.example.com/",
    at: str | int | None = None,
    bot: bool = False,
) -> dict[str, Any]:
    """The recipient, or a bot, clicks in it."""
    return marketing_email_event(state, campaign, to, "CLICK", at, url=url, bot=bot)


def marketing_email_event(
    state: "HubSpotState",
    campaign: str | int,
    to: str,
    type_: str,
    at: str | int | None = None,
    url: str | None = None,
    bot: bool = False,
    properties: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One e-mail event of any type."""
    if type_ not in EMAIL_EVENT_TYPES:
        raise invalid(f"type must be one of {', '.join(EMAIL_EVENT_TYPES)}")
    found = named(state.feeds.campaigns, campaign, "campaign", "name")
    contact = _contact_by_mail(state, to) if "@" in str(to) else contact_of(state, to)
    recipient = str(to) if "@" in str(to) or contact is None else contact.values.get("email", "")
    if not recipient:
        raise invalid(f"contact {to} has no e-mail address")
    when = moment(state, at)
    event: dict[str, Any] = {
        "id": state.world.uuid(),
        "created": when,
        "type": type_,
        "recipient": recipient,
        "portalId": state.account.portal_id,
        "appId": found.get("appId"),
        "appName": found.get("appName"),
        "emailCampaignId": found["id"],
        "emailCampaignGroupId": int(found["id"]) + 100_000,
    }
    if type_ == "SENT":
        event |= {"subject": found.get("subject"), "from": "news@example.com", "cc": [], "bcc": []}
    else:
        sent = _sent_to(state, int(found["id"]), recipient)
        event |= {} if sent is None else {"sentBy": {"id": sent["id"], "created": sent["created"]}}
    if type_ in ("OPEN", "CLICK"):
        event |= {
            "filteredEvent": bot,
            "deviceType": "COMPUTER",
            "browser": _BROWSER,
            "userAgent": "Mozilla/5.0",
            "location": {"country": "UNKNOWN", "state": "unknown", "city": "unknown"},
        }
    if type_ == "OPEN":
        event["duration"] = 5_000
    if type_ == "CLICK":
        event |= {"url": url or "https://www.example.com/", "linkId": 1, "referer": ""}
    event |= properties or {}
    state.feeds.email_events.add(event)
    if contact is not None and not bot:
        _roll_up(state, contact, type_, when)
    return {"event": event["id"], "created": when, "recipient": recipient}


def create_marketing_event(
    state: "HubSpotState",
    name: str,
    start: str | int | None = None,
    external_id: str | None = None,
    external_account: str = "acct-1",
    type_: str = "WEBINAR",
) -> dict[str, Any]:
    """An event that another integration put into HubSpot."""
    object_id = str(max((int(each) for each in state.feeds.marketing_events), default=55_500) + 1)
    begins, now = moment(state, start), stamp(state.crm.now())
    state.feeds.marketing_events[object_id] = {
        "objectId": object_id,
        "externalEventId": external_id or f"event-{object_id}",
        "externalAccountId": external_account,
        "eventName": name,
        "eventType": type_,
        "eventOrganizer": "Sandbox",
        "eventDescription": "",
        "eventUrl": "https://www.example.com/events",
        "eventCancelled": False,
        "eventCompleted": False,
        "startDateTime": stamp(begins),
        "endDateTime": stamp(begins + 3_600_000),
        "registrants": 0,
        "attendees": 0,
        "cancellations": 0,
        "noShows": 0,
        "customProperties": [],
        "appInfo": {"id": "1770001", "name": "Webinar tool"},
        "createdAt": now,
        "updatedAt": now,
    }
    return {"event": object_id, "name": name}


def attend_event(
    state: "HubSpotState",
    event: str,
    contact: str | int,
    state_: str = "ATTENDED",
    at: str | int | None = None,
    seconds: int | None = None,
) -> dict[str, Any]:
    """A contact registers for, attends, cancels or misses a marketing event (its *state*)."""
    if state_ not in ATTENDANCE_STATES:
        raise invalid(f"state must be one of {', '.join(ATTENDANCE_STATES)}")
    found = named(state.feeds.marketing_events, event, "marketing event", "eventName")
    record, when = contact_of(state, contact), moment(state, at)
    ids = [int(each["id"]) for each in state.feeds.participations if is_whole(str(each["id"]))]
    participation = {
        "id": str(max(ids, default=90_999) + 1),
        "createdAt": stamp(state.crm.now()),
        "properties": {
            "attendanceState": state_,
            "occurredAt": when,
            "attendanceDurationSeconds": seconds,
            "attendancePercentage": None,
        },
        "associations": {
            "contact": {
                "contactId": str(record.id),
                "email": record.values.get("email"),
                "firstname": record.values.get("firstname"),
                "lastname": record.values.get("lastname"),
            },
            "marketingEvent": {
                "marketingEventId": str(found["objectId"]),
                "externalEventId": found.get("externalEventId"),
                "externalAccountId": found.get("externalAccountId"),
                "name": found.get("eventName"),
            },
        },
    }
    state.feeds.participations.append(participation)
    found["updatedAt"] = stamp(state.crm.now())
    return {"participation": participation["id"], "event": str(found["objectId"])}


def record_event(
    state: "HubSpotState",
    event_type: str,
    contact: str | int,
    at: str | int | None = None,
    properties: Mapping[str, Any] | None = None,
    object_: str = "contacts",
) -> dict[str, Any]:
    """An event occurrence, such as a page view or a custom event (Enterprise accounts)."""
    kind = kind_named(object_)
    record = (
        contact_of(state, contact)
        if kind.name == "contacts"
        else state.crm.get(kind.name, str(contact))
    )
    item = occurrence(
        {
            "id": state.world.uuid(),
            "eventType": event_type,
            "objectType": kind.singular.upper(),
            "objectId": str(record.id),
            "occurredAt": moment(state, at),
            "properties": dict(properties or {}),
        }
    )
    state.feeds.occurrences.add(item)
    return {"event": item["id"]}


def change_subscription(
    state: "HubSpotState", email: str, subscribed: bool = False, at: str | int | None = None
) -> dict[str, Any]:
    """A recipient unsubscribes from marketing e-mail, or subscribes again."""
    change = "SUBSCRIBED" if subscribed else "UNSUBSCRIBED"
    when = moment(state, at)
    state.feeds.subscription_changes.add(
        {
            "timestamp": when,
            "recipient": email,
            "portalId": state.account.portal_id,
            "normalizedEmailId": state.world.uuid(),
            "changes": [
                {
                    "change": change,
                    "source": "SOURCE_RECIPIENT",
                    "portalId": state.account.portal_id,
                    "changeType": "PORTAL_STATUS",
                    "causedByEvent": {"id": state.world.uuid(), "created": when},
                }
            ],
        }
    )
    return {"recipient": email, "change": change}


def _contact_by_mail(state: "HubSpotState", email: str) -> Record | None:
    try:
        return state.crm.get("contacts", email, "email")
    except HubSpotError:
        return None


def _convert(state: "HubSpotState", contact: Record, title: str, when: int, source: Source) -> None:
    """The form-conversion summary of a contact [D-contacts]."""
    count = int(contact.values.get("num_conversion_events", "0")) + 1
    values: dict[str, str | None] = {"num_conversion_events": str(count)}
    latest = contact.values.get("recent_conversion_date", "")
    if stamp(when) >= latest:
        values["recent_conversion_date"] = stamp(when)
        values["recent_conversion_event_name"] = title
    if "first_conversion_date" not in contact.values:
        values["first_conversion_date"] = stamp(when)
        values["first_conversion_event_name"] = title
    state.crm.write("contacts", contact, values, source)


def _roll_up(state: "HubSpotState", contact: Record, type_: str, when: int) -> None:
    last, count = _LAST_DATES.get(type_, (None, None))
    values: dict[str, str | None] = {}
    if last is not None and stamp(when) >= contact.values.get(last, ""):
        values[last] = stamp(when)
    if count is not None:
        values[count] = str(int(contact.values.get(count, "0")) + 1)
    if values:
        state.crm.write("contacts", contact, values, Source(type="EMAIL", id="marketing"))


def _sent_to(state: "HubSpotState", campaign_id: int, recipient: str) -> dict[str, Any] | None:
    return next(
        (
            event
            for event in state.feeds.email_events
            if event["type"] == "SENT"
            and event.get("emailCampaignId") == campaign_id
            and event["recipient"] == recipient
        ),
        None,
    )


ACTS = (
    create_form, submit_form, create_campaign, send_marketing_email, open_marketing_email,
    click_marketing_email, marketing_email_event, create_marketing_event, attend_event,
    record_event, change_subscription,
)  # fmt: skip
