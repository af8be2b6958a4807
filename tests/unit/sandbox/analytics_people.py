"""Who works with reports in an organisation, where they lie, and what a query says of them."""

from typing import Any

from tests.unit.sandbox.analytics_org import ReportOrg


def queried(org: ReportOrg, statement: str) -> list[dict[str, Any]]:
    answer = org.data("GET", f"query?q={statement.replace(' ', '+')}")
    assert answer.status == 200, answer.text
    records: list[dict[str, Any]] = answer.json()["records"]
    return [{k: v for k, v in one.items() if k != "attributes"} for one in records]


def standard_user(org: ReportOrg, name: str = "rep") -> tuple[str, str]:
    """Id and token of a standard user."""
    user = str(org.act("create_user", username=f"{name}@example.com", last_name=name)["id"])
    return user, org.token_of(user)


def public_folder(org: ReportOrg, name: str = "Sales") -> str:
    fields = {"Name": name, "DeveloperName": name, "Type": "Report", "AccessType": "Public"}
    made = org.act("create_record", object="Folder", fields=fields, **{"as": "system"})
    return str(made["id"])
