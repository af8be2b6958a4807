"""Contact choice and the assignee chain: every small situation against the rule written a second way."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from pure_core import Core
from small_world import contact, owner, person, user

ZONES = [UTC, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")]
# Either side of midnight in Tokyo, in UTC and in Los Angeles, and the day before.
MOMENTS = [
    datetime(2026, 11, 22, 14, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
    datetime(2026, 11, 23, 0, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 7, 59, tzinfo=UTC),
    datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
]
NUMBERS = ["2", "9", "10", "1000000000001"]


def _beats(one: object, other: object, zone: tzinfo) -> bool:
    """The article's sentence again, in as few words as possible."""
    first, second = one.contact, other.contact  # type: ignore[attr-defined]
    day, other_day = (each.created_at.astimezone(zone).date() for each in (first, second))
    if day != other_day:
        return bool(day > other_day)
    return int(first.id) > int(second.id)


def test_of_any_three_contacts_the_chosen_one_beats_every_other_in_every_order(core: Core) -> None:
    someone = person("003A")
    for numbers in itertools.combinations(NUMBERS, 3):
        for moments in itertools.product(MOMENTS, repeat=3):
            candidates = [
                core.contact_choice.Candidate(contact(number, created_at=at), someone)
                for number, at in zip(numbers, moments, strict=True)
            ]
            for zone in ZONES:
                chosen = core.contact_choice.contact_for(candidates, zone)
                assert all(one is chosen or _beats(chosen, one, zone) for one in candidates)
                assert chosen is core.contact_choice.contact_for(candidates[::-1], zone)
                assert chosen is core.contact_choice.in_order(candidates, zone)[0]


def test_of_no_contacts_none_is_chosen(core: Core) -> None:
    assert core.contact_choice.contact_for([], UTC) is None


@given(st.lists(st.tuples(st.integers(1, 10**14), st.datetimes()), unique_by=lambda one: one[0]))
def test_the_choice_depends_on_no_order(rows: list[tuple[int, datetime]]) -> None:
    core = Core()
    try:
        moments = [(number, at.replace(tzinfo=UTC) + timedelta(0)) for number, at in rows]
        candidates = [
            core.contact_choice.Candidate(contact(number, created_at=at), person("003A"))
            for number, at in moments
        ]
        chosen = core.contact_choice.contact_for(candidates, ZONES[1])
    except OverflowError:
        return  # the last hours of the year 9999 have no day in Tokyo
    shuffled = list(candidates)
    random.Random(len(rows)).shuffle(shuffled)

    assert chosen is core.contact_choice.contact_for(shuffled, ZONES[1])


def test_the_assignee_is_the_first_of_the_chain_that_is_mapped(core: Core) -> None:
    """Every owner an activity and its contact may have: none, mapped, unmapped, left out, a queue, unknown."""
    owners = [
        owner("mapped", email="m@example.com"),
        owner("other", email="o@example.com"),
        owner("unmapped"),
        owner("left_out", email="m@example.com"),
        owner("queue", type="QUEUE", email="m@example.com"),
        owner("inactive", email="i@example.com"),
    ]
    users = [
        user("005M", email="m@example.com"),
        user("005O", email="o@example.com"),
        user("005I", email="i@example.com", active=False),
    ]
    owner_map = core.owners.match_owners(owners, users, {"left_out": None})
    mapped = {"mapped": "005M", "other": "005O"}
    everyone = [None, "unknown", *(each.id for each in owners)]
    rule = core.assignee.AssigneeRule

    for activity_owner, contact_owner in itertools.product(everyone, repeat=2):
        got = core.assignee.assignee_of(activity_owner, contact_owner, owner_map, "005ME")

        if activity_owner in mapped:
            expected = core.assignee.Assignee(mapped[activity_owner], rule.ACTIVITY_OWNER)
        elif contact_owner in mapped:
            expected = core.assignee.Assignee(mapped[contact_owner], rule.CONTACT_OWNER)
        else:
            expected = core.assignee.Assignee("005ME", rule.INTEGRATION_USER)
        assert expected == got
