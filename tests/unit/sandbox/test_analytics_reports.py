"""Stored reports: made, copied, saved, described, deleted, run in the background; folders and rights."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.sandbox.analytics_org import ReportOrg, refused


@pytest.fixture
def org() -> ReportOrg:
    return ReportOrg().with_people()


def _soql(org: ReportOrg, statement: str) -> list[dict[str, Any]]:
    answer = org.data("GET", f"query?q={statement.replace(' ', '+')}")
    assert answer.status == 200, answer.text
    records: list[dict[str, Any]] = answer.json()["records"]
    return [{k: v for k, v in one.items() if k != "attributes"} for one in records]


def _person(org: ReportOrg, name: str = "rep") -> tuple[str, str]:
    """Id and token of a standard user."""
    user = str(org.act("create_user", username=f"{name}@example.com", last_name=name)["id"])
    return user, org.token_of(user)


def _public_folder(org: ReportOrg, name: str = "Sales") -> str:
    fields = {"Name": name, "DeveloperName": name, "Type": "Report", "AccessType": "Public"}
    made = org.act("create_record", object="Folder", fields=fields, **{"as": "system"})
    return str(made["id"])


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
    folder = _public_folder(org)
    org.report(name="Mine")
    org.report(name="Ours", folderId=folder, groupingsDown=[{"name": "ASSIGNED"}])
    org.report(name="All", folderId=org.state.org_id)

    found = _soql(org, "SELECT Name, FolderName, DeveloperName, Format FROM Report ORDER BY Name")

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
    assert _soql(org, "SELECT Id FROM Report WHERE Format = 'MATRIX'") == []
    assert org.data("DELETE", f"sobjects/Report/{org.report(name='Last')}").status >= 400


def test_unique_names_are_made_of_names(org: ReportOrg) -> None:
    for _ in range(2):
        org.report(name="Opens: this week!")
    org.report(name="開封済み")
    gone = org.report(name="Gone", developerName="Gone_Report")
    org.data("DELETE", f"analytics/reports/{gone}")

    names = [one["DeveloperName"] for one in _soql(org, "SELECT DeveloperName FROM Report")]

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
    (row,) = _soql(org, "SELECT LastRunDate, SystemModstamp, CreatedDate FROM Report")
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
    folder = _public_folder(org)

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
    (row,) = _soql(org, "SELECT Name, FolderName, OwnerId FROM Report")
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
    assert _soql(org, "SELECT Id FROM Report") == []
    org.act("undelete_record", id=report)
    assert org.data("GET", f"analytics/reports/{report}").status == 200


def test_recently_viewed_reports_are_listed(org: ReportOrg) -> None:
    first, second = org.report(name="First"), org.report(name="Second")
    lead = org.report("LeadActivity", name="Leads")
    org.data("GET", f"analytics/reports/{first}")
    _, token = _person(org)

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
    assert _soql(org, "SELECT Id FROM Report") == []


def test_a_query_has_rows_if_its_definition_says_so(org: ReportOrg) -> None:
    """[rep-query] asks in the definition, [fuelsdk-130] not at all."""
    org.task("A")

    assert "rows" in org.run(details=False, hasDetailRows=True)["factMap"]["T!T"]
    assert "rows" not in org.run(details=False)["factMap"]["T!T"]


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


def test_private_reports_are_for_their_owner(org: ReportOrg) -> None:
    _, token = _person(org)
    mine = org.report()
    public = org.report(folderId=org.state.org_id)

    assert org.data("GET", f"analytics/reports/{mine}", token=token).status == 404
    assert org.data("GET", f"analytics/reports/{public}", token=token).status == 200
    renamed = {"reportMetadata": {"name": "Theirs"}}
    for method, body in (("PATCH", renamed), ("DELETE", None)):
        answer = org.data(method, f"analytics/reports/{public}", body, token=token)
        assert refused(answer)[1:] == (
            "FORBIDDEN",
            "You don’t have permission to edit reports in the given folder.",
        )


def test_a_column_the_user_does_not_see_is_left_out(org: ReportOrg) -> None:
    org.act("create_custom_field", name="Tandem_Key__c", external_id=True)
    org.task("A", Tandem_Key__c="1-mail-7")
    report = org.report(detailColumns=["SUBJECT", "Activity.Tandem_Key__c"])
    path = f"analytics/reports/{report}?includeDetails=true"
    assert org.rows(org.data("GET", path).json()) == [["A", "1-mail-7"]]

    org.act("delete_custom_field", name="Tandem_Key__c")

    assert org.rows(org.data("GET", path).json()) == [["A"]]
    renamed = org.data("PATCH", f"analytics/reports/{report}", {"reportMetadata": {"name": "B"}})
    assert renamed.json()["reportMetadata"]["detailColumns"] == ["SUBJECT"]


def test_a_new_report_has_the_columns_its_maker_sees(org: ReportOrg) -> None:
    org.act("hide_object", object="Account")
    body = {"reportMetadata": {"name": "R", "reportType": {"type": "ContactActivity"}}}

    made = org.data("POST", "analytics/reports", body)

    assert made.status == 200
    assert "ACCOUNT.NAME" not in made.json()["reportMetadata"]["detailColumns"]
    assert "SUBJECT" in made.json()["reportMetadata"]["detailColumns"]


def test_public_folders_need_a_right(org: ReportOrg) -> None:
    _, token = _person(org)
    body = org.definition(name="X", folderId=_public_folder(org))

    answer = org.data("POST", "analytics/reports", body, token=token)

    assert refused(answer)[2] == "You don't have permission to create reports in the given folder."
    org.act("set_permission", permission="ManageReportsInPubFolders", user="rep@example.com")
    assert org.data("POST", "analytics/reports", body, token=token).status == 200


@pytest.mark.parametrize("folder", ["x", "00l000000000001AAA", "001000000000001AAA"])
def test_a_folder_must_exist(org: ReportOrg, folder: str) -> None:
    answer = org.data("POST", "analytics/reports", org.definition(name="X", folderId=folder))

    assert refused(answer)[2] == "The report folder ID must be a valid folder ID."


def test_running_and_making_reports_are_rights(org: ReportOrg) -> None:
    report = org.report()
    org.act("set_permission", permission="RunReports", on=False)
    org.act("set_permission", permission="CreateCustomizeReports", on=False)

    run = refused(org.data("GET", f"analytics/reports/{report}"))
    made = refused(org.data("POST", "analytics/reports", org.definition(name="X")))

    assert (run[0], run[2].startswith("You don’t have permission to run reports.")) == (403, True)
    assert made[2] == "You don’t have sufficient privileges to perform this operation."


def test_folders_are_made_renamed_and_deleted(org: ReportOrg) -> None:
    made = org.data("POST", "folders", {"label": "HubSpot", "name": "HubSpot", "type": "report"})
    folder = made.json()["id"]
    inner = org.data("POST", "folders", {"label": "開封", "type": "report", "parentId": folder})
    report = org.report(folderId=folder)
    renamed = org.data("PATCH", f"folders/{folder}", {"label": "HubSpot reports"})

    assert (made.status, inner.json()["depth"], inner.json()["ancestors"][0]["id"]) == (
        201,
        1,
        folder,
    )
    assert renamed.json()["label"] == "HubSpot reports"
    listed = org.data("GET", "folders?type=report&pageSize=1").json()
    assert (listed["totalSize"], listed["folders"][0]["label"]) == (2, "HubSpot reports")
    assert listed["nextPageUrl"].endswith("page=2&pageSize=1")
    children = org.data("GET", f"folders/{folder}/children").json()["folders"]
    assert [one["name"] for one in children] == ["Folder"]
    assert _soql(org, "SELECT FolderName FROM Report") == [{"FolderName": "HubSpot reports"}]
    (row,) = _soql(org, f"SELECT Name, Type, AccessType FROM Folder WHERE Id = '{folder}'")
    assert row == {"Name": "HubSpot reports", "Type": "Report", "AccessType": "Hidden"}
    assert refused(org.data("DELETE", f"folders/{folder}"))[1] == "DEPENDENCY_EXISTS"
    org.data("DELETE", f"analytics/reports/{report}")
    org.data("DELETE", f"folders/{inner.json()['id']}")
    assert org.data("DELETE", f"folders/{folder}").status == 204
    assert org.data("GET", f"folders/{folder}").status == 404


def test_a_new_folder_is_its_creators(org: ReportOrg) -> None:
    folder = org.data("POST", "folders", {"label": "HubSpot", "type": "report"}).json()["id"]
    report = org.report(folderId=folder)
    _, token = _person(org)

    assert org.data("GET", f"folders/{folder}", token=token).status == 404
    assert org.data("GET", f"analytics/reports/{report}", token=token).status == 404
    assert org.data("GET", "folders", token=token).json()["totalSize"] == 0
    refusal = refused(org.data("POST", "folders", {"label": "X", "type": "report"}, token=token))
    assert refusal[:2] == (403, "FUNCTIONALITY_NOT_ENABLED")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"type": "report"}, "The folder label can't be null."),
        ({"label": "X", "type": "email"}, "The folder type email is invalid."),
        ({"label": "X"}, "The folder type None is invalid."),
        ({"label": "X", "type": "report", "colour": 1}, "The request body is either invalid"),
        ({"label": "X", "type": "report", "name": "a b"}, "The unique name a b can only contain"),
    ],
)
def test_a_wrong_folder_is_refused(org: ReportOrg, body: dict[str, Any], sentence: str) -> None:
    assert refused(org.data("POST", "folders", body))[2].startswith(sentence)


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
