"""Queries and pages, changes, describe, limits, search, and who may see what."""

from typing import Any

import pytest
from salesforce_org import NOW, Org, task


async def _fill(org: Org, count: int) -> None:
    for start in range(0, count, 200):
        await org.insert(*({"Subject": f"n{at}"} for at in range(start, min(start + 200, count))))


async def test_a_result_goes_on_at_its_locator() -> None:
    org = Org()
    await _fill(org, 450)
    headers = {"Sforce-Query-Options": "batchSize=200"}
    page = (await org.ask("GET", "query", q="SELECT Id FROM Task", headers=headers)).json
    ids = [row["Id"] for row in page["records"]]
    assert (page["totalSize"], page["done"], len(ids)) == (450, False, 200)
    assert page["nextRecordsUrl"].startswith("/services/data/v62.0/query/01g")
    while not page["done"]:
        page = (await org.ask("GET", page["nextRecordsUrl"])).json
        ids += [row["Id"] for row in page["records"]]
    assert len(set(ids)) == 450
    assert "nextRecordsUrl" not in page


async def test_a_page_has_200_to_2000_records() -> None:
    org = Org()
    await _fill(org, 250)
    for size, got in (("1", 200), ("9999", 250)):
        headers = {"Sforce-Query-Options": f"batchSize={size}"}
        page = (await org.ask("GET", "query/", q="SELECT Id FROM Task", headers=headers)).json
        assert len(page["records"]) == got


async def test_a_locator_dies() -> None:
    org = Org()
    await _fill(org, 401)
    headers = {"Sforce-Query-Options": "batchSize=200"}
    page = (await org.ask("GET", "query", q="SELECT Id FROM Task", headers=headers)).json
    org.state.faults.arm({"kind": "locator_expired"})
    assert (await org.ask("GET", page["nextRecordsUrl"])).code == "INVALID_QUERY_LOCATOR"
    assert (await org.ask("GET", page["nextRecordsUrl"])).status == 200
    org.clock.advance(172_800)
    assert (await org.ask("GET", page["nextRecordsUrl"])).code == "INVALID_QUERY_LOCATOR"
    assert (await org.ask("GET", "query/01gnonsense")).code == "INVALID_QUERY_LOCATOR"


@pytest.mark.parametrize(
    ("kind", "code"),
    [("query_timeout", "QUERY_TIMEOUT"), ("operation_too_large", "OPERATION_TOO_LARGE")],
)
async def test_named_faults_strike_queries(kind: str, code: str) -> None:
    org = Org()
    org.state.faults.arm({"kind": kind})
    assert (await org.ask("GET", "query", q="SELECT Id FROM Task")).code == code
    assert (await org.ask("GET", "query", q="SELECT Id FROM Task")).status == 200


async def test_a_query_must_be_given() -> None:
    assert (await Org().ask("GET", "query")).code == "MALFORMED_QUERY"


async def test_explain_names_a_plan() -> None:
    answer = await Org().ask("GET", "query", explain="SELECT Id FROM Task WHERE Subject = 'a'")
    assert answer.json["plans"][0]["sobjectType"] == "Task"


async def test_query_hides_deleted_and_archived_and_query_all_shows_them() -> None:
    org = Org()
    kept, binned, old = [await org.create("Task") for _ in range(3)]
    org.act("delete_task", id=binned)
    org.act("archive_now", id=old)
    assert [row["Id"] for row in await org.query("SELECT Id FROM Task")] == [kept]
    rows = await org.query("SELECT Id, IsDeleted, IsArchived FROM Task", everything=True)
    assert {row["Id"]: (row["IsDeleted"], row["IsArchived"]) for row in rows} == {
        kept: (False, False),
        binned: (True, False),
        old: (False, True),
    }


async def test_paths_open_activities_and_history() -> None:
    org = Org()
    contact = await org.create("Contact", LastName="Doe", MailingCity="Kyoto")
    opened = await org.create("Task", WhoId=contact, Subject="open")
    closed = await org.create("Task", WhoId=contact, Subject="closed", Status="Completed")
    rows = await org.query(
        "SELECT Id, MailingAddress, (SELECT Id FROM OpenActivities), "
        "(SELECT Id FROM ActivityHistories), (SELECT Subject FROM Tasks) FROM Contact"
    )
    assert rows[0]["MailingAddress"]["city"] == "Kyoto"
    assert rows[0]["OpenActivities"]["records"][0]["Id"] == opened
    assert rows[0]["ActivityHistories"]["records"][0]["Id"] == closed
    assert rows[0]["Tasks"]["totalSize"] == 2


async def test_the_last_activity_of_a_person_is_computed() -> None:
    org = Org()
    account = await org.create("Account", Name="Acme")
    contact = await org.create("Contact", LastName="Doe", AccountId=account)
    await org.create("Task", WhoId=contact, Status="Completed", ActivityDate="2026-02-01")
    await org.create("Task", WhoId=contact, ActivityDate="2026-09-01")
    for kind, record_id in (("Contact", contact), ("Account", account)):
        row = await org.row(kind, record_id)
        assert row["LastActivityDate"] == "2026-02-01"
        assert row["SystemModstamp"] == NOW


async def test_updated_and_deleted_name_what_changed() -> None:
    org = Org()
    first, second = [await org.create("Task") for _ in range(2)]
    org.clock.advance(3600)
    await org.ask("PATCH", f"sobjects/Task/{first}", {"Subject": "x"})
    org.act("delete_task", id=second)
    window = {"start": "2026-03-02T09:59:30Z", "end": "2026-03-02T10:05:00+00:00"}
    changed = (await org.ask("GET", "sobjects/Task/updated/", **window)).json
    assert changed == {"ids": [first], "latestDateCovered": "2026-03-02T10:00:00.000+0000"}
    gone = (await org.ask("GET", "sobjects/Task/deleted/", **window)).json
    assert gone["deletedRecords"] == [{"id": second, "deletedDate": "2026-03-02T10:00:00.000+0000"}]
    assert gone["earliestDateAvailable"] == "2026-02-15T10:00:00.000+0000"


@pytest.mark.parametrize(
    ("resource", "start", "end"),
    [
        ("updated", "2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"),
        ("updated", "2026-01-02T09:00:00Z", "2026-03-02T09:00:00Z"),
        ("deleted", "2026-02-10T09:00:00Z", "2026-03-02T09:00:00Z"),
        ("updated", "yesterday", "2026-03-02T09:00:00Z"),
    ],
)
async def test_a_window_has_bounds(resource: str, start: str, end: str) -> None:
    answer = await Org().ask("GET", f"sobjects/Task/{resource}", start=start, end=end)
    assert (answer.status, answer.code) == (400, "INVALID_REPLICATION_DATE")


async def test_describe_is_shaped_like_the_platforms() -> None:
    org = Org().with_key()
    body = (await org.ask("GET", "sobjects/Task/describe")).json
    fields = {field["name"]: field for field in body["fields"]}
    assert (body["name"], body["keyPrefix"], body["createable"]) == ("Task", "00T", True)
    assert fields["WhoId"]["referenceTo"] == ["Contact", "Lead"]
    assert fields["WhoId"]["polymorphicForeignKey"] is True
    assert fields["Description"]["filterable"] is False
    assert fields["TaskSubtype"]["updateable"] is False
    assert fields["Subject"]["type"] == "combobox"
    key = fields["Tandem_Key__c"]
    assert (key["externalId"], key["unique"], key["length"], key["custom"]) == (
        True,
        True,
        80,
        True,
    )
    assert fields["Status"]["picklistValues"][2] == {
        "active": True,
        "defaultValue": False,
        "label": "Completed",
        "validFor": None,
        "value": "Completed",
    }
    assert body["urls"]["sobject"] == "/services/data/v62.0/sobjects/Task"
    since = {"If-Modified-Since": "Mon, 02 Mar 2026 09:00:00 GMT"}
    assert (await org.ask("GET", "sobjects/Task/describe", headers=since)).status == 304


async def test_the_key_field_is_not_there_at_first() -> None:
    answer = await Org().ask("GET", "query", q="SELECT Tandem_Key__c FROM Task")
    assert answer.code == "INVALID_FIELD"


async def test_a_custom_field_of_activity_is_on_task_and_event_until_deleted() -> None:
    org = Org().with_key()
    for kind in ("Task", "Event"):
        fields = (await org.ask("GET", f"sobjects/{kind}/describe")).json["fields"]
        assert "Tandem_Key__c" in [field["name"] for field in fields]
    made = await org.create("Task", Tandem_Key__c="k")
    org.act("delete_custom_field", name="Tandem_Key__c")
    assert "Tandem_Key__c" not in await org.row("Task", made)


async def test_an_invisible_custom_field_waits_for_a_permission() -> None:
    org = Org()
    org.act("create_custom_field", name="Key__c", visible=False)
    assert (await org.refused("Task", Key__c="k"))["errorCode"] == "INVALID_FIELD"
    sets = await org.query(
        "SELECT Id FROM PermissionSet WHERE Profile.Name = 'System Administrator'"
    )
    await org.create(
        "FieldPermissions",
        ParentId=sets[0]["Id"],
        SobjectType="Task",
        Field="Task.Key__c",
        PermissionsRead=True,
        PermissionsEdit=True,
    )
    await org.create("Task", Key__c="k")


async def test_the_global_describe_lists_what_the_user_reaches() -> None:
    org = Org()
    body = (await org.ask("GET", "sobjects")).json
    names = [one["name"] for one in body["sobjects"]]
    assert (body["encoding"], body["maxBatchSize"]) == ("UTF-8", 200)
    assert {"Task", "Contact", "User", "TaskStatus"} <= set(names)
    assert "TaskRelation" not in names
    org.act("hide_object", object="Lead")
    names = [one["name"] for one in (await org.ask("GET", "sobjects")).json["sobjects"]]
    assert "Lead" not in names
    assert (await org.ask("GET", "query", q="SELECT Id FROM Lead")).code == "INVALID_TYPE"
    assert (await org.ask("GET", "sobjects/Lead/describe")).status == 404
    org.act("show_object", object="Lead")
    assert (await org.ask("GET", "sobjects/Lead/describe")).status == 200


async def test_versions_need_no_session_and_name_their_release() -> None:
    org = Org()
    org.token = None
    versions = {
        one["version"]: one["label"] for one in (await org.ask("GET", "/services/data")).json
    }
    assert (len(versions), versions["62.0"], versions["31.0"]) == (37, "Winter '25", "Summer '14")
    assert versions["67.0"] == "Summer '26"


async def test_resources_name_the_identity() -> None:
    org = Org()
    body = (await org.ask("GET", "/services/data/v50.0/")).json
    assert body["query"] == "/services/data/v50.0/query"
    assert body["identity"].startswith("http://localhost:8802/id/00D")


async def test_pretty_print_indents() -> None:
    answer = await Org().ask("GET", "limits", headers={"X-PrettyPrint": "1"})
    assert answer.text.startswith("{\n  ")
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"


async def test_usage_is_counted_over_24_hours() -> None:
    org = Org(limits="real")
    for _ in range(3):
        answer = await org.ask("GET", "limits")
    assert answer.headers["sforce-limit-info"] == "api-usage=3/15000"
    assert answer.json["DailyApiRequests"] == {"Max": 15000, "Remaining": 14997}
    org.act("set_limits", used=14_999)
    assert (await org.ask("GET", "limits")).status == 200
    refused = await org.ask("GET", "limits")
    assert (refused.status, refused.code) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert refused.json[0]["message"] == "TotalRequests Limit exceeded."
    org.act("set_limits", used=10, maximum=100_000)
    org.clock.advance(86_460)
    answer = await org.ask("GET", "limits")
    assert answer.headers["sforce-limit-info"].endswith("/100000")


async def test_limits_off_refuse_nothing() -> None:
    org = Org()
    org.act("set_limits", used=20_000)
    assert (await org.ask("GET", "limits")).status == 200


async def test_record_counts_leave_out_empty_objects() -> None:
    org = Org()
    await org.create("Contact", LastName="Doe")
    answer = await org.ask("GET", "limits/recordCount", sObjects="Task,Contact")
    assert answer.json == {"sObjects": [{"count": 1, "name": "Contact"}]}


async def test_search_finds_names_and_addresses_when_indexed() -> None:
    org = Org()
    contact = await org.create("Contact", FirstName="Ann", LastName="Doe", Email="ann@x.example")
    lead = await org.create("Lead", LastName="Annan", Company="Acme")
    found = await org.ask(
        "GET", "search", q="FIND {ann} IN ALL FIELDS RETURNING Contact(Id, Name), Lead(Id) LIMIT 9"
    )
    assert [one["Id"] for one in found.json["searchRecords"]] == [contact, lead]
    found = await org.ask("GET", "search/", q="FIND {ann} IN EMAIL FIELDS RETURNING Contact, Lead")
    assert [one["Id"] for one in found.json["searchRecords"]] == [contact]
    body = {"q": "zenith", "sobjects": [{"name": "Lead", "fields": ["Company"]}]}
    assert (await org.ask("POST", "parameterizedSearch", body)).json["searchRecords"] == []
    found = await org.ask("GET", "parameterizedSearch", q="annan", sobject="Lead", fields="Company")
    assert found.json["searchRecords"][0]["Company"] == "Acme"
    org.world.switches.set({"search_lag_seconds": 60.0})
    found = await org.ask("GET", "search", q="FIND {ann} RETURNING Contact(Id)")
    assert found.json["searchRecords"] == []
    assert (await org.ask("GET", "search", q="LOOK {ann}")).code == "MALFORMED_SEARCH"


@pytest.mark.parametrize(
    ("level", "read", "edit", "refer"),
    [("none", 404, 404, 400), ("read", 200, 400, 201), ("edit", 200, 204, 201)],
)
async def test_access_to_a_record_can_be_taken(
    level: str, read: int, edit: int, refer: int
) -> None:
    org = Org()
    contact = await org.create("Contact", LastName="Doe")
    org.act("set_record_access", id=contact, level=level)
    path = f"sobjects/Contact/{contact}"
    assert (await org.ask("GET", path)).status == read
    assert (await org.ask("PATCH", path, {"LastName": "x"})).status == edit
    assert (await org.ask("POST", "sobjects/Task", {"WhoId": contact})).status == refer
    rows = await org.query(
        "SELECT RecordId, HasReadAccess, HasEditAccess, MaxAccessLevel FROM UserRecordAccess "
        f"WHERE UserId = '{org.state.integration_id}' AND RecordId = '{contact}'"
    )
    assert (rows[0]["HasReadAccess"], rows[0]["HasEditAccess"]) == (read == 200, edit == 204)
    assert rows[0]["MaxAccessLevel"] == level.capitalize()
    assert len(await org.query("SELECT Id FROM Contact")) == (0 if level == "none" else 1)


async def test_a_task_may_need_edit_access_to_its_person_by_the_switch() -> None:
    org = Org()
    org.world.switches.set({"who_access": "edit"})
    contact = await org.create("Contact", LastName="Doe")
    org.act("set_record_access", id=contact, level="read")
    error = await org.refused("Task", WhoId=contact)
    assert error["errorCode"] == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
    refused = await org.ask("PATCH", f"sobjects/Contact/{contact}", {"LastName": "x"})
    assert refused.code == "INSUFFICIENT_ACCESS_OR_READONLY"


@pytest.mark.parametrize(
    ("act", "arguments", "code"),
    [
        ("disable_api", {}, "API_DISABLED_FOR_ORG"),
        ("set_permission", {"permission": "ApiEnabled", "on": False}, "API_CURRENTLY_DISABLED"),
    ],
)
async def test_the_api_can_be_taken_away(act: str, arguments: dict[str, Any], code: str) -> None:
    org = Org()
    org.act(act, **arguments)
    answer = await org.ask("GET", "limits")
    assert (answer.status, answer.code) == (403, code)


async def test_limits_need_view_setup() -> None:
    org = Org()
    org.act("set_permission", permission="ViewSetup", on=False)
    assert (await org.ask("GET", "limits")).status == 403


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("session_expired", 401, "INVALID_SESSION_ID"),
        ("request_limit", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("server_unavailable", 503, "SERVER_UNAVAILABLE"),
        ("unknown_exception", 500, "UNKNOWN_EXCEPTION"),
    ],
)
async def test_named_faults_strike_calls(kind: str, status: int, code: str) -> None:
    org = Org()
    org.state.faults.arm({"kind": kind})
    answer = await org.ask("GET", "limits")
    assert (answer.status, answer.code) == (status, code)
    assert (await org.ask("GET", "limits")).status == 200


async def test_a_collection_of_200_is_read_by_stamp() -> None:
    org = Org().with_key()
    await org.insert(*(task(Subject=f"{at}", Tandem_Key__c=f"k{at}") for at in range(5)))
    org.clock.advance(60)
    await org.create("Task", Subject="late")
    rows = await org.query(
        "SELECT Subject FROM Task WHERE SystemModstamp >= 2026-03-02T09:00:30Z "
        "ORDER BY SystemModstamp, Id"
    )
    assert [row["Subject"] for row in rows] == ["late"]
