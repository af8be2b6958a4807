"""A hand-written application and a way to call the program with it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tandem.cli import run
from tandem.engine.conflicts import ConflictList, Restored
from tandem.engine.findings import Check, Finding, Level
from tandem.engine.recreating import Recreated
from tandem.engine.reports import (
    AccountCalls,
    ConnectionState,
    ConnectionSummary,
    Decision,
    ErrorCard,
    Event,
    Explanation,
    Health,
    KindTally,
    Match,
    Operation,
    Outcome,
    OwnerRow,
    PlannedAction,
    ProgressCallback,
    ReasonCount,
    RunReport,
    SourceHealth,
    Stage,
    Step,
)
from tandem.engine.undoing_report import UndoReport
from tandem.errors import SettingsError, TandemError
from tandem.feeds.asking import FeedReport, FeedRow
from tandem.model import Kind, LinkState, Side
from tandem.settings import ProcessSettings, SettingsChange, change_of, show
from tandem.store import FeedHealth, FeedName
from tandem.store.workers import WorkerRow
from tandem.sync.policy import Policy

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

CALLS = KindTally(
    seen=70,
    outcomes={Outcome.CREATED: 66, Outcome.WAITING: 1, Outcome.SKIPPED: 3},
    reasons=(
        ReasonCount(outcome=Outcome.WAITING, reason="not_finished", count=1),
        ReasonCount(outcome=Outcome.SKIPPED, reason="no_email", count=3),
    ),
)
REPORT = RunReport(
    connection="main",
    run_id=7,
    started=NOON,
    finished=NOON + timedelta(seconds=1.25),
    settings_version=3,
    kinds={Kind.CALL: CALLS, Kind.NOTE: KindTally(seen=2, outcomes={Outcome.UNCHANGED: 2})},
    calls={Side.HUBSPOT: 9, Side.SALESFORCE: 1},
)
PARKED = ErrorCard(
    reason="refused",
    count=2,
    kinds=(Kind.CALL,),
    message="FIELD_CUSTOM_VALIDATION_EXCEPTION: Say why",
    keys=("41-call-1", "41-call-2"),
)


FEEDS = FeedReport(
    connection="main",
    feeds=tuple(
        FeedRow(
            side=side,
            name=name,
            state=state,
            lag_seconds=2.5,
            heard_at=NOON,
            checked_at=NOON,
            position="",
            message=message,
            detail="",
        )
        for side, name, state, message in (
            (Side.HUBSPOT, FeedName.WEBHOOKS, FeedHealth.STARTING, "webhooks_silent"),
            (Side.HUBSPOT, FeedName.JOURNAL, FeedHealth.HEALTHY, ""),
            (Side.SALESFORCE, FeedName.EVENTS, FeedHealth.BEHIND, "events_late"),
        )
    ),
    waiting=3,
    waiting_since=NOON,
)


@dataclass
class FakeApplication:
    """Answers what it was given and remembers what it was asked."""

    summaries: list[ConnectionSummary] = field(
        default_factory=lambda: [
            ConnectionSummary(
                name="main",
                state=ConnectionState.ACTIVE,
                hubspot_account="41",
                salesforce_account="00D1",
                salesforce_name="Acme",
                integration_user="sync@acme.example",
                last_run=NOON,
            )
        ]
    )
    report: RunReport = REPORT
    cards: Sequence[ErrorCard] = (PARKED,)
    findings: Sequence[Finding] = (
        Finding(level=Level.OK, code=Check.SIGNED_IN, values={"side": "HubSpot", "account": "41"}),
        Finding(level=Level.WARNING, code=Check.TYPE_FIELD_HIDDEN, values={"user": "sync"}),
    )
    text: str = field(default_factory=lambda: show(Policy()))
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    trouble: Mapping[str, TandemError] = field(default_factory=dict)
    steps: Sequence[Step] = (Step(stage=Stage.PULL), Step(stage=Stage.APPLY, done=3, total=70))
    settings: ProcessSettings | None = None
    undone: UndoReport = field(default_factory=lambda: UndoReport(undone=7, run=REPORT))
    listed: ConflictList = field(default_factory=ConflictList)
    restored: Restored | None = None
    recreated: Recreated | None = None
    explanation: Explanation | None = None

    def _ask(self, *what: Any) -> None:
        self.asked.append(what)
        if what[0] in self.trouble:
            raise self.trouble[what[0]]

    async def connections(self) -> Sequence[ConnectionSummary]:
        return self.summaries

    async def connect_hubspot(
        self, name: str, *, open_browser: Callable[[str], None], **given: str | None
    ) -> ConnectionSummary:
        self._ask("connect_hubspot", name, {key: value for key, value in given.items() if value})
        if given["token"] is None:
            open_browser("https://app.hubspot.com/oauth/authorize?state=1")
        return ConnectionSummary(name=name, state=ConnectionState.INCOMPLETE, hubspot_account="41")

    async def connect_salesforce(
        self, name: str, *, open_browser: Callable[[str], None], **given: str | bool | None
    ) -> ConnectionSummary:
        self._ask("connect_salesforce", name, {key: value for key, value in given.items() if value})
        return replace(self.summaries[0], name=name)

    async def disconnect(self, name: str) -> None:
        self._ask("disconnect", name)

    async def settings_text(self, name: str) -> str:
        return self.text

    async def plan_settings(
        self, name: str, text: str, *, since: datetime | None = None
    ) -> SettingsChange:
        language = self.settings.language if self.settings else "en"
        return change_of(
            self.text, text, version=3, hubspot_now=NOON, since=since, language=language
        )

    async def save_settings(self, name: str, change: SettingsChange, who: str) -> int:
        self._ask("save_settings", name)
        self.text = change.text
        return change.base_version + 1

    async def sync(
        self, name: str, *, dry_run: bool = False, progress: ProgressCallback | None = None
    ) -> RunReport:
        self._ask("sync", name, dry_run)
        for step in self.steps if progress else ():
            progress(step)
        return replace(self.report, connection=name, dry_run=dry_run)

    async def plan(self, name: str) -> RunReport:
        self._ask("plan", name)
        action = PlannedAction(
            operation=Operation.CREATE,
            kind=Kind.CALL,
            hubspot_id="11",
            key="41-call-11",
            subject="Call [urgent]",
            decisions=(
                Decision(about="assignee", rule="contact_owner", values={"user": "005A"}),
                Decision(about="person", rule="quite_new", values={"person": "003A"}),
            ),
        )
        skipped = PlannedAction(
            operation=Operation.SKIP, kind=Kind.NOTE, hubspot_id="12", key="k", reason="no_email"
        )
        return replace(self.report, dry_run=True, run_id=None, planned=(action, skipped))

    async def explain(self, name: str, asked: str) -> Explanation:
        self._ask("explain", name, asked)
        if self.explanation is not None:
            return self.explanation
        if asked != "11":
            return Explanation(connection=name, asked=asked)
        return Explanation(
            connection=name,
            asked=asked,
            kind=Kind.CALL,
            key="41-call-11",
            state=LinkState.PARKED,
            reason="refused",
            detail="Say why",
            hubspot_url="https://app.hubspot.com/contacts/41/record/0-48/11",
            decisions=(Decision(about="status", rule="closed"),),
            history=(Event(at=NOON, what="created", side=Side.SALESFORCE, run_id=7),),
        )

    async def undo(
        self,
        name: str,
        run_id: int,
        *,
        dry_run: bool = False,
        limit: int = 100,
        progress: ProgressCallback | None = None,
    ) -> UndoReport:
        self._ask("undo", name, run_id, dry_run)
        return self.undone

    async def release(self, name: str, run_id: int) -> int:
        self._ask("release", name, run_id)
        return 1

    async def conflicts(
        self, name: str, *, everything: bool = False, limit: int = 200
    ) -> ConflictList:
        self._ask("conflicts", name, everything, limit)
        return self.listed

    async def restore_conflict(
        self, name: str, conflict_id: int, *, force: bool = False
    ) -> Restored:
        self._ask("restore_conflict", name, conflict_id, force)
        assert self.restored is not None
        return self.restored

    async def recreate(self, name: str, asked: str) -> Recreated:
        self._ask("recreate", name, asked)
        assert self.recreated is not None
        return self.recreated

    async def health(self, name: str) -> Health:
        return Health(
            connection=name,
            state=self.summaries[0].state,
            reason=self.summaries[0].reason,
            last_run=self.report,
            calls=(AccountCalls(side=Side.SALESFORCE, used_24h=12, limit=15000, remaining=14988),),
            sources=(
                SourceHealth(
                    name="changed/calls", side=Side.HUBSPOT, watermark=NOON, lag_seconds=90
                ),
            ),
            states={LinkState.PAIRED: 66},
            waiting=(ReasonCount(outcome=Outcome.WAITING, reason="not_finished", count=1),),
            errors=tuple(self.cards),
        )

    async def errors(self, name: str, reason: str | None = None) -> Sequence[ErrorCard]:
        return [card for card in self.cards if reason in (None, card.reason)]

    async def retry(
        self, name: str, keys: Sequence[str] | None = None, reason: str | None = None
    ) -> int:
        self._ask("retry", name, keys, reason)
        return 2 if keys is None else len(keys)

    async def resume(self, name: str) -> None:
        self._ask("resume", name)

    async def owners(self, name: str) -> Sequence[OwnerRow]:
        return [
            OwnerRow(
                hubspot_id="1",
                name="Ann",
                email="ann@acme.example",
                match=Match.EMAIL,
                salesforce_name="Ann A.",
            ),
            OwnerRow(hubspot_id="2", name="Bob", active=False),
        ]

    async def map_owner(self, name: str, hubspot_owner: str, salesforce_user: str | None) -> None:
        self._ask("map_owner", name, hubspot_owner, salesforce_user)

    async def unmap_owner(self, name: str, hubspot_owner: str) -> None:
        self._ask("unmap_owner", name, hubspot_owner)

    async def doctor(self, name: str) -> Sequence[Finding]:
        return self.findings

    async def backup(self, path: Path) -> None:
        self._ask("backup", path.name)

    async def restore(self, path: Path) -> None:
        self._ask("restore", path.name)

    async def erase(self, email: str) -> Mapping[str, int]:
        self._ask("erase", email)
        return {"links": 3, "people": 0}

    async def serve(self, stop: asyncio.Event) -> None:
        self._ask("serve")

    async def work(self, stop: asyncio.Event, *, slots: int = 8) -> None:
        self._ask("work", slots)

    async def workers(self) -> list[WorkerRow]:
        return []

    async def feeds(self, name: str) -> FeedReport:
        return FEEDS

    async def wanted_webhooks(self, name: str) -> list[dict[str, str]]:
        return [{"subscriptionType": "object.creation", "objectTypeId": "0-27"}]

    async def set_webhook_secret(self, name: str, secret: str) -> None:
        self._ask("set_webhook_secret", name, secret)


@dataclass(frozen=True)
class Said:
    """What one call of the program left behind."""

    code: int
    out: str
    err: str


class Program:
    """Calls ``tandem`` in this process, without touching the environment or a terminal."""

    def __init__(self, home: Path) -> None:
        self.application = FakeApplication()
        self.environ = {"TANDEM_HOME": str(home)}
        self.width = 120
        self.agrees = True
        self.questions: list[str] = []

    def __call__(self, *arguments: str) -> Said:
        out = Console(file=io.StringIO(), width=self.width)
        err = Console(file=io.StringIO(), width=self.width)
        code = run(
            arguments,
            environ=self.environ,
            open_application=self._open,
            out=out,
            err=err,
            ask=self._answer,
        )
        return Said(code, out.file.getvalue(), err.file.getvalue())  # type: ignore[attr-defined]

    def _open(self, settings: ProcessSettings) -> Any:
        @asynccontextmanager
        async def opened() -> AsyncIterator[FakeApplication]:
            self.application.settings = settings
            yield self.application

        return opened()

    def _answer(self, question: str) -> bool:
        self.questions.append(question)
        return self.agrees


@pytest.fixture
def tandem(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def two_connections(tandem: Program) -> Program:
    first = tandem.application.summaries[0]
    tandem.application.summaries.append(replace(first, name="other"))
    return tandem


@pytest.fixture
def unknown_connection(tandem: Program) -> Program:
    tandem.application.trouble = {"sync": SettingsError("There is no connection 'x'.")}
    return tandem
