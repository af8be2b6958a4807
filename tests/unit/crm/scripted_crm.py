"""A transport that answers as a test's script says, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from tandem.clock import ManualClock
from tandem.crm.http import Request, Response
from tandem.crm.hubspot import HubSpotConnector
from tandem.crm.rate_limit import Budget, Pace
from tandem.crm.salesforce import SalesforceConnector
from tandem.crm.tokens import StaticToken, TokenSource
from tandem.model import Side

Reaction = Response | Exception
Script = Callable[["Asked"], Reaction]
UNLIMITED = Pace().without_limits()


class Asked:
    """One request, taken apart for a script to look at."""

    def __init__(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.method = request.method
        self.path = parts.path
        self.query = parse_qs(parts.query)
        self.headers = request.headers
        self.raw = request.body or b""
        self.form: dict[str, list[str]] = {}
        self.body: Any = None
        if "urlencoded" in request.headers.get("Content-Type", ""):
            self.form = parse_qs(self.raw.decode())
        elif request.body:
            self.body = msgspec.json.decode(request.body)


class ScriptedCrm:
    """
    Answers by a function of the request, or by a list of answers one after the other.

    An exception in the place of an answer is raised.
    """

    def __init__(self, script: Script | list[Reaction]) -> None:
        self._script = script
        self.asked: list[Asked] = []

    async def send(self, request: Request) -> Response:
        asked = Asked(request)
        self.asked.append(asked)
        reaction = self._script.pop(0) if isinstance(self._script, list) else self._script(asked)
        if isinstance(reaction, Exception):
            raise reaction
        return reaction


def answer(
    body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer."""
    encoded = b"" if body is None else msgspec.json.encode(body)
    return Response(status=status, headers=dict(headers or {}), body=encoded)


def hubspot_on(
    crm: ScriptedCrm,
    *,
    clock: ManualClock | None = None,
    tokens: TokenSource | None = None,
    pace: Pace = UNLIMITED,
    **options: Any,
) -> HubSpotConnector:
    clock = clock or ManualClock()
    return HubSpotConnector(
        crm,
        tokens or StaticToken("pat-secret"),
        Budget(Side.HUBSPOT, clock, pace),
        clock=clock,
        base_url="https://hubspot.test",
        **options,
    )


def salesforce_on(
    crm: ScriptedCrm,
    *,
    clock: ManualClock | None = None,
    tokens: TokenSource | None = None,
    pace: Pace = UNLIMITED,
    **options: Any,
) -> SalesforceConnector:
    clock = clock or ManualClock()
    return SalesforceConnector(
        crm,
        tokens or StaticToken("00D-secret"),
        Budget(Side.SALESFORCE, clock, pace),
        clock=clock,
        base_url="https://org.my.salesforce.test",
        **options,
    )
