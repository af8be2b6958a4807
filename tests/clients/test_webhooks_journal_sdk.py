"""The Webhooks Journal as HubSpot's newer SDK reads it, with every answer checked against its types."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hubspot_sdk import HubSpot, NotFoundError

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import act, switch

SCOPES = (
    "developer.webhooks_journal.read developer.webhooks_journal.subscriptions.read "
    "developer.webhooks_journal.subscriptions.write developer.webhooks_journal.snapshots.write"
)


@pytest.fixture
def client(empty_sandbox: SandboxThread) -> Iterator[HubSpot]:
    """The SDK with an app's own token."""
    switch(empty_sandbox, journal_delay_ms=0)
    answer = httpx.post(
        f"{empty_sandbox.hubspot_url}/oauth/v3/token",
        data={
            "grant_type": "client_credentials",
            "client_id": "sandbox-client-id",
            "client_secret": "sandbox-client-secret",
            "scope": SCOPES,
        },
    )
    with HubSpot(
        base_url=empty_sandbox.hubspot_url,
        access_token=answer.json()["access_token"],
        max_retries=0,
        _strict_response_validation=True,
    ) as made:
        yield made


def _subscribe(client: HubSpot) -> Any:
    return client.webhooks_journal.subscriptions.create(
        subscription_type="OBJECT",
        portal_id=147_000_000,
        object_type_id="0-27",
        object_ids=[],
        actions=["CREATE", "UPDATE"],
        properties=["hs_task_subject"],
    )


def test_the_sdk_subscribes_and_reads_file_after_file(
    empty_sandbox: SandboxThread, client: HubSpot
) -> None:
    made = _subscribe(client)
    task = act(empty_sandbox, "hubspot", "create_task", subject="予定の電話")["id"]
    first = json.loads(client.webhooks_journal.journal.get_earliest().read())
    file = httpx.get(first["url"]).json()
    subject = {"hs_task_subject": "Later"}
    act(empty_sandbox, "hubspot", "edit", object="tasks", id=task, properties=subject)
    offset = first["currentOffset"]
    second = json.loads(client.webhooks_journal.journal.get_next_from_offset(offset).read())
    batch = client.webhooks_journal.journal.batch.get_earliest(10)
    listed = client.webhooks_journal.subscriptions.list()

    assert [each["action"] for each in file["journalEvents"]] == ["CREATE", "UPDATE"]
    assert httpx.get(second["url"]).json()["journalEvents"][0]["propertyChanges"] == subject
    assert [each.current_offset for each in batch.results] == [offset, second["currentOffset"]]
    assert [each.id for each in listed.results] == [made.id]


def test_the_sdk_is_told_that_an_offset_is_gone(
    empty_sandbox: SandboxThread, client: HubSpot
) -> None:
    _subscribe(client)
    act(empty_sandbox, "hubspot", "create_task", subject="Call back")
    first = json.loads(client.webhooks_journal.journal.get_earliest().read())
    empty_sandbox.run(lambda each: each.hubspot.disturb({"expire_journal": True}))

    with pytest.raises(NotFoundError):
        client.webhooks_journal.journal.get_next_from_offset(first["currentOffset"])
