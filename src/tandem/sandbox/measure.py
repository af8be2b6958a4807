"""
What the simulated HubSpot costs: `python -m tandem.sandbox.measure [activities]`.

Loads that many activities with bodies of 1 kB, then times requests through the whole app, without
sockets. Prints memory and milliseconds.
"""

import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tandem.sandbox.app import SandboxApp
from tandem.sandbox.frontdoor import Message
from tandem.sandbox.hubspot import HubSpotState, create_app
from tandem.sandbox.hubspot.values import stamp
from tandem.sandbox.world import HUBSPOT, World

_CONTACTS = 2_000
_REPEATS = 20


def measure(activities: int) -> Iterator[tuple[str, str]]:
    """Name and figure of each measurement, as they are made."""
    world = World()
    state = HubSpotState(world)
    before = _resident_mb()
    began = time.perf_counter()
    state.load(_part(activities, world.clock.now_ms()))
    yield f"load {activities:,} calls with 1 kB bodies", f"{time.perf_counter() - began:.1f} s"
    yield "memory for them", f"{_resident_mb() - before:.0f} MB"
    yield (
        "memory at the peak",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
    )
    app = SandboxApp(HUBSPOT, world, create_app(state), _no_control)
    for name, path, bodies in _requests(state, activities):
        yield name, f"{asyncio.run(_median_ms(app, state.access_token, path, bodies)):.1f} ms"


def _requests(state: HubSpotState, activities: int) -> Iterator[tuple[str, str, list[Any]]]:
    calls = "/crm/v3/objects/calls"
    ids = list(state.crm.tables["calls"].live)
    some = [ids[at * len(ids) // 100] for at in range(100)]
    now = stamp(state.crm.now())
    new = {
        "properties": {"hs_timestamp": now, "hs_call_title": "New", "hs_call_body": "x" * 1000},
        "associations": [
            {
                "to": {"id": "1"},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}],
            }
        ],
    }
    yield "batch/create of 100", f"{calls}/batch/create", [{"inputs": [new] * 100}] * _REPEATS
    yield (
        "batch/update of 100",
        f"{calls}/batch/update",
        [
            {
                "inputs": [
                    {"id": str(each), "properties": {"hs_call_title": f"T{n}"}} for each in some
                ]
            }
            for n in range(_REPEATS)
        ],
    )
    names = ["hs_call_title", "hs_call_body", "hs_timestamp", "hubspot_owner_id"]
    read = {"inputs": [{"id": str(each)} for each in some], "properties": names}
    yield "batch/read of 100", f"{calls}/batch/read", [read] * _REPEATS
    associations = {"inputs": [{"id": str(each)} for each in ids[:1000]]}
    path = "/crm/v4/associations/calls/contacts/batch/read"
    yield "associations batch/read of 1,000", path, [associations] * _REPEATS
    ordered = sorted(record.updated for record in state.crm.tables["calls"].live.values())
    yield (
        "search page of 200 by modified date",
        f"{calls}/search",
        [_search(ordered[at * len(ordered) // _REPEATS], names) for at in range(_REPEATS)],
    )
    yield (
        "the same with a second filter",
        f"{calls}/search",
        [_search(ordered[0], names, "hs_call_direction", "OUTBOUND")] * 3,
    )


def _search(since: int, names: list[str], name: str = "", value: str = "") -> dict[str, Any]:
    filters = [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": str(since)}]
    if name:
        filters.append({"propertyName": name, "operator": "EQ", "value": value})
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}],
        "properties": names,
        "limit": 200,
    }


def _part(activities: int, now: int) -> dict[str, Any]:
    """Records as a sample has them; each body is a text of its own, as real ones are."""
    step = 365 * 86_400_000 // activities
    contacts = [
        {
            "id": str(each),
            "createdAt": stamp(now - 400 * 86_400_000),
            "updatedAt": stamp(now - 400 * 86_400_000),
            "properties": {"email": f"person{each}@example.com", "lastname": f"Person {each}"},
        }
        for each in range(1, _CONTACTS + 1)
    ]
    calls = [
        {
            "id": str(10_000_000 + each),
            "createdAt": stamp(now - each * step),
            "updatedAt": stamp(now - each * step + 500),
            "properties": {
                "hs_timestamp": stamp(now - each * step),
                "hs_call_title": f"Call {each}",
                "hs_call_body": f"<p>{each}</p>" + "x" * 1000,
                "hs_call_direction": "OUTBOUND" if each % 2 else "INBOUND",
                "hs_call_status": "COMPLETED",
                "hs_call_duration": str(each % 600_000),
            },
        }
        for each in range(activities)
    ]
    associations = [
        ("calls", 10_000_000 + each, "contacts", each % _CONTACTS + 1) for each in range(activities)
    ]
    return {"objects": {"contacts": contacts, "calls": calls}, "associations": associations}


async def _median_ms(app: SandboxApp, token: str, path: str, bodies: list[Any]) -> float:
    taken = []
    for body in bodies:
        content = msgspec.json.encode(body)
        began = time.perf_counter()
        await _post(app, token, path, content)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


async def _post(app: SandboxApp, token: str, path: str, content: bytes) -> None:
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"sandbox"), (b"authorization", f"Bearer {token}".encode())],
        "server": ("sandbox", 80),
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    if status >= 300:
        raise RuntimeError(f"{path} answered {status}")


async def _no_control(*_: Any) -> None:
    raise RuntimeError("The measurement does not use the control plane.")


def _resident_mb() -> float:
    text = Path("/proc/self/statm").read_text(encoding="ascii")
    pages = int(text.split()[1])
    return pages * resource.getpagesize() / 1_048_576


if __name__ == "__main__":
    for name, figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000):
        print(f"{name:40} {figure:>12}")
