"""Filters of reports: operators, alternatives, dates, filter logic, and what is refused."""

from typing import Any

import pytest
from tests.unit.sandbox.analytics_org import ReportOrg

from tandem.sandbox.salesforce.analytics.logic import Logic
from tandem.sandbox.salesforce.errors import SalesforceError


@pytest.fixture
def org() -> ReportOrg:
    return ReportOrg().with_people()


@pytest.fixture
def mixed(org: ReportOrg) -> ReportOrg:
    org.task("Opened: Spring offer", "2026-03-02", Type="Email", CallDurationInSeconds=10)
    org.task("opened: Summer, early", "2026-03-09", Type="Call", CallDurationInSeconds=1500)
    org.task("Clicked: Spring offer", "2026-02-25", Status="Completed", Priority="High")
    org.task("Nothing")
    return org


def _found(org: ReportOrg, *filters: tuple[str, str, str], logic: str | None = None) -> list[str]:
    given = [{"column": column, "operator": how, "value": what} for column, how, what in filters]
    run = org.run(detailColumns=["SUBJECT"], reportFilters=given, reportBooleanFilter=logic)
    return [one.split()[0] + one.rpartition(" ")[2][:2] for one in org.labels(run)]


OPENED, SUMMER, CLICKED, NOTHING = "Opened:of", "opened:ea", "Clicked:of", "NothingNo"


@pytest.mark.parametrize(
    ("column", "operator", "value", "expected"),
    [
        ("SUBJECT", "startsWith", "Opened", [OPENED, SUMMER]),
        ("SUBJECT", "startsWith", "opened: spring,clicked", [OPENED, CLICKED]),
        ("SUBJECT", "contains", "SPRING", [OPENED, CLICKED]),
        ("SUBJECT", "notContain", "spring,summer", [NOTHING]),
        ("SUBJECT", "equals", '"Opened: Summer, early"', [SUMMER]),
        ("SUBJECT", "equals", "Opened: Summer, early", []),
        ("SUBJECT", "notEqual", "nothing", [OPENED, SUMMER, CLICKED]),
        ("SUBJECT", "greaterThan", "n", [OPENED, SUMMER, NOTHING]),
        ("TASK_TYPE", "equals", "Email,Call", [OPENED, SUMMER]),
        ("TASK_TYPE", "notEqual", "Email", [SUMMER, CLICKED, NOTHING]),
        ("TASK_TYPE", "equals", "", [CLICKED, NOTHING]),
        ("TASK_TYPE", "notEqual", "", [OPENED, SUMMER]),
        ("DUE_DATE", "equals", "2026-03-02", [OPENED]),
        ("DUE_DATE", "greaterThan", "2026-03-02", [SUMMER]),
        ("DUE_DATE", "greaterOrEqual", "3/2/2026", [OPENED, SUMMER]),
        ("DUE_DATE", "lessThan", "2026-03-02", [CLICKED]),
        ("DUE_DATE", "lessOrEqual", "2026-03-02T20:00:00Z", [OPENED, CLICKED]),
        ("DUE_DATE", "equals", "THIS WEEK", [OPENED]),
        ("DUE_DATE", "equals", "LAST 10 DAYS", [OPENED, CLICKED]),
        ("DUE_DATE", "equals", "NEXT_N_DAYS:7", [SUMMER]),
        ("DUE_DATE", "equals", "2026-02-25,2026-03-09", [SUMMER, CLICKED]),
        ("DUE_DATE", "notEqual", "2026-03-02", [SUMMER, CLICKED, NOTHING]),
        ("DUE_DATE", "equals", "", [NOTHING]),
        ("CREATED_DATE", "equals", "TODAY", [OPENED, SUMMER, CLICKED, NOTHING]),
        ("CREATED_DATE", "lessThan", "2026-03-04T12:00:00Z", []),
        ("CREATED_DATE", "lessOrEqual", "2026-03-04T12:00:00Z", [OPENED, SUMMER, CLICKED, NOTHING]),
        ("CLOSED", "equals", "True", [CLICKED]),
        ("CLOSED", "notEqual", "1", [OPENED, SUMMER, NOTHING]),
        ("CALLDURATION", "greaterThan", '"1,000"', [SUMMER]),
        ("CALLDURATION", "lessOrEqual", "10", [OPENED]),
        ("LAST_NAME", "equals", "田中", [OPENED, SUMMER, CLICKED, NOTHING]),
        ("ACCOUNT.NAME", "startsWith", "ac", [OPENED, SUMMER, CLICKED, NOTHING]),
    ],
)
def test_an_operator_finds(
    mixed: ReportOrg, column: str, operator: str, value: str, expected: list[str]
) -> None:
    assert _found(mixed, (column, operator, value)) == expected


def test_ids_are_compared_by_15_characters(mixed: ReportOrg) -> None:
    task = mixed.task("Wanted one")

    assert _found(mixed, ("ACTIVITY_ID", "equals", task[:15])) == ["Wantedon"]
    status, _, message = mixed.refusal(
        reportFilters=[{"column": "ACTIVITY_ID", "operator": "equals", "value": "00T"}]
    )
    assert (status, message.startswith("The filter value for ID 00T is incorrect.")) == (400, True)


def test_a_column_is_compared_with_another(mixed: ReportOrg) -> None:
    org = mixed
    on_time = {"column": "DUE_DATE", "operator": "lessThan", "filterType": "fieldToField"}
    run = org.run(
        "LeadActivity", reportFilters=[{**on_time, "value": "LEAD_LAST_ACTIVITY"}], details=False
    )
    assert run["factMap"]["T!T"]["aggregates"][0]["value"] == 0
    same = {"column": "SUBJECT", "operator": "equals", "filterType": "fieldToField"}
    assert len(org.rows(org.run(reportFilters=[{**same, "value": "SUBJECT"}]))) == 4
    assert org.refusal(reportFilters=[{**same, "value": "DUE_DATE"}])[0] == 400


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (None, []),
        ("1 OR 2", [OPENED, SUMMER, CLICKED]),
        ("(1OR2)", [OPENED, SUMMER, CLICKED]),
        ("1 AND NOT 2", [OPENED, SUMMER]),
        ("NOT (1 or 2)", [NOTHING]),
    ],
)
def test_filter_logic_combines(mixed: ReportOrg, logic: str | None, expected: list[str]) -> None:
    filters = (("SUBJECT", "startsWith", "Opened"), ("SUBJECT", "startsWith", "Clicked"))

    assert _found(mixed, *filters, logic=logic) == expected


def test_filter_logic_is_shown_with_spaces(mixed: ReportOrg) -> None:
    """[rep-filter] sends it without and gets it back with."""
    filters = [{"column": "SUBJECT", "operator": "contains", "value": "a"}] * 4

    run = mixed.run(reportFilters=filters, reportBooleanFilter="(1OR4)AND2AND3")

    assert run["reportMetadata"]["reportBooleanFilter"] == "(1 OR 4) AND 2 AND 3"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1", "Some filter conditions are defined but not referenced in your filter logic."),
        ("1 AND 2 AND 3", "The filter logic references an undefined filter: 3."),
        ("0 OR 1 OR 2", "The filter logic references an undefined filter: 0."),
        ("1 AND 2 OR 1", "Your filter logic is imprecise or incorrect."),
        ("1 AND", "Your filter logic is imprecise or incorrect."),
        ("(1 AND 2", "Your filter logic is imprecise or incorrect."),
        ("1 2", "Your filter logic is imprecise or incorrect."),
        ("1 XOR 2", "Your filter logic is imprecise or incorrect."),
    ],
)
def test_unsound_filter_logic_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(SalesforceError) as caught:
        Logic(text, 2)
    assert caught.value.message == sentence


def test_long_texts_stay_out_of_filter_logic(mixed: ReportOrg) -> None:
    """[salesforcer-110]; alone they may be filtered."""
    comments = {"column": "DESCRIPTION", "operator": "contains", "value": "x"}

    refused = mixed.refusal(reportFilters=[comments], reportBooleanFilter="1")

    assert refused[1:] == (
        "BAD_REQUEST",
        "Some fields, including description and long text area fields, can't be included in filter logic.",
    )
    assert mixed.rows(mixed.run(reportFilters=[comments])) == []


@pytest.mark.parametrize(
    ("column", "operator", "value", "sentence"),
    [
        ("NOPE", "equals", "1", "Specify a valid filterable column because NOPE is invalid."),
        ("SUBJECT", "like", "1", "Specify a valid condition because like is invalid."),
        ("SUBJECT", "includes", "1", "Specify a valid condition because includes is invalid."),
        ("DUE_DATE", "contains", "1", "Specify a valid condition because contains is invalid."),
        (
            "DUE_DATE",
            "equals",
            "someday",
            (
                "Filter the date in the correct format. Accepted formats are "
                "yyyy-MM-dd'T'HH:mm:ss'Z' and yyyy-MM-dd."
            ),
        ),
        ("CLOSED", "equals", "maybe", "The filter value maybe is neither True nor False."),
        ("CALLDURATION", "equals", "x", "The filter value x of CALLDURATION is no number."),
    ],
)
def test_a_wrong_filter_is_refused(
    org: ReportOrg, column: str, operator: str, value: str, sentence: str
) -> None:
    given = [{"column": column, "operator": operator, "value": value}]

    assert org.refusal(reportFilters=given) == (400, "BAD_REQUEST", sentence)


@pytest.mark.parametrize("value", ["9999-12-31", "0001-01-01"])
def test_a_date_beyond_time_is_too_large(org: ReportOrg, value: str) -> None:
    given = [{"column": "CREATED_DATE", "operator": "greaterThan", "value": value}]
    user = org.state.store.table("User")
    row = user.raw[org.state.integration_id]
    user.put({**row, "TimeZoneSidKey": "Asia/Tokyo"})
    org.state.setup_changed()

    answer = org.query(reportFilters=given)

    assert answer.status == 400
    assert answer.json()[0]["message"].startswith("The date formula is too large.")


def test_twenty_filters_are_the_most(org: ReportOrg) -> None:
    one = {"column": "SUBJECT", "operator": "notEqual", "value": "x"}

    assert org.query(reportFilters=[one] * 20).status == 200
    assert org.refusal(reportFilters=[one] * 21)[0] == 400


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"durationValue": "THIS_WEEK"}, (["2026-03-02"], "2026-03-01", "2026-03-07")),
        ({"durationValue": "LAST_N_DAYS:7"}, (["2026-03-02"], "2026-02-25", "2026-03-04")),
        (
            {"startDate": "2026-03-02", "endDate": "2026-03-08"},
            (["2026-03-02", "2026-03-08"], "2026-03-02", "2026-03-08"),
        ),
        (
            {"startDate": "2026-03-03 00:00:00"},
            (["2026-03-08"], "2026-03-03 00:00:00", None),
        ),
        ({"endDate": "2026-03-02"}, (["2026-02-20", "2026-03-02"], None, "2026-03-02")),
        ({}, (["2026-02-20", "2026-03-02", "2026-03-08", "-"], None, None)),
    ],
)
def test_the_standard_date_filter_bounds_a_date(
    org: ReportOrg, changes: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    for day in ("2026-02-20", "2026-03-02", "2026-03-08", None):
        org.task("A", day)
    given = {"column": "DUE_DATE", "durationValue": "CUSTOM", **changes}

    run = org.run(standardDateFilter=given, detailColumns=["ACTIVITY_ID", "DUE_DATE"])

    days = [row["dataCells"][1]["value"] or "-" for row in run["factMap"]["T!T"]["rows"]]
    shown = run["reportMetadata"]["standardDateFilter"]
    assert (days, shown["startDate"], shown["endDate"]) == expected


def test_days_of_created_dates_are_the_users_days(org: ReportOrg) -> None:
    """The clock says 12:00 UTC on 4 March; in Kiritimati it is the 5th."""
    user = org.state.store.table("User")
    row = user.raw[org.state.integration_id]
    user.put({**row, "TimeZoneSidKey": "Pacific/Kiritimati"})
    org.state.setup_changed()
    org.task("A")

    def count(day: str) -> int:
        given = {
            "column": "CREATED_DATE",
            "durationValue": "CUSTOM",
            "startDate": day,
            "endDate": day,
        }
        return len(org.rows(org.run(standardDateFilter=given)))

    assert (count("2026-03-04"), count("2026-03-05")) == (0, 1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"column": "NOPE"}, "The column NOPE specified for the standard date filter is invalid."),
        (
            {"column": "SUBJECT"},
            "The column SUBJECT cannot be a standard date filter because it is not a date column.",
        ),
        (
            {"column": "DUE_DATE", "durationValue": "SOON"},
            "The duration SOON specified for the standard date filter is invalid.",
        ),
        (
            {"column": "DUE_DATE", "durationValue": "CUSTOM", "startDate": "2026-02-30"},
            "The specified start date of DUE_DATE specified for the standard date filter is invalid.",
        ),
        (
            {"column": "DUE_DATE", "durationValue": "CUSTOM", "endDate": "x"},
            "The specified end date of DUE_DATE specified for the standard date filter is invalid.",
        ),
    ],
)
def test_a_wrong_date_filter_is_refused(
    org: ReportOrg, given: dict[str, Any], sentence: str
) -> None:
    assert org.refusal(standardDateFilter=given) == (400, "BAD_REQUEST", sentence)
