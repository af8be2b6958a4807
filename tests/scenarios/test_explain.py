"""Asking about a record: which rules applied, what was written when, and what would become of it."""

from __future__ import annotations

import pytest

from tandem.engine.reports import Operation
from tandem.mapping.ids import hubspot_url
from tandem.model import Field, Kind, LinkState, Side
from tandem.sync.reasons import Reason
from tests.scenarios.story import Story


async def test_either_sides_id_and_address_lead_to_the_same_pair(story: Story) -> None:
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, subject="One")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]

    asked = [
        task_id,
        task_id[:15],
        f"https://acme.lightning.force.com/lightning/r/Task/{task_id}/view",
        f"https://acme.my.salesforce.com/{task_id[:15]}",
        hubspot_id,
        hubspot_url("app.hubspot.com", "1", "tasks", hubspot_id),
    ]
    answers = [await story.tandem.explain("default", each) for each in asked]
    by_key = await story.tandem.explain("default", answers[0].key or "")

    assert {each.key for each in (*answers, by_key)} == {answers[0].key}
    assert {each.state for each in answers} == {LinkState.PAIRED}
    agreed = {each.field: (each.hubspot, each.salesforce) for each in by_key.agreed}
    assert agreed[Field.SUBJECT] == ("One", "One")
    assert agreed[Field.STATUS] == ("NOT_STARTED", "Not Started")


async def test_every_write_is_told_with_its_side_and_values(story: Story) -> None:
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, subject="One")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]
    story.edit_task(task_id, Subject="Two")
    await story.sync()
    story.edit_in_hubspot(hubspot_id, hs_task_subject="Three")
    await story.sync()

    history = (await story.tandem.explain("default", task_id)).history

    assert [(event.what, event.side) for event in history] == [
        ("created", Side.HUBSPOT),
        ("updated", Side.HUBSPOT),
        ("updated", Side.SALESFORCE),
    ]
    assert history[1].values["hs_task_subject"] == "One → Two"
    assert history[2].values["Subject"] == "Two → Three"
    assert all(event.run_id and event.settings_version for event in history)


async def test_a_conflict_is_part_of_the_explanation(story: Story) -> None:
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, subject="One")
    await story.sync()
    story.edit_in_hubspot((await story.hubspot_task())["id"], hs_task_subject="HubSpot's")
    story.running.advance(30)
    story.edit_task(task_id, Subject="Salesforce's")
    await story.sync()

    [conflict] = (await story.tandem.explain("default", task_id)).conflicts

    assert (conflict.field, conflict.winner) == (Field.SUBJECT, Side.SALESFORCE)
    assert conflict.lost == {"hs_task_subject": "HubSpot's"}


async def test_a_tombstone_names_the_key_that_followed_it(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="A call")
    run = await story.sync()
    task_id = (await story.task())["Id"]
    await story.tandem.undo("default", run.run_id or 0)

    old = await story.tandem.explain("default", task_id)
    now = await story.tandem.explain("default", str(call["id"]))

    assert (old.state, old.reason) == (LinkState.ENDED, "undone")
    assert old.followed_by == now.key
    assert (now.state, now.reason) == (LinkState.PARKED, "held")


# --------------------------------------------------------------------------- never met


async def test_a_record_never_met_is_looked_at_and_judged(story: Story) -> None:
    contact, person = story.person()
    before = story.in_hubspot("log_call", contacts=[contact], title="Before")
    story.running.advance(60)
    await story.both_ways(Kind.CALL)
    after = story.in_hubspot("log_call", contacts=[contact], title="After")
    note = story.in_hubspot("write_note", contacts=[contact], body="Off")
    task_id = story.new_task(person)
    lonely = story.new_task(subject="About nobody")
    await story.tandem.plan("default")
    story.forget_journal()

    asked = [str(each["id"]) for each in (before, after, note)] + [task_id, lonely]
    verdicts = [(await story.tandem.explain("default", each)).verdict for each in asked]

    assert [(each.would, each.reason) for each in verdicts if each] == [
        (Operation.SKIP, Reason.OLDER),
        (Operation.CREATE, ""),
        (Operation.SKIP, Reason.KIND_OFF),
        (Operation.CREATE, ""),
        (Operation.SKIP, Reason.NO_RELATED_RECORD),
    ]
    assert story.writes() == []


async def test_what_would_be_decided_is_told_with_its_rules(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="A call")

    answer = await story.tandem.explain("default", str(call["id"]))

    assert answer.state is None
    assert answer.kind is Kind.CALL
    assert ("person", "only_contact") in {(each.about, each.rule) for each in answer.decisions}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [("99999999", "not_found"), ("00T000000000001", "not_found"), ("contact", "not_an_activity")],
)
async def test_what_is_not_there_or_no_activity_is_told(
    story: Story, asked: str, reason: str
) -> None:
    _, person = story.person()
    await story.both_ways()

    answer = await story.tandem.explain("default", person if asked == "contact" else asked)

    assert answer.verdict is not None
    assert (answer.verdict.would, answer.verdict.reason) == (None, reason)


async def test_a_suspended_connection_is_not_asked(story: Story) -> None:
    await story.both_ways()
    store = story.tandem.store
    store.suspend(store.connection("default").id, "access_lost", "The token is gone.")

    assert (await story.tandem.explain("default", "99999999")).verdict is None
