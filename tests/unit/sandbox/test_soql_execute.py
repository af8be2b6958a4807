"""What a statement answers, against an organisation of a few records: rows, refusals, hints."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from soql_listed_org import (
    ACME,
    ACORN,
    ANN,
    CALL,
    MAIL,
    NOTE,
    column_of,
    ids_of,
    listed_org,
    records_of,
    refusal_of,
    run_on,
    tasks_where,
)

from tandem.sandbox.salesforce.soql import (
    Lookup,
    Range,
    Rules,
)
from tandem.sandbox.salesforce.soql.listed import (
    ListedObject,
)

# Records


def test_a_record_has_its_type_its_url_and_the_fields_in_api_spelling() -> None:
    attributes = {"type": "Task", "url": f"/services/data/v62.0/sobjects/Task/{CALL}"}

    assert [{"attributes": attributes, "Id": CALL, "Subject": "Call: Ann_1"}] == records_of(
        f"select ID, suBJect from TASK where id = '{CALL}'"
    )


def test_an_empty_field_is_null() -> None:
    assert [
        record["ActivityDate"]
        for record in records_of(f"SELECT ActivityDate FROM Task WHERE Id = '{NOTE}'")
    ] == [None]


def test_a_path_becomes_a_nested_record_and_paths_share_it() -> None:
    found = records_of(f"SELECT Account.Name, Account.Industry FROM Contact WHERE Id = '{ANN}'")

    assert {
        "attributes": {"type": "Account", "url": f"/services/data/v62.0/sobjects/Account/{ACME}"},
        "Name": "Acme",
        "Industry": "Bank",
    } == found[0]["Account"]


@pytest.mark.parametrize(("is_name", "kind"), [(True, "Name"), (False, "Contact")])
def test_a_path_through_who_knows_name_and_type(is_name: bool, kind: str) -> None:
    rules = Rules(polymorphic_type_is_name=is_name)
    found = records_of(f"SELECT Who.Type, Who.Email FROM Task WHERE Id = '{CALL}'", rules=rules)

    assert {
        "attributes": {"type": kind, "url": f"/services/data/v62.0/sobjects/Contact/{ANN}"},
        "Type": "Contact",
        "Email": "Ann@Example.com",
    } == found[0]["Who"]


def test_a_path_through_who_knows_nothing_else() -> None:
    error = refusal_of("SELECT Who.IsConverted FROM Task")

    assert error.code == "INVALID_FIELD"
    assert "No such column 'IsConverted' on entity 'Name'" in error.message


def test_an_empty_lookup_makes_the_parent_null_or_leaves_it_out() -> None:
    statement = f"SELECT Who.Name, Id FROM Task WHERE Id = '{NOTE}'"

    assert [record["Who"] for record in records_of(statement)] == [None]
    assert "Who" not in records_of(statement, rules=Rules(null_parent_is_null=False))[0]


def test_typeof_shows_fields_of_the_real_kind() -> None:
    statement = (
        "SELECT TYPEOF Who WHEN Contact THEN Email, Account.Name WHEN Lead THEN IsConverted END "
        "FROM Task ORDER BY SystemModstamp DESC"
    )
    call, mail, note = (record["Who"] for record in records_of(statement))

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

    assert [record["Who"]["Name"] for record in records_of(statement)] == ["Leo"]


def test_typeof_of_an_ordinary_lookup_or_a_wrong_kind_is_refused() -> None:
    assert (
        "not polymorphic"
        in refusal_of("SELECT TYPEOF Account WHEN X THEN Id END FROM Contact").message
    )
    assert (
        "not a type of"
        in refusal_of("SELECT TYPEOF Who WHEN Account THEN Id END FROM Task").message
    )


@pytest.mark.parametrize("empty_is_null", [True, False])
def test_children_are_nested_results(empty_is_null: bool) -> None:
    statement = (
        "SELECT Name, (SELECT Name, (SELECT Subject FROM Tasks) FROM Account.Contacts) "
        "FROM Account ORDER BY Name"
    )
    acme, acorn = records_of(statement, rules=Rules(empty_children_are_null=empty_is_null))
    ann = acme["Contacts"]["records"][0]

    assert (acme["Contacts"]["totalSize"], acme["Contacts"]["done"]) == (1, True)
    assert ann["Tasks"]["records"][0]["Subject"] == "Call: Ann_1"
    empty = None if empty_is_null else {"totalSize": 0, "done": True, "records": []}
    assert empty == acorn["Contacts"]


def test_children_have_their_own_condition_order_and_bounds() -> None:
    statement = "SELECT (SELECT Id FROM Tasks WHERE IsClosed = {} ORDER BY Id LIMIT 1) FROM Contact"

    assert [record["Tasks"]["totalSize"] for record in records_of(statement.format("true"))] == [1]
    assert [record["Tasks"] for record in records_of(statement.format("false"))] == [None]


def test_children_of_a_page_are_read_at_once() -> None:
    org = listed_org()
    records_of("SELECT Id, (SELECT Id FROM Contacts) FROM Account", org)

    assert [(), (Lookup(field="AccountId", values=(ACME, ACORN)),)] == org.asked


def test_an_unknown_child_relationship_is_refused() -> None:
    error = refusal_of("SELECT (SELECT Id FROM Foos) FROM Contact")

    assert "Didn't understand relationship 'Foos' in FROM part of query call." in error.message


def test_fields_stands_for_the_visible_fields() -> None:
    custom = records_of("SELECT FIELDS(CUSTOM) FROM Task LIMIT 1")[0]

    assert list(custom) == ["attributes", "Tandem_Key__c"]
    assert "Tandem_Key__c" not in records_of("SELECT FIELDS(STANDARD) FROM Task")[0]
    assert len(records_of("SELECT FIELDS(ALL) FROM Task LIMIT 200")[0]) == 12


@pytest.mark.parametrize("bound", ["", " LIMIT 201"])
def test_fields_of_all_kinds_need_a_limit(bound: str) -> None:
    error = refusal_of(f"SELECT FIELDS(ALL) FROM Task{bound}")

    assert error.message == "The SOQL FIELDS function must have a LIMIT of at most 200"


def test_labels_stand_in_place_of_values() -> None:
    records = records_of(
        "SELECT toLabel(Industry), toLabel(Industry) kind FROM Account ORDER BY Id"
    )

    assert [(record["Industry"], record["kind"]) for record in records] == [
        ("Banking", "Banking"),
        ("Technology", "Technology"),
    ]


def test_format_writes_for_a_reader() -> None:
    statement = (
        "SELECT FORMAT(ActivityDate) day, FORMAT(SystemModstamp) at, FORMAT(Subject) FROM Task "
        f"WHERE Id = '{CALL}'"
    )
    record = records_of(statement, listed_org(zone=ZoneInfo("Asia/Tokyo")))[0]

    assert (
        record["day"],
        record["at"],
        record["Subject"],
    ) == ("3/4/2026", "3/4/2026, 10:00 AM", "Call: Ann_1")


def test_a_compound_field_is_an_object() -> None:
    statement = f"SELECT BillingAddress FROM Account WHERE Id = '{ACME}'"

    assert records_of(statement)[0]["BillingAddress"] == {"city": "Kyoto"}


def test_records_are_made_page_by_page() -> None:
    records = run_on("SELECT Id FROM Task ORDER BY SystemModstamp").records

    assert len(records) == 3
    assert [record["Id"] for record in records.page(1, 2)] == [MAIL]


def test_the_columns_are_named_for_the_bulk_apis() -> None:
    statement = "SELECT id, who.name, Owner.email FROM Task"

    assert run_on(statement).columns == ("Id", "Who.Name", "Owner.Email")


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
    error = refusal_of(statement)

    assert code == error.code
    assert message in error.message


def test_the_message_about_an_unknown_object_is_the_recorded_one() -> None:
    """Recorded in TestCountSObjects.test_count_sobjects__errors."""
    error = refusal_of("select count() from XYZZY")

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
    org = listed_org()
    known = [
        column_of(name)
        for name in ("Id", "LastReferencedDate", "Jigsaw", "JigsawCompanyId", "AccountSource")
    ]
    org.objects = (ListedObject(name="Account", columns=tuple(known)),)
    shown = "LastReferencedDate, Jigsaw, JigsawCompanyId, CleanStatus, AccountSource, DunsNumber"

    assert (
        f"\n{shown}\n{' ' * 45}^\nERROR at Row:1:Column:57\n" in refusal_of(statement, org).message
    )


def test_too_many_people_in_one_query_need_view_all_data() -> None:
    """[tap] quotes the message."""
    few = Rules(distinct_parents=1)

    assert len(ids_of("SELECT Id FROM Task", rules=few)) == 3
    error = refusal_of("SELECT Id FROM Task", listed_org(views_all=False), rules=few)
    assert (error.code, error.message) == ("OPERATION_TOO_LARGE", "exceeded 1 distinct who/what's")
    assert len(ids_of("SELECT Id FROM Task", listed_org(views_all=False))) == 3


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
    org = listed_org()
    tasks_where(condition, org)

    assert hints == org.asked[-1]


def test_the_clock_is_the_organisations() -> None:
    later = listed_org(now=datetime(2026, 3, 5, tzinfo=UTC))

    assert tasks_where("ActivityDate = YESTERDAY", later) == [CALL]
