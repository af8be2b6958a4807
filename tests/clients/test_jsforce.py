"""jsforce 3, over plain HTTP."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import arm
from tests.clients.nodejs import Node, NodeError


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node() as started:
        yield started


def run(node: Node, sandbox: SandboxThread, scenario: str, **more: Any) -> Any:
    given = {"url": sandbox.salesforce_url, "token": sandbox.tokens["salesforce"], **more}
    return node.call("jsforce", scenario, **given)


def failed(node: Node, sandbox: SandboxThread, scenario: str, **more: Any) -> dict[str, Any]:
    with pytest.raises(NodeError) as caught:
        run(node, sandbox, scenario, **more)
    return caught.value.members


@pytest.fixture
def keyed_sandbox(empty_sandbox: SandboxThread) -> SandboxThread:
    """An empty org whose admin made the key field."""
    field = {"name": "Tandem_Key__c", "external_id": True, "unique": True}
    empty_sandbox.run(lambda each: each.salesforce.act("create_custom_field", field))
    return empty_sandbox


def test_a_record_is_created_read_changed_and_deleted(
    node: Node, keyed_sandbox: SandboxThread
) -> None:
    seen = run(node, keyed_sandbox, "records")

    assert seen["made"]["success"] is True
    assert seen["made"]["id"].startswith("00T")
    assert seen["changed"]["success"] is True
    assert (seen["closed"], seen["type"]) == (True, "Task")
    assert seen["upserts"] == [True, False]
    assert seen["gone"]["success"] is True
    assert [each["Subject"] for each in seen["found"]] == ["Two"]


def test_arrays_of_records_are_written_200_at_a_time(
    node: Node, keyed_sandbox: SandboxThread
) -> None:
    seen = run(node, keyed_sandbox, "collections")

    assert seen["made"] == 450
    assert seen["changed"] == seen["closed"] == seen["gone"] == [True] * 5
    assert seen["upserted"] == [False, True]
    assert seen["mixed"] == [True, False]
    assert seen["code"] == "DUPLICATE_VALUE"


def test_queries_are_fetched_to_the_end(node: Node, keyed_sandbox: SandboxThread) -> None:
    seen = run(node, keyed_sandbox, "queries")

    assert seen["first"] == [450, False, 200]
    assert (seen["second"], seen["all"], seen["streamed"]) == (200, 450, 300)
    assert (seen["found"], seen["counted"]) == (7, 450)


def test_an_empty_org_answers_with_nothing(node: Node, empty_sandbox: SandboxThread) -> None:
    assert run(node, empty_sandbox, "count") == 0


def test_the_org_describes_itself(node: Node, sandbox: SandboxThread) -> None:
    seen = run(node, sandbox, "org")

    state = sandbox.sandbox.salesforce
    assert {"Subject", "WhoId", "TaskSubtype"} <= set(seen["fields"])
    assert {"Task", "Contact", "Lead", "TaskStatus"} <= set(seen["objects"])
    assert seen["limit"] == 15_000
    assert (seen["user"], seen["org"]) == (state.integration_id, state.org_id)
    assert {"rest", "sobjects", "query"} <= set(seen["urls"])
    assert seen["usage"]["limit"] == 15_000
    assert seen["whoType"] in ("Contact", "Lead")
    assert seen["search"] >= 1
    assert {"31.0", "62.0", "67.0"} <= set(seen["versions"])


def test_changes_and_deletions_are_told(node: Node, empty_sandbox: SandboxThread) -> None:
    seen = run(node, empty_sandbox, "changes")

    assert seen["updated"] == [seen["kept"]]
    assert seen["deleted"] == [seen["gone"]]
    assert seen["scanned"] == 2


def test_bulk_2_writes_and_reads(node: Node, keyed_sandbox: SandboxThread) -> None:
    seen = run(node, keyed_sandbox, "bulk2")

    assert (seen["loaded"], seen["read"], seen["gone"]) == (250, 250, 10)
    assert seen["id"].startswith("00T")
    assert seen["upserted"] == ["false"]
    assert len(seen["failed"]) == 1
    assert seen["unprocessed"] == 0
    assert seen["subjects"] == ["Geändert"]


def test_bulk_1_writes_and_reads(node: Node, keyed_sandbox: SandboxThread) -> None:
    seen = run(node, keyed_sandbox, "bulk1")

    assert seen["loaded"] == [True] * 5
    assert seen["read"] == [f"Task {at:04}" for at in range(5)]


def test_the_tooling_api_makes_the_key_field(node: Node, empty_sandbox: SandboxThread) -> None:
    assert run(node, empty_sandbox, "tooling") == {"success": True, "found": 1}


def test_a_composite_call_does_several_things(node: Node, empty_sandbox: SandboxThread) -> None:
    seen = run(node, empty_sandbox, "composite")

    assert seen == {"codes": [201, 200, 200], "rows": [True], "same": True}


def test_signing_in_and_out_by_soap(node: Node, sandbox: SandboxThread) -> None:
    state = sandbox.sandbox.salesforce
    password = state.password + state.security_token

    seen = run(node, sandbox, "soapLogin", username=state.username, password=password)
    refused = failed(node, sandbox, "soapLogin", username=state.username, password="wrong")

    assert seen["user"]["organizationId"] == state.org_id
    assert seen["count"] == 9
    ended = failed(node, sandbox, "limits", token=seen["accessToken"])
    assert ended["errorCode"] == "INVALID_SESSION_ID"
    assert refused["message"].startswith("INVALID_LOGIN: ")


def test_signing_in_with_a_code_and_renewing_the_session(
    node: Node, sandbox: SandboxThread
) -> None:
    state = sandbox.sandbox.salesforce
    given = {
        "app": {"id": state.client_id, "secret": state.client_secret},
        "redirect": "http://localhost:9000/callback",
    }
    started = run(node, sandbox, "authorizeUrl", **given)
    decided = requests.post(
        started["address"], data={"decision": "allow"}, allow_redirects=False, timeout=10
    )
    back = parse_qs(urlsplit(decided.headers["location"]).query)

    seen = run(node, sandbox, "signIn", code=back["code"][0], verifier=started["verifier"], **given)

    assert back["state"] == ["xyz"]
    assert seen["user"] == seen["identity"]
    assert (seen["count"], seen["renewed"]) == (9, True)


def test_signing_in_by_client_credentials(node: Node, sandbox: SandboxThread) -> None:
    state = sandbox.sandbox.salesforce
    app = {"id": state.client_id, "secret": state.client_secret}

    assert run(node, sandbox, "credentials", app=app) == {
        "user": state.integration_id,
        "count": 9,
    }
    wrong = failed(node, sandbox, "credentials", app=app | {"secret": "wrong"})
    assert wrong["name"] == "invalid_client"


def test_errors_carry_the_orgs_codes(node: Node, empty_sandbox: SandboxThread) -> None:
    def code(scenario: str, **more: Any) -> Any:
        return failed(node, empty_sandbox, scenario, **more)["errorCode"]

    assert code("malformed") == "MALFORMED_QUERY"
    assert code("unknownField") == "INVALID_FIELD"
    assert code("unknownObject") == "INVALID_TYPE"
    assert code("missing") == "NOT_FOUND"
    assert code("wrongField") == "INVALID_FIELD"
    assert code("limits", token="00D000000000000!wrong") == "INVALID_SESSION_ID"
    arm(empty_sandbox, "salesforce", {"kind": "request_limit"})
    assert code("limits") == "REQUEST_LIMIT_EXCEEDED"


def test_two_records_with_one_key_are_multiple_choices(
    node: Node, empty_sandbox: SandboxThread
) -> None:
    twin = {
        "object": "Lead",
        "fields": {"LastName": "T", "Company": "T", "Email": "twin@example.com"},
    }
    for _ in range(2):
        empty_sandbox.run(lambda each: each.salesforce.act("create_record", twin))

    assert failed(node, empty_sandbox, "twins")["name"] == "MULTIPLE_CHOICES"


def test_server_errors_are_tried_again(node: Node, empty_sandbox: SandboxThread) -> None:
    arm(empty_sandbox, "salesforce", {"kind": "server_unavailable"})

    assert run(node, empty_sandbox, "limits")["DailyApiRequests"]["Max"] == 15_000


def test_an_answer_may_be_lost_after_the_work(node: Node, empty_sandbox: SandboxThread) -> None:
    arm(
        empty_sandbox,
        "salesforce",
        {"kind": "drop_after", "method": "POST", "path": "*/sobjects/Task"},
    )

    failed(node, empty_sandbox, "create")

    assert run(node, empty_sandbox, "count") == 1
