"""Reports by simple-salesforce's `restful`, the way most Python scripts reach the Analytics API."""

from typing import Any

import pytest
from simple_salesforce import Salesforce, exceptions

from tandem.sandbox.server import SandboxThread


@pytest.fixture
def org(empty_sandbox: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> Salesforce:
    """An empty org; requests trusts the sandbox's CA and no proxy is in the way."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(empty_sandbox.ca_path))
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return Salesforce(
        instance_url=empty_sandbox.salesforce_url.replace("http:", "https:"),
        session_id=empty_sandbox.tokens["salesforce"],
        version="62.0",
    )


def _definition(**more: Any) -> dict[str, Any]:
    return {
        "reportMetadata": {
            "name": "Opens",
            "reportType": {"type": "LeadActivity"},
            "scope": "organization",
            "standardDateFilter": {"column": "DUE_DATE", "durationValue": "CUSTOM"},
            "standardFilters": [{"name": "closed", "value": "all"}],
            "detailColumns": ["SUBJECT", "COMPANY"],
            **more,
        }
    }


def test_a_report_is_saved_in_a_folder_and_run(org: Salesforce) -> None:
    lead = org.Lead.create({"LastName": "Sato", "Company": "Beta"})["id"]
    for subject in ("開封済み: 春", "Call"):
        org.Task.create({"Subject": subject, "WhoId": lead})
    folder = org.restful("folders", method="POST", json={"label": "HubSpot", "type": "report"})
    only_opens = [{"column": "SUBJECT", "operator": "contains", "value": "開封"}]

    made = org.restful(
        "analytics/reports",
        method="POST",
        json=_definition(folderId=folder["id"], reportFilters=only_opens),
    )["reportMetadata"]
    run = org.restful(f"analytics/reports/{made['id']}", params={"includeDetails": "true"})
    again = org.restful(
        f"analytics/reports/{made['id']}", method="PATCH", json={"reportMetadata": {"name": "New"}}
    )
    found = org.query("SELECT Name, FolderName FROM Report")["records"]

    rows = run["factMap"]["T!T"]["rows"]
    assert [[cell["label"] for cell in row["dataCells"]] for row in rows] == [
        ["開封済み: 春", "Beta"]
    ]
    assert run["allData"] is True
    assert again["reportMetadata"]["reportFilters"][0]["value"] == "開封"
    assert [(each["Name"], each["FolderName"]) for each in found] == [("New", "HubSpot")]
    assert org.restful(f"analytics/reports/{made['id']}", method="DELETE") is None


def test_a_definition_runs_unsaved(org: Salesforce) -> None:
    lead = org.Lead.create({"LastName": "Sato", "Company": "Beta"})["id"]
    org.Task.create({"Subject": "Call", "WhoId": lead})

    run = org.restful(
        "analytics/reports/query",
        method="POST",
        params={"includeDetails": "true"},
        json=_definition(groupingsDown=[{"name": "ASSIGNED"}]),
    )

    assert run["factMap"]["0!T"]["aggregates"] == [{"label": "1", "value": 1}]
    assert run["attributes"]["reportId"] is None


def test_a_refusal_says_why(org: Salesforce) -> None:
    with pytest.raises(exceptions.SalesforceMalformedRequest) as caught:
        org.restful(
            "analytics/reports", method="POST", json=_definition(detailColumns=["SUBJECT", "NOPE"])
        )

    assert caught.value.content == [
        {"errorCode": "BAD_REQUEST", "message": "The detail column NOPE is invalid."}
    ]
