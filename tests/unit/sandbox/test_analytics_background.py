"""Stored reports that run in the background, and what limits runs."""

from datetime import timedelta

import pytest
from tests.unit.sandbox.analytics_org import ReportOrg, refused


@pytest.fixture
def org() -> ReportOrg:
    return ReportOrg().with_people()


def test_a_report_runs_in_the_background(org: ReportOrg) -> None:
    org.switch(analytics_seconds=30.0)
    org.task("A")
    report = org.report(detailColumns=["SUBJECT"])
    path = f"analytics/reports/{report}/instances"

    made = org.data("POST", f"{path}?includeDetails=true").json()
    running = org.data("GET", f"{path}/{made['id']}").json()
    too_soon = org.data("DELETE", f"{path}/{made['id']}")
    org.world.clock.advance(30)
    ended = org.data("GET", f"{path}/{made['id']}").json()

    assert (made["status"], made["completionDate"]) == ("New", None)
    assert made["id"].startswith("0LG")
    assert made["requestDate"] == "2026-03-04T12:00:00Z"
    assert (running["attributes"]["status"], running["factMap"]) == ("Running", {})
    assert too_soon.status == 400
    assert ended["attributes"] == {
        "completionDate": "2026-03-04T12:00:30Z",
        "id": made["id"],
        "ownerId": org.state.integration_id,
        "queryable": False,
        "reportId": report,
        "reportName": "Report",
        "requestDate": "2026-03-04T12:00:00Z",
        "status": "Success",
        "type": "ReportInstance",
    }
    assert org.labels(ended) == ["A"]
    assert [one["status"] for one in org.data("GET", path).json()] == ["Success"]
    assert org.data("DELETE", f"{path}/{made['id']}").status == 204
    assert org.data("GET", f"{path}/{made['id']}").status == 404


def test_background_runs_end_with_the_day_or_a_save(org: ReportOrg) -> None:
    report = org.report()
    path = f"analytics/reports/{report}/instances"
    org.data("POST", path, {})
    org.world.clock.advance(timedelta(hours=24).total_seconds())
    assert org.data("GET", path).json() == []

    org.data("POST", path, {"reportMetadata": {"reportFilters": []}})
    assert len(org.data("GET", path).json()) == 1
    org.data("PATCH", f"analytics/reports/{report}", {"reportMetadata": {"name": "Other"}})
    assert org.data("GET", path).json() == []


def test_a_background_run_may_fail(org: ReportOrg) -> None:
    report = org.report()
    org.state.faults.arm([{"kind": "report_failed"}])

    made = org.data("POST", f"analytics/reports/{report}/instances").json()
    (listed,) = org.data("GET", f"analytics/reports/{report}/instances").json()

    assert made["status"] == "New"
    assert (listed["status"], listed["url"]) == ("Error", None)


@pytest.mark.parametrize(
    ("fault", "status", "sentence"),
    [
        ("report_failed", 500, "We ran into an error when running this report."),
        (
            "report_run_limit",
            403,
            "You can't run more than 500 reports synchronously every 60 minutes.",
        ),
        ("report_concurrency", 403, "Reports and Dashboards REST API can't process the request"),
        ("report_obsolete", 403, "The report definition is obsolete."),
    ],
)
def test_faults_strike_one_run(org: ReportOrg, fault: str, status: int, sentence: str) -> None:
    report = org.report()
    org.state.faults.arm([{"kind": fault}])

    found = refused(org.data("GET", f"analytics/reports/{report}"))

    assert (found[0], found[2].startswith(sentence)) == (status, True)
    assert org.data("GET", f"analytics/reports/{report}").status == 200


def test_runs_are_limited_by_the_hour(org: ReportOrg) -> None:
    org.switch(analytics_sync_runs=2, analytics_async_runs=1, limits="real")
    report = org.report()
    path = f"analytics/reports/{report}"

    answers = [org.data("GET", path) for _ in range(3)]
    background = [org.data("POST", f"{path}/instances") for _ in range(2)]
    left = org.data("GET", "limits").json()["HourlySyncReportRuns"]["Remaining"]
    org.world.clock.advance(3600)

    assert [one.status for one in answers] == [200, 200, 403]
    assert refused(answers[2])[1:] == (
        "FORBIDDEN",
        "You can't run more than 2 reports synchronously every 60 minutes. Try again later.",
    )
    assert [one.status for one in background] == [200, 403]
    assert left == 498
    assert org.query().status == 200
    assert org.data("GET", "limits").json()["HourlySyncReportRuns"]["Remaining"] == 499
