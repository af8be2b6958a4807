"""
What the command line asks of Tandem: one protocol, met by ``tandem.bootstrap.Application``.

Commands parse, call one of these and print the answer; no rule lives on this side of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tandem.engine.conflicts import ConflictList, Restored
from tandem.engine.findings import Finding
from tandem.engine.importing import ImportReport, Unfinished, Wanted
from tandem.engine.recreating import Recreated
from tandem.engine.reports import (
    ConnectionSummary,
    ErrorCard,
    Explanation,
    Health,
    OwnerRow,
    ProgressCallback,
    RunReport,
    SettingsChange,
)
from tandem.engine.undoing_report import UndoReport
from tandem.feeds.asking import FeedReport
from tandem.mapping.salesforce_reports import About, Report
from tandem.reports import Reporting
from tandem.settings import ProcessSettings
from tandem.store.workers import WorkerRow

__all__ = ["Application", "OpenApplication"]


class Application(Protocol):
    """All methods raise the errors of ``tandem.errors``; an unknown connection is a ``SettingsError``."""

    async def connections(self) -> Sequence[ConnectionSummary]: ...

    async def connect_hubspot(
        self,
        name: str,
        *,
        url: str | None = None,
        token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        open_browser: Callable[[str], None],
    ) -> ConnectionSummary:
        """
        Make or renew the HubSpot half of connection *name*.

        Without a token: OAuth, ``open_browser`` being told the address a person must visit.
        """

    async def connect_salesforce(
        self,
        name: str,
        *,
        url: str | None = None,
        token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        username: str | None = None,
        private_key: str | None = None,
        browser: bool = False,
        open_browser: Callable[[str], None],
    ) -> ConnectionSummary:
        """
        Make or renew the Salesforce half of connection *name*.

        With ``username`` and ``private_key`` (PEM): JWT bearer. With ``client_id`` and
        ``client_secret``: client credentials, or the web-server flow if ``browser``. With
        ``client_id`` alone: the web-server flow with PKCE.
        """

    async def disconnect(self, name: str) -> None: ...

    async def settings_text(self, name: str) -> str: ...

    async def plan_settings(
        self, name: str, text: str, *, since: datetime | None = None
    ) -> SettingsChange:
        """What *text* would change; ``since`` begins what it switches on in the past (``tandem.settings.change_of``)."""

    async def save_settings(self, name: str, change: SettingsChange, who: str) -> int:
        """The new version; SettingsError if another one was saved since the change was planned."""

    async def sync(
        self, name: str, *, dry_run: bool = False, progress: ProgressCallback | None = None
    ) -> RunReport: ...

    async def plan(self, name: str) -> RunReport: ...

    async def bring(
        self,
        name: str,
        wanted: Wanted,
        *,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ImportReport:
        """Import past tasks or activities, or say what that would do."""

    async def unfinished_import(self, name: str, wanted: Wanted) -> Unfinished | None:
        """How far the same import came when it was stopped; None if there is nothing to go on with."""

    async def explain(self, name: str, asked: str) -> Explanation: ...

    async def undo(
        self,
        name: str,
        run_id: int,
        *,
        dry_run: bool = False,
        limit: int = 100,
        progress: ProgressCallback | None = None,
    ) -> UndoReport:
        """Take a run back, or say what that would do; the first *limit* steps are told one by one."""

    async def release(self, name: str, run_id: int) -> int:
        """How many links, held by the undo of this run, the next run sees to again."""

    async def conflicts(
        self, name: str, *, everything: bool = False, limit: int = 200
    ) -> ConflictList:
        """What lost a conflict, with *everything* also what was put back since; and pairs that ended."""

    async def restore_conflict(
        self, name: str, conflict_id: int, *, force: bool = False
    ) -> Restored:
        """Write what lost back on its side; over a later edit only by *force*."""

    async def recreate(self, name: str, asked: str) -> Recreated:
        """Make the lost counterpart of a pair that ended again."""

    async def health(self, name: str) -> Health: ...

    async def errors(self, name: str, reason: str | None = None) -> Sequence[ErrorCard]: ...

    async def retry(
        self, name: str, keys: Sequence[str] | None = None, reason: str | None = None
    ) -> int:
        """How many parked activities the next run tries again; all if neither is given."""

    async def resume(self, name: str) -> None: ...

    async def owners(self, name: str) -> Sequence[OwnerRow]: ...

    async def map_owner(self, name: str, hubspot_owner: str, salesforce_user: str | None) -> None:
        """Set an owner's user by hand; None: nobody. Owners and users are named by id or e-mail."""

    async def unmap_owner(self, name: str, hubspot_owner: str) -> None:
        """Forget what was set by hand: the automatic match counts again."""

    async def reporting(self, name: str) -> Reporting:
        """Reports in the connection's Salesforce."""

    async def ready_reports(self, name: str, about: About = About.CONTACTS) -> Sequence[Report]:
        """The ready-made reports in the words of the connection's settings."""

    async def doctor(self, name: str) -> Sequence[Finding]: ...

    async def backup(self, path: Path) -> None: ...

    async def restore(self, path: Path) -> None: ...

    async def erase(self, email: str) -> Mapping[str, int]:
        """How many entries of each kind about this person were erased."""

    async def serve(self, stop: asyncio.Event) -> None:
        """Run every connection as it falls due until *stop* is set, then end in good order."""

    async def work(self, stop: asyncio.Event, *, slots: int = 8) -> None:
        """The same as one of several programs on a shared database; SettingsError where it is SQLite."""

    async def workers(self) -> Sequence[WorkerRow]:
        """The programs that run connections of a shared database, and what each runs now."""

    async def feeds(self, name: str) -> FeedReport:
        """How the change feeds of a connection are."""

    async def wanted_webhooks(self, name: str) -> Sequence[dict[str, str]]:
        """What to subscribe to in the settings of the connection's HubSpot app."""

    async def set_webhook_secret(self, name: str, secret: str) -> None:
        """Keep the secret that the app of the connection's HubSpot account signs with."""


OpenApplication = Callable[[ProcessSettings], AbstractAsyncContextManager[Application]]
