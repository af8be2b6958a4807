"""Records that Salesforce refuses for good or keeps locked."""

from __future__ import annotations

from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind, LinkState
from tests.scenarios.refusals import (
    RULE,
    calls_for,
    parks,
    subjects,
)
from tests.scenarios.story import Story, reasons

# --------------------------------------------------------------------------- refused for good


async def test_a_refused_record_is_parked_with_the_admins_words_and_retry_writes_it(
    story: Story,
) -> None:
    parks(story, {"field": "Subject", "operator": "contains", "value": "no quote"})
    _, refused, _ = await calls_for(story, "First", "Second (no quote)", "Third")
    report = await story.sync()
    [card] = await story.tandem.errors("default")
    told = await story.tandem.explain("default", refused)

    assert report.state is RunState.DONE
    assert (report.total(Outcome.CREATED), reasons(report)) == (2, {"refused": 1})
    assert (card.reason, card.count, card.kinds) == ("refused", 1, (Kind.CALL,))
    assert RULE in card.message
    assert (told.state, told.reason) == (LinkState.PARKED, "refused")
    assert RULE in told.detail
    assert (await story.later(days=2)).total(Outcome.CREATED) == 0

    story.in_salesforce("remove_validation_rule", name="quote")
    assert await story.tandem.retry("default", keys=card.keys) == 1
    await story.sync()
    assert await subjects(story) == ["First", "Second (no quote)", "Third"]
    assert await story.tandem.errors("default") == ()


async def test_a_parked_record_is_tried_again_once_somebody_edits_it(story: Story) -> None:
    parks(story, {"field": "Subject", "operator": "contains", "value": "no quote"})
    [refused] = await calls_for(story, "no quote")
    await story.sync()

    story.in_hubspot("edit", object="calls", id=refused, properties={"hs_call_title": "Quote 7"})
    await story.later(minutes=5)

    assert await subjects(story) == ["Quote 7"]


async def test_a_refused_form_submission_is_not_lost_though_its_feed_moves_on(
    story: Story,
) -> None:
    parks(story, {"field": "Subject", "operator": "starts_with", "value": "Submitted"})
    story.person("tanaka@example.com")
    form = story.in_hubspot("create_form", name="Contact us")["form"]
    await story.switch_on(Kind.FORM_SUBMISSION)
    story.in_hubspot("submit_form", form=form, email="tanaka@example.com")
    report = await story.later(minutes=1)
    assert reasons(report) == {"refused": 1}
    await story.later(days=10)

    story.in_salesforce("remove_validation_rule", name="quote")
    await story.tandem.retry("default")
    await story.sync()

    assert await subjects(story) == ["Submitted: Contact us"]


async def test_a_refused_update_keeps_the_pair_and_makes_no_second_task(story: Story) -> None:
    [call] = await calls_for(story, "Call")
    await story.sync()
    parks(story, {"field": "Subject", "operator": "contains", "value": "Renamed"})
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})
    report = await story.later(minutes=5)
    assert reasons(report) == {"refused": 1}

    story.in_salesforce("remove_validation_rule", name="quote")
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_body": "Said so"})
    await story.later(minutes=5)

    task = await story.task()
    assert (task["Subject"], task["Description"]) == ("Renamed", "Said so")
    assert await story.tandem.errors("default") == ()


async def test_a_trigger_that_fails_parks_its_record_only(story: Story) -> None:
    story.in_salesforce(
        "add_trigger",
        name="broken",
        condition={"field": "Subject", "operator": "equals", "value": "Second"},
        error="System.NullPointerException",
    )
    await calls_for(story, "First", "Second")

    report = await story.sync()
    [card] = await story.tandem.errors("default")

    assert (report.total(Outcome.CREATED), report.total(Outcome.PARKED)) == (1, 1)
    assert "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" in card.message
    assert "NullPointerException" in card.message


async def test_a_refusal_of_every_sort_has_its_card(story: Story) -> None:
    await calls_for(story, "First", "Second", "Third")
    codes = ("REQUIRED_FIELD_MISSING", "INSUFFICIENT_ACCESS_OR_READONLY", "A_CODE_OF_TOMORROW")
    story.arm(
        "salesforce", *({"kind": "record_error", "code": code, "message": "no"} for code in codes)
    )

    report = await story.sync()
    cards = await story.tandem.errors("default")

    assert report.total(Outcome.PARKED) == 3
    assert sorted(card.message.split(":")[0] for card in cards) == sorted(codes)


# --------------------------------------------------------------------------- locks


async def test_a_locked_record_is_written_in_the_same_run_where_the_lock_is_short(
    story: Story,
) -> None:
    await calls_for(story, "First", "Second", "Third")
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": 2})

    report = await story.sync()

    assert report.total(Outcome.CREATED) == 3


async def test_a_record_locked_for_long_waits_with_its_reason_and_is_written_later(
    story: Story,
) -> None:
    ids = await calls_for(story, "First", "Second")
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": -1})
    report = await story.sync()
    health = await story.tandem.health("default")
    told = await story.tandem.explain("default", ids[0])

    assert reasons(report) == {"locked": 2}
    assert [(each.reason, each.count) for each in health.waiting] == [("locked", 2)]
    assert told.due_at is not None

    story.arm("salesforce", {"clear": True})
    await story.later(minutes=20)
    assert await subjects(story) == ["First", "Second"]


async def test_an_update_of_an_old_pair_waits_for_a_lock_as_long_as_a_new_one(
    story: Story,
) -> None:
    [call] = await calls_for(story, "Call")
    await story.sync()
    await story.later(days=60)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": -1})
    assert reasons(await story.sync()) == {"locked": 1}

    story.arm("salesforce", {"clear": True})
    await story.later(hours=1)

    assert await subjects(story) == ["Renamed"]


async def test_a_lock_that_never_ends_is_parked_with_salesforces_words(story: Story) -> None:
    await calls_for(story, "Call")
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": -1})
    for days in (1, 10, 18, 3):
        await story.later(days=days)

    [card] = await story.tandem.errors("default")

    assert card.reason == "refused"
    assert "UNABLE_TO_LOCK_ROW" in card.message
