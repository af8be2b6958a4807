"""What health, errors, doctor and explain say of a connection in trouble, and after it."""

from __future__ import annotations

import pytest

from tandem.engine.findings import Check, Level
from tandem.engine.reports import ConnectionState, Outcome, RunReport
from tandem.errors import SettingsError
from tandem.i18n import Messages
from tandem.model import Kind, LinkState, Side
from tandem.store.hints import FeedHealth, FeedName
from tandem.sync.policy import Language
from tandem.sync.reasons import Reason, sentence
from tests.scenarios.hearing import Hearing
from tests.scenarios.story import Story


async def a_mixed_bag(story: Story) -> RunReport:
    """One of each: written, waiting, skipped, parked."""
    contact, _ = story.person()
    stranger = story.contact("stranger@example.com")
    nobody = story.in_hubspot("create", object="contacts", properties={"lastname": "Nobody"})["id"]
    story.in_salesforce(
        "add_validation_rule",
        name="quote",
        condition={"field": "Subject", "operator": "contains", "value": "no quote"},
        message="Calls need a quote number.",
    )
    await story.switch_on(Kind.CALL, Kind.NOTE)
    story.in_hubspot("log_call", contacts=[contact], title="Written")
    story.in_hubspot("log_call", contacts=[stranger], title="Waits")
    story.in_hubspot("log_call", contacts=[nobody], title="Skipped")
    story.in_hubspot("log_call", contacts=[contact], title="Parked (no quote)")
    story.in_hubspot("write_note", contacts=[contact], body="Parked too (no quote)")
    return await story.sync()


async def test_health_adds_up_what_was_written_waits_and_is_parked(story: Story) -> None:
    report = await a_mixed_bag(story)
    health = await story.tandem.health("default")

    assert {outcome: report.total(outcome) for outcome in Outcome if report.total(outcome)} == {
        Outcome.CREATED: 1,
        Outcome.WAITING: 1,
        Outcome.SKIPPED: 1,
        Outcome.PARKED: 2,
    }
    assert health.state is ConnectionState.ACTIVE
    assert {state: n for state, n in health.states.items() if n} == {
        LinkState.PAIRED: 1,
        LinkState.WAITING: 1,
        LinkState.SKIPPED: 1,
        LinkState.PARKED: 2,
    }
    assert [(each.reason, each.count) for each in health.waiting] == [("no_salesforce_record", 1)]
    assert sum(card.count for card in health.errors) == 2
    assert sum(health.states.values()) == report.seen
    assert health.last_run is not None
    assert health.last_run.kinds == report.kinds


async def test_each_source_says_how_far_it_is_read(story: Story) -> None:
    await a_mixed_bag(story)
    story.running.advance(90)
    sources = {each.name: each for each in (await story.tandem.health("default")).sources}

    assert {"changed/calls", "changed/notes"} <= sources.keys()
    assert sources["changed/calls"].lag_seconds == pytest.approx(90, abs=2)


async def test_a_source_whose_changes_are_told_says_so(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL, Kind.NOTE)
    await story.sync()
    hearing = Hearing(story)
    call = story.in_hubspot("log_call", contacts=[contact], title="Told")["id"]
    hearing.tell(Side.HUBSPOT, "calls", call)
    await hearing.turn(seconds=5)
    await hearing.turn(minutes=1)

    health = await story.tandem.health("default")
    sources = {each.name: (each.side, each.is_told) for each in health.sources}
    feeds = {each.name: each.said for each in health.feeds}
    findings = {each.code: each.level for each in await story.tandem.doctor("default")}

    assert sources == {
        "changed/calls": (Side.HUBSPOT, True),
        "changed/notes": (Side.HUBSPOT, False),
        "sweep": (Side.HUBSPOT, False),
    }
    assert feeds == {
        FeedName.WEBHOOKS: "webhooks_heard",
        FeedName.JOURNAL: "feeds_unheard",
        FeedName.EVENTS: "events_heard",
    }
    assert findings[Check.WEBHOOKS_HEARD] is Level.OK
    assert findings[Check.EVENTS_HEARD] is Level.OK


async def test_feeds_are_told_of_while_a_crm_is_down(story: Story) -> None:
    await a_mixed_bag(story)
    hearing = Hearing(story)
    hearing.health(FeedHealth.HEALTHY)
    story.running.advance(600)
    for side in Side:
        story.arm(side.value, {"kind": "drop_before", "times": -1})

    findings = {each.code: each.level for each in await story.tandem.doctor("default")}

    assert findings[Check.FEEDS_LEFT] is Level.WARNING
    assert findings[Check.WEBHOOKS_HEARD] is Level.OK


async def test_calls_are_shown_beside_the_limit_and_the_allocation(story: Story) -> None:
    report = await a_mixed_bag(story)
    calls = {each.side: each for each in (await story.tandem.health("default")).calls}

    assert calls[Side.SALESFORCE].used_24h >= report.calls[Side.SALESFORCE]
    assert calls[Side.SALESFORCE].limit == 15_000
    assert calls[Side.SALESFORCE].remaining is not None


async def test_health_and_errors_are_told_while_a_crm_is_down(story: Story) -> None:
    await a_mixed_bag(story)
    for side in Side:
        story.arm(side.value, {"kind": "drop_before", "times": -1})

    health = await story.tandem.health("default")
    findings = await story.tandem.doctor("default")

    assert sum(health.states.values()) == 5
    assert {f.values["side"] for f in findings if f.code is Check.UNREACHABLE} == {
        "HubSpot",
        "Salesforce",
    }


async def test_errors_are_cards_by_reason_and_code_and_can_be_narrowed(story: Story) -> None:
    await a_mixed_bag(story)

    [card] = await story.tandem.errors("default")
    none = await story.tandem.errors("default", reason="unreadable")

    assert (card.reason, card.count, set(card.kinds)) == ("refused", 2, {Kind.CALL, Kind.NOTE})
    assert "Calls need a quote number." in card.message
    assert len(card.keys) == 2
    assert none == ()


async def test_a_retry_of_one_leaves_the_others_parked(story: Story) -> None:
    await a_mixed_bag(story)
    [card] = await story.tandem.errors("default")
    story.in_salesforce("remove_validation_rule", name="quote")

    assert await story.tandem.retry("default", keys=card.keys[:1]) == 1
    await story.sync()
    [left] = await story.tandem.errors("default")

    assert left.keys == card.keys[1:]
    with pytest.raises(SettingsError, match="No activity has the key"):
        await story.tandem.retry("default", keys=["nonsense"])


async def test_a_retry_while_the_cause_lasts_parks_it_again_and_counts_it_once(
    story: Story,
) -> None:
    await a_mixed_bag(story)
    for _ in range(3):
        await story.tandem.retry("default")
        await story.sync()

    [card] = await story.tandem.errors("default")
    assert card.count == 2
    assert len(await story.tasks()) == 1


async def test_explain_tells_the_reason_of_each_that_was_not_written(story: Story) -> None:
    await a_mixed_bag(story)
    store = story.tandem.store.for_connection(story.tandem.store.connection("default").id)
    told = {}
    for state in (LinkState.WAITING, LinkState.SKIPPED, LinkState.PARKED):
        for link in store.in_state(state, kind=Kind.CALL):
            told[state] = await story.tandem.explain("default", link.hubspot_id)

    assert told[LinkState.WAITING].reason == "no_salesforce_record"
    assert told[LinkState.WAITING].due_at is not None
    assert told[LinkState.SKIPPED].reason == "no_email"
    assert told[LinkState.PARKED].history[-1].detail.endswith("Calls need a quote number.")


async def test_a_suspended_connection_says_so_everywhere_and_costs_no_call(story: Story) -> None:
    await a_mixed_bag(story)
    story.in_salesforce("disable_api")
    await story.later(minutes=20)  # the org's own lists are read again
    story.forget_journal()

    report = await story.sync()
    health = await story.tandem.health("default")
    [summary] = await story.tandem.connections()

    assert story.running.calls() == []
    assert report.reason == health.reason == summary.reason == "access_lost"
    assert report.message == health.message == summary.message
    assert Check.SUSPENDED in [finding.code for finding in await story.tandem.doctor("default")]


async def test_doctor_finds_nothing_wrong_with_a_sound_connection(story: Story) -> None:
    await story.switch_on(Kind.CALL)
    await story.sync()

    findings = await story.tandem.doctor("default")

    assert [finding.code for finding in findings if finding.level is Level.ERROR] == []
    assert Check.KEY_FIELD_READY in [finding.code for finding in findings]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_reason_and_stop_has_a_sentence_in_both_languages(language: str) -> None:
    messages = Messages(language)
    stops = ("access_lost", "other_account", "storage_full", "no_calls_left", "crm_unavailable")

    assert all(sentence(reason, Language(language)) for reason in Reason)
    assert all(f"stop.{stop}" in messages for stop in (*stops, "refused", "settings", "lease_lost"))
