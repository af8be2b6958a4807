"""
What a simulated history happens in: both CRMs, Tandem's database, and the wire between them.

A `Process` is one running Tandem. It can be killed at any request or at any point that the engine
announces: from then on it saves nothing, sends nothing and learns nothing, as after ``kill -9``.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tandem.crm.http import ConnectionLost, Request, Response
from tandem.engine.asking import Asking
from tandem.engine.connecting import Connecting
from tandem.engine.connectors import Connectors
from tandem.engine.context import AT_ONCE, Pace
from tandem.engine.prepare import outdate
from tandem.engine.reports import RunReport
from tandem.engine.running import Runner
from tandem.model import Side
from tandem.sandbox.server import Sandbox
from tandem.sandbox.world import World as SandboxWorld
from tandem.settings.activities import parse
from tandem.settings.kept import written
from tandem.settings.since import stamped
from tandem.simulation.asgi import AsgiTransport
from tandem.simulation.loop import VirtualClock
from tandem.simulation.memory import Mortal, memory
from tandem.store.connection_store import ConnectionStore

__all__ = ["CONNECTION", "Crash", "Killed", "Process", "Surroundings"]

CONNECTION = "simulated"
_URLS = {Side.HUBSPOT: "http://127.0.0.1:8801", Side.SALESFORCE: "http://127.0.0.1:8802"}
_SIDES = {8801: Side.HUBSPOT, 8802: Side.SALESFORCE}
_LONGEST_WAY = 0.15
"""Seconds a request or an answer may be on its way, drawn anew for each: what decides who comes first."""


class Killed(BaseException):
    """The process is gone. Like an interrupt it is nobody's to catch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """
    When a process is killed: at the ``nth`` time the engine announces ``point``, or, without a point,
    with its ``nth`` request: before it is delivered or, ``is_late``, before its answer arrives.
    """

    point: str = ""
    nth: int = 1
    is_late: bool = False

    def told(self) -> str:
        if self.point:
            return f"killed when “{self.point}” is reached" + _times(self.nth)
        when = "before the answer to" if self.is_late else "before"
        return f"killed {when} its request number {self.nth}"


def _times(nth: int) -> str:
    return "" if nth == 1 else f" for the {nth}th time"


class Surroundings:
    """
    Both CRMs of one history, on one clock, with a count and a digest of everything that was said.

    ``writes`` counts the records that Tandem changed, by side; ``made`` holds every task it ever made on a
    side, by id, as it was at first, whatever became of it.
    """

    def __init__(self, seed: int, clock: VirtualClock, **options: Any) -> None:
        self.clock = clock
        self.chance = random.Random(f"{seed}/order")
        self.sandbox = Sandbox(
            data="empty", world=SandboxWorld(clock=clock, seed=seed + 1, **options)
        )
        self.hubspot = self.sandbox.hubspot
        self.salesforce = self.sandbox.salesforce
        self.faults = self.sandbox.world.faults
        self.requests = 0
        self.writes: Counter[Side] = Counter()
        self.made: dict[Side, dict[str, Mapping[str, Any]]] = {side: {} for side in Side}
        self.fired: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self._apps = {
            Side.HUBSPOT: AsgiTransport(self.sandbox.hubspot_app),
            Side.SALESFORCE: AsgiTransport(self.sandbox.salesforce_app),
        }
        self._digest = hashlib.blake2b(digest_size=16)
        self.memory = memory()
        self.memory.begin(clock)

    @property
    def digest(self) -> str:
        """One word for every byte that Tandem and the CRMs have said to each other, in its order."""
        return self._digest.hexdigest()

    async def deliver(self, request: Request) -> Response:
        """Give *request* to its CRM, noting what is said and what it changed."""
        side = _SIDES[urlsplit(request.url).port or 0]
        self.requests += 1
        self._note(request.method.encode(), request.url.encode(), request.body or b"")
        before = self._rows(side) if request.method != "GET" else {}
        try:
            response = await self._apps[side].send(request)
        except ConnectionLost as error:
            self._note(b"lost", str(error).encode())
            raise
        finally:
            if request.method != "GET":
                self._compare(side, before)
        self._note(str(response.status).encode(), response.body)
        return response

    def note_faults(self) -> None:
        """Count what struck, before the rules are cleared."""
        for side, faults in self.faults.items():
            for rule in faults.listing():
                if rule["fired"]:
                    self.fired[f"{side} {rule['kind']}"] += rule["fired"]
            faults.clear()

    def _compare(self, side: Side, before: Mapping[str, Mapping[str, Any]]) -> None:
        """Note which records a request has changed or made; what people did meanwhile is theirs."""
        for name, values in self._rows(side).items():
            if before.get(name) is not values and self._is_ours(side, name, values):
                self.writes[side] += 1
                if name not in before:
                    self.made[side].setdefault(name, values)

    def _rows(self, side: Side) -> dict[str, Mapping[str, Any]]:
        """What Tandem may write, as values whose identity tells whether they were put anew."""
        if side is Side.SALESFORCE:
            return dict(self.salesforce.store.table("Task").raw)
        table = self.hubspot.crm.tables["tasks"]
        # A record that HubSpot touches by itself keeps its values; one in the bin is no new one.
        return {
            str(record.id): record.values
            for record in (*table.live.values(), *table.archived.values())
        }

    def _is_ours(self, side: Side, name: str, values: Mapping[str, Any]) -> bool:
        """Whether the last to write this record was the integration, which is Tandem alone here."""
        if side is Side.SALESFORCE:
            return bool(values.get("LastModifiedById") == self.salesforce.integration_id)
        table = self.hubspot.crm.tables["tasks"]
        record = table.live.get(int(name)) or table.archived[int(name)]
        entries = [past[-1] for past in (record.history or {}).values()]
        last = max(entries, key=lambda entry: entry.at).source if entries else record.source
        return last.type == "INTEGRATION"

    def _note(self, *parts: bytes) -> None:
        for part in parts:
            self._digest.update(len(part).to_bytes(4, "big"))
            self._digest.update(part)


class Process:
    """
    One Tandem, from its start to its end or its violent death.

    Nothing that it remembers outlives it but the database.
    """

    def __init__(self, around: Surroundings, name: str) -> None:
        self._around = around
        self._crash: Crash | None = None
        self._requests = 0
        self._passed: Counter[str] = Counter()
        self.is_alive = True
        self.store = Mortal(around.memory.store, self._check)
        self._connectors = Connectors(self.store, self, self, name)
        self._runner = Runner(
            store=self.store, connectors=self._connectors, clock=self, owner=name, at=self._at
        )
        self.asking = Asking(store=self.store, connectors=self._connectors, clock=self, who=name)
        self._connecting = Connecting(
            store=self.store, connectors=self._connectors, transport=self, clock=self, who=name
        )

    # ------------------------------------------------------------------ the clock and the wire

    def now(self) -> datetime:
        return self._around.clock.now()

    def monotonic(self) -> float:
        return self._around.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._around.clock.sleep(seconds + self._way())
        self._check()

    async def send(self, request: Request) -> Response:
        """Deliver a request, or be killed on the way."""
        self._check()
        self._requests += 1
        number = self._requests
        await self._around.clock.sleep(self._way())
        self._check()
        if self._falls(number, is_late=False):
            self._die()
        response = await self._around.deliver(request)
        await self._around.clock.sleep(self._way())
        if self._falls(number, is_late=True):
            self._die()
        self._check()
        return response

    def _way(self) -> float:
        return self._around.chance.random() * _LONGEST_WAY

    # ------------------------------------------------------------------ dying

    def doom(self, crash: Crash | None) -> None:
        """From now on count points and requests towards *crash*."""
        self._crash = crash
        self._requests = 0
        self._passed.clear()

    def _at(self, point: str) -> None:
        self._check()
        self._passed[point] += 1
        crash = self._crash
        if crash is not None and crash.point == point and crash.nth == self._passed[point]:
            self._die()

    def _falls(self, number: int, *, is_late: bool) -> bool:
        crash = self._crash
        if crash is None or crash.point:
            return False
        return crash.nth == number and crash.is_late == is_late

    def _die(self) -> None:
        assert self._crash is not None
        self.is_alive = False
        crash = self._crash
        late = "after a request" if crash.is_late else "before a request"
        self._around.points[crash.point or late] += 1
        raise Killed(crash.told())

    def _check(self) -> None:
        if not self.is_alive:
            raise Killed("dead")

    # ------------------------------------------------------------------ what people do with Tandem

    @property
    def mine(self) -> ConnectionStore:
        return self.store.for_connection(self.store.connection(CONNECTION).id)

    async def connect(self) -> None:
        tokens = self._around.sandbox.tokens
        await self._connecting.hubspot(
            CONNECTION,
            url=_URLS[Side.HUBSPOT],
            token=tokens["hubspot"],
            client_id=None,
            client_secret=None,
            open_browser=_no_browser,
        )
        await self._connecting.salesforce(
            CONNECTION,
            url=_URLS[Side.SALESFORCE],
            token=tokens["salesforce"],
            client_id=None,
            client_secret=None,
            username=None,
            private_key=None,
            browser=False,
            open_browser=_no_browser,
        )

    async def settings(self, text: str) -> None:
        """Save *text* as the connection's settings."""
        connection = self.store.connection(CONNECTION)
        saved = self.store.settings(connection.id)
        before = parse(saved.text)
        if saved.version == 0:
            # Nothing is wrong yet, and both CRMs' clocks are this one.
            hubspot_now = salesforce_now = self.now().replace(microsecond=0)
        else:
            hubspot_now = await self.asking.crm_now(connection, Side.HUBSPOT)
            salesforce_now = await self.asking.crm_now(connection, Side.SALESFORCE)
        after = stamped(before, parse(text), hubspot_now=hubspot_now, salesforce_now=salesforce_now)
        kept = "\n".join(written(after))
        # Without the settings that have their defaults: a run reads the text, and they cost most of that.
        self.store.save_settings(
            connection.id,
            text=f"{text}\n{kept}",
            expected_version=saved.version,
            changed_by="somebody",
            difference="",
            at=self.now(),
        )
        outdate(self.store.for_connection(connection.id), "org")

    async def sync(self, pace: Pace = AT_ONCE) -> RunReport:
        """A run at a connection's turn: it polls at that *pace*."""
        runner = replace(self._runner, pace=pace)
        return await runner.run(self.store.connection(CONNECTION), trigger="schedule")

    def resume(self) -> bool:
        """Somebody presses Resume; whether there was anything to resume."""
        connection = self.store.connection(CONNECTION)
        if connection.is_suspended:
            self.store.resume(connection.id)
        return connection.is_suspended

    async def retry(self) -> int:
        """Somebody presses Retry for everything that is parked."""
        if not self.mine.parked(limit=1):
            return 0
        return await self.asking.retry(CONNECTION, None, None)


def _no_browser(address: str) -> None:
    raise AssertionError(f"no browser was expected to be sent to {address}")
