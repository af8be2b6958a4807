"""Who may see, make and run reports, and the folders they lie in."""

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


def test_private_reports_are_for_their_owner(org: ReportOrg) -> None:
    _, token = standard_user(org)
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
    _, token = standard_user(org)
    body = org.definition(name="X", folderId=public_folder(org))

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
    assert queried(org, "SELECT FolderName FROM Report") == [{"FolderName": "HubSpot reports"}]
    (row,) = queried(org, f"SELECT Name, Type, AccessType FROM Folder WHERE Id = '{folder}'")
    assert row == {"Name": "HubSpot reports", "Type": "Report", "AccessType": "Hidden"}
    assert refused(org.data("DELETE", f"folders/{folder}"))[1] == "DEPENDENCY_EXISTS"
    org.data("DELETE", f"analytics/reports/{report}")
    org.data("DELETE", f"folders/{inner.json()['id']}")
    assert org.data("DELETE", f"folders/{folder}").status == 204
    assert org.data("GET", f"folders/{folder}").status == 404


def test_a_new_folder_is_its_creators(org: ReportOrg) -> None:
    folder = org.data("POST", "folders", {"label": "HubSpot", "type": "report"}).json()["id"]
    report = org.report(folderId=folder)
    _, token = standard_user(org)

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
