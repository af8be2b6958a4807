"""A backlog of Salesforce's events: how many a second are read and noted, at what CPU, and that none is lost."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastavro

from tandem.clock import SystemClock
from tandem.crm.salesforce.events import Batch
from tandem.crm.salesforce.events.changes import HeaderSchema
from tandem.feeds import Noting
from tandem.feeds.salesforce_events import SalesforceEvents
from tandem.mapping.ids import id18
from tandem.model import Side
from tandem.store import ConnectionStore, Credential, Keyring, Store

__all__ = ["Backlog", "backlog", "main"]

_A_BATCH = 100
_STRINGS = {"type": "array", "items": "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What became of a backlog. ``lost`` counts records that were named and are not waiting."""

    events: int
    seconds: float
    read_us: float
    cpu_us: float
    lost: int

    @property
    def a_second(self) -> float:
        return self.events / self.seconds


class _Bus:
    """Has *payloads* to give, a hundred at a time, each read as it is given."""

    def __init__(self, schema: HeaderSchema, payloads: Sequence[bytes]) -> None:
        self._schema = schema
        self._payloads = payloads
        self.reading = 0.0
        self.is_empty = asyncio.Event()

    async def changes(
        self, topic: str, position: bytes | None = None
    ) -> AsyncGenerator[Batch, None]:
        yield Batch(position=b"\x01")
        for start in range(0, len(self._payloads), _A_BATCH):
            chunk = self._payloads[start : start + _A_BATCH]
            began = time.process_time()
            changes = tuple(map(self._schema.change_in, chunk))
            self.reading += time.process_time() - began
            yield Batch(position=start.to_bytes(8, "big"), changes=changes, events=len(chunk))
        self.is_empty.set()
        await asyncio.Event().wait()

    async def close(self) -> None: ...


async def backlog(url: str, *, events: int = 20_000, records: int = 15_000) -> Backlog:
    """Hear *events* about *records* tasks into an empty database at *url*. The network has no part in it."""
    schema = _schema()
    payloads = [_payload(schema, number % records) for number in range(events)]
    bus = _Bus(HeaderSchema(json.dumps(schema)), payloads)
    with Store(url, Keyring.of(b"\x01" * 32)) as store:
        mine, account_id = _connection(store)
        clock = SystemClock()
        feed = SalesforceEvents(
            account_id=account_id,
            bus=bus,
            noting=Noting(store, clock),
            store=store,
            clock=clock,
            entities=("Task",),
        )
        stop = asyncio.Event()
        began, cpu = time.perf_counter(), time.process_time()
        listening = asyncio.create_task(feed.listen(stop))
        await bus.is_empty.wait()
        seconds, spent = time.perf_counter() - began, time.process_time() - cpu
        stop.set()
        await listening
        named = {held.hint.record_id for held in mine.hints(records + 2)} - {"*"}
    return Backlog(
        events=events,
        seconds=seconds,
        read_us=bus.reading / events * 1e6,
        cpu_us=spent / events * 1e6,
        lost=min(records, events) - len(named),
    )


def _connection(store: Store) -> tuple[ConnectionStore, int]:
    account_id = store.save_account(
        Side.SALESFORCE,
        external_id="00D000000000001EAA",
        name="The org",
        base_url="https://example.my.salesforce.com",
        credential=Credential(kind="token", access_token="t"),
    )
    made = store.create_connection("main")
    store.attach(made.id, Side.SALESFORCE, account_id)
    return store.for_connection(made.id), account_id


def _schema() -> dict[str, Any]:
    texts = ("entityName", "changeType", "changeOrigin", "transactionKey", "commitUser")
    header: list[dict[str, Any]] = [{"name": each, "type": "string"} for each in texts]
    header += [{"name": each, "type": "long"} for each in ("commitTimestamp", "commitNumber")]
    header += [{"name": each, "type": _STRINGS} for each in ("recordIds", "changedFields")]
    fields = [
        {"name": f"Field{number}", "type": ["null", "string"], "default": None}
        for number in range(40)
    ]
    inner = {"type": "record", "name": "ChangeEventHeader", "fields": header}
    return {
        "type": "record",
        "name": "TaskChangeEvent",
        "fields": [{"name": "ChangeEventHeader", "type": inner}, *fields],
    }


def _payload(schema: dict[str, Any], number: int) -> bytes:
    header = {
        "entityName": "Task",
        "changeType": "UPDATE",
        "changeOrigin": "com/salesforce/api/rest/62.0",
        "transactionKey": "0006e261-c967-31c3-f492-0ea68f20d733",
        "commitUser": "005000000000001AAA",
        "commitTimestamp": time.time_ns() // 1_000_000,
        "commitNumber": number,
        "recordIds": [id18(f"00T{number:012d}")],
        "changedFields": ["0x0400A2"],
    }
    body = io.BytesIO()
    record = {"ChangeEventHeader": header, "Field1": "A subject", "Field2": "A comment " * 20}
    fastavro.schemaless_writer(body, schema, record)
    return body.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures, for the database named or SQLite in a folder of its own."""
    parser = argparse.ArgumentParser(prog="python -m tandem.bench.events")
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--events", type=int, default=20_000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'tandem.db'}"
        found = asyncio.run(backlog(url, events=asked.events))
    print(
        f"{found.events:,} events, {found.a_second:,.0f} a second; CPU {found.cpu_us:.1f} µs an event, "
        f"{found.read_us:.1f} µs of it reading the header; lost {found.lost}"
    )


if __name__ == "__main__":
    main()
