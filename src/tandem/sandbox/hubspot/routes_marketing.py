"""Marketing activity: forms, e-mail events, campaigns, marketing events, occurrences, files."""

from collections.abc import Callable, Sequence
from typing import Any

from tandem.sandbox.hubspot.errors import HubSpotError, invalid, not_found
from tandem.sandbox.hubspot.feeds import (
    ATTENDANCE_STATES,
    EMAIL_EVENT_TYPES,
    Item,
    shown_occurrence,
)
from tandem.sandbox.hubspot.http import Answer, Call, Spec, page_of, paging
from tandem.sandbox.hubspot.kinds import kind_named
from tandem.sandbox.hubspot.values import instant_ms, is_whole, stamp

_FORM_SCOPE = ("forms",)
_CONTENT_SCOPE = ("content", "marketing-email")
_EMAIL_SCOPE = ("content", "marketing.email.read", "marketing-email")
_EVENT_SCOPE = ("crm.objects.marketing_events.read",)
_EVENT_TYPES = (
    "e_visited_page", "e_viewed_cta", "e_submitted_form", "e_opened_email", "e_clicked_email",
    "e_v2_contact_booked_meeting_through_sequence", "pe_custom_event",
)  # fmt: skip


def list_forms(call: Call) -> Answer:
    """GET /marketing/v3/forms: only HubSpot's own kind of form unless formTypes says otherwise."""
    types = call.several("formTypes") or ["hubspot"]
    archived = call.flag("archived")
    forms = [
        form
        for form in call.state.feeds.forms.values()
        if bool(form.get("archived", False)) == archived
        and ("all" in types or form.get("formType", "hubspot") in types)
    ]
    return Answer(body=page_of(call, forms, 20, 100))


def read_form(call: Call) -> Answer:
    """GET /marketing/v3/forms/{id}."""
    return Answer(body=call.state.feeds.form(call.param("id")))


def list_submissions(call: Call) -> Answer:
    """GET /form-integrations/v1/submissions/forms/{guid}: newest first, at most 50 a page."""
    limit = call.whole("limit", 20, 50)
    stream = call.state.feeds.submissions_of(call.param("guid"))
    page, after = stream.newest_first(call.text("after"), limit)
    body: dict[str, Any] = {
        "results": [
            {name: value for name, value in each.items() if name != "formGuid"} for each in page
        ]
    }
    if after is not None:
        body["paging"] = {"next": {"after": after, "link": f"?after={after}"}}
    return Answer(body=body)


def list_email_events(call: Call) -> Answer:
    """GET /email/public/v1/events: newest first, by creation time."""
    limit = call.whole("limit", 100, 1_000)
    page, offset = call.state.feeds.email_events.newest_first(
        call.text("offset"),
        limit,
        since=call.instant("startTimestamp"),
        until=call.instant("endTimestamp"),
        suits=_event_filter(call),
    )
    body: dict[str, Any] = {"hasMore": offset is not None, "events": page}
    body["offset"] = offset if offset is not None else call.text("offset", "")
    return Answer(body=body)


def read_email_event(call: Call) -> Answer:
    """GET /email/public/v1/events/{created}/{id}."""
    found = call.state.feeds.email_events.find(call.param("id"))
    if found is None or str(found["created"]) != call.param("created"):
        raise not_found("Event does not exist")
    return Answer(body=found)


def list_campaigns(call: Call) -> Answer:
    """GET /email/public/v1/campaigns and …/by-id."""
    limit = call.whole("limit", 20, 1_000)
    offset = call.text("offset") or "0"
    if not is_whole(offset):
        raise invalid(f"offset {offset!r} is not valid")
    campaigns = [each for _, each in sorted(call.state.feeds.campaigns.items())]
    begin, end = int(offset), int(offset) + limit
    page = [
        {
            "id": each["id"],
            "appId": each.get("appId"),
            "appName": each.get("appName"),
            "lastUpdatedTime": each.get("lastUpdatedTime", 0),
        }
        for each in campaigns[begin:end]
    ]
    return Answer(
        body={
            "campaigns": page,
            "hasMore": end < len(campaigns),
            "offset": str(min(end, len(campaigns))),
        }
    )


def read_campaign(call: Call) -> Answer:
    """GET /email/public/v1/campaigns/{id}?appId=."""
    found = call.state.feeds.campaign(call.param("id"))
    app_id = call.text("appId")
    if app_id is not None and str(found.get("appId")) != app_id:
        raise not_found(f"Campaign {call.param('id')} of app {app_id} does not exist")
    return Answer(body=found | {"counters": _campaign_counters(call, int(found["id"]))})


_NO_VARIANTS = {"isAb": False}
"""No e-mail here is one of two that are compared [SPEC:marketing-emails.v3]."""


def list_marketing_emails(call: Call) -> Answer:
    """GET /marketing/v3/emails."""
    archived = call.flag("archived")
    emails = [
        _NO_VARIANTS | each
        for each in call.state.feeds.marketing_emails.values()
        if bool(each.get("archived", False)) == archived
    ]
    return Answer(body={"total": len(emails), **page_of(call, emails, 10, 100)})


def read_marketing_email(call: Call) -> Answer:
    """GET /marketing/v3/emails/{id}."""
    found = call.state.feeds.marketing_emails.get(call.param("id"))
    if found is None:
        raise not_found(f"Marketing email {call.param('id')} does not exist")
    return Answer(body=_NO_VARIANTS | found)


def list_marketing_events(call: Call) -> Answer:
    """GET /marketing/v3/marketing-events."""
    events = [_event_json(each) for each in call.state.feeds.marketing_events.values()]
    return Answer(body=page_of(call, events, 10, 100))


def read_marketing_event(call: Call) -> Answer:
    """GET /marketing/v3/marketing-events/{objectId}: works for any app."""
    return Answer(body=_event_json(call.state.feeds.marketing_event(call.param("id"))))


def read_external_event(call: Call) -> Answer:
    """GET /marketing/v3/marketing-events/events/{externalEventId}?externalAccountId=."""
    found = call.state.feeds.external_event(call.param("id"), call.text("externalAccountId"))
    return Answer(body=_event_json(found))


def event_identifiers(call: Call) -> Answer:
    """GET /marketing/v3/marketing-events/{externalEventId}/identifiers."""
    found = call.state.feeds.external_event(call.param("id"), None)
    shown = {
        "objectId": str(found["objectId"]),
        "externalEventId": found.get("externalEventId"),
        "externalAccountId": found.get("externalAccountId"),
        "appInfo": found.get("appInfo"),
        "marketingEventName": found.get("eventName"),
    }
    return Answer(body={"total": 1, "results": [shown]})


def event_breakdown(call: Call) -> Answer:
    """GET …/participations/{marketingEventId}/breakdown."""
    event = call.state.feeds.marketing_event(call.param("id"))
    return _breakdown(call, call.state.feeds.attendance(str(event["objectId"])))


def external_breakdown(call: Call) -> Answer:
    """GET …/participations/{externalAccountId}/{externalEventId}/breakdown."""
    event = call.state.feeds.external_event(call.param("id"), call.param("account"))
    return _breakdown(call, call.state.feeds.attendance(str(event["objectId"])))


def contact_breakdown(call: Call) -> Answer:
    """GET …/participations/contacts/{contact id or e-mail}/breakdown."""
    wanted, crm = call.param("contact"), call.state.crm
    by_email = "@" in wanted
    record = crm.get("contacts", wanted, "email" if by_email else None)
    email = record.values.get("email")
    return _breakdown(call, call.state.feeds.attendance_of(str(record.id), email))


def event_counters(call: Call) -> Answer:
    """GET …/participations/{marketingEventId}."""
    event = call.state.feeds.marketing_event(call.param("id"))
    found = call.state.feeds.attendance(str(event["objectId"]))
    return Answer(body=call.state.feeds.counters(found))


def external_counters(call: Call) -> Answer:
    """GET …/participations/{externalAccountId}/{externalEventId}."""
    event = call.state.feeds.external_event(call.param("id"), call.param("account"))
    found = call.state.feeds.attendance(str(event["objectId"]))
    return Answer(body=call.state.feeds.counters(found))


def list_occurrences(call: Call) -> Answer:
    """GET /events/v3/events: Enterprise only; one record or one type a query [D-ev]."""
    _require_enterprise(call)
    object_type, object_id = call.text("objectType"), call.text("objectId")
    email = call.text("objectProperty.email")
    if email is not None:
        object_id = str(call.state.crm.get("contacts", email, "email").id)
    if call.text("sort", "DESCENDING") not in ("DESCENDING", "-occurredAt"):
        raise invalid("The sandbox lists event occurrences newest first only")
    event_type = call.text("eventType")
    if event_type is None and (object_type is None or object_id is None):
        raise invalid("Give an eventType, or an objectType with an objectId")
    kind = None if object_type is None else kind_named(object_type).singular
    ids = set(call.several("id"))

    def suits(item: Item) -> bool:
        return (
            (kind is None or kind_named(str(item["objectType"])).singular == kind)
            and (object_id is None or str(item["objectId"]) == object_id)
            and (event_type is None or item["eventType"] == event_type)
            and (not ids or item["id"] in ids)
        )

    page, after = call.state.feeds.occurrences.newest_first(
        call.text("after"),
        call.whole("limit", 20, 100),
        since=_moment(call, "occurredAfter"),
        until=_moment(call, "occurredBefore"),
        suits=suits,
    )
    body: dict[str, Any] = {"results": [shown_occurrence(item) for item in page]}
    if after is not None:
        body["paging"] = paging(call, after)
    return Answer(body=body)


def event_types(call: Call) -> Answer:
    """GET /events/v3/events/event-types: not filtered by what the account may use."""
    _require_enterprise(call)
    return Answer(body={"eventTypes": list(_EVENT_TYPES)})


def read_file(call: Call) -> Answer:
    """GET /files/v3/files/{id}."""
    found = call.state.feeds.files.get(call.param("id"))
    if found is None:
        raise not_found(f"File {call.param('id')} does not exist")
    return Answer(body=found)


def search_files(call: Call) -> Answer:
    """GET /files/v3/files/search by ids or name."""
    ids, name = set(call.several("ids")), call.text("name")
    files = [
        each
        for each in call.state.feeds.files.values()
        if (not ids or str(each["id"]) in ids)
        and (name is None or name.lower() in str(each.get("name", "")).lower())
    ]
    return Answer(body=page_of(call, files, 20, 100))


def file_address(call: Call) -> Answer:
    """GET /files/v3/files/{id}/signed-url."""
    found = call.state.feeds.files.get(call.param("id"))
    if found is None:
        raise not_found(f"File {call.param('id')} does not exist")
    return Answer(
        body={
            "url": str(found.get("url", "")),
            "name": found.get("name"),
            "extension": found.get("extension"),
            "type": found.get("type"),
            "size": found.get("size"),
            "expiresAt": stamp(call.state.crm.now() + 3_600_000),
        }
    )


def _event_filter(call: Call) -> Callable[[Item], bool]:
    recipient, event_type = call.text("recipient"), call.text("eventType")
    campaign, app = call.text("campaignId"), call.text("appId")
    without_filtered = call.flag("excludeFilteredEvents")
    if event_type is not None and event_type not in EMAIL_EVENT_TYPES:
        raise invalid(f"eventType must be one of {', '.join(EMAIL_EVENT_TYPES)}")
    if campaign is not None and app is None:
        raise invalid("campaignId needs an appId")

    def suits(event: Item) -> bool:
        return (
            (event_type is None or event["type"] == event_type)
            and (recipient is None or str(event["recipient"]).lower() == recipient.lower())
            and (campaign is None or str(event.get("emailCampaignId")) == campaign)
            and (app is None or str(event.get("appId")) == app)
            and not (without_filtered and event.get("filteredEvent"))
        )

    return suits


def _campaign_counters(call: Call, campaign_id: int) -> dict[str, int]:
    names = {
        "SENT": "sent",
        "DELIVERED": "delivered",
        "OPEN": "open",
        "CLICK": "click",
        "BOUNCE": "bounce",
    }
    counters = dict.fromkeys(names.values(), 0)
    for event in call.state.feeds.email_events:
        name = names.get(str(event["type"]))
        if name is not None and event.get("emailCampaignId") == campaign_id:
            counters[name] += 1
    return counters


def _event_json(event: Item) -> Item:
    return {name: value for name, value in event.items() if value is not None}


def _breakdown(call: Call, participations: Sequence[Item]) -> Answer:
    state, contact = call.text("state"), call.text("contactIdentifier")
    if state is not None and state not in ATTENDANCE_STATES:
        raise invalid(f"state must be one of {', '.join(ATTENDANCE_STATES)}")
    found = [
        each
        for each in participations
        if (state is None or each["properties"]["attendanceState"] == state)
        and (
            contact is None
            or contact
            in (
                each["associations"]["contact"].get("contactId"),
                each["associations"]["contact"].get("email"),
            )
        )
    ]
    return Answer(body={"total": len(found), **page_of(call, found, 10, 100)})


def _require_enterprise(call: Call) -> None:
    if call.state.world.switches["tier"] != "enterprise":
        raise HubSpotError(
            403,
            "FORBIDDEN",
            "This account does not have access to event analytics; it needs an Enterprise edition.",
        )


def _moment(call: Call, name: str) -> int | None:
    value = call.text(name)
    if value is None:
        return None
    found = instant_ms(value.replace(" ", "+"))
    if found is None:
        raise invalid(f"{name} {value!r} is no instant")
    return found


_EVENTS = "/marketing/v3/marketing-events"
SPECS: list[Spec] = [
    Spec(method="GET", path=path, endpoint=endpoint, scopes=scopes)
    for path, endpoint, scopes in (
        ("/marketing/v3/forms", list_forms, _FORM_SCOPE),
        ("/marketing/v3/forms/{id}", read_form, _FORM_SCOPE),
        ("/form-integrations/v1/submissions/forms/{guid}", list_submissions, _FORM_SCOPE),
        ("/email/public/v1/events", list_email_events, _CONTENT_SCOPE),
        ("/email/public/v1/events/{created}/{id}", read_email_event, _CONTENT_SCOPE),
        ("/email/public/v1/campaigns", list_campaigns, _CONTENT_SCOPE),
        ("/email/public/v1/campaigns/by-id", list_campaigns, _CONTENT_SCOPE),
        ("/email/public/v1/campaigns/{id}", read_campaign, _CONTENT_SCOPE),
        ("/marketing/v3/emails", list_marketing_emails, _EMAIL_SCOPE),
        ("/marketing/v3/emails/{id}", read_marketing_email, _EMAIL_SCOPE),
        (_EVENTS, list_marketing_events, _EVENT_SCOPE),
        (
            f"{_EVENTS}/participations/contacts/{{contact}}/breakdown",
            contact_breakdown,
            _EVENT_SCOPE,
        ),
        (f"{_EVENTS}/participations/{{id}}/breakdown", event_breakdown, _EVENT_SCOPE),
        (
            f"{_EVENTS}/participations/{{account}}/{{id}}/breakdown",
            external_breakdown,
            _EVENT_SCOPE,
        ),
        (f"{_EVENTS}/participations/{{id}}", event_counters, _EVENT_SCOPE),
        (f"{_EVENTS}/participations/{{account}}/{{id}}", external_counters, _EVENT_SCOPE),
        (f"{_EVENTS}/events/{{id}}", read_external_event, _EVENT_SCOPE),
        (f"{_EVENTS}/{{id}}/identifiers", event_identifiers, _EVENT_SCOPE),
        (f"{_EVENTS}/{{id}}", read_marketing_event, _EVENT_SCOPE),
        ("/events/v3/events", list_occurrences, ()),
        ("/events/v3/events/event-types", event_types, ()),
        ("/files/v3/files/search", search_files, ("files",)),
        ("/files/v3/files/{id}", read_file, ("files",)),
        ("/files/v3/files/{id}/signed-url", file_address, ("files",)),
    )
]
