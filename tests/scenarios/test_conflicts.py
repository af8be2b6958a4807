"""What lost a conflict is kept and can be put back; a pair that ended can be paired again (SPEC section 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tandem.engine.conflicts import RestoredHow
from tandem.engine.recreating import RecreatedHow
from tandem.errors import SettingsError
from tandem.model import Field, Kind, LinkState, Side
from tests.scenarios.story import Story


async def a_pair(story: Story, **fields: Any) -> tuple[str, str]:
    """A task made in Salesforce that is in both CRMs: HubSpot's and Salesforce's id."""
    _, person = story.person()
    task_id = story.new_task(person, **fields)
    await story.sync()
    return (await story.hubspot_task())["id"], task_id


async def settled(story: Story) -> None:
    await story.sync()
    story.forget_journal()
    await story.later(hours=2)

    assert story.writes() == []


async def a_conflict(story: Story, winner: Side) -> tuple[str, str]:
    await story.both_ways(first=f'conflict_rule = "{winner}"')
    hubspot_id, task_id = await a_pair(story, subject="One", Description="One")
    story.edit_in_hubspot(hubspot_id, hs_task_subject="HubSpot's", hs_task_body="<p>HubSpot's</p>")
    story.edit_task(task_id, Subject="Salesforce's", Description="Salesforce's")
    await story.sync()
    await story.sync()
    return hubspot_id, task_id


@pytest.mark.parametrize("winner", list(Side))
async def test_the_list_names_both_values_and_the_rule(story: Story, winner: Side) -> None:
    hubspot_id, task_id = await a_conflict(story, winner)

    found = await story.tandem.conflicts("default")

    row = next(row for row in found.conflicts if row.field is Field.SUBJECT)
    said = {*row.lost.values(), *row.kept.values()}
    assert len(found.conflicts) == 2
    assert (row.winner, row.rule) == (winner, winner.value)
    assert (row.hubspot_id, row.salesforce_id) == (hubspot_id, task_id)
    assert said == {"HubSpot's", "Salesforce's"}
    assert f"{winner.title}'s" in row.kept.values()


@pytest.mark.parametrize("winner", list(Side))
async def test_a_value_that_lost_is_put_back_and_carried_over(story: Story, winner: Side) -> None:
    await a_conflict(story, winner)
    rows = (await story.tandem.conflicts("default")).conflicts

    for row in rows:
        assert (await story.tandem.restore_conflict("default", row.id)).how is RestoredHow.RESTORED
    await story.sync()

    loser = f"{winner.other.title}'s"
    task, theirs = await story.task(), await story.hubspot_task()
    assert (task["Subject"], theirs["hs_task_subject"]) == (loser, loser)
    assert task["Description"] == loser
    assert loser in theirs["hs_task_body"].replace("&#39;", "'").replace("&#x27;", "'")
    await settled(story)
    assert (await story.tandem.conflicts("default")).conflicts == ()
    everything = await story.tandem.conflicts("default", everything=True)
    assert [row.restored_at is not None for row in everything.conflicts] == [True, True]


async def test_what_somebody_edited_since_is_covered_only_by_force(story: Story) -> None:
    _, task_id = await a_conflict(story, Side.HUBSPOT)
    rows = (await story.tandem.conflicts("default")).conflicts
    number = next(row.id for row in rows if row.field is Field.SUBJECT)
    story.edit_task(task_id, Subject="Newer still")

    refused = await story.tandem.restore_conflict("default", number)
    left = (await story.task())["Subject"]
    forced = await story.tandem.restore_conflict("default", number, force=True)

    assert (refused.how, left) == (RestoredHow.EDITED, "Newer still")
    assert refused.present == {"Subject": "Newer still"}
    assert forced.how is RestoredHow.RESTORED
    assert (await story.task())["Subject"] == "Salesforce's"


async def test_putting_back_twice_writes_once(story: Story) -> None:
    await a_conflict(story, Side.HUBSPOT)
    number = (await story.tandem.conflicts("default")).conflicts[0].id
    await story.tandem.restore_conflict("default", number)
    story.forget_journal()

    again = await story.tandem.restore_conflict("default", number)

    assert again.how is RestoredHow.BEFORE
    assert story.writes() == []


async def test_a_contact_that_lost_is_attached_again(story: Story) -> None:
    await story.both_ways(first='conflict_rule = "salesforce"')
    hubspot_id, task_id = await a_pair(story)
    first = story.first_contact
    second, _ = story.person()
    _, third_person = story.person()
    story.in_hubspot("associate", object="tasks", id=hubspot_id, to_object="contacts", to_id=second)
    story.in_hubspot(
        "disassociate", object="tasks", id=hubspot_id, to_object="contacts", to_id=first
    )
    story.edit_in_hubspot(hubspot_id, hs_task_priority="HIGH")
    story.edit_task(task_id, WhoId=third_person)
    await story.sync()
    await story.sync()
    rows = (await story.tandem.conflicts("default")).conflicts
    assert [row.field for row in rows] == [Field.PERSON]

    restored = await story.tandem.restore_conflict("default", rows[0].id)
    await story.sync()
    await story.later(minutes=20)

    assert restored.how is RestoredHow.RESTORED
    assert (await story.task())["WhoId"] != third_person
    await settled(story)


async def test_a_conflict_there_never_was_is_told(story: Story) -> None:
    with pytest.raises(SettingsError, match="no conflict 99"):
        await story.tandem.restore_conflict("default", 99)


# --------------------------------------------------------------------------- Recreate


async def an_ended_pair(story: Story, deleted: Side) -> tuple[str, str]:
    """A pair of which one was deleted and the other edited."""
    await story.both_ways()
    hubspot_id, task_id = await a_pair(story, subject="One")
    if deleted is Side.HUBSPOT:
        story.in_hubspot("delete", object="tasks", id=hubspot_id)
        story.edit_task(task_id, Subject="Edited")
    else:
        story.in_salesforce("delete_record", id=task_id)
        story.edit_in_hubspot(hubspot_id, hs_task_subject="Edited")
    await story.later(hours=25)
    return hubspot_id, task_id


@pytest.mark.parametrize("deleted", list(Side))
async def test_recreate_makes_the_lost_counterpart_again_and_pairs_it(
    story: Story, deleted: Side
) -> None:
    hubspot_id, task_id = await an_ended_pair(story, deleted)
    [ended] = (await story.tandem.conflicts("default")).ended
    left = task_id if deleted is Side.HUBSPOT else hubspot_id

    made = await story.tandem.recreate("default", left)

    task, theirs = await story.task(), await story.hubspot_task()
    assert ended.reason == "edited_after_delete"
    assert (made.how, made.side) == (RecreatedHow.CREATED, deleted)
    assert made.key != ended.key
    assert (task["Subject"], theirs["hs_task_subject"]) == ("Edited", "Edited")
    assert (await story.tandem.conflicts("default")).ended == ()
    story.edit_in_hubspot(theirs["id"], hs_task_subject="From HubSpot")
    await story.sync()
    story.edit_task(task["Id"], Priority="High")
    await story.sync()
    assert (await story.task())["Subject"] == "From HubSpot"
    assert (await story.hubspot_task())["hs_task_priority"] == "HIGH"
    await settled(story)


async def test_a_call_whose_task_was_deleted_gets_another_one(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="A call")
    await story.sync()
    story.in_salesforce("delete_record", id=(await story.task())["Id"])
    story.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_title": "Edited"})
    await story.later(minutes=5)

    made = await story.tandem.recreate("default", str(call["id"]))
    story.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_title": "Later"})
    await story.later(minutes=5)
    explanation = await story.tandem.explain("default", str(call["id"]))

    assert made.how is RecreatedHow.CREATED
    assert (await story.task())["Subject"] == "Later"
    assert explanation.state is LinkState.PAIRED
    await settled(story)


async def test_what_has_not_ended_is_not_made_again(story: Story) -> None:
    await story.both_ways()
    _, task_id = await a_pair(story)

    with pytest.raises(SettingsError, match="not a pair that has ended"):
        await story.tandem.recreate("default", task_id)


async def test_recreate_says_when_nothing_is_left(story: Story) -> None:
    hubspot_id, task_id = await an_ended_pair(story, Side.HUBSPOT)
    story.in_salesforce("delete_record", id=task_id)

    made = await story.tandem.recreate("default", hubspot_id)

    assert made.how is RecreatedHow.NOTHING_LEFT


async def test_recreate_says_when_the_direction_is_off(story: Story) -> None:
    _, task_id = await an_ended_pair(story, Side.HUBSPOT)
    await story.switch_on(Kind.TASK)

    made = await story.tandem.recreate("default", task_id)

    assert (made.how, made.side) == (RecreatedHow.SWITCHED_OFF, Side.HUBSPOT)
