"""What the sample's records say about each other is true, and every special case is what its name says."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tandem.sandbox.data import LANGUAGES, Sample, sample
from tandem.sandbox.data.counterparts import Relation
from tandem.sandbox.data.identity import with_check_characters
from tandem.sandbox.data.owners import CASES as OWNER_CASES

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module", params=LANGUAGES)
def world(request: pytest.FixtureRequest) -> Sample:
    return sample(request.param, NOW, 3)


def contact_of(world: Sample, case: str) -> dict[str, Any]:
    return record_of(world, "contacts", world.cases[case])


def record_of(world: Sample, kind: str, record_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in world.hubspot["objects"][kind] if one["id"] == record_id
    )
    return found


def properties_of(world: Sample, kind: str, case: str) -> dict[str, Any]:
    found: dict[str, Any] = record_of(world, kind, world.cases[case])["properties"]
    return found


def people_of_salesforce(world: Sample) -> dict[str, dict[str, Any]]:
    records = world.salesforce["records"]
    return {one["Id"]: one for one in records["Contact"] + records["Lead"]}


def with_email(world: Sample, email: str) -> list[dict[str, Any]]:
    people = people_of_salesforce(world).values()
    return [one for one in people if one["Email"].lower() == email.lower() and not one["IsDeleted"]]


def contacts_on(world: Sample, kind: str, record_id: str) -> list[str]:
    return [
        to_id
        for from_type, from_id, to_type, to_id in world.hubspot["associations"]
        if (from_type, from_id, to_type) == (kind, record_id, "contacts")
    ]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def expected_counterpart(world: Sample, contact: dict[str, Any]) -> str | None:
    """Correspondence worked out afresh: stored ids, else e-mail, contact before lead, oldest first."""
    people = people_of_salesforce(world)
    properties = contact["properties"]
    found: list[dict[str, Any]] = []
    for name in ("salesforcecontactid", "salesforceleadid"):
        stored = properties.get(name)
        person = people.get(with_check_characters(stored[:15])) if stored else None
        if person and person["MasterRecordId"]:
            person = people[person["MasterRecordId"]]
        if person and not person["IsDeleted"]:
            found.append(person)
    if not found:
        emails = [properties.get("email"), *properties.get("hs_additional_emails", "").split(";")]
        found = [one for email in emails if email for one in with_email(world, email)]
    found = [
        people[one["ConvertedContactId"]] if one.get("ConvertedContactId") else one for one in found
    ]
    found.sort(key=lambda one: (one["Id"].startswith("00Q"), one["CreatedDate"]))
    return found[0]["Id"] if found else None


def test_associations_join_records_that_exist(world: Sample) -> None:
    objects = world.hubspot["objects"]
    ids = {kind: {record["id"] for record in records} for kind, records in objects.items()}
    associations = world.hubspot["associations"]

    assert len(set(associations)) == len(associations)
    for from_type, from_id, to_type, to_id in associations:
        assert from_id in ids[from_type]
        assert to_id in ids[to_type]


def test_owners_of_records_exist(world: Sample) -> None:
    owners = {owner["id"] for owner in world.hubspot["owners"]}
    used = {
        record["properties"].get("hubspot_owner_id")
        for records in world.hubspot["objects"].values()
        for record in records
    }

    assert used - {None} == owners


def test_salesforce_references_exist(world: Sample) -> None:
    salesforce = world.salesforce
    ids = {one["Id"] for records in salesforce["records"].values() for one in records}
    ids |= {one["Id"] for one in salesforce["users"] + salesforce["groups"]}
    references = (
        "OwnerId", "AccountId", "WhoId", "WhatId", "MasterRecordId", "ConvertedContactId",
        "ConvertedAccountId", "RecurrenceActivityId", "CreatedById", "LastModifiedById",
    )  # fmt: skip
    for records in salesforce["records"].values():
        for record in records:
            for name in references:
                assert record.get(name) is None or record[name] in ids, (record["Id"], name)
    assert salesforce["integration_user"] in ids


def test_every_contact_finds_the_counterpart_that_the_sample_names(world: Sample) -> None:
    for contact in world.hubspot["objects"]["contacts"]:
        expected = expected_counterpart(world, contact)
        assert expected == world.counterparts.get(contact["id"]), contact["properties"]


def test_every_relation_between_a_contact_and_salesforce_occurs(world: Sample) -> None:
    assert {relation.name.lower() for relation in Relation} <= set(world.cases)


def test_exactly_one_contact_has_no_email(world: Sample) -> None:
    without = [
        one["id"]
        for one in world.hubspot["objects"]["contacts"]
        if "email" not in one["properties"]
    ]

    assert without == [world.cases["no_email"]]
    assert without[0] not in world.counterparts


def test_hubspot_emails_are_unique_and_lower_case(world: Sample) -> None:
    emails = [one["properties"].get("email") for one in world.hubspot["objects"]["contacts"]]
    known = [email for email in emails if email]

    assert len(set(known)) == len(known)
    assert all(email == email.lower() for email in known)


def test_stored_ids_come_in_both_lengths(world: Sample) -> None:
    stored = [
        one["properties"].get(name)
        for one in world.hubspot["objects"]["contacts"]
        for name in ("salesforcecontactid", "salesforceleadid")
    ]

    assert {len(one) for one in stored if one} == {15, 18}


def test_some_salesforce_emails_differ_in_letter_case_only(world: Sample) -> None:
    emails = {one["properties"].get("email") for one in world.hubspot["objects"]["contacts"]}
    spelled = [one["Email"] for one in people_of_salesforce(world).values()]

    assert any(email not in emails and email.lower() in emails for email in spelled)


def test_the_oldest_of_two_duplicates_is_the_counterpart(world: Sample) -> None:
    for case in ("duplicate_contacts", "duplicate_leads"):
        twins = with_email(world, contact_of(world, case)["properties"]["email"])
        oldest = min(twins, key=lambda one: one["CreatedDate"])
        assert len(twins) == 2
        assert oldest["Id"] == world.cases[f"{case}.salesforce"]
        assert oldest is not twins[0]


def test_a_contact_and_an_older_lead_share_an_email(world: Sample) -> None:
    both = with_email(world, contact_of(world, "lead_and_contact")["properties"]["email"])
    lead, contact = sorted(both, key=lambda one: one["CreatedDate"])

    assert lead["Id"].startswith("00Q")
    assert contact["Id"] == world.cases["lead_and_contact.salesforce"]


def test_converted_leads_lead_to_their_contacts(world: Sample) -> None:
    converted = [one for one in world.salesforce["records"]["Lead"] if one["IsConverted"]]

    assert len(converted) == 2
    assert {one["ConvertedContactId"] for one in converted} == {
        world.cases["converted_lead_by_id.salesforce"],
        world.cases["converted_lead_by_email.salesforce"],
    }


def test_a_stored_id_may_be_gone_or_in_the_bin_or_merged_away(world: Sample) -> None:
    people = people_of_salesforce(world)
    gone = contact_of(world, "stored_id_gone_email_matches")["properties"]["salesforcecontactid"]
    binned = contact_of(world, "stored_id_in_bin")["properties"]["salesforcecontactid"]
    merged = contact_of(world, "merged_in_salesforce")["properties"]["salesforcecontactid"]

    assert gone not in people
    assert people[binned]["IsDeleted"]
    assert people[merged]["MasterRecordId"] == world.cases["merged_in_salesforce.salesforce"]


def test_the_same_day_pair_separates_every_wrong_reading(world: Sample) -> None:
    """One day in the account's zone, two in UTC; the higher id is lower as text and created first."""
    later, higher = (contact_of(world, case) for case in ("same_day_later", "same_day_higher_id"))
    zone = ZoneInfo(world.hubspot["account"]["timeZone"])
    made = [datetime.fromisoformat(one["createdAt"]) for one in (later, higher)]

    assert made[0].astimezone(zone).date() == made[1].astimezone(zone).date()
    assert made[0].date() != made[1].date()
    assert made[0] > made[1]
    assert int(later["id"]) < int(higher["id"])
    assert later["id"] > higher["id"]
    on_call = contacts_on(world, "calls", world.cases["call_same_day_contacts"])
    assert set(on_call) == {later["id"], higher["id"]}


def test_the_newest_contact_of_a_call_may_be_one_that_does_not_sync(world: Sample) -> None:
    case = world.cases["call_newest_contact_does_not_sync"]
    people = [record_of(world, "contacts", one) for one in contacts_on(world, "calls", case)]
    newest = max(people, key=lambda one: one["createdAt"])

    assert newest["id"] not in world.counterparts
    assert sum(one["id"] in world.counterparts for one in people) == 3


def test_owners_are_mapped_unmapped_deactivated_and_a_queue(world: Sample) -> None:
    owners = {owner["id"]: owner for owner in world.hubspot["owners"]}
    of = {case: owners[world.cases[case]] for case in OWNER_CASES}
    users = world.salesforce["users"]
    emails = [user["Email"] for user in users if user["IsActive"]]

    assert of["owner_by_email"]["email"] in emails
    assert of["owner_by_email_case_and_name"]["email"].upper() in emails
    assert f"{of['owner_by_invalid_email']['email']}.invalid" in emails
    assert of["owner_by_name"]["email"] not in {email.lower() for email in emails}
    assert of["owner_unmapped"]["lastName"] not in {user["LastName"] for user in users}
    inactive = {user["Email"] for user in users if not user["IsActive"]}
    assert of["owner_of_inactive_user"]["email"] in inactive
    assert of["owner_archived"]["archived"]
    assert of["owner_archived"]["userId"] is None
    assert of["owner_queue"]["type"] == "QUEUE"


def test_companies_and_deals_store_ids_of_accounts_and_opportunities(world: Sample) -> None:
    records = world.salesforce["records"]
    for kind, name, side, gone in (
        ("companies", "salesforceaccountid", "Account", "company_stored_id_gone"),
        ("deals", "hs_salesforceopportunityid", "Opportunity", "deal_stored_id_gone"),
    ):
        ids = {one["Id"] for one in records[side]}
        for record in world.hubspot["objects"][kind]:
            stored = record["properties"].get(name)
            if stored:
                known = with_check_characters(stored[:15]) in ids
                assert known is (record["id"] != world.cases[gone])


def test_two_accounts_share_the_domain_of_one_company(world: Sample) -> None:
    domain = properties_of(world, "companies", "company_domain_of_two_accounts")["domain"]
    sites = [one["Website"] for one in world.salesforce["records"]["Account"] if one["Website"]]

    assert sum(domain in site for site in sites) == 2


def test_tasks_obey_the_platform(world: Sample) -> None:
    """A lead's task has no WhatId; IsClosed follows the status; AccountId follows who and what."""
    closed = {one["ApiName"] for one in world.salesforce["task_statuses"] if one["IsClosed"]}
    records = world.salesforce["records"]
    accounts = {one["Id"]: one["AccountId"] for one in records["Contact"] + records["Opportunity"]}
    for task in records["Task"]:
        who, what = task["WhoId"] or "", task["WhatId"] or ""
        assert not (who.startswith("00Q") and what)
        assert task["IsClosed"] is (task["Status"] in closed)
        expected = what if what.startswith("001") else accounts.get(what) or accounts.get(who)
        assert task["AccountId"] == expected


def test_a_series_has_a_head_and_occurrences_and_an_old_task_is_archived(world: Sample) -> None:
    tasks = {one["Id"]: one for one in world.salesforce["records"]["Task"]}
    head = tasks[world.cases["salesforce_series_head"]]
    occurrences = [one for one in tasks.values() if one["RecurrenceActivityId"] == head["Id"]]

    assert head["IsRecurrence"]
    assert len(occurrences) == 4
    archived = [one["Id"] for one in tasks.values() if one["IsArchived"]]
    assert archived == [world.cases["salesforce_archived_task"]]


def test_exactly_one_status_is_the_default_and_completed_is_closed(world: Sample) -> None:
    statuses = {one["ApiName"]: one for one in world.salesforce["task_statuses"]}

    assert [name for name, one in statuses.items() if one["IsDefault"]] == ["Not Started"]
    assert statuses["Completed"]["IsClosed"]
    orders = [one["SortOrder"] for one in statuses.values()]
    assert orders == sorted(orders)


def test_events_refer_to_campaigns_and_sendings_that_exist(world: Sample) -> None:
    campaigns = {one["id"] for one in world.hubspot["campaigns"]}
    events = world.hubspot["email_events"]
    sent = {(event["id"], event["created"]) for event in events if event["type"] == "SENT"}
    for event in events:
        assert event["emailCampaignId"] in campaigns
        if event["type"] != "SENT":
            assert (event["sentBy"]["id"], event["sentBy"]["created"]) in sent
    keys = [(event["id"], event["created"]) for event in events]
    assert len(set(keys)) == len(keys)
    assert Counter(event["id"] for event in events)[world.cases["email_event_id_used_twice"]] == 2
    assert any(event.get("filteredEvent") for event in events)


def test_every_campaign_belongs_to_a_marketing_email(world: Sample) -> None:
    emails = {one["id"]: one for one in world.hubspot["marketing_emails"]}
    for campaign in world.hubspot["campaigns"]:
        assert str(campaign["id"]) in emails[str(campaign["contentId"])]["allEmailCampaignIds"]


def test_a_contacts_conversion_summary_counts_its_submissions(world: Sample) -> None:
    forms = {one["id"] for one in world.hubspot["forms"]}
    counted: Counter[str] = Counter()
    for submission in world.hubspot["submissions"]:
        assert submission["formGuid"] in forms
        emails = [one["value"].lower() for one in submission["values"] if one["name"] == "email"]
        counted.update(emails)
    for contact in world.hubspot["objects"]["contacts"]:
        properties = contact["properties"]
        summary = int(properties.get("num_conversion_events", "0"))
        assert summary == counted[properties.get("email", "")]


def test_lists_and_participations_name_contacts_that_exist(world: Sample) -> None:
    objects = world.hubspot["objects"]
    contacts = {one["id"] for one in objects["contacts"]}
    companies = {one["id"] for one in objects["companies"]}
    for one in world.hubspot["lists"]:
        assert set(one["memberships"]) <= (contacts if one["objectTypeId"] == "0-1" else companies)
    events = {one["objectId"] for one in world.hubspot["marketing_events"]}
    for one in world.hubspot["participations"]:
        assert one["associations"]["contact"]["contactId"] in contacts
        assert one["associations"]["marketingEvent"]["marketingEventId"] in events


def test_attachments_are_files_but_for_one_that_is_gone(world: Sample) -> None:
    files = {one["id"] for one in world.hubspot["files"]}
    missing = []
    for kind in ("notes", "emails"):
        for record in world.hubspot["objects"][kind]:
            ids = record["properties"].get("hs_attachment_ids")
            if ids and not set(ids.split(";")) <= files:
                missing.append(record["id"])

    assert missing == [world.cases["email_attachment_gone"]]


STATUSES = {
    "email_scheduled": ("emails", "hs_email_status", "SCHEDULED"),
    "email_sending": ("emails", "hs_email_status", "SENDING"),
    "email_failed": ("emails", "hs_email_status", "FAILED"),
    "email_bounced": ("emails", "hs_email_status", "BOUNCED"),
    "call_queued": ("calls", "hs_call_status", "QUEUED"),
    "call_in_progress": ("calls", "hs_call_status", "IN_PROGRESS"),
    "meeting_canceled": ("meetings", "hs_meeting_outcome", "CANCELED"),
    "meeting_no_show": ("meetings", "hs_meeting_outcome", "NO_SHOW"),
    "task_deferred": ("tasks", "hs_task_status", "DEFERRED"),
    "task_waiting": ("tasks", "hs_task_status", "WAITING"),
}


@pytest.mark.parametrize("case", STATUSES)
def test_a_case_has_the_status_of_its_name(world: Sample, case: str) -> None:
    kind, name, value = STATUSES[case]

    assert properties_of(world, kind, case)[name] == value


def test_coming_meetings_start_after_now(world: Sample) -> None:
    for case in ("meeting_next_week", "meeting_in_a_month", "meeting_today"):
        start = properties_of(world, "meetings", case)["hs_meeting_start_time"]
        assert datetime.fromisoformat(start) > NOW
    under_way = properties_of(world, "meetings", "meeting_under_way")
    start, end = under_way["hs_meeting_start_time"], under_way["hs_meeting_end_time"]
    assert datetime.fromisoformat(start) < NOW < datetime.fromisoformat(end)


def test_odd_subjects_are_as_odd_as_their_names(world: Sample) -> None:
    emoji = properties_of(world, "emails", "email_emoji_subject")["hs_email_subject"]
    pair = properties_of(world, "emails", "email_pair_at_the_cut")["hs_email_subject"]
    long = properties_of(world, "emails", "email_long_subject")["hs_email_subject"]

    assert len(emoji) < 255 < units(emoji)
    assert units(pair.partition("🎯")[0]) == 254
    assert len(long) > 255
    assert "hs_email_subject" not in properties_of(world, "emails", "email_without_subject")


def test_odd_bodies_are_as_odd_as_their_names(world: Sample) -> None:
    limit = properties_of(world, "notes", "note_pairs_at_the_limit")["hs_note_body"]
    letters = [
        properties_of(world, "emails", f"email_newsletter_{number}")["hs_email_html"]
        for number in (1, 2, 3)
    ]

    assert 32_000 < units(limit) < 65_536
    assert all(190_000 < len(letter) < 210_000 for letter in letters)
    assert "hs_email_html" not in properties_of(world, "emails", "email_plain_only")
    assert "hs_email_text" not in properties_of(world, "emails", "email_empty")
    assert "<" not in properties_of(world, "notes", "note_plain_text")["hs_note_body"]


def test_bodies_come_from_many_mail_programs(world: Sample) -> None:
    bodies = "".join(
        one["properties"].get("hs_email_html", "") for one in world.hubspot["objects"]["emails"]
    )
    marks = (
        "MsoNormal",
        "<o:p>",
        "[if",
        "gmail_quote",
        'type="cite"',
        "divRplyFwdMsg",
        "<pre",
        "track.",
    )

    assert [mark for mark in marks if mark not in bodies] == []


def test_what_is_settled_was_changed_when_it_was_settled(world: Sample) -> None:
    for task in world.hubspot["objects"]["tasks"]:
        assert task["properties"].get("hs_task_completion_date", "") <= task["updatedAt"]
    for meeting in world.hubspot["objects"]["meetings"]:
        if meeting["properties"].get("hs_meeting_outcome") == "COMPLETED":
            assert meeting["properties"]["hs_meeting_end_time"] <= meeting["updatedAt"]
