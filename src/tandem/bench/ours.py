"""What Tandem itself spends: its own application, the store on disk, real sockets to the simulated CRMs."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tandem.bench.sandbox import Load, SandboxProcess
from tandem.bench.spent import Spent, Watch, peak_mb
from tandem.bootstrap import Application
from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind
from tandem.settings import ProcessSettings

__all__ = ["costs", "created", "peak_of"]

_NAME = "bench"
_SETTLING = 120.0
"""Seconds between two pieces of work: records younger than a minute would be read again for the lag of HubSpot's index."""


class _Installation:
    def __init__(self, tandem: Application, sandbox: SandboxProcess) -> None:
        self._tandem = tandem
        self.sandbox = sandbox
        self._loaded = 0

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

    async def switch_on(self, kinds: Iterable[Kind]) -> None:
        text = "".join(f"[kinds.{kind}]\nenabled = true\n" for kind in kinds)
        since = datetime.fromisoformat(self.sandbox.now()) - timedelta(days=1)
        change = await self._tandem.plan_settings(_NAME, text, since=since)
        await self._tandem.save_settings(_NAME, change, _NAME)

    async def sync(self, expected: int, outcome: Outcome, per: int | None = None) -> Spent:
        """One run, which must have *expected* activities of *outcome*; figures count *per* activities."""
        watch = Watch(self.sandbox)
        report = await self._tandem.sync(_NAME)
        spent = watch.stop(per or expected)
        if report.state is not RunState.DONE or report.total(outcome) != expected:
            raise RuntimeError(
                f"The measured run should have {outcome} {expected} activities and ended as "
                f"{report.state} with {report.total(outcome)}. {report.message}"
            )
        return spent

    def load(self, count: int, contacts: int, *, html: bool = False) -> None:
        """New activities on the same contacts as before, none of them young any more."""
        self.sandbox.advance(_SETTLING)
        self.sandbox.load(
            Load(
                count=count,
                contacts=contacts,
                html=html,
                first=self._loaded,
                seconds=_SETTLING / 2,
            )
        )
        self.sandbox.advance(_SETTLING)
        self._loaded += count

    def edit(self, count: int) -> None:
        """Change the titles of the *count* activities that were loaded last, and let the index follow."""
        self.sandbox.advance(_SETTLING)
        self.sandbox.edit("calls", self._loaded - count, count)
        self.sandbox.advance(_SETTLING)


@asynccontextmanager
async def _installation() -> AsyncIterator[_Installation]:
    with tempfile.TemporaryDirectory() as home, SandboxProcess() as sandbox:
        async with Application(ProcessSettings(home=Path(home))) as tandem:
            installation = _Installation(tandem, sandbox)
            await installation.connect()
            await installation.switch_on([Kind.CALL])
            await installation.sync(0, Outcome.CREATED, per=1)
            yield installation


async def costs(activities: int, latency_ms: int) -> dict[str, Spent]:
    """
    One kind, each activity on a contact of its own: created with contacts unknown and known, updated,
    a round without news over all kinds; then created and updated with every answer delayed.
    """
    found: dict[str, Spent] = {}
    async with _installation() as its:
        its.load(activities, activities)
        found["unknown_contacts"] = await its.sync(activities, Outcome.CREATED)
        its.load(activities, activities)
        found["created"] = await its.sync(activities, Outcome.CREATED)
        its.edit(activities)
        found["updated"] = await its.sync(activities, Outcome.UPDATED)
        its.sandbox.advance(_SETTLING)
        await its.switch_on(Kind)
        await its.sync(0, Outcome.CREATED, per=1)
        its.sandbox.advance(_SETTLING)
        found["nothing_new"] = await its.sync(0, Outcome.CREATED, per=activities)
        await its.switch_on([Kind.CALL])
        its.load(activities, activities)
        await its.sync(activities, Outcome.CREATED)
        its.sandbox.answer_after(latency_ms)
        its.load(activities, activities)
        found["created_delayed"] = await its.sync(activities, Outcome.CREATED)
        its.edit(activities)
        found["updated_delayed"] = await its.sync(activities, Outcome.UPDATED)
    return found


async def created(activities: int, rounds: int, *, html: bool) -> list[Spent]:
    """*rounds* batches of *activities* created one after the other on contacts that are known."""
    async with _installation() as its:
        spent = []
        for _ in range(rounds + 1):
            its.load(activities, activities, html=html)
            spent.append(await its.sync(activities, Outcome.CREATED))
        return spent[1:]


async def peak_of(activities: int, contacts: int, *, html: bool) -> float:
    """The peak of this process's memory in MB after one run that creates *activities* tasks."""
    async with _installation() as its:
        its.load(activities, contacts, html=html)
        await its.sync(activities, Outcome.CREATED)
    return peak_mb()


def _no_browser(address: str) -> None:
    raise RuntimeError(f"The measurement needs no browser, but one was wanted for {address}.")
