"""@hubspot/api-client 14, HubSpot's stable Node client (numbered paths)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import arm
from tests.clients.nodejs import Node, NodeError


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node() as started:
        yield started


def run(node: Node, sandbox: SandboxThread, scenario: str, **more: Any) -> Any:
    given = {"url": sandbox.hubspot_url, "token": sandbox.tokens["hubspot"], **more}
    return node.call("hubspot", scenario, **given)


def failed(node: Node, sandbox: SandboxThread, scenario: str, **more: Any) -> dict[str, Any]:
    with pytest.raises(NodeError) as caught:
        run(node, sandbox, scenario, **more)
    return caught.value.members


def test_activities_are_created_read_changed_and_archived(
    node: Node, empty_sandbox: SandboxThread
) -> None:
    seen = run(node, empty_sandbox, "records")

    assert set(seen) == {"tasks", "notes", "calls"}
    for each in seen.values():
        assert each["made"] == "<p>こんにちは</p>"
        assert (each["changed"], each["read"]) == ("Changed", "Changed")
        assert each["createdAt"] is True
        assert each["archived"] == [True]


def test_pages_are_followed_to_the_end(node: Node, sandbox: SandboxThread) -> None:
    seen = run(node, sandbox, "pages")

    assert (seen["first"], seen["calls"], seen["contacts"]) == (2, 64, 60)
    assert seen["after"]
    assert set(seen["types"]) == {"call_to_contact"}


def test_batches_create_read_change_and_archive(node: Node, empty_sandbox: SandboxThread) -> None:
    seen = run(node, empty_sandbox, "batches")

    assert (seen["made"], seen["changed"], seen["left"]) == (100, 100, 0)
    assert seen["read"] == ["Task 0", "Task 1", "Task 2"]
    assert seen["missing"] == 1


def test_a_batch_by_a_unique_property_creates_or_changes(
    node: Node, empty_sandbox: SandboxThread
) -> None:
    assert run(node, empty_sandbox, "upsert") == [True, False]


def test_a_search_filters_sorts_and_pages(node: Node, sandbox: SandboxThread) -> None:
    seen = run(node, sandbox, "search")

    by_text, by_object = seen["bySorts"]
    assert by_text == by_object == sorted(by_text, reverse=True)
    assert len(by_text) == 5
    assert seen["next"] == min(5, seen["total"] - 5)


def test_associations_are_made_read_and_taken_off(node: Node, empty_sandbox: SandboxThread) -> None:
    seen = run(node, empty_sandbox, "associations")

    assert seen["page"] == seen["read"] == seen["people"]
    assert seen["typeId"] == 204
    assert seen["left"] == seen["people"][1:]


def test_the_account_is_described(node: Node, sandbox: SandboxThread) -> None:
    seen = run(node, sandbox, "account")

    assert (seen["owners"], seen["everyone"]) == (3, 7)
    assert {"hs_task_subject", "hs_timestamp"} <= set(seen["properties"])
    assert seen["closed"] == ["Completed"]
    assert set(seen["permissions"]) == {"CRM_PERMISSIONS_ENFORCEMENT"}
    assert seen["portalId"] == sandbox.sandbox.hubspot.account.portal_id
    assert (seen["forms"], seen["events"]) == (4, 3)
    assert seen["files"] > 0


def test_signing_in_and_refreshing(node: Node, sandbox: SandboxThread) -> None:
    redirect = "http://localhost:9000/callback"
    auth = sandbox.sandbox.hubspot.auth
    query = {
        "client_id": auth.client_id,
        "redirect_uri": redirect,
        "scope": "oauth crm.objects.contacts.read",
    }
    code = sandbox.run(lambda each: each.hubspot.auth.issue_code(query))
    app = {"id": auth.client_id, "secret": auth.client_secret}

    seen = run(node, sandbox, "signIn", app=app, code=code, redirect=redirect)

    hub = sandbox.sandbox.hubspot.account.portal_id
    assert seen == {"lives": 1800, "hubId": hub, "read": 1}


def test_errors_carry_code_and_body(node: Node, empty_sandbox: SandboxThread) -> None:
    missing = failed(node, empty_sandbox, "readMissing")
    wrong = failed(node, empty_sandbox, "createWrong")
    stranger = failed(node, empty_sandbox, "list", token="pat-na1-wrong")
    run(node, empty_sandbox, "createContact")
    conflict = failed(node, empty_sandbox, "createContact")

    assert (missing["code"], wrong["code"], stranger["code"], conflict["code"]) == (
        404,
        400,
        401,
        409,
    )
    assert wrong["body"]["category"] == "VALIDATION_ERROR"
    assert wrong["body"]["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    assert stranger["body"]["category"] == "INVALID_AUTHENTICATION"
    assert "Existing ID" in conflict["body"]["message"]


def test_the_secondly_limit_is_known_by_its_words(node: Node, sandbox: SandboxThread) -> None:
    """The client waits a second where the message is exactly HubSpot's, and then gets through."""
    rule = {"kind": "rate_limited", "policy": "SECONDLY"}
    arm(sandbox, "hubspot", rule)
    impatient = failed(node, sandbox, "list")
    arm(sandbox, "hubspot", rule)

    assert impatient["code"] == 429
    assert run(node, sandbox, "list", retries=2) == 3


def test_the_rolling_limit_is_known_by_its_policy(node: Node, sandbox: SandboxThread) -> None:
    """The client would wait ten seconds, so the one try that is its last must do."""
    arm(sandbox, "hubspot", {"kind": "rate_limited", "policy": "TEN_SECONDLY_ROLLING"})

    limited = failed(node, sandbox, "list", retries=1)

    assert limited["body"]["policyName"] == "TEN_SECONDLY_ROLLING"
    assert limited["body"]["message"] == "You have reached your ten_secondly_rolling limit."


def test_server_errors_are_tried_again(node: Node, sandbox: SandboxThread) -> None:
    broken = {"kind": "status", "status": 502, "path": "/crm/v3/objects/tasks"}
    arm(sandbox, "hubspot", broken | {"body": {"status": "error", "message": "Bad gateway"}})
    in_html = broken | {
        "body": "<html>Bad gateway</html>",
        "headers": {"content-type": "text/html"},
    }

    assert run(node, sandbox, "list", retries=2) == 3
    arm(sandbox, "hubspot", in_html)
    assert failed(node, sandbox, "list")["message"]


def test_an_answer_may_be_lost_after_the_work(node: Node, empty_sandbox: SandboxThread) -> None:
    arm(empty_sandbox, "hubspot", {"kind": "drop_after", "method": "POST", "path": "*/tasks"})

    failed(node, empty_sandbox, "create")

    assert run(node, empty_sandbox, "list") == 1
