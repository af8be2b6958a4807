"""HubSpot's records as our nouns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tandem.mapping.hubspot import (
    PROPERTIES,
    HistoryItem,
    Record,
    activity_from,
    counters_from,
    instant_from,
)
from tandem.mapping.hubspot_feeds import (
    EmailEvent,
    MarketingEventRecord,
    Participation,
    Submission,
    email_activity_from,
    participation_activity_from,
    submission_activity_from,
)
from tandem.mapping.hubspot_people import (
    OwnerRecord,
    PortalRecord,
    company_from,
    contact_from,
    deal_from,
    owner_from,
    portal_from,
)
from tandem.model import Activity, Kind, ObjectType, Progress, Remark

CREATED = "2026-03-12T07:34:48.168Z"
WHEN = "2026-03-20T14:59:59Z"


def _activity(object_type: ObjectType, **properties: str | None) -> Activity:
    said = {"hs_timestamp": WHEN, "hs_lastmodifieddate": "2026-03-12T07:34:49.011Z", **properties}
    return activity_from(object_type, Record(id="47", properties=said, created_at=CREATED))


@pytest.mark.parametrize("object_type", list(ObjectType))
def test_every_activity_object_is_understood_even_when_it_says_nothing(
    object_type: ObjectType,
) -> None:
    found = activity_from(object_type, Record(id="47", created_at=CREATED))

    assert object_type is found.kind.object_type
    assert datetime(2026, 3, 12, 7, 34, 48, 168_000, UTC) == found.created_at == found.occurred_at
    assert (found.record_id, found.owner_id, found.body.html) == ("47", None, None)


@pytest.mark.parametrize("object_type", list(ObjectType))
def test_nothing_is_asked_for_twice(object_type: ObjectType) -> None:
    assert len(set(PROPERTIES[object_type])) == len(PROPERTIES[object_type])


def test_what_all_activities_share() -> None:
    found = _activity(
        ObjectType.NOTES,
        hs_note_body="<p>Hello</p>",
        hubspot_owner_id="41629779",
        hs_attachment_ids="11; 12;",
        hs_body_preview="Hello",
    )

    assert (found.kind, found.id, found.owner_id) == (Kind.NOTE, "47", "41629779")
    assert datetime(2026, 3, 20, 14, 59, 59, tzinfo=UTC) == found.occurred_at
    assert datetime(2026, 3, 12, 7, 34, 49, 11_000, UTC) == found.modified_at
    assert (found.body.html, found.body.preview) == ("<p>Hello</p>", "Hello")
    assert found.attachment_ids == ("11", "12")


def test_an_empty_value_is_no_value() -> None:
    found = _activity(ObjectType.TASKS, hubspot_owner_id="", hs_task_body="", tandem_key="")

    assert (found.owner_id, found.body.html, found.tandem_key) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "progress"),
    [
        ("QUEUED", Progress.PENDING),
        ("RINGING", Progress.PENDING),
        ("CONNECTING", Progress.PENDING),
        ("IN_PROGRESS", Progress.PENDING),
        ("COMPLETED", Progress.DONE),
        ("BUSY", Progress.DONE),
        ("NO_ANSWER", Progress.DONE),
        ("FAILED", Progress.DONE),
        ("CANCELED", Progress.DONE),
        (None, Progress.DONE),
    ],
)
def test_a_call_waits_until_it_is_over(status: str | None, progress: Progress) -> None:
    assert progress is _activity(ObjectType.CALLS, hs_call_status=status).progress


@pytest.mark.parametrize(
    ("disposition", "result"),
    [
        ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected"),
        ("0b1c2d3e-account-s-own", "0b1c2d3e-account-s-own"),
        (None, None),
        ("", None),
    ],
)
def test_a_call_s_outcome_has_a_name_where_hubspot_s_list_knows_it(
    disposition: str | None, result: str | None
) -> None:
    call = _activity(ObjectType.CALLS, hs_call_disposition=disposition).call

    assert call is not None
    assert result == call.result


@pytest.mark.parametrize(
    ("milliseconds", "seconds"), [("61999", 61), ("0", 0), ("61999.0", 61), ("", None), ("x", None)]
)
def test_a_call_lasts_whole_seconds(milliseconds: str, seconds: int | None) -> None:
    found = _activity(
        ObjectType.CALLS, hs_call_duration=milliseconds, hs_call_direction="INBOUND"
    ).call

    assert found is not None
    assert (seconds, "inbound") == (found.duration_seconds, found.direction)


@pytest.mark.parametrize(
    ("outcome", "progress", "remarks"),
    [
        ("SCHEDULED", Progress.OPEN, ()),
        ("RESCHEDULED", Progress.OPEN, ()),
        (None, Progress.OPEN, ()),
        ("COMPLETED", Progress.DONE, ()),
        ("CANCELED", Progress.DONE, (Remark.CANCELED,)),
        ("NO_SHOW", Progress.DONE, (Remark.NO_SHOW,)),
    ],
)
def test_a_meeting_s_outcome_says_how_far_it_is(
    outcome: str | None, progress: Progress, remarks: tuple[Remark, ...]
) -> None:
    found = _activity(
        ObjectType.MEETINGS,
        hs_meeting_outcome=outcome,
        hs_meeting_start_time="2026-03-21T01:00:00Z",
        hs_meeting_end_time="2026-03-21T02:00:00Z",
    )

    assert (progress, remarks, outcome) == (found.progress, found.remarks, found.status)
    assert datetime(2026, 3, 21, 1, tzinfo=UTC) == found.occurred_at
    assert datetime(2026, 3, 21, 2, tzinfo=UTC) == found.ends_at


@pytest.mark.parametrize(
    ("status", "progress", "remarks"),
    [
        ("SENT", Progress.DONE, ()),
        (None, Progress.DONE, ()),
        ("SCHEDULED", Progress.PENDING, ()),
        ("SENDING", Progress.PENDING, ()),
        ("FAILED", Progress.FAILED, ()),
        ("BOUNCED", Progress.DONE, (Remark.BOUNCED,)),
    ],
)
def test_an_email_s_status_says_how_far_it_is(
    status: str | None, progress: Progress, remarks: tuple[Remark, ...]
) -> None:
    found = _activity(
        ObjectType.EMAILS,
        hs_email_status=status,
        hs_email_subject="Spring offer",
        hs_email_open_count="3",
        hs_email_click_count=None,
    )

    assert (progress, remarks) == (found.progress, found.remarks)
    assert (found.title, found.opens, found.clicks) == ("Spring offer", 3, 0)


@pytest.mark.parametrize(
    ("status", "progress"),
    [
        ("COMPLETED", Progress.DONE),
        ("NOT_STARTED", Progress.OPEN),
        ("DEFERRED", Progress.OPEN),
        ("987", Progress.OPEN),
    ],
)
def test_a_task_carries_its_own_words(status: str, progress: Progress) -> None:
    found = _activity(
        ObjectType.TASKS,
        hs_task_subject="Call back",
        hs_task_status=status,
        hs_task_priority="HIGH",
        hs_task_type="CALL",
        tandem_key="00D-00T",
    )

    assert (progress, status, "HIGH", "CALL") == (
        found.progress,
        found.status,
        found.priority,
        found.task_type,
    )
    assert (found.title, found.tandem_key) == ("Call back", "00D-00T")


@pytest.mark.parametrize(
    ("channel", "title"),
    [
        ("WHATS_APP", "WhatsApp"),
        ("LINKEDIN_MESSAGE", "LinkedIn"),
        ("SMS", "SMS"),
        ("PIGEON", "PIGEON"),
    ],
)
def test_a_message_is_titled_by_its_channel(channel: str, title: str) -> None:
    found = _activity(
        ObjectType.COMMUNICATIONS,
        hs_communication_channel_type=channel,
        hs_communication_body="hi",
    )

    assert (Kind.MESSAGE, title, "hi") == (found.kind, found.title, found.body.html)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-12T07:34:48.168Z", datetime(2026, 3, 12, 7, 34, 48, 168_000, UTC)),
        ("2026-03-12T07:34:48Z", datetime(2026, 3, 12, 7, 34, 48, tzinfo=UTC)),
        ("2026-03-12T07:34:48", datetime(2026, 3, 12, 7, 34, 48, tzinfo=UTC)),
        ("1763600000123", datetime(2025, 11, 20, 0, 53, 20, 123_000, UTC)),
        ("", None),
        (None, None),
    ],
)
def test_instants_come_in_several_forms(text: str | None, instant: datetime | None) -> None:
    assert instant == instant_from(text)


# --------------------------------------------------------------------------- people and records


def test_a_contact_has_all_its_addresses_and_normal_ids() -> None:
    found = contact_from(
        Record(
            id="901",
            created_at=CREATED,
            properties={
                "email": "Tanaka@Example.jp",
                "hs_additional_emails": "T@old.jp;tanaka@example.jp",
                "firstname": "Taro ",
                "lastname": None,
                "hubspot_owner_id": "41",
                "salesforcecontactid": "0035g00000Tandm",
                "salesforceleadid": "not an id",
                "hs_merged_object_ids": "7;8",
                "hs_calculated_merged_vids": "8:1763600000123;9:1763600000124",
            },
        )
    )

    assert found.emails == ("tanaka@example.jp", "t@old.jp")
    assert (found.name, found.owner_id) == ("Taro", "41")
    assert (found.salesforce_contact_id or "")[:15] == "0035g00000Tandm"
    assert len(found.salesforce_contact_id or "") == 18
    assert found.salesforce_lead_id is None
    assert found.merged_ids == ("7", "8", "9")


def test_a_contact_may_have_no_primary_address() -> None:
    properties = {"hs_additional_emails": "only@example.jp", "createdate": CREATED}

    assert contact_from(Record(id="1", properties=properties)).emails == ("only@example.jp",)


def test_companies_and_deals_name_their_counterparts() -> None:
    company = company_from(
        Record(
            id="5",
            properties={
                "name": "Minato",
                "domain": "www.Minato.example",
                "salesforceaccountid": "0015g00000Tandm",
            },
        )
    )
    deal = deal_from(
        Record(
            id="6", properties={"dealname": "D", "hs_salesforceopportunityid": "0065g00000Tandm"}
        )
    )

    assert (company.domain, company.name) == ("minato.example", "Minato")
    assert (company.salesforce_account_id or "")[:15] == "0015g00000Tandm"
    assert (deal.name, (deal.salesforce_opportunity_id or "")[:15]) == ("D", "0065g00000Tandm")


def test_owners_without_a_user_and_the_portal() -> None:
    owner = owner_from(OwnerRecord(id="1", archived=True, first_name="Hana", last_name="Sato"))
    portal = portal_from(PortalRecord(portal_id=147, time_zone="Asia/Tokyo"))

    assert (
        owner.email,
        owner.name,
        owner.active,
        owner.type,
    ) == (None, "Hana Sato", False, "PERSON")
    assert (portal.id, portal.zone, portal.ui_domain) == ("147", "Asia/Tokyo", "app.hubspot.com")


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("花", "桜庭", "桜庭 花"),
        ("ﾐｶ", "渡辺", "渡辺 ﾐｶ"),
        ("민수", "김", "김 민수"),
        ("マイク", "スミス", "マイク スミス"),
        ("Ann", "Bell", "Ann Bell"),
        (" 花 ", None, "花"),
    ],
)
def test_a_family_name_stands_where_its_language_has_it(
    first: str, last: str | None, name: str
) -> None:
    record = OwnerRecord(id="1", first_name=first, last_name=last)

    assert owner_from(record).name == name


def test_a_history_is_turned_round() -> None:
    items = [
        HistoryItem(value="3", timestamp="2026-03-03T00:00:00Z"),
        HistoryItem(value="1", timestamp="2026-03-01T00:00:00Z"),
        HistoryItem(value="", timestamp="2026-02-01T00:00:00Z"),
    ]
    opens, clicks = counters_from(
        Record(id="1", properties_with_history={"hs_email_open_count": items})
    )

    assert [count for _, count in opens] == [0, 1, 3]
    assert clicks == ()


# --------------------------------------------------------------------------- feeds


def _decoded(shape: type[Any], **members: Any) -> Any:
    return msgspec.convert(members, shape)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SENT", Kind.MARKETING_EMAIL_SENT),
        ("OPEN", Kind.MARKETING_EMAIL_OPENED),
        ("CLICK", Kind.MARKETING_EMAIL_CLICKED),
        ("DELIVERED", None),
        ("BOUNCE", None),
        ("STATUSCHANGE", None),
    ],
)
def test_three_types_of_email_event_are_activities(kind: str, expected: Kind | None) -> None:
    event = _decoded(EmailEvent, id="a", created=1763600000123, type=kind, emailCampaignId=7)
    found = email_activity_from(event, {"7": "Spring"})

    assert expected is (found.kind if found else None)


def test_an_email_event_s_key_is_its_id_and_moment() -> None:
    event = _decoded(
        EmailEvent,
        id="3b2c",
        created=1763600000123,
        type="OPEN",
        recipient=" Tanaka@Example.jp ",
        filteredEvent=True,
    )
    found = email_activity_from(event, {})

    assert found is not None
    assert found.id == "3b2c-1763600000123"
    assert (found.title, found.is_bot, found.person_email) == ("", True, "tanaka@example.jp")
    assert datetime(2025, 11, 20, 0, 53, 20, 123_000, UTC) == found.created_at == found.occurred_at


def _submission(**more: Any) -> Submission:
    values = [
        {"name": "email", "value": "company@x.jp", "objectTypeId": "0-2"},
        {"name": "email", "value": " Tanaka@Example.jp", "objectTypeId": "0-1"},
        {"name": "message", "value": "Please call"},
        {"name": "empty", "value": ""},
    ]
    found: Submission = _decoded(Submission, submittedAt=1763600000000, values=values, **more)
    return found


def test_a_submission_names_its_person_and_its_values() -> None:
    found = submission_activity_from("f1", "Contact us", _submission(conversionId="c0ffee"))

    assert (found.id, found.title, found.source_id) == ("c0ffee", "Contact us", "f1")
    assert found.person_email == "tanaka@example.jp"
    assert list(found.form_values) == [
        ("email", "company@x.jp"),
        ("email", " Tanaka@Example.jp"),
        ("message", "Please call"),
    ]


def test_an_old_submission_without_an_id_always_gets_the_same_one() -> None:
    first = submission_activity_from("f1", "Contact us", _submission())
    second = submission_activity_from("f1", "renamed", _submission())
    other = submission_activity_from("f2", "Contact us", _submission())

    assert first.id == second.id != other.id
    assert "tanaka" not in first.id


def test_each_state_of_a_participation_is_an_activity_of_its_own() -> None:
    def part(state: str) -> Activity:
        return participation_activity_from(
            "55501",
            "Product webinar",
            _decoded(
                Participation,
                id="12345",
                properties={"attendanceState": state, "occurredAt": 1763542800000},
                associations={"contact": {"contactId": "901", "email": "T@x.jp"}},
            ),
        )

    registered, attended, empty = part("REGISTERED"), part("ATTENDED"), part("EMPTY")

    assert (registered.id, attended.id) == ("12345-registered", "12345-attended")
    assert (registered.state, empty.state) == ("REGISTERED", "")
    assert (
        attended.person_id,
        attended.person_email,
        attended.title,
    ) == ("901", "t@x.jp", "Product webinar")


def test_an_event_s_tally_moves_with_its_counts() -> None:
    one = _decoded(MarketingEventRecord, objectId="1", registrants=2, noShows=1)
    more = _decoded(MarketingEventRecord, objectId="1", registrants=2, noShows=1, attendees=1)
    later = _decoded(MarketingEventRecord, objectId="1", registrants=2, noShows=1, updatedAt="x")

    assert len({one.tally, more.tally, later.tally}) == 3
