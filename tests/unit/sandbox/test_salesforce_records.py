"""Single records and collections: statuses, bodies, keys, duplicates, conditions ([upsert], [coll])."""

from typing import Any

import pytest
from salesforce_org import NOW, Org, task


async def test_an_upsert_creates_then_updates() -> None:
    org = Org().with_key()
    path = "sobjects/Task/Tandem_Key__c/77-call-1"
    first = await org.ask("PATCH", path, {"Subject": "a"})
    assert (first.status, first.json["created"], first.json["success"]) == (201, True, True)
    second = await org.ask("PATCH", path, {"Subject": "b"})
    assert (second.status, second.json["created"]) == (200, False)
    assert second.json["id"] == first.json["id"]
    read = await org.ask("GET", path)
    assert (read.json["Subject"], read.json["Tandem_Key__c"]) == ("b", "77-call-1")
    old = await org.ask("PATCH", "/services/data/v45.0/" + path, {"Subject": "c"})
    assert (old.status, old.text) == (204, "")


async def test_update_only_does_not_create() -> None:
    answer = (
        await Org()
        .with_key()
        .ask("PATCH", "sobjects/Task/Tandem_Key__c/k", {"Subject": "a"}, updateOnly="true")
    )
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize("name", ["Id", "Tandem_Key__c"])
async def test_neither_id_nor_key_may_be_in_an_upserts_body(name: str) -> None:
    answer = await Org().with_key().ask("PATCH", "sobjects/Task/Tandem_Key__c/k", {name: "x"})
    assert answer.code == "INVALID_FIELD"
    assert answer.json[0]["message"] == (
        f"The {name} field should not be specified in the sobject data."
    )


async def test_several_matches_answer_300_with_their_urls() -> None:
    org = Org()
    ids = [await org.create("Contact", LastName=one, Email="a@x.example") for one in "ab"]
    for method, body in (("GET", None), ("PATCH", {"LastName": "c"})):
        answer = await org.ask(method, "sobjects/Contact/Email/a%40x.example", body)
        assert answer.status == 300
        assert answer.json == [f"/services/data/v62.0/sobjects/Contact/{one}" for one in ids]


async def test_the_key_of_a_path_is_percent_decoded() -> None:
    org = Org().with_key()
    await org.ask("PATCH", "sobjects/Task/Tandem_Key__c/a%2Fb%20c+d", {})
    rows = await org.query("SELECT Tandem_Key__c FROM Task")
    assert rows[0]["Tandem_Key__c"] == "a/b c+d"


@pytest.mark.parametrize(("unsafe", "status"), [(True, 404), (False, 201)])
async def test_a_key_like_a_file_name_is_not_found_by_the_switch(unsafe: bool, status: int) -> None:
    org = Org().with_key()
    org.world.switches.set({"unsafe_key_suffix": unsafe})
    answer = await org.ask("PATCH", "sobjects/Task/Tandem_Key__c/a.inc", {})
    assert answer.status == status


async def test_a_field_that_is_no_key_is_refused() -> None:
    answer = await Org().ask("PATCH", "sobjects/Task/Subject/x", {})
    assert (answer.status, answer.json[0]["message"]) == (
        404,
        "Provided external ID field does not exist or is not accessible: Subject",
    )


async def test_a_unique_key_names_the_record_that_has_it() -> None:
    org = Org().with_key()
    made = await org.create("Task", Tandem_Key__c="K-1")
    error = await org.refused("Task", Tandem_Key__c="k-1")
    assert error["errorCode"] == "DUPLICATE_VALUE"
    assert error["message"] == (
        f"duplicate value found: Tandem_Key__c duplicates value on record with id: {made[:15]}"
    )
    org.world.switches.set({"duplicate_message": "unknown"})
    error = await org.refused("Task", Tandem_Key__c="k-1")
    assert error["message"].endswith("<unknown> duplicates value on record with id: <unknown>")


async def test_a_case_sensitive_key_tells_cases_apart() -> None:
    org = Org()
    org.act(
        "create_custom_field", name="Exact__c", external_id=True, unique=True, case_sensitive=True
    )
    await org.create("Task", Exact__c="a")
    await org.create("Task", Exact__c="A")
    assert (await org.refused("Task", Exact__c="a"))["errorCode"] == "DUPLICATE_VALUE"


@pytest.mark.parametrize(("switch", "status"), [("free", 201), ("held", 400)])
async def test_the_recycle_bin_frees_or_holds_a_key(switch: str, status: int) -> None:
    org = Org().with_key()
    org.world.switches.set({"recycled_keys": switch})
    made = await org.create("Task", Tandem_Key__c="k")
    await org.ask("DELETE", f"sobjects/Task/{made}")
    assert (await org.ask("POST", "sobjects/Task", {"Tandem_Key__c": "k"})).status == status


async def test_undelete_is_refused_where_the_key_is_taken_again() -> None:
    org = Org().with_key()
    made = await org.create("Task", Tandem_Key__c="k")
    org.act("delete_task", id=made)
    await org.create("Task", Tandem_Key__c="k")
    with pytest.raises(ValueError, match="DUPLICATE_VALUE"):
        org.act("undelete_task", id=made)
    assert (await org.ask("GET", f"sobjects/Task/{made}")).code == "ENTITY_IS_DELETED"


@pytest.mark.parametrize(("switch", "created"), [("update", False), ("create", None)])
async def test_an_upsert_finds_an_archived_record_by_the_switch(
    switch: str, created: bool | None
) -> None:
    org = Org().with_key()
    org.world.switches.set({"upsert_archived": switch})
    org.act("archive_now", id=await org.create("Task", Tandem_Key__c="k"))
    answer = await org.ask("PATCH", "sobjects/Task/Tandem_Key__c/k", {"Subject": "x"})
    if created is None:
        assert answer.code == "DUPLICATE_VALUE"
    else:
        assert answer.json["created"] is created


async def test_a_stale_edit_fails_its_precondition() -> None:
    org = Org()
    made = await org.create("Task", Subject="a")
    seen = await org.ask("GET", f"sobjects/Task/{made}")
    conditions = (
        {"If-Unmodified-Since": seen.headers["last-modified"]},
        {"If-Match": seen.headers["etag"]},
    )
    for headers in conditions:
        fresh = await org.ask("PATCH", f"sobjects/Task/{made}", {"Type": "Call"}, headers=headers)
        assert fresh.status == 204
    org.clock.advance(2)
    await org.ask("PATCH", f"sobjects/Task/{made}", {"Subject": "theirs"})
    for headers in conditions:
        stale = await org.ask("PATCH", f"sobjects/Task/{made}", {"Subject": "x"}, headers=headers)
        assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
    assert (await org.row("Task", made))["Subject"] == "theirs"
    known = {
        "If-Modified-Since": (await org.ask("GET", f"sobjects/Task/{made}")).headers[
            "last-modified"
        ]
    }
    assert (await org.ask("GET", f"sobjects/Task/{made}", headers=known)).status == 304


async def test_a_read_may_ask_for_fields() -> None:
    org = Org()
    made = await org.create("Task", Subject="a")
    answer = await org.ask("GET", f"sobjects/Task/{made}", fields="Id,subject")
    assert answer.json == {
        "attributes": {"type": "Task", "url": f"/services/data/v62.0/sobjects/Task/{made}"},
        "Id": made,
        "Subject": "a",
    }
    assert (await org.ask("GET", f"sobjects/Task/{made}", fields="Nope")).code == "INVALID_FIELD"


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("sobjects/Task/00TZz0000000001AAA", 404, "The requested resource does not exist"),
        ("sobjects/Task/nonsense", 404, "Provided external ID field does not exist"),
        ("sobjects/Foo", 404, "The requested resource does not exist"),
        ("nonsense", 404, "The requested resource does not exist"),
        ("/services/data/v99.0/sobjects", 404, "The requested resource does not exist"),
        ("/services/data/v25.0/sobjects", 410, "The API version 25.0 has been retired."),
    ],
)
async def test_what_is_not_there(path: str, status: int, message: str) -> None:
    answer = await Org().ask("GET", path)
    assert answer.status == status
    assert answer.json[0]["message"].startswith(message)


async def test_a_method_that_a_resource_lacks_is_405() -> None:
    answer = await Org().ask("PUT", "sobjects/Task", {})
    assert (answer.status, answer.code) == (405, "METHOD_NOT_ALLOWED")


async def test_bodies_are_json() -> None:
    org = Org()
    xml = await org.ask("POST", "sobjects/Task", raw=b"<x/>", headers={"content-type": "text/xml"})
    assert (xml.status, xml.code) == (415, "UNSUPPORTED_MEDIA_TYPE")
    bad = await org.ask(
        "POST", "sobjects/Task", raw=b"{", headers={"content-type": "application/json"}
    )
    assert (bad.status, bad.code) == (400, "JSON_PARSER_ERROR")


async def test_a_relationship_can_be_followed_from_a_record() -> None:
    org = Org()
    account = await org.create("Account", Name="Acme")
    contact = await org.create("Contact", LastName="Doe", AccountId=account)
    made = await org.create("Task", WhoId=contact)
    parent = await org.ask("GET", f"sobjects/Contact/{contact}/Account", fields="Name")
    assert parent.json["Name"] == "Acme"
    children = await org.ask("GET", f"sobjects/Contact/{contact}/Tasks")
    assert [one["Id"] for one in children.json["records"]] == [made]


async def test_a_collection_answers_each_record_in_order() -> None:
    org = Org().with_key()
    found = await org.insert(
        {"Subject": "a", "Tandem_Key__c": "k"},
        {"Subject": "b", "Tandem_Key__c": "k"},
        {"Subject": "c" * 256},
        {"Subject": "d"},
    )
    assert [one["success"] for one in found] == [True, False, False, True]
    assert set(found[0]) == {"id", "success", "errors"}
    error = found[1]["errors"][0]
    assert error["statusCode"] == "DUPLICATE_VALUE"
    assert found[0]["id"][:15] in error["message"]
    assert "id" not in found[1]


async def test_all_or_none_leaves_nothing() -> None:
    org = Org()
    found = await org.insert({"Subject": "a"}, {"Nope": 1}, all_or_none=True)
    assert [one["errors"][0]["statusCode"] for one in found] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "INVALID_FIELD",
    ]
    assert await org.query("SELECT Id FROM Task", everything=True) == []


@pytest.mark.parametrize(("switch", "status"), [("item", 200), ("request", 400)])
async def test_an_unknown_field_fails_its_record_or_the_call(switch: str, status: int) -> None:
    org = Org()
    org.world.switches.set({"collections_unknown_field": switch})
    body = {"records": [task(Subject="a"), task(Nope=1)]}
    answer = await org.ask("POST", "composite/sobjects", body)
    assert answer.status == status
    assert len(await org.query("SELECT Id FROM Task")) == (1 if switch == "item" else 0)


async def test_a_collection_upserts_by_the_key_in_each_record() -> None:
    org = Org().with_key()
    made = await org.create("Task", Tandem_Key__c="a")
    body = {"records": [task(Tandem_Key__c=key) for key in ("a", "b", "c", "C")]}
    answer = await org.ask("PATCH", "composite/sobjects/Task/Tandem_Key__c", body)
    assert [one.get("created") for one in answer.json] == [False, True, None, None]
    assert answer.json[0]["id"] == made
    assert answer.json[2]["errors"][0] == {
        "statusCode": "DUPLICATE_VALUE",
        "message": "Duplicate external id specified: c",
        "fields": ["Tandem_Key__c"],
    }


async def test_an_upsert_by_id_with_null_inserts() -> None:
    org = Org()
    body = {"records": [{"attributes": {"type": "Account"}, "Name": "Acme", "Id": None}]}
    answer = await org.ask("PATCH", "composite/sobjects/Account/Id", body)
    assert answer.json[0]["created"] is True


async def test_a_collection_updates_deletes_and_reads() -> None:
    org = Org()
    one, two = [await org.create("Task", Subject=text) for text in "ab"]
    ghost = "00TZz0000000001AAA"
    body = {"records": [task(id=one, Subject="x"), task(id=ghost, Subject="y"), task(Subject="z")]}
    changed = (await org.ask("PATCH", "composite/sobjects", body)).json
    assert [item["success"] for item in changed] == [True, False, False]
    assert changed[1]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert changed[2]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    wanted = {"ids": [two, ghost, one], "fields": ["Subject"]}
    read = (await org.ask("POST", "composite/sobjects/Task", wanted)).json
    assert [item and item["Subject"] for item in read] == ["b", None, "x"]
    got = await org.ask("GET", "composite/sobjects/Task", ids=two, fields="Id")
    assert got.json[0]["Id"] == two
    gone = await org.ask("DELETE", "composite/sobjects", ids=f"{one},{ghost}", allOrNone="true")
    assert gone.json[0]["id"] == one
    assert gone.json[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    gone = await org.ask("DELETE", "composite/sobjects", ids=f"{one},{two}")
    assert [item["success"] for item in gone.json] == [True, True]
    assert await org.query("SELECT Id FROM Task") == []


async def test_a_collection_has_up_to_200_records_in_10_runs() -> None:
    org = Org()
    many = await org.ask("POST", "composite/sobjects", {"records": [task()] * 201})
    assert (many.status, many.code) == (400, "EXCEEDED_ID_LIMIT")
    mixed = [task(), {"attributes": {"type": "Account"}, "Name": "A"}] * 6
    runs = await org.ask("POST", "composite/sobjects", {"records": mixed})
    assert (runs.status, runs.code) == (400, "LIMIT_EXCEEDED")
    answer = await org.ask("POST", "composite/sobjects", {"records": [{"Subject": "a"}]})
    assert answer.code == "INVALID_TYPE"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "lock_row"}, "UNABLE_TO_LOCK_ROW"),
        ({"kind": "validation_rule", "message": "No."}, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        ({"kind": "trigger_error", "message": "No."}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        ({"kind": "record_error", "code": "STORAGE_LIMIT_EXCEEDED"}, "STORAGE_LIMIT_EXCEEDED"),
    ],
)
async def test_named_faults_strike_single_records(fault: dict[str, Any], code: str) -> None:
    org = Org()
    org.state.faults.arm({**fault, "operation": "insert", "object": "Task", "skip": 1, "times": 1})
    found = await org.insert({"Subject": "a"}, {"Subject": "b"}, {"Subject": "c"})
    assert [one["success"] for one in found] == [True, False, True]
    assert found[1]["errors"][0]["statusCode"] == code


async def test_a_tree_of_records_is_planted_whole_or_not_at_all() -> None:
    org = Org()
    account = {
        "attributes": {"type": "Account", "referenceId": "a"},
        "Name": "Acme",
        "Contacts": {
            "records": [{"attributes": {"type": "Contact", "referenceId": "c"}, "LastName": "Doe"}]
        },
    }
    answer = await org.ask("POST", "composite/tree/Account", {"records": [account]})
    assert answer.status == 201
    ids = {one["referenceId"]: one["id"] for one in answer.json["results"]}
    assert (await org.row("Contact", ids["c"]))["AccountId"] == ids["a"]
    account["Contacts"]["records"][0].pop("LastName")  # type: ignore[index]
    answer = await org.ask("POST", "composite/tree/Account", {"records": [account]})
    assert (answer.status, answer.json["hasErrors"]) == (400, True)
    assert len(await org.query("SELECT Id FROM Account")) == 1


async def test_records_name_the_stamp_of_their_call() -> None:
    org = Org()
    made = await org.create("Task")
    org.clock.advance(61)
    await org.ask("PATCH", f"sobjects/Task/{made}", {"Subject": "x"})
    row = await org.row("Task", made)
    assert row["CreatedDate"] == NOW
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-03-02T09:01:01.000+0000"
