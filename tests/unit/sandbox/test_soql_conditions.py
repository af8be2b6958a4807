"""Which rows a statement selects, in which order, and how many."""

from zoneinfo import ZoneInfo

import pytest
from soql_listed_org import (
    ACME,
    ACORN,
    CALL,
    MAIL,
    NOTE,
    OLD,
    ids_of,
    listed_org,
    refusal_of,
    run_on,
    tasks_where,
)

from tandem.sandbox.salesforce.soql import (
    Rules,
    Visibility,
)

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
    assert expected == tasks_where(condition)


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
    assert expected == ids_of(f"SELECT Id FROM Account WHERE {condition} ORDER BY Id")


def test_days_of_date_literals_are_the_users() -> None:
    tokyo = listed_org(zone=ZoneInfo("Asia/Tokyo"))

    assert tasks_where("SystemModstamp = TODAY", tokyo) == [CALL, MAIL]
    assert tasks_where("SystemModstamp = TODAY") == [CALL]


def test_day_functions_count_in_utc_unless_told_otherwise() -> None:
    tokyo = listed_org(zone=ZoneInfo("Asia/Tokyo"))
    plain, converted = "DAY_ONLY(SystemModstamp)", "DAY_ONLY(convertTimezone(SystemModstamp))"

    assert tasks_where(f"{plain} = 2026-03-04", tokyo) == [CALL]
    assert tasks_where(f"{converted} = 2026-03-04", tokyo) == [CALL, MAIL]
    in_zone = Rules(day_functions_in_user_zone=True)
    assert tasks_where(f"{plain} = 2026-03-04", tokyo, rules=in_zone) == [CALL, MAIL]


def test_case_can_be_made_to_matter() -> None:
    assert tasks_where("Subject = 'note'", rules=Rules(case_matters=True)) == []
    assert tasks_where("Subject LIKE 'N%'", rules=Rules(case_matters=True)) == [NOTE]


def test_not_in_can_be_made_to_drop_nulls() -> None:
    assert tasks_where("ActivityDate NOT IN (TODAY)", rules=Rules(not_in_keeps_nulls=False)) == [
        MAIL
    ]


def test_query_all_sees_what_was_deleted() -> None:
    assert OLD not in ids_of("SELECT Id FROM Task")
    assert OLD in ids_of("SELECT Id FROM Task", visibility=Visibility.QUERY_ALL)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("everything", [CALL, MAIL, NOTE]), ("mine", [CALL, MAIL]), ("delegated", [NOTE])],
)
def test_a_scope_narrows(scope: str, expected: list[str]) -> None:
    assert expected == ids_of(
        f"SELECT Id FROM Task USING SCOPE {scope} ORDER BY SystemModstamp DESC"
    )


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
    error = refusal_of(f"SELECT Id FROM Task WHERE {condition}")

    assert code == error.code
    assert message in error.message


def test_a_currency_literal_needs_an_organisation_with_several_currencies() -> None:
    assert (
        "a currency literal"
        in refusal_of("SELECT Id FROM Account WHERE AnnualRevenue > USD5").message
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
    assert expected == ids_of(f"SELECT Id FROM Task ORDER BY {order}{bound}")


def test_nulls_can_be_made_to_end_a_descending_order() -> None:
    rules = Rules(nulls_first_when_descending=False)

    assert ids_of("SELECT Id FROM Task ORDER BY ActivityDate DESC", rules=rules) == [
        CALL,
        MAIL,
        NOTE,
    ]


def test_text_is_ordered_without_regard_to_case_and_picklists_as_the_administrator_did() -> None:
    assert ids_of("SELECT Id FROM Account ORDER BY Name") == [ACME, ACORN]
    assert ids_of("SELECT Id FROM Account ORDER BY Industry") == [ACORN, ACME]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [("LIMIT 1", [CALL]), ("LIMIT 1 OFFSET 1", [MAIL]), ("OFFSET 2", [NOTE]), ("LIMIT 0", [])],
)
def test_limit_and_offset_cut(bounds: str, expected: list[str]) -> None:
    result = run_on(f"SELECT Id FROM Task ORDER BY SystemModstamp DESC {bounds}")

    assert expected == [record["Id"] for record in result.records]
    assert len(expected) == result.total_size


def test_an_offset_goes_up_to_2000() -> None:
    assert ids_of("SELECT Id FROM Task OFFSET 2000") == []
    assert refusal_of("SELECT Id FROM Task OFFSET 2001").code == "NUMBER_OUTSIDE_VALID_RANGE"


def test_long_text_is_not_sorted_and_not_grouped() -> None:
    sort = "field 'Description' can not be sorted in a query call"
    group = "field 'Description' can not be grouped in a query call"

    assert sort in refusal_of("SELECT Id FROM Task ORDER BY Description").message
    assert group in refusal_of("SELECT Description FROM Task GROUP BY Description").message
