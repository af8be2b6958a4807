"""
Keeping a lease for as long as its run lasts, and what the run may do by it.

Who has lost a lease, or cannot know, starts no call and saves nothing. What it knows it knows by its own
clock: a program that was stopped and goes on, or that no longer reaches the database, stops before
anybody else may take its lease over. Saving is checked by the database itself, in the same transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog

from tandem.clock import Clock
from tandem.crm.caller import calling_only_if
from tandem.engine.processes import is_dead
from tandem.errors import AlreadyRunning, LeaseLost, StoreError
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import Lease
from tandem.store.store import Store

__all__ = ["LEASE_SECONDS", "Keeper", "Keeping", "Onlooker", "Upkeep"]

LEASE_SECONDS = 60.0
_LOOK_AGAIN = 0.25

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """
    How leases are kept: ``seconds`` each time, renewed after ``renewed_after``.

    No call begins in the last ``margin`` seconds: that much the clocks of two hosts may differ.
    """

    seconds: float = LEASE_SECONDS
    renewed_after: float = 15.0
    margin: float = 10.0
    again_after: float = 2.0

    @classmethod
    def within(cls, seconds: float) -> Keeping:
        """So that a dead worker's run is taken over within *seconds*."""
        return cls(
            seconds=seconds,
            renewed_after=seconds / 4,
            margin=seconds / 6,
            again_after=min(2.0, seconds / 12),
        )


async def _nothing() -> None:
    return None


@dataclass(slots=True)
class Onlooker:
    """
    Around a run that only looks: it has no lease and is in nobody's way, and whatever it tried to save would be
    refused. What it reads may change while it reads, so what it answers holds for the moment of each look.
    """

    lease: Lease
    along: Callable[[], Awaitable[None]] = _nothing

    @classmethod
    def of(cls, mine: ConnectionStore, owner: str, now: datetime) -> Onlooker:
        """*mine*'s own; its lease is one that nobody has and nobody gets."""
        nobodys = Lease(
            connection_id=mine.connection_id,
            owner=owner,
            token="",
            names=(f"onlooker {mine.connection_id}",),
            seconds=0.0,
            acquired_at=now,
            expires_at=now,
        )
        return cls(nobodys)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def ending(self) -> AbstractAsyncContextManager[None]:
        return contextlib.nullcontext()


@dataclass(slots=True)
class Keeper:
    """
    The lease of one run, as an async context manager around the run; *asked* is when it was asked for.

    Inside, every call to a CRM asks `permit` first. When the lease is lost for certain, the run is
    cancelled and ends with LeaseLost. ``along`` is done with each renewal, to tell how far the run is.
    """

    store: Store
    mine: ConnectionStore
    lease: Lease
    clock: Clock
    keeping: Keeping
    asked: float
    along: Callable[[], Awaitable[None]] = _nothing
    is_lost: bool = False
    _why: str = ""
    _good_until: float = field(default=0.0)
    _good_until_by_the_wall: datetime | None = field(default=None)
    _renewal: asyncio.Task[None] | None = field(default=None)
    _run: asyncio.Task[object] | None = field(default=None)
    _inside: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    async def __aenter__(self) -> Self:
        self._is_good_from(self.asked, self.lease)
        self._run = asyncio.current_task()
        self._inside.enter_context(calling_only_if(self.permit))
        self._renewal = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._inside.close()
        assert self._run is not None
        await self._stop_renewing()
        if self.is_lost:
            self._run.uncancel()
            if isinstance(error, asyncio.CancelledError):
                raise LeaseLost(self._why) from error

    @contextlib.asynccontextmanager
    async def ending(self) -> AsyncIterator[None]:
        """
        What is put in order at the end, for as long as the database answers.

        Where the lease is lost that is not waited for: what is not said then is known from the lease's end.
        """
        if not self.is_lost:
            yield
            return
        try:
            async with asyncio.timeout(self.keeping.again_after):
                yield
        except (StoreError, TimeoutError) as error:
            _log.warning("run.not_told", connection=self.mine.connection_id, error=str(error))

    @contextlib.asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """
        Inside, the lease is whoever's wants it; afterwards it is this run's again, as soon as others let it go.

        Between the two the run calls and saves nothing, and all that it has announced is settled.
        """
        await self._stop_renewing()
        await self.along()
        await self.store.run(self.mine.release, self.lease)
        yield
        self.lease, asked = await self._acquired_again()
        self._is_good_from(asked, self.lease)
        self._renewal = asyncio.create_task(self._keep())

    async def _acquired_again(self) -> tuple[Lease, float]:
        while True:
            asked, now = self.clock.monotonic(), self.clock.now()
            with contextlib.suppress(AlreadyRunning):
                owner, seconds = self.lease.owner, self.keeping.seconds
                acquire = self.mine.acquire
                return await self.store.run(acquire, owner, now, seconds, is_dead=is_dead), asked
            await self.clock.sleep(_LOOK_AGAIN)

    async def _stop_renewing(self) -> None:
        assert self._renewal is not None
        self._renewal.cancel()
        await asyncio.wait([self._renewal])

    async def permit(self) -> None:
        """
        Nothing while the lease is good; LeaseLost when it is not, or when nobody can tell in time.

        A lease that ran out while this program stood still is asked for again: it may be ours yet.
        """
        if self.is_lost:
            raise LeaseLost(self._why)
        if not self._is_good():
            await self._renew()

    def _is_good(self) -> bool:
        """By both clocks: the one stands still while a machine sleeps, the other may be put right."""
        assert self._good_until_by_the_wall is not None
        is_early = self.clock.now() < self._good_until_by_the_wall
        return is_early and self.clock.monotonic() < self._good_until

    def _is_good_from(self, asked: float, lease: Lease) -> None:
        self._good_until = asked + self.keeping.seconds - self.keeping.margin
        self._good_until_by_the_wall = lease.expires_at - timedelta(seconds=self.keeping.margin)

    async def _renew(self) -> None:
        """Once, and quickly; LeaseLost where that cannot be done."""
        asked = self.clock.monotonic()
        now = self.clock.now()
        try:
            async with asyncio.timeout(self.keeping.margin):
                renewed = await self.store.run(self.mine.renew, self.lease, now)
        except (StoreError, TimeoutError) as error:
            raise LeaseLost(_UNSURE) from error
        self._is_good_from(asked, renewed)

    async def _keep(self) -> None:
        pause = self.keeping.renewed_after
        while True:
            await asyncio.sleep(pause)
            try:
                await self._renew()
                pause = self.keeping.renewed_after
                await self.along()
            except StoreError as error:
                _log.warning("run.not_told", connection=self.mine.connection_id, error=str(error))
            except LeaseLost as error:
                _log.warning("lease.unsure", connection=self.mine.connection_id, error=str(error))
                is_certain = error.__cause__ is None
                if is_certain or not self._is_good():
                    return self._lose(error)
                pause = self.keeping.again_after

    def _lose(self, error: LeaseLost) -> None:
        self.is_lost, self._why = True, str(error)
        assert self._run is not None
        self._run.cancel()


Upkeep = Keeper | Onlooker
"""What surrounds a run."""

_UNSURE = "The database could not be asked in time whether the connection is still this worker's; it stops."
