"""Keeping a grant fresh: early, once, and saved before it is used."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tandem.clock import ManualClock
from tandem.crm.tokens import Grant, StaticToken, Tokens
from tandem.errors import AccessLost, TryLater
from tandem.model import Side

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OLD = Grant(
    access_token="old",
    refresh_token="refresh-1",
    expires_at=NOW + timedelta(minutes=30),
    scopes=frozenset({"oauth"}),
    account_id="147",
)


class Renewal:
    """Renews by counting, as told."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.calls = 0
        self.saved: list[Grant] = []
        self._failing = failing

    async def renew(self, grant: Grant) -> Grant:
        self.calls += 1
        await asyncio.sleep(0)
        if self._failing:
            raise self._failing
        return Grant(access_token=f"new-{self.calls}", expires_at=NOW + timedelta(hours=1))

    async def save(self, grant: Grant) -> None:
        self.saved.append(grant)


def _tokens(renewal: Renewal, clock: ManualClock, grant: Grant = OLD) -> Tokens:
    return Tokens(grant, renewal.renew, clock, on_rotated=renewal.save)


async def test_a_token_that_still_lasts_is_used_as_it_is() -> None:
    renewal = Renewal()

    token = await _tokens(renewal, ManualClock(NOW)).token()

    assert token == "old"
    assert renewal.calls == 0


async def test_a_token_is_renewed_before_it_expires() -> None:
    renewal, clock = Renewal(), ManualClock(NOW)
    tokens = _tokens(renewal, clock)
    clock.advance(28 * 60 + 1)

    assert await tokens.token() == "new-1"


async def test_many_callers_make_one_renewal() -> None:
    renewal, clock = Renewal(), ManualClock(NOW + timedelta(hours=1))
    tokens = _tokens(renewal, clock, replace(OLD, expires_at=NOW))

    got = await asyncio.gather(*(tokens.renewed("old") for _ in range(20)))

    assert {"new-1"} == set(got)
    assert renewal.calls == 1


async def test_a_renewed_grant_is_saved_before_it_is_used() -> None:
    class Crash(Exception):
        pass

    async def refuse(grant: Grant) -> None:
        raise Crash

    tokens = Tokens(OLD, Renewal().renew, ManualClock(NOW), on_rotated=refuse)

    with pytest.raises(Crash):
        await tokens.renewed("old")

    assert tokens.grant.access_token == "old"


async def test_what_an_answer_leaves_out_stays_as_it_was() -> None:
    renewal = Renewal()
    tokens = _tokens(renewal, ManualClock(NOW))

    await tokens.renewed("old")

    assert renewal.saved[0].refresh_token == "refresh-1"
    assert renewal.saved[0].account_id == "147"
    assert frozenset({"oauth"}) == tokens.scopes


async def test_what_another_process_renewed_is_adopted() -> None:
    renewal = Renewal()
    elsewhere = replace(OLD, access_token="theirs")

    async def latest() -> Grant:
        return elsewhere

    tokens = Tokens(OLD, renewal.renew, ManualClock(NOW), on_rotated=renewal.save, latest=latest)

    assert await tokens.renewed("old") == "theirs"
    assert renewal.calls == 0


async def test_an_outage_of_the_token_endpoint_leaves_a_living_token_in_use() -> None:
    outage = TryLater("x", side=Side.HUBSPOT, operation="refresh")
    clock = ManualClock(NOW + timedelta(minutes=29))

    assert await _tokens(Renewal(outage), clock).token() == "old"


async def test_an_outage_is_an_outage_once_the_token_is_dead() -> None:
    outage = TryLater("x", side=Side.HUBSPOT, operation="refresh")
    clock = ManualClock(NOW + timedelta(minutes=31))

    with pytest.raises(TryLater):
        await _tokens(Renewal(outage), clock).token()


async def test_a_withdrawn_grant_is_access_lost() -> None:
    gone = AccessLost("x", side=Side.HUBSPOT, operation="refresh")

    with pytest.raises(AccessLost):
        await _tokens(Renewal(gone), ManualClock(NOW)).renewed("old")


async def test_a_pasted_token_cannot_be_renewed() -> None:
    token = StaticToken("pat")

    assert await token.renewed("pat") is None


def test_no_token_shows_in_a_repr() -> None:
    shown = repr(OLD)

    assert "old" not in shown
    assert "refresh-1" not in shown
