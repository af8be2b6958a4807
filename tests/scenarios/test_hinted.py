"""What feeds name is read by id at once; polling judges them, and rests only where they tell everything."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Kind, Side
from tandem.store.hints import Change, FeedHealth
from tests.scenarios.hearing import Hearing
from tests.scenarios.story import Story

READ = "POST /crm/v3/objects/calls/batch/read"
SEARCH = "POST /crm/v3/objects/calls/search"
QUERY = "GET /services/data/v62.0/queryAll"


@pytest.fixture
async def calls(story: Story) -> Hearing:
    """Calls are on; a person is in both CRMs, and known; the feeds have earned their reliance."""
    await story.switch_on(Kind.CALL)
    hearing = Hearing(story)
    await hearing.turn(seconds=5)
    story.person("ann@example.com")
    call = _log(hearing)
    hearing.tell(Side.HUBSPOT, "calls", call)
    await hearing.turn(seconds=5)
    await hearing.turn(minutes=1)
    return hearing


def _log(hearing: Hearing, title: str = "One") -> str:
    story = hearing.story
    made = story.in_hubspot("log_call", title=title, contacts=["ann@example.com"])
    return str(made["id"])


async def test_a_call_that_a_feed_names_is_read_at_once_and_nothing_is_polled(
    calls: Hearing,
) -> None:
    """The search index does not show it yet."""
    call = _log(calls, "Two")
    calls.tell(Side.HUBSPOT, "calls", call)
    report = await calls.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1
    assert READ in calls.calls()
    assert SEARCH not in calls.calls()
    assert calls.mine.hints(10) == []


async def test_a_turn_in_which_no_feed_told_anything_costs_no_call(calls: Hearing) -> None:
    await calls.turn(minutes=2)

    assert calls.calls() == []


async def test_a_feed_relied_on_is_judged_every_quarter_of_an_hour(calls: Hearing) -> None:
    await calls.turn(minutes=16)

    assert calls.calls().count(SEARCH) == 1


async def test_a_call_of_which_no_feed_told_is_found_by_the_sweep_and_ends_the_reliance(
    calls: Hearing,
) -> None:
    _log(calls, "Two")
    report = await calls.turn(minutes=16)
    await calls.turn(minutes=1)

    assert report.total(Outcome.CREATED) == 1
    assert calls.calls() == [SEARCH]


async def test_a_feed_that_earned_it_again_is_relied_on_again(calls: Hearing) -> None:
    _log(calls, "Two")
    await calls.turn(minutes=16)
    call = _log(calls, "Three")
    calls.tell(Side.HUBSPOT, "calls", call)
    await calls.turn(seconds=5)
    await calls.turn(minutes=1)
    await calls.turn(minutes=2)

    assert calls.calls() == []


async def test_a_feed_that_lost_something_is_made_up_for_at_once(calls: Hearing) -> None:
    _log(calls, "Two")
    calls.story.running.advance(30)
    calls.lose_something(Side.HUBSPOT)
    report = await calls.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1
    assert calls.mine.hints(10) == []


async def test_a_feed_out_of_health_is_not_relied_on(calls: Hearing) -> None:
    story = calls.story
    calls.health(FeedHealth.BEHIND)
    story.running.advance(120)
    story.forget_journal()
    await calls._runner.run(calls._connection, trigger="schedule")

    assert calls.calls() == [SEARCH]


async def test_a_person_who_asks_for_a_run_gets_everything_asked(calls: Hearing) -> None:
    calls.story.forget_journal()
    await calls.story.sync()

    assert SEARCH in calls.calls()


async def test_hints_of_a_run_that_ended_early_come_back(calls: Hearing) -> None:
    call = _log(calls, "Two")
    calls.tell(Side.HUBSPOT, "calls", call)
    calls.story.arm(
        "hubspot", {"kind": "status", "status": 503, "times": -1, "path": "*/batch/read"}
    )
    first = await calls.turn(seconds=1)
    held = calls.mine.hints(10)
    calls.story.running.sandbox.world.faults["hubspot"].clear()
    calls.story.arm("hubspot")
    second = await calls.turn(seconds=30)

    assert (first.total(Outcome.CREATED), len(held)) == (0, 1)
    assert second.total(Outcome.CREATED) == 1


async def test_what_a_feed_names_and_nobody_knows_is_forgotten(calls: Hearing) -> None:
    calls.tell(Side.HUBSPOT, "calls", "99999999", "not an id", change=Change.DELETED)
    calls.tell(Side.HUBSPOT, "tickets", "5")
    calls.tell(Side.SALESFORCE, "Task", "00T000000000000AAA", "nonsense")
    report = await calls.turn(seconds=1)

    assert report.total(Outcome.PARKED) == 0
    assert calls.mine.hints(10) == []


async def test_a_deleted_call_is_told_at_once(calls: Hearing) -> None:
    call = _log(calls, "Two")
    calls.tell(Side.HUBSPOT, "calls", call)
    await calls.turn(seconds=1)
    calls.story.in_hubspot("delete", object="calls", id=call)
    calls.tell(Side.HUBSPOT, "calls", call, change=Change.DELETED)
    await calls.turn(seconds=1)
    [link] = calls.mine.links_of(Kind.CALL, [call])

    assert link.state.value == "ended"


async def test_a_task_that_salesforce_names_appears_in_hubspot_at_once(story: Story) -> None:
    await story.both_ways()
    _, person = story.person()
    hearing = Hearing(story)
    await hearing.turn(seconds=5)
    task_id = story.new_task(person, "Call back")
    hearing.tell(Side.SALESFORCE, "Task", task_id, change=Change.CREATED)
    report = await hearing.turn(seconds=1)

    assert report.total(Outcome.CREATED) == 1
    assert (await story.hubspot_task())["hs_task_subject"] == "Call back"


async def test_somebody_waited_for_is_told_by_a_feed_of_people(story: Story) -> None:
    await story.switch_on(Kind.CALL)
    hearing = Hearing(story)
    await hearing.turn(seconds=5)
    story.contact("ann@example.com")
    call = _log(hearing)
    hearing.tell(Side.HUBSPOT, "calls", call)
    first = await hearing.turn(seconds=1)
    person = story.salesforce_contact("ann@example.com")
    hearing.tell(Side.SALESFORCE, "Contact", person, change=Change.CREATED)
    second = await hearing.turn(seconds=1)

    assert (first.total(Outcome.WAITING), second.total(Outcome.CREATED)) == (1, 1)
