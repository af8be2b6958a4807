"""What is committed late, seen late or written by somebody in between (SPEC section 8, DESIGN "Writing once")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.engine.reports import Outcome
from tandem.model import Field, Kind
from tests.scenarios.story import SEARCH_LAG, Story, reasons
from tests.support.installation import installation

_CREATE = {"method": "POST", "path": "/crm/v3/objects/tasks/batch/create"}


async def test_a_task_that_is_committed_late_is_not_missed(story: Story) -> None:
    """Its stamp is from when it was saved, minutes before anybody could see it."""
    await story.switch_on_tasks()
    _, person = story.person()
    story.in_salesforce(
        "create_task",
        fields={"Subject": "Late", "WhoId": person},
        commit_after_seconds=240,
    )
    story.running.advance(120)
    nothing = await story.sync()

    await story.later(minutes=3)

    assert nothing.total(Outcome.CREATED) == 0
    assert [task["hs_task_subject"] for task in await story.hubspot_tasks()] == ["Late"]


async def test_an_edit_by_the_integration_user_is_an_edit(story: Story) -> None:
    """People work as that user, too; and other integrations do."""
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, "One")
    await story.sync()
    story.running.advance(60)

    story.in_salesforce(
        "edit_task", id=task_id, fields={"Subject": "Two"}, **{"as": await story.user_id()}
    )
    await story.sync()

    assert (await story.hubspot_task())["hs_task_subject"] == "Two"


async def test_an_edit_of_an_adopted_task_stays(tmp_path: Path) -> None:
    """A create landed, its answer and the database were lost, and meanwhile a person edited the task."""
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect()
        contact, _ = story.person()
        await story.switch_on(Kind.CALL)
        call = story.in_hubspot("log_call", contacts=[contact], title="Call")
        await running.tandem.backup(tmp_path / "before")
        await story.sync()
        task = await story.task()
        story.edit_task(task["Id"], Subject="A person's words")

        await running.tandem.restore(tmp_path / "before")
        await story.sync()
        story.in_hubspot("edit", object="calls", id=call["id"], properties={"hs_call_body": "More"})
        await story.sync()
        await story.later(days=1, hours=1)

        adopted = await story.task()
        assert adopted["Id"] == task["Id"]
        assert (adopted["Subject"], adopted["Description"]) == ("A person's words", "More")


@pytest.mark.parametrize("unique", [True, False], ids=["unique property", "plain property"])
async def test_an_origin_deleted_while_a_create_is_in_the_dark_leaves_no_orphan(
    unique: bool, story: Story
) -> None:
    """The create lands after Tandem has looked: its end waits until that is clear."""
    if not unique:
        story.running.sandbox.world.switches.set({"task_unique_property": "refused"})
    await story.both_ways(first='delete_policy = "delete"')
    _, person = story.person()
    task_id = story.new_task(person)
    await _in_the_dark(story)
    story.in_salesforce("delete_task", id=task_id)
    waiting = await story.later(minutes=2)
    waiting_on = await story.later(minutes=2)
    await _lands(story)
    for _ in range(5):
        await story.later(minutes=5)

    assert reasons(waiting) == {"outcome_unknown": 1}
    assert reasons(waiting_on) == {"outcome_unknown": 1}
    assert await story.hubspot_tasks() == []


async def _in_the_dark(story: Story) -> None:
    """A create whose request is swallowed: no answer, and nothing to be seen of it for now."""
    story.arm("hubspot", {**_CREATE, "kind": "drop_before", "times": -1})
    await story.sync()
    story.running.sandbox.world.faults["hubspot"].clear()


async def _lands(story: Story) -> None:
    """The swallowed request is carried out after all, as a slow gateway may do minutes later."""
    store = story.tandem.store
    connection = store.for_connection(store.connection("default").id)
    [link] = connection.intents()
    assert link.intent is not None
    said = link.intent.hubspot
    names = {
        Field.SUBJECT: "hs_task_subject",
        Field.STATUS: "hs_task_status",
        Field.PRIORITY: "hs_task_priority",
        Field.TYPE: "hs_task_type",
        Field.DUE: "hs_timestamp",
    }
    announced = {name: str(said[field]) for field, name in names.items() if said[field]}
    made: dict[str, Any] = story.in_hubspot(
        "create", object="tasks", properties={**announced, **_key(story, link.key)}
    )
    story.in_hubspot(
        "associate",
        object="tasks",
        id=made["id"],
        to_object="contacts",
        to_id=story.first_contact,
    )


def _key(story: Story, key: str) -> dict[str, str]:
    has_property = story.running.hubspot.crm.definition("tasks", "tandem_key") is not None
    return {"tandem_key": key} if has_property else {"hs_task_body": f"<p>[tandem:{key}]</p>"}


async def test_without_a_unique_property_a_create_in_the_dark_is_not_repeated_before_it_is_clear(
    story: Story,
) -> None:
    story.running.sandbox.world.switches.set({"task_unique_property": "refused"})
    await story.both_ways()
    _, person = story.person()
    story.new_task(person)
    await _in_the_dark(story)
    await story.later(minutes=2)
    await _lands(story)
    for _ in range(4):
        await story.later(minutes=5)

    assert len(await story.hubspot_tasks()) == 1
    assert len(await story.tasks()) == 1


async def test_a_checkpoint_is_never_ahead_of_its_work(tmp_path: Path) -> None:
    """A crash before the work is saved: the next run reads it again, however much later."""
    reached: list[str] = []

    def at(point: str) -> None:
        reached.append(point)
        if point == "announced" and reached.count("announced") == 1:
            raise KeyboardInterrupt

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        await running.connect()
        contact, _ = story.person()
        await story.switch_on(Kind.NOTE)
        story.in_hubspot("write_note", contacts=[contact], body="Note")
        running.advance(SEARCH_LAG)
        with pytest.raises(KeyboardInterrupt):
            await running.sync()
        store = running.tandem.store
        mine = store.for_connection(store.connection("default").id)

        assert mine.checkpoint("changed/notes") is None


async def test_our_own_write_before_a_crash_is_no_edit_of_the_other_side(tmp_path: Path) -> None:
    """Without the announcement our write would beat the newer edit of the person it came from."""
    armed = False

    def at(point: str) -> None:
        nonlocal armed
        if armed and point == "written":
            armed = False
            raise KeyboardInterrupt

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        await running.connect()
        await story.both_ways(first='conflict_rule = "salesforce"')
        _, person = story.person()
        story.new_task(person, "One")
        await story.sync()
        hubspot_id = (await story.hubspot_task())["id"]
        story.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
        armed = True
        with pytest.raises(KeyboardInterrupt):
            await story.sync()

        story.edit_in_hubspot(hubspot_id, hs_task_subject="Three")
        running.advance(300)  # the dead process's lease has run out
        await story.sync()

        assert (await story.task())["Subject"] == "Three"
        assert (await story.hubspot_task())["hs_task_subject"] == "Three"
        assert story.conflicts() == []


async def test_a_record_that_the_index_shows_late_comes_with_the_next_round(story: Story) -> None:
    """It was created before the last look, and only then taken into the index."""
    contact, _ = story.person()
    await story.switch_on(Kind.NOTE)
    story.in_hubspot("write_note", contacts=[contact], body="Late")
    story.running.advance(1)
    too_early = await story.running.sync()

    await story.sync()

    assert too_early.total(Outcome.CREATED) == 0
    assert [task["Description"] for task in await story.tasks()] == ["Late"]


@pytest.mark.parametrize("has_property", [True, False], ids=["unique property", "plain property"])
async def test_a_database_restored_from_a_minute_ago_doubles_nothing(
    has_property: bool, story: Story, tmp_path: Path
) -> None:
    if not has_property:
        story.running.sandbox.world.switches.set({"task_unique_property": "refused"})
    await story.both_ways()
    contact, person = story.person()
    story.new_task(person, "From Salesforce")
    story.in_hubspot("create_task", contacts=[contact], subject="From HubSpot")
    await story.tandem.backup(tmp_path / "a-minute-ago")
    await story.sync()

    await story.tandem.restore(tmp_path / "a-minute-ago")
    await story.later(minutes=1)
    await story.later(minutes=1)

    assert len(await story.hubspot_tasks()) == len(await story.tasks()) == 2


async def test_where_salesforce_leads_an_update_in_the_dark_is_repeated_over_an_older_edit(
    story: Story,
) -> None:
    """HubSpot says neither what was agreed nor what was written: it was never read, so nothing is concluded."""
    await story.switch_on_tasks()
    _, person = story.person()
    task_id = story.new_task(person, Description="One")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]
    story.edit_in_hubspot(hubspot_id, hs_task_body="<p>Of HubSpot alone</p>")
    story.edit_task(task_id, Description="Two")
    update = {"method": "POST", "path": "/crm/v3/objects/tasks/batch/update"}
    story.arm("hubspot", {**update, "kind": "drop_before", "times": -1})
    await story.sync()
    story.running.sandbox.world.faults["hubspot"].clear()

    await story.later(minutes=2)

    assert (await story.hubspot_task())["hs_task_body"] == "<p>Two</p>"


async def test_a_deletion_whose_settlement_was_lost_can_still_be_taken_back(tmp_path: Path) -> None:
    """What is deleted is copied before; the run that finds it gone remembers the copy."""
    armed = False

    def at(point: str) -> None:
        nonlocal armed
        if armed and point == "written":
            armed = False
            raise KeyboardInterrupt

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        await running.connect()
        await story.both_ways(first='delete_policy = "delete"')
        _, person = story.person()
        task_id = story.new_task(person, "Wanted after all", Description="Words")
        await story.sync()
        story.in_salesforce("delete_task", id=task_id)
        armed = True
        with pytest.raises(KeyboardInterrupt):
            await story.sync()
        running.advance(300)
        found_gone = await story.sync()
        assert await story.hubspot_tasks() == []
        assert found_gone.run_id is not None

        await running.tandem.undo("default", found_gone.run_id)

        made_again = await story.hubspot_task()
        assert made_again["hs_task_subject"] == "Wanted after all"
        assert made_again["hs_task_body"] == "<p>Words</p>"


async def test_an_edit_that_the_search_does_not_show_yet_is_seen_before_it_is_overwritten(
    story: Story,
) -> None:
    await story.both_ways()
    _, person = story.person()
    task_id = story.new_task(person, "One")
    await story.sync()
    hubspot_id = (await story.hubspot_task())["id"]
    story.edit_task(task_id, Subject="From Salesforce")
    story.running.advance(30)
    story.edit_in_hubspot(hubspot_id, hs_task_subject="From HubSpot, later")

    await story.running.sync()

    assert (await story.hubspot_task())["hs_task_subject"] == "From HubSpot, later"
    assert (await story.task())["Subject"] == "From HubSpot, later"
    [kept] = story.conflicts()
    assert kept.lost == {"Subject": "From Salesforce"}


async def test_what_a_person_wrote_is_kept_even_if_nothing_is_saved_after_the_write(
    tmp_path: Path,
) -> None:
    armed = False

    def at(point: str) -> None:
        nonlocal armed
        if armed and point == "written":
            armed = False
            raise KeyboardInterrupt

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        await running.connect()
        contact, _ = story.person()
        await story.switch_on(Kind.CALL)
        call = story.in_hubspot("log_call", contacts=[contact], title="Call")
        await story.sync()
        task = await story.task()
        story.edit_task(task["Id"], Subject="A person's words")
        properties = {"hs_call_title": "Renamed"}
        story.in_hubspot("edit", object="calls", id=call["id"], properties=properties)
        armed = True
        with pytest.raises(KeyboardInterrupt):
            await story.sync()

        store = running.tandem.store
        mine = store.for_connection(store.connection("default").id)
        [link] = mine.links_of(Kind.CALL, [call["id"]])
        kept = [entry for entry in mine.history(link.key) if entry.what == "replaced"]
        assert (await story.task())["Subject"] == "Renamed"
        assert [entry.detail["replaced"] for entry in kept] == [{"Subject": "A person's words"}]
