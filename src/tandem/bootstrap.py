"""The one place where parts are chosen and joined: the application that every way in works with."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from tandem.alerts import Alerts, alerting
from tandem.clock import Clock, SystemClock
from tandem.crm.http import AiohttpTransport, Transport, TransportSettings
from tandem.crm.hubspot.webhooks import Signature
from tandem.engine import asking
from tandem.engine.brakes import RELEASED, is_brake
from tandem.engine.choosing import plan_settings
from tandem.engine.conflicts import Conflicting, ConflictList, Restored
from tandem.engine.connecting import Connecting
from tandem.engine.connectors import Connectors
from tandem.engine.context import Pace
from tandem.engine.explaining_live import Looking
from tandem.engine.findings import Finding
from tandem.engine.importing import Importing, ImportReport, Unfinished, Wanted
from tandem.engine.keeping import Keeping
from tandem.engine.long_work import Works
from tandem.engine.prepare import outdate
from tandem.engine.recreating import Recreated, Recreating
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
from tandem.engine.runner.local import LocalRunner
from tandem.engine.runner.turns import Pauses, Turns
from tandem.engine.running import Runner, this_process
from tandem.engine.undoing import Undoing
from tandem.engine.undoing_report import UndoReport
from tandem.errors import SettingsError
from tandem.feeds import Listening, Noting, SalesforceListening, Webhooks
from tandem.feeds.asking import FeedReport, feed_report, keep_secret, wanted_webhooks
from tandem.mapping.salesforce_reports import About, Report
from tandem.model import Side
from tandem.reports import Reporting, ready_made
from tandem.settings import ProcessSettings, person, show
from tandem.settings.activities import parse
from tandem.settings.metrics import MetricsSettings
from tandem.store.keyring import Keyring
from tandem.store.store import Store
from tandem.store.workers import WorkerRow
from tandem.telemetry import Readiness, Watch, Watched, watching

__all__ = ["Application"]

_SWEPT = timedelta(minutes=15)
_MOST_OF = 0.8

_DATABASE = "tandem.db"


class Application:
    """
    Tandem with its database open. Use it as an async context manager.

    All methods raise the errors of ``tandem.errors``; an unknown connection is a ``SettingsError``.
    ``at`` is told every point at which a crash is survivable. Once it is open, its parts (``asking``,
    ``connecting``, ``conflicting``, ``undoing``, ``recreating``, ``connectors``) are there for whoever
    asks more than the methods do, or in somebody's name: the web app.
    """

    def __init__(
        self,
        settings: ProcessSettings,
        *,
        clock: Clock | None = None,
        transport: Transport | None = None,
        at: Callable[[str], None] = lambda point: None,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._given_transport = transport
        self._at = at
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        settings = self._settings
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        keyring = Keyring.from_environment(settings.key_variables, settings.home)
        url = settings.database_url or f"sqlite:///{settings.home / _DATABASE}"
        self._store = self._closing.enter_context(Store(url, keyring, clock=self._clock.now))
        transport = self._given_transport
        if transport is None:
            transport = await self._closing.enter_async_context(
                AiohttpTransport(TransportSettings(ca_file=settings.ca_file))
            )
        who = person()
        self.connectors = Connectors(self._store, transport, self._clock, this_process())
        self.connecting = Connecting(
            store=self._store,
            connectors=self.connectors,
            transport=transport,
            clock=self._clock,
            who=who,
        )
        self.runner = Runner(
            store=self._store,
            connectors=self.connectors,
            clock=self._clock,
            owner=this_process(),
            at=self._at,
            keeping=Keeping.within(settings.takeover_seconds),
            # A turn comes a little before or after its minute: what was polled in the last is due again.
            pace=Pace(polled=_MOST_OF * timedelta(seconds=settings.poll_seconds), swept=_SWEPT),
        )
        self.turns = Turns(
            store=self._store,
            runner=self.runner,
            clock=self._clock,
            pauses=Pauses(usual=settings.poll_seconds),
            retention_days=settings.retention_days,
            is_queued=self._store.is_shared,
        )
        self.alerts = Alerts.of(self._store, self._clock, settings)
        self.looking = Looking(runner=self.runner)
        self.undoing = Undoing(store=self._store, runner=self.runner, who=who)
        self.conflicting = Conflicting(store=self._store, runner=self.runner, who=who)
        self.recreating = Recreating(store=self._store, runner=self.runner, who=who)
        self.importing = Importing(store=self._store, runner=self.runner)
        self.works = Works(
            store=self._store, runner=self.runner, retention_days=settings.retention_days
        )
        self.noting = Noting(self._store, self._clock)
        self.webhooks = Webhooks(
            self._store,
            self._clock,
            self.noting,
            accepted=[Signature(each) for each in settings.hubspot_signatures],
        )
        self.listening = Listening(
            store=self._store,
            noting=self.noting,
            clock=self._clock,
            transport=transport,
            events=SalesforceListening(
                store=self._store,
                noting=self.noting,
                clock=self._clock,
                org_of=self.connectors.salesforce,
                address=settings.salesforce_events,
                ca_file=settings.ca_file,
            ),
            owner=this_process(),
        )
        self.readiness = Readiness(store=self._store, clock=self._clock)
        self.asking = asking.Asking(
            store=self._store, connectors=self.connectors, clock=self._clock, who=who
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._closing.aclose()

    @property
    def store(self) -> Store:
        return self._store

    # ------------------------------------------------------------------ connections

    async def connections(self) -> Sequence[ConnectionSummary]:
        return await self.asking.connections()

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
        connection = await self.connecting.hubspot(
            name,
            url=url,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
            open_browser=open_browser,
        )
        return self.asking.summary(connection)

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
        connection = await self.connecting.salesforce(
            name,
            url=url,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
            username=username,
            private_key=private_key,
            browser=browser,
            open_browser=open_browser,
        )
        return self.asking.summary(connection)

    async def disconnect(self, name: str) -> None:
        await self.connecting.disconnect(name)

    async def resume(self, name: str, *, who: str | None = None) -> None:
        connection = self._store.connection(name)
        if is_brake(connection.suspended_reason):
            mine = self._store.for_connection(connection.id)
            mine.cache(RELEASED, connection.suspended_reason.encode(), self._clock.now())
        self._store.resume(connection.id)
        self._store.note(connection.id, who or person(), "resumed", connection.suspended_reason)

    # ------------------------------------------------------------------ settings

    async def settings_text(self, name: str) -> str:
        saved = self._store.settings(self._store.connection(name).id)
        return show(parse(saved.text), language=self._settings.language)

    async def plan_settings(
        self, name: str, text: str, *, since: datetime | None = None
    ) -> SettingsChange:
        connection = self._store.connection(name)
        return await plan_settings(
            self.asking, connection, text, since=since, language=self._settings.language
        )

    async def save_settings(self, name: str, change: SettingsChange, who: str) -> int:
        # A person may have looked at the difference for minutes: what is switched on begins now.
        now = await self.plan_settings(name, change.text, since=change.since)
        connection = self._store.connection(name)
        saved = self._store.save_settings(
            connection.id,
            text=now.text,
            expected_version=change.base_version,
            changed_by=who,
            difference="\n".join(change.difference),
            at=self._clock.now(),
        )
        # They may name a value or field that was added to the org for them a minute ago.
        outdate(self._store.for_connection(connection.id), "org")
        return saved.version

    # ------------------------------------------------------------------ running

    async def sync(
        self,
        name: str,
        *,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> RunReport:
        return await self.runner.run(
            self._store.connection(name),
            trigger="command",
            dry_run=dry_run,
            tell=progress or (lambda step: None),
        )

    async def plan(self, name: str) -> RunReport:
        return await self.sync(name, dry_run=True)

    async def bring(
        self,
        name: str,
        wanted: Wanted,
        *,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ImportReport:
        return await self.importing.bring(
            self._store.connection(name),
            wanted,
            dry_run=dry_run,
            tell=progress or (lambda step: None),
        )

    async def unfinished_import(self, name: str, wanted: Wanted) -> Unfinished | None:
        return await self.importing.unfinished(self._store.connection(name), wanted)

    async def serve(self, stop: asyncio.Event, *, role: str = "serve", slots: int = 8) -> None:
        news = asyncio.Event()
        working = asyncio.create_task(self.works.serve(stop))
        listening = asyncio.create_task(self.listening.serve(stop))
        watching = asyncio.create_task(alerting(self.alerts, stop, news))
        try:
            await self._runs(stop, role, slots, news)
        finally:
            stop.set()
            await asyncio.gather(working, watching, listening)

    async def work(self, stop: asyncio.Event, *, slots: int = 8) -> None:
        if not self._store.is_shared:
            raise SettingsError(
                f"Workers share a PostgreSQL database, and this is SQLite ({self._store.where}). Name one in "
                "TANDEM_DATABASE_URL, or run everything in one program: tandem serve"
            )
        await self.serve(stop, role="worker", slots=slots)

    async def _runs(self, stop: asyncio.Event, role: str, slots: int, news: asyncio.Event) -> None:
        self.turns.ended = news.set
        if not self._store.is_shared:
            await LocalRunner(turns=self.turns).serve(stop)
            return
        # Imported where it is needed: other commands start without the queue's library.
        from tandem.engine.runner.distributed import Beats, DistributedRunner

        now = self._clock.now()
        me = WorkerRow(
            name=this_process(),
            host=socket.gethostname(),
            version=version("tandem-sync"),
            role=role,
            slots=slots,
            started_at=now,
            seen_at=now,
        )
        within = self._settings.takeover_seconds
        beats = Beats(every=within / 6, dead_after=within / 2)
        runner = DistributedRunner(store=self._store, turns=self.turns, me=me, beats=beats)
        await runner.serve(stop)

    def watching(
        self, metrics: MetricsSettings, environ: Mapping[str, str]
    ) -> AbstractContextManager[Watch]:
        """Whatever is done inside is watched, as *metrics* and the environment's OpenTelemetry variables want it."""
        watched = Watched(
            store=self._store,
            clock=self._clock,
            budgets=self.connectors.budgets,
            version=version("tandem-sync"),
            worker=this_process() if self._store.is_shared else None,
            dead_after=self._settings.takeover_seconds / 2,
        )
        return watching(watched, metrics, environ)

    async def workers(self) -> Sequence[WorkerRow]:
        """The programs that run connections of a shared database, and what each runs now."""
        return await self._store.run(self._store.workers, self._clock.now())

    async def undo(
        self,
        name: str,
        run_id: int,
        *,
        dry_run: bool = False,
        limit: int = 100,
        progress: ProgressCallback | None = None,
    ) -> UndoReport:
        return await self.undoing.undo(
            self._store.connection(name),
            run_id,
            dry_run=dry_run,
            limit=limit,
            tell=progress or (lambda step: None),
        )

    async def release(self, name: str, run_id: int) -> int:
        return self.undoing.release(self._store.connection(name), run_id)

    async def conflicts(
        self, name: str, *, everything: bool = False, limit: int = 200
    ) -> ConflictList:
        connection = self._store.connection(name)
        return self.conflicting.listing(connection, everything=everything, limit=limit)

    async def restore_conflict(
        self, name: str, conflict_id: int, *, force: bool = False
    ) -> Restored:
        connection = self._store.connection(name)
        return await self.conflicting.restore(connection, conflict_id, force=force)

    async def recreate(self, name: str, asked: str) -> Recreated:
        return await self.recreating.recreate(self._store.connection(name), asked)

    # ------------------------------------------------------------------ asking

    async def explain(self, name: str, asked: str) -> Explanation:
        answer = await self.asking.explain(name, asked)
        if answer.state is not None:
            return answer
        return await self.looking.look(self._store.connection(name), answer)

    async def health(self, name: str) -> Health:
        return await self.asking.health(name)

    async def errors(self, name: str, reason: str | None = None) -> Sequence[ErrorCard]:
        return await self.asking.errors(name, reason)

    async def retry(
        self, name: str, keys: Sequence[str] | None = None, reason: str | None = None
    ) -> int:
        return await self.asking.retry(name, keys, reason)

    async def owners(self, name: str) -> Sequence[OwnerRow]:
        return await self.asking.owners(name)

    async def map_owner(self, name: str, hubspot_owner: str, salesforce_user: str | None) -> None:
        await self.asking.map_owner(name, hubspot_owner, salesforce_user)

    async def unmap_owner(self, name: str, hubspot_owner: str) -> None:
        await self.asking.unmap_owner(name, hubspot_owner)

    async def doctor(self, name: str) -> Sequence[Finding]:
        return await self.asking.doctor(name)

    # ------------------------------------------------------------------ feeds

    async def feeds(self, name: str) -> FeedReport:
        connection = self._store.connection(name)
        return await self._store.run(feed_report, self._store, connection, self._clock.now())

    async def wanted_webhooks(self, name: str) -> Sequence[dict[str, str]]:
        return await self._store.run(wanted_webhooks, self._store, self._store.connection(name))

    async def set_webhook_secret(self, name: str, secret: str) -> None:
        connection = self._store.connection(name)
        await self._store.run(keep_secret, self._store, connection, secret)
        self._store.note(connection.id, person(), "webhook_secret")

    # ------------------------------------------------------------------ reports

    async def reporting(self, name: str) -> Reporting:
        """Reports in the connection's Salesforce."""
        connection = self._store.connection(name)
        if not connection.is_complete:
            raise SettingsError(f"Connection “{name}” has no two accounts yet: tandem connect")
        connected = await self.connectors.connect(connection)
        account_id = connection.account_id(Side.SALESFORCE)
        assert account_id is not None
        return Reporting(
            salesforce=connected.salesforce,
            store=self._store.for_connection(connection.id),
            clock=self._clock,
            instance_url=self._store.account(account_id).base_url,
            org_id=connected.external_ids[Side.SALESFORCE],
        )

    async def ready_reports(self, name: str, about: About = About.CONTACTS) -> Sequence[Report]:
        """The ready-made reports in the words of the connection's settings."""
        saved = self._store.settings(self._store.connection(name).id)
        return ready_made(parse(saved.text), about)

    # ------------------------------------------------------------------ keeping

    async def backup(self, path: Path) -> None:
        await self._store.run(self._store.backup, path)

    async def restore(self, path: Path) -> None:
        await self._store.run(self._store.restore, path)

    async def erase(self, email: str) -> Mapping[str, int]:
        return await self.asking.erase(email)
