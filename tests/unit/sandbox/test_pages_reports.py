"""The reports tab of Salesforce's pages: reports that were saved through the API, run as whoever looks."""

import re
from typing import Any

import msgspec
import pytest
from tests.unit.sandbox.pages_visitor import VisitedOrg as Org


@pytest.fixture
def org() -> Org:
    return Org()


async def saved(org: Org, user: str, **metadata: Any) -> str:
    """A report that a user saved through the API, in the folder everybody sees unless told."""
    given = {
        "name": "Opened",
        "reportType": {"type": "ContactActivity"},
        "folderId": org.state.org_id,
        "reportFormat": "TABULAR",
        "detailColumns": ["SUBJECT", "STATUS"],
        "standardDateFilter": {"column": "DUE_DATE", "durationValue": "CUSTOM"},
        "standardFilters": [{"name": "type", "value": "te"}, {"name": "closed", "value": "all"}],
        "scope": "organization",
        **metadata,
    }
    body = msgspec.json.encode({"reportMetadata": given})
    seen = await ask(org, user, "POST", "analytics/reports", body)
    return str(msgspec.json.decode(seen)["reportMetadata"]["id"])


async def ask(org: Org, user: str, method: str, path: str, body: bytes = b"") -> bytes:
    token = org.state.sessions.permanent(user)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    seen = await org.visitor.ask(method, f"/services/data/v62.0/{path}", body, headers)
    assert seen.status == 200, seen.source
    return seen.content


async def test_a_saved_report_shows_its_groups_and_rows(org: Org) -> None:
    org.task("開封済み: Spring", ActivityDate="2026-11-20")
    org.task("開封済み: Autumn", ActivityDate="2026-11-19", Status="Completed")
    org.task("Something else", ActivityDate="2026-11-18")
    report = await saved(
        org,
        org.state.admin_id,
        reportFormat="SUMMARY",
        groupingsDown=[{"name": "STATUS", "sortOrder": "Asc", "dateGranularity": "None"}],
        detailColumns=["SUBJECT"],
        reportFilters=[{"column": "SUBJECT", "operator": "startsWith", "value": "開封済み"}],
    )
    listed = await org.visitor.open("/lightning/o/Report/home")
    assert f"/lightning/r/Report/{report}/view" in listed.links
    page = await org.visitor.open(f"/{report}")

    assert "Activities with Contacts" in page.text
    assert "startsWith “開封済み”" in page.text
    assert "2 of 2 rows" in page.text
    assert "開封済み: Autumn" in page.text
    assert "Something else" not in page.text
    groups = page.source.partition("<tbody>")[2].partition("</tbody>")[0]
    for status in ("Completed", "Not Started"):
        assert re.search(rf">{status}</th><td class=\"number\">1</td>", groups)


async def test_a_private_report_is_its_owners_and_no_fault_or_limit_touches_the_page(
    org: Org,
) -> None:
    report = await saved(org, org.state.integration_id, folderId=org.state.integration_id)
    url = f"/lightning/r/Report/{report}/view"
    assert (await org.visitor.get(url)).status == 404
    page = await org.visitor.open("/lightning/o/Report/list")
    assert "Private reports show to their owner only" in page.text
    await org.visitor.fill(page.form("act_as"), user=org.state.integration_id)

    org.box.world.faults["salesforce"].arm(
        [{"kind": "report_obsolete"}, {"kind": "report_run_limit"}]
    )
    page = await org.visitor.open(url)
    assert "No activity fits the report." in page.text
    assert [rule["fired"] for rule in org.box.world.faults["salesforce"].listing()] == [0, 0]


async def test_a_report_that_no_longer_runs_says_why(org: Org) -> None:
    org.state.act("create_custom_field", {"name": "Gone__c"})
    described = await ask(org, org.state.admin_id, "GET", "analytics/reportTypes/ContactActivity")
    column = re.findall(r'"([\w.$]*Gone__c)"', described.decode())[0]
    report = await saved(org, org.state.admin_id, detailColumns=[column])
    org.state.act("delete_custom_field", {"name": "Gone__c"})

    assert "The report cannot be run." in (await org.visitor.open(f"/{report}")).text
