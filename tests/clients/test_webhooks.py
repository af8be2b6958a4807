"""Webhooks on real sockets: a plain receiver, and the signatures as HubSpot's own library checks them."""

from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.utils.signature import Signature
from hubspot.webhooks import (
    SettingsChangeRequest,
    SubscriptionCreateRequest,
    ThrottlingSettings,
)

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import act, switch
from tests.clients.webhook_receiver import Receiver, receiving

SECRET = "sandbox-client-secret"
KEY = "developer-key-5a5d6f78-0000-4000-8000-000000000003"
CREATION = [{"eventType": "object.creation", "objectTypeId": "0-27"}]


def _subscribe(sandbox: SandboxThread, receiver: Receiver, **arguments: Any) -> None:
    act(
        sandbox,
        "hubspot",
        "set_webhooks",
        target_url=receiver.url,
        subscriptions=CREATION,
        **arguments,
    )


def test_hubspots_own_library_finds_every_signature_right(empty_sandbox: SandboxThread) -> None:
    versions = ("v3", "v2", "v1")
    with receiving("/hubspot/webhooks?tenant=7") as receiver:
        _subscribe(empty_sandbox, receiver)
        for at, version in enumerate(versions, 1):
            switch(empty_sandbox, webhooks_signatures=version)
            act(empty_sandbox, "hubspot", "create_task", subject="予定の電話")
            receiver.wait_for(at)

    for request, version in zip(receiver.requests, versions, strict=True):
        name = "X-HubSpot-Signature-v3" if version == "v3" else "X-HubSpot-Signature"
        assert Signature.is_valid(
            signature=request.headers[name],
            client_secret=SECRET,
            request_body=request.body,
            http_uri=receiver.url,
            http_method="POST",
            signature_version=version,
            timestamp=request.headers.get("X-HubSpot-Request-Timestamp"),
        )


def test_hubspots_own_library_finds_a_forged_signature_wrong(empty_sandbox: SandboxThread) -> None:
    with receiving() as receiver:
        _subscribe(empty_sandbox, receiver)
        empty_sandbox.run(lambda box: box.hubspot.faults.arm([{"kind": "webhook_forged"}]))
        act(empty_sandbox, "hubspot", "create_task", subject="Call back")
        receiver.wait_for(1)
        (request,) = receiver.requests

    assert not Signature.is_valid(
        signature=request.headers["X-HubSpot-Signature-v3"],
        client_secret=SECRET,
        request_body=request.body,
        http_uri=receiver.url,
        signature_version="v3",
        timestamp=request.headers["X-HubSpot-Request-Timestamp"],
    )


def test_the_official_client_subscribes_an_app(empty_sandbox: SandboxThread) -> None:
    client = HubSpot(
        api_key=KEY, host=empty_sandbox.hubspot_url, base_url=empty_sandbox.hubspot_url
    )
    with receiving() as receiver:
        settings = client.webhooks.settings_api.configure(
            app_id=18_000_000,
            settings_change_request=SettingsChangeRequest(
                target_url=receiver.url,
                throttling=ThrottlingSettings(max_concurrent_requests=10),
            ),
        )
        made = client.webhooks.subscriptions_api.create(
            app_id=18_000_000,
            subscription_create_request=SubscriptionCreateRequest(
                event_type="contact.creation", active=True
            ),
        )
        listed = client.webhooks.subscriptions_api.get_all(app_id=18_000_000)
        act(
            empty_sandbox,
            "hubspot",
            "create",
            object="contacts",
            properties={"email": "a@example.com"},
        )
        (event,) = receiver.wait_for(1)

    assert settings.target_url == receiver.url
    assert [each.id for each in listed.results] == [made.id]
    assert (event["subscriptionType"], event["changeFlag"]) == ("contact.creation", "NEW")


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_refused_request_comes_again_once_the_clock_has_moved(
    empty_sandbox: SandboxThread, status: int
) -> None:
    with receiving() as receiver:
        receiver.answers = [status, 200]
        _subscribe(empty_sandbox, receiver)
        act(empty_sandbox, "hubspot", "create_task", subject="Call back")
        receiver.wait_for(1)
        while not empty_sandbox.run(lambda box: box.hubspot.webhooks.counts["failed"]):
            pass
        empty_sandbox.run(lambda box: box.world.clock.advance(120))
        first, second = receiver.wait_for(2)

    assert (first["attemptNumber"], second["attemptNumber"]) == (0, 1)
    assert first["eventId"] == second["eventId"]


def test_a_receiver_gets_no_more_requests_at_once_than_the_app_allows(
    empty_sandbox: SandboxThread,
) -> None:
    with receiving() as receiver:
        receiver.pause = 0.05
        _subscribe(empty_sandbox, receiver, max_concurrent_requests=6)
        for at in range(1200):
            act(empty_sandbox, "hubspot", "create_task", subject=f"Task {at}")
        events = receiver.wait_for(1200)

    assert len({event["objectId"] for event in events}) == 1200
    assert max(len(request.events) for request in receiver.requests) <= 100
    assert receiver.most_at_once <= 6


def test_nothing_is_sent_beyond_private_networks(empty_sandbox: SandboxThread) -> None:
    target = "https://8.8.8.8/hooks"
    act(empty_sandbox, "hubspot", "set_webhooks", target_url=target, subscriptions=CREATION)
    act(empty_sandbox, "hubspot", "create_task", subject="Call back")
    while not (told := empty_sandbox.run(lambda box: list(box.hubspot.webhooks.deliveries))):
        pass

    assert [(each["target"], each["status"]) for each in told] == [(target, None)]
