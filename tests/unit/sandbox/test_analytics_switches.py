"""What the vendor's documents leave open about reports, both ways."""

from typing import Any

import pytest
from tests.unit.sandbox.analytics_org import ReportOrg, refused


@pytest.fixture
def org() -> ReportOrg:
    return ReportOrg().with_people()


def _new(org: ReportOrg, **more: Any) -> dict[str, Any]:
    body = {"reportMetadata": {"name": "R", "reportType": {"type": "ContactActivity"}, **more}}
    answer = org.data("POST", "analytics/reports", body)
    assert answer.status == 200, answer.text
    shown: dict[str, Any] = answer.json()["reportMetadata"]
    return shown


@pytest.mark.parametrize(
    ("setting", "scope", "duration", "closed"),
    [
        ("narrow", "user", "THIS_FISCAL_QUARTER", "open"),
        ("wide", "organization", "CUSTOM", "all"),
    ],
)
def test_a_report_that_does_not_say_is_narrow_or_wide(
    org: ReportOrg, setting: str, scope: str, duration: str, closed: str
) -> None:
    org.switch(analytics_defaults=setting)

    made = _new(org)

    assert (made["scope"], made["standardDateFilter"]["durationValue"]) == (scope, duration)
    assert {"name": "closed", "value": closed} in made["standardFilters"]


def test_activity_reports_can_be_made_or_only_copied(org: ReportOrg) -> None:
    made = _new(org)
    org.switch(analytics_create_activities="refuse")
    path = f"analytics/reports/{made['id']}"

    create = org.data("POST", "analytics/reports", org.definition(name="X"))
    named = org.data("PATCH", path, {"reportMetadata": {"reportType": made["reportType"]}})
    copied = org.data(
        "POST", f"analytics/reports?cloneId={made['id']}", {"reportMetadata": {"name": "Y"}}
    )
    unnamed = org.data("PATCH", path, {"reportMetadata": {"name": "Z"}})

    assert refused(create)[1] == refused(named)[1] == "BAD_REQUEST"
    assert (copied.status, unnamed.status) == (200, 200)
    assert org.query().status == 200


def test_a_format_follows_the_groupings_or_is_refused(org: ReportOrg) -> None:
    grouped: dict[str, Any] = {
        "reportFormat": "TABULAR",
        "groupingsDown": [{"name": "ASSIGNED"}],
    }

    assert org.run(**grouped)["reportMetadata"]["reportFormat"] == "SUMMARY"
    assert org.run(reportFormat="MATRIX")["reportMetadata"]["reportFormat"] == "TABULAR"
    org.switch(analytics_format="strict")
    assert (
        org.refusal(**grouped)[2] == "The report format TABULAR doesn't fit the report's groupings."
    )
    assert org.query(**{**grouped, "reportFormat": "SUMMARY"}).status == 200


def test_a_grouped_column_is_refused_or_shown(org: ReportOrg) -> None:
    org.task("A")
    grouped: dict[str, Any] = {
        "groupingsDown": [{"name": "STATUS"}],
        "detailColumns": ["STATUS"],
    }

    assert org.refusal(**grouped)[2] == "Can't include groupings in columns list: STATUS"
    org.switch(analytics_grouped_column="allow")
    assert org.rows(org.run(**grouped), "0!T") == [["Not Started"]]


def test_a_run_may_replace_standard_filters_or_not(org: ReportOrg) -> None:
    org.task("Open")
    org.task("Done", Status="Completed")
    report = org.report(
        detailColumns=["SUBJECT"], standardFilters=[{"name": "closed", "value": "open"}]
    )
    wanted = {"reportMetadata": {"standardFilters": [{"name": "closed", "value": "closed"}]}}

    def found() -> list[str]:
        path = f"analytics/reports/{report}?includeDetails=true"
        return org.labels(org.data("POST", path, wanted).json())

    assert found() == ["Done"]
    org.switch(analytics_run_overrides="custom")
    assert found() == ["Open"]


def test_a_shared_task_is_a_row_for_each_contact_or_one(org: ReportOrg) -> None:
    org.act("shared_activities")
    other = org.create("Contact", {"LastName": "Ito"})
    task = org.task("Shared")
    org.act("share_task", id=task, contacts=[other])

    def people() -> list[str]:
        return sorted(org.labels(org.run(detailColumns=["LAST_NAME"])))

    assert people() == ["Ito", "田中"]
    org.switch(analytics_shared_contacts="primary")
    assert people() == ["田中"]


def test_archived_activities_are_hidden_or_shown(org: ReportOrg) -> None:
    task = org.task("Old", "2026-03-01", Status="Completed")
    org.act("archive_now", id=task)

    assert org.labels(org.run(detailColumns=["SUBJECT"])) == []
    org.switch(analytics_archived="show")
    assert org.labels(org.run(detailColumns=["SUBJECT"])) == ["Old"]


def test_created_dates_show_the_day_or_the_instant(org: ReportOrg) -> None:
    org.task("A")

    def cell() -> Any:
        run = org.run(detailColumns=["CREATED_DATE"])
        return run["factMap"]["T!T"]["rows"][0]["dataCells"][0]

    assert cell() == {"label": "3/4/2026", "value": "2026-03-04"}
    org.switch(analytics_created_cells="datetime")
    assert cell() == {"label": "3/4/2026, 4:00 AM", "value": "2026-03-04T12:00:00Z"}
