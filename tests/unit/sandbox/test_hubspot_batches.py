"""Batches of records of the simulated HubSpot."""

import pytest
from hubspot_account import TASK_TO_CONTACT, Account

TASKS = "/crm/v3/objects/tasks"
NOON_TEXT = "2026-11-20T12:00:00.000Z"
DUE = "2026-12-01T00:00:00Z"


@pytest.fixture
def account():
    return Account()


async def test_a_batch_read_reports_unknown_ids_beside_the_known(account):
    made = await account.task(hs_task_subject="x")
    asked = {"inputs": [{"id": made["id"]}, {"id": "1"}], "properties": ["hs_task_subject"]}

    reply = await account.post(f"{TASKS}/batch/read", asked)

    assert reply.status == 207
    assert [each["id"] for each in reply.results] == [made["id"]]
    assert reply.body["numErrors"] == 1
    assert reply.body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert reply.body["errors"][0]["context"] == {"ids": ["1"]}


async def test_a_batch_read_of_archived_records(account):
    made = await account.task()
    await account.post(f"{TASKS}/batch/archive", {"inputs": [{"id": made["id"]}]})
    asked = {"inputs": [{"id": made["id"]}], "properties": []}
    assert (await account.post(f"{TASKS}/batch/read", asked)).status == 207
    reply = await account.post(f"{TASKS}/batch/read?archived=true", asked)
    assert reply.status == 200
    assert reply.results[0]["archived"] is True


def rows(*properties, traced=True):
    return {
        "inputs": [
            {"properties": each, **({"objectWriteTraceId": str(at)} if traced else {})}
            for at, each in enumerate(properties)
        ]
    }


async def test_rows_with_trace_ids_stand_for_themselves(account):
    asked = rows({"hs_timestamp": DUE}, {"hs_timestamp": DUE, "foo": "x"}, {})

    reply = await account.post(f"{TASKS}/batch/create", asked)

    assert reply.status == 207
    assert [each["objectWriteTraceId"] for each in reply.results] == ["0"]
    contexts = [each["context"] for each in reply.body["errors"]]
    assert contexts[0] == {"objectWriteTraceId": ["1"]}
    assert contexts[1] == {"properties": ["hs_timestamp"], "objectWriteTraceId": ["2"]}


async def test_without_trace_ids_one_bad_row_fails_the_batch(account):
    asked = rows({"hs_timestamp": DUE}, {"foo": "x"}, traced=False)
    reply = await account.post(f"{TASKS}/batch/create", asked)
    assert reply.status == 400
    assert account.state.summary()["objects"]["tasks"]["live"] == 0


async def test_repeated_trace_ids_are_as_good_as_none(account):
    asked = rows({"hs_timestamp": DUE}, {"foo": "x"})
    asked["inputs"][1]["objectWriteTraceId"] = "0"
    assert (await account.post(f"{TASKS}/batch/create", asked)).status == 400


async def test_a_batch_create_answers_201_and_a_batch_update_200(account):
    made = await account.post(f"{TASKS}/batch/create", rows({"hs_timestamp": DUE}, traced=False))
    assert made.status == 201
    assert made.body["status"] == "COMPLETE"
    asked = {"inputs": [{"id": made.results[0]["id"], "properties": {"hs_task_subject": "y"}}]}
    changed = await account.post(f"{TASKS}/batch/update", asked)
    assert changed.status == 200
    assert changed.results[0]["properties"]["hs_task_subject"] == "y"


async def test_a_batch_update_reports_ids_that_are_not_there(account):
    made = await account.task()
    asked = {
        "inputs": [
            {"id": made["id"], "properties": {"hs_task_subject": "y"}},
            {"id": "1", "properties": {"hs_task_subject": "y"}},
        ]
    }
    reply = await account.post(f"{TASKS}/batch/update", asked)
    assert reply.status == 207
    assert len(reply.results) == 1
    assert reply.body["errors"][0]["context"] == {"ids": ["1"]}


async def test_a_batch_holds_at_most_a_hundred(account):
    asked = rows(*({"hs_timestamp": DUE} for _ in range(101)))
    assert (await account.post(f"{TASKS}/batch/create", asked)).status == 400


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"inputs":{}}', b'{"inputs":[1]}', b'{"inputs":[{"properties":[]}]}']
)
async def test_a_body_of_the_wrong_form_is_a_validation_error(account, body):
    import msgspec

    asked = msgspec.Raw(body)
    reply = await account.post(f"{TASKS}/batch/create", asked)
    assert (reply.status, reply.body["category"]) == (400, "VALIDATION_ERROR")


async def test_an_unknown_field_in_a_body_is_refused(account):
    reply = await account.post(TASKS, {"propertys": {}})
    assert "propertys" in reply.body["message"]


async def test_a_create_takes_associations_along(account):
    contact = account.contact()
    links = [{"to": {"id": contact}, "types": [TASK_TO_CONTACT]}]
    body = {"properties": {"hs_timestamp": DUE}, "associations": links}
    made = await account.post(TASKS, body)
    read = await account.get(f"{TASKS}/{made.body['id']}", associations="contacts")
    assert read.body["associations"]["contacts"]["results"][0]["id"] == contact


async def test_a_create_refuses_an_association_with_nobody(account):
    links = [{"to": {"id": "5"}, "types": [TASK_TO_CONTACT]}]
    body = {"properties": {"hs_timestamp": DUE}, "associations": links}
    reply = await account.post(TASKS, body)
    assert reply.status == 400
    assert account.state.summary()["objects"]["tasks"]["live"] == 0


@pytest.mark.parametrize(("shape", "status"), [("refused", 400), ("ignored", 201)])
async def test_associations_of_the_wrong_shape(shape, status):
    account = Account(wrong_association_shape=shape)
    body = {"properties": {"hs_timestamp": DUE}, "associations": [{"toObjectId": 1}]}
    assert (await account.post(TASKS, body)).status == status
