"""Both connectors over real sockets: plain HTTP, TLS with the sandbox's own authority, a real reset."""

from __future__ import annotations

import pytest

from tandem.clock import SystemClock
from tandem.crm.http import AiohttpTransport, TransportSettings
from tandem.crm.hubspot import HubSpotConnector
from tandem.crm.rate_limit import Budget, Pace
from tandem.crm.retry import Patience
from tandem.crm.salesforce import SalesforceConnector
from tandem.crm.tokens import StaticToken
from tandem.errors import TryLater
from tandem.model import Side, WriteResult
from tandem.sandbox.server import Sandbox


def _hubspot(
    sandbox: Sandbox, transport: AiohttpTransport, url: str, patience: Patience | None = None
) -> HubSpotConnector:
    clock = SystemClock()
    return HubSpotConnector(
        transport,
        StaticToken(sandbox.tokens["hubspot"]),
        Budget(Side.HUBSPOT, clock, Pace().without_limits()),
        clock=clock,
        base_url=url,
        patience=patience or Patience(),
    )


def _salesforce(sandbox: Sandbox, transport: AiohttpTransport, url: str) -> SalesforceConnector:
    clock = SystemClock()
    return SalesforceConnector(
        transport,
        StaticToken(sandbox.tokens["salesforce"]),
        Budget(Side.SALESFORCE, clock, Pace().without_limits()),
        clock=clock,
        base_url=url,
    )


async def test_both_crms_answer_on_plain_and_encrypted_connections() -> None:
    async with Sandbox(data="empty") as sandbox:
        settings = TransportSettings(ca_file=sandbox.ca_path)
        async with AiohttpTransport(settings) as transport:
            for scheme in ("http:", "https:"):
                hubspot = _hubspot(sandbox, transport, sandbox.hubspot_url.replace("http:", scheme))
                salesforce = _salesforce(
                    sandbox, transport, sandbox.salesforce_url.replace("http:", scheme)
                )
                portal, org = await hubspot.portal(), await salesforce.org()

                assert str(sandbox.hubspot.summary()["portal_id"]) == portal.id
                assert sandbox.salesforce.summary()["organization_id"] == org.id


async def test_an_unknown_authority_is_not_trusted() -> None:
    async with Sandbox(data="empty") as sandbox, AiohttpTransport() as transport:
        hubspot = _hubspot(
            sandbox, transport, sandbox.hubspot_url.replace("http:", "https:"), Patience(attempts=1)
        )

        with pytest.raises(TryLater, match="not trusted"):
            await hubspot.portal()


async def test_a_reset_after_the_work_leaves_the_outcome_unknown() -> None:
    async with Sandbox(data="empty") as sandbox, AiohttpTransport() as transport:
        salesforce = _salesforce(sandbox, transport, sandbox.salesforce_url)
        sandbox.world.faults["salesforce"].arm(
            {"kind": "drop_after", "method": "POST", "path": "*/composite/sobjects"}
        )

        (written,) = await salesforce.create_tasks([{"Subject": "once"}])

        assert WriteResult.UNKNOWN is written.result
        assert sandbox.salesforce.summary()["tasks"]["open"] == 1
