"""What the connector writes into the simulated Salesforce org and reads from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from empty_salesforce import (
    DONE,
    EXISTS,
    GONE,
    LATER,
    REJECTED,
    UNKNOWN,
    WRITES,
    empty_org,
    new_tasks,
    results_of,
    tasks_stored,
)
from joined_crms import START, Joined

from tandem.crm.rate_limit import Pace
from tandem.crm.salesforce import QueryStyle
from tandem.crm.tokens import StaticToken
from tandem.errors import AccessLost, BudgetSpent, RateLimited, TryLater
from tandem.model import PersonType, Side


async def test_a_thousand_tasks_are_one_call() -> None:
    joined = await empty_org()
    before, calls = tasks_stored(joined), joined.requests(Side.SALESFORCE)

    written = await joined.salesforce.create_tasks(new_tasks(1000))

    assert results_of(written) == [DONE] * 1000
    assert tasks_stored(joined) - before == 1000
    assert joined.requests(Side.SALESFORCE) - calls == 1


async def test_a_repeated_create_names_what_exists_and_overwrites_nothing() -> None:
    joined = await empty_org()
    (first,) = await joined.salesforce.create_tasks(new_tasks(1))
    joined.in_salesforce("edit_task", id=first.id, fields={"Subject": "a person's words"})

    (again,) = await joined.salesforce.create_tasks(new_tasks(1))
    seen = await joined.salesforce.tasks_by_key(["k-0"])

    assert (EXISTS, first.id) == (again.result, again.id)
    assert seen["k-0"].fields["Subject"] == "a person's words"


async def test_a_taken_key_is_known_even_where_salesforce_does_not_name_its_holder() -> None:
    joined = await empty_org()
    joined.switch(duplicate_message="unknown")
    await joined.salesforce.create_tasks(new_tasks(1))

    (again,) = await joined.salesforce.create_tasks(new_tasks(1))

    assert (again.result, again.id) == (EXISTS, None)


@pytest.mark.parametrize("kind", ["drop_after", "timeout_after", "status_after"])
@pytest.mark.parametrize("count", [2, 250])
async def test_writes_that_landed_without_an_answer_are_unknown_and_found_by_their_key(
    kind: str, count: int
) -> None:
    joined = await empty_org()
    joined.sandbox.world.sleep = joined.time.sleep
    joined.fault(Side.SALESFORCE, kind=kind, method="POST", path=WRITES)
    before = tasks_stored(joined)

    written = await joined.salesforce.create_tasks(new_tasks(count))
    found = await joined.salesforce.tasks_by_key([f"k-{number}" for number in range(count)])

    assert [UNKNOWN] * count == results_of(written)
    assert count == len(found)
    assert count == tasks_stored(joined) - before


async def test_a_connection_dropped_before_the_work_is_unknown_too() -> None:
    joined = await empty_org()
    joined.fault(Side.SALESFORCE, kind="drop_before", method="POST", path=WRITES)

    written = await joined.salesforce.create_tasks(new_tasks(2))

    assert results_of(written) == [UNKNOWN] * 2
    assert await joined.salesforce.tasks_by_key(["k-0", "k-1"]) == {}


@pytest.mark.parametrize("unknown_field", ["item", "request"])
async def test_bad_records_do_not_stop_good_ones(unknown_field: str) -> None:
    joined = await empty_org()
    joined.switch(collections_unknown_field=unknown_field)
    records = [
        *new_tasks(2),
        {"Subject": "x", "WhoId": "0015g00000TandmAAB"},
        {"Subject": "x" * 256},
        {"Subject": "x", "Nope__c": "x"},
        {"Subject": "x", "IsClosed": True},
        {"Subject": "x", "OwnerId": "0055g00000TandmAAB"},
    ]

    written = await joined.salesforce.create_tasks(records)

    assert results_of(written) == [DONE] * 2 + [REJECTED] * 5
    assert all(one.message for one in written[2:])
    assert written[2].fields == ("WhoId",)


async def test_locked_records_are_tried_again_until_they_are_free() -> None:
    joined = await empty_org()
    joined.fault(Side.SALESFORCE, kind="lock_row", times=3)

    written = await joined.salesforce.create_tasks(new_tasks(300))

    assert results_of(written) == [DONE] * 300


async def test_records_that_stay_locked_are_for_later() -> None:
    joined = await empty_org()
    joined.fault(Side.SALESFORCE, kind="lock_row", times=-1)

    written = await joined.salesforce.create_tasks(new_tasks(3))

    assert results_of(written) == [LATER] * 3
    assert {"UNABLE_TO_LOCK_ROW"} == {one.code for one in written}


async def test_updates_and_deletes_answer_for_each_record() -> None:
    joined = await empty_org()
    made = [one.id or "" for one in await joined.salesforce.create_tasks(new_tasks(1001))]
    calls = joined.requests(Side.SALESFORCE)

    changed = await joined.salesforce.update_tasks([{"Id": one, "Subject": "new"} for one in made])
    deleted = await joined.salesforce.delete_tasks([*made[:3], made[0]])
    after = await joined.salesforce.update_tasks([{"Id": made[0], "Subject": "x"}])
    used = joined.requests(Side.SALESFORCE) - calls
    seen = await joined.salesforce.tasks(made, ["Subject"])

    assert {DONE} == set(results_of(changed))
    assert results_of(deleted) == [DONE, DONE, DONE, GONE]
    assert results_of(after) == [GONE]
    assert used == 4
    assert {"new"} == {one.fields["Subject"] for one in seen.values()}
    assert set(made[:3]) == {one.id for one in seen.values() if one.is_deleted}


async def test_a_hard_deleted_task_is_gone() -> None:
    joined = await empty_org()
    (made,) = await joined.salesforce.create_tasks(new_tasks(1))
    joined.in_salesforce("hard_delete", id=made.id)

    assert results_of(await joined.salesforce.delete_tasks([made.id or ""])) == [GONE]
    assert results_of(await joined.salesforce.update_tasks([{"Id": made.id, "Subject": "x"}])) == [
        GONE
    ]
    assert await joined.salesforce.tasks([made.id or ""], []) == {}


async def test_an_archived_and_a_deleted_task_are_found_by_their_key() -> None:
    joined = await empty_org()
    await joined.salesforce.create_tasks(new_tasks(1, ActivityDate="2024-01-01"))
    _, deleted = await joined.salesforce.create_tasks(new_tasks(2))
    joined.in_salesforce("archive_now")
    await joined.salesforce.delete_tasks([deleted.id or ""])

    seen = await joined.salesforce.tasks_by_key(["k-0", "k-1", "k-2"])

    assert {"k-0", "k-1"} == set(seen)
    assert seen["k-0"].is_archived
    assert seen["k-1"].is_deleted


async def test_a_field_that_was_hidden_meanwhile_is_left_out() -> None:
    joined = await empty_org()
    (made,) = await joined.salesforce.create_tasks(new_tasks(1))
    await joined.salesforce.tasks([made.id or ""], ["Type"])
    joined.in_salesforce("hide_field", object="Task", field="Type")

    seen = await joined.salesforce.tasks([made.id or ""], ["Type", "Subject"])

    assert "Type" not in seen[made.id or ""].fields
    assert seen[made.id or ""].fields["Subject"] == "s0"


async def test_keys_with_quotes_are_only_values() -> None:
    joined = await empty_org()

    assert await joined.salesforce.tasks_by_key(["x' OR Id != '", "\\", "\n"]) == {}


@pytest.mark.parametrize("style", [QueryStyle.COMPOSITE, QueryStyle.GET])
async def test_people_of_the_sample_are_found_in_either_style(style: str) -> None:
    joined = await empty_org()
    salesforce = joined.salesforce_with(
        StaticToken(joined.sandbox.tokens["salesforce"]), query_style=style
    )
    rows = joined.sandbox.salesforce.store
    contacts = [row for row in rows.table("Contact").raw.values() if row.get("Email")]
    leads = list(rows.table("Lead").raw.values())
    emails = [row["Email"] for row in (*contacts, *leads) if row.get("Email")]

    by_id = await salesforce.people([row["Id"] for row in leads], [])
    found = await salesforce.people([], [email.upper() for email in emails])

    assert {row["Id"] for row in contacts} <= set(found.by_id)
    assert {email.lower() for email in emails} == set(found.by_email)
    converted = [one for one in by_id.by_id.values() if one.converted_contact_id]
    assert converted
    assert all(one.converted_contact_id in by_id.by_id for one in converted)
    assert {PersonType.CONTACT, PersonType.LEAD} == {one.type for one in by_id.by_id.values()}
    assert any(one.editable for one in by_id.by_id.values())


async def test_people_cost_at_most_three_calls() -> None:
    joined = await empty_org()
    rows = joined.sandbox.salesforce.store
    ids = [*rows.table("Contact").raw, *rows.table("Lead").raw]
    await joined.salesforce.people(ids[:1], [])
    before = joined.requests(Side.SALESFORCE)

    await joined.salesforce.people(ids, [f"person{number}@example.jp" for number in range(1000)])

    assert joined.requests(Side.SALESFORCE) - before <= 3


async def test_a_merged_contact_leads_to_the_winner() -> None:
    joined = await empty_org()
    made = [
        joined.in_salesforce(
            "create_record", object="Contact", fields={"LastName": f"n{number}", "Email": "m@x.jp"}
        )["id"]
        for number in range(2)
    ]
    joined.in_salesforce("merge", master=made[0], losers=[made[1]])

    found = await joined.salesforce.people([made[1]], [])

    assert found.by_id[made[1]].is_deleted
    assert made[0] == found.by_id[made[1]].merged_into
    assert found.by_id[made[0]].editable


async def test_the_org_is_seen_as_the_integration_user_sees_it() -> None:
    joined = await empty_org()
    org = await joined.salesforce.org()
    joined.in_salesforce("hide_field", object="Task", field="Type")
    hidden = await joined.salesforce.org()

    assert org.has_key_field
    assert joined.sandbox.salesforce.summary()["organization_id"] == org.id
    assert "Completed" in {one.value for one in org.statuses if one.closed}
    assert org.default_priority == "Normal"
    assert "Type" in org.task_fields
    assert org.task_types
    assert "Type" not in hidden.task_fields
    assert hidden.task_types == ()
    assert {"Task", "Email", "Call"} <= set(org.subtypes)


async def test_an_org_without_the_key_field_says_so() -> None:
    assert not (await Joined().salesforce.org()).has_key_field


async def test_the_key_field_is_made_once_and_read_only_for_people() -> None:
    joined = Joined()

    first = await joined.salesforce.create_key_field()
    second = await joined.salesforce.create_key_field()
    permissions = joined.sandbox.salesforce.store.table("FieldPermissions").raw.values()
    mine = [row for row in permissions if row["Field"] == "Task.Tandem_Key__c"]

    assert "created" in first
    assert "exists" in second
    assert (await joined.salesforce.org()).has_key_field
    assert {True, False} == {row["PermissionsEdit"] for row in mine}
    assert {True} == {row["PermissionsRead"] for row in mine}


async def test_who_may_not_customise_the_org_is_told_what_an_administrator_has_to_do() -> None:
    joined = Joined()
    user = joined.sandbox.salesforce.username
    joined.in_salesforce("set_permission", user=user, permission="CustomizeApplication", on=False)

    with pytest.raises(AccessLost, match="Object Manager"):
        await joined.salesforce.create_key_field()


async def test_users_and_queues_are_listed() -> None:
    joined = await empty_org()

    users = await joined.salesforce.users()

    assert any(one.is_queue for one in users)
    assert any(not one.active for one in users)
    assert {18} == {len(one.id) for one in users}


async def test_tasks_like_ours_are_found_without_a_key_field() -> None:
    joined = Joined()
    joined.sandbox.world.clock.advance(60)
    contact = next(iter(joined.sandbox.salesforce.store.table("Contact").raw))
    since = joined.time.now()
    await joined.salesforce.create_tasks(
        [{"Subject": "ours", "WhoId": contact, "Description": "marker"}, {"Subject": "nobody's"}]
    )

    (ours,) = await joined.salesforce.tasks_like([contact], since)
    (nobodys,) = await joined.salesforce.tasks_like([], since)

    assert (ours.fields["Subject"], ours.fields["Description"]) == ("ours", "marker")
    assert nobodys.fields["Subject"] == "nobody's"


async def test_accounts_are_matched_by_domain() -> None:
    joined = await empty_org()
    account = joined.in_salesforce(
        "create_record",
        object="Account",
        fields={"Name": "A", "Website": "https://www.Quite-Special.example/path"},
    )["id"]

    ids, sites = await joined.salesforce.accounts(
        [account], ["quite-special.example", "special.example"]
    )

    assert {account} == ids
    assert {"quite-special.example": [account]} == sites
    assert frozenset() == await joined.salesforce.opportunities(["0065g00000TandmAAB"])


async def test_participants_are_put_on_a_task() -> None:
    joined = await empty_org()
    joined.in_salesforce("shared_activities", on=True)
    contacts = list(joined.sandbox.salesforce.store.table("Contact").raw)[:2]
    (made,) = await joined.salesforce.create_tasks(new_tasks(1, WhoId=contacts[0]))

    written = await joined.salesforce.add_participants([(made.id or "", contacts[1])])

    assert results_of(written) == [DONE]


async def test_participants_without_shared_activities_are_rejected() -> None:
    joined = await empty_org()
    contact = next(iter(joined.sandbox.salesforce.store.table("Contact").raw))
    (made,) = await joined.salesforce.create_tasks(new_tasks(1))

    (written,) = await joined.salesforce.add_participants([(made.id or "", contact)])

    assert REJECTED is written.result


async def test_limits_are_told_and_the_header_is_believed() -> None:
    joined = await empty_org()

    limits = await joined.salesforce.limits()

    assert limits["DailyApiRequests"][0] == 15000
    assert joined.salesforce.budget.stated_use is not None


async def test_a_full_day_stops_the_next_call() -> None:
    joined = await empty_org()
    joined.fault(Side.SALESFORCE, kind="request_limit", limit="TotalRequests")

    with pytest.raises(RateLimited) as caught:
        await joined.salesforce.create_tasks(new_tasks(1))

    assert caught.value.daily


async def test_the_allocation_is_kept() -> None:
    joined = Joined(pace=Pace(daily_calls=4))
    await joined.salesforce.org()
    await joined.salesforce.users()
    await joined.salesforce.users()

    with pytest.raises(BudgetSpent):
        await joined.salesforce.users()
    assert joined.requests(Side.SALESFORCE) == 4


async def test_an_expired_session_of_a_pasted_token_is_access_lost() -> None:
    joined = await empty_org()
    joined.fault(Side.SALESFORCE, kind="session_expired")

    with pytest.raises(AccessLost, match="tandem connect salesforce"):
        await joined.salesforce.users()


async def test_an_org_without_api_access_is_access_lost() -> None:
    joined = await empty_org()
    joined.in_salesforce("disable_api")

    with pytest.raises(AccessLost, match="API"):
        await joined.salesforce.users()


@pytest.mark.parametrize(
    "kind", ["server_unavailable", "unknown_exception", "query_timeout", "drop_before"]
)
async def test_a_read_survives_trouble_that_passes(kind: str) -> None:
    joined = await empty_org()
    joined.fault(Side.SALESFORCE, kind=kind)

    try:
        assert await joined.salesforce.users()
    except TryLater:
        # A part of a composite answers for itself; the engine comes back later.
        assert kind == "query_timeout"


async def test_salesforce_s_own_clock_is_asked() -> None:
    joined = Joined(data="empty")
    joined.sandbox.world.clock.advance(3600)

    assert START + timedelta(hours=1) == await joined.salesforce.now()
