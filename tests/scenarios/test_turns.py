"""A turn that is over: others go on, and nothing was read or decided in vain."""

from __future__ import annotations

from tandem.engine.reports import Outcome, RunReport, RunState
from tandem.model import Kind
from tests.scenarios.story import Story

SEARCH = "POST /crm/v3/objects/{}/search"
AN_INSTANT = 0.0


async def a_turn(story: Story) -> RunReport:
    tandem = story.tandem
    return await tandem.runner.run(
        tandem.store.connection("default"), trigger="schedule", turn_seconds=AN_INSTANT
    )


async def test_a_turn_ends_between_two_batches_and_the_next_goes_on(story: Story) -> None:
    await story.switch_on(Kind.CALL, Kind.NOTE)
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Called")
    story.in_hubspot("write_note", contacts=[contact], body="Noted")
    story.running.advance(20)
    before = len(story.running.calls())
    first = await a_turn(story)
    asked = story.running.calls()[before:]
    second = await a_turn(story)
    third = await a_turn(story)

    assert [first.reason, second.reason, third.reason] == ["turn_over", "turn_over", ""]
    assert third.state is RunState.DONE
    assert [run.total(Outcome.CREATED) for run in (first, second, third)] == [1, 1, 0]
    assert all(run.adds_up for run in (first, second, third))
    assert [first.total(Outcome.WAITING), second.total(Outcome.WAITING)] == [0, 0]
    assert [asked.count(SEARCH.format(name)) for name in ("calls", "notes")] in ([1, 0], [0, 1])


async def test_a_turn_in_which_nothing_was_written_goes_on(story: Story) -> None:
    await story.switch_on(Kind.CALL, Kind.NOTE)
    story.in_hubspot("log_call", contacts=[], title="About nobody")
    contact, _ = story.person()
    story.in_hubspot("write_note", contacts=[contact], body="Noted")
    story.running.advance(20)

    report = await a_turn(story)

    assert report.total(Outcome.CREATED) == 1
