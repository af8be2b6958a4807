"""The address that HubSpot posts to: no session, bounded, and signed for the address people configured."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from hubspot.utils.signature import (  # type: ignore[import-untyped]
    Signature as VendorSignature,
)
from tests.support.web import Web

from tandem.model import Side
from tandem.store import Credential
from tandem.web import WebSettings

SECRET = "the secret of the app"
BODY = json.dumps(
    [
        {
            "portalId": 1,
            "subscriptionType": "object.creation",
            "objectTypeId": "0-27",
            "objectId": 7,
            "occurredAt": 1763600000123,
        }
    ]
).encode()


@pytest.fixture
def subscribed(web: Web) -> Web:
    store = web.tandem.store
    account = store.save_account(
        Side.HUBSPOT,
        external_id="1",
        name="Portal 1",
        base_url="https://api.hubapi.com",
        credential=Credential(kind="oauth", access_token="t", client_secret=SECRET),
    )
    store.attach(store.create_connection("main").id, Side.HUBSPOT, account)
    return web


def headers(web: Web, address: str, body: bytes = BODY) -> dict[str, str]:
    stamp = str(int(web.running.clock.now().timestamp() * 1000))
    made = VendorSignature.get_signature(SECRET, body.decode(), "v3", address, "POST", stamp)
    return {"X-HubSpot-Signature-v3": made, "X-HubSpot-Request-Timestamp": stamp}


async def post(web: Web, path: str, made: dict[str, str], body: bytes = BODY) -> httpx.Response:
    return await web.browser().client.post(path, content=body, headers=made)


def waiting(web: Web) -> int:
    return sum(count for count, _ in web.tandem.store.hints.waiting().values())


async def test_a_notice_needs_neither_session_nor_form_token(subscribed: Web) -> None:
    made = headers(subscribed, "http://localhost:8800/hubspot/webhooks")
    answer = await post(subscribed, "/hubspot/webhooks", made)

    assert answer.status_code == 204
    assert "set-cookie" not in answer.headers
    assert waiting(subscribed) == 1


async def test_the_query_belongs_to_the_signed_address(subscribed: Web) -> None:
    path = "/hubspot/webhooks?from=a%3Ab%20c"
    signed = "http://localhost:8800/hubspot/webhooks?from=a:b%20c"

    assert (await post(subscribed, path, headers(subscribed, signed))).status_code == 204


async def test_behind_a_proxy_the_public_address_counts(subscribed: Web) -> None:
    public = "https://tandem.example.com/apps/tandem"
    behind = Web(subscribed.running, WebSettings(public_url=public))
    made = headers(behind, f"{public}/hubspot/webhooks")

    for path in ("/hubspot/webhooks", "/apps/tandem/hubspot/webhooks"):
        assert (await post(behind, path, made)).status_code == 204


async def test_a_trusted_proxys_word_for_host_and_scheme_counts(subscribed: Web) -> None:
    made = headers(subscribed, "https://localhost/hubspot/webhooks")
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost"}

    assert (await post(subscribed, "/hubspot/webhooks", made | said)).status_code == 204
    assert (await post(subscribed, "/hubspot/webhooks", made)).status_code == 401


async def test_a_forged_notice_is_refused(subscribed: Web) -> None:
    made = headers(subscribed, "http://localhost:8800/hubspot/webhooks", b"[]")

    assert (await post(subscribed, "/hubspot/webhooks", made)).status_code == 401
    assert (await post(subscribed, "/hubspot/webhooks", {})).status_code == 401
    assert waiting(subscribed) == 0


async def test_a_body_that_is_no_list_of_events_is_malformed(subscribed: Web) -> None:
    made = headers(subscribed, "http://localhost:8800/hubspot/webhooks", b"{}")

    assert (await post(subscribed, "/hubspot/webhooks", made, b"{}")).status_code == 400


async def test_a_body_larger_than_any_of_hubspots_is_not_read(subscribed: Web) -> None:
    large = b"[" + b" " * 8 * 1_048_576
    made = headers(subscribed, "http://localhost:8800/hubspot/webhooks", large)

    assert (await post(subscribed, "/hubspot/webhooks", made, large)).status_code == 413

    async def unsaid() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 1_048_576

    answer = await subscribed.browser().client.post(
        "/hubspot/webhooks",
        content=unsaid(),
        headers=made,
    )
    assert answer.status_code == 413


async def test_only_posting_is_answered(subscribed: Web) -> None:
    assert (await subscribed.browser().get("/hubspot/webhooks")).status_code == 405
