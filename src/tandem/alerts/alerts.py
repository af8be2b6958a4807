"""
Looking at every connection, telling what begins, lasts and ends, and delivering it.

What is told is saved with the change it tells of; delivering comes after and is repeated. So a process that
dies in between loses nothing, and several that look at once tell once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec
import structlog

from tandem.alerts.causes import Calls, Cause, Facts, Measured, judge
from tandem.alerts.letters import words
from tandem.alerts.mail import Mail
from tandem.alerts.undelivered import Undelivered
from tandem.alerts.wanted import Wanted, wanted_from
from tandem.alerts.webhook import Webhook
from tandem.clock import Clock
from tandem.errors import StoreError
from tandem.model import Kind, LinkState
from tandem.settings.activities import parse
from tandem.settings.process import ProcessSettings
from tandem.store import Connection, Store
from tandem.store.alerts import AlertRow, AlertStore, Letter, NewLetter
from tandem.sync.policy import Policy

__all__ = ["Alerts", "Wanted", "alerting"]

_AGAIN_AFTER = (
    *(timedelta(minutes=n) for n in (1, 5, 15)),
    *(timedelta(hours=n) for n in (1, 4, 12)),
)
_REMIND_AFTER = timedelta(days=1)
_CLAIMED_FOR = timedelta(minutes=5)
_KEPT_FOR = timedelta(days=30)
_EVERY = 60.0
_AT_LEAST = 10.0
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_log = structlog.get_logger("tandem.alerts")

_CAUSES = frozenset(each.value for each in Cause)
_MARKETING = frozenset(
    {Kind.MARKETING_EMAIL_SENT, Kind.MARKETING_EMAIL_OPENED, Kind.MARKETING_EMAIL_CLICKED}
)
_SALES = frozenset({Kind.SALES_EMAIL, Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED})
_KINDS_OF = {
    "changed/calls": frozenset({Kind.CALL}),
    "changed/communications": frozenset({Kind.MESSAGE}),
    "changed/emails": _SALES,
    "changed/meetings": frozenset({Kind.MEETING}),
    "changed/notes": frozenset({Kind.NOTE}),
    "changed/postal_mail": frozenset({Kind.POSTAL_MAIL}),
    "changed/tasks": frozenset({Kind.TASK}),
    "email_events": _MARKETING,
    "submissions": frozenset({Kind.FORM_SUBMISSION}),
    "occurrences": frozenset({Kind.INTEGRATION_EVENT}),
}
"""Sources that stand still because nothing of theirs is switched on do not lag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """``address`` is the web app's, for links; ``mail`` is None where no mail server is named."""

    store: Store
    clock: Clock
    mail: Mail | None
    webhook: Webhook
    address: str = ""
    allow_loopback: bool = False

    @classmethod
    def of(cls, store: Store, clock: Clock, settings: ProcessSettings) -> Alerts:
        """As the environment says; an installation that serves only this machine may tell it, too."""
        is_local = settings.web_url is None and settings.web_host in _LOCAL_NAMES
        address = settings.web_url or (f"http://localhost:{settings.web_port}" if is_local else "")
        mail = None if settings.smtp is None else Mail(settings.smtp, settings.ca_file)
        return cls(
            store=store,
            clock=clock,
            mail=mail,
            webhook=Webhook(
                allow_loopback=is_local, ca_file=settings.ca_file, proxies=settings.proxies
            ),
            address=address.rstrip("/"),
            allow_loopback=is_local,
        )

    @property
    def _kept(self) -> AlertStore:
        return AlertStore.of(self.store)

    # ------------------------------------------------------------------ whom to tell

    async def wanted(self) -> Wanted:
        return wanted_from(await self.store.run(self._kept.settings))

    async def save(self, wanted: Wanted) -> Wanted:
        """As given, with a secret where a webhook has none yet."""
        if wanted.webhook_url and not wanted.webhook_secret:
            wanted = msgspec.structs.replace(wanted, webhook_secret=secrets.token_urlsafe(32))
        await self.store.run(self._kept.save_settings, msgspec.to_builtins(wanted))
        return wanted

    async def test(self) -> int:
        """Send a test over every channel at once; over how many."""
        wanted = await self.wanted()
        letters = [
            NewLetter(channel=each, event="test", cause="test", facts={})
            for each in wanted.channels
        ]
        await self.store.run(self._kept.add, letters)
        await self._deliver(wanted, self.clock.now())
        return len(letters)

    # ------------------------------------------------------------------ looking

    async def look(self, now: datetime) -> None:
        """Tell what has begun, lasts or is over by *now*, and deliver what is due."""
        wanted = await self.wanted()
        known = {
            (row.connection_id, Cause(row.cause)): row
            for row in await self.store.run(self._kept.alerts)
            if row.cause in _CAUSES
        }
        for connection in await self.store.run(self.store.connections):
            if connection.is_complete:
                mine = {c: row for (id_, c), row in known.items() if id_ == connection.id}
                await self._look_at(connection, mine, wanted, now)
        # Looking takes a while: a letter written on the way is a little younger than *now*.
        await self._deliver(wanted, max(now, self.clock.now()))
        await self.store.run(self._kept.forget_letters, now - _KEPT_FOR)

    async def _look_at(
        self,
        connection: Connection,
        known: Mapping[Cause, AlertRow],
        wanted: Wanted,
        now: datetime,
    ) -> None:
        measured = await self.store.run(self._measure, connection, now)
        before = {cause: (row.began_at is not None, row.facts) for cause, row in known.items()}
        for cause, (is_on, facts) in judge(measured, before, wanted, now).items():
            row = known.get(cause)
            change = _changed(row, connection.id, cause, is_on, facts, now)
            if change is None:
                continue
            after, event = change
            began = after.began_at or (row.began_at if row else None) or now
            told = {
                **facts,
                "connection": connection.name,
                "connection_id": connection.id,
                "since": began.isoformat(timespec="seconds"),
            }
            letters = [
                NewLetter(channel=each, event=event, cause=cause.value, facts=told)
                for each in (wanted.channels if event else ())
            ]
            if await self.store.run(self._kept.change, row, after, letters) and event:
                _log.warning(f"alert.{event}", connection=connection.name, cause=cause.value)

    def _measure(self, connection: Connection, now: datetime) -> Measured:
        mine = self.store.for_connection(connection.id)
        policy = _policy(self.store.settings(connection.id).text)
        counts = mine.counts()
        calls = {}
        for side, allocation in policy.daily_calls.items():
            account_id = connection.account_id(side)
            if account_id is not None and allocation:
                used = self.store.calls_in_24h(account_id, now)
                calls[side] = Calls(used=used, allocation=allocation)
        return Measured(
            suspended=connection.suspended_reason,
            message=connection.suspended_detail,
            parked=sum(n for (_, state, _), n in counts.items() if state is LinkState.PARKED),
            lags=self._lags(connection, policy, now),
            calls=calls,
        )

    def _lags(self, connection: Connection, policy: Policy, now: datetime) -> dict[str, float]:
        found = {}
        for name, checkpoint in self.store.for_connection(connection.id).checkpoints().items():
            at, kinds = checkpoint.value.get("at"), _KINDS_OF.get(name, frozenset())
            is_wanted = bool(kinds & set(policy.enabled_kinds)) or (
                name == "changed/tasks" and policy.salesforce_task_sync
            )
            if at and is_wanted:
                found[name] = max((now - datetime.fromisoformat(at)).total_seconds(), 0.0)
        return found

    # ------------------------------------------------------------------ delivering

    async def _deliver(self, wanted: Wanted, now: datetime) -> None:
        due = await self.store.run(self._kept.claim, now, _CLAIMED_FOR)
        await asyncio.gather(*(self._send(letter, wanted, now) for letter in due))

    async def _send(self, letter: Letter, wanted: Wanted, now: datetime) -> None:
        try:
            said = await self._sent(letter, wanted)
        except Undelivered as problem:
            outcome = f"{problem.code}: {problem.detail}"
            again = None
            if problem.code != "off" and letter.attempts <= len(_AGAIN_AFTER):
                again = now + _AGAIN_AFTER[letter.attempts - 1]
            _log.warning("alert.undelivered", channel=letter.channel, outcome=problem.code)
            await self.store.run(
                self._kept.settle, letter.id, sent_at=None, due_at=again, outcome=outcome
            )
            return
        await self.store.run(
            self._kept.settle, letter.id, sent_at=now, due_at=None, outcome=f"sent: {said}"
        )

    async def _sent(self, letter: Letter, wanted: Wanted) -> str:
        told = words(letter.event, letter.cause, letter.facts, wanted.language, self.address)
        at = self.clock.now()
        if letter.channel == "email":
            if self.mail is None:
                raise Undelivered("no_server", "TANDEM_SMTP_HOST")
            if not wanted.recipients:
                raise Undelivered("off", "")
            mark = f"{letter.id}.{int(letter.created_at.timestamp())}"
            return await self.mail.send(wanted.recipients, told, mark=mark, at=letter.created_at)
        if not wanted.webhook_url:
            raise Undelivered("off", "")
        body = msgspec.json.encode(
            {
                "id": f"{letter.id}.{int(letter.created_at.timestamp())}",
                "event": letter.event,
                "cause": letter.cause,
                "connection": letter.facts.get("connection"),
                "at": letter.created_at.isoformat(timespec="seconds"),
                "facts": letter.facts,
                "subject": told.subject,
                "text": told.text,
            }
        )
        return await self.webhook.send(wanted.webhook_url, wanted.webhook_secret, body, at=at)

    # ------------------------------------------------------------------ for the page

    async def open(self) -> list[AlertRow]:
        """What is wrong just now."""
        return [row for row in await self.store.run(self._kept.alerts) if row.began_at is not None]

    async def letters(self, limit: int = 50) -> list[Letter]:
        """The newest first."""
        return await self.store.run(self._kept.letters, limit)


def _changed(
    row: AlertRow | None, connection_id: int, cause: Cause, is_on: bool, facts: Facts, now: datetime
) -> tuple[AlertRow, str] | None:
    """The row as it is to be, and the event to tell (empty: only to remember); None where nothing is new."""
    known = row or AlertRow(connection_id=connection_id, cause=cause.value, facts={})
    if is_on and known.began_at is None:
        return replace(known, began_at=now, told_at=now, facts=facts), "began"
    if is_on and known.told_at is not None and now - known.told_at >= _REMIND_AFTER:
        return replace(known, told_at=now, facts=facts), "lasts"
    if not is_on and known.began_at is not None:
        return replace(known, began_at=None, told_at=None, facts=facts), "ended"
    if dict(facts) != dict(known.facts):
        return replace(known, facts=facts), ""
    return None


async def alerting(alerts: Alerts, stop: asyncio.Event, news: asyncio.Event | None = None) -> None:
    """
    Look once a minute, and soon after *news* was set (a run has ended), until *stop* is set.

    Never more often than every ten seconds: with many connections a run ends all the time.
    """
    while not stop.is_set():
        if news is not None:
            news.clear()
        try:
            await alerts.look(alerts.clock.now())
        except StoreError as error:
            # A full disk or a locked file passes; the next look tells what this one could not.
            _log.error("alerts.store_trouble", message=str(error))
        except Exception as error:
            # A bug ends this look, loudly, and not the service that it watches.
            _log.error("alerts.crashed", exc_info=error)
        if not await _any_within(_AT_LEAST, stop):
            await _any_within(_EVERY - _AT_LEAST, stop, *([news] if news is not None else []))


async def _any_within(seconds: float, *events: asyncio.Event) -> bool:
    """Whether one of *events* is set before *seconds* have passed."""
    waiting = [asyncio.create_task(each.wait()) for each in events]
    done, open_ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for each in open_:
        each.cancel()
    await asyncio.gather(*open_, return_exceptions=True)
    return bool(done)


@lru_cache(maxsize=256)
def _policy(text: str) -> Policy:
    """Asked for at every look and seldom changed: reading the settings costs milliseconds."""
    return parse(text)
