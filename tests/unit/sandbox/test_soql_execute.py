"""What a statement answers, against an organisation of a few records."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tandem.sandbox.salesforce.soql import (
    Lookup,
    QueryError,
    Range,
    Result,
    Rules,
    Visibility,
    execute,
)
from tandem.sandbox.salesforce.soql.listed import (
    ListedChild,
    ListedField,
    ListedObject,
    ListedSource,
)

KEI = "0055g00000TandmAAB"
ANN, LEO, ACME, ACORN = (
    "0035g00000TandmAAB",
    "00Q5g00000TandmEAB",
    "0015g00000TandmAAB",
    "0015g00000TandnAAB",
)
CALL, MAIL, NOTE, OLD = (f"00T5g00000Tand{letter}EAB" for letter in "mnop")


def _field(name: str, kind: str = "string", **more: Any) -> ListedField:
    return ListedField(name=name, type=kind, **more)


def _reference(name: str, *targets: str) -> ListedField:
    return _field(
        name, "reference", relationship_name=name.removesuffix("Id"), reference_to=targets
    )


USER = ListedObject(
    name="User",
    columns=(_field("Id", "id"), _field("Name"), _field("Email", "email")),
    listed=[{"Id": KEI, "Name": "Kei Aoki", "Email": "kei@example.com"}],
)
ACCOUNT = ListedObject(
    name="Account",
    columns=(
        _field("Id", "id"),
        _field("Name"),
        _field("Industry", "picklist", picklist=(("Tech", "Technology"), ("Bank", "Banking"))),
        _field("Regions", "multipicklist", sortable=False),
        _field("AnnualRevenue", "currency", groupable=False),
        _field("BillingAddress", "address", filterable=False, sortable=False),
        _field("Tier__c", custom=True),
    ),
    listed=[
        {
            "Id": ACME,
            "Name": "Acme",
            "Industry": "Bank",
            "Regions": "EU;US",
            "AnnualRevenue": 1500,
            "BillingAddress": {"city": "Kyoto"},
        },
        {"Id": ACORN, "Name": "acorn", "Industry": "Tech", "Regions": "JP"},
    ],
    children=(ListedChild(name="Contacts", child_object="Contact", field="AccountId"),),
)
CONTACT = ListedObject(
    name="Contact",
    columns=(
        _field("Id", "id"),
        _field("Name"),
        _field("Email", "email"),
        _reference("AccountId", "Account"),
    ),
    listed=[{"Id": ANN, "Name": "Ann", "Email": "Ann@Example.com", "AccountId": ACME}],
    children=(ListedChild(name="Tasks", child_object="Task", field="WhoId"),),
)
LEAD = ListedObject(
    name="Lead",
    columns=(_field("Id", "id"), _field("Name"), _field("IsConverted", "boolean")),
    listed=[{"Id": LEO, "Name": "Leo"}],
)
HISTORY = ListedObject(name="ActivityHistory", columns=(_field("Id", "id"),), queryable=False)
TASK = ListedObject(
    name="Task",
    name_field="Subject",
    columns=(
        _field("Id", "id"),
        _field("Subject", "combobox"),
        _field("Description", "textarea", filterable=False, sortable=False, groupable=False),
        _reference("WhoId", "Contact", "Lead"),
        _reference("OwnerId", "Group", "User"),
        _reference("CreatedById", "User"),
        _field("SystemModstamp", "datetime", groupable=False),
        _field("ActivityDate", "date"),
        _field("IsClosed", "boolean"),
        _field("CallDurationInSeconds", "int"),
        _field("Tandem_Key__c", custom=True, case_sensitive=True),
    ),
    listed=[
        {
            "Id": CALL,
            "Subject": "Call: Ann_1",
            "Description": "long",
            "WhoId": ANN,
            "OwnerId": KEI,
            "CreatedById": KEI,
            "SystemModstamp": "2026-03-04T01:00:00.000+0000",
            "ActivityDate": "2026-03-04",
            "IsClosed": True,
            "CallDurationInSeconds": 60,
            "Tandem_Key__c": "Key1",
        },
        {
            "Id": MAIL,
            "Subject": "email: spring",
            "WhoId": LEO,
            "OwnerId": KEI,
            "CreatedById": KEI,
            "SystemModstamp": "2026-03-03T23:30:00.000+0000",
            "ActivityDate": "2026-02-28",
            "CallDurationInSeconds": 30,
            "Tandem_Key__c": "key1",
        },
        {
            "Id": NOTE,
            "Subject": "Note",
            "OwnerId": "00G5g00000TandmEAB",
            "CreatedById": KEI,
            "SystemModstamp": "2026-01-01T00:00:00.000+0000",
        },
    ],
    deleted=[{"Id": OLD, "Subject": "Gone", "SystemModstamp": "2025-01-01T00:00:00.000+0000"}],
)


def _org(**more: Any) -> ListedSource:
    return ListedSource(objects=(USER, ACCOUNT, CONTACT, LEAD, HISTORY, TASK), **more)


def _run(statement: str, org: ListedSource | None = None, **more: Any) -> Result:
    return execute(statement, org or _org(), version="62.0", **more)


def _records(statement: str, org: ListedSource | None = None, **more: Any) -> list[dict[str, Any]]:
    return list(_run(statement, org, **more).records)


def _ids(statement: str, org: ListedSource | None = None, **more: Any) -> list[Any]:
    return [record["Id"] for record in _records(statement, org, **more)]


def _tasks(condition: str, org: ListedSource | None = None, **more: Any) -> list[Any]:
    return _ids(f"SELECT Id FROM Task WHERE {condition} ORDER BY SystemModstamp DESC", org, **more)


def _refused(statement: str, org: ListedSource | None = None, **more: Any) -> QueryError:
    with pytest.raises(QueryError) as caught:
        _records(statement, org, **more)
    return caught.value


# Records


def test_a_record_has_its_type_its_url_and_the_fields_in_api_spelling() -> None:
    attributes = {"type": "Task", "url": f"/services/data/v62.0/sobjects/Task/{CALL}"}

    assert [{"attributes": attributes, "Id": CALL, "Subject": "Call: Ann_1"}] == _records(
        f"select ID, suBJect from TASK where id = '{CALL}'"
    )


def test_an_empty_field_is_null() -> None:
    assert [
        record["ActivityDate"]
        for record in _records(f"SELECT ActivityDate FROM Task WHERE Id = '{NOTE}'")
    ] == [None]


def test_a_path_becomes_a_nested_record_and_paths_share_it() -> None:
    found = _records(f"SELECT Account.Name, Account.Industry FROM Contact WHERE Id = '{ANN}'")

    assert {
        "attributes": {"type": "Account", "url": f"/services/data/v62.0/sobjects/Account/{ACME}"},
        "Name": "Acme",
        "Industry": "Bank",
    } == found[0]["Account"]


@pytest.mark.parametrize(("is_name", "kind"), [(True, "Name"), (False, "Contact")])
def test_a_path_through_who_knows_name_and_type(is_name: bool, kind: str) -> None:
    rules = Rules(polymorphic_type_is_name=is_name)
    found = _records(f"SELECT Who.Type, Who.Email FROM Task WHERE Id = '{CALL}'", rules=rules)

    assert {
        "attributes": {"type": kind, "url": f"/services/data/v62.0/sobjects/Contact/{ANN}"},
        "Type": "Contact",
        "Email": "Ann@Example.com",
    } == found[0]["Who"]


def test_a_path_through_who_knows_nothing_else() -> None:
    error = _refused("SELECT Who.IsConverted FROM Task")

    assert error.code == "INVALID_FIELD"
    assert "No such column 'IsConverted' on entity 'Name'" in error.message


def test_an_empty_lookup_makes_the_parent_null_or_leaves_it_out() -> None:
    statement = f"SELECT Who.Name, Id FROM Task WHERE Id = '{NOTE}'"

    assert [record["Who"] for record in _records(statement)] == [None]
    assert "Who" not in _records(statement, rules=Rules(null_parent_is_null=False))[0]


def test_typeof_shows_fields_of_the_real_kind() -> None:
    statement = (
        "SELECT TYPEOF Who WHEN Contact THEN Email, Account.Name WHEN Lead THEN IsConverted END "
        "FROM Task ORDER BY SystemModstamp DESC"
    )
    call, mail, note = (record["Who"] for record in _records(statement))

    assert (
        call["attributes"]["type"],
        call["Email"],
        call["Account"]["Name"],
    ) == ("Contact", "Ann@Example.com", "Acme")
    assert (mail["attributes"]["type"], mail["IsConverted"]) == ("Lead", False)
    assert note is None


def test_typeof_falls_back_to_else() -> None:
    statement = (
        "SELECT TYPEOF Who WHEN Contact THEN Email ELSE Name END FROM Task WHERE Who.Type = 'Lead'"
    )

    assert [record["Who"]["Name"] for record in _records(statement)] == ["Leo"]


def test_typeof_of_an_ordinary_lookup_or_a_wrong_kind_is_refused() -> None:
    assert (
        "not polymorphic"
        in _refused("SELECT TYPEOF Account WHEN X THEN Id END FROM Contact").message
    )
    assert (
        "not a type of" in _refused("SELECT TYPEOF Who WHEN Account THEN Id END FROM Task").message
    )


@pytest.mark.parametrize("empty_is_null", [True, False])
def test_children_are_nested_results(empty_is_null: bool) -> None:
    statement = (
        "SELECT Name, (SELECT Name, (SELECT Subject FROM Tasks) FROM Account.Contacts) "
        "FROM Account ORDER BY Name"
    )
    acme, acorn = _records(statement, rules=Rules(empty_children_are_null=empty_is_null))
    ann = acme["Contacts"]["records"][0]

    assert (acme["Contacts"]["totalSize"], acme["Contacts"]["done"]) == (1, True)
    assert ann["Tasks"]["records"][0]["Subject"] == "Call: Ann_1"
    empty = None if empty_is_null else {"totalSize": 0, "done": True, "records": []}
    assert empty == acorn["Contacts"]


def test_children_have_their_own_condition_order_and_bounds() -> None:
    statement = "SELECT (SELECT Id FROM Tasks WHERE IsClosed = {} ORDER BY Id LIMIT 1) FROM Contact"

    assert [record["Tasks"]["totalSize"] for record in _records(statement.format("true"))] == [1]
    assert [record["Tasks"] for record in _records(statement.format("false"))] == [None]


def test_children_of_a_page_are_read_at_once() -> None:
    org = _org()
    _records("SELECT Id, (SELECT Id FROM Contacts) FROM Account", org)

    assert [(), (Lookup(field="AccountId", values=(ACME, ACORN)),)] == org.asked


def test_an_unknown_child_relationship_is_refused() -> None:
    error = _refused("SELECT (SELECT Id FROM Foos) FROM Contact")

    assert "Didn't understand relationship 'Foos' in FROM part of query call." in error.message


def test_fields_stands_for_the_visible_fields() -> None:
    custom = _records("SELECT FIELDS(CUSTOM) FROM Task LIMIT 1")[0]

    assert list(custom) == ["attributes", "Tandem_Key__c"]
    assert "Tandem_Key__c" not in _records("SELECT FIELDS(STANDARD) FROM Task")[0]
    assert len(_records("SELECT FIELDS(ALL) FROM Task LIMIT 200")[0]) == 12


@pytest.mark.parametrize("bound", ["", " LIMIT 201"])
def test_fields_of_all_kinds_need_a_limit(bound: str) -> None:
    error = _refused(f"SELECT FIELDS(ALL) FROM Task{bound}")

    assert error.message == "The SOQL FIELDS function must have a LIMIT of at most 200"


def test_labels_stand_in_place_of_values() -> None:
    records = _records("SELECT toLabel(Industry), toLabel(Industry) kind FROM Account ORDER BY Id")

    assert [(record["Industry"], record["kind"]) for record in records] == [
        ("Banking", "Banking"),
        ("Technology", "Technology"),
    ]


def test_format_writes_for_a_reader() -> None:
    statement = (
        "SELECT FORMAT(ActivityDate) day, FORMAT(SystemModstamp) at, FORMAT(Subject) FROM Task "
        f"WHERE Id = '{CALL}'"
    )
    record = _records(statement, _org(zone=ZoneInfo("Asia/Tokyo")))[0]

    assert (
        record["day"],
        record["at"],
        record["Subject"],
    ) == ("3/4/2026", "3/4/2026, 10:00 AM", "Call: Ann_1")


def test_a_compound_field_is_an_object() -> None:
    statement = f"SELECT BillingAddress FROM Account WHERE Id = '{ACME}'"

    assert _records(statement)[0]["BillingAddress"] == {"city": "Kyoto"}


def test_records_are_made_page_by_page() -> None:
    records = _run("SELECT Id FROM Task ORDER BY SystemModstamp").records

    assert len(records) == 3
    assert [record["Id"] for record in records.page(1, 2)] == [MAIL]


def test_the_columns_are_named_for_the_bulk_apis() -> None:
    statement = "SELECT id, who.name, Owner.email FROM Task"

    assert _run(statement).columns == ("Id", "Who.Name", "Owner.Email")


# Conditions


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Subject = 'CALL: ann_1'", [CALL]),
        ("Subject != 'note'", [CALL, MAIL]),
        ("Subject LIKE 'EMAIL%'", [MAIL]),
        ("Subject LIKE '%ann\\_1'", [CALL]),
        ("Subject LIKE '%\\%%'", []),
        ("Subject LIKE 'N_te'", [NOTE]),
        ("(NOT Subject LIKE '%a%')", [NOTE]),
        ("Subject > 'email'", [MAIL, NOTE]),
        ("Tandem_Key__c = 'key1'", [MAIL]),
        ("Tandem_Key__c IN ('Key1', 'KEY1')", [CALL]),
        ("ActivityDate = null", [NOTE]),
        ("ActivityDate != null", [CALL, MAIL]),
        ("Subject = ''", []),
        ("ActivityDate != 2026-03-04", [MAIL, NOTE]),
        ("ActivityDate < 2026-03-04", [MAIL]),
        ("(NOT ActivityDate < 2026-03-04)", [CALL, NOTE]),
        ("ActivityDate < null", []),
        ("ActivityDate = TODAY", [CALL]),
        ("ActivityDate != TODAY", [MAIL, NOTE]),
        ("ActivityDate < THIS_MONTH", [MAIL]),
        ("ActivityDate <= LAST_MONTH", [MAIL]),
        ("ActivityDate > LAST_MONTH", [CALL]),
        ("ActivityDate >= LAST_MONTH", [CALL, MAIL]),
        ("ActivityDate IN (TODAY, 2026-02-28)", [CALL, MAIL]),
        ("ActivityDate NOT IN (TODAY)", [MAIL, NOTE]),
        ("SystemModstamp = TODAY", [CALL]),
        ("SystemModstamp >= 2026-03-04T10:00:00+09:00", [CALL]),
        ("SystemModstamp >= 2026-03-04T01:00:00.000000Z", [CALL]),
        ("SystemModstamp <= 2026-03-03T23:30:00.000+0000", [MAIL, NOTE]),
        ("SystemModstamp = 2026-03-04T01:00:00Z", [CALL]),
        ("IsClosed = false", [MAIL, NOTE]),
        ("CallDurationInSeconds >= 60", [CALL]),
        ("CallDurationInSeconds IN (30, null)", [MAIL, NOTE]),
        ("CallDurationInSeconds < 1e3", [CALL, MAIL]),
        ("WhoId = '0035g00000Tandm'", [CALL]),
        ("WhoId IN ('0035g00000Tandm', '00Q5g00000TandmEAB')", [CALL, MAIL]),
        ("Who.Type = 'contact'", [CALL]),
        ("Who.Type IN ('Contact', 'Lead')", [CALL, MAIL]),
        ("Who.Name = null", [NOTE]),
        ("Owner.Email LIKE '%@example.com'", [CALL, MAIL]),
        ("Task.CreatedBy.Name = 'kei aoki'", [CALL, MAIL, NOTE]),
        ("WhoId IN (SELECT Id FROM Contact WHERE Account.Name = 'acme')", [CALL]),
        ("WhoId NOT IN (SELECT Id FROM Contact)", [MAIL, NOTE]),
        ("CALENDAR_MONTH(SystemModstamp) = 1", [NOTE]),
        ("DAY_ONLY(SystemModstamp) = 2026-03-03", [MAIL]),
        ("DAY_IN_WEEK(ActivityDate) = 7", [MAIL]),
        ("Id > '00T5g00000TandmEAB'", [MAIL, NOTE]),
    ],
)
def test_a_condition_selects(condition: str, expected: list[str]) -> None:
    assert expected == _tasks(condition)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Regions INCLUDES ('US', 'JP')", [ACME, ACORN]),
        ("Regions INCLUDES ('EU;US')", [ACME]),
        ("Regions INCLUDES ('EU;JP')", []),
        ("Regions EXCLUDES ('JP')", [ACME]),
        ("Regions = 'EU;US'", [ACME]),
        ("toLabel(Industry) = 'technology'", [ACORN]),
        ("Industry IN ('Tech')", [ACORN]),
        ("AnnualRevenue > 1e3", [ACME]),
    ],
)
def test_a_condition_on_picklists_selects(condition: str, expected: list[str]) -> None:
    assert expected == _ids(f"SELECT Id FROM Account WHERE {condition} ORDER BY Id")


def test_days_of_date_literals_are_the_users() -> None:
    tokyo = _org(zone=ZoneInfo("Asia/Tokyo"))

    assert _tasks("SystemModstamp = TODAY", tokyo) == [CALL, MAIL]
    assert _tasks("SystemModstamp = TODAY") == [CALL]


def test_day_functions_count_in_utc_unless_told_otherwise() -> None:
    tokyo = _org(zone=ZoneInfo("Asia/Tokyo"))
    plain, converted = "DAY_ONLY(SystemModstamp)", "DAY_ONLY(convertTimezone(SystemModstamp))"

    assert _tasks(f"{plain} = 2026-03-04", tokyo) == [CALL]
    assert _tasks(f"{converted} = 2026-03-04", tokyo) == [CALL, MAIL]
    in_zone = Rules(day_functions_in_user_zone=True)
    assert _tasks(f"{plain} = 2026-03-04", tokyo, rules=in_zone) == [CALL, MAIL]


def test_case_can_be_made_to_matter() -> None:
    assert _tasks("Subject = 'note'", rules=Rules(case_matters=True)) == []
    assert _tasks("Subject LIKE 'N%'", rules=Rules(case_matters=True)) == [NOTE]


def test_not_in_can_be_made_to_drop_nulls() -> None:
    assert _tasks("ActivityDate NOT IN (TODAY)", rules=Rules(not_in_keeps_nulls=False)) == [MAIL]


def test_query_all_sees_what_was_deleted() -> None:
    assert OLD not in _ids("SELECT Id FROM Task")
    assert OLD in _ids("SELECT Id FROM Task", visibility=Visibility.QUERY_ALL)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("everything", [CALL, MAIL, NOTE]), ("mine", [CALL, MAIL]), ("delegated", [NOTE])],
)
def test_a_scope_narrows(scope: str, expected: list[str]) -> None:
    assert expected == _ids(f"SELECT Id FROM Task USING SCOPE {scope} ORDER BY SystemModstamp DESC")


@pytest.mark.parametrize(
    ("condition", "code", "message"),
    [
        (
            "Description = 'x'",
            "INVALID_FIELD",
            "field 'Description' can not be filtered in a query call",
        ),
        ("Foo = 1", "INVALID_FIELD", "No such column 'Foo' on entity 'Task'."),
        ("Foo.Name = 'x'", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path."),
        (
            "SystemModstamp > 2026-03-01",
            "INVALID_FIELD",
            "must be of type dateTime and should not be",
        ),
        ("SystemModstamp > '2026-03-01T00:00:00Z'", "INVALID_FIELD", "must be of type dateTime"),
        (
            "ActivityDate = 2026-03-01T00:00:00Z",
            "INVALID_FIELD",
            "must be of type date and should not",
        ),
        ("ActivityDate = '2026-03-01'", "INVALID_FIELD", "must be of type date and should not"),
        (
            "IsClosed = 'true'",
            "INVALID_FIELD",
            "must be of type boolean and should not be enclosed",
        ),
        ("CallDurationInSeconds = '1'", "INVALID_FIELD", "must be of type int and should not be"),
        ("Subject = 1", "INVALID_FIELD", "must be of type string and should be enclosed in quotes"),
        (
            "WhoId = 5",
            "INVALID_FIELD",
            "must be of type reference and should be enclosed in quotes",
        ),
        ("Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("WhoId LIKE '003%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field"),
        ("ActivityDate LIKE '2%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator: LIKE"),
        ("IsClosed > false", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator: >"),
        ("Subject INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator: includes"),
        ("ActivityDate = 2026-02-30", "MALFORMED_QUERY", "Invalid date: 2026-02-30"),
        (
            "Subject = 'a\\q'",
            "MALFORMED_QUERY",
            "Illegal character sequence '\\q' in string literal.",
        ),
        (
            "Subject = 'a\\_'",
            "MALFORMED_QUERY",
            "Illegal character sequence '\\_' in string literal.",
        ),
        ("Subject LIKE 'a\\q'", "MALFORMED_QUERY", "Illegal character sequence '\\q'"),
        ("COUNT(Id) > 1", "MALFORMED_QUERY", "unexpected token: 'COUNT'"),
        ("CALENDAR_YEAR(Subject) = 1", "INVALID_FIELD", "does not support function CALENDAR_YEAR"),
        ("HOUR_IN_DAY(ActivityDate) = 1", "INVALID_FIELD", "does not support function HOUR_IN_DAY"),
        ("WhoId IN (SELECT Id, Name FROM Contact)", "MALFORMED_QUERY", "can only select one field"),
        (
            "WhoId IN (SELECT Id FROM Contact LIMIT 1)",
            "MALFORMED_QUERY",
            "do not support ORDER BY, LIMIT",
        ),
        (
            "WhoId IN (SELECT Name FROM Contact)",
            "MALFORMED_QUERY",
            "The selected field 'Name' must be",
        ),
        (
            "Subject IN (SELECT Id FROM Contact)",
            "MALFORMED_QUERY",
            "The left operand 'Subject' in a",
        ),
        ("Id IN (SELECT Id FROM Task)", "MALFORMED_QUERY", "should not be on the same object type"),
        ("WhoId IN (SELECT Id FROM Foo)", "INVALID_TYPE", "sObject type 'Foo' is not supported."),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    condition: str, code: str, message: str
) -> None:
    error = _refused(f"SELECT Id FROM Task WHERE {condition}")

    assert code == error.code
    assert message in error.message


def test_a_currency_literal_needs_an_organisation_with_several_currencies() -> None:
    assert (
        "a currency literal"
        in _refused("SELECT Id FROM Account WHERE AnnualRevenue > USD5").message
    )


# Order and bounds


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("ActivityDate", [NOTE, MAIL, CALL]),
        ("ActivityDate NULLS LAST", [MAIL, CALL, NOTE]),
        ("ActivityDate DESC", [NOTE, CALL, MAIL]),
        ("ActivityDate DESC NULLS LAST", [CALL, MAIL, NOTE]),
        ("OwnerId DESC, Subject DESC", [NOTE, MAIL, CALL]),
        ("Who.Name NULLS LAST", [CALL, MAIL, NOTE]),
        ("CALENDAR_MONTH(SystemModstamp) DESC, Id", [CALL, MAIL, NOTE]),
    ],
)
@pytest.mark.parametrize("bound", ["", " LIMIT 3"])
def test_rows_are_ordered(order: str, expected: list[str], bound: str) -> None:
    assert expected == _ids(f"SELECT Id FROM Task ORDER BY {order}{bound}")


def test_nulls_can_be_made_to_end_a_descending_order() -> None:
    rules = Rules(nulls_first_when_descending=False)

    assert _ids("SELECT Id FROM Task ORDER BY ActivityDate DESC", rules=rules) == [CALL, MAIL, NOTE]


def test_text_is_ordered_without_regard_to_case_and_picklists_as_the_administrator_did() -> None:
    assert _ids("SELECT Id FROM Account ORDER BY Name") == [ACME, ACORN]
    assert _ids("SELECT Id FROM Account ORDER BY Industry") == [ACORN, ACME]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [("LIMIT 1", [CALL]), ("LIMIT 1 OFFSET 1", [MAIL]), ("OFFSET 2", [NOTE]), ("LIMIT 0", [])],
)
def test_limit_and_offset_cut(bounds: str, expected: list[str]) -> None:
    result = _run(f"SELECT Id FROM Task ORDER BY SystemModstamp DESC {bounds}")

    assert expected == [record["Id"] for record in result.records]
    assert len(expected) == result.total_size


def test_an_offset_goes_up_to_2000() -> None:
    assert _ids("SELECT Id FROM Task OFFSET 2000") == []
    assert _refused("SELECT Id FROM Task OFFSET 2001").code == "NUMBER_OUTSIDE_VALID_RANGE"


def test_long_text_is_not_sorted_and_not_grouped() -> None:
    sort = "field 'Description' can not be sorted in a query call"
    group = "field 'Description' can not be grouped in a query call"

    assert sort in _refused("SELECT Id FROM Task ORDER BY Description").message
    assert group in _refused("SELECT Description FROM Task GROUP BY Description").message


# Counting and grouping


def test_a_bare_count_is_a_number_without_records() -> None:
    result = _run("SELECT COUNT() FROM Task WHERE IsClosed = false")

    assert (result.total_size, list(result.records)) == (2, [])


def test_aggregates_without_groups_give_one_record() -> None:
    statement = (
        "SELECT COUNT(Id), COUNT(WhoId) people, COUNT_DISTINCT(OwnerId), SUM(CallDurationInSeconds), "
        "AVG(CallDurationInSeconds), MIN(Subject), MAX(ActivityDate) FROM Task"
    )

    assert _records(statement) == [
        {
            "attributes": {"type": "AggregateResult"},
            "expr0": 3,
            "people": 2,
            "expr1": 2,
            "expr2": 90,
            "expr3": 45.0,
            "expr4": "Call: Ann_1",
            "expr5": "2026-03-04",
        }
    ]


def test_aggregates_of_no_rows_are_null_and_counts_nought() -> None:
    statement = "SELECT COUNT(Id) n, SUM(CallDurationInSeconds) s FROM Task WHERE Subject = 'none'"

    assert [(record["n"], record["s"]) for record in _records(statement)] == [(0, None)]


def test_groups_are_counted_filtered_and_ordered() -> None:
    statement = (
        "SELECT Who.Type kind, COUNT(Id) n FROM Task GROUP BY Who.Type "
        "HAVING COUNT(Id) > 0 AND Who.Type != null ORDER BY COUNT(Id), Who.Type DESC LIMIT 1"
    )

    assert [(record["kind"], record["n"]) for record in _records(statement)] == [("Lead", 1)]


def test_dates_can_be_grouped_by_part() -> None:
    statement = (
        "SELECT CALENDAR_MONTH(SystemModstamp), COUNT(Id) n FROM Task "
        "GROUP BY CALENDAR_MONTH(SystemModstamp) ORDER BY CALENDAR_MONTH(SystemModstamp)"
    )

    assert [(one["expr0"], one["n"]) for one in _records(statement)] == [(1, 1), (3, 2)]


def test_rollup_adds_subtotals_and_grouping_tells_them() -> None:
    statement = (
        "SELECT OwnerId, IsClosed, GROUPING(IsClosed) g, COUNT(Id) n FROM Task "
        "GROUP BY ROLLUP(OwnerId, IsClosed)"
    )
    found = [(one["OwnerId"], one["IsClosed"], one["g"], one["n"]) for one in _records(statement)]

    assert len(found) == 6
    assert (KEI, None, 1, 2) in found
    assert (None, None, 1, 3) in found


def test_cube_groups_by_every_choice_of_fields() -> None:
    assert (
        len(
            _records(
                "SELECT OwnerId, IsClosed, COUNT(Id) FROM Task GROUP BY CUBE(OwnerId, IsClosed)"
            )
        )
        == 8
    )


def test_a_formatted_aggregate_is_text() -> None:
    statement = "SELECT FORMAT(MAX(ActivityDate)) last FROM Task"

    assert [record["last"] for record in _records(statement)] == ["3/4/2026"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT Subject, COUNT(Id) FROM Task", "Field must be grouped or aggregated: Subject"),
        (
            "SELECT COUNT(Id) FROM Task GROUP BY OwnerId ORDER BY Subject",
            "Ordered field must be grouped or aggregated: Subject",
        ),
        ("SELECT SUM(Subject) FROM Task", "field Subject does not support aggregate operator SUM"),
        (
            "SELECT MAX(IsClosed) FROM Task",
            "field IsClosed does not support aggregate operator MAX",
        ),
        ("SELECT COUNT(Id, Subject) FROM Task", "unexpected token: 'COUNT'"),
        ("SELECT COUNT(Id) n, MIN(Id) n FROM Task", "duplicate alias: n"),
        ("SELECT GROUPING(OwnerId) FROM Task GROUP BY OwnerId", "unexpected token: 'GROUPING'"),
        ("SELECT Id FROM Task HAVING Id != null", "HAVING needs a GROUP BY clause"),
    ],
)
def test_groups_that_make_no_sense_are_refused(statement: str, message: str) -> None:
    assert message in _refused(statement).message


# Refusals


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("SELECT Id, Id FROM Task", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Subject s FROM Task", "MALFORMED_QUERY", "only aggregate expressions use field"),
        ("SELECT Id FROM ActivityHistory", "INVALID_TYPE", "sObject type 'ActivityHistory' is not"),
        ("SELECT Id FROM Task ALL ROWS", "MALFORMED_QUERY", "ALL ROWS not allowed in this context"),
        (
            "SELECT Id FROM Task WITH USER_MODE",
            "MALFORMED_QUERY",
            "USER_MODE is only allowed in Apex",
        ),
        ("SELECT Id FROM Task FOR UPDATE", "MALFORMED_QUERY", "FOR UPDATE is not supported"),
        (
            "SELECT Id FROM Task UPDATE TRACKING",
            "MALFORMED_QUERY",
            "UPDATE TRACKING is not supported",
        ),
        ("SELECT Id FROM Task USING SCOPE team", "MALFORMED_QUERY", "USING SCOPE team is not"),
        (
            "SELECT Id FROM Task WITH DATA CATEGORY A__c AT b__c",
            "MALFORMED_QUERY",
            "WITH DATA CATEGORY is not supported",
        ),
        (
            "SELECT DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'mi') FROM Account",
            "MALFORMED_QUERY",
            "DISTANCE() is not supported",
        ),
        (
            "SELECT convertCurrency(AnnualRevenue) FROM Account",
            "MALFORMED_QUERY",
            "convertCurrency()",
        ),
        ("SELECT Id FROM Task, Contact", "MALFORMED_QUERY", "unexpected token: 'Contact'"),
        (
            "SELECT CALENDAR_YEAR(ActivityDate) FROM Task",
            "MALFORMED_QUERY",
            "where it is grouped by",
        ),
        ("SELECT LOWER(Subject) FROM Task", "MALFORMED_QUERY", "unexpected token: 'LOWER'"),
        (
            "SELECT Account.Name, (SELECT COUNT(Id) FROM Tasks) FROM Contact",
            "MALFORMED_QUERY",
            "a sub-query can not use aggregate functions",
        ),
    ],
)
def test_what_the_sandbox_does_not_evaluate_is_said(
    statement: str, code: str, message: str
) -> None:
    error = _refused(statement)

    assert code == error.code
    assert message in error.message


def test_the_message_about_an_unknown_object_is_the_recorded_one() -> None:
    """Recorded in TestCountSObjects.test_count_sobjects__errors."""
    error = _refused("select count() from XYZZY")

    assert error.code == "INVALID_TYPE"
    assert error.message == (
        "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"
        "sObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure "
        "to append the '__c' after the entity name. Please reference your WSDL or the describe call "
        "for the appropriate names."
    )


def test_the_part_of_a_long_statement_around_the_error_is_shown() -> None:
    """The extent is that of messages quoted in public issue threads."""
    statement = (
        "SELECT Id, LastReferencedDate, Jigsaw, JigsawCompanyId, CleanStatus, AccountSource, "
        "DunsNumber, Tradestyle FROM Account"
    )
    org = _org()
    known = [
        _field(name)
        for name in ("Id", "LastReferencedDate", "Jigsaw", "JigsawCompanyId", "AccountSource")
    ]
    org.objects = (ListedObject(name="Account", columns=tuple(known)),)
    shown = "LastReferencedDate, Jigsaw, JigsawCompanyId, CleanStatus, AccountSource, DunsNumber"

    assert f"\n{shown}\n{' ' * 45}^\nERROR at Row:1:Column:57\n" in _refused(statement, org).message


def test_too_many_people_in_one_query_need_view_all_data() -> None:
    """[tap] quotes the message."""
    few = Rules(distinct_parents=1)

    assert len(_ids("SELECT Id FROM Task", rules=few)) == 3
    error = _refused("SELECT Id FROM Task", _org(views_all=False), rules=few)
    assert (error.code, error.message) == ("OPERATION_TOO_LARGE", "exceeded 1 distinct who/what's")
    assert len(_ids("SELECT Id FROM Task", _org(views_all=False))) == 3


# Hints


@pytest.mark.parametrize(
    ("condition", "hints"),
    [
        (f"Id = '{CALL[:15]}'", (Lookup(field="Id", values=(CALL,)),)),
        ("Tandem_Key__c IN ('b', 'A')", (Lookup(field="Tandem_Key__c", values=("A", "b")),)),
        ("Subject = 'Note'", (Lookup(field="Subject", values=("note",)),)),
        (
            "SystemModstamp >= 2026-03-01T00:00:00Z AND SystemModstamp < 2026-03-02T00:00:00Z",
            (
                Range(
                    field="SystemModstamp",
                    low="2026-03-01T00:00:00.000+0000",
                    high="2026-03-02T00:00:00.000+0000",
                ),
            ),
        ),
        (
            "SystemModstamp <= 2026-03-01T00:00:00Z",
            (Range(field="SystemModstamp", high="2026-03-01T00:00:00.001+0000"),),
        ),
        ("ActivityDate > TODAY", (Range(field="ActivityDate", low="2026-03-05"),)),
        (f"WhoId IN ('{ANN}', null)", ()),
        (f"Id = '{CALL}' OR IsClosed = true", ()),
        ("Who.Type = 'Lead'", ()),
        ("IsClosed = false", ()),
        ("WhoId IN (SELECT Id FROM Contact)", (Lookup(field="WhoId", values=(ANN,)),)),
    ],
)
def test_what_indexes_can_use_is_offered(condition: str, hints: tuple[object, ...]) -> None:
    org = _org()
    _tasks(condition, org)

    assert hints == org.asked[-1]


def test_the_clock_is_the_organisations() -> None:
    later = _org(now=datetime(2026, 3, 5, tzinfo=UTC))

    assert _tasks("ActivityDate = YESTERDAY", later) == [CALL]
