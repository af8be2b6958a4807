"""Bulk activities: as many as wanted, in load form, alike from run to run."""

from datetime import UTC, datetime, timedelta

import pytest

from tandem.sandbox.data import bulk_activities
from tandem.sandbox.data.identity import with_check_characters

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
BODIES = {
    "calls": "hs_call_body",
    "notes": "hs_note_body",
    "meetings": "hs_meeting_body",
    "emails": "hs_email_html",
    "tasks": "hs_task_body",
    "communications": "hs_communication_body",
    "postal_mail": "hs_postal_mail_body",
}


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("kind", BODIES)
def test_bodies_are_a_kilobyte_on_average_and_all_different(kind: str, html: bool) -> None:
    records = bulk_activities(2_000, kind, NOW, 1, contacts=10, html=html).hubspot["objects"][kind]
    bodies = [record["properties"][BODIES[kind]] for record in records]

    assert len(set(bodies)) == 2_000
    assert 900 < sum(map(len, bodies)) / 2_000 < 1_100
    assert all(body.startswith("<div") is html for body in bodies)


def test_every_contact_is_stored_with_a_salesforce_contact() -> None:
    bulk = bulk_activities(50, "calls", NOW, 1, contacts=20, html=False)
    contacts = bulk.hubspot["objects"]["contacts"]
    people = {one["Id"]: one for one in bulk.salesforce["records"]["Contact"]}

    assert len(contacts) == len(people) == 20
    for contact in contacts:
        stored = contact["properties"]["salesforcecontactid"]
        assert stored == with_check_characters(stored[:15])
        assert people[stored]["Email"] == contact["properties"]["email"]


def test_every_activity_has_a_contact_and_every_tenth_has_two() -> None:
    bulk = bulk_activities(200, "notes", NOW, 1, contacts=20, html=False)
    contacts = {one["id"] for one in bulk.hubspot["objects"]["contacts"]}
    associations = bulk.hubspot["associations"]

    assert len(associations) == len(set(associations)) == 220
    assert {one[3] for one in associations} <= contacts
    assert {one[1] for one in associations} == {
        one["id"] for one in bulk.hubspot["objects"]["notes"]
    }


def test_later_parts_go_on_where_the_first_ended_and_bring_no_contacts() -> None:
    first = bulk_activities(30, "calls", NOW, 1, contacts=7, html=False)
    later = bulk_activities(30, "calls", NOW, 1, contacts=7, html=False, start=30)
    ids = [record["id"] for part in (first, later) for record in part.hubspot["objects"]["calls"]]

    assert len(set(ids)) == 60
    assert "contacts" not in later.hubspot["objects"]
    assert later.salesforce["records"]["Contact"] == []
    contacts = {one["id"] for one in first.hubspot["objects"]["contacts"]}
    assert {one[3] for one in later.hubspot["associations"]} <= contacts


def test_activities_are_made_in_order_just_before_now() -> None:
    part = bulk_activities(
        100, "emails", NOW, 1, contacts=3, html=True, over=timedelta(hours=1)
    ).hubspot["objects"]["emails"]
    made = [datetime.fromisoformat(record["createdAt"]) for record in part]

    assert made == sorted(made)
    assert NOW - timedelta(hours=1) <= made[0]
    assert made[-1] < NOW


def test_the_same_arguments_give_equal_parts() -> None:
    one, other = (bulk_activities(20, "tasks", NOW, 5, contacts=3, html=True) for _ in range(2))

    assert one == other


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="calls, notes"):
        bulk_activities(1, "visits", NOW, 1, contacts=1, html=False)


def test_bulk_without_contacts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one contact"):
        bulk_activities(1, "calls", NOW, 1, contacts=0, html=False)
