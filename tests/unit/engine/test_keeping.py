"""What a run may do by its lease, when time passes and databases fall silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from tests.support.stores import KEYRING, a_connection

from tandem.clock import ManualClock
from tandem.crm.caller import Call, Caller, Dialect
from tandem.crm.http import Request, Response
from tandem.crm.rate_limit import Budget
from tandem.crm.tokens import StaticToken
from tandem.engine.keeping import Keeper, Keeping, Onlooker
from tandem.errors import CrmError, LeaseLost, StoreError
from tandem.model import Side
from tandem.store import ConnectionStore, Store

KEEPING = Keeping(seconds=60, renewed_after=3600, margin=10)


class _Silent(Store):
    """A database that can be cut off."""

    is_silent = False

    async def run(self, work, *args, **kwargs):  # type: ignore[no-untyped-def]
        if self.is_silent:
            raise StoreError("The database cannot be reached.")
        return await super().run(work, *args, **kwargs)


class _Crm:
    """Counts what reaches it."""

    side = Side.HUBSPOT

    def __init__(self) -> None:
        self.reached = 0

    async def send(self, request: Request) -> Response:
        self.reached += 1
        return Response(status=200, headers={}, body=b"{}")

    def is_stale(self, response: Response) -> bool:
        return False

    def error_from(self, call: Call, response: Response) -> CrmError:
        raise AssertionError(response)


class _World:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = _Silent("sqlite://", KEYRING, clock=self.clock.now)
        self.crm = _Crm()
        dialect: Dialect = self.crm
        self._caller = Caller(
            self.crm,
            StaticToken("token", None),
            Budget(Side.HUBSPOT, self.clock),
            dialect,
            clock=self.clock,
            base_url="https://crm.example",
        )

    async def call(self) -> None:
        await self._caller.send(Call(operation="read", path="/"))

    @asynccontextmanager
    async def run(self, keeping: Keeping = KEEPING) -> AsyncIterator[ConnectionStore]:
        async with self.kept(keeping) as keeper:
            yield keeper.mine

    @asynccontextmanager
    async def kept(self, keeping: Keeping = KEEPING) -> AsyncIterator[Keeper]:
        with self.store:
            mine = a_connection(self.store)
            lease = mine.acquire("one", self.clock.now(), keeping.seconds)
            asked = self.clock.monotonic()
            async with Keeper(self.store, mine, lease, self.clock, keeping, asked) as keeper:
                yield keeper


async def test_calls_are_made_while_the_lease_is_good() -> None:
    world = _World()
    async with world.run():
        world.clock.advance(49)
        await world.call()

    assert world.crm.reached == 1


async def test_a_lease_that_ran_out_unclaimed_is_asked_for_again() -> None:
    """As after a machine's sleep: nobody else wanted it, so the run goes on."""
    world = _World()
    async with world.run() as mine:
        world.clock.advance(3600)
        await world.call()

        assert mine.holder(world.clock.now()) is not None
    assert world.crm.reached == 1


async def test_who_was_asleep_while_another_took_over_starts_no_call() -> None:
    world = _World()
    async with world.run() as mine:
        world.clock.advance(3600)
        mine.acquire("another", world.clock.now(), 60)
        with pytest.raises(LeaseLost, match="taken the connection over"):
            await world.call()

    assert world.crm.reached == 0


async def test_without_the_database_no_call_starts_once_the_lease_may_be_gone() -> None:
    world = _World()
    async with world.run():
        world.store.is_silent = True
        world.clock.advance(49)
        await world.call()
        world.clock.advance(1)
        with pytest.raises(LeaseLost, match="could not be asked"):
            await world.call()

    assert world.crm.reached == 1


async def test_a_wall_clock_that_jumps_ahead_is_heeded_too() -> None:
    """The monotonic clock stands still while a machine sleeps."""
    world = _World()
    async with world.run():
        world.store.is_silent = True
        world.clock._start += timedelta(hours=1)
        with pytest.raises(LeaseLost):
            await world.call()

    assert world.crm.reached == 0


async def test_calls_outside_a_run_ask_nobody() -> None:
    world = _World()
    async with world.run():
        world.clock.advance(3600)
    await world.call()

    assert world.crm.reached == 1


async def test_a_run_that_waits_is_ended_when_its_lease_is_lost() -> None:
    world = _World()

    async def run() -> None:
        async with world.run(Keeping(seconds=60, renewed_after=0, margin=10)) as mine:
            world.clock.advance(3600)
            mine.acquire("another", world.clock.now(), 60)
            await asyncio.Event().wait()

    with pytest.raises(LeaseLost, match="taken the connection over"):
        await run()


async def test_a_run_that_waits_is_ended_when_nobody_can_tell() -> None:
    world = _World()
    keeping = Keeping(seconds=60, renewed_after=0, margin=10, again_after=0)

    async def run() -> None:
        async with world.run(keeping):
            world.store.is_silent = True
            await asyncio.sleep(0)
            world.clock.advance(51)
            await asyncio.Event().wait()

    with pytest.raises(LeaseLost, match="could not be asked"):
        await run()


async def test_a_database_that_comes_back_in_time_costs_nothing() -> None:
    world = _World()
    keeping = Keeping(seconds=60, renewed_after=0, margin=10, again_after=0)
    async with world.run(keeping):
        world.store.is_silent = True
        for _ in range(5):
            await asyncio.sleep(0)
        world.store.is_silent = False
        world.clock.advance(40)
        for _ in range(5):
            await asyncio.sleep(0)
        world.clock.advance(40)
        await world.call()

    assert world.crm.reached == 1


async def test_who_steps_aside_lets_others_run_and_has_a_lease_again_afterwards() -> None:
    world = _World()
    async with world.kept() as keeper:
        before = keeper.lease
        async with keeper.aside():
            other = keeper.mine.acquire("another", world.clock.now(), 60)
            keeper.mine.release(other)
        await world.call()

        keeper.mine.check(keeper.lease)
        with pytest.raises(LeaseLost):
            keeper.mine.check(before)
    assert world.crm.reached == 1


async def test_who_stepped_aside_waits_until_others_let_go() -> None:
    world = _World()
    async with world.kept() as keeper:
        async with keeper.aside():
            keeper.mine.acquire("another", world.clock.now(), 60)
        await world.call()

    assert sum(world.clock.slept) == 60


async def test_what_goes_wrong_aside_ends_the_run_without_a_lease() -> None:
    world = _World()

    async def run() -> None:
        async with world.kept() as keeper, keeper.aside():
            raise StoreError("The database cannot be reached.")

    with pytest.raises(StoreError):
        await run()


async def test_an_onlooker_is_in_nobodys_way_and_can_save_nothing() -> None:
    world = _World()
    async with (
        world.kept() as keeper,
        Onlooker.of(keeper.mine, "one", world.clock.now()) as looking,
    ):
        keeper.mine.check(keeper.lease)
        with pytest.raises(LeaseLost), keeper.mine.transaction(looking.lease):
            pass
