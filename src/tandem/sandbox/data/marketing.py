"""What marketing left behind: campaigns and their e-mail events, forms and submissions, events, lists."""

from datetime import datetime, timedelta

from tandem.sandbox.data.draft import Draft, Person
from tandem.sandbox.data.identity import Record, guid, hubspot_stamp, to_ms

_APP = 113
_RECIPIENTS, _SUBMISSIONS, _PARTICIPATIONS = 10, 50, 24


def add_marketing(draft: Draft) -> None:
    """All feeds that no CRM object holds."""
    _add_campaigns(draft)
    _add_email_events(draft)
    _add_forms(draft)
    _add_submissions(draft)
    _add_marketing_events(draft)
    _add_lists(draft)


def _add_campaigns(draft: Draft) -> None:
    """Eight campaigns; the last two belong to one marketing e-mail, a test of two versions."""
    campaigns: list[Record] = []
    emails: list[Record] = []
    for place, (name, subject) in enumerate(draft.words.campaigns):
        campaign, content = 700_001 + 13 * place, 168_300_001 + 29 * min(place, 6)
        campaigns.append(
            {
                "id": campaign,
                "appId": _APP,
                "appName": "Batch",
                "contentId": content,
                "name": name,
                "subject": subject,
                "type": "BATCH_EMAIL",
            }
        )
        if place == 7:
            emails[-1]["allEmailCampaignIds"].append(str(campaign))
            continue
        emails.append(
            {
                "id": str(content),
                "name": name,
                "subject": subject,
                "state": "PUBLISHED",
                "type": "BATCH_EMAIL",
                "primaryEmailCampaignId": str(campaign),
                "allEmailCampaignIds": [str(campaign)],
            }
        )
    draft.cases["marketing_email_with_two_campaigns"] = emails[-1]["id"]
    draft.feeds["campaigns"] = campaigns
    draft.feeds["marketing_emails"] = emails


def _add_email_events(draft: Draft) -> None:
    """Ten recipients a campaign: sent, delivered or bounced, opened by people and by robots, clicked."""
    draft.feeds["email_events"] = events = []
    reachable = [person for person in draft.persons if person.email]
    sendings = draft.moments(len(draft.feeds["campaigns"]))
    for number, (campaign, sent) in enumerate(zip(draft.feeds["campaigns"], sendings, strict=True)):
        for place, person in enumerate(draft.rng.sample(reachable, _RECIPIENTS)):
            address = _address(draft, number, place, person)
            events += _one_recipient(draft, campaign, sent, address, number * _RECIPIENTS + place)
    _repeat_an_id(draft, events)
    events.sort(key=lambda event: (event["created"], event["id"]))


def _address(draft: Draft, number: int, place: int, person: Person) -> str:
    """Mostly as the contact has it; else in capitals, its second address, or nobody's."""
    match number, place:
        case 0, 0:
            return "left.the.company@mail.example.com"
        case 1, 0:
            return str(person.email).upper()
        case 2, 0:
            other = next(one for one in draft.persons if one.other_email)
            return str(other.other_email)
        case _:
            return str(person.email)


def _one_recipient(
    draft: Draft, campaign: Record, sent: datetime, address: str, number: int
) -> list[Record]:
    rng = draft.rng
    start = sent + timedelta(milliseconds=rng.randint(0, 40_000))
    extra = {"subject": campaign["subject"], "from": f"news@{draft.home.host}", "cc": [], "bcc": []}
    first = _event(draft, campaign, "SENT", start, address, extra)
    if number % 17 == 3:
        bounce = {"category": "MAILBOX_FULL", "status": "4.2.2", "response": "452 mailbox full"}
        moment = start + timedelta(seconds=4)
        return [first, _event(draft, campaign, "BOUNCE", moment, address, bounce, first)]
    moment = start + timedelta(seconds=2)
    events = [first, _event(draft, campaign, "DELIVERED", moment, address, {}, first)]
    if number % 6 == 1:
        robot = {"filteredEvent": True, "userAgent": "MailScanner/2.0"}
        moment = start + timedelta(seconds=3)
        events.append(_event(draft, campaign, "OPEN", moment, address, robot, first))
        click = {**robot, "url": "https://www.example.com/all", "linkId": 0}
        if number % 12 == 1:
            events.append(_event(draft, campaign, "CLICK", moment, address, click, first))
    return events + _human_reactions(draft, campaign, start, address, first)


def _human_reactions(
    draft: Draft, campaign: Record, start: datetime, address: str, first: Record
) -> list[Record]:
    rng = draft.rng
    opens = rng.choices((0, 1, 2, 3), (56, 32, 9, 3))[0]
    clicks = rng.choices((0, 1, 2), (55, 35, 10))[0] if opens else int(rng.random() < 0.05)
    events = []
    for kind, times in (("OPEN", opens), ("CLICK", clicks)):
        for _ in range(times):
            moment = start + timedelta(hours=rng.expovariate(1 / 20))
            if moment >= draft.now:
                continue
            extra: Record = {"url": f"https://www.{draft.home.host}/news/{rng.randint(1, 9)}"}
            if kind == "OPEN":
                extra = {"duration": rng.randint(500, 30_000)}
            events.append(_event(draft, campaign, kind, moment, address, extra, first))
    return events


def _event(
    draft: Draft,
    campaign: Record,
    kind: str,
    moment: datetime,
    address: str,
    extra: Record,
    sent_by: Record | None = None,
) -> Record:
    event: Record = {
        "id": guid(draft.rng),
        "created": to_ms(draft.past(moment)),
        "type": kind,
        "recipient": address,
        "portalId": draft.home.portal,
        "appId": campaign["appId"],
        "appName": campaign["appName"],
        "emailCampaignId": campaign["id"],
        "emailCampaignGroupId": campaign["id"] + 100_000,
    }
    if sent_by:
        event["sentBy"] = {"id": sent_by["id"], "created": sent_by["created"]}
    if kind in ("OPEN", "CLICK"):
        event["filteredEvent"] = False
        event["deviceType"] = draft.rng.choice(("COMPUTER", "MOBILE"))
        event["userAgent"] = "Mozilla/5.0"
    return event | extra


def _repeat_an_id(draft: Draft, events: list[Record]) -> None:
    """Two opens that share an id: only id and creation together are unique. [D-emailev]"""
    opened = [event for event in events if event["type"] == "OPEN" and not event["filteredEvent"]]
    again = dict(opened[0], created=opened[0]["created"] + 60_000)
    if again["created"] < to_ms(draft.now):
        events.append(again)
    draft.cases["email_event_id_used_twice"] = again["id"]


def _add_forms(draft: Draft) -> None:
    """Four forms, two of them with one name."""
    draft.feeds["forms"] = [
        {
            "id": guid(draft.rng),
            "name": name,
            "formType": "hubspot",
            "createdAt": hubspot_stamp(draft.now - timedelta(days=500 - place)),
            "updatedAt": hubspot_stamp(draft.now - timedelta(days=400 - place)),
            "archived": False,
            "fieldGroups": [
                {"groupType": "default_group", "richTextType": "text", "fields": [_field(field)]}
                for field in ("email", "firstname", "message")
            ],
            "configuration": {"language": draft.language, "cloneable": True, "editable": True},
        }
        for place, (name, _) in enumerate(draft.words.forms)
    ]


def _field(name: str) -> Record:
    kinds = {"email": "email", "message": "multi_line_text"}
    return {
        "objectTypeId": "0-1",
        "name": name,
        "label": name.title(),
        "required": name == "email",
        "hidden": False,
        "fieldType": kinds.get(name, "single_line_text"),
    }


def _add_submissions(draft: Draft) -> None:
    """Submissions by contacts, by strangers, and one without an address."""
    draft.feeds["submissions"] = submissions = []
    reachable = [person for person in draft.persons if person.email]
    for place, moment in enumerate(draft.moments(_SUBMISSIONS)):
        form = draft.rng.randrange(len(draft.feeds["forms"]))
        person: Person | None = draft.rng.choice(reachable)
        email = person.email if person else None
        match place:
            case 7:
                person, email = None, "passer.by@mail.example.com"
                draft.cases["submission_of_stranger"] = str(email)
            case 12:
                person, email = None, None
            case 18 | 25:
                email = str(email).upper()
            case _:
                pass
        submission = _submission(draft, form, moment, person, email)
        submissions.append(submission)
        if place == 12:
            draft.cases["submission_without_email"] = submission["conversionId"]
        if person:
            _count_conversion(draft, person, form, moment)


def _submission(
    draft: Draft, form: int, moment: datetime, person: Person | None, email: str | None
) -> Record:
    words = draft.any_words()
    values = {
        "email": email,
        "firstname": person.name.first if person else None,
        "lastname": person.name.last if person else None,
        "message": draft.rng.choice(words.questions) or None,
    }
    return {
        "formGuid": draft.feeds["forms"][form]["id"],
        "conversionId": guid(draft.rng),
        "submittedAt": to_ms(moment),
        "pageUrl": f"https://www.{draft.home.host}/p/{form + 1}?utm_source=mail&q=%E2%91%A0",
        "values": [
            {"name": name, "value": value, "objectTypeId": "0-1"}
            for name, value in values.items()
            if value is not None
        ],
    }


def _count_conversion(draft: Draft, person: Person, form: int, moment: datetime) -> None:
    """Keep the contact's conversion summary in step; submissions come in ascending order."""
    record = next(one for one in draft.objects["contacts"] if one["id"] == person.id)
    properties = record["properties"]
    name, page = draft.words.forms[form]
    stamp = hubspot_stamp(moment)
    properties["num_conversion_events"] = str(int(properties.get("num_conversion_events", "0")) + 1)
    properties["recent_conversion_event_name"] = f"{page}: {name}"
    properties["recent_conversion_date"] = stamp
    record["updatedAt"] = properties["lastmodifieddate"] = max(record["updatedAt"], stamp)


def _add_marketing_events(draft: Draft) -> None:
    """Three events with registrations, attendances, cancellations and people who did not come."""
    draft.feeds["marketing_events"] = events = []
    participations: list[Record] = []
    draft.feeds["participations"] = participations
    states = ("REGISTERED", "ATTENDED", "ATTENDED", "NO_SHOW", "CANCELLED")
    dates = draft.moments(len(draft.words.events))
    for place, ((name, kind), start) in enumerate(zip(draft.words.events, dates, strict=True)):
        start -= timedelta(hours=3)
        event = _marketing_event(draft, place, name, kind, start)
        share = _PARTICIPATIONS // len(dates)
        for number, person in enumerate(draft.rng.sample(draft.persons, share)):
            state = states[number % len(states)]
            moment = start + timedelta(minutes=number)
            if state in ("REGISTERED", "CANCELLED"):
                moment -= timedelta(days=draft.rng.randint(1, 20))
            number_in_all = 91_000 + len(participations)
            participations.append(_participation(event, str(number_in_all), person, state, moment))
            event[_COUNTERS[state]] += 1
        events.append(event)


_COUNTERS = {
    "REGISTERED": "registrants",
    "ATTENDED": "attendees",
    "NO_SHOW": "noShows",
    "CANCELLED": "cancellations",
}


def _marketing_event(draft: Draft, place: int, name: str, kind: str, start: datetime) -> Record:
    return {
        "objectId": str(55_501 + place),
        "externalEventId": f"event-{place + 1}",
        "externalAccountId": f"events-{draft.home.portal}",
        "eventName": name,
        "eventType": kind,
        "eventOrganizer": draft.home.name,
        "eventDescription": draft.words.teasers[place],
        "eventUrl": f"https://www.{draft.home.host}/events/{place + 1}",
        "eventCancelled": False,
        "eventCompleted": True,
        "startDateTime": hubspot_stamp(start),
        "endDateTime": hubspot_stamp(start + timedelta(hours=1)),
        "registrants": 0,
        "attendees": 0,
        "cancellations": 0,
        "noShows": 0,
        "customProperties": [],
        "appInfo": {"id": "1770001", "name": "Webinar tool"},
        "createdAt": hubspot_stamp(start - timedelta(days=40)),
        "updatedAt": hubspot_stamp(start + timedelta(hours=2)),
    }


def _participation(
    event: Record, record_id: str, person: Person, state: str, moment: datetime
) -> Record:
    attended = state == "ATTENDED"
    return {
        "id": record_id,
        "createdAt": hubspot_stamp(moment),
        "properties": {
            "attendanceState": state,
            "occurredAt": to_ms(moment),
            "attendanceDurationSeconds": 3300 if attended else None,
            "attendancePercentage": "0.92" if attended else None,
        },
        "associations": {
            "contact": {
                "contactId": person.id,
                "email": person.email,
                "firstname": person.name.first,
                "lastname": person.name.last,
            },
            "marketingEvent": {
                "marketingEventId": event["objectId"],
                "externalEventId": event["externalEventId"],
                "externalAccountId": event["externalAccountId"],
                "name": event["eventName"],
            },
        },
    }


def _add_lists(draft: Draft) -> None:
    """Three lists of contacts, the first fit to be an inclusion list, and one of companies."""
    people = [person.id for person in draft.persons]
    members = (
        people[::2],
        people[5:35],
        people[40:48],
        [firm.id for firm in draft.firms[:4]],
    )
    kinds = (("0-1", "DYNAMIC"), ("0-1", "MANUAL"), ("0-1", "SNAPSHOT"), ("0-2", "MANUAL"))
    draft.feeds["lists"] = [
        {
            "listId": str(41 + place),
            "name": draft.words.lists[place],
            "objectTypeId": kind,
            "processingType": processing,
            "memberships": members[place],
        }
        for place, (kind, processing) in enumerate(kinds)
    ]
    draft.cases["inclusion_list"] = "41"
