"""A flood of webhooks: how many events a second are noted, how long answers take, and that none is lost."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tandem.clock import SystemClock
from tandem.crm.hubspot.webhooks import Posted, signature_of
from tandem.feeds import Answer, Noting, Webhooks
from tandem.model import Side
from tandem.store import ConnectionStore, Credential, Keyring, Store

__all__ = ["Flood", "flood", "main"]

_ADDRESS = "https://tandem.example/hubspot/webhooks"
_SECRET = "the secret of the app"
_PORTAL = 147000000
_AT_ONCE = 10
"""As many requests as HubSpot has under way for one account, unless it is told otherwise [D-wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What became of a flood. ``lost`` counts records that were named and are not waiting."""

    events: int
    seconds: float
    cpu_seconds: float
    p50_ms: float
    p99_ms: float
    lost: int

    @property
    def a_second(self) -> float:
        return self.events / self.seconds


async def flood(
    url: str, *, requests: int = 500, events: int = 100, records: int = 15_000
) -> Flood:
    """Post *requests* of *events* about *records* to an empty database at *url*, ten at a time."""
    with Store(url, Keyring.of(b"\x01" * 32)) as store:
        mine = _connection(store)
        clock = SystemClock()
        webhooks = Webhooks(store, clock, Noting(store, clock))
        batches = [_request(n, events, records) for n in range(requests)]
        took: list[float] = []
        waiting = iter(batches)

        async def post() -> None:
            for posted in waiting:
                began = time.perf_counter()
                answer = await webhooks.receive(posted)
                took.append(time.perf_counter() - began)
                assert answer is Answer.NOTED, answer
                # The next request comes over the network: others have their turn first.
                await asyncio.sleep(0)

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(post() for _ in range(_AT_ONCE)))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
        named = min(records, requests * events)
        found = len(mine.hints(records + 1))
    spans = statistics.quantiles(took, n=100, method="inclusive")
    return Flood(
        events=requests * events,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        p50_ms=spans[49] * 1_000,
        p99_ms=spans[98] * 1_000,
        lost=named - found,
    )


def _connection(store: Store) -> ConnectionStore:
    account = store.save_account(
        Side.HUBSPOT,
        external_id=str(_PORTAL),
        name="The portal",
        base_url="https://api.hubapi.com",
        credential=Credential(kind="oauth", access_token="t", client_secret=_SECRET),
    )
    made = store.create_connection("main")
    store.attach(made.id, Side.HUBSPOT, account)
    return store.for_connection(made.id)


def _request(number: int, events: int, records: int) -> Posted:
    now = time.time_ns() // 1_000_000
    body = json.dumps(
        [
            {
                "eventId": number * events + n,
                "subscriptionId": 1,
                "portalId": _PORTAL,
                "appId": 18000000,
                "occurredAt": now,
                "subscriptionType": "object.propertyChange",
                "objectTypeId": "0-27",
                "objectId": (number * events + n) % records,
                "propertyName": "hs_task_status",
                "propertyValue": "COMPLETED",
                "changeSource": "CRM_UI",
                "attemptNumber": 0,
            }
            for n in range(events)
        ]
    ).encode()
    headers = {"x-hubspot-request-timestamp": str(now)}
    posted = Posted(addresses=(_ADDRESS,), headers=headers, body=body)
    headers["x-hubspot-signature-v3"] = signature_of(posted, _SECRET, str(now))
    return posted


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures, for the database named or SQLite in a folder of its own."""
    parser = argparse.ArgumentParser(prog="python -m tandem.bench.webhooks")
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--requests", type=int, default=500)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'tandem.db'}"
        found = asyncio.run(flood(url, requests=asked.requests))
    print(
        f"{found.events:,} events, {found.a_second:,.0f} a second; answers p50 {found.p50_ms:.1f} ms, "
        f"p99 {found.p99_ms:.1f} ms; CPU {found.cpu_seconds / found.events * 1e6:.1f} µs an event; "
        f"lost {found.lost}"
    )


if __name__ == "__main__":
    main()
