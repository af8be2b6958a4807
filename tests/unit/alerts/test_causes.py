"""When something is wrong, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tandem.alerts.causes import Calls, Cause, Measured, judge
from tandem.alerts.wanted import Wanted
from tandem.model import Side

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Watch:
    """Looks again and again, remembering what it judged."""

    def __init__(self, **wanted: Any) -> None:
        self.wanted = Wanted(**wanted)
        self.now = NOW
        self.known: dict[Cause, tuple[bool, Mapping[str, Any]]] = {}

    def look(self, after: timedelta = MINUTE, **measured: Any) -> set[str]:
        """What is wrong after a while."""
        self.now += after
        self.known = judge(Measured(**measured), self.known, self.wanted, self.now)
        return {cause.value for cause, (is_on, _) in self.known.items() if is_on}

    def facts(self, cause: Cause) -> Mapping[str, Any]:
        return self.known[cause][1]


def test_nothing_is_wrong_with_a_connection_that_goes_on() -> None:
    assert Watch().look(parked=500, lags={"changed/calls": 59.0}) == set()


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("access_lost", {"suspended"}),
        ("no_calls_left", {"suspended"}),
        ("brake_deletes", {"brake"}),
        ("brake_empty", {"brake"}),
        ("disconnected", set()),
        ("", set()),
    ],
)
def test_a_rest_is_told_unless_a_person_wanted_it(reason: str, cause: set[str]) -> None:
    assert cause == Watch().look(suspended=reason)


def test_what_was_parked_before_the_first_look_is_no_growth() -> None:
    watch = Watch(parked=10)

    assert watch.look(parked=400) == set()
    assert watch.look(parked=409) == set()
    assert watch.look(parked=410) == {"parked"}
    assert watch.facts(Cause.PARKED)["more"] == 10


def test_growth_is_over_once_they_are_fewer_or_have_not_grown_for_a_day() -> None:
    watch = Watch(parked=10)
    watch.look(parked=0)
    assert watch.look(parked=30) == {"parked"}
    assert watch.look(parked=5) == set()
    assert watch.look(parked=14) == set(), "from the new count on"
    assert watch.look(parked=15) == {"parked"}
    assert watch.look(23 * HOUR, parked=16) == {"parked"}
    assert watch.look(23 * HOUR, parked=16) == {"parked"}
    assert watch.look(HOUR, parked=16) == set()
    assert watch.look(parked=25) == set()


def test_a_few_a_day_are_never_told() -> None:
    watch = Watch(parked=10)
    said = [watch.look(timedelta(days=1), parked=5 * day) for day in range(30)]

    assert said == [set()] * 30


def test_fewer_parked_lower_what_growth_is_measured_by() -> None:
    watch = Watch(parked=10)
    watch.look(parked=100)
    watch.look(parked=20)

    assert watch.look(parked=30) == {"parked"}


def test_a_source_must_lag_for_five_minutes_before_it_counts() -> None:
    watch = Watch(lag_minutes=60)
    assert watch.look(lags={"changed/calls": 3_600.0}) == set()
    assert watch.look(4 * MINUTE, lags={"changed/calls": 3_840.0}) == set()
    assert watch.look(lags={"changed/calls": 3_900.0, "email_events": 60.0}) == {"lag"}
    assert watch.facts(Cause.LAG)["source"] == "changed/calls"
    assert watch.look(lags={"changed/calls": 10.0}) == set()


def test_after_a_restart_the_first_run_may_catch_up() -> None:
    watch = Watch(lag_minutes=60)
    watch.look(lags={"changed/calls": 90_000.0})
    assert watch.look(lags={"changed/calls": 1.0}) == set()
    assert watch.look(10 * MINUTE, lags={"changed/calls": 3_600.0}) == set()


def test_a_connection_that_rests_is_not_told_twice() -> None:
    watch = Watch()
    watch.look(lags={"changed/calls": 90_000.0})

    assert watch.look(HOUR, suspended="access_lost", lags={"changed/calls": 90_000.0}) == {
        "suspended"
    }


def test_an_allocation_is_told_from_its_share_on_and_not_by_the_minute() -> None:
    watch = Watch(calls_percent=80)

    def used(n: int) -> dict[Side, Calls]:
        return {Side.SALESFORCE: Calls(used=n, allocation=1_000)}

    assert watch.look(calls=used(799)) == set()
    assert watch.look(calls=used(800)) == {"calls_salesforce"}
    assert watch.look(calls=used(760)) == {"calls_salesforce"}
    assert watch.look(calls=used(749)) == set()
    assert watch.look(calls=used(799)) == set()
    assert watch.look(calls={Side.HUBSPOT: Calls(used=9, allocation=10)}) == {"calls_hubspot"}
    assert watch.look(calls={}) == set(), "the allocation was taken away"
