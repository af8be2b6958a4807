"""Tasks written into the simulated HubSpot account, changed and deleted there."""

from __future__ import annotations

import pytest
from empty_hubspot import (
    CREATE,
    DONE,
    EXISTS,
    GONE,
    LATER,
    REJECTED,
    UNKNOWN,
    a_contact,
    empty_account,
    new_task,
    results_of,
    tasks_stored,
)
from joined_crms import Joined

from tandem.errors import AccessLost, RateLimited
from tandem.model import KeyProperty, ObjectType, Side

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
    joined = await empty_account()
    joined.in_hubspot("archive_property", object="tasks", name="tandem_key")

    with pytest.raises(AccessLost, match="restore"):
        await joined.hubspot.create_key_property()


# --------------------------------------------------------------------------- creating


async def test_a_thousand_tasks_are_ten_calls_with_their_associations() -> None:
    joined = await empty_account()
    contact = a_contact(joined)
    company = joined.in_hubspot("create", object="companies", properties={"name": "A"})["id"]
    deal = joined.in_hubspot("create", object="deals", properties={"dealname": "D"})["id"]
    before = joined.requests(Side.HUBSPOT)
    tasks = [
        new_task(number, contacts=(contact,), companies=(company,), deals=(deal,))
        for number in range(1000)
    ]

    written = await joined.hubspot.create_tasks(tasks)

    assert joined.requests(Side.HUBSPOT) - before == 10
    assert results_of(written) == [DONE] * 1000
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
    joined = await empty_account(unique_conflict_status=status)
    (first,) = await joined.hubspot.create_tasks([new_task(1)])
    joined.in_hubspot("edit", object="tasks", id=first.id, properties={"hs_task_subject": "mine"})

    again, fresh = await joined.hubspot.create_tasks([new_task(1), new_task(2)])
    kept = await joined.hubspot.tasks_by_key(["00D-1"])

    assert [(EXISTS, first.id), (DONE, fresh.id)] == [
        (one.result, one.id) for one in (again, fresh)
    ]
    activity = kept["00D-1"].activity
    assert activity is not None
    assert activity.title == "mine"


async def test_one_key_twice_in_a_call_is_one_task() -> None:
    joined = await empty_account()

    one, other = await joined.hubspot.create_tasks([new_task(1), new_task(1)])

    assert (DONE, EXISTS, one.id) == (one.result, other.result, other.id)
    assert tasks_stored(joined) == 1


async def test_bad_rows_do_not_stop_good_ones() -> None:
    joined = await empty_account()
    rows = [new_task(number) for number in range(100)]
    rows[7] = new_task(7, hs_task_priority="ENORMOUS")
    rows[42] = new_task(42, contacts=("999999",))
    rows[77] = new_task(77, no_such_property="x")

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
    assert tasks_stored(joined) == 97


async def test_a_batch_refused_as_a_whole_is_taken_apart() -> None:
    joined = await empty_account()
    joined.fault(Side.HUBSPOT, kind="status", method="POST", path=CREATE, status=400)
    before = joined.requests(Side.HUBSPOT)

    written = await joined.hubspot.create_tasks([new_task(number) for number in range(100)])

    assert results_of(written) == [DONE] * 100
    assert joined.requests(Side.HUBSPOT) - before == 3


@pytest.mark.parametrize("kind", ["drop_after", "timeout_after", "status_after"])
async def test_what_landed_without_an_answer_is_unknown_and_found_by_its_key(kind: str) -> None:
    joined = await empty_account()
    joined.sandbox.world.sleep = joined.time.sleep
    joined.fault(Side.HUBSPOT, kind=kind, method="POST", path=CREATE)

    written = await joined.hubspot.create_tasks([new_task(number) for number in range(150)])
    found = await joined.hubspot.tasks_by_key([f"00D-{number}" for number in range(150)])

    assert results_of(written) == [UNKNOWN] * 100 + [DONE] * 50
    assert len(found) == tasks_stored(joined) == 150


async def test_rows_that_an_answer_leaves_out_are_unknown() -> None:
    joined = await empty_account()
    joined.fault(Side.HUBSPOT, kind="partial_batch", object="tasks", count=2)

    written = await joined.hubspot.create_tasks([new_task(number) for number in range(5)])

    assert results_of(written) == [DONE, DONE, DONE, UNKNOWN, UNKNOWN]


async def test_locked_rows_are_tried_again_and_only_those() -> None:
    joined = await empty_account()
    joined.fault(Side.HUBSPOT, kind="locked", object="tasks", times=3)

    written = await joined.hubspot.create_tasks([new_task(number) for number in range(100)])

    assert results_of(written) == [DONE] * 100
    assert tasks_stored(joined) == 100
    assert joined.time.slept
    assert [
        one.records
        for one in joined.sandbox.world.journal.requests("hubspot")
        if one.path.endswith("batch/create")
    ] == [100, 3]


async def test_a_row_that_stays_locked_is_left_for_later() -> None:
    joined = await empty_account()
    made = await joined.hubspot.create_tasks([new_task(1), new_task(2)])
    joined.fault(Side.HUBSPOT, kind="locked", object="tasks", id=made[0].id, times=-1)

    written = await joined.hubspot.update_tasks(
        [{"id": one.id, "hs_task_subject": "x"} for one in made]
    )

    assert results_of(written) == [LATER, DONE]
    assert written[0].code == "LOCKED"


async def test_the_day_s_end_before_anything_was_written_is_raised_and_afterwards_told() -> None:
    joined = await empty_account()
    joined.fault(Side.HUBSPOT, kind="rate_limited", policy="DAILY", path=CREATE, skip=1, times=-1)

    written = await joined.hubspot.create_tasks([new_task(number) for number in range(150)])
    with pytest.raises(RateLimited):
        await joined.hubspot.create_tasks([new_task(200)])

    assert results_of(written) == [DONE] * 100 + [LATER] * 50


async def test_a_burst_limit_is_waited_for() -> None:
    joined = await empty_account()
    joined.fault(Side.HUBSPOT, kind="rate_limited", policy="TEN_SECONDLY_ROLLING", path=CREATE)

    assert results_of(await joined.hubspot.create_tasks([new_task(1)])) == [DONE]


# --------------------------------------------------------------------------- changing and deleting


async def test_updates_change_what_they_name_and_none_clears() -> None:
    joined = await empty_account()
    owner = joined.in_hubspot("create_owner", email="o@example.jp")["id"]
    (made,) = await joined.hubspot.create_tasks(
        [new_task(1, hubspot_owner_id=owner, hs_task_body="<p>x</p>")]
    )
    assert made.id

    written = await joined.hubspot.update_tasks(
        [
            {"id": made.id, "hubspot_owner_id": None, "hs_task_status": "COMPLETED"},
            {"id": "999999", "hs_task_subject": "nobody"},
        ]
    )
    task = (await joined.hubspot.read(ObjectType.TASKS, [made.id]))[made.id]

    assert results_of(written) == [DONE, GONE]
    assert task is not None
    assert (task.owner_id, task.status, task.body.html) == (None, "COMPLETED", "<p>x</p>")


async def test_a_task_in_the_recycle_bin_is_gone_for_updates() -> None:
    joined = await empty_account()
    made = await joined.hubspot.create_tasks([new_task(1)])

    deleted = await joined.hubspot.delete_tasks([made[0].id or "", "999999"])
    written = await joined.hubspot.update_tasks([{"id": made[0].id, "hs_task_subject": "x"}])

    assert results_of(deleted) == [DONE, DONE]
    assert results_of(written) == [GONE]
    assert tasks_stored(joined) == 0


async def test_a_thousand_updates_are_ten_calls() -> None:
    joined = await empty_account()
    made = await joined.hubspot.create_tasks([new_task(number) for number in range(1000)])
    before = joined.requests(Side.HUBSPOT)

    written = await joined.hubspot.update_tasks(
        [{"id": one.id, "hs_task_priority": "HIGH"} for one in made]
    )

    assert results_of(written) == [DONE] * 1000
    assert joined.requests(Side.HUBSPOT) - before == 10
