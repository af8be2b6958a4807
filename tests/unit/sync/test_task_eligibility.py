"""Which Salesforce tasks appear in HubSpot, in which place, on which contact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.model import Contact, Person, PersonType
from tandem.sync.correspondence import (
    Found,
    FoundContact,
    Missing,
    contact_of,
    former_ids,
    ids_of,
    person_for,
)
from tandem.sync.eligibility import (
    Go,
    Related,
    Skip,
    TaskFacts,
    Wait,
    inclusion_verdict,
    place_verdict,
    task_verdict,
)
from tandem.sync.policy import Policy, TaskFilter
from tandem.sync.reasons import Reason

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


# --------------------------------------------------------------------------- which tasks


def _facts(**changes: Any) -> TaskFacts:
    values: dict[str, Any] = {"created_at": SINCE + DAY, "subtype": "Task", "has_person": True}
    return TaskFacts(**{**values, **changes})


def _policy(**changes: Any) -> Policy:
    return Policy(**{"salesforce_task_sync": True, "salesforce_tasks_since": SINCE, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"created_at": SINCE - timedelta(seconds=1)}, Reason.OLDER),
        ({"key": "7-note-3"}, Reason.WRITTEN_BY_TANDEM),
        ({"is_recurring_head": True}, Reason.RECURRING_HEAD),
        ({"is_private": True}, Reason.PRIVATE),
        ({"is_archived": True}, Reason.ARCHIVED),
        ({"is_deleted": True}, Reason.GONE_BEFORE_WRITTEN),
    ],
)
def test_a_task_that_no_setting_lets_through_says_why(
    changes: dict[str, Any], reason: Reason
) -> None:
    got = task_verdict(_facts(**changes), _policy())

    assert isinstance(got, Skip)
    assert got.reason is reason


def test_only_tasks_created_from_the_switching_on_appear() -> None:
    assert task_verdict(_facts(created_at=SINCE), _policy()) == Go()
    older = _facts(created_at=SINCE - DAY)
    assert task_verdict(older, _policy(), is_accepted=True) == Go()
    assert task_verdict(older, _policy(salesforce_tasks_since=None)) == Go()
    assert task_verdict(_facts(), _policy(salesforce_task_sync=False)) == Skip(Reason.KIND_OFF)


def test_a_waiting_task_that_was_deleted_is_not_written() -> None:
    got = task_verdict(_facts(is_deleted=True), _policy(), is_accepted=True)

    assert got == Skip(Reason.GONE_BEFORE_WRITTEN)


@pytest.mark.parametrize(
    ("chosen", "fitting", "other", "name"),
    [
        ({"subtypes": {"Call"}}, {"subtype": "Call"}, {"subtype": "Email"}, "subtypes"),
        ({"subtypes": {"Task"}}, {"subtype": None}, {"subtype": "Email"}, "subtypes"),
        ({"types": {"Demo"}}, {"type": "Demo"}, {"type": None}, "types"),
        ({"owners": {"005A"}}, {"owner_id": "005A"}, {"owner_id": "00GQ"}, "owners"),
        ({"record_types": {"Sales"}}, {"record_type": "Sales"}, {}, "record_types"),
        ({"open_only": True}, {"is_closed": False}, {"is_closed": True}, "open_only"),
    ],
)
def test_a_filter_lets_only_its_own_tasks_through(
    chosen: dict[str, Any], fitting: dict[str, Any], other: dict[str, Any], name: str
) -> None:
    policy = _policy(
        task_filter=TaskFilter(
            **{key: frozenset(one) if isinstance(one, set) else one for key, one in chosen.items()}
        )
    )

    assert task_verdict(_facts(**fitting), policy) == Go()
    assert task_verdict(_facts(**other), policy) == Skip(Reason.FILTERED, name)


@dataclass(frozen=True)
class _Former:
    until: datetime
    filter: TaskFilter


def test_a_widened_filter_starts_from_then_on_for_what_it_adds() -> None:
    widened = SINCE + 5 * DAY
    former = (_Former(widened, TaskFilter(subtypes=frozenset({"Call"}))),)
    email = _facts(subtype="Email")

    assert task_verdict(email, _policy(), former=former) == Skip(Reason.FILTERED, "subtypes")
    later = replace(email, created_at=widened)
    assert task_verdict(later, _policy(), former=former) == Go()
    assert task_verdict(_facts(subtype="Call"), _policy(), former=former) == Go()


# --------------------------------------------------------------------------- which place


@pytest.mark.parametrize(
    ("changes", "person", "related", "expected"),
    [
        ({}, True, False, Go()),
        ({"related": Related.OPPORTUNITY}, True, False, Go()),
        ({"related": Related.ACCOUNT}, False, True, Wait(Reason.NO_HUBSPOT_RECORD)),
        ({"has_person": False, "related": Related.ACCOUNT}, False, True, Go()),
        (
            {"has_person": False, "related": Related.OPPORTUNITY},
            False,
            False,
            Wait(Reason.NO_HUBSPOT_RECORD),
        ),
        ({"has_person": False}, False, False, Skip(Reason.NO_RELATED_RECORD)),
        (
            {"has_person": False, "related": Related.OTHER},
            False,
            False,
            Skip(Reason.UNSUPPORTED_RELATED_RECORD),
        ),
        ({"related": Related.OTHER}, True, False, Go()),
    ],
)
def test_a_task_goes_where_its_person_is_else_where_what_it_is_about_is(
    changes: dict[str, Any], person: bool, related: bool, expected: object
) -> None:
    task = _facts(**changes)

    assert place_verdict(task, person_found=person, related_found=related) == expected


@pytest.mark.parametrize("related", [Related.NOTHING, Related.OTHER])
def test_a_task_about_nothing_hubspot_has_goes_unattached_if_that_is_wanted(
    related: Related,
) -> None:
    task = _facts(has_person=False, related=related)

    got = place_verdict(task, person_found=False, related_found=False, unattached=True)
    assert got == Go()
    waiting = place_verdict(_facts(), person_found=False, related_found=False, unattached=True)
    assert waiting == Wait(Reason.NO_HUBSPOT_RECORD)


def test_the_inclusion_list_holds_in_this_direction_too() -> None:
    members = {"9": frozenset({"1"})}
    policy = _policy(inclusion_list="9")
    merged = _contact("3", merged_ids=("1",))

    assert inclusion_verdict(_contact("1"), policy, members) == Go()
    assert inclusion_verdict(merged, policy, members) == Go()
    left_out = Skip(Reason.NOT_ON_INCLUSION_LIST)
    assert inclusion_verdict(_contact("2"), policy, members) == left_out
    assert inclusion_verdict(_contact("2"), _policy(), members) == Go()


# --------------------------------------------------------------------------- which contact


def _contact(ident: str, **changes: Any) -> Contact:
    return Contact(**{"id": ident, "created_at": SINCE + int(ident) * DAY, **changes})


def _person(ident: str, **changes: Any) -> Person:
    kind = PersonType.LEAD if ident.startswith("00Q") else PersonType.CONTACT
    return Person(**{"id": ident, "type": kind, "created_at": SINCE, **changes})


def _by_stored(*contacts: Contact) -> dict[str, list[Contact]]:
    found: dict[str, list[Contact]] = {}
    for one in contacts:
        for each in (one.salesforce_contact_id, one.salesforce_lead_id):
            if each:
                found.setdefault(each, []).append(one)
    return found


def _by_email(*contacts: Contact) -> dict[str, Contact]:
    return {address: one for one in contacts for address in one.emails}


def _people(*people: Person) -> dict[str, Person]:
    return {one.id: one for one in people}


def _found(
    person_id: str,
    contacts: tuple[Contact, ...],
    people: tuple[Person, ...],
    email: str | None = None,
) -> tuple[str, str] | Reason:
    got = contact_of(
        person_id, email, _by_stored(*contacts), _by_email(*contacts), _people(*people)
    )
    return got.reason if isinstance(got, Missing) else (got.contact.id, got.by)


def test_a_stored_id_finds_the_contact_before_the_address() -> None:
    stored = _contact("2", salesforce_contact_id="003A")
    alike = _contact("1", emails=("a@x.example",))
    person = _person("003A", email="a@x.example")

    assert _found("003A", (stored, alike), (person,)) == ("2", "stored id")
    assert _found("003A", (alike,), (person,)) == ("1", "e-mail")
    assert _found("003A", (alike,), (), email="A@x.example") == ("1", "e-mail")
    assert _found("003A", (stored,), ()) == ("2", "stored id")
    assert _found("003A", (), (person,)) is Reason.NO_HUBSPOT_RECORD


def test_a_secondary_address_counts() -> None:
    one = _contact("1", emails=("main@x.example", "a@x.example"))

    assert _found("003A", (one,), (_person("003A", email="a@x.example"),)) == ("1", "e-mail")


def test_a_contact_that_is_another_living_person_does_not_count() -> None:
    """Unless that person has the very same address: doubles in Salesforce."""
    taken = _contact("1", emails=("a@x.example",), salesforce_contact_id="003B")
    person = _person("003A", email="a@x.example")
    other = _person("003B", email="b@x.example")

    assert _found("003A", (taken,), (person, other)) is Reason.NO_HUBSPOT_RECORD
    double = replace(other, email="A@x.example")
    assert _found("003A", (taken,), (person, double)) == ("1", "e-mail")
    gone = replace(other, is_deleted=True)
    assert _found("003A", (taken,), (person, gone)) == ("1", "e-mail")


def test_a_stored_lead_beside_another_stored_contact_does_not_count() -> None:
    both = _contact("1", salesforce_contact_id="003B", salesforce_lead_id="00QA")
    people = (_person("00QA"), _person("003B"))

    assert _found("00QA", (both,), people) is Reason.NO_HUBSPOT_RECORD
    assert _found("003B", (both,), people) == ("1", "stored id")


def test_of_several_contacts_the_oldest_is_meant() -> None:
    younger = _contact("9", salesforce_contact_id="003A")
    older = _contact("10", created_at=SINCE, salesforce_contact_id="003A")

    assert _found("003A", (younger, older), (_person("003A"),)) == ("10", "stored id")
    same_time = replace(younger, created_at=SINCE)
    assert _found("003A", (older, same_time), (_person("003A"),)) == ("9", "stored id")


def test_a_converted_lead_leads_to_its_contact_from_either_end() -> None:
    lead = _person("00QA", converted_contact_id="003A", email="old@x.example")
    people = (lead, _person("003A", email="new@x.example"))

    for stored in ({"salesforce_contact_id": "003A"}, {"salesforce_lead_id": "00QA"}):
        one = _contact("1", **stored)
        assert _found("00QA", (one,), people) == ("1", "stored id")
        assert _found("003A", (one,), people) == ("1", "stored id")
    alike = _contact("2", emails=("old@x.example",))
    assert _found("003A", (alike,), people) == ("2", "e-mail")
    today = _contact("3", emails=("new@x.example",))
    assert _found("003A", (alike, today), people) == ("3", "e-mail")


def test_a_merges_loser_leads_to_the_winner_and_a_deleted_person_nowhere() -> None:
    loser = _person("003L", is_deleted=True, merged_into="003W")
    one = _contact("1", salesforce_contact_id="003L")

    assert _found("003W", (one,), (loser, _person("003W"))) == ("1", "stored id")
    gone = _person("003L", is_deleted=True)
    assert _found("003L", (one,), (gone,)) is Reason.NO_HUBSPOT_RECORD


def test_whose_ids_contacts_hold_can_be_asked_in_bulk() -> None:
    both = _contact("1", salesforce_contact_id="003B", salesforce_lead_id="00QA")
    people = _people(
        _person("00QA", converted_contact_id="003A"),
        _person("003L", is_deleted=True, merged_into="00QA"),
        _person("003A"),
    )

    assert ids_of([both, _contact("2")]) == {"003B", "00QA"}
    assert former_ids(people) == {"003A": {"00QA", "003L"}}


_IDS = ("003A", "003B", "003C", "00QA", "00QB")
_ADDRESSES = ("a@x.example", "b@x.example", "c@x.example")


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[Contact], dict[str, Person]]:
    """A few people, merged and converted at random, and contacts that share no address."""
    people = {}
    for ident in draw(st.lists(st.sampled_from(_IDS), unique=True, min_size=1)):
        others = st.sampled_from([one for one in _IDS[:3] if one != ident])
        gone = draw(st.sampled_from([False, False, True]))
        people[ident] = _person(
            ident,
            email=draw(st.sampled_from((None, *_ADDRESSES))),
            is_deleted=gone,
            merged_into=draw(st.none() | others) if gone else None,
            converted_contact_id=draw(st.none() | others)
            if ident.startswith("00Q") and not gone
            else None,
        )
    free = draw(st.permutations(_ADDRESSES))
    contacts = [
        _contact(
            str(number),
            emails=tuple(free[number - 1 : number + draw(st.integers(0, 1))])
            if number == len(free)
            else tuple(free[number - 1 : number - 1 + draw(st.integers(0, 1))]),
            salesforce_contact_id=draw(st.sampled_from((None, *_IDS[:3]))),
            salesforce_lead_id=draw(st.sampled_from((None, None, *_IDS[3:]))),
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return contacts, people


def _named(contact: Contact, people: dict[str, Person]) -> set[str]:
    """Everybody that anything about *contact*, or about whom it names, could mean."""
    by_email: dict[str, list[Person]] = {}
    for one in people.values():
        by_email.setdefault(one.email or "", []).append(one)
    named: set[str] = set()
    ahead = {contact.salesforce_contact_id, contact.salesforce_lead_id}
    ahead |= {one.id for address in contact.emails for one in by_email.get(address, ())}
    while ahead:
        ident = ahead.pop()
        person = people.get(ident or "")
        if person is None or person.id in named:
            continue
        named.add(person.id)
        ahead |= {person.merged_into, person.converted_contact_id}
        ahead |= {one.id for one in by_email.get(person.email or "-", ())}
    return {
        one for one in named if not people[one].is_deleted and not people[one].converted_contact_id
    }


@settings(max_examples=400, deadline=None)
@given(_worlds())
def test_there_and_back_is_the_same_person_wherever_only_one_is_meant(
    world: tuple[list[Contact], dict[str, Person]],
) -> None:
    contacts, people = world
    by_email: dict[str, list[Person]] = {}
    for one in people.values():
        by_email.setdefault(one.email or "", []).append(one)
    for ident, person in people.items():
        if person.is_deleted or person.converted_contact_id:
            continue
        got = contact_of(ident, None, _by_stored(*contacts), _by_email(*contacts), people)
        if isinstance(got, FoundContact) and len(_named(got.contact, people)) == 1:
            there = person_for(got.contact, people, by_email)
            assert isinstance(there, Found)
            assert there.person is person
    for one in contacts:
        there = person_for(one, people, by_email)
        if isinstance(there, Found) and len(_named(one, people)) == 1:
            back = contact_of(
                there.person.id, None, _by_stored(*contacts), _by_email(*contacts), people
            )
            assert isinstance(back, FoundContact)
