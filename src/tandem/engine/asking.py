"""What people ask of a connection, and the small things they decide: health, owners, retries, erasure."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from tandem.clock import Clock
from tandem.engine import doctor, doctor_feeds, doctor_tasks, health
from tandem.engine.allocation import lasts_until
from tandem.engine.connectors import Connected, Connectors
from tandem.engine.context import LONG_AGO
from tandem.engine.explaining import explain
from tandem.engine.findings import Check, Finding, Level
from tandem.engine.owning import owner_rows
from tandem.engine.prepare import Accounts, load_accounts, remembered
from tandem.engine.reliance import heard_sides
from tandem.engine.reports import (
    AccountCalls,
    ConnectionState,
    ConnectionSummary,
    ErrorCard,
    Explanation,
    Health,
    OwnerRow,
)
from tandem.engine.running import policy_of, this_process
from tandem.engine.runs import report_of
from tandem.errors import AccessLost, BudgetSpent, CrmError, SettingsError
from tandem.model import Link, LinkState, Org, Portal, Side
from tandem.store.connection_store import ConnectionStore
from tandem.store.feed_rows import feed_rows
from tandem.store.rows import Account, Connection
from tandem.store.store import Store
from tandem.store.work import LongWorks
from tandem.sync.policy import Policy

__all__ = ["Asking"]

_SHORT_LEASE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    store: Store
    connectors: Connectors
    clock: Clock
    who: str

    # ------------------------------------------------------------------ connections

    async def connections(self) -> list[ConnectionSummary]:
        return [self.summary(connection) for connection in self.store.connections()]

    def summary(self, connection: Connection) -> ConnectionSummary:
        mine = self.store.for_connection(connection.id)
        hubspot = self._account(connection, Side.HUBSPOT)
        salesforce = self._account(connection, Side.SALESFORCE)
        org = remembered(mine, "org", Org)
        policy = policy_of(self.store, connection)
        runs = mine.runs(1)
        return ConnectionSummary(
            name=connection.name,
            state=_state(connection),
            hubspot_account=hubspot.external_id if hubspot else None,
            hubspot_url=hubspot.base_url if hubspot else None,
            salesforce_account=salesforce.external_id if salesforce else None,
            salesforce_name=salesforce.name if salesforce else None,
            salesforce_url=salesforce.base_url if salesforce else None,
            salesforce_is_sandbox=org.is_sandbox if org else False,
            integration_user=org.user_name if org else None,
            enabled_kinds=policy.enabled_kinds,
            settings_version=policy.version,
            last_run=runs[0].started_at if runs else None,
            reason=connection.suspended_reason,
            message=connection.suspended_detail,
        )

    def _account(self, connection: Connection, side: Side) -> Account | None:
        account_id = connection.account_id(side)
        return None if account_id is None else self.store.account(account_id)

    async def crm_now(self, connection: Connection, side: Side) -> datetime:
        """
        The CRM's own clock; ours where that side is not connected yet, so that settings can be prepared.
        """
        if not connection.is_complete:
            return self.clock.now()
        connected = await self.connectors.connect(connection)
        crm = connected.hubspot if side is Side.HUBSPOT else connected.salesforce
        return await crm.now()

    # ------------------------------------------------------------------ records

    async def explain(self, name: str, asked: str) -> Explanation:
        connection = self.store.connection(name)
        mine = self.store.for_connection(connection.id)
        salesforce = self._account(connection, Side.SALESFORCE)
        return explain(
            mine,
            name,
            asked,
            portal=remembered(mine, "portal", Portal),
            instance_url=salesforce.base_url if salesforce else "",
        )

    async def errors(self, name: str, reason: str | None) -> Sequence[ErrorCard]:
        mine = self.store.for_connection(self.store.connection(name).id)
        return health.error_cards(mine, reason)

    async def retry(self, name: str, keys: Sequence[str] | None, reason: str | None) -> int:
        """Let the next run try parked activities again: those named, those of a reason, or all."""
        connection = self.store.connection(name)
        mine = self.store.for_connection(connection.id)
        now = self.clock.now()
        chosen = list(_parked(mine, keys, reason))
        # Waiting since the beginning of time: due at once, whatever the CRM's clock says.
        again = [
            replace(
                link,
                state=LinkState.PAIRED if link.is_pair else LinkState.WAITING,
                due_at=LONG_AGO,
                attempts=0,
                first_seen_at=now,
            )
            for link in chosen
        ]
        lease = mine.acquire(this_process(), now, _SHORT_LEASE)
        try:
            with mine.transaction(lease) as unit:
                unit.save_links(again)
        finally:
            mine.release(lease)
        self.store.note(connection.id, self.who, "retry", f"{len(again)} {reason or ''}".strip())
        return len(again)

    async def erase(self, email: str) -> Mapping[str, int]:
        """Forget what is kept about one person, in every connection."""
        totals: dict[str, int] = {}
        for connection in self.store.connections():
            erased = self.store.for_connection(connection.id).erase(email=email)
            for name in ("people", "payloads", "links", "history"):
                totals[name] = totals.get(name, 0) + getattr(erased, name)
            self.store.note(connection.id, self.who, "erased", "one person")
        # Samples, uploaded files and their wrong rows may name anybody: what is at rest goes whole.
        soon = self.clock.now() + timedelta(seconds=1)
        LongWorks.of(self.store).forget(soon, soon)
        return totals

    # ------------------------------------------------------------------ owners

    async def owners(self, name: str) -> list[OwnerRow]:
        connection, _, accounts = await self._accounts(name)
        return owner_rows(accounts, self.store.for_connection(connection.id).owner_pairs())

    async def map_owner(self, name: str, owner: str, user: str | None) -> None:
        connection, _, accounts = await self._accounts(name)
        owner_id = _one("HubSpot owner", owner, ((o.id, o.email, o.name) for o in accounts.owners))
        user_id = None
        if user is not None:
            active = (u for u in accounts.users if u.active and not u.is_queue)
            user_id = _one(
                "active Salesforce user", user, ((u.id, u.email, u.name) for u in active)
            )
        self.store.for_connection(connection.id).set_owner_pair(owner_id, user_id)
        self.store.note(connection.id, self.who, "owner_mapped", f"{owner_id} {user_id or '-'}")

    async def unmap_owner(self, name: str, owner: str) -> None:
        connection, _, accounts = await self._accounts(name)
        owner_id = _one("HubSpot owner", owner, ((o.id, o.email, o.name) for o in accounts.owners))
        self.store.for_connection(connection.id).remove_owner_pair(owner_id)
        self.store.note(connection.id, self.who, "owner_unmapped", owner_id)

    async def _accounts(self, name: str) -> tuple[Connection, Connected, Accounts]:
        connection = self.store.connection(name)
        _check_complete(connection)
        connected = await self.connectors.connect(connection)
        accounts = await load_accounts(
            self.store.run,
            self.store.for_connection(connection.id),
            connected.hubspot,
            connected.salesforce,
            self.clock.now(),
        )
        return connection, connected, accounts

    # ------------------------------------------------------------------ health

    async def health(self, name: str) -> Health:
        connection = self.store.connection(name)
        mine = self.store.for_connection(connection.id)
        runs = mine.runs(1)
        now = self.clock.now()
        counts = await self.store.run(mine.counts)
        return Health(
            connection=name,
            state=_state(connection),
            reason=connection.suspended_reason,
            message=connection.suspended_detail,
            last_run=report_of(name, runs[0]) if runs else None,
            calls=tuple([await self._calls(connection, side) for side in Side]),
            sources=health.sources(mine, now, heard_sides(self.store, connection, now)),
            feeds=feed_rows(self.store, connection, now),
            workers=tuple(self.store.workers(now)),
            states=health.states(counts),
            waiting=health.waiting(counts),
            errors=health.error_cards(mine),
        )

    async def _calls(self, connection: Connection, side: Side) -> AccountCalls:
        account_id = connection.account_id(side)
        if account_id is None:
            return AccountCalls(side=side)
        used = self.store.calls_in_24h(account_id, self.clock.now())
        allocation = policy_of(self.store, connection).daily_calls.get(side)
        limit = remaining = None
        if side is Side.SALESFORCE and connection.is_complete and not connection.is_suspended:
            try:
                connected = await self.connectors.connect(connection)
                limit, remaining = (await connected.salesforce.limits())["DailyApiRequests"]
            except (BudgetSpent, CrmError, KeyError):
                limit = remaining = None  # the figures are extra; the page works during an outage
        return AccountCalls(
            side=side,
            used_24h=used,
            limit=limit,
            remaining=remaining,
            allocation=allocation,
            lasts_until=self._lasts_until(account_id, allocation),
        )

    def _lasts_until(self, account_id: int, allocation: int | None) -> datetime | None:
        if allocation is None:
            return None
        now = self.clock.now()
        hours = dict(self.store.calls_by_hour(account_id, now - timedelta(hours=24)))
        return lasts_until(hours, allocation, now)

    async def doctor(self, name: str) -> list[Finding]:
        """Everything the set-up check can tell; what cannot be reached is a finding, not a failure."""
        connection = self.store.connection(name)
        return [*await self._accounts_checked(connection), *self._service_checked(connection)]

    def _service_checked(self, connection: Connection) -> Iterator[Finding]:
        """What the database tells of feeds and workers, also while a CRM cannot be reached."""
        if not connection.is_complete:
            return
        now = self.clock.now()
        yield from doctor_feeds.feed_findings(feed_rows(self.store, connection, now))
        if not connection.is_suspended:
            runs = self.store.for_connection(connection.id).runs(1)
            turn = self.store.turn(connection.id)
            trigger = runs[0].trigger if runs else None
            yield from doctor_feeds.turn_findings(turn, trigger, now)
        if self.store.is_shared:
            yield from doctor_feeds.worker_findings(self.store.workers(now), now)

    async def _accounts_checked(self, connection: Connection) -> list[Finding]:
        policy = policy_of(self.store, connection)
        findings = [Finding(level=Level.OK, code=Check.DATABASE, values={"url": self.store.where})]
        if connection.is_suspended:
            values = {"reason": connection.suspended_reason}
            findings.append(Finding(level=Level.ERROR, code=Check.SUSPENDED, values=values))
        missing = [side for side in Side if connection.account_id(side) is None]
        if missing:
            return findings + [
                Finding(level=Level.ERROR, code=Check.NOT_CONNECTED, values={"side": side.title})
                for side in missing
            ]
        try:
            connected = await self.connectors.connect(connection)
        except AccessLost as error:
            return [*findings, doctor.trouble_finding(error.side, error)]
        mine = self.store.for_connection(connection.id)
        org = remembered(mine, "org", Org)
        access = await doctor.access_findings(
            connected.hubspot,
            connected.salesforce,
            connected.external_ids,
            org.user_name if org else "",
        )
        findings += access
        if any(finding.level is Level.ERROR for finding in access):
            return findings
        try:
            async for finding in self._further(connected, mine, policy):
                findings.append(finding)
        except CrmError as error:
            findings.append(doctor.trouble_finding(error.side, error))
        return findings

    async def _further(
        self, connected: Connected, mine: ConnectionStore, policy: Policy
    ) -> AsyncIterator[Finding]:
        """What both accounts tell of themselves, the missing scopes first: they explain the rest."""
        for finding in doctor.scope_findings(await connected.hubspot.scopes(), policy):
            yield finding
        accounts = Accounts(
            portal=await connected.hubspot.portal(),
            org=await connected.salesforce.org(),
            owners=tuple(await connected.hubspot.owners()),
            users=tuple(await connected.salesforce.users()),
        )
        for finding in doctor.account_findings(accounts, policy, mine.owner_pairs()):
            yield finding
        if await connected.hubspot.has_own_connector():
            yield doctor.connector_finding(policy)
        for finding in await doctor.list_findings(connected.hubspot, policy):
            yield finding
        for finding in await doctor.limit_findings(connected.salesforce):
            yield finding
        if policy.salesforce_task_sync or policy.status_map or policy.priority_map:
            accounts = msgspec.structs.replace(
                accounts, schema=await connected.hubspot.task_schema()
            )
        for finding in doctor_tasks.vanished_findings(accounts, policy):
            yield finding
        for finding in doctor_tasks.task_findings(accounts, policy):
            yield finding
        for finding in await doctor_tasks.condition_findings(connected.salesforce, policy):
            yield finding


def _state(connection: Connection) -> ConnectionState:
    if not connection.is_complete:
        return ConnectionState.INCOMPLETE
    return ConnectionState.SUSPENDED if connection.is_suspended else ConnectionState.ACTIVE


def _check_complete(connection: Connection) -> None:
    for side in Side:
        if connection.account_id(side) is None:
            raise SettingsError(
                f"Connection “{connection.name}” has no {side.title} account yet: "
                f"tandem connect {side.value} --connection {connection.name}"
            )


def _parked(
    mine: ConnectionStore, keys: Sequence[str] | None, reason: str | None
) -> Iterable[Link]:
    if keys is not None:
        found = mine.links(keys)
        unknown = [key for key in keys if key not in found]
        if unknown:
            raise SettingsError(f"No activity has the key {unknown[0]!r}; see: tandem errors list")
        return [link for link in found.values() if link.state is LinkState.PARKED]
    return mine.parked(reason, limit=sys.maxsize)


def _one(what: str, asked: str, choices: Iterable[tuple[str, str | None, str]]) -> str:
    """The id of the one that *asked* names by id, e-mail address or name."""
    wanted = _plain(asked)
    found = [
        each_id
        for each_id, email, name in choices
        if wanted in {_plain(each) for each in (each_id, each_id[:15], email or "", name)}
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise SettingsError(f"Several {what}s are named {asked!r}; give the id.")
    raise SettingsError(f"No {what} is named {asked!r}; give an id as in: tandem owners list")


def _plain(text: str) -> str:
    """As the automatic match compares: without regard to case and to a Salesforce sandbox's suffix."""
    return text.strip().casefold().removesuffix(".invalid")
