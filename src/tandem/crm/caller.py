"""
One call to a CRM, from a path to a decoded answer: budget, token, transport, classification, retry.

Both connectors send everything through a `Caller`; what differs between the two CRMs is a `Dialect`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar

import msgspec

from tandem.clock import Clock
from tandem.crm.http import ConnectionLost, NotSent, Request, Response, Transport
from tandem.crm.rate_limit import Budget, Lane
from tandem.crm.retry import DEFAULT, Patience, Retry, decide
from tandem.crm.tokens import TokenSource
from tandem.errors import CrmError, OutcomeUnknown, RateLimited, TryLater
from tandem.model import Side
from tandem.observing import CallSeen, Outcome, see_call

__all__ = ["Call", "Caller", "Dialect", "Permit", "calling_only_if"]

T = TypeVar("T")
Permit = Callable[[], Awaitable[None]]

_DATE_HOLDS = 30.0
"""Seconds for which an answer's Date header, carried on by our own clock, is taken for the CRM's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    One call, before it has an address and a token. *path* begins with a slash and is encoded;
    *operation* is a few words for the meter and for messages, without any value of a record. A failure with
    one of the codes *gives_up_on* is not repeated: whoever made the call knows better what to do about it.
    """

    operation: str
    path: str
    method: str = "GET"
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    is_write: bool = False
    lane: Lane = Lane.ORDINARY
    timeout: float = 60.0
    content_type: str = "application/json"
    gives_up_on: frozenset[str] = frozenset()


_PERMIT: ContextVar[Permit | None] = ContextVar("permit", default=None)


@contextmanager
def calling_only_if(permit: Permit) -> Iterator[None]:
    """
    Every call made inside, by whatever task, asks *permit* right before it is sent.

    What *permit* raises goes to whoever wanted the call; nothing has been sent then.
    """
    token = _PERMIT.set(permit)
    try:
        yield
    finally:
        _PERMIT.reset(token)


class Dialect(Protocol):
    """What a CRM says when it refuses."""

    side: Side

    def is_stale(self, response: Response) -> bool:
        """Whether the answer says that the token has expired or is unknown."""

    def error_from(self, call: Call, response: Response) -> CrmError:
        """The error that a refusing answer stands for."""


class Caller:
    """Sends calls to one account and keeps trying within reason; raises the ``CrmError`` family."""

    def __init__(
        self,
        transport: Transport,
        tokens: TokenSource,
        budget: Budget,
        dialect: Dialect,
        *,
        clock: Clock,
        base_url: str,
        patience: Patience = DEFAULT,
        headers: Mapping[str, str] | None = None,
        jitter: random.Random | None = None,
    ) -> None:
        self.budget = budget
        self.clock = clock
        self._transport = transport
        self._tokens = tokens
        self._dialect = dialect
        self._base_url = base_url.rstrip("/")
        self._patience = patience
        self._headers = {"Accept": "application/json", **(headers or {})}
        self._jitter = jitter or random.Random(0)
        self._told: datetime | None = None
        self._told_at: float | None = None

    @property
    def base_url(self) -> str:
        return self._base_url

    @property
    def tokens(self) -> TokenSource:
        return self._tokens

    async def send(self, call: Call) -> Response:
        """The answer to *call*, a success; everything else is raised."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._with_token(call)
            except CrmError as error:
                if isinstance(error, RateLimited) and error.seconds and not error.daily:
                    self.budget.pause(min(error.seconds, self._patience.longest_wait))
                if error.code and error.code in call.gives_up_on:
                    raise
                decision = decide(
                    error,
                    attempt,
                    call.is_write,
                    patience=self._patience,
                    jitter=self._jitter.random(),
                )
                if not isinstance(decision, Retry):
                    raise
            await self.clock.sleep(decision.after_seconds)

    async def fetch(self, call: Call, decoder: msgspec.json.Decoder[T]) -> T:
        """The answer's body, decoded."""
        return self.decode(call, await self.send(call), decoder)

    def decode(self, call: Call, response: Response, decoder: msgspec.json.Decoder[T]) -> T:
        """
        The body of a success. One that cannot be read is no answer at all: of a read it may be asked
        again, of a write the outcome is unknown.
        """
        try:
            return decoder.decode(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            kind = OutcomeUnknown if call.is_write else TryLater
            raise kind(
                f"{self._dialect.side.title} answered '{call.operation}' with something else than the "
                f"expected JSON ({error}). Is there a proxy in between, or is the address wrong?",
                side=self._dialect.side,
                operation=call.operation,
                status=response.status,
            ) from error

    async def crm_time(self, call: Call) -> datetime:
        """
        The CRM's clock, by the Date header of its newest answer; *call* is made where that is too old.

        Ours where the CRM's answers carry none.
        """
        if self._told_at is None or self.clock.monotonic() - self._told_at > _DATE_HOLDS:
            await self.send(call)
        if self._told is None or self._told_at is None:
            return self.clock.now().replace(microsecond=0)
        passed = int(self.clock.monotonic() - self._told_at)
        return self._told + timedelta(seconds=passed)

    def _listen(self, response: Response) -> None:
        """Remember what time it is there."""
        stated = response.headers.get("date")
        try:
            told = parsedate_to_datetime(stated).astimezone(UTC) if stated else None
        except ValueError:
            told = None
        if told is not None:
            self._told, self._told_at = told, self.clock.monotonic()

    async def _with_token(self, call: Call) -> Response:
        token = await self._tokens.token()
        response = await self._once(call, token)
        if self._dialect.is_stale(response):
            # Refused before anything was done: repeating is safe, for writes too.
            fresh = await self._tokens.renewed(token)
            if fresh is not None:
                response = await self._once(call, fresh)
        if 200 <= response.status < 300:
            return response
        raise self._dialect.error_from(call, response)

    async def _once(self, call: Call, token: str) -> Response:
        permit = _PERMIT.get()
        headers = {**self._headers, **call.headers, "Authorization": f"Bearer {token}"}
        if call.body is not None:
            headers["Content-Type"] = call.content_type
        request = Request(
            method=call.method,
            url=self._base_url + call.path,
            headers=headers,
            body=call.body,
            timeout=call.timeout,
        )
        async with self.budget.turn(call.operation, call.lane):
            if permit is not None:
                await permit()
            seen = CallSeen(side=self._dialect.side, operation=call.operation, method=call.method)
            try:
                with see_call(seen):
                    response = await self._transport.send(request)
                    seen.status, seen.outcome = response.status, self._outcome(call, response)
            except NotSent as error:
                raise self._broken(TryLater, call, error) from error
            except ConnectionLost as error:
                kind = OutcomeUnknown if call.is_write else TryLater
                raise self._broken(kind, call, error) from error
            self.budget.learn(response.headers)
        self._listen(response)
        return response

    def _outcome(self, call: Call, response: Response) -> Outcome:
        """What an answer comes to, in a word."""
        if 200 <= response.status < 300:
            return Outcome.ANSWERED
        if self._dialect.is_stale(response):
            return Outcome.UNKNOWN_TOKEN
        if isinstance(self._dialect.error_from(call, response), RateLimited):
            return Outcome.LIMITED
        return Outcome.FAILED if response.status >= 500 else Outcome.REFUSED

    def _broken(self, kind: type[CrmError], call: Call, error: Exception) -> CrmError:
        return kind(
            f"{self._dialect.side.title} did not answer '{call.operation}': {error}",
            side=self._dialect.side,
            operation=call.operation,
        )
