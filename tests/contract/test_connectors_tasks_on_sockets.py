"""Tasks of both sides over real sockets: a real reset in the middle of a batch, a Bulk result that streams."""

from __future__ import annotations

from datetime import UTC, datetime

from tandem.clock import SystemClock
from tandem.crm.connector import NewTask
from tandem.crm.http import AiohttpTransport
from tandem.crm.hubspot import HubSpotConnector
from tandem.crm.rate_limit import Budget, Pace
from tandem.crm.salesforce import SalesforceConnector
from tandem.crm.tokens import StaticToken
from tandem.model import KeyProperty, Side, WriteResult
from tandem.sandbox.server import Sandbox

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _hubspot(sandbox: Sandbox, transport: AiohttpTransport) -> HubSpotConnector:
    clock = SystemClock()
    return HubSpotConnector(
        transport,
        StaticToken(sandbox.tokens["hubspot"]),
        Budget(Side.HUBSPOT, clock, Pace().without_limits()),
        clock=clock,
        base_url=sandbox.hubspot_url,
    )


def _salesforce(sandbox: Sandbox, transport: AiohttpTransport) -> SalesforceConnector:
    clock = SystemClock()
    return SalesforceConnector(
        transport,
        StaticToken(sandbox.tokens["salesforce"]),
        Budget(Side.SALESFORCE, clock, Pace().without_limits()),
        clock=clock,
        base_url=sandbox.salesforce_url,
    )


async def test_tasks_that_landed_before_a_reset_are_found_by_their_key() -> None:
    async with Sandbox(data="empty") as sandbox, AiohttpTransport() as transport:
        hubspot = _hubspot(sandbox, transport)
        assert KeyProperty.UNIQUE is await hubspot.create_key_property()
        tasks = [
            NewTask(properties={"hs_timestamp": "2026-12-01T09:00:00Z", "tandem_key": f"k-{n}"})
            for n in range(3)
        ]
        sandbox.world.faults["hubspot"].arm(
            {"kind": "drop_after", "method": "POST", "path": "*/tasks/batch/create"}
        )

        lost = await hubspot.create_tasks(tasks)
        again = await hubspot.create_tasks(tasks)
        found = await hubspot.tasks_by_key(["k-0", "k-1", "k-2"])

    assert {WriteResult.UNKNOWN} == {one.result for one in lost}
    assert {WriteResult.EXISTS} == {one.result for one in again}
    assert [one.id for one in again] == [found[f"k-{n}"].id for n in range(3)]


async def test_changed_tasks_and_a_bulk_job_say_the_same() -> None:
    async with Sandbox(data="empty") as sandbox, AiohttpTransport() as transport:
        salesforce = _salesforce(sandbox, transport)
        await salesforce.create_tasks([{"Subject": f"s{n} 日本" * 5} for n in range(2100)])
        pages = salesforce.changed_tasks(LONG_AGO, None, fields=("Subject",))
        changed = {task.id: task async for page in pages for task in page.tasks}
        batches = salesforce.tasks_where("Subject LIKE 's%'", fields=("Subject",))
        met = {task.id: task async for batch in batches for task in batch}

    assert len(met) == 2100
    assert changed == met
