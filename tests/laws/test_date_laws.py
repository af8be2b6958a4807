"""Dates never drift: every zone of the tz database, across its clock changes and the days it skipped."""

from __future__ import annotations

import functools
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_core import Core

DAY = timedelta(days=1)
TIMES = (time(0, 0), time(2, 30), time(8, 0), time(23, 59))
SKIPPED_DAYS = (
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Fakaofo", date(2011, 12, 30)),
    ("Pacific/Enderbury", date(1994, 12, 31)),
    ("Pacific/Kwajalein", date(1993, 8, 21)),
)


@functools.cache
def _zones() -> list[str]:
    return sorted(zoneinfo.available_timezones() - {"localtime"})


@functools.cache
def _days_of_change(name: str) -> list[date]:
    """Days in 2026 on which the zone's offset changes, their neighbours, and New Year's Eve."""
    zone = ZoneInfo(name)
    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + DAY * number for number in range(365)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    days = {date(2026, 1, 1), date(2026, 12, 31)}
    for before, after, noon in zip(offsets, offsets[1:], noons, strict=False):
        if before != after:
            days.update(noon.date() + DAY * near for near in (-1, 0, 1, 2))
    return sorted(days)


def test_a_day_becomes_an_instant_and_the_same_day_again_in_every_zone(core: Core) -> None:
    tried = 0
    for name in _zones():
        zone = ZoneInfo(name)
        for day in _days_of_change(name):
            for due_time in TIMES:
                instant = core.dates.instant_on(day, due_time, zone)
                assert day == core.dates.day_of(instant, zone), (name, day, due_time)
                tried += 1

    assert tried > 8_000


def test_an_instant_keeps_the_due_time_where_the_clock_shows_it(core: Core) -> None:
    for name in _zones():
        zone = ZoneInfo(name)
        instant = core.dates.instant_on(date(2026, 7, 1), time(8, 0), zone)

        assert time(8, 0) == instant.astimezone(zone).time(), name
        assert instant.tzinfo == UTC


@pytest.mark.parametrize(("name", "day"), SKIPPED_DAYS)
def test_on_a_day_the_zone_skipped_the_base_keeps_the_date(
    core: Core, name: str, day: date
) -> None:
    zone = ZoneInfo(name)
    instant = core.dates.instant_on(day, time(8, 0), zone)
    base = core.dates.Due(day, instant)

    assert day == core.dates.day_from(instant, zone, base)
    assert instant == core.dates.instant_from(day, due_time=time(8, 0), zone=zone, base=base)
    assert abs(core.dates.day_of(instant, zone) - day) <= DAY


def test_round_trips_change_nothing(core: Core) -> None:
    """From either side, any number of times, with the base carried along."""
    for name in _zones()[::7]:
        zone = ZoneInfo(name)
        for day in _days_of_change(name):
            at = {"due_time": time(8, 0), "zone": zone}
            instant = core.dates.instant_from(day, **at)
            for start in (instant, instant + timedelta(hours=3), instant - timedelta(hours=2)):
                base = core.dates.Due(core.dates.day_of(start, zone), start)
                for _ in range(3):
                    back = core.dates.day_from(base.instant, zone, base)
                    again = core.dates.instant_from(back, base=base, **at)
                    assert base == core.dates.Due(back, again)


def test_a_portal_that_changes_its_zone_moves_no_date(core: Core) -> None:
    instant = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    base = core.dates.Due(date(2026, 11, 23), instant)

    for name in _zones()[::11]:
        assert date(2026, 11, 23) == core.dates.day_from(instant, ZoneInfo(name), base)


@given(
    st.dates(date(1700, 1, 2), date(3999, 12, 30)),
    st.times(),
    st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/Toronto", "Pacific/Apia", "UTC"]),
)
def test_any_day_at_any_due_time_stays_that_day(day: date, due_time: time, name: str) -> None:
    core = Core()
    if (name, day) in SKIPPED_DAYS:
        return

    assert day == core.dates.day_of(
        core.dates.instant_on(day, due_time, ZoneInfo(name)), ZoneInfo(name)
    )


def _back_and_forth(core: Core, day: date | None, zone: ZoneInfo, trips: int = 4) -> set[object]:
    """What a due day says after each of some trips to HubSpot and back, the base carried along."""
    created = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    base = None
    said = set()
    for _ in range(trips):
        present = base.instant if base is not None else None
        instant = core.dates.instant_for(
            day, due_time=time(8, 0), zone=zone, created_at=created, base=base, present=present
        )
        base = core.dates.Due(day, instant)
        day = core.dates.day_from(instant, zone, base)
        said.add((day, instant))
    return said


def test_a_salesforce_due_day_survives_any_number_of_trips_in_every_zone(core: Core) -> None:
    tried = 0
    for name in _zones():
        zone = ZoneInfo(name)
        for day in _days_of_change(name):
            assert {day} == {back for back, _ in _back_and_forth(core, day, zone)}, (name, day)
            tried += 1

    assert tried > 2_000


@pytest.mark.parametrize(("name", "day"), SKIPPED_DAYS)
def test_a_salesforce_day_that_the_zone_skipped_survives_too(
    core: Core, name: str, day: date
) -> None:
    said = _back_and_forth(core, day, ZoneInfo(name))

    assert {day} == {back for back, _ in said}
    assert len(said) == 1


def test_no_due_date_stands_as_the_creation_and_never_becomes_a_date(core: Core) -> None:
    created = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    for name in _zones()[::13]:
        assert {(None, created)} == _back_and_forth(core, None, ZoneInfo(name))


def test_a_task_without_due_date_that_gets_one_is_due_at_the_due_time(core: Core) -> None:
    """Also on the day of its creation: that instant only stood for no due date."""
    zone = ZoneInfo("Asia/Tokyo")
    created = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
    at = {"due_time": time(8, 0), "zone": zone, "created_at": created}
    base = core.dates.Due(None, created)

    got = core.dates.instant_for(date(2026, 11, 23), base=base, present=created, **at)

    assert got == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_a_day_that_hubspot_already_says_keeps_its_time_of_day(core: Core) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    base = core.dates.Due(date(2026, 3, 7), datetime(2026, 3, 7, 18, 0, tzinfo=UTC))
    moved = datetime(2026, 3, 9, 1, 15, tzinfo=UTC)  # the evening of the day the clocks change
    at = {"due_time": time(8, 0), "zone": zone, "created_at": moved}

    assert moved == core.dates.instant_for(date(2026, 3, 8), base=base, present=moved, **at)
    assert core.dates.instant_for(date(2026, 3, 9), base=base, present=moved, **at) == datetime(
        2026, 3, 9, 15, 0, tzinfo=UTC
    )


def test_clearing_a_due_date_goes_back_to_the_creation(core: Core) -> None:
    created = datetime(2026, 2, 1, 5, tzinfo=UTC)
    base = core.dates.Due(date(2026, 3, 7), datetime(2026, 3, 7, 18, 0, tzinfo=UTC))

    got = core.dates.instant_for(
        None, due_time=time(8, 0), zone=UTC, created_at=created, base=base, present=base.instant
    )

    assert got == created
