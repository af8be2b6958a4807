"""Tasks written into the simulated HubSpot account, and found again there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from joined_crms import START, Joined

from tandem.crm.connector import AssociationChange, NewTask
from tandem.errors import AccessLost, RateLimited, TryLater
from tandem.model import Field, KeyProperty, ObjectType, Side, WriteResult, Written

DONE, GONE, EXISTS = WriteResult.DONE, WriteResult.GONE, WriteResult.EXISTS
LATER, UNKNOWN, REJECTED = WriteResult.TRY_LATER, WriteResult.UNKNOWN, WriteResult.REJECTED
CREATE = "*/tasks/batch/create"
BIN_READ = "/crm/v3/objects/tasks/batch/read"


async def _joined(**switches: Any) -> Joined:
    """An empty account with as good a key property as it accepts."""
    joined = Joined(data="empty")
    joined.switch(**switches)
    await joined.hubspot.create_key_property()
    await joined.hubspot.task_schema()
    return joined


def _new(number: int, **more: Any) -> NewTask:
    associated = {
        name: more.pop(name) for name in ("contacts", "companies", "deals") if name in more
    }
    return NewTask(
        properties={
            "hs_timestamp": "2026-12-01T09:00:00Z",
            "hs_task_subject": f"Task {number}",
            "tandem_key": f"00D-{number}",
            **more,
        },
        **associated,
    )


def _results(written: Sequence[Written]) -> list[WriteResult]:
    return [one.result for one in written]


def _stored(joined: Joined) -> int:
    return int(joined.sandbox.hubspot.summary()["objects"]["tasks"]["live"])


def _contact(joined: Joined, email: str = "a@example.jp", **properties: Any) -> str:
    made = joined.in_hubspot("create", object="contacts", properties={"email": email, **properties})
    return str(made["id"])


# --------------------------------------------------------------------------- schema and key


async def test_the_schema_tells_statuses_with_their_stages_in_order() -> None:
    joined = Joined(data="empty")

    schema = await joined.hubspot.task_schema()

    assert KeyProperty.NONE is schema.key
    assert [(one.value, one.closed) for one in schema.statuses[:3]] == [
        ("NOT_STARTED", False),
        ("IN_PROGRESS", False),
        ("WAITING", False),
    ]
    assert [one.value for one in schema.statuses if one.closed] == ["COMPLETED"]
    assert "HIGH" in schema.priorities
    assert {"TODO", "CALL", "EMAIL"} <= set(schema.types)
    assert joined.requests(Side.HUBSPOT) == 2


@pytest.mark.parametrize("rule", ["id", "label"])
async def test_a_stage_an_admin_added_is_a_status_of_its_own(rule: str) -> None:
    joined = Joined(data="empty")
    joined.switch(added_stage_status=rule)
    joined.in_hubspot("add_stage", label="Called off", closed=True)

    schema = await joined.hubspot.task_schema()

    added = schema.statuses[-1]
    assert (added.label, added.closed, added.order) == ("Called off", True, 5)


@pytest.mark.parametrize(
    ("unique", "kind"), [("accepted", KeyProperty.UNIQUE), ("refused", KeyProperty.PLAIN)]
)
async def test_the_key_property_is_as_good_as_the_account_allows(
    unique: str, kind: KeyProperty
) -> None:
    joined = Joined(data="empty")
    joined.switch(task_unique_property=unique)

    first = await joined.hubspot.create_key_property()
    again = await joined.hubspot.create_key_property()
    schema = await joined.hubspot.task_schema()

    assert (kind, kind, kind) == (first, again, schema.key)


async def test_without_any_custom_property_there_is_no_key() -> None:
    joined = Joined(data="empty")
    joined.fault(
        Side.HUBSPOT,
        kind="status",
        method="POST",
        path="/crm/v3/properties/tasks",
        status=400,
        body={"status": "error", "category": "VALIDATION_ERROR", "message": "limit reached"},
        times=2,
    )

    assert KeyProperty.NONE is await joined.hubspot.create_key_property()


async def test_missing_scopes_are_told_with_what_an_admin_must_do() -> None:
    joined = Joined(data="empty")
    joined.switch(private_app_scopes="crm.objects.contacts.read")

    with pytest.raises(AccessLost, match=r"crm\.schemas\.contacts\.write") as lost:
        await joined.hubspot.create_key_property()

    assert lost.value.status == 403


async def test_a_deleted_key_property_is_to_be_restored() -> None:
    joined = await _joined()
    joined.in_hubspot("archive_property", object="tasks", name="tandem_key")

    with pytest.raises(AccessLost, match="restore"):
        await joined.hubspot.create_key_property()


# --------------------------------------------------------------------------- creating


async def test_a_thousand_tasks_are_ten_calls_with_their_associations() -> None:
    joined = await _joined()
    contact = _contact(joined)
    company = joined.in_hubspot("create", object="companies", properties={"name": "A"})["id"]
    deal = joined.in_hubspot("create", object="deals", properties={"dealname": "D"})["id"]
    before = joined.requests(Side.HUBSPOT)
    tasks = [
        _new(number, contacts=(contact,), companies=(company,), deals=(deal,))
        for number in range(1000)
    ]

    written = await joined.hubspot.create_tasks(tasks)

    assert joined.requests(Side.HUBSPOT) - before == 10
    assert _results(written) == [DONE] * 1000
    ids = [one.id for one in written if one.id]
    read = await joined.hubspot.read(ObjectType.TASKS, ids)
    linked = await joined.hubspot.associations(
        ObjectType.TASKS, ids, to=["contacts", "companies", "deals"]
    )
    assert [f"Task {number}" for number in range(1000)] == [
        task.title for one in ids if (task := read[one])
    ]
    assert [f"00D-{number}" for number in range(1000)] == [
        task.tandem_key for one in ids if (task := read[one])
    ]
    assert {((contact,), (company,), (deal,))} == {
        (one.contact_ids, one.company_ids, one.deal_ids) for one in linked.values()
    }


@pytest.mark.parametrize("status", [409, 400])
async def test_a_taken_key_names_its_holder_and_overwrites_nothing(status: int) -> None:
    joined = await _joined(unique_conflict_status=status)
    (first,) = await joined.hubspot.create_tasks([_new(1)])
    joined.in_hubspot("edit", object="tasks", id=first.id, properties={"hs_task_subject": "mine"})

    again, fresh = await joined.hubspot.create_tasks([_new(1), _new(2)])
    kept = await joined.hubspot.tasks_by_key(["00D-1"])

    assert [(EXISTS, first.id), (DONE, fresh.id)] == [
        (one.result, one.id) for one in (again, fresh)
    ]
    activity = kept["00D-1"].activity
    assert activity is not None
    assert activity.title == "mine"


async def test_one_key_twice_in_a_call_is_one_task() -> None:
    joined = await _joined()

    one, other = await joined.hubspot.create_tasks([_new(1), _new(1)])

    assert (DONE, EXISTS, one.id) == (one.result, other.result, other.id)
    assert _stored(joined) == 1


async def test_bad_rows_do_not_stop_good_ones() -> None:
    joined = await _joined()
    rows = [_new(number) for number in range(100)]
    rows[7] = _new(7, hs_task_priority="ENORMOUS")
    rows[42] = _new(42, contacts=("999999",))
    rows[77] = _new(77, no_such_property="x")

    written = await joined.hubspot.create_tasks(rows)

    assert {place: one.result for place, one in enumerate(written) if one.result is not DONE} == {
        7: REJECTED,
        42: REJECTED,
        77: REJECTED,
    }
    assert (
        written[77].code,
        written[77].fields,
    ) == ("PROPERTY_DOESNT_EXIST", ("no_such_property",))
    assert "999999" in written[42].message
    assert _stored(joined) == 97


async def test_a_batch_refused_as_a_whole_is_taken_apart() -> None:
    joined = await _joined()
    joined.fault(Side.HUBSPOT, kind="status", method="POST", path=CREATE, status=400)
    before = joined.requests(Side.HUBSPOT)

    written = await joined.hubspot.create_tasks([_new(number) for number in range(100)])

    assert _results(written) == [DONE] * 100
    assert joined.requests(Side.HUBSPOT) - before == 3


@pytest.mark.parametrize("kind", ["drop_after", "timeout_after", "status_after"])
async def test_what_landed_without_an_answer_is_unknown_and_found_by_its_key(kind: str) -> None:
    joined = await _joined()
    joined.sandbox.world.sleep = joined.time.sleep
    joined.fault(Side.HUBSPOT, kind=kind, method="POST", path=CREATE)

    written = await joined.hubspot.create_tasks([_new(number) for number in range(150)])
    found = await joined.hubspot.tasks_by_key([f"00D-{number}" for number in range(150)])

    assert _results(written) == [UNKNOWN] * 100 + [DONE] * 50
    assert len(found) == _stored(joined) == 150


async def test_rows_that_an_answer_leaves_out_are_unknown() -> None:
    joined = await _joined()
    joined.fault(Side.HUBSPOT, kind="partial_batch", object="tasks", count=2)

    written = await joined.hubspot.create_tasks([_new(number) for number in range(5)])

    assert _results(written) == [DONE, DONE, DONE, UNKNOWN, UNKNOWN]


async def test_locked_rows_are_tried_again_and_only_those() -> None:
    joined = await _joined()
    joined.fault(Side.HUBSPOT, kind="locked", object="tasks", times=3)

    written = await joined.hubspot.create_tasks([_new(number) for number in range(100)])

    assert _results(written) == [DONE] * 100
    assert _stored(joined) == 100
    assert joined.time.slept
    assert [
        one.records
        for one in joined.sandbox.world.journal.requests("hubspot")
        if one.path.endswith("batch/create")
    ] == [100, 3]


async def test_a_row_that_stays_locked_is_left_for_later() -> None:
    joined = await _joined()
    made = await joined.hubspot.create_tasks([_new(1), _new(2)])
    joined.fault(Side.HUBSPOT, kind="locked", object="tasks", id=made[0].id, times=-1)

    written = await joined.hubspot.update_tasks(
        [{"id": one.id, "hs_task_subject": "x"} for one in made]
    )

    assert _results(written) == [LATER, DONE]
    assert written[0].code == "LOCKED"


async def test_the_day_s_end_before_anything_was_written_is_raised_and_afterwards_told() -> None:
    joined = await _joined()
    joined.fault(Side.HUBSPOT, kind="rate_limited", policy="DAILY", path=CREATE, skip=1, times=-1)

    written = await joined.hubspot.create_tasks([_new(number) for number in range(150)])
    with pytest.raises(RateLimited):
        await joined.hubspot.create_tasks([_new(200)])

    assert _results(written) == [DONE] * 100 + [LATER] * 50


async def test_a_burst_limit_is_waited_for() -> None:
    joined = await _joined()
    joined.fault(Side.HUBSPOT, kind="rate_limited", policy="TEN_SECONDLY_ROLLING", path=CREATE)

    assert _results(await joined.hubspot.create_tasks([_new(1)])) == [DONE]


# --------------------------------------------------------------------------- changing and deleting


async def test_updates_change_what_they_name_and_none_clears() -> None:
    joined = await _joined()
    owner = joined.in_hubspot("create_owner", email="o@example.jp")["id"]
    (made,) = await joined.hubspot.create_tasks(
        [_new(1, hubspot_owner_id=owner, hs_task_body="<p>x</p>")]
    )
    assert made.id

    written = await joined.hubspot.update_tasks(
        [
            {"id": made.id, "hubspot_owner_id": None, "hs_task_status": "COMPLETED"},
            {"id": "999999", "hs_task_subject": "nobody"},
        ]
    )
    task = (await joined.hubspot.read(ObjectType.TASKS, [made.id]))[made.id]

    assert _results(written) == [DONE, GONE]
    assert task is not None
    assert (task.owner_id, task.status, task.body.html) == (None, "COMPLETED", "<p>x</p>")


async def test_a_task_in_the_recycle_bin_is_gone_for_updates() -> None:
    joined = await _joined()
    made = await joined.hubspot.create_tasks([_new(1)])

    deleted = await joined.hubspot.delete_tasks([made[0].id or "", "999999"])
    written = await joined.hubspot.update_tasks([{"id": made[0].id, "hs_task_subject": "x"}])

    assert _results(deleted) == [DONE, DONE]
    assert _results(written) == [GONE]
    assert _stored(joined) == 0


async def test_a_thousand_updates_are_ten_calls() -> None:
    joined = await _joined()
    made = await joined.hubspot.create_tasks([_new(number) for number in range(1000)])
    before = joined.requests(Side.HUBSPOT)

    written = await joined.hubspot.update_tasks(
        [{"id": one.id, "hs_task_priority": "HIGH"} for one in made]
    )

    assert _results(written) == [DONE] * 1000
    assert joined.requests(Side.HUBSPOT) - before == 10


# --------------------------------------------------------------------------- finding


@pytest.mark.parametrize("rule", ["readable", "hidden", "refused", "held"])
async def test_a_key_in_the_recycle_bin_is_told_apart(rule: str) -> None:
    joined = await _joined(archived_unique_value=rule)
    readable = rule in ("readable", "held")
    made = await joined.hubspot.create_tasks([_new(1), _new(2)])
    await joined.hubspot.delete_tasks([made[0].id or ""])

    found = await joined.hubspot.tasks_by_key(["00D-1", "00D-2", "00D-3"])

    assert ({"00D-1"} if readable else set()) | {"00D-2"} == set(found)
    assert (made[1].id, False) == (found["00D-2"].id, found["00D-2"].is_archived)
    if readable:
        assert (made[0].id, True) == (found["00D-1"].id, found["00D-1"].is_archived)


async def test_a_key_that_an_archived_task_holds_is_taken() -> None:
    joined = await _joined(archived_unique_value="held")
    (made,) = await joined.hubspot.create_tasks([_new(1)])
    await joined.hubspot.delete_tasks([made.id or ""])

    (again,) = await joined.hubspot.create_tasks([_new(1)])

    assert (EXISTS, made.id) == (again.result, again.id)
    assert _stored(joined) == 0


async def test_a_plain_key_is_found_by_the_search_once_it_has_caught_up() -> None:
    joined = await _joined(task_unique_property="refused")
    made = await joined.hubspot.create_tasks([_new(number) for number in range(120)])
    keys = [f"00D-{number}" for number in range(120)]

    early = await joined.hubspot.tasks_by_key(keys)
    joined.sandbox.world.clock.advance(60)
    late = await joined.hubspot.tasks_by_key(keys)

    assert early == {}
    assert [one.id for one in made] == [late[key].id for key in keys]


async def test_without_a_key_property_nothing_is_asked() -> None:
    joined = Joined(data="empty")
    await joined.hubspot.task_schema()
    before = joined.requests(Side.HUBSPOT)

    assert await joined.hubspot.tasks_by_key(["00D-1"]) == {}
    assert joined.requests(Side.HUBSPOT) == before


async def test_a_key_property_deleted_meanwhile_is_noticed() -> None:
    joined = await _joined()
    await joined.hubspot.create_tasks([_new(1)])
    joined.in_hubspot("archive_property", object="tasks", name="tandem_key")

    assert await joined.hubspot.tasks_by_key(["00D-1"]) == {}


async def test_likely_doubles_are_found_before_the_search_knows_them() -> None:
    joined = Joined(data="empty")
    contact, other = _contact(joined), _contact(joined, "b@example.jp")
    joined.in_hubspot("create_task", subject="old", contacts=[contact])
    joined.sandbox.world.clock.advance(3600)
    since = joined.time.now()
    joined.in_hubspot("create_task", subject="ours", contacts=[contact])
    joined.in_hubspot("create_task", subject="theirs", contacts=[other])
    joined.in_hubspot("create_task", subject="nobody's")

    on_contact = await joined.hubspot.tasks_like([contact], since)
    on_nobody = await joined.hubspot.tasks_like([], since)
    before = await joined.hubspot.tasks_like([contact], START, created_until=since)

    assert [one.title for one in on_contact] == ["ours"]
    assert [one.title for one in on_nobody] == ["nobody's"]
    assert [one.title for one in before] == ["old"]


async def test_all_of_hundreds_of_fresh_tasks_are_looked_at() -> None:
    joined = Joined(data="empty")
    contact = _contact(joined)
    for number in range(30):
        joined.in_hubspot("create_task", subject=f"old {number}", contacts=[contact])
    joined.sandbox.world.clock.advance(3600)
    since = joined.time.now()
    written = await joined.hubspot.create_tasks(
        [
            NewTask(
                properties={"hs_timestamp": "2026-12-01T09:00:00Z", "hs_task_subject": str(number)},
                contacts=(contact,),
            )
            for number in range(450)
        ]
    )
    before = joined.requests(Side.HUBSPOT)

    found = await joined.hubspot.tasks_like([contact], since)

    assert {one.id for one in written} == {one.id for one in found}
    assert joined.requests(Side.HUBSPOT) - before == 8


async def test_more_fresh_tasks_than_can_be_looked_at_are_said_to_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tandem.crm.hubspot.tasks._MOST_ALIKE", 200)
    joined = Joined(data="empty")
    contact, other = _contact(joined), _contact(joined, "b@example.jp")
    for number in range(201):
        joined.in_hubspot("create_task", subject=str(number), contacts=[contact])
    joined.in_hubspot("create_task", subject="Theirs", contacts=[other])

    with pytest.raises(TryLater, match="key property"):
        await joined.hubspot.tasks_like([], START)
    theirs = await joined.hubspot.tasks_like([other], START)

    assert [task.title for task in theirs] == ["Theirs"], (
        "those of a contact can be told all the same"
    )


async def test_edits_tell_when_each_field_was_written_last() -> None:
    joined = await _joined()
    (made,) = await joined.hubspot.create_tasks([_new(1, hs_task_priority="LOW")])
    assert made.id
    created = joined.time.now()
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("edit", object="tasks", id=made.id, properties={"hs_task_subject": "new"})

    edits = (await joined.hubspot.task_edits([made.id]))[made.id]

    assert created + timedelta(seconds=60) == edits[Field.SUBJECT]
    assert created == edits[Field.PRIORITY] == edits[Field.DUE]
    assert Field.OWNER not in edits


async def test_what_a_task_said_before_is_known_by_property() -> None:
    joined = await _joined()
    [made] = await joined.hubspot.create_tasks([_new(1)])
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("edit", object="tasks", id=made.id, properties={"hs_task_subject": ""})
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("edit", object="tasks", id=made.id, properties={"hs_task_subject": "new"})

    past = (await joined.hubspot.task_past([made.id or ""]))[made.id or ""]

    said = [value for _, value in past["hs_task_subject"]]
    moments = [at for at, _ in past["hs_task_subject"]]
    assert said[1:] == [None, "new"]
    assert moments == sorted(moments)
    assert len(moments) == 3


async def test_edits_of_fifty_tasks_are_one_call() -> None:
    joined = await _joined()
    made = await joined.hubspot.create_tasks([_new(number) for number in range(101)])
    before = joined.requests(Side.HUBSPOT)

    edits = await joined.hubspot.task_edits([one.id or "" for one in made])

    assert len(edits) == 101
    assert joined.requests(Side.HUBSPOT) - before == 3


@pytest.mark.parametrize("kind", ["drop_after", "status_after"])
async def test_an_update_without_an_answer_is_unknown_and_not_repeated(kind: str) -> None:
    joined = await _joined()
    made = await joined.hubspot.create_tasks([_new(1), _new(2)])
    joined.fault(Side.HUBSPOT, kind=kind, method="POST", path="*/tasks/batch/*")
    before = joined.requests(Side.HUBSPOT)

    written = await joined.hubspot.update_tasks(
        [{"id": one.id, "hs_task_subject": "x"} for one in made]
    )

    assert _results(written) == [UNKNOWN] * 2
    assert joined.requests(Side.HUBSPOT) - before == 1


# --------------------------------------------------------------------------- associations


async def test_a_task_moves_to_another_contact_and_gains_a_deal() -> None:
    joined = await _joined()
    old, new = _contact(joined), _contact(joined, "b@example.jp")
    deal = str(joined.in_hubspot("create", object="deals", properties={"dealname": "D"})["id"])
    (made,) = await joined.hubspot.create_tasks([_new(1, contacts=(old,))])
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
    joined = await _joined()
    old, new = _contact(joined), _contact(joined, "b@example.jp")
    made = await joined.hubspot.create_tasks([_new(n, contacts=(old,)) for n in range(3)])
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

    assert _results(written) == [DONE, REJECTED, GONE]
    assert ((new,), (old,)) == (linked[ids[0]].contact_ids, linked[ids[1]].contact_ids)


@pytest.mark.parametrize("path", ["*/batch/associate/default", "*/contacts/batch/archive"])
async def test_a_move_without_an_answer_is_unknown(path: str) -> None:
    joined = await _joined()
    old, new = _contact(joined), _contact(joined, "b@example.jp")
    (made,) = await joined.hubspot.create_tasks([_new(1, contacts=(old,))])
    joined.fault(Side.HUBSPOT, kind="drop_after", method="POST", path=path)

    written = await joined.hubspot.move_associations(
        [AssociationChange(task_id=made.id or "", to="contacts", add=(new,), remove=(old,))]
    )

    assert _results(written) == [UNKNOWN]


async def test_a_full_contact_does_not_stop_others() -> None:
    joined = await _joined(association_limit=1)
    full, free = _contact(joined), _contact(joined, "b@example.jp")
    joined.in_hubspot("create_task", subject="first", contacts=[full])
    made = await joined.hubspot.create_tasks([_new(1), _new(2)])

    written = await joined.hubspot.move_associations(
        [
            AssociationChange(task_id=made[0].id or "", to="contacts", add=(full,)),
            AssociationChange(task_id=made[1].id or "", to="contacts", add=(free,)),
        ]
    )

    assert _results(written) == [REJECTED, DONE]


# --------------------------------------------------------------------------- people by Salesforce id

PERSON, LEAD = "0035g00000Tandm", "00Q5g00000Tandm"


async def test_records_are_found_by_stored_ids_of_either_length() -> None:
    joined = Joined(data="empty")
    by15 = _contact(joined, "a@example.jp", salesforcecontactid=PERSON)
    by18 = _contact(joined, "b@example.jp", salesforceleadid=f"{LEAD}EAB")
    _contact(joined, "c@example.jp", salesforcecontactid=PERSON.swapcase())
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
        _contact(joined, f"p{number}@example.jp", salesforcecontactid=one)
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
    joined = await _joined()
    ann, bob, eve = (_contact(joined, f"{name}@example.jp") for name in ("ann", "bob", "eve"))
    made = await joined.hubspot.create_tasks(
        [_new(1, contacts=(ann,)), _new(2, contacts=(ann, bob)), _new(3)]
    )
    before = joined.requests(Side.HUBSPOT)

    found = await joined.hubspot.tasks_of([ann, bob, eve])

    assert joined.requests(Side.HUBSPOT) - before == 1
    assert {one: set(ids) for one, ids in found.items()} == {
        ann: {made[0].id, made[1].id},
        bob: {made[1].id},
    }


async def test_records_are_found_by_when_they_were_created() -> None:
    joined = await _joined()
    clock = joined.sandbox.world.clock
    made = []
    for number in range(3):
        made.append((await joined.hubspot.create_tasks([_new(number)]))[0].id)
        clock.advance(3600)
    joined.in_hubspot("edit", object="tasks", id=made[0], properties={"hs_task_subject": "Edited"})
    clock.advance(60)

    pages = joined.hubspot.created(
        ObjectType.TASKS, START + timedelta(minutes=30), START + timedelta(minutes=90)
    )

    assert [one.id async for page in pages for one in page.activities] == [made[1]]
