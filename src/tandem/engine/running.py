"""
Running one connection from beginning to end: its lease, its report, and what a failure means for it.

The one place where the errors of a run are caught, because here something can be done about each:
an outage ends the run and the next one goes on, lost access suspends the connection, a bug crashes.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

import structlog

from tandem.clock import Clock
from tandem.crm.rate_limit import counting_calls, in_no_hurry
from tandem.engine.answers import STORAGE_FULL
from tandem.engine.brakes import RELEASED, Braked
from tandem.engine.connectors import Connected, Connectors
from tandem.engine.context import AT_ONCE, NO_SCHEMA, MakeWay, Pace, RunContext, goes_on
from tandem.engine.job import EVERYTHING, Job
from tandem.engine.keeping import Keeper, Keeping, Onlooker, Upkeep
from tandem.engine.making_way import LiveFirst, turn_over
from tandem.engine.observed import observed, run_is_numbered
from tandem.engine.prepare import Accounts, forget_accounts, load_accounts
from tandem.engine.processes import is_dead, this_process
from tandem.engine.reliance import heard_sides
from tandem.engine.reports import PlannedAction, ProgressCallback, RunReport, RunState
from tandem.engine.run import Stopped, StopReason
from tandem.engine.spending import Spending
from tandem.engine.tally import Tally
from tandem.errors import (
    AccessLost,
    BudgetSpent,
    CrmError,
    LeaseLost,
    OutcomeUnknown,
    RateLimited,
    SettingsError,
    TryLater,
)
from tandem.model import Side
from tandem.settings.activities import parse
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import Connection, Lease, RecordKind
from tandem.store.store import Store
from tandem.sync.owners import match_owners, owners_by_user
from tandem.sync.policy import Policy

__all__ = ["Runner", "is_dead", "policy_of", "this_process"]

_SUSPENDS = {"other_account": "other_account", STORAGE_FULL: "storage_full"}
"""Why a connection is suspended, by the error's code, where that is more than lost access."""

_ASK_AGAIN = 3600.0
"""Seconds until a CRM that has no calls left today is asked again, where it does not say when."""

_LIVE_SECONDS = 60.0
"""How long one run of live sync goes first, while an import waits for it."""

_NEW_OBJECTS = 10_000, 20, 10
"""
How many new objects Python lets a run make before it looks for cycles among them (its own choice is
700, 10, 10). A batch makes some 100,000, nearly all without cycles, and looking cost a tenth of its CPU.
"""

_log = structlog.get_logger()


def policy_of(store: Store, connection: Connection) -> Policy:
    """The connection's choices as they are now; the defaults before anything was saved."""
    saved = store.settings(connection.id)
    return replace(_policy(saved.text), version=saved.version)


@lru_cache(maxsize=256)
def _policy(text: str) -> Policy:
    """Asked for every run and seldom changed: reading the settings costs milliseconds."""
    return parse(text)


def _writes_tasks(store: ConnectionStore) -> bool:
    """Whether a task was announced to HubSpot, as by an import, whose outcome is still to be looked at."""
    announced = (link.intent for link in store.intents())
    return any(intent is not None and intent.side is Side.HUBSPOT for intent in announced)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a run is asked to be; ``outside`` is what surrounded whoever asked."""

    connection: Connection
    trigger: str
    dry_run: bool
    tell: ProgressCallback
    job: Job
    turn_seconds: float | None
    outside: contextvars.Context


@dataclass(slots=True)
class _Ending:
    state: RunState = RunState.DONE
    reason: str = ""
    message: str = ""
    resumes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs connections; ``at`` is told every point at which a crash is survivable."""

    store: Store
    connectors: Connectors
    clock: Clock
    owner: str
    at: Callable[[str], None] = lambda point: None
    keeping: Keeping = field(default_factory=Keeping)
    pace: Pace = AT_ONCE

    @observed
    async def run(
        self,
        connection: Connection,
        *,
        trigger: str,
        dry_run: bool = False,
        tell: ProgressCallback = lambda step: None,
        job: Job = EVERYTHING,
        turn_seconds: float | None = None,
    ) -> RunReport:
        """
        One run, now; one that has written something and takes longer than *turn_seconds* stops with the reason
        ``turn_over``, and the next goes on from there. An import lets live sync go first between its batches, and
        the dry run of one needs no lease. Raises ``AlreadyRunning`` when another run is under way and ``SettingsError`` for a
        connection without both accounts; every other trouble is told by the report.
        """
        if not connection.is_complete:
            raise SettingsError(
                f"Connection “{connection.name}” has only one side. Add the other one: "
                "tandem connect hubspot | tandem connect salesforce"
            )
        gc.set_threshold(*_NEW_OBJECTS)
        started = self.clock.now()
        if connection.is_suspended:
            return RunReport(
                connection=connection.name,
                run_id=None,
                started=started,
                finished=started,
                state=RunState.SUSPENDED,
                dry_run=dry_run,
                reason=connection.suspended_reason,
                message=connection.suspended_detail,
            )
        mine = self.store.for_connection(connection.id)
        asked = _Asked(
            connection=connection,
            trigger=trigger,
            dry_run=dry_run,
            tell=tell,
            job=job,
            turn_seconds=turn_seconds,
            outside=contextvars.copy_context(),
        )
        if job.is_import and dry_run:
            # It may take as long as the import and writes nothing: live sync does not wait for it.
            return await self._under(Onlooker.of(mine, self.owner, started), mine, asked)
        keeper = await self._keeper(mine)
        try:
            return await self._under(keeper, mine, asked)
        finally:
            async with keeper.ending():
                await self.store.run(mine.release, keeper.lease)

    async def _keeper(self, mine: ConnectionStore) -> Keeper:
        asked, now = self.clock.monotonic(), self.clock.now()
        lease = await self.store.run(
            mine.acquire, self.owner, now, self.keeping.seconds, is_dead=is_dead
        )
        return Keeper(self.store, mine, lease, self.clock, self.keeping, asked)

    async def _under(self, upkeep: Upkeep, mine: ConnectionStore, asked: _Asked) -> RunReport:
        with counting_calls() as counted:
            return await self._run(upkeep, mine, asked, Spending(counted))

    async def _run(
        self, upkeep: Upkeep, mine: ConnectionStore, asked: _Asked, spending: Spending
    ) -> RunReport:
        connection, job, dry_run = asked.connection, asked.job, asked.dry_run
        started = self.clock.now()
        policy = job.policy(await self.store.run(policy_of, self.store, connection))
        run_id = (
            0
            if dry_run
            else await self.store.run(mine.start_run, policy.version, asked.trigger, started)
        )
        run_is_numbered(run_id)
        tally, ending = Tally(), _Ending()
        planned: tuple[PlannedAction, ...] = ()
        count_calls = self._count_calls(connection, spending, upkeep)
        try:
            async with upkeep:
                connected = spending.connected = await self.connectors.connect(connection)
                upkeep.along = count_calls
                accounts = await self._accounts(mine, connected, policy)
                connected.salesforce.know(accounts.org)
                connected.hubspot.budget.zone = accounts.portal.zone
                if accounts.schema is not NO_SCHEMA:
                    connected.hubspot.know_tasks(accounts.schema)
                run = self._context(
                    connection,
                    mine,
                    upkeep.lease,
                    policy,
                    connected,
                    accounts,
                    tally,
                    run_id,
                    dry_run,
                )
                run.is_import = job.is_import
                run.make_way = self._making_way(run, upkeep, asked)
                if asked.trigger == "schedule":
                    run.pace = self.pace
                    run.heard = await self.store.run(heard_sides, self.store, connection, run.now)
                is_stopped = self._stop_reason(connection, policy)
                with in_no_hurry() if job.is_import else contextlib.nullcontext():
                    planned = await job.work(run, tell=asked.tell, is_stopped=is_stopped)
                if not dry_run:
                    # A brake that a person released holds again once a run has gone through.
                    await self.store.run(mine.forget_cached, RELEASED)
        except Stopped as stopped:
            ending = _Ending(RunState.STOPPED, stopped.reason)
        except Braked as braked:
            await self.store.run(self.store.suspend, connection.id, braked.reason, braked.message)
            ending = _Ending(RunState.BRAKED, braked.reason, braked.message)
        except (BudgetSpent, LeaseLost, SettingsError, CrmError) as error:
            ending = await self._troubled(connection, mine, error)
        except BaseException as error:
            ending = _Ending(
                RunState.STOPPED
                if isinstance(error, asyncio.CancelledError | KeyboardInterrupt)
                else RunState.FAILED,
                "interrupted" if isinstance(error, asyncio.CancelledError) else "crashed",
                type(error).__name__,
            )
            raise
        finally:
            calls = spending.calls()
            async with upkeep.ending():
                await count_calls()
                if not dry_run:
                    await self._finish(mine, run_id, tally, calls, ending)
        return RunReport(
            connection=connection.name,
            run_id=None if dry_run else run_id,
            started=started,
            finished=self.clock.now(),
            state=ending.state,
            dry_run=dry_run,
            settings_version=policy.version,
            kinds=tally.by_kind(),
            written=tally.written(),
            calls=calls,
            planned=planned,
            reason=ending.reason,
            message=ending.message,
            resumes_at=ending.resumes_at,
        )

    async def _accounts(
        self, mine: ConnectionStore, connected: Connected, policy: Policy
    ) -> Accounts:
        return await load_accounts(
            self.store.run,
            mine,
            connected.hubspot,
            connected.salesforce,
            self.clock.now(),
            with_tasks=policy.salesforce_task_sync or await self.store.run(_writes_tasks, mine),
            expected_portal=connected.external_ids[Side.HUBSPOT],
            expected_org=connected.external_ids[Side.SALESFORCE],
        )

    def _context(
        self,
        connection: Connection,
        mine: ConnectionStore,
        lease: Lease,
        policy: Policy,
        connected: Connected,
        accounts: Accounts,
        tally: Tally,
        run_id: int,
        dry_run: bool,
    ) -> RunContext:
        owners = match_owners(accounts.owners, accounts.users, mine.owner_pairs())
        return RunContext(
            run_id=run_id,
            connection=connection.name,
            lease=lease,
            policy=policy,
            portal=accounts.portal,
            org=accounts.org,
            schema=accounts.schema,
            owners=owners,
            owners_by_user=owners_by_user(accounts.owners, owners),
            company_pairs=mine.record_pairs(RecordKind.COMPANY),
            deal_pairs=mine.record_pairs(RecordKind.DEAL),
            hubspot=connected.hubspot,
            salesforce=connected.salesforce,
            store=mine,
            db=self.store.run,
            tally=tally,
            marker=mine.marker(),
            now=self.clock.now(),
            restored_at=mine.restored_at(),
            dry_run=dry_run,
            at=self.at,
        )

    def _making_way(self, run: RunContext, upkeep: Upkeep, asked: _Asked) -> MakeWay:
        """What is done between two batches: imports let live sync go first, and turns end."""
        if asked.job.is_import and isinstance(upkeep, Keeper):
            return LiveFirst(
                run=run,
                keeper=upkeep,
                store=self.store,
                connection=asked.connection,
                live=lambda: Runner.run(
                    self, asked.connection, trigger="schedule", turn_seconds=_LIVE_SECONDS
                ),
                every=self.pace.polled.total_seconds(),
                outside=asked.outside,
            )
        if asked.turn_seconds is not None:
            return turn_over(run, self.clock, asked.turn_seconds)
        return goes_on

    def _stop_reason(self, connection: Connection, policy: Policy) -> StopReason:
        """Why to end before the next write: a switch was turned or the connection suspended meanwhile."""

        async def reason() -> str:
            saved = await self.store.run(self.store.settings, connection.id)
            if saved.version != policy.version:
                return "settings_changed"
            now = await self.store.run(self.store.connection_by_id, connection.id)
            return "suspended" if now.is_suspended else ""

        return reason

    async def _troubled(
        self, connection: Connection, mine: ConnectionStore, error: Exception
    ) -> _Ending:
        _log.warning("run.stopped", connection=connection.name, error=type(error).__name__)
        match error:
            case BudgetSpent():
                return _Ending(RunState.STOPPED, "no_calls_left", str(error), error.resumes_at)
            case LeaseLost():
                return _Ending(RunState.STOPPED, "lease_lost", str(error))
            case SettingsError():
                return _Ending(RunState.FAILED, "settings", str(error))
            case AccessLost():
                reason = _SUSPENDS.get(error.code, "access_lost")
                await self.store.run(self.store.suspend, connection.id, reason, str(error))
                await forget_accounts(self.store.run, mine)
                return _Ending(RunState.SUSPENDED, reason, str(error))
            case RateLimited(daily=True):
                resumes_at = self.clock.now() + timedelta(seconds=error.seconds or _ASK_AGAIN)
                return _Ending(RunState.STOPPED, "no_calls_left", str(error), resumes_at)
            case TryLater() | OutcomeUnknown():
                return _Ending(RunState.STOPPED, "crm_unavailable", str(error))
            case _:
                # A whole request was refused: the account's own lists may be out of date.
                await forget_accounts(self.store.run, mine)
                return _Ending(RunState.FAILED, "refused", str(error))

    async def _finish(
        self,
        mine: ConnectionStore,
        run_id: int,
        tally: Tally,
        calls: Mapping[Side, int],
        ending: _Ending,
    ) -> None:
        await self.store.run(
            mine.finish_run,
            run_id,
            tally.as_json(),
            {side.value: n for side, n in calls.items()},
            ending.state.value,
            self.clock.now(),
            ending.message,
        )

    def _count_calls(
        self, connection: Connection, spending: Spending, upkeep: Upkeep
    ) -> Callable[[], Awaitable[None]]:
        """
        Saves what was spent since it was asked last: other processes that use the accounts go on from there.

        Dry runs cost calls too, and the allocation is one for all of them. What is left of the CRMs' limits is
        told by whoever has the lease: an onlooker would tell it beside the run that knows better.
        """

        async def count() -> None:
            at = self.clock.now()
            for side, n in spending.unsaved().items():
                account_id = connection.account_id(side)
                if n and account_id is not None:
                    await self.store.run(self.store.count_calls, account_id, side, at, n)
            if spending.connected is not None and not isinstance(upkeep, Onlooker):
                await self.connectors.save(connection, spending.connected)

        return count
