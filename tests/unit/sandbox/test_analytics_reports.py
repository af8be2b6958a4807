"""Stored reports: made, copied, saved, described, deleted."""

from typing import Any

import pytest
from tests.unit.sandbox.analytics_org import ReportOrg, refused
from tests.unit.sandbox.analytics_people import (
    public_folder,
    queried,
    standard_user,
)


@pytest.fixture
def org() -> ReportOrg:
    return ReportOrg().with_people()


def test_name_and_type_make_a_report(org: ReportOrg) -> None:
    """[rep-res]: the rest has defaults; without a folder it is the caller's own."""
    body = {"reportMetadata": {"name": "Opens", "reportType": {"type": "ContactActivity"}}}

    answer = org.data("POST", "analytics/reports", body)

    made = answer.json()
    assert answer.status == 200
    assert set(made) == {
        "attributes",
        "reportExtendedMetadata",
        "reportMetadata",
        "reportTypeMetadata",
    }
    shown = made["reportMetadata"]
    assert shown["id"].startswith("00O")
    assert (shown["developerName"], shown["folderId"]) == ("Opens", org.state.integration_id)
    assert shown["reportType"] == {"type": "ContactActivity", "label": "Activities with Contacts"}
    assert shown["aggregates"] == ["RowCount"]
    assert made["attributes"]["reportName"] == "Opens"


def test_a_report_is_a_record(org: ReportOrg) -> None:
    folder = public_folder(org)
    org.report(name="Mine")
    org.report(name="Ours", folderId=folder, groupingsDown=[{"name": "ASSIGNED"}])
    org.report(name="All", folderId=org.state.org_id)

    found = queried(org, "SELECT Name, FolderName, DeveloperName, Format FROM Report ORDER BY Name")

    assert found == [
        {
            "Name": "All",
            "FolderName": "Public Reports",
            "DeveloperName": "All",
            "Format": "Tabular",
        },
        {
            "Name": "Mine",
            "FolderName": "Private Reports",
            "DeveloperName": "Mine",
            "Format": "Tabular",
        },
        {"Name": "Ours", "FolderName": "Sales", "DeveloperName": "Ours", "Format": "Summary"},
    ]
    assert queried(org, "SELECT Id FROM Report WHERE Format = 'MATRIX'") == []
    assert org.data("DELETE", f"sobjects/Report/{org.report(name='Last')}").status >= 400


def test_unique_names_are_made_of_names(org: ReportOrg) -> None:
    for _ in range(2):
        org.report(name="Opens: this week!")
    org.report(name="開封済み")
    gone = org.report(name="Gone", developerName="Gone_Report")
    org.data("DELETE", f"analytics/reports/{gone}")

    names = [one["DeveloperName"] for one in queried(org, "SELECT DeveloperName FROM Report")]

    assert names == ["Opens_this_week", "Opens_this_week_2", "Report"]
    for taken in ("opens_this_week", "Gone_Report", "two__bars", "1st", "a b"):
        body = org.definition(name="X", developerName=taken)
        assert org.data("POST", "analytics/reports", body).status == 400


def test_a_saved_report_runs_as_it_was_saved(org: ReportOrg) -> None:
    org.task("開封済み: 春")
    org.task("Other")
    report = org.report(
        detailColumns=["SUBJECT"],
        reportFilters=[{"column": "SUBJECT", "operator": "startsWith", "value": "開封済み"}],
    )

    answer = org.data("GET", f"analytics/reports/{report}?includeDetails=true").json()
    short = org.data("GET", f"analytics/reports/{report[:15]}").json()

    assert org.labels(answer) == ["開封済み: 春"]
    assert answer["attributes"]["reportId"] == report
    assert "rows" not in short["factMap"]["T!T"]
    (row,) = queried(org, "SELECT LastRunDate, SystemModstamp, CreatedDate FROM Report")
    assert row["LastRunDate"] == row["SystemModstamp"] == row["CreatedDate"]


def test_a_run_may_use_other_filters_and_saves_nothing(org: ReportOrg) -> None:
    org.task("A")
    org.task("B")
    report = org.report(detailColumns=["SUBJECT"])
    only_b = [{"column": "SUBJECT", "operator": "equals", "value": "B"}]

    changed = org.data(
        "POST",
        f"analytics/reports/{report}?includeDetails=true",
        {"reportMetadata": {"reportFilters": only_b}},
    ).json()
    stored = org.data("GET", f"analytics/reports/{report}?includeDetails=true").json()

    assert (org.labels(changed), org.labels(stored)) == (["B"], ["A", "B"])
    assert refused(org.data("POST", f"analytics/reports/{report}", {}))[2] == (
        "The request is invalid because there is no metadata. Specify metadata in the request body."
    )


def test_what_is_described_can_be_sent_back(org: ReportOrg) -> None:
    """Clients change the metadata of a describe call and post all of it."""
    org.task("A")
    report = org.report(groupingsDown=[{"name": "ASSIGNED"}], sortBy=[], detailColumns=["SUBJECT"])
    described = org.data("GET", f"analytics/reports/{report}/describe").json()

    again = {"reportMetadata": described["reportMetadata"]}
    run = org.data("POST", f"analytics/reports/{report}", again)
    saved = org.data("PATCH", f"analytics/reports/{report}", again)

    assert (run.status, saved.status) == (200, 200)
    assert saved.json()["reportMetadata"] == described["reportMetadata"]


def test_saving_changes_what_is_sent(org: ReportOrg) -> None:
    report = org.report(detailColumns=["SUBJECT", "STATUS"], description="Old")
    folder = public_folder(org)

    answer = org.data(
        "PATCH",
        f"analytics/reports/{report}",
        {
            "reportMetadata": {
                "name": "New name",
                "folderId": folder[:15],
                "groupingsDown": [{"name": "STATUS"}],
            }
        },
    )

    shown = answer.json()["reportMetadata"]
    assert (shown["name"], shown["folderId"], shown["reportFormat"]) == (
        "New name",
        folder,
        "SUMMARY",
    )
    assert (shown["detailColumns"], shown["description"]) == (["SUBJECT"], "Old")
    (row,) = queried(org, "SELECT Name, FolderName, OwnerId FROM Report")
    assert row == {"Name": "New name", "FolderName": "Sales", "OwnerId": folder}


def test_a_copy_is_a_report_of_its_own(org: ReportOrg) -> None:
    report = org.report(name="First", folderId=org.state.org_id, detailColumns=["SUBJECT"])

    copied = org.data(
        "POST", f"analytics/reports?cloneId={report}", {"reportMetadata": {"name": "Second"}}
    ).json()["reportMetadata"]

    assert copied["id"] != report
    assert (copied["name"], copied["detailColumns"]) == ("Second", ["SUBJECT"])
    assert (copied["folderId"], copied["developerName"]) == (org.state.integration_id, "Second")
    nothing = org.data("POST", f"analytics/reports?cloneId={report}", {})
    assert refused(nothing)[2].startswith("The request is invalid because there is no metadata.")
    wrong = org.data("POST", "analytics/reports?cloneId=x", {"reportMetadata": {"name": "X"}})
    assert refused(wrong)[2] == "The clone request must contain a valid cloneId parameter."


def test_a_deleted_report_is_in_the_recycle_bin(org: ReportOrg) -> None:
    report = org.report()

    assert org.data("DELETE", f"analytics/reports/{report}").status == 204
    assert refused(org.data("GET", f"analytics/reports/{report}")) == (
        404,
        "NOT_FOUND",
        "The data you’re trying to access is unavailable.",
    )
    assert queried(org, "SELECT Id FROM Report") == []
    org.act("undelete_record", id=report)
    assert org.data("GET", f"analytics/reports/{report}").status == 200


def test_recently_viewed_reports_are_listed(org: ReportOrg) -> None:
    first, second = org.report(name="First"), org.report(name="Second")
    lead = org.report("LeadActivity", name="Leads")
    org.data("GET", f"analytics/reports/{first}")
    _, token = standard_user(org)

    listed = org.data("GET", "analytics/reports").json()
    of_type = org.data("GET", "analytics/report-types/LeadActivity/recent-reports").json()

    assert [one["id"] for one in listed] == [first, lead, second]
    assert set(listed[0]) == {"describeUrl", "id", "instancesUrl", "name", "url"}
    assert [one["id"] for one in of_type] == [lead]
    assert org.data("GET", "analytics/reports", token=token).json() == []


def test_report_types_are_listed_and_described(org: ReportOrg) -> None:
    (group,) = org.data("GET", "analytics/reportTypes").json()
    described = org.data("GET", "analytics/reportTypes/LeadActivity").json()

    assert group["label"] == "Activities"
    labels = {one["type"]: one["label"] for one in group["reportTypes"]}
    assert labels["ContactActivity"] == "Activities with Contacts"
    assert labels["LeadActivity"] == "Activities with Leads"
    about = described["reportTypeMetadata"]
    assert {"startsWith", "contains"} <= {
        one["name"] for one in about["dataTypeFilterOperatorMap"]["string"]
    }
    assert "Week" in [one["value"] for one in about["dateGranularityInfos"]]
    assert [one["value"] for one in about["scopeInfo"]["values"]] == [
        "user",
        "team",
        "organization",
    ]
    status = org.columns("LeadActivity")["STATUS"]
    assert {"name": "Completed", "label": "Completed"} in status["filterValues"]
    assert org.data("GET", "analytics/reportTypes/OpportunityTrend").status == 404
    org.act("hide_object", object="Lead")
    (group,) = org.data("GET", "analytics/report-types").json()
    assert "LeadActivity" not in [one["type"] for one in group["reportTypes"]]
    assert org.data("GET", "analytics/reportTypes/LeadActivity").status == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"detailColumns": ["NOPE"]}, "The detail column NOPE is invalid."),
        (
            {"detailColumns": []},
            "Can’t run the report because it doesn’t have any columns selected.",
        ),
        ({"groupingsDown": [{"name": "NOPE"}]}, "The grouping NOPE is invalid."),
        (
            {"groupingsDown": [{"name": "DUE_DATE", "dateGranularity": "Calendar Week"}]},
            "The date granularity Calendar Week is invalid.",
        ),
        ({"groupingsDown": [{"name": "STATUS", "dateGranularity": "Week"}]}, "The column STATUS"),
        ({"groupingsDown": [{"name": "DESCRIPTION"}]}, "The column DESCRIPTION can't be used"),
        ({"groupingsAcross": [{"name": "ASSIGNED"}]}, "A report with groupingsAcross needs"),
        ({"aggregates": ["s!SUBJECT"]}, "The aggregate s!SUBJECT is invalid"),
        ({"aggregates": ["z!CALLDURATION"]}, "The aggregate z!CALLDURATION is invalid."),
        ({"scope": "everybody"}, "The scope everybody is invalid."),
        ({"standardFilters": [{"name": "type", "value": "x"}]}, "The standard filter type = x"),
        ({"reportFormat": "LIST"}, "The report format LIST is invalid."),
        ({"reportFilters": None}, "The request is invalid because there are no filters."),
        (
            {"historicalSnapshotDates": ["2026-01-01"]},
            "The request is invalid because reports that are not historical trending reports",
        ),
        ({"name": ""}, "The report name can't be null."),
        ({"name": "x" * 41}, "The report name can't be longer than 40 characters."),
        ({"description": "x" * 256}, "The report description can't be longer than 255"),
        (
            {"sortBy": [{"sortColumn": "STATUS"}, {"sortColumn": "SUBJECT"}]},
            "A report can only be sorted by one column.",
        ),
        (
            {"sortBy": [{"sortColumn": "SUBJECT"}]},
            "The sort column name must be from a selected column.",
        ),
        ({"sortBy": [{"sortOrder": "Asc"}]}, "The sort column name can't be null."),
        ({"topRows": {"rowLimit": 5, "direction": "Asc"}}, "A row limit needs a tabular report"),
        ({"detailColumns": ["SUBJECT"] + ["x"] * 3}, "The detail column x is invalid."),
    ],
)
def test_a_wrong_definition_is_refused(
    org: ReportOrg, changes: dict[str, Any], sentence: str
) -> None:
    status, code, message = org.refusal(**changes)

    assert (status, code) == (400, "BAD_REQUEST")
    assert message.startswith(sentence)


def test_a_matrix_is_not_sorted_by_a_column(org: ReportOrg) -> None:
    refusal = org.refusal(
        groupingsDown=[{"name": "ASSIGNED"}],
        groupingsAcross=[{"name": "TASK_TYPE"}],
        sortBy=[{"sortColumn": "STATUS", "sortOrder": "Asc"}],
    )

    assert refusal == (400, "BAD_REQUEST", "Column sorting isn't supported for matrix reports.")


@pytest.mark.parametrize("member", ["colour", "filters"])
def test_unknown_members_are_refused(org: ReportOrg, member: str) -> None:
    status, code, message = org.refusal(**{member: 1})

    assert (status, code) == (400, "JSON_PARSER_ERROR")
    assert member in message


@pytest.mark.parametrize(
    "changes",
    [
        {"detailColumns": [["SUBJECT"]]},
        {"detailColumns": "SUBJECT"},
        {"aggregates": [{"name": "RowCount"}]},
        {"groupingsDown": [{"name": {}}]},
        {"groupingsDown": [{"field": "STATUS"}]},
        {"reportFilters": [{"column": "SUBJECT", "operator": "equals", "value": 7}]},
        {"reportFilters": [{"column": "SUBJECT", "operator": ["equals"], "value": "7"}]},
        {"standardFilters": [{"name": "closed"}]},
        {"standardDateFilter": "THIS_WEEK"},
        {"sortBy": [{"sortColumn": 1}]},
        {"topRows": {"rowLimit": True}},
        {"hasDetailRows": None},
        {"reportBooleanFilter": 1},
    ],
)
def test_members_of_another_shape_are_refused(org: ReportOrg, changes: dict[str, Any]) -> None:
    assert org.refusal(**changes)[:2] == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    "member", ["buckets", "crossFilters", "customSummaryFormula", "customDetailFormula"]
)
def test_what_is_not_simulated_says_so(org: ReportOrg, member: str) -> None:
    assert org.refusal(**{member: [{"label": "x"}]})[:2] == (501, "NOT_IMPLEMENTED")


def test_joined_reports_and_workbooks_are_not_there(org: ReportOrg) -> None:
    assert org.refusal(reportFormat="MULTI_BLOCK")[0] == 501
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = org.data("GET", f"analytics/reports/{org.report()}", headers={"accept": workbook})
    assert answer.status == 406


def test_a_name_and_a_type_are_required(org: ReportOrg) -> None:
    def create(**metadata: Any) -> tuple[int, str, str]:
        return refused(org.data("POST", "analytics/reports", {"reportMetadata": metadata}))

    assert create(name="X") == (400, "BAD_REQUEST", "The report type can't be null.")
    assert create(reportType={"type": "ContactActivity"})[2] == "The report name can't be null."
    assert create(name="X", reportType={"type": "Nope"})[2] == "The report type Nope is invalid."


def test_a_query_is_no_report(org: ReportOrg) -> None:
    run = org.run(name="Unsaved", developerName="Unsaved", id="00O000000000001AAA")

    assert run["attributes"] == {
        "describeUrl": "/services/data/v62.0/analytics/reports/null/describe",
        "instancesUrl": "/services/data/v62.0/analytics/reports/null/instances",
        "reportId": None,
        "reportName": "Unsaved",
        "type": "Report",
    }
    assert (run["reportMetadata"]["id"], run["reportMetadata"]["developerName"]) == (None, None)
    assert queried(org, "SELECT Id FROM Report") == []


def test_a_query_has_rows_if_its_definition_says_so(org: ReportOrg) -> None:
    """[rep-query] asks in the definition, [fuelsdk-130] not at all."""
    org.task("A")

    assert "rows" in org.run(details=False, hasDetailRows=True)["factMap"]["T!T"]
    assert "rows" not in org.run(details=False)["factMap"]["T!T"]


def test_a_report_explains_itself(org: ReportOrg) -> None:
    org.task("A")
    report = org.report()

    (plan,) = org.data("GET", f"query/?explain={report}").json()["plans"]
    statement = org.data("GET", "query?explain=SELECT+Id+FROM+Task").json()

    assert (plan["cardinality"], plan["sobjectType"]) == (1, "Task")
    assert statement["plans"][0]["sobjectType"] == "Task"
    assert org.data("GET", "analytics/dashboards").json() == []


def test_the_list_of_resources_names_analytics(org: ReportOrg) -> None:
    listed = org.data("GET", "").json()

    assert listed["analytics"] == "/services/data/v62.0/analytics"
    assert listed["folders"] == "/services/data/v62.0/folders"
    assert (
        org.data("GET", "analytics").json()["reports"] == "/services/data/v62.0/analytics/reports"
    )


def test_a_record_without_a_definition_is_no_report(org: ReportOrg) -> None:
    """Loaded rows of Report bring none."""
    fields = {"Name": "Row", "DeveloperName": "Row", "OwnerId": org.state.org_id}
    made = org.act("create_record", object="Report", fields=fields, **{"as": "system"})

    assert org.data("GET", f"analytics/reports/{made['id']}").status == 404


def test_a_reset_forgets_reports(org: ReportOrg) -> None:
    report = org.report()
    org.state.reset()

    assert org.data("GET", f"analytics/reports/{report}").status == 404
    assert org.data("GET", "analytics/reports").json() == []
