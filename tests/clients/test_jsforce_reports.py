"""jsforce 3's report calls, unmodified, over plain HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from tandem.sandbox.server import SandboxThread
from tests.clients.nodejs import Node, NodeError


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node() as started:
        yield started


def run(node: Node, sandbox: SandboxThread, scenario: str, **more: Any) -> Any:
    given = {"url": sandbox.salesforce_url, "token": sandbox.tokens["salesforce"], **more}
    return node.call("jsforce_reports", scenario, **given)


def test_a_report_is_made_described_run_copied_and_deleted(
    node: Node, empty_sandbox: SandboxThread
) -> None:
    seen = run(node, empty_sandbox, "life")

    assert seen["id"].startswith("00O")
    assert seen["name"] == "Opens by week"
    assert seen["columns"] == ["SUBJECT", "FIRST_NAME", "LAST_NAME"]
    assert seen["categories"] >= 3
    assert seen["short"] == [[2, False], [1, False], [3, False]]
    assert seen["groups"] == [
        ["0", "3/1/2026 - 3/7/2026", "2026-03-01"],
        ["1", "3/8/2026 - 3/14/2026", "2026-03-08"],
    ]
    assert seen["rows"] == [["開封済み: 春", "花子", "田中"]] * 2
    assert (seen["other"], seen["copied"], seen["explained"]) == (4, "Copy", 1)
    assert seen["listed"] == ["Copy", "Opens by week"]
    assert seen["gone"] is None
    assert seen["left"] == ["Opens by week"]
    assert seen["queried"] == [["Opens by week", "Private Reports", "Opens_by_week"]]
    assert seen["dashboards"] == []


def test_a_report_runs_in_the_background(node: Node, empty_sandbox: SandboxThread) -> None:
    seen = run(node, empty_sandbox, "background")

    assert seen["started"] == "New"
    assert seen["listed"] == [[each, "Success"] for each in seen["ids"]]
    assert (seen["status"], seen["total"], seen["rows"]) == ("Success", 3, 2)


@pytest.mark.parametrize(
    ("kind", "who"), [("ContactActivity", "Contact"), ("LeadActivity", "Lead")]
)
def test_reports_agree_with_queries_on_the_sample(
    node: Node, sandbox: SandboxThread, kind: str, who: str
) -> None:
    state = sandbox.sandbox.salesforce
    prefix = state.schema[who].key_prefix
    expected = [
        row["Id"]
        for row in state.store.table("Task").rows()
        if str(row.get("WhoId")).startswith(prefix) and not row.get("IsRecurrence")
    ]

    found = run(node, sandbox, "sample", type=kind)

    assert found
    assert sorted(found) == sorted(expected)


def test_errors_carry_the_orgs_codes(node: Node, empty_sandbox: SandboxThread) -> None:
    def code(scenario: str) -> Any:
        with pytest.raises(NodeError) as caught:
            run(node, empty_sandbox, scenario)
        return caught.value.members["errorCode"]

    assert code("missing") == "NOT_FOUND"
    assert code("wrong") == "BAD_REQUEST"
