"""Tasks obey the platform: people, status, owner, lengths, fields ([task], section 6 of the facts)."""

import pytest
from salesforce_org import NOW, Org


async def test_a_new_task_has_the_platforms_defaults() -> None:
    org = Org()
    row = await org.row("Task", await org.create("Task", Subject="Call back"))
    assert (row["Status"], row["Priority"], row["TaskSubtype"]) == ("Not Started", "Normal", "Task")
    assert (row["IsClosed"], row["IsHighPriority"], row["IsArchived"]) == (False, False, False)
    assert row["OwnerId"] == row["CreatedById"] == org.state.integration_id
    assert row["CreatedDate"] == row["SystemModstamp"] == NOW


async def test_who_is_a_contact_or_a_lead_and_nothing_else() -> None:
    org = Org()
    account = await org.create("Account", Name="Acme")
    error = await org.refused("Task", WhoId=account)
    assert error == {
        "message": f"Name ID: id value of incorrect type: {account}",
        "errorCode": "FIELD_INTEGRITY_EXCEPTION",
        "fields": ["WhoId"],
    }


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("nonsense", "MALFORMED_ID"),
        ("003Zz0000000001AAA", "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
async def test_who_leads_to_a_record(who: str, code: str) -> None:
    assert (await Org().refused("Task", WhoId=who))["errorCode"] == code


async def test_who_in_the_recycle_bin_is_refused() -> None:
    org = Org()
    contact = await org.create("Contact", LastName="Doe")
    await org.ask("DELETE", f"sobjects/Contact/{contact}")
    assert (await org.refused("Task", WhoId=contact))["errorCode"] == "ENTITY_IS_DELETED"


async def test_ids_of_15_characters_are_taken_and_18_given() -> None:
    org = Org()
    contact = await org.create("Contact", LastName="Doe")
    row = await org.row("Task", await org.create("Task", WhoId=contact[:15]))
    assert row["WhoId"] == contact


async def test_a_lead_excludes_related_to() -> None:
    org = Org()
    lead = await org.create("Lead", LastName="Doe", Company="Acme")
    account = await org.create("Account", Name="Acme")
    error = await org.refused("Task", WhoId=lead, WhatId=account)
    assert error["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
    await org.create("Task", WhoId=lead)


async def test_the_account_follows_related_to_then_the_contact() -> None:
    org = Org()
    account, other = [await org.create("Account", Name=name) for name in ("Acme", "Zenith")]
    contact = await org.create("Contact", LastName="Doe", AccountId=account)
    deal = await org.create(
        "Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2026-05-01", AccountId=other
    )
    alone = await org.create("Task", WhoId=contact)
    related = await org.create("Task", WhoId=contact, WhatId=deal)
    assert (await org.row("Task", alone))["AccountId"] == account
    assert (await org.row("Task", related))["AccountId"] == other
    await org.ask("PATCH", f"sobjects/Contact/{contact}", {"AccountId": other})
    assert (await org.row("Task", alone))["AccountId"] == other


@pytest.mark.parametrize("moves", [False, True])
async def test_a_recomputed_account_may_move_the_stamp(moves: bool) -> None:
    org = Org()
    org.world.switches.set({"account_recompute_moves_stamp": moves})
    account = await org.create("Account", Name="Acme")
    contact = await org.create("Contact", LastName="Doe")
    made = await org.create("Task", WhoId=contact)
    org.clock.advance(60)
    await org.ask("PATCH", f"sobjects/Contact/{contact}", {"AccountId": account})
    assert ((await org.row("Task", made))["SystemModstamp"] != NOW) is moves


async def test_closed_and_completed_follow_the_status() -> None:
    org = Org()
    made = await org.create("Task", Status="Completed", Priority="High")
    row = await org.row("Task", made)
    assert (row["IsClosed"], row["IsHighPriority"], row["CompletedDateTime"]) == (True, True, NOW)
    await org.ask("PATCH", f"sobjects/Task/{made}", {"Status": "In Progress"})
    row = await org.row("Task", made)
    assert (row["IsClosed"], row["CompletedDateTime"]) == (False, None)


async def test_an_administrator_changes_the_statuses() -> None:
    org = Org()
    org.act(
        "set_status_values",
        values=[{"value": "Todo", "default": True}, {"value": "Done", "closed": True}],
    )
    rows = await org.query(
        "SELECT ApiName, IsClosed, IsDefault, SortOrder FROM TaskStatus ORDER BY SortOrder"
    )
    assert [(row["ApiName"], row["IsClosed"], row["IsDefault"]) for row in rows] == [
        ("Todo", False, True),
        ("Done", True, False),
    ]
    made = await org.create("Task", Status="Done")
    assert (await org.row("Task", made))["IsClosed"] is True
    assert (await org.row("Task", await org.create("Task")))["Status"] == "Todo"
    with pytest.raises(ValueError, match="Exactly one status is the default"):
        org.act("set_status_values", values=[{"value": "Todo"}])


@pytest.mark.parametrize(("restricted", "status"), [(False, 201), (True, 400)])
async def test_a_type_that_vanished_is_refused_only_where_the_list_is_restricted(
    restricted: bool, status: int
) -> None:
    org = Org()
    org.act("set_type_values", values=["Call"], restricted=restricted)
    answer = await org.ask("POST", "sobjects/Task", {"Type": "Email"})
    assert answer.status == status
    if restricted:
        assert answer.json[0]["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
        assert answer.json[0]["message"] == "Type: bad value for restricted picklist field: Email"


async def test_the_subtype_is_for_creation_only() -> None:
    org = Org()
    made = await org.create("Task", TaskSubtype="Call")
    answer = await org.ask("PATCH", f"sobjects/Task/{made}", {"TaskSubtype": "Email"})
    assert answer.code == "INVALID_FIELD_FOR_INSERT_UPDATE"
    error = await org.refused("Task", TaskSubtype="Fax")
    assert error["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert (await org.refused("Task", TaskSubtype="Cadence"))["fields"] == ["TaskSubtype"]


async def test_an_unknown_field_has_the_platforms_sentence() -> None:
    assert await Org().refused("Task", Nope="x") == {
        "message": "No such column 'Nope' on sobject of type Task",
        "errorCode": "INVALID_FIELD",
    }


async def test_a_read_only_field_is_refused() -> None:
    error = await Org().refused("Task", IsClosed=True, AccountId=None)
    assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert error["fields"] == ["IsClosed", "AccountId"]


async def test_a_hidden_field_is_as_if_there_were_none() -> None:
    org = Org()
    org.act("hide_field", field="Type")
    assert (await org.refused("Task", Type="Call"))["errorCode"] == "INVALID_FIELD"
    described = (await org.ask("GET", "sobjects/Task/describe")).json["fields"]
    assert "Type" not in [field["name"] for field in described]
    answer = await org.ask("GET", "query", q="SELECT Type FROM Task")
    assert answer.code == "INVALID_FIELD"
    assert "No such column 'Type' on entity 'Task'" in answer.json[0]["message"]
    org.act("show_field", field="Type", edit=False)
    error = await org.refused("Task", Type="Call")
    assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    org.act("show_field", field="Type")
    await org.create("Task", Type="Call")


@pytest.mark.parametrize(
    ("unit", "fits", "too_long"),
    [("utf16", "😀" * 127, "😀" * 128), ("code_points", "😀" * 255, "😀" * 256)],
)
async def test_lengths_are_counted_in_the_switched_unit(
    unit: str, fits: str, too_long: str
) -> None:
    org = Org()
    org.world.switches.set({"length_unit": unit})
    await org.create("Task", Subject=fits)
    error = await org.refused("Task", Subject=too_long)
    assert error["errorCode"] == "STRING_TOO_LONG"
    assert error["message"] == f"Subject: data value too large: {too_long} (max length=255)"
    assert error["fields"] == ["Subject"]


@pytest.mark.parametrize("code", ["STRING_TOO_LONG", "MAX_TASK_DESCRIPTION_EXCEEEDED"])
async def test_comments_have_32000_characters(code: str) -> None:
    org = Org()
    org.world.switches.set({"description_too_long": code})
    await org.create("Task", Description="x" * 32_000)
    assert (await org.refused("Task", Description="x" * 32_001))["errorCode"] == code


@pytest.mark.parametrize(("trims", "stored"), [(True, "a"), (False, " a ")])
async def test_texts_are_trimmed_by_the_switch(trims: bool, stored: str) -> None:
    org = Org()
    org.world.switches.set({"trim_text": trims})
    assert (await org.row("Task", await org.create("Task", Subject=" a ")))["Subject"] == stored


@pytest.mark.parametrize(("ends", "stored"), [("keep", "a\nb"), ("crlf", "a\r\nb")])
async def test_line_ends_are_stored_by_the_switch(ends: str, stored: str) -> None:
    org = Org()
    org.world.switches.set({"textarea_line_ends": ends})
    made = await org.create("Task", Description="a\nb")
    assert (await org.row("Task", made))["Description"] == stored


async def test_an_empty_text_is_null_and_a_required_one_missing() -> None:
    org = Org()
    made = await org.create("Task", Subject="")
    assert (await org.row("Task", made))["Subject"] is None
    answer = await org.ask("PATCH", f"sobjects/Task/{made}", {"Status": None})
    assert answer.json[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    error = await org.refused("Contact", FirstName="Ann")
    assert error["message"] == "Required fields are missing: [LastName]"


@pytest.mark.parametrize(
    "values",
    [
        {"ActivityDate": "2026-13-01"},
        {"ReminderDateTime": "soon"},
        {"IsReminderSet": "perhaps"},
        {"CallDurationInSeconds": "many"},
        {"Subject": {"a": 1}},
    ],
)
async def test_a_value_of_the_wrong_kind_is_a_parser_error(values: dict[str, object]) -> None:
    error = await Org().refused("Task", **values)
    assert error["errorCode"] == "JSON_PARSER_ERROR"
    assert error["message"].startswith("Cannot deserialize instance of")


async def test_a_number_has_its_digits() -> None:
    error = await Org().refused("Task", CallDurationInSeconds=10**8)
    assert error["errorCode"] == "NUMBER_OUTSIDE_VALID_RANGE"


async def test_instants_come_back_in_utc() -> None:
    org = Org()
    made = await org.create("Task", ReminderDateTime="2026-03-05T09:00:00.000+09:00")
    row = await org.row("Task", made)
    assert row["ReminderDateTime"] == "2026-03-05T00:00:00.000+0000"


@pytest.mark.parametrize(("switch", "status"), [("refuse", 400), ("allow", 201)])
async def test_an_inactive_owner_is_refused_by_the_switch(switch: str, status: int) -> None:
    org = Org()
    org.world.switches.set({"inactive_owner": switch})
    leo = org.act("create_user", username="leo@x.example", last_name="Leo", active=False)["id"]
    answer = await org.ask("POST", "sobjects/Task", {"OwnerId": leo})
    assert answer.status == status
    if status == 400:
        assert answer.code == "INACTIVE_OWNER_OR_USER"
        org.act("set_permission", permission="UpdateWithInactiveOwner")
        await org.create("Task", OwnerId=leo)


@pytest.mark.parametrize(("switch", "status"), [("allow", 204), ("refuse", 400)])
async def test_a_task_stays_with_an_owner_who_left(switch: str, status: int) -> None:
    org = Org()
    org.world.switches.set({"inactive_owner_edit": switch})
    leo = org.act("create_user", username="leo@x.example", last_name="Leo")["id"]
    made = await org.create("Task", OwnerId=leo)
    org.act("deactivate_user", user="leo@x.example")
    answer = await org.ask("PATCH", f"sobjects/Task/{made}", {"Subject": "x"})
    assert answer.status == status


async def test_a_queue_owns_what_it_supports() -> None:
    org = Org()
    org.state.load(
        {
            "groups": [
                {"Id": "00G5h0000000001", "Name": "Q", "Type": "Queue", "supports": ["Task"]},
                {"Id": "00G5h0000000002", "Name": "R", "Type": "Queue", "supports": ["Lead"]},
            ]
        }
    )
    await org.create("Task", OwnerId="00G5h0000000001")
    assert (await org.refused("Task", OwnerId="00G5h0000000002"))["fields"] == ["OwnerId"]


async def test_a_converted_lead_gets_no_tasks() -> None:
    org = Org()
    lead = await org.create("Lead", LastName="Doe", Company="Acme")
    org.act("convert_lead", id=lead)
    error = await org.refused("Task", WhoId=lead)
    assert error["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


async def test_audit_fields_need_the_permission() -> None:
    org = Org()
    values = {"CreatedDate": "2025-01-01T00:00:00Z", "Subject": "old"}
    assert (await org.refused("Task", **values))["fields"] == ["CreatedDate"]
    org.act("set_permission", permission="CreateAuditFields")
    row = await org.row("Task", await org.create("Task", **values))
    assert row["CreatedDate"] == "2025-01-01T00:00:00.000+0000"
    assert row["SystemModstamp"] == NOW


async def test_a_reference_may_be_named_by_an_external_id() -> None:
    org = Org()
    contact = await org.create("Contact", LastName="Doe", Email="Doe@x.example")
    who = {"attributes": {"type": "Contact"}, "Email": "doe@x.example"}
    made = await org.create("Task", Who=who)
    assert (await org.row("Task", made))["WhoId"] == contact
    missing = {"attributes": {"type": "Contact"}, "Email": "none@x.example"}
    error = await org.refused("Task", Who=missing)
    assert error["errorCode"] == "INVALID_FIELD"
    assert "Foreign key external ID: none@x.example not found" in error["message"]


async def test_a_series_has_a_head_and_occurrences() -> None:
    org = Org()
    fields = {
        "Subject": "Stand-up",
        "RecurrenceType": "RecursWeekly",
        "RecurrenceInterval": 1,
        "RecurrenceDayOfWeekMask": 2 + 16,
        "RecurrenceStartDateOnly": "2026-03-02",
        "RecurrenceEndDateOnly": "2026-03-15",
    }
    made = org.act("create_series", fields=fields)
    rows = await org.query(
        f"SELECT ActivityDate, IsRecurrence FROM Task WHERE RecurrenceActivityId = '{made['id']}' "
        "ORDER BY ActivityDate"
    )
    assert [row["ActivityDate"] for row in rows] == [
        "2026-03-02",
        "2026-03-05",
        "2026-03-09",
        "2026-03-12",
    ]
    assert not any(row["IsRecurrence"] for row in rows)
    answer = await org.ask("PATCH", f"sobjects/Task/{made['id']}", {"IsRecurrence": False})
    assert answer.code == "INVALID_FIELD_FOR_INSERT_UPDATE"


async def test_shared_activities_put_several_people_on_a_task() -> None:
    org = Org()
    people = [await org.create("Contact", LastName=name) for name in ("A", "B", "C")]
    error = await org.refused("Task", TaskWhoIds=people)
    assert error["errorCode"] == "INVALID_FIELD"
    org.act("shared_activities")
    made = await org.create("Task", TaskWhoIds=people)
    row = await org.row("Task", made)
    assert (row["WhoId"], row["WhoCount"], row["WhatCount"]) == (people[0], 3, 0)
    await org.ask("PATCH", f"sobjects/Task/{made}", {"WhoId": None})
    row = await org.row("Task", made)
    assert (row["WhoId"], row["WhoCount"]) == (people[1], 2)
    rows = await org.query(f"SELECT RelationId FROM TaskWhoRelation WHERE TaskId = '{made}'")
    assert {one["RelationId"] for one in rows} == set(people[1:])
    lead = await org.create("Lead", LastName="L", Company="C")
    assert (await org.refused("Task", TaskWhoIds=[people[0], lead]))["fields"] == ["RelationId"]


async def test_without_shared_activities_there_is_no_task_relation() -> None:
    assert (await Org().ask("GET", "sobjects/TaskRelation/describe")).status == 404


async def test_addresses_are_kept_in_lower_case_and_checked() -> None:
    org = Org()
    made = await org.create("Contact", LastName="Myers", Email="Chloe.Myers@Example.com")
    assert (await org.row("Contact", made))["Email"] == "chloe.myers@example.com"
    error = await org.refused("Contact", LastName="Myers", Email="nonsense")
    assert error["errorCode"] == "INVALID_EMAIL_ADDRESS"
