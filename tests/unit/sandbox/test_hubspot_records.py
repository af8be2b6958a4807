"""Records of the simulated HubSpot: made, read, changed, deleted, merged."""

import pytest
from hubspot_account import NOON, Account

TASKS = "/crm/v3/objects/tasks"
NOON_TEXT = "2026-11-20T12:00:00.000Z"
DUE = "2026-12-01T00:00:00Z"


@pytest.fixture
def account():
    return Account()


async def test_a_create_answers_201_with_set_and_derived_properties(account):
    made = await account.task(hs_task_subject="Call back Tanaka", hs_task_body="<p>Now</p>")

    properties = made["properties"]
    assert made["createdAt"] == NOON_TEXT
    assert made["archived"] is False
    assert properties["hs_timestamp"] == DUE
    assert properties["hs_task_status"] == "NOT_STARTED"
    assert properties["hs_object_source"] == "INTEGRATION"
    assert properties["hs_obj_coords"] == f"0-27-{made['id']}"
    assert properties["hs_body_preview"] == "Now"
    assert properties["hs_task_is_completed"] == "0"
    assert made["url"].endswith(f"/view/all/task/{made['id']}")


@pytest.mark.parametrize("path", ["/crm/v3/objects/task", "/crm/objects/2026-03/0-27", f"{TASKS}/"])
async def test_names_ids_versions_and_slashes_all_lead_to_the_same_records(account, path):
    made = await account.post(path, {"properties": {"hs_timestamp": DUE}})
    assert made.status == 201
    assert (await account.get(f"{TASKS}/{made.body['id']}")).status == 200


async def test_an_unknown_kind_is_the_vendors_error(account):
    reply = await account.get("/crm/v3/objects/widgets")
    assert reply.status == 400
    assert reply.body["message"] == "Unable to infer object type from: widgets"


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"foo": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_task_status": "DONE"}, "INVALID_OPTION"),
        ({"hs_task_priority": "low"}, "INVALID_OPTION"),
        ({"hs_task_completion_date": DUE}, "READ_ONLY_VALUE"),
        ({"hs_timestamp": "next week"}, "INVALID_LONG"),
        ({"hubspot_owner_id": "77"}, "INVALID_OWNER_ID"),
        ({"hs_task_send_default_reminder": "maybe"}, "INVALID_OPTION"),
        ({"hs_task_parent_task_id": "x"}, "INVALID_INTEGER"),
        ({"hs_task_subject": "x" * 65_537}, "VALUE_TOO_LONG"),
        ({"hs_pipeline_stage": "nowhere"}, "INVALID_OPTION"),
        ({"hs_task_subject": ["x"]}, "INVALID_TYPE"),
    ],
)
async def test_a_refused_value_is_named(account, properties, code):
    reply = await account.post(TASKS, {"properties": {"hs_timestamp": DUE, **properties}})

    assert reply.status == 400
    assert reply.body["category"] == "VALIDATION_ERROR"
    assert [each["code"] for each in reply.body["errors"]] == [code]
    assert reply.body["message"].startswith("Property values were not valid: [{")
    assert account.state.summary()["objects"]["tasks"]["live"] == 0


async def test_a_create_without_required_properties_names_them(account):
    reply = await account.post("/crm/v3/objects/emails", {"properties": {"hs_email_subject": "x"}})
    assert reply.status == 400
    assert reply.body["context"] == {"properties": ["hs_timestamp", "hs_email_direction"]}


async def test_a_meeting_without_timestamp_takes_its_start(account):
    start = "2026-11-25T01:00:00Z"
    body = {"properties": {"hs_meeting_start_time": start}}
    made = await account.post("/crm/v3/objects/meetings", body)
    assert made.body["properties"]["hs_timestamp"] == start


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1796083199000", "2026-11-30T23:59:59Z"),
        (1796083199123, "2026-11-30T23:59:59.123Z"),
        ("2026-12-01T08:59:59+09:00", "2026-11-30T23:59:59Z"),
        ("2026-12-01", "2026-12-01T00:00:00Z"),
        ("2026-12-01T00:00:00.5Z", "2026-12-01T00:00:00.5Z"),
    ],
)
async def test_instants_come_back_in_utc(account, written, read):
    made = await account.task(hs_timestamp=written)
    assert made["properties"]["hs_timestamp"] == read


async def test_an_empty_value_clears_a_property(account):
    made = await account.task(hs_task_subject="x")
    path = f"{TASKS}/{made['id']}"
    cleared = await account.call("PATCH", path, {"properties": {"hs_task_subject": ""}})
    assert cleared.body["properties"]["hs_task_subject"] == ""
    read = await account.get(path, properties="hs_task_subject,nope")
    assert read.body["properties"]["hs_task_subject"] is None
    assert "nope" not in read.body["properties"]


async def test_a_leading_semicolon_appends_to_a_list_of_values(account):
    made = await account.task(hs_attachment_ids="1;2")
    path = f"{TASKS}/{made['id']}"
    reply = await account.call("PATCH", path, {"properties": {"hs_attachment_ids": ";3"}})
    assert reply.body["properties"]["hs_attachment_ids"] == "1;2;3"


async def test_completing_a_task_sets_date_count_and_stage(account):
    made = await account.task()
    path = f"{TASKS}/{made['id']}"
    account.settle(60)

    done = await account.call("PATCH", path, {"properties": {"hs_task_status": "COMPLETED"}})

    properties = done.body["properties"]
    assert properties["hs_task_completion_date"] == "2026-11-20T12:01:00.000Z"
    assert properties["hs_task_is_completed"] == "1"
    assert properties["hs_task_completion_count"] == "1"
    assert properties["hs_pipeline_stage"] == "61bafb31-e7fa-46ed-aaa9-1322438d6e67"


@pytest.mark.parametrize(("clears", "expected"), [(True, None), (False, NOON_TEXT)])
async def test_reopening_a_task_may_empty_its_completion_date(clears, expected):
    account = Account(reopening_clears_completion=clears)
    made = await account.task(hs_task_status="COMPLETED")
    path = f"{TASKS}/{made['id']}"
    await account.call("PATCH", path, {"properties": {"hs_task_status": "WAITING"}})
    read = await account.get(path, properties="hs_task_completion_date")
    assert read.body["properties"]["hs_task_completion_date"] == expected


async def test_the_stage_decides_the_status(account):
    stage = "fc8148fb-3a2d-4b59-834e-69b7859347cb"
    made = await account.task(hs_pipeline_stage=stage)
    assert made["properties"]["hs_task_status"] == "DEFERRED"


@pytest.mark.parametrize(("wins", "status"), [("stage", "WAITING"), ("status", "COMPLETED")])
async def test_which_of_stage_and_status_wins_is_a_switch(wins, status):
    account = Account(stage_or_status=wins)
    made = await account.task(
        hs_pipeline_stage="dd5826e4-c976-4654-a527-b59ada542e52", hs_task_status="COMPLETED"
    )
    assert made["properties"]["hs_task_status"] == status


@pytest.mark.parametrize(
    ("rule", "status"), [("id", "1000000001"), ("label", "ON_ICE"), ("closest", "COMPLETED")]
)
async def test_what_an_added_stage_does_to_the_status_is_a_switch(rule, status):
    account = Account(added_stage_status=rule)
    account.act("add_stage", label="On ice", closed=True)

    made = await account.task(hs_pipeline_stage="1000000001")

    assert made["properties"]["hs_task_status"] == status
    assert made["properties"]["hs_task_is_completed"] == "1"


@pytest.mark.parametrize(("filled", "status"), [("filled", "NOT_STARTED"), ("empty", None)])
async def test_whether_a_bare_task_gets_a_status_is_a_switch(filled, status):
    account = Account(task_defaults=filled)
    made = await account.task()
    assert made["properties"].get("hs_task_status") == status


async def test_the_modified_date_moves_by_itself_after_a_create(account):
    made = await account.task()
    account.world.clock.advance(0.6)
    read = await account.get(f"{TASKS}/{made['id']}")
    assert read.body["updatedAt"] == "2026-11-20T12:00:00.500Z"


async def test_the_bump_after_a_create_can_be_switched_off():
    account = Account(modified_bump_ms=0)
    made = await account.task()
    account.settle()
    read = await account.get(f"{TASKS}/{made['id']}")
    assert read.body["updatedAt"] == NOON_TEXT


@pytest.mark.parametrize(
    ("moves", "updated"), [(True, "2026-11-20T13:00:00.001Z"), (False, "2026-11-20T12:00:00.500Z")]
)
async def test_a_task_becomes_overdue_by_itself(moves, updated):
    account = Account(overdue_moves_modified=moves)
    made = await account.task(hs_timestamp="2026-11-20T13:00:00Z")
    assert made["properties"]["hs_task_is_overdue"] == "false"
    account.settle(7200)

    read = await account.get(f"{TASKS}/{made['id']}", properties="hs_task_is_overdue")

    assert read.body["properties"]["hs_task_is_overdue"] == "true"
    assert read.body["updatedAt"] == updated


async def test_a_write_that_changes_nothing_leaves_the_modified_date(account):
    made = await account.task(hs_task_subject="x")
    account.settle()
    path = f"{TASKS}/{made['id']}"
    await account.call("PATCH", path, {"properties": {"hs_task_subject": "x"}})
    assert (await account.get(path)).body["updatedAt"] == "2026-11-20T12:00:00.500Z"


async def test_a_property_tells_its_history_newest_first(account):
    made = await account.task(hs_task_subject="one")
    path = f"{TASKS}/{made['id']}"
    account.settle(60)
    account.act("edit", object="tasks", id=made["id"], properties={"hs_task_subject": "two"})

    read = await account.get(path, propertiesWithHistory="hs_task_subject,hs_task_status")

    past = read.body["propertiesWithHistory"]
    assert [each["value"] for each in past["hs_task_subject"]] == ["two", "one"]
    assert [each["sourceType"] for each in past["hs_task_subject"]] == ["CRM_UI", "INTEGRATION"]
    assert past["hs_task_subject"][0]["timestamp"] == "2026-11-20T12:01:00.000Z"
    assert len(past["hs_task_status"]) == 1


async def test_a_list_pages_by_the_id_of_the_next_record(account):
    ids = [(await account.task())["id"] for _ in range(5)]
    first = await account.get(TASKS, limit=2)
    assert [each["id"] for each in first.results] == ids[:2]
    assert first.body["paging"]["next"]["after"] == ids[2]
    last = await account.get(TASKS, limit=3, after=ids[2])
    assert [each["id"] for each in last.results] == ids[2:]
    assert "paging" not in last.body


@pytest.mark.parametrize(
    "query", [{"limit": 101}, {"limit": 0}, {"limit": "x"}, {"after": "x"}, {"archived": "perhaps"}]
)
async def test_a_list_refuses_what_it_cannot_page(account, query):
    assert (await account.get(TASKS, **query)).status == 400


async def test_a_list_with_history_pages_by_fifty(account):
    assert (
        await account.get(TASKS, limit=51, propertiesWithHistory="hs_task_status")
    ).status == 400
    assert (
        await account.get(TASKS, limit=50, propertiesWithHistory="hs_task_status")
    ).status == 200


async def test_arrays_may_be_repeated_and_booleans_written_in_capitals(account):
    made = await account.task(hs_task_subject="x")
    read = await account.get(
        f"{TASKS}/{made['id']}?properties=hs_task_subject&properties=hs_task_status&archived=False"
    )
    assert read.body["properties"]["hs_task_subject"] == "x"
    assert read.body["properties"]["hs_task_status"] == "NOT_STARTED"


async def test_associations_are_shown_by_plural_names(account):
    contact = account.contact()
    task = account.act("create_task", subject="x", contacts=contact)["id"]
    for asked in ("contacts", "contact", "0-1"):
        read = await account.get(f"{TASKS}/{task}", associations=asked)
        assert read.body["associations"] == {
            "contacts": {"results": [{"id": contact, "type": "task_to_contact"}]}
        }


async def test_a_deleted_record_is_shown_only_as_archived(account):
    made = await account.task()
    path = f"{TASKS}/{made['id']}"
    assert (await account.call("DELETE", path)).status == 204
    assert (await account.call("DELETE", path)).status == 204
    assert (await account.get(path)).status == 404

    archived = await account.get(path, archived="true")

    assert archived.body["archived"] is True
    assert archived.body["archivedAt"] == NOON_TEXT
    assert [each["id"] for each in (await account.get(TASKS, archived="true")).results] == [
        made["id"]
    ]
    assert (await account.get(TASKS)).results == []


async def test_a_plain_get_of_an_archived_record_may_show_it():
    account = Account(plain_get_of_archived=200)
    made = await account.task()
    await account.call("DELETE", f"{TASKS}/{made['id']}")
    assert (await account.get(f"{TASKS}/{made['id']}")).body["archived"] is True


async def test_a_record_can_be_restored_for_ninety_days(account):
    made = await account.task()
    await account.call("DELETE", f"{TASKS}/{made['id']}")
    account.settle(89 * 86_400)
    account.act("restore", object="tasks", id=made["id"])
    assert (await account.get(f"{TASKS}/{made['id']}")).status == 200

    await account.call("DELETE", f"{TASKS}/{made['id']}")
    account.settle(91 * 86_400)
    with pytest.raises(ValueError, match="no task"):
        account.act("restore", object="tasks", id=made["id"])
    assert (await account.get(f"{TASKS}/{made['id']}", archived="true")).status == 404


async def test_a_deleted_email_is_gone_for_good(account):
    made = account.act("send_email", subject="x", contacts=account.contact())
    path = f"/crm/v3/objects/emails/{made['id']}"
    await account.call("DELETE", path)
    assert (await account.get(path, archived="true")).status == 404


async def test_scripts_are_taken_out_of_bodies_unless_switched_off():
    body = '<p onclick="x()">Hi</p><script>alert(1)</script>'
    cleaned = await Account().task(hs_task_body=body)
    assert cleaned["properties"]["hs_task_body"] == "<p>Hi</p>"
    kept = await Account(html_sanitiser="off").task(hs_task_body=body)
    assert kept["properties"]["hs_task_body"] == body


async def test_an_email_tells_its_people_from_its_headers(account):
    headers = '{"from":{"email":"a@x.example","firstName":"Ann"},"to":[{"email":"b@x.example"},{"email":"c@x.example"}]}'
    made = account.act("send_email", subject="x", properties={"hs_email_headers": headers})
    read = await account.get(
        f"/crm/v3/objects/emails/{made['id']}",
        properties="hs_email_from_email,hs_email_from_firstname,hs_email_to_email,hs_email_cc_email",
    )
    properties = read.body["properties"]
    assert properties["hs_email_from_email"] == "a@x.example"
    assert properties["hs_email_from_firstname"] == "Ann"
    assert properties["hs_email_to_email"] == "b@x.example;c@x.example"
    assert properties["hs_email_cc_email"] is None


async def test_the_content_of_emails_needs_its_own_scope():
    account = Account(private_app_scopes="crm.objects.contacts.read")
    made = account.act("send_email", subject="Secret", html="<p>x</p>")
    read = await account.get(
        f"/crm/v3/objects/emails/{made['id']}", properties="hs_email_subject,hs_email_status"
    )
    assert read.body["properties"]["hs_email_subject"] is None
    assert read.body["properties"]["hs_email_status"] == "SENT"


async def test_a_second_contact_with_the_same_address_is_a_conflict(account):
    first = account.contact("a@example.com")
    body = {"properties": {"email": "A@example.com"}}
    reply = await account.post("/crm/v3/objects/contacts", body)
    assert reply.status == 409
    assert reply.body["category"] == "CONFLICT"
    assert reply.body["message"] == f"Contact already exists. Existing ID: {first}"


async def test_a_contact_is_found_by_any_of_its_addresses(account):
    contact = account.contact("a@example.com", hs_additional_emails="b@example.com")
    for address in ("a@example.com", "B@example.com"):
        read = await account.get(f"/crm/v3/objects/contacts/{address}", idProperty="email")
        assert read.body["id"] == contact


async def test_a_merged_contact_answers_under_its_old_id(account):
    company = account.act("create", object="companies", properties={"name": "Acme"})["id"]
    winner, loser = account.contact("a@example.com"), account.contact("b@example.com", phone="1")
    task = account.act("create_task", subject="x", contacts=loser)["id"]
    account.act("associate", object="contacts", id=loser, to_object="companies", to_id=company)

    account.act("merge_contacts", winner=winner, loser=loser)

    read = await account.get(
        f"/crm/v3/objects/contacts/{loser}",
        properties="phone,hs_additional_emails,hs_merged_object_ids,hs_calculated_merged_vids",
        associations="companies",
    )
    assert read.body["id"] == winner
    assert read.body["properties"]["phone"] == "1"
    assert read.body["properties"]["hs_additional_emails"] == "b@example.com"
    assert read.body["properties"]["hs_merged_object_ids"] == loser
    assert (
        read.body["properties"]["hs_calculated_merged_vids"]
        == f"{loser}:{int(NOON.timestamp())}000"
    )
    assert read.body["associations"]["companies"]["results"][0]["id"] == company
    of_task = await account.get(f"/crm/v4/objects/tasks/{task}/associations/contacts")
    assert [str(each["toObjectId"]) for each in of_task.results] == [winner]


async def test_a_merged_id_does_not_work_in_a_batch_update(account):
    winner, loser = account.contact("a@example.com"), account.contact("b@example.com")
    account.act("merge_contacts", winner=winner, loser=loser)
    patch = {"properties": {"phone": "1"}}
    single = await account.call("PATCH", f"/crm/v3/objects/contacts/{loser}", patch)
    assert single.body["id"] == winner
    batch = {"inputs": [{"id": loser, **patch}]}
    reply = await account.post("/crm/v3/objects/contacts/batch/update", batch)
    assert reply.status == 207


async def test_merging_through_the_api(account):
    winner, loser = account.contact("a@example.com"), account.contact("b@example.com")
    body = {"primaryObjectId": winner, "objectIdToMerge": loser}
    assert (await account.post("/crm/v3/objects/contacts/merge", body)).body["id"] == winner
    body["objectIdToMerge"] = winner
    assert (await account.post("/crm/v3/objects/contacts/merge", body)).status == 400


async def test_a_forgotten_contact_leaves_nothing(account):
    contact = account.contact("a@example.com")
    task = account.act("create_task", subject="x", contacts=contact)["id"]
    body = {"objectId": "a@example.com", "idProperty": "email"}
    assert (await account.post("/crm/v3/objects/contacts/gdpr-delete", body)).status == 204
    assert (await account.get(f"/crm/v3/objects/contacts/{contact}", archived="true")).status == 404
    of_task = await account.get(f"/crm/v4/objects/tasks/{task}/associations/contacts")
    assert of_task.results == []


async def test_a_deactivated_owner_cannot_be_assigned_but_stays(account):
    owner = account.act("create_owner", email="sato@example.co.jp")["id"]
    made = await account.task(hubspot_owner_id=owner)
    assert made["properties"]["hs_all_owner_ids"] == owner
    account.act("deactivate_owner", owner=owner)

    path = f"{TASKS}/{made['id']}"
    again = {"properties": {"hubspot_owner_id": owner, "hs_task_subject": "y"}}
    assert (await account.call("PATCH", path, again)).status == 200
    body = {"properties": {"hs_timestamp": DUE, "hubspot_owner_id": owner}}
    assert (await account.post(TASKS, body)).status == 400
    account.world.switches.set({"archived_owner_refused": False})
    assert (await account.post(TASKS, body)).status == 201
