"""Counts, aggregates and groups of rows."""

import pytest
from soql_listed_org import (
    KEI,
    records_of,
    refusal_of,
    run_on,
)

# Counting and grouping


def test_a_bare_count_is_a_number_without_records() -> None:
    result = run_on("SELECT COUNT() FROM Task WHERE IsClosed = false")

    assert (result.total_size, list(result.records)) == (2, [])


def test_aggregates_without_groups_give_one_record() -> None:
    statement = (
        "SELECT COUNT(Id), COUNT(WhoId) people, COUNT_DISTINCT(OwnerId), SUM(CallDurationInSeconds), "
        "AVG(CallDurationInSeconds), MIN(Subject), MAX(ActivityDate) FROM Task"
    )

    assert records_of(statement) == [
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

    assert [(record["n"], record["s"]) for record in records_of(statement)] == [(0, None)]


def test_groups_are_counted_filtered_and_ordered() -> None:
    statement = (
        "SELECT Who.Type kind, COUNT(Id) n FROM Task GROUP BY Who.Type "
        "HAVING COUNT(Id) > 0 AND Who.Type != null ORDER BY COUNT(Id), Who.Type DESC LIMIT 1"
    )

    assert [(record["kind"], record["n"]) for record in records_of(statement)] == [("Lead", 1)]


def test_dates_can_be_grouped_by_part() -> None:
    statement = (
        "SELECT CALENDAR_MONTH(SystemModstamp), COUNT(Id) n FROM Task "
        "GROUP BY CALENDAR_MONTH(SystemModstamp) ORDER BY CALENDAR_MONTH(SystemModstamp)"
    )

    assert [(one["expr0"], one["n"]) for one in records_of(statement)] == [(1, 1), (3, 2)]


def test_rollup_adds_subtotals_and_grouping_tells_them() -> None:
    statement = (
        "SELECT OwnerId, IsClosed, GROUPING(IsClosed) g, COUNT(Id) n FROM Task "
        "GROUP BY ROLLUP(OwnerId, IsClosed)"
    )
    found = [(one["OwnerId"], one["IsClosed"], one["g"], one["n"]) for one in records_of(statement)]

    assert len(found) == 6
    assert (KEI, None, 1, 2) in found
    assert (None, None, 1, 3) in found


def test_cube_groups_by_every_choice_of_fields() -> None:
    assert (
        len(
            records_of(
                "SELECT OwnerId, IsClosed, COUNT(Id) FROM Task GROUP BY CUBE(OwnerId, IsClosed)"
            )
        )
        == 8
    )


def test_a_formatted_aggregate_is_text() -> None:
    statement = "SELECT FORMAT(MAX(ActivityDate)) last FROM Task"

    assert [record["last"] for record in records_of(statement)] == ["3/4/2026"]


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
    assert message in refusal_of(statement).message
