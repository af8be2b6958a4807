"""
Running one connection from beginning to end: its lease, its report, and what a failure means for it.

The one place where the errors of a run are caught, because here something can be done about each:
an outage ends the run and the next one goes on, lost access suspends the connection, a bug crashes.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import structlog

from tandem.clock import Clock
from tandem.engine.answers import STORAGE_FULL
from tandem.engine.brakes import RELEASED, Braked
from tandem.engine.connectors import Connected, Connectors
from tandem.engine.context import NO_SCHEMA, RunContext
from tandem.engine.job import EVERYTHING, Job
from tandem.engine.prepare import Accounts, forget_accounts, load_accounts
from tandem.engine.reports import PlannedAction, ProgressCallback, RunReport, RunState
from tandem.engine.run import Stopped, StopReason
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

_LEASE_SECONDS = 120.0
_RENEWED_EVERY = 30.0

_NEW_OBJECTS = 10_000, 20, 10
"""
How many new objects Python lets a run make before it looks for cycles among them (its own choice is
700, 10, 10). A batch makes some 100,000, nearly all without cycles, and looking cost a tenth of its CPU.
"""

_log = structlog.get_logger()


def this_process() -> str:
    """The name under which this process holds leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(owner: str) -> bool:
    """Whether the process *owner* ran on this host and has ended, so that its lease need not run out."""
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


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


@dataclass(slots=True)
class _Ending:
    state: RunState = RunState.DONE
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs connections; ``at`` is told every point at which a crash is survivable."""

    store: Store
    connectors: Connectors
    clock: Clock
    owner: str
    at: Callable[[str], None] = lambda point: None

    async def run(
        self,
        connection: Connection,
        *,
        trigger: str,
        dry_run: bool = False,
        tell: ProgressCallback = lambda step: None,
        job: Job = EVERYTHING,
    ) -> RunReport:
        """
        One run, now. Raises ``AlreadyRunning`` when another is under way and ``SettingsError`` for a
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
        lease = await self.store.run(
            mine.acquire, self.owner, started, _LEASE_SECONDS, is_dead=is_dead
        )
        try:
            async with self._kept(mine, lease):
                return await self._under_lease(
                    connection, mine, lease, trigger=trigger, dry_run=dry_run, tell=tell, job=job
                )
        finally:
            await self.store.run(mine.release, lease)

    async def _under_lease(
        self,
        connection: Connection,
        mine: ConnectionStore,
        lease: Lease,
        *,
        trigger: str,
        dry_run: bool,
        tell: ProgressCallback,
        job: Job,
    ) -> RunReport:
        started = self.clock.now()
        policy = job.policy(await self.store.run(policy_of, self.store, connection))
        run_id = (
            0 if dry_run else await self.store.run(mine.start_run, policy.version, trigger, started)
        )
        tally, ending = Tally(), _Ending()
        planned: tuple[PlannedAction, ...] = ()
        spending = _Spending()
        try:
            connected = await self.connectors.connect(connection)
            spending.begin(connected)
            accounts = await self._accounts(mine, connected, policy)
            connected.salesforce.know(accounts.org)
            if accounts.schema is not NO_SCHEMA:
                connected.hubspot.know_tasks(accounts.schema)
            run = self._context(
                connection, mine, lease, policy, connected, accounts, tally, run_id, dry_run
            )
            run.is_import = job.is_import
            planned = await job.work(
                run, tell=tell, is_stopped=self._stop_reason(connection, policy)
            )
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
            await self._count_calls(connection, calls)
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

    def _stop_reason(self, connection: Connection, policy: Policy) -> StopReason:
        """Why to end before the next write: a switch was turned, or the connection suspended, meanwhile."""

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
                return _Ending(RunState.STOPPED, "no_calls_left", str(error))
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
                return _Ending(RunState.STOPPED, "no_calls_left", str(error))
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

    async def _count_calls(self, connection: Connection, calls: Mapping[Side, int]) -> None:
        """Dry runs cost calls too, and the allocation is one for all of them."""
        at = self.clock.now()
        for side, n in calls.items():
            account_id = connection.account_id(side)
            if n and account_id is not None:
                await self.store.run(self.store.count_calls, account_id, side, at, n)

    @contextlib.asynccontextmanager
    async def _kept(self, mine: ConnectionStore, lease: Lease) -> AsyncIterator[None]:
        """The lease renewed as long as the run lasts; every save checks it, so losing it saves nothing."""
        renewal = asyncio.create_task(self._renew(mine, lease))
        try:
            yield
        finally:
            renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError, LeaseLost):
                await renewal

    async def _renew(self, mine: ConnectionStore, lease: Lease) -> None:
        while True:
            await asyncio.sleep(_RENEWED_EVERY)
            await self.store.run(mine.renew, lease, self.clock.now())


class _Spending:
    """Calls made since the connectors were there; none before."""

    def __init__(self) -> None:
        self._connected: Connected | None = None
        self._before: Mapping[Side, int] = {}

    def begin(self, connected: Connected) -> None:
        self._connected, self._before = connected, connected.calls()

    def calls(self) -> dict[Side, int]:
        if self._connected is None:
            return dict.fromkeys(Side, 0)
        return {side: n - self._before[side] for side, n in self._connected.calls().items()}
