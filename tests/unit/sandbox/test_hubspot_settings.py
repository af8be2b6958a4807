"""Associations, property definitions, pipelines, owners and the account of the simulated HubSpot."""

import pytest
from hubspot_account import TASK_TO_CONTACT, Account

PROPERTIES = "/crm/v3/properties/tasks"
KEY = {
    "name": "tandem_key",
    "label": "Tandem key",
    "type": "string",
    "fieldType": "text",
    "groupName": "task_information",
    "hasUniqueValue": True,
}


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def pair(account):
    contact = account.contact()
    task = account.act("create_task", subject="x", contacts=contact)["id"]
    return task, contact


async def test_an_associations_batch_read_gives_numbers_and_types(account, pair):
    task, contact = pair
    bare = (await account.task())["id"]
    asked = {"inputs": [{"id": task}, {"id": bare}]}

    reply = await account.post("/crm/v4/associations/tasks/contacts/batch/read", asked)

    assert reply.status == 207
    assert reply.results == [
        {
            "from": {"id": task},
            "to": [
                {
                    "toObjectId": int(contact),
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": 204, "label": None}
                    ],
                }
            ],
        }
    ]
    assert reply.body["errors"][0]["context"]["fromObjectId"] == [bare]


async def test_unassociated_records_may_be_left_out_in_silence(pair):
    account = Account(unassociated_in_batch_read="left_out")
    bare = (await account.task())["id"]
    asked = {"inputs": [{"id": bare}]}
    reply = await account.post("/crm/associations/2026-03/tasks/contacts/batch/read", asked)
    assert (reply.status, reply.results) == (200, [])


async def test_a_batch_read_takes_a_thousand_and_a_batch_create_two_thousand(account):
    path = "/crm/v4/associations/tasks/contacts/batch"
    many = {"inputs": [{"id": "1"}] * 1001}
    assert (await account.post(f"{path}/read", many)).status == 400
    row = {"from": {"id": "1"}, "to": {"id": "2"}, "types": [TASK_TO_CONTACT]}
    assert (await account.post(f"{path}/create", {"inputs": [row] * 2001})).status == 400


async def test_associations_are_made_and_taken_away(account):
    contact, task = account.contact(), (await account.task())["id"]
    path = f"/crm/v4/objects/tasks/{task}/associations"
    assert (await account.call("PUT", f"{path}/default/contacts/{contact}")).status == 200
    back = await account.get(f"/crm/v4/objects/contacts/{contact}/associations/tasks")
    assert back.results[0]["associationTypes"][0]["typeId"] == 203
    assert (await account.call("DELETE", f"{path}/contacts/{contact}")).status == 204
    assert (await account.get(f"{path}/contacts")).results == []


@pytest.mark.parametrize(
    ("base", "shown"), [("/crm/v4/objects", int), ("/crm/objects/2026-03", str)]
)
async def test_the_answer_to_a_labelled_put_differs_by_version(account, base, shown):
    contact, task = account.contact(), (await account.task())["id"]
    path = f"{base}/tasks/{task}/associations/contacts/{contact}"
    reply = await account.call("PUT", path, [TASK_TO_CONTACT])
    assert reply.status == 201
    assert reply.body["fromObjectId"] == shown(task)
    assert reply.body["toObjectTypeId"] == "0-1"


async def test_an_association_type_between_the_wrong_kinds_is_refused(account, pair):
    task, contact = pair
    path = f"/crm/v4/objects/tasks/{task}/associations/contacts/{contact}"
    wrong = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}]
    assert (await account.call("PUT", path, wrong)).status == 400
    assert (await account.call("PUT", path, [])).status == 400
    missing = f"/crm/v4/objects/tasks/{task}/associations/contacts/5"
    assert (await account.call("PUT", missing, [TASK_TO_CONTACT])).status == 404


async def test_a_batch_create_reports_records_that_are_not_there(account, pair):
    task, contact = pair
    rows = [
        {"from": {"id": task}, "to": {"id": each}, "types": [TASK_TO_CONTACT]}
        for each in (contact, "5")
    ]
    path = "/crm/v4/associations/tasks/contacts/batch/create"
    reply = await account.post(path, {"inputs": rows})
    assert (reply.status, len(reply.results), reply.body["numErrors"]) == (207, 1, 1)


async def test_default_associations_and_archiving_in_batches(account):
    contact, task = account.contact(), (await account.task())["id"]
    path = "/crm/v4/associations/tasks/contacts/batch"
    row = {"from": {"id": task}, "to": {"id": contact}}
    assert (await account.post(f"{path}/associate/default", {"inputs": [row]})).status == 200
    gone = {"inputs": [{"from": {"id": task}, "to": [{"id": contact}]}]}
    assert (await account.post(f"{path}/archive", gone)).status == 204
    assert account.state.crm.associations.targets("tasks", int(task), "contacts") == []


async def test_a_long_list_of_associations_pages_by_id(account):
    contact = account.contact()
    ids = [int(account.act("create_task", subject="x", contacts=contact)["id"]) for _ in range(5)]
    path = f"/crm/v4/objects/contacts/{contact}/associations/tasks"
    first = await account.get(path, limit=3)
    assert [each["toObjectId"] for each in first.results] == ids[:3]
    after = first.body["paging"]["next"]["after"]
    assert [each["toObjectId"] for each in (await account.get(path, after=after)).results] == ids[
        3:
    ]


async def test_the_primary_company_of_a_contact_is_labelled(account):
    contact = account.contact()
    made = [
        account.act("create", object="companies", properties={"name": name})["id"] for name in "ab"
    ]
    for company in made:
        account.act(
            "associate", object="contacts", id=contact, to_object="companies", to_id=company
        )
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{made[1]}"
    primary = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    assert (await account.call("PUT", path, primary)).body["labels"] == ["Primary"]
    read = await account.get(
        f"/crm/v3/objects/contacts/{contact}", properties="associatedcompanyid"
    )
    assert read.body["properties"]["associatedcompanyid"] == made[1]


async def test_labels_exist_for_records_and_not_for_activities(account):
    path = "/crm/v4/associations/{}/labels"
    body = {"label": "Decision maker", "name": "decision_maker", "inverseLabel": "Decided by"}
    made = await account.post(path.format("contacts/companies"), body)
    assert [each["category"] for each in made.results] == ["USER_DEFINED"] * 2
    listed = await account.get(path.format("contacts/companies"))
    assert [each["label"] for each in listed.results] == [None, "Primary", "Decision maker"]
    assert (await account.post(path.format("tasks/contacts"), body)).status == 400


async def test_an_association_may_move_the_modified_date():
    for moves in (False, True):
        account = Account(association_moves_modified=moves, modified_bump_ms=0)
        contact, task = account.contact(), (await account.task())["id"]
        account.settle(60)
        await account.call(
            "PUT", f"/crm/v4/objects/tasks/{task}/associations/default/contacts/{contact}"
        )
        updated = (await account.get(f"/crm/v3/objects/tasks/{task}")).body["updatedAt"]
        assert updated == ("2026-11-20T12:01:00.000Z" if moves else "2026-11-20T12:00:00.000Z")


async def test_a_record_has_a_limit_of_associations():
    account = Account(association_limit=1)
    contact = account.contact()
    tasks = [(await account.task())["id"] for _ in range(2)]
    path = "/crm/v4/objects/tasks/{}/associations/default/contacts/" + contact
    assert (await account.call("PUT", path.format(tasks[0]))).status == 200
    assert (await account.call("PUT", path.format(tasks[1]))).status == 400


async def test_the_old_association_batches_name_their_types(account, pair):
    task, contact = pair
    path = "/crm/v3/associations/task/contact"
    read = await account.post(f"{path}/batch/read", {"inputs": [{"id": task}]})
    assert read.results[0]["to"] == [{"id": contact, "type": "task_to_contact"}]
    row = {"from": {"id": task}, "to": {"id": contact}, "type": "task_to_contact"}
    assert (await account.post(f"{path}/batch/create", {"inputs": [row]})).status == 201
    assert (await account.get(f"{path}/types")).results[0]["id"] == "204"


async def test_a_unique_property_on_tasks_makes_upsert_work(account):
    made = await account.post(PROPERTIES, KEY)
    assert (made.status, made.body["hasUniqueValue"]) == (201, True)
    path = "/crm/v3/objects/tasks/batch/upsert"
    row = {"id": "k1", "idProperty": "tandem_key", "properties": {"hs_timestamp": "2026-12-01"}}
    first = await account.post(path, {"inputs": [row]})
    again = await account.post(path, {"inputs": [row]})
    assert (first.status, again.status) == (200, 200)
    assert [first.results[0]["new"], again.results[0]["new"]] == [True, False]
    assert first.results[0]["id"] == again.results[0]["id"]
    assert (await account.post(path, {"inputs": [row, row]})).status == 400


@pytest.mark.parametrize(("status", "category"), [(409, "CONFLICT"), (400, "VALIDATION_ERROR")])
async def test_a_create_that_repeats_a_unique_value_is_refused(status, category):
    account = Account(unique_conflict_status=status)
    await account.post(PROPERTIES, KEY)
    first = await account.task(tandem_key="Ab1")
    body = {"properties": {"hs_timestamp": "2026-12-01", "tandem_key": "Ab1"}}
    reply = await account.post("/crm/v3/objects/tasks", body)
    assert (reply.status, reply.body["category"]) == (status, category)
    assert reply.body["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    assert first["id"] in reply.body["message"]
    body["properties"]["tandem_key"] = "aB1"
    assert (await account.post("/crm/v3/objects/tasks", body)).status == 201


async def test_a_value_repeated_within_a_batch_is_refused(account):
    await account.post(PROPERTIES, KEY)
    row = {"properties": {"hs_timestamp": "2026-12-01", "tandem_key": "x"}}
    path = "/crm/v3/objects/tasks/batch/create"
    assert (await account.post(path, {"inputs": [row, row]})).status == 409
    traced = [{**row, "objectWriteTraceId": each} for each in "ab"]
    reply = await account.post(path, {"inputs": traced})
    assert (reply.status, len(reply.results), reply.body["numErrors"]) == (207, 1, 1)


async def test_unique_properties_and_upsert_on_tasks_may_be_refused():
    account = Account(task_unique_property="refused")
    assert (await account.post(PROPERTIES, KEY)).status == 400
    account.world.switches.set({"task_unique_property": "accepted", "task_upsert": "refused"})
    assert (await account.post(PROPERTIES, KEY)).status == 201
    row = {"id": "k", "idProperty": "tandem_key", "properties": {"hs_timestamp": "2026-12-01"}}
    reply = await account.post("/crm/v3/objects/tasks/batch/upsert", {"inputs": [row]})
    assert reply.status == 400
    assert "non-unique 0-27 property tandem_key" in reply.body["message"]


async def test_an_upsert_by_a_property_that_is_not_unique_is_refused(account):
    for name in ("lastname", "hs_object_id"):
        row = {"id": "x", "idProperty": name, "properties": {}}
        reply = await account.post("/crm/v3/objects/contacts/batch/upsert", {"inputs": [row]})
        assert (reply.status, "non-unique" in reply.body["message"]) == (400, True)
    row = {"id": "1", "idProperty": "hs_object_id", "properties": {}}
    reply = await account.post("/crm/v3/objects/contacts/batch/update", {"inputs": [row]})
    assert reply.status == 400


async def test_contacts_are_upserted_by_address(account):
    contact = account.contact("a@example.com")
    rows = [
        {"id": address, "idProperty": "email", "properties": {"lastname": "X"}}
        for address in ("a@example.com", "new@example.com")
    ]
    reply = await account.post("/crm/v3/objects/contacts/batch/upsert", {"inputs": rows})
    assert [each["new"] for each in reply.results] == [False, True]
    assert reply.results[0]["id"] == contact


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "Upper"}, 400),
        ({"type": "text"}, 400),
        ({"fieldType": "input"}, 400),
        ({"groupName": "nowhere"}, 400),
        ({"label": ""}, 400),
        ({"type": "enumeration", "fieldType": "select"}, 400),
        ({"options": [{"value": "x"}]}, 400),
        ({"name": "hs_task_subject"}, 409),
    ],
)
async def test_a_bad_definition_is_refused(account, change, status):
    assert (await account.post(PROPERTIES, {**KEY, **change})).status == status


async def test_there_are_at_most_ten_unique_properties(account):
    for number in range(10):
        assert (await account.post(PROPERTIES, {**KEY, "name": f"key_{number}"})).status == 201
    assert (await account.post(PROPERTIES, {**KEY, "name": "key_10"})).status == 400


async def test_a_custom_property_lives_and_dies(account):
    body = {**KEY, "name": "source", "hasUniqueValue": False}
    await account.post(PROPERTIES, body)
    made = await account.task(source="x")
    patch = {"label": "Origin", "hasUniqueValue": True}
    path = f"{PROPERTIES}/source"
    assert (await account.call("PATCH", path, patch)).status == 400
    assert (await account.call("PATCH", path, {"label": "Origin"})).body["label"] == "Origin"
    assert (await account.call("DELETE", path)).status == 204
    assert (await account.get(path)).status == 404
    assert (await account.get(path, archived="true")).body["archived"] is True
    edit = {"properties": {"source": "y"}}
    reply = await account.call("PATCH", f"/crm/v3/objects/tasks/{made['id']}", edit)
    assert reply.body["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"


async def test_hubspots_own_properties_cannot_be_changed_or_archived(account):
    path = f"{PROPERTIES}/hs_task_subject"
    assert (await account.call("DELETE", path)).status == 400
    assert (await account.call("PATCH", path, {"label": "x"})).status == 400
    read = (await account.get(path)).body
    assert read["modificationMetadata"]["readOnlyDefinition"] is True
    assert (read["type"], read["fieldType"], read["groupName"]) == (
        "string",
        "text",
        "task_information",
    )


async def test_definitions_in_batches_and_groups(account):
    made = await account.post(f"{PROPERTIES}/batch/create", {"inputs": [KEY, KEY]})
    assert (made.status, len(made.results), made.body["numErrors"]) == (207, 1, 1)
    asked = {"inputs": [{"name": "tandem_key"}, {"name": "nope"}], "archived": False}
    read = await account.post(f"{PROPERTIES}/batch/read", asked)
    assert (read.status, len(read.results)) == (207, 1)
    gone = {"inputs": [{"name": "tandem_key"}]}
    assert (await account.post(f"{PROPERTIES}/batch/archive", gone)).status == 204
    groups = await account.get(f"{PROPERTIES}/groups")
    assert [each["name"] for each in groups.results] == ["task_information"]
    group = {"name": "tandem", "label": "Tandem"}
    assert (await account.post(f"{PROPERTIES}/groups", group)).status == 201
    assert (
        await account.post(PROPERTIES, {**KEY, "name": "other", "groupName": "tandem"})
    ).status == 201


async def test_the_salesforce_properties_may_be_absent():
    account = Account(salesforce_properties="absent")
    path = "/crm/v3/properties/contacts/salesforcecontactid"
    assert (await account.get(path)).status == 404
    account.world.switches.set({"salesforce_properties": "present"})
    assert (await account.get(path)).body["groupName"] == "salesforceinformation"


async def test_the_task_pipeline_holds_the_statuses(account):
    account.act("add_stage", label="Cancelled", closed=True)
    pipeline = (await account.get("/crm/v3/pipelines/tasks")).results[0]
    assert [each["label"] for each in pipeline["stages"]][-2:] == ["Deferred", "Cancelled"]
    assert pipeline["stages"][3]["metadata"] == {"isClosed": "true", "state": "CLOSED"}
    path = f"/crm/pipelines/2026-03/tasks/{pipeline['id']}"
    assert (await account.get(path)).body["id"] == pipeline["id"]
    assert len((await account.get(f"{path}/stages")).results) == 6
    stage = await account.get(f"{path}/stages/1000000001")
    assert stage.body["label"] == "Cancelled"
    options = (await account.get(f"{PROPERTIES}/hs_task_status")).body["options"]
    assert options[-1] == {
        "label": "Cancelled",
        "value": "1000000001",
        "displayOrder": 5,
        "hidden": False,
    }
    assert (await account.get("/crm/v3/pipelines/notes")).status == 404
    account.act("remove_stage", stage="1000000001")
    assert (await account.get(f"{path}/stages/1000000001")).status == 404


async def test_owners_people_queues_and_those_who_left(account):
    sato = account.act("create_owner", email="sato@example.co.jp", first_name="Hana")
    queue = account.act("create_owner", type="QUEUE", email=None)
    account.act("create_owner", email="gone@example.com")
    account.act("deactivate_owner", owner=str(int(queue["id"]) + 1))

    active = await account.get("/crm/v3/owners/")

    assert [each["type"] for each in active.results] == ["PERSON", "QUEUE"]
    left = (await account.get("/crm/owners/2026-03", archived="true")).results
    assert (left[0]["userId"], left[0]["userIdIncludingInactive"] is None) == (None, False)
    by_mail = await account.get("/crm/v3/owners", email="SATO@example.co.jp")
    assert [each["id"] for each in by_mail.results] == [sato["id"]]
    one = await account.get(f"/crm/v3/owners/{sato['userId']}", idProperty="userId")
    assert one.body["firstName"] == "Hana"
    assert (await account.get("/crm/v3/owners/5")).status == 404
    account.act("reactivate_owner", owner=left[0]["id"])
    assert len((await account.get("/crm/v3/owners", limit=2)).results) == 2


async def test_a_user_id_is_no_owner_id(account):
    owner = account.act("create_owner", email="sato@example.co.jp")
    body = {"properties": {"hs_timestamp": "2026-12-01", "hubspot_owner_id": str(owner["userId"])}}
    reply = await account.post("/crm/v3/objects/tasks", body)
    assert reply.body["errors"][0]["code"] == "INVALID_OWNER_ID"


async def test_the_account_tells_its_zone_as_of_now(account):
    details = (await account.get("/account-info/v3/details")).body
    assert (details["timeZone"], details["utcOffset"]) == ("Asia/Tokyo", "+09:00")
    account.act("set_time_zone", zone="America/New_York")
    winter = (await account.get("/account-info/2026-03/details")).body
    assert (winter["utcOffset"], winter["utcOffsetMilliseconds"]) == ("-05:00", -18_000_000)
    account.settle(200 * 86_400)
    assert (await account.get("/account-info/v3/details")).body["utcOffset"] == "-04:00"
    with pytest.raises(ValueError, match="no time zone"):
        account.act("set_time_zone", zone="Mars/Base")


async def test_there_are_no_custom_objects(account):
    assert (await account.get("/crm/v3/schemas")).results == []
    schema = (await account.get("/crm/v3/schemas/tasks")).body
    assert schema["objectTypeId"] == "0-27"
    assert "task_to_contact" in [each["name"] for each in schema["associations"]]
