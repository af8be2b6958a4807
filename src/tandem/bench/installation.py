"""Tandem as it ships, beside simulated CRMs: what a measurement does with it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tandem.bench.sandbox import Load, SandboxProcess
from tandem.bench.spent import Spent, Watch
from tandem.bootstrap import Application
from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind, LinkState
from tandem.settings import ProcessSettings

__all__ = ["SETTLING", "Installation", "installed"]

_NAME = "bench"
SETTLING = 120.0
"""Seconds between two pieces of work: records younger than a minute would be read again for the lag of HubSpot's index."""

_AN_HOUR = 61 * 60.0
_SECOND_LOOKS = 20 * 60.0
"""Seconds after which the last second look at a new record is due (SPEC section 5)."""


class Installation:
    """An application with one connection, on a database of its own, beside a sandbox in another process."""

    def __init__(self, tandem: Application, sandbox: SandboxProcess) -> None:
        self._tandem = tandem
        self.sandbox = sandbox
        self._loaded = 0
        self._tasks: list[str] = []

    async def connect(self) -> None:
        sandbox = self.sandbox
        await self._tandem.connect_hubspot(
            _NAME, url=sandbox.hubspot_url, token=sandbox.hubspot_token, open_browser=_no_browser
        )
        await self._tandem.connect_salesforce(
            _NAME,
            url=sandbox.salesforce_url,
            token=sandbox.salesforce_token,
            open_browser=_no_browser,
        )

    async def switch_on(
        self, kinds: Iterable[Kind] = (), *, salesforce_tasks: bool = False
    ) -> None:
        text = "".join(f"[kinds.{kind}]\nenabled = true\n" for kind in kinds)
        if salesforce_tasks:
            text += "[salesforce_tasks]\nenabled = true\n"
        since = datetime.fromisoformat(self.sandbox.now()) - timedelta(days=1)
        change = await self._tandem.plan_settings(_NAME, text, since=since)
        await self._tandem.save_settings(_NAME, change, _NAME)

    async def sync(self, expected: int, outcome: Outcome, per: int | None = None) -> Spent:
        """
        One run, which must have *expected* activities of *outcome*; figures count *per* activities.

        So many at once that Tandem asks first are let through, as an administrator would.
        """
        watch = Watch(self.sandbox)
        report = await self._tandem.sync(_NAME)
        found = report.total(outcome)
        if report.state is RunState.BRAKED:
            await self._tandem.resume(_NAME)
            report = await self._tandem.sync(_NAME)
            found += report.total(outcome)
        spent = watch.stop(per or expected)
        if report.state is not RunState.DONE or found != expected:
            raise RuntimeError(
                f"The measured run should have {outcome} {expected} activities and ended as "
                f"{report.state} with {found}. {report.message}"
            )
        return spent

    def load(self, count: int, contacts: int, *, html: bool = False, kind: str = "calls") -> None:
        """New activities on the same contacts as before, none of them young any more."""
        self.sandbox.advance(SETTLING)
        self.load_at_once(count, contacts, html=html, kind=kind, seconds=SETTLING / 2)
        self.sandbox.advance(SETTLING)

    def load_at_once(
        self,
        count: int,
        contacts: int,
        *,
        html: bool = False,
        kind: str = "calls",
        seconds: float,
    ) -> None:
        """New activities of the last *seconds*, without moving the clock."""
        self.sandbox.load(
            Load(
                count=count,
                contacts=contacts,
                kind=kind,
                html=html,
                first=self._loaded,
                seconds=seconds,
            )
        )
        self._loaded += count

    def edit(self, count: int) -> None:
        """Change the titles of the *count* activities that were loaded last, and let the index follow."""
        self._edit("calls", self._loaded - count, count)

    def edit_in_hubspot(self, count: int) -> None:
        """A person changes the subjects of the first *count* HubSpot tasks there are."""
        self._edit("tasks", 0, count)

    def _edit(self, kind: str, first: int, count: int) -> None:
        self.sandbox.advance(SETTLING)
        self.sandbox.edit(kind, first, count)
        self.sandbox.advance(SETTLING)

    def create_tasks(self, count: int) -> None:
        """A person makes so many Salesforce tasks on the contacts of the first `load`."""
        self.sandbox.advance(SETTLING)
        self._tasks = self.sandbox.create_tasks(count)
        self.sandbox.advance(SETTLING)

    def edit_tasks(self, count: int) -> None:
        """A person changes the subjects of the first *count* Salesforce tasks that were made last."""
        self.sandbox.advance(SETTLING)
        self.sandbox.edit_tasks(self._tasks[:count])
        self.sandbox.advance(SETTLING)

    async def pair_tasks(self, count: int) -> list[tuple[str, str]]:
        """
        *count* HubSpot tasks of the last hour, synced both ways: their ids there and in Salesforce.

        No clock is moved, so that a service may go on from here.
        """
        await self.switch_on([Kind.TASK], salesforce_tasks=True)
        self.load_at_once(count, count, kind="tasks", seconds=_AN_HOUR)
        await self.sync(count, Outcome.CREATED)
        store = self._tandem.store
        mine = store.for_connection(store.connection(_NAME).id)
        links = mine.in_state(LinkState.PAIRED, limit=count)
        return [(str(each.hubspot_id), str(each.salesforce_id)) for each in links]

    async def know_webhooks(self) -> None:
        """Keep the secret of HubSpot's webhooks, so that a service hears them."""
        await self._tandem.set_webhook_secret(_NAME, self.sandbox.webhook_secret)

    async def calm_down(self) -> None:
        """
        Runs until what was written is no news, is not looked at for a second time any more, and what is
        looked at once an hour has just been.
        """
        for seconds in (SETTLING, _AN_HOUR, _SECOND_LOOKS, SETTLING):
            self.sandbox.advance(seconds)
            await self._tandem.sync(_NAME)
        self.sandbox.advance(SETTLING)


@asynccontextmanager
async def installed(*, limits: str = "off") -> AsyncIterator[Installation]:
    """Connected to CRMs that are empty, nothing switched on; gone with all it made afterwards."""
    with tempfile.TemporaryDirectory() as home, SandboxProcess(limits=limits) as sandbox:
        async with Application(ProcessSettings(home=Path(home))) as tandem:
            installation = Installation(tandem, sandbox)
            await installation.connect()
            yield installation


def _no_browser(address: str) -> None:
    raise RuntimeError(f"The measurement needs no browser, but one was wanted for {address}.")
