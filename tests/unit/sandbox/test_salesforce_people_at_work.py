"""What people, administrators and time do: deletes, conversion, merges, rules, archiving, locks."""

from typing import Any

import pytest
from salesforce_org import NOW, Org, task

from tandem.sandbox.salesforce.acts import ACTS
from tandem.sandbox.salesforce.conversion import ActError


async def test_somebody_else_edits_a_task() -> None:
    org = Org()
    made = await org.create("Task", Subject="ours")
    org.clock.advance(10)
    org.act("edit_task", id=made, fields={"Subject": "theirs"})
    row = await org.row("Task", made)
    assert (row["Subject"], row["LastModifiedById"]) == ("theirs", org.state.admin_id)
    ann = org.act("create_user", username="ann@x.example", last_name="Ann")["id"]
    org.act("complete_task", id=made, **{"as": "ann@x.example"})
    row = await org.row("Task", made)
    assert (row["Status"], row["LastModifiedById"]) == ("Completed", ann)


async def test_the_recycle_bin_gives_back_and_forgets() -> None:
    org = Org()
    one, two, three = [await org.create("Task") for _ in range(3)]
    for made in (one, two, three):
        org.act("delete_task", id=made)
    org.act("undelete_task", id=one)
    org.act("hard_delete", id=two)
    rows = await org.query("SELECT Id, IsDeleted FROM Task", everything=True)
    assert {row["Id"]: row["IsDeleted"] for row in rows} == {one: False, three: True}
    window = {"start": "2026-03-02T08:00:00Z", "end": "2026-03-02T10:00:00Z"}
    gone = (await org.ask("GET", "sobjects/Task/deleted", **window)).json["deletedRecords"]
    assert {each["id"] for each in gone} == {two, three}
    assert org.act("empty_recycle_bin") == {"removed": 1}
    assert len(await org.query("SELECT Id FROM Task", everything=True)) == 1


async def test_after_15_days_the_bin_is_empty() -> None:
    org = Org()
    made = await org.create("Task")
    org.act("delete_task", id=made)
    org.clock.advance(14 * 86_400)
    assert len(await org.query("SELECT Id FROM Task", everything=True)) == 1
    org.clock.advance(2 * 86_400)
    org.token = org.state.access_token
    assert await org.query("SELECT Id FROM Task", everything=True) == []


@pytest.mark.parametrize("cascades", [True, False])
async def test_a_deleted_person_takes_what_hangs_on_nothing_else(cascades: bool) -> None:
    org = Org()
    org.world.switches.set({"delete_cascades": cascades})
    contact = await org.create("Contact", LastName="Doe")
    account = await org.create("Account", Name="Acme")
    alone = await org.create("Task", WhoId=contact)
    related = await org.create("Task", WhoId=contact, WhatId=account)
    org.act("delete_record", id=contact)
    kept = {row["Id"]: row["WhoId"] for row in await org.query("SELECT Id, WhoId FROM Task")}
    assert kept == ({related: None} if cascades else {alone: None, related: None})
    org.act("undelete_record", id=contact)
    if cascades:
        assert (await org.row("Task", alone))["WhoId"] == contact


async def test_a_lead_converts_and_its_activities_move() -> None:
    org = Org()
    lead = await org.create(
        "Lead", FirstName="Ann", LastName="Doe", Company="Acme", Email="a@x.example"
    )
    made = await org.create("Task", WhoId=lead)
    org.clock.advance(60)
    found = org.act("convert_lead", id=lead)
    row = await org.row("Task", made)
    assert (row["WhoId"], row["WhatId"]) == (found["contact"], found["opportunity"])
    assert row["AccountId"] == found["account"]
    assert row["SystemModstamp"] != NOW
    lead_row = await org.row("Lead", lead)
    assert (lead_row["IsConverted"], lead_row["ConvertedContactId"]) == (True, found["contact"])
    assert (await org.row("Contact", found["contact"]))["Email"] == "a@x.example"
    answer = await org.ask("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"})
    assert answer.code == "CANNOT_UPDATE_CONVERTED_LEAD"
    with pytest.raises(ActError, match="converted already"):
        org.act("convert_lead", id=lead)


async def test_a_merge_moves_what_hung_on_the_losers() -> None:
    org = Org()
    master, loser = [await org.create("Contact", LastName=name) for name in "ab"]
    made = await org.create("Task", WhoId=loser)
    assert org.act("merge", master=master, losers=[loser])["moved"] == 1
    assert (await org.row("Task", made))["WhoId"] == master
    rows = await org.query(
        "SELECT Id, MasterRecordId FROM Contact WHERE IsDeleted = true", everything=True
    )
    assert [(row["Id"], row["MasterRecordId"]) for row in rows] == [(loser, master)]
    with pytest.raises(ActError, match="There is no contact"):
        org.act("merge", master=master, losers=[loser])


@pytest.mark.parametrize(
    ("condition", "subject", "refused"),
    [
        ({"field": "Subject", "operator": "is_blank"}, None, True),
        ({"field": "Subject", "operator": "is_not_blank"}, None, False),
        ({"field": "Subject", "operator": "contains", "value": "x"}, "axe", True),
        ({"field": "Subject", "operator": "starts_with", "value": "x"}, "axe", False),
        ({"field": "Subject", "operator": "equals", "value": "axe"}, "axe", True),
        ({"field": "Subject", "operator": "not_equals", "value": "axe"}, "axe", False),
        ({"field": "Subject", "operator": "longer_than", "value": 2}, "axe", True),
        ({"field": "Subject", "operator": "changed"}, "axe", False),
        ({}, "axe", True),
    ],
)
async def test_a_validation_rule_refuses_in_its_own_words(
    condition: dict[str, Any], subject: str | None, refused: bool
) -> None:
    org = Org()
    org.act("add_validation_rule", condition=condition, message="Say why.", field="Subject")
    answer = await org.ask("POST", "sobjects/Task", {"Subject": subject})
    assert answer.status == (400 if refused else 201)
    if refused:
        assert answer.json[0] == {
            "message": "Say why.",
            "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "fields": ["Subject"],
        }
    assert org.act("remove_validation_rule") == {"removed": 1}
    await org.create("Task", Subject=subject)


async def test_a_trigger_changes_a_field_or_fails() -> None:
    org = Org()
    org.act("add_trigger", name="t", field="Priority", value="High", events=["insert"])
    row = await org.row("Task", await org.create("Task", Priority="Low"))
    assert (row["Priority"], row["IsHighPriority"]) == ("High", True)
    org.act("remove_trigger", name="t")
    org.act("add_trigger", error="Not today.")
    error = await org.refused("Task")
    assert error["errorCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert "Not today." in error["message"]


async def test_old_closed_tasks_are_archived_at_night() -> None:
    org = Org()
    org.act("set_permission", permission="CreateAuditFields")
    old = await org.create("Task", Status="Completed", ActivityDate="2025-03-02")
    young = await org.create("Task", Status="Completed", ActivityDate="2025-03-05")
    undated = await org.create("Task", Status="Completed", CreatedDate="2025-01-01T00:00:00Z")
    still_open = await org.create("Task", ActivityDate="2024-01-01")
    assert len(await org.query("SELECT Id FROM Task")) == 4
    org.clock.advance(86_400)
    visible = {row["Id"] for row in await org.query("SELECT Id FROM Task")}
    assert visible == {young, still_open}
    rows = await org.query(
        "SELECT Id, SystemModstamp FROM Task WHERE IsArchived = true", everything=True
    )
    assert {row["Id"] for row in rows} == {old, undated}
    assert {row["SystemModstamp"] for row in rows} == {NOW}
    edited = await org.ask("PATCH", f"sobjects/Task/{old}", {"Subject": "x"})
    assert edited.status == 204


async def test_a_late_commit_carries_an_old_stamp() -> None:
    org = Org()
    made = org.act("create_task", fields={"Subject": "late"}, commit_after_seconds=300)["id"]
    org.clock.advance(120)
    await org.create("Task", Subject="early")
    window = {"start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:30:00Z"}
    assert [row["Subject"] for row in await org.query("SELECT Subject FROM Task")] == ["early"]
    assert (await org.ask("GET", f"sobjects/Task/{made}")).status == 404
    covered = (await org.ask("GET", "sobjects/Task/updated", **window)).json
    assert covered["latestDateCovered"] == NOW
    org.clock.advance(200)
    rows = await org.query("SELECT Subject, SystemModstamp FROM Task ORDER BY SystemModstamp")
    assert [(row["Subject"], row["SystemModstamp"]) for row in rows] == [
        ("late", NOW),
        ("early", "2026-03-02T09:02:00.000+0000"),
    ]


async def test_an_uncommitted_edit_shows_the_version_before() -> None:
    org = Org()
    made = await org.create("Task", Subject="a")
    org.clock.advance(5)
    org.act("edit_task", id=made, fields={"Subject": "b"}, commit_after_seconds=60)
    rows = await org.query("SELECT Subject FROM Task WHERE Subject = 'a'")
    assert len(rows) == 1
    org.clock.advance(61)
    assert (await org.row("Task", made))["Subject"] == "b"


async def test_somebody_new_works_while_a_removal_is_not_committed() -> None:
    org = Org()
    made = await org.create("Task", Subject="a")
    org.act("edit_task", id=made, fields={"Subject": "b"}, commit_after_seconds=60)
    org.act("hard_delete", id=made)
    org.act("create_user", username="ann@x.example", last_name="Ann")
    other = org.act("create_task", fields={"Subject": "c"}, **{"as": "ann@x.example"})["id"]

    assert (await org.row("Task", other))["Subject"] == "c"


async def test_our_own_write_may_commit_late_and_its_key_is_taken_already() -> None:
    org = Org().with_key()
    org.state.faults.arm({"kind": "late_commit", "seconds": 60})
    made = await org.create("Task", Tandem_Key__c="k")
    by_key = "sobjects/Task/Tandem_Key__c/k"
    assert (await org.ask("GET", by_key)).status == 404
    assert await org.query("SELECT Id FROM Task WHERE Tandem_Key__c = 'k'", everything=True) == []
    assert made[:15] in (await org.refused("Task", Tandem_Key__c="k"))["message"]
    org.clock.advance(61)
    assert (await org.ask("GET", by_key)).json["Id"] == made


async def test_an_open_transaction_locks_its_parents() -> None:
    org = Org()
    account = await org.create("Account", Name="Acme")
    contact = await org.create("Contact", LastName="Doe", AccountId=account)
    fields = {"WhoId": contact, "ActivityDate": "2026-04-01"}
    org.act("create_task", fields=fields, commit_after_seconds=60)
    error = await org.refused("Task", **fields)
    assert error["errorCode"] == "UNABLE_TO_LOCK_ROW"
    assert account in error["message"]
    await org.create("Task", WhoId=contact)
    await org.create("Task", **fields, Status="Completed")
    org.clock.advance(55)
    await org.create("Task", **fields)


async def test_two_writes_on_one_account_collide_while_the_first_keeps_its_locks() -> None:
    org = Org()
    org.world.switches.set({"lock_seconds": 2.0, "lock_wait_seconds": 0.0})
    one, two = [await org.create("Contact", LastName=name) for name in "ab"]
    first, second, other = [await org.create("Task", WhoId=who) for who in (one, one, two)]
    change = {"Subject": "x"}
    assert (await org.ask("PATCH", f"sobjects/Task/{first}", change)).status == 204
    busy = await org.ask("PATCH", f"sobjects/Task/{second}", change)
    assert busy.code == "UNABLE_TO_LOCK_ROW"
    assert (await org.ask("PATCH", f"sobjects/Task/{other}", change)).status == 204
    org.clock.advance(3)
    assert (await org.ask("PATCH", f"sobjects/Task/{second}", change)).status == 204


async def test_records_of_one_call_do_not_lock_each_other_out() -> None:
    org = Org()
    org.world.switches.set({"lock_seconds": 2.0, "lock_wait_seconds": 0.0})
    who = await org.create("Contact", LastName="Doe")
    found = await org.insert(*(task(WhoId=who, ActivityDate="2026-04-01") for _ in range(3)))
    assert all(one["success"] for one in found)


async def test_a_refreshed_sandbox_is_another_org() -> None:
    org = Org()
    before = org.state.org_id
    org.act("change_org_id")
    assert (await org.ask("GET", "limits")).code == "INVALID_SESSION_ID"
    org.token = org.state.access_token
    rows = await org.query("SELECT Id FROM Organization")
    assert rows[0]["Id"] == org.state.org_id != before
    org.act("change_org_id", keep_sessions=True)
    assert (await org.ask("GET", "limits")).status == 200


async def test_a_record_type_brings_its_field() -> None:
    org = Org()
    made = org.act("create_record_type", name="Sales_Task")["id"]
    row = await org.row("Task", await org.create("Task"))
    assert row["RecordTypeId"] == made
    rows = await org.query("SELECT RecordType.DeveloperName FROM Task")
    assert rows[0]["RecordType"]["DeveloperName"] == "Sales_Task"


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("dance", {}, "Unknown act 'dance'. Known: activate_user"),
        ("delete_task", {}, "delete_task needs 'id': a record id."),
        ("delete_task", {"id": "x"}, "'id' is a record id of 15 or 18 characters, not 'x'"),
        (
            "delete_task",
            {"id": "00T000000000001AAA", "now": 1},
            "does not know now. It knows: as, id",
        ),
        ("delete_task", {"id": "00T000000000001AAA"}, "INVALID_CROSS_REFERENCE_KEY"),
        ("deactivate_user", {"user": "nobody"}, "There is no user 'nobody'."),
        ("hide_field", {"field": "Nope"}, "Task has no such field"),
        ("create_custom_field", {"name": "Key"}, "ends in __c"),
        ("create_custom_field", {"name": "K__c", "type": "blob"}, "type is one of text"),
        ("add_trigger", {"field": "Subject", "error": "x"}, "either sets a field"),
        ("add_validation_rule", {"message": "m", "condition": {"if": 1}}, "not if"),
        ("set_record_access", {"id": "003000000000001AAA", "level": "all"}, "There is no record"),
        ("share_task", {"id": "00T000000000001AAA", "contacts": []}, "Shared Activities are off"),
        ("set_limits", {"used": "many"}, "'used' is a number, not 'many'"),
    ],
)
async def test_a_wrong_act_says_what_is_wrong(
    name: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        Org().state.act(name, arguments)


def test_every_act_says_what_it_takes() -> None:
    for name, act in ACTS.items():
        assert (act.__doc__ or "").strip().startswith("{"), name


async def test_a_failed_act_leaves_nothing() -> None:
    org = Org()
    lead = await org.create("Lead", LastName="Doe", Company="Acme")
    org.act("add_trigger", object="Opportunity", error="No deals.")
    with pytest.raises(ValueError, match="No deals"):
        org.act("convert_lead", id=lead)
    assert await org.query("SELECT Id FROM Contact", everything=True) == []
    assert (await org.row("Lead", lead))["IsConverted"] is False


async def test_a_load_names_what_does_not_fit() -> None:
    org = Org()
    for part, message in (
        ({"tasks": []}, "Unknown: tasks"),
        ({"records": {"Foo": [{}]}}, "no object 'Foo'"),
        ({"records": {"Task": [{"Nope": 1}]}}, "has no field 'Nope'"),
        ({"records": {"Task": [{"Id": "003000000000001"}]}}, "is no id of Task"),
        ({"records": {"Task": [{"WhoId": "003000000000001"}]}}, "leads to no record"),
        ({"users": [], "integration_user": "005000000000001"}, ""),
    ):
        if message:
            with pytest.raises(ValueError, match=message):
                org.state.load(part)
        else:
            org.state.load(part)


async def test_reset_makes_the_same_org_again_from_the_same_seed() -> None:
    one, two = Org(seed=7), Org(seed=7)
    assert one.state.org_id == two.state.org_id
    assert await one.create("Task") == await two.create("Task")
    one.world.reseed(7)
    one.state.reset()
    one.token = one.state.access_token
    assert one.state.org_id == two.state.org_id
    assert await one.query("SELECT Id FROM Task") == []
    assert one.state.summary()["records"] == {}
