"""A whole Tandem beside both simulated CRMs, in one process and on one clock that only tests move."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from tandem.bootstrap import Application
from tandem.crm.http import Request, Response
from tandem.engine.reports import RunReport
from tandem.model import Kind
from tandem.sandbox.clock import Clock as SandboxClock
from tandem.sandbox.server import Sandbox
from tandem.settings import ProcessSettings
from tandem.simulation.asgi import AsgiTransport

__all__ = ["HUBSPOT_URL", "SALESFORCE_URL", "START", "Installation", "installation"]

HUBSPOT_URL = "http://127.0.0.1:8801"
SALESFORCE_URL = "http://127.0.0.1:8802"
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class _SharedClock:
    """The sandbox's clock as Tandem's own; sleeping moves both."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        self._clock.advance(max(seconds, 0.0))


class _BothCrms:
    def __init__(self, sandbox: Sandbox) -> None:
        self._apps = {
            urlsplit(HUBSPOT_URL).port: AsgiTransport(sandbox.hubspot_app),
            urlsplit(SALESFORCE_URL).port: AsgiTransport(sandbox.salesforce_app),
        }

    async def send(self, request: Request) -> Response:
        return await self._apps[urlsplit(request.url).port].send(request)


class Installation:
    """``tandem`` is the application, ``hubspot`` and ``salesforce`` the states of the simulated CRMs."""

    def __init__(self, sandbox: Sandbox, home: Path, at: Callable[[str], None]) -> None:
        self.sandbox = sandbox
        self.home = home
        self.hubspot = sandbox.hubspot
        self.salesforce = sandbox.salesforce
        self.clock = sandbox.world.clock
        self.tandem = self._application(at)

    def _application(self, at: Callable[[str], None]) -> Application:
        return Application(
            ProcessSettings(home=self.home),
            clock=_SharedClock(self.clock),
            transport=_BothCrms(self.sandbox),
            at=at,
        )

    async def connect(self, *, key_field: bool = True) -> None:
        """Both sides of the connection "default"; the key field is made by Tandem itself unless it must not."""
        if not key_field:
            self.salesforce.act(
                "set_permission", {"permission": "CustomizeApplication", "on": False}
            )
        tokens = self.sandbox.tokens
        await self.tandem.connect_hubspot(
            "default", url=HUBSPOT_URL, token=tokens["hubspot"], open_browser=_no_browser
        )
        await self.tandem.connect_salesforce(
            "default", url=SALESFORCE_URL, token=tokens["salesforce"], open_browser=_no_browser
        )

    async def switch_on(
        self,
        kinds: Iterable[Kind] = tuple(Kind),
        *,
        since: datetime | None = None,
        first: str = "",
        options: Mapping[Kind, str] | None = None,
    ) -> None:
        """Tick the boxes of *kinds*; *first* is text for the top of the settings, *options* for a kind's table."""
        text = first + "\n"
        for kind in kinds:
            text += f"[kinds.{kind}]\nenabled = true\n{(options or {}).get(kind, '')}\n"
        await self.settings(text, since=since)

    async def settings(self, text: str, *, since: datetime | None = None) -> None:
        """Save *text* as the connection's settings."""
        change = await self.tandem.plan_settings("default", text, since=since)
        await self.tandem.save_settings("default", change, "test")

    async def sync(self, *, dry_run: bool = False) -> RunReport:
        """One run, whose counts must add up."""
        report = await self.tandem.sync("default", dry_run=dry_run)
        assert report.adds_up, report.kinds
        return report

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def calls(self) -> list[str]:
        """The journal of both CRMs as ``METHOD path``, oldest first."""
        return [f"{entry.method} {entry.path}" for entry in self.sandbox.world.journal.requests()]

    async def soql(self, statement: str) -> list[dict[str, Any]]:
        """The records a query answers, asked as a client would ask it."""
        transport = _BothCrms(self.sandbox)
        path = f"/services/data/v62.0/queryAll?q={quote(statement)}"
        token = self.sandbox.tokens["salesforce"]
        records: list[dict[str, Any]] = []
        while path:
            answer = await transport.send(
                Request(
                    method="GET",
                    url=SALESFORCE_URL + path,
                    headers={"Authorization": f"Bearer {token}"},
                )
            )
            page = json.loads(answer.body)
            assert answer.status == 200, page
            records += page["records"]
            path = page.get("nextRecordsUrl", "")
        return records

    async def hubspot_tasks(self) -> list[dict[str, Any]]:
        """HubSpot's tasks with their properties, ``id`` and ``contacts``, ``companies``, ``deals``; oldest first."""
        properties = (
            "hs_task_subject,hs_task_body,hs_task_status,hs_task_priority,hs_task_type,hs_timestamp,"
            "hubspot_owner_id,tandem_key,hs_lastmodifieddate"
        )
        path = f"/crm/v3/objects/tasks?limit=100&properties={properties}&associations=contacts,companies,deals"
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = await self._hubspot_answer(path + after)
            for one in page["results"]:
                hanging = {
                    to: [each["id"] for each in linked["results"]]
                    for to, linked in one.get("associations", {}).items()
                }
                places = {to: hanging.get(to, []) for to in ("contacts", "companies", "deals")}
                found.append({**one["properties"], "id": one["id"], **places})
            if "paging" not in page:
                return found
            after = f"&after={page['paging']['next']['after']}"

    async def _hubspot_answer(self, path: str) -> dict[str, Any]:
        token = self.sandbox.tokens["hubspot"]
        request = Request(
            method="GET", url=HUBSPOT_URL + path, headers={"Authorization": f"Bearer {token}"}
        )
        answer = await _BothCrms(self.sandbox).send(request)
        assert answer.status == 200, answer.body
        told: dict[str, Any] = json.loads(answer.body)
        return told

    async def tasks(self, where: str = "Tandem_Key__c != null") -> list[dict[str, Any]]:
        """Salesforce tasks with the fields that Tandem writes; those of Tandem's unless told otherwise."""
        fields = (
            "Id, Subject, Status, Priority, ActivityDate, Description, OwnerId, WhoId, WhatId, Type, "
            "TaskSubtype, IsClosed, IsDeleted, CallType, CallDurationInSeconds, CallDisposition"
        )
        key = "" if "Tandem_Key__c" not in where else ", Tandem_Key__c"
        return await self.soql(f"SELECT {fields}{key} FROM Task WHERE {where} ORDER BY Id")


def _no_browser(address: str) -> None:
    raise AssertionError(f"no browser was expected to be sent to {address}")


@asynccontextmanager
async def installation(
    home: Path,
    *,
    data: str = "empty",
    language: str = "en",
    at: Callable[[str], None] = lambda point: None,
) -> AsyncIterator[Installation]:
    """A sandbox standing still at ``START`` and an application that is open."""
    clock = SandboxClock(start=START, running=False)
    sandbox = Sandbox(data=data, language=language, clock=clock)
    running = Installation(sandbox, home, at)
    async with running.tandem:
        yield running
