"""Both connectors joined to both simulated CRMs, in-process and on one clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tandem.crm.hubspot import HubSpotConnector
from tandem.crm.rate_limit import Budget, Pace
from tandem.crm.retry import Patience
from tandem.crm.salesforce import SalesforceConnector
from tandem.crm.tokens import StaticToken, TokenSource
from tandem.model import Side
from tandem.sandbox.clock import Clock as SandboxClock
from tandem.sandbox.server import Sandbox
from tandem.simulation.asgi import AsgiTransport

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class SandboxTime:
    """The sandbox's clock as Tandem's: whoever sleeps moves both CRMs ahead."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._clock.advance(max(seconds, 0.0))


class Joined:
    """One sandbox with a connector to each side; time stands still between calls."""

    def __init__(
        self,
        *,
        data: str = "sample",
        limits: str = "off",
        language: str = "en",
        pace: Pace | None = None,
    ) -> None:
        clock = SandboxClock(START, running=False)
        self.sandbox = Sandbox(data=data, limits=limits, language=language, clock=clock)
        self.time = SandboxTime(clock)
        self.pace = pace or Pace().without_limits()
        self.hubspot_transport = AsgiTransport(self.sandbox.hubspot_app)
        self.salesforce_transport = AsgiTransport(self.sandbox.salesforce_app)
        self.hubspot = self.hubspot_with(StaticToken(self.sandbox.tokens["hubspot"]))
        self.salesforce = self.salesforce_with(StaticToken(self.sandbox.tokens["salesforce"]))

    def hubspot_with(self, tokens: TokenSource, **options: Any) -> HubSpotConnector:
        return HubSpotConnector(
            self.hubspot_transport,
            tokens,
            Budget(Side.HUBSPOT, self.time, self.pace),
            clock=self.time,
            base_url="http://127.0.0.1:8801",
            **options,
        )

    def salesforce_with(self, tokens: TokenSource, **options: Any) -> SalesforceConnector:
        options.setdefault("patience", Patience())
        return SalesforceConnector(
            self.salesforce_transport,
            tokens,
            Budget(Side.SALESFORCE, self.time, self.pace),
            clock=self.time,
            base_url="http://127.0.0.1:8802",
            **options,
        )

    def switch(self, **values: Any) -> None:
        self.sandbox.world.switches.set(values)

    def fault(self, side: Side, **rule: Any) -> None:
        self.sandbox.world.faults[side.value].arm(rule)

    def in_hubspot(self, act: str, **arguments: Any) -> dict[str, Any]:
        return self.sandbox.hubspot.act(act, arguments)

    def in_salesforce(self, act: str, **arguments: Any) -> dict[str, Any]:
        return self.sandbox.salesforce.act(act, arguments)

    def requests(self, side: Side) -> int:
        """How many requests that side has received so far."""
        return len(self.sandbox.world.journal.requests(side.value))
