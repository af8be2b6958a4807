"""Whom tasks of the simulated HubSpot account hang on, and people found by what Salesforce calls them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from empty_hubspot import (
    DONE,
    GONE,
    REJECTED,
    UNKNOWN,
    a_contact,
    empty_account,
    new_task,
    results_of,
)
from joined_crms import START, Joined

from tandem.crm.connector import AssociationChange
from tandem.model import ObjectType, Side

# --------------------------------------------------------------------------- associations


async def test_a_task_moves_to_another_contact_and_gains_a_deal() -> None:
    joined = await empty_account()
    old, new = a_contact(joined), a_contact(joined, "b@example.jp")
    deal = str(joined.in_hubspot("create", object="deals", properties={"dealname": "D"})["id"])
    (made,) = await joined.hubspot.create_tasks([new_task(1, contacts=(old,))])
    assert made.id
    before = joined.requests(Side.HUBSPOT)

    written = await joined.hubspot.move_associations(
        [
            AssociationChange(task_id=made.id, to="contacts", add=(new,), remove=(old,)),
            AssociationChange(task_id=made.id, to="deals", add=(deal,)),
        ]
    )
    calls = joined.requests(Side.HUBSPOT) - before
    linked = await joined.hubspot.associations(
        ObjectType.TASKS, [made.id], to=["contacts", "deals"]
    )

    assert [(DONE, made.id)] * 2 == [(one.result, one.id) for one in written]
    assert ((new,), (deal,)) == (linked[made.id].contact_ids, linked[made.id].deal_ids)
    assert calls == 3


async def test_a_contact_that_is_not_there_does_not_cost_the_one_that_is() -> None:
    joined = await empty_account()
    old, new = a_contact(joined), a_contact(joined, "b@example.jp")
    made = await joined.hubspot.create_tasks([new_task(n, contacts=(old,)) for n in range(3)])
    ids = [one.id or "" for one in made]
    await joined.hubspot.delete_tasks(ids[2:])

    written = await joined.hubspot.move_associations(
        [
            AssociationChange(task_id=ids[0], to="contacts", add=(new,), remove=(old,)),
            AssociationChange(task_id=ids[1], to="contacts", add=("999999",), remove=(old,)),
            AssociationChange(task_id=ids[2], to="contacts", add=(new,), remove=(old,)),
        ]
    )
    linked = await joined.hubspot.associations(ObjectType.TASKS, ids, to=["contacts"])

    assert results_of(written) == [DONE, REJECTED, GONE]
    assert ((new,), (old,)) == (linked[ids[0]].contact_ids, linked[ids[1]].contact_ids)


@pytest.mark.parametrize("path", ["*/batch/associate/default", "*/contacts/batch/archive"])
async def test_a_move_without_an_answer_is_unknown(path: str) -> None:
    joined = await empty_account()
    old, new = a_contact(joined), a_contact(joined, "b@example.jp")
    (made,) = await joined.hubspot.create_tasks([new_task(1, contacts=(old,))])
    joined.fault(Side.HUBSPOT, kind="drop_after", method="POST", path=path)

    written = await joined.hubspot.move_associations(
        [AssociationChange(task_id=made.id or "", to="contacts", add=(new,), remove=(old,))]
    )

    assert results_of(written) == [UNKNOWN]


async def test_a_full_contact_does_not_stop_others() -> None:
    joined = await empty_account(association_limit=1)
    full, free = a_contact(joined), a_contact(joined, "b@example.jp")
    joined.in_hubspot("create_task", subject="first", contacts=[full])
    made = await joined.hubspot.create_tasks([new_task(1), new_task(2)])

    written = await joined.hubspot.move_associations(
        [
            AssociationChange(task_id=made[0].id or "", to="contacts", add=(full,)),
            AssociationChange(task_id=made[1].id or "", to="contacts", add=(free,)),
        ]
    )

    assert results_of(written) == [REJECTED, DONE]


# --------------------------------------------------------------------------- people by Salesforce id

PERSON, LEAD = "0035g00000Tandm", "00Q5g00000Tandm"


async def test_records_are_found_by_stored_ids_of_either_length() -> None:
    joined = Joined(data="empty")
    by15 = a_contact(joined, "a@example.jp", salesforcecontactid=PERSON)
    by18 = a_contact(joined, "b@example.jp", salesforceleadid=f"{LEAD}EAB")
    a_contact(joined, "c@example.jp", salesforcecontactid=PERSON.swapcase())
    company = joined.in_hubspot(
        "create", object="companies", properties={"salesforceaccountid": "0015g00000Tandm"}
    )["id"]
    deal = joined.in_hubspot(
        "create", object="deals", properties={"hs_salesforceopportunityid": "0065g00000Tandm"}
    )["id"]
    joined.sandbox.world.clock.advance(60)

    people = await joined.hubspot.contacts_by_salesforce_id([PERSON, LEAD, "nonsense"])
    companies = await joined.hubspot.companies_by_salesforce_id(["0015g00000Tandm"])
    deals = await joined.hubspot.deals_by_salesforce_id(["0065g00000Tandm"])

    assert {PERSON: [by15], LEAD: [by18]} == {
        key[:15]: [one.id for one in found] for key, found in people.items()
    }
    assert [[company]] == [[one.id for one in found] for found in companies.values()]
    assert [[deal]] == [[one.id for one in found] for found in deals.values()]
    assert all(len(key) == 18 for key in (*people, *companies, *deals))


async def test_without_the_connector_s_properties_nothing_is_found_and_asked_once() -> None:
    joined = Joined(data="empty")
    joined.switch(salesforce_properties="absent")

    assert await joined.hubspot.contacts_by_salesforce_id([PERSON, LEAD]) == {}
    before = joined.requests(Side.HUBSPOT)
    assert await joined.hubspot.contacts_by_salesforce_id([PERSON, LEAD]) == {}
    assert joined.requests(Side.HUBSPOT) == before


async def test_two_hundred_stored_ids_are_few_searches() -> None:
    joined = Joined(data="empty")
    ids = [f"0035g00000{number:05d}" for number in range(200)]
    for number, one in enumerate(ids):
        a_contact(joined, f"p{number}@example.jp", salesforcecontactid=one)
    joined.sandbox.world.clock.advance(60)
    before = joined.requests(Side.HUBSPOT)

    found = await joined.hubspot.contacts_by_salesforce_id(ids)

    assert len(found) == 200
    assert joined.requests(Side.HUBSPOT) - before <= 4


async def test_companies_are_found_by_their_domain() -> None:
    joined = Joined(data="empty")
    first, second = (
        joined.in_hubspot("create", object="companies", properties={"domain": domain})["id"]
        for domain in ("example.jp", "www.example.jp")
    )
    joined.sandbox.world.clock.advance(60)

    found = await joined.hubspot.companies_by_domain(["Example.JP", "nowhere.example"])

    assert {"example.jp": [first, second]} == {
        key: [one.id for one in companies] for key, companies in found.items()
    }


# --------------------------------------------------------------------------- what people have made


async def test_the_tasks_of_contacts_are_named_in_one_call() -> None:
    joined = await empty_account()
    ann, bob, eve = (a_contact(joined, f"{name}@example.jp") for name in ("ann", "bob", "eve"))
    made = await joined.hubspot.create_tasks(
        [new_task(1, contacts=(ann,)), new_task(2, contacts=(ann, bob)), new_task(3)]
    )
    before = joined.requests(Side.HUBSPOT)

    found = await joined.hubspot.tasks_of([ann, bob, eve])

    assert joined.requests(Side.HUBSPOT) - before == 1
    assert {one: set(ids) for one, ids in found.items()} == {
        ann: {made[0].id, made[1].id},
        bob: {made[1].id},
    }


async def test_records_are_found_by_when_they_were_created() -> None:
    joined = await empty_account()
    clock = joined.sandbox.world.clock
    made = []
    for number in range(3):
        made.append((await joined.hubspot.create_tasks([new_task(number)]))[0].id)
        clock.advance(3600)
    joined.in_hubspot("edit", object="tasks", id=made[0], properties={"hs_task_subject": "Edited"})
    clock.advance(60)

    pages = joined.hubspot.created(
        ObjectType.TASKS, START + timedelta(minutes=30), START + timedelta(minutes=90)
    )

    assert [one.id async for page in pages for one in page.activities] == [made[1]]
